package model

import (
	"fmt"
	"strings"
)

// FieldSet is what can be asked of a sort of rows.
type FieldSet int

// The sorts of rows.
const (
	ServerFields FieldSet = 1 << iota // servers, with [Query.MatchServer]
	PointFields                       // backups and snapshots, with [Query.MatchPoint]
)

// String names the rows.
func (s FieldSet) String() string {
	if s == PointFields {
		return "restore points"
	}
	return "servers"
}

// Field is something that a query can ask for by name.
type Field struct {
	Name    string
	Also    string   // another name for it, or ""
	About   string   // what it is, for help
	Example string   // a term that uses it
	Values  []string // all that it can be; nil where any text, or a length of time or a size, can stand

	field field
	sets  FieldSet
	take  func(Field, *term) string // reads the value, and tells what is wrong with it
}

// field numbers the fields; a plain word is none.
type field int

const (
	aWord field = iota
	aStatus
	aHealth
	aKind
	aType
	aName
	aServer
	anID
	anAge
	anExpiry
	aSize
	aDescription
	aLocation
	aSystem
	aPlan
	aHost
	anAddress
	fieldCount
)

// fields are the fields by their number, in the order in which they are told.
var fields = [fieldCount]Field{
	aStatus:   {Name: "status", About: "active, stopped, failed, …; any that the API shows", Example: "status:failed", sets: ServerFields | PointFields, take: takeText},
	aHealth:   {Name: "health", Also: "note", About: "how well it is covered", Example: "health:overdue", Values: healthNames[:], sets: ServerFields, take: takeOneOf},
	aKind:     {Name: "kind", About: "backup or snapshot", Example: "kind:snapshot", Values: []string{Backup.String(), Snapshot.String()}, sets: PointFields, take: takeOneOf},
	aType:     {Name: "type", About: "who made a backup", Example: "type:manual", Values: []string{string(Manual), string(Automatic)}, sets: PointFields, take: takeOneOf},
	aName:     {Name: "name", About: "its name; of a backup its description", Example: "name:web*", sets: ServerFields | PointFields, take: takeText},
	aServer:   {Name: "server", About: "the server's name", Example: "server:web*", sets: ServerFields | PointFields, take: takeText},
	anID:      {Name: "id", About: "its ID, whole", Example: "id:801", sets: ServerFields | PointFields, take: takeText},
	anAge:     {Name: "age", About: "how old it is; of a server, its newest usable point", Example: "age>7d", sets: ServerFields | PointFields, take: takeAge},
	anExpiry:  {Name: "expires", About: "how soon it goes by itself", Example: "expires<3d", sets: PointFields, take: takeExpiry},
	aSize:     {Name: "size", About: "how large it is", Example: "size>10GB", sets: PointFields, take: takeSize},
	aLocation: {Name: "location", About: "where the server stands", Example: "location:us-*", sets: ServerFields, take: takeText},
	aSystem:   {Name: "os", About: "its operating system", Example: "os:debian", sets: ServerFields, take: takeText},
	aPlan:     {Name: "plan", About: "its plan", Example: "plan:standard", sets: ServerFields, take: takeText},
	aHost:     {Name: "host", About: "its host name", Example: "host:*.example.com", sets: ServerFields, take: takeText},
	anAddress: {Name: "ip", About: "its address", Example: "ip:203.0.113.*", sets: ServerFields, take: takeText},

	aDescription: {Name: "description", Also: "note", About: "what was written with it", Example: `description:"before update"`, sets: PointFields, take: takeText},
}

// Fields are what can be asked of the rows, in the order in which they are told.
func (s FieldSet) Fields() []Field {
	var out []Field
	for _, f := range fields {
		if f.sets&s != 0 {
			out = append(out, f)
		}
	}
	return out
}

// field finds a field by its name, or tells which there are.
func (s FieldSet) field(name string) (Field, string) {
	var names []string
	elsewhere := false
	for number, f := range fields {
		switch called := f.Name == name || f.Also == name; {
		case called && f.sets&s != 0:
			f.field = field(number)
			return f, ""
		case called:
			elsewhere = true
		}
		if f.sets&s != 0 {
			names = append(names, f.Name)
		}
	}
	if elsewhere {
		return Field{}, fmt.Sprintf("%s have no field %s: there are %s", s, name, enumerate(names))
	}
	return Field{}, fmt.Sprintf("unknown field %s: there are %s%s", name, enumerate(names), DidYouMean(name, names))
}

// values says what can follow the field.
func (f Field) values() string {
	if f.Values != nil {
		return enumerate(f.Values)
	}
	return "such as " + f.Example
}

// enumerate lists words: “a, b and c”.
func enumerate(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

func takeText(f Field, t *term) string {
	if t.op != opHas && t.op != opIs {
		return fmt.Sprintf("%s has no more or less: write %[1]s:%[2]s or %[1]s=%[2]s", f.Name, t.text)
	}
	if f.field == aStatus {
		t.text = strings.ToLower(t.text)
	}
	t.letter = newPattern(t.text)
	t.letter.glob = !t.quoted && strings.ContainsAny(t.text, "*?")
	return ""
}

func takeOneOf(f Field, t *term) string {
	if t.op != opHas && t.op != opIs {
		return fmt.Sprintf("%s has no more or less: write %s", f.Name, f.Example)
	}
	t.text = strings.ToLower(t.text)
	t.quoted = strings.Contains(t.text, " ") // as in health:"too few"
	for i, value := range f.Values {
		if value == t.text || t.op == opHas && t.text != "" && startsWord(value, t.text) {
			t.set |= 1 << i
		}
	}
	if t.set == 0 {
		return fmt.Sprintf("there is no %s %s: there are %s", f.Name, t.text, enumerate(f.Values))
	}
	return ""
}

// startsWord says whether the value, or its last word, begins with the text: both “too” and “few” stand for “too few”.
func startsWord(value, text string) bool {
	_, last, _ := strings.Cut(value, " ")
	return strings.HasPrefix(value, text) || strings.HasPrefix(last, text)
}

func takeAge(_ Field, t *term) string {
	why := t.takeSpan()
	if why == "" && (t.op == opHas || t.op == opIs) {
		why = fmt.Sprintf("an age is compared: write age>%s or age<%[1]s", t.text)
	}
	return why
}

// forever is how an expiry is asked for that never comes.
const forever = "never"

func takeExpiry(_ Field, t *term) string {
	equal := t.op == opHas || t.op == opIs
	switch never := strings.EqualFold(t.text, forever); {
	case never && equal:
		t.text, t.quoted = forever, false
		return ""
	case never || equal:
		return "write expires<3d, expires>3d or expires:never"
	}
	return t.takeSpan()
}

func (t *term) takeSpan() string {
	t.text, t.quoted = strings.ToLower(t.text), false
	span, err := ParseAge(t.text)
	if err != nil {
		return err.Error()
	}
	t.span = span
	return ""
}

func takeSize(_ Field, t *term) string {
	t.text, t.quoted = strings.ToUpper(t.text), false
	mb, err := ParseSizeMB(t.text)
	switch {
	case err != nil:
		return err.Error()
	case t.op == opHas || t.op == opIs:
		return fmt.Sprintf("a size is compared: write size>%s or size<%[1]s", t.text)
	}
	t.mb = mb
	return ""
}

package query

import (
	"fmt"
	"strings"

	"vpsdeck/model"
	"vpsdeck/model/pattern"
)

// FieldSet is the fields that a kind of row has.
type FieldSet int

// The kinds of rows.
const (
	ServerFields FieldSet = 1 << iota // servers, with [Query.MatchServer]
	PointFields                       // backups and snapshots, with [Query.MatchPoint]
)

// String names the kind of row.
func (s FieldSet) String() string {
	if s == PointFields {
		return "restore points"
	}
	return "servers"
}

// Field is a named field of a query.
type Field struct {
	Name        string
	Alias       string   // another name for it, or ""
	Description string   // for the help
	Example     string   // a term that uses it
	Values      []string // all possible values; nil for free text, durations and sizes

	number field
	sets   FieldSet
	parse  func(Field, *term) string // parses the value, and returns what is wrong with it
}

// field numbers the fields; fieldWord is a plain word.
type field int

const (
	fieldWord field = iota
	fieldStatus
	fieldHealth
	fieldKind
	fieldType
	fieldName
	fieldServer
	fieldID
	fieldAge
	fieldExpiry
	fieldSize
	fieldDescription
	fieldLocation
	fieldOS
	fieldPlan
	fieldHost
	fieldAddress
	fieldCount
)

// fields are the fields by number, in the order of the help.
var fields = [fieldCount]Field{
	fieldStatus: {Name: "status", Description: "active, stopped, failed, …; any status of the API",
		Example: "status:failed", sets: ServerFields | PointFields, parse: parseTextTerm},
	fieldHealth: {Name: "health", Alias: "note", Description: "state of coverage", Example: "health:overdue",
		Values: model.HealthNames(), sets: ServerFields, parse: parseEnumTerm},
	fieldKind: {Name: "kind", Description: "backup or snapshot", Example: "kind:snapshot",
		Values: []string{model.Backup.String(), model.Snapshot.String()}, sets: PointFields, parse: parseEnumTerm},
	fieldType: {Name: "type", Description: "type of a backup", Example: "type:manual",
		Values: []string{string(model.Manual), string(model.Automatic)}, sets: PointFields, parse: parseEnumTerm},
	fieldName: {Name: "name", Description: "name; for a backup, its description", Example: "name:web*",
		sets: ServerFields | PointFields, parse: parseTextTerm},
	fieldServer: {Name: "server", Description: "server name", Example: "server:web*",
		sets: ServerFields | PointFields, parse: parseTextTerm},
	fieldID: {Name: "id", Description: "exact ID", Example: "id:801", sets: ServerFields | PointFields,
		parse: parseTextTerm},
	fieldAge: {Name: "age", Description: "age; for a server, of its newest usable point", Example: "age>7d",
		sets: ServerFields | PointFields, parse: parseAgeTerm},
	fieldExpiry: {Name: "expires", Description: "time until it expires", Example: "expires<3d", sets: PointFields,
		parse: parseExpiryTerm},
	fieldSize: {Name: "size", Description: "size of the point", Example: "size>10GB", sets: PointFields,
		parse: parseSizeTerm},
	fieldLocation: {Name: "location", Description: "location of the server", Example: "location:us-*",
		sets: ServerFields, parse: parseTextTerm},
	fieldOS: {Name: "os", Description: "operating system", Example: "os:debian", sets: ServerFields,
		parse: parseTextTerm},
	fieldPlan: {Name: "plan", Description: "plan of the server", Example: "plan:standard", sets: ServerFields,
		parse: parseTextTerm},
	fieldHost: {Name: "host", Description: "host name", Example: "host:*.example.com", sets: ServerFields,
		parse: parseTextTerm},
	fieldAddress: {Name: "ip", Description: "IP address", Example: "ip:203.0.113.*", sets: ServerFields,
		parse: parseTextTerm},

	fieldDescription: {Name: "description", Alias: "note", Description: "text given at its creation",
		Example: `description:"before update"`, sets: PointFields, parse: parseTextTerm},
}

// Fields returns the fields of the rows, in the order of the help.
func (s FieldSet) Fields() []Field {
	var out []Field
	for _, f := range fields {
		if f.sets&s != 0 {
			out = append(out, f)
		}
	}
	return out
}

// lookup returns the field with the name, or else an error message that lists the fields.
func (s FieldSet) lookup(name string) (Field, string) {
	var names []string
	elsewhere := false
	for number, f := range fields {
		switch called := f.Name == name || f.Alias == name; {
		case called && f.sets&s != 0:
			f.number = field(number)
			return f, ""
		case called:
			elsewhere = true
		}
		if f.sets&s != 0 {
			names = append(names, f.Name)
		}
	}
	if elsewhere {
		return Field{}, fmt.Sprintf("%s have no field %s; valid: %s", s, name, model.Enumerate(names))
	}
	return Field{}, fmt.Sprintf("unknown field %s; valid: %s%s", name, model.Enumerate(names),
		model.DidYouMean(name, names))
}

// valueHint describes the field's values.
func (f Field) valueHint() string {
	if f.Values != nil {
		return model.Enumerate(f.Values)
	}
	return "such as " + f.Example
}

func parseTextTerm(f Field, t *term) string {
	if t.op != opHas && t.op != opIs {
		return fmt.Sprintf("%s cannot be compared: write %[1]s:%[2]s or %[1]s=%[2]s", f.Name, t.text)
	}
	if f.number == fieldStatus {
		t.text = strings.ToLower(t.text)
	}
	t.pattern = pattern.New(t.text)
	t.glob = !t.quoted && strings.ContainsAny(t.text, "*?")
	return ""
}

func parseEnumTerm(f Field, t *term) string {
	if t.op != opHas && t.op != opIs {
		return fmt.Sprintf("%s cannot be compared: write %s", f.Name, f.Example)
	}
	t.text = strings.ToLower(t.text)
	t.quoted = strings.Contains(t.text, " ") // as in health:"too few"
	for i, value := range f.Values {
		if value == t.text || t.op == opHas && t.text != "" && hasWordPrefix(value, t.text) {
			t.set |= 1 << i
		}
	}
	if t.set == 0 {
		return fmt.Sprintf("unknown %s %s; valid: %s", f.Name, t.text, model.Enumerate(f.Values))
	}
	return ""
}

// hasWordPrefix reports whether the value, or its last word, begins with the text: both “too” and
// “few” match “too few”.
func hasWordPrefix(value, text string) bool {
	_, last, _ := strings.Cut(value, " ")
	return strings.HasPrefix(value, text) || strings.HasPrefix(last, text)
}

func parseAgeTerm(_ Field, t *term) string {
	why := t.parseSpan()
	if why == "" && (t.op == opHas || t.op == opIs) {
		why = fmt.Sprintf("an age needs a comparison: write age>%s or age<%[1]s", t.text)
	}
	return why
}

// neverExpires is the value of an expiry that never comes.
const neverExpires = "never"

func parseExpiryTerm(_ Field, t *term) string {
	equal := t.op == opHas || t.op == opIs
	switch never := strings.EqualFold(t.text, neverExpires); {
	case never && equal:
		t.text, t.quoted = neverExpires, false
		return ""
	case never || equal:
		return "write expires<3d, expires>3d or expires:never"
	}
	return t.parseSpan()
}

func (t *term) parseSpan() string {
	t.text, t.quoted = strings.ToLower(t.text), false
	span, err := model.ParseAge(t.text)
	if err != nil {
		return err.Error()
	}
	t.span = span
	return ""
}

func parseSizeTerm(_ Field, t *term) string {
	t.text, t.quoted = strings.ToUpper(t.text), false
	mb, err := model.ParseSizeMB(t.text)
	switch {
	case err != nil:
		return err.Error()
	case t.op == opHas || t.op == opIs:
		return fmt.Sprintf("a size needs a comparison: write size>%s or size<%[1]s", t.text)
	}
	t.mb = mb
	return ""
}

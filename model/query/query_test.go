package query

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"vpsdeck/model"

	"pgregory.net/rapid"
)

// serverView returns web-server-01 with a newest point of that age, and these reasons.
func serverView(age time.Duration, reasons ...model.Health) model.ServerView {
	v := model.ServerView{Server: model.Server{
		ID: web.ID, Name: web.Name, Hostname: "web01.example.com", Status: model.ServerActive, IP: "203.0.113.10",
		Location: "us-west",
		Plan:     model.Plan{Name: "Standard VPS"}, OS: "Ubuntu 22.04 LTS",
	}, Known: true, Assessment: model.Assessment{Newest: now.Add(-age)}}
	for _, h := range reasons {
		v.Assessment.Reasons = append(v.Assessment.Reasons, model.Reason{Health: h})
	}
	return v
}

// mustParse parses a query without problems.
func mustParse(t *testing.T, text string, fields FieldSet) Query {
	t.Helper()
	q, problems := Parse(text, fields)
	if len(problems) > 0 {
		t.Fatalf("%s: %v", text, problems)
	}
	return q
}

func TestQueryMatchesServers(t *testing.T) {
	late, bare := serverView(30*time.Hour, model.Overdue, model.SnapshotsFull), serverView(0, model.None)
	bare.Assessment.Newest = time.Time{}
	unknown := serverView(30*time.Hour, model.Overdue)
	unknown.Known = false
	for text, want := range map[string][3]bool{ // overdue and full, never backed up, unknown
		"":                            {true, true, true},
		"  ":                          {true, true, true},
		`""`:                          {true, true, true},
		"wb1":                         {true, true, true},
		"1bw":                         {},
		"WEB":                         {},
		"Web":                         {},
		"web ubuntu":                  {true, true, true},
		"web Ubuntu":                  {true, true, true},
		"ubntu":                       {}, // fuzzy matching applies only to the name
		"203.0.113":                   {true, true, true},
		"12345":                       {true, true, true},
		`"web-server"`:                {true, true, true},
		`"wb"`:                        {},
		`"Standard VPS"`:              {true, true, true},
		"-db":                         {true, true, true},
		"!web":                        {},
		"-wb":                         {true, true, true},
		"-ubuntu":                     {},
		"name:web":                    {true, true, true},
		"name:WEB":                    {},
		"name=web":                    {},
		"name=web-server-01":          {true, true, true},
		"name:web*":                   {true, true, true},
		"name=web*":                   {true, true, true},
		"name:*web":                   {},
		`name:"web*"`:                 {},
		"server:w?b*":                 {true, true, true},
		"name!=web*":                  {},
		"-name:db*":                   {true, true, true},
		"id:12345":                    {true, true, true},
		"id:1234":                     {},
		"id:1234*":                    {true, true, true},
		"status:act":                  {true, true, true},
		"status:ACTIVE":               {true, true, true},
		"status=act":                  {},
		"status:ctive":                {},
		"status!=active":              {},
		"location:us-*":               {true, true, true},
		"location:west":               {true, true, true},
		"os:ubuntu plan:vps ip:203.*": {true, true, true},
		"host:web01":                  {true, true, true},
		"health:overdue":              {true, false, false},
		"note:overdue":                {true, false, false},
		"health:full":                 {true, false, false},
		`health:"snapshots full"`:     {true, false, false},
		`health="snapshots full"`:     {true, false, false},
		"health:backups":              {},
		"health:f":                    {true, false, false},
		"health:none":                 {false, true, false},
		"health:fine":                 {},
		"-health:overdue":             {false, true, false},
		"health!=none":                {true, false, false},
		"age>1d":                      {true, true, false},
		"age>100y":                    {false, true, false},
		"age<2d":                      {true, false, false},
		"age>=30h":                    {true, true, false},
		"age>30h":                     {false, true, false},
		"age<=30h":                    {true, false, false},
		"age<30h":                     {},
		"-age>30h":                    {true, false, false},
		"age:>1d":                     {true, true, false},
		"STATUS:active AGE>1D":        {true, true, false},
	} {
		q := mustParse(t, text, ServerFields)
		for i, v := range []model.ServerView{late, bare, unknown} {
			if got, _, _ := q.MatchServer(v, now); got != want[i] {
				t.Errorf("%s: server %d is found: %v", text, i, got)
			}
		}
	}
}

func TestQueryMatchesPoints(t *testing.T) {
	old := backup("501", 10*24*time.Hour)
	old.Type = model.Automatic
	old.Description, old.SizeMB, old.ExpiresAt = "Nightly run", 10*1024, now.Add(2*24*time.Hour)
	fresh := snapshot("801", time.Hour)
	fresh.Name, fresh.SizeMB = "pre-migration", 512
	broken := model.Point{Kind: model.Backup, ID: "777", Server: db, Type: model.Manual, Status: model.Errored} // most of its data is unknown
	for text, want := range map[string][3]bool{                                                                 // old, fresh, broken
		"":                           {true, true, true},
		"status:failed":              {false, false, true},
		"status=failed":              {false, false, true},
		"status:error":               {false, false, true},
		"status!=failed":             {true, true, false},
		"status:comp":                {true, true, false},
		"type:manual":                {false, false, true},
		"type:auto":                  {true, false, false},
		"type!=manual":               {true, true, false},
		"kind:snapshot":              {false, true, false},
		"-kind:snap":                 {true, false, true},
		"server:web*":                {true, true, false},
		"server=web-server-01":       {true, true, false},
		"name:pre-*":                 {false, true, false},
		"name:nightly":               {true, false, false},
		"prmig":                      {false, true, false},
		"nrun":                       {true, false, false},
		"manual":                     {false, false, true},
		"db":                         {false, false, true},
		"id:801":                     {false, true, false},
		"age>7d":                     {true, false, false},
		"age<7d":                     {false, true, false},
		"-age>7d":                    {false, true, false}, // a point without a time is neither older nor newer
		"age>1w age<2w":              {true, false, false},
		"size>=10GB":                 {true, false, false},
		"size>10gb":                  {},
		"size<10GB":                  {false, true, false},
		"-size<10GB":                 {true, false, false},
		"size<0.6G":                  {false, true, false},
		"expires<3d":                 {true, false, false},
		"expires>3d":                 {false, true, true}, // never is later than any time
		"expires:never":              {false, true, true},
		"expires!=never":             {true, false, false},
		"-expires:NEVER":             {true, false, false},
		"note:nightly":               {true, false, false},
		`description:"Nightly run"`:  {true, false, false},
		"status:completed size>1GB":  {true, false, false},
		"type:manual status:failed ": {false, false, true},
	} {
		q := mustParse(t, text, PointFields)
		for i, p := range []model.Point{old, fresh, broken} {
			if got, _, _ := q.MatchPoint(p, now); got != want[i] {
				t.Errorf("%s: %s is found: %v", text, p.Label(), got)
			}
		}
	}
	fresh.Status = model.InProgress
	if ok, _, _ := mustParse(t, "status:creating", PointFields).MatchPoint(fresh, now); !ok {
		t.Error("status:creating does not find a running point")
	}
}

func TestQueryProblemsNameThePlaceAndAllowedValues(t *testing.T) {
	for text, want := range map[string]string{ // the problem is between ‹ and ›
		"web ‹colour:red›": "unknown field colour; valid: status, kind, type, name, server, id, age, expires, size " +
			"and description",
		"‹sttus:x›": "status, kind, type, name, server, id, age, expires, size and description; did you " +
			"mean status?",
		"-‹color:red› web":   "unknown field color; ",
		"‹location:us›":      "restore points have no field location; valid: status, ",
		"‹age>7x›":           "age>7x: 7x is not a duration: write 36h, 7d or 2w",
		"‹age>-7d› web":      "age>-7d: -7d is not a duration",
		"‹age>7›":            "7 is not a duration",
		"‹age>1.2.3d›":       "1.2.3d is not a duration",
		"‹age>101y›":         "101y is too long: at most 100y",
		"‹age:7d›":           "an age needs a comparison: write age>7d or age<7d",
		"‹age:7x›":           "7x is not a duration",
		"‹size>10›":          "size>10: 10 is not a size: write 500MB, 10GB or 1.5TB",
		"‹size>10GBx›":       "10GBX is not a size",
		"‹size=1GB›":         "a size needs a comparison: write size>1GB or size<1GB",
		"‹size>1e9TB›":       "1E9TB is not a size",
		"‹size>9999999TB›":   "9999999TB is too large",
		"‹expires:3d›":       "write expires<3d, expires>3d or expires:never",
		"‹expires<never›":    "write expires<3d",
		"‹type:x›":           "type:x: unknown type x; valid: manual and automatic",
		"‹type=man›":         "unknown type man",
		"‹type>manual›":      "type cannot be compared: write type:manual",
		"‹name<x›":           "name cannot be compared: write name:x or name=x",
		"‹type:›":            "type: needs a value: manual and automatic",
		"‹age>› web":         "age> needs a value: such as age>7d",
		"web ‹-›":            "- needs a word after it",
		"‹!› web":            "! needs a word after it",
		"‹name:::1›":         "after a field write one of : = != < <= > >=",
		"‹name:\x1b[31m›\"x": "", // no problem: any text may be a name
		"‹x\x1bx:y›":         "",
		"‹status:\x1b›":      "",
		"‹type:\x1b[2J›":     "unknown type ^[[2j",
	} {
		from := strings.Index(text, "‹")
		to := strings.Index(text, "›") - len("‹")
		_, problems := Parse(strings.NewReplacer("‹", "", "›", "").Replace(text), PointFields)
		if want == "" {
			if len(problems) > 0 {
				t.Errorf("%q: %v", text, problems)
			}
			continue
		}
		if len(problems) != 1 {
			t.Errorf("%q: %v", text, problems)
			continue
		}
		if p := problems[0]; !strings.Contains(p.Message, want) || p.From != from || p.To != to ||
			p.Error() != p.Message {
			t.Errorf("%q: bytes %d to %d, want %d to %d: %s", text, p.From, p.To, from, to, p.Message)
		}
	}
}

func TestQueryWithProblemsUsesTheRest(t *testing.T) {
	q, problems := Parse("colour:red server:web* age>7x age>2d -", PointFields)
	if len(problems) != 3 || q.String() != "server:web* age>2d" {
		t.Errorf("%q with %v", q.String(), problems)
	}
	if q.Empty() || !mustParse(t, "", PointFields).Empty() {
		t.Error("Empty is wrong")
	}
}

func TestQueryHasOneCanonicalForm(t *testing.T) {
	for text, want := range map[string]string{
		"  Web   !db ":          "Web -db",
		"NOTE:Overdue":          "health:overdue",
		`health:"Too few"`:      `health:"too few"`,
		"health:few":            "health:few",
		"!status==Failed":       "status!=failed",
		"-age:>7D":              "age<=7d",
		"name!=x -name!=y":      "name!=x name=y",
		"-name:x":               "-name:x",
		`name:"a \"b\" \\ c\d"`: `name:"a \"b\" \\ c\\d"`,
		`"open quote`:           `"open quote"`,
		`"a"b`:                  `"a" b`,
		`it"s`:                  `it"s`,
		`""`:                    "",
	} {
		if got := mustParse(t, text, ServerFields).String(); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// newTextIndex returns an index of a point between two others.
func newTextIndex(p *model.Point) *TextIndex {
	var texts TextIndex
	for _, one := range []*model.Point{{ID: "1", Name: "web"}, p, {ID: "2", Name: "db"}} {
		texts.AddPoint(one)
	}
	return &texts
}

// checkAgrees fails unless a query's text parses to the same query, and problems lie within the
// text.
func checkAgrees(t rapid.TB, text string, fields FieldSet) {
	t.Helper()
	q, problems := Parse(text, fields)
	for _, p := range problems {
		if p.From < 0 || p.To <= p.From || p.To > len(text) || p.Message == "" || model.Clean(p.Message) != p.Message {
			t.Fatalf("%q: the problem is %+v", text, p)
		}
	}
	again, problems := Parse(q.String(), fields)
	if len(problems) > 0 || !reflect.DeepEqual(again, q) {
		t.Fatalf("%q is written %q, which is read as %q with %v", text, q.String(), again.String(), problems)
	}
	long := backup("502", time.Hour) // longer than what is marked
	long.Description = strings.Repeat("before the update of ", 7) + "web"
	for _, p := range []model.Point{backup("501", time.Hour), snapshot("801", 100*time.Hour), long} {
		okA, scoreA, atA := q.MatchPoint(p, now)
		okB, scoreB, atB := again.MatchPoint(p, now)
		if okA != okB || scoreA != scoreB || atA != atB {
			t.Fatalf("%q and %q match different rows", text, again.String())
		}
		if texts := newTextIndex(&p); q.WordsOnly() && q.MatchRow(texts, 1) != okA {
			t.Fatalf("%q: %+v matches differently in a text index", text, p)
		}
	}
	v := serverView(time.Hour, model.Overdue)
	ok, _, _ := q.MatchServer(v, now)
	var texts TextIndex
	texts.AddServer(&model.ServerView{Server: model.Server{Name: "mail-01"}})
	texts.AddServer(&v)
	if q.WordsOnly() && q.MatchRow(&texts, 1) != ok {
		t.Fatalf("%q: %+v matches differently in a text index", text, v)
	}
}

func TestQueryTextRoundTrips(t *testing.T) {
	var parts []string
	for _, f := range append(ServerFields.Fields(), PointFields.Fields()...) {
		parts = append(parts, f.Name, f.Alias, f.Example)
		parts = append(parts, f.Values...)
	}
	for sign := range operators {
		parts = append(parts, sign, sign)
	}
	parts = append(parts, " ", " ", " ", "-", "!", `"`, `\`, "*", "?", "7d", "10GB", "never", "web", "É", "\u00a0",
		"\xff", "a:b", "{")
	part := rapid.OneOf(rapid.SampledFrom(parts), rapid.StringN(0, 3, -1))
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(part, 0, 12).Draw(t, "parts"), "")
		checkAgrees(t, text, rapid.SampledFrom([]FieldSet{ServerFields, PointFields}).Draw(t, "fields"))
	})
}

func FuzzQueryTextRoundTrips(f *testing.F) {
	for _, field := range PointFields.Fields() {
		f.Add(field.Example)
	}
	f.Add(`-"a\"b" !!x name:"x*y" age:>7d name:::1 --- it"s`)
	f.Add("\xff\"\\\xff name:\x00")
	f.Fuzz(func(t *testing.T, text string) {
		checkAgrees(t, text, PointFields)
		checkAgrees(t, text, ServerFields)
	})
}

func TestEveryFieldHasAWorkingExample(t *testing.T) {
	for _, set := range []FieldSet{ServerFields, PointFields} {
		for _, f := range set.Fields() {
			q := mustParse(t, f.Example, set)
			if f.Description == "" || !strings.HasPrefix(q.String(), f.Name) {
				t.Errorf("%s of %s: %q", f.Name, set, q.String())
			}
			for _, value := range f.Values {
				mustParse(t, f.Name+"="+quoteValue(value), set)
			}
		}
	}
	if fields := PointFields.Fields(); slices.ContainsFunc(fields, func(f Field) bool { return f.Name == "location" }) {
		t.Error("points have a location field")
	}
}

func TestNarrowerQueryMatchesNoMore(t *testing.T) {
	var texts TextIndex
	names := []string{"web-01", "db-01", "Web-db", "we", "w-e-b", "WEB", ""}
	for _, name := range names {
		texts.AddServer(&model.ServerView{Server: model.Server{Name: name, Location: "Weimar"}})
		texts.AddServer(&model.ServerView{Server: model.Server{Name: name}})
	}
	narrowed := 0
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.SampledFrom([]rune(`webWd "-`)), 1, 6, -1)
		first := text.Draw(t, "first")
		begun, _ := Parse(first, ServerFields)
		start := rapid.SampledFrom([]string{"", first, first + " "}).Draw(t, "on")
		q, _ := Parse(start+text.Draw(t, "then"), ServerFields)
		if !q.Narrows(begun) {
			return
		}
		narrowed++
		for n := range 2 * len(names) {
			if q.MatchRow(&texts, n) && !begun.MatchRow(&texts, n) {
				t.Fatalf("%q matches %q, but %q does not", q.String(), names[n/2], begun.String())
			}
		}
	})
	if narrowed == 0 {
		t.Error("no query narrows another")
	}
}

func TestExtendingAWordNarrows(t *testing.T) {
	for _, c := range []struct {
		text, from string
		want       bool
	}{
		{"we", "w", true}, {"w", "w", true}, {"w d", "w", true}, {"web -d", "w -d", true}, {`"web`, `"w`, true},
		{"w", "", true},
		{"w", "we", false}, {"-we", "-w", false}, {"-w", "-we", false}, {"-w", "w", false}, {"we", `"w`, false},
		{"d w", "w", false},
		{"we size>5GB", "w", false}, {"we", "w size>5GB", false},
	} {
		q, _ := Parse(c.text, PointFields)
		from, _ := Parse(c.from, PointFields)
		if got := q.Narrows(from); got != c.want {
			t.Errorf("%q narrows %q: %v", c.text, c.from, got)
		}
	}
}

package query

import (
	"slices"
	"strings"
	"testing"
)

func TestFiltersAreCompleted(t *testing.T) {
	values := func(field string) []string {
		return map[string][]string{"status": {"active", "failed"}, "os": {"Ubuntu 22.04", "Debian 12"},
			"location": {"us-west", "us-east", "us-west"}}[field]
	}
	for _, c := range []struct {
		text   string
		fields FieldSet
		want   []string
	}{
		{"sta", ServerFields, []string{"status:"}},
		{"STA", ServerFields, []string{"status:"}},
		{"web -he", ServerFields, []string{"web -health:"}},
		{"ag", PointFields, []string{"age>"}},
		{"ex", PointFields, []string{"expires<"}},
		{"ex", ServerFields, nil},
		{"web", ServerFields, nil},
		{"status:", ServerFields, []string{"status:active", "status:failed"}},
		{"web status:F", ServerFields, []string{"web status:failed"}},
		{"status=fa", ServerFields, []string{"status=failed"}},
		{"status:failed", ServerFields, nil},
		{"health:over", ServerFields, []string{"health:overdue"}},
		{"health:too", ServerFields, []string{`health:"too few"`}},
		{`health:"too`, ServerFields, []string{`health:"too few"`}},
		{"os:ub", ServerFields, []string{`os:"Ubuntu 22.04"`}},
		{`os:"Ubuntu 22.04" st`, ServerFields, []string{`os:"Ubuntu 22.04" status:`}},
		{"location:us", ServerFields, []string{"location:us-west", "location:us-east"}},
		{"kind:s", PointFields, []string{"kind:snapshot"}},
		{"kind:s", ServerFields, nil},
		{"age>", PointFields, nil},
		{"zebra:", ServerFields, nil},
	} {
		if got := Complete(c.text, c.fields, values); !slices.Equal(got, c.want) {
			t.Errorf("%q for %s: %q, want %q", c.text, c.fields, got, c.want)
		}
	}
	if got := Complete("", ServerFields, nil); len(got) != len(ServerFields.Fields()) || got[0] != "status:" {
		t.Errorf("an empty filter: %q", got)
	}
}

// What is offered must be valid, or the beginning of something valid.
func FuzzCompletionsAreValid(f *testing.F) {
	for _, text := range []string{"", "st", "status:", `name:"a b" -os:`, `"`, `\`, "é:", "a=\"\\\""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		values := func(string) []string { return []string{"a b", `x"y\`, "*", "é"} }
		for _, fields := range []FieldSet{ServerFields, PointFields} {
			_, before := Parse(text, fields)
			for _, full := range Complete(text, fields, values) {
				if _, problems := Parse(full+"", fields); len(problems) > len(before)+1 {
					t.Errorf("%q becomes %q: %v", text, full, problems)
				}
				if strings.ContainsRune(full, '\n') && !strings.ContainsRune(text, '\n') {
					t.Errorf("%q becomes %q", text, full)
				}
			}
		}
	})
}

package model

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestIDKeepsIntegerOrStringForm(t *testing.T) {
	uuid := "3f2b8c1e-9a4d-4e0b-8a51-0c6f1d2e3a4b"
	for in, want := range map[string]struct {
		id  ID
		out string
	}{
		`501`:                   {"501", `501`},
		`0`:                     {"0", `0`},
		`9007199254740993`:      {"9007199254740993", `9007199254740993`}, // a float64 would lose the last digit
		`"` + uuid + `"`:        {ID(uuid), `"` + uuid + `"`},
		`"bk_2025-A"`:           {"bk_2025-A", `"bk_2025-A"`},
		`"007"`:                 {"007", `"007"`}, // the zeros are part of the name
		`null`:                  {"", `""`},
		`"\u0061bc"`:            {"abc", `"abc"`},
		`"` + longID(128) + `"`: {ID(longID(128)), `"` + longID(128) + `"`},
		`  501`:                 {"501", `501`},
	} {
		var id ID
		if err := json.Unmarshal([]byte(in), &id); err != nil || id != want.id {
			t.Errorf("%s is read as %q, %v; want %q", in, id, err, want.id)
		}
		if out, err := json.Marshal(id); err != nil || string(out) != want.out {
			t.Errorf("%q is written as %s, %v; want %s", id, out, err, want.out)
		}
	}
}

func TestIDRejectsUnsafeText(t *testing.T) {
	for _, in := range []string{
		`""`, `"a/b"`, `"../servers"`, `"a?x=1"`, `"a#b"`, `"a b"`, `"a%2fb"`, `"\u001b[2J"`, `"é"`, `"\u202e1"`,
		`"a\nb"`,
		`1.5`, `1e5`, `true`, `false`, `{}`, `[]`, `[1]`, `{"id": 1}`, `"` + longID(129) + `"`, longID(129),
	} {
		id := ID("before")
		if err := json.Unmarshal([]byte(in), &id); err == nil {
			t.Errorf("%s is accepted as %q", in, id)
		} else if id != "before" {
			t.Errorf("%s is refused, but the ID has become %q", in, id)
		}
	}
}

func longID(n int) string { return strings.Repeat("7", n) }

func TestIDOrderIsTotalWithIntegersByValue(t *testing.T) {
	sorted := []ID{"-1", "0", "2", "10", "501", "", "99999999999999999999", "A", "a", "a-1", "b", "bk_1"}
	for i, a := range sorted {
		for j, b := range sorted {
			if got := a.Less(b); got != (i < j) {
				t.Errorf("%q before %q: %v", a, b, got)
			}
		}
	}
}

func FuzzOnlyIdenticalIDsCompareEqual(f *testing.F) {
	f.Add("7", "007", "x")
	f.Add("1", "a", "-0")
	f.Add("", "0", "99999999999999999999")
	f.Add("a", "B", "10")
	f.Fuzz(func(t *testing.T, x, y, z string) {
		a, b, c := ID(x), ID(y), ID(z)
		if a.Less(b) == b.Less(a) && a != b {
			t.Errorf("%q and %q: neither or both come first", a, b)
		}
		if a.Less(b) && b.Less(c) && !a.Less(c) {
			t.Errorf("%q < %q < %q, but not %q < %q", a, b, c, a, c)
		}
		if a.Less(a) {
			t.Errorf("%q comes before itself", a)
		}
	})
}

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// old is a word of the dialect, split so that the check does not find this file.
const old = "de" + "ed"

func TestFindings(t *testing.T) {
	long := strings.TrimSpace(strings.Repeat("go ", maxWords)) // as many words as a sentence may have
	line := func(fill string, columns int) string {            // a line of Go with this many columns
		return "package a\n\nvar a = `" + strings.Repeat(fill, columns-len("var a = ``")) + "`\n"
	}
	for name, c := range map[string]struct {
		file, text string
		want       string // "": no finding
	}{
		"plain English":           {"a.go", "package a\n\n// A is one.\nconst A = 1\n", ""},
		"a word of the dialect":   {"a.md", "fine\nthe " + old + " is done\n", `a.md:2: the word "` + old + `"`},
		"several and a capital":   {"a.txt", strings.ToUpper(old[:1]) + old[1:] + "s\n", `a.txt:1: the word "D`},
		"a part of a longer word": {"a.md", "in" + old + " it is\n", ""},
		"the change log":          {"CHANGELOG.md", "the " + old + "\n", ""},
		"no text":                 {"a.png", "\xff\xfe " + old + "\n", ""},

		"120 columns":           {"a.go", line("é", 120), ""},
		"121 columns":           {"a.go", line("é", 121), "a.go:3: 121 columns"},
		"a tab is four columns": {"a.go", line("\t", 70), "a.go:3: 250 columns"},
		"a long line of text":   {"a.md", strings.Repeat("x", 200) + "\n", ""},

		"30 words":              {"a.go", "// " + long + ".\npackage a\n", ""},
		"31 words":              {"a.go", "// " + long + " on.\npackage a\n", "a.go:1: a sentence of 31 words: go"},
		"31 words in two lines": {"a.go", "// " + long + "\n// on.\npackage a\n", "a.go:1: a sentence of 31"},
		"two sentences":         {"a.go", "// " + long + ". On\n// it goes.\npackage a\n", ""},
		"a paragraph ends it":   {"a.go", "// " + long + "\n//\n// on\npackage a\n", ""},
		"an item of a list":     {"a.go", "// So:\n// - " + long + "\n// - on\npackage a\n", ""},
		"a long item of a list": {"a.go", "// So:\n// - " + long + " on\npackage a\n", "a.go:1: a sentence of 31"},
		"code inside a comment": {"a.go", "// So:\n//\n//\t" + long + " on\npackage a\n", ""},
		"after code":            {"a.go", "package a\n\nvar a = 1 /* " + long + "\non */\n", "a.go:3: a sentence"},
		"no Go":                 {"a.go", "pakage a\n", "expected 'package'"},
		"not in a Go file":      {"a.sh", "# " + long + " on and on\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if err := os.WriteFile(c.file, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			git(t, "init", "-q")
			git(t, "add", ".")
			got, err := check(nil)
			if err != nil || (len(got) == 0) != (c.want == "") || !strings.Contains(strings.Join(got, "\n"), c.want) {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestOnlyFilesInGitBelowThePathsAreChecked(t *testing.T) {
	t.Chdir(t.TempDir())
	git(t, "init", "-q")
	for _, file := range []string{"in/a.md", "out/b.md", "in/deleted.md", "in/ignored.md"} {
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(old+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	git(t, "add", "in/a.md", "out", "in/deleted.md")
	if err := os.Remove("in/deleted.md"); err != nil {
		t.Fatal(err)
	}
	got, err := check([]string{"in"})
	if err != nil || len(got) != 1 || !strings.HasPrefix(got[0], "in/a.md:1:") {
		t.Errorf("got %q, %v; want only in/a.md", got, err)
	}
	if got, _ := check(nil); len(got) != 2 {
		t.Errorf("without a path: %q; want both files", got)
	}
}

func git(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
		t.Fatalf("git %q: %v: %s", args, err, out)
	}
}

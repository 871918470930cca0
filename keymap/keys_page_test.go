package keymap

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
)

var updateKeysPage = flag.Bool("update", false, "rewrite the table of keys in docs/KEYS.md")

func TestKeysPageIsUpToDate(t *testing.T) {
	const file, begin, end = "../docs/KEYS.md", "<!-- keys -->\n", "<!-- /keys -->\n"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, opened := strings.Cut(string(data), begin)
	table, after, closed := strings.Cut(rest, end)
	if !opened || !closed {
		t.Fatalf("docs/KEYS.md has no place for the keys: add %q and %q on separate lines", begin, end)
	}
	k := Default()
	want := k.Markdown()
	if table == want {
		return
	}
	if !*updateKeysPage {
		t.Fatalf("the table in docs/KEYS.md is out of date: run go test ./keymap -update. It should be\n%s", want)
	}
	if err := os.WriteFile(file, []byte(before+begin+want+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestTableListsEveryKey(t *testing.T) {
	k := Default()
	lines := strings.Split(strings.TrimSuffix(k.Markdown(), "\n"), "\n")
	if got, want := len(lines), 2+len(bindingNames)+1; got != want {
		t.Errorf("%d lines, want %d: head, rule, a line for each name, ctrl+c", got, want)
	}
	for _, line := range lines {
		if strings.Count(line, "|") != 5 {
			t.Errorf("a line without four cells: %s", line)
		}
	}
	for _, want := range []string{
		"| Actions | `s` | snapshot | `action.snapshot` |", "|  | `r` | restore | `action.restore` |",
		"| | `ctrl+c` | quit, always | |",
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("the line %s is missing", want)
		}
	}
}

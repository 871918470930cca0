// Command prose checks the language of all files in git: no word of the old dialect, no Go line
// over 120 columns, and no sentence of a comment over 30 words. Usage: go run ./.ci/prose [path…].
package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf8"
)

const (
	maxColumns = 120 // of a Go line, with a tab as four
	maxWords   = 30  // of a sentence in a comment
)

// dialect matches the words that this project does not use. Each is split here, so that the check
// does not find this file.
var dialect = regexp.MustCompile(`(?i)\bde` + `eds?\b|err` + `and|wish` + `es|vig` + `il|bef` + `ell|\bane` +
	`w\b|who` + `ever`)

func main() {
	findings, err := check(os.Args[1:])
	for _, f := range findings {
		fmt.Println(f)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "prose:", err)
		os.Exit(2)
	}
	if len(findings) > 0 {
		os.Exit(1)
	}
}

// check returns a line for each finding in the files below the paths, or in all files.
func check(paths []string) (findings []string, err error) {
	list, err := exec.Command("git", append([]string{"ls-files", "--"}, paths...)...).Output()
	if err != nil {
		return nil, err
	}
	for file := range strings.Lines(string(list)) {
		file = strings.TrimSpace(file)
		text, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) {
			continue // deleted, and not committed yet
		}
		if err != nil {
			return nil, err
		}
		if !utf8.Valid(text) || file == "CHANGELOG.md" {
			continue
		}
		findings = append(findings, checkLines(file, string(text))...)
		if filepath.Ext(file) == ".go" {
			findings = append(findings, checkComments(file, text)...)
		}
	}
	return findings, nil
}

func checkLines(file, text string) (findings []string) {
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimRight(line, "\n")
		if word := dialect.FindString(line); word != "" {
			findings = append(findings, fmt.Sprintf("%s:%d: the word %q", file, number, word))
		}
		if filepath.Ext(file) != ".go" {
			continue
		}
		if columns := utf8.RuneCountInString(strings.ReplaceAll(line, "\t", "    ")); columns > maxColumns {
			findings = append(findings, fmt.Sprintf("%s:%d: %d columns", file, number, columns))
		}
	}
	return findings
}

func checkComments(file string, text []byte) (findings []string) {
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, file, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return []string{err.Error()}
	}
	for _, group := range parsed.Comments {
		line := files.Position(group.Pos()).Line
		for _, sentence := range sentences(group) {
			if words := len(strings.Fields(sentence)); words > maxWords {
				start := strings.Join(strings.Fields(sentence)[:6], " ")
				findings = append(findings, fmt.Sprintf("%s:%d: a sentence of %d words: %s …", file, line, words,
					start))
			}
		}
	}
	return findings
}

var sentenceEnd = regexp.MustCompile(`[.?!:](\s+|$)`)

// sentences splits a comment into sentences. An indented line is code or a table, and is left out.
// An item of a list starts a sentence.
func sentences(group *ast.CommentGroup) (found []string) {
	var paragraph []string
	flush := func() {
		found = append(found, sentenceEnd.Split(strings.Join(paragraph, " "), -1)...)
		paragraph = nil
	}
	for _, comment := range group.List {
		for line := range strings.Lines(comment.Text) {
			line = strings.TrimPrefix(strings.TrimPrefix(line, "//"), "/*")
			line = strings.TrimSuffix(strings.TrimRight(line, "\n"), "*/")
			switch trimmed := strings.TrimSpace(line); {
			case trimmed == "", strings.HasPrefix(line, "\t"), strings.HasPrefix(line, "   "):
				flush()
			case strings.HasPrefix(trimmed, "- "):
				flush()
				paragraph = append(paragraph, strings.TrimPrefix(trimmed, "- "))
			default:
				paragraph = append(paragraph, trimmed)
			}
		}
	}
	flush()
	return found
}

package screen

import (
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"golang.org/x/text/unicode/norm"

	"vpsdeck/model"
	"vpsdeck/model/pattern"
	"vpsdeck/model/query"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// filter is the filter of a pane: its text, which can be edited, and what that shows.
type filter[T any] struct {
	input   textinput.Model
	typing  bool
	parser  filterParser[T]
	match   *matcher[T] // the parsed text; nil: everything is shown
	problem string      // what is wrong with the text, or ""
	changed bool        // the filter has changed since the rows were set
	search  rowSearch[T]
}

func newFilter[T any](s *style.Styles, parser filterParser[T], addTexts func(*query.TextIndex, T)) filter[T] {
	input := dialog.NewInput(s)
	input.Prompt = "/"
	input.CharLimit = query.MaxFilter
	return filter[T]{input: input, parser: parser, search: rowSearch[T]{addTexts: addTexts}}
}

// Value returns the text.
func (f *filter[T]) Value() string { return f.input.Value() }

// apply returns the rows that are shown, from those that search has.
func (f *filter[T]) apply() []T {
	switch {
	case f.match != nil:
		return f.search.find(f.match)
	case !f.typing:
		f.search.drop() // no filter is in use
	}
	return f.search.rows
}

// matchedRunes reports which runes of a row's name the filter matched; nil: none.
func (f *filter[T]) matchedRunes(row T) func(int) bool {
	if f.match == nil {
		return nil
	}
	_, marks := f.match.match(row)
	if marks == (pattern.Marks{}) {
		return nil
	}
	return marks.Has
}

// parse parses the text.
func (f *filter[T]) parse() {
	f.match, f.problem, f.changed = nil, "", true
	if f.Value() == "" {
		return
	}
	match, problems := f.parser(f.Value())
	f.match = match
	if len(problems) > 0 {
		f.problem = problems[0].Message
	}
}

func (f *filter[T]) startTyping() {
	f.typing = true
	f.search.build()
	f.input.Focus()
	f.input.CursorEnd()
}

func (f *filter[T]) stopTyping() {
	f.typing = false
	f.input.Blur()
}

func (f *filter[T]) clear() {
	f.input.Reset()
	f.parse()
}

// edit passes a key or a paste to the field, and reports whether its text has changed.
func (f *filter[T]) edit(msg tea.Msg) bool {
	before := f.Value()
	if text, ok := dialog.SanitizeInput(msg); ok {
		f.input, _ = f.input.Update(text) // its only command blinks the cursor, which is off
	}
	if f.Value() == before {
		return false
	}
	f.parse()
	return true
}

// note returns the filter, and what is wrong with it, for the lower border of a pane of this width.
func (f *filter[T]) note(s *style.Styles, width int) string {
	problem := ""
	if f.problem != "" {
		problem = style.Render(s.Warning, "  "+style.Warning+" "+f.problem)
	}
	switch {
	case f.typing:
		in := f.input
		in.SetWidth(max(min(widget.Width(in.Value())+1, width-12), 1))
		return widget.WithCursor(in.View()) + problem
	case f.Value() != "" && problem != "":
		return style.Render(s.Accent, "/"+f.Value()) + problem
	case f.Value() != "":
		return style.Render(s.Accent, "/"+f.Value()) + style.Render(s.Muted, "  esc clears")
	}
	return ""
}

// matcher is a parsed filter. A filter that shows everything is nil.
type matcher[T any] struct {
	query     *query.Query // the parsed query
	textQuery *query.Query // the query, if the text index answers it; nil: match must run
	match     func(T) (shown bool, found pattern.Marks)
}

// filterParser parses a filter. If parts are invalid it returns problems, and a matcher of the
// valid parts.
type filterParser[T any] func(text string) (*matcher[T], []model.Problem)

// queryParser parses filters of words and fields. match reports whether a row is shown, and which
// runes of its name matched. It must be safe for concurrent use.
func queryParser[T any](fields query.FieldSet, match func(query.Query, T) (bool, pattern.Marks)) filterParser[T] {
	return func(text string) (*matcher[T], []model.Problem) {
		q, problems := query.Parse(norm.NFC.String(text), fields) // names are NFC too; see package api
		if q.Empty() {
			return nil, problems
		}
		m := &matcher[T]{query: &q, match: func(row T) (bool, pattern.Marks) { return match(q, row) }}
		if q.WordsOnly() {
			m.textQuery = &q
		}
		return m, problems
	}
}

// pointQueryParser parses filters of restore points.
func pointQueryParser(env *Env) filterParser[*model.Point] {
	return queryParser(query.PointFields, func(q query.Query, p *model.Point) (bool, pattern.Marks) {
		shown, _, found := q.MatchPoint(*p, env.State.Now)
		return shown, found
	})
}

// matches reports whether a row is shown; its texts are the nth of the index.
func (m *matcher[T]) matches(row T, texts *query.TextIndex, n int) bool {
	if m.textQuery != nil {
		return m.textQuery.MatchRow(texts, n)
	}
	shown, _ := m.match(row)
	return shown
}

// narrows reports whether the filter is known to show only rows that other shows.
func (m *matcher[T]) narrows(other *matcher[T]) bool {
	return m.textQuery != nil && other.textQuery != nil && m.textQuery.Narrows(*other.textQuery)
}

package report

import (
	"crypto/sha256"
	_ "embed" // the page and its style
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"vpsdeck/model"
	"vpsdeck/ui/widget"
)

//go:embed report.html.tmpl
var pageText string

//go:embed report.css
var styleText string

// pageTemplate is parsed when it is needed: the program has other things to do at its start.
var pageTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("report").Funcs(template.FuncMap{
		"time": widget.FormatTime, "date": formatDate, "machine": machineTime, "plural": model.Pluralize,
		"short": shorten,
	}).Parse(pageText))
})

// page is what the template shows: the report, and how much of it is folded.
type page struct {
	*Report
	Style      template.CSS
	StyleHash  string // of the style, so that no other one can apply
	Fleet      folded[serverRow]
	BelowRows  folded[serverRow]
	FailedRows folded[event]
	Restored   folded[event]
	LossRows   folded[loss]
	cells      int // in a row of the calendar
}

// WriteHTML writes the report as one page that loads nothing. It needs no script: long lists are
// folded, and a browser opens them.
func (r *Report) WriteHTML(w io.Writer) error {
	cells := len(calendarCells(make([]model.DayCover, r.Days)))
	// the style knows how many cells there are, because an attribute may not set it
	style := strings.TrimSpace(styleText) + fmt.Sprintf("\n:root{--cells:%d}\n", cells)
	hash := sha256.Sum256([]byte(style))
	return pageTemplate().Execute(w, page{
		Report: r, Style: template.CSS(style), StyleHash: base64.StdEncoding.EncodeToString(hash[:]), cells: cells,
		Fleet: fold(r.Servers, len(r.Servers)), BelowRows: fold(r.Below, maxRows),
		FailedRows: fold(r.Failures, maxRows), Restored: fold(r.Restores, maxRows), LossRows: fold(r.Losses, maxRows),
	})
}

// The sizes of the parts of a long list.
const (
	alwaysOpen = 60   // a list up to this length is not folded
	firstRows  = 50   // of a longer one, the rows before the folded ones
	chunkRows  = 500  // in one fold
	maxRows    = 2050 // of a list other than the fleet: the rest is left out, and counted
)

// folded is a long list: the first rows, and the others in parts that are closed at first.
type folded[T any] struct {
	Open    []T
	Chunks  []chunk[T]
	LeftOut int // rows that the page does not have
	All     int
}

// chunk is one part of a folded list.
type chunk[T any] struct {
	First, Last int // counted from 1
	Rows        []T
}

// fold divides a list, and leaves out what is beyond the most rows.
func fold[T any](rows []T, most int) folded[T] {
	f := folded[T]{Open: rows, All: len(rows)}
	if len(rows) <= alwaysOpen {
		return f
	}
	f.LeftOut = max(len(rows)-most, 0)
	f.Open, rows = rows[:firstRows], rows[:len(rows)-f.LeftOut]
	for from := firstRows; from < len(rows); from += chunkRows {
		to := min(from+chunkRows, len(rows))
		f.Chunks = append(f.Chunks, chunk[T]{from + 1, to, rows[from:to]})
	}
	return f
}

// tile is one figure of the summary.
type tile struct {
	key, Value, Label string // the key is for programs
	Tone              string
}

// Tiles returns the figures of the summary. While the account is not read whole, none looks exact.
func (r *Report) Tiles() []tile {
	atLeast := func(n int) string {
		if r.Whole {
			return strconv.Itoa(n)
		}
		return "≥ " + strconv.Itoa(n)
	}
	tone := func(bad bool, tone string) string {
		switch {
		case !r.Whole:
			return "unknown"
		case bad:
			return tone
		}
		return ""
	}
	in := " in " + model.Pluralize(r.Days, "day")
	below := strconv.Itoa(len(r.Below))
	if !r.Whole { // a missing restore point may cover a server, and a missing server may be below
		below = "?"
	}
	return []tile{
		{"servers", atLeast(len(r.Servers)), noun(len(r.Servers), "server"), ""},
		{"restorable", atLeast(r.Restorable), "can be brought back", tone(r.Restorable < len(r.Servers), "bad")},
		{"below_policy", below, "below policy", tone(len(r.Below) > 0, "warning")},
		{"failed", atLeast(len(r.Failures)), noun(len(r.Failures), "failure") + in,
			tone(len(r.Failures) > 0, "warning")},
		{"restored", r.restoreCount(), noun(len(r.Restores), "restore") + in, ""},
		{"expiring_7d", atLeast(r.ExpiringSoon), "expire in 7 days", ""},
	}
}

// restoreCount returns the number of restores, or a question mark if the journal is not known.
func (r *Report) restoreCount() string {
	if r.JournalNotes == nil {
		return "?"
	}
	return strconv.Itoa(len(r.Restores))
}

func noun(n int, one string) string {
	_, word, _ := strings.Cut(model.Pluralize(n, one), " ")
	return word
}

// The calendar has one cell for each day, or for each week of a long period.
const longestInDays = 92

// CellName returns what a cell of the calendar stands for.
func (r *Report) CellName() string {
	if r.Days > longestInDays {
		return "week"
	}
	return "day"
}

// calendarCells returns the cells of a calendar, oldest first: the days, or the best day of each
// week, so that the last week ends today.
func calendarCells(days []model.DayCover) []model.DayCover {
	if len(days) <= longestInDays {
		return days
	}
	weeks := make([]model.DayCover, (len(days)+6)/7)
	for i, day := range days {
		week := &weeks[len(weeks)-1-(len(days)-1-i)/7]
		*week = max(*week, day)
	}
	return weeks
}

// The size of a cell, in the units of its picture.
const (
	cellWidth  = 10
	cellHeight = 14
)

// cellClass is the look of a cell: none, snapshot, failed or backup.
func cellClass(c model.DayCover) byte { return [...]byte{'n', 's', 'f', 'b', 'b'}[c] }

// Calendar draws the cells of a server. Neighbours of one class are one shape, filled with a
// pattern of cells, so that a row is small.
func (s serverRow) Calendar() template.HTML {
	cells := calendarCells(s.Cover)
	shapes := map[byte]*strings.Builder{}
	for i := 0; i < len(cells); {
		end := i
		for end < len(cells) && cellClass(cells[end]) == cellClass(cells[i]) {
			end++
		}
		class := cellClass(cells[i])
		if shapes[class] == nil {
			shapes[class] = &strings.Builder{}
		}
		fmt.Fprintf(shapes[class], "M%d 0h%dv%dh-%dz", i*cellWidth, (end-i)*cellWidth, cellHeight, (end-i)*cellWidth)
		i = end
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="c" viewBox="0 0 %d %d" preserveAspectRatio="none" role="img"><title>%s</title>`,
		len(cells)*cellWidth, cellHeight, template.HTMLEscapeString(s.CoverText()))
	for _, class := range []byte("nsfb") {
		if shape := shapes[class]; shape != nil {
			fmt.Fprintf(&b, `<path class="%c" d="%s"/>`, class, shape)
		}
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) // numbers, and one escaped text
}

// CoverText returns the calendar of a server in words.
func (s serverRow) CoverText() string {
	counts := map[byte]int{}
	cells := calendarCells(s.Cover)
	for _, c := range cells {
		counts[cellClass(c)]++
	}
	unit := "days"
	if len(s.Cover) > longestInDays {
		unit = "weeks"
	}
	return fmt.Sprintf("Of %d %s: backup %d, snapshot %d, failed %d, none %d", len(cells), unit, counts['b'],
		counts['s'], counts['f'], counts['n'])
}

// Axis returns the dates below the calendar: the first day, the middle one and today. The first has
// its year if that is another one.
func (r *Report) Axis() []string {
	const layout = "2 Jan"
	first, last := r.From.Format(layout), r.ReadAt.Format(layout)
	if r.From.Year() != r.ReadAt.Year() {
		first = formatDate(r.From)
	}
	switch r.Days {
	case 1:
		return []string{last}
	case 2:
		return []string{first, last}
	}
	return []string{first, r.From.AddDate(0, 0, (r.Days-1)/2).Format(layout), last}
}

// ExpiryChart draws how many restore points expire on each of the next 30 days.
func (r *Report) ExpiryChart() template.HTML {
	const height = 60
	most := 0
	for _, n := range r.ExpiryDays {
		most = max(most, n)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="x" viewBox="0 0 %d %d" preserveAspectRatio="none" role="img"><title>`,
		len(r.ExpiryDays)*cellWidth, height)
	fmt.Fprintf(&b, "Restore points that expire: %d in the next 7 days, %d in the next 30, at most %d a day</title>",
		r.ExpiringSoon, len(r.Expiring), most)
	for i, n := range r.ExpiryDays {
		class, h := "soon", 0
		if i >= 7 {
			class = "later"
		}
		if n > 0 {
			h = max(n*(height-2)/most, 3)
		}
		fmt.Fprintf(&b, `<rect class="%s" x="%d" y="%d" width="8" height="%d"/>`, class, i*cellWidth+1, height-h-1, h+1)
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) // numbers only
}

// Bar draws the share of a sort of restore points in the space of all.
func (r *Report) Bar(s space) template.HTML {
	share := 0.0
	if r.Total.MB > 0 {
		share = 100 * float64(s.MB) / float64(r.Total.MB)
	}
	class := "b"
	if s.Name == "snapshots" {
		class = "s"
	}
	return template.HTML(fmt.Sprintf(`<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" role="img">`+
		`<title>%.0f %%</title><rect class="all" width="100" height="8"/>`+
		`<rect class="%s" width="%.2f" height="8"/></svg>`, share, class, share))
}

// longestText is how much of a name or an ID people are shown, in characters.
const longestText = 200

// shorten cuts a text that is too long to be a name.
func shorten(text string) string {
	if runes := []rune(text); len(runes) > longestText {
		return string(runes[:longestText]) + "…"
	}
	return text
}

// Source says where the data is from.
func (r *Report) Source() string {
	if r.Profile == "" {
		return r.Host
	}
	return r.Host + ", profile " + r.Profile
}

// Name returns the account's name for a title.
func (r *Report) Name() string {
	if r.Account == "" {
		return r.Host
	}
	return r.Account
}

// Period returns the period with its length.
func (r *Report) Period() string {
	return fmt.Sprintf("%s – %s (%s, UTC)", formatDate(r.From), formatDate(r.ReadAt), model.Pluralize(r.Days, "day"))
}

// ReadText says when the account was read, and whether it was read whole.
func (r *Report) ReadText() string {
	if r.Whole {
		return widget.FormatTime(r.ReadAt) + ", whole"
	}
	return widget.FormatTime(r.ReadAt) + ", NOT WHOLE"
}

func formatDate(at time.Time) string { return at.UTC().Format("2 Jan 2006") }

// machineTime returns the time in RFC 3339, or "" if it is not known.
func machineTime(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

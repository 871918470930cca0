package headless

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"vpsdeck/internal/settings"
	"vpsdeck/model"
	"vpsdeck/ui/widget"
)

// Format is an output format.
type Format string

// The formats. JSON and CSV are for machines: docs/SCRIPTING.md documents them, and they stay
// stable.
const (
	Table Format = "table"
	JSON  Format = "json"
	CSV   Format = "csv"
)

// Formats lists all formats.
func Formats() []string { return []string{string(Table), string(JSON), string(CSV)} }

// ParseFormat reads a format's name. Its error is a settings.Error with ExitUsage.
func ParseFormat(name string) (Format, error) {
	if !slices.Contains(Formats(), name) {
		return "", usageError("--output cannot be %q; valid: %s", model.Clean(name), strings.Join(Formats(), ", "))
	}
	return Format(name), nil
}

// column is one column of data: in a table for a person, in CSV for a machine.
type column[T any] struct {
	title      string         // in a table; empty: the column is not in tables
	alignRight bool           // numbers and ages align right
	field      string         // in CSV, the same as in JSON
	value      func(T) string // in CSV
	display    func(T) string // in a table; nil: the value
}

// writeRows writes rows. JSON is an array of the rows as they are.
func writeRows[T any](w io.Writer, format Format, rows []T, columns []column[T]) error {
	if rows == nil {
		rows = []T{} // [] in JSON, not null
	}
	var err error
	switch format {
	case JSON:
		err = writeJSON(w, rows)
	case CSV:
		err = writeCSV(w, rows, columns)
	default:
		_, err = io.WriteString(w, renderTable(rows, columns))
	}
	return outputError(err)
}

// outputError replaces an error of writing to standard output by one for the user.
func outputError(err error) error {
	if err != nil {
		return settings.Errorf(settings.ExitOther, "standard output could not be written: it is closed, or the disk "+
			"is full")
	}
	return nil
}

func writeJSON(w io.Writer, value any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(value)
}

func writeCSV[T any](w io.Writer, rows []T, columns []column[T]) error {
	c := csv.NewWriter(w)
	c.UseCRLF = true // RFC 4180
	line := make([]string, len(columns))
	for i, col := range columns {
		line[i] = col.field
	}
	_ = c.Write(line) // errors are kept, and returned by Error
	for _, row := range rows {
		for i, col := range columns {
			line[i] = col.value(row)
		}
		_ = c.Write(line)
	}
	c.Flush()
	return c.Error()
}

// renderTable draws rows below their titles, each column as wide as its widest cell. It cleans all
// cells, because their text is not trusted.
func renderTable[T any](rows []T, columns []column[T]) string {
	columns = slices.DeleteFunc(slices.Clone(columns), func(c column[T]) bool { return c.title == "" })
	lines := make([][]string, len(rows)+1)
	widths := make([]int, len(columns))
	for i, col := range columns {
		cell := col.display
		if cell == nil {
			cell = col.value
		}
		lines[0] = append(lines[0], col.title)
		for n, row := range rows {
			lines[n+1] = append(lines[n+1], widget.NormalizeWidth(model.Clean(cell(row))))
		}
		for _, line := range lines {
			widths[i] = max(widths[i], widget.Width(line[i]))
		}
	}
	var b strings.Builder
	for _, line := range lines {
		cells := make([]string, len(columns))
		for i, col := range columns {
			cells[i] = widget.Fit(line[i], widths[i], col.alignRight)
		}
		fmt.Fprintln(&b, strings.TrimRight(strings.Join(cells, "  "), " "))
	}
	return b.String()
}

// timestamp is a time in RFC 3339 and UTC. No time is null in JSON and empty in CSV.
type timestamp time.Time

// MarshalJSON writes the time, or null.
func (t timestamp) MarshalJSON() ([]byte, error) {
	if t.String() == "" {
		return []byte("null"), nil
	}
	return json.Marshal(t.String())
}

// String returns the time, or "".
func (t timestamp) String() string {
	if time.Time(t).IsZero() {
		return ""
	}
	return time.Time(t).UTC().Format(time.RFC3339)
}

// size is an amount of data in MB. An unknown one is null in JSON and empty in CSV.
type size struct {
	mb    int64
	known bool
}

func sizeOf(p model.Point) size {
	mb, known := p.Size()
	return size{mb, known}
}

// MarshalJSON writes the number, or null.
func (s size) MarshalJSON() ([]byte, error) {
	if !s.known {
		return []byte("null"), nil
	}
	return json.Marshal(s.mb)
}

// String returns the number, or "".
func (s size) String() string {
	if !s.known {
		return ""
	}
	return fmt.Sprint(s.mb)
}

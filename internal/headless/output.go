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

// Format is how a command writes its results. The zero Format is a table.
type Format struct {
	name      string
	columns   string // the chosen columns, separated by commas; "": the usual ones
	noHeaders bool   // tables and CSV have no titles
}

// The formats. JSON, JSON lines and CSV are for machines: docs/SCRIPTING.md documents them, and
// they stay stable.
var (
	Table = Format{name: "table"}
	JSON  = Format{name: "json"}
	JSONL = Format{name: "jsonl"} // one object per line
	CSV   = Format{name: "csv"}
)

// columnsPrefix begins the format of a table with chosen columns: columns=name,status.
const columnsPrefix = "columns="

// String returns the format's name.
func (f Format) String() string { return f.name }

// isTable reports whether it is a command's own text for people.
func (f Format) isTable() bool { return f.name == "" || f.name == Table.name && f.columns == "" }

// WithoutHeaders returns the same format without titles.
func (f Format) WithoutHeaders() Format {
	f.noHeaders = true
	return f
}

// Formats lists the names of all formats.
func Formats() []string {
	return []string{Table.name, columnsPrefix + "NAME,...", JSON.name, JSONL.name, CSV.name}
}

// ParseFormat reads a format's name. The fields are the columns that can be chosen. Its error is a
// settings.Error with ExitUsage.
func ParseFormat(name string, fields []string) (Format, error) {
	for _, f := range []Format{Table, JSON, JSONL, CSV} {
		if f.name == name {
			return f, nil
		}
	}
	columns, chosen := strings.CutPrefix(name, columnsPrefix)
	if !chosen {
		return Format{}, usageError("--output cannot be %q; valid: %s", model.Clean(name),
			strings.Join(Formats(), ", "))
	}
	for _, c := range strings.Split(columns, ",") {
		if !slices.Contains(fields, c) {
			return Format{}, usageError("--output: unknown column %q; valid: %s%s", model.Clean(c),
				strings.Join(fields, ", "), model.DidYouMean(c, fields))
		}
	}
	return Format{name: Table.name, columns: columns}, nil
}

// CompleteFormat returns the formats to offer after a prefix. After columns= it offers the fields
// that are not chosen yet.
func CompleteFormat(prefix string, fields []string) []string {
	columns, chosen := strings.CutPrefix(prefix, columnsPrefix)
	if !chosen {
		return []string{Table.name, columnsPrefix, JSON.name, JSONL.name, CSV.name}
	}
	before := columns[:strings.LastIndexByte(columns, ',')+1]
	var out []string
	for _, f := range fields {
		if !slices.Contains(strings.Split(before, ","), f) {
			out = append(out, columnsPrefix+before+f)
		}
	}
	return out
}

// ServerFields lists the fields of a server in a list.
func ServerFields() []string { return fieldsOf(serverColumns(time.Time{})) }

// PointFields lists the fields of a restore point in a list.
func PointFields() []string { return fieldsOf(pointColumns(model.Backup, time.Time{})) }

// CoverageFields lists the fields of a server's coverage.
func CoverageFields() []string { return fieldsOf(serverCoverageColumns) }

// ResultFields lists the fields of an action's result.
func ResultFields() []string { return fieldsOf(resultColumns) }

// PlanFields lists the fields of a decision of a prune's plan.
func PlanFields() []string { return fieldsOf(pruneColumns) }

// ProfileFields lists the fields of an account of the config.
func ProfileFields() []string { return fieldsOf(profileColumns) }

func fieldsOf[T any](columns []column[T]) []string {
	var out []string
	for _, c := range columns {
		out = append(out, c.field)
	}
	return out
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
	switch format.name {
	case JSON.name:
		err = writeJSON(w, rows)
	case JSONL.name:
		err = writeJSONLines(w, rows)
	case CSV.name:
		err = writeCSV(w, rows, columns, format.noHeaders)
	default:
		_, err = io.WriteString(w, renderTable(rows, chosenColumns(columns, format.columns), format.noHeaders))
	}
	return outputError(err)
}

// chosenColumns returns the named columns in their order, each with a title; if none are named, all.
func chosenColumns[T any](columns []column[T], names string) []column[T] {
	if names == "" {
		return columns
	}
	var out []column[T]
	for _, name := range strings.Split(names, ",") {
		i := slices.IndexFunc(columns, func(c column[T]) bool { return c.field == name })
		if i < 0 { // ParseFormat has refused it
			continue
		}
		c := columns[i]
		if strings.TrimSpace(c.title) == "" {
			c.title = strings.ToUpper(strings.ReplaceAll(c.field, "_", " "))
		}
		out = append(out, c)
	}
	return out
}

// outputError replaces an error of writing to standard output by one for the user.
func outputError(err error) error {
	if err != nil {
		return settings.Errorf(settings.ExitOther,
			"standard output could not be written: it is closed, or the disk is full")
	}
	return nil
}

func writeJSON(w io.Writer, value any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(value)
}

// writeJSONLines writes each row as JSON on a line of its own.
func writeJSONLines[T any](w io.Writer, rows []T) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for _, row := range rows {
		if err := e.Encode(row); err != nil {
			return err
		}
	}
	return nil
}

func writeCSV[T any](w io.Writer, rows []T, columns []column[T], noHeaders bool) error {
	c := csv.NewWriter(w)
	c.UseCRLF = true // RFC 4180
	line := make([]string, len(columns))
	for i, col := range columns {
		line[i] = col.field
	}
	if !noHeaders {
		_ = c.Write(line) // errors are kept, and returned by Error
	}
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
func renderTable[T any](rows []T, columns []column[T], noHeaders bool) string {
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
		if noHeaders {
			lines[0][i] = ""
		}
		for _, line := range lines {
			widths[i] = max(widths[i], widget.Width(line[i]))
		}
	}
	if noHeaders {
		lines = lines[1:]
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

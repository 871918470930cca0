package report

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// csvFields are the columns of the CSV report. docs/REPORT.md explains them.
var csvFields = []string{"section", "server_id", "server", "kind", "id", "name", "state", "at", "until", "seconds",
	"count", "size_mb", "by", "detail", "days"}

// csvRow is a line of the CSV report.
type csvRow struct {
	section, serverID, server, kind, id, name, state string
	at, until                                        time.Time
	seconds, count, sizeMB                           string // numbers, or ""
	by, detail, days                                 string
}

// WriteCSV writes the report as CSV, with CRLF and a header. Each line says in its first column to
// which section it belongs. No cell can be taken for a formula.
func (r *Report) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true // RFC 4180
	_ = out.Write(csvFields)
	for _, rows := range [][]csvRow{r.csvSummary(), r.csvServers(), r.csvEvents(), r.csvPoints()} {
		for _, row := range rows {
			_ = out.Write(row.cells()) // errors are kept, and returned by Error
		}
	}
	out.Flush()
	return out.Error()
}

func (c csvRow) cells() []string {
	return []string{c.section, csvText(c.serverID), csvText(c.server), c.kind, csvText(c.id), csvText(c.name), c.state,
		machineTime(c.at), machineTime(c.until), c.seconds, c.count, c.sizeMB, csvText(c.by), csvText(c.detail), c.days}
}

// csvText puts a quote before a text that a spreadsheet would take for a formula.
func csvText(text string) string {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(text, " '\u00a0\u3000"))
	if strings.ContainsRune("=+-@＝＋－＠", first) {
		return "'" + text
	}
	return text
}

// atLeastDetail is the detail of a count of which some may be missing.
const atLeastDetail = "at least: the account was not read whole"

func (r *Report) csvSummary() []csvRow {
	whole := "whole"
	if !r.Whole {
		whole = "incomplete"
	}
	rows := []csvRow{
		{section: "report", state: "account", detail: r.Name()},
		{section: "report", state: "source", detail: r.Source()},
		{section: "report", state: "period", at: r.From, until: r.ReadAt, count: strconv.Itoa(r.Days)},
		{section: "report", state: "read", at: r.ReadAt, detail: whole},
	}
	if r.Program != "" {
		rows = append(rows, csvRow{section: "report", state: "program", detail: r.Program})
	}
	for _, doubt := range r.Doubts {
		rows = append(rows, csvRow{section: "report", state: "doubt", detail: doubt})
	}
	rows = append(rows, csvRow{section: "summary", state: "verdict", detail: r.Verdict()})
	for _, tile := range r.Tiles() {
		row := csvRow{section: "summary", state: tile.key}
		if count, least := strings.CutPrefix(tile.Value, "≥ "); least {
			row.count, row.detail = count, atLeastDetail
		} else if row.count = count; count == "?" {
			row.count, row.detail = "", "not known"
		}
		rows = append(rows, row)
	}
	expiring := csvRow{section: "summary", state: "expiring_30d", count: strconv.Itoa(len(r.Expiring))}
	if !r.Whole {
		expiring.detail = atLeastDetail
	}
	rows = append(rows, expiring)
	for _, f := range r.Attention {
		row := csvRow{section: "attention", state: f.Tone, detail: f.Text}
		if f.Count > 0 {
			row.count = strconv.Itoa(f.Count)
		}
		rows = append(rows, row)
	}
	return rows
}

// csvServers has a line of coverage for every server, and one of those below their policy.
func (r *Report) csvServers() []csvRow {
	var rows []csvRow
	for _, s := range r.Servers {
		rows = append(rows, csvRow{section: "coverage", serverID: s.ID, server: s.Name, state: s.State,
			at: s.NewestBackup, count: strconv.Itoa(s.Usable), detail: strings.Join(s.Reasons, "; "),
			days: s.Letters()})
	}
	for _, s := range r.Below {
		row := csvRow{section: "below", serverID: s.ID, server: s.Name, state: s.State, at: s.Since.At,
			detail: "required: " + s.Policy}
		if s.Since.AtMost {
			row.detail = "at most; " + row.detail
		}
		if !s.Since.At.IsZero() {
			row.seconds = seconds(s.Since.For)
		}
		rows = append(rows, row)
	}
	return rows
}

func (r *Report) csvEvents() []csvRow {
	return append(csvEventRows("failed", r.Failures), csvEventRows("restored", r.Restores)...)
}

func csvEventRows(section string, events []event) []csvRow {
	var rows []csvRow
	for _, e := range events {
		row := csvRow{section: section, serverID: e.ServerID, server: e.Server, kind: e.Kind, id: e.PointID,
			name: e.What, state: e.Outcome, at: e.At, until: e.Ended, by: e.By, detail: e.Reason}
		if !e.At.IsZero() && e.Ended.After(e.At) {
			row.seconds = seconds(e.Ended.Sub(e.At))
		}
		rows = append(rows, row)
	}
	return rows
}

func (r *Report) csvPoints() []csvRow {
	var rows []csvRow
	for _, e := range r.Expiring {
		row := csvRow{section: "expiring", serverID: e.ServerID, server: e.Server, kind: e.Kind, id: e.ID,
			name: e.Label, at: e.Created, until: e.At}
		if e.SizeMB > 0 {
			row.sizeMB = strconv.FormatInt(e.SizeMB, 10)
		}
		rows = append(rows, row)
	}
	for _, s := range append(r.Space[:len(r.Space):len(r.Space)], r.Total) {
		row := csvRow{section: "space", kind: s.Name, count: strconv.Itoa(s.Points),
			sizeMB: strconv.FormatInt(s.MB, 10)}
		if s.Unknown > 0 {
			row.detail = strconv.Itoa(s.Unknown) + " of unknown size"
		}
		rows = append(rows, row)
	}
	return rows
}

func seconds(d time.Duration) string {
	return strconv.FormatInt(int64(d.Round(time.Second)/time.Second), 10)
}

// Letters returns the calendar of a server as letters, oldest first: B backup, S snapshot, F failed,
// and a dot for none.
func (s serverRow) Letters() string {
	letters := make([]byte, 0, len(s.Cover))
	for _, c := range calendarCells(s.Cover) {
		letters = append(letters, map[byte]byte{'b': 'B', 's': 'S', 'f': 'F', 'n': '.'}[cellClass(c)])
	}
	return string(letters)
}

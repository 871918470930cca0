package screen

import (
	"fmt"
	"slices"
	"strings"

	"vpsdeck/model"
	"vpsdeck/ui/widget"
)

// Columns says which columns a pane shows, by the pane's name in lower case and the columns' names. A pane that is not in it
// shows all. They stand in the order in which they are listed, and where there is no room for all of them some still go.
type Columns map[string][]string

// ColumnNames lists the columns of each pane, for a setting and its errors. The first of each is always shown.
func ColumnNames() Columns {
	return Columns{
		"servers":   columnNames(serverColumns()),
		"backups":   columnNames(pointColumns(model.Backup, false)),
		"snapshots": columnNames(pointColumns(model.Snapshot, false)),
	}
}

// serverColumns are all columns of the pane.
func serverColumns() []widget.Column {
	return []widget.Column{
		serverName:      {Title: "NAME", Width: 13, Max: 30},
		serverStatus:    {Title: "STATUS", Width: 11, Rank: 3},
		serverBackup:    {Title: "BACKUP", Width: 6, Right: true},
		serverSnapshot:  {Title: "SNAPSHOT", Width: 8, Right: true, Rank: 2},
		serverBackups:   {Title: "BKP", Width: 3, Right: true, Rank: 4},
		serverSnapshots: {Title: "SNAP", Width: 4, Right: true, Rank: 4},
		serverNote:      {Title: "COVERAGE", Width: 14, Rank: 1},
		serverLocation:  {Title: "LOCATION", Width: 10, Rank: 6},
		serverIP:        {Title: "IP", Width: 15, Rank: 5},
		serverOS:        {Title: "SYSTEM", Width: 16, Rank: 7},
		serverPlan:      {Title: "PLAN", Width: 20, Rank: 8},
	}
}

// pointColumns are the columns of a kind. The server's name is only shown where there are several.
func pointColumns(kind model.Kind, fleet bool) []widget.Column {
	columns := []widget.Column{
		pointServer:      {},
		pointName:        {Title: "TYPE", Width: 9},
		pointStatus:      {Title: "STATUS", Width: 11, Rank: 1},
		pointSize:        {Title: "SIZE", Width: 7, Right: true, Rank: 3},
		pointCreated:     {Title: "CREATED", Width: 9, Right: true},
		pointExpires:     {Title: "EXPIRES", Width: 8, Right: true, Rank: 2},
		pointDescription: {Title: "DESCRIPTION", Width: 16, Max: 60, Rank: 9},
	}
	if kind == model.Snapshot {
		columns[pointName] = widget.Column{Title: "NAME", Width: 14, Max: 32}
		columns[pointExpires] = widget.Column{}
	}
	if fleet {
		columns[pointServer] = widget.Column{Title: "SERVER", Width: 13, Max: 24}
	}
	return columns
}

// columnNames are the heads in lower case; those of the kinds say whether they are an age or a number.
func columnNames(columns []widget.Column) []string {
	long := map[string]string{"bkp": "backups", "snap": "snapshots", "backup": "last_backup", "snapshot": "last_snapshot"}
	var names []string
	for _, c := range columns {
		if c.Width > 0 {
			name := strings.ToLower(c.Title)
			if full, ok := long[name]; ok {
				name = full
			}
			names = append(names, name)
		}
	}
	return names
}

// Check says what is wrong with a choice of columns, and of which pane; nil if nothing is.
func (c Columns) Check() (pane string, err error) {
	all := ColumnNames()
	for _, pane := range sortedPanes(c) {
		known, ok := all[pane]
		if !ok {
			return pane, fmt.Errorf("there is no pane %q: the panes with columns are %s", pane, strings.Join(sortedPanes(all), ", "))
		}
		for _, name := range c[pane] {
			if !slices.Contains(known, name) {
				return pane, fmt.Errorf("%s have no column %q: there are %s", pane, name, strings.Join(known, ", "))
			}
		}
		if !slices.Contains(c[pane], known[0]) {
			return pane, fmt.Errorf("%s cannot be told apart without the column %q: add it", pane, known[0])
		}
	}
	return "", nil
}

func sortedPanes(c Columns) []string {
	var names []string
	for name := range c {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// apply gives a table the columns of a pane, with those that are not wanted taken away, in the order that is wanted. One that
// is only there where several servers are shown stays, and stands first.
func (c Columns) apply(t *widget.Table, pane string, columns []widget.Column) {
	t.Columns, t.ColumnOrder = columns, nil
	wanted, ok := c[pane]
	if !ok {
		return
	}
	all, place := ColumnNames()[pane], make([]int, len(columns))
	for i, column := range columns {
		t.ColumnOrder = append(t.ColumnOrder, i)
		if column.Width == 0 {
			continue
		}
		name := columnNames([]widget.Column{column})[0]
		if place[i] = slices.Index(wanted, name) + 1; place[i] == 0 && slices.Contains(all, name) {
			columns[i] = widget.Column{}
		}
	}
	slices.SortStableFunc(t.ColumnOrder, func(a, b int) int { return place[a] - place[b] })
}

// ApplyColumns takes over the choice of columns.
func (p *Servers) ApplyColumns() {
	p.env.Columns.apply(&p.table, "servers", serverColumns())
	p.SetSize(p.width, p.height)
}

// ApplyColumns takes over the choice of columns.
func (p *Points) ApplyColumns() {
	p.env.Columns.apply(&p.table, paneName(p.kind), pointColumns(p.kind, p.fleet))
	p.SetSize(p.width, p.height)
}

// paneName is a kind's in the names of columns.
func paneName(kind model.Kind) string { return kind.String() + "s" }

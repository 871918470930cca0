package screen

import (
	"fmt"
	"slices"
	"strings"

	"vpsdeck/model"
	"vpsdeck/ui/widget"
)

// Columns are the columns that a pane shows, in order, by the pane's name in lower case. A pane
// without an entry shows all. If not all fit, some are still dropped.
type Columns map[string][]string

// ColumnNames lists the columns of each pane, for the config and its errors. The first column is
// required.
func ColumnNames() Columns {
	return Columns{
		"servers":   columnNames(serverColumns()),
		"backups":   columnNames(pointColumns(model.Backup, false)),
		"snapshots": columnNames(pointColumns(model.Snapshot, false)),
	}
}

// serverColumns returns all columns of the servers pane.
func serverColumns() []widget.Column {
	return []widget.Column{
		serverName:      {Title: "NAME", Width: 13, Max: 30},
		serverStatus:    {Title: "STATUS", Width: 11, Rank: 3},
		serverBackup:    {Title: "BACKUP", Width: 6, Right: true},
		serverSnapshot:  {Title: "SNAPSHOT", Width: 8, Right: true, Rank: 2},
		serverBackups:   {Title: "BKP", Width: 3, Right: true, Rank: 4},
		serverSnapshots: {Title: "SNAP", Width: 4, Right: true, Rank: 4},
		serverNote:      {Title: "COVERAGE", Width: 14, Rank: 1},
		serverDays:      {Title: daysTitle, Width: model.Days, Rank: 4},
		serverLocation:  {Title: "LOCATION", Width: 10, Rank: 6},
		serverIP:        {Title: "IP", Width: 15, Rank: 5},
		serverOS:        {Title: "SYSTEM", Width: 16, Rank: 7},
		serverPlan:      {Title: "PLAN", Width: 20, Rank: 8},
	}
}

// pointColumns returns the columns of a points pane. Only the fleet's pane shows the server.
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

// daysTitle is the head of the picture of the last days.
const daysTitle = "LAST 14 DAYS"

// columnNames returns the heads in lower case; for backups and snapshots, names that tell age and
// count apart.
func columnNames(columns []widget.Column) []string {
	long := map[string]string{
		"bkp": "backups", "snap": "snapshots", "backup": "last_backup", "snapshot": "last_snapshot",
		strings.ToLower(daysTitle): "last_14_days",
	}
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

// Check returns an error and its pane if a pane or column is unknown, or a required column is
// missing.
func (c Columns) Check() (pane string, err error) {
	all := ColumnNames()
	for _, pane := range sortedPanes(c) {
		known, ok := all[pane]
		if !ok {
			return pane, fmt.Errorf("unknown pane %q; valid: %s", pane, strings.Join(sortedPanes(all), ", "))
		}
		for _, name := range c[pane] {
			if !slices.Contains(known, name) {
				return pane, fmt.Errorf("unknown column %q in %s; valid: %s", name, pane, strings.Join(known, ", "))
			}
		}
		if !slices.Contains(c[pane], known[0]) {
			return pane, fmt.Errorf("%s need the column %q: add it", pane, known[0])
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

// apply sets a table's columns to the chosen ones, in their order. The fleet's server column always
// stays, and comes first.
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

// ApplyColumns applies the chosen columns.
func (p *Servers) ApplyColumns() {
	p.applyColumns()
	p.SetSize(p.width, p.height)
}

// ApplyColumns applies the chosen columns.
func (p *Points) ApplyColumns() {
	p.env.Columns.apply(&p.table, paneName(p.kind), pointColumns(p.kind, p.fleet))
	p.SetSize(p.width, p.height)
}

// paneName returns the name of a kind's pane in Columns.
func paneName(kind model.Kind) string { return kind.String() + "s" }

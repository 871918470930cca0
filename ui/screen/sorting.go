package screen

import (
	"cmp"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/dialog"
)

// order is an order of the rows by a column, whose head then shows an arrow. Its letter chooses it in
// the menu.
type order[T any] struct {
	column int
	letter rune
	model.Ordering[T]
}

// Sorting is the current order of a pane. The zero value is its first order.
type Sorting struct {
	index    int // index of the pane's orders
	reversed bool
}

// openOrderMenu opens the menu of the columns to order by. The letter of the current column reverses
// its order.
func (l *list[T, K]) openOrderMenu() {
	var items []dialog.MenuItem
	at := 0
	for i, by := range l.orders {
		if l.table.Columns[by.column].Width == 0 { // such as SERVER in the points of one server
			continue
		}
		item := dialog.MenuItem{Key: string(by.letter), Label: by.Name,
			Note:   strings.TrimPrefix(by.Description(false), by.Name+", "),
			Choose: func() tea.Cmd { l.orderBy(i); return nil }}
		if i == l.sorting.index {
			at = len(items)
			item.Note = strings.TrimPrefix(by.Description(l.sorting.reversed), by.Name+", ") + " " + l.table.SortArrow
		}
		items = append(items, item)
	}
	menu := dialog.NewMenu(dialog.MenuOptions{Title: "Order by", Items: items, Close: l.env.Keys.View.Order},
		*l.env.Keys, l.env.Styles)
	menu.Select(at)
	l.env.OpenDialog(menu) // without a command: a menu takes keys at once
}

// orderBy orders the rows by one of the orders, or reverses it if they already are.
func (l *list[T, K]) orderBy(index int) {
	if l.sorting.index == index {
		l.sorting.reversed = !l.sorting.reversed
	} else {
		*l.sorting = Sorting{index: index}
	}
	l.setRows(l.all)
	l.notifyOrder()
}

// orderByColumn orders the rows by a column, if there is an order for it.
func (l *list[T, K]) orderByColumn(column int) {
	if i := slices.IndexFunc(l.orders, func(by order[T]) bool { return by.column == column }); i >= 0 {
		l.orderBy(i)
	}
}

// HasRow reports whether a click is on a row.
func (l *list[T, K]) HasRow(msg RowMsg) bool { _, ok := l.table.RowAt(msg.Line); return ok }

func (l *list[T, K]) notifyOrder() {
	l.env.Notify(Info, "ordered by "+l.orders[l.sorting.index].Description(l.sorting.reversed))
}

// hiddenOrder returns the chosen order if its column does not fit, so that no head shows it.
func (l *list[T, K]) hiddenOrder() string {
	if *l.sorting == (Sorting{}) || l.table.Shows(l.table.SortColumn) ||
		l.table.Columns[l.table.SortColumn].Width == 0 {
		return ""
	}
	return l.table.SortArrow + " " + l.orders[l.sorting.index].Name
}

// serverOrders returns the orders of the servers, one for each column, default first.
func serverOrders() []order[*model.AssessedServer] {
	// a server without any comes before the oldest
	newest := func(kind model.Kind) model.Ordering[*model.AssessedServer] {
		return model.Ordering[*model.AssessedServer]{
			Name: "newest " + kind.String(), AscendingText: "oldest first", DescendingText: "newest first",
			Sort: model.SortBy(model.AlwaysKnown(func(
				r *model.AssessedServer) time.Time {
				return r.Assessment.Kinds[kind].Newest
			}), time.Time.Compare),
		}
	}
	return []order[*model.AssessedServer]{
		{serverNote, 'c', model.ByNumber("coverage", "best first", "worst first",
			func(r *model.AssessedServer) model.Health { return r.Assessment.Health })},
		{serverName, 'n', model.ByText("name", func(r *model.AssessedServer) string { return r.Name })},
		{serverStatus, 't', model.ByText("status", func(r *model.AssessedServer) string { return string(r.Status) })},
		{serverBackup, 'b', newest(model.Backup)},
		{serverSnapshot, 's', newest(model.Snapshot)},
		{serverBackups, 'B', model.ByNumber("backups", "fewest first", "most first",
			func(r *model.AssessedServer) int { return r.Coverage.Backups })},
		{serverSnapshots, 'S', model.ByNumber("snapshots", "fewest first", "most first",
			func(r *model.AssessedServer) int { return r.Coverage.Snapshots })},
		{serverLocation, 'l', model.ByText("location", func(r *model.AssessedServer) string { return r.Location })},
		{serverIP, 'i', model.ByAddress("address", func(r *model.AssessedServer) string { return r.IP })},
		{serverOS, 'y', model.ByText("system", func(r *model.AssessedServer) string { return r.OS })},
		{serverPlan, 'p', model.ByText("plan", func(r *model.AssessedServer) string { return r.Plan.Name })},
	}
}

// pointOrders returns the orders of the points of a kind, default first.
func pointOrders(kind model.Kind) []order[*model.Point] {
	name := model.ByText("type", func(p *model.Point) string { return string(p.Type) })
	if kind == model.Snapshot {
		name = model.ByText("name", func(p *model.Point) string { return p.Name })
	}
	return []order[*model.Point]{
		{pointCreated, 'c', model.ByCreation()},
		{pointExpires, 'e', model.ByExpiry()},
		{pointDescription, 'd', model.ByText("description", func(p *model.Point) string { return p.Description })},
		{pointServer, 'v', model.ByText("server", func(p *model.Point) string { return p.Server.Name })},
		{pointName, 'n', name},
		{pointStatus, 't', model.ByText("status", func(p *model.Point) string { return string(p.Status) })},
		{pointSize, 's', model.BySize()},
	}
}

// pageOrders returns the orders of a server's page, default first.
func pageOrders(env *Env) []order[*model.Point] {
	dataLoss := model.Ordering[*model.Point]{
		Name: "data loss", AscendingText: "least first", DescendingText: "most first",
		Sort: model.SortBy(func(p *model.Point) (time.Time, bool) {
			_, known := p.Age(env.State.Now)
			return p.CreatedAt, known && p.CannotRestore(env.State.Now) == ""
		},
			func(a, b time.Time) int { return b.Compare(a) }),
	}
	duration := model.Ordering[*model.Point]{
		Name: "restore duration", AscendingText: "shortest first", DescendingText: "longest first",
		DescendingFirst: true,
		Sort: model.SortBy(func(p *model.Point) (time.Duration, bool) { return env.State.LastRestoreDuration(*p) },
			cmp.Compare[time.Duration]),
	}
	return []order[*model.Point]{
		{pageCreated, 'c', model.ByCreation()},
		{pageDataLoss, 'd', dataLoss},
		{pageRestoreTime, 'r', duration},
		{pageSize, 's', model.BySize()},
		{pageExpires, 'e', model.ByExpiry()},
		{pageKind, 'k', model.ByText("kind", func(p *model.Point) string { word, _ := kindAndName(p); return word })},
		{pageName, 'n', model.ByText("name", func(p *model.Point) string { _, name := kindAndName(p); return name })},
		{pageStatus, 't', model.ByText("status", func(p *model.Point) string { return string(p.Status) })},
	}
}

// kindAndName returns a point's kind and name as the page shows them.
func kindAndName(p *model.Point) (kind, name string) {
	if p.Kind == model.Snapshot {
		return "snapshot", p.Name
	}
	return string(p.Type), p.Description
}

package screen

import (
	"cmp"
	"time"

	"vpsdeck/model"
)

// order is one way to order the rows: by a column, whose head then carries an arrow.
type order[T any] struct {
	column int
	model.Ordering[T]
}

// Sorting is the order that a pane is in. The zero value is the one that it begins with.
type Sorting struct {
	by     int  // which of the pane's orders
	turned bool // round
}

// orderByNext orders by the next column that the pane has.
func (l *list[T, K]) orderByNext() {
	*l.sorting = Sorting{by: (l.sorting.by + 1) % len(l.orders)}
	if l.table.Columns[l.orders[l.sorting.by].column].Width == 0 { // of one server's points the server is not shown
		l.orderByNext()
		return
	}
	l.sayOrder()
}

func (l *list[T, K]) sayOrder() {
	l.env.Say(Neutral, "ordered by "+l.orders[l.sorting.by].Words(l.sorting.turned))
}

// hiddenOrder tells the order where one has chosen it and no head shows it: its column has no room.
func (l *list[T, K]) hiddenOrder() string {
	if *l.sorting == (Sorting{}) || l.table.Shows(l.table.Ordered) || l.table.Columns[l.table.Ordered].Width == 0 {
		return ""
	}
	return l.table.Arrow + " " + l.orders[l.sorting.by].Name
}

// serverOrders are the orders of the servers, one for each column, the first the one that the pane begins with.
func serverOrders() []order[*model.Judged] {
	newest := func(kind model.Kind) model.Ordering[*model.Judged] { // one without any comes before the oldest: it is worse off
		return model.Ordering[*model.Judged]{
			Name: "newest " + kind.String(), Up: "oldest first", Down: "newest first",
			Sort: model.By(model.Always(func(r *model.Judged) time.Time { return r.Assessment.Kinds[kind].Newest }), time.Time.Compare),
		}
	}
	return []order[*model.Judged]{
		{serverNote, model.ByNumber("coverage", "best first", "worst first", func(r *model.Judged) model.Health { return r.Assessment.Health })},
		{serverName, model.ByText("name", func(r *model.Judged) string { return r.Name })},
		{serverStatus, model.ByText("status", func(r *model.Judged) string { return string(r.Status) })},
		{serverBackup, newest(model.Backup)},
		{serverSnapshot, newest(model.Snapshot)},
		{serverBackups, model.ByNumber("backups", "fewest first", "most first", func(r *model.Judged) int { return r.Cover.Backups })},
		{serverSnapshots, model.ByNumber("snapshots", "fewest first", "most first", func(r *model.Judged) int { return r.Cover.Snapshots })},
		{serverLocation, model.ByText("location", func(r *model.Judged) string { return r.Location })},
		{serverIP, model.ByAddress("address", func(r *model.Judged) string { return r.IP })},
		{serverOS, model.ByText("system", func(r *model.Judged) string { return r.OS })},
		{serverPlan, model.ByText("plan", func(r *model.Judged) string { return r.Plan.Name })},
	}
}

// pointOrders are the orders of the points of a kind, the first the one that the pane begins with.
func pointOrders(kind model.Kind) []order[*model.Point] {
	name := model.ByText("type", func(p *model.Point) string { return string(p.Type) })
	if kind == model.Snapshot {
		name = model.ByText("name", func(p *model.Point) string { return p.Name })
	}
	return []order[*model.Point]{
		{pointCreated, model.ByCreation()},
		{pointExpires, model.ByExpiry()},
		{pointDescription, model.ByText("description", func(p *model.Point) string { return p.Description })},
		{pointServer, model.ByText("server", func(p *model.Point) string { return p.Server.Name })},
		{pointName, name},
		{pointStatus, model.ByText("status", func(p *model.Point) string { return string(p.Status) })},
		{pointSize, model.BySize()},
	}
}

// pageOrders are the orders of a server's points, the first the one that the first page begins with.
func pageOrders(env *Env) []order[*model.Point] {
	loses := model.Ordering[*model.Point]{
		Name: "what going back loses", Up: "least first", Down: "most first",
		Sort: model.By(func(p *model.Point) (time.Time, bool) {
			_, known := p.Age(env.State.Now)
			return p.CreatedAt, known && p.CannotRestore(env.State.Now) == ""
		},
			func(a, b time.Time) int { return b.Compare(a) }),
	}
	taken := model.Ordering[*model.Point]{
		Name: "how long a restore took", Up: "shortest first", Down: "longest first", Falls: true,
		Sort: model.By(func(p *model.Point) (time.Duration, bool) { return env.State.LastRestore(*p) }, cmp.Compare[time.Duration]),
	}
	return []order[*model.Point]{
		{pageCreated, model.ByCreation()},
		{pageLoses, loses},
		{pageTook, taken},
		{pageSize, model.BySize()},
		{pageExpires, model.ByExpiry()},
		{pageKind, model.ByText("kind", func(p *model.Point) string { word, _ := pageWords(p); return word })},
		{pageName, model.ByText("name", func(p *model.Point) string { _, name := pageWords(p); return name })},
		{pageStatus, model.ByText("status", func(p *model.Point) string { return string(p.Status) })},
	}
}

// pageWords are a point's kind and name in the words of the page.
func pageWords(p *model.Point) (kind, name string) {
	if p.Kind == model.Snapshot {
		return "snapshot", p.Name
	}
	return string(p.Type), p.Description
}

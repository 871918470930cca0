package screen

import (
	"cmp"
	"time"

	"vpsdeck/model"
)

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

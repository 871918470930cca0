package model

import "fmt"

// CheckQuotas reports the servers on which the requested points do not fit, before any request is
// sent. All requests for one server are counted together, in their order. Deletions make no room,
// because they may fail or come later. A problem is only a warning if it depends on whether running
// and failed points count: that is not documented.
func CheckQuotas(requests []ActionRequest, points []Point) []Problem {
	type demand struct {
		server ID
		kind   Kind
	}
	wanted := map[demand]int{}
	var order []Point
	for _, in := range requests {
		d := demand{in.Point.Server.ID, in.Point.Kind}
		if in.Action != Create {
			continue
		}
		if wanted[d]++; wanted[d] == 1 {
			order = append(order, in.Point)
		}
	}
	var problems []Problem
	for _, p := range order {
		n := wanted[demand{p.Server.ID, p.Kind}]
		if why, uncertain := QuotaOf(p.Kind, p.Server.ID, points).cannotAdd(n, p.Kind); why != "" {
			problems = append(problems, Problem{
				Server: p.Server, Warning: uncertain,
				Message: Clean(fmt.Sprintf("%s (#%s): %s", p.Server.Label(), p.Server.ID, why)),
			})
		}
	}
	return problems
}

// cannotAdd returns why n more points do not fit, or "".
func (q Quota) cannotAdd(n int, kind Kind) (why string, uncertain bool) {
	noun := "snapshot"
	if kind == Backup {
		noun = "manual backup"
	}
	room := max(q.Limit-q.Used, 0)
	switch {
	case n > room:
		return fmt.Sprintf("there is room for %s, not for %d (%d of %d used): delete some first, or create fewer",
			Pluralize(room, "more "+noun), n, q.Used, q.Limit), false
	case n > q.Left():
		return fmt.Sprintf("there may be no room for %s: %s running or failed may count (%d of %d used)",
			Pluralize(n, "more "+noun), Pluralize(q.Pending, noun), q.Used, q.Limit), true
	}
	return "", false
}

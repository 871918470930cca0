package ui

import (
	"vpsdeck/model"
	"vpsdeck/ui/widget"
)

// neededRows is how many rows the panes of points need at most, so that their borders stay where
// they are while the cursor moves among the servers.
type neededRows struct {
	fleet  *model.Fleet // of which they are
	points [2]int       // the most that a server has, by model.Kind
}

// neededHeights returns the height that each pane needs for all its rows, border and heading
// included, in tab order. A message needs some lines too.
func (p *panes) neededHeights() [3]int {
	const chrome, message = widget.FrameHeight + 1, 5
	fleet := p.state.Fleet()
	if p.needed.fleet != fleet {
		p.needed = neededRows{fleet: fleet}
		for i := range fleet.Servers {
			has := fleet.Coverage(fleet.Servers[i].ID)
			p.needed.points[model.Backup] = max(p.needed.points[model.Backup], has.Backups)
			p.needed.points[model.Snapshot] = max(p.needed.points[model.Snapshot], has.Snapshots)
		}
	}
	rows := [3]int{len(fleet.Servers), p.needed.points[model.Backup], p.needed.points[model.Snapshot]}
	if p.fleet {
		rows[1], rows[2] = len(fleet.Backups), len(fleet.Snapshots)
	}
	for i := range rows {
		rows[i] = max(rows[i], message) + chrome
	}
	return rows
}

// shareHeight divides a height between panes by need. If all fit, what is left over goes to them
// in proportion, so that the focus moves no border. Otherwise a pane that needs less than an equal
// share gets that, and the others share the rest.
func shareHeight(height int, needs []int) []int {
	out, sum := make([]int, len(needs)), 0
	for _, n := range needs {
		sum += n
	}
	if sum <= height {
		left := height
		for i, n := range needs {
			out[i] = n + (height-sum)*n/sum
			left -= out[i]
		}
		out[0] += left
		return out
	}
	for i := range needs { // the pane with the least need first
		least := -1
		for j, n := range needs {
			if out[j] == 0 && (least < 0 || n < needs[least]) {
				least = j
			}
		}
		out[least] = min(needs[least], height/(len(needs)-i))
		height -= out[least]
	}
	return out
}

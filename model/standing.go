package model

import "time"

// Health is how well a server is covered, best first.
type Health int

// The states of a server's coverage.
const (
	Fine    Health = iota // it can go back to something recent
	Late                  // its newest point is older than it should be
	Failing               // the newest attempt failed
	Never                 // there is nothing to go back to
)

// LateAfter is how old the newest usable point may be: a day and a little, since automatic backups are daily [E].
const LateAfter = 26 * time.Hour

// HealthOf judges a server's points, newest first, at a time on the API's clock.
func HealthOf(points []Point, now time.Time) Health {
	newest, ok := Newest(points)
	switch {
	case !ok:
		return Never
	case newestEnded(points).Status.Bad():
		return Failing
	case now.Sub(newest.CreatedAt) > LateAfter:
		return Late
	}
	return Fine
}

// newestEnded is the newest point that is no longer being made.
func newestEnded(points []Point) Point {
	for _, p := range points {
		if !p.Status.Running() {
			return p
		}
	}
	return Point{}
}

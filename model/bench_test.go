package model

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// benchFleet returns n servers with ten backups each, newest first, as an API lists them.
func benchFleet(servers int) (fleet []Server, points []Point) {
	for i := range servers {
		fleet = append(fleet, Server{ID: ID(fmt.Sprint(20_000 + i)), Name: fmt.Sprintf("api-usw-%03d", i),
			Status: ServerActive})
	}
	for n := range 10 * servers {
		s := fleet[n%servers]
		points = append(points, Point{
			Kind: Backup, ID: ID(fmt.Sprint(900_000 - n)), Server: s.Ref(), Type: Automatic, Status: Completed,
			SizeMB:    4_000,
			CreatedAt: now.Add(-time.Duration(n/servers) * 24 * time.Hour), ExpiresAt: now.Add(time.Hour),
		})
	}
	return fleet, points
}

func forFleetSizes(b *testing.B, do func(b *testing.B, s *State, fleet []Server, points []Point)) {
	for _, n := range []int{12, 1_000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			fleet, points := benchFleet(n)
			s := &State{Now: now, Local: now}
			ticket, _ := s.Servers.Start(now)
			s.ApplyServers(ticket, fleet, nil)
			b.ReportAllocs()
			do(b, s, fleet, points)
		})
	}
}

// BenchmarkChangedList applies a list in which one point has changed.
func BenchmarkChangedList(b *testing.B) {
	forFleetSizes(b, func(b *testing.B, s *State, _ []Server, points []Point) {
		other := slices.Clone(points)
		other[len(other)/2].Status = Failed
		for i := 0; b.Loop(); i++ {
			ticket, _ := s.Backups.Start(now)
			s.ApplyPoints(Backup, "", ticket, [][]Point{points, other}[i%2], nil)
		}
	})
}

// BenchmarkUnchangedList applies a list in which nothing has changed.
func BenchmarkUnchangedList(b *testing.B) {
	forFleetSizes(b, func(b *testing.B, s *State, _ []Server, points []Point) {
		for b.Loop() {
			ticket, _ := s.Backups.Start(now)
			s.ApplyPoints(Backup, "", ticket, points, nil)
		}
	})
}

// BenchmarkOneServerChanged applies the points of one server with a running operation.
func BenchmarkOneServerChanged(b *testing.B) {
	forFleetSizes(b, func(b *testing.B, s *State, fleet []Server, points []Point) {
		ticket, _ := s.Backups.Start(now)
		s.ApplyPoints(Backup, "", ticket, points, nil)
		mine := slices.Clone(PointsOf(points, fleet[0].ID))
		for b.Loop() {
			ticket, _ := s.Backups.Start(now)
			s.ApplyPoints(Backup, fleet[0].ID, ticket, mine, nil)
		}
	})
}

// BenchmarkAssess assesses every server: for the first time, and a minute later each time.
func BenchmarkAssess(b *testing.B) {
	// if the time goes back, all are reassessed
	for name, later := range map[string]time.Duration{"first": -time.Minute, "minute": time.Minute} {
		b.Run(name, func(b *testing.B) {
			forFleetSizes(b, func(b *testing.B, s *State, _ []Server, points []Point) {
				ticket, _ := s.Backups.Start(now)
				s.ApplyPoints(Backup, "", ticket, points, nil)
				for at := now; b.Loop(); at = at.Add(later) {
					s.Fleet().Assess(nil, true, at)
				}
			})
		})
	}
}

// BenchmarkSort sorts the points.
func BenchmarkSort(b *testing.B) {
	forFleetSizes(b, func(b *testing.B, _ *State, _ []Server, points []Point) {
		for b.Loop() {
			b.StopTimer()
			mixed := slices.Clone(points)
			for i := range mixed {
				j := i * 7919 % len(mixed)
				mixed[i], mixed[j] = mixed[j], mixed[i]
			}
			b.StartTimer()
			SortNewestFirst(mixed)
		}
	})
}

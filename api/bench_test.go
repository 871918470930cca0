package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"vpsdeck/api/sim"
	"vpsdeck/model"
)

// fleetSizes are the fleet sizes of the benchmarks, in servers.
var fleetSizes = []int{12, 1_000, 10_000}

func newFleet(n int) *sim.Account {
	at := time.Date(2025, 1, 16, 15, 45, 0, 0, time.UTC)
	return sim.New(sim.Options{Seed: 1, Servers: n, Clock: sim.NewSteppedClock(at)})
}

// BenchmarkPaging reads all backups of a fleet: requests, reading and decoding. The account runs in
// the same process.
func BenchmarkPaging(b *testing.B) {
	for _, n := range fleetSizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			server := httptest.NewServer(newFleet(n))
			defer server.Close()
			c, err := New(server.URL+"/api/v1", "vps_demo")
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if list, err := c.Backups(b.Context(), model.BackupFilter{}); err != nil || len(list) < n {
					b.Fatal(len(list), err)
				}
			}
		})
	}
}

// BenchmarkDecode reads one page of a hundred items, and compares it with json.Unmarshal alone.
func BenchmarkDecode(b *testing.B) {
	recorder := httptest.NewRecorder()
	request := httptest.NewRequest(http.MethodGet, "/api/v1/backups/?page=2&page_size=100", nil)
	request.Host = "127.0.0.1"
	request.Header.Set("Authorization", "Bearer vps_demo")
	newFleet(1_000).ServeHTTP(recorder, request)
	body := recorder.Body.Bytes()
	c, err := New("http://127.0.0.1/api/v1", secretToken)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("page", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			w := &paginator[backup, model.Point]{client: c, path: "/backups/"}
			a := responseWithBody(c, http.MethodGet, body)
			l, failure := parsePage[backup](c, a, 1)
			if failure != nil {
				b.Fatal(failure)
			}
			if _, failure := w.addPage(page[model.Point]{a, l}); failure != nil || w.merger.len() != 100 {
				b.Fatal(failure, w.merger.len())
			}
		}
	})
	b.Run("json.Unmarshal", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var page struct {
				Results []struct {
					ID          int64
					Server      struct{ ID, Name any }
					Type        string `json:"backup_type"`
					Status      string
					SizeMB      *int64     `json:"size_mb"`
					CreatedAt   time.Time  `json:"created_at"`
					ExpiresAt   *time.Time `json:"expires_at"`
					Description string
				}
			}
			if err := json.Unmarshal(body, &page); err != nil || len(page.Results) != 100 {
				b.Fatal(err)
			}
		}
	})
}

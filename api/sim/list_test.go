package sim

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestFiltersNarrowAList(t *testing.T) {
	w := newTestAccount(t, Options{})
	for path, want := range map[string]int{
		"/servers/?status=stopped":                             1,
		"/servers/?status=suspended":                           1,
		"/servers/?status=restoring":                           1,
		"/servers/?status=active":                              9,
		"/servers/?status=":                                    12,
		"/servers/?location=us-east":                           4,
		"/servers/?location=us-east&status=suspended":          1,
		"/servers/?colour=red":                                 12,
		"/backups/?server_id=12345":                            8,
		"/backups/?server_id=12345&backup_type=manual":         1,
		"/backups/?server_id=12345&backup_type=automatic":      7,
		"/backups/?server_id=12347":                            0,
		"/backups/?server_id=4":                                0,
		"/backups/?backup_type=manual&server_id=12355":         10,
		"/snapshots/?server_id=12346":                          5,
		"/snapshots/?server_id=12346&backup_type=is-not-a-key": 5,
	} {
		got := w.list(path)
		if got.Count != want || len(got.Results) != want {
			t.Errorf("GET %s: count %d, %d results, want %d", path, got.Count, len(got.Results), want)
		}
	}
	if body := w.mustSend(200, "GET", "/backups/?server_id=12347", ""); body != `{"count":0,"results":[]}` {
		t.Errorf("an empty list is %s", body)
	}
}

// The documents list only 200 and 401 for a list, and no error for an invalid filter.
func TestImpossibleFilterFindsNothing(t *testing.T) {
	w := newTestAccount(t, Options{})
	for path, want := range map[string]int{
		"/servers/?status=broken":            0,
		"/servers/?location=mars":            0,
		"/backups/?server_id=web-server-01":  0,
		"/backups/?server_id=-4":             0,
		"/backups/?backup_type=weekly":       0,
		"/snapshots/?server_id=1e3":          0,
		"/backups/?server_id=x&backup_type=": 0,
		"/servers/?page_size=many":           12,
		"/servers/?page_size=0":              12,
		"/servers/?page_size=-1":             12,
	} {
		if got := w.list(path); got.Count != want {
			t.Errorf("GET %s: %d, want %d", path, got.Count, want)
		}
	}
}

func TestListsFollowTheDocumentedOrder(t *testing.T) {
	w := newTestAccount(t, Options{})
	l := w.list("/backups/?server_id=12345")
	inTime := true
	for i := 1; i < len(l.Results); i++ {
		if l.Results[i].ID >= l.Results[i-1].ID {
			t.Errorf("backup %d comes after %d", l.Results[i].ID, l.Results[i-1].ID)
		}
		inTime = inTime && l.Results[i].CreatedAt.Before(l.Results[i-1].CreatedAt)
	}
	if inTime {
		t.Error("the order is that of time")
	}
	servers := w.list("/servers/").Results
	for i, s := range servers {
		if s.ID != firstServerID+int64(i) {
			t.Errorf("server %d is number %d", i, s.ID)
		}
	}
}

func TestUpTo100ItemsComeInOneResponse(t *testing.T) {
	for _, n := range []int{99, 100} {
		w := newTestAccount(t, Options{Servers: n})
		body := w.mustSend(200, "GET", "/servers/", "")
		if l := decode[list](t, body); l.Count != n || len(l.Results) != n || strings.Contains(body, `"next"`) {
			t.Errorf("%d servers: count %d, %d results, next %v", n, l.Count, len(l.Results), l.Next)
		}
	}
	w := newTestAccount(t, Options{Servers: 101})
	l := w.list("/servers/")
	if l.Count != 101 || len(l.Results) != 100 || l.Next == nil || l.Previous != nil {
		t.Errorf("101 servers: count %d, %d results, next %v, previous %v", l.Count, len(l.Results), l.Next, l.Previous)
	}
}

func TestFollowingNextVisitsEveryItemOnce(t *testing.T) {
	w := newTestAccount(t, Options{Servers: 130})
	total := w.list("/backups/?backup_type=automatic").Count
	for path, want := range map[string]int{
		"/servers/":                                       130,
		"/servers/?page=1":                                130,
		"/servers/?page_size=7":                           130,
		"/servers/?page_size=1000":                        130,
		"/backups/?backup_type=automatic":                 total,
		"/backups/?backup_type=automatic&page_size=100":   total,
		"/servers/?location=us-west&page_size=3&status=&": w.list("/servers/?location=us-west").Count,
	} {
		seen := map[int64]bool{}
		pages := 0
		for next := path; next != ""; pages++ {
			l := w.list(next)
			for _, one := range l.Results {
				seen[one.ID] = true
			}
			if (l.Previous != nil) != (pages > 0) || l.Count != want || len(l.Results) > 100 {
				t.Fatalf("GET %s: page %d, count %d, %d results, previous %v", next, pages, l.Count, len(l.Results),
					l.Previous)
			}
			next = ""
			if l.Next != nil {
				var ok bool
				if next, ok = strings.CutPrefix(*l.Next, w.url); !ok {
					t.Fatalf("next is elsewhere: %s", *l.Next)
				}
			}
		}
		if len(seen) != want {
			t.Errorf("GET %s: %d items on %d pages, want %d", path, len(seen), pages, want)
		}
	}
}

func TestDefaultPageSizeIs20(t *testing.T) {
	w := newTestAccount(t, Options{Servers: 130})
	for query, want := range map[string]int{
		"page=1": 20, "page=7": 10, "page_size=50": 50, "page=3&page_size=50": 30, "page_size=500": 100,
		"page_size=": 20,
	} {
		l := w.list("/servers/?" + query)
		if len(l.Results) != want || l.Count != 130 {
			t.Errorf("%s: %d results of %d, want %d", query, len(l.Results), l.Count, want)
		}
	}
}

func TestAPageBeyondTheEndIsInvalid(t *testing.T) {
	w := newTestAccount(t, Options{Servers: 130})
	for _, page := range []string{"8", "0", "-1", "two", "99999999999999999999"} {
		path := "/servers/?page=" + url.QueryEscape(page)
		if got := w.mustSend(http.StatusNotFound, "GET", path, ""); got != `{"detail":"Invalid page."}` {
			t.Errorf("%s: %s", path, got)
		}
	}
	if got := w.list("/backups/?server_id=12347&page=1"); got.Count != 0 {
		t.Errorf("the first page of nothing: %v", got)
	}
}

func TestNextKeepsTheFilters(t *testing.T) {
	w := newTestAccount(t, Options{Servers: 130})
	l := w.list("/backups/?backup_type=automatic&page_size=5&page=2")
	for link, page := range map[*string]int{l.Next: 3, l.Previous: 1} {
		want := fmt.Sprintf("%s/backups/?backup_type=automatic&page=%d&page_size=5", w.url, page)
		if link == nil || *link != want {
			t.Errorf("got %v, want %s", link, want)
		}
	}
}

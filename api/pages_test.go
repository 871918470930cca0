package api

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"vpsdeck/api/apitest"
	"vpsdeck/model"
)

// results is a page with these ids; count < 0 leaves the count out.
func results(count int, next string, ids ...int) string {
	var fields, items []string
	for _, id := range ids {
		items = append(items, fmt.Sprintf(`{"id": %d}`, id))
	}
	if count >= 0 {
		fields = append(fields, fmt.Sprintf(`"count": %d`, count))
	}
	if next != "" {
		fields = append(fields, fmt.Sprintf(`"next": %q`, next))
	}
	fields = append(fields, `"results": [`+strings.Join(items, ", ")+`]`)
	return "{" + strings.Join(fields, ", ") + "}"
}

func TestAListEndsWithAllThatCameWhateverThePagesDo(t *testing.T) {
	page := func(query, answer string) apitest.Call {
		return apitest.Call{Path: "/backups/", Query: strings.Trim("server_id=7&"+query, "&"), Answer: answer}
	}
	missing := func(query string) apitest.Call {
		call := page(query, `{"detail": "Invalid page."}`)
		call.Status = 404
		return call
	}
	for _, test := range []struct {
		name  string
		calls []apitest.Call
		want  []model.ID
	}{
		{"one page", []apitest.Call{page("", results(2, "", 1, 2))}, []model.ID{"1", "2"}},
		{"no count", []apitest.Call{page("", results(-1, "", 1, 2))}, []model.ID{"1", "2"}},
		{"a count too small", []apitest.Call{page("", results(1, "", 1, 2))}, []model.ID{"1", "2"}},
		{"empty", []apitest.Call{page("", results(0, ""))}, nil},
		{"null", []apitest.Call{page("", `{"count": null, "next": null, "results": null}`)}, nil},
		{"a bare array", []apitest.Call{page("", `[{"id": 1}, {"id": 2}]`)}, []model.ID{"1", "2"}},
		{"an empty bare array", []apitest.Call{page("", ` [] `)}, nil},
		{"empty, with a count", []apitest.Call{page("", results(5, ""))}, nil},
		{"by number", []apitest.Call{
			page("", results(5, "", 1, 2)), page("page=2", results(5, "", 3, 4)), page("page=3", results(5, "", 5)),
		}, []model.ID{"1", "2", "3", "4", "5"}},
		{"by number, the count in quotes", []apitest.Call{
			page("", `{"count": "2", "results": [{"id": 1}]}`), page("page=2", results(2, "", 2)),
		}, []model.ID{"1", "2"}},
		{"by next", []apitest.Call{
			page("", results(3, "?server_id=7&cursor=b", 1)),
			page("cursor=b", results(3, apitest.Prefix+"/backups/?cursor=c&server_id=7", 2)),
			page("cursor=c", results(3, "", 3)),
		}, []model.ID{"1", "2", "3"}},
		{"by next, without a count", []apitest.Call{
			page("", results(-1, "?server_id=7&cursor=b", 1)), page("cursor=b", results(-1, "", 2)),
		}, []model.ID{"1", "2"}},
		{"a later page that does not exist", []apitest.Call{
			page("", results(9, "", 1)), missing("page=2"), page("", results(9, "", 1)), missing("page=2"),
		}, []model.ID{"1"}},
		{"a next page that does not exist", []apitest.Call{page("", results(9, "?server_id=7&cursor=b", 1)), missing("cursor=b")},
			[]model.ID{"1"}},
		{"pages not heeded", []apitest.Call{page("", results(9, "", 1, 2)), page("page=2", results(9, "", 1, 2))}, []model.ID{"1", "2"}},
		{"next that points to itself", []apitest.Call{
			page("", results(9, "?server_id=7", 1, 2)), page("", results(9, "?server_id=7", 1, 2)),
		}, []model.ID{"1", "2"}},
		{"an empty later page", []apitest.Call{page("", results(9, "", 1)), page("page=2", results(9, ""))}, []model.ID{"1"}},
		{"it grows meanwhile", []apitest.Call{
			page("", results(4, "", 4, 3)), page("page=2", results(5, "", 3, 2)), page("page=3", results(5, "", 1)),
		}, []model.ID{"4", "3", "2", "1"}},
		{"it shrinks meanwhile", []apitest.Call{
			page("", results(4, "", 4, 3)), page("page=2", results(3, "", 1)),
			page("", results(3, "", 3, 2)), page("page=2", results(3, "", 1)),
		}, []model.ID{"4", "3", "2", "1"}},
		{"it shrinks behind the second page", []apitest.Call{
			page("", results(6, "", 6, 5)), page("page=2", results(6, "", 4, 3)), page("page=3", results(5, "", 1)),
			page("page=2", results(5, "", 3, 2)), page("page=3", results(5, "", 1)),
		}, []model.ID{"6", "5", "4", "3", "2", "1"}},
		{"it shrinks to one page meanwhile", []apitest.Call{
			page("", results(3, "", 3, 2)), missing("page=2"), page("", results(2, "", 2, 1)),
		}, []model.ID{"3", "2", "1"}},
		{"the same twice on a page", []apitest.Call{page("", results(3, "", 1, 1, 2))}, []model.ID{"1", "2"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newClient(t, apitest.Script(t, test.calls...))
			got, err := c.Backups(t.Context(), model.BackupFilter{Server: "7"})
			if err != nil {
				t.Fatal(err)
			}
			var ids []model.ID
			for _, p := range got {
				ids = append(ids, p.ID)
			}
			if !slices.Equal(ids, test.want) {
				t.Errorf("got %v, expected %v", ids, test.want)
			}
		})
	}
}

func TestNextIsFollowedByItsFullAddressToo(t *testing.T) {
	inWorld(t, "http://127.0.0.1/api/v1", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("page") == "" {
			_, _ = w.Write([]byte(results(2, "HTTP://127.0.0.1:80/api/v1/servers/?page=2", 1)))
			return
		}
		_, _ = w.Write([]byte(results(2, "", 2)))
	}, func(t *testing.T, _ *world, c *Client) {
		got, err := c.Servers(t.Context(), model.ServerFilter{})
		if err != nil || len(got) != 2 {
			t.Errorf("%v, %v", got, err)
		}
	})
}

func TestNextInAnotherPlaceIsNotFollowed(t *testing.T) {
	for _, next := range []string{
		"https://admin.vps.org/api/v1/servers/?page=2", "http://127.0.0.1:1/servers/", "//evil.example/", "https://127.0.0.1/", "https://127.0.0.1:80/",
		"http://user@127.0.0.1/", "file:///etc/passwd", "http://[", "javascript:0", ":",
	} {
		inWorld(t, "http://127.0.0.1/api/v1", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(results(2, next, 1)))
		}, func(t *testing.T, w *world, c *Client) {
			got, err := c.Servers(t.Context(), model.ServerFilter{})
			if !errors.Is(err, model.ErrBadAnswer) || got != nil || w.came.Load() != 1 {
				t.Fatalf("%s: %v, %v after %d requests", next, got, err, w.came.Load())
			}
			checkWords(t, err)
		})
	}
}

func TestAListIsBounded(t *testing.T) {
	for _, test := range []struct {
		limits Limits
		sent   int32
		words  string
	}{
		{Limits{Pages: 3}, 3, "more than 3 pages"},
		{Limits{Items: 4}, 3, "more than 4 items"},
	} {
		inWorld(t, "http://127.0.0.1/api/v1", endless, func(t *testing.T, w *world, c *Client) {
			_, err := c.Servers(t.Context(), model.ServerFilter{})
			if !errors.Is(err, model.ErrBadAnswer) || w.came.Load() != test.sent || !strings.Contains(model.Words(err), test.words) {
				t.Errorf("%v after %d requests", err, w.came.Load())
			}
		}, WithLimits(test.limits))
	}
}

// endless always has two more.
func endless(w http.ResponseWriter, r *http.Request) {
	page := 1
	_, _ = fmt.Sscan(r.URL.Query().Get("page"), &page)
	_, _ = w.Write([]byte(results(1_000_000, "", 2*page, 2*page+1)))
}

func TestAWalkThroughPagesEndsInTime(t *testing.T) {
	inWorld(t, "http://127.0.0.1/api/v1", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("page") == "" {
			endless(w, r)
			return
		}
		<-r.Context().Done()
	}, func(t *testing.T, _ *world, c *Client) {
		start := c.now()
		_, err := c.Servers(t.Context(), model.ServerFilter{})
		if took := c.now().Sub(start); !errors.Is(err, model.ErrTimeout) || took != defaultLimits.Call/2 {
			t.Errorf("%v after %v", err, took)
		}
	}, WithLimits(Limits{Total: defaultLimits.Call / 2}))
}

func TestABadItemIsNamedByItsPlace(t *testing.T) {
	for answer, want := range map[string]string{
		`{"results": [{"id": 1}, {"name": "x"}]}`:             "item 2 of page 1 has no id",
		`{"results": [{"id": 1}, {"id": null}]}`:              "item 2 of page 1 has no id",
		`{"results": [{"id": ""}]}`:                           "item 1 of page 1",
		`{"results": [{"id": 1, "server": {"name": [1]}}]}`:   "item 1 of page 1: its server.name is not of the kind",
		`{"results": [{"id": 1}, {"id": 2}, {"id": "../x"}]}`: "item 3 of page 1",
	} {
		c := newClient(t, apitest.Script(t, apitest.Call{Path: "/snapshots/", Answer: answer}))
		_, err := c.Snapshots(t.Context(), model.SnapshotFilter{})
		if !errors.Is(err, model.ErrBadAnswer) || !strings.Contains(model.Words(err), want) {
			t.Errorf("%s: %v", answer, err)
		}
		checkWords(t, err)
	}
}

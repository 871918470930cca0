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

// listJSON is a page with these ids; a negative count leaves the count out.
func listJSON(count int, next string, ids ...int) string {
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

func TestListEndsWhateverThePagesReturn(t *testing.T) {
	page := func(query, answer string) apitest.Call {
		return apitest.Call{Path: "/backups/", Query: strings.Trim("server_id=7&"+query, "&"), ResponseBody: answer}
	}
	missing := func(query string) apitest.Call {
		call := page(query, `{"detail": "Invalid page."}`)
		call.Status = 404
		return call
	}
	linked := func(query, link, answer string) apitest.Call {
		call := page(query, answer)
		call.ResponseHeader = map[string]string{"Link": link}
		return call
	}
	gone := missing("page=2")
	gone.Status = 410
	read := func(calls ...apitest.Call) []apitest.Call { return calls }
	twice := func(calls ...apitest.Call) []apitest.Call { return append(calls, calls...) }
	for _, test := range []struct {
		name  string
		calls []apitest.Call
		want  []model.ID
		of    string // how much came of how much; "" if complete
	}{
		{"one page", read(page("", listJSON(2, "", 1, 2))), []model.ID{"1", "2"}, ""},
		{"no count", read(page("", listJSON(-1, "", 1, 2))), []model.ID{"1", "2"}, ""},
		{"a count too small", read(page("", listJSON(1, "", 1, 2))), []model.ID{"1", "2"}, ""},
		{"empty", read(page("", listJSON(0, ""))), nil, ""},
		{"null", read(page("", `{"count": null, "next": null, "results": null}`)), nil, ""},
		{"a bare array", read(page("", `[{"id": 1}, {"id": 2}]`)), []model.ID{"1", "2"}, ""},
		{"an empty bare array", read(page("", ` [] `)), nil, ""},
		{"a byte order mark", read(page("", "\xef\xbb\xbf"+listJSON(1, "", 1))), []model.ID{"1"}, ""},
		{"empty, with a count", twice(page("", listJSON(5, ""))), nil, "0 of 5"},
		{"by number", twice(
			page("", listJSON(5, "", 1, 2)), page("page=2", listJSON(5, "", 3, 4)), page("page=3", listJSON(5, "", 5)),
		), []model.ID{"1", "2", "3", "4", "5"}, ""},
		{"by number, the count in quotes", twice(
			page("", `{"count": "2", "results": [{"id": 1}]}`), page("page=2", listJSON(2, "", 2)),
		), []model.ID{"1", "2"}, ""},
		{"by next", twice(
			page("", listJSON(3, "?server_id=7&cursor=b", 1)),
			page("cursor=b", listJSON(3, apitest.Prefix+"/backups/?cursor=c&server_id=7", 2)),
			page("cursor=c", listJSON(3, "", 3)),
		), []model.ID{"1", "2", "3"}, ""},
		{"by next, without a count", twice(
			page("", listJSON(-1, "?server_id=7&cursor=b", 1)), page("cursor=b", listJSON(-1, "", 2)),
		), []model.ID{"1", "2"}, ""},
		{"by a header", twice(
			linked("", `</x>; rel="prev", <?server_id=7&page=2>; rel="next"`, `[{"id": 1}]`),
			page("page=2", `[{"id": 2}]`),
		), []model.ID{"1", "2"}, ""},
		{"by a header to another path", twice(linked("", `<http://10.0.0.5/inner/?page=2>; rel=next`, `[{"id": 1}]`)),
			[]model.ID{"1"}, "1 of more"},
		{"next on the same path, as http or an internal host", twice(
			page("", listJSON(3, "http://10.0.0.5:8000"+apitest.Prefix+"/backups/?cursor=b&server_id=7", 1)),
			page("cursor=b", listJSON(3, "https://backend"+apitest.Prefix+"/backups/?cursor=c&server_id=7", 2)),
			page("cursor=c", listJSON(3, "", 3)),
		), []model.ID{"1", "2", "3"}, ""},
		{"a later page that does not exist", twice(page("", listJSON(9, "", 1)), missing("page=2")), []model.ID{"1"},
			"1 of 9"},
		{"a later page that is gone", twice(page("", listJSON(9, "", 1)), gone), []model.ID{"1"}, "1 of 9"},
		{"a next page that does not exist", twice(page("", listJSON(9, "?server_id=7&cursor=b", 1)),
			missing("cursor=b")),
			[]model.ID{"1"}, "1 of 9"},
		{"a next page that does not exist, without a count", twice(page("", listJSON(-1, "?server_id=7&cursor=b", 1)),
			missing("cursor=b")),
			[]model.ID{"1"}, "1 of more"},
		{"pages ignored", twice(page("", listJSON(9, "", 1, 2)), page("page=2", listJSON(9, "", 1, 2))),
			[]model.ID{"1", "2"}, "2 of 9"},
		{"next that points to itself", twice(
			page("", listJSON(9, "?server_id=7", 1, 2)), page("", listJSON(9, "?server_id=7", 1, 2)),
		), []model.ID{"1", "2"}, "2 of 9"},
		{"next that points to itself, without a count", twice(
			page("", listJSON(-1, "?server_id=7", 1, 2)), page("", listJSON(-1, "?server_id=7", 1, 2)),
		), []model.ID{"1", "2"}, "2 of more"},
		{"an empty later page", twice(page("", listJSON(9, "", 1)), page("page=2", listJSON(9, ""))), []model.ID{"1"},
			"1 of 9"},
		{"it grows meanwhile", read(
			page("", listJSON(4, "", 4, 3)), page("page=2", listJSON(5, "", 3, 2)), page("page=3", listJSON(5, "", 1)),
			page("", listJSON(5, "", 5, 4)), page("page=2", listJSON(5, "", 3, 2)), page("page=3", listJSON(5, "", 1)),
			page("", listJSON(5, "", 5, 4)), page("page=2", listJSON(5, "", 3, 2)), page("page=3", listJSON(5, "", 1)),
		), []model.ID{"5", "4", "3", "2", "1"}, ""},
		{"it shrinks meanwhile", read(
			page("", listJSON(4, "", 4, 3)), page("page=2", listJSON(3, "", 1)),
			page("", listJSON(3, "", 3, 2)), page("page=2", listJSON(3, "", 1)),
			page("", listJSON(3, "", 3, 2)), page("page=2", listJSON(3, "", 1)),
		), []model.ID{"3", "2", "1"}, ""},
		{"it shrinks to one page meanwhile", read(
			page("", listJSON(3, "", 3, 2)), missing("page=2"), page("", listJSON(2, "", 2, 1)),
		), []model.ID{"2", "1"}, ""},
		{"one is deleted and one created meanwhile, so that one is missed", read(
			page("", listJSON(4, "", 1, 2)), page("page=2", listJSON(4, "", 4, 5)),
			page("", listJSON(4, "", 2, 3)), page("page=2", listJSON(4, "", 4, 5)),
			page("", listJSON(4, "", 2, 3)), page("page=2", listJSON(4, "", 4, 5)),
		), []model.ID{"2", "3", "4", "5"}, ""},
		{"one is created and one deleted meanwhile, so that one comes twice", read(
			page("", listJSON(4, "", 1, 2)), page("page=2", listJSON(4, "", 2, 3)),
			page("", listJSON(4, "", 9, 1)), page("page=2", listJSON(4, "", 2, 3)),
			page("", listJSON(4, "", 9, 1)), page("page=2", listJSON(4, "", 2, 3)),
		), []model.ID{"9", "1", "2", "3"}, ""},
		{"the same twice on a page", read(page("", listJSON(3, "", 1, 1, 2))), []model.ID{"1", "2"}, ""},
		{"the same twice on a page, and one missing",
			twice(page("", listJSON(4, "", 1, 1, 2)), page("page=2", listJSON(4, ""))),
			[]model.ID{"1", "2"}, "2 of 3"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newClient(t, apitest.Script(t, test.calls...))
			got, err := c.Backups(t.Context(), model.BackupFilter{Server: "7"})
			var ids []model.ID
			for _, p := range got {
				ids = append(ids, p.ID)
			}
			if !slices.Equal(ids, test.want) {
				t.Errorf("got %v, expected %v", ids, test.want)
			}
			var cut *model.IncompleteError
			if errors.As(err, &cut); test.of == "" && err != nil || test.of != "" &&
				(cut == nil || cut.Counts() != test.of) {
				t.Errorf("%v, expected %q", err, test.of)
			}
		})
	}
}

func TestIncompleteListRecovers(t *testing.T) {
	short := []apitest.Call{
		{Path: "/servers/", ResponseBody: listJSON(3, "", 1, 2)}, {Path: "/servers/", Query: "page=2", Status: 404},
	}
	calls := append(append([]apitest.Call{}, short...), short...)
	calls = append(calls, short...) // the second time nothing has changed, which one reading shows
	whole := []apitest.Call{
		{Path: "/servers/", ResponseBody: listJSON(3, "", 1, 2)},
		{Path: "/servers/", Query: "page=2", ResponseBody: listJSON(3, "", 3)},
	}
	calls = append(append(calls, whole...), whole...)
	c := newClient(t, apitest.Script(t, append(calls, whole...)...))
	for i, want := range []int{2, 2, 3, 3} {
		got, err := c.Servers(t.Context(), model.ServerFilter{})
		if len(got) != want || errors.Is(err, model.ErrIncomplete) != (want < 3) {
			t.Errorf("time %d: %d came, %v", i+1, len(got), err)
		}
	}
}

func TestPointCreatedDuringAReadNeedsNoSecondRead(t *testing.T) {
	two := []apitest.Call{
		{Path: "/servers/", ResponseBody: listJSON(3, "", 1, 2)},
		{Path: "/servers/", Query: "page=2", ResponseBody: listJSON(3, "", 3)},
	}
	calls := append(append([]apitest.Call{}, two...), two...)
	calls = append(calls, apitest.Call{Path: "/servers/", ResponseBody: listJSON(4, "", 9, 1)},
		apitest.Call{Path: "/servers/", Query: "page=2", ResponseBody: listJSON(4, "", 2, 3)})
	c := newClient(t, apitest.Script(t, calls...))
	for _, want := range []int{3, 4} {
		if got, err := c.Servers(t.Context(), model.ServerFilter{}); len(got) != want || err != nil {
			t.Errorf("%d came, %v", len(got), err)
		}
	}
}

func TestNextMayBeAFullURL(t *testing.T) {
	withTestServer(t, "http://127.0.0.1/api/v1", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("page") == "" {
			_, _ = w.Write([]byte(listJSON(2, "HTTP://127.0.0.1:80/api/v1/servers/?page=2", 1)))
			return
		}
		_, _ = w.Write([]byte(listJSON(2, "", 2)))
	}, func(t *testing.T, _ *testServer, c *Client) {
		got, err := c.Servers(t.Context(), model.ServerFilter{})
		if err != nil || len(got) != 2 {
			t.Errorf("%v, %v", got, err)
		}
	})
}

func TestNextOnAnotherHostIsNotFollowed(t *testing.T) {
	for _, next := range []string{
		"https://admin.vps.org/api/v2/servers/?page=2", "http://127.0.0.1:1/servers/", "//evil.example/",
		"https://127.0.0.1/", "https://127.0.0.1:80/",
		"http://user@127.0.0.1/api/v1/servers/?page=2", "file:///etc/passwd", "file:///api/v1/servers/?page=2",
		"http://[", "javascript:0", ":",
		"http://10.0.0.5:8000/servers/?page=2", "http://10.0.0.5:8000/api/v1/servers/%2e%2e/?page=2",
	} {
		withTestServer(t, "http://127.0.0.1/api/v1", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(listJSON(2, next, 1)))
		}, func(t *testing.T, w *testServer, c *Client) {
			got, err := c.Servers(t.Context(), model.ServerFilter{})
			if !errors.Is(err, model.ErrIncomplete) || len(got) != 1 || w.requests.Load() != 2 { // it is read twice
				t.Fatalf("%s: %v, %v after %d requests", next, got, err, w.requests.Load())
			}
		})
	}
}

func TestAListIsBounded(t *testing.T) {
	for _, test := range []struct {
		limits  Limits
		sent    int32
		message string
	}{
		{Limits{Pages: 3}, 3, "more than 3 pages"},
		{Limits{Items: 4}, 3, "more than 4 items"},
	} {
		withTestServer(t, "http://127.0.0.1/api/v1", serveEndlessList, func(t *testing.T, w *testServer, c *Client) {
			_, err := c.Servers(t.Context(), model.ServerFilter{})
			if !errors.Is(err, model.ErrBadAnswer) || w.requests.Load() != test.sent ||
				!strings.Contains(model.ErrorMessage(err), test.message) {
				t.Errorf("%v after %d requests", err, w.requests.Load())
			}
		}, WithLimits(test.limits))
	}
}

// serveEndlessList always has two more items.
func serveEndlessList(w http.ResponseWriter, r *http.Request) {
	page := 1
	_, _ = fmt.Sscan(r.URL.Query().Get("page"), &page)
	_, _ = w.Write([]byte(listJSON(1_000_000, "", 2*page, 2*page+1)))
}

func TestPaginationEndsInTime(t *testing.T) {
	withTestServer(t, "http://127.0.0.1/api/v1", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("page") == "" {
			serveEndlessList(w, r)
			return
		}
		<-r.Context().Done()
	}, func(t *testing.T, _ *testServer, c *Client) {
		start := c.now()
		_, err := c.Servers(t.Context(), model.ServerFilter{})
		if took := c.now().Sub(start); !errors.Is(err, model.ErrTimeout) || took != defaultLimits.Call/2 {
			t.Errorf("%v after %v", err, took)
		}
	}, WithLimits(Limits{Total: defaultLimits.Call / 2}))
}

func TestBadItemIsNamedByItsPosition(t *testing.T) {
	for answer, want := range map[string]string{
		`{"results": [{"id": 1}, {"name": "x"}]}`:             "item 2 of page 1 has no id",
		`{"results": [{"id": 1}, {"id": null}]}`:              "item 2 of page 1 has no id",
		`{"results": [{"id": ""}]}`:                           "item 1 of page 1",
		`{"results": [{"id": 1, "server": {"name": [1]}}]}`:   "item 1 of page 1: its server.name has the wrong type",
		`{"results": [{"id": 1}, {"id": 2}, {"id": "../x"}]}`: "item 3 of page 1",
	} {
		c := newClient(t, apitest.Script(t, apitest.Call{Path: "/snapshots/", ResponseBody: answer}))
		_, err := c.Snapshots(t.Context(), model.SnapshotFilter{})
		if !errors.Is(err, model.ErrBadAnswer) || !strings.Contains(model.ErrorMessage(err), want) {
			t.Errorf("%s: %v", answer, err)
		}
		checkMessage(t, err)
	}
}

package api

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"vpsdeck/model"
)

// responseWithBody is a response with this body, to a request of the given method.
func responseWithBody(c *Client, method string, body []byte) response {
	u := c.urlFor("/x/", nil)
	return response{req: &http.Request{Method: method, URL: u}, finalURL: u, status: 200, body: body}
}

func FuzzAnyBodyIsAListOrAnError(f *testing.F) {
	for _, name := range []string{"servers", "backups", "snapshots", "account", "snapshot_restored", "backup_created"} {
		f.Add([]byte(readTestdata(f, name)))
	}
	f.Add([]byte(`{"count": "9", "next": "?page=2",
		"results": [{"id": "a-1", "size_mb": 1e99, "created_at": 0, "os": []}]}`))
	f.Add([]byte(`[{"id": 1}, {"id": 1}]`))
	c, err := New(DefaultURL, secretToken)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		fuzzList[server](t, c, body)
		fuzzList[backup](t, c, body)
		fuzzList[snapshot](t, c, body)
		if created, failure := readCreated[backup](c, responseWithBody(c, http.MethodPost, body),
			model.Point{Kind: model.Backup}); failure != nil {
			checkMessage(t, failure)
		} else if created.ID == "" {
			t.Error("a point without an id")
		}
		parsed, failure := c.readActionResponse(responseWithBody(c, http.MethodPost, body), model.Point{ID: "7"})
		if failure != nil {
			checkMessage(t, failure)
			return
		}
		got := parsed.toAccepted(model.Point{ID: "7"})
		if got.Point.ID == "" || model.Clean(got.Message) != got.Message && len(got.Message) < model.MaxText {
			t.Errorf("%+v", got)
		}
	})
}

func fuzzList[W item[M], M any](t *testing.T, c *Client, body []byte) {
	w := &paginator[W, M]{client: c, path: "/x/"}
	a := responseWithBody(c, http.MethodGet, body)
	l, failure := parsePage[W](c, a, 1)
	slow, flaw := parseLenient[W](c, a, 1)
	if (failure == nil) != (flaw == nil) || !reflect.DeepEqual(l, slow) {
		t.Errorf("parsed at once: %+v, %v; leniently: %+v, %v", l, failure, slow, flaw)
	}
	if failure != nil {
		checkMessage(t, failure)
		return
	}
	next, failure := w.addPage(page[M]{a, l})
	if failure != nil {
		checkMessage(t, failure)
		return
	}
	if next != nil && !c.isAPIHost(next) {
		t.Errorf("would go to %s", next)
	}
	if len(w.merger.current.items) != len(w.merger.seen) || w.merger.seen[""] {
		t.Errorf("%d items, ids %v", w.merger.len(), w.merger.seen)
	}
}

func FuzzErrorMessageIsPrintable(f *testing.F) {
	for _, body := range []string{
		`{"detail": "no"}`, `{"error": {"message": "x"}}`, `{"a": ["b", {"c": "d"}]}`, "plain", "<p>",
		`{"detail": "\u001b[2J"}`,
		`["` + secretToken + `"]`, `{"x": "vps_TopSecret\u0030123456789"}`, "\xff", `{"detail`,
	} {
		f.Add([]byte(body))
	}
	c, err := New(DefaultURL, secretToken)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		message := c.apiMessage(strings.NewReader(string(body)))
		switch {
		case !utf8.ValidString(message), strings.ContainsAny(message, "\x1b\n\r\t\x00"),
			strings.Contains(message, secretToken):
			t.Errorf("%q shows as %q", body, message)
		case utf8.RuneCountInString(message) > 401:
			t.Errorf("%d characters", utf8.RuneCountInString(message))
		case json.Valid(body) && strings.HasPrefix(message, "{"):
			t.Errorf("%q is shown raw: %q", body, message)
		}
	})
}

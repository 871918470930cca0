package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"vpsdeck/api/apitest"
	"vpsdeck/model"
)

func TestAPIMessageIsFoundInErrorBodies(t *testing.T) {
	for body, want := range map[string]string{
		`{"detail": "Snapshot limit reached."}`:                 "Snapshot limit reached.",
		`{"error": "Snapshot limit reached"}`:                   "Snapshot limit reached",
		`{"message": "Snapshot limit reached"}`:                 "Snapshot limit reached",
		`{"error": {"message": "Server is busy", "code": 7}}`:   "Server is busy",
		`{"error": {"error": {"detail": "Deep down"}}}`:         "Deep down",
		`{"error": true, "message": "Server is busy"}`:          "Server is busy",
		`{"error": "limit_reached", "message": "No room left"}`: "No room left",
		`{"error": "limit_reached"}`:                            "limit_reached",
		`{"name": ["This field is required."]}`:                 "name: This field is required.",
		`{"server_id": ["No such server."], "name": ["Too long.", "Too odd."]}`: "name: Too long. Too odd. " +
			"server_id: No such server.",
		`{"non_field_errors": ["At most 5 snapshots."]}`:                  "At most 5 snapshots.",
		`{"errors": [{"message": "One thing."}, {"detail": "Another."}]}`: "One thing. Another.",
		`["No room left."]`: "No room left.",
		`"No room left."`:   "No room left.",
		"No room left.\n":   "No room left.",
		"two\n  lines":      "two lines",
		`{"code": 17, "status": null, "ok": false}`: "",
		`{"detail": null}`:                          "",
		`{"detail": "Snapshot limit rea`:            "",
		`<html><body>502 Bad Gateway</body></html>`: "",
		"  <!doctype html>":                         "",
		"":                                          "",
		"17":                                        "",
		"null":                                      "",
		"\xff\xfe":                                  "",
		strings.Repeat("a dump ", 100):              "",
		strings.Repeat(`{"error": `, 9) + `"far down"` + strings.Repeat("}", 9): "",
	} {
		if got := messageFromBody([]byte(body)); got != want {
			t.Errorf("%s: %q, expected %q", body, got, want)
		}
	}
}

func TestMessageQuotesTheAPIAndGivesAdvice(t *testing.T) {
	const badToken = "The API does not accept the token: it may be mistyped, expired or revoked. Try another token."
	for _, test := range []struct {
		status  int
		body    string
		message string
	}{
		{400, `{"detail": "Snapshot limit reached"}`, "Snapshot limit reached."},
		{400, `{"error": "limit_reached"}`, "The API refused the request (status 400). It says: limit_reached."},
		{400, ``, "The API refused the request (status 400)."},
		{401, `{"detail": "Invalid token."}`, badToken + " It says: Invalid token."},
		{401, ``, badToken},
		{401, `{"detail": "Unknown token ` + secretToken + `"}`, badToken + " It says: Unknown token [token]."},
		{409, `{"detail": "a\u001b[31mb c"}`, "The server is busy with something else: wait until it is done. " +
			"It says: a^[[31mb c."},
		{503, `<html>`, "The API has trouble (status 503): try again in a while. " +
			"It may have been done anyway: check the list before you try again."},
		{400, `{"detail": "` + strings.Repeat("long ", 200) + `"}`, strings.Repeat("long ", 80) + "…"},
	} {
		base := apitest.Script(t, apitest.Call{Method: "DELETE", Path: "/snapshots/1/", Status: test.status,
			ResponseBody: test.body})
		err := newClient(t, base).DeleteSnapshot(t.Context(), "1")
		if got := model.ErrorMessage(err); got != test.message {
			t.Errorf("%d %.60s: %q, expected %q", test.status, test.body, got, test.message)
		}
	}
}

func TestDefaultMessageIsUsedWhenTheAPIGivesNone(t *testing.T) {
	c := newClient(t, apitest.Script(t,
		apitest.Call{Method: "POST", Path: "/snapshots/801/restore/", Status: 400},
		apitest.Call{Method: "POST", Path: "/servers/7/restore/", Body: `{"backup_id": 501}`, Status: 400},
		apitest.Call{Method: "POST", Path: "/snapshots/", Body: `{"server_id": 7, "name": "n"}`, Status: 400,
			ResponseBody: `{"error": "limit_reached"}`},
		apitest.Call{Method: "POST", Path: "/snapshots/801/restore/", Status: 400,
			ResponseBody: `{"detail": "Stop it first"}`},
		apitest.Call{Path: "/servers/", Status: 404, ResponseBody: `{"detail": "Not found."}`},
		apitest.Call{Path: "/account/me/", Status: 407},
	))
	_, restored := c.RestoreSnapshot(t.Context(), "801")
	_, restoredTo := c.RestoreBackup(t.Context(), "7", "501")
	_, created := c.CreateSnapshot(t.Context(), "7", "n", "")
	_, stopped := c.RestoreSnapshot(t.Context(), "801")
	_, listed := c.Servers(t.Context(), model.ServerFilter{})
	_, proxied := c.Account(t.Context())
	for _, test := range []struct {
		err  error
		want string
	}{
		{restored, "The API refused the restore: the server's state does not allow it."},
		{restoredTo, "The API refused the restore: the server's state does not allow it."},
		{created, "The API refused it: the request is invalid, or the server's limit is reached. " +
			"It says: limit_reached."},
		{stopped, "The API refused the restore: the server's state does not allow it. It says: Stop it first."},
		{listed, c.Host() + " has no API at this address (status 404): check the API's address. It says: Not found."},
		{proxied, proxyLoginMessage},
	} {
		if got := model.ErrorMessage(test.err); got != test.want {
			t.Errorf("%q, expected %q", got, test.want)
		}
	}
	if errors.Is(listed, model.ErrNotFound) {
		t.Error("a wrong address counts as a thing that does not exist")
	}
}

func TestErrorForTheLogHasPathAndStatus(t *testing.T) {
	base := apitest.Script(t, apitest.Call{Path: "/servers/7/", Status: 404})
	_, err := newClient(t, base).Server(t.Context(), "7")
	var e *Error
	if !errors.As(err, &e) || e.Method != "GET" || e.Path != "/servers/7/" || e.Status != 404 ||
		e.Kind != model.ErrNotFound {
		t.Fatalf("%#v", err)
	}
	want := "GET /servers/7/ (404): The API did not find this: it may have been deleted meanwhile."
	if err.Error() != want {
		t.Errorf("%q, expected %q", err, want)
	}
}

func TestNoFormattingVerbShowsTheToken(t *testing.T) {
	echo := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "http://127.0.0.1/"+secretToken+"/?token="+secretToken)
		w.WriteHeader(map[string]int{"GET": 302}[r.Method] + map[string]int{"POST": 400, "DELETE": 502}[r.Method])
		_, _ = fmt.Fprintf(w, `{"detail": "Header was %s", "%s": ["%s"]}`, r.Header.Get("Authorization"), secretToken,
			secretToken)
	}
	withTestServer(t, "http://127.0.0.1/api/v1", echo, func(t *testing.T, _ *testServer, c *Client) {
		things := []any{c, struct{ Inside *Client }{c}, []*Client{c}, c.base, c.token}
		for _, e := range endpoints {
			_, err := e.run(t.Context(), c)
			var inner *Error
			if !errors.As(err, &inner) {
				t.Fatal(err)
			}
			things = append(things, err, *inner, fmt.Errorf("wrapped: %w", err), inner.Message(), errors.Unwrap(err))
		}
		for _, thing := range things {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
				shown := fmt.Sprintf(verb, thing)
				if strings.Contains(shown, secretToken) || strings.Contains(shown, fmt.Sprintf("%x", secretToken)) {
					t.Errorf("%s of %T: %s", verb, thing, shown)
				}
			}
		}
	})
}

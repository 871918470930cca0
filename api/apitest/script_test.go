package apitest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// recordingTB records the failures of a script.
type recordingTB struct {
	testing.TB
	messages []string
	cleanups []func()
}

func (r *recordingTB) Helper()          {}
func (r *recordingTB) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }
func (r *recordingTB) Errorf(format string, a ...any) {
	r.messages = append(r.messages, fmt.Sprintf(format, a...))
}

func TestScriptFailsOnUnexpectedRequests(t *testing.T) {
	expected := Call{
		Method: "POST", Path: "/backups/", Query: "a=1&b=2",
		Header: map[string]string{"X-Is": "here", "X-Not": ""}, Body: `{"server_id": 1}`,
	}
	for _, test := range []struct {
		name               string
		method, path, body string
		header             map[string]string
		times              int
		want               string
	}{
		{"nothing, for the expected request", "POST", "/backups/?b=2&a=1", `{"server_id":1}`,
			map[string]string{"X-Is": "here"}, 1, ""},
		{"the method", "PUT", "/backups/?b=2&a=1", `{"server_id":1}`, map[string]string{"X-Is": "here"}, 1,
			"the method is"},
		{"the path", "POST", "/backups?b=2&a=1", `{"server_id":1}`, map[string]string{"X-Is": "here"}, 1,
			"the path is"},
		{"the query", "POST", "/backups/?a=1", `{"server_id":1}`, map[string]string{"X-Is": "here"}, 1, "the query is"},
		{"the body", "POST", "/backups/?b=2&a=1", `{"server_id":2}`, map[string]string{"X-Is": "here"}, 1,
			"the body is"},
		{"no body", "POST", "/backups/?b=2&a=1", "", map[string]string{"X-Is": "here"}, 1, "the body is"},
		{"a missing header", "POST", "/backups/?b=2&a=1", `{"server_id":1}`, nil, 1, "the header X-Is is"},
		{"a header too many", "POST", "/backups/?b=2&a=1", `{"server_id":1}`,
			map[string]string{"X-Is": "here", "X-Not": "1"}, 1,
			"the header X-Not is"},
		{"a call too many", "POST", "/backups/?b=2&a=1", `{"server_id":1}`, map[string]string{"X-Is": "here"}, 2,
			"one too many"},
		{"a call that did not come", "", "", "", nil, 0, "did not come"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := &recordingTB{TB: t}
			base := Script(r, expected)
			for range test.times {
				req, err := http.NewRequest(test.method, base+test.path, strings.NewReader(test.body))
				if err != nil {
					t.Fatal(err)
				}
				for name, value := range test.header {
					req.Header.Set(name, value)
				}
				resp, err := http.DefaultClient.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				if err := resp.Body.Close(); err != nil {
					t.Fatal(err)
				}
			}
			for _, cleanup := range r.cleanups {
				cleanup()
			}
			all := strings.Join(r.messages, "\n")
			if test.want == "" && all != "" || !strings.Contains(all, test.want) {
				t.Errorf("got %q, expected %q", all, test.want)
			}
		})
	}
}

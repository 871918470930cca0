package e2e

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestSimFlagsMakeListsStale(t *testing.T) {
	t.Parallel()
	cmd := newCommand(t, nil, "sim", "--listen", "127.0.0.1:0", "--speed", "0.001", "--lag", "0s", "--replicas", "1",
		"--stop-phase", "1h", "--appear-late", "1h", "--linger", "1h", "--date", "1970", "--age", "30h")
	base, _ := startSim(t, cmd)
	send := func(method, path, body string, status int) (*http.Response, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, base+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer vps_demo")
		r.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != status {
			t.Fatalf("%s %s: %d %s %v, want %d", method, path, response.StatusCode, text, err, status)
		}
		return response, string(text)
	}
	send("POST", "/snapshots/", `{"server_id":12345,"name":"late"}`, http.StatusCreated)
	send("DELETE", "/snapshots/798/", "", http.StatusNoContent)
	send("POST", "/snapshots/801/restore/", "", http.StatusOK)
	if _, body := send("GET", "/snapshots/?server_id=12345", "", http.StatusOK); strings.Contains(body, "late") ||
		!strings.Contains(body, `"id":798`) {
		t.Errorf("snapshots: %s", body)
	}
	response, body := send("GET", "/servers/12345/", "", http.StatusOK)
	if !strings.Contains(body, `"status":"stopping"`) {
		t.Errorf("the server: %s", body)
	}
	if date, age := response.Header.Get("Date"), response.Header.Get("Age"); date != "Thu, 01 Jan 1970 00:00:00 GMT" ||
		age != "108000" {
		t.Errorf("Date %q, Age %q", date, age)
	}

	base, _ = startSim(t, newCommand(t, nil, "sim", "--listen", "127.0.0.1:0", "--speed", "0.001", "--cut-lists", "410",
		"--hide-restores"))
	send("POST", "/snapshots/801/restore/", "", http.StatusOK)
	if _, body := send("GET", "/servers/", "", http.StatusOK); !strings.HasPrefix(body, `{"count":50,`) ||
		strings.Count(body, `"hostname"`) != 2 ||
		strings.Contains(body, "restoring") {
		t.Errorf("servers: %s", body)
	}
	send("GET", "/servers/?page=2", "", http.StatusGone)
}

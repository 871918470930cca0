package sim

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// testStart is when the tests' accounts open: the time of the documents' first example of an
// action. The documents' servers and points then come out as they are printed.
var testStart = time.Date(2025, 1, 16, 15, 45, 0, 0, time.UTC)

// testAccount is an account behind a real socket.
type testAccount struct {
	*Account
	t     *testing.T
	clock *Clock
	url   string
	http  *http.Client
}

func newTestAccount(t *testing.T, o Options) *testAccount {
	t.Helper()
	if o.Clock == nil {
		o.Clock = NewSteppedClock(testStart)
	}
	account := New(o)
	server, err := Listen("127.0.0.1:0", account)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DisableKeepAlives: true} // so that no cut is hidden by a retry
	t.Cleanup(func() {
		server.Close()
		transport.CloseIdleConnections()
	})
	return &testAccount{account, t, o.Clock, server.URL(), &http.Client{Transport: transport}}
}

// newRequest makes a request with the token, and with a JSON body if there is one.
func (a *testAccount) newRequest(method, path, body string) *http.Request {
	a.t.Helper()
	r, err := http.NewRequestWithContext(a.t.Context(), method, a.url+path, strings.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer vps_demo")
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

// send returns the response and its body, or an error if either is incomplete.
func (a *testAccount) send(r *http.Request) (*http.Response, string, error) {
	answer, err := a.http.Do(r)
	if err != nil {
		return nil, "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return answer, string(body), err
}

// mustSend requires a response with a certain status, and returns its body.
func (a *testAccount) mustSend(status int, method, path, body string) string {
	a.t.Helper()
	answer, text, err := a.send(a.newRequest(method, path, body))
	if err != nil {
		a.t.Fatalf("%s %s: %v", method, path, err)
	}
	if answer.StatusCode != status {
		a.t.Fatalf("%s %s: status %d, want %d: %s", method, path, answer.StatusCode, status, text)
	}
	return text
}

// item is any object that the API returns.
type item struct {
	ID          int64      `json:"id"`
	Name        string     `json:"name"`
	Status      string     `json:"status"`
	Location    string     `json:"location"`
	IP          string     `json:"ip_address"`
	Type        string     `json:"backup_type"`
	SizeMB      *int64     `json:"size_mb"`
	CreatedAt   time.Time  `json:"created_at"`
	UpdatedAt   time.Time  `json:"updated_at"`
	ExpiresAt   *time.Time `json:"expires_at"`
	Description string     `json:"description"`
	Message     string     `json:"message"`
	Server      struct {
		ID     int64  `json:"id"`
		Status string `json:"status"`
	} `json:"server"`
}

type list struct {
	Count    int     `json:"count"`
	Next     *string `json:"next"`
	Previous *string `json:"previous"`
	Results  []item  `json:"results"`
}

func decode[T any](t *testing.T, text string) T {
	t.Helper()
	var out T
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return out
}

func (a *testAccount) list(path string) list {
	a.t.Helper()
	return decode[list](a.t, a.mustSend(http.StatusOK, "GET", path, ""))
}

func (a *testAccount) serverStatus(id string) string {
	a.t.Helper()
	return decode[item](a.t, a.mustSend(http.StatusOK, "GET", "/servers/"+id+"/", "")).Status
}

// find returns the item of a list with an id.
func (l list) find(t *testing.T, id int64) item {
	t.Helper()
	for _, one := range l.Results {
		if one.ID == id {
			return one
		}
	}
	t.Fatalf("no item %d in the list", id)
	return item{}
}

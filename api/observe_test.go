package api

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"vpsdeck/model"
)

func TestObservedExchangeHoldsNoPartOfTheToken(t *testing.T) {
	for _, before := range []int{0, model.MaxExchangeBody - len(secretToken), model.MaxExchangeBody - 5,
		model.MaxExchangeBody} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = fmt.Fprint(w, strings.Repeat("x", before), strings.TrimPrefix(r.Header.Get("Authorization"),
				"Bearer "), strings.Repeat("x", 100))
		}))
		defer server.Close()
		var exchanges []model.Exchange
		c := newClient(t, server.URL, WithObserver(func(e model.Exchange) { exchanges = append(exchanges, e) }))
		if _, err := c.Account(t.Context()); err == nil {
			t.Fatal("an invalid account was accepted")
		}
		e := exchanges[0]
		if strings.Contains(e.ResponseBody, secretToken[:5]) || len(e.ResponseBody) > model.MaxExchangeBody ||
			e.Size != int64(before+len(secretToken)+100) {
			t.Errorf("after %d bytes: %d of %d bytes are reported, which end in %q", before, len(e.ResponseBody),
				e.Size, e.ResponseBody[max(len(e.ResponseBody)-20, 0):])
		}
	}
}

// TestPollReusesBuffers measures the memory of a poll without changes, including that of the
// server.
func TestPollReusesBuffers(t *testing.T) {
	const pages, size = 40, 100
	body := make([][]byte, pages+1)
	for n := range body[1:] {
		var results []string
		for i := range size {
			results = append(results, fmt.Sprintf(`{"id": %d, "description": %q}`, n*size+i,
				strings.Repeat("nightly ", 50)))
		}
		body[n+1] = fmt.Appendf(nil, `{"count": %d, "results": [%s]}`, pages*size, strings.Join(results, ","))
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var number int
		if _, err := fmt.Sscan(r.URL.Query().Get("page"), &number); err != nil {
			number = 1
		}
		_, _ = w.Write(body[number])
	}))
	defer server.Close()
	c := newClient(t, server.URL)
	poll := func() {
		if list, err := c.Backups(t.Context(), model.BackupFilter{}); err != nil || len(list) != pages*size {
			t.Fatal(len(list), err)
		}
	}
	poll()
	poll()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	poll()
	runtime.ReadMemStats(&after)
	bodies := 0
	for _, b := range body {
		bodies += len(b)
	}
	if took := int(after.TotalAlloc - before.TotalAlloc); took > bodies/2 {
		t.Errorf("a poll of %d bytes takes %d bytes of memory", bodies, took)
	}
}

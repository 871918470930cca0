package api

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"vpsdeck/model"
)

// pagedServer serves a list of ids, newest first, in pages of ten. It records the requests.
type pagedServer struct {
	mu         sync.Mutex
	ids        []int
	link       func(page int) string // of the next page; nil: none is given
	beforePage func(s *pagedServer, page int)
	requested  []int
	active     int
	maxActive  int
	barrier    chan struct{} // responses from the third page on wait until it is closed; nil: they do not wait
	once       sync.Once
}

func (s *pagedServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	number := 1
	if text := r.URL.Query().Get("page") + r.URL.Query().Get("cursor"); text != "" {
		number, _ = strconv.Atoi(text)
	}
	s.mu.Lock()
	s.requested = append(s.requested, number)
	s.active++
	s.maxActive = max(s.maxActive, s.active)
	full := s.active == maxInFlight
	if s.beforePage != nil {
		s.beforePage(s, number)
	}
	from, to := min((number-1)*10, len(s.ids)), min(number*10, len(s.ids))
	next := ""
	if s.link != nil && to < len(s.ids) {
		next = s.link(number + 1)
	}
	body := listJSON(len(s.ids), next, s.ids[from:to]...)
	s.mu.Unlock()
	if s.barrier != nil && number > 2 {
		if full {
			s.once.Do(func() { close(s.barrier) })
		}
		select {
		case <-s.barrier:
		case <-r.Context().Done():
		}
	}
	s.mu.Lock()
	s.active--
	s.mu.Unlock()
	if from == to && number > 1 {
		w.WriteHeader(http.StatusNotFound)
	}
	_, _ = w.Write([]byte(body))
}

func descendingIDs(n int) []int {
	var ids []int
	for i := n; i > 0; i-- {
		ids = append(ids, i)
	}
	return ids
}

// readAll reads the whole list.
func (s *pagedServer) readAll(t *testing.T) []int {
	t.Helper()
	server := httptest.NewServer(s)
	defer server.Close()
	list, err := newClient(t, server.URL+"/api/v1").Backups(t.Context(), model.BackupFilter{})
	if err != nil {
		t.Fatal(err)
	}
	var ids []int
	for _, p := range list {
		id, _ := strconv.Atoi(string(p.ID))
		ids = append(ids, id)
	}
	return ids
}

func pageQuery(n int) string { return fmt.Sprintf("?page=%d&page_size=10", n) }

func TestPagesAreFetchedInParallelInOrder(t *testing.T) {
	for name, link := range map[string]func(int) string{"guessed": nil, "given": pageQuery} {
		// it answers once maxInFlight requests wait
		s := &pagedServer{ids: descendingIDs(95), link: link, barrier: make(chan struct{})}
		if got := s.readAll(t); !slices.Equal(got, descendingIDs(95)) {
			t.Errorf("%s: %v", name, got)
		}
		asked := slices.Sorted(slices.Values(s.requested))
		if want := []int{1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10}; s.maxActive != maxInFlight ||
			!slices.Equal(asked, want) {
			t.Errorf("%s: pages %v were asked for, %d at once", name, s.requested, s.maxActive)
		}
	}
}

func TestLongListWaitsDuringQuietStart(t *testing.T) {
	for ids, want := range map[int]int{20: 0, 21: 1, 95: 1} { // two pages, three, ten
		s := &pagedServer{ids: descendingIDs(ids), link: pageQuery}
		server := httptest.NewServer(s)
		c := newClient(t, server.URL+"/api/v1", WithQuietStart(time.Now().Add(time.Hour)))
		waits := 0
		c.wait = func(context.Context, time.Duration) error {
			if waits++; len(s.requested) != 1 {
				t.Errorf("%d ids: pages %v were asked for before", ids, s.requested)
			}
			c.quietUntil = time.Time{}
			return nil
		}
		if list, err := c.Backups(t.Context(), model.BackupFilter{}); err != nil || len(list) != ids || waits != want {
			t.Errorf("%d ids: %d came, %v, it waited %d times", ids, len(list), err, waits)
		}
		server.Close()
	}
}

func TestCursorPagesAreFetchedSequentially(t *testing.T) {
	s := &pagedServer{ids: descendingIDs(45), link: func(n int) string { return fmt.Sprintf("?cursor=%d", n) }}
	if got := s.readAll(t); !slices.Equal(got, descendingIDs(45)) || s.maxActive != 1 ||
		!slices.Equal(s.requested, []int{1, 2, 3, 4, 5, 1, 2, 3, 4, 5}) {
		t.Errorf("%v; pages %v, %d at once", got, s.requested, s.maxActive)
	}
}

func TestUnexpectedNextAddressStopsPrefetching(t *testing.T) {
	s := &pagedServer{ids: descendingIDs(95),
		link: func(n int) string { return fmt.Sprintf("?page=%d&after=%d", n, n*10) }}
	if got := s.readAll(t); !slices.Equal(got, descendingIDs(95)) || len(s.requested) > 2*(10+maxInFlight) {
		t.Errorf("%v; pages %v", got, s.requested)
	}
}

func TestListThatChangesWhileReadHasNoDuplicatesOrGaps(t *testing.T) {
	grown := &pagedServer{ids: descendingIDs(95), beforePage: func(s *pagedServer, page int) {
		if page == 5 && len(s.ids) == 95 {
			s.ids = append([]int{97, 96}, s.ids...)
		}
	}}
	shrunk := &pagedServer{ids: descendingIDs(95), beforePage: func(s *pagedServer, page int) {
		if page == 5 && len(s.ids) == 95 {
			s.ids = s.ids[3:]
		}
	}}
	for name, s := range map[string]*pagedServer{"it grows": grown, "it shrinks": shrunk} {
		got := s.readAll(t)
		once := slices.Compact(slices.Sorted(slices.Values(got)))
		missing := slices.DeleteFunc(descendingIDs(92), func(id int) bool { return slices.Contains(got, id) })
		if len(once) != len(got) || len(missing) > 0 || len(s.requested) > 3*(10+maxInFlight) {
			t.Errorf("%s: %v are missing, %d of %d are there once, after %d requests", name, missing, len(once),
				len(got), len(s.requested))
		}
	}
}

func TestListThatKeepsChangingIsIncomplete(t *testing.T) {
	s := &pagedServer{ids: descendingIDs(30), beforePage: func(s *pagedServer, page int) {
		s.ids = append(s.ids[1:], s.ids[len(s.ids)-1]+1000)
	}}
	server := httptest.NewServer(s)
	defer server.Close()
	got, err := newClient(t, server.URL+"/api/v1").Backups(t.Context(), model.BackupFilter{})
	if !errors.Is(err, model.ErrIncomplete) || len(got) < 20 || len(s.requested) > maxListReads*(3+maxInFlight) {
		t.Errorf("%d items, %v, after %d requests", len(got), err, len(s.requested))
	}
}

func TestOnlyChangedPagesAreParsedAgain(t *testing.T) {
	s := &pagedServer{ids: descendingIDs(35)}
	server := httptest.NewServer(s)
	defer server.Close()
	c := newClient(t, server.URL+"/api/v1")
	list := func() []model.Point {
		t.Helper()
		points, err := c.Backups(t.Context(), model.BackupFilter{})
		if err != nil {
			t.Fatal(err)
		}
		return points
	}
	first, kept := list(), len(c.pageCache.pages)
	if again := list(); !slices.Equal(first, again) || kept != 4 {
		t.Errorf("%d pages are kept; the second time %v", kept, again)
	}
	s.ids[12] = 99
	if now := list(); len(now) != 35 || now[12].ID != "99" || now[0] != first[0] || now[34] != first[34] {
		t.Errorf("after a change: %v", now)
	}
	if now, again := list(), list(); &now[0] != &again[0] {
		t.Error("an unchanged list was put together again")
	}
}

func TestListDoesNotDependOnTheCache(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	s := &pagedServer{ids: descendingIDs(95)}
	server := httptest.NewServer(s)
	defer server.Close()
	list := func(c *Client) []model.Point {
		t.Helper()
		points, err := c.Backups(t.Context(), model.BackupFilter{})
		if err != nil {
			t.Fatal(err)
		}
		return points
	}
	c, next := newClient(t, server.URL+"/api/v1"), 1000
	var had, kept []model.Point
	for range 200 {
		switch n := random.IntN(len(s.ids) + 1); random.IntN(5) {
		case 0:
			s.ids = slices.Insert(s.ids, n, next)
		case 1:
			s.ids = slices.Delete(s.ids, n, min(n+random.IntN(15), len(s.ids)))
		case 2:
			s.ids = s.ids[:max(n, 5)]
		case 3:
			for range random.IntN(20) {
				next++
				s.ids = append(s.ids, next)
			}
		}
		next++
		want, got := list(newClient(t, server.URL+"/api/v1")), list(c)
		if !slices.Equal(got, want) {
			t.Fatalf("%v: got %v", s.ids, got)
		}
		if !slices.Equal(had, kept) {
			t.Fatal("a list that was handed out before has changed")
		}
		had, kept = got, slices.Clone(got)
	}
}

func TestListAndPagesShareMemory(t *testing.T) {
	s := &pagedServer{ids: descendingIDs(35)}
	server := httptest.NewServer(s)
	defer server.Close()
	c := newClient(t, server.URL+"/api/v1")
	for range 2 {
		points, err := c.Backups(t.Context(), model.BackupFilter{})
		if err != nil {
			t.Fatal(err)
		}
		from := 0
		for _, l := range c.pageCache.lists[server.URL+"/api/v1/backups/"].(*mergedList[model.Point]).pages {
			if kept := c.pageCache.pages[l.url].page; kept != l || &l.items[0] != &points[from] {
				t.Errorf("%s: it is in memory twice", l.url)
			}
			from += len(l.items)
		}
		s.ids[2] = 99
	}
}

func TestPageCacheIsBounded(t *testing.T) {
	var s pageCache
	for n := range 3 * maxCachedPages {
		s.putPage(fmt.Sprint(n), [32]byte{}, n)
	}
	if len(s.pages) > maxCachedPages {
		t.Errorf("%d are kept", len(s.pages))
	}
}

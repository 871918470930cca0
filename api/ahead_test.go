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

// rack is a list of ids, newest first, in pages of ten. It counts what is asked of it.
type rack struct {
	mu     sync.Mutex
	ids    []int
	link   func(page int) string // of the next page; nil: none is given
	before func(s *rack, page int)
	asked  []int
	now    int
	most   int
	gather chan struct{} // from the third page on answers wait until it is closed; nil: nobody waits for the others
	once   sync.Once
}

func (s *rack) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	number := 1
	if text := r.URL.Query().Get("page") + r.URL.Query().Get("cursor"); text != "" {
		number, _ = strconv.Atoi(text)
	}
	s.mu.Lock()
	s.asked = append(s.asked, number)
	s.now++
	s.most = max(s.most, s.now)
	full := s.now == inFlight
	if s.before != nil {
		s.before(s, number)
	}
	from, to := min((number-1)*10, len(s.ids)), min(number*10, len(s.ids))
	next := ""
	if s.link != nil && to < len(s.ids) {
		next = s.link(number + 1)
	}
	body := results(len(s.ids), next, s.ids[from:to]...)
	s.mu.Unlock()
	if s.gather != nil && number > 2 {
		if full {
			s.once.Do(func() { close(s.gather) })
		}
		select {
		case <-s.gather:
		case <-r.Context().Done():
		}
	}
	s.mu.Lock()
	s.now--
	s.mu.Unlock()
	if from == to && number > 1 {
		w.WriteHeader(http.StatusNotFound)
	}
	_, _ = w.Write([]byte(body))
}

func upTo(n int) []int {
	var ids []int
	for i := n; i > 0; i-- {
		ids = append(ids, i)
	}
	return ids
}

// read reads the whole list.
func (s *rack) read(t *testing.T) []int {
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

func byPage(n int) string { return fmt.Sprintf("?page=%d&page_size=10", n) }

func TestPagesAreAskedForSideBySideEachOnceAReadingAndKeepTheirOrder(t *testing.T) {
	for name, link := range map[string]func(int) string{"guessed": nil, "said": byPage} {
		s := &rack{ids: upTo(95), link: link, gather: make(chan struct{})} // it answers when as many wait as ever may
		if got := s.read(t); !slices.Equal(got, upTo(95)) {
			t.Errorf("%s: %v", name, got)
		}
		asked := slices.Sorted(slices.Values(s.asked))
		if want := []int{1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10}; s.most != inFlight || !slices.Equal(asked, want) {
			t.Errorf("%s: pages %v were asked for, %d at once", name, s.asked, s.most)
		}
	}
}

func TestALongListWaitsWhileItShouldBeQuiet(t *testing.T) {
	for ids, want := range map[int]int{20: 0, 21: 1, 95: 1} { // two pages, three, ten
		s := &rack{ids: upTo(ids), link: byPage}
		server := httptest.NewServer(s)
		c := newClient(t, server.URL+"/api/v1", WithQuietStart(time.Now().Add(time.Hour)))
		waits := 0
		c.wait = func(context.Context, time.Duration) error {
			if waits++; len(s.asked) != 1 {
				t.Errorf("%d ids: pages %v were asked for before", ids, s.asked)
			}
			c.quiet = time.Time{}
			return nil
		}
		if list, err := c.Backups(t.Context(), model.BackupFilter{}); err != nil || len(list) != ids || waits != want {
			t.Errorf("%d ids: %d came, %v, it waited %d times", ids, len(list), err, waits)
		}
		server.Close()
	}
}

func TestPagesThatOnlyTheApiKnowsAreAskedForOneAfterAnother(t *testing.T) {
	s := &rack{ids: upTo(45), link: func(n int) string { return fmt.Sprintf("?cursor=%d", n) }}
	if got := s.read(t); !slices.Equal(got, upTo(45)) || s.most != 1 || !slices.Equal(s.asked, []int{1, 2, 3, 4, 5, 1, 2, 3, 4, 5}) {
		t.Errorf("%v; pages %v, %d at once", got, s.asked, s.most)
	}
}

func TestAnAddressThatComesOtherwiseThanForeseenEndsTheLookingAhead(t *testing.T) {
	s := &rack{ids: upTo(95), link: func(n int) string { return fmt.Sprintf("?page=%d&after=%d", n, n*10) }}
	if got := s.read(t); !slices.Equal(got, upTo(95)) || len(s.asked) > 2*(10+inFlight) {
		t.Errorf("%v; pages %v", got, s.asked)
	}
}

func TestAListThatChangesWhileItIsReadHasNothingTwiceAndAllThatStays(t *testing.T) {
	grown := &rack{ids: upTo(95), before: func(s *rack, page int) {
		if page == 5 && len(s.ids) == 95 {
			s.ids = append([]int{97, 96}, s.ids...)
		}
	}}
	shrunk := &rack{ids: upTo(95), before: func(s *rack, page int) {
		if page == 5 && len(s.ids) == 95 {
			s.ids = s.ids[3:]
		}
	}}
	for name, s := range map[string]*rack{"it grows": grown, "it shrinks": shrunk} {
		got := s.read(t)
		once := slices.Compact(slices.Sorted(slices.Values(got)))
		missing := slices.DeleteFunc(upTo(92), func(id int) bool { return slices.Contains(got, id) })
		if len(once) != len(got) || len(missing) > 0 || len(s.asked) > 3*(10+inFlight) {
			t.Errorf("%s: %v are missing, %d of %d are there once, after %d requests", name, missing, len(once), len(got), len(s.asked))
		}
	}
}

func TestAListThatNeverComesToRestIsIncomplete(t *testing.T) {
	s := &rack{ids: upTo(30), before: func(s *rack, page int) {
		s.ids = append(s.ids[1:], s.ids[len(s.ids)-1]+1000)
	}}
	server := httptest.NewServer(s)
	defer server.Close()
	got, err := newClient(t, server.URL+"/api/v1").Backups(t.Context(), model.BackupFilter{})
	if !errors.Is(err, model.ErrIncomplete) || len(got) < 20 || len(s.asked) > mostReadings*(3+inFlight) {
		t.Errorf("%d items, %v, after %d requests", len(got), err, len(s.asked))
	}
}

func TestAPageIsReadAnewOnlyIfItHasChanged(t *testing.T) {
	s := &rack{ids: upTo(35)}
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
	first, kept := list(), len(c.shelf.pages)
	if again := list(); !slices.Equal(first, again) || kept != 4 {
		t.Errorf("%d pages are kept; the second time %v", kept, again)
	}
	s.ids[12] = 99
	if now := list(); len(now) != 35 || now[12].ID != "99" || now[0] != first[0] || now[34] != first[34] {
		t.Errorf("after a change: %v", now)
	}
	if now, again := list(), list(); &now[0] != &again[0] {
		t.Error("a list that has not changed was put together anew")
	}
}

func TestAListIsTheSameWhateverWasReadBefore(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	s := &rack{ids: upTo(95)}
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

func TestAListAndItsPagesAreInMemoryOnce(t *testing.T) {
	s := &rack{ids: upTo(35)}
	server := httptest.NewServer(s)
	defer server.Close()
	c := newClient(t, server.URL+"/api/v1")
	for range 2 {
		points, err := c.Backups(t.Context(), model.BackupFilter{})
		if err != nil {
			t.Fatal(err)
		}
		from := 0
		for _, l := range c.shelf.lists[server.URL+"/api/v1/backups/"].(*gathered[model.Point]).leaves {
			if kept := c.shelf.pages[l.at].page; kept != l || &l.items[0] != &points[from] {
				t.Errorf("%s: there are two of it", l.at)
			}
			from += len(l.items)
		}
		s.ids[2] = 99
	}
}

func TestPagesAreNotKeptForEver(t *testing.T) {
	var s shelf
	for n := range 3 * mostPages {
		s.put(fmt.Sprint(n), [32]byte{}, n)
	}
	if len(s.pages) > mostPages {
		t.Errorf("%d are kept", len(s.pages))
	}
}

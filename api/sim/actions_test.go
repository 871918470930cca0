package sim

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestASnapshotIsInProgressAndThenCompleted(t *testing.T) {
	w := newTestAccount(t, Options{})
	w.mustSend(201, "POST", "/snapshots/", `{"server_id":12352,"name":"a-1_B"}`)
	for range 3 {
		s := w.list("/snapshots/?server_id=12352").find(t, 802)
		if s.Status != "in_progress" || s.SizeMB != nil {
			t.Fatalf("after less than 3 minutes: %+v", s)
		}
		w.clock.Advance(time.Minute - time.Second)
	}
	w.clock.Advance(7 * time.Minute)
	s := w.list("/snapshots/?server_id=12352").find(t, 802)
	if s.Status != "completed" || s.SizeMB == nil || *s.SizeMB < 1 || !s.CreatedAt.Equal(testStart) ||
		s.Name != "a-1_B" {
		t.Errorf("after 10 minutes: %+v", s)
	}
}

func TestActionsTakeTheDocumentedTime(t *testing.T) {
	for seed := range uint64(20) {
		a := New(Options{Seed: seed, Servers: 300, Clock: NewSteppedClock(testStart)})
		for _, s := range a.servers {
			for kind := range createSpans {
				for _, span := range []span{createSpans[kind], restoreSpans[kind]} {
					if d := a.drawDuration(span, s, testStart); d < span.shortest || d > span.longest {
						t.Fatalf("%s takes %v, outside of %v", s.name, d, span)
					}
				}
			}
		}
	}
}

func TestARestorePutsTheServerIntoRestoringAndBackToActive(t *testing.T) {
	for _, c := range []struct {
		name, server, path, body string
		least, most              time.Duration
	}{
		{"snapshot", "12345", "/snapshots/801/restore/", "", 5 * time.Minute, 15 * time.Minute},
		{"backup", "12345", "/servers/12345/restore/", `{"backup_id":501}`, 10 * time.Minute, 40 * time.Minute},
		{"backup of a stopped server", "12351", "/servers/12351/restore/", `{"backup_id":%d}`, 10 * time.Minute,
			40 * time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newTestAccount(t, Options{})
			if strings.Contains(c.body, "%d") {
				c.body = fmt.Sprintf(c.body, w.list("/backups/?server_id=" + c.server).Results[0].ID)
			}
			points := w.list("/snapshots/?server_id="+c.server).Count + w.list("/backups/?server_id="+c.server).Count
			w.clock.Advance(time.Second)
			w.mustSend(200, "POST", c.path, c.body)
			begun := decode[item](t, w.mustSend(200, "GET", "/servers/"+c.server+"/", ""))
			if begun.Status != "restoring" || !begun.UpdatedAt.Equal(testStart.Add(time.Second)) {
				t.Errorf("at once: %+v", begun)
			}
			w.clock.Advance(c.least - time.Second)
			if status := w.serverStatus(c.server); status != "restoring" {
				t.Errorf("just before the shortest time: %s", status)
			}
			w.clock.Advance(c.most - c.least + time.Second)
			ended := decode[item](t, w.mustSend(200, "GET", "/servers/"+c.server+"/", ""))
			took := ended.UpdatedAt.Sub(begun.UpdatedAt)
			if ended.Status != "active" || took < c.least || took > c.most {
				t.Errorf("after the longest time: %+v, which took %v", ended, took)
			}
			after := w.list("/snapshots/?server_id="+c.server).Count + w.list("/backups/?server_id="+c.server).Count
			if after != points {
				t.Errorf("%d points survive of %d", after, points)
			}
		})
	}
}

func TestServerInTheWrongStateRejectsActions(t *testing.T) {
	suspendedBackup := func(w *testAccount) int64 { return w.list("/backups/?server_id=12356").Results[0].ID }
	for _, c := range []struct {
		name    string
		prepare func(*testAccount) (path, body string)
		words   string
	}{
		{"back up while restoring", func(*testAccount) (string, string) { return "/backups/", `{"server_id":12350}` },
			"is being restored"},
		{"snapshot while restoring", func(*testAccount) (string, string) {
			return "/snapshots/", `{"server_id":12350,"name":"a"}`
		}, "is being restored"},
		{"restore while restoring", func(w *testAccount) (string, string) {
			return fmt.Sprintf("/snapshots/%d/restore/", w.list("/snapshots/?server_id=12350").Results[0].ID), ""
		}, "is being restored"},
		{"restore twice", func(w *testAccount) (string, string) {
			w.mustSend(200, "POST", "/snapshots/801/restore/", "")
			return "/servers/12345/restore/", `{"backup_id":501}`
		}, "is being restored"},
		{"back up while suspended", func(*testAccount) (string, string) { return "/backups/", `{"server_id":12356}` },
			"is suspended"},
		{"snapshot while suspended", func(*testAccount) (string, string) {
			return "/snapshots/", `{"server_id":12356,"name":"a"}`
		}, "is suspended"},
		{"restore while suspended", func(w *testAccount) (string, string) {
			return "/servers/12356/restore/", fmt.Sprintf(`{"backup_id":%d}`, suspendedBackup(w))
		}, "is suspended"},
		{"restore from a snapshot in progress", func(w *testAccount) (string, string) {
			w.mustSend(201, "POST", "/snapshots/", `{"server_id":12345,"name":"a"}`)
			return "/snapshots/802/restore/", ""
		}, "still being created"},
		{"restore from a backup in progress", func(w *testAccount) (string, string) {
			w.mustSend(201, "POST", "/backups/", `{"server_id":12345}`)
			return "/servers/12345/restore/", `{"backup_id":502}`
		}, "still being created"},
		{"restore from a failed backup", func(w *testAccount) (string, string) {
			for _, b := range w.list("/backups/?server_id=12353").Results {
				if b.Status == "failed" {
					return "/servers/12353/restore/", fmt.Sprintf(`{"backup_id":%d}`, b.ID)
				}
			}
			return "", ""
		}, "has failed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newTestAccount(t, Options{})
			path, body := c.prepare(w)
			got := decode[map[string]string](t, w.mustSend(http.StatusBadRequest, "POST", path, body))
			if len(got) != 1 || !strings.Contains(got["error"], c.words) {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestLimitsCountWhatIsInProgress(t *testing.T) {
	w := newTestAccount(t, Options{})
	for i := range 3 {
		w.mustSend(201, "POST", "/snapshots/", fmt.Sprintf(`{"server_id":12345,"name":"n%d"}`, i))
	}
	got := w.mustSend(400, "POST", "/snapshots/", `{"server_id":12345,"name":"n"}`)
	if got != `{"error":"Snapshot limit reached (5 per server). Delete a snapshot first."}` {
		t.Errorf("got %s", got)
	}
	for range 9 {
		w.mustSend(201, "POST", "/backups/", `{"server_id":12345}`)
	}
	got = w.mustSend(400, "POST", "/backups/", `{"server_id":12345}`)
	if got != `{"error":"Manual backup limit reached (10 per server). Delete a backup first."}` {
		t.Errorf("got %s", got)
	}
}

func TestDeletingFreesQuota(t *testing.T) {
	w := newTestAccount(t, Options{})
	for _, c := range []struct{ list, create, body string }{
		{"/snapshots/?server_id=12346", "/snapshots/", `{"server_id":12346,"name":"n"}`},
		{"/backups/?server_id=12355", "/backups/", `{"server_id":12355}`},
	} {
		w.mustSend(400, "POST", c.create, c.body)
		oldest := w.list(c.list).Results[4].ID
		path := fmt.Sprintf("%s%d/", c.create, oldest)
		if body := w.mustSend(204, "DELETE", path, ""); body != "" {
			t.Errorf("204 with a body: %s", body)
		}
		w.mustSend(404, "DELETE", path, "")
		w.mustSend(201, "POST", c.create, c.body)
	}
}

func TestDeletingAPointInProgressEndsItsCreation(t *testing.T) {
	w := newTestAccount(t, Options{})
	w.mustSend(201, "POST", "/snapshots/", `{"server_id":12345,"name":"n"}`)
	w.clock.Advance(time.Second)
	w.mustSend(204, "DELETE", "/snapshots/802/", "")
	w.mustSend(404, "DELETE", "/snapshots/802/", "")
	if o := w.Operations()[0]; o.Action != "create" || !o.Failed || !o.Ended.Equal(testStart.Add(time.Second)) {
		t.Errorf("the create is %+v", o)
	}
}

func TestIDsAreNeverReused(t *testing.T) {
	w := newTestAccount(t, Options{})
	w.mustSend(201, "POST", "/snapshots/", `{"server_id":12345,"name":"n"}`)
	w.clock.Advance(10 * time.Minute)
	w.mustSend(204, "DELETE", "/snapshots/802/", "")
	if id := decode[item](t, w.mustSend(201, "POST", "/snapshots/", `{"server_id":12345,"name":"n"}`)).ID; id != 803 {
		t.Errorf("the next is %d", id)
	}
}

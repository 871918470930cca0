package sim

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// dump returns all that the account shows, read without a socket.
func dump(t *testing.T, a *Account) string {
	t.Helper()
	var all strings.Builder
	for _, list := range []string{"/servers/", "/backups/", "/snapshots/"} {
		for page := 1; ; page++ {
			status, body := sendDirect(a, "GET", fmt.Sprintf("%s?page_size=100&page=%d", list, page), "")
			if status == http.StatusNotFound {
				break
			}
			all.WriteString(body + "\n")
		}
	}
	return all.String()
}

func sendDirect(a *Account, method, path, body string) (int, string) {
	r := httptest.NewRequest(method, basePath+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer vps_demo")
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func TestAutomaticBackupsAppearEachNightCompleteAndExpire(t *testing.T) {
	w := newTestAccount(t, Options{})
	path := "/backups/?server_id=12345&backup_type=automatic"
	w.clock.Advance(11*time.Hour + 15*time.Minute) // 03:00
	l := w.list(path)
	tonight := l.Results[0]
	if tonight.Status != "in_progress" || tonight.SizeMB != nil || !tonight.CreatedAt.Equal(w.Now()) {
		t.Errorf("at 03:00: %+v", tonight)
	}
	if tonight.ExpiresAt == nil || !tonight.ExpiresAt.Equal(w.Now().Add(7*day)) ||
		tonight.Description != "Automatic daily backup" {
		t.Errorf("at 03:00: %+v", tonight)
	}
	if l.Count != 7 {
		t.Errorf("%d automatic backups, want 7: one came, one expired", l.Count)
	}
	w.clock.Advance(25 * time.Minute)
	if done := w.list(path).find(t, tonight.ID); done.Status != "completed" || done.SizeMB == nil {
		t.Errorf("at 03:25: %+v", done)
	}
	w.clock.Advance(7*day - 25*time.Minute - time.Second)
	w.list(path).find(t, tonight.ID)
	w.clock.Advance(time.Second)
	for _, b := range w.list(path).Results {
		if b.ID == tonight.ID {
			t.Errorf("still there at its expiry: %+v", b)
		}
	}
	w.mustSend(404, "DELETE", fmt.Sprintf("/backups/%d/", tonight.ID), "")
}

func TestEveryServerHasItsOwnBackupTime(t *testing.T) {
	w := newTestAccount(t, Options{Servers: 40})
	minutes := map[int64]string{}
	for range 3 {
		w.clock.Advance(day)
		for _, b := range w.list("/backups/?backup_type=automatic&page_size=100").Results {
			at := b.CreatedAt.Format("15:04")
			if at < "02:30" || at > "03:30" {
				t.Errorf("backup %d began at %s", b.ID, at)
			}
			if known, ok := minutes[b.Server.ID]; ok && known != at {
				t.Errorf("server %d is backed up at %s and at %s", b.Server.ID, known, at)
			}
			minutes[b.Server.ID] = at
		}
	}
	if len(minutes) < 20 {
		t.Errorf("only %d servers are backed up", len(minutes))
	}
}

func TestServersWithoutAutomaticBackupsGetNone(t *testing.T) {
	w := newTestAccount(t, Options{})
	w.clock.Advance(40 * day)
	for id, want := range map[int]int{12347: 0, 12348: 0, 12355: 0, 12356: 0, 12345: 7, 12346: 14, 12351: 7} {
		if n := w.list(fmt.Sprintf("/backups/?backup_type=automatic&server_id=%d", id)).Count; n != want {
			t.Errorf("server %d has %d automatic backups, want %d", id, n, want)
		}
	}
	if n := w.list("/backups/?backup_type=manual&server_id=12355").Count; n != 10 {
		t.Errorf("%d manual backups are left of 10", n)
	}
}

func TestAutomaticBackupIsSkippedDuringARestore(t *testing.T) {
	w := newTestAccount(t, Options{})
	w.clock.Advance(11*time.Hour + 14*time.Minute) // 02:59
	w.mustSend(200, "POST", "/servers/12345/restore/", `{"backup_id":501}`)
	w.clock.Advance(time.Hour)
	if newest := w.list("/backups/?server_id=12345").Results[0]; newest.ID != 501 {
		t.Errorf("backed up while being overwritten: %+v", newest)
	}
	w.clock.Advance(day)
	if newest := w.list("/backups/?server_id=12345").Results[0]; newest.CreatedAt.Day() != 18 {
		t.Errorf("the next night: %+v", newest)
	}
}

func TestOneLongStepEqualsManyShortOnes(t *testing.T) {
	for _, length := range []time.Duration{7 * day, 45 * day} {
		var accounts []*Account
		for _, steps := range []int{1, 7, 1009} {
			clock := NewSteppedClock(testStart)
			a := New(Options{Seed: 3, Servers: 60, Clock: clock})
			sendDirect(a, "POST", "/snapshots/801/restore/", "")
			sendDirect(a, "POST", "/backups/", `{"server_id":12345}`)
			for range steps - 1 {
				clock.Advance(length / time.Duration(steps))
				sendDirect(a, "GET", "/backups/?page_size=1", "")
			}
			clock.Advance(testStart.Add(length).Sub(clock.Now()))
			if status, body := sendDirect(a, "POST", "/backups/", `{"server_id":12346}`); status != http.StatusCreated {
				t.Fatal(status, body)
			}
			accounts = append(accounts, a)
		}
		want := dump(t, accounts[0])
		for _, a := range accounts[1:] {
			if got := dump(t, a); got != want {
				t.Errorf("%v: another account:\n%s\nwant\n%s", length, got[:2000], want[:2000])
			}
		}
	}
}

func TestTheSameSeedAndRequestsMakeTheSameAccount(t *testing.T) {
	run := func(seed uint64) string {
		clock := NewSteppedClock(testStart)
		a := New(Options{Seed: seed, Servers: 50, Clock: clock})
		for _, r := range [][3]string{
			{"POST", "/backups/", `{"server_id":12345}`},
			{"POST", "/snapshots/", `{"server_id":12380,"name":"n"}`},
			{"DELETE", "/backups/499/", ""},
			{"POST", "/snapshots/798/restore/", ""},
		} {
			sendDirect(a, r[0], r[1], r[2])
			clock.Advance(5 * time.Hour)
		}
		return dump(t, a)
	}
	first, again := run(7), run(7)
	if first != again {
		t.Error("one seed makes two accounts")
	}
	if first == run(8) {
		t.Error("two seeds make one account")
	}
}

func TestAccountMayOpenAtAnyTimeOfNight(t *testing.T) {
	for minute := range 90 {
		at := time.Date(2025, 1, 16, 2, 15+minute, 0, 0, time.UTC)
		clock := NewSteppedClock(at)
		a := New(Options{Servers: 12, Clock: clock})
		_, before := sendDirect(a, "GET", "/backups/?server_id=12345&backup_type=automatic", "")
		if n := decode[list](t, before).Count; n != 7 {
			t.Fatalf("opened at %v: %d automatic backups, want 7", at, n)
		}
		clock.Advance(day)
		_, after := sendDirect(a, "GET", "/backups/?server_id=12345&backup_type=automatic", "")
		if n := decode[list](t, after).Count; n != 7 {
			t.Fatalf("opened at %v, a day later: %d automatic backups, want 7", at, n)
		}
		_, body := sendDirect(a, "GET", "/backups/?server_id=12353", "")
		if n := strings.Count(body, `"status":"failed"`); n != 1 {
			t.Fatalf("opened at %v: %d failed backups, want 1", at, n)
		}
	}
}

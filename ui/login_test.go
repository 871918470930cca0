package ui_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"vpsdeck/api/sim"
	"vpsdeck/internal/lanes"
	"vpsdeck/internal/simtest"
	"vpsdeck/model"
)

func TestFirstRunAsksForATokenAndStoresIt(t *testing.T) {
	t.Parallel()
	for store, c := range lanes.Table(map[string]struct {
		choice, message, kept string
	}{
		"keyring": {"in the system's keyring", "the token is kept in the system's keyring", "keyring " + liveToken},
		"file":    {"in a file", "the token is kept in a file that only you can read", "file " + liveToken},
		"nowhere": {"nowhere", "● just now", ""},
	}) {
		t.Run(store, func(t *testing.T) {
			t.Parallel()
			d := &fakeAccess{}
			w := startApp(t, 80, 24, unauthenticated(d))
			w.RequireText("Open an account", "an account at", "admin.vps.org", "not signed in")
			if asked := w.account.Requests(); len(asked) != 0 {
				t.Errorf("without a token it sent %v", asked)
			}
			w.Press("enter")
			w.Type(liveToken)
			w.RequireNoText(liveToken)
			w.Press("enter")
			w.RequireText("Keep the token?", "web-server")
			w.chooseOption(c.choice)
			w.RequireText(c.message, "Servers 12", "Acme Inc.")
			w.RequireNoText("Keep the token?", liveToken)
			if got := d.keptToken(); got != c.kept {
				t.Errorf("kept %q", got)
			}
		})
	}
}

func TestTokenThatCannotBeStoredShowsTheReason(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, unauthenticated(&fakeAccess{keepErr: errNoKeyring}))
	w.Press("enter")
	w.Type(liveToken)
	w.Press("enter")
	w.chooseOption("in the system's keyring")
	w.RequireText("the token was not kept: the keyring is locked", "Servers 12")
}

func TestATokenThatIsRefusedIsAskedForAgain(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, unauthenticated(&fakeAccess{}))
	w.Press("enter")
	w.Paste("vps_wrong")
	w.Press("enter")
	w.RequireText("API token", "Try another token. It says:")
	w.RequireNoText("vps_wrong")
	w.Paste(" " + liveToken + "\n")
	w.Press("enter")
	w.RequireText("Keep the token?")
}

func TestMalformedTokenIsRejected(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, unauthenticated(&fakeAccess{}))
	w.Press("enter", "enter")
	w.RequireText("type or paste the token")
	w.Type("a b")
	w.Press("enter")
	w.RequireText("a token has no spaces or special characters")
	if asked := w.account.Requests(); len(asked) != 0 {
		t.Errorf("it sent %v", asked)
	}
}

func TestLoginStepsGoBackAndForth(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, unauthenticated(&fakeAccess{}))
	w.Press("esc")
	w.RequireText("Open an account") // there is nothing behind it
	w.Press("enter")
	w.RequireText("API token")
	w.Press("esc")
	w.RequireText("Open an account")
	w.chooseOption("a simulated")
	w.RequireText("vpsdeck demo", "simulated, nothing is real", "Servers 12")
	w.RequireNoText("Keep the token?")
}

func TestFailedDemoShowsTheReason(t *testing.T) {
	t.Parallel()
	noPlace := &model.UserError{Text: "no place is left on this machine"}
	w := startApp(t, 80, 24, unauthenticated(&fakeAccess{demoErr: noPlace}))
	w.chooseOption("a simulated")
	w.RequireText("the simulated account could not be opened: no place is left on this machine", "Open an account")
}

func TestExpiredTokenIsAskedForOnceAndKeepsTheScreen(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40, withAccess(&fakeAccess{}))
	w.selectServer("web-server-01")
	w.account.InjectFault("GET /: status 401")
	w.Advance(20 * time.Second)
	w.RequireText("Open an account", "What was loaded stays on the screen.", "token refused", "web-server-01",
		"web01.example.com")
	if n := strings.Count(w.Screen().Text(), "Open an account"); n != 1 {
		t.Errorf("it asks for a token %d times", n)
	}
	w.proxy.reset()
	w.advanceHidden(10 * time.Minute)
	if n := len(w.proxy.requests(func(recordedRequest) bool { return true })); n != 0 {
		t.Errorf("with a refused token it sent %d more requests", n)
	}
	w.account.ClearFaults()
	w.Press("enter")
	w.Type(liveToken)
	w.Press("enter", "esc")
	w.RequireText("● just now", "Servers 12")
	w.RequireNoText("token refused", "Open an account")
	w.proxy.reset()
	w.Advance(time.Minute)
	if n := len(w.proxy.readTimes("/servers/")); n < 2 || n > 3 {
		t.Errorf("with the new token it polled %d times in a minute", n)
	}
}

func TestDialogsOfAnAccountCloseWithIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		keys    []string
		message string
	}{
		"a question":      {[]string{"3", "d"}, "Delete for good"},
		"several at once": {[]string{"1", "g", "space", "j", "space", "b", "enter"}, "Bulk actions"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 120, 40, withServers(2), withAccess(&fakeAccess{}))
			w.selectServer("web-server-01")
			w.Press(c.keys...)
			w.RequireText(c.message)
			w.account.InjectFault("GET /: status 401")
			w.advanceHidden(time.Minute)
			w.RequireText("Open an account")
			w.account.ClearFaults()
			w.chooseOption("a simulated")
			w.RequireText("vpsdeck demo")
			w.RequireNoText(c.message)
			w.Press("esc")
			w.RequireText("vpsdeck demo")
		})
	}
}

func TestTokenFormCanBeClosedAndReopened(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40, withAccess(&fakeAccess{}))
	w.account.InjectFault("GET /: status 401")
	w.Advance(20 * time.Second)
	w.Press("esc")
	w.RequireText("token refused", "Servers 12")
	w.RequireNoText("Open an account")
	w.Press("R")
	w.RequireText("Open an account")
}

func TestActionWithRefusedTokenIsNotDone(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40, withServers(2), withAccess(&fakeAccess{}))
	w.account.InjectFault("POST /: status 401 x1")
	w.createSnapshot("web-server-01", "before-update")
	w.RequireText("Open an account", "snapshot before-update of web-server-01: not done")
	w.Press("esc")
	w.requireActions(postBeforeUpdate)
}

func TestMissingAccessShowsTheReason(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24)
	w.account.InjectFault("GET /: status 401")
	w.Advance(20 * time.Second)
	w.RequireText("Try another token.", "Servers 12")
}

func TestTokenErrorIsClearedByTheNextAnswer(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, unauthenticated(&fakeAccess{}))
	w.Press("enter")
	w.Paste("vps_wrong")
	w.Press("enter")
	w.RequireText("Try another token. It says:")
	w.RequireNoText("checking the token with")
}

func TestRefusedTokenShowsThatPollingStopped(t *testing.T) {
	t.Parallel()
	for _, s := range []size{small, standard} {
		w := startApp(t, s.width, s.height, withAccess(&fakeAccess{}))
		w.account.InjectFault("GET /: status 401")
		w.Advance(20 * time.Second)
		w.Press("esc")
		w.advanceHidden(time.Minute)
		text := strings.Join(strings.Fields(w.Screen().Text()), " ")
		if !strings.Contains(text, "✗ the token was refused, so polling has stopped: R asks for another") {
			t.Errorf("at %s the reason is missing:\n%s", s, w.Screen().Text())
		}
	}
}

func TestLoginFormsShowTheSelectionOnASmallScreen(t *testing.T) {
	t.Parallel()
	for _, height := range []int{10, 11, 12} {
		w := startApp(t, 40, height, unauthenticated(&fakeAccess{}))
		w.Press("enter")
		w.Type(liveToken)
		w.Press("enter")
		w.RequireText("Keep the token?", "▸ in the system's keyring") // the best comes first
		w.Press("down")
		w.RequireText("▸ in a file that only you can")
		w.Press("down")
		w.RequireText("▸ nowhere")

		w = startApp(t, 40, height, withAccess(&fakeAccess{}))
		w.account.InjectFault("GET /: status 401")
		w.Advance(20 * time.Second)
		w.RequireText("expired or revoked.", "▸ an API token", "a simulated account")
		w.Press("down")
		w.RequireText("▸ a simulated")
	}
}

// A new token may be of another account, whose lists show nothing of what runs on the first.
func TestTokenOfAnotherAccountStartsAfresh(t *testing.T) {
	t.Parallel()
	const otherToken = "vps_other"
	d := &journalRuns{}
	var other *simtest.Account
	route := func(w *harness) {
		other = simtest.New(t, startTime, sim.Options{Servers: -1, Token: otherToken, Clock: w.account.Clock})
		renamed := simtest.Rewrite(other, func(answer string) string {
			return strings.ReplaceAll(answer, "Acme Inc.", "Other Ltd.")
		})
		w.proxy.account = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.Header.Get("Authorization"), otherToken) {
				renamed.ServeHTTP(rw, r)
				return
			}
			w.account.ServeHTTP(rw, r)
		})
	}
	w := startApp(t, 120, 40, withJournal(t, d), withServers(2), withAccess(&fakeAccess{}), beforeStart(route))
	signIn := func(refusing *simtest.Account, token string) {
		refusing.InjectFault("GET /: status 401")
		w.Advance(20 * time.Second)
		refusing.ClearFaults()
		w.RequireText("Open an account")
		w.Press("enter")
		w.Type(token)
		w.Press("enter", "esc")
	}
	w.createSnapshot("web-server-01", "before-update")
	w.RequireText("◐ 1 running")
	signIn(w.account, otherToken)
	w.RequireText("Other Ltd.", "Servers 0")
	w.RequireNoText("web-server-01", "running")
	w.advanceHidden(30 * time.Minute)
	records, _, err := d.journal().Read()
	w.must(err)
	if last := records[len(records)-1]; last.Event != model.EventRunning {
		t.Errorf("the lists of the other account have ended the snapshot: %+v", last)
	}
	signIn(other, liveToken)
	w.RequireText("Acme Inc.", "✓ 1 done")
}

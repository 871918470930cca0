package ui_test

import (
	"testing"
	"time"

	"vpsdeck/model"
)

// The servers of an account of twelve, as they stand: the worst off first.
const (
	firstServer  = "db-server-02"
	secondServer = "ci-runner-02"
	thirdServer  = "legacy-app"
	fourthServer = "mail-01"
)

// requireBeside fails the test unless the panes beside show that server's points.
func (w *world) requireBeside(server string) {
	w.t.Helper()
	w.RequireText("Backups "+server+" ", "Snapshots "+server+" ")
}

// step moves the cursor down, and lets the panes beside follow.
func (w *world) step() {
	w.Press("j")
	w.Advance(25 * time.Millisecond)
}

func TestThePanesBesideFollowAStepRightBehindIt(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 40)
	before := firstServer
	for _, server := range []string{secondServer, thirdServer, fourthServer} {
		w.Press("j")
		w.Advance(24 * time.Millisecond)
		w.requireCursor(server)
		w.requireBeside(before) // so that the frame of the step is the cursor's alone
		w.Advance(time.Millisecond)
		w.requireBeside(server)
		w.Advance(200 * time.Millisecond)
		before = server
	}
}

func TestThePanesBesideWaitUntilAKeyThatIsHeldIsLetGo(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 40)
	w.step()
	for range 9 { // it comes again for longer than a rest
		w.Advance(40 * time.Millisecond)
		w.Press("j")
		w.requireCursor(thirdServer)
		w.requireBeside(secondServer)
		w.Advance(40 * time.Millisecond)
		w.Press("k")
		w.requireBeside(secondServer)
	}
	w.Press("j")
	w.Advance(140 * time.Millisecond)
	w.requireBeside(secondServer)
	w.Advance(10 * time.Millisecond)
	w.requireBeside(thirdServer)
	w.step() // this is another first one
	w.requireBeside(fourthServer)
}

func TestThePanesBesideFollowBeforeAnythingElseIsDone(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"tab", "2", "/", "R", "O", "x"} {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			w := open(t, 120, 40)
			w.step()
			w.Press("j")
			w.requireBeside(secondServer)
			w.Press(key)
			w.requireBeside(thirdServer)
		})
	}
}

func TestADeedInFullCourseIsAboutTheServerUnderTheCursor(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 40)
	w.choose("web-server-01")
	w.Press("esc", "g", "j", "j", "j", "j")
	w.requireCursor("db-server-01")
	w.requireBeside("web-server-01") // the last that they followed
	w.Press("2", "d")
	w.RequireText("Delete", "db-server-01")
}

func TestTheWheelAmongTheServersIsAKeyThatIsHeldAndAClickIsNot(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 40, withMouse)
	w.Wheel(5, 5, 1)
	w.Advance(25 * time.Millisecond)
	w.requireBeside(secondServer)
	w.Wheel(5, 5, 1)
	w.requireCursor(thirdServer)
	w.requireBeside(secondServer)
	w.Click(100, 4)
	w.requireBeside(thirdServer)
}

func TestNewsInFullCourseIsOfTheServerUnderTheCursor(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 40)
	w.must2(w.others.CreateSnapshot(t.Context(), w.id(fourthServer), "meanwhile", ""))
	w.line.slowDown(100*time.Millisecond, "/snapshots/")
	w.Press("R")
	w.step()
	w.Press("j", "j")
	w.requireBeside(secondServer)
	w.Advance(75 * time.Millisecond)
	w.requireBeside(fourthServer)
	w.RequireText("meanwhile")
}

// id is that of a server, as somebody else sees it.
func (w *world) id(name string) model.ID {
	w.t.Helper()
	servers, err := w.others.Servers(w.t.Context(), model.ServerFilter{})
	w.must(err)
	for _, s := range servers {
		if s.Name == name {
			return s.ID
		}
	}
	w.t.Fatalf("there is no server %s", name)
	return ""
}

//go:build unix

package app

import (
	"os"
	"os/signal"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/sys/unix"
)

// CanSuspend reports whether a shell with job control started us, directly or through go run, make
// or sh -c. In a session of our own (ssh -t host vpsdeck, a container, a terminal's window) nobody
// could resume us: the kernel drops the stop signal, and no SIGCONT would ever come. The program
// would wait for it with the terminal released, and handle no other signal.
func CanSuspend() bool {
	session, err := unix.Getsid(0)
	if err != nil {
		return false
	}
	group, err := unix.Getpgid(0)
	if err != nil || group == session { // a shell with job control gives each job its own group
		return false
	}
	parent := unix.Getppid()
	parentSession, err := unix.Getsid(parent)
	if err != nil || parentSession != session { // the process that started us has ended
		return false
	}
	if parentGroup, err := unix.Getpgid(parent); err == nil && parentGroup != group {
		return true
	}
	_, err = unix.Getpgid(session) // the shell is still there for the whole group
	return err == nil
}

// jobControl suspends the program at a key or a signal, and takes the terminal back when it
// resumes. Go's default would stop the process with the terminal in raw mode and the dashboard
// still on it.
type jobControl struct {
	terminalReleased func() bool // another program has the terminal
	stopping         atomic.Bool // we are stopping ourselves, or are stopped
	signals          chan os.Signal
	program          *tea.Program
}

// continuedMsg is sent when the process resumes after a stop that it could not notice, such as
// SIGSTOP.
type continuedMsg struct{}

// watch listens for signals until the returned function is called.
func (j *jobControl) watch(program *tea.Program) (end func()) {
	j.program, j.signals = program, make(chan os.Signal, 4)
	signal.Notify(j.signals, unix.SIGTSTP, unix.SIGCONT)
	ended := make(chan struct{})
	go func() {
		for {
			select {
			case <-ended:
				return
			case s := <-j.signals:
				j.handle(s)
			}
		}
	}()
	return func() {
		signal.Stop(j.signals)
		close(ended)
	}
}

func (j *jobControl) handle(s os.Signal) {
	switch {
	case j.stopping.Load():
	case s == unix.SIGCONT:
		if !j.terminalReleased() {
			go j.program.Send(continuedMsg{})
		}
	case !CanSuspend(): // nobody could resume us
	case j.terminalReleased(): // another program has the terminal, and the same key has stopped it
		j.stop(processOnly)
	default:
		go j.program.Send(tea.SuspendMsg{})
	}
}

// filter sees every message before Bubble Tea does, on the goroutine of its loop. Bubble Tea's own
// suspend does not work while we listen for the signal, because Go does not restore the signal's
// default effect.
func (j *jobControl) filter(msg tea.Msg) tea.Msg {
	switch msg.(type) {
	case tea.SuspendMsg:
		j.releaseTerminal(func() { j.stop(wholeGroup) })
		return tea.ResumeMsg{}
	case continuedMsg: // meanwhile the shell has set its own modes and written over the screen
		j.releaseTerminal(func() {})
		return nil
	}
	return msg
}

// minReleaseTime is the shortest time for which the terminal is released. Bubble Tea stops its
// ticker a moment after the release; if it had the terminal back before that, it would never draw
// again.
const minReleaseTime = 100 * time.Millisecond

// releaseTerminal releases the terminal while meanwhile runs. It ignores errors: they mean that the
// terminal is gone, and then the input ends too, and with it the program.
func (j *jobControl) releaseTerminal(meanwhile func()) {
	_ = j.program.ReleaseTerminal()
	settled := time.After(minReleaseTime)
	meanwhile()
	<-settled
	_ = j.program.RestoreTerminal()
}

// What stop stops.
const (
	processOnly = false
	wholeGroup  = true
)

// stop stops this process until SIGCONT. With group it also stops the others of its group: go run,
// make or sh -c, for which the shell waits. One signal stops all of them. With two, a SIGCONT
// between them would be lost, and this process would stay stopped. The signal is SIGSTOP, because
// SIGTSTP no longer has an effect on this process.
func (j *jobControl) stop(group bool) {
	j.stopping.Store(true)
	defer j.stopping.Store(false)
	resumed := make(chan os.Signal, 1)
	signal.Notify(resumed, unix.SIGCONT)
	defer signal.Stop(resumed)
	signal.Reset(unix.SIGTSTP)
	pid := os.Getpid()
	if group {
		pid = 0 // the whole group
	}
	_ = unix.Kill(pid, unix.SIGSTOP)
	<-resumed
	signal.Notify(j.signals, unix.SIGTSTP)
}

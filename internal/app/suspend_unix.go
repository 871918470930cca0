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

// CanSuspend says whether a shell with job control has started us, itself or by way of go run, make or sh -c. In a session of
// our own (ssh -t host vpsdeck, a container, a terminal's own window) the kernel drops the signal that stops us, and nobody
// would ever send the one that goes on: the program would wait for it with the terminal given back, deaf to every other signal.
func CanSuspend() bool {
	session, err := unix.Getsid(0)
	if err != nil {
		return false
	}
	group, err := unix.Getpgid(0)
	if err != nil || group == session { // a shell with job control gives each job a group of its own
		return false
	}
	parent := unix.Getppid()
	of, err := unix.Getsid(parent)
	if err != nil || of != session { // whoever started us has ended
		return false
	}
	if over, err := unix.Getpgid(parent); err == nil && over != group {
		return true
	}
	_, err = unix.Getpgid(session) // the shell is still there for the whole group
	return err == nil
}

// jobControl stops the program in order, at its own key or when another program asks for it by a signal, and takes the terminal
// back afterwards. By Go's own way the process would stop with the terminal in raw mode and the dashboard on it.
type jobControl struct {
	terminalReleased func() bool // another program has the terminal
	stopping         atomic.Bool // we are stopping ourselves, or have
	signals          chan os.Signal
	program          *tea.Program
}

// continuedMsg says that the process was stopped in a way that cannot be noticed, and goes on.
type continuedMsg struct{}

// watch begins to listen for signals, until what it returns is called.
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
	case !CanSuspend(): // nobody would let us go on
	case j.terminalReleased(): // the terminal is the other program's, which the same key has stopped
		j.stop(processOnly)
	default:
		go j.program.Send(tea.SuspendMsg{})
	}
}

// filter sees every message before Bubble Tea does, on the goroutine of its loop. Bubble Tea's own way to stop does not work
// while we listen for the signal: Go never gives that its default effect back.
func (j *jobControl) filter(msg tea.Msg) tea.Msg {
	switch msg.(type) {
	case tea.SuspendMsg:
		j.releaseTerminal(func() { j.stop(wholeGroup) })
		return tea.ResumeMsg{}
	case continuedMsg: // the shell has set its own modes meanwhile, and has written over the screen
		j.releaseTerminal(func() {})
		return nil
	}
	return msg
}

// minReleaseTime is how long the terminal is given back at least. Bubble Tea stops its clock a moment after that; if it had the
// terminal again before, it would draw no more.
const minReleaseTime = 100 * time.Millisecond

// releaseTerminal gives the terminal back for as long as something takes. Errors are those of a terminal that is gone; then the input
// ends too, and with it the program.
func (j *jobControl) releaseTerminal(meanwhile func()) {
	_ = j.program.ReleaseTerminal()
	settled := time.After(minReleaseTime)
	meanwhile()
	<-settled
	_ = j.program.RestoreTerminal()
}

// What stops.
const (
	processOnly = false
	wholeGroup  = true
)

// stop stops this process until SIGCONT, and before it the others of its group if told so: go run, make or sh -c, for which
// the shell waits. This process takes the signal that cannot be caught, since the other one has no effect on it any more.
func (j *jobControl) stop(group bool) {
	j.stopping.Store(true)
	defer j.stopping.Store(false)
	goesOn := make(chan os.Signal, 1)
	signal.Notify(goesOn, unix.SIGCONT)
	defer signal.Stop(goesOn)
	signal.Reset(unix.SIGTSTP)
	if group {
		_ = unix.Kill(0, unix.SIGTSTP)
	}
	_ = unix.Kill(os.Getpid(), unix.SIGSTOP)
	<-goesOn
	signal.Notify(j.signals, unix.SIGTSTP)
}

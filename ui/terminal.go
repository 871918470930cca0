package ui

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"vpsdeck/model"
	"vpsdeck/ui/dialog"
)

// terminal sends what is not part of the screen: notifications, the progress of the terminal's own
// bar behind tmux, and the end. It also tells typed keys from pasted ones.
type terminal struct {
	*core
	progress     *progress
	sentProgress string    // the last progress sequence sent to the terminal behind tmux
	lastKey      time.Time // when the last key or paste came, by KeyTime
	frame        *tea.View // the last drawn screen; nil: it must be drawn again
}

// Update learns from the environment whether tmux is between.
func (t *terminal) Update(msg tea.Msg) tea.Cmd {
	if msg, ok := msg.(tea.EnvMsg); ok {
		t.tmux = msg.Getenv("TMUX") != ""
	}
	return nil
}

// isBurst says whether a key came so soon after the last one that nobody can have typed both.
func (t *terminal) isBurst() bool {
	last := t.lastKey
	t.noteKey()
	return !last.IsZero() && t.lastKey.Sub(last) < dialog.PasteBurst
}

// noteKey remembers when a key or a paste came.
func (t *terminal) noteKey() { t.lastKey = t.opts.KeyTime() }

// Announcement is how the end of an operation is announced beyond the screen.
type Announcement string

// The ways to announce.
const (
	AnnounceNone   Announcement = "none"
	AnnounceBell   Announcement = "bell"
	AnnounceOSC9   Announcement = "osc9"   // a desktop notification: iTerm2, WezTerm, Windows Terminal, foot, Ghostty …
	AnnounceOSC777 Announcement = "osc777" // the same: urxvt, foot, Ghostty, WezTerm …
)

// Announcements lists the ways to announce, for a setting and its errors.
func Announcements() []string {
	return []string{string(AnnounceNone), string(AnnounceBell), string(AnnounceOSC9), string(AnnounceOSC777)}
}

// announce rings the bell or sends a desktop notification, as configured, when an operation has
// ended. A deletion is not announced: it takes no time.
func (a *actions) announce(o model.Operation, text string) tea.Cmd {
	if o.Action == model.Delete {
		return nil
	}
	// a semicolon separates the fields of an OSC
	text = sanitizeOSC(strings.ReplaceAll(model.Clean(o.Title()+": "+text), ";", ","))
	sequence := ""
	switch a.opts.Announce {
	case AnnounceBell:
		return tea.Raw("\a")
	case AnnounceOSC9:
		sequence = ansi.Notify(text)
	case AnnounceOSC777:
		sequence = "\x1b]777;notify;vpsdeck;" + text + "\a"
	default:
		return nil
	}
	return a.terminal.sendSequence(sequence)
}

// sendSequence sends the terminal a sequence that tmux does not understand. tmux passes it through
// if its allow-passthrough is on.
func (t *terminal) sendSequence(sequence string) tea.Cmd {
	if t.tmux {
		sequence = ansi.TmuxPassthrough(sequence)
	}
	return tea.Raw(sequence)
}

// sendProgress sends changes of the progress bar to the terminal behind tmux, because the sequence
// that Bubble Tea writes does not get past tmux.
func (t *terminal) sendProgress() tea.Cmd {
	if !t.tmux {
		return nil
	}
	sequence := progressSequence(t.progress.terminalProgress())
	if sequence == t.sentProgress || sequence == ansi.ResetProgressBar && t.sentProgress == "" {
		return nil
	}
	t.sentProgress = sequence
	return t.sendSequence(sequence)
}

func progressSequence(bar *tea.ProgressBar) string {
	switch {
	case bar == nil:
		return ansi.ResetProgressBar
	case bar.State == tea.ProgressBarIndeterminate:
		return ansi.SetIndeterminateProgressBar
	}
	return ansi.SetProgressBar(bar.Value)
}

// quit ends the program. Behind tmux it first removes the progress bar, which nothing else would
// remove.
func (t *terminal) quit() tea.Cmd {
	if t.sentProgress == "" || t.sentProgress == ansi.ResetProgressBar {
		return tea.Quit
	}
	return tea.Sequence(t.sendSequence(ansi.ResetProgressBar), tea.Quit)
}

// clipboardMessage says where a text for the clipboard was sent. No terminal confirms that it
// accepted it.
func (t *terminal) clipboardMessage() string {
	if t.tmux {
		return "sent to tmux; it reaches the clipboard only if set-clipboard is on"
	}
	return "sent to the terminal for its clipboard"
}

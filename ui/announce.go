package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"vpsdeck/model"
)

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
func (a *App) announce(o model.Operation, text string) tea.Cmd {
	if o.Action == model.Delete {
		return nil
	}
	text = sanitizeOSC(strings.ReplaceAll(model.Clean(o.Title()+": "+text), ";", ",")) // a semicolon separates the fields of an OSC
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
	return a.sendSequence(sequence)
}

// sendSequence sends the terminal a sequence that tmux does not understand. tmux passes it through
// if its allow-passthrough is on.
func (a *App) sendSequence(sequence string) tea.Cmd {
	if a.tmux {
		sequence = ansi.TmuxPassthrough(sequence)
	}
	return tea.Raw(sequence)
}

// sendProgress sends changes of the progress bar to the terminal behind tmux, because the sequence
// that Bubble Tea writes does not get past tmux.
func (a *App) sendProgress() tea.Cmd {
	if !a.tmux {
		return nil
	}
	sequence := progressSequence(a.terminalProgress())
	if sequence == a.sentProgress || sequence == ansi.ResetProgressBar && a.sentProgress == "" {
		return nil
	}
	a.sentProgress = sequence
	return a.sendSequence(sequence)
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
func (a *App) quit() tea.Cmd {
	if a.sentProgress == "" || a.sentProgress == ansi.ResetProgressBar {
		return tea.Quit
	}
	return tea.Sequence(a.sendSequence(ansi.ResetProgressBar), tea.Quit)
}

package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"vpsdeck/model"
)

// Announcement is how the end of an operation is made known beyond the screen.
type Announcement string

// The ways to announce.
const (
	AnnounceNone   Announcement = "none"
	AnnounceBell   Announcement = "bell"
	AnnounceOSC9   Announcement = "osc9"   // a desktop notification: iTerm2, WezTerm, Windows Terminal, foot, Ghostty …
	AnnounceOSC777 Announcement = "osc777" // the same: urxvt, foot, Ghostty, WezTerm …
)

// Announcements lists the ways, for a setting and its errors.
func Announcements() []string {
	return []string{string(AnnounceNone), string(AnnounceBell), string(AnnounceOSC9), string(AnnounceOSC777)}
}

// announce rings or notifies as configured, once something that took its time has ended.
func (a *App) announce(o model.Operation, words string) tea.Cmd {
	if o.Action == model.Delete {
		return nil
	}
	text := sanitizeOSC(strings.ReplaceAll(model.Clean(o.Title()+": "+words), ";", ",")) // the semicolon parts an OSC's fields
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

// sendSequence sends the terminal a sequence that tmux does not understand. It lets it through where its allow-passthrough is on.
func (a *App) sendSequence(sequence string) tea.Cmd {
	if a.tmux {
		sequence = ansi.TmuxPassthrough(sequence)
	}
	return tea.Raw(sequence)
}

// sendProgress tells the terminal behind tmux how far things are, whenever that has changed: the sequence that Bubble Tea
// writes for it stops at tmux.
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

// quit ends the program. Behind tmux nobody else takes the progress bar away.
func (a *App) quit() tea.Cmd {
	if a.sentProgress == "" || a.sentProgress == ansi.ResetProgressBar {
		return tea.Quit
	}
	return tea.Sequence(a.sendSequence(ansi.ResetProgressBar), tea.Quit)
}

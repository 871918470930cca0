package ui

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// View is the screen. Bubble Tea asks for it after every message; it is drawn again only after a
// message that may have changed it.
func (a *App) View() tea.View {
	if a.terminal.frame == nil {
		v := a.renderView()
		a.terminal.frame = &v
	}
	return *a.terminal.frame
}

// renderView draws the screen: header, panes, running operations, notice and footer, and the top
// dialog over them.
func (a *App) renderView() tea.View {
	v := tea.View{AltScreen: true, ReportFocus: true, WindowTitle: a.status.windowTitle()}
	v.KeyboardEnhancements.ReportAlternateKeys = true // to know the key on a non-Latin layout
	if !a.tmux {
		v.ProgressBar = a.progress.terminalProgress()
	}
	if a.opts.Mouse {
		v.MouseMode = tea.MouseModeCellMotion
	}
	if a.width > 0 {
		screen, x, y, typing := widget.TakeCursor(a.renderScreen())
		if typing {
			v.Cursor = tea.NewCursor(x, y)
		}
		v.SetContent(screen)
	}
	return v
}

func (a *App) renderScreen() string {
	if a.tooSmall() {
		return a.sizeMessage()
	}
	p := a.plan()
	lines := []string{a.status.header()}
	if p.shape == shapeTabs && a.panes.page == nil {
		lines = append(lines, a.panes.tabLine())
	}
	lines = append(lines, a.panes.body(p))
	lines = append(lines, a.progress.operationLines(p.operations)...)
	note := a.noticeLines()
	if p.notice && len(note) == 0 {
		note = []string{""} // keep its line free, so that the panes do not jump
	}
	lines = append(lines, note...)
	if p.notice || len(note) == 0 {
		lines = append(lines, a.footer())
	}
	out := strings.Join(lines, "\n")
	if top, ok := a.topDialog(); ok {
		out = a.overlayDialog(out, top.View())
	}
	if a.opts.ASCII {
		out = style.ASCII(out)
	}
	return out
}

// sizeMessage says what size is needed, where the terminal is too small.
func (a *App) sizeMessage() string {
	text := fmt.Sprintf("vpsdeck needs %d×%d cells; this is %d×%d.", minWidth, minHeight, a.width, a.height)
	lines := widget.Wrap(text, a.width)
	return strings.Join(lines[:min(len(lines), max(a.height, 1))], "\n")
}

// overlayDialog draws a dialog over the dimmed screen.
func (a *App) overlayDialog(screen, dialog string) string {
	behind := strings.Split(ansi.Strip(screen), "\n")
	front := strings.Split(dialog, "\n")
	at := a.dialogRect(dialog)
	for i, line := range behind[:len(behind)-1] {
		if y := i - at.y; y >= 0 && y < len(front) {
			left, right := widget.SplitAround(line, at.x, at.x+at.w)
			behind[i] = style.Render(a.styles.Faint, left) + widget.Fit(front[y], at.w, false) +
				style.Render(a.styles.Faint, right)
		} else {
			behind[i] = style.Render(a.styles.Faint, line)
		}
	}
	if a.showsProfile() { // keep the account of the dialog visible
		behind[0] = a.status.header()
	}
	behind[len(behind)-1] = a.footer()
	return strings.Join(behind, "\n")
}

// footer shows the keys of the focused pane or the top dialog.
func (a *App) footer() string {
	var keys []key.Binding
	var last string
	if top, ok := a.topDialog(); ok {
		keys = top.ShortHelp()
	} else {
		keys = a.panes.focused().ShortHelp()
		if !a.panes.focused().Typing() { // it would be typed
			last = a.status.keyHint(a.opts.Keys.View.Help)
		}
	}
	line := a.status.stripeCell()
	for _, k := range keys {
		if !k.Enabled() || len(k.Keys()) == 0 {
			continue
		}
		hint := a.status.keyHint(k)
		if widget.Width(line)+widget.Width(hint)+widget.Width(last)+3 > a.width {
			break
		}
		line += hint + "   "
	}
	return widget.Truncate(line+last, a.width)
}

func (s *status) keyHint(k key.Binding) string {
	desc := style.Render(s.styles.Muted, k.Help().Desc)
	if k.Help().Key == "" { // what may be typed
		return desc
	}
	return style.Render(s.styles.Accent, firstKey(k)) + " " + desc
}

// firstKey is the first of a binding's keys, as shown.
func firstKey(k key.Binding) string {
	first, _, _ := strings.Cut(k.Help().Key, " ")
	return first
}

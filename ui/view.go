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
	if a.frame == nil {
		v := a.renderView()
		a.frame = &v
	}
	return *a.frame
}

// renderView draws the screen: header, panes, running operations, notice and footer, and the top
// dialog over them.
func (a *App) renderView() tea.View {
	v := tea.View{AltScreen: true, ReportFocus: true, WindowTitle: a.windowTitle()}
	v.KeyboardEnhancements.ReportAlternateKeys = true // to know the key on a non-Latin layout
	if !a.tmux {
		v.ProgressBar = a.terminalProgress()
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
	lines := []string{a.header()}
	if p.shape == shapeTabs && a.page == nil {
		lines = append(lines, a.tabLine())
	}
	lines = append(lines, a.body(p))
	lines = append(lines, a.operationLines(p.operations)...)
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

func (a *App) body(p plan) string {
	if a.page != nil {
		return a.page.View()
	}
	panes := a.panes()
	switch p.shape {
	case shapeWide:
		return widget.JoinHorizontal(panes[0].View(), panes[1].View()+"\n"+panes[2].View())
	case shapeStack:
		return panes[0].View() + "\n" + panes[1].View() + "\n" + panes[2].View()
	}
	return panes[a.focus].View()
}

// overlayDialog draws a dialog over the dimmed screen.
func (a *App) overlayDialog(screen, dialog string) string {
	behind := strings.Split(ansi.Strip(screen), "\n")
	front := strings.Split(dialog, "\n")
	at := a.dialogRect(dialog)
	for i, line := range behind[:len(behind)-1] {
		if y := i - at.y; y >= 0 && y < len(front) {
			left, right := widget.SplitAround(line, at.x, at.x+at.w)
			behind[i] = style.Render(a.styles.Faint, left) + widget.Fit(front[y], at.w, false) + style.Render(a.styles.Faint, right)
		} else {
			behind[i] = style.Render(a.styles.Faint, line)
		}
	}
	if a.showsProfile() { // keep the account of the dialog visible
		behind[0] = a.header()
	}
	behind[len(behind)-1] = a.footer()
	return strings.Join(behind, "\n")
}

// tabLine names all panes where only one is shown.
func (a *App) tabLine() string {
	s := a.styles
	line := " "
	for i, p := range a.panes() {
		if i == a.focus {
			line += s.AccentStrong.Render(style.Focus + " " + p.Title() + "  ")
		} else {
			line += s.Muted.Render(fmt.Sprintf("%d %s  ", i+1, p.Title()))
		}
	}
	return widget.Truncate(line, a.width)
}

// tabRects is where the names are in the tab line.
func (a *App) tabRects() []rect {
	x := 1
	out := make([]rect, len(a.panes()))
	for i, p := range a.panes() {
		w := widget.Width(p.Title()) + 4
		out[i] = rect{x, 1, w - 2, 1}
		x += w
	}
	return out
}

// footer shows the keys of the focused pane or the top dialog.
func (a *App) footer() string {
	var keys []key.Binding
	var last string
	if top, ok := a.topDialog(); ok {
		keys = top.ShortHelp()
	} else {
		keys = a.focused().ShortHelp()
		last = a.keyHint(a.opts.Keys.View.Help)
	}
	line := a.stripeCell()
	for _, k := range keys {
		if !k.Enabled() || len(k.Keys()) == 0 {
			continue
		}
		hint := a.keyHint(k)
		if widget.Width(line)+widget.Width(hint)+widget.Width(last)+3 > a.width {
			break
		}
		line += hint + "   "
	}
	return widget.Truncate(line+last, a.width)
}

func (a *App) keyHint(k key.Binding) string {
	return a.styles.Accent.Render(firstKey(k)) + " " + a.styles.Muted.Render(k.Help().Desc)
}

// firstKey is the first of a binding's keys, as shown.
func firstKey(k key.Binding) string {
	first, _, _ := strings.Cut(k.Help().Key, " ")
	return first
}

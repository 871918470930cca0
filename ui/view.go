package ui

import (
	"fmt"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"vpsdeck/model"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// View composes the screen: header, panes, running operations, notice, footer, and over them the top dialog.
func (a *App) View() tea.View {
	v := tea.View{AltScreen: true, ReportFocus: true, WindowTitle: a.windowTitle(), ProgressBar: a.terminalProgress()}
	if a.opts.Mouse {
		v.MouseMode = tea.MouseModeCellMotion
	}
	if a.width > 0 {
		v.SetContent(a.screen())
	}
	return v
}

func (a *App) screen() string {
	if a.tooSmall() {
		return a.sizeSentence()
	}
	p := a.plan()
	lines := []string{a.header()}
	if p.shape == tabs && a.page == nil {
		lines = append(lines, a.tabLine())
	}
	lines = append(lines, a.body(p))
	lines = append(lines, a.operationLines(p.operations)...)
	note := a.notices.view(a.styles, a.width)
	if p.notice {
		lines = append(lines, note)
	}
	if note != "" && !p.notice {
		lines = append(lines, note)
	} else {
		lines = append(lines, a.footer())
	}
	out := strings.Join(lines, "\n")
	if top, ok := a.top(); ok {
		out = a.over(out, top.View())
	}
	if a.opts.ASCII {
		out = style.ASCII(out)
	}
	return out
}

// sizeSentence says what size is needed; any other size brings the panes back.
func (a *App) sizeSentence() string {
	text := fmt.Sprintf("vpsdeck needs %d×%d cells; this is %d×%d.", leastWidth, leastHeight, a.width, a.height)
	lines := widget.Wrap(text, a.width)
	return strings.Join(lines[:min(len(lines), max(a.height, 1))], "\n")
}

func (a *App) body(p plan) string {
	if a.page != nil {
		return a.page.View()
	}
	panes := a.panes()
	switch p.shape {
	case wide:
		right := lipgloss.JoinVertical(lipgloss.Left, panes[1].View(), panes[2].View())
		return lipgloss.JoinHorizontal(lipgloss.Top, panes[0].View(), right)
	case stack:
		return lipgloss.JoinVertical(lipgloss.Left, panes[0].View(), panes[1].View(), panes[2].View())
	}
	return panes[a.focus].View()
}

// over draws a dialog over the dimmed screen.
func (a *App) over(screen, dialog string) string {
	lines := strings.Split(ansi.Strip(screen), "\n")
	for i, l := range lines {
		if i < len(lines)-1 {
			lines[i] = a.styles.Faint.Render(l)
		}
	}
	if a.marked() { // whose account a question is about stays told
		lines[0] = a.header()
	}
	lines[len(lines)-1] = a.footer()
	at := a.dialogAt(dialog)
	comp := lipgloss.NewCompositor(
		lipgloss.NewLayer(strings.Join(lines, "\n")),
		lipgloss.NewLayer(dialog).X(at.x).Y(at.y).Z(1),
	)
	return lipgloss.NewCanvas(a.width, a.height).Compose(comp).Render()
}

// header says whose account this is, what runs, and how fresh the data is. Where there is little room, the host goes first,
// then the account; that it is a demo, or read-only, is always told.
func (a *App) header() string {
	s := a.styles
	right := a.connection()
	if n := len(a.state.Operations()); n > 0 {
		right = s.Accent.Render(fmt.Sprintf("%s %d running", style.Running, n)) + "   " + right
	}
	parts := a.identity()
	for n := len(parts); ; n-- {
		left := a.edge() + strings.Join(parts[:n], "")
		fits := widget.Width(left)+widget.Width(right)+2 <= a.width
		if n == 1 && !fits && a.marked() { // whose account it is comes before all else
			right = widget.Cut(a.connection(), max(a.width-1-widget.Width(left)-1, 0))
		}
		if n == 1 || fits {
			return widget.Spread(left, right, a.width-1)
		}
	}
}

// identity is who one is here, in pieces, the last the first that can be left out.
func (a *App) identity() []string {
	s := a.styles
	name := s.AccentStrong.Render("vpsdeck") + a.badge()
	if a.opts.Demo {
		name += s.Late.Bold(true).Render(" demo")
	}
	if a.opts.ReadOnly {
		name += s.Late.Render(" read-only")
	}
	switch {
	case a.session == nil:
		return []string{name}
	case a.opts.Demo:
		return []string{name, "  " + s.Text.Render(a.accountLabel()), s.Muted.Render(" " + style.Dot + " simulated, nothing is real")}
	}
	return []string{name, "  " + s.Text.Render(a.accountLabel()), s.Muted.Render(" " + style.Dot + " " + widget.Agreed(a.session.Client.Host()))}
}

func (a *App) accountLabel() string {
	if !a.state.Account.Loaded() {
		return "account"
	}
	return widget.Agreed(a.state.Account.Value.Label())
}

// connection says how the last requests went and how old the data is.
func (a *App) connection() string {
	s := a.styles
	if a.session == nil {
		return s.Muted.Render("no account")
	}
	at, loaded := a.oldest()
	age := "no data yet"
	if loaded {
		age = "data " + widget.Roughly(a.state.Local.Sub(at)) + " old"
	}
	switch err := a.failure(); {
	case a.login.refused:
		return s.Bad.Render(style.Failed + " token refused " + style.Dot + " " + age)
	case err != nil && model.RetryAfter(err) > 0:
		return s.Late.Render(style.Late + " waiting as told, " + a.countdown() + " " + style.Dot + " " + age)
	case err != nil:
		return s.Bad.Render(style.Failed + " " + a.trouble() + " " + style.Dot + " " + age + " " + style.Dot + " again in " + a.countdown())
	case !loaded:
		return s.Muted.Render(style.Unknown + " connecting" + style.Ellipsis)
	}
	return s.Fine.Render(style.Live) + s.Muted.Render(" "+widget.Ago(at, a.state.Local))
}

// trouble is a word for a failure, or for a part of one.
func (a *App) trouble() string {
	st := a.state
	if st.Servers.Fresh() || st.Backups.Fresh() || st.Snapshots.Fresh() {
		return "partly failed"
	}
	return "offline"
}

// countdown is how long until the account is asked again.
func (a *App) countdown() string { return widget.Roughly(max(a.polls.all.Sub(a.state.Local), 0)) }

// oldest is when the oldest of the lists on the screen came, and whether all of them have.
func (a *App) oldest() (time.Time, bool) {
	at := a.state.Servers.At
	for _, kind := range []model.Kind{model.Backup, model.Snapshot} {
		if t := a.state.Points(kind).At; t.Before(at) {
			at = t
		}
	}
	return at, !at.IsZero()
}

// tabLine names the panes where only one is shown.
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
	return widget.Cut(line, a.width)
}

// tabRects is where the names stand in the tab line.
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

// footer shows what the focused pane, or the top dialog, can do now.
func (a *App) footer() string {
	var keys []key.Binding
	var last string
	if top, ok := a.top(); ok {
		keys = top.ShortHelp()
	} else {
		keys = a.focused().ShortHelp()
		last = a.hint(a.opts.Keys.View.Help)
	}
	line := a.edge()
	for _, k := range keys {
		if !k.Enabled() || len(k.Keys()) == 0 {
			continue
		}
		hint := a.hint(k)
		if widget.Width(line)+widget.Width(hint)+widget.Width(last)+3 > a.width {
			break
		}
		line += hint + "   "
	}
	return widget.Cut(line+last, a.width)
}

func (a *App) hint(k key.Binding) string {
	h := k.Help()
	first, _, _ := strings.Cut(h.Key, " ")
	return a.styles.Accent.Render(first) + " " + a.styles.Muted.Render(h.Desc)
}

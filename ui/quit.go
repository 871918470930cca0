package ui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/widget"
)

// quitOrAsk ends the program, or asks first if the config says so.
func (t *terminal) quitOrAsk() tea.Cmd {
	if !t.opts.ConfirmQuit || t.tooSmall() {
		return t.quit()
	}
	options := dialog.ConfirmOptions{
		Title: "Quit", Question: "Quit vpsdeck?", ConfirmLabel: "Quit",
		OnConfirm: func(bool) tea.Cmd { return t.quit() },
	}
	for _, o := range t.state.Operations() {
		if o.Mine {
			options.List = append(options.List, widget.NormalizeWidth(o.Title()))
		}
	}
	if n := len(options.List); n > 0 {
		options.Question = fmt.Sprintf("Quit vpsdeck? What runs (%d) continues at the provider.", n)
	}
	return t.openDialog(dialog.NewConfirm(options, t.opts.Keys.Dialog, t.env.Styles))
}

// ExitMessages says what is still running at the provider when the program ends, for the terminal
// that it returns to: one line for all that runs, one for each action whose outcome is unknown, and
// one for each restore that was not sent. A last one says what is left of a batch. It is empty if
// nothing runs or waits.
func (a *App) ExitMessages() []string {
	var running, lines []string
	for _, o := range a.state.Operations() {
		if !o.Mine {
			continue
		}
		if o.Phase == model.PhaseUnknown || o.Phase == model.PhaseSending {
			lines = append(lines, "outcome unknown: "+o.Title()+"; check the account before you try again")
		} else {
			running = append(running, o.Title()+", for "+widget.FormatDuration(o.Elapsed(a.state.Now)))
		}
		if o.ThenRestore != nil {
			lines = append(lines, notSentLine(o, "waited for that "+o.Point.Kind.String()))
		}
	}
	if b := a.batch.current; b != nil && b.Count(model.ItemWaiting) > 0 {
		lines = append(lines, fmt.Sprintf("not sent: %d of the %d bulk actions", b.Count(model.ItemWaiting),
			len(b.Items())))
	}
	for _, o := range a.state.UnsentRestores() {
		lines = append(lines, notSentLine(o, "waits to be confirmed"))
	}
	switch n := len(running); {
	case n == 0:
		return lines
	case a.opts.Demo:
		return []string{fmt.Sprintf("%d running in the demo: the simulated account ends with it", n)}
	}
	const named = 3 // operations
	if rest := len(running) - named; rest > 0 {
		running = append(running[:named:named], fmt.Sprintf("and %d more", rest))
	}
	return append([]string{"still running at the provider: " + strings.Join(running, "; ")}, lines...)
}

// notSentLine says that the restore after an operation was not sent.
func notSentLine(first model.Operation, why string) string {
	return fmt.Sprintf("not sent: restore of %s from %s #%s, which %s", first.Server.SentenceName(),
		first.ThenRestore.Kind, first.ThenRestore.ID, why)
}

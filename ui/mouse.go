package ui

import (
	tea "charm.land/bubbletea/v2"

	"vpsdeck/ui/dialog"
	"vpsdeck/ui/screen"
)

// handleMouse routes clicks and the wheel to what is under them. The mouse is always optional.
func (a *App) handleMouse(msg tea.MouseMsg) tea.Cmd {
	if a.tooSmall() {
		return nil
	}
	at := msg.Mouse()
	if _, wheel := msg.(tea.MouseWheelMsg); wheel && at.Button != tea.MouseWheelUp && at.Button != tea.MouseWheelDown {
		return nil // horizontal scrolling, which trackpads send often
	}
	if top, ok := a.topDialog(); ok {
		return a.mouseOnDialog(top, msg, at)
	}
	if a.page != nil {
		return a.mouseOnPane(a.page, a.plan().page, msg)
	}
	if a.plan().shape == shapeTabs && at.Y == 1 {
		if _, click := msg.(tea.MouseClickMsg); click {
			a.clickTab(at.X)
		}
		return nil
	}
	for i, r := range a.plan().panes {
		if r.h == 0 || !r.contains(at.X, at.Y) {
			continue
		}
		if _, click := msg.(tea.MouseClickMsg); click && at.Button == tea.MouseLeft {
			a.focusOn(i)
		}
		return a.mouseOnPane(a.panes()[i], r, msg)
	}
	return nil
}

// mouseOnPane scrolls a pane with the wheel, or clicks on one of its lines.
func (a *App) mouseOnPane(pane screen.Pane, r rect, msg tea.MouseMsg) tea.Cmd {
	at := msg.Mouse()
	if _, wheel := msg.(tea.MouseWheelMsg); wheel {
		return a.toPane(pane, screen.WheelMsg{Down: at.Button == tea.MouseWheelDown})
	}
	if at.Button == tea.MouseLeft && r.contains(at.X, at.Y) {
		return a.toPane(pane, screen.RowMsg{Line: at.Y - r.y - 1})
	}
	return nil
}

func (a *App) mouseOnDialog(top stackedDialog, msg tea.MouseMsg, at tea.Mouse) tea.Cmd {
	if wheel, ok := msg.(tea.MouseWheelMsg); ok {
		return a.toDialog(top, wheel)
	}
	r := a.dialogRect(top.View())
	if at.Button != tea.MouseLeft || !r.contains(at.X, at.Y) {
		return nil
	}
	return a.toDialog(top, dialog.ClickMsg{X: at.X - r.x, Y: at.Y - r.y})
}

// clickTab focuses the pane whose name was clicked.
func (a *App) clickTab(x int) {
	for i, r := range a.tabRects() {
		if r.contains(x, 1) {
			a.focusOn(i)
		}
	}
}

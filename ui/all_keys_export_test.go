package ui

// DialogCount returns the number of open dialogs.
func (a *App) DialogCount() int { return len(a.dialogs) }

package ui

// DialogCount is how many are open, for a test.
func (a *App) DialogCount() int { return len(a.dialogs) }

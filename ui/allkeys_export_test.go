package ui

// Dialogs is how many are open, for a test.
func (a *App) Dialogs() int { return len(a.dialogs) }

package ui

import "vpsdeck/model"

// StateForTest returns the program's state, for tests that compare it with the account. Read it
// only while the program is idle.
func (a *App) StateForTest() *model.State { return a.state }

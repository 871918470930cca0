package ui

import "vpsdeck/model"

// StateForTest is what the program knows, for a test that compares all of it with what is true. It is to be read while the program
// is at rest.
func (a *App) StateForTest() *model.State { return a.state }

package ui

import "vpsdeck/model"

// Known is what the program knows, for a test that compares all of it with what is true. It is to be read while the program
// is at rest.
func (a *App) Known() *model.State { return a.state }

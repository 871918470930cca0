package model

// Problem describes one mistake in the user's input or request in one sentence: where, what, and
// what is allowed. It is an error, so that a command can return it directly.
type Problem struct {
	From, To int       // the affected bytes of the input; both 0 if it concerns no input
	Server   ServerRef // the affected server, if any
	Message  string    // to display, cleaned
	Warning  bool      // it may not happen: a warning, and no reason to refuse
}

// Error returns the message.
func (p Problem) Error() string { return p.Message }

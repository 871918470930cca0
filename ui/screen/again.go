package screen

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/command"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/widget"
)

// GoOn asks whether to send a restore whose snapshot was taken by an earlier run of the program, which ended before it could
// send it. no is what a no does.
func (d Deeds) GoOn(first model.Operation, no func() tea.Cmd) tea.Cmd {
	p := *first.After
	if known, ok := d.env.State.Point(p.Key()); ok {
		p = known
	}
	server, why := d.ready(model.Restore, p)
	if why == "" {
		why = p.CannotRestore(d.env.State.Now)
	}
	if why != "" {
		d.env.Say(Warning, fmt.Sprintf("the restore of %s that was begun earlier is not gone on with: %s", first.Server.Said(), why))
		return nil // no key has asked for it: it must not take any
	}
	ask := d.askRestore(server, p)
	ask.Title = "Go on with the restore?"
	ask.Facts = append([]dialog.Fact{{Label: "so far", Value: fmt.Sprintf(
		"the %s that you wanted first has completed; the restore was not sent, as nobody was here", named(first.Point))}}, ask.Facts...)
	ask.Then = func(bool) tea.Cmd {
		return d.env.Start(model.Intent{Deed: model.Restore, Point: p, Server: server.Ref(), Follows: first.ID})
	}
	ask.Else = no
	return d.question(ask)
}

// Again offers to send a deed anew whose answer was lost and of which nothing was found. It is a new deed, with all that is
// asked before one.
func (d Deeds) Again(o model.Operation) tea.Cmd {
	server, why := d.ready(o.Deed, o.Point)
	if why != "" {
		return nil // it was said that it was not seen; now is no time for more
	}
	var ask dialog.Ask
	switch o.Deed {
	case model.Restore:
		ask = d.askRestore(server, o.Point)
	case model.Delete:
		ask = d.askDelete(server, o.Point)
	default:
		ask = dialog.Ask{
			Question: fmt.Sprintf("Send it again: %s?", o.Title()),
			Facts:    []dialog.Fact{{Label: "server", Value: fmt.Sprintf("%s  #%s", server.Ref().Label(), server.ID)}},
			Requests: func(bool) string { return command.Requests(model.Create, o.Point) },
		}
	}
	ask.Title, ask.Yes = "Not seen: try again?", "Send again"
	ask.Facts = append([]dialog.Fact{{Label: "before", Value: fmt.Sprintf(
		"it was sent %s, its answer was lost, and %s. Look in the provider's panel first.",
		widget.Ago(o.Started, d.env.State.Now), o.Trace())}}, ask.Facts...)
	ask.Then = func(bool) tea.Cmd {
		return d.env.Start(model.Intent{
			Deed: o.Deed, Point: o.Point, Server: server.Ref(), After: o.After, Follows: o.Follows, Confirmed: o.Confirmed,
		})
	}
	return d.question(ask)
}

// named is a point with its kind, as "snapshot before-update".
func named(p model.Point) string {
	if p.Name == "" {
		return p.Kind.String()
	}
	return p.Kind.String() + " " + p.Name
}

package screen

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/command"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/widget"
)

// ResumeRestore asks whether to send a restore whose snapshot was taken by an earlier run of the program, which ended before it could
// send it. no is what a no does.
func (d Actions) ResumeRestore(first model.Operation, no func() tea.Cmd) tea.Cmd {
	p := *first.ThenRestore
	if known, ok := d.env.State.Point(p.Key()); ok {
		p = known
	}
	server, why := d.checkReady(model.Restore, p)
	if why == "" {
		why = p.CannotRestore(d.env.State.Now)
	}
	if why != "" {
		d.env.Notify(Warning, fmt.Sprintf("the restore of %s that was begun earlier is not gone on with: %s", first.Server.SentenceName(), why))
		return nil // no key has asked for it: it must not take any
	}
	ask := d.restoreOptions(server, p)
	ask.Title = "Go on with the restore?"
	ask.Details = append([]dialog.Detail{{Label: "so far", Value: fmt.Sprintf(
		"the %s that you wanted first has completed; the restore was not sent, as nobody was here", kindWithName(first.Point))}}, ask.Details...)
	ask.OnConfirm = func(bool) tea.Cmd {
		return d.env.Start(model.ActionRequest{Action: model.Restore, Point: p, Server: server.Ref(), FollowsID: first.ID})
	}
	ask.OnCancel = no
	return d.openConfirm(ask)
}

// Retry offers to send a deed anew whose answer was lost and of which nothing was found. It is a new deed, with all that is
// asked before one.
func (d Actions) Retry(o model.Operation) tea.Cmd {
	server, why := d.checkReady(o.Action, o.Point)
	if why != "" {
		return nil // it was said that it was not seen; now is no time for more
	}
	var ask dialog.ConfirmOptions
	switch o.Action {
	case model.Restore:
		ask = d.restoreOptions(server, o.Point)
	case model.Delete:
		ask = d.deleteOptions(server, o.Point)
	default:
		ask = dialog.ConfirmOptions{
			Question: fmt.Sprintf("Send it again: %s?", o.Title()),
			Details:  []dialog.Detail{{Label: "server", Value: fmt.Sprintf("%s  #%s", server.Ref().Label(), server.ID)}},
			Requests: func(bool) string { return command.DescribeRequest(model.Create, o.Point) },
		}
	}
	ask.Title, ask.ConfirmLabel = "Not seen: try again?", "Send again"
	ask.Details = append([]dialog.Detail{{Label: "before", Value: fmt.Sprintf(
		"it was sent %s, its answer was lost, and %s. Look in the provider's panel first.",
		widget.Ago(o.Started, d.env.State.Now), o.EvidenceText())}}, ask.Details...)
	ask.OnConfirm = func(bool) tea.Cmd {
		return d.env.Start(model.ActionRequest{
			Action: o.Action, Point: o.Point, Server: server.Ref(), ThenRestore: o.ThenRestore, FollowsID: o.FollowsID, ConfirmedRole: o.ConfirmedRole,
		})
	}
	return d.openConfirm(ask)
}

// kindWithName is a point with its kind, as "snapshot before-update".
func kindWithName(p model.Point) string {
	if p.Name == "" {
		return p.Kind.String()
	}
	return p.Kind.String() + " " + p.Name
}

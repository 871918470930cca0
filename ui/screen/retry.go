package screen

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/command"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/widget"
)

// ResumeRestore asks whether to send a restore that was to follow a snapshot or backup, if vpsdeck
// did not watch that end. onCancel runs when the user declines.
func (a Actions) ResumeRestore(first model.Operation, onCancel func() tea.Cmd) tea.Cmd {
	p := *first.ThenRestore
	if known, ok := a.env.State.Point(p.Key()); ok {
		p = known
	}
	server, why := a.checkReady(model.Restore, p)
	if why == "" {
		why = p.CannotRestore(a.env.State.Now)
	}
	if why != "" {
		a.env.Notify(Warning, fmt.Sprintf("the earlier restore of %s cannot be resumed: %s",
			first.Server.SentenceName(), why))
		return nil // no key opened it, so no dialog may take keys
	}
	reason := "vpsdeck was closed"
	if !first.Resumed {
		reason = "vpsdeck was not watching"
	}
	options := a.restoreOptions(server, p)
	options.Title = "Resume the restore?"
	options.Details = append([]dialog.Detail{{Label: "So far", Value: fmt.Sprintf(
		"the %s taken first has completed; the restore was not sent because %s",
		kindWithName(first.Point), reason)}}, options.Details...)
	options.OnConfirm = func(bool) tea.Cmd {
		return a.env.Start(model.ActionRequest{Action: model.Restore, Point: p, Server: server.Ref(),
			FollowsID: first.ID})
	}
	options.OnCancel = onCancel
	return a.openConfirm(options)
}

// Retry offers to send an action again if its answer was lost and the lists show nothing of it. It
// is a new action, with the full confirmation. A restore that was to follow is canceled, and not
// part of it.
func (a Actions) Retry(o model.Operation) tea.Cmd {
	server, why := a.checkReady(o.Action, o.Point)
	if why != "" || !a.env.State.IsNotSeen(o.Number) {
		return nil // the outcome was already shown
	}
	again := model.ActionRequest{Action: o.Action, Point: o.Point, Server: server.Ref(), FollowsID: o.FollowsID}
	var options dialog.ConfirmOptions
	switch o.Action {
	case model.Restore:
		options = a.restoreOptions(server, o.Point)
	case model.Delete:
		options = a.deleteOptions(server, o.Point)
		again.ConfirmedRole = a.role(o.Point) // which the dialog shows, and not that of the first attempt
	default:
		options = dialog.ConfirmOptions{
			Question: fmt.Sprintf("Send it again: %s?", o.Title()),
			Details: []dialog.Detail{{Label: "Server", Value: fmt.Sprintf("%s  #%s", server.Ref().Label(),
				server.ID)}},
			Requests: func(bool) string { return command.DescribeRequest(model.Create, o.Point) },
		}
	}
	options.Title, options.ConfirmLabel = "Not seen: try again?", "Send again"
	options.Details = append([]dialog.Detail{{Label: "Before", Value: fmt.Sprintf(
		"it was sent %s, its answer was lost, and %s. Look in the provider's panel first.",
		widget.Ago(o.Started, a.env.State.Now), o.EvidenceText())}}, options.Details...)
	options.OnConfirm = func(bool) tea.Cmd {
		if !a.env.State.IsNotSeen(o.Number) {
			return a.refuse(actionTitles{refused: "Not sent again"}, "the lists have shown it meanwhile", "")
		}
		return a.env.Start(again)
	}
	options.OnCancel = func() tea.Cmd { // the first attempt was sent
		a.env.Notify(Info, "Cancelled. Nothing was sent again.")
		return nil
	}
	return a.openConfirm(options)
}

// kindWithName returns a point's kind and name: "snapshot before-update".
func kindWithName(p model.Point) string {
	if p.Name == "" {
		return p.Kind.String()
	}
	return p.Kind.String() + " " + p.Name
}

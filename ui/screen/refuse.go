package screen

import (
	"errors"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/widget"
)

// actionTitles are the titles of an action's dialogs: while waiting for lists, and if it cannot
// begin.
type actionTitles struct{ title, refused string }

// The titles of the actions that have a key.
var (
	snapshotTitles = actionTitles{"New snapshot", "Cannot create a snapshot"}
	backupTitles   = actionTitles{"New backup", "Cannot create a backup"}
	restoreTitles  = actionTitles{"Restore", "Cannot restore"}
	deleteTitles   = actionTitles{"Delete", "Cannot delete"}
	cleanupTitles  = actionTitles{"Clean up old restore points", "Nothing cleaned up"}
)

// createTitles returns the titles for creating a point of the kind.
func createTitles(kind model.Kind) actionTitles {
	if kind == model.Snapshot {
		return snapshotTitles
	}
	return backupTitles
}

// refuse opens a dialog that says why an action cannot begin and what to do. The dialog takes keys
// that were typed after the action's key.
func (a Actions) refuse(titles actionTitles, why, remedy string) tea.Cmd {
	return a.env.OpenDialog(dialog.NewRefusal(dialog.Reason{Title: titles.refused, Why: asSentence(why),
		Remedy: remedy}, a.env.Keys.Dialog, a.env.Styles))
}

// asSentence turns a reason into a sentence, with a full stop and, unless it begins with a name, a
// capital letter.
func asSentence(why string) string {
	for _, start := range []string{"it ", "there ", "no ", "none ", "a ", "the ", "not ", "servers are ", "backup #",
		"snapshot #"} {
		if strings.HasPrefix(why, start) {
			why = strings.ToUpper(why[:1]) + why[1:]
		}
	}
	if strings.HasSuffix(why, ".") || strings.HasSuffix(why, "?") {
		return why
	}
	return why + "."
}

// whenLoaded opens an action's dialog once all lists have loaded. Until then another dialog shows
// which are missing.
func (a Actions) whenLoaded(titles actionTitles, open func() tea.Cmd) tea.Cmd {
	return a.whenKnown(titles, a.pendingLists, open)
}

// whenKnown opens an action's dialog once nothing is pending. Until then another dialog shows what is.
func (a Actions) whenKnown(titles actionTitles, pending func() string, open func() tea.Cmd) tea.Cmd {
	if pending() == "" {
		return open()
	}
	wait := dialog.NewWait(titles.title, pending, open, a.env.Keys.Dialog, a.env.Styles)
	wait.OnCancel(a.notifyCancelled)
	return a.env.OpenDialog(wait)
}

// pendingLists names the lists that are loading, or returns "". It leaves out lists that failed.
func (a Actions) pendingLists() string { return a.missingLists(true) }

// missingLists names the lists that are missing, or returns "". It leaves out lists that failed. A
// list of the last run counts as there if cached is true.
func (a Actions) missingLists(cached bool) string {
	s := a.env.State
	var lists []string
	note := func(at time.Time, err error, name string) {
		if err == nil && (at.IsZero() || !cached && s.IsCached(at)) {
			lists = append(lists, name)
		}
	}
	note(s.Servers.At, s.Servers.Err, "the servers")
	note(s.Backups.At, s.Backups.Err, "the backups")
	note(s.Snapshots.At, s.Snapshots.Err, "the snapshots")
	if n := len(lists); n > 1 {
		return strings.Join(lists[:n-1], ", ") + " and " + lists[n-1]
	}
	return strings.Join(lists, "")
}

// listError returns why actions cannot begin without the lists, or "".
func (a Actions) listError() string {
	s := a.env.State
	switch {
	case s.Servers.Err != nil && !errors.Is(s.Servers.Err, model.ErrIncomplete):
		return "the account cannot be read: " + model.ErrorMessage(s.Servers.Err)
	case s.PointsLoaded():
		return ""
	case s.Backups.Err != nil:
		return "the backups cannot be read: " + model.ErrorMessage(s.Backups.Err)
	case s.Snapshots.Err != nil:
		return "the snapshots cannot be read: " + model.ErrorMessage(s.Snapshots.Err)
	}
	return "the backups and snapshots have not loaded yet"
}

// refuseNoSelection refuses an action because no row is under the cursor, once all lists have
// loaded.
func (a Actions) refuseNoSelection(titles actionTitles, what string, filtered bool) tea.Cmd {
	early := a.pendingLists() != ""
	return a.whenLoaded(titles, func() tea.Cmd {
		unknown := !a.env.State.Servers.Loaded() || what != "server" && !a.env.State.PointsLoaded()
		if why := a.listError(); unknown && why != "" {
			return a.refuse(titles, why, "")
		}
		if early { // there may be one now, but it was not what the key meant
			return a.refuse(titles, "no "+what+" was under the cursor when the key was pressed", "Choose one now.")
		}
		remedy := "Choose one first."
		if filtered {
			remedy = "The filter shows none: " + a.env.Keys.View.Back.Help().Key + " clears it once this is closed."
		}
		return a.refuse(titles, "there is no "+what+" under the cursor", remedy)
	})
}

// ConfirmPhrase returns what must be typed before an irreversible action: the server's name, or its
// ID if the name cannot be typed.
func ConfirmPhrase(server model.ServerRef) *dialog.Phrase {
	id := string(server.ID)
	switch {
	case model.IsBlankName(server.Name):
		return &dialog.Phrase{Text: id, Prompt: "Type the ID " + id + " to confirm: the server has no name",
			Short: "Type the ID " + id + " to confirm"}
	case !model.Typable(server.Name) || widget.NormalizeWidth(server.Name) != server.Name:
		return &dialog.Phrase{Text: id, Prompt: "Type the ID " + id + " to confirm: the name cannot be typed",
			Short: "Type the ID " + id + " to confirm"}
	}
	return &dialog.Phrase{Text: server.Name, Prompt: "Type " + server.Name + " to confirm"}
}

// handlePointKey handles a key in a pane of restore points, for the point under the cursor or the
// marked ones. point is nil if the pane is empty; what names what the pane lists.
func (a Actions) handlePointKey(press tea.KeyPressMsg, server model.ID, what string, point *model.Point,
	marked []model.Key, filtered bool) tea.Cmd {
	keys := a.env.Keys
	back := keys.View.Back.Help().Key
	switch {
	case key.Matches(press, keys.Action.Snapshot) && server == "":
		return a.refuseNoSelection(snapshotTitles, "server", false)
	case key.Matches(press, keys.Action.Snapshot):
		return a.Snapshot(server)
	case key.Matches(press, keys.Action.Backup) && server == "":
		return a.refuseNoSelection(backupTitles, "server", false)
	case key.Matches(press, keys.Action.Backup):
		return a.Backup(server)
	case key.Matches(press, keys.Action.CleanUp):
		return a.CleanUp()
	case key.Matches(press, keys.Action.Delete) && len(marked) > 0:
		return a.DeleteMany(markedPoints(a.env.State, marked))
	case key.Matches(press, keys.Action.Delete) && point == nil:
		return a.refuseNoSelection(deleteTitles, what, filtered)
	case key.Matches(press, keys.Action.Delete):
		return a.Delete(*point)
	case key.Matches(press, keys.Action.Restore) && len(marked) > 0:
		return a.refuse(restoreTitles, "Restore works on one restore point",
			back+" clears the marks once this is closed.")
	case key.Matches(press, keys.Action.Restore) && point == nil:
		return a.refuseNoSelection(restoreTitles, what, filtered)
	case key.Matches(press, keys.Action.Restore):
		return a.Restore(*point)
	case key.Matches(press, keys.View.Open) && point == nil:
		a.env.Notify(Warning, "there is no "+what+" under the cursor")
		return nil
	case key.Matches(press, keys.View.Open):
		return a.ShowPoint(*point)
	}
	return nil
}

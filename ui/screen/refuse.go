package screen

import (
	"errors"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/widget"
)

// actionTitles is an action as the titles of its dialogs name it: while it waits, and where it cannot be done.
type actionTitles struct{ title, refused string }

// The actions that have a key.
var (
	snapshotTitles = actionTitles{"New snapshot", "No snapshot now"}
	backupTitles   = actionTitles{"New backup", "No backup now"}
	restoreTitles  = actionTitles{"Restore", "No restore now"}
	deleteTitles   = actionTitles{"Delete", "Not deleted"}
	cleanupTitles  = actionTitles{"Clear up old restore points", "Nothing cleared up"}
)

// createTitles is the action that makes a point of the kind.
func createTitles(kind model.Kind) actionTitles {
	if kind == model.Snapshot {
		return snapshotTitles
	}
	return backupTitles
}

// refuse says in a dialog why an action cannot be done, and what to do about it. It is the whole answer to the key, and takes
// the keys that were typed behind it.
func (a Actions) refuse(titles actionTitles, why, remedy string) tea.Cmd {
	return a.env.OpenDialog(dialog.NewRefusal(dialog.Reason{Title: titles.refused, Why: asSentence(why), Remedy: remedy}, a.env.Keys.Dialog, a.env.Styles))
}

// asSentence makes a reason one: it begins with a capital letter, unless with a name, and ends with a full stop.
func asSentence(why string) string {
	for _, start := range []string{"it ", "there ", "no ", "a ", "the ", "not ", "servers are ", "backup #", "snapshot #"} {
		if strings.HasPrefix(why, start) {
			why = strings.ToUpper(why[:1]) + why[1:]
		}
	}
	if strings.HasSuffix(why, ".") || strings.HasSuffix(why, "?") {
		return why
	}
	return why + "."
}

// whenLoaded opens what an action asks as soon as all lists are there; until then a dialog says what it waits for.
func (a Actions) whenLoaded(titles actionTitles, open func() tea.Cmd) tea.Cmd {
	if a.pendingLists() == "" {
		return open()
	}
	return a.env.OpenDialog(dialog.NewWait(titles.title, a.pendingLists, open, a.env.Keys.Dialog, a.env.Styles))
}

// pendingLists names the lists that have not come yet; empty: there is none. One that could not be read is not waited for.
func (a Actions) pendingLists() string {
	s := a.env.State
	var lists []string
	note := func(known bool, err error, name string) {
		if !known && err == nil {
			lists = append(lists, name)
		}
	}
	note(s.Servers.Loaded(), s.Servers.Err, "the servers")
	note(s.Backups.Loaded(), s.Backups.Err, "the backups")
	note(s.Snapshots.Loaded(), s.Snapshots.Err, "the snapshots")
	if n := len(lists); n > 1 {
		return strings.Join(lists[:n-1], ", ") + " and " + lists[n-1]
	}
	return strings.Join(lists, "")
}

// listError is why nothing can be done without the lists, or "".
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
	return "the backups and snapshots are not known yet"
}

// refuseNoSelection is the answer to an action's key where the cursor is on nothing, once it is known that nothing is there.
func (a Actions) refuseNoSelection(titles actionTitles, what string, filtered bool) tea.Cmd {
	return a.whenLoaded(titles, func() tea.Cmd {
		remedy := "Choose one first."
		if filtered {
			remedy = "The filter shows none: " + a.env.Keys.View.Back.Help().Key + " clears it once this is closed."
		}
		return a.refuse(titles, "there is no "+what+" under the cursor", remedy)
	})
}

// ConfirmPhrase is what must be typed before something happens to a server that cannot be taken back: its name; where that cannot be
// typed, its ID.
func ConfirmPhrase(server model.ServerRef) *dialog.Phrase {
	id := string(server.ID)
	switch {
	case model.IsBlankName(server.Name):
		return &dialog.Phrase{Text: id, Prompt: "Type the server's ID, " + id + ", to confirm: it has no name", Short: "Type the ID " + id + " to confirm"}
	case !model.Typable(server.Name) || widget.NormalizeWidth(server.Name) != server.Name:
		return &dialog.Phrase{Text: id, Prompt: "Type the server's ID, " + id + ", to confirm: its name cannot be typed", Short: "Type the ID " + id + " to confirm"}
	}
	return &dialog.Phrase{Text: server.Name, Prompt: "Type the server's name, " + server.Name + ", to confirm"}
}

// handlePointKey does what a key is for in a pane of restore points: on the one under the cursor, or on those that are marked. point is
// nil where the cursor is on nothing; what names what the pane lists.
func (a Actions) handlePointKey(press tea.KeyPressMsg, server model.ID, what string, point *model.Point, marks map[model.Key]bool, filtered bool) tea.Cmd {
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
	case key.Matches(press, keys.Action.Delete) && len(marks) > 0:
		return a.DeleteMany(markedPoints(a.env.State, marks))
	case key.Matches(press, keys.Action.Delete) && point == nil:
		return a.refuseNoSelection(deleteTitles, what, filtered)
	case key.Matches(press, keys.Action.Delete):
		return a.Delete(*point)
	case key.Matches(press, keys.Action.Restore) && len(marks) > 0:
		return a.refuse(restoreTitles, "a server goes back to one restore point", back+" takes the marks away once this is closed.")
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

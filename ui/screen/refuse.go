package screen

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/widget"
)

// asked is an action as the titles of its dialogs name it: while it waits, and where it cannot be done.
type asked struct{ title, refused string }

// The actions that have a key.
var (
	aSnapshot = asked{"New snapshot", "No snapshot now"}
	aBackup   = asked{"New backup", "No backup now"}
	aRestore  = asked{"Restore", "No restore now"}
	aDelete   = asked{"Delete", "Not deleted"}
	aClearing = asked{"Clear up old restore points", "Nothing cleared up"}
)

// creating is the action that makes a point of the kind.
func creating(kind model.Kind) asked {
	if kind == model.Snapshot {
		return aSnapshot
	}
	return aBackup
}

// refuse says in a dialog why an action cannot be done, and what to do about it. It is the whole answer to the key, and takes
// the keys that were typed behind it.
func (d Deeds) refuse(a asked, why, do string) tea.Cmd {
	return d.env.Open(dialog.NewRefusal(dialog.Reason{Title: a.refused, Why: sentence(why), Do: do}, d.env.Keys.Dialog, d.env.Look))
}

// sentence makes a reason one: it begins with a capital letter, unless with a name, and ends with a full stop.
func sentence(why string) string {
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

// once opens what an action asks as soon as all lists are there; until then a dialog says what it waits for.
func (d Deeds) once(a asked, open func() tea.Cmd) tea.Cmd {
	if d.coming() == "" {
		return open()
	}
	return d.env.Open(dialog.NewWait(a.title, d.coming, open, d.env.Keys.Dialog, d.env.Look))
}

// coming names the lists that have not come yet; empty: there is none. One that could not be read is not waited for.
func (d Deeds) coming() string {
	s := d.env.State
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

// unread is why nothing can be done without the lists, or "".
func (d Deeds) unread() string {
	s := d.env.State
	switch {
	case s.Servers.Err != nil:
		return "the account cannot be read: " + model.Words(s.Servers.Err)
	case s.PointsKnown():
		return ""
	case s.Backups.Err != nil:
		return "the backups cannot be read: " + model.Words(s.Backups.Err)
	case s.Snapshots.Err != nil:
		return "the snapshots cannot be read: " + model.Words(s.Snapshots.Err)
	}
	return "the backups and snapshots are not known yet"
}

// nothingChosen is the answer to an action's key where the cursor is on nothing, once it is known that nothing is there.
func (d Deeds) nothingChosen(a asked, what string, filtered bool) tea.Cmd {
	return d.once(a, func() tea.Cmd {
		do := "Choose one first."
		if filtered {
			do = "The filter shows none: " + d.env.Keys.View.Back.Help().Key + " clears it once this is closed."
		}
		return d.refuse(a, "there is no "+what+" under the cursor", do)
	})
}

// PhraseFor is what must be typed before something happens to a server that cannot be taken back: its name; where that cannot be
// typed, its ID.
func PhraseFor(server model.ServerRef) *dialog.Phrase {
	id := string(server.ID)
	switch {
	case model.Nameless(server.Name):
		return &dialog.Phrase{Text: id, Prompt: "Type the server's ID, " + id + ", to confirm: it has no name", Short: "Type the ID " + id + " to confirm"}
	case !model.Typable(server.Name) || widget.Agreed(server.Name) != server.Name:
		return &dialog.Phrase{Text: id, Prompt: "Type the server's ID, " + id + ", to confirm: its name cannot be typed", Short: "Type the ID " + id + " to confirm"}
	}
	return &dialog.Phrase{Text: server.Name, Prompt: "Type the server's name, " + server.Name + ", to confirm"}
}

// onPoint does what a key is for in a pane of restore points: on the one under the cursor, or on those that are marked. point is
// nil where the cursor is on nothing; what names what the pane lists.
func (d Deeds) onPoint(press tea.KeyPressMsg, server model.ID, what string, point *model.Point, marks map[model.Key]bool, filtered bool) tea.Cmd {
	keys := d.env.Keys
	back := keys.View.Back.Help().Key
	switch {
	case key.Matches(press, keys.Deed.Snapshot) && server == "":
		return d.nothingChosen(aSnapshot, "server", false)
	case key.Matches(press, keys.Deed.Snapshot):
		return d.Snapshot(server)
	case key.Matches(press, keys.Deed.Backup) && server == "":
		return d.nothingChosen(aBackup, "server", false)
	case key.Matches(press, keys.Deed.Backup):
		return d.Backup(server)
	case key.Matches(press, keys.Deed.Clear):
		return d.Clear()
	case key.Matches(press, keys.Deed.Delete) && len(marks) > 0:
		return d.DeleteMany(markedPoints(d.env.State, marks))
	case key.Matches(press, keys.Deed.Delete) && point == nil:
		return d.nothingChosen(aDelete, what, filtered)
	case key.Matches(press, keys.Deed.Delete):
		return d.Delete(*point)
	case key.Matches(press, keys.Deed.Restore) && len(marks) > 0:
		return d.refuse(aRestore, "a server goes back to one restore point", back+" takes the marks away once this is closed.")
	case key.Matches(press, keys.Deed.Restore) && point == nil:
		return d.nothingChosen(aRestore, what, filtered)
	case key.Matches(press, keys.Deed.Restore):
		return d.Restore(*point)
	case key.Matches(press, keys.View.Open) && point == nil:
		d.env.Say(Warning, "there is no "+what+" under the cursor")
		return nil
	case key.Matches(press, keys.View.Open):
		return d.ShowPoint(*point)
	}
	return nil
}

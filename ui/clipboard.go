package ui

import (
	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/command"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/style"
)

// clipboard copies what is under the cursor.
type clipboard struct {
	*core
	panes    *panes
	terminal *terminal
	account  int    // number of the session in which JSON was requested
	number   int    // of the last request for JSON, below 0; answers to older ones are dropped
	subject  string // whose JSON was requested
}

// Update handles the JSON that was requested to be copied.
func (c *clipboard) Update(msg tea.Msg) tea.Cmd {
	loaded, ok := msg.(command.RawLoadedMsg)
	if !ok || loaded.Number != c.number || c.number == 0 {
		return nil
	}
	c.number-- // it is answered
	if c.account != c.sessionNumber() {
		return nil
	}
	if loaded.Err != nil {
		c.notify(screen.Error, "JSON of "+c.subject+" not copied: "+model.ErrorMessage(loaded.Err))
		return nil
	}
	return c.send("JSON of "+c.subject, model.SafeJSON(loaded.Text))
}

// send sends a text to the terminal's clipboard, and says so.
func (c *clipboard) send(what, text string) tea.Cmd {
	c.notify(screen.Info, what+" "+c.terminal.clipboardMessage())
	return tea.SetClipboard(text)
}

// open copies the ID of what is under the cursor at once, and opens a menu of what else can be
// copied.
func (c *clipboard) open() tea.Cmd {
	subject, ok := c.panes.selection()
	if !ok || c.session == nil {
		c.notify(screen.Warning, "there is no server and no restore point under the cursor")
		return nil
	}
	id := string(subjectID(subject))
	menu := dialog.NewMenu(dialog.MenuOptions{
		Title: "Copy", Intro: "The ID of " + subject.String() + " was " + c.terminal.clipboardMessage() +
			". Copy instead:",
		Items: c.items(subject), Close: c.opts.Keys.View.Copy,
	}, c.opts.Keys, c.env.Styles)
	return tea.Batch(tea.SetClipboard(id), c.openDialog(menu))
}

// items are what can be copied of a server or a restore point, besides its ID.
func (c *clipboard) items(subject screen.Subject) []dialog.MenuItem {
	server, _ := c.state.Server(subject.Server)
	name, description := server.Name, ""
	if subject.Point.ID != "" {
		point, _ := c.state.Point(subject.Point)
		name, description = point.Name, point.Description
	}
	item := func(key, label, text string) dialog.MenuItem {
		out := dialog.MenuItem{Key: key, Label: label, Note: shorten(text),
			Choose: func() tea.Cmd { return c.send(label+" of "+subject.String(), text) }}
		if text == "" {
			out.Why, out.Choose = "there is none", func() tea.Cmd {
				c.notify(screen.Warning, subject.String()+" has no "+label)
				return nil
			}
		}
		return out
	}
	items := []dialog.MenuItem{item("i", "ID", string(subjectID(subject))), item("n", "name", name)}
	if subject.Point.ID != "" {
		items = append(items, item("d", "description", description))
	}
	curl := ""
	if address := command.ItemURL(c.session.Client, subject.Server, subject.Point); address != "" {
		curl = model.Clean(model.Exchange{Method: "GET", URL: address}.Curl())
	}
	items = append(items, item("a", "address", server.IP),
		dialog.MenuItem{Key: "J", Label: "JSON", Note: "as the API returns it", Choose: func() tea.Cmd {
			c.number--
			c.subject, c.account = subject.String(), c.sessionNumber()
			return c.session.LoadRaw(c.number, subject.Server, subject.Point)
		}},
		item("c", "curl", curl))
	if last := &items[len(items)-1]; curl != "" {
		last.Label, last.Note = "curl command", "with $VPS_API_TOKEN for the token"
	}
	return items
}

// subjectID is the ID of a restore point, or of a server.
func subjectID(subject screen.Subject) model.ID {
	if subject.Point.ID != "" {
		return subject.Point.ID
	}
	return subject.Server
}

// shorten cuts a text for a note in a menu.
func shorten(text string) string {
	const most = 40
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + style.Ellipsis
	}
	return text
}

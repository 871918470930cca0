package ui

import (
	"net/url"
	"strings"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/command"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// serverURL is the address of a server in the provider's panel: of its page if the config has a
// pattern, otherwise of the panel. It is "" if the host has no domain name.
func (c *core) serverURL(server model.ID) string {
	if pattern := c.opts.Profile.PanelURL; pattern != "" && !c.opts.Demo {
		return strings.ReplaceAll(pattern, "{id}", url.PathEscape(string(server)))
	}
	if c.session == nil || c.opts.Demo {
		return ""
	}
	return panelURL(c.session.Client.Host())
}

// openPanel opens the server under the cursor in the provider's panel, in the user's browser. Over
// SSH and without a browser it only shows the link.
func (e *external) openPanel() tea.Cmd {
	server, ok := e.panes.selectedServer()
	if !ok {
		return nil
	}
	address := e.serverURL(server.ID)
	switch {
	case address == "":
		e.notify(screen.Warning, "the panel's address is unknown: set panel_url in the config")
		return nil
	case e.isShared() || len(e.opts.OpenURL) == 0:
		return e.showLink(server.Ref(), address)
	}
	e.notify(screen.Info, "opening "+address)
	return e.opts.OpenURL.Open(address, e.opts.Secrets)
}

// showLink shows an address as a link of the terminal.
func (e *external) showLink(server model.ServerRef, address string) tea.Cmd {
	return e.openDialog(dialog.NewSheet("Provider's panel", func(s *style.Styles, width int) []string {
		lines := []string{style.Render(s.Text, widget.NormalizeWidth(server.Label())), ""}
		for _, l := range widget.Wrap(address, width) {
			lines = append(lines, style.Render(widget.Link(s.Accent, address), l))
		}
		return append(lines, "", style.Render(s.Muted, "Open the link in your terminal, or copy it."))
	}, e.opts.Keys, e.env.Styles, e.opts.Keys.View.Panel))
}

// handleURLOpened says why a browser did not open, and shows the link instead.
func (e *external) handleURLOpened(msg command.URLOpenedMsg) tea.Cmd {
	if msg.Err == nil {
		return nil
	}
	e.notify(screen.Warning, "the browser could not be started; the link: "+msg.URL)
	return nil
}

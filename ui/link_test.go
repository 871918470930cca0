package ui_test

import (
	"strings"
	"testing"

	"vpsdeck/model"
	"vpsdeck/ui"
	"vpsdeck/ui/command"
)

func TestAddressesAreLinksOfTheTerminal(t *testing.T) {
	t.Parallel()
	w := startApp(t, 200, 24, withServers(2),
		withOptions(func(o *ui.Options) { o.SSH = model.SSHRules{{Server: "web-*", User: "root"}} }))
	const web, db = "\x1b]8;;ssh://root@203.0.113.10", "\x1b]8;;ssh://203.0.113.11"
	if view := w.lastView().Content; !strings.Contains(view, web) || !strings.Contains(view, db) {
		t.Errorf("the servers' addresses are not links: %q", view)
	}
	w.selectServer("web-server-01")
	w.Press("enter")
	if view := w.lastView().Content; !strings.Contains(view, web) || strings.Contains(view, db) {
		t.Errorf("the page's address is not a link: %q", view)
	}
	if strings.Contains(w.lastView().Content, "\x1b]8;;https") {
		t.Error("a host without a name has a link to a web panel")
	}
}

// namedHostClient is a client whose host has a name.
type namedHostClient struct{ command.Client }

func (namedHostClient) Host() string { return "admin.vps.org" }

func TestTheHostIsALinkToTheWebPanel(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2), func(s *setup) { s.namedHost = true })
	if view := w.lastView().Content; !strings.Contains(view, "\x1b]8;;https://admin.vps.org/") {
		t.Errorf("%q", view)
	}
}

package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/model/pattern"
	"vpsdeck/model/query"
	"vpsdeck/ui/command"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/style"
)

// commandChosenMsg is a command with its arguments that was chosen in the palette.
type commandChosenMsg struct {
	session int // in which it was chosen
	name    string
	servers []model.ID // of an action
	text    string     // of another command
}

// The commands of the palette.
const (
	commandSnapshot = "snapshot"
	commandBackup   = "backup"
	commandRestore  = "restore"
	commandTheme    = "theme"
	commandProfile  = "profile"
	commandFilter   = "filter"
)

// arguments returns what a text can mean that is a command with arguments, or the beginning of one.
func (p *palette) arguments(text string) ([]dialog.Entry, bool) {
	text = strings.TrimLeft(text, " ")
	if rest, ok := cutCommand(text, "back up"); ok {
		text = commandBackup + " " + rest
	}
	for _, name := range []string{commandSnapshot, commandBackup, commandRestore} {
		if rest, ok := cutCommand(text, name); ok {
			return p.actionEntries(name, rest), true
		}
	}
	if rest, ok := cutCommand(text, commandTheme); ok {
		return p.choiceEntries(commandTheme, rest, style.Themes()), true
	}
	if rest, ok := cutCommand(text, commandProfile); ok {
		return p.profileEntries(rest), true
	}
	if rest, ok := cutCommand(text, commandFilter); ok {
		return p.filterEntries(rest), true
	}
	return nil, false
}

// cutCommand returns the arguments of a command, if the text begins with its name and a space.
func cutCommand(text, name string) (rest string, ok bool) {
	if len(text) <= len(name) || !strings.EqualFold(text[:len(name)], name) || text[len(name)] != ' ' {
		return "", false
	}
	return strings.TrimLeft(text[len(name):], " "), true
}

// entry is the entry of a command that is complete.
func (p *palette) entry(name, arguments, note string, servers ...model.ID) dialog.Entry {
	typed := name + " " + arguments
	return dialog.Entry{Name: typed, Note: note, Typed: typed, Recall: recallCommand + typed,
		Msg: commandChosenMsg{session: p.sessionNumber(), name: name, servers: servers, text: arguments}}
}

// cannot is the entry of a command that cannot be run.
func cannot(typed, why string) dialog.Entry { return dialog.Entry{Name: typed, Why: why} }

// maxArguments is the maximum number of servers that are offered.
const maxArguments = 50

// actionEntries are the servers that an action can be for. Choosing one opens the same form or
// confirmation as the action's key; nothing is sent.
func (p *palette) actionEntries(name, rest string) []dialog.Entry {
	rest = strings.TrimSpace(rest)
	typed := strings.TrimSpace(name + " " + rest)
	if p.opts.Profile.ReadOnly {
		return []dialog.Entry{cannot(typed, "this session is read-only")}
	}
	var out []dialog.Entry
	several := p.severalServers(rest)
	found := several
	if several == nil {
		found = p.findServers(rest)
	}
	switch {
	case len(found) == 0:
		return []dialog.Entry{cannot(typed, "no server matches")}
	case len(several) > 1 && name == commandRestore:
		out = append(out, cannot(typed, "works on one server"))
	case len(several) > 1:
		ids := make([]model.ID, len(several))
		for i, s := range several {
			ids[i] = s.ID
		}
		out = append(out, p.entry(name, rest, model.Pluralize(len(several), "server")+": "+firstNames(several), ids...))
	}
	for _, s := range found[:min(len(found), maxArguments)] {
		entry := p.entry(name, cmp.Or(s.Name, string(s.ID)), "server #"+string(s.ID), s.ID)
		entry.Why = p.whyNot(name, s.ID)
		out = append(out, entry)
	}
	return out
}

// whyNot is why an action cannot begin on a server now, or "". It can still be chosen: then a dialog
// says why.
func (p *palette) whyNot(name string, server model.ID) string {
	actions := screen.NewActions(p.env)
	switch name {
	case commandSnapshot:
		return actions.WhyNotCreate(model.Snapshot, server)
	case commandBackup:
		return actions.WhyNotCreate(model.Backup, server)
	}
	return actions.WhyNotRestoreNewest(server)
}

// severalServers are the servers of a glob or of several names, or nil if the text is neither.
func (p *palette) severalServers(text string) []model.Server {
	if strings.ContainsAny(text, "*?") {
		return query.FindServers(text, p.state.Servers.Value)
	}
	words := strings.Fields(text)
	if len(words) < 2 {
		return nil
	}
	var out []model.Server
	for _, word := range words {
		found := false
		for _, s := range p.state.Servers.Value { // several can have the name
			isNamed := s.Name == word
			found = found || isNamed
			if isNamed && !slices.ContainsFunc(out, func(o model.Server) bool { return o.ID == s.ID }) {
				out = append(out, s)
			}
		}
		if !found {
			return nil
		}
	}
	return out
}

// findServers are the servers whose names have all words, in any order and with gaps, or whose ID is
// the text. The best are first.
func (p *palette) findServers(text string) []model.Server {
	type found struct {
		server      model.Server
		rank, score int
	}
	var all []found
	words := strings.Fields(text)
	for _, s := range p.state.Servers.Value {
		f := found{server: s, rank: 2}
		ok := true
		for _, word := range words {
			score, _, matches := pattern.FuzzyFind(word, s.Name)
			f.score, ok = f.score+score, ok && matches
		}
		switch {
		case s.Name == text || string(s.ID) == strings.TrimPrefix(text, "#"):
			f.rank, ok = 0, true
		case strings.HasPrefix(strings.ToLower(s.Name), strings.ToLower(text)):
			f.rank = 1
		}
		if ok {
			all = append(all, f)
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return cmp.Or(a.rank-b.rank, b.score-a.score) })
	out := make([]model.Server, len(all))
	for i, f := range all {
		out[i] = f.server
	}
	return out
}

// choiceEntries are the values of a command that begin with the text.
func (p *palette) choiceEntries(name, rest string, values []string) []dialog.Entry {
	var out []dialog.Entry
	for _, v := range values {
		if strings.HasPrefix(v, strings.ToLower(strings.TrimSpace(rest))) {
			out = append(out, p.entry(name, v, ""))
		}
	}
	if len(out) == 0 {
		out = append(out, cannot(name+" "+rest, "valid: "+strings.Join(values, ", ")))
	}
	return out
}

// profileEntries are the other accounts.
func (p *palette) profileEntries(rest string) []dialog.Entry {
	var out []dialog.Entry
	for _, name := range p.account.otherProfiles() {
		shown := cmp.Or(name, "none")
		if strings.HasPrefix(strings.ToLower(shown), strings.ToLower(strings.TrimSpace(rest))) {
			entry := p.entry(commandProfile, shown, command.ProfileLabel(name))
			entry.Msg = switchMsg{name}
			out = append(out, entry)
		}
	}
	if len(out) == 0 {
		out = append(out, cannot(commandProfile+" "+rest, "there is no other profile of that name"))
	}
	return out
}

// filterEntries are the filter that was typed, and what it can be completed to.
func (p *palette) filterEntries(rest string) []dialog.Entry {
	pane, fields := p.filterPane()
	var out, typed []dialog.Entry
	if text := strings.TrimSpace(rest); text != "" {
		entry := p.entry(commandFilter, text, pane)
		entry.Why = query.CheckFilter(pane, text)
		if typed = []dialog.Entry{entry}; entry.Why == "" {
			out, typed = typed, nil
		}
	}
	for _, text := range p.env.CompleteFilter(rest, fields) {
		entry := p.entry(commandFilter, text, pane)
		if query.CheckFilter(pane, text) != "" { // a value is missing
			entry.Msg, entry.Recall = nil, ""
		}
		out = append(out, entry)
	}
	return append(out, typed...) // what is not valid yet comes last
}

// filterPane is the pane that a filter is for: the focused one, or the servers.
func (p *palette) filterPane() (name string, fields query.FieldSet) {
	if p.panes.page == nil && p.panes.focus > 0 {
		return query.Panes[p.panes.focus], query.PointFields
	}
	return query.Panes[0], query.ServerFields
}

// run does what a command says. An action opens its form or its confirmation.
func (p *palette) run(msg commandChosenMsg) tea.Cmd {
	actions := screen.NewActions(p.env)
	switch msg.name {
	case commandSnapshot, commandBackup:
		kind := model.Snapshot
		if msg.name == commandBackup {
			kind = model.Backup
		}
		switch {
		case len(msg.servers) > 1:
			return actions.CreateMany(kind, msg.servers)
		case kind == model.Backup:
			return actions.Backup(msg.servers[0])
		}
		return actions.Snapshot(msg.servers[0])
	case commandRestore:
		return actions.RestoreNewest(msg.servers[0])
	case commandTheme:
		p.opts.Theme = style.Theme(msg.text)
		p.restyle()
		p.notify(screen.Info, fmt.Sprintf("theme %s; theme = %q in the config keeps it", msg.text, msg.text))
	case commandFilter:
		if p.panes.page != nil {
			p.panes.focusOn(0)
		}
		p.panes.all()[p.panes.focus].(filterable).SetFilter(msg.text)
		p.panes.syncPoints()
	}
	return nil
}

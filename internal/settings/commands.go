package settings

import (
	"slices"

	"vpsdeck/model"
	"vpsdeck/model/query"
)

// SSHRule is an [[ssh]] of the config as written: how to connect to the servers whose names match a
// glob.
type SSHRule struct {
	Server  string   `toml:"server"`
	User    string   `toml:"user"`
	Port    *int     `toml:"port"`
	Command []string `toml:"command"`
}

// CommandRule is a [[command]] of the config as written.
type CommandRule struct {
	Key       string   `toml:"key"`
	Name      string   `toml:"name"`
	Run       []string `toml:"run"`
	Shell     bool     `toml:"shell"`
	Confirm   bool     `toml:"confirm"`
	Dangerous bool     `toml:"dangerous"`
}

// ViewRule is a [[view]] of the config as written.
type ViewRule struct {
	Name   string `toml:"name"`
	Key    string `toml:"key"`
	Pane   string `toml:"pane"`
	Filter string `toml:"filter"`
	Order  string `toml:"order"`
}

// loadViews loads the saved views. Its errors are of type Error with ExitConfig and name the view
// by its number. Keys and orders are checked elsewhere, where they are known.
func (s *Settings) loadViews(file configFile, path string) error {
	for i, r := range file.View {
		view := query.SavedView(r)
		why := view.Check()
		if slices.ContainsFunc(s.Views, func(other query.SavedView) bool { return other.Name == view.Name }) {
			why = "another view has that name"
		}
		if why != "" {
			return Errorf(ExitConfig, "%s: view %d (%s): %s", s.lines.position(path, indexedKey("view", i+1)), i+1,
				model.Clean(r.Name), why)
		}
		s.Views = append(s.Views, view)
	}
	return nil
}

// loadCommands loads the SSH rules and the custom commands. Its errors are of type Error with
// ExitConfig and name the rule by its number. The keys are checked elsewhere, where the other
// bindings are known.
func (s *Settings) loadCommands(file configFile, path string) error {
	for i, r := range file.SSH {
		if r.Port != nil && *r.Port < 1 {
			return Errorf(ExitConfig, "%s: ssh rule %d: port cannot be %d: write a number from 1 to 65535",
				s.lines.position(path, indexedKey("ssh", i+1)), i+1, *r.Port)
		}
		s.SSH = append(s.SSH, model.SSHRule{Server: r.Server, User: r.User, Port: firstSet(0, r.Port),
			Command: r.Command})
		if problems := s.SSH.Check(); len(problems) > 0 {
			return Errorf(ExitConfig, "%s: %s", s.lines.position(path, indexedKey("ssh", i+1)), problems[0].Message)
		}
	}
	for i, r := range file.Command {
		command := model.CustomCommand(r)
		if why := command.Check(); why != "" {
			return Errorf(ExitConfig, "%s: command %d (%s): %s", s.lines.position(path, indexedKey("command", i+1)),
				i+1, model.Clean(r.Name), why)
		}
		s.Commands = append(s.Commands, command)
	}
	return nil
}

package settings

import (
	"vpsdeck/model"
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

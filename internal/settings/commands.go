package settings

import (
	"vpsdeck/model"
)

// SSHRule is an [[ssh]] of the config as written: how one gets to which servers, by name glob.
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

// loadCommands takes over what may be run in the dashboard's place. Its errors are Faults with ExitConfig and name the rule by its
// place; whether a key is one, and free, is checked where the keys are known.
func (s *Settings) loadCommands(file configFile, path string) error {
	for i, r := range file.SSH {
		if r.Port != nil && *r.Port < 1 {
			return Errorf(ExitConfig, "%s: ssh rule %d: port cannot be %d: write a number from 1 to 65535", s.lines.position(path, indexedKey("ssh", i+1)), i+1, *r.Port)
		}
		s.SSH = append(s.SSH, model.SSHRule{Server: r.Server, User: r.User, Port: firstSet(0, r.Port), Command: r.Command})
		if problems := s.SSH.Check(); len(problems) > 0 {
			return Errorf(ExitConfig, "%s: %s", s.lines.position(path, indexedKey("ssh", i+1)), problems[0].Message)
		}
	}
	for i, r := range file.Command {
		own := model.CustomCommand(r)
		if why := own.Check(); why != "" {
			return Errorf(ExitConfig, "%s: command %d (%s): %s", s.lines.position(path, indexedKey("command", i+1)), i+1, model.Clean(r.Name), why)
		}
		s.Commands = append(s.Commands, own)
	}
	return nil
}

package settings

import (
	"reflect"
	"testing"

	"vpsdeck/model"
)

func TestSSHRulesAndCommandsKeepConfigOrder(t *testing.T) {
	path := writeFile(t, 0o600, `
[[ssh]]
server = "db-*"
user = "root"
port = 2222
[[ssh]]
command = ["ssh", "-J", "jump"]
[[command]]
key = "f5"
name = "ping"
run = ["ping", "-c", "3", "{ip}"]
[[command]]
key = "f6"
name = "reboot"
run = ["ssh {ip} reboot"]
shell = true
dangerous = true
`, t.TempDir(), "config.toml")
	s, err := Load(Sources{Flags: Flags{ConfigFile: &path}, Getenv: getenvFrom(nil), DefaultURL: builtInURL})
	if err != nil {
		t.Fatal(err)
	}
	if want := (model.SSHRules{{Server: "db-*", User: "root", Port: 2222},
		{Command: []string{"ssh", "-J", "jump"}}}); !reflect.DeepEqual(s.SSH, want) {
		t.Errorf("ssh: %+v", s.SSH)
	}
	want := []model.CustomCommand{
		{Key: "f5", Name: "ping", Run: []string{"ping", "-c", "3", "{ip}"}},
		{Key: "f6", Name: "reboot", Run: []string{"ssh {ip} reboot"}, Shell: true, Dangerous: true},
	}
	if !reflect.DeepEqual(s.Commands, want) {
		t.Errorf("commands: %+v", s.Commands)
	}
}

func TestRuleErrorsNameTheirPosition(t *testing.T) {
	for text, words := range map[string][]string{
		"ssh = 1": {"ssh must be an [[ssh]] table with server, user, port " +
			"and command"},
		"[[ssh]]\nport = 'x'":                 {"ssh must be an [[ssh]] table"},
		"[[ssh]]\nport = 0":                   {"line 1: ssh rule 1: port cannot be 0", "1 to 65535"},
		"[[ssh]]\n[[ssh]]\nport = -1":         {"line 2: ssh rule 2: port cannot be -1"},
		"[[ssh]]\nuser = '-oX'":               {`line 1: ssh rule 1: user cannot be "-oX"`},
		"[[ssh]]\nusr = 'x'":                  {`unknown setting "ssh.usr"`},
		"[[command]]\nname = 'a'\nkey = 'f5'": {"command 1 (a): run is empty"},
		"[[command]]\nname = 'a'\nkey = 'f5'\nrun = 'ls'": {"command must be a [[command]] table",
			"run (a list of strings)"},
		"[[command]]\nname = 'a'\nkey = 'f5'\nrun = ['ls', '{nmae}']": {"command 1 (a): unknown {nmae} in run",
			"{id}, {name}, {ip}"},
		"[[command]]\nname = 'a'\nkey = 'f5'\nshell = true\nrun = ['ls \"{name}\"']": {
			"command 1 (a): {name} is inside quotes"},
		"[[command]]\nkey = 'f5'\nrun = ['ls']": {"line 1: command 1 (): name must not be empty"},
	} {
		path := writeFile(t, 0o600, text, t.TempDir(), "config.toml")
		_, err := Load(Sources{Flags: Flags{ConfigFile: &path}, Getenv: getenvFrom(nil), DefaultURL: builtInURL})
		requireError(t, err, ExitConfig, append(words, path)...)
	}
}

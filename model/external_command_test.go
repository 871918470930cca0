package model

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func serverAt(name, ip string) Server { return Server{ID: "12345", Name: name, IP: ip} }

func TestSSHUsesTheFirstMatchingRule(t *testing.T) {
	rules := SSHRules{
		{Server: "db-*", User: "root", Port: 2222}, {Server: "web-*", Command: []string{"ssh", "-J", "jump"}},
		{Server: "mail-01", User: "me"},
	}
	for _, c := range []struct {
		server Server
		want   []string
	}{
		{serverAt("db-server-01", "203.0.113.11"), []string{"ssh", "-p", "2222", "--", "root@203.0.113.11"}},
		{serverAt("web-server-01", "203.0.113.10"), []string{"ssh", "-J", "jump", "--", "203.0.113.10"}},
		{serverAt("mail-01", "2001:DB8::1"), []string{"ssh", "--", "me@2001:db8::1"}},
		{serverAt("-oProxyCommand=id", "203.0.113.9"), []string{"ssh", "--", "203.0.113.9"}},
		{Server{Name: "by-name", Hostname: "web01.example.com"}, []string{"ssh", "--", "web01.example.com"}},
	} {
		if got, err := rules.Args(c.server); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, %v; want %q", c.server.Name, got, err, c.want)
		}
	}
}

func TestSSHURLOfAServer(t *testing.T) {
	rules := SSHRules{{Server: "db-*", User: "root", Port: 2222}, {Server: "web-*", User: "me"}}
	for _, c := range []struct {
		server Server
		want   string
	}{
		{serverAt("db-01", "203.0.113.11"), "ssh://root@203.0.113.11:2222"},
		{serverAt("db-01", "2001:db8::1"), "ssh://root@[2001:db8::1]:2222"},
		{serverAt("web-01", "2001:db8::1"), "ssh://me@[2001:db8::1]"},
		{serverAt("mail", "203.0.113.12"), "ssh://203.0.113.12"},
		{serverAt("mail", "evil\x1b]8;;"), ""}, {serverAt("mail", ""), ""}, {serverAt("mail", "fe80::1%\x1b"), ""},
	} {
		if got := rules.URL(c.server); got != c.want {
			t.Errorf("%+v: %q, want %q", c.server, got, c.want)
		}
	}
}

func TestSSHRejectsInvalidAddresses(t *testing.T) {
	for _, s := range []Server{
		serverAt("a", ""), serverAt("a", "-oProxyCommand=id"), serverAt("a", "203.0.113.9 -oProxyCommand=id"),
		serverAt("a", "fe80::1%$(id)"),
		{Name: "a", Hostname: "-oProxyCommand=id"}, {Name: "a", Hostname: "$(id).example.com"},
		{Name: "a", Hostname: "a b"},
	} {
		if got, err := (SSHRules{}).Args(s); err == nil || !strings.Contains(err.Error(), "has no address") {
			t.Errorf("%+v: %q, %v", s, got, err)
		}
	}
}

func TestInvalidSSHRuleIsExplained(t *testing.T) {
	for want, rule := range map[string]SSHRule{
		`user cannot be "-oProxyCommand=id"`:     {User: "-oProxyCommand=id"},
		`user cannot be "a@b"`:                   {User: "a@b"},
		"port cannot be 70000: write a number":   {Port: 70000},
		"command is empty: write the program":    {Command: []string{" "}},
		"ssh rule 2: command is empty: write th": {Command: []string{}},
	} {
		problems := SSHRules{{User: "root", Port: 22}, rule}.Check()
		if len(problems) != 1 || !strings.Contains(problems[0].Message, want) {
			t.Errorf("%+v: %v, want %q", rule, problems, want)
		}
	}
}

func TestCustomCommandIsFilledInForAServer(t *testing.T) {
	for _, c := range []struct {
		run   []string
		shell bool
		want  []string
	}{
		{[]string{"ping", "-c", "3", "{ip}"}, false, []string{"ping", "-c", "3", "203.0.113.10"}},
		{[]string{"ssh", "root@{ip}", "echo {name}; id {id} {other"}, false,
			[]string{"ssh", "root@203.0.113.10", "echo web-01; id 12345 {other"}},
		{[]string{"ping {ip} | tail -1; echo ${HOME} {name}"}, true,
			[]string{"sh", "-c", "ping '203.0.113.10' | tail -1; echo ${HOME} 'web-01'"}},
	} {
		own := CustomCommand{Key: "f5", Name: "it", Run: c.run, Shell: c.shell}
		if why := own.Check(); why != "" {
			t.Errorf("%q is refused: %s", c.run, why)
		}
		if got, err := own.Args(serverAt("web-01", "203.0.113.10")); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%q, %v; want %q", got, err, c.want)
		}
	}
}

func TestInvalidCustomCommandIsExplained(t *testing.T) {
	good := CustomCommand{Key: "f5", Name: "it", Run: []string{"ping", "{ip}"}}
	for want, spoil := range map[string]func(*CustomCommand){
		"name must not be empty":       func(c *CustomCommand) { c.Name = "a\x1b[2J" },
		"key is missing":               func(c *CustomCommand) { c.Key = "" },
		"run is empty":                 func(c *CustomCommand) { c.Run = nil },
		"unknown {nmae} in run":        func(c *CustomCommand) { c.Run = []string{"ping", "{nmae}"} },
		"without placeholders":         func(c *CustomCommand) { c.Run = []string{"{name}", "x"} },
		"must be a list of one string": func(c *CustomCommand) { c.Shell = true },
		"one line without <<": func(c *CustomCommand) {
			c.Run, c.Shell = []string{"cat <<E\n{name}\nE"},
				true
		},
		"{name} is inside quotes": func(c *CustomCommand) { c.Run, c.Shell = []string{`echo "is {name}"`}, true },
		"{id} is inside quotes":   func(c *CustomCommand) { c.Run, c.Shell = []string{`echo 'is {id}'`}, true },
		"{ip} is inside quotes":   func(c *CustomCommand) { c.Run, c.Shell = []string{"echo `ping {ip}`"}, true },
	} {
		c := good
		spoil(&c)
		if why := c.Check(); !strings.Contains(why, want) {
			t.Errorf("%+v: %q, want %q", c, why, want)
		}
	}
	if why := good.Check(); why != "" {
		t.Errorf("a valid one is rejected: %s", why)
	}
}

// hostileNames are server names that try to run a command.
var hostileNames = []string{
	"-oProxyCommand=id", "--help", "a; id", "$(id)", "`id`", "a b", "a'b", `a"b`, "a\nid", "a|id", "a&id", "a>b", "*",
	"~root", "\x1b[2J", "a\u202eb", "",
}

func TestHostileNameIsNeitherAnOptionNorAShellWord(t *testing.T) {
	for _, name := range hostileNames {
		for _, shell := range []bool{false, true} {
			c := CustomCommand{Run: []string{"echo", "{name}"}, Shell: shell}
			if shell {
				c.Run = []string{"echo {name}"}
			}
			if got, err := c.Args(serverAt(name, "203.0.113.10")); err == nil || Clean(err.Error()) != err.Error() {
				t.Errorf("%q: %q, %v", name, got, err)
			}
			ping := CustomCommand{Run: []string{"ping", "{ip}"}}
			if _, err := ping.Args(serverAt(name, "203.0.113.10")); err != nil {
				t.Errorf("%q prevents a command that does not use it: %v", name, err)
			}
		}
	}
}

func TestAnyServerNameIsOneShellWordOrRejected(t *testing.T) {
	letters := rapid.StringOf(rapid.RuneFrom([]rune("ab1.-_@:+ ';$`\"\\&|<>(){}*?~#=%\n\té中")))
	rapid.Check(t, func(t *rapid.T) {
		name := letters.Draw(t, "name")
		c := CustomCommand{Run: []string{`printf '<%s>' {name}`}, Shell: true}
		args, err := c.Args(serverAt(name, ""))
		if err != nil {
			return
		}
		out, failed := exec.Command(args[0], args[1:]...).Output()
		if failed != nil || string(out) != "<"+name+">" || strings.HasPrefix(name, "-") {
			t.Fatalf("%q came out as %q, %v", name, out, failed)
		}
	})
}

package ui_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vpsdeck/internal/lanes"
	"vpsdeck/keymap"
	"vpsdeck/model"
	"vpsdeck/ui"
)

// argRecorder is a program that writes its arguments to a file, one a line, and exits with a code.
type argRecorder struct{ program, file string }

func newArgRecorder(t *testing.T, code string) argRecorder {
	t.Helper()
	n := argRecorder{filepath.Join(t.TempDir(), "program"), filepath.Join(t.TempDir(), "given")}
	script := "#!/bin/sh\nprintf '%s\\n' \"$@\" \"token=$VPS_API_TOKEN\" >> " + n.file + "\nexit " + code + "\n"
	if err := os.WriteFile(n.program, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return n
}

// requireArgs fails the test unless the program got exactly these arguments and no token.
func (a argRecorder) requireArgs(t *testing.T, words ...string) {
	t.Helper()
	text, err := os.ReadFile(a.file)
	if len(words) == 0 && os.IsNotExist(err) {
		return
	}
	if want := strings.Join(append(words, "token="), "\n") + "\n"; string(text) != want {
		t.Errorf("the arguments are %q, want %q", text, want)
	}
}

// withCommands starts the program with custom commands.
func withCommands(t *testing.T, custom ...model.CustomCommand) option {
	t.Helper()
	return withOptions(func(o *ui.Options) {
		o.Commands = custom
		for _, c := range custom {
			if why := c.Check(); why != "" {
				t.Fatal(why)
			}
			if err := o.Keys.AddCustom(c.Name, c.Key); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestSSHConnectsToTheServerUnderTheCursorAndReturns(t *testing.T) {
	t.Parallel()
	for name, c := range lanes.Table(map[string]struct {
		get     func(w *harness)
		code    string
		message string
	}{
		"from the servers":    {func(*harness) {}, "0", "back from ssh to web-server-01"},
		"from its points":     {press("2"), "0", "back from ssh to web-server-01"},
		"from its page":       {press("enter"), "0", "back from ssh to web-server-01"},
		"ended with an error": {func(*harness) {}, "255", "exited with code 255"},
		"picked in the palette": {func(w *harness) { w.Press(":"); w.Type("ssh to the") }, "0",
			"back from ssh to web-server-01"},
	}) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newArgRecorder(t, c.code)
			w := startApp(t, 120, 24, withServers(2), withOptions(func(o *ui.Options) {
				o.SSH = model.SSHRules{{Server: "web-*", User: "root", Port: 2222, Command: []string{n.program, "-A"}}}
			}))
			w.selectServer("web-server-01")
			w.Press("R")
			c.get(w)
			w.Screen()
			w.proxy.reset()
			if name == "picked in the palette" {
				w.Press("enter")
			} else {
				w.Press("S")
			}
			w.WaitFor(c.message)
			n.requireArgs(t, "-A", "-p", "2222", "--", "root@203.0.113.10")
			if w.Screen(); len(w.proxy.readTimes("/servers/")) == 0 {
				t.Error("nothing was refreshed after the return")
			}
			w.requireActions()
		})
	}
}

func TestKeysTypedBeforeSSHStartsAreIgnored(t *testing.T) {
	t.Parallel()
	n := newArgRecorder(t, "0")
	w := startApp(t, 120, 24, withServers(2),
		withOptions(func(o *ui.Options) { o.SSH = model.SSHRules{{Command: []string{n.program}}} }))
	w.selectServer("web-server-01")
	w.pressAtOnce("S", "q", "d", "ctrl+c")
	w.WaitFor("back from ssh to web-server-01")
	w.RequireNoText("Delete")
	w.Press("?")
	w.RequireText("Keys")
}

func TestSSHThatCannotBeStartedSaysWhatToDo(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2), withOptions(func(o *ui.Options) {
		o.SSH = model.SSHRules{{Command: []string{"no-such-program-here"}}}
	}))
	w.Press("S")
	w.WaitFor("no-such-program-here was not found: install it")
	w.RequireText("Servers 2")
}

func TestSSHIsRefusedForServerWithoutAddress(t *testing.T) {
	t.Parallel()
	n := newArgRecorder(t, "0")
	w := startApp(t, 120, 24, withServers(2),
		withOptions(func(o *ui.Options) { o.SSH = model.SSHRules{{Command: []string{n.program}}} }),
		beforeStart(func(w *harness) {
			w.proxy.rewrite(func(s string) string {
				return strings.NewReplacer("203.0.113.10", "-oProxyCommand=id", "web01.example.com",
					"-oProxyCommand=id").Replace(s)
			})
		}))
	w.selectServer("web-server-01")
	w.Press("S")
	w.RequireText("web-server-01 has no address for ssh")
	n.requireArgs(t)
}

func TestCustomCommandRunsForTheServerUnderTheCursor(t *testing.T) {
	t.Parallel()
	n := newArgRecorder(t, "0")
	w := startApp(t, 120, 40, withServers(2), withCommands(t,
		model.CustomCommand{Key: "f5", Name: "note it", Run: []string{n.program, "{id}", "{name}", "at {ip}"}},
		model.CustomCommand{Key: "f6", Name: "note by shell", Run: []string{n.program + " {name} | cat; true"},
			Shell: true},
	))
	w.Press("?")
	w.RequireText("Custom commands", "note by shell")
	w.Press("esc")
	w.selectServer("web-server-01")
	w.Press("f5")
	w.WaitFor("back from note it")
	n.requireArgs(t, "12345", "web-server-01", "at 203.0.113.10")
	w.must(os.Remove(n.file))
	w.Press(":")
	w.Type("note by")
	w.Press("enter")
	w.WaitFor("back from note by shell")
	n.requireArgs(t, "web-server-01")
	w.requireActions()
}

func TestCustomCommandAsksAsConfigured(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		custom model.CustomCommand
		answer []string
	}{
		{"confirm", model.CustomCommand{Confirm: true}, []string{"tab", "enter"}},
		{"dangerous", model.CustomCommand{Dangerous: true}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			n := newArgRecorder(t, "0")
			c.custom.Key, c.custom.Name, c.custom.Run = "f5", "reboot", []string{n.program, "{name}"}
			w := startApp(t, 80, 24, withServers(2), withCommands(t, c.custom))
			w.selectServer("web-server-01")
			w.Press("f5")
			w.skipInputDelay()
			w.RequireText("Run reboot for web-server-01?")
			w.Press("enter") // No has the focus
			w.Screen()
			n.requireArgs(t)
			w.Press("f5")
			w.skipInputDelay()
			if c.answer == nil {
				w.typeRequiredName()
				w.Press("tab", "enter")
			} else {
				w.Press(c.answer...)
			}
			w.WaitFor("back from reboot")
			n.requireArgs(t, "web-server-01")
		})
	}
}

func TestReadOnlyHasNoDangerousCommand(t *testing.T) {
	t.Parallel()
	n := newArgRecorder(t, "0")
	w := startApp(t, 120, 40, withServers(2), withCommands(t,
		model.CustomCommand{Key: "f5", Name: "reboot", Run: []string{n.program, "{name}"}, Dangerous: true},
		model.CustomCommand{Key: "f6", Name: "look", Run: []string{n.program, "{id}"}},
	), readOnly)
	w.selectServer("web-server-01")
	w.Press("?")
	w.RequireText("look")
	w.RequireNoText("reboot")
	w.Press("esc", "f5")
	w.requireRefused("This session is read-only, and reboot is marked as dangerous.")
	n.requireArgs(t)
	w.Press("f6")
	w.WaitFor("back from look")
	n.requireArgs(t, "12345")
}

func TestHostileServerNameIsNotRun(t *testing.T) {
	t.Parallel()
	n := newArgRecorder(t, "0")
	w := startApp(t, 120, 24, withServers(2),
		withCommands(t, model.CustomCommand{Key: "f5", Name: "note it", Run: []string{n.program, "{name}"}}),
		beforeStart(func(w *harness) {
			w.proxy.rewrite(func(s string) string {
				return strings.ReplaceAll(s, `"web-server-01"`,
					`"-oProxyCommand=id"`)
			})
		}))
	w.Press("G", "f5")
	w.RequireText("note it was not run: the server's name “-oProxyCommand=id” begins with -")
	n.requireArgs(t)
}

func TestCustomCommandRejectsAUsedKey(t *testing.T) {
	t.Parallel()
	k := keymap.Default()
	for pressed, words := range map[string]string{"s": "s is both action.snapshot and command.mine",
		"nokey": `"nokey" of mine is not a key`, "ctrl+c": "always quits"} {
		if err := k.AddCustom("mine", pressed); err == nil || !strings.Contains(err.Error(), words) ||
			len(k.Custom()) > 0 {
			t.Errorf("%s: %v", pressed, err)
		}
	}
	if err := k.AddCustom("mine", "f5"); err != nil {
		t.Error(err)
	}
	if err := k.AddCustom("other", "f5"); err == nil ||
		!strings.Contains(err.Error(), "f5 is both command.mine and command.other") {
		t.Error(err)
	}
}

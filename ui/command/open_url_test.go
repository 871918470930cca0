package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestOverSSHThereIsNoOpener(t *testing.T) {
	getenv := func(vars ...string) func(string) string {
		return func(name string) string {
			for _, v := range vars {
				if v == name {
					return "set"
				}
			}
			return ""
		}
	}
	for _, c := range []struct {
		system, want string
		vars         []string
	}{
		{"linux", "", nil}, {"linux", "xdg-open", []string{"DISPLAY"}},
		{"linux", "xdg-open", []string{"WAYLAND_DISPLAY"}},
		{"linux", "", []string{"DISPLAY", "SSH_CONNECTION"}}, {"darwin", "open", nil},
		{"darwin", "", []string{"SSH_TTY"}},
		{"windows", "rundll32 url.dll,FileProtocolHandler", nil}, {"windows", "", []string{"SSH_CONNECTION"}},
	} {
		if got := strings.Join(SystemOpener(c.system, getenv(c.vars...)), " "); got != c.want {
			t.Errorf("%s with %v: %q, want %q", c.system, c.vars, got, c.want)
		}
	}
}

// The address is one argument, whatever is in it, and no token is in the environment.
func TestOpenerGetsTheAddressAndNoToken(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	program := filepath.Join(t.TempDir(), "browser")
	script := "#!/bin/sh\n{ echo $#; echo \"$1\"; echo \"$2\"; echo \"[$VPS_API_TOKEN$OWN]\"; } >" + out +
		".part\nmv " +
		out + ".part " + out + "\n"
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("VPS_API_TOKEN", "vps_secret")
	t.Setenv("OWN", "vps_secret")
	const address = "https://panel.example.com/?a=1&b=$(id);x"
	if msg := (Opener{program, "--new"}).Open(address, []string{"OWN"})().(URLOpenedMsg); msg.Err != nil {
		t.Fatal(msg.Err)
	}
	deadline := time.Now().Add(10 * time.Second)
	text, err := os.ReadFile(out)
	for ; err != nil && time.Now().Before(deadline); text, err = os.ReadFile(out) {
		time.Sleep(time.Millisecond)
	}
	if want := "2\n--new\n" + address + "\n[]\n"; string(text) != want {
		t.Errorf("%q, want %q", text, want)
	}
	for _, bad := range []string{"file:///etc/passwd", "javascript:1", "-h", ""} {
		if msg := (Opener{program}).Open(bad, nil)().(URLOpenedMsg); msg.Err == nil {
			t.Errorf("%q was opened", bad)
		}
	}
}

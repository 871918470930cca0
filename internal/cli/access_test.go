package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vpsdeck/api/sim"
	"vpsdeck/internal/settings"
	"vpsdeck/model"
)

func TestAccountIsOpenedAsConfigured(t *testing.T) {
	server, err := sim.Listen("127.0.0.1:0", sim.New(sim.Options{Seed: 1, Token: "vps_work"}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	path := filepath.Join(t.TempDir(), "config.toml")
	address := "api_url = '" + server.URL() + "'\n"
	text := "[profile.work]\n" + address + "token_env = 'TEST_WORK_TOKEN'\nread_only = true\nconfirm = 'strict'\n" +
		"[profile.wrong]\n" + address + "token_env = 'TEST_WRONG_TOKEN'\n[profile.empty]\n" + address +
		"[profile.pink]\nstripe = 'pink'\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "autolaunch:") // no keyring
	t.Setenv("TEST_WORK_TOKEN", "vps_work")
	t.Setenv("TEST_WRONG_TOKEN", "vps_other")
	a := &accounts{flags: settings.Flags{ConfigFile: &path}, profiles: []string{"work", "wrong"},
		demo: &simulatedAccount{}}
	opened, err := a.Open(t.Context(), "work")
	if err != nil {
		t.Fatal(err)
	}
	if p := opened.Profile; p.Name != "work" || !p.ReadOnly || !p.Strict || p.Stripe == "" ||
		opened.Access.Host() != opened.Client.Host() {
		t.Errorf("got %+v", opened.Profile)
	}
	if requests := opened.Requests.Last(); len(requests) != 1 { // one token check, for this account only
		t.Errorf("requests: %+v", requests)
	}
	for profile, message := range map[string]string{
		"wrong": "Try another token", "empty": "profile empty has no token yet: run vpsdeck login --profile empty",
		"pink": `stripe cannot be "pink"`, "gone": `there is no profile "gone"`,
	} {
		if _, err := a.Open(t.Context(), profile); !strings.Contains(model.ErrorMessage(err), message) {
			t.Errorf("%s: %v, want %q", profile, err, message)
		}
	}
}

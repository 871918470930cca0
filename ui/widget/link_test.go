package widget

import (
	"strings"
	"testing"

	"vpsdeck/ui/style"
)

func TestOnlySafeAddressBecomesLink(t *testing.T) {
	for address, linked := range map[string]bool{
		"ssh://root@203.0.113.10:2222": true, "https://admin.vps.org/": true, "": false, "ssh://a b": false,
		"ssh://a;b":     false,
		"ssh://a\x1b\\": false, "ssh://a\a": false, "ssh://é": false, "ssh://a\u009c": false,
	} {
		got := style.Render(Link(style.Style{}, address), "here")
		if strings.Contains(got, "\x1b]8;;"+address) != linked && address != "" || !strings.Contains(got, "here") ||
			!linked && got != "here" {
			t.Errorf("%q: %q", address, got)
		}
	}
}

package ui_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode"

	"vpsdeck/internal/lanes"
	"vpsdeck/model"
)

// hostileNames are names that an API should never send, as JSON text.
var hostileNames = map[string]string{
	"escape sequences":   `\u001b[2J\u001b[31mred\u001b]0;owned\u0007`,
	"C1 controls":        `\u009b31m\u0090x\u009c`,
	"bidirectional":      `\u202egnp.exe\u2066\u2069\u200f`,
	"line breaks":        `one\ntwo\r\nthree\u2028four\ttab`,
	"wide":               `東京サーバー第一データセンター`,
	"joined emoji":       `👨\u200d👩\u200d👧\u200d👦 family ⚠\ufe0f 🇩🇪🇺`,
	"combining":          `e\u0301\u0301\u0301\u0301 Z\u0351\u036b\u0343`,
	"invisible":          `\u200b\u2060\ufeff\u00ad\u3164`,
	"empty":              ``,
	"long":               strings.Repeat("very-", 600) + "long",
	"markup":             `<script>\"'%s%!d(MISSING)\\`,
	"Arabic and Hebrew":  `خادم שרת`,
	"broken surrogates":  `\ud800x\udfff`,
	"null":               `a\u0000b\u007f`,
	"private sequences":  `\u001b_x\u001b\\\u001bPx\u001b\\\u001b^x\u001b\\\u001bXx\u001b\\`,
	"styled like a word": `\u001b]8;;http://example.com\u001b\\link`,
}

// a style, or a link to a numeric address
var sgrPattern = regexp.MustCompile("\x1b\\[[0-9;:]*m|\x1b]8;;(ssh://[0-9.]+)?\a")

// requireHarmless fails the test if the program sends anything to the terminal but text, line
// breaks and styles.
func (h *harness) requireHarmless() {
	h.t.Helper()
	v := h.lastView()
	for what, text := range map[string]string{"screen": sgrPattern.ReplaceAllString(v.Content, ""),
		"title": v.WindowTitle} {
		for _, r := range text {
			if r != '\n' && unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp) {
				h.t.Errorf("the %s contains %U:\n%q", what, r, text)
				return
			}
		}
	}
	requireAligned(h.t, h.Screen())
}

func TestHostileNamesDoNoHarm(t *testing.T) {
	t.Parallel()
	for what, name := range lanes.Table(hostileNames) {
		t.Run(strings.ReplaceAll(what, " ", "-"), func(t *testing.T) {
			t.Parallel()
			poison := strings.NewReplacer("web-server-01", name, "pre-migration-snapshot", name, "Pre-update backup",
				name,
				"Acme Inc.", name, "Ubuntu 22.04 LTS", name, "us-west", name, "203.0.113.10", name, `"completed"`,
				`"`+name+`"`)
			w := startApp(t, 120, 40, beforeStart(func(w *harness) { w.proxy.rewrite(poison.Replace) }))
			w.Press("/")
			w.Type("12345")
			w.Press("enter", "esc")
			w.requireHarmless()
			for _, keys := range [][]string{{"enter"}, {"s"}, {"b"}, {"2", "j", "j", "d"}, {"r"}, {"enter"}, {"3", "r"},
				{"d"}, {"a"}} {
				w.Press(keys...)
				w.skipInputDelay()
				w.requireHarmless()
				w.Press("esc")
			}
			for _, s := range []size{small, standard, larger, {60, 20}} {
				w.Resize(s.width, s.height)
				w.requireHarmless()
			}
			w.requireActions()
		})
	}
}

func TestHostileErrorMessagesDoNoHarm(t *testing.T) {
	t.Parallel()
	for what, message := range lanes.Table(hostileNames) {
		t.Run(strings.ReplaceAll(what, " ", "-"), func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 120, 24)
			w.proxy.rewrite(strings.NewReplacer("Injected fault: Bad Request.", message).Replace)
			w.account.InjectFault("POST /snapshots/: status 400")
			w.createSnapshot("web-server-01", "before-update")
			w.RequireText("snapshot before-update of web-server-01: not done")
			w.requireHarmless()
		})
	}
}

func TestANameInAnotherScriptCanBeTyped(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40, beforeStart(func(w *harness) {
		w.proxy.rewrite(strings.NewReplacer("web-server-01", "東京サーバー").Replace)
	}))
	w.Press("/")
	w.Type("12345")
	w.Press("enter", "esc", "3", "r")
	w.skipInputDelay()
	w.Type("東京サーバー")
	w.Press("shift+tab", "space", "tab", "tab", "enter")
	w.RequireText("◐ restoring")
	w.requireActions(postRestore801)
}

func TestPasteIsOnlyText(t *testing.T) {
	t.Parallel()
	const nasty = "be\x1b[31mfore\x07\n-up\u202edate\r\n\x1b]0;x\x07\td"
	w := startApp(t, 120, 40)
	w.selectServer("web-server-01")
	w.Paste("dsq" + nasty) // no input field is open
	w.RequireNoText("New snapshot", "Delete")
	w.requireHarmless()
	w.Press("/")
	w.Paste(nasty)
	w.requireHarmless()
	w.Press("esc", "s")
	w.Paste(nasty)
	w.requireHarmless()
	w.Press("enter")
	w.RequireText("New snapshot of web-server-01", "is not allowed")
	w.requireHarmless()
	w.Press("esc", "b")
	w.Paste(nasty)
	w.requireHarmless()
	w.Press("esc", "2", "d")
	w.skipInputDelay()
	w.Paste(nasty)
	w.requireHarmless()
	w.requireActions()
}

func TestTheServersNameCanBePastedButConfirmsNothing(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	atServer("web-server-01", "2", "d")(w)
	w.Paste("web-server-01")
	w.RequireText("› web-server-01", "✓ matches")
	w.requireActions()
	w.Press("enter")
	w.requireActions("DELETE /backups/501/")
	if w.hasPoint(model.Backup, "501") {
		t.Error("it is still there")
	}
}

func TestAPastedLineBreakConfirmsNothing(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	atServer("web-server-01", "2", "d")(w)
	w.Press("tab")
	w.Paste("web-server-01\n")
	w.RequireText("Delete backup #501")
	w.requireActions()
}

func TestUnknownStatusKeepsThePageAligned(t *testing.T) {
	t.Parallel()
	for _, s := range []size{small, standard, large} {
		w := startApp(t, s.width, s.height, beforeStart(func(w *harness) {
			w.proxy.rewrite(strings.NewReplacer(`"active"`, `"`+hostileNames["joined emoji"]+`"`).Replace)
		}))
		w.selectServer("web-server-01")
		w.Press("enter")
		w.RequireText("web-server-01 #12345")
		w.RequireNoText("…│")
		w.requireHarmless()
	}
}

package headless

import (
	"strings"
	"testing"

	"vpsdeck/internal/settings"
	"vpsdeck/internal/simtest"
	"vpsdeck/model"
)

// newRenamedHarness is newHarness with another name for web-server-01.
func newRenamedHarness(t *testing.T, name string, strict bool) *harness {
	t.Helper()
	h := newHarness(t, nil)
	renamed := simtest.Rewrite(h.account, func(body string) string {
		return strings.ReplaceAll(body, `"web-server-01"`, name)
	})
	h.startRunner(t, simtest.Serve(t, renamed), func(o *Options) { o.Strict = strict })
	return h
}

func TestServerWithUntypableNameIsConfirmedByID(t *testing.T) {
	point := model.Key{Kind: model.Snapshot, ID: "801"}
	for _, c := range []struct {
		name, server string
		sent         bool
		message      string
	}{
		{`"web-server-01"`, "web-server-01", true, ""},
		{`"web-server-01"`, "12345", false,
			`snapshot pre-migration-snapshot (#801) belongs to web-server-01 (#12345), not to "12345"`},
		{`""`, "12345", true, ""},
		{`""`, "web", false, "its name cannot be typed: give its ID, --server 12345"},
		{`""`, " ", false, "give its ID, --server 12345"},
		{`null`, "12345", true, ""},
		{`"\u200b"`, "12345", true, ""},
		{`"nb\u00a0sp"`, "12345", true, ""},
		{`"nb\u00a0sp"`, "nb\u00a0sp", true, ""},
		{`"nb\u00a0sp"`, "nb sp", false, "give its ID, --server 12345"},
	} {
		for _, action := range []string{"restore", "delete"} {
			h := newRenamedHarness(t, c.name, true)
			opts := PointOptions{Point: point, Server: c.server, Yes: true, LastPoint: true,
				Follow: FollowOptions{Format: Table}}
			act := h.Restore
			if action == "delete" {
				act = h.Delete
			}
			err := act(t.Context(), opts)
			if c.sent != (h.sentCount() == 1) || !c.sent && (err == nil || !strings.Contains(err.Error(), c.message) ||
				settings.CodeOf(err) != settings.ExitRefused) {
				t.Errorf("%s of %s named %q: %v; %d sent", action, c.name, c.server, err, h.sentCount())
			}
			h = newRenamedHarness(t, c.name, true) // a required name must not be empty
			opts.Server = ""
			act = h.Restore
			if action == "delete" {
				act = h.Delete
			}
			if err := act(t.Context(), opts); err == nil || h.sentCount() > 0 {
				t.Errorf("%s of %s, not named: %v; %d sent", action, c.name, err, h.sentCount())
			}
		}
	}
}

func TestCreatePrintsDocumentedWarnings(t *testing.T) {
	h := newHarness(t, nil)
	if err := h.Create(t.Context(), snapshotOptions("web-server-01", "cache-01")); err != nil { // cache-01 is stopped
		t.Fatal(err)
	}
	for _, want := range []string{
		"vpsdeck: warning: web-server-01 is running: its snapshot may be inconsistent. Stop it first for the best " +
			"result.\n",
		"the API says “Snapshot is being created. This may take 3-10 minutes depending on server size.”\n",
	} {
		if !strings.Contains(h.notes.String(), want) {
			t.Errorf("%q is not in\n%s", want, h.notes.String())
		}
	}
	if strings.Contains(h.notes.String(), "warning: cache-01") || strings.Contains(h.out.String(), "warning") {
		t.Errorf("%s\n%s", h.notes.String(), h.out.String())
	}
}

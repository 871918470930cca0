package api

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"vpsdeck/api/apitest"
	"vpsdeck/model"
)

func TestEveryEndpointSendsAndReadsWhatIsDocumented(t *testing.T) {
	for _, e := range endpoints {
		t.Run(e.name, func(t *testing.T) {
			call := e.call
			call.Header = map[string]string{
				"Authorization": "Bearer " + secretToken, "Accept": "application/json", "User-Agent": "vpsdeck",
				"Content-Type": "application/json", "Idempotency-Key": "",
			}
			if e.doc != "" {
				call.ResponseBody = readTestdata(t, e.doc)
			}
			got, err := e.run(t.Context(), newClient(t, apitest.Script(t, call)))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, e.want) {
				t.Errorf("got  %+v\nwant %+v", got, e.want)
			}
		})
	}
}

func TestWireStructsLoseNoDocumentedField(t *testing.T) {
	for name, check := range map[string]func(*testing.T, string){
		"servers":           checkPage[server],
		"server":            checkSame[server],
		"backups":           checkPage[backup],
		"backup_created":    checkSame[backup],
		"backup_restored":   checkSame[actionResponse],
		"snapshots":         checkPage[snapshot],
		"snapshot_created":  checkSame[snapshot],
		"snapshot_restored": checkSame[actionResponse],
		"account":           checkSame[accountResponse],
	} {
		t.Run(name, func(t *testing.T) { check(t, readTestdata(t, name)) })
	}
}

func checkPage[W any](t *testing.T, text string) {
	t.Helper()
	checkSame[listBody[rawField]](t, text)
	var p listBody[rawField]
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		t.Fatal(err)
	}
	checkSame[[]W](t, string(p.Results))
}

func checkSame[W any](t *testing.T, text string) {
	t.Helper()
	var wire W
	if err := json.Unmarshal([]byte(text), &wire); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(wire)
	if err != nil {
		t.Fatal(err)
	}
	var a, b any
	if json.Unmarshal([]byte(text), &a) != nil || json.Unmarshal(again, &b) != nil || !reflect.DeepEqual(a, b) {
		t.Errorf("received   %s\nwould send %s", text, again)
	}
}

func TestFiltersGoIntoTheQuery(t *testing.T) {
	for _, test := range []struct {
		name, path, query string
		ask               func(context.Context, *Client) (any, error)
	}{
		{"servers by status", "/servers/", "status=stopped", func(ctx context.Context, c *Client) (any, error) {
			return c.Servers(ctx, model.ServerFilter{Status: model.ServerStopped})
		}},
		{"servers by location", "/servers/", "location=eu-central", func(ctx context.Context, c *Client) (any, error) {
			return c.Servers(ctx, model.ServerFilter{Location: "eu-central"})
		}},
		{"servers by both, escaped", "/servers/", "location=a%26b&status=active",
			func(ctx context.Context, c *Client) (any, error) {
				return c.Servers(ctx, model.ServerFilter{Status: model.ServerActive, Location: "a&b"})
			}},
		{"backups of a server", "/backups/", "server_id=12345", func(ctx context.Context, c *Client) (any, error) {
			return c.Backups(ctx, model.BackupFilter{Server: "12345"})
		}},
		{"manual backups", "/backups/", "backup_type=manual", func(ctx context.Context, c *Client) (any, error) {
			return c.Backups(ctx, model.BackupFilter{Type: model.Manual})
		}},
		{"automatic backups of a server", "/backups/", "backup_type=automatic&server_id=7",
			func(ctx context.Context, c *Client) (any, error) {
				return c.Backups(ctx, model.BackupFilter{Server: "7", Type: model.Automatic})
			}},
		{"snapshots of a server", "/snapshots/", "server_id=0b7e-4", func(ctx context.Context, c *Client) (any, error) {
			return c.Snapshots(ctx, model.SnapshotFilter{Server: "0b7e-4"})
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			base := apitest.Script(t, apitest.Call{Path: test.path, Query: test.query,
				ResponseBody: `{"count": 0, "results": []}`})
			if _, err := test.ask(t.Context(), newClient(t, base)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestIdsAreEscapedInPathsAndStringsStayStrings(t *testing.T) {
	base := apitest.Script(t,
		apitest.Call{Method: "DELETE", Path: "/backups/a%2Fb%3Fc/", Status: 204},
		apitest.Call{Method: "POST", Path: "/servers/0b7e-4/restore/", Body: `{"backup_id": "9f-1"}`, Status: 202,
			ResponseBody: `{"status": "success"}`},
		apitest.Call{Method: "POST", Path: "/backups/", Body: `{"server_id": "0b7e-4"}`, Status: 200,
			ResponseBody: `{"id": "9f-2"}`},
	)
	c := newClient(t, base)
	if err := c.DeleteBackup(t.Context(), "a/b?c"); err != nil {
		t.Error(err)
	}
	if _, err := c.RestoreBackup(t.Context(), "0b7e-4", "9f-1"); err != nil {
		t.Error(err)
	}
	if made, err := c.CreateBackup(t.Context(), "0b7e-4", ""); err != nil || made.Point.ID != "9f-2" {
		t.Errorf("%+v, %v", made, err)
	}
}

func TestEmptyIDIsNotSent(t *testing.T) {
	c := newClient(t, apitest.Script(t))
	for _, id := range []model.ID{"", ".", ".."} {
		_, server := c.Server(t.Context(), id)
		_, backup := c.CreateBackup(t.Context(), id, "")
		_, snapshot := c.CreateSnapshot(t.Context(), id, "n", "")
		_, restored := c.RestoreSnapshot(t.Context(), id)
		_, restoredTo := c.RestoreBackup(t.Context(), id, "1")
		_, restoredFrom := c.RestoreBackup(t.Context(), "1", id)
		for _, err := range []error{
			server, backup, snapshot, restored, restoredTo, restoredFrom, c.DeleteBackup(t.Context(), id),
			c.DeleteSnapshot(t.Context(), id),
		} {
			if err == nil {
				t.Fatalf("id %q was sent", id)
			}
			checkMessage(t, err)
		}
	}
}

func TestRestoreResponseIsCompletedFromTheRequest(t *testing.T) {
	c := newClient(t, apitest.Script(t,
		apitest.Call{Method: "POST", Path: "/snapshots/801/restore/", ResponseBody: `{"status": "success"}`},
		apitest.Call{Method: "POST", Path: "/servers/7/restore/", Body: `{"backup_id": 501}`,
			ResponseBody: `{"status": "success"}`},
		apitest.Call{Method: "POST", Path: "/servers/7/restore/", Body: `{"backup_id": 502}`,
			ResponseBody: `{"message": "Begun."}`},
	))
	got, err := c.RestoreSnapshot(t.Context(), "801")
	if err != nil || got.Point.Key() != (model.Key{Kind: model.Snapshot, ID: "801"}) {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = c.RestoreBackup(t.Context(), "7", "501")
	if err != nil || got.Point.Key() != (model.Key{Kind: model.Backup, ID: "501"}) || got.Point.Server.ID != "7" {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = c.RestoreBackup(t.Context(), "7", "502")
	if err != nil || got.Point.ID != "502" || got.Message != "Begun." {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestUnreadableCosmeticFieldDoesNotFailTheList(t *testing.T) {
	full := model.Point{Kind: model.Backup, ID: "1", SizeMB: 4523, CreatedAt: mustParseTime("2025-01-16T03:00:00Z")}
	bare := model.Point{Kind: model.Backup, ID: "1"}
	for _, test := range []struct {
		json string
		want model.Point
	}{
		{`{"id": 1}`, bare},
		{`{"id": "1"}`, bare},
		{`{"id": 1, "server": null, "backup_type": null, "status": null, "size_mb": null, "created_at": null,
			"expires_at": null, "description": null, "later": {}}`, bare},
		{`{"id": 1, "size_mb": 4523, "created_at": "2025-01-16T03:00:00Z"}`, full},
		{`{"id": 1, "size_mb": 4522.6, "created_at": "2025-01-16T05:00:00+02:00"}`, full},
		{`{"id": 1, "size_mb": "4523", "created_at": "2025-01-16T03:00:00"}`, full},
		{`{"id": 1, "size_mb": " 4.523e3 ", "created_at": "2025-01-16 03:00:00"}`, full},
		{`{"id": 1, "size_mb": "4.4 GB", "created_at": "yesterday", "expires_at": 1737000000}`, model.Point{
			Kind: model.Backup, ID: "1", CreatedUnreadable: true, ExpiresAt: mustParseTime("2025-01-16T04:00:00Z"),
		}},
		{`{"id": 1, "size_mb": -3, "created_at": "", "expires_at": {}}`,
			model.Point{Kind: model.Backup, ID: "1", ExpiresUnreadable: true}},
		{`{"id": 1, "size_mb": "NaN", "created_at": [], "expires_at": true}`, model.Point{
			Kind: model.Backup, ID: "1", CreatedUnreadable: true, ExpiresUnreadable: true,
		}},
		{`{"id": 1, "size_mb": 0}`, model.Point{Kind: model.Backup, ID: "1", ZeroSize: true}},
		{`{"id": 1, "size_mb": "0.0"}`, model.Point{Kind: model.Backup, ID: "1", ZeroSize: true}},
		{`{"id": 1, "size_mb": false}`, bare},
		{`{"id": 1, "size_mb": 1e300}`, bare},
		{`{"id": 1, "created_at": "2025-01-16"}`,
			model.Point{Kind: model.Backup, ID: "1", CreatedAt: mustParseTime("2025-01-16T00:00:00Z")}},
		{`{"id": 1, "created_at": "2025-01-16T03:00:00.250Z"}`, model.Point{
			Kind: model.Backup, ID: "1", CreatedAt: mustParseTime("2025-01-16T03:00:00Z").Add(250 * time.Millisecond),
		}},
		{`{"id": 1, "description": "a\u001b[2Jb"}`, model.Point{Kind: model.Backup, ID: "1", Description: "a^[[2Jb"}},
	} {
		c := newClient(t, apitest.Script(t, apitest.Call{Path: "/backups/", ResponseBody: `{"results": [` + test.json +
			`]}`}))
		got, err := c.Backups(t.Context(), model.BackupFilter{})
		if err != nil || len(got) != 1 || !reflect.DeepEqual(got[0], test.want) {
			t.Errorf("%s\ngot  %+v, %v\nwant %+v", test.json, got, err, test.want)
		}
	}
}

func TestServerOSIsAnObjectOrAName(t *testing.T) {
	for os, want := range map[string]string{
		`{"id": 3, "name": "Debian 12"}`: "Debian 12", `"Debian 12"`: "Debian 12", `null`: "", `{}`: "",
		`{"name": 5}`: "", `7`: "",
	} {
		c := newClient(t, apitest.Script(t,
			apitest.Call{Path: "/servers/1/", ResponseBody: `{"id": 1, "plan": null, "os": ` + os + `}`}))
		got, err := c.Server(t.Context(), "1")
		if err != nil || got.OS != want {
			t.Errorf("%s: %q, %v", os, got.OS, err)
		}
	}
}

func TestTextFromTheAPICannotDriveTheTerminal(t *testing.T) {
	evil := `\u001b]0;x\u0007\u202e`
	for _, e := range endpoints {
		if e.doc == "" {
			continue
		}
		call := e.call
		if call.Status == 201 { // its name and description must be those that were asked for
			call.ResponseBody = strings.NewReplacer(`status": "`, `status": "`+evil, `message": "`,
				`message": "`+evil).Replace(readTestdata(t, e.doc))
		} else {
			call.ResponseBody = hostileBody(readTestdata(t, e.doc), evil)
		}
		got, err := e.run(t.Context(), newClient(t, apitest.Script(t, call)))
		if err != nil {
			t.Fatal(err)
		}
		shown, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		if text := string(shown); strings.Contains(text, `\u001b`) || strings.Contains(text, `\u0007`) ||
			strings.Contains(text, "\u202e") ||
			!strings.Contains(text, "202E") {
			t.Errorf("%s: %s", e.name, text)
		}
	}
}

// hostileBody is a response in which every text begins with an evil one.
func hostileBody(answer, evil string) string {
	return strings.NewReplacer(`name": "`, `name": "`+evil, `status": "`, `status": "`+evil, `description": "`,
		`description": "`+evil, `message": "`, `message": "`+evil, `address": "`, `address": "`+evil, `location": "`,
		`location": "`+evil, `email": "`, `email": "`+evil, `type": "`, `type": "`+evil, `["`,
		`["`+evil).Replace(answer)
}

package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// The documents' examples, as they are printed there.
const (
	serversExample = `{"count": 2, "results": [
 {"id": 12345, "name": "web-server-01", "hostname": "web01.example.com", "status": "active",
  "ip_address": "203.0.113.10", "location": "us-west",
  "plan": {"id": 1, "name": "Standard VPS", "vcpus": 2, "memory": 4096, "storage": 80},
  "os": {"id": 5, "name": "Ubuntu 22.04 LTS"},
  "created_at": "2025-01-10T14:30:00Z", "updated_at": "2025-01-15T10:20:00Z"},
 {"id": 12346, "name": "db-server-01", "hostname": "db01.example.com", "status": "active",
  "ip_address": "203.0.113.11", "location": "us-east",
  "plan": {"id": 2, "name": "Performance VPS", "vcpus": 4, "memory": 8192, "storage": 160},
  "os": {"id": 3, "name": "Debian 12"},
  "created_at": "2025-01-12T09:15:00Z", "updated_at": "2025-01-16T08:45:00Z"}]}`
	backupsExample = `{"count": 3, "results": [
 {"id": 501, "server": {"id": 12345, "name": "web-server-01"}, "backup_type": "automatic",
  "status": "completed", "size_mb": 4523, "created_at": "2025-01-16T03:00:00Z",
  "expires_at": "2025-02-16T03:00:00Z", "description": "Automatic daily backup"},
 {"id": 499, "server": {"id": 12345, "name": "web-server-01"}, "backup_type": "manual",
  "status": "completed", "size_mb": 4456, "created_at": "2025-01-14T10:30:00Z",
  "expires_at": null, "description": "Pre-update backup"},
 {"id": 495, "server": {"id": 12345, "name": "web-server-01"}, "backup_type": "automatic",
  "status": "completed", "size_mb": 4389, "created_at": "2025-01-15T03:00:00Z",
  "expires_at": "2025-02-15T03:00:00Z", "description": "Automatic daily backup"}]}`
	backupExample = `{"id": 502, "server": {"id": 12345, "name": "web-server-01"}, "backup_type": "manual",
 "status": "in_progress", "size_mb": null, "created_at": "2025-01-16T15:45:00Z", "expires_at": null,
 "description": "Pre-deployment backup",
 "message": "Backup is being created. This may take several minutes depending on server size."}`
	snapshotsExample = `{"count": 2, "results": [
 {"id": 801, "server": {"id": 12345, "name": "web-server-01"}, "name": "pre-migration-snapshot",
  "status": "completed", "size_mb": 5120, "created_at": "2025-01-15T18:30:00Z",
  "description": "Before major migration"},
 {"id": 798, "server": {"id": 12345, "name": "web-server-01"}, "name": "weekly-snapshot-2025-01-08",
  "status": "completed", "size_mb": 4856, "created_at": "2025-01-08T12:00:00Z",
  "description": "Weekly snapshot"}]}`
	snapshotExample = `{"id": 802, "server": {"id": 12345, "name": "web-server-01"}, "name": "before-update-snapshot",
 "status": "in_progress", "size_mb": null, "created_at": "2025-01-16T16:15:00Z",
 "description": "Snapshot before system update",
 "message": "Snapshot is being created. This may take 3-10 minutes depending on server size."}`
	restoreExample = `{"status": "success",
 "message": "Server is being restored from snapshot. This may take 5-15 minutes.",
 "snapshot": {"id": 801, "name": "pre-migration-snapshot", "created_at": "2025-01-15T18:30:00Z"},
 "server": {"id": 12345, "name": "web-server-01", "status": "restoring"}}`
	accountExample = `{"account": {"email": "ops@example.com", "first_name": "", "last_name": "",
 "company_name": "Acme Inc.",
 "created_at": "2024-06-15"}, "token": {"name": "", "permissions": [""]}}`
)

// jsonShape is a JSON text with every value replaced by its type. The keys and their order remain,
// and of a list only the first item.
func jsonShape(t *testing.T, text string) string {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	out, err := readShape(d)
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return out
}

func readShape(d *json.Decoder) (string, error) {
	token, err := d.Token()
	if err != nil {
		return "", err
	}
	open, ok := token.(json.Delim)
	if !ok {
		return fmt.Sprintf("%T", token), nil
	}
	var parts []string
	for d.More() {
		key := ""
		if open == '{' {
			token, err := d.Token()
			if err != nil {
				return "", err
			}
			key = fmt.Sprint(token, ":")
		}
		value, err := readShape(d)
		if err != nil {
			return "", err
		}
		if open == '{' || len(parts) == 0 {
			parts = append(parts, key+value)
		}
	}
	_, err = d.Token()
	return fmt.Sprintf("%c%s", open, strings.Join(parts, " ")), err
}

// compactJSON is a JSON text without whitespace between its parts.
func compactJSON(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(text)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestResponsesHaveTheDocumentedFields(t *testing.T) {
	w := newTestAccount(t, Options{Servers: 2})
	for _, c := range []struct{ method, path, body, want string }{
		{"GET", "/servers/", "", serversExample},
		{"GET", "/backups/", "", backupsExample},
		{"GET", "/snapshots/", "", snapshotsExample},
		{"GET", "/account/me/", "", accountExample},
	} {
		got := w.mustSend(http.StatusOK, c.method, c.path, c.body)
		if jsonShape(t, got) != jsonShape(t, c.want) {
			t.Errorf("%s %s\n got %s\nwant %s", c.method, c.path, jsonShape(t, got), jsonShape(t, c.want))
		}
	}
}

func TestDocumentedPointsExist(t *testing.T) {
	w := newTestAccount(t, Options{})
	// Only the retention of automatic backups differs: the documents' month is not within their own
	// 7 to 30 days.
	backups := strings.NewReplacer("2025-02-16", "2025-01-23", "2025-02-15", "2025-01-22").Replace(backupsExample)
	for path, example := range map[string]string{
		"/backups/?server_id=12345":   backups,
		"/snapshots/?server_id=12345": snapshotsExample,
	} {
		got := w.mustSend(http.StatusOK, "GET", path, "")
		want := decode[struct{ Results []json.RawMessage }](t, example)
		for _, one := range want.Results {
			if !strings.Contains(got, compactJSON(t, string(one))) {
				t.Errorf("GET %s: no %s in\n%s", path, one, got)
			}
		}
	}
	first := decode[struct{ Results []json.RawMessage }](t,
		w.mustSend(http.StatusOK, "GET", "/servers/", "")).Results[0]
	want := compactJSON(t, string(decode[struct{ Results []json.RawMessage }](t, serversExample).Results[0]))
	if facts, _, _ := strings.Cut(want, `"created_at"`); !strings.HasPrefix(string(first), facts) {
		t.Errorf("server\n got %s\nwant %s…", first, facts)
	}
}

func TestActionResponsesMatchTheDocumentedExamples(t *testing.T) {
	w := newTestAccount(t, Options{})
	for _, c := range []struct {
		status             int
		method, path, body string
		want               string
	}{
		{201, "POST", "/backups/", `{"server_id": 12345, "description": "Pre-deployment backup"}`, backupExample},
		{201, "POST", "/snapshots/", `{"server_id": 12345, "name": "before-update-snapshot", ` +
			`"description": "Snapshot before system update"}`,
			strings.Replace(snapshotExample, "16:15", "15:45", 1)},
		{200, "POST", "/snapshots/801/restore/", "", restoreExample},
	} {
		if got := w.mustSend(c.status, c.method, c.path, c.body); got != compactJSON(t, c.want) {
			t.Errorf("%s %s\n got %s\nwant %s", c.method, c.path, got, compactJSON(t, c.want))
		}
	}
}

func TestBackupRestoreResponseMatchesSnapshotRestore(t *testing.T) {
	w := newTestAccount(t, Options{})
	got := w.mustSend(http.StatusOK, "POST", "/servers/12345/restore/", `{"backup_id": 501}`)
	want := `{"status":"success","message":"Server is being restored from backup. This may take several minutes ` +
		`depending on server size.","backup":{"id":501,"created_at":"2025-01-16T03:00:00Z"},` +
		`"server":{"id":12345,"name":"web-server-01","status":"restoring"}}`
	if got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

package api

import (
	"errors"
	"testing"

	"vpsdeck/api/apitest"
	"vpsdeck/model"
)

// actionProofs are 2xx responses to actions on a point, and whether they prove that the action was
// done. If they do not, the lists are searched for it.
var actionProofs = []struct {
	name             string
	status           int
	body             string
	restored, erased bool
}{
	{"the documents' answer to a delete", 204, "", false, true},
	{"the documents' answer to a restore", 200, `{"status": "success", "message": "Server is being restored.",
		"snapshot": {"id": 801}, "server": {"id": 12345, "status": "restoring"}}`, true, true},
	{"the word for success alone", 200, `{"status": "success"}`, true, true},
	{"the same, accepted for later", 202, `{"status": "success"}`, true, false},
	{"the snapshot alone", 200, `{"snapshot": {"id": 801}}`, true, false},
	{"the server's status alone", 200, `{"server": {"id": 12345, "status": "restoring"}}`, true, false},
	{"what was deleted", 200, `{"id": 801, "status": "completed"}`, false, true},
	{"a message without a status", 200, `{"message": "Done."}`, false, false},
	{"another snapshot", 200, `{"status": "success", "id": 802, "snapshot": {"id": 802}}`, false, false},
	{"another ID with the word for success", 200, `{"status": "success", "id": 802}`, true, false},
	{"a backup instead of the snapshot", 200, `{"status": "success", "backup": {"id": 801}}`, false, false},
	{"a failure", 200, `{"status": "error", "id": 801, "snapshot": {"id": 801}}`, false, false},
	{"nothing", 200, "", false, false},
	{"reset content", 205, "", false, false},
	{"accepted, without a body", 202, "", false, false},
	{"a login page", 200, "<!doctype html><title>Free Wi-Fi</title>", false, false},
	{"an empty object", 200, "{}", false, false},
	{"a list", 200, "[]", false, false},
	{"null", 200, "null", false, false},
}

func TestOnlyAnAPIResponseProvesAnAction(t *testing.T) {
	for _, p := range actionProofs {
		t.Run(p.name, func(t *testing.T) {
			c := newClient(t, apitest.Script(t,
				apitest.Call{Method: "POST", Path: "/snapshots/801/restore/", Status: p.status, ResponseBody: p.body},
				apitest.Call{Method: "DELETE", Path: "/snapshots/801/", Status: p.status, ResponseBody: p.body},
			))
			_, err := c.RestoreSnapshot(t.Context(), "801")
			requireProof(t, err, p.restored)
			requireProof(t, c.DeleteSnapshot(t.Context(), "801"), p.erased)
		})
	}
}

// requireProof fails the test unless the action counts as done, or else its outcome as unknown. It
// must never count as refused.
func requireProof(t *testing.T, err error, done bool) {
	t.Helper()
	switch {
	case done && err != nil:
		t.Error(err)
	case !done && !errors.Is(err, model.ErrOutcomeUnknown):
		t.Errorf("the outcome is not unknown, but %v", err)
	case !done:
		checkMessage(t, err)
	}
}

// createProofs are responses to creating a backup and a snapshot “nightly” of the server 12345, and
// whether they match that request.
var createProofs = []struct {
	name                 string
	body                 string
	asBackup, asSnapshot bool
}{
	{"the ID alone", `{"id": 900}`, true, true},
	{"without the values not known yet",
		`{"id": 900, "server": null, "name": "", "description": null, "size_mb": null}`, true, true},
	{"the snapshot", `{"id": 900, "server": {"id": 12345}, "name": "nightly", "status": "in_progress", ` +
		`"description": "why"}`, false, true},
	{"the backup", `{"id": 900, "server": {"id": "12345"}, "backup_type": "manual", "status": "in_progress", ` +
		`"description": "why"}`, true, false},
	{"of another server", `{"id": 900, "server": {"id": 12346}, "status": "in_progress"}`, false, false},
	{"a snapshot of another name", `{"id": 900, "server": {"id": 12345}, "name": "weekly", "status": "in_progress"}`,
		false, false},
	{"of another description", `{"id": 900, "server": {"id": 12345}, "status": "in_progress", "description": "Weekly"}`,
		false, false},
	{"an automatic backup", `{"id": 900, "server": {"id": 12345}, "backup_type": "automatic", "status": "in_progress"}`,
		false, false},
	{"the server itself", `{"id": 12345, "name": "nightly", "hostname": "web01.example.com", "status": "active"}`,
		false, false},
	{"a failure", `{"id": 900, "server": {"id": 12345}, "status": "failed"}`, false, false},
	{"a list", `[{"id": 900}]`, false, false},
}

func TestCreateResponseMustMatchTheRequest(t *testing.T) {
	for _, p := range createProofs {
		t.Run(p.name, func(t *testing.T) {
			c := newClient(t, apitest.Script(t,
				apitest.Call{Method: "POST", Path: "/backups/", Body: `{"server_id": 12345, "description": "why"}`,
					Status: 201, ResponseBody: p.body},
				apitest.Call{Method: "POST", Path: "/snapshots/",
					Body: `{"server_id": 12345, "name": "nightly", "description": "why"}`, Status: 201,
					ResponseBody: p.body},
			))
			backup, err := c.CreateBackup(t.Context(), "12345", "why")
			requireProof(t, err, p.asBackup)
			snapshot, err := c.CreateSnapshot(t.Context(), "12345", "nightly", "why")
			requireProof(t, err, p.asSnapshot)
			// what the answer omits is known from the request
			if p.asBackup && backup.Point.Description != "why" {
				t.Errorf("the backup is %+v", backup.Point)
			}
			if p.asSnapshot && (snapshot.Point.Name != "nightly" || snapshot.Point.Description != "why") {
				t.Errorf("the snapshot is %+v", snapshot.Point)
			}
		})
	}
}

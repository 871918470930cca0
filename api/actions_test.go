package api

import (
	"errors"
	"testing"

	"vpsdeck/api/apitest"
	"vpsdeck/model"
)

// The 2xx answers to deeds on a point, and whether they prove that it was done. What does not is looked for in the lists.
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
	{"the same, taken on for later", 202, `{"status": "success"}`, true, false},
	{"the snapshot alone", 200, `{"snapshot": {"id": 801}}`, true, false},
	{"the server's status alone", 200, `{"server": {"id": 12345, "status": "restoring"}}`, true, false},
	{"what was deleted", 200, `{"id": 801, "status": "completed"}`, false, true},
	{"words that only a person understands", 200, `{"message": "Done."}`, false, false},
	{"another snapshot", 200, `{"status": "success", "id": 802, "snapshot": {"id": 802}}`, false, false},
	{"another ID beside the word for success", 200, `{"status": "success", "id": 802}`, true, false},
	{"a backup in the place of the snapshot", 200, `{"status": "success", "backup": {"id": 801}}`, false, false},
	{"a failure", 200, `{"status": "error", "id": 801, "snapshot": {"id": 801}}`, false, false},
	{"nothing", 200, "", false, false},
	{"no content, and no more content", 205, "", false, false},
	{"taken on, without a word", 202, "", false, false},
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

// requireProof fails the test unless the deed counts as done, or else its outcome as unknown: never as refused.
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

// The answers to creates of a backup and of a snapshot “nightly” of the server 12345, and whether they are about that.
var createProofs = []struct {
	name                 string
	body                 string
	asBackup, asSnapshot bool
}{
	{"the ID alone", `{"id": 900}`, true, true},
	{"without what is not known yet", `{"id": 900, "server": null, "name": "", "description": null, "size_mb": null}`, true, true},
	{"the snapshot", `{"id": 900, "server": {"id": 12345}, "name": "nightly", "status": "in_progress", "description": "why"}`, false, true},
	{"the backup", `{"id": 900, "server": {"id": "12345"}, "backup_type": "manual", "status": "in_progress", "description": "why"}`, true, false},
	{"of another server", `{"id": 900, "server": {"id": 12346}, "status": "in_progress"}`, false, false},
	{"a snapshot of another name", `{"id": 900, "server": {"id": 12345}, "name": "weekly", "status": "in_progress"}`, false, false},
	{"of another description", `{"id": 900, "server": {"id": 12345}, "status": "in_progress", "description": "Weekly"}`, false, false},
	{"an automatic backup", `{"id": 900, "server": {"id": 12345}, "backup_type": "automatic", "status": "in_progress"}`, false, false},
	{"the server itself", `{"id": 12345, "name": "nightly", "hostname": "web01.example.com", "status": "active"}`, false, false},
	{"a list", `[{"id": 900}]`, false, false},
}

func TestCreateResponseMustMatchTheRequest(t *testing.T) {
	for _, p := range createProofs {
		t.Run(p.name, func(t *testing.T) {
			c := newClient(t, apitest.Script(t,
				apitest.Call{Method: "POST", Path: "/backups/", Body: `{"server_id": 12345, "description": "why"}`, Status: 201, ResponseBody: p.body},
				apitest.Call{Method: "POST", Path: "/snapshots/", Body: `{"server_id": 12345, "name": "nightly", "description": "why"}`, Status: 201, ResponseBody: p.body},
			))
			_, err := c.CreateBackup(t.Context(), "12345", "why")
			requireProof(t, err, p.asBackup)
			_, err = c.CreateSnapshot(t.Context(), "12345", "nightly", "why")
			requireProof(t, err, p.asSnapshot)
		})
	}
}

package api

import (
	"errors"
	"testing"

	"vpsdeck/api/apitest"
	"vpsdeck/model"
)

// The 2xx answers to deeds on a point, and whether they prove that it was done. What does not is looked for in the lists.
var proofs = []struct {
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
	{"a failure", 200, `{"status": "error", "id": 801, "snapshot": {"id": 801}}`, false, false},
	{"nothing", 200, "", false, false},
	{"no content, and no more content", 205, "", false, false},
	{"taken on, without a word", 202, "", false, false},
	{"a login page", 200, "<!doctype html><title>Free Wi-Fi</title>", false, false},
	{"an empty object", 200, "{}", false, false},
	{"a list", 200, "[]", false, false},
	{"null", 200, "null", false, false},
}

func TestOnlyWhatTheAPIItselfWouldAnswerProvesThatADeedWasDone(t *testing.T) {
	for _, p := range proofs {
		t.Run(p.name, func(t *testing.T) {
			c := newClient(t, apitest.Script(t,
				apitest.Call{Method: "POST", Path: "/snapshots/801/restore/", Status: p.status, Answer: p.body},
				apitest.Call{Method: "DELETE", Path: "/snapshots/801/", Status: p.status, Answer: p.body},
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
		checkWords(t, err)
	}
}

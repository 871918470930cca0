// Package event finds out what has happened on an account: what failed, is stuck or has ended, and
// which servers meet their policy or no longer do. It is told once, and only of what the account's
// complete lists have shown.
package event

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"vpsdeck/model"
)

// Version is the version of an event's JSON.
const Version = 1

// Kind is what an event is about.
type Kind string

// The kinds of events.
const (
	Failed    Kind = "failed"    // a backup, a snapshot or a restore failed
	Stuck     Kind = "stuck"     // it takes twice as long as usual
	Ended     Kind = "ended"     // it has completed
	Uncovered Kind = "uncovered" // a server no longer meets its policy, or a new one does not meet it
	Covered   Kind = "covered"   // a server meets its policy again
)

// Kinds lists all kinds of events.
func Kinds() []string {
	return []string{string(Failed), string(Stuck), string(Ended), string(Uncovered), string(Covered)}
}

// Event is something that has happened, as JSON for hooks. All texts are cleaned.
type Event struct {
	Version int       `json:"v"`
	ID      string    `json:"id"` // the same when it is sent again, also by another run
	Kind    Kind      `json:"event"`
	Time    time.Time `json:"time"` // when a list showed it, by the API's clock, UTC
	Text    string    `json:"text"` // a sentence without a full stop
	Host    string    `json:"host"` // the API's
	Profile string    `json:"profile,omitempty"`
	Server  Server    `json:"server"`
	Action  string    `json:"action,omitempty"` // create or restore
	Point   *Point    `json:"point,omitempty"`  // the restore point, if it is known
	By      string    `json:"by,omitempty"`     // the member who started it, if vpsdeck serve sent it
	Health  string    `json:"health,omitempty"` // the state of coverage, as in vpsdeck check
	Reasons []string  `json:"reasons,omitempty"`
}

// Server names the server of an event.
type Server struct {
	ID   model.ID `json:"id"`
	Name string   `json:"name"`
}

// Point names the restore point of an event.
type Point struct {
	Kind        string   `json:"kind"` // backup or snapshot
	ID          model.ID `json:"id"`
	Name        string   `json:"name,omitempty"`
	Description string   `json:"description,omitempty"`
}

func newServer(s model.ServerRef) Server {
	return Server{model.ID(model.Clean(string(s.ID))), model.Clean(s.Name)}
}

// newPoint returns the name of a point, or nil if it has no ID.
func newPoint(p model.Point) *Point {
	if p.ID == "" {
		return nil
	}
	return &Point{p.Kind.String(), model.ID(model.Clean(string(p.ID))), model.Clean(p.Name), model.Clean(p.Description)}
}

// eventID returns an ID that is the same whenever the same thing is found out again.
func eventID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:12])
}

package event

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"time"

	"vpsdeck/model"
)

// memoryVersion is the version of the memory's format.
const memoryVersion = 1

// How far the memory reaches.
const (
	// maxGap is how long the program may have been away. After more than that it starts as if
	// for the first time, and tells nothing of the time between.
	maxGap = 24 * time.Hour
	// recent is how old a restore point may be to be news. It is longer than maxGap, because lists
	// may show points late.
	recent = 2 * maxGap
	// kept is how long it is remembered that a point is over. It is longer than recent, because the
	// clock may be behind at the next start, which makes points younger.
	kept = recent + maxGap
)

// Memory is what has been told of an account, so that nothing is told twice. It can be saved as
// JSON, and then lasts over a restart. The zero Memory knows nothing: what it sees first is no news.
type Memory struct {
	Version    int                `json:"v"`
	Policies   string             `json:"policies"`       // a hash of the policies
	At         time.Time          `json:"at"`             // of the last complete reading, on the API's clock
	Covered    bool               `json:"coverage_known"` // the coverage was assessed
	Running    map[string]running `json:"running"`        // the operations under way
	Over       map[string]string  `json:"over"`           // recent points that are over: completed or failed
	NotCovered map[model.ID]bool  `json:"uncovered"`      // the servers that do not meet their policy
}

// running is an operation under way, as the lists have shown it.
type running struct {
	Since time.Time `json:"since"` // by the API's clock
	Stuck bool      `json:"stuck,omitempty"`
	By    string    `json:"by,omitempty"`
}

// How a restore point is over.
const (
	completed = "completed"
	failed    = "failed"
)

// continued returns the memory if it can be continued at a time on the API's clock with these
// policies. Under other policies what is covered now is no news, because only the policies
// have changed. Before the API has answered, the time is this machine's, which may be behind.
func (m Memory) continued(policies model.Policies, now time.Time) Memory {
	if m.Version != memoryVersion || now.Sub(m.At).Abs() > maxGap {
		m = Memory{Version: memoryVersion}
	}
	if hash := hashPolicies(policies); m.Policies != hash {
		m.Policies, m.Covered, m.NotCovered = hash, false, nil
	}
	if m.Running == nil {
		m.Running = map[string]running{}
	}
	if m.Over == nil {
		m.Over = map[string]string{}
	}
	return m
}

func hashPolicies(p model.Policies) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%+v", p))
	return hex.EncodeToString(sum[:12])
}

// pointKey names a restore point in the memory.
func pointKey(k model.Key) string { return k.Kind.String() + "/" + string(k.ID) }

// serverKey names the restore of a server in the memory.
func serverKey(id model.ID) string { return "restore/" + string(id) }

// operationKey names an operation in the memory; "" if it has none.
func operationKey(o model.Operation) string {
	switch {
	case o.Action == model.Restore:
		return serverKey(o.Server.ID)
	case o.Action == model.Create && o.Point.ID != "":
		return pointKey(o.Point.Key())
	}
	return ""
}

// overWord returns how a point is over, or "" if it is not, or its status is not known.
func overWord(p model.Point) string {
	switch {
	case p.Status.Failed():
		return failed
	case p.Status == model.Completed:
		return completed
	}
	return ""
}

// isRecent reports whether a point may be news, at a time on the API's clock. One of unknown age
// may.
func isRecent(p model.Point, now time.Time) bool { return isYounger(p, now, recent) }

// isKept reports whether the end of a point is remembered, at a time on the API's clock.
func isKept(p model.Point, now time.Time) bool { return isYounger(p, now, kept) }

func isYounger(p model.Point, now time.Time, limit time.Duration) bool {
	age, known := p.Age(now)
	return !known || age < limit
}

// Clone returns a copy that later views do not change.
func (m Memory) Clone() Memory {
	m.Running, m.Over, m.NotCovered = maps.Clone(m.Running), maps.Clone(m.Over), maps.Clone(m.NotCovered)
	return m
}

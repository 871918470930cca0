package model

import "time"

// ServerStatus is a server's status as the API returns it. Statuses other than the constants are
// displayed unchanged.
type ServerStatus string

// The statuses that the documents name.
const (
	ServerActive    ServerStatus = "active"    // running [D]
	ServerStopped   ServerStatus = "stopped"   // shut down [D]
	ServerSuspended ServerStatus = "suspended" // blocked by the provider [D]
	ServerRestoring ServerStatus = "restoring" // while a restore overwrites it [E]
)

// Plan is the size of a server.
type Plan struct {
	ID        ID
	Name      string
	VCPUs     int
	MemoryMB  int // MB [I]
	StorageGB int // GB [I]
}

// Server is one virtual server. Times are UTC, and zero if the API gave none.
type Server struct {
	ID        ID
	Name      string
	Hostname  string
	Status    ServerStatus
	IP        string
	Location  string
	Plan      Plan
	OS        string
	CreatedAt time.Time
	UpdatedAt time.Time
}

// ServerRef is a reference from a backup or a snapshot to its server.
type ServerRef struct {
	ID   ID
	Name string
}

// Ref returns a reference to the server.
func (s Server) Ref() ServerRef { return ServerRef{ID: s.ID, Name: s.Name} }

// Failed reports whether the status says that something has failed, in the words that restore points
// have [I]. The documents do not say how a failed restore is shown.
func (s ServerStatus) Failed() bool { return PointStatus(s).Failed() }

// Running reports whether the server is known to be on. A snapshot of it may then be inconsistent
// [D].
func (s Server) Running() bool { return s.Status == ServerActive }

// Suspended reports whether the provider has blocked the server [D]. It is not documented what the
// API refuses then.
func (s Server) Suspended() bool { return s.Status == ServerSuspended }

// CannotChange returns why no action may start on the server now, or "". Only a running restore is
// checked here. The API refuses the rest itself, and does not document which statuses it refuses.
func (s Server) CannotChange() string {
	if s.Status == ServerRestoring {
		return s.Name + " is being restored: wait until it has finished"
	}
	return ""
}

// ServerFilter narrows a list of servers; empty fields do not.
type ServerFilter struct {
	Status   ServerStatus
	Location string
}

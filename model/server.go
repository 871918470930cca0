package model

import "time"

// ServerStatus is a server's state as the API words it. Statuses beyond the constants exist or will: they are shown
// as they came.
type ServerStatus string

// The statuses that the documents name.
const (
	ServerActive    ServerStatus = "active"    // running [D]
	ServerStopped   ServerStatus = "stopped"   // shut down [D]
	ServerSuspended ServerStatus = "suspended" // barred by the provider [D]
	ServerRestoring ServerStatus = "restoring" // while a restore overwrites it [E]
)

// Plan is what a server is made of.
type Plan struct {
	ID        ID
	Name      string
	VCPUs     int
	MemoryMB  int // MB [I]
	StorageGB int // GB [I]
}

// Server is one virtual server. Times are UTC, and zero when the API gave none.
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

// ServerRef is how a backup or a snapshot names its server.
type ServerRef struct {
	ID   ID
	Name string
}

// Ref is the server as its restore points name it.
func (s Server) Ref() ServerRef { return ServerRef{ID: s.ID, Name: s.Name} }

// Running reports whether the server is known to be on, when a snapshot of it may be inconsistent [D].
func (s Server) Running() bool { return s.Status == ServerActive }

// CannotChange is why no deed may start on the server now, or "". Only a running restore is a reason of ours: what else
// the API refuses it says itself, and its list of wrong states is not documented.
func (s Server) CannotChange() string {
	if s.Status == ServerRestoring {
		return s.Name + " is being restored: wait until that has ended"
	}
	return ""
}

// ServerFilter narrows a list of servers; empty fields do not.
type ServerFilter struct {
	Status   ServerStatus
	Location string
}

package sim

import (
	"time"

	"vpsdeck/model"
)

// The responses, field by field in the order of the documents' examples. Times are UTC in whole
// seconds.

type serverJSON struct {
	ID        int64              `json:"id"`
	Name      string             `json:"name"`
	Hostname  string             `json:"hostname"`
	Status    model.ServerStatus `json:"status"`
	IP        string             `json:"ip_address"`
	Location  string             `json:"location"`
	Plan      plan               `json:"plan"`
	OS        system             `json:"os"`
	CreatedAt time.Time          `json:"created_at"`
	UpdatedAt time.Time          `json:"updated_at"`
}

type refJSON struct {
	ID     int64              `json:"id"`
	Name   string             `json:"name"`
	Status model.ServerStatus `json:"status,omitempty"` // only in the response to a restore
}

type backupJSON struct {
	ID          int64             `json:"id"`
	Server      refJSON           `json:"server"`
	Type        model.BackupType  `json:"backup_type"`
	Status      model.PointStatus `json:"status"`
	SizeMB      *int64            `json:"size_mb"` // null until completed
	CreatedAt   time.Time         `json:"created_at"`
	ExpiresAt   *time.Time        `json:"expires_at"` // null: never
	Description string            `json:"description"`
	Message     string            `json:"message,omitempty"` // only in the response to a create
}

type snapshotJSON struct {
	ID          int64             `json:"id"`
	Server      refJSON           `json:"server"`
	Name        string            `json:"name"`
	Status      model.PointStatus `json:"status"`
	SizeMB      *int64            `json:"size_mb"` // null until completed
	CreatedAt   time.Time         `json:"created_at"`
	Description string            `json:"description"`
	Message     string            `json:"message,omitempty"` // only in the response to a create
}

// restoreJSON answers a restore from a snapshot [E], or from a backup in the same shape [I].
type restoreJSON struct {
	Status   string       `json:"status"`
	Message  string       `json:"message"`
	Snapshot *restoredRef `json:"snapshot,omitempty"`
	Backup   *restoredRef `json:"backup,omitempty"`
	Server   refJSON      `json:"server"`
}

type restoredRef struct {
	ID        int64     `json:"id"`
	Name      string    `json:"name,omitempty"` // a backup has none
	CreatedAt time.Time `json:"created_at"`
}

type accountJSON struct {
	Account ownerJSON `json:"account"`
	Token   tokenJSON `json:"token"`
}

type ownerJSON struct {
	Email     string `json:"email"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Company   string `json:"company_name"`
	CreatedAt string `json:"created_at"` // a bare date [E]
}

type tokenJSON struct {
	Name        string   `json:"name"`
	Permissions []string `json:"permissions"`
}

// owner is the account's owner and token.
var owner = accountJSON{
	Account: ownerJSON{
		Email: "ops@example.com", FirstName: "Robin", LastName: "Meyer", Company: "Acme Inc.", CreatedAt: "2024-06-15",
	},
	Token: tokenJSON{
		Name: "vpsdeck demo",
		Permissions: []string{
			"servers:read", "servers:restore", "backups:read", "backups:write", "snapshots:read", "snapshots:write",
		},
	},
}

func (s *server) toJSON(now time.Time) any {
	return serverJSON{
		ID: s.id, Name: s.name, Hostname: s.hostname, Status: s.statusAt(now), IP: s.ip, Location: s.location,
		Plan: s.plan, OS: s.os, CreatedAt: s.created, UpdatedAt: s.updatedAt(now),
	}
}

// toJSON returns the JSON form of a point; the message is empty in a list.
func (p *point) toJSON(now time.Time, message string) any {
	status := p.statusAt(now)
	var sizeMB *int64
	if status == model.Completed {
		size := p.sizeMB
		sizeMB = &size
	}
	ref := refJSON{ID: p.server.id, Name: p.server.name}
	if p.kind == model.Snapshot {
		return snapshotJSON{
			ID: p.id, Server: ref, Name: p.name, Status: status, SizeMB: sizeMB, CreatedAt: p.created,
			Description: p.description, Message: message,
		}
	}
	out := backupJSON{
		ID: p.id, Server: ref, Type: p.backupType(), Status: status, SizeMB: sizeMB, CreatedAt: p.created,
		Description: p.description, Message: message,
	}
	if p.automatic {
		expires := p.expires
		out.ExpiresAt = &expires
	}
	return out
}

package api

import (
	"context"
	"time"

	"vpsdeck/api/apitest"
	"vpsdeck/model"
)

// endpoint is one method of the client, with the call that the documents describe for it.
type endpoint struct {
	name     string
	isAction bool // it changes something
	call     apitest.Call
	doc      string // its response, in testdata
	run      func(context.Context, *Client) (any, error)
	want     any
}

func mustParseTime(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

var webServer = model.ServerRef{ID: "12345", Name: "web-server-01"}

var endpoints = []endpoint{
	{
		name: "Servers", doc: "servers", call: apitest.Call{Path: "/servers/"},
		run: func(ctx context.Context, c *Client) (any, error) { return c.Servers(ctx, model.ServerFilter{}) },
		want: []model.Server{
			{
				ID: "12345", Name: "web-server-01", Hostname: "web01.example.com", Status: model.ServerActive,
				IP: "203.0.113.10", Location: "us-west", OS: "Ubuntu 22.04 LTS",
				Plan:      model.Plan{ID: "1", Name: "Standard VPS", VCPUs: 2, MemoryMB: 4096, StorageGB: 80},
				CreatedAt: mustParseTime("2025-01-10T14:30:00Z"), UpdatedAt: mustParseTime("2025-01-15T10:20:00Z"),
			},
			{
				ID: "12346", Name: "db-server-01", Hostname: "db01.example.com", Status: model.ServerActive,
				IP: "203.0.113.11", Location: "us-east", OS: "Debian 12",
				Plan:      model.Plan{ID: "2", Name: "Performance VPS", VCPUs: 4, MemoryMB: 8192, StorageGB: 160},
				CreatedAt: mustParseTime("2025-01-12T09:15:00Z"), UpdatedAt: mustParseTime("2025-01-16T08:45:00Z"),
			},
		},
	},
	{
		name: "Server", doc: "server", call: apitest.Call{Path: "/servers/12345/"},
		run: func(ctx context.Context, c *Client) (any, error) { return c.Server(ctx, "12345") },
		want: model.Server{
			ID: "12345", Name: "web-server-01", Hostname: "web01.example.com", Status: model.ServerActive,
			IP: "203.0.113.10", Location: "us-west", OS: "Ubuntu 22.04 LTS",
			Plan:      model.Plan{ID: "1", Name: "Standard VPS", VCPUs: 2, MemoryMB: 4096, StorageGB: 80},
			CreatedAt: mustParseTime("2025-01-10T14:30:00Z"), UpdatedAt: mustParseTime("2025-01-15T10:20:00Z"),
		},
	},
	{
		name: "Backups", doc: "backups", call: apitest.Call{Path: "/backups/"},
		run: func(ctx context.Context, c *Client) (any, error) { return c.Backups(ctx, model.BackupFilter{}) },
		want: []model.Point{
			{
				Kind: model.Backup, ID: "501", Server: webServer, Type: model.Automatic, Status: model.Completed,
				SizeMB:    4523,
				CreatedAt: mustParseTime("2025-01-16T03:00:00Z"), ExpiresAt: mustParseTime("2025-02-16T03:00:00Z"),
				Description: "Automatic daily backup",
			},
			{
				Kind: model.Backup, ID: "499", Server: webServer, Type: model.Manual, Status: model.Completed,
				SizeMB:    4456,
				CreatedAt: mustParseTime("2025-01-14T10:30:00Z"), Description: "Pre-update backup",
			},
			{
				Kind: model.Backup, ID: "495", Server: webServer, Type: model.Automatic, Status: model.Completed,
				SizeMB:    4389,
				CreatedAt: mustParseTime("2025-01-15T03:00:00Z"), ExpiresAt: mustParseTime("2025-02-15T03:00:00Z"),
				Description: "Automatic daily backup",
			},
		},
	},
	{
		name: "Snapshots", doc: "snapshots", call: apitest.Call{Path: "/snapshots/"},
		run: func(ctx context.Context, c *Client) (any, error) { return c.Snapshots(ctx, model.SnapshotFilter{}) },
		want: []model.Point{
			{
				Kind: model.Snapshot, ID: "801", Server: webServer, Name: "pre-migration-snapshot",
				Status: model.Completed,
				SizeMB: 5120, CreatedAt: mustParseTime("2025-01-15T18:30:00Z"), Description: "Before major migration",
			},
			{
				Kind: model.Snapshot, ID: "798", Server: webServer, Name: "weekly-snapshot-2025-01-08",
				Status: model.Completed,
				SizeMB: 4856, CreatedAt: mustParseTime("2025-01-08T12:00:00Z"), Description: "Weekly snapshot",
			},
		},
	},
	{
		name: "Account", doc: "account", call: apitest.Call{Path: "/account/me/"},
		run: func(ctx context.Context, c *Client) (any, error) { return c.Account(ctx) },
		want: model.Account{
			Email: "ops@example.com", FirstName: "Ada", LastName: "Lovelace", Company: "Acme Inc.",
			CreatedAt: mustParseTime("2024-06-15T00:00:00Z"), TokenName: "vpsdeck",
			Permissions: []string{"backups:read", "backups:write"},
		},
	},
	{
		name: "CreateBackup", isAction: true, doc: "backup_created",
		call: apitest.Call{
			Method: "POST", Path: "/backups/", Status: 201,
			Body: `{"server_id": 12345, "description": "Pre-deployment backup"}`,
		},
		run: func(ctx context.Context, c *Client) (any, error) {
			return c.CreateBackup(ctx, "12345", "Pre-deployment backup")
		},
		want: model.ActionResult{
			Point: model.Point{
				Kind: model.Backup, ID: "502", Server: webServer, Type: model.Manual, Status: model.InProgress,
				CreatedAt: mustParseTime("2025-01-16T15:45:00Z"), Description: "Pre-deployment backup",
			},
			Message: "Backup is being created. This may take several minutes depending on server size.",
		},
	},
	{
		name: "CreateSnapshot", isAction: true, doc: "snapshot_created",
		call: apitest.Call{
			Method: "POST", Path: "/snapshots/", Status: 201,
			Body: `{"server_id": 12345, "name": "before-update-snapshot", ` +
				`"description": "Snapshot before system update"}`,
		},
		run: func(ctx context.Context, c *Client) (any, error) {
			return c.CreateSnapshot(ctx, "12345", "before-update-snapshot", "Snapshot before system update")
		},
		want: model.ActionResult{
			Point: model.Point{
				Kind: model.Snapshot, ID: "802", Server: webServer, Name: "before-update-snapshot",
				Status:    model.InProgress,
				CreatedAt: mustParseTime("2025-01-16T16:15:00Z"), Description: "Snapshot before system update",
			},
			Message: "Snapshot is being created. This may take 3-10 minutes depending on server size.",
		},
	},
	{
		name: "RestoreBackup", isAction: true, doc: "backup_restored",
		call: apitest.Call{Method: "POST", Path: "/servers/12345/restore/", Body: `{"backup_id": 501}`},
		run:  func(ctx context.Context, c *Client) (any, error) { return c.RestoreBackup(ctx, "12345", "501") },
		want: model.ActionResult{
			Point: model.Point{Kind: model.Backup, ID: "501", Server: webServer,
				CreatedAt: mustParseTime("2025-01-16T03:00:00Z")},
			ServerStatus: model.ServerRestoring, Message: "Server is being restored from backup.",
		},
	},
	{
		name: "RestoreSnapshot", isAction: true, doc: "snapshot_restored",
		call: apitest.Call{Method: "POST", Path: "/snapshots/801/restore/"},
		run:  func(ctx context.Context, c *Client) (any, error) { return c.RestoreSnapshot(ctx, "801") },
		want: model.ActionResult{
			Point: model.Point{
				Kind: model.Snapshot, ID: "801", Server: webServer, Name: "pre-migration-snapshot",
				CreatedAt: mustParseTime("2025-01-15T18:30:00Z"),
			},
			ServerStatus: model.ServerRestoring,
			Message:      "Server is being restored from snapshot. This may take 5-15 minutes.",
		},
	},
	{
		name: "DeleteBackup", isAction: true, call: apitest.Call{Method: "DELETE", Path: "/backups/501/", Status: 204},
		run: func(ctx context.Context, c *Client) (any, error) { return nil, c.DeleteBackup(ctx, "501") },
	},
	{
		name: "DeleteSnapshot", isAction: true, call: apitest.Call{Method: "DELETE", Path: "/snapshots/801/",
			Status: 204},
		run: func(ctx context.Context, c *Client) (any, error) { return nil, c.DeleteSnapshot(ctx, "801") },
	},
}

package ui_test

import (
	"context"

	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// The endpoints, as routedClient and the fault tests name them.
const (
	listServers     = "list servers"
	listBackups     = "list backups"
	listSnapshots   = "list snapshots"
	showAccount     = "account"
	createBackup    = "create backup"
	createSnapshot  = "create snapshot"
	restoreBackup   = "restore backup"
	restoreSnapshot = "restore snapshot"
	deleteBackup    = "delete backup"
	deleteSnapshot  = "delete snapshot"
)

// routedClient is a client that chooses another client for each call.
type routedClient struct {
	command.Client
	route func(endpoint string) (by command.Client, back func()) // done is called after the answer
}

func (d routedClient) Servers(ctx context.Context, filter model.ServerFilter) ([]model.Server, error) {
	by, back := d.route(listServers)
	defer back()
	return by.Servers(ctx, filter)
}

func (d routedClient) Backups(ctx context.Context, filter model.BackupFilter) ([]model.Point, error) {
	by, back := d.route(listBackups)
	defer back()
	return by.Backups(ctx, filter)
}

func (d routedClient) Snapshots(ctx context.Context, filter model.SnapshotFilter) ([]model.Point, error) {
	by, back := d.route(listSnapshots)
	defer back()
	return by.Snapshots(ctx, filter)
}

func (d routedClient) Account(ctx context.Context) (model.Account, error) {
	by, back := d.route(showAccount)
	defer back()
	return by.Account(ctx)
}

func (d routedClient) CreateBackup(ctx context.Context, server model.ID, description string) (model.ActionResult, error) {
	by, back := d.route(createBackup)
	defer back()
	return by.CreateBackup(ctx, server, description)
}

func (d routedClient) CreateSnapshot(ctx context.Context, server model.ID, name, description string) (model.ActionResult, error) {
	by, back := d.route(createSnapshot)
	defer back()
	return by.CreateSnapshot(ctx, server, name, description)
}

func (d routedClient) RestoreBackup(ctx context.Context, server, backup model.ID) (model.ActionResult, error) {
	by, back := d.route(restoreBackup)
	defer back()
	return by.RestoreBackup(ctx, server, backup)
}

func (d routedClient) RestoreSnapshot(ctx context.Context, snapshot model.ID) (model.ActionResult, error) {
	by, back := d.route(restoreSnapshot)
	defer back()
	return by.RestoreSnapshot(ctx, snapshot)
}

func (d routedClient) DeleteBackup(ctx context.Context, backup model.ID) error {
	by, back := d.route(deleteBackup)
	defer back()
	return by.DeleteBackup(ctx, backup)
}

func (d routedClient) DeleteSnapshot(ctx context.Context, snapshot model.ID) error {
	by, back := d.route(deleteSnapshot)
	defer back()
	return by.DeleteSnapshot(ctx, snapshot)
}

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
	route func(endpoint string) (client command.Client, done func()) // done is called after the answer
}

func (r routedClient) Servers(ctx context.Context, filter model.ServerFilter) ([]model.Server, error) {
	client, done := r.route(listServers)
	defer done()
	return client.Servers(ctx, filter)
}

func (r routedClient) Backups(ctx context.Context, filter model.BackupFilter) ([]model.Point, error) {
	client, done := r.route(listBackups)
	defer done()
	return client.Backups(ctx, filter)
}

func (r routedClient) Snapshots(ctx context.Context, filter model.SnapshotFilter) ([]model.Point, error) {
	client, done := r.route(listSnapshots)
	defer done()
	return client.Snapshots(ctx, filter)
}

func (r routedClient) Account(ctx context.Context) (model.Account, error) {
	client, done := r.route(showAccount)
	defer done()
	return client.Account(ctx)
}

func (r routedClient) CreateBackup(ctx context.Context, server model.ID, description string) (model.ActionResult,
	error) {
	client, done := r.route(createBackup)
	defer done()
	return client.CreateBackup(ctx, server, description)
}

func (r routedClient) CreateSnapshot(ctx context.Context, server model.ID, name,
	description string) (model.ActionResult, error) {
	client, done := r.route(createSnapshot)
	defer done()
	return client.CreateSnapshot(ctx, server, name, description)
}

func (r routedClient) RestoreBackup(ctx context.Context, server, backup model.ID) (model.ActionResult, error) {
	client, done := r.route(restoreBackup)
	defer done()
	return client.RestoreBackup(ctx, server, backup)
}

func (r routedClient) RestoreSnapshot(ctx context.Context, snapshot model.ID) (model.ActionResult, error) {
	client, done := r.route(restoreSnapshot)
	defer done()
	return client.RestoreSnapshot(ctx, snapshot)
}

func (r routedClient) DeleteBackup(ctx context.Context, backup model.ID) error {
	client, done := r.route(deleteBackup)
	defer done()
	return client.DeleteBackup(ctx, backup)
}

func (r routedClient) DeleteSnapshot(ctx context.Context, snapshot model.ID) error {
	client, done := r.route(deleteSnapshot)
	defer done()
	return client.DeleteSnapshot(ctx, snapshot)
}

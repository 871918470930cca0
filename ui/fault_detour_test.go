package ui_test

import (
	"context"

	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// The endpoints, as the tests that bend their ways name them.
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

// detour is a client whose calls each take a way of their own.
type detour struct {
	command.Client
	take func(endpoint string) (by command.Client, back func()) // back is called when the answer has come
}

func (d detour) Servers(ctx context.Context, filter model.ServerFilter) ([]model.Server, error) {
	by, back := d.take(listServers)
	defer back()
	return by.Servers(ctx, filter)
}

func (d detour) Backups(ctx context.Context, filter model.BackupFilter) ([]model.Point, error) {
	by, back := d.take(listBackups)
	defer back()
	return by.Backups(ctx, filter)
}

func (d detour) Snapshots(ctx context.Context, filter model.SnapshotFilter) ([]model.Point, error) {
	by, back := d.take(listSnapshots)
	defer back()
	return by.Snapshots(ctx, filter)
}

func (d detour) Account(ctx context.Context) (model.Account, error) {
	by, back := d.take(showAccount)
	defer back()
	return by.Account(ctx)
}

func (d detour) CreateBackup(ctx context.Context, server model.ID, description string) (model.Accepted, error) {
	by, back := d.take(createBackup)
	defer back()
	return by.CreateBackup(ctx, server, description)
}

func (d detour) CreateSnapshot(ctx context.Context, server model.ID, name, description string) (model.Accepted, error) {
	by, back := d.take(createSnapshot)
	defer back()
	return by.CreateSnapshot(ctx, server, name, description)
}

func (d detour) RestoreBackup(ctx context.Context, server, backup model.ID) (model.Accepted, error) {
	by, back := d.take(restoreBackup)
	defer back()
	return by.RestoreBackup(ctx, server, backup)
}

func (d detour) RestoreSnapshot(ctx context.Context, snapshot model.ID) (model.Accepted, error) {
	by, back := d.take(restoreSnapshot)
	defer back()
	return by.RestoreSnapshot(ctx, snapshot)
}

func (d detour) DeleteBackup(ctx context.Context, backup model.ID) error {
	by, back := d.take(deleteBackup)
	defer back()
	return by.DeleteBackup(ctx, backup)
}

func (d detour) DeleteSnapshot(ctx context.Context, snapshot model.ID) error {
	by, back := d.take(deleteSnapshot)
	defer back()
	return by.DeleteSnapshot(ctx, snapshot)
}

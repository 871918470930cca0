package query

import (
	"time"

	"vpsdeck/model"
)

var (
	now = time.Date(2025, 1, 16, 16, 0, 0, 0, time.UTC)
	web = model.ServerRef{ID: "12345", Name: "web-server-01"}
	db  = model.ServerRef{ID: "12346", Name: "db-server-01"}
)

// backup and snapshot return completed points of web-server-01, created that long ago.
func backup(id model.ID, ago time.Duration) model.Point {
	return model.Point{Kind: model.Backup, ID: id, Server: web, Type: model.Manual, Status: model.Completed,
		CreatedAt: now.Add(-ago)}
}

func snapshot(id model.ID, ago time.Duration) model.Point {
	return model.Point{Kind: model.Snapshot, ID: id, Server: web, Name: "s" + string(id), Status: model.Completed,
		CreatedAt: now.Add(-ago)}
}

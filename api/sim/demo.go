package sim

import (
	"time"

	"vpsdeck/model"
)

// demoServer is a server of the demo: what it is, and its state when the account opens.
type demoServer struct {
	name, hostname, location string
	plan                     plan
	os                       system
	status                   model.ServerStatus
	ageDays                  int           // days since it was created
	backupMinute             int           // of its automatic backups, after 02:30 UTC
	noAutoBackups            bool          // it has no automatic backups
	usedMB                   int64         // MB
	restoringFor             time.Duration // how long its restore has been running; 0: none is
	latestBackups            []demoBackup  // what is special about its latest automatic backups, newest first
	points                   []demoPoint   // created by hand
}

// demoBackup is what is special about one automatic backup; fields that are zero are not.
type demoBackup struct {
	id, sizeMB int64
	failed     bool
}

// demoPoint is a restore point that somebody created.
type demoPoint struct {
	kind        model.Kind
	ago         time.Duration // before the account opened
	name        string        // DATE is replaced by the day
	description string
	id, sizeMB  int64 // zero: assigned as usual
}

func manualBackup(ago time.Duration, description string) demoPoint {
	return demoPoint{kind: model.Backup, ago: ago, description: description}
}

func manualSnapshot(ago time.Duration, name, description string) demoPoint {
	return demoPoint{kind: model.Snapshot, ago: ago, name: name, description: description}
}

// withIDAndSize sets the id and the size (MB) that the point has in the documents' examples.
func (p demoPoint) withIDAndSize(id, sizeMB int64) demoPoint {
	p.id, p.sizeMB = id, sizeMB
	return p
}

// demoRestoreTime is how long the restore takes that is running when the account opens.
const demoRestoreTime = 12 * time.Minute

// demoServers is the fleet of the demo. The first two servers are the documents' [E]. Each of the
// others shows one state that a user has to notice: no restore point, only old points, a full
// quota, a running restore.
var demoServers = []demoServer{
	{
		name: "web-server-01", hostname: "web01.example.com", location: "us-west", plan: standard, os: ubuntu22,
		status: model.ServerActive, ageDays: 410, backupMinute: 30, usedMB: 5200,
		latestBackups: []demoBackup{{id: 501, sizeMB: 4523}, {id: 495, sizeMB: 4389}},
		points: []demoPoint{
			manualBackup(2*day+5*time.Hour+15*time.Minute, "Pre-update backup").withIDAndSize(499, 4456),
			manualSnapshot(21*time.Hour+15*time.Minute, "pre-migration-snapshot",
				"Before major migration").withIDAndSize(801, 5120),
			manualSnapshot(8*day+3*time.Hour+45*time.Minute, "weekly-snapshot-DATE",
				"Weekly snapshot").withIDAndSize(798, 4856),
		},
	},
	{
		name: "db-server-01", hostname: "db01.example.com", location: "us-east", plan: performance, os: debian12,
		status: model.ServerActive, ageDays: 402, backupMinute: 12, usedMB: 61300,
		points: []demoPoint{
			manualBackup(33*day+2*time.Hour, "Month end, books are closed"),
			manualSnapshot(6*day+3*time.Hour, "before-pg16-upgrade", "PostgreSQL 15 still here, roll back to this one"),
			manualSnapshot(13*day+22*time.Hour, "before-index-rebuild", "Nightly window, orders table"),
			manualSnapshot(20*day+5*time.Hour, "before-schema-change", "Adds tax columns to invoices"),
			manualSnapshot(34*day+1*time.Hour, "pre-minor-update", ""),
			manualSnapshot(62*day+7*time.Hour, "known-good",
				"Last one before the new reports, ask Maya before deleting"),
		},
	},
	{
		name: "db-server-02", hostname: "db02.example.com", location: "us-east", plan: performance, os: debian12,
		status: model.ServerActive, ageDays: 19, noAutoBackups: true, usedMB: 22800,
	},
	{
		name: "mail-01", hostname: "mail.example.com", location: "eu-central", plan: basic, os: debian11,
		status: model.ServerActive, ageDays: 890, noAutoBackups: true, usedMB: 17900,
		points: []demoPoint{
			manualBackup(9*day+2*time.Hour, "Before the TLS certificate change"),
			manualBackup(37*day+6*time.Hour, "After moving the mailboxes"),
		},
	},
	{
		name: "web-server-02", hostname: "web02.example.com", location: "us-west", plan: standard, os: ubuntu22,
		status: model.ServerActive, ageDays: 408, backupMinute: 34, usedMB: 5900,
		points: []demoPoint{
			manualSnapshot(2*time.Minute, "before-nginx-update", "nginx 1.28, see ticket 4117"),
			manualSnapshot(16*day+9*time.Hour, "before-php-upgrade", "PHP 8.2 to 8.3"),
		},
	},
	{
		name: "web-server-03", hostname: "web03.example.com", location: "eu-central", plan: standard, os: ubuntu24,
		status: model.ServerActive, ageDays: 233, backupMinute: 38, usedMB: 6400, restoringFor: 4 * time.Minute,
		points: []demoPoint{
			manualSnapshot(2*day+5*time.Hour, "before-theme-release", "Shop theme 7.2"),
			manualSnapshot(8*day+4*time.Hour, "weekly-DATE", "Weekly snapshot"),
		},
	},
	{
		name: "cache-01", hostname: "cache01.example.com", location: "us-west", plan: basic, os: debian12,
		status: model.ServerStopped, ageDays: 305, backupMinute: 5, usedMB: 2700,
	},
	{
		name: "ci-runner-01", hostname: "ci01.example.com", location: "eu-central", plan: performance, os: ubuntu24,
		status: model.ServerActive, ageDays: 151, backupMinute: 44, usedMB: 38100,
		points: []demoPoint{manualSnapshot(11*day+1*time.Hour, "clean-image", "Fresh runner, caches emptied")},
	},
	{
		name: "ci-runner-02", hostname: "ci02.example.com", location: "eu-central", plan: performance, os: ubuntu24,
		status: model.ServerActive, ageDays: 151, backupMinute: 49, usedMB: 41700,
		latestBackups: []demoBackup{{failed: true}},
		points: []demoPoint{manualSnapshot(11*day+50*time.Minute, "clean-image",
			"Fresh runner, caches emptied")},
	},
	{
		name: "vpn-gw", hostname: "vpn.example.com", location: "us-east", plan: basic, os: debian12,
		status: model.ServerActive, ageDays: 640, backupMinute: 2, usedMB: 1900,
		points: []demoPoint{manualBackup(52*day+3*time.Hour, "Before rotating the WireGuard keys")},
	},
	{
		name: "staging-01", hostname: "staging.example.com", location: "us-west", plan: standard, os: ubuntu24,
		status: model.ServerActive, ageDays: 287, noAutoBackups: true, usedMB: 12400,
		points: []demoPoint{
			manualBackup(20*time.Hour, "Release 5.4, second candidate"),
			manualBackup(3*day+1*time.Hour, "Release 5.4, first candidate"),
			manualBackup(10*day+2*time.Hour, "Before the checkout rewrite lands"),
			manualBackup(17*day+5*time.Hour, "Release 5.3"),
			manualBackup(24*day+3*time.Hour, "Load test data, do not lose"),
			manualBackup(38*day+20*time.Hour, "Release 5.2"),
			manualBackup(45*day+4*time.Hour, ""),
			manualBackup(59*day+6*time.Hour, "Release 5.1"),
			manualBackup(80*day+2*time.Hour, "Demo for the board"),
			manualBackup(101*day+7*time.Hour, "Release 5.0"),
			manualSnapshot(3*day+30*time.Minute, "before-seed-data", ""),
		},
	},
	{
		name: "legacy-app", hostname: "legacy.example.com", location: "us-east", plan: basic, os: debian11,
		status: model.ServerSuspended, ageDays: 1460, noAutoBackups: true, usedMB: 9300,
		points: []demoPoint{manualBackup(21*day+3*time.Hour, "Last copy before it was switched off")},
	},
}

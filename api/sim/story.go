package sim

import (
	"time"

	"vpsdeck/model"
)

// tale is a server of the demo: what it is, and what has happened to it when the account opens.
type tale struct {
	name, hostname, location string
	plan                     plan
	os                       system
	status                   model.ServerStatus
	age                      int           // days since it was made
	minute                   int           // of its automatic backups, after 02:30 UTC
	manual                   bool          // it has no automatic backups
	usedMB                   int64         // MB
	restoring                time.Duration // since when it is being restored; 0: it is not
	last                     []night       // what is special about its latest automatic backups, newest first
	points                   []memory      // made by hand
}

// night is what is special about one automatic backup; zero fields are not.
type night struct {
	id, sizeMB int64
	failed     bool
}

// memory is a restore point that somebody made.
type memory struct {
	kind        model.Kind
	ago         time.Duration // before the account opened
	name        string        // DATE stands for the day
	description string
	id, sizeMB  int64 // zero: as it comes
}

func backup(ago time.Duration, description string) memory {
	return memory{kind: model.Backup, ago: ago, description: description}
}

func snapshot(ago time.Duration, name, description string) memory {
	return memory{kind: model.Snapshot, ago: ago, name: name, description: description}
}

// as gives a memory the id and the size (MB) that it has in the documents' examples.
func (m memory) as(id, sizeMB int64) memory {
	m.id, m.sizeMB = id, sizeMB
	return m
}

// restoreTakes is how long the restore lasts that runs when the account opens.
const restoreTakes = 12 * time.Minute

// story is the fleet of the demo. The first two servers are the documents' [E]; the others each show one thing that a
// person at the keyboard has to see: nothing to go back to, only old points, a full quota, a restore under way.
var story = []tale{
	{
		name: "web-server-01", hostname: "web01.example.com", location: "us-west", plan: standard, os: ubuntu22,
		status: model.ServerActive, age: 410, minute: 30, usedMB: 5200,
		last: []night{{id: 501, sizeMB: 4523}, {id: 495, sizeMB: 4389}},
		points: []memory{
			backup(2*day+5*time.Hour+15*time.Minute, "Pre-update backup").as(499, 4456),
			snapshot(21*time.Hour+15*time.Minute, "pre-migration-snapshot", "Before major migration").as(801, 5120),
			snapshot(8*day+3*time.Hour+45*time.Minute, "weekly-snapshot-DATE", "Weekly snapshot").as(798, 4856),
		},
	},
	{
		name: "db-server-01", hostname: "db01.example.com", location: "us-east", plan: performance, os: debian12,
		status: model.ServerActive, age: 402, minute: 12, usedMB: 61300,
		points: []memory{
			backup(33*day+2*time.Hour, "Month end, books are closed"),
			snapshot(6*day+3*time.Hour, "before-pg16-upgrade", "PostgreSQL 15 still here, roll back to this one"),
			snapshot(13*day+22*time.Hour, "before-index-rebuild", "Nightly window, orders table"),
			snapshot(20*day+5*time.Hour, "before-schema-change", "Adds tax columns to invoices"),
			snapshot(34*day+1*time.Hour, "pre-minor-update", ""),
			snapshot(62*day+7*time.Hour, "known-good", "Last one before the new reports, ask Maya before deleting"),
		},
	},
	{
		name: "db-server-02", hostname: "db02.example.com", location: "us-east", plan: performance, os: debian12,
		status: model.ServerActive, age: 19, manual: true, usedMB: 22800,
	},
	{
		name: "mail-01", hostname: "mail.example.com", location: "eu-central", plan: basic, os: debian11,
		status: model.ServerActive, age: 890, manual: true, usedMB: 17900,
		points: []memory{
			backup(9*day+2*time.Hour, "Before the TLS certificate change"),
			backup(37*day+6*time.Hour, "After moving the mailboxes"),
		},
	},
	{
		name: "web-server-02", hostname: "web02.example.com", location: "us-west", plan: standard, os: ubuntu22,
		status: model.ServerActive, age: 408, minute: 34, usedMB: 5900,
		points: []memory{
			snapshot(2*time.Minute, "before-nginx-update", "nginx 1.28, see ticket 4117"),
			snapshot(16*day+9*time.Hour, "before-php-upgrade", "PHP 8.2 to 8.3"),
		},
	},
	{
		name: "web-server-03", hostname: "web03.example.com", location: "eu-central", plan: standard, os: ubuntu24,
		status: model.ServerActive, age: 233, minute: 38, usedMB: 6400, restoring: 4 * time.Minute,
		points: []memory{
			snapshot(2*day+5*time.Hour, "before-theme-release", "Shop theme 7.2"),
			snapshot(8*day+4*time.Hour, "weekly-DATE", "Weekly snapshot"),
		},
	},
	{
		name: "cache-01", hostname: "cache01.example.com", location: "us-west", plan: basic, os: debian12,
		status: model.ServerStopped, age: 305, minute: 5, usedMB: 2700,
	},
	{
		name: "ci-runner-01", hostname: "ci01.example.com", location: "eu-central", plan: performance, os: ubuntu24,
		status: model.ServerActive, age: 151, minute: 44, usedMB: 38100,
		points: []memory{snapshot(11*day+1*time.Hour, "clean-image", "Fresh runner, caches emptied")},
	},
	{
		name: "ci-runner-02", hostname: "ci02.example.com", location: "eu-central", plan: performance, os: ubuntu24,
		status: model.ServerActive, age: 151, minute: 49, usedMB: 41700,
		last:   []night{{failed: true}},
		points: []memory{snapshot(11*day+50*time.Minute, "clean-image", "Fresh runner, caches emptied")},
	},
	{
		name: "vpn-gw", hostname: "vpn.example.com", location: "us-east", plan: basic, os: debian12,
		status: model.ServerActive, age: 640, minute: 2, usedMB: 1900,
		points: []memory{backup(52*day+3*time.Hour, "Before rotating the WireGuard keys")},
	},
	{
		name: "staging-01", hostname: "staging.example.com", location: "us-west", plan: standard, os: ubuntu24,
		status: model.ServerActive, age: 287, manual: true, usedMB: 12400,
		points: []memory{
			backup(20*time.Hour, "Release 5.4, second candidate"),
			backup(3*day+1*time.Hour, "Release 5.4, first candidate"),
			backup(10*day+2*time.Hour, "Before the checkout rewrite lands"),
			backup(17*day+5*time.Hour, "Release 5.3"),
			backup(24*day+3*time.Hour, "Load test data, do not lose"),
			backup(38*day+20*time.Hour, "Release 5.2"),
			backup(45*day+4*time.Hour, ""),
			backup(59*day+6*time.Hour, "Release 5.1"),
			backup(80*day+2*time.Hour, "Demo for the board"),
			backup(101*day+7*time.Hour, "Release 5.0"),
			snapshot(3*day+30*time.Minute, "before-seed-data", ""),
		},
	},
	{
		name: "legacy-app", hostname: "legacy.example.com", location: "us-east", plan: basic, os: debian11,
		status: model.ServerSuspended, age: 1460, manual: true, usedMB: 9300,
		points: []memory{backup(21*day+3*time.Hour, "Last copy before it was switched off")},
	},
}

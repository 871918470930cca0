package sim

import "time"

// plan is a server's size, and how long its automatic backups are kept.
type plan struct {
	ID        int64         `json:"id"`
	Name      string        `json:"name"`
	VCPUs     int           `json:"vcpus"`
	Memory    int           `json:"memory"`  // MB [I]
	Storage   int           `json:"storage"` // GB [I]
	retention time.Duration // 7 to 30 days [D]; the time for each plan is ours [I]
}

// system is an operating system.
type system struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// The plans and systems; those with the ids 1, 2 and 5, 3 are the documents' [E].
var (
	standard    = plan{1, "Standard VPS", 2, 4096, 80, 7 * day}
	performance = plan{2, "Performance VPS", 4, 8192, 160, 14 * day}
	enterprise  = plan{3, "Enterprise VPS", 8, 16384, 320, 30 * day}
	basic       = plan{4, "Basic VPS", 1, 2048, 40, 7 * day}

	debian11 = system{2, "Debian 11"}
	debian12 = system{3, "Debian 12"}
	ubuntu22 = system{5, "Ubuntu 22.04 LTS"}
	ubuntu24 = system{6, "Ubuntu 24.04 LTS"}
	rocky9   = system{7, "Rocky Linux 9"}
)

// locations are those seen in the documents [E].
var locations = []string{"us-west", "us-east", "eu-central"}

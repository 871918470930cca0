// Command vpsdeck is a terminal dashboard for the backups and snapshots of VPS.org servers.
package main

import (
	"context"
	"os"

	"vpsdeck/internal/cli"
)

func main() { os.Exit(int(cli.Run(context.Background(), os.Args[1:]))) }

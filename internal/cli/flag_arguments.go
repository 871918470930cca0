package cli

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagArguments names the argument of each flag that takes one, for the help and the man page.
var flagArguments = map[string]string{
	"age": "DURATION", "api-url": "URL", "appear-late": "DURATION", "backup": "ID", "backup-max-age": "AGE",
	"before": "TIME", "block-ipv4": "BITS", "block-ipv6": "BITS",
	"config": "FILE", "cut-lists": "MODE", "date": "DATE", "description": "TEXT", "fault": "FAULT",
	"filter": "FILTER", "host-key": "FILE", "idle": "DURATION", "keep": "PLACE", "lag": "DURATION",
	"linger": "DURATION", "listen": "ADDRESS", "log": "FORMAT", "logins": "N",
	"logins-per-block": "N", "logins-per-minute": "N", "min-backups": "N",
	"min-snapshots": "N", "name": "TEXT", "output": "FORMAT", "profile": "NAME", "replicas": "N", "seed": "N",
	"server": "SERVER", "servers": "N", "sessions": "N", "sessions-per-address": "N", "sessions-per-user": "N",
	"snapshot": "ID", "snapshot-max-age": "AGE", "speed": "N", "start-late": "DURATION", "stop-phase": "DURATION",
	"explain": "SERVER", "keep-daily": "N", "keep-hourly": "N", "keep-last": "N", "keep-monthly": "N",
	"metrics": "ADDRESS", "format": "FORMAT", "since": "DURATION", "if-older-than": "AGE",
	"keep-weekly": "N", "keep-within": "AGE", "keep-yearly": "N", "protect": "GLOB",
	"timeout": "DURATION", "token": "TOKEN", "total": "DURATION", "users": "FILE", "vanish": "N", "view": "VIEW",
}

// showFlagArguments adds the arguments to the flags' names: --config FILE. The libraries that draw
// the help and the man page print only names. It must be called after the command line was parsed.
func showFlagArguments(cmd *cobra.Command) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		argument := flagArguments[f.Name]
		if f.Name == "output" && f.Shorthand == "" { // where -o is the format, or there is none
			argument = "FILE"
		}
		if argument != "" && f.Value.Type() != "bool" {
			f.Name += " " + argument
		}
	})
	for _, sub := range cmd.Commands() {
		showFlagArguments(sub)
	}
}

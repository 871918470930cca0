package settings

import (
	"vpsdeck/model"
	"vpsdeck/model/retention"
)

// RetentionRule is a [[retention]] of the config as written: which restore points vpsdeck prune
// keeps.
type RetentionRule struct {
	Server      string   `toml:"server"`    // a glob or an ID; "": every server
	Kind        string   `toml:"kind"`      // "backups" or "snapshots"; "": both
	Automatic   bool     `toml:"automatic"` // automatic backups can go too
	Protect     []string `toml:"protect"`   // globs for names and descriptions that always stay
	KeepLast    int      `toml:"keep_last"`
	KeepHourly  int      `toml:"keep_hourly"`
	KeepDaily   int      `toml:"keep_daily"`
	KeepWeekly  int      `toml:"keep_weekly"`
	KeepMonthly int      `toml:"keep_monthly"`
	KeepYearly  int      `toml:"keep_yearly"`
	KeepWithin  string   `toml:"keep_within"` // such as "36h" or "7d"
}

// The values of RetentionRule.Kind.
const (
	kindBackups   = "backups"
	kindSnapshots = "snapshots"
)

// parseRetention parses the retention rules of the config. Its errors are of type Error with
// ExitConfig and name the rule by its number, counted from 1, and by where the config has it.
func parseRetention(rules []RetentionRule, position func(rule int) string) ([]retention.Policy, error) {
	var out []retention.Policy
	for i, r := range rules {
		wrong := func(why string) error {
			return Errorf(ExitConfig, "%s: retention rule %d: %s", position(i+1), i+1, why)
		}
		policy := retention.Policy{Automatic: r.Automatic, Protect: r.Protect, Rules: retention.Rules{
			Last: r.KeepLast, Hourly: r.KeepHourly, Daily: r.KeepDaily, Weekly: r.KeepWeekly, Monthly: r.KeepMonthly,
			Yearly: r.KeepYearly,
		}}
		if r.Server != "" {
			policy.Servers = []string{r.Server}
		}
		switch r.Kind {
		case "":
		case kindBackups:
			policy.Kinds = []model.Kind{model.Backup}
		case kindSnapshots:
			policy.Kinds = []model.Kind{model.Snapshot}
		default:
			return nil, wrong(`kind cannot be "` + model.Clean(r.Kind) + `"; valid: backups, snapshots`)
		}
		if r.KeepWithin != "" {
			within, err := model.ParseAge(r.KeepWithin)
			if err != nil {
				return nil, wrong("keep_within: " + err.Error())
			}
			policy.Rules.Within = within
		}
		if problems := policy.Rules.Check(); len(problems) > 0 {
			return nil, wrong(problems[0].Message)
		}
		out = append(out, policy)
	}
	return out, nil
}

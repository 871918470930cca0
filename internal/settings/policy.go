package settings

import (
	"vpsdeck/model"
)

// parsePolicies parses the policy rules of the config. Fields that a rule leaves out are as in
// [model.DefaultPolicy]. Its errors are of type Error with ExitConfig and name the rule by its
// number, counted from 1, and by where the config has it.
func parsePolicies(rules []PolicyRule, position func(rule int) string) (model.Policies, error) {
	var out model.Policies
	for i, r := range rules {
		rule := model.PolicyRule{Server: r.Server, Location: r.Location, Plan: r.Plan, OS: r.OS,
			Policy: model.DefaultPolicy()}
		rule.Policy.Automatic = r.Automatic
		for _, kind := range []struct {
			requirement *model.Requirement
			key         string
			maxAge      *string
			min         *int
		}{
			{&rule.Policy.Backups, "backup_max_age", r.BackupMaxAge, r.MinBackups},
			{&rule.Policy.Snapshots, "snapshot_max_age", r.SnapshotMaxAge, r.MinSnapshots},
		} {
			kind.requirement.Min = firstSet(kind.requirement.Min, kind.min)
			if kind.maxAge == nil {
				continue
			}
			age, err := model.ParseAge(*kind.maxAge)
			if err != nil {
				return nil, Errorf(ExitConfig, "%s: policy rule %d: %s: %s", position(i+1), i+1, kind.key, err)
			}
			kind.requirement.MaxAge = age
		}
		out = append(out, rule)
		if problems := out.Check(); len(problems) > 0 {
			return nil, Errorf(ExitConfig, "%s: %s", position(i+1), problems[0].Message)
		}
	}
	return out, nil
}

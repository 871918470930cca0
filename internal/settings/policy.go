package settings

import (
	"vpsdeck/model"
)

// parsePolicies reads the rules of the config; what a rule leaves open is as in [model.DefaultPolicy]. Its errors are Faults with
// ExitConfig and name the rule by its place.
func parsePolicies(rules []PolicyRule, place string) (model.Policies, error) {
	var out model.Policies
	for i, r := range rules {
		rule := model.PolicyRule{Server: r.Server, Location: r.Location, Policy: model.DefaultPolicy()}
		for _, kind := range []struct {
			wanted *model.Requirement
			key    string
			maxAge *string
			min    *int
		}{
			{&rule.Policy.Backups, "backup_max_age", r.BackupMaxAge, r.MinBackups},
			{&rule.Policy.Snapshots, "snapshot_max_age", r.SnapshotMaxAge, r.MinSnapshots},
		} {
			kind.wanted.Min = firstSet(kind.wanted.Min, kind.min)
			if kind.maxAge == nil {
				continue
			}
			age, err := model.ParseAge(*kind.maxAge)
			if err != nil {
				return nil, Errorf(ExitConfig, "%s: policy rule %d: %s: %s", place, i+1, kind.key, err)
			}
			kind.wanted.MaxAge = age
		}
		out = append(out, rule)
	}
	if problems := out.Check(); len(problems) > 0 {
		return nil, Errorf(ExitConfig, "%s: %s", place, problems[0].Message)
	}
	return out, nil
}

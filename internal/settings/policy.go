package settings

import (
	"vpsdeck/model"
)

// policies reads the rules of the config; what a rule leaves open is as in [model.DefaultPolicy]. Its errors are Faults with
// ExitConfig and name the rule by its place.
func policies(rules []PolicyRule, place string) (model.Policies, error) {
	var out model.Policies
	for i, r := range rules {
		rule := model.PolicyRule{Server: r.Server, Location: r.Location, Policy: model.DefaultPolicy()}
		rule.Policy.MinPoints = first(rule.Policy.MinPoints, r.MinPoints)
		if r.MaxAge != nil {
			age, err := model.ParseAge(*r.MaxAge)
			if err != nil {
				return nil, Faultf(ExitConfig, "%s: policy rule %d: max_age: %s", place, i+1, err)
			}
			rule.Policy.MaxAge = age
		}
		out = append(out, rule)
	}
	if problems := out.Check(); len(problems) > 0 {
		return nil, Faultf(ExitConfig, "%s: %s", place, problems[0].Words)
	}
	return out, nil
}

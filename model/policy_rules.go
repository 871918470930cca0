package model

import (
	"fmt"
	"time"

	"vpsdeck/model/pattern"
)

// PolicyRule applies a policy to servers. Empty globs match every server; see [pattern.MatchGlob].
type PolicyRule struct {
	Server   string // a glob for the server's name
	Location string // a glob for its location
	Policy   Policy
}

// Policies are rules in order: the first that matches a server applies, or else [DefaultPolicy]. A
// last rule without globs replaces the default.
type Policies []PolicyRule

// maxRulePoints is the most points that a rule may require. Automatic backups usually live 30 days
// [D], and there are at most 10 manual ones and 5 snapshots [D].
const maxRulePoints = 100

// For returns the policy that applies to the server.
func (p Policies) For(s Server) Policy {
	for _, rule := range p {
		if rule.fits(s) {
			return rule.Policy
		}
	}
	return DefaultPolicy()
}

func (r PolicyRule) fits(s Server) bool {
	return (r.Server == "" || pattern.MatchGlob(r.Server, s.Name)) && (r.Location == "" || pattern.MatchGlob(r.Location, s.Location))
}

// Check reports impossible values in the rules, one problem each.
func (p Policies) Check() []Problem {
	var problems []Problem
	for i, rule := range p {
		for _, kind := range []Kind{Backup, Snapshot} {
			w := rule.Policy.ForKind(kind)
			if w.MaxAge < 0 || w.MaxAge > longestAge {
				problems = append(problems, rule.problem(i, fmt.Sprintf("%s_max_age cannot be %s: write an age from "+
					"0h (any) to 100y", kind, formatSigned(w.MaxAge))))
			}
			if w.Min < 0 || w.Min > maxRulePoints {
				problems = append(problems, rule.problem(i,
					fmt.Sprintf("min_%ss cannot be %d: write a number from 0 (none) to %d", kind, w.Min,
						maxRulePoints)))
			}
		}
	}
	return problems
}

// Unmatched reports the rules that apply to no server, to reveal mistakes in globs. Rules without
// globs are not reported.
func (p Policies) Unmatched(servers []Server) []Problem {
	used, fitted := make([]int, len(p)), make([]int, len(p))
	for _, s := range servers {
		taken := false
		for i, rule := range p {
			if !rule.fits(s) {
				continue
			}
			fitted[i]++
			if !taken {
				used[i]++
			}
			taken = true
		}
	}
	var problems []Problem
	for i, rule := range p {
		switch {
		case used[i] > 0 || rule.Server == "" && rule.Location == "":
		case fitted[i] > 0:
			problems = append(problems, rule.problem(i, "an earlier rule applies to each server that it matches: "+
				"move it up"))
		default:
			problems = append(problems, rule.problem(i, "it matches no server of this account: * matches any "+
				"characters, ? matches one"))
		}
	}
	return problems
}

// problem describes the rule as the user knows it, counted from 1.
func (r PolicyRule) problem(i int, why string) Problem {
	about := "every server"
	switch {
	case r.Server != "" && r.Location != "":
		about = fmt.Sprintf("server %s, location %s", r.Server, r.Location)
	case r.Server != "":
		about = "server " + r.Server
	case r.Location != "":
		about = "location " + r.Location
	}
	return Problem{Message: Clean(fmt.Sprintf("policy rule %d (%s): %s", i+1, about, why))}
}

func formatSigned(d time.Duration) string {
	if d < 0 {
		return "-" + FormatDuration(-d)
	}
	return FormatDuration(d)
}

package model

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"vpsdeck/model/pattern"
)

// PolicyRule applies a policy to servers. Empty globs match every server; see [pattern.MatchGlob].
type PolicyRule struct {
	Server   string // a glob for the server's name
	Location string // a glob for its location
	Plan     string // a glob for the name of its plan
	OS       string // a glob for its operating system
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
	if i := p.Match(s); i >= 0 {
		return p[i].Policy
	}
	return DefaultPolicy()
}

// Match returns the index of the rule that applies to the server, or -1 for the default policy.
func (p Policies) Match(s Server) int {
	return slices.IndexFunc(p, func(r PolicyRule) bool { return r.fits(s) })
}

// condition is one glob of a rule.
type condition struct{ name, glob, value string }

// conditions returns the rule's globs that narrow it, with the server's values.
func (r PolicyRule) conditions(s Server) []condition {
	return slices.DeleteFunc([]condition{
		{"server", r.Server, s.Name}, {"location", r.Location, s.Location}, {"plan", r.Plan, s.Plan.Name},
		{"os", r.OS, s.OS},
	}, func(c condition) bool { return c.glob == "" })
}

// Explain says of each rule up to the one that applies why it matches the server or not, a sentence
// each. The last sentence says what the server must have.
func (p Policies) Explain(s Server) []string {
	var out []string
	match := p.Match(s)
	for i, r := range p {
		if match >= 0 && i > match {
			break
		}
		var matched, missed []string
		for _, c := range r.conditions(s) {
			if pattern.MatchGlob(c.glob, c.value) {
				matched = append(matched, fmt.Sprintf("its %s %s matches %s", c.name, c.value, c.glob))
			} else {
				missed = append(missed, fmt.Sprintf("its %s %s does not match %s", c.name, c.value, c.glob))
			}
		}
		switch {
		case len(missed) > 0:
			out = append(out, fmt.Sprintf("policy rule %d does not apply: %s", i+1, strings.Join(missed, ", ")))
		case len(matched) == 0:
			out = append(out, fmt.Sprintf("policy rule %d applies: it is for every server", i+1))
		default:
			out = append(out, fmt.Sprintf("policy rule %d applies: %s", i+1, strings.Join(matched, ", ")))
		}
	}
	if match < 0 {
		out = append(out, "the default policy applies")
	}
	return append(out, "it must have "+p.For(s).String())
}

// String describes what the policy requires.
func (p Policy) String() string {
	var parts []string
	for _, kind := range []Kind{Backup, Snapshot} {
		w := p.ForKind(kind)
		if w.Need() == 0 {
			continue
		}
		text := Pluralize(w.Need(), "usable "+kind.String())
		if w.MaxAge > 0 {
			text += ", the newest at most " + FormatDuration(w.MaxAge) + " old"
		}
		parts = append(parts, text)
	}
	if p.Automatic {
		parts = append(parts, "an automatic backup that succeeded")
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, "; ")
}

func (r PolicyRule) fits(s Server) bool {
	return !slices.ContainsFunc(r.conditions(s), func(c condition) bool { return !pattern.MatchGlob(c.glob, c.value) })
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
		case used[i] > 0 || len(rule.conditions(Server{})) == 0:
		case fitted[i] > 0:
			problems = append(problems, rule.problem(i,
				"an earlier rule applies to each server that it matches: move it up"))
		default:
			problems = append(problems, rule.problem(i,
				"it matches no server of this account: * matches any characters, ? matches one"))
		}
	}
	return problems
}

// problem describes the rule as the user knows it, counted from 1.
func (r PolicyRule) problem(i int, why string) Problem {
	about := "every server"
	if conditions := r.conditions(Server{}); len(conditions) > 0 {
		var parts []string
		for _, c := range conditions {
			parts = append(parts, c.name+" "+c.glob)
		}
		about = strings.Join(parts, ", ")
	}
	return Problem{Message: Clean(fmt.Sprintf("policy rule %d (%s): %s", i+1, about, why))}
}

func formatSigned(d time.Duration) string {
	if d < 0 {
		return "-" + FormatDuration(-d)
	}
	return FormatDuration(d)
}

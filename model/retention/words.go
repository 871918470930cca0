package retention

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"vpsdeck/model"
)

// Words returns the rules in the form that [ParseRules] reads: "last 2 daily 7 within 36h".
func (r Rules) Words() string {
	var out []string
	for _, c := range r.counts() {
		if c.n > 0 {
			out = append(out, fmt.Sprintf("%s %d", c.name, c.n))
		}
	}
	if r.Within > 0 {
		out = append(out, "within "+ageWords(r.Within))
	}
	return strings.Join(out, " ")
}

// ageWords writes a duration as [model.ParseAge] reads it, exact to the second.
func ageWords(d time.Duration) string {
	var b strings.Builder
	for _, unit := range []struct {
		name   string
		length time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}} {
		if n := d / unit.length; n > 0 {
			fmt.Fprintf(&b, "%d%s", n, unit.name)
			d -= n * unit.length
		}
	}
	return b.String()
}

// ParseRules reads rules as a person writes them: "last 2 daily 7 within 36h". A name may begin with
// keep_, and commas and equals signs are spaces. The error can be displayed.
func ParseRules(text string) (Rules, error) {
	var r Rules
	words := strings.Fields(strings.NewReplacer(",", " ", "=", " ").Replace(strings.ToLower(text)))
	if len(words) == 0 {
		return r, errors.New("write what to keep, such as last 2 daily 7 within 36h")
	}
	counts := map[string]*int{"last": &r.Last, "hourly": &r.Hourly, "daily": &r.Daily, "weekly": &r.Weekly,
		"monthly": &r.Monthly, "yearly": &r.Yearly}
	for i := 0; i < len(words); i += 2 {
		name := strings.TrimPrefix(words[i], "keep_")
		count, known := counts[name]
		switch {
		case !known && name != "within":
			return r, fmt.Errorf("%s is no rule: last, hourly, daily, weekly, monthly, yearly or within",
				model.Clean(words[i]))
		case i+1 == len(words):
			return r, fmt.Errorf("%s needs a value, such as %s", name, exampleOf(name))
		}
		var err error
		if name == "within" {
			r.Within, err = model.ParseAge(words[i+1])
		} else if *count, err = strconv.Atoi(words[i+1]); err != nil {
			err = fmt.Errorf("%s needs a whole number, such as %s", name, exampleOf(name))
		}
		if err != nil {
			return r, err
		}
	}
	if problems := r.Check(); len(problems) > 0 {
		return r, problems[0]
	}
	if r.IsZero() {
		return r, errors.New("these keep nothing: write a number of at least 1")
	}
	return r, nil
}

func exampleOf(name string) string {
	if name == "within" {
		return "within 36h"
	}
	return name + " 7"
}

package headless

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"vpsdeck/internal/settings"
	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// CheckAsk is what coverage is judged by.
type CheckAsk struct {
	Server    string         // an ID, a name or a glob; empty: all
	MaxAge    *time.Duration // of the newest usable point, in the place of what the policies say; 0: any
	MinPoints *int           // in the place of what the policies say
	Format    Format
}

// policy is what the server is judged by.
func (a CheckAsk) policy(s model.Server, policies model.Policies) model.Policy {
	p := policies.For(s)
	if a.MaxAge != nil {
		p.MaxAge = *a.MaxAge
	}
	if a.MinPoints != nil {
		p.MinPoints = *a.MinPoints
	}
	return p
}

// check tells what is impossible in the ask. It is a Fault with ExitUsage.
func (a CheckAsk) check() error {
	rule := model.PolicyRule{Policy: a.policy(model.Server{}, nil)}
	for _, p := range (model.Policies{rule}).Check() {
		_, why, _ := strings.Cut(p.Words, ": ") // after the rule's number, which is nobody's here
		return usage("%s", why)
	}
	return nil
}

// coverage is what a check finds, as JSON writes it.
type coverage struct {
	Met      bool       `json:"met"`
	Servers  int        `json:"servers"`
	Wrong    int        `json:"wrong"`
	Warnings int        `json:"warnings"`
	Results  []judgment `json:"results"`
}

// judgment is how one server stands.
type judgment struct {
	ServerID      model.ID `json:"server_id"`
	Server        string   `json:"server"`
	Met           bool     `json:"met"`
	Health        string   `json:"health"`
	Newest        moment   `json:"newest_point_at"`
	Usable        int      `json:"usable_points"`
	MaxAgeSeconds int64    `json:"max_age_seconds"`
	MinPoints     int      `json:"min_points"`
	Reasons       []string `json:"reasons"`
	health        model.Health
}

// Check judges each server by its policy, writes what it found, and ends with ExitCoverage where one is not met.
func (r *Runner) Check(ctx context.Context, ask CheckAsk) error {
	if err := ask.check(); err != nil {
		return err
	}
	servers, err := r.servers(ctx, ask.Server)
	if err != nil {
		return err
	}
	if r.cut != nil { // what is missing may be what is not covered
		return r.cut
	}
	r.doubtTime()
	for _, p := range r.opts.Policies.Unmatched(r.state.Servers.Value) {
		r.note("warning: %s", p.Words)
	}
	found := r.judge(servers, ask)
	if err := found.write(r.opts.Out, ask.Format); err != nil {
		return err
	}
	if !found.Met {
		return settings.Silent(settings.ExitCoverage)
	}
	return nil
}

// doubtTime says that the clocks disagree. Then the later one holds, by which restore points are older: nothing is covered by a
// wrong clock.
func (r *Runner) doubtTime() {
	doubt := command.ClockDoubt(r.opts.Client)
	if doubt == "" {
		return
	}
	r.note("warning: %s; restore points are judged by the later time: set the clock that is wrong", doubt)
	if r.state.Local.After(r.state.Now) {
		r.state.Now = r.state.Local
	}
}

// judge sums up how the servers stand, worst first.
func (r *Runner) judge(servers []model.Server, ask CheckAsk) coverage {
	judged := make([]model.Assessment, len(servers))
	for i, s := range servers {
		judged[i] = model.Assess(s, r.state.Of(s.ID), ask.policy(s, r.opts.Policies), r.state.Now)
	}
	slices.SortFunc(judged, model.WorstFirst)
	found := coverage{Servers: len(servers), Results: []judgment{}}
	for _, a := range judged {
		switch {
		case !a.Health.Met():
			found.Wrong++
		case a.Health != model.Fine:
			found.Warnings++
		}
		found.Results = append(found.Results, judgmentOf(a))
	}
	found.Met = found.Wrong == 0
	return found
}

func judgmentOf(a model.Assessment) judgment {
	j := judgment{
		ServerID: a.Server.ID, Server: a.Server.Name, Met: a.Health.Met(), Health: a.Health.String(), Newest: moment(a.Newest),
		Usable: a.Usable, MaxAgeSeconds: int64(a.Policy.MaxAge / time.Second), MinPoints: a.Policy.MinPoints, Reasons: []string{},
		health: a.Health,
	}
	for _, reason := range a.Reasons {
		j.Reasons = append(j.Reasons, reason.Words)
	}
	return j
}

func (c coverage) write(w io.Writer, format Format) error {
	switch format {
	case JSON:
		return written(writeJSON(w, c))
	case CSV:
		return write(w, CSV, c.Results, judgmentColumns)
	}
	trouble := slices.DeleteFunc(slices.Clone(c.Results), func(j judgment) bool { return j.health == model.Fine })
	text := c.summary() + "\n"
	if len(trouble) > 0 {
		text += table(trouble, judgmentColumns)
	}
	_, err := io.WriteString(w, text)
	return written(err)
}

// summary is the first line, as plugins of Nagios have it: the verdict, what it is about, and numbers to be recorded.
func (c coverage) summary() string {
	text := fmt.Sprintf("COVERAGE OK: %d of %d covered", c.Servers, c.Servers)
	if !c.Met {
		text = fmt.Sprintf("COVERAGE NOT MET: %d of %d not covered (%s)", c.Wrong, c.Servers, c.count(model.Never, model.TooFew))
	}
	if c.Warnings > 0 {
		text += "; warnings: " + c.count(model.Expiring, model.Full)
	}
	return fmt.Sprintf("%s | servers=%d wrong=%d warnings=%d", text, c.Servers, c.Wrong, c.Warnings)
}

// count tells how many servers are in each of the states from the worst to the best.
func (c coverage) count(worst, best model.Health) string {
	var counts []string
	for health := worst; health >= best; health-- {
		n := 0
		for _, j := range c.Results {
			if j.health == health {
				n++
			}
		}
		if n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, health.Words()))
		}
	}
	return strings.Join(counts, ", ")
}

var judgmentColumns = []column[judgment]{
	{title: "HEALTH", field: "health", value: func(j judgment) string { return j.Health }},
	{title: "ID", field: "server_id", value: func(j judgment) string { return string(j.ServerID) }},
	{title: "SERVER", field: "server", value: func(j judgment) string { return j.Server }},
	{field: "met", value: func(j judgment) string { return strconv.FormatBool(j.Met) }},
	{field: "newest_point_at", value: func(j judgment) string { return j.Newest.String() }},
	{field: "usable_points", value: func(j judgment) string { return strconv.Itoa(j.Usable) }},
	{field: "max_age_seconds", value: func(j judgment) string { return strconv.FormatInt(j.MaxAgeSeconds, 10) }},
	{field: "min_points", value: func(j judgment) string { return strconv.Itoa(j.MinPoints) }},
	{title: "WHY", field: "reasons", value: func(j judgment) string { return strings.Join(j.Reasons, "; ") }},
}

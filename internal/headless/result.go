package headless

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"vpsdeck/internal/settings"
	"vpsdeck/model"
	"vpsdeck/ui/widget"
)

// notSent is the outcome of a deed that was kept back. The other outcomes are the journal's events.
const notSent = "not-sent"

// result is what came of one deed, as JSON writes it.
type result struct {
	Deed     string            `json:"deed"`
	Kind     string            `json:"kind"`
	ID       model.ID          `json:"id"`
	Name     string            `json:"name"`
	ServerID model.ID          `json:"server_id"`
	Server   string            `json:"server"`
	Outcome  string            `json:"outcome"`
	Words    string            `json:"words"`
	SentAt   moment            `json:"sent_at"`
	EndedAt  moment            `json:"ended_at"`
	SizeMB   size              `json:"size_mb"`
	ExitCode settings.ExitCode `json:"exit_code"`
	title    string
}

// errand is one deed of a command, from the queue to its result.
type errand struct {
	operation model.Operation
	sent      bool
	failure   error // why its request failed
	over      bool  // its line has been told
}

// carryOut sends the deeds, follows them, and tells of each. It ends with the worst of their exit codes.
func (r *Runner) carryOut(ctx context.Context, intents []model.Intent, f Follow) error {
	errands := make([]*errand, len(intents))
	for i, in := range intents {
		errands[i] = &errand{operation: model.Operation{Deed: in.Deed, Point: in.Point, Server: in.Server}}
	}
	byNumber := map[int]*errand{}
	var unheard error // why a line could not be told
	settled := func(o model.Operation) bool {
		accepted := o.Phase == model.Running && o.Deed != model.Delete // a delete is over once the lists show it, which is soon
		return byNumber[o.Number] == nil || o.Phase.Over() || accepted && !f.Wait
	}
	v := &vigil{
		Runner: r, batch: model.NewBatch(intents, f.limits()), settled: settled,
		begun: func(item int, o model.Operation) {
			errands[item].operation, errands[item].sent = o, true
			byNumber[o.Number] = errands[item]
		},
		told: func(o model.Operation, err error) {
			e := byNumber[o.Number]
			if e == nil {
				return
			}
			e.operation = o
			if err != nil {
				e.failure = err
			}
			if settled(o) && !e.over {
				e.over = true
				unheard = errors.Join(unheard, r.tell(e.result(nil), f.Format))
			}
		},
	}
	why := v.run(ctx, f.Timeout)
	for _, o := range r.state.Operations() { // with what lists have shown of it since its last step
		if e := byNumber[o.Number]; e != nil {
			e.operation = o
		}
	}
	r.opts.Screen.clear()
	return errors.Join(r.sumUp(errands, v.held, why, f.Format), unheard)
}

// sumUp tells of what has not been told, and what the command ends with.
func (r *Runner) sumUp(errands []*errand, held, why error, format Format) error {
	worst := settings.ExitFine
	var results []result
	for _, e := range errands {
		res := e.result(held)
		if !e.over && format == Table {
			r.note("%s: %s", res.title, res.Words)
		}
		worst = worst.Worse(res.ExitCode)
		results = append(results, res)
	}
	if format != Table {
		if err := write(r.opts.Out, format, results, resultColumns); err != nil {
			return err
		}
	}
	switch {
	case why != nil && why != errTimeout:
		return why
	case worst != settings.ExitFine:
		return settings.Silent(worst)
	}
	return nil
}

// tell tells of a deed as soon as it is settled: what was done as data, what was not as a sentence.
func (r *Runner) tell(res result, format Format) error {
	switch {
	case res.ExitCode != settings.ExitFine:
		r.note("%s: %s", res.title, res.Words)
	case format == Table:
		r.opts.Screen.clear()
		_, err := fmt.Fprintf(r.opts.Out, "%s: %s\n", res.title, res.Words)
		return written(err)
	}
	return nil
}

// result is how far the errand has come. stopped is why the command goes on no longer, if it does not.
func (e *errand) result(stopped error) result {
	o := e.operation
	rec := o.Record("", time.Time{})
	res := result{
		Deed: rec.Deed, Kind: rec.Kind, ID: o.Point.ID, Name: o.Point.Name, ServerID: o.Server.ID, Server: o.Server.Name,
		Outcome: rec.Event, Words: outcome(o), SentAt: moment(o.Started), EndedAt: moment(o.Ended), SizeMB: sizeOf(o.Point),
		title: o.Title(),
	}
	if o.Deed == model.Create && o.Point.ID != "" {
		res.title += fmt.Sprintf(" (#%s)", o.Point.ID)
	}
	switch {
	case !e.sent:
		res.Outcome, res.Words = notSent, "not sent: "+reason(stopped)
		res.ExitCode = codeOf(stopped)
	case o.Phase == model.Broken:
		res.ExitCode = settings.ExitOther
	case o.Phase == model.Refused:
		res.ExitCode = settings.CodeOf(e.failure)
	case o.Phase == model.Unknown || o.Phase == model.NotSeen:
		res.ExitCode = settings.ExitUnknown
	case o.Phase == model.Running && o.Hidden() && !e.over:
		res.Words, res.ExitCode = o.HiddenText(), settings.ExitUnconfirmed
	case o.Phase == model.Unconfirmed:
		res.ExitCode = settings.ExitUnconfirmed
	case o.Phase == model.Running && stopped == errTimeout && !e.over:
		res.Words, res.ExitCode = "still running when the time was up; it goes on at the provider", settings.ExitLimited
	}
	return res
}

func codeOf(stopped error) settings.ExitCode {
	if stopped == errTimeout {
		return settings.ExitLimited
	}
	return settings.CodeOf(stopped)
}

// reason words why the rest was kept back.
func reason(stopped error) string {
	if stopped == errTimeout {
		return stopped.Error()
	}
	return strings.TrimSuffix(model.Words(stopped), ".")
}

// outcome words how far an operation has come.
func outcome(o model.Operation) string {
	switch o.Phase {
	case model.Done:
		return doneWords(o)
	case model.Broken:
		return "failed: " + o.Words
	case model.Refused:
		return "not done: " + o.Words
	case model.Unknown:
		return "its outcome is not known: " + o.Words
	case model.NotSeen, model.Unconfirmed:
		return o.Words
	}
	return "it goes on at the provider"
}

func doneWords(o model.Operation) string {
	switch {
	case o.Deed == model.Delete && o.Words != "":
		return "deleted: " + o.Words
	case o.Deed == model.Delete:
		return "deleted"
	case o.Deed == model.Restore:
		return "restored" + o.TookText() + ", " + o.Words
	}
	return "completed" + o.TookText() + ", " + widget.SizeOf(&o.Point)
}

var resultColumns = []column[result]{
	{field: "deed", value: func(r result) string { return r.Deed }},
	{field: "kind", value: func(r result) string { return r.Kind }},
	{field: "id", value: func(r result) string { return string(r.ID) }},
	{field: "name", value: func(r result) string { return r.Name }},
	{field: "server_id", value: func(r result) string { return string(r.ServerID) }},
	{field: "server", value: func(r result) string { return r.Server }},
	{field: "outcome", value: func(r result) string { return r.Outcome }},
	{field: "words", value: func(r result) string { return r.Words }},
	{field: "sent_at", value: func(r result) string { return r.SentAt.String() }},
	{field: "ended_at", value: func(r result) string { return r.EndedAt.String() }},
	{field: "size_mb", value: func(r result) string { return r.SizeMB.String() }},
	{field: "exit_code", value: func(r result) string { return strconv.Itoa(int(r.ExitCode)) }},
}

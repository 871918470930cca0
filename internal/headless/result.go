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

// outcomeNotSent is the outcome of an action that was not sent. The other outcomes are the
// journal's events.
const outcomeNotSent = "not-sent"

// result is the outcome of one action, in its JSON form.
type result struct {
	Action   string            `json:"action"`
	Kind     string            `json:"kind"`
	ID       model.ID          `json:"id"`
	Name     string            `json:"name"`
	ServerID model.ID          `json:"server_id"`
	Server   string            `json:"server"`
	Outcome  string            `json:"outcome"`
	Message  string            `json:"message"`
	SentAt   timestamp         `json:"sent_at"`
	EndedAt  timestamp         `json:"ended_at"`
	SizeMB   size              `json:"size_mb"`
	ExitCode settings.ExitCode `json:"exit_code"`
	title    string
}

// actionRun is one action of a command, from the queue to its result.
type actionRun struct {
	operation model.Operation
	sent      bool
	failure   error // why its request failed
	reported  bool  // its line has been printed
}

// execute sends the actions, follows them, and prints each. Its error has the worst of their exit
// codes.
func (r *Runner) execute(ctx context.Context, requests []model.ActionRequest, f FollowOptions) error {
	runs := make([]*actionRun, len(requests))
	for i, in := range requests {
		runs[i] = &actionRun{operation: model.Operation{Action: in.Action, Point: in.Point, Server: in.Server}}
	}
	byNumber := map[int]*actionRun{}
	var outputErr error // why a line could not be printed
	settled := func(o model.Operation) bool {
		// a deletion is awaited, because the lists show it soon
		accepted := o.Phase == model.PhaseRunning && o.Action != model.Delete
		return byNumber[o.Number] == nil || o.Phase.Over() || accepted && !f.Wait
	}
	w := &watcher{
		Runner: r, batch: model.NewBatch(requests, f.limits()), isSettled: settled,
		onBegin: func(item int, o model.Operation) {
			runs[item].operation, runs[item].sent = o, true
			byNumber[o.Number] = runs[item]
		},
		onStep: func(o model.Operation, err error) {
			run := byNumber[o.Number]
			if run == nil {
				return
			}
			run.operation = o
			if err != nil {
				run.failure = err
			}
			if settled(o) && !run.reported {
				run.reported = true
				outputErr = errors.Join(outputErr, r.reportResult(run.result(nil), f.Format))
			}
		},
	}
	why := w.run(ctx, f.Timeout)
	for _, o := range r.state.Operations() { // with what lists have shown since the last step
		if run := byNumber[o.Number]; run != nil {
			run.operation = o
		}
	}
	r.opts.Screen.clear()
	return errors.Join(r.summarize(runs, w.stopReason, why, f.Format), outputErr)
}

// summarize prints what has not been printed, and returns how the command ends.
func (r *Runner) summarize(runs []*actionRun, stopReason, why error, format Format) error {
	worst := settings.ExitOK
	var results []result
	for _, run := range runs {
		res := run.result(stopReason)
		if !run.reported && format.isTable() {
			r.notef("%s: %s", res.title, res.Message)
		}
		worst = worst.Worse(res.ExitCode)
		results = append(results, res)
	}
	if !format.isTable() {
		if err := writeRows(r.opts.Out, format, results, resultColumns); err != nil {
			return err
		}
	}
	switch {
	case why != nil && why != errTimeout:
		return why
	case worst != settings.ExitOK:
		return settings.SilentExit(worst)
	}
	return nil
}

// reportResult prints the result of an action once it is settled: to Out if it succeeded, else to
// Notes.
func (r *Runner) reportResult(res result, format Format) error {
	switch {
	case res.ExitCode != settings.ExitOK:
		r.notef("%s: %s", res.title, res.Message)
	case format.isTable():
		r.opts.Screen.clear()
		_, err := fmt.Fprintf(r.opts.Out, "%s: %s\n", res.title, res.Message)
		return outputError(err)
	}
	return nil
}

// result returns the action's current result. stopped is why the command has stopped, or nil.
func (a *actionRun) result(stopped error) result {
	o := a.operation
	rec := o.Record("", time.Time{})
	res := result{
		Action: rec.Action, Kind: rec.Kind, ID: o.Point.ID, Name: o.Point.Name, ServerID: o.Server.ID,
		Server:  o.Server.Name,
		Outcome: rec.Event, Message: describeOutcome(o), SentAt: timestamp(o.Started), EndedAt: timestamp(o.Ended),
		SizeMB: sizeOf(o.Point),
		title:  o.Title(),
	}
	if o.Action == model.Create && o.Point.ID != "" {
		res.title += fmt.Sprintf(" (#%s)", o.Point.ID)
	}
	switch {
	case !a.sent:
		res.Outcome, res.Message = outcomeNotSent, "not sent: "+stopMessage(stopped)
		res.ExitCode = exitCodeOf(stopped)
	case o.Phase == model.PhaseFailed:
		res.ExitCode = settings.ExitOther
	case o.Phase == model.PhaseRefused:
		res.ExitCode = settings.CodeOf(a.failure)
	case o.Phase == model.PhaseUnknown || o.Phase == model.PhaseNotSeen:
		res.ExitCode = settings.ExitUnknown
	case o.Phase == model.PhaseRunning && o.Hidden() && !a.reported:
		res.Message, res.ExitCode = o.HiddenReason(), settings.ExitUnconfirmed
	case o.Phase == model.PhaseUnconfirmed:
		res.ExitCode = settings.ExitUnconfirmed
	case o.Phase == model.PhaseRunning && stopped == errTimeout && !a.reported:
		res.Message, res.ExitCode = "the timeout was reached; it is still running at the provider", settings.ExitLimited
	}
	return res
}

func exitCodeOf(stopped error) settings.ExitCode {
	if stopped == errTimeout {
		return settings.ExitLimited
	}
	return settings.CodeOf(stopped)
}

// stopMessage returns why the rest was not sent.
func stopMessage(stopped error) string {
	if stopped == errTimeout {
		return stopped.Error()
	}
	return strings.TrimSuffix(model.ErrorMessage(stopped), ".")
}

// describeOutcome describes the progress or the outcome of an operation.
func describeOutcome(o model.Operation) string {
	switch o.Phase {
	case model.PhaseDone:
		return describeDone(o)
	case model.PhaseFailed:
		return "failed: " + o.Reason
	case model.PhaseRefused:
		return "not done: " + o.Reason
	case model.PhaseUnknown:
		return "outcome unknown: " + o.Reason
	case model.PhaseNotSeen, model.PhaseUnconfirmed:
		return o.Reason
	}
	return "still running at the provider"
}

func describeDone(o model.Operation) string {
	switch {
	case o.Action == model.Delete && o.Reason != "":
		return "deleted: " + o.Reason
	case o.Action == model.Delete:
		return "deleted"
	case o.Action == model.Restore:
		return "restored" + o.DurationText() + ", " + o.Reason
	}
	return "completed" + o.DurationText() + ", " + widget.SizeOf(&o.Point)
}

var resultColumns = []column[result]{
	{field: "action", value: func(r result) string { return r.Action }},
	{field: "kind", value: func(r result) string { return r.Kind }},
	{field: "id", value: func(r result) string { return string(r.ID) }},
	{field: "name", value: func(r result) string { return r.Name }},
	{field: "server_id", value: func(r result) string { return string(r.ServerID) }},
	{field: "server", value: func(r result) string { return r.Server }},
	{field: "outcome", value: func(r result) string { return r.Outcome }},
	{field: "message", value: func(r result) string { return r.Message }},
	{field: "sent_at", value: func(r result) string { return r.SentAt.String() }},
	{field: "ended_at", value: func(r result) string { return r.EndedAt.String() }},
	{field: "size_mb", value: func(r result) string { return r.SizeMB.String() }},
	{field: "exit_code", value: func(r result) string { return strconv.Itoa(int(r.ExitCode)) }},
}

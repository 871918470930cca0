package headless

import (
	"bytes"
	"context"

	"vpsdeck/internal/atomicfile"
	"vpsdeck/internal/fserror"
	"vpsdeck/internal/metrics"
	"vpsdeck/internal/settings"
	"vpsdeck/ui/command"
)

// MetricsOptions are the options of Metrics.
type MetricsOptions struct {
	File string // written whole or not at all; "": standard output
}

// Metrics writes the account's metrics in Prometheus's text format. If a list cannot be read, or is
// incomplete, nothing is written: an old file says by its time of last success how old it is.
func (r *Runner) Metrics(ctx context.Context, opts MetricsOptions) error {
	if err := r.load(ctx); err != nil {
		return err
	}
	if r.incomplete != nil {
		return r.incomplete
	}
	account := metrics.FromState(r.state, r.opts.Policies)
	if r.opts.Requests != nil {
		account.Requests = r.opts.Requests.Counts()
	}
	if left, known := command.RateLimit(r.opts.Client); known {
		account.RateLimit = &left
	}
	var text bytes.Buffer
	if err := account.Write(&text); err != nil {
		return err
	}
	return r.writeWhole(opts.File, text.Bytes())
}

// writeWhole writes to a file, or to standard output if its name is empty. Everybody may read the
// file: it holds no secret.
func (r *Runner) writeWhole(path string, text []byte) error {
	if path == "" {
		_, err := r.opts.Out.Write(text)
		return outputError(err)
	}
	if err := atomicfile.Write(path, text, 0o644); err != nil {
		return settings.Errorf(settings.ExitOther, "%s cannot be written: %s", path, fserror.Reason(err))
	}
	return nil
}

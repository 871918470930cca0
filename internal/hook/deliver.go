package hook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"vpsdeck/internal/event"
	"vpsdeck/internal/fserror"
	"vpsdeck/model"
)

// retryError is a failure that is tried again. Any other is not.
type retryError struct {
	why   string
	after time.Duration // not earlier than after this; 0: as usual
}

func (e *retryError) Error() string { return e.why }

// deliver tells the hook of an event. The error is a phrase about the hook, and contains no secret.
func (s *Sender) deliver(ctx context.Context, h Hook, e event.Event) error {
	body, err := json.Marshal(e)
	if err != nil {
		return errors.New("the event is no JSON")
	}
	ctx, cancel := context.WithTimeout(ctx, h.Timeout)
	defer cancel()
	if h.URL != "" {
		return s.post(ctx, h, e.ID, body)
	}
	return s.run(ctx, h, body)
}

// maxResponse is how much of a response is read, so that its connection can be used again.
const maxResponse = 64 << 10

func (s *Sender) post(ctx context.Context, h Hook, id string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return errors.New("its address is not valid")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "vpsdeck")
	req.Header.Set("Idempotency-Key", id)
	if h.Header != "" {
		value, err := h.secret(s.opts.Getenv)
		if err != nil {
			return &retryError{why: err.Error()}
		}
		req.Header.Set(h.Header, value.Reveal())
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return &retryError{why: networkReason(err, h.Timeout)}
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.CopyN(io.Discard, resp.Body, maxResponse)
	switch code := resp.StatusCode; {
	case code/100 == 2:
		return nil
	case code/100 == 5, code == http.StatusTooManyRequests, code == http.StatusRequestTimeout:
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		return &retryError{fmt.Sprintf("it answered with status %d", code),
			min(time.Duration(max(seconds, 0))*time.Second, giveUpAfter)}
	default:
		return fmt.Errorf("it answered with status %d", code)
	}
}

// newClient returns the client for all addresses. It follows no redirect, because the secret is for
// the address of the config only.
func newClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxResponseHeaderBytes = maxResponse
	return &http.Client{Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// networkReason says why no answer came. The library's own message has the address.
func networkReason(err error, limit time.Duration) string {
	var timeout net.Error
	var lookup *net.DNSError
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "no answer within " + model.FormatDuration(limit)
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.As(err, &lookup):
		return "its name is not known"
	case strings.Contains(err.Error(), "x509:"):
		return "its certificate is not valid"
	}
	return "it cannot be reached"
}

// maxSecret is far above the length of any header's value, in bytes.
const maxSecret = 8 << 10

// secret reads the header's value. The error does not contain it.
func (h Hook) secret(getenv func(string) string) (model.Secret, error) {
	text := getenv(h.HeaderEnv)
	source := "the variable " + h.HeaderEnv
	if h.HeaderFile != "" {
		source = "the file " + h.HeaderFile
		info, err := os.Stat(h.HeaderFile)
		if err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o007 != 0 {
			return model.Secret{}, fmt.Errorf("%s is open to others: run chmod 600 on it", source)
		}
		if err == nil && info.Size() > maxSecret {
			return model.Secret{}, fmt.Errorf("%s is too large", source)
		}
		content, err := os.ReadFile(h.HeaderFile)
		if err != nil {
			return model.Secret{}, fmt.Errorf("%s cannot be read: %s", source, fserror.Reason(err))
		}
		text = string(content)
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return model.Secret{}, fmt.Errorf("%s is empty", source)
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
		return model.Secret{}, fmt.Errorf("%s has more than one line, or a character that no header has", source)
	}
	if strings.Contains(text, "vps_") {
		return model.Secret{}, fmt.Errorf("%s has an API token, which is sent to the API only", source)
	}
	return model.NewSecret(text), nil
}

// CheckSource returns why the header's value or the program cannot be found now, or "".
func (h Hook) CheckSource(getenv func(string) string) string {
	if h.URL == "" {
		if _, err := exec.LookPath(h.Run[0]); err != nil {
			return "the program " + h.Name() + " was not found"
		}
		return ""
	}
	if h.Header == "" {
		return ""
	}
	if _, err := h.secret(getenv); err != nil {
		return err.Error()
	}
	return ""
}

// IsTokenVariable reports whether an environment variable holds an API token: VPS_API_TOKEN, or one
// of more. Windows ignores the case of names.
func IsTokenVariable(name string, more []string) bool {
	is := func(holder string) bool {
		return name == holder || runtime.GOOS == "windows" && strings.EqualFold(name, holder)
	}
	return is("VPS_API_TOKEN") || slices.ContainsFunc(more, is)
}

// run runs the program with the event on its standard input. What it prints is dropped. It is not
// run again after a failure, because it may have done its work.
func (s *Sender) run(ctx context.Context, h Hook, body []byte) error {
	cmd := exec.CommandContext(ctx, h.Run[0], h.Run[1:]...)
	cmd.Stdin = bytes.NewReader(append(body, '\n'))
	cmd.WaitDelay = time.Second // a child process may keep its input open
	cmd.Env = slices.DeleteFunc(os.Environ(), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return IsTokenVariable(name, s.opts.Secrets)
	})
	killWithChildren(cmd)
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil, errors.Is(err, exec.ErrWaitDelay):
		return nil
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Errorf("it did not finish within %s", model.FormatDuration(h.Timeout))
	case ctx.Err() != nil:
		return errors.New("it was stopped, because vpsdeck ends")
	case errors.As(err, &exit) && exit.ExitCode() >= 0:
		return fmt.Errorf("it exited with code %d", exit.ExitCode())
	case errors.As(err, &exit):
		return errors.New("it was killed by a signal")
	case errors.Is(err, exec.ErrNotFound):
		return errors.New("there is no such program")
	}
	return fmt.Errorf("it cannot be started: %s", fserror.Reason(err))
}

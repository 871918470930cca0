package settings

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"vpsdeck/internal/fserror"
)

// tokenCommandTimeout limits a token command: long enough to type the passphrase of a key, short
// enough that vpsdeck does not seem to hang.
const tokenCommandTimeout = 30 * time.Second

// splitCommand splits a command into words as a shell does: quotes and \ keep words together.
// Nothing else is special, so $, |, ; and * are ordinary characters. The error is a phrase to
// follow the setting's name.
func splitCommand(text string) ([]string, error) {
	var words []string
	var word strings.Builder
	var quote rune
	inWord, escaped := false, false
	for _, r := range text {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'':
			inWord, escaped = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			inWord, quote = true, r
		case r == ' ' || r == '\t':
			if inWord {
				words = append(words, word.String())
				word.Reset()
			}
			inWord = false
		case r < ' ':
			return nil, errors.New("contains a line break or a control character: write it on one line")
		default:
			inWord = true
			word.WriteRune(r)
		}
	}
	switch {
	case quote != 0:
		return nil, fmt.Errorf("has a %c that is not closed", quote)
	case escaped:
		return nil, errors.New(`ends with a \`)
	case inWord:
		words = append(words, word.String())
	}
	if len(words) == 0 || words[0] == "" {
		return nil, errors.New("names no program")
	}
	return words, nil
}

// runTokenCommand runs a token command, without a shell and without input, and returns the one line
// that it prints. The error is a phrase to follow the command's name, and contains nothing of its
// output.
func runTokenCommand(ctx context.Context, words []string, limit time.Duration) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.WaitDelay = time.Second // a child process may keep its output open
	out := &limitedBuffer{limit: 2 * maxToken}
	cmd.Stdout = out
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return "", fmt.Errorf("did not finish within %d seconds: run it by hand to see what it waits for",
			int(limit.Seconds()))
	case errors.As(err, &exit):
		return "", fmt.Errorf("failed (exit code %d): run it by hand to see why", exit.ExitCode())
	case errors.Is(err, exec.ErrNotFound):
		return "", errors.New("cannot be started: there is no such program on the PATH")
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		return "", errors.New("cannot be started: " + fserror.Reason(err))
	}
	text := strings.TrimSpace(out.String())
	switch {
	case text == "":
		return "", errors.New("prints nothing: it must print the token")
	case strings.ContainsAny(text, "\r\n"):
		return "", errors.New("prints more than one line: it must print the token and nothing else")
	}
	return text, nil
}

// limitedBuffer keeps the first bytes that are written to it, up to a limit.
type limitedBuffer struct {
	bytes.Buffer
	limit int
}

// Write accepts everything, and drops what exceeds the limit.
func (l *limitedBuffer) Write(p []byte) (int, error) {
	_, _ = l.Buffer.Write(p[:min(len(p), max(l.limit-l.Len(), 0))])
	return len(p), nil
}

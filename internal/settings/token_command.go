package settings

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// tokenCommandTimeout is how long a token command may take: long enough to type the password of a key, short enough not to be
// taken for a program that hangs.
const tokenCommandTimeout = 30 * time.Second

// splitCommand parts a command into its words as a shell does, and does nothing else that a shell does: quotes and \ keep
// words together; $, |, ; and * stand for themselves. The error follows on from the setting's name.
func splitCommand(text string) ([]string, error) {
	var words []string
	var word strings.Builder
	var quote rune
	begun, escaped := false, false
	for _, r := range text {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'':
			begun, escaped = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			begun, quote = true, r
		case r == ' ' || r == '\t':
			if begun {
				words = append(words, word.String())
				word.Reset()
			}
			begun = false
		case r < ' ':
			return nil, errors.New("has a line break or a control character in it: it is one line")
		default:
			begun = true
			word.WriteRune(r)
		}
	}
	switch {
	case quote != 0:
		return nil, fmt.Errorf("has a %c that is not closed", quote)
	case escaped:
		return nil, errors.New(`ends with a \`)
	case begun:
		words = append(words, word.String())
	}
	if len(words) == 0 || words[0] == "" {
		return nil, errors.New("names no program")
	}
	return words, nil
}

// runTokenCommand starts a token command, without a shell and without an input, and returns the one line that it prints. The error is a
// phrase that follows on from the command's name, and holds nothing of what it printed.
func runTokenCommand(ctx context.Context, words []string, limit time.Duration) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.WaitDelay = time.Second // what it has started may keep its output open
	out := &limitedBuffer{limit: 2 * maxToken}
	cmd.Stdout = out
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return "", fmt.Errorf("has not answered within %d seconds: run it by hand to see what it waits for", int(limit.Seconds()))
	case errors.As(err, &exit):
		return "", fmt.Errorf("has failed (exit code %d): run it by hand to see why", exit.ExitCode())
	case errors.Is(err, exec.ErrNotFound):
		return "", errors.New("cannot be started: there is no such program on the PATH")
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		return "", errors.New("cannot be started: " + fsReason(err))
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

// limitedBuffer keeps the beginning of what is written to it.
type limitedBuffer struct {
	bytes.Buffer
	limit int
}

// Write takes everything and keeps what there is room for.
func (b *limitedBuffer) Write(p []byte) (int, error) {
	_, _ = b.Buffer.Write(p[:min(len(p), max(b.limit-b.Len(), 0))])
	return len(p), nil
}

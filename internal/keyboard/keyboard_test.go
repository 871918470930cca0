package keyboard

import (
	"io"
	"strings"
	"testing"
	"time"
)

// chunkReader returns what was sent chunk by chunk.
type chunkReader struct{ chunks []string }

func (r *chunkReader) Read(p []byte) (int, error) {
	if len(r.chunks) == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.chunks[0])
	r.chunks = r.chunks[1:]
	return n, nil
}

func TestTornSequenceIsDeliveredWhole(t *testing.T) {
	const answer = "\x1b]11;rgb:ffff/ffff/ffff\x1b\\"
	for name, c := range map[string]struct {
		sent []string
		gap  time.Duration
		want string // what is passed on, with | between two reads
	}{
		"whole":                     {[]string{answer}, 0, answer},
		"torn after its escape":     {[]string{"\x1b", answer[1:]}, 120 * time.Millisecond, "\x1b|" + answer},
		"torn there, and at once":   {[]string{"\x1b", answer[1:]}, 20 * time.Millisecond, "\x1b|" + answer[1:]},
		"torn after its introducer": {[]string{"\x1b]", answer[2:]}, 120 * time.Millisecond, "\x1b]|" + answer},
		"torn in the middle":        {[]string{answer[:10], answer[10:]}, 300 * time.Millisecond, "|" + answer},
		"torn in its terminator":    {[]string{answer[:len(answer)-1], "\\"}, 300 * time.Millisecond, "|" + answer},
		"torn three times": {[]string{answer[:8], answer[8:12], answer[12:]}, 300 * time.Millisecond,
			"||" + answer},
		"a mode": {[]string{"\x1b", "[?2026;2$y"}, 120 * time.Millisecond,
			"\x1b|\x1b[?2026;2$y"},
		"a wheel":  {[]string{"\x1b[<65;7", "5;42M"}, 120 * time.Millisecond, "|\x1b[<65;75;42M"},
		"an arrow": {[]string{"\x1b", "[B"}, 120 * time.Millisecond, "\x1b|\x1b[B"},
		"a key before, and a key after": {[]string{"x\x1b[<65;7", "5;42My"}, 120 * time.Millisecond,
			"x|\x1b[<65;75;42My"},
		"the rest never comes":         {[]string{answer[:10], "r"}, 2 * time.Second, "|r"},
		"escape, and then a key":       {[]string{"\x1b", "b"}, 120 * time.Millisecond, "\x1b|b"},
		"escape, and then a bracket":   {[]string{"\x1b", "]"}, 120 * time.Millisecond, "\x1b|]"},
		"escape, and later a paste":    {[]string{"\x1b", "[x]"}, 3 * time.Second, "\x1b|[x]"},
		"escape twice":                 {[]string{"\x1b\x1b"}, 0, "\x1b\x1b"},
		"an arrow of application mode": {[]string{"\x1bOB"}, 0, "\x1bOB"},
		"a paste without an end": {[]string{"\x1b[200~ab", "c\x1b[201~"}, 120 * time.Millisecond,
			"\x1b[200~ab|c\x1b[201~"},
		"longer than any response": {[]string{"\x1b]" + strings.Repeat("1", 1100)}, 0, "\x1b]" +
			strings.Repeat("1", 1100)},
	} {
		t.Run(name, func(t *testing.T) {
			now := time.Unix(0, 0)
			r := &Reader{Reader: &chunkReader{chunks: c.sent}, now: func() time.Time { return now }}
			var got []string
			for range c.sent {
				p := make([]byte, 4096)
				n, err := r.Read(p)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, string(p[:n]))
				now = now.Add(c.gap)
			}
			if all := strings.Join(got, "|"); all != c.want {
				t.Errorf("%q became %q, want %q", c.sent, all, c.want)
			}
		})
	}
}

// Nothing is lost, whatever comes and in whatever pieces, as long as it comes soon.
func FuzzNothingIsLost(f *testing.F) {
	f.Add("\x1b]11;rgb:ffff\x1b\\x", 3)
	f.Add("\x1b[<65;75;42M\x1b[B\x1b\x1b", 5)
	f.Fuzz(func(t *testing.T, text string, at int) {
		if len(text) > 500 || at < 0 || at > len(text) {
			return
		}
		r := &Reader{now: func() time.Time { return time.Unix(0, 0) }}
		got := string(r.join([]byte(text[:at]))) + string(r.join([]byte(text[at:]))) + string(r.pending)
		if got != text {
			t.Errorf("%q and %q became %q", text[:at], text[at:], got)
		}
	})
}

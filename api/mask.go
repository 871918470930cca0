package api

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"net/url"
	"strings"
)

// tokenPlaceholder stands where a token was.
const tokenPlaceholder = "[token]"

const (
	minMasked = 20 // characters of a token that are masked wherever they stand; fewer of one that is shorter
	chunkSize = 8  // bytes that are looked up at once
)

// mask finds a token in what an API answers: as it is, in base64 of any kind and in the midst of other text, as Basic credentials have
// it, or escaped for an address; the whole of it, or so long a part that the rest could be guessed.
type mask struct {
	forms     []string        // the token, and it in base64 as it looks at each of the three places that it can have there
	chunks    map[uint64]bool // every run of 8 bytes in them
	minLength int             // how long a part is masked
	stride    int             // in every part of that length stands one of the words at a multiple of this
}

func newMask(token string) *mask {
	m := &mask{chunks: map[uint64]bool{}, minLength: min(minMasked, len(token))}
	m.forms = []string{token}
	if escaped := url.QueryEscape(token); escaped != token {
		m.forms = append(m.forms, escaped)
	}
	for shift := range 3 {
		// What stands before the token changes the first characters, what stands behind it the last ones.
		whole := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("\x00", shift) + token))
		from, to := (shift*8+5)/6, (shift+len(token))*8/6
		m.forms = append(m.forms, whole[from:to])
		if other := strings.NewReplacer("+", "-", "/", "_").Replace(whole[from:to]); other != whole[from:to] {
			m.forms = append(m.forms, other)
		}
	}
	for _, form := range m.forms {
		for i := 0; i+chunkSize <= len(form); i++ {
			m.chunks[binary.LittleEndian.Uint64([]byte(form[i:]))] = true
		}
	}
	m.stride = m.minLength - chunkSize + 1
	return m
}

// findNext is where the next part of the token stands in a text, from a place on. Both are len(text) where there is none.
func (m *mask) findNext(text []byte, from int) (begin, end int) {
	if m.stride < 1 { // no token of the provider's is so short
		if i := bytes.Index(text[from:], []byte(m.forms[0])); i >= 0 {
			return from + i, from + i + len(m.forms[0])
		}
		return len(text), len(text)
	}
	for at := from; at+chunkSize <= len(text); at += m.stride {
		if !m.chunks[binary.LittleEndian.Uint64(text[at:])] {
			continue
		}
		if begin, end := m.longestMatch(text, from, at); end-begin >= m.minLength {
			return begin, end
		}
	}
	return len(text), len(text)
}

// longestMatch is the longest part of a form that has the word at a place of the text in it.
func (m *mask) longestMatch(text []byte, from, at int) (begin, end int) {
	begin, end = at, at
	for _, form := range m.forms {
		for i := 0; i+chunkSize <= len(form); i++ {
			if form[i:i+chunkSize] != string(text[at:at+chunkSize]) {
				continue
			}
			b, e := 0, chunkSize
			for at-b > from && i-b > 0 && text[at-b-1] == form[i-b-1] {
				b++
			}
			for at+e < len(text) && i+e < len(form) && text[at+e] == form[i+e] {
				e++
			}
			if b+e > end-begin {
				begin, end = at-b, at+e
			}
		}
	}
	return begin, end
}

// hide takes the token out of a text. One that has none is returned itself.
func (m *mask) hide(text []byte) []byte { return m.replace(text, len(text)) }

// hidePrefix is the beginning of hide of a text. The text goes on by margin, so that a token that would be cut in two is found.
func (m *mask) hidePrefix(text []byte, most int) []byte {
	out := m.replace(text, most)
	return out[:min(len(out), most)]
}

// replace is the text with every token masked that begins in its first bytes, and those bytes of the rest.
func (m *mask) replace(text []byte, most int) []byte {
	most = min(most, len(text))
	begin, end := m.findNext(text, 0)
	if begin >= most {
		return text[:most]
	}
	var out []byte
	done := 0
	for begin < most {
		out = append(append(out, text[done:begin]...), tokenPlaceholder...)
		done = end
		begin, end = m.findNext(text, done)
	}
	return append(out, text[min(done, most):most]...)
}

// lookahead is how much of a text is looked at beyond the bytes that are kept: a token that is cut in two would not be found.
func (m *mask) lookahead() int {
	longest := 0
	for _, form := range m.forms {
		longest = max(longest, len(form))
	}
	return longest
}

package api

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"net/url"
	"strings"
)

// tokenPlaceholder replaces a token.
const tokenPlaceholder = "[token]"

const (
	minMasked = 20 // the shortest part of a token that is masked, in characters; less for a shorter token
	chunkSize = 8  // how many bytes are looked up at once
)

// mask finds a token in what an API returns: as it is, escaped for a URL, or in any kind of base64,
// even inside other text as in Basic credentials. It finds the whole token, and any part so long
// that the rest could be guessed.
type mask struct {
	forms     []string        // the token: as it is, escaped, and in base64 at each of the three possible offsets
	chunks    map[uint64]bool // every run of 8 bytes in them
	filter    [64]uint64      // a bit for each chunk, by bitOf: nearly all text is passed over without the map
	minLength int             // the shortest part that is masked
	stride    int             // the step of the search: every part of minLength has a chunk at a multiple of it
}

func newMask(token string) *mask {
	m := &mask{chunks: map[uint64]bool{}, minLength: min(minMasked, len(token))}
	m.forms = []string{token}
	if escaped := url.QueryEscape(token); escaped != token {
		m.forms = append(m.forms, escaped)
	}
	for shift := range 3 {
		// Text before the token changes the first characters, and text after it the last ones.
		whole := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("\x00", shift) + token))
		from, to := (shift*8+5)/6, (shift+len(token))*8/6
		m.forms = append(m.forms, whole[from:to])
		if other := strings.NewReplacer("+", "-", "/", "_").Replace(whole[from:to]); other != whole[from:to] {
			m.forms = append(m.forms, other)
		}
	}
	for _, form := range m.forms {
		for i := 0; i+chunkSize <= len(form); i++ {
			chunk := binary.LittleEndian.Uint64([]byte(form[i:]))
			word, bit := bitOf(chunk)
			m.chunks[chunk], m.filter[word] = true, m.filter[word]|bit
		}
	}
	m.stride = m.minLength - chunkSize + 1
	return m
}

// bitOf returns the bit of a chunk in the filter. Chunks share bits, and even a long token's set few.
func bitOf(chunk uint64) (word, bit uint64) {
	const golden = 0x9E3779B97F4A7C15 // spreads chunks that differ little
	hash := chunk * golden >> 52
	return hash >> 6, 1 << (hash & 63)
}

// findNext returns where the next part of the token is in the text, from an index on. Both results
// are len(text) if there is none.
func (m *mask) findNext(text []byte, from int) (begin, end int) {
	if m.stride < 1 { // no token of the provider is so short
		if i := bytes.Index(text[from:], []byte(m.forms[0])); i >= 0 {
			return from + i, from + i + len(m.forms[0])
		}
		return len(text), len(text)
	}
	for at := from; at+chunkSize <= len(text); at += m.stride {
		chunk := binary.LittleEndian.Uint64(text[at:])
		if word, bit := bitOf(chunk); m.filter[word]&bit == 0 || !m.chunks[chunk] {
			continue
		}
		if begin, end := m.longestMatch(text, from, at); end-begin >= m.minLength {
			return begin, end
		}
	}
	return len(text), len(text)
}

// longestMatch returns the longest part of a form that contains the chunk at an index of the text.
// It does not begin before from.
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

// hide masks the token in a text. A text without the token is returned itself.
func (m *mask) hide(text []byte) []byte { return m.replace(text, len(text)) }

// hidePrefix masks the first bytes of a text. The text must go on for lookahead bytes, so that a
// token that would be cut in two is found.
func (m *mask) hidePrefix(text []byte, most int) []byte {
	out := m.replace(text, most)
	return out[:min(len(out), most)]
}

// replace returns the first bytes of the text. Every token that begins in them is masked.
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

// lookahead is how many bytes must be searched beyond those that are kept. Otherwise a token that
// is cut in two would not be found.
func (m *mask) lookahead() int {
	longest := 0
	for _, form := range m.forms {
		longest = max(longest, len(form))
	}
	return longest
}

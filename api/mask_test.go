package api

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"vpsdeck/model"
)

// longToken has every character that base64 and URLs treat specially.
const longToken = "vps_Ab3+/=dEf6gHi9jKl2mNo5pQr8sTu1vWx4yZ?~>"

// tokenEchoes returns ways in which an API may repeat a token, by name.
func tokenEchoes(token string) map[string]string {
	all := map[string]string{"as it is": token, "escaped for a URL": url.QueryEscape(token)}
	for _, e := range []struct {
		name string
		*base64.Encoding
	}{{"standard", base64.StdEncoding}, {"without padding", base64.RawStdEncoding}, {"for URLs", base64.URLEncoding},
		{"for URLs, without padding", base64.RawURLEncoding}} {
		for _, around := range [][2]string{{"", ""}, {"x:", ""}, {"me:", ":y"}, {"user@example.com:", "\n"}} {
			all[fmt.Sprintf("in base64, %s, in %q", e.name, around)] = e.EncodeToString([]byte(around[0] + token +
				around[1]))
		}
	}
	for n := 20; n < len(token); n++ {
		all[fmt.Sprintf("its first %d characters", n)] = token[:n]
		all[fmt.Sprintf("its last %d characters", n)] = token[len(token)-n:]
	}
	all["its middle"] = token[1:22]
	return all
}

// tokenParts returns the substrings that give a token away.
func tokenParts(token string) []string {
	const most = 12
	out := []string{}
	for i := 0; i+most <= len(token); i++ {
		out = append(out, token[i:i+most])
	}
	for shift := range 3 {
		whole := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + token))
		for i := 4; i+most <= len(whole); i++ {
			out = append(out, whole[i:i+most], strings.NewReplacer("+", "-", "/", "_").Replace(whole[i:i+most]))
		}
	}
	return out
}

func TestTokenIsMaskedInEveryEncoding(t *testing.T) {
	for _, token := range []string{longToken, secretToken} {
		m := newMask(token)
		for name, echo := range tokenEchoes(token) {
			for _, before := range []string{"", "Unknown token ", strings.Repeat("é", 57),
				strings.Repeat(`{"id": 1}`, 1000)} {
				got := string(m.hide([]byte(before + echo + " (again: " + echo + ").")))
				if !strings.HasPrefix(got, before) || !strings.HasSuffix(got, ").") ||
					strings.Count(got, "[token]") != 2 {
					t.Errorf("%s: %q", name, got)
				}
				for _, part := range tokenParts(token) {
					if strings.Contains(got, part) {
						t.Errorf("%s: %q has %q", name, got, part)
					}
				}
			}
		}
	}
}

func TestTextWithoutTokenIsUnchanged(t *testing.T) {
	m := newMask(longToken)
	for _, text := range []string{"", "x", "web-server-01", longToken[:19], "vps_" + strings.Repeat("x", 40),
		strings.Repeat(longToken[:10]+" ", 100)} {
		if got := m.hide([]byte(text)); string(got) != text {
			t.Errorf("%q becomes %q", text, got)
		}
	}
	for token, want := range map[string]string{"vps_x": "a [token] b vps_y", "vps_live": "a [token] b vps_y"} {
		if got := newMask(token).hide([]byte("a " + token + " b vps_y")); string(got) != want {
			t.Errorf("%q", got)
		}
	}
}

func TestTruncatedTextHoldsNoPartOfTheToken(t *testing.T) {
	m := newMask(longToken)
	for _, echo := range []string{longToken, base64.StdEncoding.EncodeToString([]byte("a:" + longToken))} {
		for before := range 120 {
			text := strings.Repeat("=", before) + echo + strings.Repeat("=", 100)
			got := string(m.hidePrefix([]byte(text)[:min(len(text), 100+m.lookahead())], 100))
			if len(got) > 100 {
				t.Errorf("%d bytes", len(got))
			}
			for _, part := range tokenParts(longToken) {
				if strings.Contains(got, part) {
					t.Errorf("after %d bytes: %q", before, got)
				}
			}
		}
	}
}

// Wherever the API repeats the token, it must not be shown.
func TestNoTextOfTheAPIHoldsTheToken(t *testing.T) {
	for name, echo := range tokenEchoes(longToken) {
		status := http.StatusOK
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(status)
			if status != http.StatusOK {
				_, _ = fmt.Fprintf(w, `{"detail": "Unknown token %s."}`, echo)
				return
			}
			_, _ = fmt.Fprintf(w, `{"count": 1, "results": [{"id": 501, "server": {"id": 1, "name": "web %s"}, `+
				`"status": "completed", "description": "by %s", "size_mb": 1}]}`, echo, echo)
		}))
		var exchanges []model.Exchange
		c, err := New(server.URL, longToken, WithObserver(func(e model.Exchange) { exchanges = append(exchanges, e) }))
		if err != nil {
			t.Fatal(err)
		}
		points, err := c.Backups(t.Context(), model.BackupFilter{})
		if err != nil || len(points) != 1 {
			t.Fatalf("%s: %v, %v", name, points, err)
		}
		raw, err := c.Raw(t.Context(), "1", model.Key{Kind: model.Backup, ID: "501"})
		if err != nil {
			t.Fatal(err)
		}
		status = http.StatusUnauthorized
		_, refused := c.Backups(t.Context(), model.BackupFilter{})
		server.Close()
		texts := map[string]string{"description": points[0].Description, "server": points[0].Server.Name, "raw": raw,
			"failure": refused.Error()}
		for i, e := range exchanges {
			texts[fmt.Sprint("exchange ", i)] = e.ResponseBody
		}
		for where, text := range texts {
			if !strings.Contains(text, "[token]") {
				t.Errorf("%s, %s: %q", name, where, text)
			}
			for _, part := range tokenParts(longToken) {
				if strings.Contains(text, part) {
					t.Errorf("%s, %s: %q", name, where, text)
				}
			}
		}
	}
}

func BenchmarkMask(b *testing.B) {
	m := newMask(longToken)
	text := []byte(strings.Repeat(`{"id": 12345, "description": "Automatic daily backup", "status": "completed"}`,
		14_000))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		m.hide(text)
	}
}

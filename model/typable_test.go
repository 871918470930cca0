package model

import (
	"fmt"
	"strings"
	"testing"
)

func TestTypableNames(t *testing.T) {
	for name, want := range map[string]bool{
		"web-server-01": true, "nb sp": true, "-oProxyCommand=x": true, "[bold]<b>%s$(x)`y`\\n": true, "Straße": true,
		"İstanbul": true, "日本語サーバー-01": true, "שרת-1": true, "خادم-2": true, "сервер": true,
		strings.Repeat("a", 64): true,
		"":                      false, " ": false, "\u00a0": false, "\u200b": false, "\u2060\ufeff": false,
		"nb\u00a0sp":   false,
		"ideo\u3000sp": false,
		" lead":        false, "trail ": false, "two  spaces": false, Clean("a\u202eb"): false, "cafe\u0301": false,
		"café":  true,
		"सर्वर": false, "เซิร์ฟ": false, "Z\u0351algo": false, "x\u20e3": false, "1\ufe0f\u20e3": false,
		"\ufdfd":  false,
		"👍🏽-skin": false, "🇩🇪-flag": false, "❤\ufe0f": false, "ｆｕｌｌ": false, "а\u0064min": false,
		"\u1112\u1161\u11ab": false,
		"web\u201001":        false, "a–b": false, "\ufffd": false, "\u2126": false, strings.Repeat("a", 65): false,
		"tab\there": false,
	} {
		if got := Typable(name); got != want {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
	}
}

func TestServerWithoutANameHasALabel(t *testing.T) {
	for _, name := range []string{"", "  ", "\u00a0"} {
		none := ServerRef{ID: "7", Name: name}
		if none.ShortLabel() != "#7" || none.SentenceName() != "the server #7" || none.Label() != "(no name)" {
			t.Errorf("%q is called %q, %q and %q", name, none.ShortLabel(), none.SentenceName(), none.Label())
		}
		full := make([]Point, 5)
		for i := range full {
			full[i] = Point{Kind: Snapshot, ID: ID(fmt.Sprint(i)), Server: none, Status: Completed}
		}
		wanted := ActionRequest{Action: Create, Point: Point{Kind: Snapshot, Server: none, Name: "x"}}
		problems := CheckQuotas([]ActionRequest{wanted}, full)
		if len(problems) != 1 || !strings.HasPrefix(problems[0].Message, "(no name) (#7): ") {
			t.Errorf("%q: %v", name, problems)
		}
	}
}

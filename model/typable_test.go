package model

import (
	"strings"
	"testing"
)

func TestANameIsTypedOnlyWhereWhoSeesItCanTypeIt(t *testing.T) {
	for name, want := range map[string]bool{
		"web-server-01": true, "nb sp": true, "-oProxyCommand=x": true, "[bold]<b>%s$(x)`y`\\n": true, "Straße": true,
		"İstanbul": true, "日本語サーバー-01": true, "שרת-1": true, "خادم-2": true, "сервер": true, strings.Repeat("a", 64): true,
		"": false, " ": false, "\u00a0": false, "\u200b": false, "\u2060\ufeff": false, "nb\u00a0sp": false, "ideo\u3000sp": false,
		" lead": false, "trail ": false, "two  spaces": false, Clean("a\u202eb"): false, "cafe\u0301": false, "café": true,
		"सर्वर": false, "เซิร์ฟ": false, "Z\u0351algo": false, "x\u20e3": false, "1\ufe0f\u20e3": false, "\ufdfd": false,
		"👍🏽-skin": false, "🇩🇪-flag": false, "❤\ufe0f": false, "ｆｕｌｌ": false, "а\u0064min": false, "\u1112\u1161\u11ab": false,
		"web\u201001": false, "a–b": false, "\ufffd": false, "\u2126": false, strings.Repeat("a", 65): false, "tab\there": false,
	} {
		if got := Typable(name); got != want {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
	}
}

package model

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSafeJSONKeepsItsMeaningAndHasNoUnsafeRunes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		said := map[string]string{rapid.String().Draw(t, "key"): rapid.String().Draw(t, "value")}
		var b strings.Builder
		in := json.NewEncoder(&b)
		in.SetEscapeHTML(false)
		if err := in.Encode(said); err != nil {
			t.Fatal(err)
		}
		shown := SafeJSON(b.String())
		for _, l := range strings.Split(shown, "\n") {
			if !isClean(l) && len(l) <= MaxText {
				t.Fatalf("%q", l)
			}
		}
		var got, want map[string]string
		if json.Unmarshal([]byte(shown), &got) != nil || json.Unmarshal([]byte(b.String()), &want) != nil ||
			!reflect.DeepEqual(got, want) {
			t.Fatalf("%q means %q, not %q", shown, got, want)
		}
	})
}

func TestSafeJSONKeepsNumbersAndOrder(t *testing.T) {
	got := SafeJSON("{\"z\":1.50,\"a\":12345678901234567890,\"n\":\"a\u202e\U000e0041\"}")
	want := "{\n  \"z\": 1.50,\n  \"a\": 12345678901234567890,\n  \"n\": \"a\\u202e\\udb40\\udc41\"\n}"
	if got != want {
		t.Errorf("%q", got)
	}
	if got := SafeJSON("<html>\x1b[2J\nx"); got != "<html>^[[2J\nx" {
		t.Errorf("not JSON: %q", got)
	}
}

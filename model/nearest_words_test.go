package model

import (
	"strings"
	"testing"
)

func TestNearestWordIsSuggested(t *testing.T) {
	all := []string{"servers", "backups", "snapshots", "read_only", "mouse", "motion", "age", "ip"}
	for word, want := range map[string]string{
		"servres": "servers", "Servers": "servers", "server": "servers", "bakcups": "backups", "readonly": "read_only",
		"Read-Only": "read_only",
		"mosue":     "mouse", "mouze": "mouse", "age": "age", "aeg": "age", "colour": "", "": "", "xy": "", "日本": "",
		"snapshotsssssss": "",
	} {
		if got := strings.Join(NearestWords(word, all), ","); got != want {
			t.Errorf("%q: got %q, want %q", word, got, want)
		}
	}
	if got := DidYouMean("bat", []string{"cat", "hat", "dog"}); got != "; did you mean cat or hat?" {
		t.Errorf("got %q", got)
	}
}

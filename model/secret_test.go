package model

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestSecretIsNeverPrinted(t *testing.T) {
	type token struct {
		Value  Secret
		Source string
	}
	secret := NewSecret("vps_s3cret")
	if secret.Reveal() != "vps_s3cret" {
		t.Fatal("Reveal does not return the text")
	}
	shown := token{secret, "x"}
	inside := struct{ token token }{shown} // unexported: fmt reads it by reflection and calls no method
	for _, v := range []any{secret, &secret, []Secret{secret}, shown, &shown, []token{shown}, inside, &inside} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			if text := fmt.Sprintf(verb, v); strings.Contains(text, "s3cret") ||
				strings.Contains(text, fmt.Sprintf("%x", "s3cret")) {
				t.Errorf("%s of %T shows it: %s", verb, v, text)
			}
		}
	}
	if got := fmt.Sprintf("%v %s", secret, secret.String()+secret.GoString()); strings.Count(got, HiddenToken) != 3 {
		t.Errorf("got %q", got)
	}
	if text, err := json.Marshal(shown); err != nil || !strings.Contains(string(text), "hidden") ||
		strings.Contains(string(text), "s3cret") {
		t.Errorf("as JSON: %s, %v", text, err)
	}
	var none Secret
	if !none.IsEmpty() || none.Reveal() != "" || !NewSecret("").IsEmpty() || secret.IsEmpty() {
		t.Error("only the secret without a text must be empty")
	}
}

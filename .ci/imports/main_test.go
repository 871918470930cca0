package main

import (
	"strings"
	"testing"
)

func TestForbiddenImportsAreReported(t *testing.T) {
	for line, want := range map[string]string{
		"m m/internal/cli": "",
		"m m/ui":           "of this module it may import only internal/cli",
		"m/internal/cli m/ui m/api m/api/sim m/internal/settings github.com/spf13/cobra": "",
		"m m/api/apitest":                                  "main imports m/api/apitest",
		"m m/internal/termtest":                            "main imports m/internal/termtest",
		"m/model errors encoding/json":                     "",
		"m/model charm.land/lipgloss/v2":                   "only the standard library",
		"m/model github.com/charmbracelet/x/ansi":          "only the standard library",
		"m/model m/keymap":                                 "may import only model/pattern",
		"m/model m/model/query":                            "may import only model/pattern",
		"m/model/query charm.land/lipgloss/v2":             "only the standard library",
		"m/keymap charm.land/bubbles/v2/key":               "",
		"m/ui/style m/model":                               "may import only nothing",
		"m/ui/widget m/ui/style":                           "",
		"m/ui/widget m/ui/dialog":                          "ui/widget imports m/ui/dialog",
		"m/ui/command m/ui/dialog":                         "ui/command imports m/ui/dialog",
		"m/ui/screen m/ui/command m/ui/dialog m/ui/widget": "",
		"m/ui/screen m/api":                                "ui/screen imports m/api",
		"m/ui net/http":                                    "must not use HTTP",
		"m/ui/command net/http/httptest":                   "must not use HTTP",
		"m/ui/dialog charm.land/huh/v2":                    "",
		"m/ui/screen charm.land/huh/v2":                    "only ui/dialog may",
		"m charm.land/huh/v2/spinner":                      "only ui/dialog may",
		"m/api m/model net/http":                           "",
		"m/api m/api/sim":                                  "api imports m/api/sim",
		"m/api/sim m/api":                                  "api/sim imports m/api",
		"m/internal/settings m/model":                      "",
		"m/internal/settings m/api":                        "internal/settings imports m/api",
		"m/screenshots m/ui m/api m/internal/terminal":     "",
		"m/util m/model":                                   "util is not in the table",
	} {
		got := strings.Join(check("m", []string{line}), "\n")
		if (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q", line, got, want)
		}
	}
}

package settings

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestConfigErrorsNameFileLineAndColumn(t *testing.T) {
	for text, words := range map[string][]string{
		"ascii = true\nreadonly = true": {"line 2, column 1", `unknown setting "readonly"`,
			"did you mean read_only?"},
		"raed_only = true":  {"did you mean read_only?"},
		"token_fil = 'x'":   {"did you mean token_file?"},
		"VPS_API_URL = 'x'": {"did you mean api_url?"},
		"colour = true": {`unknown setting "colour"`,
			"valid: api_url, ascii, ca_file, columns, command,"},
		"[colour]\ndark = 1":                  {"line 1, column 2", `unknown setting "colour"`},
		"ui.colour = 1":                       {`unknown setting "ui.colour"`},
		"token = 'vps_s3cret'":                {"line 1, column 1", "VPS_API_TOKEN", "token_file"},
		"color = 1\napi_token = 'vps_s3cret'": {"line 2, column 1", "VPS_API_TOKEN"},
		"VPS_API_TOKEN = 's3cret'":            {"VPS_API_TOKEN", "token_file"},
		"vps_s3cret = 1":                      {"VPS_API_TOKEN"},
		"vps_s3cret = 1\nvps_s3cret = 2":      {"already defined"},
		"token_file = 'vps_s3cret'":           {"token_file is a token"},
		"api_url = 'vps_s3cret'":              {"api_url is a token"},
		"api_url = vps_s3cret":                {"column 11", "'v'", "a string needs quotes"},
		"read_only = yes":                     {"line 1, column 13", "true and false"},
		"read_only = 'yes'":                   {"read_only must be true or false"},
		"api_url = 5":                         {"line 1, column 11", "api_url must be a string in quotes"},
		"api_url = ''":                        {"api_url is empty"},
		"token_file = ' '":                    {"token_file is empty"},
		"api_url = 'x":                        {"line 1, column 12", "unterminated"},
		"ascii = true\nascii = false":         {"line 2, column 1", "already defined"},
		"keys = 1":                            {`"action.restore" = ["R"]`},
		"[keys]\naction.restore = ['R']":      {"line 2", `"action.restore" = ["R"]`},
		"[keys]\n'action.restore' = 'R'":      {"line 2", `"action.restore" = ["R"]`},
		"[keys]\n'action.restore' = [1]":      {"line 2", `"action.restore" = ["R"]`},
		"[[keys]]":                            {`"action.restore" = ["R"]`},
		"\xff":                                {"line 1, column 1", "invalid character"},
		"ascii":                               {"expected '=' after key"},
		"# ok\n\nascii = true\n\n[keys\na=1":  {"line 5, column 6"},
	} {
		path := writeFile(t, 0o600, text, t.TempDir(), "config.toml")
		_, err := Load(Sources{Flags: Flags{ConfigFile: &path}, Getenv: getenvFrom(nil), DefaultURL: builtInURL})
		requireError(t, err, ExitConfig, append(words, path)...)
		if err != nil && (strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), " toml:") ||
			strings.Contains(err.Error(), "struct") || strings.Contains(err.Error(), "U+")) {
			t.Errorf("%q repeats a token or names Go types", err)
		}
	}
}

func TestNamedConfigMustBeReadable(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "none.toml")
	_, err := Load(Sources{Flags: Flags{ConfigFile: &missing}, Getenv: getenvFrom(nil), DefaultURL: builtInURL})
	requireError(t, err, ExitConfig, missing, "no such file or directory")
	_, err = Load(Sources{Flags: Flags{ConfigFile: &dir}, Getenv: getenvFrom(nil), DefaultURL: builtInURL})
	requireError(t, err, ExitConfig, dir, "is a directory")
	empty := ""
	_, err = Load(Sources{Flags: Flags{ConfigFile: &empty}, Getenv: getenvFrom(nil), DefaultURL: builtInURL})
	requireError(t, err, ExitConfig, "cannot be read")
}

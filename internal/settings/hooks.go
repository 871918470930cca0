package settings

import (
	"slices"
	"strings"
	"time"

	"vpsdeck/internal/hook"
)

// HookRule is a [[hook]] of the config as written: which program or address is told of which events.
type HookRule struct {
	On         []string `toml:"on"`
	Run        []string `toml:"run"`
	URL        string   `toml:"url"`
	Header     string   `toml:"header"`
	HeaderEnv  string   `toml:"header_env"`
	HeaderFile string   `toml:"header_file"`
	Timeout    *string  `toml:"timeout"`
}

// loadHooks loads the hooks. Its errors are of type Error with ExitConfig and name the hook by its
// number. They never repeat its address or its arguments, which may be secrets.
func (s *Settings) loadHooks(file configFile, resolve func(string) string) error {
	for i, r := range file.Hook {
		h := hook.Hook{On: r.On, Run: r.Run, URL: r.URL, Header: r.Header, HeaderEnv: r.HeaderEnv,
			HeaderFile: r.HeaderFile, Timeout: hook.DefaultTimeout}
		why := ""
		if r.Timeout != nil {
			var err error
			if h.Timeout, err = time.ParseDuration(*r.Timeout); err != nil {
				why = "timeout is not a time: write it like 10s or 1m"
			}
		}
		if h.HeaderEnv != "" && !variablePattern().MatchString(h.HeaderEnv) {
			why = "header_env is the name of a variable, such as HOOK_TOKEN"
		}
		if hook.IsTokenVariable(h.HeaderEnv, file.tokenVariables()) {
			why = "header_env cannot be " + h.HeaderEnv + ": the API token is sent to the API only"
		}
		if h.HeaderFile != "" && slices.Contains(file.tokenFiles(resolve), resolve(h.HeaderFile)) {
			why = "header_file cannot be a token_file: the API token is sent to the API only"
		}
		texts := append([]string{h.URL, h.Header, h.HeaderEnv, h.HeaderFile}, h.Run...)
		if slices.ContainsFunc(texts, func(text string) bool { return strings.HasPrefix(text, "vps_") }) {
			why = "it contains a token, and " + tokenMisplaced
		}
		if why == "" {
			why = h.Check()
		}
		if why != "" {
			return Errorf(ExitConfig, "%s: hook %d: %s", s.TablePosition("hook", i+1), i+1, why)
		}
		if h.HeaderFile != "" {
			h.HeaderFile = resolve(h.HeaderFile)
		}
		s.Hooks = append(s.Hooks, h)
	}
	return nil
}

//go:build unix

package e2e

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"vpsdeck/internal/lanes"
)

// requireShellsVar names the environment variable that makes a missing shell a failure instead of a
// skip.
const requireShellsVar = "VPSDECK_SHELLS"

// hostileNames are server names that create a file called pwned if a shell runs them as code.
var hostileNames = []string{
	"web;touch pwned", "web$(touch pwned)", "web`touch pwned`", "web(touch pwned)", "web' touch pwned '",
	`web" $(touch pwned) "`,
	"web|touch pwned", "web&touch pwned", "web>pwned", "web-*", "web ${x:=$(touch pwned)}", `web\$(touch pwned)`,
	"web{a,$(touch pwned)}",
}

// In each shell the completed name is used as one argument, and the next argument is completed
// after it.
var shellScripts = map[string]string{
	// complete -C does what the tab key does.
	"fish": `vpsdeck completion fish | source
for typed in 'vpsdeck snapshot w' "vpsdeck snapshot '(touch pwned)' w" \
    'vpsdeck snapshot x\;touch\ pwned w' "vpsdeck snapshot 'web-*' w"
    complete -C $typed
end
for name in (complete -C 'vpsdeck snapshot w' | string split -f1 \t)
    complete -C "vpsdeck snapshot "(string escape -- $name)" w"
end`,
	// The two functions replace those of bash-completion and of bash that the script calls.
	"bash": `_get_comp_words_by_ref() {
	words=("${COMP_WORDS[@]}") cword=$COMP_CWORD cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
}
compopt() { :; }
source <(vpsdeck completion bash)
tab() {
	COMP_WORDS=("$@") COMP_CWORD=$(($#-1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE} COMP_TYPE=9 COMPREPLY=()
	__start_vpsdeck
}
tab vpsdeck snapshot w
first=("${COMPREPLY[@]}")
for name in "${first[@]}"; do
	tab vpsdeck snapshot "$name" w
	printf '%s\n' "${COMPREPLY[@]}"
done
tab vpsdeck snapshot "'(touch pwned)'" w
printf '%s\n' "${COMPREPLY[@]}"`,
	// The functions replace those of zsh's completion that the script calls. Names are quoted as
	// zsh does.
	"zsh": `compdef() { :; }
_describe() { local list=$2; [[ $list == completions ]] && found=("${completions[@]}"); return 0; }
source <(vpsdeck completion zsh)
tab() { words=("$@") CURRENT=$# found=(); _vpsdeck; }
tab vpsdeck snapshot w
names=("${found[@]}")
for name in "${names[@]}"; do
	tab vpsdeck snapshot "${(q)name%%:*}" w
	print -r -l -- "${found[@]}"
done
tab vpsdeck snapshot "'(touch pwned)'" w
print -r -l -- "${found[@]}"`,
}

func TestCompletionNeverRunsNamesOrArguments(t *testing.T) {
	t.Parallel()
	names := lanes.Rows(hostileNames)
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var results []map[string]any
		if strings.HasSuffix(r.URL.Path, "/servers/") {
			for i, name := range names {
				results = append(results, map[string]any{"id": 100 + i, "name": name, "status": "active"})
			}
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"count": len(results), "results": results})
	}))
	t.Cleanup(api.Close)
	for shell, script := range shellScripts {
		t.Run(shell, func(t *testing.T) {
			path, err := exec.LookPath(shell)
			if err != nil && os.Getenv(requireShellsVar) != "" {
				t.Fatal("there is no " + shell)
			}
			if err != nil {
				t.Skip("there is no " + shell)
			}
			dir := t.TempDir()
			file := filepath.Join(dir, "script")
			if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), path, file)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_CONFIG_HOME="+dir, "XDG_STATE_HOME="+dir,
				"XDG_CACHE_HOME="+dir,
				"VPS_API_URL="+api.URL, "VPS_API_TOKEN=vps_x", "PATH="+filepath.Dir(binary)+":"+os.Getenv("PATH"))
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			// It must complete after each of the names, and after the argument.
			if n := strings.Count(strings.ReplaceAll(string(out), `\`, ""), "touch pwned"); n < len(names) {
				t.Errorf("completions are missing:\n%s", out)
			}
			if _, err := os.Stat(filepath.Join(dir, "pwned")); err == nil {
				t.Errorf("it ran code:\n%s", out)
			}
		})
	}
}

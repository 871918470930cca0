// Command imports fails if a package imports one that the table does not allow. Run it in the
// module's root. Test files may import anything: the table is for the program.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// table lists which packages of this module a package may import. A package that is in no list
// (api/apitest, internal/lanes, internal/simtest, internal/termtest) is for tests only.
var table = map[string][]string{
	"model/pattern":   {},
	"model":           {"model/pattern"},
	"model/query":     {"model", "model/pattern"},
	"model/retention": {"model", "model/pattern"},
	"keymap":          {},
	"ui/style":        {},

	"ui/widget":  {"model", "keymap", "ui/style"},
	"ui/command": {"model", "model/retention", "keymap", "ui/style", "ui/widget"},
	"ui/dialog":  {"model", "model/pattern", "keymap", "ui/style", "ui/widget"},
	"ui/screen": {"model", "model/pattern", "model/query", "model/retention", "keymap", "ui/style", "ui/widget",
		"ui/command", "ui/dialog"},
	"ui": {"model", "model/query", "model/pattern", "keymap", "ui/style", "ui/widget", "ui/command", "ui/dialog",
		"ui/screen", "internal/poll"},

	"api":         {"model", "internal/clock"},
	"api/sim":     {"model", "internal/clock"},
	"api/apitest": {"model"},

	"internal/atomicfile": {},
	"internal/clock":      {},
	"internal/fserror":    {},
	"internal/settings": {"model", "model/query", "model/retention", "internal/atomicfile", "internal/fserror",
		"internal/hook"},
	"internal/event": {"model"},
	"internal/hook":  {"model", "internal/event", "internal/fserror"},
	"internal/monitor": {"model", "internal/atomicfile", "internal/event", "internal/fserror", "internal/hook",
		"internal/metrics", "ui/command"},
	"internal/journal": {"model", "internal/clock", "internal/fserror"},
	"internal/cache":   {"model"},
	"internal/headless": {"model", "model/pattern", "model/query", "model/retention", "internal/atomicfile",
		"internal/fserror", "internal/metrics", "internal/poll", "internal/report", "internal/settings", "ui/command",
		"ui/widget"},
	"internal/keyboard": {},
	"internal/metrics":  {"model"},
	"internal/poll":     {"model", "ui/command"},
	"internal/report":   {"model", "ui/widget"},
	"internal/sshd": {"model", "internal/clock", "internal/fserror", "internal/keyboard", "internal/watch",
		"internal/window"},
	"internal/team":     {"model", "internal/poll", "ui/command"},
	"internal/terminal": {},
	"internal/lanes":    {},
	"internal/watch":    {},
	"internal/window":   {},
	"internal/simtest":  {"api", "api/sim", "model"},
	"internal/termtest": {"internal/terminal"},
	"internal/e2e":      {},
	"internal/app":      {"ui", "internal/keyboard", "internal/settings", "internal/window"},

	"internal/bench":                {"api/sim", "internal/bench/process", "internal/terminal"},
	"internal/bench/baseline":       {"internal/bench/baseline/text"},
	"internal/bench/baseline/serve": {"internal/bench/baseline/text"},
	"internal/bench/baseline/text":  {},
	"internal/bench/process":        {},

	"": {"internal/cli"},
	"internal/cli": {
		"internal/app", "model", "model/query", "model/retention", "keymap", "ui/style", "ui/widget", "ui/command",
		"ui/dialog", "ui/screen", "ui", "api",
		"api/sim",
		"internal/atomicfile", "internal/headless", "internal/journal", "internal/keyboard", "internal/cache",
		"internal/settings",
		"internal/sshd", "internal/team", "internal/watch", "internal/window",
		"internal/clock", "internal/event", "internal/hook", "internal/metrics", "internal/monitor",
	},
	"screenshots/picture": {"internal/terminal"},
	"screenshots": {"screenshots/picture", "model", "keymap", "ui/style", "ui", "ui/command", "api", "api/sim",
		"internal/team", "internal/terminal"},
}

func main() {
	module, err := goList("-m")
	if err != nil {
		fail(err)
	}
	packages, err := goList("-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`, "./...")
	if err != nil {
		fail(err)
	}
	problems := check(strings.TrimSpace(module), strings.Split(strings.TrimSpace(packages), "\n"))
	if len(problems) > 0 {
		fail(fmt.Errorf("%s", strings.Join(problems, "\n")))
	}
}

func goList(args ...string) (string, error) {
	cmd := exec.Command("go", append([]string{"list"}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go list %s: %w", strings.Join(args, " "), err)
	}
	return string(out), nil
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// check reads lines of a package and its imports, and returns a message for each import that is not
// allowed.
func check(module string, lines []string) []string {
	var problems []string
	for _, line := range lines {
		paths := strings.Fields(line)
		pkg := within(module, paths[0])
		allowed, known := table[pkg]
		if !known {
			problems = append(problems, fmt.Sprintf("%s is not in the table: add it in .ci/imports/main.go", pkg))
			continue
		}
		for _, path := range paths[1:] {
			if reason := forbidden(module, pkg, allowed, path); reason != "" {
				problems = append(problems, fmt.Sprintf("%s imports %s: %s", name(pkg), path, reason))
			}
		}
	}
	return problems
}

// forbidden returns why the package may not import the path, or "".
func forbidden(module, pkg string, allowed []string, path string) string {
	ours := path == module || strings.HasPrefix(path, module+"/")
	standard := !ours && !strings.Contains(strings.Split(path, "/")[0], ".")
	screens := pkg == "ui" || strings.HasPrefix(pkg, "ui/")
	switch {
	case ours && !slices.Contains(allowed, within(module, path)):
		return "of this module it may import only " + list(allowed)
	case (pkg == "model" || strings.HasPrefix(pkg, "model/")) && !ours && !standard:
		return "it may import only the standard library"
	case screens && (path == "net/http" || strings.HasPrefix(path, "net/http/")):
		return "the screens must not use HTTP"
	case strings.HasPrefix(path, "charm.land/huh/") && pkg != "ui/dialog":
		return "only ui/dialog may import huh"
	}
	return ""
}

// within returns the path inside the module; "" is its root.
func within(module, path string) string {
	return strings.TrimPrefix(strings.TrimPrefix(path, module), "/")
}

func name(pkg string) string {
	if pkg == "" {
		return "main"
	}
	return pkg
}

func list(packages []string) string {
	if len(packages) == 0 {
		return "nothing"
	}
	return strings.Join(packages, ", ")
}

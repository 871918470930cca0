// Command imports fails when a package imports one that stands beside or above it. Run it in the module's root. Test files
// may import what they like: the table is about the program.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// table says which of our packages a package may import. One that is in no list (api/apitest, internal/termtest) is for
// tests alone.
var table = map[string][]string{
	"model":    {},
	"keymap":   {},
	"ui/style": {},

	"ui/widget":  {"model", "keymap", "ui/style"},
	"ui/command": {"model", "keymap", "ui/style", "ui/widget"},
	"ui/dialog":  {"model", "keymap", "ui/style", "ui/widget"},
	"ui/screen":  {"model", "keymap", "ui/style", "ui/widget", "ui/command", "ui/dialog"},
	"ui":         {"model", "keymap", "ui/style", "ui/widget", "ui/command", "ui/dialog", "ui/screen"},

	"api":         {"model"},
	"api/sim":     {"model"},
	"api/apitest": {"model"},

	"internal/settings": {"model"},
	"internal/journal":  {"model"},
	"internal/cache":    {"model"},
	"internal/headless": {"model", "ui/widget", "ui/command", "internal/settings"},
	"internal/keyboard": {},
	"internal/sshd":     {"internal/keyboard", "internal/watch", "internal/window"},
	"internal/team":     {"model", "ui/command"},
	"internal/terminal": {},
	"internal/watch":    {},
	"internal/window":   {},
	"internal/termtest": {"internal/terminal"},
	"internal/e2e":      {},
	"internal/app":      {"ui", "internal/keyboard", "internal/settings", "internal/window"},

	"internal/bench":          {"api/sim", "internal/bench/process", "internal/terminal"},
	"internal/bench/baseline": {},
	"internal/bench/loadtest": {"internal/bench/process"},
	"internal/bench/process":  {},

	"": {"internal/cli"},
	"internal/cli": {
		"internal/app", "model", "keymap", "ui/style", "ui/widget", "ui/command", "ui/dialog", "ui/screen", "ui", "api", "api/sim",
		"internal/headless", "internal/journal", "internal/keyboard", "internal/cache", "internal/settings", "internal/sshd", "internal/team", "internal/watch", "internal/window",
	},
	"screenshots/picture": {"internal/terminal"},
	"screenshots":         {"screenshots/picture", "model", "keymap", "ui/style", "ui", "ui/command", "api", "api/sim", "internal/team", "internal/terminal"},
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
	wrong := check(strings.TrimSpace(module), strings.Split(strings.TrimSpace(packages), "\n"))
	if len(wrong) > 0 {
		fail(fmt.Errorf("%s", strings.Join(wrong, "\n")))
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

// check reads lines of a package and its imports, and says what is wrong with each.
func check(module string, lines []string) []string {
	var wrong []string
	for _, line := range lines {
		paths := strings.Fields(line)
		room := within(module, paths[0])
		may, known := table[room]
		if !known {
			wrong = append(wrong, fmt.Sprintf("%s is in no row of the table: give it one in .ci/imports/main.go", room))
			continue
		}
		for _, path := range paths[1:] {
			if why := forbidden(module, room, may, path); why != "" {
				wrong = append(wrong, fmt.Sprintf("%s imports %s: %s", name(room), path, why))
			}
		}
	}
	return wrong
}

// forbidden is why the room may not import the path, or "".
func forbidden(module, room string, may []string, path string) string {
	ours := path == module || strings.HasPrefix(path, module+"/")
	standard := !ours && !strings.Contains(strings.Split(path, "/")[0], ".")
	screens := room == "ui" || strings.HasPrefix(room, "ui/")
	switch {
	case ours && !slices.Contains(may, within(module, path)):
		return "it may import only " + list(may) + " of ours"
	case room == "model" && !ours && !standard:
		return "it is for the standard library alone"
	case screens && (path == "net/http" || strings.HasPrefix(path, "net/http/")):
		return "the screens know no HTTP"
	case strings.HasPrefix(path, "charm.land/huh/") && room != "ui/dialog":
		return "huh is for ui/dialog alone"
	}
	return ""
}

// within is the path inside the module; "" is its root.
func within(module, path string) string {
	return strings.TrimPrefix(strings.TrimPrefix(path, module), "/")
}

func name(room string) string {
	if room == "" {
		return "main"
	}
	return room
}

func list(rooms []string) string {
	if len(rooms) == 0 {
		return "nothing"
	}
	return strings.Join(rooms, ", ")
}

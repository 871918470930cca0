package cli

import (
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"vpsdeck/internal/settings"
	"vpsdeck/model"
	"vpsdeck/model/query"
	"vpsdeck/ui"
)

// startFlags adds the flags that say what the dashboard opens first. What it returns gives their
// values after parsing.
func startFlags(cmd *cobra.Command, flags func() settings.Flags) func(args []string) (ui.Start, error) {
	var start ui.Start
	cmd.Flags().StringVar(&start.View, "view", "", "open this first: "+strings.Join(query.ReservedViews(), ", ")+
		", or a saved view of the config")
	cmd.Flags().StringVar(&start.Filter, "filter", "", "show only matching rows first, as with / in the dashboard")
	registerCompletion(cmd, "view", func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		views := query.ReservedViews()
		if s, err := settings.Load(sources(flags())); err == nil {
			views = viewNames(s.Views)
		}
		return views, cobra.ShellCompDirectiveNoFileComp
	})
	return func(args []string) (ui.Start, error) {
		if len(args) == 0 {
			return start, nil
		}
		if start.View != "" || start.Filter != "" {
			return start, withHelpHint(cmd, settings.Errorf(settings.ExitUsage,
				"a server cannot be combined with --view or --filter"))
		}
		start.Server = args[0]
		return start, nil
	}
}

// checkStartArgs accepts the name of a server to open. A word of letters that resembles a command is
// taken for that command, unless it follows "--".
func checkStartArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	literal := cmd.ArgsLenAtDash() == 0
	if len(args) == 1 && literal {
		return nil
	}
	near := !strings.ContainsFunc(args[0], func(r rune) bool { return !unicode.IsLetter(r) }) &&
		suggestion(cmd, `unknown command "`+args[0]+`" for "`) != ""
	if len(args) > 1 || near || strings.HasPrefix(args[0], "vps_") { // the last would be a token
		return cobra.NoArgs(cmd, args)
	}
	if strings.TrimSpace(args[0]) == "" {
		return settings.Errorf(settings.ExitUsage, "the server name is empty; see vpsdeck --help")
	}
	return nil
}

// viewNames lists what --view can open.
func viewNames(saved []query.SavedView) []string {
	names := query.ReservedViews()
	for _, v := range saved {
		names = append(names, v.Name)
	}
	return names
}

// checkStart checks what the dashboard is to open against the saved views of the config.
func checkStart(start ui.Start, saved []query.SavedView) error {
	if start.View != "" && !slices.Contains(viewNames(saved), start.View) {
		return settings.Errorf(settings.ExitUsage, "--view cannot be %q; valid: %s%s", model.Clean(start.View),
			strings.Join(viewNames(saved), ", "), model.DidYouMean(start.View, viewNames(saved)))
	}
	pane := start.View
	if i := slices.IndexFunc(saved, func(v query.SavedView) bool { return v.Name == start.View }); i >= 0 {
		pane = saved[i].Pane
	}
	if start.Filter != "" && pane != "" && !slices.Contains(query.Panes, pane) {
		return settings.Errorf(settings.ExitUsage, "--filter cannot be combined with --view %s", pane)
	}
	if why := query.CheckFilter(pane, start.Filter); why != "" {
		return settings.Errorf(settings.ExitUsage, "--filter: %s", why)
	}
	return nil
}

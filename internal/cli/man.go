package cli

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	mango "github.com/muesli/mango-cobra"
	"github.com/muesli/roff"
	"github.com/spf13/cobra"

	"vpsdeck/internal/app"
	"vpsdeck/internal/settings"
)

// exitCodes tells people what the codes mean: in the man page, and in docs/SCRIPTING.md, which a test compares.
var exitCodes = []struct {
	code  settings.ExitCode
	means string
}{
	{settings.ExitOK, "fine"},
	{settings.ExitOther, "anything without a code of its own: the API is down or refused the request, a restore point failed"},
	{settings.ExitUsage, "the command line is wrong, or the dashboard has no terminal"},
	{settings.ExitConfig, "the config, or a setting in the environment, cannot be used"},
	{settings.ExitToken, "there is no token, or the API does not accept it"},
	{settings.ExitNotFound, "no server has that name or more than one has, or there is no such restore point"},
	{settings.ExitRefused, "refused by a safety rule: read-only, no --yes, another server's name, the last restore point, a name that would not do"},
	{settings.ExitLimited, "not now: a quota is full, too many requests, something is still running, or --timeout is up"},
	{settings.ExitUnknown, "the answer to a deed was lost: it may have been done all the same, so look before you do it again"},
	{settings.ExitCoverage, "check: a server does not meet its policy"},
	{settings.ExitUnconfirmed, "the API accepted the action, and its lists never showed it: look at the server before you do it again"},
	{settings.ExitUnchecked, "check: coverage could not be judged: no answer, no token, no servers, or none that the name fits"},
}

// manCommand writes the man page, from the same words as the help. It is for whoever packs the program.
func manCommand(do *runFunc) *cobra.Command {
	return &cobra.Command{
		Use: "man", Short: "Write the man page", Hidden: true, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			*do = func(context.Context) error {
				page, err := manPage(cmd.Root())
				if err == nil {
					_, err = fmt.Fprint(cmd.OutOrStdout(), page)
				}
				if err != nil {
					return settings.Errorf(settings.ExitOther, "the man page could not be written")
				}
				return nil
			}
			return nil
		},
	}
}

// headingPattern matches the line that man draws above and below the page. mango puts a whole sentence where the manual's part
// belongs, for which there is no room.
var headingPattern = regexp.MustCompile(`(?m)^(\.TH VPSDECK 1 "[0-9-]+") .*$`)

func manPage(root *cobra.Command) (string, error) {
	page, err := mango.NewManPage(1, root)
	if err != nil {
		return "", err
	}
	var codes strings.Builder
	for _, c := range exitCodes {
		fmt.Fprintf(&codes, "%d: %s.\n", c.code, c.means)
	}
	page.WithSection("Environment", "VPS_API_TOKEN: the token.\nVPS_API_URL: the API's address.\nVPS_PROFILE: the account, a profile of the config.")
	page.WithSection("Exit status", codes.String())
	text := headingPattern.ReplaceAllString(page.Build(roff.NewDocument()), `$1 "vpsdeck `+app.Version()+`" "User Commands"`)
	// mango puts the two dashes of a long flag before a short one too.
	return strings.ReplaceAll(text, "--o --output", "-o, --output"), nil
}

package cli

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"

	mango "github.com/muesli/mango-cobra"
	"github.com/muesli/roff"
	"github.com/spf13/cobra"

	"vpsdeck/internal/app"
	"vpsdeck/internal/settings"
)

// exitCodes describes the exit codes for the man page. A test compares it with docs/SCRIPTING.md.
var exitCodes = []struct {
	code  settings.ExitCode
	means string
}{
	{settings.ExitOK, "success"},
	{settings.ExitOther, "any other error: the API is down or refused the request, or a restore point failed"},
	{settings.ExitUsage, "wrong command line, or no terminal for the dashboard"},
	{settings.ExitConfig, "the config, or a setting in the environment, is invalid"},
	{settings.ExitToken, "there is no token, or the API does not accept it"},
	{settings.ExitNotFound, "no server or more than one has that name, or there is no such restore point"},
	{settings.ExitRefused, "refused by a safety rule: read-only, no --yes, wrong server name, last restore point, " +
		"invalid name"},
	{settings.ExitLimited, "not now: full quota, rate limit, another operation still running, or --timeout reached"},
	{settings.ExitUnknown, "outcome unknown: the response was lost and the action may have been done; check before " +
		"you repeat it"},
	{settings.ExitCoverage, "check: a server does not meet its policy"},
	{settings.ExitUnconfirmed, "unconfirmed: the API accepted the action but never listed it; check the server " +
		"before you repeat it"},
	{settings.ExitUnchecked, "check: coverage could not be checked: no response, no token, no servers, or none with " +
		"that name"},
}

// manCommand prints the man page, built from the help texts. It is for packagers.
func manCommand(do *runFunc) *cobra.Command {
	return &cobra.Command{
		Use: "man", Short: "Write the man page", Hidden: true, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			*do = func(context.Context) error {
				page, err := manPage(cmd.Root())
				if err != nil {
					return settings.Errorf(settings.ExitOther, "the man page could not be generated")
				}
				_, err = fmt.Fprint(cmd.OutOrStdout(), page)
				return stdoutError(err)
			}
			return nil
		},
	}
}

// headingPattern matches the header line of the page. mango puts a whole sentence where the
// manual's section name belongs, which is too long, and today as the date.
var headingPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^\.TH VPSDECK 1 "[0-9-]+" .*$`)
})

func manPage(root *cobra.Command) (string, error) {
	showFlagArguments(root)
	page, err := mango.NewManPage(1, root)
	if err != nil {
		return "", err
	}
	var codes strings.Builder
	for _, c := range exitCodes {
		fmt.Fprintf(&codes, "%d: %s.\n", c.code, c.means)
	}
	page.WithSection("Environment", lines(`
		VPS_API_TOKEN: the token.
		VPS_API_URL: the URL of the API.
		VPS_PROFILE: the account, a profile of the config.`))
	page.WithSection("Exit status", codes.String())
	text := headingPattern().ReplaceAllLiteralString(page.Build(roff.NewDocument()), manHeading(app.ReadBuild()))
	// mango writes two dashes before short flags too.
	return strings.ReplaceAll(text, "--o --output", "-o, --output"), nil
}

// manHeading returns the header line. It has the commit's date, so that the same commit gives the
// same page.
func manHeading(b app.Build) string {
	day := ""
	if b.Date != nil {
		day, _, _ = strings.Cut(*b.Date, "T")
	}
	return fmt.Sprintf(".TH VPSDECK 1 %q %q \"User Commands\"", day, "vpsdeck "+b.Version)
}

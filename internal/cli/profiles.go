package cli

import (
	"context"
	"io"
	"os"

	"github.com/spf13/cobra"

	"vpsdeck/internal/headless"
	"vpsdeck/internal/settings"
)

func profilesCommand(do *runFunc) *cobra.Command {
	var account func() settings.Flags
	var output func() (headless.Format, error)
	cmd := &cobra.Command{
		Use:   "profiles",
		Short: "List the accounts of the config",
		Long: "List the accounts of the config: where each is, where its token comes from, and what holds on it. The one in use is " +
			"marked; none is the account outside of all profiles. No token is looked for, and nobody is asked.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			flags := account()
			format, err := output()
			*do = func(context.Context) error { return listProfiles(cmd.OutOrStdout(), format, flags) }
			return err
		},
	}
	account, output = accountFlags(cmd), outputFlag(cmd)
	return cmd
}

func listProfiles(out io.Writer, format headless.Format, flags settings.Flags) error {
	inUse, err := settings.Load(sources(flags))
	if err != nil {
		return err
	}
	var rows []headless.ProfileRow
	for _, name := range append(inUse.Profiles, "") {
		s, err := settings.Load(sources(withProfile(flags, name)))
		if err != nil {
			return err
		}
		row := headless.ProfileRow{
			Profile: name, InUse: name == inUse.Profile, API: s.Host, Token: settings.NewTokens(s, os.Getenv).Source(),
			Actions: actionMode(s), Stripe: stripe(s),
		}
		if name == "" {
			row.Profile = settings.NoProfile
		}
		rows = append(rows, row)
	}
	return headless.WriteProfiles(out, format, rows)
}

// actionMode says how deeds are asked for on an account.
func actionMode(s settings.Settings) string {
	switch {
	case s.ReadOnly:
		return "read-only"
	case s.StrictConfirm:
		return settings.ConfirmStrict
	}
	return settings.ConfirmNormal
}

package cli

import (
	"context"
	"io"

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
		Long: paragraphs(`
			List the accounts of the config: the API host, the token source, and how actions are confirmed. The
			account in use is marked; "none" is the account without a profile. No token is read and no request is
			sent.`),
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			flags := account()
			format, err := output()
			*do = func(context.Context) error { return listProfiles(cmd.OutOrStdout(), format, flags) }
			return err
		},
	}
	account, output = accountFlags(cmd), outputFlags(cmd, headless.ProfileFields)
	return cmd
}

func listProfiles(out io.Writer, format headless.Format, flags settings.Flags) error {
	inUse, err := settings.Load(sources(flags))
	if err != nil {
		return err
	}
	var rows []headless.ProfileRow
	for _, name := range append(inUse.Profiles, "") {
		acc, err := newAccess(withProfile(flags, name))
		if err != nil {
			return err
		}
		s := acc.settings
		row := headless.ProfileRow{
			Profile: name, InUse: name == inUse.Profile, API: s.Host, Token: acc.tokens.Source(),
			Actions: actionMode(s), Stripe: stripe(s),
		}
		if name == "" {
			row.Profile = settings.NoProfile
		}
		rows = append(rows, row)
	}
	return headless.WriteProfiles(out, format, rows)
}

// actionMode returns how actions are confirmed on an account, or "read-only".
func actionMode(s settings.Settings) string {
	switch {
	case s.ReadOnly:
		return "read-only"
	case s.StrictConfirm:
		return settings.ConfirmStrict
	}
	return settings.ConfirmNormal
}

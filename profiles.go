package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"vpsdeck/internal/settings"
)

func profilesCommand(do *deed) *cobra.Command {
	var account func() settings.Flags
	cmd := &cobra.Command{
		Use:   "profiles",
		Short: "List the accounts of the config",
		Long: "List the accounts of the config: where each is, where its token comes from, and what holds on it. The one in use is " +
			"marked; none is the account outside of all profiles. No token is looked for, and nobody is asked.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			flags := account()
			*do = func(context.Context) error { return listProfiles(cmd.OutOrStdout(), flags) }
			return nil
		},
	}
	account = accountFlags(cmd)
	return cmd
}

func listProfiles(out io.Writer, flags settings.Flags) error {
	inUse, err := settings.Load(sources(flags))
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "\tPROFILE\tAPI\tTOKEN\tDEEDS\tSTRIPE") // the writer keeps what it is given until Flush
	for _, name := range append(inUse.Profiles, "") {
		s, err := settings.Load(sources(on(flags, name)))
		if err != nil {
			return err
		}
		if s.Stripe = stripe(s); s.Stripe == "" {
			s.Stripe = "-"
		}
		mark, shown := " ", name
		if name == inUse.Profile {
			mark = "*"
		}
		if name == "" {
			shown = settings.NoProfile
		}
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n",
			mark, shown, s.Account, settings.NewTokens(s, os.Getenv).Source(), deedsOn(s), s.Stripe)
	}
	return told(table.Flush())
}

// deedsOn says how deeds are asked for on an account.
func deedsOn(s settings.Settings) string {
	switch {
	case s.ReadOnly:
		return "read-only"
	case s.Strict:
		return settings.ConfirmStrict
	}
	return settings.ConfirmUsual
}

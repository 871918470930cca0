package main

import (
	"context"
	"fmt"

	mango "github.com/muesli/mango-cobra"
	"github.com/muesli/roff"
	"github.com/spf13/cobra"

	"vpsdeck/internal/settings"
)

// manCommand writes the man page, from the same words as the help. It is for whoever packs the program.
func manCommand(do *deed) *cobra.Command {
	return &cobra.Command{
		Use: "man", Short: "Write the man page", Hidden: true, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			*do = func(context.Context) error {
				page, err := mango.NewManPage(1, cmd.Root())
				if err == nil {
					_, err = fmt.Fprint(cmd.OutOrStdout(), page.Build(roff.NewDocument()))
				}
				if err != nil {
					return settings.Faultf(settings.ExitOther, "the man page could not be written")
				}
				return nil
			}
			return nil
		},
	}
}

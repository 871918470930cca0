package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"vpsdeck/internal/app"
	"vpsdeck/internal/settings"
	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// tokenPlaces are the names of the places that login can be told to keep a token in.
var tokenPlaces = map[string]settings.Store{"keyring": settings.InKeyring, "file": settings.InFile}

func loginCommand(do *runFunc) *cobra.Command {
	var keep string
	var account func() settings.Flags
	cmd := &cobra.Command{
		Use:   "login",
		Short: "Keep the API token of an account",
		Long: "Keep the API token of an account. It is asked for, hidden, or read from standard input where that is no terminal; " +
			"it is tried, and then kept in the system's keyring or in a file that only you can read.",
		Example: "# the account of [profile.work]\nvpsdeck login --profile work\n# from a password manager, on a machine without a keyring\n" +
			"pass show vps/work | vpsdeck login --profile work --keep file",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			place, known := tokenPlaces[keep]
			if !known && cmd.Flags().Changed("keep") {
				return withHelpHint(cmd, settings.Errorf(settings.ExitUsage, "--keep cannot be %q: there are keyring and file", keep))
			}
			flags := account()
			*do = func(ctx context.Context) error { return login(ctx, cmd, flags, place) }
			return nil
		},
	}
	cmd.Flags().StringVar(&keep, "keep", "", "where: keyring or file; without it the first of the two that there is")
	registerCompletion(cmd, "keep", cobra.FixedCompletions([]string{"keyring", "file"}, cobra.ShellCompDirectiveNoFileComp))
	account = accountFlags(cmd)
	return cmd
}

// login asks for a token, tries it, and keeps it.
func login(ctx context.Context, cmd *cobra.Command, flags settings.Flags, place settings.Store) error {
	s, err := settings.Load(sources(flags))
	if err != nil {
		return err
	}
	tokens := settings.NewTokens(s, os.Getenv)
	if err := tokens.CheckStore(place); err != nil {
		return err
	}
	if place == "" {
		place = tokens.Stores()[0]
	}
	ctx, stop := withInterrupt(ctx)
	defer stop()
	secret, err := readToken(ctx, cmd, "API token of "+accountName(s)+", hidden: ")
	if err != nil {
		return err
	}
	door := &access{settings: s, tokens: tokens, log: &command.RequestLog{}}
	client, err := door.Connect(ctx, command.NewSecret(secret.Reveal()))
	if err != nil {
		return err
	}
	kept, err := tokens.Save(secret, place)
	if err != nil {
		return err
	}
	owner := ""
	if account, err := client.Account(ctx); err == nil { // where the API does not tell, the token is good all the same
		owner = ", " + model.Clean(account.Label())
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s%s: the token is kept in %s\n", accountName(s), owner, kept.Source)
	return stdoutError(err)
}

// accountName is the account for a sentence: its profile, and where it is.
func accountName(s settings.Settings) string {
	if s.Profile == "" {
		return s.Host
	}
	return "profile " + s.Profile + " at " + s.Host
}

// stdoutError is what is left of an error in printing.
func stdoutError(err error) error {
	if err != nil {
		return settings.Errorf(settings.ExitOther, "standard output could not be written to")
	}
	return nil
}

// readToken reads a token from the terminal, without showing it, or from whatever else standard input is.
func readToken(ctx context.Context, cmd *cobra.Command, prompt string) (settings.Secret, error) {
	read := func() (string, error) {
		text, err := io.ReadAll(io.LimitReader(cmd.InOrStdin(), 64<<10))
		return string(text), err
	}
	if in, ok := cmd.InOrStdin().(*os.File); ok && term.IsTerminal(int(in.Fd())) {
		before, err := term.MakeRaw(int(in.Fd())) // before the prompt: whoever types at once must not see it either
		if err != nil {
			return settings.Secret{}, errTokenUnreadable
		}
		defer func() { _ = term.Restore(int(in.Fd()), before) }() // also after a signal
		screen := term.NewTerminal(struct {
			io.Reader
			io.Writer
		}{in, cmd.ErrOrStderr()}, "")
		read = func() (string, error) {
			text, err := screen.ReadPassword(prompt)
			if errors.Is(err, io.EOF) { // ctrl+c, or ctrl+d
				err = app.SignalError(syscall.SIGINT)
			}
			return text, err
		}
	}
	type answer struct {
		text string
		err  error
	}
	answered := make(chan answer, 1)
	go func() {
		text, err := read()
		answered <- answer{text, err}
	}()
	select {
	case <-ctx.Done():
		return settings.Secret{}, context.Cause(ctx)
	case a := <-answered:
		return parseToken(a.text, a.err)
	}
}

// errTokenUnreadable says that nothing could be read.
var errTokenUnreadable = settings.Errorf(settings.ExitToken, "the token could not be read")

// parseToken is the token that was read, or why there is none.
func parseToken(text string, err error) (settings.Secret, error) {
	if fault := new(settings.Error); errors.As(err, &fault) {
		return settings.Secret{}, fault
	}
	if err != nil {
		return settings.Secret{}, errTokenUnreadable
	}
	secret, err := settings.NewSecret(text)
	if err != nil {
		return secret, settings.Errorf(settings.ExitToken, "the token %s", err)
	}
	return secret, nil
}

func logoutCommand(do *runFunc) *cobra.Command {
	var account func() settings.Flags
	cmd := &cobra.Command{
		Use:   "logout",
		Short: "Forget the API token of an account",
		Long: "Forget the API token of an account that was kept in the system's keyring or in a file of ours. The token itself stays " +
			"valid: it is revoked in the provider's panel.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			flags := account()
			*do = func(context.Context) error { return logout(cmd.OutOrStdout(), flags) }
			return nil
		},
	}
	account = accountFlags(cmd)
	return cmd
}

func logout(out io.Writer, flags settings.Flags) error {
	s, err := settings.Load(sources(flags))
	if err != nil {
		return err
	}
	places, failed := settings.NewTokens(s, os.Getenv).Forget()
	if failed == nil && len(places) == 0 {
		_, err = fmt.Fprintf(out, "%s: no token was kept\n", accountName(s))
		return stdoutError(err)
	}
	for _, p := range places {
		if _, err = fmt.Fprintf(out, "%s: the token is gone from %s\n", accountName(s), p); err != nil {
			return stdoutError(err)
		}
	}
	return failed
}

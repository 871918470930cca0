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
)

// tokenPlaces are the values of login's --keep.
var tokenPlaces = map[string]settings.Store{"keyring": settings.InKeyring, "file": settings.InFile}

func loginCommand(do *runFunc) *cobra.Command {
	var keep string
	var account func() settings.Flags
	cmd := &cobra.Command{
		Use:   "login",
		Short: "Save the API token of an account",
		Long: paragraphs(`
			Save the API token of an account. vpsdeck asks for it without showing it, or reads it from standard input
			if that is not a terminal. It checks the token, then saves it in the system's keyring or in a file that
			only you can read.`),
		Example: lines(`
			# the account of [profile.work]
			vpsdeck login --profile work
			# from a password manager, on a machine without a keyring
			pass show vps/work | vpsdeck login --profile work --keep file`),
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			place, known := tokenPlaces[keep]
			if !known && cmd.Flags().Changed("keep") {
				return withHelpHint(cmd, settings.Errorf(settings.ExitUsage,
					"--keep cannot be %q; valid: keyring, file", keep))
			}
			flags := account()
			*do = func(ctx context.Context) error { return login(ctx, cmd, flags, place) }
			return nil
		},
	}
	cmd.Flags().StringVar(&keep, "keep", "", "where to save it: keyring or file (default: the keyring if there is one)")
	registerCompletion(cmd, "keep", cobra.FixedCompletions([]string{"keyring", "file"},
		cobra.ShellCompDirectiveNoFileComp))
	account = accountFlags(cmd)
	return cmd
}

// login asks for a token, checks it and saves it.
func login(ctx context.Context, cmd *cobra.Command, flags settings.Flags, place settings.Store) error {
	acc, err := newAccess(flags)
	if err != nil {
		return err
	}
	s, tokens := acc.settings, acc.tokens
	if err := tokens.CheckStore(place); err != nil {
		return err
	}
	if place == "" {
		place = tokens.Stores()[0]
	}
	ctx, stop := withInterrupt(ctx)
	defer stop()
	secret, err := readToken(ctx, cmd, "API token of "+accountName(s)+" (hidden): ")
	if err != nil {
		return err
	}
	_, account, err := acc.Connect(ctx, model.NewSecret(secret.Reveal()))
	if err != nil {
		return err
	}
	saved, err := tokens.Save(secret, place)
	if err != nil {
		return err
	}
	owner := ""
	// If the API does not tell, the token is still valid.
	if label := account.Label(); label != (model.Account{}).Label() {
		owner = ", " + model.Clean(label)
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s%s: token saved in %s\n", accountName(s), owner, saved.Source)
	return stdoutError(err)
}

// accountName names the account in messages: its profile and its host.
func accountName(s settings.Settings) string {
	if s.Profile == "" {
		return s.Host
	}
	return "profile " + s.Profile + " at " + s.Host
}

// stdoutError replaces an error of writing to standard output by one for the user.
func stdoutError(err error) error {
	if err != nil {
		return settings.Errorf(settings.ExitOther, "standard output could not be written")
	}
	return nil
}

// readToken reads a token from the terminal without showing it, or from standard input if that is
// not a terminal.
func readToken(ctx context.Context, cmd *cobra.Command, prompt string) (model.Secret, error) {
	read := func() (string, error) {
		text, err := io.ReadAll(io.LimitReader(cmd.InOrStdin(), 64<<10))
		return string(text), err
	}
	if in, ok := cmd.InOrStdin().(*os.File); ok && term.IsTerminal(int(in.Fd())) {
		before, err := term.MakeRaw(int(in.Fd())) // before the prompt, so that a token typed at once is hidden too
		if err != nil {
			return model.Secret{}, errTokenUnreadable
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
		return model.Secret{}, context.Cause(ctx)
	case a := <-answered:
		return parseToken(a.text, a.err)
	}
}

// errTokenUnreadable is the error of a failed read.
var errTokenUnreadable = settings.Errorf(settings.ExitToken, "the token could not be read")

// parseToken returns the token that was read, or why there is none.
func parseToken(text string, err error) (model.Secret, error) {
	if known := new(settings.Error); errors.As(err, &known) {
		return model.Secret{}, known
	}
	if err != nil {
		return model.Secret{}, errTokenUnreadable
	}
	secret, err := settings.ParseToken(text)
	if err != nil {
		return secret, settings.Errorf(settings.ExitToken, "the token %s", err)
	}
	return secret, nil
}

func logoutCommand(do *runFunc) *cobra.Command {
	var account func() settings.Flags
	cmd := &cobra.Command{
		Use:   "logout",
		Short: "Delete the saved API token of an account",
		Long: paragraphs(`
			Delete the API token of an account that vpsdeck login saved in the system's keyring or in a file. The
			token itself stays valid: revoke it in the provider's panel.`),
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
	acc, err := newAccess(flags)
	if err != nil {
		return err
	}
	s := acc.settings
	places, failed := acc.tokens.Forget()
	if failed == nil && len(places) == 0 {
		_, err = fmt.Fprintf(out, "%s: there was no saved token\n", accountName(s))
		return stdoutError(err)
	}
	for _, p := range places {
		if _, err = fmt.Fprintf(out, "%s: token deleted from %s\n", accountName(s), p); err != nil {
			return stdoutError(err)
		}
	}
	return failed
}

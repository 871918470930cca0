// Command serve is what the benchmark compares `vpsdeck serve` with: the baseline program, served by
// Wish without further options. It accepts every key, so it must listen on loopback only.
package main

import (
	"fmt"
	"os"

	tea "charm.land/bubbletea/v2"
	"charm.land/ssh"
	"charm.land/wish/v2"
	wishtea "charm.land/wish/v2/bubbletea"

	"vpsdeck/internal/bench/baseline/text"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "serve: give an address to listen on, and a file for the host key")
		os.Exit(2)
	}
	if err := serve(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "serve:", err)
		os.Exit(1)
	}
}

func serve(address, hostKey string) error {
	server, err := wish.NewServer(
		wish.WithAddress(address),
		wish.WithHostKeyPath(hostKey),
		wish.WithPublicKeyAuth(func(ssh.Context, ssh.PublicKey) bool { return true }),
		wish.WithMiddleware(wishtea.Middleware(func(ssh.Session) (tea.Model, []tea.ProgramOption) {
			return text.New(), nil
		})),
	)
	if err != nil {
		return fmt.Errorf("creating the server: %w", err)
	}
	return fmt.Errorf("serving: %w", server.ListenAndServe())
}

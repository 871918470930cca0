package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"io"
	"sync"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// sshClient is an SSH session that presses keys.
type sshClient struct {
	stdin     io.Writer
	mu        sync.Mutex
	bytes     int
	pressed   int       // keys
	pressedAt time.Time // of the key whose frame has not come yet; zero: none
	latencies sample    // from a key to the first bytes of its frame, ms
}

func newSigner() (gossh.Signer, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	return gossh.NewSignerFromKey(private)
}

// openSSH opens a session, and waits up to 20 s until the server listens.
func openSSH(address string, signer gossh.Signer) (*sshClient, error) {
	config := &gossh.ClientConfig{ // nolint:gosec // the server is our own
		User: "bench", Auth: []gossh.AuthMethod{gossh.PublicKeys(signer)},
		HostKeyCallback: gossh.InsecureIgnoreHostKey(), Timeout: 20 * time.Second,
	}
	client, err := gossh.Dial("tcp", address, config)
	for range 200 {
		if err == nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
		client, err = gossh.Dial("tcp", address, config)
	}
	if err != nil {
		return nil, fmt.Errorf("logging in: %w", err)
	}
	session, err := client.NewSession()
	if err != nil {
		return nil, fmt.Errorf("opening a session: %w", err)
	}
	c := &sshClient{}
	session.Stdout = c
	if c.stdin, err = session.StdinPipe(); err != nil {
		return nil, fmt.Errorf("opening a session: %w", err)
	}
	if err := session.RequestPty("xterm-256color", rows, columns, gossh.TerminalModes{}); err != nil {
		return nil, fmt.Errorf("requesting a terminal: %w", err)
	}
	if err := session.Shell(); err != nil {
		return nil, fmt.Errorf("starting the program: %w", err)
	}
	return c, nil
}

// Write receives the session's output.
func (c *sshClient) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bytes += len(p)
	if !c.pressedAt.IsZero() {
		c.latencies = append(c.latencies, milliseconds(time.Since(c.pressedAt)))
		c.pressedAt = time.Time{}
	}
	return len(p), nil
}

// pressKeys presses j and k in turn, once a second, until done is closed.
func (c *sshClient) pressKeys(done <-chan struct{}, delay time.Duration) {
	select {
	case <-time.After(delay): // so that not all press at once
	case <-done:
		return
	}
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for i := 0; ; i++ {
		c.mu.Lock()
		c.pressed++
		if c.pressedAt.IsZero() {
			c.pressedAt = time.Now()
		}
		c.mu.Unlock()
		if _, err := io.WriteString(c.stdin, string("jk"[i%2])); err != nil {
			return
		}
		select {
		case <-second.C:
		case <-done:
			return
		}
	}
}

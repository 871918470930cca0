//go:build unix

package main

import "golang.org/x/sys/unix"

// canSuspend says whether a shell with job control has started us. In a session of our own (ssh -t host vpsdeck, a container,
// a terminal's own window) the kernel drops the signal that stops us, and nobody would ever send the one that goes on: the
// program would wait for it with the terminal given back, deaf to every other signal.
func canSuspend() bool {
	parent := unix.Getppid()
	session, err := unix.Getsid(parent)
	if err != nil {
		return false
	}
	own, err := unix.Getsid(0)
	if err != nil || session != own {
		return false
	}
	group, err := unix.Getpgid(parent)
	return err == nil && group != unix.Getpgrp()
}

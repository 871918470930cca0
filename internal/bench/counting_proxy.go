package main

import (
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
)

// countingProxy forwards connections to an address and counts the HTTP requests. It counts request
// lines.
type countingProxy struct {
	listener net.Listener
	requests atomic.Int64
}

func newCountingProxy(to string) (*countingProxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("starting a proxy: %w", err)
	}
	p := &countingProxy{listener: l}
	go func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			go p.forward(from, to)
		}
	}()
	return p, nil
}

func (p *countingProxy) forward(from net.Conn, to string) {
	defer func() { _ = from.Close() }()
	onward, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer func() { _ = onward.Close() }()
	go func() { _, _ = io.Copy(from, onward) }()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		p.requests.Add(int64(strings.Count(string(buffer[:n]), " HTTP/1.1\r\n")))
		if _, err := onward.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func (p *countingProxy) close() { _ = p.listener.Close() }

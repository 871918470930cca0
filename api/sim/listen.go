package sim

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"
)

// Server serves a handler on a socket of this machine.
type Server struct {
	http   *http.Server
	addr   *net.TCPAddr
	closed chan struct{}
}

// Listen serves h at an address such as "127.0.0.1:8080"; port 0 chooses a free one. It returns
// once requests are accepted. The error is one sentence for the user.
func Listen(addr string, h http.Handler) (*Server, error) {
	if _, _, err := net.SplitHostPort(addr); err != nil {
		return nil, fmt.Errorf("cannot listen on %q: write HOST:PORT, as in 127.0.0.1:8080, or port 0 for a free one",
			addr)
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, listenError(addr, err)
	}
	s := &Server{
		http: &http.Server{
			Handler:           h,
			ReadHeaderTimeout: 5 * time.Second,
			ReadTimeout:       15 * time.Second,
			WriteTimeout:      30 * time.Second,
			IdleTimeout:       2 * time.Minute,
			MaxHeaderBytes:    16 << 10,
			ErrorLog:          log.New(io.Discard, "", 0), // the terminal belongs to the dashboard
		},
		addr:   l.Addr().(*net.TCPAddr),
		closed: make(chan struct{}),
	}
	go func() {
		defer close(s.closed)
		_ = s.http.Serve(l) // ends with Close
	}()
	return s, nil
}

// portInUse is the same error on Windows (WSAEADDRINUSE).
const portInUse = syscall.Errno(10048)

func listenError(addr string, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, portInUse):
		return fmt.Errorf("cannot listen on %s: the port is in use; choose another one, or 0 for a free one", addr)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("cannot listen on %s: not permitted; choose a port from 1024 up, or 0 for a free one", addr)
	}
	return fmt.Errorf("cannot listen on %s: this machine has no such address; use 127.0.0.1 and a port from 0 to 65535",
		addr)
}

// URL returns the base of the API, as "http://127.0.0.1:8080/api/v1". If the server listens on all
// addresses, the host is 127.0.0.1.
func (s *Server) URL() string {
	host := s.addr.IP
	if host.IsUnspecified() {
		host = net.IPv4(127, 0, 0, 1)
	}
	return "http://" + net.JoinHostPort(host.String(), strconv.Itoa(s.addr.Port)) + basePath
}

// Close stops the server and cuts all connections, including those with held responses.
func (s *Server) Close() {
	_ = s.http.Close() // nobody can act on an error here
	<-s.closed
}

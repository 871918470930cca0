package model

import (
	"net/netip"
	"strings"
)

// IsLoopback reports whether a host name or IP address is certainly this machine. Names other than
// localhost are not resolved.
func IsLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback() || strings.EqualFold(host, "localhost")
}

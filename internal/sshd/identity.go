package sshd

import (
	"errors"
	"fmt"
	"math"
	"net"
	"slices"
	"strings"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// identity is the user of a key or a certificate.
type identity struct {
	User
	fingerprint string    // of the key; for a certificate, of the certified key
	authMethod  string    // key or certificate, for the log
	validUntil  time.Time // when the certificate expires; zero: never, or there is no certificate
}

// errUnknownKey is the error for a key of no user. It says no more, because it goes to
// unauthenticated clients.
var errUnknownKey = errors.New("the key is not in the users file")

// identify returns the user of a key, at a time and for a client's address. The error is only for
// the log.
func (u *Users) identify(key gossh.PublicKey, from net.Addr, now time.Time) (identity, error) {
	cert, certified := key.(*gossh.Certificate)
	if !certified {
		if user, ok := u.keys[string(key.Marshal())]; ok {
			return identity{User: user, fingerprint: gossh.FingerprintSHA256(key), authMethod: "key"}, nil
		}
		return identity{}, errUnknownKey
	}
	return u.identifyCertificate(cert, from, now)
}

// identifyCertificate returns the user of a certificate. It must be a user certificate of a strong
// key, signed by a known authority, and valid now and for the client's address. It must have no
// unknown critical option, and a principal that one of the authority's lines names. Its key ID is
// the user's name.
func (u *Users) identifyCertificate(cert *gossh.Certificate, from net.Addr, now time.Time) (identity, error) {
	signer := string(cert.SignatureKey.Marshal())
	if !slices.ContainsFunc(u.authorities, func(a authority) bool { return a.key == signer }) {
		return identity{}, errors.New("the certificate's authority is not in the users file")
	}
	if why := weakKeyReason(cert.Key); why != "" {
		return identity{}, errors.New("the certified key is too weak")
	}
	if cert.Signature == nil || !slices.Contains(signatureAlgorithms, cert.Signature.Format) {
		return identity{}, errors.New("the certificate has an old signature, such as with SHA-1: sign it again with " +
			"ssh-keygen -t rsa-sha2-512")
	}
	if cert.CertType != gossh.UserCert || !isValidName(cert.KeyId) {
		return identity{}, errors.New("the certificate is no user certificate, or its key ID is not a valid name")
	}
	for _, a := range u.authorities {
		i := slices.IndexFunc(cert.ValidPrincipals, func(p string) bool { return slices.Contains(a.principals, p) })
		if a.key != signer || i < 0 {
			continue
		}
		checker := gossh.CertChecker{SupportedCriticalOptions: []string{"source-address"},
			Clock: func() time.Time { return now }}
		if err := checker.CheckCert(cert.ValidPrincipals[i], cert); err != nil {
			return identity{}, fmt.Errorf("the certificate is not valid: %s", strings.TrimPrefix(err.Error(), "ssh: "))
		}
		if !isAllowedSource(cert.CriticalOptions["source-address"], from) {
			return identity{}, errors.New("the certificate is not valid for the client's address")
		}
		user := a.user
		user.Name = cert.KeyId
		method := fmt.Sprintf("certificate %d of %s", cert.Serial, gossh.FingerprintSHA256(cert.SignatureKey))
		return identity{user, gossh.FingerprintSHA256(cert.Key), method, certificateExpiry(cert)}, nil
	}
	return identity{}, errors.New("the certificate has no principal that the users file names")
}

// certificateExpiry returns when a certificate expires, or the zero time for never.
func certificateExpiry(cert *gossh.Certificate) time.Time {
	if cert.ValidBefore > math.MaxInt64 { // gossh.CertTimeInfinity: CheckCert rejects other times beyond
		return time.Time{}
	}
	return time.Unix(int64(cert.ValidBefore), 0)
}

// isAllowedSource reports whether an address is among those of a certificate. A certificate without
// addresses is valid everywhere.
func isAllowedSource(addresses string, from net.Addr) bool {
	if addresses == "" {
		return true
	}
	ip := net.ParseIP(host(from))
	return ip != nil && slices.ContainsFunc(strings.Split(addresses, ","), func(allowed string) bool {
		if _, network, err := net.ParseCIDR(allowed); err == nil {
			return network.Contains(ip)
		}
		return ip.Equal(net.ParseIP(allowed))
	})
}

// host returns an address without its port.
func host(addr net.Addr) string {
	if addr == nil {
		return "unknown"
	}
	name, _, err := net.SplitHostPort(addr.String())
	if err != nil {
		return addr.String()
	}
	return name
}

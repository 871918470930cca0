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

// identity is who a key, or a certificate, lets in.
type identity struct {
	User
	fingerprint string    // of the key; of a certificate's, the key that it certifies
	authMethod  string    // how it was known, for the log
	validUntil  time.Time // when a certificate ends; zero: never, or it is none
}

// errUnknownKey is the answer to a key that nobody has. It says no more: whoever asks may be anybody.
var errUnknownKey = errors.New("the key is not in the users file")

// identify finds who a key lets in at a time, for a client at an address. The error says why nobody, for the log alone.
func (u *Users) identify(key gossh.PublicKey, from net.Addr, now time.Time) (identity, error) {
	cert, certified := key.(*gossh.Certificate)
	if !certified {
		if who, ok := u.keys[string(key.Marshal())]; ok {
			return identity{User: who, fingerprint: gossh.FingerprintSHA256(key), authMethod: "key"}, nil
		}
		return identity{}, errUnknownKey
	}
	return u.identifyCertificate(cert, from, now)
}

// identifyCertificate finds who a certificate lets in: it must be one of a person, signed by a known authority with a key that is good
// enough, valid now, for where they come from, with no condition that is not understood, and carry one of the principals that a
// line of the authority names. Its key ID is the person's name.
func (u *Users) identifyCertificate(cert *gossh.Certificate, from net.Addr, now time.Time) (identity, error) {
	signer := string(cert.SignatureKey.Marshal())
	if !slices.ContainsFunc(u.authorities, func(a authority) bool { return a.key == signer }) {
		return identity{}, errors.New("the certificate is of an authority that is not in the users file")
	}
	if why := weakKeyReason(cert.Key); why != "" {
		return identity{}, errors.New("the certified key is too weak")
	}
	if cert.Signature == nil || !slices.Contains(signatureAlgorithms, cert.Signature.Format) {
		return identity{}, errors.New("the certificate is signed in an old way, such as with SHA-1: sign it again with ssh-keygen -t rsa-sha2-512")
	}
	if cert.CertType != gossh.UserCert || !isValidName(cert.KeyId) {
		return identity{}, errors.New("the certificate is not one of a person whose key ID can be a name")
	}
	for _, a := range u.authorities {
		i := slices.IndexFunc(cert.ValidPrincipals, func(p string) bool { return slices.Contains(a.principals, p) })
		if a.key != signer || i < 0 {
			continue
		}
		checker := gossh.CertChecker{SupportedCriticalOptions: []string{"source-address"}, Clock: func() time.Time { return now }}
		if err := checker.CheckCert(cert.ValidPrincipals[i], cert); err != nil {
			return identity{}, fmt.Errorf("the certificate does not hold: %s", strings.TrimPrefix(err.Error(), "ssh: "))
		}
		if !isAllowedSource(cert.CriticalOptions["source-address"], from) {
			return identity{}, errors.New("the certificate is not for the address that it is used from")
		}
		who := a.user
		who.Name = cert.KeyId
		by := fmt.Sprintf("certificate %d of %s", cert.Serial, gossh.FingerprintSHA256(cert.SignatureKey))
		return identity{who, gossh.FingerprintSHA256(cert.Key), by, certificateExpiry(cert)}, nil
	}
	return identity{}, errors.New("the certificate carries no principal that the users file names")
}

// certificateExpiry is when a certificate ends, or the zero time.
func certificateExpiry(cert *gossh.Certificate) time.Time {
	if cert.ValidBefore > math.MaxInt64 { // gossh.CertTimeInfinity: the times beyond are refused before
		return time.Time{}
	}
	return time.Unix(int64(cert.ValidBefore), 0)
}

// isAllowedSource says whether an address is one of those that a certificate is bound to; without any it holds everywhere.
func isAllowedSource(addresses string, from net.Addr) bool {
	if addresses == "" {
		return true
	}
	ip := net.ParseIP(host(from))
	return ip != nil && slices.ContainsFunc(strings.Split(addresses, ","), func(one string) bool {
		if _, network, err := net.ParseCIDR(one); err == nil {
			return network.Contains(ip)
		}
		return ip.Equal(net.ParseIP(one))
	})
}

// host is an address without its port.
func host(addr net.Addr) string {
	if addr == nil {
		return "nowhere"
	}
	name, _, err := net.SplitHostPort(addr.String())
	if err != nil {
		return addr.String()
	}
	return name
}

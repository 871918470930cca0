package sshd

import gossh "golang.org/x/crypto/ssh"

// signatureAlgorithms are the accepted signatures of users and of certificate authorities. None
// uses SHA-1: ssh-rsa and ssh-dss are not in the list.
var signatureAlgorithms = []string{
	gossh.KeyAlgoED25519, gossh.KeyAlgoSKED25519, gossh.KeyAlgoSKECDSA256,
	gossh.KeyAlgoECDSA256, gossh.KeyAlgoECDSA384, gossh.KeyAlgoECDSA521, gossh.KeyAlgoRSASHA512, gossh.KeyAlgoRSASHA256,
}

// algorithms returns the server's algorithms, best first. They are listed here, so that a new
// version of the library does not change them. The library always uses strict key exchange, against
// prefix truncation (CVE-2023-48795).
func algorithms() *gossh.ServerConfig {
	return &gossh.ServerConfig{
		Config: gossh.Config{
			KeyExchanges: []string{
				gossh.KeyExchangeMLKEM768X25519, gossh.KeyExchangeCurve25519,
				gossh.KeyExchangeECDHP256, gossh.KeyExchangeECDHP384, gossh.KeyExchangeECDHP521,
				gossh.KeyExchangeDH16SHA512,
			},
			Ciphers: []string{
				gossh.CipherChaCha20Poly1305, gossh.CipherAES256GCM, gossh.CipherAES128GCM, gossh.CipherAES256CTR,
				gossh.CipherAES128CTR,
			},
			MACs: []string{gossh.HMACSHA256ETM, gossh.HMACSHA512ETM, gossh.HMACSHA256, gossh.HMACSHA512},
		},
		PublicKeyAuthAlgorithms: signatureAlgorithms,
	}
}

// withoutSHA1 returns a host key that never signs with SHA-1, as an RSA key could.
func withoutSHA1(key gossh.Signer) (gossh.Signer, error) {
	signer, ok := key.(gossh.AlgorithmSigner)
	if !ok || key.PublicKey().Type() != gossh.KeyAlgoRSA {
		return key, nil
	}
	return gossh.NewSignerWithAlgorithms(signer, []string{gossh.KeyAlgoRSASHA512, gossh.KeyAlgoRSASHA256})
}

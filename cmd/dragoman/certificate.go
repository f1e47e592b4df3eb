package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"dragoman/bridge/account"
	"dragoman/configs"
)

const (
	// certificateLife of a self-signed pair. Whoever trusts it has pinned it, so a
	// short life would only break clients.
	certificateLife = 10 * 365 * 24 * time.Hour
	// renewBefore its end a self-signed pair is replaced at start.
	renewBefore = 30 * 24 * time.Hour
	// reloadEvery bounds how often the files are looked at; a renewed certificate is
	// in use that soon, without a restart.
	reloadEvery = time.Minute
)

// certificate is the pair in use, read again when its files change.
type certificate struct {
	certFile, keyFile string
	now               func() time.Time
	log               zerolog.Logger

	mu      sync.Mutex
	pair    *tls.Certificate
	checked time.Time
	changed time.Time // of the certificate's file, when it was read
}

// newTLS returns how the gateway speaks TLS: with the configured pair, or with a
// self-signed one in the folder tls of the data folder.
func newTLS(f *folder, c *configs.Config, now func() time.Time, log zerolog.Logger) (*tls.Config, error) {
	pair := &certificate{certFile: c.TLS.Cert, keyFile: c.TLS.Key, now: now, log: log}
	if pair.certFile == "" {
		dir := f.path("tls")
		pair.certFile, pair.keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
		made, err := ensureSelfSigned(pair.certFile, pair.keyFile, certificateNames(c.Domain), now())
		if err != nil {
			return nil, fmt.Errorf("self-signed certificate: %w", err)
		}
		if made {
			log.Info().Str("path", pair.certFile).Str("domain", c.Domain).Msg("made a self-signed certificate")
		}
	}
	if err := pair.read(); err != nil {
		return nil, fmt.Errorf("read certificate: %w", err)
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: pair.get}, nil
}

// certificateNames is every name under which clients reach the gateway.
func certificateNames(domain string) []string {
	names := []string{domain, "groups." + domain, "rooms." + domain, "upload." + domain}
	if domain != "localhost" {
		names = append(names, "localhost")
	}
	return names
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.now(); now.Sub(c.checked) >= reloadEvery {
		c.checked = now
		if info, err := os.Stat(c.certFile); err == nil && !info.ModTime().Equal(c.changed) {
			// Half of a pair may be new: keep what works, and look again later.
			if err := c.load(); err != nil {
				c.log.Err(err).Msg("cannot read the renewed certificate")
			} else {
				c.log.Info().Msg("certificate renewed")
			}
		}
	}
	return c.pair, nil
}

func (c *certificate) read() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.checked = c.now()
	return c.load()
}

// load reads the pair; c.mu is held.
func (c *certificate) load() error {
	info, err := os.Stat(c.certFile)
	if err != nil {
		return err
	}
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return err
	}
	c.pair, c.changed = &pair, info.ModTime()
	return nil
}

// ensureSelfSigned makes a pair, unless there is one that names all of names and
// is good for a while.
func ensureSelfSigned(certFile, keyFile string, names []string, now time.Time) (made bool, err error) {
	old, err := tls.LoadX509KeyPair(certFile, keyFile)
	switch {
	case err == nil && isGood(old.Leaf, names, now):
		return false, nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return false, err // somebody's own, damaged: not ours to replace
	}
	certPEM, keyPEM, err := selfSigned(names, now)
	if err != nil {
		return false, err
	}
	// Whenever the process ends, there is a whole pair or no certificate.
	if err := os.Remove(certFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	if err := account.WriteFile(keyFile, keyPEM); err != nil {
		return false, err
	}
	return true, account.WriteFile(certFile, certPEM)
}

func isGood(leaf *x509.Certificate, names []string, now time.Time) bool {
	if now.Add(renewBefore).After(leaf.NotAfter) {
		return false
	}
	for _, name := range names {
		if !slices.Contains(leaf.DNSNames, name) {
			return false
		}
	}
	return true
}

func selfSigned(names []string, now time.Time) (certPEM, keyPEM []byte, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: names[0]},
		DNSNames:     names,
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		NotBefore:    now.Add(-time.Hour), // a client's clock may be late
		NotAfter:     now.Add(certificateLife),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		// Not an authority: who trusts it trusts it for these names alone.
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, nil, err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}), nil
}

package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"dragoman/conformance/hosts"
	"dragoman/conformance/raw"
)

// What the others keep is what the gateway keeps: each message is in the archives of both its people, in SQLite with its
// own settings, which sync each commit, before it is acknowledged. Everything is behind TLS and under stream management.

const prosodyConfig = `
run_as_root = true
pidfile = "%[1]s/prosody.pid"
data_path = "%[1]s/data"
certificates = "%[1]s"
ssl = { key = "%[1]s/localhost.key", certificate = "%[1]s/localhost.crt" }
log = { warn = "%[1]s/server.log" }
interfaces = { "127.0.0.1" }
c2s_ports = { %[2]d }
c2s_direct_tls_ports = {}
s2s_ports = {}
http_ports = {}
https_ports = {}
component_ports = {}
modules_enabled = { "roster", "saslauth", "tls", "disco", "register", "register_ibr", "mam", "smacks", "presence", "message", "iq", "offline" }
modules_disabled = { "s2s", "limits" }
allow_registration = true
authentication = "internal_plain"
default_storage = "internal"
storage = { archive = "sql" }
sql = { driver = "SQLite3", database = "%[1]s/data/archive.sqlite" }
archive_expires_after = "never"
default_archive_policy = true
VirtualHost "localhost"
`

const ejabberdConfig = `
hosts: [localhost]
loglevel: warning
certfiles: ["%[1]s/localhost.pem"]
listen:
  - {port: %[2]d, ip: "127.0.0.1", module: ejabberd_c2s, starttls: true}
auth_method: [internal]
sql_type: sqlite
sql_database: "%[1]s/data/archive.sqlite"
registration_timeout: infinity
access_rules: {register: {allow: all}}
modules:
  mod_disco: {}
  mod_roster: {}
  mod_offline: {}
  mod_stream_mgmt: {}
  mod_register: {ip_access: all}
  mod_mam: {db_type: sql, default: always}
`

// compare puts the same load, from XMPP to XMPP, on the gateway and on servers that speak nothing else.
func (s settings) compare(ctx context.Context) error {
	ours, err := s.measure(ctx, load{"XMPP → XMPP", "xmpp", "xmpp", s.window}, s.open)
	if err != nil {
		return fmt.Errorf("XMPP → XMPP: %w", err)
	}
	var ratios []string
	for _, o := range []struct{ name, kind, command, config string }{
		{"Prosody", "prosody", "prosody", prosodyConfig}, {"ejabberd", "ejabberd", "ejabberdctl", ejabberdConfig},
	} {
		if _, err := exec.LookPath(o.command); err != nil {
			ratios = append(ratios, o.name+" is not installed, and not compared with")
			continue
		}
		theirs, err := s.measure(ctx, load{"the same on " + o.name, "xmpp", "xmpp", s.window}, func(ctx context.Context) (server, error) {
			return startOther(ctx, o.kind, o.config)
		})
		if err != nil {
			return fmt.Errorf("%s, with its packages for SQLite (lua-dbi-sqlite3, erlang-p1-sqlite3): %w", o.name, err)
		}
		ratios = append(ratios, fmt.Sprintf("%.1f times as many messages per CPU second as %s", ours/theirs, o.name))
	}
	fmt.Println()
	for _, line := range ratios {
		fmt.Println(line)
	}
	return nil
}

// other is somebody else's server, with a folder of its own.
type other struct {
	*hosts.Host
	home string
}

func startOther(ctx context.Context, kind, config string) (server, error) {
	home, err := os.MkdirTemp("", "dragoman-bench-"+kind+"-")
	if err != nil {
		return nil, err
	}
	o := &other{home: home}
	if err := writeCertificate(home); err != nil {
		o.close()
		return nil, err
	}
	o.Host, err = hosts.Start(ctx, kind, home, func(home string, port int) string { return fmt.Sprintf(config, home, port) })
	if err != nil {
		o.close()
		return nil, err
	}
	return o, nil
}

func (o *other) addresses() raw.Addresses { return raw.Addresses{XMPP: o.Addr} }

func (o *other) add(ctx context.Context, user string) error {
	return o.addresses().RegisterXMPP(ctx, user, secret)
}

func (o *other) dial(ctx context.Context, _, user string, hooks raw.Hooks) (raw.Client, error) {
	return o.addresses().DialXMPP(ctx, user, "bench", secret, hooks)
}

func (o *other) close() {
	if o.Host != nil {
		_ = o.Stop()
	}
	_ = os.RemoveAll(o.home)
}

// writeCertificate makes a certificate for localhost that signs itself, in the files that the configurations name.
func writeCertificate(dir string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	about := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour)}
	cert, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})
	for name, b := range map[string][]byte{"localhost.crt": certPEM, "localhost.key": keyPEM, "localhost.pem": append(keyPEM, certPEM...)} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			return err
		}
	}
	return nil
}

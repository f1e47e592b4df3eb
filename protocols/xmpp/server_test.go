package xmpp

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"io"
	"math/big"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"dragoman/bridge"
	"dragoman/bridge/account"
	"dragoman/bridge/chat"
	"dragoman/bridge/media"
	"dragoman/bridge/store"
	"dragoman/configs"
	"dragoman/mapping/names"
	"dragoman/protocols"
	"dragoman/protocols/xmpp/xmppwire"
)

// server is a front-end over a real core, on loopback.
type server struct {
	*Frontend
	tcp, tls string
	client   *tls.Config
}

const secretWord = "calliope"

// newServer serves until the test ends. config is YAML over the defaults. There are accounts for alice and bob.
func newServer(t testing.TB, config string, change ...func(*protocols.Deps)) *server {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	dir := t.TempDir()
	vault := account.OpenVault(filepath.Join(dir, "secrets"), nil)
	book := must(account.Open(ctx, filepath.Join(dir, "accounts.db"), vault, time.Now))
	st := must(store.Open(ctx, ":memory:", store.Options{Now: time.Now}))
	shelf := must(media.Open(ctx, media.Options{Dir: filepath.Join(dir, "media"), Key: make([]byte, 32), Now: time.Now}))
	router := bridge.New(st, book, bridge.DefaultPolicy(), time.Now, zerolog.Nop())
	serverTLS, clientTLS := certificates(t)
	d := protocols.Deps{Router: router, Store: st, Accounts: book, Vault: vault, Media: shelf, Names: names.New(book),
		Domain: "localhost", PublicURL: func() string { return "http://localhost" }, TLS: serverTLS,
		Listen: map[string]string{"xmpp": "127.0.0.1:0", "xmpp_tls": "127.0.0.1:0"}, Log: zerolog.Nop(), Now: time.Now}
	for _, c := range change {
		c(&d)
	}
	for _, u := range []chat.UserID{"alice", "bob"} {
		must(book.Create(ctx, u, secretWord))
	}
	section := must(configs.ParseSection("xmpp", defaults, config))
	built := must(build(d, section))
	f := built.(*Frontend)
	addrs := must(f.Listen(ctx))
	var running sync.WaitGroup
	routing, stopRouting := context.WithCancel(context.Background())
	running.Go(func() { _ = router.Run(routing) })
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = f.Serve(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		select {
		case <-served:
		case <-time.After(patience):
			t.Error("Serve does not return")
		}
		stopRouting()
		running.Wait()
		_ = errors.Join(shelf.Close(), st.Close(), book.Close())
	})
	return &server{Frontend: f, tcp: addrs["xmpp"].String(), tls: addrs["xmpp_tls"].String(), client: clientTLS}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func certificates(t testing.TB) (server, client *tls.Config) {
	t.Helper()
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	raw := must(x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key))
	pool := x509.NewCertPool()
	pool.AddCert(must(x509.ParseCertificate(raw)))
	server = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{raw}, PrivateKey: key}}}
	return server, &tls.Config{RootCAs: pool, ServerName: "localhost"}
}

// peer is a bare client: it writes text and reads elements.
type peer struct {
	t    testing.TB
	conn net.Conn
	r    *xmppwire.Reader
}

const streamOpen = "<?xml version='1.0'?><stream:stream to='localhost' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"

func (s *server) dial(t testing.TB) *peer {
	t.Helper()
	conn := must(net.Dial("tcp", s.tcp))
	t.Cleanup(func() { _ = conn.Close() })
	return &peer{t: t, conn: conn, r: xmppwire.NewReader(conn, xmppwire.Limits{})}
}

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

func (p *peer) write(text string) {
	p.t.Helper()
	if _, err := io.WriteString(p.conn, text); err != nil {
		p.t.Fatal(err)
	}
}

// open opens a stream and returns the features.
func (p *peer) open() *xmppwire.Element {
	p.t.Helper()
	p.r.Restart()
	p.write(streamOpen)
	_ = p.conn.SetReadDeadline(time.Now().Add(patience))
	if _, err := p.r.Header(); err != nil {
		p.t.Fatal(err)
	}
	return p.next()
}

func (p *peer) next() *xmppwire.Element {
	p.t.Helper()
	_ = p.conn.SetReadDeadline(time.Now().Add(patience))
	e, err := p.r.Next()
	if err != nil {
		p.t.Fatal(err)
	}
	return e
}

// want reads until an element of that name comes.
func (p *peer) want(local string) *xmppwire.Element {
	p.t.Helper()
	for range 50 {
		if e := p.next(); e.Local == local {
			return e
		}
	}
	p.t.Fatalf("no <%s>", local)
	return nil
}

func plainAuth(name, password string) string {
	return "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>" +
		base64.StdEncoding.EncodeToString([]byte("\x00"+name+"\x00"+password)) + "</auth>"
}

// login logs in as name and binds a resource.
func (p *peer) login(name, resource string) string {
	p.t.Helper()
	p.open()
	p.write(plainAuth(name, secretWord))
	if e := p.next(); e.Local != "success" {
		p.t.Fatal(e)
	}
	p.open()
	p.write("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>" + resource + "</resource></bind></iq>")
	return p.next().Child(nsBind, "bind").ChildText(nsBind, "jid")
}

// ended reads to the end of the stream and returns the condition of its error, "" for none.
func (p *peer) ended() string {
	p.t.Helper()
	condition := ""
	for range 100 {
		_ = p.conn.SetReadDeadline(time.Now().Add(patience))
		e, err := p.r.Next()
		switch {
		case errors.Is(err, xmppwire.ErrEnd):
			return condition
		case err != nil:
			p.t.Fatalf("after %q: %v", condition, err)
		case e.Is(xmppwire.NSStream, "error"):
			condition = e.First().Local
		}
	}
	p.t.Fatal("the stream does not end")
	return ""
}

func has(e *xmppwire.Element, local string) bool {
	for c := range e.Children() {
		if c.Local == local {
			return true
		}
	}
	return false
}

func mechanismsOf(features *xmppwire.Element) string {
	var names []string
	for m := range features.Child(nsSASL, "mechanisms").Children() {
		names = append(names, m.Text())
	}
	return strings.Join(names, " ")
}

package xmpp

import (
	"crypto/tls"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"mellium.im/sasl"

	"dragoman/bridge/chat"
	"dragoman/protocols"
	"dragoman/protocols/xmpp/xmppwire"
)

func TestStreamsAreRefusedByName(t *testing.T) {
	s := newServer(t, "login_timeout: 400ms")
	tests := map[string]struct{ in, want string }{
		"host":                {strings.Replace(streamOpen, "to='localhost'", "to='elsewhere.example'", 1), "host-unknown"},
		"no host":             {strings.Replace(streamOpen, "to='localhost'", "", 1), "host-unknown"},
		"service":             {strings.Replace(streamOpen, "to='localhost'", "to='rooms.localhost'", 1), "host-unknown"},
		"version":             {strings.Replace(streamOpen, "version='1.0' xmlns=", "version='0.9' xmlns=", 1), "unsupported-version"},
		"no version":          {strings.Replace(streamOpen, "version='1.0' xmlns=", "xmlns=", 1), "unsupported-version"},
		"server's stream":     {strings.Replace(streamOpen, "jabber:client", "jabber:server", 1), "invalid-namespace"},
		"namespace":           {strings.Replace(streamOpen, "etherx", "other", 1), "invalid-namespace"},
		"prefix":              {strings.ReplaceAll(strings.ReplaceAll(streamOpen, "stream:stream", "s:stream"), "xmlns:stream", "xmlns:s"), "bad-namespace-prefix"},
		"document type":       {"<!DOCTYPE x>" + streamOpen, "restricted-xml"},
		"not XML":             {"GET / HTTP/1.1\r\n\r\n", "not-well-formed"},
		"encoding":            {strings.Replace(streamOpen, "?>", " encoding='latin1'?>", 1), "unsupported-encoding"},
		"stanza before login": {streamOpen + "<message to='bob@localhost'><body>x</body></message>", "not-authorized"},
		"foreign element":     {streamOpen + "<a xmlns='b'/>", "unsupported-stanza-type"},
		"comment":             {streamOpen + "<!-- x -->", "restricted-xml"},
		"broken":              {streamOpen + "<a></b>", "not-well-formed"},
		"too large":           {streamOpen + "<a>" + strings.Repeat("x", 70<<10), "policy-violation"},
		"silence":             {streamOpen, "connection-timeout"},
		"silence at once":     {"", "connection-timeout"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := s.dial(t)
			p.write(tt.in)
			_ = p.conn.SetReadDeadline(time.Now().Add(patience))
			if h, err := p.r.Header(); err != nil || h.ID == "" || h.From != "localhost" {
				t.Fatal(h, err)
			}
			if got := p.ended(); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestLoginsAreRefusedByName(t *testing.T) {
	s := newServer(t, "")
	if err := s.Accounts.SetDisabled(t.Context(), must(s.Accounts.Create(t.Context(), "carol", secretWord)).ID, true); err != nil {
		t.Fatal(err)
	}
	auth := func(mechanism, text string) string {
		return "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='" + mechanism + "'>" + text + "</auth>"
	}
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	tests := map[string]struct{ in, want string }{
		"wrong password":       {plainAuth("alice", "wrong"), "not-authorized"},
		"no such user":         {plainAuth("nobody", secretWord), "not-authorized"},
		"disabled":             {plainAuth("carol", secretWord), "account-disabled"},
		"another's identity":   {auth("PLAIN", b64("bob@localhost\x00alice\x00"+secretWord)), "invalid-authzid"},
		"mechanism":            {auth("X-NONE", ""), "invalid-mechanism"},
		"base64":               {auth("PLAIN", "?!"), "incorrect-encoding"},
		"malformed":            {auth("PLAIN", b64("alice")), "malformed-request"},
		"SCRAM malformed":      {auth("SCRAM-SHA-1", b64("hello")), "malformed-request"},
		"SCRAM extension":      {auth("SCRAM-SHA-1", b64("n,,m=x,n=alice,r=abc")), "malformed-request"},
		"SCRAM identity":       {auth("SCRAM-SHA-1", b64("n,,n=al=ice,r=abc")), "malformed-request"},
		"response out of turn": {"<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", "malformed-request"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := s.dial(t)
			p.open()
			p.write(tt.in)
			if e := p.next(); e.Local != "failure" || e.First().Local != tt.want {
				t.Fatal(e)
			}
			// One failure is not the end [RFC 6120 §6.4.5].
			p.write(plainAuth("alice", secretWord))
			if e := p.next(); e.Local != "success" {
				t.Fatal(e)
			}
		})
	}
	t.Run("too many", func(t *testing.T) {
		t.Parallel()
		p := s.dial(t)
		p.open()
		for range maxFailures {
			p.write(plainAuth("alice", "wrong"))
		}
		if got := p.ended(); got != "policy-violation" {
			t.Error(got)
		}
	})
	t.Run("aborted", func(t *testing.T) {
		t.Parallel()
		p := s.dial(t)
		p.open()
		p.write("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'/>")
		if e := p.next(); e.Local != "challenge" {
			t.Fatal(e)
		}
		p.write("<abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")
		if e := p.next(); e.Local != "failure" || e.First().Local != "aborted" {
			t.Fatal(e)
		}
	})
}

// A client of mellium.im/sasl logs in with every mechanism, and finds the server's own proof right.
func TestScramAgreesWithAnotherImplementation(t *testing.T) {
	s := newServer(t, "channel_binding: true")
	for _, m := range []sasl.Mechanism{sasl.ScramSha1, sasl.ScramSha256, sasl.ScramSha1Plus, sasl.ScramSha256Plus, sasl.Plain} {
		t.Run(m.Name, func(t *testing.T) {
			conn := must(tls.Dial("tcp", s.tls, s.client))
			defer conn.Close()
			p := &peer{t: t, conn: conn, r: xmppwire.NewReader(conn, xmppwire.Limits{})}
			features := p.open()
			offered := strings.Fields(mechanismsOf(features))
			opts := []sasl.Option{sasl.Credentials(func() (u, pw, id []byte) { return []byte("alice"), []byte(secretWord), nil }),
				sasl.RemoteMechanisms(offered...)}
			if strings.HasSuffix(m.Name, "PLUS") {
				opts = append(opts, sasl.TLSState(conn.ConnectionState()))
			} else {
				opts = append(opts, sasl.RemoteMechanisms("SCRAM-SHA-1"))
			}
			n := sasl.NewClient(m, opts...)
			_, resp, err := n.Step(nil)
			if err != nil {
				t.Fatal(err)
			}
			p.write("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='" + m.Name + "'>" + base64.StdEncoding.EncodeToString(resp) + "</auth>")
			for range 3 {
				e := p.next()
				if e.Local == "failure" {
					t.Fatal(e)
				}
				data := must(base64.StdEncoding.DecodeString(e.Text()))
				if e.Local == "success" {
					if m.Name != "PLAIN" {
						if _, _, err := n.Step(data); err != nil {
							t.Fatalf("the server's proof: %v", err)
						}
					}
					return
				}
				_, resp, err := n.Step(data)
				if err != nil {
					t.Fatal(err)
				}
				p.write("<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>" + base64.StdEncoding.EncodeToString(resp) + "</response>")
			}
			t.Fatal("no end to it")
		})
	}
}

// The exchange of RFC 7677 §3.
func TestScramVector(t *testing.T) {
	salt := must(base64.StdEncoding.DecodeString("W22ZaJ0SNY7soEsUEjb6gQ=="))
	x := &scram{hash: scramHash("SCRAM-SHA-256"), nonce: "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"}
	x.keys = func(user string) (scramKeys, error) {
		salted := sasl.SCRAMSaltPassword(x.hash, []byte("pencil"), salt, 4096)
		client := x.mac(salted, []byte("Client Key"))
		h := x.hash()
		h.Write(client)
		return scramKeys{salt: salt, iterations: 4096, storedKey: h.Sum(nil), serverKey: x.mac(salted, []byte("Server Key"))}, nil
	}
	challenge, err := x.begin([]byte("n,,n=user,r=rOprNGfwEbeRWgbNEkqO"))
	if err != nil || string(challenge) != "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096" {
		t.Fatal(string(challenge), err)
	}
	final, err := x.finish([]byte("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="))
	if err != nil || string(final) != "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=" {
		t.Fatal(string(final), err)
	}
}

// What a client says of itself in the stream's from is worth nothing: who it is, the login tells.
func TestIdentityIsThatOfTheLogin(t *testing.T) {
	s := newServer(t, "")
	for _, from := range []string{"from='admin@localhost/x' ", "from='bob@localhost' ", ""} {
		p := s.dial(t)
		p.open()
		p.write(plainAuth("alice", secretWord))
		if e := p.next(); e.Local != "success" {
			t.Fatal(e)
		}
		p.r.Restart()
		p.write(strings.Replace(streamOpen, "to=", from+"to=", 1))
		if _, err := p.r.Header(); err != nil {
			t.Fatal(err)
		}
		p.next()
		p.write("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>r</resource></bind></iq>")
		if got := p.next().Child(nsBind, "bind").ChildText(nsBind, "jid"); got != "alice@localhost/r" {
			t.Fatalf("%q is bound as %q", from, got)
		}
		p.write("<message from='bob@localhost' to='alice@localhost'><body>not me</body></message>")
		if got := p.ended(); got != "invalid-from" {
			t.Fatal(got)
		}
	}
}

func TestPasswordsInTheClearStayOnTheMachine(t *testing.T) {
	far := &login{Frontend: &Frontend{Deps: protocols.Deps{TLS: &tls.Config{}}}, link: fakeLink{secure: false, local: false, starttls: true}}
	f := far.offerOf()
	if has(f, "mechanisms") || !has(f.Child(nsTLS, "starttls"), "required") {
		t.Errorf("far away, in the clear: %s", f)
	}
	ws := &login{Frontend: far.Frontend, link: fakeLink{}}
	if m := mechanismsOf(ws.offerOf()); strings.Contains(m, "PLAIN") || !strings.Contains(m, "SCRAM") {
		t.Errorf("far away, WebSocket in the clear: %s", m)
	}
	near := &login{Frontend: far.Frontend, link: fakeLink{local: true, starttls: true}}
	if m := mechanismsOf(near.offerOf()); !strings.Contains(m, "PLAIN") {
		t.Errorf("loopback: %s", m)
	}
	behind := &login{Frontend: far.Frontend, link: fakeLink{secure: true}}
	if m := mechanismsOf(behind.offerOf()); !strings.Contains(m, "PLAIN") {
		t.Errorf("TLS: %s", m)
	}
}

func (l *login) offerOf() *xmppwire.Element {
	l.caps = &discoCache{}
	return l.offer()
}

type fakeLink struct {
	link
	secure, local, starttls bool
}

func (f fakeLink) isSecure() bool                 { return f.secure }
func (f fakeLink) isLocal() bool                  { return f.local }
func (f fakeLink) canStartTLS() bool              { return f.starttls }
func (f fakeLink) tlsState() *tls.ConnectionState { return nil }

func TestSTARTTLSThrowsAwayWhatCameAhead(t *testing.T) {
	s := newServer(t, "")
	p := s.dial(t)
	p.open()
	p.write("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
	if e := p.next(); e.Local != "proceed" {
		t.Fatal(e)
	}
	conn := tls.Client(p.conn, s.client)
	defer conn.Close()
	q := &peer{t: t, conn: conn, r: xmppwire.NewReader(conn, xmppwire.Limits{})}
	if f := q.open(); has(f, "starttls") || !strings.Contains(mechanismsOf(f), "PLAIN") {
		t.Fatal(f)
	}
	if got := q.login2("alice", "tls"); got != "alice@localhost/tls" {
		t.Fatal(got)
	}
}

// login2 is login on a stream that is open.
func (p *peer) login2(name, resource string) string {
	p.write(plainAuth(name, secretWord))
	if e := p.next(); e.Local != "success" {
		p.t.Fatal(e)
	}
	p.open()
	p.write("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>" + resource + "</resource></bind></iq>")
	return p.next().Child(nsBind, "bind").ChildText(nsBind, "jid")
}

func TestNamesOfOtherProtocolsLogIn(t *testing.T) {
	s := newServer(t, "")
	must(s.Accounts.Create(t.Context(), "Zoë K.", secretWord))
	jid := s.m.UserJID("Zoë K.")
	for _, name := range []string{"Zoë K.", "zoë k.", localOf(jid)} {
		if got := s.dial(t).login(name, "r"); got != jid+"/r" {
			t.Errorf("%q is bound as %q", name, got)
		}
	}
}

func TestWhitespaceIsNothing(t *testing.T) {
	s := newServer(t, "")
	p := s.dial(t)
	p.write(" \n")
	p.open()
	p.write("\n\n" + plainAuth("alice", secretWord) + "\n")
	if e := p.next(); e.Local != "success" {
		t.Fatal(e)
	}
	p.r.Restart()
	p.write(streamOpen + "\n \n<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq> \n")
	if _, err := p.r.Header(); err != nil {
		t.Fatal(err)
	}
	if e := p.want("iq"); e.Attr("type") != "result" {
		t.Fatal(e)
	}
}

func TestRegistrationIsClosedUnlessOpened(t *testing.T) {
	ask := "<iq type='set' id='r'><query xmlns='jabber:iq:register'><username>dave</username><password>" + secretWord + "</password></query></iq>"
	closed := newServer(t, "").dial(t)
	if has(closed.open(), "register") {
		t.Error("offered")
	}
	closed.write(ask)
	if got := closed.ended(); got != "not-authorized" {
		t.Error(got)
	}
	s := newServer(t, "", func(d *protocols.Deps) { d.OpenSignUp = true })
	open := s.dial(t)
	if !has(open.open(), "register") {
		t.Error("not offered")
	}
	open.write(ask)
	if e := open.next(); e.Attr("type") != "result" {
		t.Fatal(e)
	}
	open.write(ask)
	if e := open.next(); e.Attr("type") != "error" || !has(e.Child(xmppwire.NSClient, "error"), "conflict") {
		t.Fatal(e)
	}
	if got := open.login2("dave", "r"); got != "dave@localhost/r" {
		t.Fatal(got)
	}
	if standing := must(s.Accounts.Standing(t.Context(), "dave")); standing != chat.Active {
		t.Fatal(standing)
	}
}

// Who has shown his password and not bound a resource yet has no session that could be ended: what voids the proof ends the
// stream when he binds.
func TestProofThatWasVoidedOpensNoSession(t *testing.T) {
	s := newServer(t, "")
	ctx := t.Context()
	for i, void := range []func() error{
		func() error { return s.Accounts.SetDisabled(ctx, "alice", true) },
		func() error { return s.Accounts.SetDisabled(ctx, "alice", false) },
		func() error { return s.Accounts.SetPassword(ctx, "bob", "another") },
		func() error { return s.Accounts.Delete(ctx, "alice") },
	} {
		name := []string{"alice", "alice", "bob", "alice"}[i]
		isVoid := i != 1
		if i == 1 {
			must(0, void())
		}
		p := s.dial(t)
		p.open()
		p.write(plainAuth(name, secretWord))
		if e := p.next(); e.Local != "success" {
			t.Fatal(e)
		}
		p.open()
		if isVoid {
			must(0, void())
		}
		p.write("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>")
		e := p.next()
		if isVoid != e.Is(xmppwire.NSStream, "error") || isVoid && e.First().Local != "not-authorized" {
			t.Errorf("%d: %s is answered with %v", i, name, e)
		}
	}
}

package raw

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"dragoman/protocols/xmpp/xmppwire"
)

const (
	nsTLS  = "urn:ietf:params:xml:ns:xmpp-tls"
	nsSASL = "urn:ietf:params:xml:ns:xmpp-sasl"
	nsBind = "urn:ietf:params:xml:ns:xmpp-bind"
	nsSM   = "urn:xmpp:sm:3"
	nsMUC  = "http://jabber.org/protocol/muc"
	nsSID  = "urn:xmpp:sid:0"
)

// XMPP is a session over TCP with STARTTLS. The gateway's reflection acknowledges what goes to a group; what goes to a
// user is acknowledged by stream management, where that is offered.
type XMPP struct {
	Hooks
	user   string
	domain string
	conn   net.Conn
	r      *xmppwire.Reader
	mu     sync.Mutex
	out    []string // keys of stanzas that stream management has not acknowledged; "" for one without
	handed uint32   // of them, how many have been
	sm     bool
	joined map[string]chan error
	done   chan struct{}
}

// DialXMPP logs in with PLAIN behind STARTTLS and sends presence.
func (a Addresses) DialXMPP(ctx context.Context, user, resource, password string, hooks Hooks) (*XMPP, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", a.XMPP)
	if err != nil {
		return nil, fmt.Errorf("xmpp: %w", err)
	}
	c := &XMPP{Hooks: hooks, user: user, domain: cmp.Or(a.Domain, "localhost"), conn: conn, r: xmppwire.NewReader(conn, xmppwire.Limits{Bytes: 1 << 20}),
		joined: make(map[string]chan error), done: make(chan struct{})}
	_ = conn.SetDeadline(time.Now().Add(answerLimit))
	if err := c.negotiate(resource, password); err != nil {
		_ = c.conn.Close()
		return nil, fmt.Errorf("xmpp: login of %s: %w", user, err)
	}
	_ = c.conn.SetDeadline(time.Time{})
	go c.listen()
	return c, c.stanza("", "<presence/>")
}

// RegisterXMPP makes an account, as the server lets anybody do [XEP-0077].
func (a Addresses) RegisterXMPP(ctx context.Context, user, password string) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", a.XMPP)
	if err != nil {
		return fmt.Errorf("xmpp: %w", err)
	}
	c := &XMPP{domain: cmp.Or(a.Domain, "localhost"), conn: conn, r: xmppwire.NewReader(conn, xmppwire.Limits{Bytes: 1 << 20})}
	defer func() { _ = c.conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(answerLimit))
	if _, err := c.secure(); err != nil {
		return fmt.Errorf("xmpp: registration of %s: %w", user, err)
	}
	const ns = "jabber:iq:register"
	query := xmppwire.New(ns, "query").Add(xmppwire.TextElement(ns, "username", user), xmppwire.TextElement(ns, "password", password))
	iq := xmppwire.IQ("set", query)
	iq.ID = "register"
	if err := c.put(string(iq.AppendTo(nil, ""))); err != nil {
		return err
	}
	answer, err := c.expect(xmppwire.NSClient, "iq")
	if err == nil && answer.Attr("type") != "result" {
		err = fmt.Errorf("refused: %s", answer)
	}
	if err != nil {
		return fmt.Errorf("xmpp: registration of %s: %w", user, err)
	}
	return nil
}

// open begins a stream and returns its features.
func (c *XMPP) open() (*xmppwire.Element, error) {
	err := c.put(`<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='` + xmppwire.NSStream +
		`' to='` + c.domain + `' version='1.0'>`)
	if err != nil {
		return nil, err
	}
	if _, err := c.r.Header(); err != nil {
		return nil, err
	}
	return c.expect(xmppwire.NSStream, "features")
}

func (c *XMPP) expect(space, local string) (*xmppwire.Element, error) {
	e, err := c.r.Next()
	if err != nil {
		return nil, err
	}
	if !e.Is(space, local) {
		return nil, fmt.Errorf("want <%s/>, got %s", local, e)
	}
	return e, nil
}

// secure begins a stream behind STARTTLS and returns its features.
func (c *XMPP) secure() (*xmppwire.Element, error) {
	features, err := c.open()
	if err != nil {
		return nil, err
	}
	if features.Child(nsTLS, "starttls") == nil {
		return nil, errors.New("no STARTTLS")
	}
	if err := c.put("<starttls xmlns='" + nsTLS + "'/>"); err != nil {
		return nil, err
	}
	if _, err := c.expect(nsTLS, "proceed"); err != nil {
		return nil, err
	}
	// The server's certificate is its own signature; who it is was settled by the loopback address.
	c.conn = tls.Client(c.conn, &tls.Config{ServerName: c.domain, InsecureSkipVerify: true})
	c.r.Replace(c.conn)
	return c.open()
}

func (c *XMPP) negotiate(resource, password string) error {
	if _, err := c.secure(); err != nil {
		return err
	}
	secret := base64.StdEncoding.EncodeToString([]byte("\x00" + c.user + "\x00" + password))
	if err := c.put("<auth xmlns='" + nsSASL + "' mechanism='PLAIN'>" + secret + "</auth>"); err != nil {
		return err
	}
	if _, err := c.expect(nsSASL, "success"); err != nil {
		return err
	}
	c.r.Restart()
	features, err := c.open()
	if err != nil {
		return err
	}
	if err := c.put("<iq type='set' id='bind'><bind xmlns='" + nsBind + "'><resource>" + resource + "</resource></bind></iq>"); err != nil {
		return err
	}
	answer, err := c.expect(xmppwire.NSClient, "iq")
	if err != nil {
		return err
	}
	if answer.Attr("type") != "result" {
		return fmt.Errorf("bind: %s", answer)
	}
	if features.Child(nsSM, "sm") == nil {
		return nil
	}
	if err := c.put("<enable xmlns='" + nsSM + "'/>"); err != nil {
		return err
	}
	if _, err := c.expect(nsSM, "enabled"); err != nil {
		return err
	}
	c.sm = true
	return nil
}

// Managed tells whether stream management acknowledges what this client sends.
func (c *XMPP) Managed() bool { return c.sm }

func (c *XMPP) put(s string) error {
	_, err := c.conn.Write([]byte(s))
	return err
}

// stanza writes a stanza and asks for its acknowledgement.
func (c *XMPP) stanza(key, s string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sm {
		c.out = append(c.out, key)
		s += "<r xmlns='" + nsSM + "'/>"
	}
	return c.put(s)
}

func (c *XMPP) listen() {
	defer close(c.done)
	var in uint32
	for {
		e, err := c.r.Next()
		if err != nil {
			c.ended(err)
			return
		}
		switch {
		case e.Is(nsSM, "r"):
			c.mu.Lock()
			err = c.put(fmt.Sprintf("<a xmlns='%s' h='%d'/>", nsSM, in))
			c.mu.Unlock()
		case e.Is(nsSM, "a"):
			err = c.acknowledged(e.Attr("h"))
		default:
			in++
			c.hear(e)
		}
		if err != nil {
			c.ended(err)
			return
		}
	}
}

func (c *XMPP) acknowledged(h string) error {
	var n uint32
	if _, err := fmt.Sscan(h, &n); err != nil {
		return err
	}
	c.mu.Lock()
	count := min(n-c.handed, uint32(len(c.out)))
	keys := c.out[:count]
	c.out, c.handed = c.out[count:], n
	c.mu.Unlock()
	for _, key := range keys {
		if key != "" {
			c.acked(key, nil)
		}
	}
	return nil
}

func (c *XMPP) hear(e *xmppwire.Element) {
	s, ok := xmppwire.StanzaOf(e)
	if !ok {
		return
	}
	if c.Hooks.Stanza != nil {
		c.Hooks.Stanza(s)
	}
	bare, nick, _ := strings.Cut(s.From, "/")
	local, host, _ := strings.Cut(bare, "@")
	switch {
	case s.Name == "presence":
		c.presence(bare, s)
	case s.Name != "message":
	case s.Type == "error":
		c.acked(s.ID, fmt.Errorf("refused: %s", e))
	default:
		body, has := s.Body()
		if !has {
			return
		}
		t := Text{From: local, Text: body}
		if id := s.Child(nsSID, "stanza-id"); id != nil {
			t.ID = id.Attr("id")
		}
		if strings.HasPrefix(host, "groups.") {
			t.From, t.Group = nick, local
			if nick == c.user {
				if !c.sm {
					c.acked(s.ID, nil)
				}
				return
			}
		}
		c.heard(t)
	}
}

func (c *XMPP) presence(bare string, s xmppwire.Stanza) {
	c.mu.Lock()
	waiting := c.joined[bare]
	c.mu.Unlock()
	if waiting == nil {
		return
	}
	var result error
	if s.Type == "error" {
		result = fmt.Errorf("join refused: %s", s.String())
	} else if x := s.Child(nsMUC+"#user", "x"); x == nil || !own(x) {
		return
	}
	select {
	case waiting <- result:
	default: // nobody asks twice
	}
}

// own tells whether a presence in a group is the client's own [XEP-0045 §7.2.2].
func own(x *xmppwire.Element) bool {
	for child := range x.Children() {
		if child.Local == "status" && child.Attr("code") == "110" {
			return true
		}
	}
	return false
}

// Join enters a group under the user's name, without its past.
func (c *XMPP) Join(ctx context.Context, group string) error {
	address := group + "@groups." + c.domain
	waiting := make(chan error, 1)
	c.mu.Lock()
	c.joined[address] = waiting
	c.mu.Unlock()
	err := c.stanza("", "<presence to='"+address+"/"+c.user+"'><x xmlns='"+nsMUC+"'><history maxstanzas='0'/></x></presence>")
	if err != nil {
		return err
	}
	select {
	case err := <-waiting:
		return err
	case <-c.done:
		return errors.New("join: the connection ended")
	case <-time.After(answerLimit):
		return fmt.Errorf("join: no answer within %v", answerLimit)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Send writes a text; the key is the stanza's id and origin id.
func (c *XMPP) Send(key string, to Place, text string) error {
	kind, address := "chat", to.Peer+"@"+c.domain
	if to.Group != "" {
		kind, address = "groupchat", to.Group+"@groups."+c.domain
	}
	body := string(xmppwire.AppendText(nil, text))
	return c.stanza(key, "<message type='"+kind+"' id='"+key+"' to='"+address+"'><body>"+body+"</body><origin-id xmlns='"+nsSID+
		"' id='"+key+"'/></message>")
}

// Put writes any stanza.
func (c *XMPP) Put(stanza string) error { return c.stanza("", stanza) }

// Close breaks the connection off.
func (c *XMPP) Close() {
	_ = c.conn.Close()
	<-c.done
}

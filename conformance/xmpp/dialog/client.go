package dialog

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"time"

	"dragoman/protocols/xmpp/xmppwire"
)

// patience is how long a client waits for what must come. Servers under test are on this machine.
const patience = 20 * time.Second

// client is one connection.
type client struct {
	conn   net.Conn
	reader *xmppwire.Reader
	full   string
	pings  int
}

// dial opens a stream over plain TCP and reads the features.
func dial(addr, domain string) (*client, error) {
	conn, err := net.DialTimeout("tcp", addr, patience)
	if err != nil {
		return nil, err
	}
	c := &client{conn: conn, reader: xmppwire.NewReader(conn, xmppwire.Limits{Bytes: 4 << 20, Elements: 1 << 16})}
	if err := c.open(domain); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func (c *client) open(domain string) error {
	c.reader.Restart()
	if err := c.write("<?xml version='1.0'?><stream:stream to='" + domain + "' version='1.0' xml:lang='en' xmlns='jabber:client' " +
		"xmlns:stream='http://etherx.jabber.org/streams'>"); err != nil {
		return err
	}
	c.deadline()
	if _, err := c.reader.Header(); err != nil {
		return err
	}
	_, err := c.want(xmppwire.NSStream, "features")
	return err
}

func (c *client) deadline() { _ = c.conn.SetReadDeadline(time.Now().Add(patience)) }

func (c *client) write(s string) error {
	_, err := c.conn.Write([]byte(s))
	return err
}

// next reads the next element.
func (c *client) next() (*xmppwire.Element, error) {
	c.deadline()
	e, err := c.reader.Next()
	if err != nil && !errors.Is(err, xmppwire.ErrUnsafe) {
		return nil, err
	}
	return e, nil
}

func (c *client) want(space, local string) (*xmppwire.Element, error) {
	e, err := c.next()
	if err != nil {
		return nil, fmt.Errorf("waiting for <%s>: %w", local, err)
	}
	if !e.Is(space, local) {
		return nil, fmt.Errorf("waiting for <%s>, got %s", local, e)
	}
	return e, nil
}

// register makes an account in band [XEP-0077 §3.1].
func register(addr, domain, name, password string) error {
	c, err := dial(addr, domain)
	if err != nil {
		return err
	}
	defer c.close()
	iq := xmppwire.IQ("set", xmppwire.New("jabber:iq:register", "query").Add(
		xmppwire.TextElement("jabber:iq:register", "username", name),
		xmppwire.TextElement("jabber:iq:register", "password", password)))
	iq.ID, iq.To = "register", domain
	if err := c.write(string(iq.AppendTo(nil, xmppwire.NSClient))); err != nil {
		return err
	}
	e, err := c.want(xmppwire.NSClient, "iq")
	if err == nil && e.Attr("type") != "result" {
		err = fmt.Errorf("register %s: %s", name, e)
	}
	return err
}

// login authenticates and binds.
func (c *client) login(domain, name, password, resource string) error {
	secret := base64.StdEncoding.EncodeToString([]byte("\x00" + name + "\x00" + password))
	if err := c.write("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>" + secret + "</auth>"); err != nil {
		return err
	}
	if _, err := c.want("urn:ietf:params:xml:ns:xmpp-sasl", "success"); err != nil {
		return err
	}
	if err := c.open(domain); err != nil {
		return err
	}
	const nsBind = "urn:ietf:params:xml:ns:xmpp-bind"
	bind := xmppwire.New(nsBind, "bind")
	if resource != "" {
		bind.AddNew("resource").AddText(resource)
	}
	iq := xmppwire.IQ("set", bind)
	iq.ID = "bind"
	if err := c.write(string(iq.AppendTo(nil, xmppwire.NSClient))); err != nil {
		return err
	}
	e, err := c.want(xmppwire.NSClient, "iq")
	if err != nil {
		return err
	}
	c.full = e.Child(nsBind, "bind").ChildText(nsBind, "jid")
	if c.full == "" {
		return fmt.Errorf("not bound: %s", e)
	}
	return nil
}

// ping sends a ping to the server and returns its id.
func (c *client) ping(domain string) (string, error) {
	c.pings++
	id := fmt.Sprintf("dialog-ping-%d", c.pings)
	return id, c.write("<iq type='get' id='" + id + "' to='" + domain + "'><ping xmlns='urn:xmpp:ping'/></iq>")
}

func (c *client) close() { _ = c.conn.Close() }

package webim

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"dragoman/bridge/chat"
	"dragoman/protocols/webim/webimwire"
)

func reader(s string) io.Reader { return strings.NewReader(s) }

// client is a bare MSYNC client that keeps the rules which the SDKs keep, and holds
// the gateway to those that they depend on [webim 5.2].
type client struct {
	t        testing.TB
	g        *gateway
	conn     *websocket.Conn
	user     string
	resource string
	action   string // "" is a 3.x client
	lazy     bool   // does not acknowledge: pulls again without a key

	mu      sync.Mutex
	nextID  uint64
	waiting map[uint64]chan *webimwire.CommSyncDL
	heard   []*webimwire.Meta
	pulling map[string]bool
	unread  chan *webimwire.CommUnreadDL
	arrived chan struct{}
	closed  chan error
}

const patience = 20 * time.Second

// dial connects and logs in.
func (g *gateway) dial(user, resource string, options ...func(*client)) *client {
	g.t.Helper()
	c := g.connect(user, resource, options...)
	p := c.login(g.user(user))
	if p.GetStatus().GetErrorCode() != webimwire.Status_OK {
		g.t.Fatalf("login of %s: %v", user, p.GetStatus())
	}
	c.listen()
	return c
}

func asOld(c *client) { c.action = "" }

func lazy(c *client) { c.lazy = true }

// connect connects without a login.
func (g *gateway) connect(user, resource string, options ...func(*client)) *client {
	g.t.Helper()
	c := &client{
		t: g.t, g: g, user: user, resource: resource, action: "v5.2", nextID: 1000, waiting: map[uint64]chan *webimwire.CommSyncDL{},
		pulling: map[string]bool{}, unread: make(chan *webimwire.CommUnreadDL, 16), arrived: make(chan struct{}, 1), closed: make(chan error, 1),
	}
	for _, o := range options {
		o(c)
	}
	conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(g.server.URL, "http")+"/websocket", http.Header{"Origin": {"https://elsewhere.example"}})
	if err != nil {
		g.t.Fatal(err)
	}
	c.conn = conn
	g.t.Cleanup(c.drop)
	return c
}

// drop breaks the connection without a word.
func (c *client) drop() { _ = c.conn.Close() }

func (c *client) login(token string) *webimwire.Provision {
	c.t.Helper()
	c.write(webimwire.Up{
		Envelope: &webimwire.MSync{Command: webimwire.MSync_PROVISION.Enum(), Guid: webimwire.UserJID("dragoman#chat", c.user, c.resource)},
		Provision: &webimwire.Provision{
			OsType: webimwire.Provision_OS_OTHER.Enum(), Resource: &c.resource, ActionVersion: optional(c.action), Auth: new("$t$" + token),
		},
	})
	down, err := c.read()
	if err != nil || down.Provision == nil {
		c.t.Fatalf("answer to a login: %v, %v", down, err)
	}
	return down.Provision
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func (c *client) write(up webimwire.Up) {
	packet, err := up.Encode()
	if err != nil {
		c.t.Error(err)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.conn.WriteMessage(websocket.BinaryMessage, packet) // a test that drops the connection writes into nothing
}

func (c *client) read() (webimwire.Down, error) {
	_, frame, err := c.conn.ReadMessage()
	if err != nil {
		return webimwire.Down{}, err
	}
	return webimwire.DecodeDown(frame)
}

// listen reads until the connection ends, and asks what is unread as the SDKs do.
func (c *client) listen() {
	c.write(webimwire.Up{Envelope: &webimwire.MSync{Command: webimwire.MSync_UNREAD.Enum()}})
	go func() {
		for {
			down, err := c.read()
			if err != nil {
				c.closed <- err
				return
			}
			switch {
			case down.Unread != nil:
				for _, q := range down.Unread.GetUnread() {
					c.pull(q.GetQueue(), 0)
				}
				select {
				case c.unread <- down.Unread:
				default:
				}
			case down.Notice != nil:
				c.pull(down.Notice.GetQueue(), 0)
			case down.Sync != nil:
				c.sync(down.Sync)
			}
		}
	}()
}

func (c *client) pull(queue *webimwire.JID, key uint64) {
	up := webimwire.Up{Envelope: &webimwire.MSync{Command: webimwire.MSync_SYNC.Enum()}, Sync: &webimwire.CommSyncUL{Queue: queue}}
	if key != 0 {
		up.Sync.Key = &key
	}
	c.mu.Lock()
	c.pulling[queue.GetName()] = true
	c.mu.Unlock()
	c.write(up)
}

// sync takes a downlink as the SDKs do, and checks what they trip over.
func (c *client) sync(dl *webimwire.CommSyncDL) {
	if dl.GetMetaId() != 0 {
		c.mu.Lock()
		answer := c.waiting[dl.GetMetaId()]
		c.mu.Unlock()
		if answer != nil {
			answer <- dl
		}
		return
	}
	if dl.GetStatus() == nil || dl.GetQueue() == nil {
		c.t.Errorf("a batch without status or queue: %v", dl)
	}
	name := dl.GetQueue().GetName()
	c.mu.Lock()
	busy := c.pulling[name]
	switch {
	case busy && dl.GetIsLast() && len(dl.GetMetas()) > 0:
		c.t.Errorf("metas in the answer that ends the cycle of %q", name)
	case !dl.GetIsLast() && dl.GetNextKey() == 0:
		c.t.Errorf("a batch of %q without key or end", name)
	case dl.GetIsLast() && dl.GetNextKey() != 0:
		c.t.Errorf("a batch of %q with key and end", name)
	}
	for _, m := range dl.GetMetas() {
		if m.GetFrom() == nil || m.GetTo() == nil {
			c.t.Errorf("a meta without from or to: %v", m)
		}
	}
	c.heard = append(c.heard, dl.GetMetas()...)
	if dl.GetIsLast() {
		c.pulling[name] = false
	}
	c.mu.Unlock()
	select {
	case c.arrived <- struct{}{}:
	default:
	}
	if !dl.GetIsLast() && !c.lazy {
		c.pull(dl.GetQueue(), dl.GetNextKey())
	}
}

// send sends a Meta and returns the answer.
func (c *client) send(m *webimwire.Meta) *webimwire.CommSyncDL {
	c.t.Helper()
	c.mu.Lock()
	if m.Id == nil {
		c.nextID++
		m.Id = new(c.nextID)
	}
	answer := make(chan *webimwire.CommSyncDL, 1)
	c.waiting[m.GetId()] = answer
	c.mu.Unlock()
	c.write(webimwire.Up{Envelope: &webimwire.MSync{Command: webimwire.MSync_SYNC.Enum()}, Sync: &webimwire.CommSyncUL{Meta: m}})
	select {
	case dl := <-answer:
		return dl
	case <-time.After(patience):
		c.t.Fatal("no answer to a meta")
		return nil
	}
}

func say(kind webimwire.MessageBody_Type, to, text string) *webimwire.Meta {
	body := &webimwire.MessageBody{
		Type: &kind, Contents: []*webimwire.MessageBody_Content{{Type: webimwire.MessageBody_Content_TEXT.Enum(), Text: &text}},
	}
	return chatMeta(to, kind != webimwire.MessageBody_CHAT, body)
}

func chatMeta(to string, grouped bool, body *webimwire.MessageBody) *webimwire.Meta {
	payload, err := webimwire.Pack(body)
	if err != nil {
		panic(err) // in a test: bodies made here always encode
	}
	jid := webimwire.UserJID("dragoman#chat", to, "")
	if grouped {
		jid = webimwire.GroupJID("dragoman#chat", to)
	}
	return &webimwire.Meta{To: jid, Ns: webimwire.Meta_CHAT.Enum(), Payload: payload}
}

// ok fails the test unless the answer is a success, and returns the server's id.
func (c *client) ok(dl *webimwire.CommSyncDL) chat.EventID {
	c.t.Helper()
	if dl.GetStatus().GetErrorCode() != webimwire.Status_OK || dl.GetServerId() == 0 {
		c.t.Fatalf("refused: %v", dl.GetStatus())
	}
	return chat.EventID(dl.GetServerId())
}

// texts are the texts that have arrived, in their order.
func (c *client) texts() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var texts []string
	for _, m := range c.heard {
		body, err := webimwire.Body(m)
		if err != nil {
			c.t.Error(err)
		}
		if mb, ok := body.(*webimwire.MessageBody); ok && len(mb.GetContents()) == 1 && mb.GetType() <= webimwire.MessageBody_CHATROOM {
			texts = append(texts, mb.GetContents()[0].GetText())
		}
	}
	return texts
}

// until waits until what has arrived answers a question.
func (c *client) until(what string, question func() bool) {
	c.t.Helper()
	late := time.After(patience)
	for !question() {
		select {
		case <-c.arrived:
		case <-late:
			c.t.Fatalf("%s of %s: %d metas heard, texts %q", what, c.user, len(c.heard), c.texts())
		}
	}
}

func (c *client) untilTexts(n int) []string {
	c.t.Helper()
	c.until("texts", func() bool { return len(c.texts()) >= n })
	return c.texts()
}

// idle waits until every cycle has ended.
func (c *client) idle() {
	c.t.Helper()
	c.until("end of all cycles", func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, busy := range c.pulling {
			if busy {
				return false
			}
		}
		return true
	})
}

// ended waits until the gateway has closed the connection.
func (c *client) ended() error {
	c.t.Helper()
	select {
	case err := <-c.closed:
		return err
	case <-time.After(patience):
		c.t.Fatalf("the connection of %s stays", c.user)
		return nil
	}
}

// bodies are the bodies of one kind that have arrived.
func bodies[T any](c *client) []T {
	c.mu.Lock()
	defer c.mu.Unlock()
	var found []T
	for _, m := range c.heard {
		body, err := webimwire.Body(m)
		if err != nil {
			c.t.Error(err)
		}
		if b, ok := body.(T); ok {
			found = append(found, b)
		}
	}
	return found
}

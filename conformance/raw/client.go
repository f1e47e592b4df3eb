package raw

import (
	"context"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"dragoman/protocols/webim/webimwire"
	"dragoman/protocols/xmpp/xmppwire"
)

// answerLimit bounds the wait for an answer at login.
const answerLimit = 20 * time.Second

// Place is where a text goes: to a user, or to a group.
type Place struct {
	Peer  string
	Group string
}

// Text is one text as a client heard it.
type Text struct {
	From  string // in an XMPP group the nick
	Group string // "": one to one
	ID    string // the gateway's id
	Text  string
}

// Hooks are what a client tells while it reads. A nil one is passed over.
type Hooks struct {
	// Acked tells that the gateway has acknowledged the text sent under key, or refused it.
	Acked func(key string, refused error)
	// Heard tells a text from somebody else.
	Heard func(Text)
	// Ended tells that the connection is gone and why.
	Ended func(error)
	// Meta tells every packet that a WebIM client takes from a queue.
	Meta func(*webimwire.Meta)
	// Notice tells every event that a ZIM client is sent.
	Notice func(method string, params []byte)
	// Stanza tells every stanza that an XMPP client is sent.
	Stanza func(xmppwire.Stanza)
}

func (h Hooks) acked(key string, refused error) {
	if h.Acked != nil {
		h.Acked(key, refused)
	}
}

func (h Hooks) heard(t Text) {
	if h.Heard != nil {
		h.Heard(t)
	}
}

func (h Hooks) ended(err error) {
	if h.Ended != nil {
		h.Ended(err)
	}
}

// Client is one logged-in session.
type Client interface {
	// Send writes a text and does not wait. The same key again is a retry of the same request.
	Send(key string, to Place, text string) error
	// Close breaks the connection off and waits for the reader to end.
	Close()
}

// socket is a WebSocket with one writer at a time and a reader of its own.
type socket struct {
	conn *websocket.Conn
	mu   sync.Mutex
	kind int
	done chan struct{}
}

func dial(ctx context.Context, url string, kind int, subprotocols ...string) (*socket, error) {
	d := websocket.Dialer{Subprotocols: subprotocols, HandshakeTimeout: answerLimit}
	conn, answer, err := d.DialContext(ctx, url, nil)
	if err != nil {
		return nil, err
	}
	_ = answer.Body.Close()
	return &socket{conn: conn, kind: kind, done: make(chan struct{})}, nil
}

func (s *socket) write(b []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conn.WriteMessage(s.kind, b)
}

func (s *socket) read() ([]byte, error) {
	_, b, err := s.conn.ReadMessage()
	return b, err
}

func (s *socket) close() {
	_ = s.conn.Close()
	<-s.done
}

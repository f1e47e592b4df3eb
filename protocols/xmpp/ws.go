package xmpp

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"time"

	"mellium.im/xmpp/stream"

	"dragoman/internal/wsconn"
	"dragoman/protocols/xmpp/xmppwire"
)

// wsLink is a stream over WebSocket: one element a message, never less and never more [RFC 7395 §3.3].
type wsLink struct {
	conn    *wsconn.Conn
	decoder *xmppwire.Decoder
	tls     *tls.ConnectionState
	said    bool
}

func newWSLink(conn *wsconn.Conn, r *http.Request, lim xmppwire.Limits) *wsLink {
	return &wsLink{conn: conn, decoder: xmppwire.NewDecoder(lim), tls: r.TLS}
}

func (l *wsLink) header(ctx context.Context) (xmppwire.Header, error) {
	e, err := l.read(ctx)
	if err != nil {
		return xmppwire.Header{}, err
	}
	return xmppwire.FrameHeader(e)
}

func (l *wsLink) next(ctx context.Context) (*xmppwire.Element, error) {
	e, err := l.read(ctx)
	if err != nil {
		return e, err
	}
	if e.Is(xmppwire.NSFraming, "close") {
		return nil, xmppwire.ErrEnd
	}
	return e, nil
}

// read returns the next element, passing over messages that are white space: some clients keep the line alive so.
func (l *wsLink) read(ctx context.Context) (*xmppwire.Element, error) {
	for {
		kind, b, err := l.conn.ReadFrame(ctx)
		if err != nil {
			return nil, err // without <close/> the stream is broken, not ended, and may be resumed
		}
		if kind != wsconn.Text {
			return nil, fmt.Errorf("a binary message: %w", stream.BadFormat)
		}
		if !isBlank(b) {
			return l.decoder.Decode(b)
		}
	}
}

func isBlank(b []byte) bool {
	for _, c := range b {
		if c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			return false
		}
	}
	return true
}

func (l *wsLink) restart() { l.said = false }

func (l *wsLink) startTLS(context.Context, *tls.Config) error {
	return fmt.Errorf("start TLS inside a WebSocket: %w", stream.UnsupportedFeature) // [RFC 7395 §3.9]
}

func (l *wsLink) setLimits(lim xmppwire.Limits) { l.decoder.SetLimits(lim) }

func (l *wsLink) outer() string { return "" }

func (l *wsLink) writeHeader(h xmppwire.Header) error {
	l.said = true
	b := append([]byte(nil), "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing'"...)
	return l.conn.WriteText(append(appendHeader(b, h), '/', '>'))
}

func (l *wsLink) write(frames ...[]byte) error {
	for _, f := range frames {
		if err := l.conn.WriteText(f); err != nil {
			return err
		}
	}
	return nil
}

func (l *wsLink) end() {
	if l.said {
		// An error means that the peer has gone first.
		_ = l.conn.WriteText([]byte("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>"))
	}
	_ = l.conn.Close(wsconn.CloseNormal, "")
}

func (l *wsLink) Bytes() (in, out int64) { return l.conn.Bytes() }

func (l *wsLink) isSecure() bool                 { return l.tls != nil }
func (l *wsLink) isLocal() bool                  { return isLoopback(l.conn.RemoteAddr()) }
func (l *wsLink) canStartTLS() bool              { return false }
func (l *wsLink) tlsState() *tls.ConnectionState { return l.tls }
func (l *wsLink) silence() time.Duration         { return 0 }
func (l *wsLink) address() string                { return l.conn.RemoteAddr().String() }
func (l *wsLink) transport() string              { return "ws" }

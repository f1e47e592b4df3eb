package xmpp

import (
	"context"
	"crypto/tls"
	"errors"
	"time"

	"mellium.im/xmpp/stream"

	"dragoman/protocols/xmpp/xmppwire"
)

// link is the transport under a session: a TCP connection or a WebSocket. One goroutine reads and one writes.
type link interface {
	// header reads the peer's stream header; after restart, the next one.
	header(ctx context.Context) (xmppwire.Header, error)
	// next reads the next element of the first level. xmppwire.ErrEnd: the peer has closed its stream.
	next(ctx context.Context) (*xmppwire.Element, error)
	// restart expects a new header on the same connection.
	restart()
	// startTLS expects a new header under TLS. The peer has been told to proceed.
	startTLS(ctx context.Context, conf *tls.Config) error
	setLimits(xmppwire.Limits)
	// Bytes returns how many bytes have come in and gone out.
	Bytes() (in, out int64)

	// outer is the namespace in force where stanzas are written.
	outer() string
	// writeHeader sends our stream header.
	writeHeader(xmppwire.Header) error
	// write sends whole elements, each encoded on its own.
	write(frames ...[]byte) error
	// end says goodbye, with the stream's own end, and frees the connection. Idempotent.
	end()

	// isSecure reports whether nobody on the way can read: TLS.
	isSecure() bool
	// isLocal reports whether there is no way: loopback.
	isLocal() bool
	canStartTLS() bool
	// tlsState is the connection's TLS state, nil without TLS.
	tlsState() *tls.ConnectionState
	address() string
	// silence is how long nothing was heard from the peer; zero where the transport has pings of its own.
	silence() time.Duration
	transport() string // for logs: "tcp", "tls" or "ws"
}

// fault returns the stream error that a peer is told when reading from it failed, and false where there is nobody to tell.
func fault(err error) (stream.Error, bool) {
	var named stream.Error
	switch {
	case errors.As(err, &named):
		return named, true
	case errors.Is(err, context.DeadlineExceeded):
		return stream.ConnectionTimeout, true
	}
	return stream.Error{}, false
}

// streamError returns the element that carries e [RFC 6120 §4.9.2].
func streamError(e stream.Error, text string, extra ...*xmppwire.Element) *xmppwire.Element {
	el := xmppwire.New(xmppwire.NSStream, "error")
	el.Add(xmppwire.TextElement(xmppwire.NSStreams, e.Err, e.Content))
	if text != "" {
		el.Add(xmppwire.TextElement(xmppwire.NSStreams, "text", text).SetLang("en"))
	}
	return el.Add(extra...)
}

// writeElement sends one element.
func writeElement(l link, e *xmppwire.Element) error {
	return l.write(e.AppendTop(nil, l.outer()))
}

// writeStanza sends one stanza.
func writeStanza(l link, s xmppwire.Stanza) error {
	return l.write(s.AppendTo(nil, l.outer()))
}

package xmpp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"dragoman/protocols/xmpp/xmppwire"
)

const (
	// writeTimeout is how long a peer may take to accept what we write.
	writeTimeout = 20 * time.Second
	// goodbye is how long the end of a stream may hold up the end of a session.
	goodbye = time.Second
	// keepBuffer bounds the write buffer that an idle connection holds on to.
	keepBuffer = 16 << 10
)

// tcpLink is a stream over TCP, with or without TLS [RFC 6120 §4].
type tcpLink struct {
	conn   net.Conn // the TLS connection once there is one
	secure *tls.Conn
	direct bool
	reader *xmppwire.Reader
	buf    []byte // of write
	said   bool   // our header is out
	heard  atomic.Int64
	in     atomic.Int64 // bytes, behind TLS
	out    atomic.Int64
	endOne sync.Once
}

// newTCPLink returns the link over conn. A *tls.Conn is direct TLS [XEP-0368].
func newTCPLink(conn net.Conn, lim xmppwire.Limits) *tcpLink {
	l := &tcpLink{conn: conn}
	if t, ok := conn.(*tls.Conn); ok {
		l.secure, l.direct = t, true
	}
	l.heard.Store(time.Now().UnixNano())
	l.reader = xmppwire.NewReader(listening{conn, l}, lim)
	return l
}

// listening notes when something was read, and how much.
type listening struct {
	conn net.Conn
	link *tcpLink
}

func (l listening) Read(b []byte) (int, error) {
	n, err := l.conn.Read(b)
	if n > 0 {
		l.link.heard.Store(time.Now().UnixNano())
		l.link.in.Add(int64(n))
	}
	return n, err
}

func (l *tcpLink) silence() time.Duration { return time.Since(time.Unix(0, l.heard.Load())) }

func (l *tcpLink) header(ctx context.Context) (h xmppwire.Header, err error) {
	err = l.reading(ctx, func() (err error) {
		h, err = l.reader.Header()
		return err
	})
	return h, err
}

func (l *tcpLink) next(ctx context.Context) (e *xmppwire.Element, err error) {
	err = l.reading(ctx, func() (err error) {
		e, err = l.reader.Next()
		return err
	})
	return e, err
}

// reading runs a read that ends when ctx does.
func (l *tcpLink) reading(ctx context.Context, read func() error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	conn := l.conn
	stop := context.AfterFunc(ctx, func() { _ = conn.SetReadDeadline(time.Unix(1, 0)) })
	err := read()
	if !stop() && errors.Is(err, os.ErrDeadlineExceeded) {
		return context.Cause(ctx)
	}
	return err
}

func (l *tcpLink) restart() {
	l.reader.Restart()
	l.said = false
}

func (l *tcpLink) startTLS(ctx context.Context, conf *tls.Config) error {
	t := tls.Server(l.conn, conf)
	if err := t.HandshakeContext(ctx); err != nil {
		return fmt.Errorf("start TLS: %w", err)
	}
	l.conn, l.secure, l.said = t, t, false
	l.reader.Replace(listening{t, l})
	return nil
}

func (l *tcpLink) setLimits(lim xmppwire.Limits) { l.reader.SetLimits(lim) }

func (l *tcpLink) outer() string { return xmppwire.NSClient }

func (l *tcpLink) writeHeader(h xmppwire.Header) error {
	l.said = true
	b := append([]byte(nil), "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'"...)
	return l.write(append(appendHeader(b, h), '>'))
}

// appendHeader appends the attributes that both transports' headers share.
func appendHeader(b []byte, h xmppwire.Header) []byte {
	for _, a := range [...][2]string{{"from", h.From}, {"to", h.To}, {"id", h.ID}, {"version", h.Version}, {"xml:lang", h.Lang}} {
		if a[1] != "" {
			b = append(append(append(b, ' '), a[0]...), "='"...)
			b = append(xmppwire.AppendAttr(b, a[1]), '\'')
		}
	}
	return b
}

func (l *tcpLink) write(frames ...[]byte) error {
	b := frames[0]
	if len(frames) > 1 {
		l.buf = l.buf[:0]
		for _, f := range frames {
			l.buf = append(l.buf, f...)
		}
		b = l.buf
		if cap(l.buf) > keepBuffer {
			l.buf = nil
		}
	}
	if err := l.conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	l.out.Add(int64(len(b)))
	if _, err := l.conn.Write(b); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

func (l *tcpLink) end() {
	l.endOne.Do(func() {
		// Errors here mean that the peer has gone first.
		_ = l.conn.SetDeadline(time.Now().Add(goodbye))
		if l.said {
			_, _ = l.conn.Write([]byte("</stream:stream>"))
		}
		if l.secure != nil {
			_ = l.secure.CloseWrite()
		} else if t, ok := l.conn.(*net.TCPConn); ok {
			_ = t.CloseWrite()
		}
		l.drain()
		_ = l.conn.Close()
	})
}

// maxDrain bounds what is read and dropped at the end, so that our last words are not lost to a reset: more than a peer has
// under way that did not stop in time.
const maxDrain = 16 << 20

// drain reads until the peer closes, for as long as the goodbye may take.
func (l *tcpLink) drain() {
	var sink [16 << 10]byte
	for n := 0; n < maxDrain; {
		k, err := l.conn.Read(sink[:])
		if err != nil {
			return
		}
		n += k
	}
}

func (l *tcpLink) Bytes() (in, out int64) { return l.in.Load(), l.out.Load() }

func (l *tcpLink) isSecure() bool    { return l.secure != nil }
func (l *tcpLink) isLocal() bool     { return isLoopback(l.conn.RemoteAddr()) }
func (l *tcpLink) canStartTLS() bool { return l.secure == nil }
func (l *tcpLink) address() string   { return l.conn.RemoteAddr().String() }

func (l *tcpLink) tlsState() *tls.ConnectionState {
	if l.secure == nil {
		return nil
	}
	state := l.secure.ConnectionState()
	return &state
}

func (l *tcpLink) transport() string {
	if l.direct {
		return "tls"
	}
	return "tcp"
}

func isLoopback(a net.Addr) bool {
	host, _, err := net.SplitHostPort(a.String())
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

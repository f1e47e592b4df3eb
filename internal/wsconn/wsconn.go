package wsconn

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

// Kind tells a text frame from a binary one.
type Kind int

// The kinds of frame that ReadFrame returns.
const (
	Text   Kind = websocket.TextMessage
	Binary Kind = websocket.BinaryMessage
)

// Close codes of RFC 6455 §7.4.1 that front-ends use.
const (
	CloseNormal        = websocket.CloseNormalClosure
	CloseGoingAway     = websocket.CloseGoingAway
	CloseProtocolError = websocket.CloseProtocolError
	CloseUnsupported   = websocket.CloseUnsupportedData
	CloseInvalid       = websocket.CloseInvalidFramePayloadData
	ClosePolicy        = websocket.ClosePolicyViolation
	CloseTooBig        = websocket.CloseMessageTooBig
	CloseInternal      = websocket.CloseInternalServerErr
	CloseTryLater      = websocket.CloseTryAgainLater
)

const (
	// defaultReadLimit serves callers that set none; no connection is unbounded.
	defaultReadLimit = 256 << 10
	// defaultWriteTimeout is how long a peer may take to read one frame.
	defaultWriteTimeout = 10 * time.Second
	// closeWait is how long Close waits for the peer's own close frame. Without the
	// wait the kernel may answer late bytes with a reset, which destroys the close
	// frame on its way.
	closeWait = time.Second
	// maxReason is what a close frame has room for [RFC 6455 §5.5].
	maxReason = 123
	// maxDrain bounds what Close reads and drops while it waits: the rest of a
	// message that was too big, mostly.
	maxDrain = 16 << 20
)

// ErrClosed is what the methods return once Close was called on this side.
var ErrClosed = errors.New("connection is closed")

var errInvalidText = errors.New("text frame is not UTF-8")

// Options say how a connection behaves. The zero value is usable.
type Options struct {
	// Subprotocols are those that the server speaks, the preferred first. If the
	// peer offers none of them the connection has no subprotocol.
	Subprotocols []string
	// ReadLimit is the size in bytes of the largest message that a peer may send,
	// all its fragments together; a larger one ends the connection with code 1009.
	// 0: 256 KiB.
	ReadLimit int64
	// CheckOrigin may refuse the page that the peer runs on. nil: any page may
	// connect, which is right where a login carries a token and no cookie.
	CheckOrigin func(*http.Request) bool
	// PingEvery is the time between pings. A peer of which nothing is heard for
	// twice that time is dead: ReadFrame fails. 0: no pings, and no such limit.
	PingEvery time.Duration
	// WriteTimeout is how long a peer may take to accept one frame. 0: 10 s.
	WriteTimeout time.Duration
	// Buffers, shared between connections, saves each idle one its write buffer.
	// nil: a buffer each.
	Buffers websocket.BufferPool
}

// Conn is one connection, from Upgrade to Close.
type Conn struct {
	ws           *websocket.Conn
	pingEvery    time.Duration
	writeTimeout time.Duration
	in, out      atomic.Int64 // bytes

	writeMu sync.Mutex

	readMu sync.Mutex // held while a frame is read
	// heard extends the read deadline and is silenced by a cancelled context, which
	// may happen at the same time: deadlineMu orders them.
	deadlineMu sync.Mutex
	cut        bool

	readCtx  context.Context // of the registration below
	stopRead func() bool

	pingMu sync.Mutex
	ping   *time.Timer

	closeOnce sync.Once
	closed    chan struct{}
	peerDone  bool // the peer's close frame was read; guarded by readMu
}

// Upgrade turns a request into a connection. If it fails it has answered the
// request, and the connection is nil. The caller must Close what it gets.
func Upgrade(w http.ResponseWriter, r *http.Request, o Options) (*Conn, error) {
	if o.ReadLimit <= 0 {
		o.ReadLimit = defaultReadLimit
	}
	if o.WriteTimeout <= 0 {
		o.WriteTimeout = defaultWriteTimeout
	}
	if o.CheckOrigin == nil {
		o.CheckOrigin = func(*http.Request) bool { return true }
	}
	up := websocket.Upgrader{
		HandshakeTimeout:  o.WriteTimeout,
		Subprotocols:      o.Subprotocols,
		CheckOrigin:       o.CheckOrigin,
		WriteBufferPool:   o.Buffers,
		EnableCompression: false,
	}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return nil, fmt.Errorf("upgrade to WebSocket: %w", err)
	}
	c := &Conn{ws: ws, pingEvery: o.PingEvery, writeTimeout: o.WriteTimeout, closed: make(chan struct{})}
	ws.SetReadLimit(o.ReadLimit)
	ws.SetPongHandler(func(string) error { return c.heard() })
	// The library answers a ping itself, but a peer that pings is alive, too.
	ws.SetPingHandler(func(data string) error {
		if err := ws.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(c.writeTimeout)); err != nil &&
			!errors.Is(err, websocket.ErrCloseSent) {
			return err
		}
		return c.heard()
	})
	if err := c.heard(); err != nil {
		_ = ws.Close()
		return nil, fmt.Errorf("upgrade to WebSocket: %w", err)
	}
	c.startPings()
	return c, nil
}

// Subprotocol is what was agreed at Upgrade, or "".
func (c *Conn) Subprotocol() string { return c.ws.Subprotocol() }

// RemoteAddr is the peer's address as the network sees it.
func (c *Conn) RemoteAddr() net.Addr { return c.ws.RemoteAddr() }

// Bytes returns how many bytes of frames have come in and gone out so far, what the framing adds not among them.
func (c *Conn) Bytes() (in, out int64) { return c.in.Load(), c.out.Load() }

// ReadFrame blocks until the peer has sent a whole message, and returns it; the
// bytes are the caller's. It fails when the peer closes or is dead, breaks the
// framing or a limit, and when ctx ends: then the connection can no longer be
// read, but Close still reaches the peer. One goroutine at a time may call it.
func (c *Conn) ReadFrame(ctx context.Context) (Kind, []byte, error) {
	c.readMu.Lock()
	defer c.readMu.Unlock()
	if err := c.watch(ctx); err != nil {
		return 0, nil, err
	}
	kind, data, err := c.ws.ReadMessage()
	c.in.Add(int64(len(data)))
	if err == nil {
		err = c.heard()
	}
	if err == nil && kind == websocket.TextMessage && !utf8.Valid(data) {
		c.refuse(CloseInvalid, "text is not UTF-8") // [RFC 6455 §8.1]
		err = errInvalidText
	}
	if err == nil {
		return Kind(kind), data, nil
	}
	var peer *websocket.CloseError
	if errors.As(err, &peer) && peer.Code != websocket.CloseAbnormalClosure {
		c.peerDone = true
	}
	select {
	case <-c.closed:
		return 0, nil, ErrClosed
	default:
	}
	if ctx.Err() != nil {
		return 0, nil, context.Cause(ctx)
	}
	return 0, nil, fmt.Errorf("read frame: %w", err)
}

// refuse sends the close frame that tells the peer what it did wrong. The
// library does the same for what it finds itself.
func (c *Conn) refuse(code int, reason string) {
	_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason), time.Now().Add(closeWait))
}

// watch arranges that the end of ctx ends a read under way. Callers nearly
// always pass the same context, so the registration is kept from call to call.
func (c *Conn) watch(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if ctx == c.readCtx {
		return nil
	}
	if c.stopRead != nil {
		c.stopRead()
	}
	c.readCtx, c.stopRead = ctx, context.AfterFunc(ctx, func() { c.cutReads(time.Now()) })
	return nil
}

// heard notes a sign of life.
func (c *Conn) heard() error {
	if c.pingEvery <= 0 {
		return nil
	}
	c.deadlineMu.Lock()
	defer c.deadlineMu.Unlock()
	if c.cut {
		return nil
	}
	return c.ws.SetReadDeadline(time.Now().Add(2 * c.pingEvery))
}

// cutReads ends every read at the given time, whatever is heard until then.
func (c *Conn) cutReads(at time.Time) {
	c.deadlineMu.Lock()
	defer c.deadlineMu.Unlock()
	c.cut = true
	_ = c.ws.SetReadDeadline(at) // fails only on a closed socket, where no read waits
}

func (c *Conn) startPings() {
	if c.pingEvery <= 0 {
		return
	}
	c.pingMu.Lock()
	defer c.pingMu.Unlock()
	c.ping = time.AfterFunc(c.pingEvery, c.sendPing)
}

func (c *Conn) sendPing() {
	// A ping that cannot be written within the period finds a peer that does not
	// read; its write deadline or the missing pong ends it, so the error is not news.
	_ = c.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(c.writeTimeout))
	c.pingMu.Lock()
	defer c.pingMu.Unlock()
	select {
	case <-c.closed:
	default:
		c.ping.Reset(c.pingEvery)
	}
}

// WriteText sends one text frame and returns when the socket has taken it. A
// peer that does not take it in time loses the connection: every later call,
// and a read under way, fails.
func (c *Conn) WriteText(data []byte) error { return c.write(websocket.TextMessage, data) }

// WriteBinary is WriteText for a binary frame.
func (c *Conn) WriteBinary(data []byte) error { return c.write(websocket.BinaryMessage, data) }

// Prepared is a text frame for many connections: it is framed once.
type Prepared struct {
	message *websocket.PreparedMessage
	size    int
}

// Prepare returns data as a text frame for many connections.
func Prepare(data []byte) (*Prepared, error) {
	m, err := websocket.NewPreparedMessage(websocket.TextMessage, data)
	if err != nil {
		return nil, fmt.Errorf("prepare frame: %w", err)
	}
	return &Prepared{m, len(data)}, nil
}

// WritePrepared sends a frame that others get too.
func (c *Conn) WritePrepared(p *Prepared) error {
	c.out.Add(int64(p.size))
	return c.locked(func() error { return c.ws.WritePreparedMessage(p.message) })
}

func (c *Conn) write(kind int, data []byte) error {
	c.out.Add(int64(len(data)))
	return c.locked(func() error { return c.ws.WriteMessage(kind, data) })
}

func (c *Conn) locked(write func() error) error {
	c.writeMu.Lock()
	defer c.writeMu.Unlock()
	select {
	case <-c.closed:
		return ErrClosed
	default:
	}
	err := c.ws.SetWriteDeadline(time.Now().Add(c.writeTimeout))
	if err == nil {
		err = write()
	}
	if err != nil {
		// Half a frame may be on the wire: nothing that follows could be understood.
		_ = c.ws.NetConn().Close()
		return fmt.Errorf("write frame: %w", err)
	}
	return nil
}

// Close says goodbye with a code and a reason (cut to the 123 bytes that a close
// frame holds), waits up to a second for the peer to say it too, and frees the
// connection. It may be called more than once and from any goroutine; the first
// call decides. A write under way is given its time to finish.
func (c *Conn) Close(code int, reason string) error {
	var err error
	c.closeOnce.Do(func() { err = c.close(code, reason) })
	return err
}

func (c *Conn) close(code int, reason string) error {
	close(c.closed)
	c.stopPings()
	deadline := time.Now().Add(closeWait)
	// An error means that the peer is gone or does not read; there is no one to tell.
	said := c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, cutReason(reason)), deadline)
	c.cutReads(deadline)

	// ReadFrame, if it is under way, sees the peer's answer or the deadline.
	c.readMu.Lock()
	defer c.readMu.Unlock()
	if c.stopRead != nil {
		c.stopRead()
	}
	if (said == nil || errors.Is(said, websocket.ErrCloseSent)) && !c.peerDone {
		c.drain(deadline)
	}
	if err := c.ws.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("close connection: %w", err)
	}
	return nil
}

// drain reads and drops until the peer has closed its side. It reads below the
// library, whose reader does not work again after a cancelled read.
func (c *Conn) drain(deadline time.Time) {
	conn := c.ws.NetConn()
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	_ = conn.SetReadDeadline(deadline)
	_, _ = io.CopyN(io.Discard, conn, maxDrain)
}

func (c *Conn) stopPings() {
	c.pingMu.Lock()
	defer c.pingMu.Unlock()
	if c.ping != nil {
		c.ping.Stop()
	}
}

// cutReason shortens a reason to what fits without cutting a character in two.
func cutReason(s string) string {
	if len(s) <= maxReason {
		return s
	}
	cut := maxReason
	for cut > 0 && s[cut]&0xC0 == 0x80 {
		cut--
	}
	return s[:cut]
}

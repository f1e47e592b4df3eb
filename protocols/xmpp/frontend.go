package xmpp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/rs/zerolog"

	"dragoman/bridge/account"
	"dragoman/configs"
	"dragoman/internal/wsconn"
	"dragoman/mapping/names"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols"
	"dragoman/protocols/xmpp/xmppwire"
)

// Registration is how cmd/dragoman knows this front-end.
func Registration() protocols.Registration {
	return protocols.Registration{Name: "xmpp", Defaults: defaults, Build: build}
}

// Frontend serves XMPP clients.
type Frontend struct {
	protocols.Deps
	cfg    config
	m      xmppmap.Map
	log    zerolog.Logger
	secret []byte // of occupant ids
	hub    *hub
	iqs    map[iqKey]iqHandler
	caps   *discoCache
	recent *recent
	muc    *mucMemory
	// component is the trunk to somebody else's server, nil without one.
	component *trunk
	begun     time.Time

	listeners map[string]net.Listener

	// conns counts the goroutines of connections and sessions. base ends them; it is set by Serve, and WebSockets that come
	// before wait for it.
	conns   sync.WaitGroup
	started chan struct{}
	base    context.Context // of Serve, for the sessions of HTTP's goroutines
	closed  bool
	mu      sync.Mutex // guards closed, and conns against growing after it
}

func build(d protocols.Deps, s configs.Section) (protocols.Frontend, error) {
	cfg, err := readConfig(s)
	if err != nil {
		return nil, err
	}
	secret, err := d.Vault.Secret("xmpp-occupant-ids", 32)
	if err != nil {
		return nil, fmt.Errorf("xmpp: %w", err)
	}
	f := &Frontend{Deps: d, cfg: cfg, log: d.Log, secret: secret, hub: newHub(), recent: newRecent(), muc: newMUCMemory(), begun: d.Now(), listeners: map[string]net.Listener{},
		started: make(chan struct{})}
	f.m = xmppmap.Map{Domain: d.Domain, Names: d.Names.For(context.Background(), names.XMPP), Links: links{f}}
	f.iqs = f.iqTable()
	f.caps = newDiscoCache(f)
	d.Router.Keep(f.door)
	if cfg.Component.isOn() {
		f.component = f.newTrunk()
		f.m.Reach, f.m.Gate = true, &f.component.m
	}
	return f, nil
}

// Listen binds the TCP listeners that the configuration names.
func (f *Frontend) Listen(ctx context.Context) (map[string]net.Addr, error) {
	bound := map[string]net.Addr{}
	for _, name := range []string{"xmpp", "xmpp_tls"} {
		addr := f.Deps.Listen[name]
		if addr == "" || name == "xmpp_tls" && f.TLS == nil {
			continue
		}
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
		if err != nil {
			f.closeListeners()
			return nil, fmt.Errorf("listen.%s: %w", name, err)
		}
		f.listeners[name] = l
		bound[name] = l.Addr()
	}
	return bound, nil
}

func (f *Frontend) closeListeners() {
	for _, l := range f.listeners {
		_ = l.Close() // nothing is lost with a listener
	}
}

// Mount adds the WebSocket endpoint and what tells of it.
func (f *Frontend) Mount(r gin.IRouter) {
	r.GET("/xmpp-websocket", f.serveWebSocket)
	r.GET("/ws/", f.serveClassic)
	r.GET("/.well-known/host-meta", f.hostMeta)
	r.GET("/.well-known/host-meta.json", f.hostMetaJSON)
	f.mountUploads(r)
}

// Serve accepts clients until ctx ends; then it tells them so, and returns when the last session is gone.
func (f *Frontend) Serve(ctx context.Context) error {
	base, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	f.base = base
	close(f.started)
	f.Accounts.Watch(func(c account.Change) { f.accountChanged(c) })
	var accepting sync.WaitGroup
	for name, l := range f.listeners {
		accepting.Go(func() { f.accept(base, name, l) })
	}
	// The trunk ends last: what sessions say as they go, its users hear.
	trunked, endTrunk := context.WithCancel(context.WithoutCancel(ctx))
	defer endTrunk()
	var trunks sync.WaitGroup
	if f.component != nil {
		trunks.Go(func() { f.component.run(trunked) })
	}
	<-ctx.Done()
	f.closeListeners()
	accepting.Wait()
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.conns.Wait()
	endTrunk()
	trunks.Wait()
	return nil
}

// accept takes connections from one listener.
func (f *Frontend) accept(ctx context.Context, name string, l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			// Out of descriptors, mostly: give those who are leaving a moment.
			f.log.Warn().Err(err).Str("listener", name).Msg("cannot accept a connection")
			select {
			case <-time.After(50 * time.Millisecond):
			case <-ctx.Done():
				return
			}
			continue
		}
		f.spawn(func() { f.serveTCP(ctx, name, conn) }, func() { _ = conn.Close() })
	}
}

// spawn runs a goroutine that Serve waits for, or refuse where Serve waits already.
func (f *Frontend) spawn(run, refuse func()) {
	f.mu.Lock()
	if f.closed {
		f.mu.Unlock()
		refuse()
		return
	}
	f.conns.Add(1)
	f.mu.Unlock()
	go func() {
		defer f.conns.Done()
		run()
	}()
}

func (f *Frontend) serveTCP(ctx context.Context, name string, conn net.Conn) {
	if name == "xmpp_tls" {
		t := tls.Server(conn, directTLS(f.TLS))
		handshake, cancel := context.WithTimeout(ctx, f.cfg.LoginTimeout)
		err := t.HandshakeContext(handshake)
		cancel()
		if err != nil {
			f.log.Debug().Err(err).Str("address", conn.RemoteAddr().String()).Msg("no TLS")
			_ = conn.Close()
			return
		}
		conn = t
	}
	f.serveLink(ctx, newTCPLink(conn, loginLimits))
}

// directTLS announces the protocol, so that one port can serve several [XEP-0368 §4]. A client that names none is served.
func directTLS(base *tls.Config) *tls.Config {
	conf := base.Clone()
	conf.NextProtos = []string{"xmpp-client"}
	return conf
}

func (f *Frontend) serveWebSocket(c *gin.Context) {
	f.upgrade(c, func(ctx context.Context, l link) { f.serveLink(ctx, l) })
}

// upgrade turns a request into a WebSocket and serves it on the goroutine of the request.
func (f *Frontend) upgrade(c *gin.Context, serve func(context.Context, link)) {
	select {
	case <-f.started:
	case <-c.Request.Context().Done():
		return
	}
	conn, err := wsconn.Upgrade(c.Writer, c.Request, wsconn.Options{Subprotocols: []string{"xmpp"},
		ReadLimit: int64(f.cfg.MaxStanza) + 1024, PingEvery: f.cfg.PingEvery})
	if err != nil {
		f.log.Debug().Err(err).Msg("no WebSocket")
		return
	}
	if conn.Subprotocol() != "xmpp" { // [RFC 7395 §3.1]
		_ = conn.Close(wsconn.CloseProtocolError, "the subprotocol is xmpp")
		return
	}
	done := make(chan struct{})
	l := newWSLink(conn, c.Request, loginLimits)
	f.spawn(func() {
		defer close(done)
		serve(f.base, l)
	}, func() {
		defer close(done)
		_ = conn.Close(wsconn.CloseGoingAway, "shutting down")
	})
	<-done
}

// loginLimits bound what somebody may make us hold who has not logged in.
var loginLimits = xmppwire.Limits{Bytes: 64 << 10, Depth: 16, Elements: 256, Attrs: 32}

func (f *Frontend) hostMeta(c *gin.Context) {
	ws := f.webSocketURL(c.Request)
	c.Header("Access-Control-Allow-Origin", "*") // [XEP-0156 §2]
	c.Data(http.StatusOK, "application/xrd+xml; charset=utf-8", []byte(`<?xml version='1.0' encoding='utf-8'?>`+"\n"+
		`<XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'><Link rel='urn:xmpp:alt-connections:websocket' href='`+
		string(xmppwire.AppendAttr(nil, ws))+`'/></XRD>`+"\n"))
}

func (f *Frontend) hostMetaJSON(c *gin.Context) {
	c.Header("Access-Control-Allow-Origin", "*")
	c.JSON(http.StatusOK, gin.H{"links": []gin.H{{"rel": "urn:xmpp:alt-connections:websocket", "href": f.webSocketURL(c.Request)}}})
}

// webSocketURL is the endpoint's address as whoever asks can reach it.
func (f *Frontend) webSocketURL(r *http.Request) string {
	scheme := "ws"
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "wss"
	}
	return scheme + "://" + r.Host + "/xmpp-websocket"
}

// life is the context of what is done for nobody's session.
func (f *Frontend) life() context.Context {
	select {
	case <-f.started:
		return f.base
	default:
		return context.Background()
	}
}

// accountChanged is told of accounts that may no longer log in. Their sessions are ended by who runs the router.
func (f *Frontend) accountChanged(account.Change) {}

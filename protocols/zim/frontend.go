package zim

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/gorilla/websocket"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/configs"
	"dragoman/internal/wsconn"
	"dragoman/protocols"
	"dragoman/protocols/zim/zimwire"
)

// Registration is how cmd/dragoman knows this front-end.
func Registration() protocols.Registration {
	return protocols.Registration{Name: "zim", Defaults: defaults, Build: build}
}

func build(d protocols.Deps, s configs.Section) (protocols.Frontend, error) {
	cfg, err := readConfig(s)
	if err != nil {
		return nil, err
	}
	secret, err := ServerSecret(d.Vault)
	if err != nil {
		return nil, err
	}
	f := &frontend{Deps: d, cfg: cfg, secret: secret, methods: methods(), actions: actions(), sessions: map[*session]struct{}{},
		devices: map[chat.Reader]*session{}}
	f.rates, f.nonces, f.rooms = newRates(), newNonces(), bridge.NewParking(d.Router, roomGrace)
	f.Log = d.Log.With().Str("protocol", "zim").Logger()
	if f.callbacks, err = newCallbacks(f); err != nil {
		return nil, err
	}
	if cfg.BeforeSendURL != "" {
		d.Router.Guard(f.callbacks.gate)
	}
	return f, nil
}

type frontend struct {
	protocols.Deps
	cfg       config
	secret    []byte
	buffers   sync.Pool // shared by the connections
	rates     *rates
	nonces    *nonces
	callbacks *callbacks
	methods   map[string]method // never written to
	actions   map[string]action // never written to
	rooms     *bridge.Parking

	mu       sync.Mutex
	closing  bool
	sessions map[*session]struct{}
	devices  map[chat.Reader]*session // logged in, or not over yet
	running  sync.WaitGroup
}

const (
	// maxFrame bounds one request: 32 KB of text are the longest single message, and a combination holds many.
	maxFrame = 1 << 20
	// pingEvery makes a client that has been silent for 35 seconds a dead one [zim connection].
	pingEvery = silence / 2
	silence   = 35 * time.Second
	// roomGrace is how long a device that lost its connection is still in its rooms [zim rooms].
	roomGrace = 30 * time.Second
	// beatEvery is how often a client is asked to be heard.
	beatEvery = 10 * time.Second
)

// Mount implements protocols.Frontend.
func (f *frontend) Mount(r gin.IRouter) {
	r.GET("/zim", f.serveSocket)
	r.GET("/zim/files/:id", f.serveFile)
	r.HEAD("/zim/files/:id", f.serveFile)
	r.PUT("/zim/files/:id", f.storeFile)
	r.OPTIONS("/zim/files/:id", f.allowFile)
	// GET / comes here only where it names a parameter of the server API: else it is the page's.
	r.POST("/", f.serveAction)
	r.GET("/", f.serveAction)
}

// Serve implements protocols.Frontend.
func (f *frontend) Serve(ctx context.Context) error {
	told, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var calling sync.WaitGroup
	calling.Go(func() { f.callbacks.serve(told) })
	<-ctx.Done()
	f.mu.Lock()
	f.closing = true
	open := make([]*session, 0, len(f.sessions))
	for s := range f.sessions {
		open = append(open, s)
	}
	f.mu.Unlock()
	for _, s := range open {
		s.stop(errGoingAway)
	}
	f.running.Wait()
	f.rooms.Close()
	// The sessions' last words are in the outbox; what is not told now is told after the next start.
	stop()
	calling.Wait()
	return nil
}

// serveSocket runs a session in the goroutine of its request.
func (f *frontend) serveSocket(c *gin.Context) {
	if !f.begin() {
		c.JSON(http.StatusServiceUnavailable, gin.H{"error": "the server is shutting down"})
		return
	}
	defer f.running.Done()
	if offered := websocket.Subprotocols(c.Request); len(offered) > 0 && !contains(offered, zimwire.Subprotocol) {
		c.JSON(http.StatusBadRequest, gin.H{"error": "the protocol of this server is " + zimwire.Subprotocol})
		return
	}
	conn, err := wsconn.Upgrade(c.Writer, c.Request, wsconn.Options{
		Subprotocols: []string{zimwire.Subprotocol}, ReadLimit: maxFrame, PingEvery: pingEvery, Buffers: &f.buffers,
	})
	if err != nil {
		f.Log.Debug().Err(err).Msg("no WebSocket")
		return
	}
	s := newSession(f, conn)
	if !f.keep(s) {
		s.stop(errGoingAway)
	}
	s.run()
	f.forget(s)
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// begin counts a session in, unless the front-end is closing.
func (f *frontend) begin() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closing {
		return false
	}
	f.running.Add(1)
	return true
}

func (f *frontend) keep(s *session) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sessions[s] = struct{}{}
	return !f.closing
}

func (f *frontend) forget(s *session) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.sessions, s)
	if reader := s.reader(); f.devices[reader] == s {
		delete(f.devices, reader)
	}
}

// occupy notes whose session a device has.
func (f *frontend) occupy(s *session) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.devices[s.reader()] = s
}

// replace ends the session of a device that has come back, and waits until its place can be taken.
func (f *frontend) replace(r chat.Reader) {
	f.mu.Lock()
	old := f.devices[r]
	f.mu.Unlock()
	if old == nil {
		return
	}
	old.stop(errReplaced)
	select {
	case <-old.left:
		return
	case <-time.After(takeOver):
	}
	// It writes to a socket that takes nothing; that ends with the socket.
	if err := old.conn.Close(wsconn.ClosePolicy, "replaced"); err != nil {
		f.Log.Debug().Err(err).Msg("socket did not close well")
	}
	select {
	case <-old.left:
	case <-time.After(takeOver): // opening another feed ends it, and leaves its rooms
	}
}

package webim

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"
	"golang.org/x/time/rate"

	"dragoman/bridge"
	"dragoman/bridge/account"
	"dragoman/bridge/chat"
	"dragoman/configs"
	"dragoman/mapping/names"
	"dragoman/mapping/webimmap"
	"dragoman/protocols"
)

// Registration is how cmd/dragoman knows this front-end. Building it asks the
// account book for nothing yet; sessions begin with the first request.
func Registration() protocols.Registration {
	return protocols.Registration{Name: webimmap.Protocol, Defaults: defaults, Build: build}
}

// frontend is WebIM as its clients see it.
type frontend struct {
	protocols.Deps
	cfg      config
	org, app string
	tree     *tree // of what stands behind /{org}/{app}
	rooms    *bridge.Parking
	live     *live
	credentials
	detourKey []byte
	callbacks *callbacks
	orders    *orders
	rates     *rates // of requests
	guesses   *rates // of passwords

	life context.Context // of all sessions
	end  context.CancelFunc

	mu       sync.Mutex
	closing  bool
	sessions sync.WaitGroup
	kinds    map[string]chat.Conv // what native group ids mean; the kind of one never changes
}

func build(d protocols.Deps, section configs.Section) (protocols.Frontend, error) {
	cfg, err := readConfig(section)
	if err != nil {
		return nil, err
	}
	org, app, _ := strings.Cut(cfg.AppKey, "#")
	f := &frontend{Deps: d, cfg: cfg, org: org, app: app, kinds: map[string]chat.Conv{}}
	if f.credentials, err = readCredentials(d.Vault); err != nil {
		return nil, err
	}
	if f.detourKey, err = d.Vault.Secret("webim-detour", 32); err != nil {
		return nil, err
	}
	f.life, f.end = context.WithCancel(context.Background())
	f.rooms = bridge.NewParking(f.Router, f.cfg.Linger)
	f.live = &live{router: d.Router, sessions: map[chat.UserID][]*session{}}
	f.tree = f.routes()
	f.rates = newRates(rate.Limit(cfg.RESTRate), max(int(2*cfg.RESTRate), 1), f.Now)
	f.guesses = newRates(rate.Every(guessesAfter), maxGuesses, f.Now)
	if f.orders, err = loadOrders(context.Background(), f); err != nil {
		return nil, err
	}
	if f.callbacks, err = newCallbacks(f); err != nil {
		return nil, err
	}
	d.Words.Tell(f.callbacks.alert)
	d.Router.Guard(f.orders.gate)
	if cfg.BeforeSendURL != "" {
		d.Router.Guard(f.callbacks.gate)
	}
	return f, nil
}

// credentials are what an app's server asks for its token with.
type credentials struct{ clientID, clientSecret string }

// Credentials returns the client id and the client secret that this gateway made
// for the app's server, as clients write them.
func Credentials(v *account.Vault) (id, secret string, err error) {
	c, err := readCredentials(v)
	return c.clientID, c.clientSecret, err
}

func readCredentials(v *account.Vault) (credentials, error) {
	id, err := v.Secret("webim-client-id", 16)
	if err != nil {
		return credentials{}, err
	}
	secret, err := v.Secret("webim-client-secret", 32)
	if err != nil {
		return credentials{}, err
	}
	return credentials{hex.EncodeToString(id), base64.RawURLEncoding.EncodeToString(secret)}, nil
}

// Mount implements protocols.Frontend.
func (f *frontend) Mount(r gin.IRouter) {
	r.GET("/websocket", f.serveRaw)
	f.mountSockJS(r)
	r.GET("/easemob/server.json", f.serveDNS)
	r.OPTIONS("/easemob/server.json", f.serveDNS)
	r.Any("/api/sdk/v1/:org/:app/speech/:what", f.serveSpeech)
	r.Any("/:org/:app", f.serveREST)
	r.Any("/:org/:app/*rest", f.serveREST)
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
	f.mu.Unlock()
	f.end()
	f.sessions.Wait()
	f.rooms.Close()
	// The sessions' last words are in the outbox; what is not told now is told after the next start.
	stop()
	calling.Wait()
	return nil
}

// begin counts a session in; it is false once the gateway stops.
func (f *frontend) begin() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closing {
		return false
	}
	f.sessions.Add(1)
	return true
}

// realm is what translations need to know, for one request or session of a client
// that called the gateway base.
func (f *frontend) realm(ctx context.Context, base string) webimmap.Realm {
	return webimmap.Realm{
		AppKey: f.cfg.AppKey, Base: base, Secret: f.Media.Secret, Detour: f.detour, Undetour: f.undetour,
		Names: &directory{Reader: f.Names.For(ctx, names.WebIM), frontend: f, ctx: ctx},
	}
}

// base is how the client of a request calls this gateway: by the configured name,
// or, where nothing but an address is known, as the request itself does.
func (f *frontend) base(r *http.Request) string {
	known := f.PublicURL()
	if u, err := url.Parse(known); err == nil && u.Host != "" {
		if ip := net.ParseIP(u.Hostname()); ip == nil || !ip.IsUnspecified() && !ip.IsLoopback() {
			return strings.TrimSuffix(known, "/")
		}
	}
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

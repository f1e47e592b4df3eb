package webim

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/rs/zerolog"

	"dragoman/bridge"
	"dragoman/bridge/account"
	"dragoman/bridge/callout"
	"dragoman/bridge/chat"
	"dragoman/bridge/media"
	"dragoman/bridge/store"
	"dragoman/configs"
	"dragoman/mapping/names"
	"dragoman/protocols"
)

// gateway is a whole one with this front-end alone: real router, store, accounts
// and files, on loopback.
type gateway struct {
	t      testing.TB
	router *bridge.Router
	store  *store.Store
	book   *account.Book
	front  *frontend
	server *httptest.Server
	ahead  atomic.Int64 // how far the front-end's clock is ahead, in ns
	stop   func()       // ends the front-end's Serve and waits for it
}

// newGateway starts one. over is YAML over the section's defaults.
func newGateway(t testing.TB, over string) *gateway {
	t.Helper()
	gin.SetMode(gin.ReleaseMode)
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	vault := account.OpenVault("", nil)
	book, err := account.Open(ctx, ":memory:", vault, time.Now)
	must(err)
	log, err := store.Open(ctx, ":memory:", store.Options{})
	must(err)
	shelf, err := media.Open(ctx, media.Options{Dir: t.TempDir(), Key: []byte("0123456789abcdef0123456789abcdef"), Now: time.Now})
	must(err)
	calls, err := callout.Open(ctx, ":memory:", time.Now)
	must(err)
	g := &gateway{t: t, book: book, store: log}
	g.router = bridge.New(log, book, bridge.DefaultPolicy(), time.Now, zerolog.Nop())
	section, err := configs.ParseSection("webim", defaults, over)
	must(err)
	engine := gin.New()
	g.server = httptest.NewServer(engine)
	words := bridge.Words([]string{"fiddlestick"})
	g.router.Guard(words.Gate)
	built, err := build(protocols.Deps{
		Router: g.router, Words: words, Store: log, Accounts: book, Vault: vault, Media: shelf, Callouts: calls, Names: names.New(book), Domain: "localhost",
		PublicURL: func() string { return g.server.URL }, Log: zerolog.Nop(), Now: g.now,
	}, section)
	must(err)
	g.front = built.(*frontend)
	built.Mount(engine)

	running, end := context.WithCancel(ctx)
	serving, endServing := context.WithCancel(ctx)
	var parts, served sync.WaitGroup
	var ran, ended error
	parts.Go(func() { ran = g.router.Run(running) })
	served.Go(func() { ended = built.Serve(serving) })
	g.stop = sync.OnceFunc(func() {
		endServing()
		served.Wait()
	})
	t.Cleanup(func() {
		g.stop()
		g.server.Close()
		end()
		parts.Wait()
		if !errors.Is(ran, context.Canceled) { // a test that is over before the sequencer has begun
			must(ran)
		}
		must(ended)
		must(calls.Close())
		must(log.Close())
		must(shelf.Close())
		must(book.Close())
	})
	return g
}

func (g *gateway) now() time.Time { return time.Now().Add(time.Duration(g.ahead.Load())) }

// user makes an account, if there is none, and returns a token of his.
func (g *gateway) user(name string) string {
	g.t.Helper()
	if _, _, err := g.book.Ensure(context.Background(), chat.UserID(name)); err != nil {
		g.t.Fatal(err)
	}
	token, _, err := g.book.IssueToken(context.Background(), chat.UserID(name), time.Hour)
	if err != nil {
		g.t.Fatal(err)
	}
	return token
}

// group makes a group whose owner is the first of the members.
func (g *gateway) group(members ...chat.UserID) string {
	g.t.Helper()
	for _, m := range members {
		g.user(string(m))
	}
	id := g.router.NewID()
	_, err := g.router.Submit(context.Background(), bridge.Actor{User: members[0], Source: chat.Server},
		chat.Draft{Conv: chat.Group(id), Body: chat.Lifecycle{Created: true, Members: members[1:]}})
	if err != nil {
		g.t.Fatal(err)
	}
	return id
}

// do asks the gateway by REST, with a token where there is one.
func (g *gateway) do(method, path, token, body string) *http.Response {
	g.t.Helper()
	r, err := http.NewRequestWithContext(g.t.Context(), method, g.server.URL+path, reader(body))
	if err != nil {
		g.t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() { _ = answer.Body.Close() })
	return answer
}

// Package protocols says what a front-end is and what it is given. The front-ends themselves are the packages below; none
// imports another.
package protocols

import (
	"context"
	"crypto/tls"
	"net"
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
	"dragoman/mapping"
	"dragoman/mapping/names"
)

// Frontend is one protocol as its clients see it.
type Frontend interface {
	// Mount adds the HTTP and WebSocket endpoints to the one HTTP listener. Called once, before Serve.
	Mount(r gin.IRouter)
	// Serve runs until ctx ends; then it tells its clients in their own words and returns when every session has ended.
	Serve(ctx context.Context) error
}

// Listener is a Frontend with sockets of its own.
type Listener interface {
	// Listen binds them and returns the bound addresses by their name in the configuration's listen section. Called once,
	// before Serve, which accepts on them and closes them.
	Listen(ctx context.Context) (map[string]net.Addr, error)
}

// Checked is a Frontend that leans on something beyond this gateway.
type Checked interface {
	// Health says what is wrong with that, by name; "": nothing.
	Health() map[string]string
}

// Explainer is a Frontend that can show what its clients get of an event: for the console and the demo page.
type Explainer interface {
	// Explain returns what reader, on this protocol, gets of d, in a form that a person can read.
	Explain(d *bridge.Delivery, reader chat.UserID) (Shown, error)
}

// Shown is what a client gets.
type Shown struct {
	Frame    string // readable: JSON, XML; empty where nothing is sent
	Fidelity mapping.Fidelity
	Note     string // what is degraded and how it shows
}

// Deps is what a front-end is given.
type Deps struct {
	Router   *bridge.Router
	Words    *bridge.WordList // what no client may say
	Store    *store.Store     // questions only; each names who asks, and answers no more than he may see
	Accounts *account.Book
	Vault    *account.Vault
	Media    *media.Shelf
	Callouts *callout.Outbox
	Names    *names.Resolver
	Domain   string // the XMPP domain; the gateway's name everywhere
	// PublicURL is the base, without a trailing slash, at which clients reach the HTTP listener: public_url of the
	// configuration, else its bound address. For links to uploaded files. Known once every listener is bound.
	PublicURL  func() string
	TLS        *tls.Config       // the gateway's certificate
	Listen     map[string]string // addresses of the configuration's listen section, by name; "": off
	OpenSignUp bool              // accounts.registration is open
	Log        zerolog.Logger
	Now        func() time.Time
}

// Registration is how a front-end is known to cmd/dragoman.
type Registration struct {
	Name     string
	Defaults []byte // the documented configuration section
	Build    func(Deps, configs.Section) (Frontend, error)
}

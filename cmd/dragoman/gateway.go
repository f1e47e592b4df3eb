package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"maps"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"dragoman/cmd/dragoman/console"
	"dragoman/configs"
	"dragoman/internal/metrics"
	"dragoman/internal/telemetry"
	"dragoman/internal/trace"
	"dragoman/protocols"
)

// drainTime is how long clients get to hear that the gateway stops. Whoever told
// it to stop waits ten seconds at most; the rest is for closing files.
const drainTime = 8 * time.Second

// readingTime bounds how long a scrape waits for the disk.
const readingTime = 2 * time.Second

// gateway is all of a running server.
type gateway struct {
	*core
	token     string // of the control interface
	tls       *tls.Config
	metrics   *metrics.Metrics
	tracer    *telemetry.Tracer // nil: off
	trace     *trace.Ring       // frames of the latest messages, for the page
	demo      demoChoice
	console   *console.Console
	fronts    []front
	servers   []server
	addresses map[string]string // bound, by name; complete once listen has returned
	ready     atomic.Bool
}

// front is one protocol, by name.
type front struct {
	name string
	protocols.Frontend
}

// server is one HTTP server and where it listens.
type server struct {
	name     string
	http     *http.Server
	listener net.Listener
}

// newGateway builds all parts over a core. Nothing listens or runs yet.
func newGateway(c *core, demo demoChoice) (*gateway, error) {
	g := &gateway{core: c, addresses: map[string]string{}, trace: trace.New(tracedMessages), demo: demo}
	var err error
	if g.token, err = controlToken(c.vault); err != nil {
		return nil, err
	}
	if g.tls, err = newTLS(c.folder, c.cfg, c.now, c.log); err != nil {
		return nil, err
	}
	g.metrics = metrics.New(versionText(), g.reading)
	if c.cfg.Traces.OTLP != "" {
		if g.tracer, err = telemetry.New(context.Background(), c.cfg.Traces.OTLP, c.cfg.Traces.Share, versionText(), part(c.log, "telemetry")); err != nil {
			return nil, err
		}
	}
	g.watch()
	for _, r := range frontends() {
		built, err := r.Build(g.deps(r.Name), c.cfg.Protocol(r.Name))
		if err != nil {
			return nil, fmt.Errorf("protocol %s: %w", r.Name, err)
		}
		g.fronts = append(g.fronts, front{r.Name, built})
	}
	return g, nil
}

// deps is what a front-end is given.
func (g *gateway) deps(name string) protocols.Deps {
	return protocols.Deps{
		Router: g.router, Words: g.words, Store: g.store, Accounts: g.book, Vault: g.vault, Media: g.media, Callouts: g.calls, Names: g.names,
		Domain: g.cfg.Domain, PublicURL: g.publicURL, TLS: g.tls, Listen: g.cfg.Listen.ByName(),
		OpenSignUp: g.cfg.Accounts.Registration == "open", Log: part(g.log, name), Now: g.now,
	}
}

func (g *gateway) publicURL() string {
	switch {
	case g.cfg.PublicURL != "":
		return g.cfg.PublicURL
	case g.addresses["http"] != "":
		return "http://" + reachable(g.addresses["http"])
	case g.addresses["https"] != "":
		return "https://" + reachable(g.addresses["https"])
	}
	return ""
}

func (g *gateway) reading() metrics.Reading {
	counts := g.router.Counts()
	r := metrics.Reading{Sessions: map[string]int{}, Committed: counts.Committed, Live: counts.Live, Duplicates: counts.Duplicates,
		Batches: counts.Batches, Refused: counts.Refused, Waiting: counts.Waiting}
	for _, f := range g.fronts {
		r.Sessions[f.name] = 0
	}
	for _, s := range g.router.Sessions("") {
		r.Sessions[s.Protocol]++
		r.Lag += s.Lag
	}
	ctx, cancel := context.WithTimeout(context.Background(), readingTime)
	defer cancel()
	var err error
	if r.CallsWaiting, r.CallsDead, err = g.calls.Waiting(ctx); err != nil {
		g.log.Err(err).Msg("cannot count calls")
	}
	return r
}

// listen binds every listener; nobody is answered yet. If one fails none stays.
func (g *gateway) listen(ctx context.Context) (err error) {
	defer func() {
		if err != nil {
			g.closeListeners()
		}
	}()
	fronts := make([]protocols.Frontend, len(g.fronts))
	for i, f := range g.fronts {
		fronts[i] = f.Frontend
	}
	site, err := g.site(ctx)
	if err != nil {
		return err
	}
	if g.console, err = g.newConsole(); err != nil {
		return err
	}
	public, err := newHandler(fronts, site, g.metrics, part(g.log, "http"))
	if err != nil {
		return err
	}
	for _, l := range []struct {
		name, addr string
		handler    http.Handler
		tls        *tls.Config
	}{
		{"http", g.cfg.Listen.HTTP, public, nil},
		{"https", g.cfg.Listen.HTTPS, public, g.tls},
		{"admin", g.cfg.Listen.Admin, g.admin(), nil},
	} {
		if l.addr == "" {
			continue
		}
		if err := g.bind(ctx, l.name, l.addr, l.handler, l.tls); err != nil {
			return err
		}
	}
	for _, f := range g.fronts {
		own, ok := f.Frontend.(protocols.Listener)
		if !ok {
			continue
		}
		bound, err := own.Listen(ctx)
		if err != nil {
			return fmt.Errorf("protocol %s: %w", f.name, err)
		}
		for name, addr := range bound {
			g.addresses[name] = addr.String()
		}
	}
	return nil
}

func (g *gateway) bind(ctx context.Context, name, addr string, h http.Handler, secure *tls.Config) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("listen.%s: %w", name, err)
	}
	s := newServer(h, part(g.log, name))
	s.TLSConfig = secure.Clone()
	g.servers = append(g.servers, server{name, s, l})
	g.addresses[name] = l.Addr().String()
	return nil
}

func (g *gateway) closeListeners() {
	for _, s := range g.servers {
		_ = s.listener.Close() // nothing is lost with a listener
	}
}

// run serves until ctx ends or something that must run fails; then it tells the
// clients, waits for them, and returns why it ended: nil, if it was told to.
func (g *gateway) run(ctx context.Context) error {
	asked := ctx
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)

	routing, stopRouting := context.WithCancel(context.WithoutCancel(ctx))
	var sequencer sync.WaitGroup
	sequencer.Go(func() { fail(ended("sequencer", g.router.Run(routing))) })
	defer sequencer.Wait()
	defer stopRouting()
	g.farewells(ctx)

	var fronts, servers sync.WaitGroup
	for _, f := range g.fronts {
		fronts.Go(func() { fail(ended("protocol "+f.name, f.Serve(ctx))) })
	}
	for _, s := range g.servers {
		servers.Go(func() { fail(ended("listener "+s.name, s.serve())) })
	}
	servers.Go(func() { g.sweep(ctx) })
	if err := g.announce(); err != nil {
		fail(err)
	}
	<-ctx.Done()
	g.drain(&fronts)
	servers.Wait()
	if asked.Err() != nil {
		return nil
	}
	return context.Cause(ctx)
}

// ended says that something stopped which should run until it is told to stop; it
// matters only if it was the first.
func ended(what string, err error) error {
	if err == nil {
		return fmt.Errorf("%s ended by itself", what)
	}
	return fmt.Errorf("%s: %w", what, err)
}

func (s server) serve() error {
	if s.http.TLSConfig != nil {
		return s.http.ServeTLS(s.listener, "", "")
	}
	return s.http.Serve(s.listener)
}

// announce tells the world that everything listens.
func (g *gateway) announce() error {
	g.ready.Store(true) // whoever reads the addresses may ask at once
	if err := g.folder.announce(g.addresses); err != nil {
		return err
	}
	line := g.log.Info().Str("version", versionText()).Str("data", g.folder.dir)
	for name, addr := range maps.All(g.addresses) {
		line = line.Str(name, addr)
	}
	line.Msg("ready")
	return nil
}

// drain stops to accept, lets requests and sessions end, and cuts off what has not
// ended in time. The admin listener goes last, so that it can be watched.
func (g *gateway) drain(fronts *sync.WaitGroup) {
	g.ready.Store(false)
	if err := g.folder.unannounce(); err != nil {
		g.log.Err(err).Msg("cannot remove the file of addresses")
	}
	g.log.Info().Msg("stopping")
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	var requests sync.WaitGroup
	for _, s := range g.servers {
		if s.name != "admin" {
			requests.Go(func() { g.shutdown(ctx, s) })
		}
	}
	sessions := make(chan struct{})
	go func() { // ends with the process at the latest
		defer close(sessions)
		fronts.Wait()
	}()
	select {
	case <-sessions:
	case <-ctx.Done():
		g.log.Error().Dur("after", drainTime).Msg("sessions did not end in time")
	}
	requests.Wait()
	for _, s := range g.servers {
		if s.name == "admin" {
			_ = s.http.Close() // who watches us learns it so
		}
	}
	if g.tracer != nil {
		if err := g.tracer.Close(ctx); err != nil {
			g.log.Warn().Err(err).Msg("cannot send the last traces")
		}
	}
	if err := g.console.Close(); err != nil {
		g.log.Err(err).Msg("cannot close the audit log")
	}
	g.log.Info().Msg("stopped")
}

func (g *gateway) shutdown(ctx context.Context, s server) {
	if err := s.http.Shutdown(ctx); err != nil {
		g.log.Warn().Err(err).Str("listener", s.name).Msg("requests did not end in time")
		_ = s.http.Close()
	}
}

// check builds the whole gateway in a folder of its own: what a front-end refuses at start is refused here, and nothing
// is touched.
func check(ctx context.Context, cfg *configs.Config) error {
	return temporary(ctx, cfg, func(*gateway) error { return nil })
}

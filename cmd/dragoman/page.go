package main

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"

	"dragoman/cmd/dragoman/console"
	"dragoman/web"
)

const (
	// tracedMessages is how many of the latest messages can be shown with the frame that they came in.
	tracedMessages = 1024
	// demoTokenTTL is how long a visit may last before the page must be loaded again.
	demoTokenTTL = 24 * time.Hour
)

// demoChoice is whether there are demo accounts, and why not.
type demoChoice struct {
	on     bool
	reason string
}

// chooseDemo decides about demo accounts. Nobody is surprised by them: a folder that began without gets none unless it is
// asked for, nor does a gateway that others can reach.
func chooseDemo(asked *bool, c *core, fresh bool) (demoChoice, error) {
	had, err := console.HasDemo(c.vault)
	if err != nil {
		return demoChoice{}, err
	}
	switch {
	case asked != nil && !*asked:
		return demoChoice{reason: "it was started with --no-demo"}, nil
	case asked != nil, (fresh || had) && onLoopback(c.cfg.Listen.ByName()):
		return demoChoice{on: true}, nil
	case !fresh && !had:
		return demoChoice{reason: "its data folder began without"}, nil
	}
	return demoChoice{reason: "others than this machine can reach it"}, nil
}

// onLoopback reports whether nobody but this machine can reach any listener.
func onLoopback(listen map[string]string) bool {
	for _, addr := range listen {
		if addr == "" {
			continue
		}
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			return false
		}
		ip, err := netip.ParseAddr(host)
		if host != "localhost" && (err != nil || !ip.Unmap().IsLoopback()) {
			return false
		}
	}
	return true
}

// host is what the page and the console are given.
func (g *gateway) host() console.Host {
	h := console.Host{Router: g.router, Store: g.store, Accounts: g.book, Vault: g.vault, Trace: g.trace, Version: versionText(),
		Now: g.now, Log: part(g.log, "console")}
	for _, f := range g.fronts {
		h.Fronts = append(h.Fronts, console.Front{Name: f.name, Frontend: f.Frontend})
	}
	return h
}

// site returns the page's handler. Where there are no demo accounts, those that there were are disabled.
func (g *gateway) site(ctx context.Context) (*console.Site, error) {
	page, built, err := web.Page()
	if err != nil {
		return nil, fmt.Errorf("read the page: %w", err)
	}
	if g.demo.on && !g.offers("webim", "zim", "xmpp") {
		g.demo = demoChoice{reason: "it does not offer all three protocols"}
	}
	if !g.demo.on {
		if err := console.EndDemo(ctx, g.vault, g.book); err != nil {
			return nil, err
		}
		return console.NewSite(page, built, versionText(), nil, g.demo.reason), nil
	}
	appID, err := g.cfg.Protocol("zim").Uint("app_id", 32)
	if err != nil {
		return nil, err
	}
	demo, err := console.NewDemo(g.host(), console.Entrance{AppKey: g.cfg.Protocol("webim").Text("app_key"), AppID: uint32(appID), Domain: g.cfg.Domain, Secret: g.demoSecret})
	if err != nil {
		return nil, err
	}
	g.log.Info().Msg("demo accounts are on, for browsers on this machine; --no-demo switches them off")
	return console.NewSite(page, built, versionText(), demo, ""), nil
}

func (g *gateway) offers(protocols ...string) bool {
	for _, name := range protocols {
		if !slices.ContainsFunc(g.fronts, func(f front) bool { return f.name == name }) {
			return false
		}
	}
	return true
}

// demoSecret is what a person of the demo logs in with.
func (g *gateway) demoSecret(ctx context.Context, p console.Person, password string) (string, error) {
	switch p.Protocol {
	case "webim":
		a, err := g.webimToken(ctx, p.ID, demoTokenTTL)
		return firstLine(a), err
	case "zim":
		a, err := g.zimToken(p.ID, demoTokenTTL)
		return firstLine(a), err
	}
	return password, nil
}

func firstLine(a answer) string {
	if len(a.Lines) == 0 {
		return ""
	}
	return a.Lines[0]
}

package main

import (
	"context"
	"fmt"
	"maps"
	"math"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"syscall"
	"time"

	"dragoman/cmd/dragoman/console"
	"dragoman/protocols"
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
	h := console.Host{Router: g.router, Store: g.store, Accounts: g.book, Vault: g.vault, Trace: g.trace, Calls: g.calls, Version: versionText(),
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
	g.trace.KeepUntil(time.Unix(0, math.MaxInt64)) // every visitor may see how his messages travel
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

// newConsole returns the operators' console, which the admin listener serves.
func (g *gateway) newConsole() (*console.Console, error) {
	page, _, err := web.Page()
	if err != nil {
		return nil, fmt.Errorf("read the page: %w", err)
	}
	return console.New(g.host(), page, console.Options{AuditLog: g.folder.path("audit.log"), Config: g.maskedConfig, Health: g.health,
		Addresses: func() map[string]string { return g.addresses }, Requests: g.metrics.Requests, Stages: g.metrics.Stages, Started: g.now()})
}

// isSecret is a line of the configuration whose value is nobody's business.
var isSecret = regexp.MustCompile(`(?m)^(\s*\w*(?:secret|password|credential)\w*:[ \t]*)\S.*$`)

// maskedConfig returns the configuration in force, as far as it may be shown.
func (g *gateway) maskedConfig() (string, error) {
	text, err := g.cfg.YAML()
	return isSecret.ReplaceAllString(string(text), "$1 (not shown)"), err
}

// health says what is wrong with each part; nothing, where it is well.
func (g *gateway) health(ctx context.Context) map[string]string {
	checks := map[string]string{"ready": "", "database": "", "accounts": "", "disk": ""}
	if !g.ready.Load() {
		checks["ready"] = "starting or stopping"
	}
	if _, err := g.store.Stats(ctx); err != nil {
		checks["database"] = explain(err)
	}
	if _, err := g.book.List(ctx, "", 1); err != nil {
		checks["accounts"] = explain(err)
	}
	if free, all, err := diskSpace(g.folder.dir); err != nil {
		checks["disk"] = explain(err)
	} else if free < all/20 {
		checks["disk"] = fmt.Sprintf("only %d MB of %d MB are free", free>>20, all>>20)
	}
	maps.Copy(checks, g.beyond())
	return checks
}

// beyond says what is wrong with what the front-ends lean on beyond this gateway.
func (g *gateway) beyond() map[string]string {
	checks := map[string]string{}
	for _, f := range g.fronts {
		if c, ok := f.Frontend.(protocols.Checked); ok {
			for name, problem := range c.Health() {
				checks[f.name+" "+name] = problem
			}
		}
	}
	return checks
}

// diskSpace returns how many bytes of dir's file system we may use, and how many there are.
func diskSpace(dir string) (free, all uint64, err error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, 0, fmt.Errorf("ask for disk space: %w", err)
	}
	return s.Bavail * uint64(s.Bsize), s.Blocks * uint64(s.Bsize), nil
}

type adminTokenCmd struct {
	Name     string        `help:"Who it is for: the name that the audit log shows." default:"operator" placeholder:"NAME"`
	Role     string        `help:"viewer looks; operator acts, too." enum:"viewer,operator" default:"operator"`
	Contents bool          `help:"May see what people write."`
	TTL      time.Duration `name:"ttl" help:"How long it is good, up to 31 days." default:"12h"`
}

func (c adminTokenCmd) Run(inv *invocation) error {
	return inv.do(order{Do: "admin token", Name: c.Name, Role: c.Role, Contents: c.Contents, TTL: c.TTL})
}

// adminToken signs a token for the console.
func (c *core) adminToken(o order) (answer, error) {
	token, err := console.IssueToken(c.vault, console.Operator{Name: o.Name, Role: console.Role(o.Role), Contents: o.Contents,
		Expires: c.now().Add(o.TTL)}, c.now())
	return answer{[]string{token}}, err
}

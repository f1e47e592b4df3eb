package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"dragoman/configs"
	"dragoman/conformance/raw"
)

const (
	// selfTestTime bounds the self-test. A gateway that takes longer for six messages does not serve.
	selfTestTime = 30 * time.Second
	// selfTestToken is how long its tokens last: ZIM takes none at login that ends within 30 s.
	selfTestToken = selfTestTime + time.Minute
	// selfTestKey names a message; WebIM wants a number.
	selfTestKey = "1"
)

// obeys is who carries out orders: this process, or a running server.
type obeys func(context.Context, order) (answer, error)

// selfTest has three people who do not exist otherwise say something to each other, one by each protocol: through the
// running server, or through one that runs for this alone, on another folder and free ports.
func (inv *invocation) selfTest(cfg *configs.Config, bound map[string]string) []finding {
	about, ctx := "self-test", inv.ctx
	ctx, cancel := context.WithTimeout(ctx, selfTestTime)
	defer cancel()
	begin := time.Now()
	var err error
	if bound == nil {
		about = "self-test (of a gateway for it alone)"
		err = aside(ctx, cfg.Domain, func(g *gateway) error {
			return threeTalk(ctx, g.cfg, g.addresses, g.obey)
		})
	} else {
		var obey obeys
		if obey, err = inv.controlled(bound["admin"]); err == nil {
			err = threeTalk(ctx, cfg, bound, obey)
		}
	}
	return []finding{{about: about, fact: fmt.Sprintf("WebIM, ZIM and XMPP heard each other, in %d ms all in all", time.Since(begin).Milliseconds()),
		problem: err}}
}

// aside runs a gateway with the default configuration while test does: nothing that is configured hears of it.
func aside(ctx context.Context, domain string, test func(*gateway) error) (err error) {
	const anywhere = "127.0.0.1:0"
	cfg, err := configs.Load(configs.Source{Parts: parts(), Flags: map[string]string{"domain": domain, "listen.http": anywhere,
		"listen.xmpp": anywhere, "listen.xmpp_tls": anywhere, "listen.admin": anywhere}})
	if err != nil {
		return err
	}
	return temporary(ctx, cfg, func(g *gateway) error {
		if err := g.listen(ctx); err != nil {
			return err
		}
		running, stop := context.WithCancel(ctx)
		done := make(chan error, 1)
		go func() { done <- g.run(running) }()
		err := test(g)
		stop()
		return errors.Join(err, <-done)
	})
}

// temporary builds a whole gateway in a folder of its own that is then thrown away.
func temporary(ctx context.Context, cfg *configs.Config, use func(*gateway) error) (err error) {
	dir, err := os.MkdirTemp("", "dragoman-check-")
	if err != nil {
		return fmt.Errorf("no folder to try it in (TMPDIR names one): %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	f, err := hold(dir)
	if err != nil {
		return err
	}
	defer f.release()
	c, err := openCore(ctx, f, cfg, zerolog.Nop())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	g, err := newGateway(c, demoChoice{})
	if err != nil {
		return err
	}
	return use(g)
}

// threeTalk makes three accounts, lets each say something to the two others in a group, and removes the accounts: the
// group ends with the last of them.
func threeTalk(ctx context.Context, cfg *configs.Config, at map[string]string, obey obeys) (err error) {
	if at["http"] == "" || at["xmpp"] == "" {
		return errors.New("it needs listen.http and listen.xmpp")
	}
	random := make([]byte, 12)
	if _, err := rand.Read(random); err != nil {
		return err
	}
	password := hex.EncodeToString(random)
	mark := "doctor-" + password[:8]
	names := []string{mark + "-webim", mark + "-zim", mark + "-xmpp"}
	for _, name := range names {
		if _, err := obey(ctx, order{Do: "user add", Name: name, Password: password}); err != nil {
			return err
		}
		defer func() {
			_, gone := obey(context.WithoutCancel(ctx), order{Do: "user delete", Name: name})
			err = errors.Join(err, gone)
		}()
	}
	t := &company{names: names, heard: make(chan heard, 6*len(names)),
		site: raw.Addresses{HTTP: reachable(at["http"]), XMPP: reachable(at["xmpp"]), Domain: cfg.Domain, AppKey: cfg.Protocol("webim").Text("app_key")}}
	defer t.close()
	if err := t.open(ctx, password, obey); err != nil {
		return err
	}
	for i, c := range t.clients {
		if err := c.Send(selfTestKey, raw.Place{Group: t.group}, "self-test "+names[i]); err != nil {
			return fmt.Errorf("%s: %w", names[i], err)
		}
	}
	return t.wait(ctx)
}

// company is three people in a group.
type company struct {
	names   []string
	site    raw.Addresses
	clients []raw.Client
	group   string
	heard   chan heard
}

// heard is what reached one of them: a text, or a refusal of his own.
type heard struct {
	by, text string
	refused  error
}

func (t *company) hooks(i int) raw.Hooks {
	tell := func(h heard) {
		select {
		case t.heard <- h:
		default: // there is room for each message twice; more is none of ours
		}
	}
	return raw.Hooks{
		Heard: func(said raw.Text) { tell(heard{by: t.names[i], text: said.Text}) },
		Acked: func(_ string, refused error) {
			if refused != nil {
				tell(heard{by: t.names[i], refused: refused})
			}
		},
	}
}

// open logs all three in, into one group.
func (t *company) open(ctx context.Context, password string, obey obeys) error {
	tokens := map[string]string{}
	for _, protocol := range []string{"webim", "zim"} {
		a, err := obey(ctx, order{Do: "token " + protocol, Name: t.names[0][:strings.LastIndex(t.names[0], "-")+1] + protocol, TTL: selfTestToken})
		if err != nil {
			return err
		}
		tokens[protocol] = firstLine(a)
	}
	webim, err := t.site.DialWebIM(ctx, t.names[0], "doctor", tokens["webim"], t.hooks(0))
	if err != nil {
		return err
	}
	t.clients = append(t.clients, webim)
	zim, err := t.site.DialZIM(ctx, t.names[1], "doctor", tokens["zim"], t.hooks(1))
	if err != nil {
		return err
	}
	t.clients = append(t.clients, zim)
	xmpp, err := t.site.DialXMPP(ctx, t.names[2], "doctor", password, t.hooks(2))
	if err != nil {
		return err
	}
	t.clients = append(t.clients, xmpp)
	if t.group, err = zim.CreateGroup(ctx, "self-test", t.names[0], t.names[2]); err != nil {
		return err
	}
	return xmpp.Join(ctx, t.group)
}

// wait returns once everybody has heard the others.
func (t *company) wait(ctx context.Context) error {
	var missing []string
	for _, by := range t.names {
		for _, from := range t.names {
			if by != from {
				missing = append(missing, by+" from "+from)
			}
		}
	}
	for len(missing) > 0 {
		select {
		case h := <-t.heard:
			if h.refused != nil {
				return fmt.Errorf("what %s wrote was refused: %w", h.by, h.refused)
			}
			missing = slices.DeleteFunc(missing, func(m string) bool { return m == h.by+" from "+strings.TrimPrefix(h.text, "self-test ") })
		case <-ctx.Done():
			return fmt.Errorf("not heard within %v: %s", selfTestTime, strings.Join(missing, ", "))
		}
	}
	return nil
}

func (t *company) close() {
	for _, c := range t.clients {
		c.Close()
	}
}

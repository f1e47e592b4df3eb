package main

import (
	"errors"
	"log"
	"strings"

	"github.com/rs/zerolog"
)

type serveCmd struct {
	HTTP    *string `name:"http" help:"Listen for HTTP there instead of listen.http." placeholder:"ADDR"`
	XMPP    *string `name:"xmpp" help:"Instead of listen.xmpp." placeholder:"ADDR"`
	XMPPTLS *string `name:"xmpp-tls" help:"Instead of listen.xmpp_tls." placeholder:"ADDR"`
	Admin   *string `name:"admin" help:"Instead of listen.admin." placeholder:"ADDR"`
	Demo    *bool   `name:"demo" negatable:"" help:"Have accounts for the page to play with, for browsers on this machine. On where the data folder is new and everything listens on loopback."`
}

// flags returns what was given, by configuration key.
func (c serveCmd) flags() map[string]string {
	given := map[string]string{}
	for key, value := range map[string]*string{
		"listen.http": c.HTTP, "listen.xmpp": c.XMPP, "listen.xmpp_tls": c.XMPPTLS, "listen.admin": c.Admin,
	} {
		if value != nil {
			given[key] = *value
		}
	}
	return given
}

func (c serveCmd) Run(inv *invocation) (err error) {
	cfg, err := inv.load(c.flags())
	if err != nil {
		return err
	}
	log, err := inv.logger(cfg.Log)
	if err != nil {
		return err
	}
	f, err := hold(inv.data)
	if err != nil {
		return err
	}
	defer f.release()
	if err := f.unannounce(); err != nil { // of a server that was killed
		return err
	}
	fresh, err := f.isNew()
	if err != nil {
		return err
	}
	core, err := openCore(inv.ctx, f, cfg, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, core.close()) }()
	demo, err := chooseDemo(c.Demo, core, fresh)
	if err != nil {
		return err
	}
	g, err := newGateway(core, demo)
	if err != nil {
		return err
	}
	if err := g.listen(inv.ctx); err != nil {
		return err
	}
	return g.run(inv.ctx)
}

// newStdLog returns a logger for the standard library's HTTP server. It writes of
// what strangers do to it: nothing that anybody needs to read every day.
func newStdLog(l zerolog.Logger) *log.Logger { return log.New(stdLog{l}, "", 0) }

type stdLog struct{ log zerolog.Logger }

// Write implements io.Writer.
func (w stdLog) Write(line []byte) (int, error) {
	w.log.Debug().Str("said", strings.TrimSpace(string(line))).Msg("HTTP server")
	return len(line), nil
}

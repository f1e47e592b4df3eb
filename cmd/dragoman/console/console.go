package console

import (
	"context"
	"encoding/json"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"dragoman/bridge/chat"
	"dragoman/internal/metrics"
)

// Options is what only the console needs of the gateway.
type Options struct {
	AuditLog string // path
	// Config returns the configuration in force, secrets masked.
	Config func() (string, error)
	// Health returns what is checked, by name; an empty text: well.
	Health func(ctx context.Context) map[string]string
	// Addresses are the bound listeners.
	Addresses func() map[string]string
	// Requests returns how HTTP requests were answered since the start, by status code.
	Requests func() map[string]uint64
	// Stages returns how long events took for each stage of their way, since the start.
	Stages  func() map[string]metrics.Stage
	Started time.Time
}

// Console is the operators' console.
type Console struct {
	host Host
	opts Options
	traveller
	files    files
	audit    *Audit
	failures failures
	pulses   *pulses
	mux      *http.ServeMux
	done     chan struct{}
}

// New returns the console over the built page files. Close releases it.
func New(h Host, page fs.FS, o Options) (*Console, error) {
	if _, err := h.Vault.Secret(consoleKey, 32); err != nil { // made now, so that no other process makes another
		return nil, err
	}
	c := &Console{host: h, opts: o, traveller: traveller{h}, files: files{page}, pulses: newPulses(), mux: http.NewServeMux(), done: make(chan struct{})}
	var err error
	if c.audit, err = openAudit(o.AuditLog, h.Now, c.pulses.tellDeed); err != nil {
		return nil, err
	}
	c.routes()
	return c, nil
}

// Close ends the live streams and closes the audit log.
func (c *Console) Close() error {
	close(c.done)
	return c.audit.close()
}

// ServeHTTP implements http.Handler.
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := sameMachine(r); err != nil {
		refuse(w, http.StatusForbidden, err.Error())
		return
	}
	c.mux.ServeHTTP(w, r)
}

func (c *Console) routes() {
	c.mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		c.files.document(w, r, "console.html", consolePolicy)
	})
	c.mux.HandleFunc("GET "+prefix, func(w http.ResponseWriter, r *http.Request) {
		c.files.asset(w, r, strings.TrimPrefix(r.URL.Path, prefix))
	})
	c.mux.HandleFunc("POST /-/login", own(c.login))
	c.mux.HandleFunc("POST /-/logout", own(c.known(c.logout)))
	c.mux.HandleFunc("GET /-/api/me", own(c.me))
	c.mux.HandleFunc("GET /-/api/live", c.known(c.live))
	for path, ask := range map[string]func(*http.Request, Operator) (any, error){
		"overview": c.overview, "sessions": c.sessions, "users": c.users, "user": c.user, "convs": c.convs, "conv": c.conv,
		"history": c.history, "travel": c.wayOf, "audit": c.deeds, "calls": c.calls, "config": c.config, "health": c.health,
	} {
		c.mux.HandleFunc("GET /-/api/"+path, own(c.known(func(w http.ResponseWriter, r *http.Request, o Operator) {
			v, err := ask(r, o)
			c.report(err, path)
			answer(w, v, err)
		})))
	}
	for path, do := range map[string]func(context.Context, order) (Deed, func() error, error){
		"kick": c.kick, "disable": c.disable, "mute": c.mute, "recall": c.recall, "replay": c.replay, "drop": c.drop,
	} {
		c.mux.HandleFunc("POST /-/api/"+path, own(c.known(c.act(path, do))))
	}
}

// own lets our own page alone ask.
func own(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := sameOrigin(r); err != nil {
			refuse(w, http.StatusForbidden, err.Error())
			return
		}
		h(w, r)
	}
}

// known lets operators alone in.
func (c *Console) known(h func(http.ResponseWriter, *http.Request, Operator)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
			refuse(w, http.StatusForbidden, errOrigin.Error())
			return
		}
		o, err := c.operator(r)
		if err != nil {
			answer(w, nil, err)
			return
		}
		if o.Contents { // from now on there is somebody to whom the frames of messages may be shown
			c.host.Trace.KeepUntil(c.host.Now().Add(lookTime))
		}
		h(w, r, o)
	}
}

// lookTime is how long the frames of messages are kept for an operator who sees contents, after he has last asked for
// anything.
const lookTime = 15 * time.Minute

// report logs our own faults; an operator's mistakes he reads himself.
func (c *Console) report(err error, what string) {
	if err != nil && chat.CodeOf(err) == chat.Internal {
		c.host.Log.Err(err).Str("question", what).Msg("the console cannot answer")
	}
}

func (c *Console) config(*http.Request, Operator) (any, error) {
	text, err := c.opts.Config()
	return map[string]string{"yaml": text}, err
}

func (c *Console) health(r *http.Request, _ Operator) (any, error) {
	type check struct {
		Name    string `json:"name"`
		Problem string `json:"problem,omitempty"`
	}
	var checks []check
	for name, problem := range c.opts.Health(r.Context()) {
		checks = append(checks, check{name, problem})
	}
	return map[string]any{"checks": checks, "addresses": c.opts.Addresses(), "started": c.opts.Started, "version": c.host.Version}, nil
}

func (c *Console) deeds(*http.Request, Operator) (any, error) {
	deeds, err := c.audit.last(200)
	return map[string]any{"deeds": deeds}, err
}

// event writes one server-sent event.
func event(w http.ResponseWriter, name string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if _, err := w.Write([]byte("event: " + name + "\ndata: " + string(text) + "\n\n")); err != nil {
		return err
	}
	return http.NewResponseController(w).Flush()
}

package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/rs/zerolog"

	"dragoman/cmd/dragoman/console"
	"dragoman/internal/metrics"
	"dragoman/protocols"
	"dragoman/protocols/zim/zimwire"
)

const (
	// headerTime bounds how long a request's head may take: somebody who sends a
	// byte a minute holds a connection.
	headerTime = 10 * time.Second
	// idleTime is how long a connection may wait for its next request.
	idleTime = 2 * time.Minute
	// maxHeader bounds a request's head.
	maxHeader = 64 << 10
)

// newServer returns an HTTP server for h.
func newServer(h http.Handler, log zerolog.Logger) *http.Server {
	return &http.Server{Handler: patient(h, stallTime), ReadHeaderTimeout: headerTime, IdleTimeout: idleTime, MaxHeaderBytes: maxHeader,
		ErrorLog: newStdLog(log)}
}

// newHandler joins the page and the front-ends' endpoints.
func newHandler(fronts []protocols.Frontend, site *console.Site, m *metrics.Metrics, log zerolog.Logger) (http.Handler, error) {
	// The engine's mode is the library's only global state; nothing else writes it.
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.UseRawPath = true // a name may hold an escaped slash
	engine.UnescapePathValues = true
	engine.RedirectTrailingSlash = false
	engine.HandleMethodNotAllowed = true
	if err := engine.SetTrustedProxies(nil); err != nil {
		return nil, err
	}
	engine.Use(observe(m, log), recoverFrom(log))
	engine.NoRoute(func(c *gin.Context) {
		c.JSON(http.StatusNotFound, gin.H{"error": "not_found", "error_description": "no such path"})
	})
	engine.NoMethod(func(c *gin.Context) {
		c.JSON(http.StatusMethodNotAllowed, gin.H{"error": "method_not_allowed", "error_description": "not with this method"})
	})
	for _, f := range fronts {
		f.Mount(engine)
	}
	return withSite(site, engine), nil
}

// observe counts requests, and logs them where somebody debugs. Neither paths nor
// queries are logged as they are: they carry tokens.
func observe(m *metrics.Metrics, log zerolog.Logger) gin.HandlerFunc {
	return func(c *gin.Context) {
		begin := time.Now()
		c.Next()
		took := time.Since(begin)
		code := c.Writer.Status()
		if c.IsWebsocket() && code == http.StatusOK { // what took over the connection told nobody its code
			code = http.StatusSwitchingProtocols
		}
		m.Answered(c.Request.Method, code, took)
		log.Debug().Str("method", c.Request.Method).Str("route", c.FullPath()).Int("code", code).Dur("took", took).
			Str("address", c.Request.RemoteAddr).Msg("request")
	}
}

// recoverFrom ends the request that panicked, and no other.
func recoverFrom(log zerolog.Logger) gin.HandlerFunc {
	return func(c *gin.Context) {
		defer func() {
			switch p := recover(); {
			case p == nil:
			case p == http.ErrAbortHandler: //nolint:errorlint // a sentinel that is compared, as the standard library does
				panic(p)
			default:
				log.Error().Str("route", c.FullPath()).Str("panic", fmt.Sprint(p)).Bytes("stack", debug.Stack()).Msg("request panicked")
				if !c.Writer.Written() {
					c.AbortWithStatusJSON(http.StatusInternalServerError, gin.H{"error": "internal", "error_description": "internal error"})
				}
			}
		}()
		c.Next()
	}
}

// isZIMCall tells a call of the ZIM server API from a visitor: it names one of the
// parameters that all calls have [zim server API].
func isZIMCall(r *http.Request) bool {
	query, err := url.ParseQuery(r.URL.RawQuery)
	return err != nil || zimwire.NamesCommon(query) // what cannot be read is refused in that API's words
}

// withSite gives visitors the page, and all other requests to next.
func withSite(site *console.Site, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		isCall := r.URL.Path == "/" && (isZIMCall(r) || r.Method != http.MethodGet && r.Method != http.MethodHead)
		if site.Owns(r) && !isCall {
			site.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// admin answers on the admin listener.
func (g *gateway) admin() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "ok\n")
		checks := g.beyond()
		for _, name := range slices.Sorted(maps.Keys(checks)) {
			_, _ = fmt.Fprintf(w, "%s: %s\n", name, cmp.Or(checks[name], "ok"))
		}
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if !g.ready.Load() {
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, "ready\n")
	})
	mux.Handle("GET /metrics", g.metrics.Handler())
	mux.HandleFunc("POST "+controlPath, g.control(g.token))
	mux.Handle("/", g.console)
	return mux
}

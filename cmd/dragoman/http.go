package main

import (
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/rs/zerolog"

	"dragoman/internal/metrics"
	"dragoman/protocols"
	"dragoman/web"
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
	return &http.Server{Handler: h, ReadHeaderTimeout: headerTime, IdleTimeout: idleTime, MaxHeaderBytes: maxHeader,
		ErrorLog: newStdLog(log)}
}

// newHandler joins the page and the front-ends' endpoints.
func newHandler(fronts []protocols.Frontend, m *metrics.Metrics, log zerolog.Logger) (http.Handler, error) {
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
	return newPage(engine)
}

// observe counts requests, and logs them where somebody debugs. Neither paths nor
// queries are logged as they are: they carry tokens.
func observe(m *metrics.Metrics, log zerolog.Logger) gin.HandlerFunc {
	return func(c *gin.Context) {
		begin := time.Now()
		c.Next()
		took := time.Since(begin)
		code := c.Writer.Status()
		if c.IsWebsocket() && !c.Writer.Written() {
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

// zimParameters are the parameters that every call of the ZIM server API has in
// its query [zim 1.1]. One of them tells a call from a visitor.
var zimParameters = []string{"Action", "AppId", "SignatureNonce", "Timestamp", "Signature", "SignatureVersion"}

func isZIMCall(r *http.Request) bool {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return true // let it be refused in that API's words
	}
	return slices.ContainsFunc(zimParameters, query.Has)
}

// pageHandler answers visitors' requests with the page, and passes on all others.
type pageHandler struct {
	page fs.FS
	next http.Handler
}

func newPage(next http.Handler) (http.Handler, error) {
	page, _, err := web.Page()
	if err != nil {
		return nil, fmt.Errorf("read the page: %w", err)
	}
	return pageHandler{page: page, next: next}, nil
}

const (
	// pagePrefix is where the files of the page lie, beside the protocols' own paths.
	pagePrefix = "/-/"
	// pagePolicy lets the page load what this binary holds, and talk to this gateway.
	pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; " +
		"connect-src 'self'; frame-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
	// webimFrame is the one frame with the vendor's WebIM client, which compiles its
	// protobuf code at run time and does not work without.
	webimFrame  = "webim.html"
	webimPolicy = "script-src 'self' 'unsafe-eval'"
)

// ServeHTTP implements http.Handler.
func (h pageHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, ok := h.file(r)
	if !ok {
		h.next.ServeHTTP(w, r)
		return
	}
	policy := pagePolicy
	if name == webimFrame {
		policy = strings.Replace(policy, "script-src 'self'", webimPolicy, 1)
	}
	head := w.Header()
	head.Set("Content-Security-Policy", policy)
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("Cache-Control", "no-cache")
	http.ServeFileFS(w, r, h.page, name)
}

// file returns the file of the page that a request asks for.
func (h pageHandler) file(r *http.Request) (string, bool) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return "", false
	}
	if r.URL.Path == "/" {
		return "index.html", !isZIMCall(r)
	}
	name, ok := strings.CutPrefix(r.URL.Path, pagePrefix)
	if !ok || !fs.ValidPath(name) || name == "index.html" {
		return "", false
	}
	info, err := fs.Stat(h.page, name)
	return name, err == nil && info.Mode().IsRegular()
}

// admin answers on the admin listener.
func (g *gateway) admin() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "ok\n")
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
	return mux
}

package console

import (
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strings"
)

// prefix is where all that belongs to the page lies. No protocol has a path there.
const prefix = "/-/"

// files serves a folder of built files, of which the larger ones stand there compressed alone.
type files struct{ fs.FS }

// isHost is a Host header that may stand in a policy.
var isHost = regexp.MustCompile(`^[A-Za-z0-9.\-]+(:[0-9]{1,5})?$|^\[[0-9A-Fa-f:]+\](:[0-9]{1,5})?$`)

// sockets is the part of a policy that allows WebSockets to this very host. 'self' does not cover them everywhere.
func sockets(r *http.Request) string {
	if !isHost.MatchString(r.Host) {
		return "'self'"
	}
	return "'self' ws://" + r.Host + " wss://" + r.Host
}

// pagePolicy forbids the page all but its own files and its own host.
func pagePolicy(r *http.Request) string {
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src " + sockets(r) +
		"; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
}

// framePolicy allows the vendor's SDK to compile code, in a frame that has no origin.
func framePolicy(r *http.Request) string {
	return "default-src 'none'; script-src 'self' 'unsafe-eval'; connect-src " + sockets(r) +
		"; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts"
}

// consolePolicy is the console's: it needs no sockets and no frames.
func consolePolicy(*http.Request) string {
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'" +
		"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
}

// plainPolicy is for the page that says that there is no page: it has no script.
func plainPolicy(*http.Request) string {
	return "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

// document serves an HTML file under a policy.
func (f files) document(w http.ResponseWriter, r *http.Request, name string, policy func(*http.Request) string) {
	head := w.Header()
	head.Set("Content-Security-Policy", policy(r))
	head.Set("Cross-Origin-Opener-Policy", "same-origin")
	head.Set("Cache-Control", "no-cache")
	f.serve(w, r, name)
}

// asset serves a script, a style or a picture. Built names hold a hash of what they name.
func (f files) asset(w http.ResponseWriter, r *http.Request, name string) {
	if !fs.ValidPath(name) || strings.HasSuffix(name, ".html") {
		refuse(w, http.StatusNotFound, "no such file")
		return
	}
	head := w.Header()
	if strings.HasPrefix(name, "assets/") {
		head.Set("Cache-Control", "public, max-age=31536000, immutable")
		// The frame without an origin fetches its own code as a stranger; there is nothing in it that is not public.
		head.Set("Access-Control-Allow-Origin", "*")
	}
	f.serve(w, r, name)
}

func (f files) serve(w http.ResponseWriter, r *http.Request, name string) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		refuse(w, http.StatusMethodNotAllowed, "only GET")
		return
	}
	body, packed, err := f.open(name)
	if err != nil {
		refuse(w, http.StatusNotFound, "no such file")
		return
	}
	defer func() { _ = body.Close() }()
	head := w.Header()
	head.Set("Content-Type", contentType(name))
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "no-referrer")
	var source io.Reader = body
	if packed {
		head.Add("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			head.Set("Content-Encoding", "gzip")
		} else if source, err = gzip.NewReader(body); err != nil {
			refuse(w, http.StatusInternalServerError, "internal error")
			return
		}
	}
	if r.Method == http.MethodHead {
		return
	}
	_, _ = io.Copy(w, source) // the peer may be gone
}

// open returns a file as it is, or compressed.
func (f files) open(name string) (body fs.File, packed bool, err error) {
	if body, err = f.Open(name + ".gz"); err == nil {
		return body, true, nil
	}
	if body, err = f.Open(name); err != nil {
		return nil, false, err
	}
	info, err := body.Stat()
	if err != nil || !info.Mode().IsRegular() {
		_ = body.Close()
		return nil, false, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
	}
	return body, false, nil
}

func contentType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8" // whatever the machine's own table says
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// Site answers visitors of the HTTP listener.
type Site struct {
	files   files
	built   bool
	version string
	demo    *Demo // nil: off
	reason  string
	mux     *http.ServeMux
}

// NewSite returns the page's handler over its files. built: they are the page, and not what stands in for it. With demo nil
// there are no demo accounts, and reason says why in a few words.
func NewSite(page fs.FS, built bool, version string, demo *Demo, reason string) *Site {
	s := &Site{files: files{page}, built: built, version: version, demo: demo, reason: reason, mux: http.NewServeMux()}
	s.mux.HandleFunc("GET "+prefix+"status", s.status)
	s.mux.HandleFunc("GET "+prefix+"webim.html", func(w http.ResponseWriter, r *http.Request) {
		s.files.document(w, r, "webim.html", framePolicy)
	})
	s.mux.HandleFunc(prefix, func(w http.ResponseWriter, r *http.Request) {
		s.files.asset(w, r, strings.TrimPrefix(r.URL.Path, prefix))
	})
	if demo != nil {
		s.mux.HandleFunc("POST "+prefix+"demo/open", demo.guarded(demo.open))
		s.mux.HandleFunc("POST "+prefix+"demo/travel", demo.guarded(demo.travel))
	}
	return s
}

// Owns reports whether the request is for the page: / and all below /-/. A call of a protocol at / is none of it: that the
// caller knows.
func (s *Site) Owns(r *http.Request) bool {
	return r.URL.Path == "/" || strings.HasPrefix(r.URL.Path, prefix)
}

// ServeHTTP implements http.Handler.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/" {
		s.mux.ServeHTTP(w, r)
		return
	}
	policy := pagePolicy
	if !s.built {
		policy = plainPolicy
	}
	s.files.document(w, r, "index.html", policy)
}

// status tells every visitor whether there is something to play with for him.
func (s *Site) status(w http.ResponseWriter, r *http.Request) {
	type state struct {
		Version string `json:"version"`
		Demo    bool   `json:"demo"`
		Reason  string `json:"reason,omitempty"`
	}
	now := state{Version: s.version, Demo: s.demo != nil, Reason: s.reason}
	if s.demo != nil && sameMachine(r) != nil {
		now.Demo, now.Reason = false, "they are for browsers on the gateway's own machine"
	}
	answer(w, now, nil)
}

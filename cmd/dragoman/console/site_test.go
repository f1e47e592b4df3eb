package console

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func packed(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func testSite(t *testing.T) *Site {
	t.Helper()
	page := fstest.MapFS{
		"index.html":        {Data: []byte("<title>page</title>")},
		"webim.html":        {Data: []byte("<title>frame</title>")},
		"console.html":      {Data: []byte("<title>console</title>")},
		"icon.svg":          {Data: []byte("<svg/>")},
		"assets/page.js.gz": {Data: packed(t, "let page")},
	}
	return NewSite(page, true, "1", nil, "for no reason")
}

func get(t *testing.T, h http.Handler, path string, head ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8080"+path, nil)
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func text(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestOneFrameAloneMayEvaluateCode(t *testing.T) {
	s := testSite(t)
	page, frame := get(t, s, "/"), get(t, s, "/-/webim.html")
	if csp := page.Header.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || !strings.Contains(csp, "default-src 'none'") ||
		!strings.Contains(csp, "connect-src 'self' ws://127.0.0.1:8080 wss://127.0.0.1:8080;") || !strings.Contains(csp, "frame-ancestors 'none'") {
		t.Errorf("the page's policy: %s", csp)
	}
	if csp := frame.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "script-src 'self' 'unsafe-eval';") ||
		!strings.Contains(csp, "sandbox allow-scripts") || strings.Contains(csp, "allow-same-origin") || !strings.Contains(csp, "frame-ancestors 'self'") {
		t.Errorf("the frame's policy: %s", csp)
	}
	for _, r := range []*http.Response{page, frame} {
		if r.StatusCode != http.StatusOK || r.Header.Get("X-Content-Type-Options") != "nosniff" || r.Header.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%d %v", r.StatusCode, r.Header)
		}
	}
}

func TestPolicyTakesNoWordsFromTheHostHeader(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Host = "a.example; script-src *"
	w := httptest.NewRecorder()
	testSite(t).ServeHTTP(w, r)
	if csp := w.Header().Get("Content-Security-Policy"); strings.Contains(csp, "script-src *") || strings.Contains(csp, "a.example") {
		t.Errorf("policy: %s", csp)
	}
}

func TestPackedFilesReachEveryBrowser(t *testing.T) {
	s := testSite(t)
	plain := get(t, s, "/-/assets/page.js")
	if got := text(t, plain); got != "let page" || plain.Header.Get("Content-Encoding") != "" {
		t.Errorf("without gzip: %q %v", got, plain.Header)
	}
	small := get(t, s, "/-/assets/page.js", "Accept-Encoding", "gzip, br")
	if small.Header.Get("Content-Encoding") != "gzip" || !bytes.Equal([]byte(text(t, small)), packed(t, "let page")) {
		t.Errorf("with gzip: %v", small.Header)
	}
	for _, r := range []*http.Response{plain, small} {
		if !strings.HasPrefix(r.Header.Get("Content-Type"), "text/javascript") || !strings.Contains(r.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%v", r.Header)
		}
	}
}

func TestOnlyThePagesFilesAreServed(t *testing.T) {
	s := testSite(t)
	for _, path := range []string{"/-/", "/-/assets", "/-/assets/", "/-/../site.go", "/-/console.html", "/-/index.html", "/-/nothing.js", "/-/demo/open"} {
		if r := get(t, s, path); r.StatusCode == http.StatusOK {
			t.Errorf("%s: %d", path, r.StatusCode)
		}
	}
}

func TestVisitorsFromElsewhereAreToldThatTheDemoIsNotForThem(t *testing.T) {
	s := testSite(t)
	s.demo = &Demo{}
	r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8080/-/status", nil)
	r.RemoteAddr = "192.0.2.7:50000"
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if got := w.Body.String(); !strings.Contains(got, `"demo":false`) || !strings.Contains(got, "own machine") {
		t.Errorf("status: %s", got)
	}
}

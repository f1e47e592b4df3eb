package console

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/rs/zerolog"

	"dragoman/bridge"
	"dragoman/bridge/account"
	"dragoman/bridge/callout"
	"dragoman/bridge/chat"
	"dragoman/bridge/store"
	"dragoman/internal/metrics"
	"dragoman/internal/trace"
)

// world is a console and a demo over a real store, real accounts and a router that runs.
type world struct {
	testing.TB
	host    Host
	console *Console
	demo    *Demo
	page    *Site
}

func newWorld(t *testing.T) *world {
	t.Helper()
	vault := account.OpenVault(filepath.Join(t.TempDir(), "secrets"), nil)
	book, err := account.Open(t.Context(), ":memory:", vault, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	log, err := store.Open(t.Context(), ":memory:", store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var hours atomic.Int64 // the outbox's clock: an hour passes with each look, so that no attempt waits for the next
	calls, err := callout.Open(t.Context(), ":memory:", func() time.Time { return time.Now().Add(time.Duration(hours.Add(1)) * time.Hour) })
	if err != nil {
		t.Fatal(err)
	}
	w := &world{TB: t, host: Host{Router: bridge.New(log, book, bridge.DefaultPolicy(), time.Now, zerolog.Nop()), Store: log, Accounts: book, Vault: vault,
		Trace: trace.New(8), Calls: calls, Version: "1", Now: time.Now, Log: zerolog.Nop()}}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.host.Router.Run(ctx) }()
	page := fstest.MapFS{"console.html": {Data: []byte("<title>console</title>")}, "index.html": {Data: []byte("<title>page</title>")}}
	w.console, err = New(w.host, page, Options{AuditLog: filepath.Join(t.TempDir(), "audit.log"),
		Config: func() (string, error) { return "domain: localhost", nil }, Health: func(context.Context) map[string]string { return map[string]string{"ready": ""} },
		Addresses: func() map[string]string { return nil }, Requests: func() map[string]uint64 { return nil },
		Stages: func() map[string]metrics.Stage { return nil }, Started: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	w.demo, err = NewDemo(w.host, Entrance{AppKey: "org#app", AppID: 1, Domain: "localhost",
		Secret: func(_ context.Context, _ Person, password string) (string, error) { return password, nil }})
	if err != nil {
		t.Fatal(err)
	}
	w.page = NewSite(page, true, "1", w.demo, "")
	t.Cleanup(func() {
		stop()
		<-done
		for _, c := range []interface{ Close() error }{w.console, calls, log, book} {
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	return w
}

// token is what an operator logs in with.
func (w *world) token(o Operator) string {
	w.Helper()
	o.Expires = time.Now().Add(time.Hour)
	token, err := IssueToken(w.host.Vault, o, time.Now())
	if err != nil {
		w.Fatal(err)
	}
	return token
}

// ask asks h as its own page would; change makes it another's question.
func (w *world) ask(h http.Handler, method, path, body string, change ...func(*http.Request)) (int, string) {
	w.Helper()
	r := httptest.NewRequest(method, "http://127.0.0.1:8080"+path, strings.NewReader(body))
	r.RemoteAddr = "127.0.0.1:50000"
	r.Header.Set(ownHeader, "page")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if method != http.MethodGet {
		r.Header.Set("Origin", "http://127.0.0.1:8080")
	}
	for _, c := range change {
		c(r)
	}
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, r)
	return answer.Code, answer.Body.String()
}

// as shows a token.
func as(token string) func(*http.Request) {
	return func(r *http.Request) { r.AddCookie(&http.Cookie{Name: cookie, Value: token}) }
}

// strangers are whom neither the console nor the demo answers.
func strangers() map[string]func(*http.Request) {
	return map[string]func(*http.Request){
		"another machine":      func(r *http.Request) { r.RemoteAddr = "192.0.2.7:50000" },
		"a name made for us":   func(r *http.Request) { r.Host = "rebound.example:8080" },
		"behind a proxy":       func(r *http.Request) { r.Header.Set("X-Forwarded-For", "192.0.2.7") },
		"another origin":       func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") },
		"another site":         func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"a form":               func(r *http.Request) { r.Header.Del(ownHeader) },
		"a frame of no origin": func(r *http.Request) { r.Header.Set("Origin", "null") },
	}
}

func (w *world) deeds() (all []Deed) {
	w.Helper()
	all, err := w.console.audit.last(100)
	if err != nil {
		w.Fatal(err)
	}
	return all
}

// said submits a text in the demo's group and returns the group's place and the event.
func (w *world) said(text string) (place string, ev chat.Event) {
	w.Helper()
	if code, body := w.ask(w.page, http.MethodPost, "/-/demo/open", ""); code != http.StatusOK {
		w.Fatalf("open: %d %s", code, body)
	}
	ev, err := w.host.Router.Submit(context.Background(), bridge.Actor{User: "demo-alice", Device: "d", Protocol: "webim"},
		chat.Draft{Conv: w.demo.group, Body: chat.Message{Content: chat.Text{Text: text}}})
	if err != nil {
		w.Fatal(err)
	}
	return w.demo.group.String(), ev
}

func decode[T any](w *world, text string) (v T) {
	w.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		w.Fatalf("%v: %s", err, text)
	}
	return v
}

package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
	"github.com/rs/zerolog"

	"dragoman/bridge/chat"
	"dragoman/configs"
	"dragoman/conformance/raw"
)

// running is a gateway that serves in this process.
type running struct {
	dir       string
	addresses map[string]string
	log       *syncBuffer
	stop      context.CancelFunc
	code      chan int
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// serve starts a gateway on free ports, and stops it with the test.
func serve(t *testing.T, env ...string) *running {
	t.Helper()
	return serveFrom(t, filepath.Join(t.TempDir(), "data"), env...)
}

// serveFrom starts a gateway on a folder.
func serveFrom(t *testing.T, dir string, env ...string) *running {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	r := &running{dir: dir, log: &syncBuffer{}, stop: stop, code: make(chan int, 1)}
	args := []string{"serve", "--data", r.dir, "--http=127.0.0.1:0", "--xmpp=127.0.0.1:0", "--xmpp-tls=127.0.0.1:0", "--admin=127.0.0.1:0", "--no-demo"}
	go func() {
		r.code <- run(invocation{ctx: ctx, env: env, stdin: strings.NewReader(""), stdout: io.Discard, stderr: r.log}, args)
	}()
	t.Cleanup(func() { r.end(t) })
	for range 1000 {
		addresses, err := announced(r.dir)
		if err != nil {
			t.Fatal(err)
		}
		if addresses != nil {
			r.addresses = addresses
			return r
		}
		select {
		case code := <-r.code:
			r.code <- code
			t.Fatalf("ended with %d\n%s", code, r.log)
		case <-time.After(10 * time.Millisecond): // the file is for other processes; there is no other sign
		}
	}
	t.Fatalf("does not start\n%s", r.log)
	return nil
}

// end stops the gateway and returns its exit code.
func (r *running) end(t *testing.T) int {
	t.Helper()
	r.stop()
	select {
	case code := <-r.code:
		r.code <- code
		return code
	case <-time.After(20 * time.Second):
		t.Fatalf("does not stop within ten seconds\n%s", r.log)
		return -1
	}
}

// raw is the gateway as bare clients find it.
func (r *running) raw() raw.Addresses {
	return raw.Addresses{HTTP: r.addresses["http"], XMPP: r.addresses["xmpp"], XMPPTLS: r.addresses["xmpp_tls"]}
}

// command runs one of the commands on the gateway's folder and returns the first line that it prints.
func (r *running) command(t *testing.T, args ...string) string {
	t.Helper()
	var out, wrong bytes.Buffer
	code := run(invocation{ctx: t.Context(), stdin: strings.NewReader(""), stdout: &out, stderr: &wrong}, append(args, "--data", r.dir))
	if code != exitOK {
		t.Fatalf("dragoman %s: %d %s", strings.Join(args, " "), code, &wrong)
	}
	line, _, _ := strings.Cut(out.String(), "\n")
	return line
}

// fetch asks and returns status, header and body.
func (r *running) fetch(t *testing.T, listener, method, path string, header ...string) (int, http.Header, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://"+r.addresses[listener]+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(body)
}

func TestServeStartsTellsWhereAndStops(t *testing.T) {
	r := serve(t)
	for _, name := range []string{"http", "xmpp", "xmpp_tls", "admin"} {
		if _, port, err := net.SplitHostPort(r.addresses[name]); err != nil || port == "0" {
			t.Errorf("%s listens on %q", name, r.addresses[name])
		}
	}
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": "ready", "/metrics": "dragoman_build_info"} {
		if code, _, body := r.fetch(t, "admin", "GET", path); code != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s", path, code, body)
		}
	}
	if code := r.end(t); code != exitOK {
		t.Errorf("exit code %d\n%s", code, r.log)
	}
	for name, addr := range r.addresses {
		if !strings.Contains(r.log.String(), `"`+name+`":"`+addr+`"`) {
			t.Errorf("the log does not say where %s listens\n%s", name, r.log)
		}
	}
	if addresses, err := announced(r.dir); addresses != nil || err != nil {
		t.Errorf("addresses stayed: %v %v", addresses, err)
	}
}

func TestAdminIsNotOnThePublicListener(t *testing.T) {
	r := serve(t)
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		if code, _, _ := r.fetch(t, "http", "GET", path); code != 404 {
			t.Errorf("%s: %d", path, code)
		}
	}
	if code, _, body := r.fetch(t, "admin", "POST", controlPath, "Authorization", "Bearer wrong"); code != 401 {
		t.Errorf("control with a wrong token: %d %s", code, body)
	}
	token, err := os.ReadFile(filepath.Join(r.dir, "secrets", "control-token"))
	if err != nil {
		t.Fatal(err)
	}
	if code, _, body := r.fetch(t, "admin", "POST", controlPath, "Authorization", "Bearer "+strings.TrimSpace(string(token))); code != 400 {
		t.Errorf("control without an order: %d %s", code, body)
	}
	if strings.Contains(r.log.String(), strings.TrimSpace(string(token))) {
		t.Error("the log holds the control token")
	}
}

func TestUnknownPathIs404AsJSON(t *testing.T) {
	r := serve(t)
	for _, path := range []string{"/nothing", "/no/such/app/path", "/a/b", "/-/none.js", "/-/../secrets", "/%2e%2e/x"} {
		code, header, body := r.fetch(t, "http", "GET", path)
		var parsed map[string]any
		if err := json.Unmarshal([]byte(body), &parsed); code != 404 || !strings.HasPrefix(header.Get("Content-Type"), "application/json") || err != nil {
			t.Errorf("%s: %d %s %q", path, code, header.Get("Content-Type"), body)
		}
	}
}

func TestRootIsThePageOrTheZIMServerAPI(t *testing.T) {
	r := serve(t)
	for _, c := range []struct {
		method, path string
		page         bool
	}{
		{"GET", "/", true}, {"HEAD", "/", true}, {"GET", "/?utm_source=x", true},
		{"GET", "/?Action=QueryUserInfos", false}, {"GET", "/?AppId=1", false}, {"GET", "/?Signature=x&other=1", false},
		{"POST", "/", false}, {"POST", "/?Action=SendPeerMessage", false},
	} {
		code, header, body := r.fetch(t, "http", c.method, c.path)
		isPage := code == 200 && strings.HasPrefix(header.Get("Content-Type"), "text/html")
		if isPage != c.page {
			t.Errorf("%s %s: %d %s %.200s", c.method, c.path, code, header.Get("Content-Type"), body)
		}
		if c.page && (header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(header.Get("Content-Security-Policy"), "default-src 'none'")) {
			t.Errorf("%s %s lacks its guards: %v", c.method, c.path, header)
		}
	}
}

func TestWebSocketsAreCountedAsSuch(t *testing.T) {
	r := serve(t)
	conn, resp, err := (&websocket.Dialer{Subprotocols: []string{"xmpp"}}).Dial("ws://"+r.addresses["http"]+"/xmpp-websocket", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	_ = conn.Close()
	for range 500 {
		if _, _, body := r.fetch(t, "admin", "GET", "/metrics"); strings.Contains(body, `dragoman_http_requests_total{code="101"} 1`) {
			return
		}
		time.Sleep(10 * time.Millisecond) // the session ends in its own time
	}
	t.Error("no request with code 101")
}

func TestHTTPSServesTheSameAsHTTP(t *testing.T) {
	r := serve(t, "DRAGOMAN_LISTEN__HTTPS=127.0.0.1:0", "DRAGOMAN_DOMAIN=chat.example")
	trust := x509.NewCertPool()
	text, err := os.ReadFile(filepath.Join(r.dir, "tls", "cert.pem"))
	if err != nil || !trust.AppendCertsFromPEM(text) {
		t.Fatalf("certificate: %v", err)
	}
	for _, name := range []string{"chat.example", "groups.chat.example", "rooms.chat.example", "upload.chat.example", "localhost", "127.0.0.1"} {
		for _, listener := range []string{"https", "xmpp_tls"} {
			conn, err := tls.Dial("tcp", r.addresses[listener], &tls.Config{RootCAs: trust, ServerName: name})
			if err != nil {
				t.Errorf("%s as %s: %v", listener, name, err)
				continue
			}
			_ = conn.Close()
		}
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trust}, DisableKeepAlives: true}}
	resp, err := client.Get("https://" + r.addresses["https"] + "/")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != 200 {
		t.Errorf("status %d", resp.StatusCode)
	}
}

func TestStartFailsWhereAnAddressIsTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	dir := t.TempDir()
	var log syncBuffer
	code := run(invocation{ctx: t.Context(), env: nil, stdout: io.Discard, stderr: &log},
		[]string{"serve", "--data", dir, "--http", "127.0.0.1:0", "--xmpp", l.Addr().String(), "--xmpp-tls", "127.0.0.1:0", "--admin", "127.0.0.1:0"})
	if code != exitFailed || !strings.Contains(log.String(), "listen.xmpp") {
		t.Errorf("exit code %d\n%s", code, &log)
	}
	if addresses, err := announced(dir); addresses != nil || err != nil {
		t.Errorf("announced %v %v", addresses, err)
	}
	f, err := hold(dir)
	if err != nil {
		t.Fatalf("the folder stayed locked: %v", err)
	}
	f.release()
}

func TestAddressesOfAKilledServerAreRemoved(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, addressesFile), []byte(`{"admin":"127.0.0.1:1"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, log syncBuffer
	if code := run(invocation{ctx: t.Context(), stdout: &out, stderr: &log}, []string{"user", "list", "--data", dir}); code != exitOK {
		t.Errorf("exit code %d\n%s", code, &log)
	}
	if addresses, err := announced(dir); addresses != nil || err != nil {
		t.Errorf("announced %v %v", addresses, err)
	}
}

func TestCertificateIsRenewedWithoutARestart(t *testing.T) {
	dir := t.TempDir()
	now := time.Now()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	write := func(name string, at time.Time) {
		t.Helper()
		certPEM, keyPEM, err := selfSigned([]string{name}, now)
		if err != nil {
			t.Fatal(err)
		}
		for file, text := range map[string][]byte{certFile: certPEM, keyFile: keyPEM} {
			if err := os.WriteFile(file, text, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(file, at, at); err != nil {
				t.Fatal(err)
			}
		}
	}
	write("old.example", now)
	cfg := &configs.Config{TLS: configs.TLS{Cert: certFile, Key: keyFile}}
	conf, err := newTLS(nil, cfg, func() time.Time { return now }, zerolog.New(zerolog.NewTestWriter(t)))
	if err != nil {
		t.Fatal(err)
	}
	serves := func(want string) {
		t.Helper()
		pair, err := conf.GetCertificate(nil)
		if err != nil || !slices.Equal(pair.Leaf.DNSNames, []string{want}) {
			t.Errorf("serves %v %v, want %s", pair.Leaf.DNSNames, err, want)
		}
	}
	serves("old.example")
	write("new.example", now.Add(time.Second))
	serves("old.example") // it was looked at a moment ago
	now = now.Add(reloadEvery)
	serves("new.example")
	if err := os.WriteFile(certFile, []byte("half a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	now = now.Add(reloadEvery)
	serves("new.example")
}

func TestSelfSignedPairIsKeptWhileItIsGood(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	now := time.Now()
	ensure := func(now time.Time, names []string, wantMade bool) {
		t.Helper()
		if made, err := ensureSelfSigned(certFile, keyFile, names, now); err != nil || made != wantMade {
			t.Errorf("made %v %v, want %v", made, err, wantMade)
		}
	}
	ensure(now, []string{"a.example"}, true)
	ensure(now, []string{"a.example"}, false)
	ensure(now, []string{"a.example", "b.example"}, true)
	ensure(now.Add(certificateLife-renewBefore-time.Hour), []string{"a.example"}, false)
	ensure(now.Add(certificateLife), []string{"a.example"}, true)
	if err := os.Remove(certFile); err != nil { // as a crash between the two leaves it
		t.Fatal(err)
	}
	ensure(now, []string{"a.example"}, true)
	if err := os.WriteFile(keyFile, []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ensureSelfSigned(certFile, keyFile, []string{"a.example"}, now); err == nil {
		t.Error("a damaged pair was replaced in silence")
	}
}

func TestListenersOnEveryAddressAreReachedByLoopback(t *testing.T) {
	for addr, want := range map[string]string{
		"127.0.0.1:80": "127.0.0.1:80", "0.0.0.0:80": "127.0.0.1:80", "[::]:80": "[::1]:80", "10.1.2.3:80": "10.1.2.3:80", "host:80": "host:80",
	} {
		if got := reachable(addr); got != want {
			t.Errorf("reachable(%s) = %s, want %s", addr, got, want)
		}
	}
}

func TestErrorsAreExplainedToPeople(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{chat.Refuse(chat.Conflict, "the name is taken"), "the name is taken"},
		{&chat.Error{Code: chat.Internal, Public: "internal error", Err: io.ErrUnexpectedEOF}, "internal: unexpected EOF"},
		{io.EOF, "EOF"},
	} {
		if got := explain(c.err); got != c.want {
			t.Errorf("%v is explained as %q, want %q", c.err, got, c.want)
		}
	}
}

// The process itself is told to stop, as a supervisor tells it.
func TestSIGTERMEndsTheProcessCleanly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	cmd := exec.CommandContext(t.Context(), "dragoman", "serve", "--data", dir,
		"--http=127.0.0.1:0", "--xmpp=127.0.0.1:0", "--xmpp-tls=127.0.0.1:0", "--admin=127.0.0.1:0")
	var log syncBuffer
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		if addresses, err := announced(dir); err != nil || addresses != nil {
			break
		}
		time.Sleep(10 * time.Millisecond) // another process: there is nothing else to wait for
	}
	begun := time.Now()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("ended with %v\n%s", err, &log)
	}
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("took %v", took)
	}
}

// What operators are told of people is who came and went: one line each, and nothing of what was said.
func TestLogTellsOfSessionsAndNothingOfWhatWasSaid(t *testing.T) {
	r := serve(t)
	if code, said := diagnose(t, nil, "--data", r.dir); code != exitOK {
		t.Fatal(said)
	}
	token := r.command(t, "admin", "token")
	r.end(t)
	log := r.log.String()
	sessions := map[string]int{}
	for line := range strings.Lines(log) {
		var told struct {
			Level, Message string
			Actor          struct{ User, Device, Protocol string }
		}
		if err := json.Unmarshal([]byte(line), &told); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if strings.HasPrefix(told.Message, "session ") {
			sessions[told.Actor.Protocol+" "+told.Message]++
			if told.Level != "info" || told.Actor.User == "" || told.Actor.Device == "" {
				t.Errorf("not who it was: %s", line)
			}
		}
	}
	want := map[string]int{}
	for _, protocol := range []string{"webim", "zim", "xmpp"} {
		want[protocol+" session opened"], want[protocol+" session closed"] = 1, 1
	}
	if diff := cmp.Diff(want, sessions); diff != "" {
		t.Errorf("%s\n%s", diff, log)
	}
	for _, hushed := range []string{"self-test", token} {
		if strings.Contains(log, hushed) {
			t.Errorf("%q is in the log:\n%s", hushed, log)
		}
	}
}

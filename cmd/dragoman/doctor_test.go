package main

import (
	"bytes"
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dragoman/bridge/account"
)

// diagnose runs the doctor and returns what it says.
func diagnose(t *testing.T, env []string, args ...string) (code int, said string) {
	t.Helper()
	var out bytes.Buffer
	code = run(invocation{ctx: t.Context(), env: env, stdin: strings.NewReader(""), stdout: &out, stderr: &out}, append([]string{"doctor"}, args...))
	return code, out.String()
}

// anywhere is listeners that no other process minds.
func anywhere(over ...string) []string {
	return append([]string{"DRAGOMAN_LISTEN__HTTP=127.0.0.1:0", "DRAGOMAN_LISTEN__XMPP=127.0.0.1:0", "DRAGOMAN_LISTEN__XMPP_TLS=127.0.0.1:0",
		"DRAGOMAN_LISTEN__ADMIN=127.0.0.1:0"}, over...)
}

func TestDoctorSendsMessagesThroughARunningServerAndLeavesNobodyBehind(t *testing.T) {
	r := serve(t, "DRAGOMAN_DOMAIN=chat.example.org", "DRAGOMAN_PROTOCOLS__WEBIM__APP_KEY=org#app")
	code, said := diagnose(t, []string{"DRAGOMAN_DOMAIN=chat.example.org", "DRAGOMAN_PROTOCOLS__WEBIM__APP_KEY=org#app"}, "--data", r.dir)
	if code != exitOK || strings.Contains(said, "FAIL") {
		t.Errorf("%d\n%s", code, said)
	}
	for _, want := range []string{"ok    self-test: WebIM, ZIM and XMPP heard each other", "ok    listen.xmpp: " + r.addresses["xmpp"] + " answers",
		"ok    TLS on listen.xmpp_tls", "ok    server: it is ready", "ok    configuration", "ok    certificate"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is missing in\n%s", want, said)
		}
	}
	if left := r.command(t, "user", "list"); left != "" {
		t.Errorf("%s is left", left)
	}
}

func TestDoctorTellsOfAHostThatDoesNotAnswer(t *testing.T) {
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	key := "DRAGOMAN_PROTOCOLS__XMPP__COMPONENT__"
	env := []string{key + "HOST=127.0.0.1", key + "PORT=" + port, key + "DOMAIN=gw.example.org", key + "SECRET=sesame"}
	r := serve(t, env...)
	code, said := diagnose(t, env, "--data", r.dir, "--no-messages")
	if code != exitOK || !strings.Contains(said, "warn  xmpp component gw.example.org: no line to the host") {
		t.Errorf("%d\n%s", code, said)
	}
}

func TestDoctorTriesAGatewayOfItsOwnWhereNoneRuns(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	code, said := diagnose(t, anywhere(), "--data", dir)
	if code != exitOK || !strings.Contains(said, "ok    self-test (of a gateway for it alone)") || !strings.Contains(said, "warn  data folder") {
		t.Errorf("%d\n%s", code, said)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("it made the folder")
	}
}

func TestDoctorNamesWhatIsWrong(t *testing.T) {
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	certPEM, keyPEM, err := selfSigned([]string{"other.example"}, time.Now().Add(-certificateLife-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string][]byte{cert: certPEM, key: keyPEM} {
		if err := account.WriteFile(path, text); err != nil {
			t.Fatal(err)
		}
	}
	env := anywhere("DRAGOMAN_LISTEN__HTTP="+taken.Addr().String(), "DRAGOMAN_TLS__CERT="+cert, "DRAGOMAN_TLS__KEY="+key)
	code, said := diagnose(t, env, "--data", dir, "--no-messages")
	for _, want := range []string{"FAIL  listen.http: ", "address already in use", "FAIL  certificate: " + cert + " is good no longer", "2 of these must be mended"} {
		if code != exitFailed || !strings.Contains(said, want) {
			t.Errorf("%d, %q is missing in\n%s", code, want, said)
		}
	}
	if strings.Contains(said, "self-test") {
		t.Errorf("a self-test that nobody wanted\n%s", said)
	}
	if code, said := diagnose(t, []string{"DRAGOMAN_BRIDGE__RECALL_WINDOW=soon"}, "--data", dir); code != exitFailed || !strings.Contains(said, "FAIL  configuration") {
		t.Errorf("%d\n%s", code, said)
	}
}

// What a server that was killed left behind is not taken for a server.
func TestDoctorIsNotTakenInByTheAddressesOfTheDead(t *testing.T) {
	dir := t.TempDir()
	if err := (&folder{dir: dir}).announce(map[string]string{"admin": "127.0.0.1:1"}); err != nil {
		t.Fatal(err)
	}
	if code, said := diagnose(t, anywhere(), "--data", dir, "--no-messages"); code != exitOK {
		t.Errorf("%d\n%s", code, said)
	}
}

func TestSelfTestTellsWhoDidNotHear(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := &company{names: []string{"a", "b"}, heard: make(chan heard, 1)}
	c.heard <- heard{by: "a", text: "self-test b"}
	time.AfterFunc(50*time.Millisecond, cancel)
	if err := c.wait(ctx); err == nil || !strings.HasSuffix(err.Error(), ": b from a") {
		t.Error(err)
	}
}

// The self-test has each protocol write to the others: a day of traffic in small.
func TestMetricsCountWhatThreeProtocolsSayToEachOther(t *testing.T) {
	r := serve(t)
	if code, said := diagnose(t, nil, "--data", r.dir); code != exitOK {
		t.Fatal(said)
	}
	_, _, all := r.fetch(t, "admin", "GET", "/metrics")
	for _, want := range []string{
		`dragoman_deliveries_total{fidelity="exact",from="webim",kind="text",to="xmpp"} 1`,
		`dragoman_deliveries_total{fidelity="exact",from="zim",kind="text",to="webim"} 1`,
		`dragoman_deliveries_total{fidelity="exact",from="xmpp",kind="text",to="zim"} 1`,
		`dragoman_session_bytes_count{direction="in",protocol="webim"} 1`, `dragoman_session_bytes_count{direction="out",protocol="xmpp"} 1`,
		`dragoman_stage_seconds_count{stage="decode"}`, `dragoman_stage_seconds_count{stage="decide"}`, `dragoman_stage_seconds_count{stage="queue"}`, `dragoman_stage_seconds_count{stage="commit"}`,
		`dragoman_stage_seconds_count{stage="hand"}`, `dragoman_stage_seconds_count{stage="write"}`,
	} {
		if !strings.Contains(all, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if strings.Contains(all, `dragoman_session_bytes_sum{direction="in",protocol="zim"} 0`) {
		t.Error("no bytes were counted")
	}
	if t.Failed() {
		t.Log(all)
	}
}

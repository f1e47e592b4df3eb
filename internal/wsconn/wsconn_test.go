package wsconn

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pair returns both ends of one connection over a real socket.
func pair(t *testing.T, o Options) (*Conn, *websocket.Conn) {
	t.Helper()
	conns := make(chan *Conn, 1)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := Upgrade(w, r, o)
		if err != nil {
			t.Errorf("upgrade: %v", err)
			return
		}
		conns <- c
	}))
	t.Cleanup(srv.Close)
	d := websocket.Dialer{Subprotocols: []string{"other", "xmpp"}}
	client, resp, err := d.Dial("ws"+strings.TrimPrefix(srv.URL, "http"), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	server := <-conns
	t.Cleanup(func() { _ = client.Close(); _ = server.Close(CloseNormal, "") })
	return server, client
}

func TestFramesKeepKindAndOrder(t *testing.T) {
	server, client := pair(t, Options{Subprotocols: []string{"xmpp"}})
	if got := server.Subprotocol(); got != "xmpp" {
		t.Errorf("subprotocol %q", got)
	}
	go func() {
		_ = client.WriteMessage(websocket.TextMessage, []byte("one"))
		_ = client.WriteMessage(websocket.BinaryMessage, []byte{2, 0xff})
	}()
	for _, want := range []struct {
		kind Kind
		data string
	}{{Text, "one"}, {Binary, "\x02\xff"}} {
		kind, data, err := server.ReadFrame(t.Context())
		if err != nil || kind != want.kind || string(data) != want.data {
			t.Fatalf("read %v %q %v, want %v %q", kind, data, err, want.kind, want.data)
		}
	}
	prepared, err := Prepare([]byte("three"))
	if err != nil {
		t.Fatal(err)
	}
	for _, write := range []func() error{
		func() error { return server.WriteText([]byte("one")) },
		func() error { return server.WriteBinary([]byte("two")) },
		func() error { return server.WritePrepared(prepared) },
	} {
		if err := write(); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"one", "two", "three"} {
		if _, data, err := client.ReadMessage(); err != nil || string(data) != want {
			t.Fatalf("peer read %q %v, want %q", data, err, want)
		}
	}
	if in, out := server.Bytes(); in != 5 || out != 11 {
		t.Errorf("%d bytes in, %d out", in, out)
	}
}

func TestWritersDoNotMixTheirFrames(t *testing.T) {
	server, client := pair(t, Options{})
	const writers, each = 8, 50
	var wg sync.WaitGroup
	for w := range writers {
		frame := bytes.Repeat([]byte{byte('a' + w)}, 10_000)
		wg.Go(func() {
			for range each {
				if err := server.WriteText(frame); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range writers * each {
		_, data, err := client.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		if len(data) != 10_000 || bytes.Count(data, data[:1]) != len(data) {
			t.Fatal("two frames were mixed")
		}
	}
	wg.Wait()
}

func TestTooLargeMessageEndsConnectionWith1009(t *testing.T) {
	server, client := pair(t, Options{ReadLimit: 1000})
	go func() {
		// Two fragments, each below the limit.
		w, err := client.NextWriter(websocket.TextMessage)
		if err != nil {
			return
		}
		for range 40 {
			_, _ = w.Write(bytes.Repeat([]byte("x"), 4000))
		}
		_ = w.Close()
	}()
	if _, _, err := server.ReadFrame(t.Context()); !errors.Is(err, websocket.ErrReadLimit) {
		t.Fatalf("read: %v", err)
	}
	closed := make(chan error, 1)
	go func() { closed <- server.Close(CloseNormal, "") }()
	if _, _, err := client.ReadMessage(); !websocket.IsCloseError(err, CloseTooBig) {
		t.Fatalf("peer saw %v, want close 1009", err)
	}
	_ = client.Close()
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
}

func TestTextThatIsNotUTF8EndsConnectionWith1007(t *testing.T) {
	server, client := pair(t, Options{})
	if err := client.WriteMessage(websocket.TextMessage, []byte{'a', 0xff}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := server.ReadFrame(t.Context()); err == nil {
		t.Fatal("invalid text was read")
	}
	if _, _, err := client.ReadMessage(); !websocket.IsCloseError(err, CloseInvalid) {
		t.Fatalf("peer saw %v, want close 1007", err)
	}
}

func TestPeerThatDoesNotReadStallsOnlyItself(t *testing.T) {
	server, _ := pair(t, Options{WriteTimeout: 100 * time.Millisecond})
	reader := make(chan error, 1)
	go func() {
		_, _, err := server.ReadFrame(t.Context())
		reader <- err
	}()
	frame := make([]byte, 1<<20)
	start := time.Now()
	var err error
	for range 100 {
		if err = server.WriteBinary(frame); err != nil {
			break
		}
	}
	var timeout net.Error
	if !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Fatalf("write to a full socket: %v", err)
	}
	if took := time.Since(start); took > 15*time.Second {
		t.Errorf("took %v", took)
	}
	if err := <-reader; err == nil {
		t.Error("reader went on after the connection was given up")
	}
	if err := server.WriteText([]byte("more")); err == nil {
		t.Error("a broken connection took another frame")
	}
}

func TestSilentPeerIsFoundDead(t *testing.T) {
	// The client never reads, so it never answers a ping.
	server, _ := pair(t, Options{PingEvery: 50 * time.Millisecond})
	_, _, err := server.ReadFrame(t.Context())
	var timeout net.Error
	if !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Fatalf("read: %v, want a timeout", err)
	}
}

func TestPeerThatAnswersPingsLives(t *testing.T) {
	for _, every := range []time.Duration{50 * time.Millisecond, 500 * time.Millisecond, 5 * time.Second} {
		// A machine with much to do may keep the peer from answering in time: then there must be more of it.
		if err := liveByPings(t, every); err == nil {
			return
		} else if every == 5*time.Second {
			t.Fatal(err)
		}
	}
}

// liveByPings fails unless a peer that says nothing, but answers six pings, is still heard.
func liveByPings(t *testing.T, every time.Duration) error {
	t.Helper()
	server, client := pair(t, Options{PingEvery: every})
	pings := 0
	client.SetPingHandler(func(string) error {
		pings++
		if pings == 6 { // three times the silence that would have killed it
			return client.WriteMessage(websocket.TextMessage, []byte("alive"))
		}
		return client.WriteControl(websocket.PongMessage, nil, time.Now().Add(time.Second))
	})
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _, _ = client.ReadMessage()
	}()
	_, data, err := server.ReadFrame(t.Context())
	_ = server.Close(CloseNormal, "")
	<-done
	if err != nil || string(data) != "alive" {
		return fmt.Errorf("read %q: %w", data, err)
	}
	return nil
}

func TestEndOfContextEndsReadButPeerIsStillTold(t *testing.T) {
	server, client := pair(t, Options{PingEvery: time.Minute})
	stopping := errors.New("server is stopping")
	ctx, cancel := context.WithCancelCause(t.Context())
	told := make(chan error, 1)
	go func() {
		_, _, err := client.ReadMessage()
		told <- err
		_ = client.Close()
	}()
	go cancel(stopping)
	if _, _, err := server.ReadFrame(ctx); !errors.Is(err, stopping) {
		t.Fatalf("read: %v, want the cause of the context", err)
	}
	if err := server.WriteText([]byte("bye")); err != nil {
		t.Fatal(err)
	}
	// The peer reads "bye" first.
	<-told
	if err := server.Close(CloseGoingAway, "stopping"); err != nil {
		t.Fatal(err)
	}
}

func TestCloseReachesPeerThatIsStillSending(t *testing.T) {
	server, client := pair(t, Options{})
	stop := make(chan struct{})
	var sender sync.WaitGroup
	sender.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				if client.WriteMessage(websocket.TextMessage, make([]byte, 4096)) != nil {
					return
				}
			}
		}
	})
	closed := make(chan error, 1)
	go func() { closed <- server.Close(ClosePolicy, strings.Repeat("é", 100)) }()
	var err error
	for err == nil {
		_, _, err = client.ReadMessage()
	}
	close(stop)
	sender.Wait()
	_ = client.Close()
	var closeErr *websocket.CloseError
	if !errors.As(err, &closeErr) || closeErr.Code != ClosePolicy || closeErr.Text != strings.Repeat("é", 61) {
		t.Fatalf("peer saw %v", err)
	}
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
	if err := server.WriteText(nil); !errors.Is(err, ErrClosed) {
		t.Errorf("write after close: %v", err)
	}
	if _, _, err := server.ReadFrame(t.Context()); err == nil {
		t.Error("read after close")
	}
}

func TestCloseEndsReadInOtherGoroutine(t *testing.T) {
	server, client := pair(t, Options{})
	go func() { // a peer that answers the close and nothing else
		for {
			if _, _, err := client.NextReader(); err != nil {
				_ = client.Close()
				return
			}
		}
	}()
	read := make(chan error, 1)
	go func() {
		_, _, err := server.ReadFrame(t.Context())
		read <- err
	}()
	start := time.Now()
	if err := server.Close(CloseNormal, ""); err != nil {
		t.Fatal(err)
	}
	if err := <-read; err == nil {
		t.Error("read went on")
	}
	if took := time.Since(start); took >= closeWait {
		t.Errorf("close of a peer that answers took %v", took)
	}
}

func TestPlainRequestIsAnsweredAndRefused(t *testing.T) {
	rec := httptest.NewRecorder()
	if c, err := Upgrade(rec, httptest.NewRequest(http.MethodGet, "/", nil), Options{}); err == nil || c != nil {
		t.Fatal("a plain request was upgraded")
	}
	if rec.Code != http.StatusBadRequest {
		body, _ := io.ReadAll(rec.Body)
		t.Errorf("answer %d %s", rec.Code, body)
	}
}

func TestOriginMayBeRefused(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := Upgrade(w, r, Options{CheckOrigin: func(r *http.Request) bool { return r.Header.Get("Origin") == "http://ours" }})
		if err == nil {
			t.Error("a foreign page was let in")
		}
	}))
	defer srv.Close()
	_, resp, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(srv.URL, "http"), http.Header{"Origin": {"http://theirs"}})
	if err == nil || resp.StatusCode != http.StatusForbidden {
		t.Fatalf("dial: %v", err)
	}
	_ = resp.Body.Close()
}

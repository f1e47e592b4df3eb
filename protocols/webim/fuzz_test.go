package webim

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// restFixture is a request that an SDK's method made.
type restFixture struct{ API, Method, Path string }

func restFixtures(t testing.TB, tag string) []restFixture {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("webimwire", "testdata", "frames", tag+".rest-requests.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all struct{ Requests []restFixture }
	if err := json.Unmarshal(b, &all); err != nil || len(all.Requests) < 50 {
		t.Fatalf("%d requests, %v", len(all.Requests), err)
	}
	return all.Requests
}

// frames are those that real SDKs sent.
func frames(t testing.TB) [][]byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("webimwire", "testdata", "frames", "*.ul.json"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d frames, %v", len(paths), err)
	}
	var all [][]byte
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var f struct {
			Frame []byte `json:"frame_base64"`
		}
		if err := json.Unmarshal(b, &f); err != nil {
			t.Fatal(err)
		}
		all = append(all, f.Frame)
	}
	return all
}

// Whatever a client sends, before its login or after it, the session neither
// panics nor hangs, and the next client is served.
func FuzzSession(f *testing.F) {
	g := newGateway(f, "")
	token := g.user("mallory")
	for i, frame := range frames(f) {
		f.Add(frame, frame, i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, first, second []byte, loggedIn bool) {
		g.t = t
		c := g.connect("mallory", "web1")
		defer c.drop()
		if loggedIn {
			c.login(token)
		}
		for _, frame := range [][]byte{first, second} {
			if err := c.conn.WriteMessage(websocket.BinaryMessage, frame); err != nil {
				break // the session has ended already, which is an answer
			}
		}
		// A session that still stands answers; one that ended has closed.
		if err := c.conn.WriteMessage(websocket.BinaryMessage, []byte{0x40, 1}); err != nil {
			return
		}
		if err := c.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		for {
			down, err := c.read()
			if err != nil {
				if _, closed := err.(*websocket.CloseError); !closed {
					t.Fatalf("neither answered nor closed: %v", err)
				}
				return
			}
			if down.Unread != nil {
				return
			}
		}
	})
}

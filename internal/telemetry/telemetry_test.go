package telemetry

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"dragoman/bridge/chat"
)

func TestTheShareOfMessagesIsTraced(t *testing.T) {
	for share, want := range map[float64][2]int{0: {0, 0}, 0.25: {150, 350}, 1: {1000, 1000}} {
		tracer, err := New(t.Context(), "http://127.0.0.1:1", share, "1", zerolog.Nop())
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for id := range chat.EventID(1000) {
			above, sampled := tracer.of(id)
			again, still := tracer.of(id)
			if sampled != still || !above.Equal(again) {
				t.Fatal("a message changes its trace")
			}
			if sampled {
				n++
			}
		}
		if n < want[0] || n > want[1] {
			t.Errorf("share %g: %d of 1000", share, n)
		}
		if err := tracer.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func TestACollectorThatRefusesIsALineInTheLog(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusForbidden) }))
	defer server.Close()
	var log bytes.Buffer
	tracer, err := New(t.Context(), server.URL, 1, "1", zerolog.New(zerolog.SyncWriter(&log)))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	tracer.Stage(7, "commit", now, now)
	tracer.Root(7, now, now)
	if err := tracer.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if !strings.Contains(log.String(), "cannot send traces") {
		t.Errorf("log: %s", &log)
	}
}

package metrics

import (
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"dragoman/bridge/chat"
)

func TestScrapeShowsTheReading(t *testing.T) {
	m := New("1.2.3", func() Reading {
		return Reading{Sessions: map[string]int{"zim": 2, "xmpp": 1}, Committed: 7, Refused: map[chat.Code]uint64{chat.Forbidden: 3}}
	})
	m.Answered("GET", 200, time.Millisecond)
	m.Answered("GET", 101, time.Hour)
	m.Answered("BREW", 405, time.Millisecond)
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	body, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`dragoman_sessions{protocol="zim"} 2`, `dragoman_sessions{protocol="xmpp"} 1`, "dragoman_events_committed_total 7",
		`dragoman_refusals_total{code="forbidden"} 3`, `dragoman_refusals_total{code="internal"} 0`,
		`dragoman_http_requests_total{code="101"} 1`, `dragoman_http_request_seconds_count{method="GET"} 1`,
		`dragoman_http_request_seconds_count{method="other"} 1`, `dragoman_build_info{go="go`, `version="1.2.3"} 1`, "go_goroutines",
	} {
		if !strings.Contains(string(body), want) {
			t.Errorf("no %s in\n%s", want, body)
		}
	}
}

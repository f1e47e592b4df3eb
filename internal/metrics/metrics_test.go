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
		return Reading{Sessions: map[string]int{"zim": 2, "xmpp": 1}, Committed: 7, CallsWaiting: 5, CallsDead: 6, Refused: map[chat.Code]uint64{chat.Forbidden: 3}}
	})
	m.Answered("GET", 200, time.Millisecond)
	m.Answered("GET", 101, time.Hour)
	m.Answered("BREW", 405, time.Millisecond)
	m.Passed("commit", 2*time.Millisecond)
	m.Delivered("zim", "xmpp", "text", "exact")
	m.SessionEnded("zim", 10, 2000)
	if s := m.Stages(); len(s) != 1 || s["commit"] != (Stage{1, 0.002}) {
		t.Errorf("stages: %v", s)
	}
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
		`dragoman_stage_seconds_bucket{stage="commit",le="0.0025"} 1`,
		`dragoman_deliveries_total{fidelity="exact",from="zim",kind="text",to="xmpp"} 1`,
		`dragoman_session_bytes_sum{direction="out",protocol="zim"} 2000`, "dragoman_calls_waiting 5", "dragoman_calls_dead 6",
	} {
		if !strings.Contains(string(body), want) {
			t.Errorf("no %s in\n%s", want, body)
		}
	}
}

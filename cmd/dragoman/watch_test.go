package main

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	spans "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// receiver is an OTLP collector that keeps what it is sent.
type receiver struct {
	mu    sync.Mutex
	spans []*spans.Span
	raw   []byte
}

func (c *receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		unpacked, err := gzip.NewReader(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		body = unpacked
	}
	text, err := io.ReadAll(body)
	var sent collector.ExportTraceServiceRequest
	if err != nil || r.URL.Path != "/v1/traces" || proto.Unmarshal(text, &sent) != nil {
		http.Error(w, "not understood", http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.raw = append(c.raw, text...)
	for _, resource := range sent.GetResourceSpans() {
		for _, scope := range resource.GetScopeSpans() {
			c.spans = append(c.spans, scope.GetSpans()...)
		}
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
}

func TestAMessageIsOneTraceFromItsFrameToItsReaders(t *testing.T) {
	c := &receiver{}
	server := httptest.NewServer(c)
	defer server.Close()
	r := serve(t, "DRAGOMAN_TRACES__OTLP="+server.URL)
	if code, said := diagnose(t, nil, "--data", r.dir); code != exitOK {
		t.Fatal(said)
	}
	r.end(t) // what waits is sent before the end
	c.mu.Lock()
	defer c.mu.Unlock()
	if strings.Contains(string(c.raw), "self-test ") {
		t.Error("contents are in the traces")
	}
	traces := map[string][]*spans.Span{}
	for _, s := range c.spans {
		traces[string(s.GetTraceId())] = append(traces[string(s.GetTraceId())], s)
	}
	if len(traces) != 3 {
		t.Errorf("%d traces of three messages", len(traces))
	}
	for _, all := range traces {
		var root *spans.Span
		stages := map[string]int{}
		readers := map[string]bool{}
		for _, s := range all {
			if stages[s.GetName()]++; s.GetName() == "message" {
				root = s
			}
			for _, a := range s.GetAttributes() {
				if a.GetKey() == "dragoman.to" {
					readers[a.GetValue().GetStringValue()] = true
				}
			}
		}
		if root == nil || len(root.GetParentSpanId()) != 0 || stages["message"] != 1 || stages["decode"] != 1 || stages["decide"] != 1 || stages["queue"] != 1 || stages["commit"] != 1 {
			t.Fatalf("stages %v", stages)
		}
		if len(readers) != 3 || stages["hand"] < 3 || stages["write"] < 2 {
			t.Errorf("readers %v, stages %v", readers, stages)
		}
		for _, s := range all {
			if s.GetName() == "decode" && s.GetStartTimeUnixNano() != root.GetStartTimeUnixNano() {
				t.Errorf("it begins at %d, and its frame came at %d", root.GetStartTimeUnixNano(), s.GetStartTimeUnixNano())
			}
			if s != root && string(s.GetParentSpanId()) != string(root.GetSpanId()) {
				t.Errorf("%s hangs in the air", s.GetName())
			}
			if s.GetEndTimeUnixNano() < s.GetStartTimeUnixNano() || s.GetStartTimeUnixNano() < root.GetStartTimeUnixNano() ||
				time.Unix(0, int64(s.GetEndTimeUnixNano())).After(time.Now()) {
				t.Errorf("%s from %d to %d", s.GetName(), s.GetStartTimeUnixNano(), s.GetEndTimeUnixNano())
			}
		}
	}
}

package metrics

import (
	"maps"
	"net/http"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"

	"dragoman/bridge/chat"
)

// Reading is what the gateway has counted since it started, and how things stand.
type Reading struct {
	Sessions   map[string]int // open, by protocol
	Lag        int            // deliveries that wait for their session, all together
	Committed  uint64         // events stored
	Live       uint64         // events handed out and not stored
	Duplicates uint64         // retries answered with what was stored before
	Batches    uint64         // commits
	Refused    map[chat.Code]uint64
	Waiting    int // drafts that wait for the sequencer
	// Calls to the app's server: those that wait, and those that were put aside.
	CallsWaiting, CallsDead int
}

// Metrics is one gateway's.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	stages   *prometheus.HistogramVec
	sent     *prometheus.CounterVec
	traffic  *prometheus.HistogramVec

	mu    sync.Mutex
	codes map[string]uint64 // the same as requests, for the console
}

// New returns the metrics of a gateway. read is called for each scrape.
func New(version string, read func() Reading) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(), codes: map[string]uint64{},
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "dragoman_http_requests_total", Help: "HTTP requests answered, by status code. A WebSocket counts as 101 once it has ended.",
		}, []string{"code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "dragoman_http_request_seconds", Help: "How long HTTP requests took, WebSockets not among them.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"method"}),
		stages: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "dragoman_stage_seconds", Help: "How long events took for a stage of their way: decode, decide, queue, commit, hand, write.",
			Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5},
		}, []string{"stage"}),
		sent: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "dragoman_deliveries_total",
			Help: "Events that sessions took, by the protocols of both ends, by kind, and by how faithfully the reader's can show it.",
		}, []string{"from", "to", "kind", "fidelity"}),
		traffic: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "dragoman_session_bytes", Help: "Bytes that sessions carried, by direction, counted as they end.",
			Buckets: prometheus.ExponentialBuckets(1<<10, 8, 8),
		}, []string{"protocol", "direction"}),
	}
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "dragoman_build_info", Help: "1, with the version as a label.",
	}, []string{"version", "go"})
	build.WithLabelValues(version, runtime.Version()).Set(1)
	m.registry.MustRegister(build, m.requests, m.seconds, m.stages, m.sent, m.traffic, newCollector(read),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Handler answers scrapes.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// Names returns the names of the gateway's own metrics, for the test of their
// documentation.
func (m *Metrics) Names() ([]string, error) {
	families, err := m.registry.Gather()
	if err != nil {
		return nil, err
	}
	names := make([]string, len(families))
	for i, f := range families {
		names[i] = f.GetName()
	}
	return names, nil
}

// Answered counts a request that was answered with code after took. A WebSocket,
// code 101, is counted and not timed.
func (m *Metrics) Answered(method string, code int, took time.Duration) {
	m.requests.WithLabelValues(strconv.Itoa(code)).Inc()
	m.mu.Lock()
	m.codes[strconv.Itoa(code)]++
	m.mu.Unlock()
	if code == http.StatusSwitchingProtocols {
		return
	}
	switch method {
	case http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodHead, http.MethodOptions, http.MethodPatch:
	default:
		method = "other" // a client must not make up label values
	}
	m.seconds.WithLabelValues(method).Observe(took.Seconds())
}

// Passed counts that an event passed a stage.
func (m *Metrics) Passed(stage string, took time.Duration) {
	m.stages.WithLabelValues(stage).Observe(took.Seconds())
}

// Stage is how often a stage was passed, and how long that took all together.
type Stage struct {
	Count   uint64  `json:"count"`
	Seconds float64 `json:"seconds"`
}

// Stages returns what Passed has counted, by stage.
func (m *Metrics) Stages() map[string]Stage {
	found := make(chan prometheus.Metric)
	go func() {
		m.stages.Collect(found)
		close(found)
	}()
	all := map[string]Stage{}
	for metric := range found {
		var d dto.Metric
		if err := metric.Write(&d); err == nil && len(d.GetLabel()) == 1 {
			all[d.GetLabel()[0].GetValue()] = Stage{d.GetHistogram().GetSampleCount(), d.GetHistogram().GetSampleSum()}
		}
	}
	return all
}

// Delivered counts that a session took an event.
func (m *Metrics) Delivered(from, to, kind, fidelity string) {
	m.sent.WithLabelValues(from, to, kind, fidelity).Inc()
}

// SessionEnded counts what a session carried.
func (m *Metrics) SessionEnded(protocol string, in, out int64) {
	m.traffic.WithLabelValues(protocol, "in").Observe(float64(in))
	m.traffic.WithLabelValues(protocol, "out").Observe(float64(out))
}

// Requests returns how many HTTP requests were answered, by status code.
func (m *Metrics) Requests() map[string]uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.codes)
}

// collector turns a Reading into metrics.
type collector struct {
	read                                                      func() Reading
	sessions, lag, events, live, duplicates, batches, waiting *prometheus.Desc
	refusals, callsWaiting, callsDead                         *prometheus.Desc
}

func newCollector(read func() Reading) *collector {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("dragoman_"+name, help, labels, nil)
	}
	return &collector{
		read:         read,
		sessions:     desc("sessions", "Open sessions.", "protocol"),
		lag:          desc("session_lag_deliveries", "Deliveries that wait in memory for their session, over all sessions."),
		events:       desc("events_committed_total", "Events stored."),
		live:         desc("events_live_total", "Events handed out without being stored: typing, presence."),
		duplicates:   desc("retries_total", "Drafts that had been stored before and got the same answer again."),
		batches:      desc("commits_total", "Commits of the log; events over commits is the batch size."),
		waiting:      desc("queue_drafts", "Drafts that wait for the sequencer."),
		refusals:     desc("refusals_total", "Drafts refused.", "code"),
		callsWaiting: desc("calls_waiting", "Calls to the app's server that wait to be made."),
		callsDead:    desc("calls_dead", "Calls to the app's server that were put aside after six attempts."),
	}
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.sessions, c.lag, c.events, c.live, c.duplicates, c.batches, c.waiting, c.refusals, c.callsWaiting, c.callsDead} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(ch chan<- prometheus.Metric) {
	r := c.read()
	gauge := func(d *prometheus.Desc, v int, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(v), labels...)
	}
	count := func(d *prometheus.Desc, v uint64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v), labels...)
	}
	for protocol, n := range r.Sessions {
		gauge(c.sessions, n, protocol)
	}
	gauge(c.lag, r.Lag)
	gauge(c.waiting, r.Waiting)
	gauge(c.callsWaiting, r.CallsWaiting)
	gauge(c.callsDead, r.CallsDead)
	count(c.events, r.Committed)
	count(c.live, r.Live)
	count(c.duplicates, r.Duplicates)
	count(c.batches, r.Batches)
	for _, code := range chat.Codes() {
		count(c.refusals, r.Refused[code], code.String()) // zeros, too: a rate needs a beginning
	}
}

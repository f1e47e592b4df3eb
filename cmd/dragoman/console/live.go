package console

import (
	"net/http"
	"slices"
	"sync"
	"time"

	"dragoman/bridge/chat"
	"dragoman/internal/metrics"
)

const (
	// pulseEvery is how often the numbers are read while somebody looks.
	pulseEvery = time.Second
	// pulsesKept is how much of the past somebody sees who comes later.
	pulsesKept = 300
	// sessionsEvery is how often the list of sessions is read anew while somebody looks.
	sessionsEvery = 2 * time.Second
	// maxWatchers bounds the live streams; each costs a reading a second.
	maxWatchers = 32
)

// Pulse is the gateway's numbers at one moment. What counts up counts from the start.
type Pulse struct {
	Time       int64                    `json:"time"` // ms
	Sessions   map[string]int           `json:"sessions"`
	Committed  uint64                   `json:"committed"`
	Live       uint64                   `json:"live"`
	Duplicates uint64                   `json:"duplicates"`
	Batches    uint64                   `json:"batches"`
	Waiting    int                      `json:"waiting"`
	Lag        int                      `json:"lag"`
	Refused    map[string]uint64        `json:"refused"`
	Requests   map[string]uint64        `json:"requests"`
	Stages     map[string]metrics.Stage `json:"stages"`
}

// pulses is the latest numbers, read by whoever looks first in a second.
type pulses struct {
	mu    sync.Mutex
	kept  []Pulse
	deeds map[chan Deed]bool
}

func newPulses() *pulses { return &pulses{deeds: map[chan Deed]bool{}} }

// tellDeed tells the live streams. One that does not read misses it, and reads the log again by itself.
func (p *pulses) tellDeed(d Deed) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for ch := range p.deeds {
		select {
		case ch <- d:
		default:
		}
	}
}

// watch enters a live stream; nil: there are too many.
func (p *pulses) watch() chan Deed {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.deeds) >= maxWatchers {
		return nil
	}
	ch := make(chan Deed, 16)
	p.deeds[ch] = true
	return ch
}

func (p *pulses) leave(ch chan Deed) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.deeds, ch)
}

// now returns the numbers, at most pulseEvery old.
func (c *Console) now() Pulse {
	t := c.host.Now()
	c.pulses.mu.Lock()
	if n := len(c.pulses.kept); n > 0 && t.UnixMilli()-c.pulses.kept[n-1].Time < pulseEvery.Milliseconds()/2 {
		defer c.pulses.mu.Unlock()
		return c.pulses.kept[n-1]
	}
	c.pulses.mu.Unlock()
	p := c.read(t)
	c.pulses.mu.Lock()
	defer c.pulses.mu.Unlock()
	c.pulses.kept = append(c.pulses.kept, p)
	if n := len(c.pulses.kept); n > pulsesKept {
		c.pulses.kept = slices.Clone(c.pulses.kept[n-pulsesKept:])
	}
	return p
}

func (c *Console) read(t time.Time) Pulse {
	counts := c.host.Router.Counts()
	p := Pulse{Time: t.UnixMilli(), Sessions: map[string]int{}, Committed: counts.Committed, Live: counts.Live, Duplicates: counts.Duplicates,
		Batches: counts.Batches, Waiting: counts.Waiting, Refused: map[string]uint64{}, Requests: c.opts.Requests(), Stages: c.opts.Stages()}
	for _, front := range c.host.Fronts {
		p.Sessions[front.Name] = 0
	}
	for _, s := range c.host.Router.Sessions("") {
		p.Sessions[s.Protocol]++
		p.Lag += s.Lag
	}
	for _, code := range chat.Codes() {
		if n := counts.Refused[code]; n > 0 {
			p.Refused[code.String()] = n
		}
	}
	return p
}

// past returns the numbers of the last minutes.
func (c *Console) past() []Pulse {
	c.pulses.mu.Lock()
	defer c.pulses.mu.Unlock()
	return slices.Clone(c.pulses.kept)
}

// live streams the numbers, the sessions and the deeds, as they change.
func (c *Console) live(w http.ResponseWriter, r *http.Request, o Operator) {
	deeds := c.pulses.watch()
	if deeds == nil {
		answer(w, nil, chat.Refuse(chat.TooMany, "too many consoles are open"))
		return
	}
	defer c.pulses.leave(deeds)
	head := w.Header()
	head.Set("Content-Type", "text/event-stream")
	head.Set("Cache-Control", "no-store")
	pulse, sessions := time.NewTicker(pulseEvery), time.NewTicker(sessionsEvery)
	defer pulse.Stop()
	defer sessions.Stop()
	err := event(w, "past", c.past())
	for err == nil {
		select {
		case <-pulse.C:
			if !c.host.Now().Before(o.Expires) {
				return // the next stream is refused, and the page asks for a token
			}
			err = event(w, "pulse", c.now())
		case <-sessions.C:
			err = event(w, "sessions", c.sessionList())
		case d := <-deeds:
			err = event(w, "deed", d)
		case <-c.done:
			return
		case <-r.Context().Done():
			return
		}
	}
}

// Package trace keeps the frames that the latest messages came in, so that an operator, or a visitor of the demo page, can
// see what the client really wrote. It holds contents, in memory alone: nothing of it is logged, and nothing is kept but
// while somebody who may look is looking.
//
// # Concurrency
//
// Every method may be called from any goroutine. A nil *Ring is one that is switched off.
package trace

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"dragoman/bridge/chat"
)

// maxFrame bounds what is kept of one frame: enough to read, and 1,024 of them stay below 16 MiB.
const maxFrame = 16 << 10

// Original is the frame in which a message came.
type Original struct {
	Protocol string
	Frame    []byte // cut off after 16 KiB
	Length   int    // of the frame as it came
}

// Ring keeps the latest originals, while it is told to.
type Ring struct {
	until atomic.Int64 // Unix nanoseconds; 0: nobody looks

	mu     sync.Mutex
	frames map[chat.EventID]Original
	order  []chat.EventID // oldest at next
	next   int
}

// New returns a ring of the latest n originals.
func New(n int) *Ring {
	return &Ring{frames: make(map[chat.EventID]Original, n), order: make([]chat.EventID, n)}
}

// KeepUntil has the ring keep what comes until then; an earlier time than it knows changes nothing. What it holds goes
// with the first message that comes later.
func (r *Ring) KeepUntil(t time.Time) {
	for {
		known := r.until.Load()
		if t.UnixNano() <= known || r.until.CompareAndSwap(known, t.UnixNano()) {
			return
		}
	}
}

// isKept reports whether somebody looks; else it forgets what it holds.
func (r *Ring) isKept() bool {
	until := r.until.Load()
	if until == 0 {
		return false
	}
	if time.Now().UnixNano() <= until {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.frames)
	clear(r.order)
	r.until.CompareAndSwap(until, 0)
	return false
}

// Note keeps a copy of the frame that asked for the event. The frame is not even asked for while nobody looks.
func (r *Ring) Note(id chat.EventID, protocol string, frame func() []byte) {
	if r == nil || !r.isKept() {
		return
	}
	data := frame()
	o := Original{protocol, slices.Clone(data[:min(len(data), maxFrame)]), len(data)}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, again := r.frames[id]; again {
		return // a retry; the first frame made it happen
	}
	delete(r.frames, r.order[r.next])
	r.order[r.next] = id
	r.next = (r.next + 1) % len(r.order)
	r.frames[id] = o
}

// Original returns the frame that asked for the event, if it is still there.
func (r *Ring) Original(id chat.EventID) (Original, bool) {
	if r == nil || !r.isKept() {
		return Original{}, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	o, ok := r.frames[id]
	return o, ok
}

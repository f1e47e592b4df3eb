package xmpp

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"mellium.im/xmpp/stream"

	"dragoman/bridge/chat"
	"dragoman/protocols/xmpp/xmppwire"
)

const (
	// softQueue is how many stanzas may wait before the feed and the client's own requests wait too.
	softQueue = 256
	// hardQueue is how many may wait in all, answers and what other sessions have for this one included. A client that has
	// so much to read and does not is disconnected.
	hardQueue = 8192
	// softUnacked is how many may be unacknowledged before the feed waits.
	softUnacked = 1000
	// maxUnacked is how many stanzas are kept for a client that acknowledges none, before the session is given up
	// [XEP-0198 §8]. Echoes of what a client sends come on top of what the feed holds back for it, so a client that sends
	// thousands in one go before it reads stays below.
	maxUnacked = 8000
	// writeBatch is how many stanzas are encoded at a time.
	writeBatch = 64
)

// item is one thing to write: a stanza, or an element of the stream's own (a nonza), which is not counted.
type item struct {
	stanza xmppwire.Stanza
	nonza  *xmppwire.Element
	manage bool       // stanzas behind this nonza are counted
	place  chat.Place // all up to here is with the client once this is; zero: says nothing
}

// errOverflow ends a session that does not read.
var errOverflow = fmt.Errorf("too much waits for this client: %w", stream.ResourceConstraint)

// queue is what waits for a client, and what was written and is not acknowledged.
type queue struct {
	mu      sync.Mutex
	items   []item
	wake    chan struct{} // for the writer
	room    chan struct{} // closed, and made anew, when there may be room
	waiting int           // how many wait for that
	hard    int           // how many may wait
	failed  error         // why nothing more is taken
	writing int           // items that the writer has in hand
	after   chat.Place    // with the client once those are

	// Stream management [XEP-0198].
	managed bool
	unacked []item
	acked   uint32 // how many stanzas the client has acknowledged, modulo 2^32
	asked   bool   // an <r/> is out
	// uncounted is how many stanzas were written before anything was counted.
	uncounted int
}

func newQueue() *queue {
	return &queue{hard: hardQueue, wake: make(chan struct{}, 1), room: make(chan struct{})}
}

// put appends items. It never blocks; its error, when too much waits, is also the queue's end.
func (q *queue) put(items ...item) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.failed != nil {
		return q.failed
	}
	if len(q.items)+len(items) > q.hard || len(q.unacked) > maxUnacked {
		q.failed = errOverflow
		q.freed()
	} else {
		q.items = append(q.items, items...)
	}
	poke(q.wake)
	return q.failed
}

// mark says that all up to place needs no stanza, or is in what was put before. done: nothing waits, so it is with the
// client at once.
func (q *queue) mark(place chat.Place) (done bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if n := len(q.items); n > 0 {
		q.items[n-1].place = place
		return false
	}
	if n := len(q.unacked); n > 0 {
		q.unacked[n-1].place = place
		return false
	}
	if q.writing > 0 {
		q.after = place
	}
	return q.writing == 0
}

// take moves up to writeBatch items to the writer, waiting for one. It returns nil when the queue has failed or ctx ends.
func (q *queue) take(ctx context.Context) ([]item, error) {
	for {
		q.mu.Lock()
		if q.failed != nil {
			q.mu.Unlock()
			return nil, q.failed
		}
		if n := min(len(q.items), writeBatch); n > 0 {
			batch := append([]item(nil), q.items[:n]...)
			q.items = append(q.items[:0:0], q.items[n:]...)
			q.writing = n
			for _, it := range batch {
				q.managed = q.managed || it.manage
				switch {
				case it.nonza != nil:
				case q.managed:
					q.unacked = append(q.unacked, it)
				default:
					q.uncounted++
				}
			}
			q.freed()
			q.mu.Unlock()
			return batch, nil
		}
		q.mu.Unlock()
		select {
		case <-q.wake:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// wrote says that the batch is on its way, and returns up to where the client has everything: zero where only it can tell.
func (q *queue) wrote(batch []item) chat.Place {
	q.mu.Lock()
	defer q.mu.Unlock()
	after := q.after
	q.writing, q.after = 0, chat.Place{}
	switch {
	case q.managed && len(q.unacked) > 0:
		if !after.IsZero() {
			q.unacked[len(q.unacked)-1].place = after
		}
		return chat.Place{}
	case !after.IsZero():
		return after
	}
	return lastPlace(batch)
}

func lastPlace(items []item) chat.Place {
	for i := len(items) - 1; i >= 0; i-- {
		if !items[i].place.IsZero() {
			return items[i].place
		}
	}
	return chat.Place{}
}

// waitRoom waits until no more than softQueue items wait. The client's own requests do.
func (q *queue) waitRoom(ctx context.Context) error {
	return q.await(ctx, func() bool { return len(q.items) <= softQueue })
}

// waitAcked waits, besides, until the client has acknowledged enough: the feed goes on at the pace at which it reads. The
// requests must not wait for that, for acknowledgements come among them.
func (q *queue) waitAcked(ctx context.Context) error {
	return q.await(ctx, func() bool { return len(q.items) <= softQueue && len(q.unacked) <= softUnacked })
}

// await waits until fits, which is asked with the lock held.
func (q *queue) await(ctx context.Context, fits func() bool) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.failed == nil && !fits() {
		room := q.room
		q.waiting++
		q.mu.Unlock()
		var ended error
		select {
		case <-room:
		case <-ctx.Done():
			ended = context.Cause(ctx)
		}
		q.mu.Lock()
		q.waiting--
		if ended != nil {
			return ended
		}
	}
	return q.failed
}

// freed wakes all who wait for room. The lock is held.
func (q *queue) freed() {
	if q.waiting > 0 {
		close(q.room)
		q.room = make(chan struct{})
	}
}

// fail makes put and take return err from now on.
func (q *queue) fail(err error) {
	q.mu.Lock()
	if q.failed == nil {
		q.failed = err
	}
	q.freed()
	q.mu.Unlock()
	poke(q.wake)
}

// errAck is an acknowledgement of what was never sent [XEP-0198 §4].
var errAck = errors.New("the client acknowledges more than was sent")

// ack drops what the client has: h stanzas in all. It returns up to where it has everything, zero for nothing new.
func (q *queue) ack(h uint32) (chat.Place, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.asked = false
	n := int32(h - q.acked) // modulo 2^32, as the counter is
	switch {
	case n < 0:
		// COMPAT(@xmpp/client 0.14): says 0 on closing; nothing that was acknowledged is taken back.
		return chat.Place{}, nil
	case int(n) > len(q.unacked) && int(n) <= len(q.unacked)+q.uncounted:
		// COMPAT(@xmpp/client 0.14): still counts what came before <enabled/> when it answers an <r/> right behind it.
		n = int32(len(q.unacked))
	}
	if int(n) > len(q.unacked) {
		return chat.Place{}, errAck
	}
	place := lastPlace(q.unacked[:n])
	q.unacked = append(q.unacked[:0:0], q.unacked[n:]...)
	q.acked += uint32(n)
	if len(q.unacked) > softUnacked {
		// The feed still waits, so nothing that is written would ask again.
		q.asked = true
		q.items = append(q.items, item{nonza: xmppwire.New(nsSM, "r")})
		poke(q.wake)
	}
	q.freed()
	return place, nil
}

// sent returns how many stanzas the client was sent, and how many it has acknowledged.
func (q *queue) sent() (sent, acked uint32) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.acked + uint32(len(q.unacked)), q.acked
}

// shouldAsk reports whether to ask for an acknowledgement now: when none is awaited and there is something to acknowledge.
func (q *queue) shouldAsk() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.managed || q.asked || len(q.unacked) == 0 {
		return false
	}
	q.asked = true
	return true
}

// rewind puts what was not acknowledged in front, for a new connection.
func (q *queue) rewind() {
	q.mu.Lock()
	defer q.mu.Unlock()
	stanzas := q.items[:0:0]
	stanzas = append(stanzas, q.unacked...)
	for _, it := range q.items {
		if it.nonza == nil {
			stanzas = append(stanzas, it)
		}
	}
	q.items, q.unacked, q.asked, q.writing = stanzas, nil, false, 0
	q.freed()
	poke(q.wake)
}

// drain takes out what waits to be written.
func (q *queue) drain() []item {
	q.mu.Lock()
	defer q.mu.Unlock()
	items := q.items
	q.items = nil
	q.freed()
	return items
}

func (q *queue) isManaged() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.managed
}

// rest takes out all stanzas that the client does not have, for whoever finds another way to bring them.
func (q *queue) rest() []xmppwire.Stanza {
	q.mu.Lock()
	defer q.mu.Unlock()
	var out []xmppwire.Stanza
	for _, it := range append(q.unacked, q.items...) {
		if it.nonza == nil {
			out = append(out, it.stanza)
		}
	}
	q.items, q.unacked = nil, nil
	q.freed()
	return out
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // already awake
	}
}

package bridge

import (
	"context"
	"sync"
	"time"

	"dragoman/bridge/chat"
)

const (
	// maxLive bounds what waits in memory for one session. One more, and the feed forgets what the log can tell again.
	maxLive = 512
	// maxPending bounds what one conversation of a pulling reader keeps in memory, likewise.
	maxPending = 256
	// pageSize is how much of the log a feed reads at a time while it catches up.
	pageSize = 64
)

// limits are those above; tests live with smaller ones.
type limits struct{ live, pending, page int }

// From says where a feed begins.
type From struct {
	kind   fromKind
	cursor chat.Cursor
}

type fromKind uint8

const (
	fromCursor fromKind = iota
	fromNow
	fromAt
)

// FromCursor begins where the device, or the user's furthest device, has acknowledged; it is the zero value.
func FromCursor() From { return From{} }

// FromNow begins with what happens next.
func FromNow() From { return From{kind: fromNow} }

// FromAt begins after c, which the client gave back.
func FromAt(c chat.Cursor) From { return From{kind: fromAt, cursor: c} }

// Feed yields, in log order, everything one session must see. Offering never blocks: a feed whose reader is slow, away or
// new has a gap, and reads on from the log until it is level.
type Feed struct {
	router *Router
	actor  Actor
	reader chat.Reader
	opened time.Time
	wake   chan struct{}
	rooms  map[chat.Conv]string // entered, and the nick there; hub.mu guards it

	mu       sync.Mutex
	live     []*Delivery // in dispatch order; with gap set, only what the log cannot tell again
	gap      bool
	offered  int64 // the newest place offered, gap or not
	pos      int64 // the newest place that Next has passed
	page     []*Delivery
	ended    error
	busy     bool // the reader has a delivery in hand
	lost     int  // live deliveries dropped because the reader was too slow
	presence chat.Presence
	pulls    *pulls // of a reader that pulls; nil: he does not

	handed   *Delivery // what Next returned last, where somebody watches; of the reading goroutine alone
	handedAt time.Time
}

func (f *Feed) offer(d *Delivery) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ended != nil {
		return
	}
	live := d.isLive()
	if !live && d.Event.Place.Pos > f.offered {
		f.offered = d.Event.Place.Pos
	}
	switch {
	case f.gap && !live:
		// The log will tell it.
	case len(f.live) < f.router.limits.live:
		f.live = append(f.live, d)
	case live:
		f.lost++
	default:
		f.gap = true
		kept := f.live[:0]
		for _, waiting := range f.live {
			if waiting.isLive() {
				kept = append(kept, waiting)
			}
		}
		clear(f.live[len(kept):])
		f.live = kept
	}
	select {
	case f.wake <- struct{}{}:
	default: // already awake
	}
}

// Next returns the next delivery, waiting for it. Its error is ctx's, the log's, or a *Cause after Router.End or Close.
func (f *Feed) Next(ctx context.Context) (*Delivery, error) {
	f.tellWritten()
	for {
		d, behind, err := f.take()
		if d != nil {
			f.tellHanded(d)
		}
		if d != nil || err != nil {
			return d, err
		}
		if behind {
			if err := f.catchUp(ctx); err != nil {
				return nil, err
			}
			continue
		}
		select {
		case <-f.wake:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// take returns what is at hand: first the page being caught up on, then what came live. behind: the log must be asked.
func (f *Feed) take() (d *Delivery, behind bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ended != nil {
		return nil, false, f.ended
	}
	f.busy = true
	if len(f.page) > 0 {
		d, f.page = f.page[0], f.page[1:]
		f.pass(d)
		return d, false, nil
	}
	if f.gap {
		return nil, true, nil
	}
	for len(f.live) > 0 {
		d, f.live = f.live[0], f.live[1:]
		if d.isLive() {
			return d, false, nil
		}
		if d.Event.Place.Pos > f.pos {
			f.pass(d)
			return d, false, nil
		}
	}
	f.live, f.busy = nil, false
	return nil, false, nil
}

// pass notes, with f.mu held, that d is the reader's now.
func (f *Feed) pass(d *Delivery) {
	if p := d.Event.Place.Pos; p > f.pos {
		f.pos = p
	}
	switch {
	case f.pulls == nil || d.Event.Place.IsZero():
	case f.isOwn(d.Event):
		f.settle() // who has written it need not be told, on no device that comes later
	default:
		f.pulls.meet(d, f.router.limits.pending)
	}
}

func (f *Feed) isOwn(ev *chat.Event) bool {
	return ev.From == f.reader.User && ev.Device == f.reader.Device && ev.Source == f.actor.Source
}

// catchUp reads the next page of the log, or closes the gap when there is none.
func (f *Feed) catchUp(ctx context.Context) error {
	f.mu.Lock()
	after := f.pos
	f.mu.Unlock()
	records, cursor, err := f.router.log.Since(ctx, f.reader, chat.CursorAt(chat.Place{Pos: after}), f.router.limits.page)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range records {
		f.page = append(f.page, NewDelivery(r))
	}
	if len(records) > 0 {
		return nil // the cursor moves as Next hands them out
	}
	if p := cursor.Place().Pos; p > f.pos {
		f.pos = p
	}
	// What was offered meanwhile and lies beyond what the log has told is read in the next round.
	f.gap = f.offered > f.pos
	return nil
}

// IsLevel reports whether the reader has done with all that there is, and waits for more.
func (f *Feed) IsLevel() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return !f.busy && !f.gap && len(f.live) == 0 && len(f.page) == 0
}

// Rewind goes back, or on, to where the client says that it is.
func (f *Feed) Rewind(to chat.Cursor) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pos, f.page, f.gap = to.Place().Pos, nil, true
}

// Position returns the cursor behind the last delivery that Next returned: what a client acknowledges or resumes from.
func (f *Feed) Position() chat.Cursor {
	f.mu.Lock()
	defer f.mu.Unlock()
	return chat.CursorAt(chat.Place{Pos: f.pos})
}

// For returns whom, of those that this trunk speaks for, d is for.
func (f *Feed) For(d *Delivery) []chat.UserID {
	var whom []chat.UserID
	for _, u := range d.Audience {
		if trunk, _ := u.Trunk(); trunk != "" && trunk == f.reader.Trunk {
			whom = append(whom, u)
		}
	}
	return whom
}

// Actor returns who opened the feed.
func (f *Feed) Actor() Actor { return f.actor }

// Close ends the feed: its rooms are left, its device is told to be offline if it had said otherwise. Idempotent.
func (f *Feed) Close() { f.router.close(f, &Cause{Kind: Shutdown}) }

// end makes Next return err.
func (f *Feed) end(err error) (first bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ended != nil {
		return false
	}
	f.ended = err
	f.live, f.page = nil, nil
	select {
	case f.wake <- struct{}{}:
	default: // already awake
	}
	return true
}

// over returns why the feed has ended; nil: it has not.
func (f *Feed) over() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.ended
}

// say keeps what f's device says of itself; what the gateway says of an older session of the device counts only while this
// one has not spoken. open: the feed has not ended, so that close will say that it has gone.
func (f *Feed) say(b chat.Presence, source chat.Source) (open, outdated bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ended != nil {
		return false, false
	}
	if source == chat.System && f.presence.Show != chat.ShowOffline {
		return true, true
	}
	f.presence = b
	return true, false
}

func (f *Feed) session() Session {
	f.mu.Lock()
	defer f.mu.Unlock()
	return Session{Actor: f.actor, Since: f.opened, Presence: f.presence, Lag: len(f.live) + len(f.page)}
}

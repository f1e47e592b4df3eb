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

	mu       sync.Mutex
	live     []*Delivery // in dispatch order; with gap set, only what the log cannot tell again
	gap      bool
	offered  int64 // the newest place offered, gap or not
	pos      int64 // the newest place that Next has passed
	page     []*Delivery
	ended    error
	lost     int // live deliveries dropped because the reader was too slow
	presence chat.Presence
	pulls    map[chat.Conv]*pull // of a reader that pulls; nil: he does not
}

// pull is one conversation of a reader that takes his events conversation by conversation.
type pull struct {
	cursor  chat.Cursor
	behind  bool        // the log has something before pending
	pending []*Delivery // what came since, oldest first
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
	case len(f.live) < maxLive:
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
	for {
		d, behind, err := f.take()
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
	f.live = nil
	return nil, false, nil
}

// pass notes, with f.mu held, that d is the reader's now.
func (f *Feed) pass(d *Delivery) {
	if p := d.Event.Place.Pos; p > f.pos {
		f.pos = p
	}
	if f.pulls == nil || d.Event.Place.IsZero() || f.isOwn(d.Event) {
		return
	}
	p := f.pulls[d.Event.Conv]
	if p == nil {
		p = &pull{cursor: f.start()}
		f.pulls[d.Event.Conv] = p
	}
	switch {
	case p.behind, d.Event.Place.Pos <= p.cursor.Place().Pos: // the log tells it, or has told it
	case len(p.pending) >= maxPending:
		p.behind, p.pending = true, nil
	default:
		p.pending = append(p.pending, d)
	}
}

// start is the place just before what is being passed: a conversation met now has nothing older unacknowledged.
func (f *Feed) start() chat.Cursor { return chat.CursorAt(chat.Place{Pos: f.pos - 1}) }

func (f *Feed) isOwn(ev *chat.Event) bool {
	return ev.From == f.reader.User && ev.Device == f.reader.Device && ev.Source == f.actor.Source
}

// catchUp reads the next page of the log, or closes the gap when there is none.
func (f *Feed) catchUp(ctx context.Context) error {
	f.mu.Lock()
	after := f.pos
	f.mu.Unlock()
	records, cursor, err := f.router.log.Since(ctx, f.reader, chat.CursorAt(chat.Place{Pos: after}), pageSize)
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

// Position returns the cursor behind the last delivery that Next returned: what a client acknowledges or resumes from.
func (f *Feed) Position() chat.Cursor {
	f.mu.Lock()
	defer f.mu.Unlock()
	return chat.CursorAt(chat.Place{Pos: f.pos})
}

// Queues returns the conversations with something unacknowledged, and how much, oldest first. The first call makes the
// feed one that is pulled from: from then on Next is only told what has come, and Pull hands it out.
func (f *Feed) Queues(ctx context.Context) ([]chat.Queue, error) {
	f.mu.Lock()
	if f.pulls == nil {
		f.pulls = map[chat.Conv]*pull{}
	}
	f.mu.Unlock()
	f.router.flushCursors(ctx) // the log counts from the saved cursors
	queues, err := f.router.log.Queues(ctx, f.reader)
	if err != nil {
		return nil, err
	}
	start, err := f.router.log.Cursor(ctx, f.reader)
	if err != nil {
		return nil, err
	}
	for _, q := range queues {
		r := f.reader
		r.Conv = q.Conv
		at, err := f.router.log.Cursor(ctx, r)
		if err != nil {
			return nil, err
		}
		f.mu.Lock()
		p := f.pulls[q.Conv]
		if p == nil {
			p = &pull{cursor: later(at, start)}
			f.pulls[q.Conv] = p
		}
		p.behind, p.pending = true, nil
		f.mu.Unlock()
	}
	return queues, nil
}

func later(a, b chat.Cursor) chat.Cursor {
	if a.Place().Pos < b.Place().Pos {
		return b
	}
	return a
}

// Pull returns the next page of one conversation, after what was acknowledged there: at most limit, none when it is level.
func (f *Feed) Pull(ctx context.Context, c chat.Conv, limit int) ([]*Delivery, error) {
	f.mu.Lock()
	p := f.pulls[c]
	if p == nil {
		f.mu.Unlock()
		return nil, nil
	}
	if !p.behind {
		page := append([]*Delivery(nil), p.pending[:min(limit, len(p.pending))]...)
		f.mu.Unlock()
		return page, nil
	}
	r, cursor := f.reader, p.cursor
	f.mu.Unlock()

	r.Conv = c
	var page []*Delivery
	for {
		records, next, err := f.router.log.Since(ctx, r, cursor, limit)
		if err != nil {
			return nil, err
		}
		for _, rec := range records {
			if !f.isOwn(rec.Event) {
				page = append(page, NewDelivery(rec))
			}
		}
		if len(page) > 0 {
			return page, nil
		}
		if len(records) == 0 && f.level(c, next) {
			return nil, nil
		}
		cursor = next
	}
}

// level notes that the log has told all of c up to at. It reports whether that covers all that Next has passed: while
// behind, pass drops what it meets, so otherwise the log must be asked once more.
func (f *Feed) level(c chat.Conv, at chat.Cursor) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.pulls[c]
	if p == nil {
		return true
	}
	p.cursor = later(p.cursor, at)
	p.behind = f.pos > p.cursor.Place().Pos
	if p.behind {
		return false
	}
	f.settle()
	return true
}

// Ack says that everything up to through is with the client: of one conversation, or with the zero Conv of all. It is saved
// with the next batch within a second: a crash repeats, never loses.
func (f *Feed) Ack(c chat.Conv, through chat.Place) {
	cursor := chat.CursorAt(through)
	if c.IsZero() {
		f.router.moveCursor(f.reader, cursor)
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.pulls[c]
	if p == nil || through.Pos <= p.cursor.Place().Pos {
		return
	}
	p.cursor = cursor
	for len(p.pending) > 0 && p.pending[0].Event.Place.Pos <= through.Pos {
		p.pending = p.pending[1:]
	}
	r := f.reader
	r.Conv = c
	f.router.moveCursor(r, cursor)
	f.settle()
}

// settle moves the reader's own cursor up when every conversation is level, with f.mu held: one row then says it all. A
// conversation whose cursor has run ahead of Next stays, so that Next does not hand out again what was pulled.
func (f *Feed) settle() {
	for _, p := range f.pulls {
		if p.behind || len(p.pending) > 0 {
			return
		}
	}
	f.router.moveCursor(f.reader, chat.CursorAt(chat.Place{Pos: f.pos}))
	for c, p := range f.pulls {
		if p.cursor.Place().Pos <= f.pos {
			delete(f.pulls, c)
		}
	}
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

func (f *Feed) session() Session {
	f.mu.Lock()
	defer f.mu.Unlock()
	return Session{Actor: f.actor, Since: f.opened, Presence: f.presence, Lag: len(f.live) + len(f.page)}
}

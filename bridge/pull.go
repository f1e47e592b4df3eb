package bridge

import (
	"context"

	"dragoman/bridge/chat"
)

// pulls is what a reader that takes his events conversation by conversation has of each; Feed.mu guards it. A conversation
// that is not in it has nothing unacknowledged up to where Next has come.
type pulls struct {
	convs   map[chat.Conv]*pull
	listing int // calls of Queues under way: until they are over not all of convs is known, and nothing settles
	// listed is the end of the log when the conversations were last asked for: one that was not among them has nothing
	// unacknowledged up to there, whatever Next still comes by. Below 0: they have not been asked for yet.
	listed int64
}

// pull is one conversation of a reader that pulls.
type pull struct {
	cursor  int64       // everything up to this place is acknowledged
	unknown bool        // where that is only Queues can tell, which is under way
	behind  bool        // the log has something between cursor and what came since
	pending []*Delivery // what came since, oldest first; with behind none
}

// meet notes what Next has passed, with Feed.mu held; most is how much of one conversation stays in memory.
func (ps *pulls) meet(d *Delivery, most int) {
	pos := d.Event.Place.Pos
	p := ps.convs[d.Event.Conv]
	if p == nil {
		if pos <= ps.listed {
			return // acknowledged in an earlier session that had run ahead here
		}
		p = &pull{cursor: pos - 1, unknown: ps.listed < 0, behind: ps.listed < 0}
		ps.convs[d.Event.Conv] = p
	}
	switch {
	case p.behind, pos <= p.cursor: // the log tells it, or has told it
	case len(p.pending) >= most:
		p.behind, p.pending = true, nil
	default:
		p.pending = append(p.pending, d)
	}
}

// Queues returns the conversations with something unacknowledged, and how much, oldest first. The first call makes the
// feed one that is pulled from: from then on Next only tells what has come, and Pull hands it out.
func (f *Feed) Queues(ctx context.Context) ([]chat.Queue, error) {
	f.mu.Lock()
	if f.pulls == nil {
		f.pulls = &pulls{convs: map[chat.Conv]*pull{}, listed: -1}
	}
	f.pulls.listing++
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		f.pulls.listing--
		f.mu.Unlock()
	}()
	f.router.saveCursorsOf(ctx, f.reader.User) // the log counts from the saved cursors
	end, _, err := f.router.log.Last(ctx)
	if err != nil {
		return nil, err
	}
	queues, err := f.router.log.Queues(ctx, f.reader)
	if err != nil {
		return nil, err
	}
	cursors := make(map[chat.Conv]int64, len(queues))
	for _, q := range queues {
		r := f.reader
		r.Conv = q.Conv
		at, err := f.router.log.Cursor(ctx, r)
		if err != nil {
			return nil, err
		}
		cursors[q.Conv] = at.Place().Pos
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pulls.list(cursors, end.Pos)
	return queues, nil
}

// list takes over what the log has told, with Feed.mu held: where the conversations with something unacknowledged stand,
// and that up to end there are no others.
func (ps *pulls) list(cursors map[chat.Conv]int64, end int64) {
	for c, at := range cursors {
		p := ps.convs[c]
		if p == nil {
			p = &pull{unknown: true}
			ps.convs[c] = p
		}
		if p.unknown {
			p.cursor, p.unknown = at, false
		}
		p.behind, p.pending = true, nil
	}
	for _, p := range ps.convs {
		if p.unknown { // met while the log was asked, and not among those with anything older
			p.cursor, p.unknown = end, false
		}
	}
	ps.listed = max(ps.listed, end)
}

// Pull returns the next page of one conversation, after what was acknowledged there: at most limit, none when it is level.
func (f *Feed) Pull(ctx context.Context, c chat.Conv, limit int) ([]*Delivery, error) {
	f.mu.Lock()
	p := f.pull(c)
	if p == nil {
		f.mu.Unlock()
		return nil, nil
	}
	if !p.behind {
		page := append([]*Delivery(nil), p.pending[:min(limit, len(p.pending))]...)
		f.mu.Unlock()
		return page, nil
	}
	r, cursor := f.reader, chat.CursorAt(chat.Place{Pos: p.cursor})
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
		if len(records) == 0 && f.level(c, next.Place().Pos) {
			return nil, nil
		}
		cursor = next
	}
}

// pull returns what is known of c, with f.mu held; nil: nothing that could be pulled.
func (f *Feed) pull(c chat.Conv) *pull {
	if f.pulls == nil {
		return nil
	}
	if p := f.pulls.convs[c]; p != nil && !p.unknown {
		return p
	}
	return nil
}

// level notes that the log has told all of c up to at. It reports whether that covers all that Next has passed: while
// behind, meet drops what it is given, so otherwise the log must be asked once more.
func (f *Feed) level(c chat.Conv, at int64) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.pull(c)
	if p == nil {
		return true
	}
	p.cursor = max(p.cursor, at)
	p.behind = f.pos > p.cursor
	if p.behind {
		return false
	}
	f.settle()
	return true
}

// Ack says that everything up to through is with the client: of one conversation, or with the zero Conv of all. It is saved
// with the next batch within a second: a crash repeats, never loses.
func (f *Feed) Ack(c chat.Conv, through chat.Place) {
	if c.IsZero() {
		f.router.cursors.move(f.reader, chat.CursorAt(through))
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.pull(c)
	if p == nil || through.Pos <= p.cursor {
		return
	}
	p.cursor = through.Pos
	for len(p.pending) > 0 && p.pending[0].Event.Place.Pos <= through.Pos {
		p.pending = p.pending[1:]
	}
	r := f.reader
	r.Conv = c
	f.router.cursors.move(r, chat.CursorAt(through))
	f.settle()
}

// settle moves the reader's own cursor up when every conversation is level, with f.mu held: one row then says it all. A
// conversation whose cursor has run ahead of Next stays, so that Next does not hand out again what was pulled.
func (f *Feed) settle() {
	if f.pulls.listing > 0 {
		return
	}
	for _, p := range f.pulls.convs {
		if p.behind || len(p.pending) > 0 {
			return
		}
	}
	f.router.cursors.move(f.reader, chat.CursorAt(chat.Place{Pos: f.pos}))
	for c, p := range f.pulls.convs {
		if p.cursor <= f.pos {
			delete(f.pulls.convs, c)
		}
	}
}

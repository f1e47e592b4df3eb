package store

import (
	"context"
	"database/sql"
	"maps"
	"math"
	"slices"
	"sync"

	"dragoman/bridge/chat"
)

// Last implements bridge.Log.
func (s *Store) Last(ctx context.Context) (place chat.Place, id chat.EventID, err error) {
	err = s.read(ctx, func(l *link) error {
		_, err := l.row("SELECT pos, id FROM log ORDER BY pos DESC LIMIT 1", nil, &place.Pos, &id)
		return err
	})
	return place, id, err
}

// positions is how far a reader is: everywhere, and where he has run ahead, by cid.
type positions struct {
	known bool // he has a row
	all   int64
	convs map[int64]int64
}

// in is how far he is in one conversation.
func (p positions) in(cid int64) int64 { return max(p.all, p.convs[cid]) }

// readerKey is what readers keys one reader by, but for the conversation.
func (s *Store) readerKey(r chat.Reader) []any {
	return []any{s.names.uid(r.User), string(r.Device), r.Trunk, r.Outbox}
}

// positions reads how far r is. A new device is where the furthest of its user's devices is, conversation by conversation.
func (s *Store) positions(l *link, r chat.Reader) (positions, error) {
	p := positions{convs: map[int64]int64{}}
	var cid, pos int64
	take := func() {
		if cid == 0 {
			p.all = max(p.all, pos)
		} else {
			p.convs[cid] = max(p.convs[cid], pos)
		}
	}
	key := s.readerKey(r)
	if r.User != "" && key[0] == int64(0) {
		return p, nil // no event has named him
	}
	if begun, ok := s.begun.get(r); ok {
		return begun, nil
	}
	err := l.scan("SELECT cid, pos FROM readers WHERE uid = ? AND device = ? AND trunk = ? AND outbox = ?", key, []any{&cid, &pos}, func() {
		p.known = true
		take()
	})
	if err != nil || p.known || r.User == "" {
		return p, err
	}
	err = l.scan("SELECT cid, pos FROM readers WHERE uid = ? AND trunk = '' AND outbox = ''", key[:1], []any{&cid, &pos}, take)
	return p, err
}

// Cursor implements bridge.Log. What a new device begins with is kept for it, so that its user's other devices may move on.
func (s *Store) Cursor(ctx context.Context, r chat.Reader) (chat.Cursor, error) {
	var p positions
	var cid int64
	err := s.read(ctx, func(l *link) error {
		var err error
		if p, err = s.positions(l, r); err != nil {
			return err
		}
		cid, err = s.onlyConv(l, r.Conv)
		return err
	})
	if err != nil {
		return "", err
	}
	if !p.known && r.User != "" {
		s.begun.put(r, p)
	}
	pos := p.all
	if !r.Conv.IsZero() {
		pos = p.in(cid)
	}
	if pos == 0 {
		return "", nil
	}
	return chat.CursorAt(chat.Place{Pos: pos}), nil
}

// begun is where new devices began that have no row yet. They get one with the next cursors that are saved: a login waits
// for no commit.
type begun struct {
	mu   sync.Mutex
	from map[chat.Reader]positions
}

// device is r without a conversation.
func device(r chat.Reader) chat.Reader {
	r.Conv = chat.Conv{}
	return r
}

func (b *begun) get(r chat.Reader) (positions, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p, ok := b.from[device(r)]
	return p, ok
}

func (b *begun) put(r chat.Reader, p positions) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.from == nil {
		b.from = map[chat.Reader]positions{}
	}
	p.known = true
	if _, ok := b.from[device(r)]; !ok {
		b.from[device(r)] = p
	}
}

func (b *begun) all() map[chat.Reader]positions {
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(b.from)
}

func (b *begun) drop(saved map[chat.Reader]positions) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for r := range saved {
		delete(b.from, r)
	}
}

func (b *batch) saveBegun(r chat.Reader, p positions) error {
	if err := b.saveReader(r, 0, p.all); err != nil {
		return err
	}
	for cid, pos := range p.convs {
		if pos <= p.all {
			continue
		}
		if err := b.saveReader(r, cid, pos); err != nil {
			return err
		}
	}
	return nil
}

// SaveCursors implements bridge.Log.
func (s *Store) SaveCursors(_ context.Context, moved map[chat.Reader]chat.Cursor) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	begun := s.begun.all()
	if len(moved)+len(begun) == 0 {
		return nil
	}
	b := newBatch(s)
	err := s.write(func(l *link) error {
		for r, p := range begun {
			if err := b.saveBegun(r, p); err != nil {
				return err
			}
		}
		for r, at := range moved {
			cid, err := s.onlyConv(l, r.Conv)
			if err != nil {
				return err
			}
			if cid == 0 && !r.Conv.IsZero() {
				continue
			}
			if err := b.saveReader(r, cid, at.Place().Pos); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.drop()
		return err
	}
	s.begun.drop(begun)
	return nil
}

// saveReader moves a row forward. One that is everywhere past where it had run ahead needs no row for that any more.
func (b *batch) saveReader(r chat.Reader, cid, pos int64) error {
	if _, err := b.uid(r.User); err != nil {
		return err
	}
	key := b.s.readerKey(r)
	err := b.l.exec(`INSERT INTO readers (uid, device, trunk, outbox, cid, pos, seen) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (uid, device, trunk, outbox, cid) DO UPDATE SET pos = max(pos, excluded.pos), seen = excluded.seen`,
		append(slices.Clone(key), cid, pos, millis(b.s.opts.Now()))...)
	if err != nil || cid != 0 {
		return err
	}
	return b.l.exec(`DELETE FROM readers WHERE uid = ? AND device = ? AND trunk = ? AND outbox = ? AND cid > 0 AND pos <= ?`,
		append(slices.Clone(key), pos)...)
}

// Queues implements bridge.Log.
func (s *Store) Queues(ctx context.Context, r chat.Reader) (queues []chat.Queue, err error) {
	err = s.read(ctx, func(l *link) error {
		uid := s.names.uid(r.User)
		if uid == 0 {
			return nil
		}
		p, err := s.positions(l, r)
		if err != nil {
			return err
		}
		q := queueCount{s: s, l: l, uid: uid, device: string(r.Device), p: p, byConv: map[int64]*waiting{}}
		if err := q.count(); err != nil {
			return err
		}
		queues, err = q.sorted()
		return err
	})
	return queues, err
}

// waiting is what a reader has not acknowledged of one conversation.
type waiting struct{ cid, first, n int64 }

type queueCount struct {
	s      *Store
	l      *link
	uid    int64
	device string
	p      positions
	byConv map[int64]*waiting
}

func (q *queueCount) add(cid, first, n int64) {
	w := q.byConv[cid]
	if w == nil {
		w = &waiting{cid: cid, first: math.MaxInt64}
		q.byConv[cid] = w
	}
	w.first, w.n = min(w.first, first), w.n+n
}

func (q *queueCount) count() error {
	var first int64
	if found, err := q.l.row("SELECT id FROM log WHERE pos > ? ORDER BY pos LIMIT 1", []any{q.p.all}, &first); err != nil || !found {
		return err
	}
	err := q.l.each(`SELECT i.cid, i.id, i.pos FROM inbox i JOIN events e ON e.id = i.id
		WHERE i.uid = ?1 AND i.id >= ?2 AND i.pos > 0 AND NOT (e.uid = ?1 AND e.device = ?3) AND `+forDevice("?1", "?3")+`
		AND NOT EXISTS (SELECT 1 FROM hides h WHERE h.uid = ?1 AND h.cid = i.cid AND h.id = i.id)
		AND (e.seq = 0 OR NOT EXISTS (SELECT 1 FROM lines n WHERE n.uid = ?1 AND n.cid = i.cid AND n.hidden_to >= i.id))`,
		[]any{q.uid, first, q.device}, func(rows *sql.Rows) (bool, error) {
			var cid, id, pos int64
			if err := rows.Scan(&cid, &id, &pos); err != nil {
				return false, err
			}
			if pos > q.p.in(cid) {
				q.add(cid, id, 1)
			}
			return true, nil
		})
	if err != nil {
		return err
	}
	sources, err := q.s.sources(q.l, q.uid, first, 0)
	if err != nil {
		return err
	}
	for _, src := range sources {
		var n int64
		var from sql.NullInt64
		_, err := q.l.row(`SELECT count(*), min(t.id) FROM timeline t JOIN events e ON e.id = t.id
			WHERE t.cid = ?1 AND t.id >= ?2 AND t.id <= ?3 AND t.narrow = 0 AND t.pos > ?4
			AND NOT (e.uid = ?5 AND e.device = ?6) AND (e.to_device = '' OR e.to_device = ?6)
			AND NOT EXISTS (SELECT 1 FROM hides h WHERE h.uid = ?5 AND h.cid = t.cid AND h.id = t.id)
			AND (t.seq = 0 OR t.id > ?7)`,
			[]any{src.cid, max(src.from, first), src.to, q.p.in(src.cid), q.uid, q.device, src.hidden}, &n, &from)
		if err != nil {
			return err
		}
		if n > 0 {
			q.add(src.cid, from.Int64, n)
		}
	}
	return nil
}

func (q *queueCount) sorted() ([]chat.Queue, error) {
	all := make([]*waiting, 0, len(q.byConv))
	for _, w := range q.byConv {
		all = append(all, w)
	}
	slices.SortFunc(all, func(a, b *waiting) int { return compare(a.first, b.first) })
	queues := make([]chat.Queue, len(all))
	for i, w := range all {
		c, err := q.s.convName(q.l, w.cid)
		if err != nil {
			return nil, err
		}
		queues[i] = chat.Queue{Conv: c, Count: int(w.n)}
	}
	return queues, nil
}

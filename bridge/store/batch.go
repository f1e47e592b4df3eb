package store

import (
	"fmt"
	"time"

	"dragoman/bridge/chat"
)

// buffers gather the rows that every event makes, so that one statement writes many.
type buffers struct {
	events, log, timeline, inbox, claims, seqs buffer
	convs                                      buffer // written once, at the end
}

func newBuffers() buffers {
	return buffers{
		events: buffer{width: 20, head: `INSERT INTO events (id, cid, pos, seq, uid, device, source, kind, content, client, time, body,
			native, native_data, recipients, to_device, counts, counted, readers, at)`},
		log:      buffer{width: 2, head: "INSERT INTO log (pos, id)"},
		timeline: buffer{width: 5, head: "INSERT INTO timeline (cid, id, seq, pos, narrow)"},
		inbox:    buffer{width: 4, head: "INSERT OR IGNORE INTO inbox (uid, id, pos, cid)"},
		claims:   buffer{width: 4, head: "INSERT INTO claims (cid, hash, id, body)"},
		seqs:     buffer{width: 3, head: "INSERT INTO seqs (cid, seq, id)"},
		// Their rows are there: as an insertion that meets them, one statement brings many up to date.
		convs: buffer{width: 14, head: "INSERT INTO convs (" + convColumns + ")", tail: ` ON CONFLICT DO UPDATE SET last_id = excluded.last_id,
			last_pos = excluded.last_pos, moved = excluded.moved, seq = excluded.seq, counted = excluded.counted, own_a = excluded.own_a,
			own_b = excluded.own_b, pins = excluded.pins, imported = excluded.imported`},
	}
}

func (b *buffers) all() []*buffer {
	return []*buffer{&b.events, &b.log, &b.timeline, &b.inbox, &b.claims, &b.seqs}
}

func (b *buffers) drop() {
	for _, one := range append(b.all(), &b.convs) {
		one.args = one.args[:0]
	}
}

// flush writes what has been gathered, so that statements of the same batch find it.
func (b *batch) flush() error {
	for _, one := range b.s.buffers.all() {
		if len(one.args) == 0 {
			continue
		}
		if err := one.flush(b.l); err != nil {
			return err
		}
	}
	for key, n := range b.sent {
		if err := b.l.exec("UPDATE lines SET own = own + ? WHERE uid = ? AND cid = ?", n, key.uid, key.cid); err != nil {
			return err
		}
	}
	clear(b.sent)
	return nil
}

// claim is how a client's own id is found, claimed who has it and what was said.
type claim struct{ cid, hash int64 }

type claimed struct {
	id, body int64
	event    *chat.Event // of the same batch; nil: stored
}

// prefetch reads who has the client ids of records, in few statements.
func (b *batch) prefetch(records []chat.Record) error {
	var wanted []claim
	for _, rec := range records {
		ev := rec.Event
		if ev.ClientID == "" {
			continue
		}
		w, err := b.conv(ev.Conv)
		if err != nil {
			return err
		}
		if uid := b.s.names.uid(ev.From); w != nil && uid != 0 {
			wanted = append(wanted, claim{w.cid, claimHash(uid, ev.ClientID)})
		}
	}
	var found claim
	var one claimed
	take := func() { b.claims[found] = append(b.claims[found], one) }
	dest := []any{&found.cid, &found.hash, &one.id, &one.body}
	args := make([]any, 0, 2*len(claimStrides))
	for i, n := range claimStrides {
		for len(wanted) >= n {
			args = args[:0]
			for _, c := range wanted[:n] {
				args = append(args, c.cid, c.hash)
			}
			if err := b.l.scan(claimQueries[i], args, dest, take); err != nil {
				return err
			}
			wanted = wanted[n:]
		}
	}
	return nil
}

const (
	claimQuery16 = "WITH wanted (c, h) AS (VALUES (?,?),(?,?),(?,?),(?,?),(?,?),(?,?),(?,?),(?,?),(?,?),(?,?),(?,?),(?,?),(?,?),(?,?),(?,?),(?,?))" + claimsOfWanted
	claimQuery1  = "WITH wanted (c, h) AS (VALUES (?,?))" + claimsOfWanted
	// The distinct keeps a client id that stands twice in a batch from being found twice.
	claimsOfWanted = " SELECT DISTINCT cid, hash, id, body FROM wanted CROSS JOIN claims ON cid = c AND hash = h"
)

var (
	claimStrides = [...]int{16, 1}
	claimQueries = [...]string{claimQuery16, claimQuery1}
)

// duplicate refuses what its author has said before under the same id, and puts the stored event in its place. The same id
// for other words is another message: some clients count from 1 at each start.
func (b *batch) duplicate(st *step, said int64) error {
	ev := st.ev
	if ev.ClientID == "" || st.w == nil {
		return nil
	}
	oldest := int64(chat.NewEventID(b.s.opts.Now().Add(-b.s.opts.RetryWindow), 0, 0))
	for _, old := range b.claims[claim{st.w.cid, claimHash(b.s.names.uid(ev.From), ev.ClientID)}] {
		if old.body != said || (!st.imported && old.id < oldest) {
			continue
		}
		if old.event != nil {
			st.rec.Event = old.event
			return chat.ErrDuplicate
		}
		r, err := b.s.rowByID(b.l, old.id)
		if err != nil {
			return err
		}
		if r == nil { // a later one of its key has taken its place
			continue
		}
		stored, err := b.s.event(b.l, r)
		if err != nil {
			return err
		}
		st.rec.Event = stored
		return chat.ErrDuplicate
	}
	return nil
}

// store stamps an event and gathers its rows.
func (b *batch) store(st *step, kind string, body []byte, said int64) error {
	ev, w := st.ev, st.w
	ev.Place, ev.Seq, w.touched = chat.Place{}, 0, true
	if st.audience == nil {
		var err error
		if st.audience, err = b.audience(st); err != nil {
			return err
		}
	}
	recipients, err := b.address(st)
	if err != nil {
		return err
	}
	if !st.imported {
		b.lastPos++
		b.lastID = int64(ev.ID)
		ev.Place.Pos = b.lastPos
		b.s.buffers.log.add(b.lastPos, int64(ev.ID))
		if ev.To == nil {
			w.lastID, w.lastPos = int64(ev.ID), b.lastPos
		}
	}
	if ev.Keep() == chat.KeepHistory {
		if err := b.enter(st); err != nil {
			return err
		}
	}
	content := ""
	message, isMessage := ev.Body.(chat.Message)
	if isMessage {
		content = chat.ContentName(message.Content)
	}
	var exact any
	if !ev.Time.Equal(ev.ID.Time()) {
		exact = ev.Time.UnixNano()
	}
	b.s.buffers.events.add(int64(ev.ID), w.cid, ev.Place.Pos, int64(ev.Seq), st.from, string(ev.Device), int64(ev.Source), kind, content,
		ev.ClientID, exact, body, ev.Native.Protocol, ev.Native.Data, recipients, string(ev.ToDevice), flag(st.counts), w.counted,
		int64(readers(st, isMessage)), st.at)
	b.s.buffers.timeline.add(w.cid, int64(ev.ID), int64(ev.Seq), ev.Place.Pos, flag(ev.To != nil))
	if ev.ClientID != "" {
		key := claim{w.cid, claimHash(st.from, ev.ClientID)}
		b.s.buffers.claims.add(key.cid, key.hash, int64(ev.ID), said)
		b.claims[key] = append(b.claims[key], claimed{id: int64(ev.ID), body: said, event: ev})
	}
	if st.key != "" && !st.imported {
		return b.supersede(st)
	}
	return nil
}

// enter gives an event its place in history.
func (b *batch) enter(st *step) error {
	ev, w := st.ev, st.w
	if st.imported && !w.imported {
		// From now on places do not grow with ids here, so that they need an index.
		if err := b.flush(); err != nil {
			return err
		}
		if err := b.l.exec("INSERT INTO seqs (cid, seq, id) SELECT cid, seq, id FROM timeline WHERE cid = ? AND seq > 0", w.cid); err != nil {
			return err
		}
		w.imported = true
	}
	w.seq++
	ev.Seq = chat.Seq(w.seq)
	w.moved = max(w.moved, int64(ev.ID))
	if w.imported {
		b.s.buffers.seqs.add(w.cid, w.seq, int64(ev.ID))
	}
	if !st.counts {
		return nil
	}
	w.counted++
	if w.name.Kind == chat.KindPeer {
		w.own[w.side(st.from)]++
	} else {
		b.sent[lineKey{st.from, w.cid}]++
	}
	return nil
}

// address writes the inbox rows of an event with To and returns how its row holds To; nil without.
func (b *batch) address(st *step) ([]byte, error) {
	if st.ev.To == nil {
		return nil, nil
	}
	uids, err := b.uids(st.ev.To)
	if err != nil {
		return nil, err
	}
	pos := int64(0)
	if !st.imported {
		pos = b.lastPos + 1
	}
	for _, uid := range uids {
		b.s.buffers.inbox.add(uid, int64(st.ev.ID), pos, st.w.cid)
	}
	return packUIDs(uids), nil
}

// audience is who is told of an event, as its conversation stands after it.
func (b *batch) audience(st *step) ([]chat.UserID, error) {
	w := st.w
	switch {
	case st.ev.To != nil:
		return st.ev.To, nil
	case w.name.Kind == chat.KindPeer:
		return w.two, nil
	case w.name.Kind == chat.KindSelf:
		followers, _, err := b.s.loadFollowers(b.l, chat.UserID(w.name.ID))
		return followers, err
	case w.name.Kind == chat.KindRoom:
		return nil, nil // whoever has entered: the router knows
	}
	return w.roster.list, nil
}

// readers is how many a message reaches, but for its author.
func readers(st *step, isMessage bool) int {
	if !isMessage || st.ev.Seq == 0 {
		return 0
	}
	n := len(st.audience)
	for _, u := range st.audience {
		if u == st.ev.From {
			return n - 1
		}
	}
	return n
}

// tell fills in what those who are told need beside the event.
func (b *batch) tell(st *step) error {
	st.rec.Audience = st.audience
	if st.about == 0 {
		return nil
	}
	if err := b.flush(); err != nil {
		return err
	}
	found, err := b.s.entriesByID(b.l, []int64{st.about})
	if err != nil {
		return fmt.Errorf("entry %d: %w", st.about, err)
	}
	st.rec.About = shown(st.ev, found[st.about])
	return nil
}

func flag(on bool) int64 {
	if on {
		return 1
	}
	return 0
}

// now is when a step happened, for rows.
func (st *step) now() int64 { return millis(st.ev.Time.Truncate(time.Millisecond)) }

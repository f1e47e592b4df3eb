package store

import (
	"context"
	"errors"
	"fmt"

	"dragoman/bridge/chat"
)

// Append implements bridge.Log.
func (s *Store) Append(_ context.Context, records []chat.Record) ([]error, error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	b := newBatch(s)
	fates := make([]error, len(records))
	err := s.write(func(*link) error {
		if err := b.prefetch(records); err != nil {
			return err
		}
		for i := range records {
			err := b.add(&records[i])
			var refusal *chat.Error
			switch {
			case err == nil:
			case errors.As(err, &refusal), errors.Is(err, chat.ErrDuplicate):
				fates[i] = err
				s.counts.refused.Add(1)
			default:
				return fmt.Errorf("%s %d in %v: %w", chat.BodyName(records[i].Event.Body), records[i].Event.ID, records[i].Event.Conv, err)
			}
		}
		return b.finish()
	})
	if err != nil {
		b.drop()
		return nil, fmt.Errorf("append %d events: %w", len(records), err)
	}
	b.publish()
	s.counts.batches.Add(1)
	s.counts.appended.Add(int64(len(records)))
	return fates, nil
}

// batch is what one Append is doing. Nothing of it shows before the commit.
type batch struct {
	s       *Store
	l       *link
	convs   map[chat.Conv]*work
	fresh   []chat.UserID // users that it has given a number
	claims  map[claim][]claimed
	sent    map[lineKey]int64 // counted messages by author, not yet in lines
	moved   map[chat.UserID]struct{}
	lastPos int64
	lastID  int64
}

type lineKey struct{ uid, cid int64 }

// work is a conversation that a batch changes: a copy, of which lists and details are copied when first changed.
type work struct {
	*conv
	ownRoster, ownDetails bool
	touched               bool // an event of the batch is in it
}

// step is one record on its way.
type step struct {
	rec      *chat.Record
	ev       *chat.Event
	w        *work
	from     int64 // uid of the author
	imported bool
	at       int64 // where it lies in memberships
	counts   bool
	refilled bool          // the body is not what came
	about    int64         // the entry that it refers to
	key      string        // of what a KeepLatest event makes void; "": of nothing
	audience []chat.UserID // nil: those in the conversation, after it
}

func newBatch(s *Store) *batch {
	return &batch{s: s, l: s.writer, convs: map[chat.Conv]*work{}, claims: map[claim][]claimed{}, sent: map[lineKey]int64{},
		moved: map[chat.UserID]struct{}{}, lastPos: s.lastPos, lastID: s.lastID}
}

// add derives everything that one event changes, or refuses it and changes nothing.
func (b *batch) add(rec *chat.Record) error {
	ev := rec.Event
	st := &step{rec: rec, ev: ev, imported: ev.ID.Shard() >= chat.ImportShard, at: int64(ev.ID)}
	if ev.Keep() == chat.KeepNone {
		return chat.Refuse(chat.Invalid, "this is told live only")
	}
	var err error
	if st.w, err = b.place(ev); err != nil {
		return err
	}
	kind, body, err := chat.MarshalBody(ev.Body)
	if err != nil {
		return err
	}
	said := int64(fnv(fnv(fnvOffset, kind), body))
	if err := b.duplicate(st, said); err != nil {
		return err
	}
	if st.from, err = b.uid(ev.From); err != nil {
		return err
	}
	if err := b.stampID(st); err != nil {
		return err
	}
	if err := b.derive(st); err != nil {
		return err
	}
	if st.refilled {
		if _, body, err = chat.MarshalBody(ev.Body); err != nil {
			return err
		}
	}
	if err := b.store(st, kind, body, said); err != nil {
		return err
	}
	return b.tell(st)
}

// stampID checks that a live id is after all others, and moves that of an import to the next free one.
func (b *batch) stampID(st *step) error {
	if !st.imported {
		if int64(st.ev.ID) <= b.lastID {
			return fmt.Errorf("the id is not after %d", b.lastID)
		}
		return nil
	}
	st.at = b.lastID
	if err := b.flush(); err != nil {
		return err
	}
	const taken = "SELECT 1 FROM events WHERE id = ?"
	for {
		var one int
		found, err := b.l.row(taken, []any{int64(st.ev.ID)}, &one)
		if err != nil || !found {
			return err
		}
		if st.ev.ID++; st.ev.ID.Shard() < chat.ImportShard {
			st.ev.ID = chat.NewEventID(st.ev.ID.Time(), chat.ImportShard, 0)
		}
	}
}

func (b *batch) derive(st *step) error {
	switch body := st.ev.Body.(type) {
	case chat.Message:
		return b.message(st, body)
	case chat.Edit:
		return b.edit(st, body)
	case chat.Recall:
		return b.recall(st, body)
	case chat.Receipt:
		return b.receipt(st, body)
	case chat.Reaction:
		return b.reaction(st, body)
	case chat.Pin:
		return b.pin(st, body)
	case chat.Membership:
		return b.membership(st, body)
	case chat.Profile:
		return b.profile(st, body)
	case chat.Rules:
		return b.rules(st, body)
	case chat.Lifecycle:
		return b.lifecycle(st, body)
	case chat.Attributes:
		return b.attributes(st, body)
	case chat.Presence:
		return b.presence(st, body)
	case chat.Contact:
		return b.contact(st, body)
	case chat.Block:
		return b.block(st, body)
	case chat.Watch:
		return b.watch(st, body)
	case chat.Setting:
		return b.setting(st, body)
	case chat.Hide:
		return b.hide(st, body)
	case chat.CallState:
		return b.call(st, body)
	case chat.Typing, chat.Relay: // told live only; add has refused them
	}
	return chat.Refuse(chat.Unsupported, "this cannot be stored")
}

// uid is the number of a user, given where he has none.
func (b *batch) uid(u chat.UserID) (int64, error) {
	uid, fresh, err := b.s.names.intern(b.l, u)
	if fresh {
		b.fresh = append(b.fresh, u)
	}
	return uid, err
}

func (b *batch) uids(users []chat.UserID) ([]int64, error) {
	uids := make([]int64, len(users))
	for i, u := range users {
		var err error
		if uids[i], err = b.uid(u); err != nil {
			return nil, err
		}
	}
	return uids, nil
}

// finish writes what has been gathered.
func (b *batch) finish() error {
	if err := b.flush(); err != nil {
		return err
	}
	for _, w := range b.convs {
		if !w.touched {
			continue
		}
		if w.details != nil && w.ownDetails {
			if err := b.putDetails(w); err != nil {
				return err
			}
		}
		b.s.buffers.convs.add(w.cid, int64(w.name.Kind), w.name.ID, w.a, w.b, w.lastID, w.lastPos, w.moved, w.seq, w.counted,
			w.own[0], w.own[1], int64(w.pins), flag(w.imported))
	}
	return b.s.buffers.convs.flush(b.l)
}

// publish shows readers what has been committed.
func (b *batch) publish() {
	b.s.lastPos, b.s.lastID = b.lastPos, b.lastID
	c := &b.s.cache
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epoch++
	for _, w := range b.convs {
		if !w.touched {
			continue
		}
		w.publishDetails()
		c.put(w.conv)
	}
	for u := range b.moved {
		delete(c.followers, u)
	}
}

// publishDetails gives details what every event moves.
func (w *work) publishDetails() {
	if w.details == nil {
		return
	}
	d := *w.details
	d.LastSeq, d.LastPlace, d.Said, d.Count = chat.Seq(w.seq), chat.Place{Pos: w.lastPos}, int(w.counted), len(w.roster.list)
	w.details = &d
}

// drop forgets what was not committed.
func (b *batch) drop() {
	b.s.names.forget(b.fresh)
	b.s.buffers.drop()
}

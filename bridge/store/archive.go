package store

import (
	"context"
	"math"
	"slices"
	"time"

	"dragoman/bridge/chat"
)

// ArchiveQuery narrows a page of an archive. Before and After are exclusive.
type ArchiveQuery struct {
	With          chat.UserID // of a user's own archive: the peer conversation with him alone
	Before, After chat.EventID
	Since, Until  time.Time // both included, to the millisecond; zero: no bound
	IDs           []chat.EventID
	Kinds         []string // names as of chat.BodyName; nil: all but what concerns one person alone
	Limit         int      // 0: 50; at most 1000; negative: none, for the count alone
	Last          bool     // the newest that match; false: the oldest
	Count         bool     // count is wanted; it costs a walk over all that matches
}

// matches reports whether events of that kind are wanted. What one person alone may know is in no archive: it is state, and
// there are questions for it.
func (q *ArchiveQuery) matches(r *row) bool {
	if q.Kinds != nil {
		return slices.Contains(q.Kinds, r.kind)
	}
	switch r.kind {
	case "setting", "hide", "block", "watch", "presence", "contact", "call":
		return false
	}
	return true
}

// Archive returns events as they happened, edits, recalls and reactions among them, oldest first; a recalled message has
// chat.Recalled for its content. The zero c stands for all of asker's peer conversations. complete says that nothing that
// matches lies beyond the page in the direction of paging; count is how many match in all, 0 unless q.Count.
// Where q.IDs names one that asker may not see or that is not there, it refuses with chat.NoMessage.
func (s *Store) Archive(ctx context.Context, asker chat.UserID, c chat.Conv, q ArchiveQuery) (page []chat.Record, complete bool, count int, err error) {
	complete = true
	err = s.read(ctx, func(l *link) error {
		a, err := s.archive(ctx, l, asker, c, q)
		if err != nil {
			return err
		}
		if q.IDs != nil {
			page, err = a.byIDs()
			return err
		}
		at := span{afterTime(q.Since, int64(q.After)), beforeTime(q.Until, int64(q.Before)), !q.Last}
		if q.Limit >= 0 {
			var ids []int64
			if ids, complete, err = a.page(at, limitOf(q.Limit)); err != nil {
				return err
			}
			if page, err = s.records(l, ids, asItHappened); err != nil {
				return err
			}
		}
		if q.Count {
			count, err = a.count(span{afterTime(q.Since, 0), beforeTime(q.Until, 0), true})
		}
		return err
	})
	return page, complete, count, err
}

// ArchiveEnds returns the first and the last event of the archive that Archive would page through; zero ids: it is empty.
func (s *Store) ArchiveEnds(ctx context.Context, asker chat.UserID, c chat.Conv) (first, last chat.EventID, err error) {
	err = s.read(ctx, func(l *link) error {
		a, err := s.archive(ctx, l, asker, c, ArchiveQuery{})
		if err != nil {
			return err
		}
		for i, end := range []*chat.EventID{&first, &last} {
			ids, _, err := a.page(span{0, math.MaxInt64, i == 0}, 1)
			if err != nil {
				return err
			}
			if len(ids) > 0 {
				*end = chat.EventID(ids[0])
			}
		}
		return nil
	})
	return first, last, err
}

// archive is one conversation, or all of a user's with one other.
type archive struct {
	s     *Store
	ctx   context.Context // of the one question that it lives for
	l     *link
	q     ArchiveQuery
	views []*view
}

func (s *Store) archive(ctx context.Context, l *link, asker chat.UserID, c chat.Conv, q ArchiveQuery) (*archive, error) {
	a := &archive{s: s, ctx: ctx, l: l, q: q}
	if c.IsZero() && q.With != "" {
		c = chat.Peer(asker, q.With)
	}
	if !c.IsZero() {
		w, err := s.askConv(l, asker, c)
		if w != nil {
			a.views = []*view{w}
		}
		return a, err
	}
	if asker == "" {
		return nil, chat.Refuse(chat.Invalid, "whose archive?")
	}
	uid := s.names.uid(asker)
	w := &view{}
	return a, l.scan(`SELECT c.cid, l.hidden_to, max(c.last_id, c.moved) FROM lines l JOIN convs c ON c.cid = l.cid
		WHERE l.uid = ? AND c.kind = 1 ORDER BY 3 DESC`, []any{uid}, []any{&w.cid, &w.hidden, &w.newest}, func() {
		a.views = append(a.views, &view{cid: w.cid, newest: w.newest, uid: uid, hidden: w.hidden, spans: []source{{cid: w.cid, to: math.MaxInt64}}})
	})
}

// page merges the first, or last, so many ids of all conversations, oldest first.
func (a *archive) page(at span, limit int) (ids []int64, complete bool, err error) {
	complete = true
	for _, w := range a.views {
		if at.forward && w.newest > 0 && w.newest <= at.after {
			continue
		}
		reach := at
		// What lies beyond a full page is wanted by nobody; one more tells whether there is more.
		if len(ids) > limit {
			if at.forward {
				reach.before = min(at.before, ids[limit]+1)
			} else {
				reach.after = max(at.after, ids[limit]-1)
			}
		}
		if !at.forward && w.newest > 0 && w.newest <= reach.after {
			continue
		}
		found, err := a.s.walkIDs(a.ctx, a.l, w, reach, limit+1, a.q.matches)
		if err != nil {
			return nil, false, err
		}
		ids = append(ids, found...)
		slices.SortFunc(ids, func(x, y int64) int {
			if at.forward {
				return compare(x, y)
			}
			return compare(y, x)
		})
		ids = ids[:min(len(ids), limit+1)]
	}
	if len(ids) > limit {
		ids, complete = ids[:limit], false
	}
	if !at.forward {
		slices.Reverse(ids)
	}
	return ids, complete, nil
}

func (a *archive) count(at span) (n int, err error) {
	for _, w := range a.views {
		ids, err := a.s.walkIDs(a.ctx, a.l, w, at, math.MaxInt, a.q.matches)
		if err != nil {
			return 0, err
		}
		n += len(ids)
	}
	return n, nil
}

// byIDs returns exactly the events that were named.
func (a *archive) byIDs() ([]chat.Record, error) {
	var ids []int64
	for _, id := range a.q.IDs {
		r, err := a.s.rowByID(a.l, int64(id))
		if err != nil {
			return nil, err
		}
		if r == nil || !a.q.matches(r) {
			return nil, errNoMessage
		}
		at := slices.IndexFunc(a.views, func(w *view) bool { return w.cid == r.cid })
		if at < 0 || !a.views[at].sees(r) {
			return nil, errNoMessage
		}
		if hidden, err := a.views[at].hasHidden(a.l, r.id); err != nil || hidden {
			return nil, errNoMessage
		}
		ids = append(ids, r.id)
	}
	slices.Sort(ids)
	return a.s.records(a.l, slices.Compact(ids), asItHappened)
}

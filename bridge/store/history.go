package store

import (
	"context"
	"database/sql"
	"math"
	"slices"
	"time"

	"dragoman/bridge/chat"
)

const (
	defaultPage = 50
	maxPage     = 1000
)

// HistoryQuery narrows a page of history. Before and After, BeforeSeq and AfterSeq are exclusive.
type HistoryQuery struct {
	Before, After       chat.EventID
	BeforeSeq, AfterSeq chat.Seq
	Since, Until        time.Time   // both included, to the millisecond; zero: no bound
	From                chat.UserID // "": whoever wrote
	Kinds               []string    // names as of chat.BodyName; nil: messages and tips
	Contents            []string    // of messages, names as of chat.ContentName; nil: all
	Limit               int         // 0: 50; at most 1000
	Forward             bool        // the oldest that match; false: the newest
}

// History returns a page of what was said and done in c, as it now stands, oldest first whichever way it pages; more says
// whether there is more in that direction. It answers nothing of what asker may not see: what was before he came or after he
// left, what went to others, what he has hidden. It refuses a stranger and who is banned.
func (s *Store) History(ctx context.Context, asker chat.UserID, c chat.Conv, q HistoryQuery) (page []chat.Entry, more bool, err error) {
	err = s.read(ctx, func(l *link) error {
		w, err := s.askConv(l, asker, c)
		if err != nil || w == nil {
			return err
		}
		wanted := q.matches(s)
		var rows []*row
		rows, more, err = s.walk(ctx, l, w, span{q.after(), q.before(), q.Forward}, limitOf(q.Limit), func(r *row) bool {
			return r.seq > 0 && (q.AfterSeq == 0 || r.seq > int64(q.AfterSeq)) && (q.BeforeSeq == 0 || r.seq < int64(q.BeforeSeq)) && wanted(r)
		})
		if err != nil {
			return err
		}
		page, err = s.entries(l, rows)
		return err
	})
	return page, more, err
}

func limitOf(limit int) int {
	if limit <= 0 {
		return defaultPage
	}
	return min(limit, maxPage)
}

func (q *HistoryQuery) after() int64 { return afterTime(q.Since, int64(q.After)) }

func (q *HistoryQuery) before() int64 { return beforeTime(q.Until, int64(q.Before)) }

// afterTime is the later of two lower bounds, beforeTime the earlier of two upper ones; both exclusive.
func afterTime(since time.Time, after int64) int64 {
	if since.IsZero() {
		return after
	}
	return max(after, int64(chat.NewEventID(since, 0, 0))-1)
}

func beforeTime(until time.Time, before int64) int64 {
	if before == 0 {
		before = math.MaxInt64
	}
	if until.IsZero() {
		return before
	}
	return min(before, int64(chat.NewEventID(until.Add(time.Millisecond), 0, 0)))
}

// matches is the rest of a query, on columns alone.
func (q *HistoryQuery) matches(s *Store) func(*row) bool {
	from := s.names.uid(q.From)
	return func(r *row) bool {
		return (q.From == "" || r.uid == from) && (q.Kinds == nil || slices.Contains(q.Kinds, r.kind)) &&
			(q.Contents == nil || slices.Contains(q.Contents, r.content))
	}
}

// span is where to walk: between two ids, both exclusive.
type span struct {
	after, before int64
	forward       bool
}

const (
	walkQuery = "SELECT " + eventColumns + ", " + entryColumns + ` FROM timeline t JOIN events e ON e.id = t.id LEFT JOIN entries x ON x.id = e.id
		WHERE t.cid = ?2 AND t.id > ?3 AND t.id < ?4` + unhidden + " ORDER BY t.id"
	walkBackQuery = walkQuery + " DESC"
)

// walk collects at most limit rows of a conversation that asker may see and that are wanted, oldest first; more says whether
// there are more on the way.
func (s *Store) walk(ctx context.Context, l *link, w *view, at span, limit int, wanted func(*row) bool) (rows []*row, more bool, err error) {
	query := walkBackQuery
	if at.forward {
		query = walkQuery
	}
	passed := 0
	err = s.eachRow(l, query, []any{w.uid, w.cid, max(at.after, w.from-1), at.before}, func(r *row) (bool, error) {
		if passed++; passed%256 == 0 && ctx.Err() != nil {
			return false, ctx.Err()
		}
		if !wanted(r) || !w.sees(r) {
			return true, nil
		}
		if len(rows) == limit {
			more = true
			return false, nil
		}
		rows = append(rows, r)
		return true, nil
	})
	if !at.forward {
		slices.Reverse(rows)
	}
	return rows, more, err
}

const (
	walkIDsQuery = `SELECT e.id, e.seq, e.kind, e.at, e.recipients FROM timeline t JOIN events e ON e.id = t.id
		WHERE t.cid = ?2 AND t.id > ?3 AND t.id < ?4` + unhidden + " ORDER BY t.id"
	walkIDsBackQuery = walkIDsQuery + " DESC"
)

// walkIDs is walk for ids alone, nearest first.
func (s *Store) walkIDs(ctx context.Context, l *link, w *view, at span, limit int, wanted func(*row) bool) (ids []int64, err error) {
	query := walkIDsBackQuery
	if at.forward {
		query = walkIDsQuery
	}
	passed := 0
	err = l.each(query, []any{w.uid, w.cid, max(at.after, w.from-1), at.before}, func(rows *sql.Rows) (bool, error) {
		if passed++; passed%256 == 0 && ctx.Err() != nil {
			return false, ctx.Err()
		}
		r := &row{}
		if err := rows.Scan(&r.id, &r.seq, &r.kind, &r.at, &r.recipients); err != nil {
			return false, err
		}
		if wanted(r) && w.sees(r) {
			ids = append(ids, r.id)
		}
		return len(ids) < limit, nil
	})
	return ids, err
}

// Entry returns the one entry of c that ref names by any of its ids; chat.NoMessage where there is none that asker may see.
func (s *Store) Entry(ctx context.Context, asker chat.UserID, c chat.Conv, ref chat.Ref) (chat.Entry, error) {
	entries, err := s.Entries(ctx, asker, c, []chat.Ref{ref})
	if err != nil {
		return chat.Entry{}, err
	}
	if len(entries) == 0 {
		return chat.Entry{}, errNoMessage
	}
	return entries[0], nil
}

// Entries returns those entries of c that refs name and asker may see, in the order of refs.
func (s *Store) Entries(ctx context.Context, asker chat.UserID, c chat.Conv, refs []chat.Ref) (entries []chat.Entry, err error) {
	err = s.read(ctx, func(l *link) error {
		w, err := s.askConv(l, asker, c)
		if err != nil || w == nil {
			return err
		}
		var rows []*row
		for _, ref := range refs {
			r, err := s.visibleRow(l, w, ref)
			if chat.ReasonOf(err) == chat.NoMessage {
				continue
			}
			if err != nil {
				return err
			}
			rows = append(rows, r)
		}
		entries, err = s.entries(l, rows)
		return err
	})
	return entries, err
}

// EntryByID returns the entry of that id and so its conversation, for callers that are given an id alone.
func (s *Store) EntryByID(ctx context.Context, asker chat.UserID, id chat.EventID) (entry chat.Entry, err error) {
	err = s.read(ctx, func(l *link) error {
		var cid int64
		found, err := l.row("SELECT cid FROM events WHERE id = ?", []any{int64(id)}, &cid)
		if err != nil {
			return err
		}
		if !found {
			return errNoMessage
		}
		v, err := s.convByID(l, cid)
		if err != nil {
			return err
		}
		e, err := s.visibleEntry(l, v, asker, chat.Ref{ID: id})
		if err == nil {
			entry = *e
		}
		return err
	})
	if chat.CodeOf(err) == chat.Forbidden {
		err = errNoMessage // who knows an id alone learns nothing from it
	}
	return entry, err
}

// Versions returns what a message said before each edit, oldest first, and its edits; none of a recalled one.
func (s *Store) Versions(ctx context.Context, asker chat.UserID, c chat.Conv, ref chat.Ref) (versions []chat.Event, err error) {
	err = s.read(ctx, func(l *link) error {
		w, err := s.askConv(l, asker, c)
		if err != nil || w == nil {
			return err
		}
		r, err := s.visibleRow(l, w, ref)
		if err != nil || r.recallID.Int64 != 0 {
			return err
		}
		ids := []int64{r.id}
		var id int64
		err = l.scan("SELECT id FROM edits WHERE target = ? ORDER BY id", []any{r.id}, []any{&id}, func() { ids = append(ids, id) })
		if err != nil {
			return err
		}
		records, err := s.records(l, ids, asItHappened)
		for _, record := range records {
			versions = append(versions, *record.Event)
		}
		return err
	})
	return versions, err
}

// Replies returns the entries that answer the message which ref names, oldest first, after the given id.
func (s *Store) Replies(ctx context.Context, asker chat.UserID, c chat.Conv, ref chat.Ref, after chat.EventID, limit int) (page []chat.Entry, more bool, err error) {
	err = s.read(ctx, func(l *link) error {
		w, err := s.askConv(l, asker, c)
		if err != nil || w == nil {
			return err
		}
		target, err := s.visibleRow(l, w, ref)
		if err != nil {
			return err
		}
		var rows []*row
		query := "SELECT " + eventColumns + ", " + entryColumns + ` FROM replies p JOIN timeline t ON t.cid = ?2 AND t.id = p.id
			JOIN events e ON e.id = t.id LEFT JOIN entries x ON x.id = e.id WHERE p.target = ?3 AND p.id > ?4` + unhidden + " ORDER BY p.id"
		err = s.eachRow(l, query, []any{w.uid, w.cid, target.id, int64(after)}, func(r *row) (bool, error) {
			if !w.sees(r) {
				return true, nil
			}
			if len(rows) == limitOf(limit) {
				more = true
				return false, nil
			}
			rows = append(rows, r)
			return true, nil
		})
		if err != nil {
			return err
		}
		page, err = s.entries(l, rows)
		return err
	})
	return page, more, err
}

// Pins returns the pinned entries of c, newest pin first.
func (s *Store) Pins(ctx context.Context, asker chat.UserID, c chat.Conv) (page []chat.Entry, err error) {
	err = s.read(ctx, func(l *link) error {
		w, err := s.askConv(l, asker, c)
		if err != nil || w == nil {
			return err
		}
		var rows []*row
		query := "SELECT " + eventColumns + ", " + entryColumns + ` FROM entries x JOIN events e ON e.id = x.id JOIN timeline t ON t.cid = x.cid AND t.id = x.id
			WHERE x.cid = ?2 AND x.pinned_by > 0` + unhidden + " ORDER BY x.pinned_at DESC, x.id DESC"
		err = s.eachRow(l, query, []any{w.uid, w.cid}, func(r *row) (bool, error) {
			if w.sees(r) {
				rows = append(rows, r)
			}
			return true, nil
		})
		if err != nil {
			return err
		}
		page, err = s.entries(l, rows)
		return err
	})
	return page, err
}

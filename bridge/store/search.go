package store

import (
	"context"
	"database/sql"
	"math"
	"slices"
	"strings"
	"time"

	"dragoman/bridge/chat"
)

// SearchQuery says what to look for. All words must be found; a word matches from its beginning, and in scripts without
// spaces any piece matches. A word of several words is found where they follow each other.
type SearchQuery struct {
	Words        []string
	AnyWord      bool            // one of the words is enough
	Conv         chat.Conv       // zero: everywhere
	Kinds        []chat.ConvKind // with Conv zero: in such conversations alone; nil: in all
	From         []chat.UserID   // nil: whoever wrote
	Contents     []string        // names as of chat.ContentName; nil: all
	Since, Until time.Time       // both included, to the millisecond
	Before       chat.EventID    // the last of the page before
	After        chat.EventID    // with Forward
	Forward      bool            // oldest first; false: newest first
	Limit        int             // 0: 50; at most 1000
}

// Search returns the messages that match and that asker may read, in the order of paging; more says that there are more.
// Without a word that can be looked for it finds nothing.
func (s *Store) Search(ctx context.Context, asker chat.UserID, q SearchQuery) (page []chat.Entry, more bool, err error) {
	expression := matchExpression(q.Words, q.AnyWord)
	if expression == "" {
		return nil, false, nil
	}
	if err := s.indexAll(ctx); err != nil {
		return nil, false, err
	}
	err = s.read(ctx, func(l *link) error {
		f := finder{s: s, l: l, asker: asker, q: q, from: s.uidsOf(q.From), views: map[int64]*view{}}
		in := ""
		if !q.Conv.IsZero() {
			w, err := s.askConv(l, asker, q.Conv)
			if err != nil || w == nil {
				return err
			}
			in = `conv : "` + convWord(w.cid) + `" AND `
			f.views[w.cid] = w
		}
		ids, found, err := f.find(ctx, in+"words : ("+expression+")")
		if err != nil {
			return err
		}
		more = found
		rows, err := s.rowsByID(l, ids)
		if err != nil {
			return err
		}
		ordered := make([]*row, len(ids))
		for i, id := range ids {
			ordered[i] = rows[id]
		}
		page, err = s.entries(l, ordered)
		return err
	})
	return page, more, err
}

// finder walks what the index finds and keeps what the asker may read.
type finder struct {
	s     *Store
	l     *link
	asker chat.UserID
	q     SearchQuery
	from  []int64
	views map[int64]*view // by cid; nil: he may not read it
}

func (f *finder) find(ctx context.Context, expression string) (ids []int64, more bool, err error) {
	query := "SELECT rowid FROM search WHERE search MATCH ? AND rowid > ? AND rowid < ? ORDER BY rowid DESC"
	if f.q.Forward {
		query = "SELECT rowid FROM search WHERE search MATCH ? AND rowid > ? AND rowid < ? ORDER BY rowid"
	}
	before := int64(f.q.Before)
	if before == 0 {
		before = math.MaxInt64
	}
	limit := limitOf(f.q.Limit)
	args := []any{expression, afterTime(f.q.Since, int64(f.q.After)), beforeTime(f.q.Until, before)}
	err = f.l.each(query, args, func(rows *sql.Rows) (bool, error) {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return false, err
		}
		if err := ctx.Err(); err != nil {
			return false, err
		}
		may, err := f.wants(id)
		if err != nil || !may {
			return true, err
		}
		if len(ids) == limit {
			more = true
			return false, nil
		}
		ids = append(ids, id)
		return true, nil
	})
	return ids, more, err
}

func (f *finder) wants(id int64) (bool, error) {
	r := &row{}
	found, err := f.l.row("SELECT id, cid, seq, uid, content, at, recipients FROM events WHERE id = ?", []any{id},
		&r.id, &r.cid, &r.seq, &r.uid, &r.content, &r.at, &r.recipients)
	if err != nil || !found {
		return false, err
	}
	if r.content == "recalled" || (f.q.Contents != nil && !slices.Contains(f.q.Contents, r.content)) ||
		(f.q.From != nil && !slices.Contains(f.from, r.uid)) {
		return false, nil
	}
	w, err := f.view(r.cid)
	if err != nil || w == nil || !w.sees(r) {
		return false, err
	}
	hidden, err := w.hasHidden(f.l, id)
	return !hidden, err
}

func (f *finder) view(cid int64) (*view, error) {
	if w, ok := f.views[cid]; ok {
		return w, nil
	}
	f.views[cid] = nil
	v, err := f.s.convByID(f.l, cid)
	if err != nil || (f.q.Kinds != nil && !slices.Contains(f.q.Kinds, v.name.Kind)) || !f.q.Conv.IsZero() {
		return nil, err
	}
	if v.name.Kind == chat.KindRoom && f.asker != "" {
		return nil, nil // a room is searched by who names it
	}
	w, err := f.s.view(f.l, v, f.asker)
	if chat.CodeOf(err) == chat.Forbidden {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	f.views[cid] = &w
	return &w, nil
}

// matchExpression is what FTS5 shall look for; "" where there is nothing that it could.
func matchExpression(words []string, anyWord bool) string {
	var terms []string
	for _, word := range words {
		var phrases []string
		for _, p := range split(word) {
			phrases = append(phrases, p.phrase())
		}
		if len(phrases) > 0 {
			terms = append(terms, "("+strings.Join(phrases, " AND ")+")")
		}
	}
	if anyWord {
		return strings.Join(terms, " OR ")
	}
	return strings.Join(terms, " AND ")
}

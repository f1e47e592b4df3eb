package store

import (
	"math"
	"slices"

	"dragoman/bridge/chat"
)

// view is what one asker may see of one conversation.
type view struct {
	all    bool // he is the server
	v      *conv
	cid    int64
	uid    int64
	spans  []source // his memberships, in order
	from   int64    // nothing of a room is his before this id
	hidden int64    // he has hidden all up to here
	newest int64    // the last id in it, where known
}

// view tells what asker may see of v, and refuses who has no business there. Who was a member may read on what he could then.
func (s *Store) view(l *link, v *conv, asker chat.UserID) (view, error) {
	if asker == "" {
		return view{all: true, v: v, cid: v.cid, spans: []source{{cid: v.cid, to: math.MaxInt64}}}, nil
	}
	w := view{v: v, cid: v.cid, uid: s.names.uid(asker)}
	ln, err := readLine(l, w.uid, v.cid)
	if err != nil {
		return w, err
	}
	w.hidden = ln.hiddenTo
	switch v.name.Kind {
	case chat.KindPeer, chat.KindSelf:
		if !v.name.Member(asker) {
			return w, chat.RefuseFor(chat.NotMember, "not your conversation")
		}
		w.spans = []source{{cid: v.cid, to: math.MaxInt64}}
		return w, nil
	case chat.KindRoom:
		if v.roster.find(asker).Banned {
			return w, chat.RefuseFor(chat.Banned, "you are banned here")
		}
		// What was said in an older room of this id, under other rules, was said to others.
		w.from = int64(chat.NewEventID(v.details.Created, 0, 0))
		w.spans = []source{{cid: v.cid, from: w.from, to: math.MaxInt64}}
		return w, nil
	}
	if v.roster.find(asker).Banned {
		return w, chat.RefuseFor(chat.Banned, "you are banned here")
	}
	if w.spans, err = spansOf(l, ln); err != nil {
		return w, err
	}
	if len(w.spans) == 0 {
		// He may have been written to all the same: an invitation, an answer to his application.
		return w, chat.RefuseFor(chat.NotMember, "you are not in this group")
	}
	return w, nil
}

func spansOf(l *link, ln *line) ([]source, error) {
	var spans []source
	one := source{cid: ln.cid}
	err := l.scan("SELECT from_id, to_id FROM spans WHERE uid = ? AND cid = ? ORDER BY from_id", []any{ln.uid, ln.cid},
		[]any{&one.from, &one.to}, func() { spans = append(spans, one) })
	if ln.isIn {
		spans = append(spans, source{cid: ln.cid, from: ln.from, to: ln.end()})
	}
	return spans, err
}

// sees reports whether the event of a row is for the asker. What he has hidden one by one is left to the query.
func (w *view) sees(r *row) bool {
	if w.all {
		return true
	}
	if r.recipients != nil {
		return (r.seq == 0 || r.id > w.hidden) && slices.Contains(uidsOf(r.recipients), w.uid)
	}
	if r.seq > 0 && r.id <= w.hidden {
		return false
	}
	for _, span := range w.spans {
		if r.within(span.from, span.to) {
			return true
		}
	}
	return false
}

// hasHidden reports whether the asker has hidden that one message.
func (w *view) hasHidden(l *link, id int64) (bool, error) {
	if w.all {
		return false, nil
	}
	var one int
	return l.row("SELECT 1 FROM hides WHERE uid = ? AND cid = ? AND id = ?", []any{w.uid, w.cid, id}, &one)
}

// askConv finds a conversation and what asker may see of it. v is nil where nothing has been said in one that needs no making.
func (s *Store) askConv(l *link, asker chat.UserID, c chat.Conv) (*view, error) {
	v, err := s.conv(l, c)
	if err != nil {
		return nil, err
	}
	if v == nil {
		switch c.Kind {
		case chat.KindPeer, chat.KindSelf, chat.KindCall:
			if asker != "" && c.Kind != chat.KindCall && !c.Member(asker) {
				return nil, chat.RefuseFor(chat.NotMember, "not your conversation")
			}
			return nil, nil
		}
		return nil, chat.RefuseFor(chat.NoGroup, "there is no such group or room")
	}
	w, err := s.view(l, v, asker)
	return &w, err
}

var errNoMessage = chat.RefuseFor(chat.NoMessage, "there is no such message")

// visibleRow returns the entry's row that ref names in v, if asker may see it.
func (s *Store) visibleRow(l *link, w *view, ref chat.Ref) (*row, error) {
	id, err := s.resolve(l, w.v, ref)
	if err != nil {
		return nil, err
	}
	if id == 0 {
		return nil, errNoMessage
	}
	r, err := s.rowByID(l, id)
	if err != nil {
		return nil, err
	}
	if r == nil || (r.seq == 0 && r.kind != "message") || !w.sees(r) {
		return nil, errNoMessage
	}
	hidden, err := w.hasHidden(l, r.id)
	if err == nil && hidden {
		err = errNoMessage
	}
	return r, err
}

// visibleEntry returns the entry that ref names in v, if asker may see it.
func (s *Store) visibleEntry(l *link, v *conv, asker chat.UserID, ref chat.Ref) (*chat.Entry, error) {
	w, err := s.view(l, v, asker)
	if err != nil {
		return nil, err
	}
	r, err := s.visibleRow(l, &w, ref)
	if err != nil {
		return nil, err
	}
	entries, err := s.entries(l, []*row{r})
	if err != nil {
		return nil, err
	}
	return &entries[0], nil
}

// unhidden is the condition of a query over timeline t for what its asker, ?1, has not hidden.
const unhidden = ` AND NOT EXISTS (SELECT 1 FROM hides h WHERE h.uid = ?1 AND h.cid = t.cid AND h.id = t.id)`

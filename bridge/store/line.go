package store

import (
	"database/sql"
	"math"
	"slices"

	"dragoman/bridge/chat"
)

// line is a user's line of a conversation.
type line struct {
	uid, cid           int64
	isThere            bool // there is such a row
	isIn               bool // he is or was in it; else from and to say nothing
	isOpen             bool // it is a room, where nobody is in it for long
	from, to           int64
	readID             int64
	base, own, ownBase int64
	left               sql.NullInt64
	counted            int64 // of its conversation, as committed; so is what follows
	hiddenTo           int64
}

// end is where his membership ends: far ahead while it lasts.
func (ln *line) end() int64 {
	if !ln.isIn || ln.to == 0 {
		return math.MaxInt64
	}
	return ln.to
}

// sees reports whether r lies in the membership and was for him too.
func (ln *line) sees(r *row) bool {
	switch {
	case ln.isIn && !r.within(ln.from, ln.end()):
		return false
	case !ln.isIn && !ln.isOpen && r.recipients == nil:
		return false
	}
	return r.recipients == nil || slices.Contains(uidsOf(r.recipients), ln.uid)
}

// lineColumns are of tables lines l and convs c.
const lineColumns = `l.from_id, l.to_id, coalesce(l.read_id, 0), coalesce(l.base, 0),
	CASE WHEN c.kind <> 1 THEN coalesce(l.own, 0) WHEN c.a = l.uid THEN c.own_a ELSE c.own_b END,
	coalesce(l.own_base, 0), l.left_at, coalesce(l.hidden_to, 0), c.counted`

func (ln *line) dest(from, to *sql.NullInt64) []any {
	return []any{from, to, &ln.readID, &ln.base, &ln.own, &ln.ownBase, &ln.left, &ln.hiddenTo, &ln.counted}
}

func readLine(l *link, uid, cid int64) (*line, error) {
	ln := &line{uid: uid, cid: cid}
	var there, from, to sql.NullInt64
	_, err := l.row("SELECT c.kind = 4, l.uid, "+lineColumns+" FROM convs c LEFT JOIN lines l ON l.uid = ? AND l.cid = c.cid WHERE c.cid = ?",
		[]any{uid, cid}, append([]any{&ln.isOpen, &there}, ln.dest(&from, &to)...)...)
	ln.isThere, ln.isIn, ln.from, ln.to = there.Valid, from.Valid, from.Int64, to.Int64
	return ln, err
}

// line is the author's line of where his event is.
func (b *batch) line(st *step) (*line, error) {
	if err := b.flush(); err != nil {
		return nil, err
	}
	return readLine(b.l, st.from, st.w.cid)
}

// readTo moves the author's own read mark up to id, which is in history.
func (b *batch) readTo(st *step, ln *line, id int64) error {
	if id <= ln.readID {
		return nil
	}
	own := ln.own
	if st.w.name.Kind == chat.KindPeer {
		own = st.w.own[st.w.side(st.from)]
	}
	var base, since int64
	_, err := b.l.row(`SELECT e.counted FROM timeline t JOIN events e ON e.id = t.id
		WHERE t.cid = ? AND t.id <= ? AND t.pos > 0 ORDER BY t.id DESC LIMIT 1`, []any{st.w.cid, id}, &base)
	if err != nil {
		return err
	}
	if base < st.w.counted {
		_, err := b.l.row(`SELECT count(*) FROM timeline t JOIN events e ON e.id = t.id
			WHERE t.cid = ? AND t.id > ? AND e.uid = ? AND e.counts = 1`, []any{st.w.cid, id, st.from}, &since)
		if err != nil {
			return err
		}
	}
	err = b.l.exec(`INSERT INTO lines (uid, cid, read_id, base, own, own_base) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (uid, cid) DO UPDATE SET read_id = excluded.read_id, base = excluded.base, own_base = excluded.own_base`,
		st.from, st.w.cid, id, base, own, own-since)
	if err != nil {
		return err
	}
	ln.readID = id
	return b.l.exec("DELETE FROM voids WHERE cid = ? AND uid = ? AND id <= ?", st.w.cid, st.from, id)
}

// unread is how many messages of others that count he has not read.
func (ln *line) unread(l *link) (int, error) {
	if !ln.isThere || !ln.isIn {
		return 0, nil
	}
	counted := ln.counted
	if ln.left.Valid {
		counted = ln.left.Int64
	}
	n := (counted - ln.base) - (ln.own - ln.ownBase)
	if n <= 0 {
		return 0, nil
	}
	var gone int64
	_, err := l.row("SELECT count(DISTINCT id) FROM voids WHERE cid = ? AND uid IN (0, ?) AND id > ? AND id <= ? AND author <> ?",
		[]any{ln.cid, ln.uid, ln.readID, ln.end(), ln.uid}, &gone)
	return int(max(0, n-gone)), err
}

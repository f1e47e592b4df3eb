package store

import (
	"slices"

	"dragoman/bridge/chat"
)

// receipt marks messages as delivered or read, and tells their authors. One that its reader sends to himself only clears his
// own count.
func (b *batch) receipt(st *step, body chat.Receipt) error {
	private := len(st.ev.To) == 1 && st.ev.To[0] == st.ev.From
	ln, err := b.line(st)
	if err != nil {
		return err
	}
	var authors []int64
	if len(body.Messages) > 0 {
		authors, err = b.receiptOfSome(st, &body, ln, private)
	} else {
		authors, err = b.receiptThrough(st, &body, ln, private)
	}
	if err != nil {
		return err
	}
	st.ev.Body, st.refilled = body, true
	if private || st.ev.To != nil {
		return nil
	}
	return b.addressReceipt(st, authors)
}

// addressReceipt makes To of the authors, as far as they still are there, and the reader. In a conversation of two that is
// everyone.
func (b *batch) addressReceipt(st *step, authors []int64) error {
	if st.w.name.Kind == chat.KindPeer && len(authors) > 0 {
		return nil
	}
	others := slices.DeleteFunc(authors, func(uid int64) bool { return uid == st.from || uid == 0 })
	to := []chat.UserID{st.ev.From}
	for _, uid := range others {
		u, err := b.s.names.user(b.l, uid)
		if err != nil {
			return err
		}
		if st.w.name.Kind == chat.KindRoom || (st.w.roster != nil && st.w.roster.find(u).Role.IsMember()) {
			to = append(to, u)
		}
	}
	st.ev.To = to
	return nil
}

// receiptOfSome is for single messages, by any of their ids; those that are not his to read are left out.
func (b *batch) receiptOfSome(st *step, body *chat.Receipt, ln *line, private bool) (authors []int64, err error) {
	var refs []chat.Ref
	var ids []int64
	for _, ref := range body.Messages {
		r, err := b.find(st.w, ref)
		if err != nil {
			return nil, err
		}
		if r == nil || r.uid == st.from || r.kind != "message" || !ln.sees(r) {
			continue
		}
		if ref, err = b.refOf(r); err != nil {
			return nil, err
		}
		refs, ids = append(refs, ref), append(ids, r.id)
		if !slices.Contains(authors, r.uid) {
			authors = append(authors, r.uid)
		}
		if err := b.receiptOf(st, r, body, ln, private); err != nil {
			return nil, err
		}
	}
	if len(refs) == 0 {
		return nil, chat.RefuseFor(chat.NoMessage, "there is no such message")
	}
	body.Messages = refs
	if len(ids) == 1 {
		st.about = ids[0]
	}
	st.key = receiptKey(st, body.State, private, ids...)
	return authors, nil
}

func receiptKey(st *step, state chat.ReceiptState, private bool, ids ...int64) string {
	kind := "receipt"
	if private {
		kind = "own receipt"
	}
	return keyOf(kind, st.from, append([]int64{int64(state)}, ids...)...)
}

func (b *batch) receiptOf(st *step, r *row, body *chat.Receipt, ln *line, private bool) error {
	if !private {
		err := b.l.exec(`INSERT INTO receipts (id, state, uid, time, note) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (id, state, uid) DO UPDATE SET note = excluded.note WHERE excluded.note <> ''`,
			r.id, int64(body.State), st.from, st.now(), body.Note)
		if err != nil {
			return err
		}
	}
	if body.State == chat.Read && r.counts && r.id > ln.readID {
		return b.l.exec("INSERT OR IGNORE INTO voids (cid, uid, id, author) VALUES (?, ?, ?, ?)", r.cid, st.from, r.id, r.uid)
	}
	return nil
}

// receiptThrough is for all up to a message, or all so far.
func (b *batch) receiptThrough(st *step, body *chat.Receipt, ln *line, private bool) (authors []int64, err error) {
	r, err := b.through(st, body.Through, ln)
	if err != nil {
		return nil, err
	}
	st.key = receiptKey(st, body.State, private)
	if r == nil { // nothing has been said yet
		st.ev.To = []chat.UserID{st.ev.From}
		return nil, nil
	}
	if body.Through, err = b.refOf(r); err != nil {
		return nil, err
	}
	st.about = r.id
	if body.State == chat.Read {
		if err := b.readTo(st, ln, r.id); err != nil {
			return nil, err
		}
	}
	if private {
		return nil, nil
	}
	return b.mark(st, body, ln, r)
}

// through finds the message that ref names, or without one the newest of others, else the newest of all; nil for none.
func (b *batch) through(st *step, ref chat.Ref, ln *line) (*row, error) {
	if !ref.IsZero() {
		r, err := b.find(st.w, ref)
		if err == nil && (r == nil || !ln.sees(r)) {
			err = chat.RefuseFor(chat.NoMessage, "there is no such message")
		}
		return r, err
	}
	if err := b.flush(); err != nil {
		return nil, err
	}
	// Of what came after his own last word the newest is another's; so the first look nearly always finds it.
	for _, query := range []string{
		`SELECT t.id FROM timeline t JOIN events e ON e.id = t.id
			WHERE t.cid = ? AND t.seq > 0 AND t.narrow = 0 AND e.kind = 'message' AND e.uid <> ? AND t.id BETWEEN ? AND ? ORDER BY t.id DESC LIMIT 1`,
		`SELECT t.id FROM timeline t WHERE t.cid = ? AND t.seq > 0 AND t.narrow = 0 AND ? <> -1 AND t.id BETWEEN ? AND ? ORDER BY t.id DESC LIMIT 1`,
	} {
		var id int64
		found, err := b.l.row(query, []any{st.w.cid, st.from, ln.from, ln.end()}, &id)
		if err != nil {
			return nil, err
		}
		if found {
			return b.s.rowByID(b.l, id)
		}
	}
	return nil, nil
}

// mark moves the reader's mark forward and returns the authors of what it has passed.
func (b *batch) mark(st *step, body *chat.Receipt, ln *line, r *row) (authors []int64, err error) {
	key := []any{st.w.cid, int64(body.State), st.from, ln.from}
	var hi int64
	if _, err := b.l.row("SELECT hi FROM marks WHERE cid = ? AND state = ? AND uid = ? AND lo = ?", key, &hi); err != nil {
		return nil, err
	}
	if hi >= r.id {
		return []int64{r.uid}, nil
	}
	err = b.l.exec(`INSERT INTO marks (cid, state, uid, lo, hi) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (cid, state, uid, lo) DO UPDATE SET hi = excluded.hi`, append(key, r.id)...)
	if err != nil {
		return nil, err
	}
	err = b.l.exec("INSERT OR REPLACE INTO marks_moved (cid, state, uid, hi, time, note) VALUES (?, ?, ?, ?, ?, ?)",
		st.w.cid, int64(body.State), st.from, r.id, st.now(), body.Note)
	if err != nil {
		return nil, err
	}
	if st.w.name.Kind == chat.KindPeer {
		return []int64{st.w.a, st.w.b}, nil
	}
	var uid int64
	err = b.l.scan(`SELECT DISTINCT e.uid FROM timeline t JOIN events e ON e.id = t.id
		WHERE t.cid = ? AND t.id > ? AND t.id <= ? AND t.seq > 0 AND t.narrow = 0 AND e.kind = 'message' ORDER BY e.uid`,
		[]any{st.w.cid, max(hi, ln.from-1), r.id}, []any{&uid}, func() { authors = append(authors, uid) })
	return authors, err
}

package store

import (
	"slices"

	"dragoman/bridge/chat"
)

func (b *batch) message(st *step, body chat.Message) error {
	ev, w := st.ev, st.w
	if ev.ToDevice != "" && ev.Conv.Kind == chat.KindPeer {
		a, b := ev.Conv.Peers()
		st.narrow([]chat.UserID{a, b}) // an inbox knows devices, a conversation's timeline does not
	}
	if !body.ReplyTo.IsZero() {
		if err := b.reply(st, &body); err != nil {
			return err
		}
	}
	st.counts = ev.Keep() == chat.KeepHistory && ev.To == nil && !body.Quiet && !st.imported && w.name.Kind != chat.KindRoom
	if err := b.mention(st, int64(ev.ID), body); err != nil {
		return err
	}
	if st.imported && ev.Keep() == chat.KeepHistory { // it has no place that the index would come by
		if err := indexMessage(b.l, w.cid, int64(ev.ID), body); err != nil {
			return err
		}
	}
	return b.attach(int64(ev.ID), body)
}

// answered finds what a message answers: nil if it cannot be found, since the client may know it from elsewhere. Nobody
// answers what he may not read: his answer would show it to him.
func (b *batch) answered(st *step, ref chat.Ref) (*row, error) {
	target, err := b.find(st.w, ref)
	if err != nil || target == nil || (st.ev.Source != chat.Client && st.ev.Source != chat.Trunk) {
		return target, err
	}
	view, err := b.s.view(b.l, st.w.conv, st.ev.From)
	if err == nil && !view.sees(target) {
		err = errNoMessage
	}
	return target, err
}

// reply fills in whom a message answers.
func (b *batch) reply(st *step, body *chat.Message) error {
	target, err := b.answered(st, body.ReplyTo)
	if err != nil || target == nil {
		return err
	}
	if body.ReplyTo, err = b.refOf(target); err != nil {
		return err
	}
	st.ev.Body, st.refilled, st.about = *body, true, target.id
	if err := b.l.exec("INSERT OR IGNORE INTO replies (target, id) VALUES (?, ?)", target.id, int64(st.ev.ID)); err != nil {
		return err
	}
	return b.l.exec(`INSERT INTO entries (id, cid, replies) VALUES (?, ?, 1)
		ON CONFLICT (id) DO UPDATE SET replies = replies + 1`, target.id, target.cid)
}

// mention notes whom a message calls by name, so that his list can show it.
func (b *batch) mention(st *step, id int64, body chat.Message) error {
	if st.ev.Keep() != chat.KeepHistory && st.about == 0 {
		return nil
	}
	mentioned := body.Mentions
	if st.ev.To != nil { // of those whom it reaches, all is everyone
		mentioned = slices.DeleteFunc(slices.Clone(st.ev.To), func(u chat.UserID) bool {
			return !body.MentionAll && !slices.Contains(body.Mentions, u)
		})
	}
	uids, err := b.uids(mentioned)
	if err != nil {
		return err
	}
	if body.MentionAll && st.ev.To == nil {
		uids = append(uids, 0)
	}
	for _, uid := range uids {
		if err := b.l.exec("INSERT OR IGNORE INTO mentions (cid, uid, id) VALUES (?, ?, ?)", st.w.cid, uid, id); err != nil {
			return err
		}
	}
	return nil
}

// attach notes which of our files a message refers to.
func (b *batch) attach(id int64, body chat.Message) error {
	for _, f := range body.Content.Files() {
		if f.ID == "" {
			continue
		}
		if err := b.l.exec("INSERT OR IGNORE INTO files (file, id) VALUES (?, ?)", f.ID, id); err != nil {
			return err
		}
	}
	return nil
}

// find returns the row that ref names in w; nil for none.
func (b *batch) find(w *work, ref chat.Ref) (*row, error) {
	if err := b.flush(); err != nil {
		return nil, err
	}
	id, err := b.s.resolve(b.l, w.conv, ref)
	if err != nil || id == 0 {
		return nil, err
	}
	return b.s.rowByID(b.l, id)
}

// target is find for what a change is about: a message that is there and not recalled. Whatever went to a few stays among
// them, with all that is said about it.
func (b *batch) target(st *step, ref chat.Ref) (*row, chat.Ref, error) {
	r, err := b.find(st.w, ref)
	switch {
	case err != nil:
		return nil, ref, err
	case r == nil || (r.kind != "message" && r.seq == 0):
		return nil, ref, chat.RefuseFor(chat.NoMessage, "there is no such message")
	case r.recallID.Int64 != 0:
		return nil, ref, chat.RefuseFor(chat.AlreadyRecalled, "the message was recalled")
	}
	if st.ev.To == nil && r.recipients != nil {
		if st.ev.To, err = b.s.names.users(b.l, uidsOf(r.recipients)); err != nil {
			return nil, ref, err
		}
		if st.ev.From != "" && !slices.Contains(st.ev.To, st.ev.From) {
			st.ev.To = append(st.ev.To, st.ev.From)
		}
	}
	st.about, st.refilled = r.id, true
	ref, err = b.refOf(r)
	return r, ref, err
}

func (b *batch) refOf(r *row) (chat.Ref, error) {
	author, err := b.s.names.user(b.l, r.uid)
	return chat.Ref{ID: chat.EventID(r.id), Seq: chat.Seq(r.seq), ClientID: r.client, Author: author}, err
}

func (b *batch) edit(st *step, body chat.Edit) error {
	r, ref, err := b.target(st, body.Target)
	if err != nil {
		return err
	}
	if r.kind != "message" {
		return chat.RefuseFor(chat.NoMessage, "only messages are edited")
	}
	body.Target = ref
	if reply := body.Message.ReplyTo; !reply.IsZero() {
		old, err := b.answered(st, reply)
		if err != nil {
			return err
		}
		if old != nil {
			if body.Message.ReplyTo, err = b.refOf(old); err != nil {
				return err
			}
		}
	}
	st.ev.Body = body
	if err := b.l.exec("INSERT INTO edits (target, id) VALUES (?, ?)", r.id, int64(st.ev.ID)); err != nil {
		return err
	}
	err = b.l.exec(`INSERT INTO entries (id, cid, edit_id, edits) VALUES (?, ?, ?, 1)
		ON CONFLICT (id) DO UPDATE SET edits = edits + 1, edit_id = max(edit_id, excluded.edit_id)`, r.id, r.cid, int64(st.ev.ID))
	if err != nil {
		return err
	}
	if err := b.l.exec("UPDATE events SET content = ? WHERE id = ?", chat.ContentName(body.Message.Content), r.id); err != nil {
		return err
	}
	if err := b.l.exec("DELETE FROM mentions WHERE cid = ? AND id = ?", r.cid, r.id); err != nil {
		return err
	}
	if err := b.mention(st, r.id, body.Message); err != nil {
		return err
	}
	return b.attach(r.id, body.Message)
}

// recall leaves nothing of what a message said: not in its row, not in its edits', not in the search index.
func (b *batch) recall(st *step, body chat.Recall) error {
	r, ref, err := b.target(st, body.Target)
	if err != nil {
		return err
	}
	if r.kind != "message" {
		return chat.RefuseFor(chat.NoMessage, "only messages are recalled")
	}
	body.Target = ref
	st.ev.Body = body
	stored, err := chat.UnmarshalBody(r.kind, r.body)
	if err != nil {
		return err
	}
	said := stored.(chat.Message)
	rest := chat.Message{Content: chat.Recalled{}, ReplyTo: said.ReplyTo, WantReceipt: said.WantReceipt, Quiet: said.Quiet, Priority: said.Priority}
	if err := b.erase(r.id, rest, "recalled"); err != nil {
		return err
	}
	if err := unindex(b.l, r.id); err != nil {
		return err
	}
	edits, err := b.editsOf(r.id)
	if err != nil {
		return err
	}
	for _, id := range edits {
		if err := b.erase(id, chat.Edit{Target: ref, Message: rest}, ""); err != nil {
			return err
		}
	}
	if !said.ReplyTo.IsZero() {
		if err := b.unreply(r.id); err != nil {
			return err
		}
	}
	if r.pinnedBy.Int64 != 0 {
		st.w.pins--
	}
	if r.counts {
		if err := b.l.exec("INSERT OR IGNORE INTO voids (cid, uid, id, author) VALUES (?, 0, ?, ?)", r.cid, r.id, r.uid); err != nil {
			return err
		}
	}
	for _, statement := range []string{"DELETE FROM reactions WHERE target = ?", "DELETE FROM files WHERE id = ?"} {
		if err := b.l.exec(statement, r.id); err != nil {
			return err
		}
	}
	if err := b.l.exec("DELETE FROM mentions WHERE cid = ? AND id = ?", r.cid, r.id); err != nil {
		return err
	}
	return b.l.exec(`INSERT INTO entries (id, cid, recall_id) VALUES (?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET recall_id = excluded.recall_id, pinned_by = 0, pinned_at = 0, reacted = 0`,
		r.id, r.cid, int64(st.ev.ID))
}

// erase puts body where an event's own was.
func (b *batch) erase(id int64, body chat.Body, content string) error {
	_, data, err := chat.MarshalBody(body)
	if err != nil {
		return err
	}
	return b.l.exec("UPDATE events SET body = ?, content = ?, native = '', native_data = NULL WHERE id = ?", data, content, id)
}

func (b *batch) editsOf(target int64) ([]int64, error) {
	var ids []int64
	var id int64
	err := b.l.scan("SELECT id FROM edits WHERE target = ?", []any{target}, []any{&id}, func() { ids = append(ids, id) })
	return ids, err
}

// unreply takes a recalled answer out of the count of what it answered.
func (b *batch) unreply(id int64) error {
	if err := b.l.exec("UPDATE entries SET replies = replies - 1 WHERE id IN (SELECT target FROM replies WHERE id = ?)", id); err != nil {
		return err
	}
	return b.l.exec("DELETE FROM replies WHERE id = ?", id)
}

func (b *batch) reaction(st *step, body chat.Reaction) error {
	r, ref, err := b.target(st, body.Target)
	if err != nil {
		return err
	}
	body.Target = ref
	if body.Whole {
		// Who says only what stays does not say what goes; readers of protocols that tell of each emoji must hear it.
		if body.Off, err = b.unreact(r.id, st.from, body.On); err != nil {
			return err
		}
	}
	st.ev.Body, st.key = body, keyOf("reaction", st.from, r.id)
	for i, e := range body.On {
		err := b.l.exec("INSERT OR IGNORE INTO reactions (target, emoji, uid, id, ord) VALUES (?, ?, ?, ?, ?)",
			r.id, string(e), st.from, int64(st.ev.ID), i)
		if err != nil {
			return err
		}
	}
	for _, e := range body.Off {
		if err := b.l.exec("DELETE FROM reactions WHERE target = ? AND emoji = ? AND uid = ?", r.id, string(e), st.from); err != nil {
			return err
		}
	}
	return b.l.exec(`INSERT INTO entries (id, cid, reacted) VALUES (?, ?, 1) ON CONFLICT (id) DO UPDATE SET reacted = 1`, r.id, r.cid)
}

// unreact finds all of a user's emoji under a message but those to keep.
func (b *batch) unreact(target, uid int64, keep []chat.Emoji) ([]chat.Emoji, error) {
	var gone []chat.Emoji
	var emoji string
	err := b.l.scan("SELECT emoji FROM reactions WHERE target = ? AND uid = ? ORDER BY emoji", []any{target, uid}, []any{&emoji}, func() {
		if !slices.Contains(keep, chat.Emoji(emoji)) {
			gone = append(gone, chat.Emoji(emoji))
		}
	})
	return gone, err
}

func (b *batch) pin(st *step, body chat.Pin) error {
	if st.from == 0 {
		return chat.Refuse(chat.Invalid, "a pin is somebody's")
	}
	r, ref, err := b.target(st, body.Target)
	if err != nil {
		return err
	}
	body.Target = ref
	st.ev.Body, st.key = body, keyOf("pin", 0, r.id)
	was := r.pinnedBy.Int64 != 0
	by, at := st.from, st.now()
	switch {
	case body.On && !was:
		st.w.pins++
	case !body.On:
		if was {
			st.w.pins--
		}
		by, at = 0, 0
	}
	return b.l.exec(`INSERT INTO entries (id, cid, pinned_by, pinned_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET pinned_by = excluded.pinned_by, pinned_at = excluded.pinned_at`, r.id, r.cid, by, at)
}

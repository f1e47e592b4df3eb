package store

import (
	"encoding/json"
	"slices"

	"dragoman/bridge/chat"
)

// userProfile changes what a user shows of himself.
func (b *batch) userProfile(st *step, body chat.Profile) error {
	var p chat.Details
	_, err := b.l.row("SELECT name, notice, avatar, description, extra FROM profiles WHERE uid = ?", []any{st.w.a},
		&p.Name, &p.Notice, &p.Avatar, &p.Description, &p.Extra)
	if err != nil {
		return err
	}
	applyProfile(&p, body)
	return b.l.exec(`INSERT OR REPLACE INTO profiles (uid, name, notice, avatar, description, extra, changed) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		st.w.a, p.Name, p.Notice, p.Avatar, p.Description, p.Extra, st.now())
}

// presence keeps a status that outlives the session.
func (b *batch) presence(st *step, body chat.Presence) error {
	if st.w.name.Kind != chat.KindSelf {
		return chat.Refuse(chat.Invalid, "presence is of a user")
	}
	st.key = keyOf("presence", st.from)
	return b.l.exec("INSERT OR REPLACE INTO statuses (uid, show, status, until, set_at) VALUES (?, ?, ?, ?, ?)",
		st.w.a, int64(body.Show), body.Status, millis(body.Until), st.now())
}

func (b *batch) setting(st *step, body chat.Setting) error {
	if st.from == 0 {
		return chat.Refuse(chat.Invalid, "a setting is somebody's")
	}
	st.narrow()
	st.key = keyOf("setting "+string(body.Key), st.from)
	if err := b.ensureLine(st); err != nil {
		return err
	}
	return b.l.exec(`INSERT OR REPLACE INTO settings (uid, cid, key, kind, text, bits, id) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		st.from, st.w.cid, string(body.Key), int64(body.Value.Kind), body.Value.Text, body.Value.Bits, int64(st.ev.ID))
}

func (b *batch) ensureLine(st *step) error {
	return b.l.exec("INSERT OR IGNORE INTO lines (uid, cid) VALUES (?, ?)", st.from, st.w.cid)
}

// hide takes messages out of the author's own history; those that he had not read are unread no more.
func (b *batch) hide(st *step, body chat.Hide) error {
	if st.from == 0 {
		return chat.Refuse(chat.Invalid, "one hides from oneself")
	}
	st.narrow()
	st.refilled = true
	if err := b.ensureLine(st); err != nil {
		return err
	}
	ln, err := b.line(st)
	if err != nil {
		return err
	}
	if len(body.Messages) > 0 {
		return b.hideSome(st, body, ln)
	}
	st.key = keyOf("hide", st.from)
	through := st.w.moved
	if !body.Through.IsZero() {
		r, err := b.find(st.w, body.Through)
		if err != nil {
			return err
		}
		if r == nil || !ln.sees(r) {
			return chat.RefuseFor(chat.NoMessage, "there is no such message")
		}
		through = r.id
	}
	if body.Through, err = b.s.refOf(b.l, through); err != nil {
		return err
	}
	st.ev.Body = body
	if err := b.readTo(st, ln, through); err != nil {
		return err
	}
	return b.l.exec("UPDATE lines SET hidden_to = max(hidden_to, ?) WHERE uid = ? AND cid = ?", through, st.from, st.w.cid)
}

func (b *batch) hideSome(st *step, body chat.Hide, ln *line) error {
	var refs []chat.Ref
	var ids []int64
	for _, ref := range body.Messages {
		r, err := b.find(st.w, ref)
		if err != nil {
			return err
		}
		if r == nil || !ln.sees(r) {
			continue
		}
		if ref, err = b.refOf(r); err != nil {
			return err
		}
		refs, ids = append(refs, ref), append(ids, r.id)
		if err := b.l.exec("INSERT OR IGNORE INTO hides (uid, cid, id) VALUES (?, ?, ?)", st.from, st.w.cid, r.id); err != nil {
			return err
		}
		if r.counts && r.id > ln.readID {
			err := b.l.exec("INSERT OR IGNORE INTO voids (cid, uid, id, author) VALUES (?, ?, ?, ?)", st.w.cid, st.from, r.id, r.uid)
			if err != nil {
				return err
			}
		}
	}
	if len(refs) == 0 {
		return chat.RefuseFor(chat.NoMessage, "there is no such message")
	}
	body.Messages = refs
	st.ev.Body, st.key = body, keyOf("hide", st.from, ids...)
	return nil
}

// call notes who takes part: the caller, and whoever is named on the way.
func (b *batch) call(st *step, body chat.CallState) error {
	if st.w.roster == nil {
		return chat.Refuse(chat.Invalid, "not a call")
	}
	var in []chat.UserID
	for _, u := range unique(append(slices.Clone(body.Users), st.ev.From)) {
		if u != "" && !st.w.roster.find(u).Role.IsMember() {
			in = append(in, u)
		}
	}
	return b.bring(st, in, func(m *standing) { m.Role = chat.RoleMember })
}

// pair is the other of a peer conversation, and on which side the author is.
func (b *batch) pair(st *step) (other int64, side int, err error) {
	w := st.w
	if w.name.Kind != chat.KindPeer || !w.name.Member(st.ev.From) {
		return 0, 0, chat.Refuse(chat.Invalid, "this is between two users")
	}
	if w.a == w.b {
		return 0, 0, chat.Refuse(chat.Invalid, "one is nothing to oneself")
	}
	side = w.side(st.from)
	b.moved[st.ev.From], b.moved[w.name.Other(st.ev.From)] = struct{}{}, struct{}{}
	return w.a + w.b - st.from, side, nil
}

func (b *batch) block(st *step, body chat.Block) error {
	other, side, err := b.pair(st)
	if err != nil {
		return err
	}
	st.narrow()
	st.key = keyOf("block", st.from)
	st.w.blocked[side] = body.On
	if body.On {
		return b.l.exec("INSERT OR IGNORE INTO blocks (uid, other) VALUES (?, ?)", st.from, other)
	}
	return b.l.exec("DELETE FROM blocks WHERE uid = ? AND other = ?", st.from, other)
}

func (b *batch) watch(st *step, body chat.Watch) error {
	other, _, err := b.pair(st)
	if err != nil {
		return err
	}
	st.narrow()
	st.key = keyOf("watch", st.from)
	if body.Until.IsZero() {
		return b.l.exec("DELETE FROM watches WHERE uid = ? AND other = ?", st.from, other)
	}
	return b.l.exec("INSERT OR REPLACE INTO watches (uid, other, until) VALUES (?, ?, ?)", st.from, other, millis(body.Until))
}

// contact changes the directed graph of who wants to see whom and who agrees: mutual contacts and presence subscriptions
// alike. me is the author's side of it, you the other's.
func (b *batch) contact(st *step, body chat.Contact) error {
	other, side, err := b.pair(st)
	if err != nil {
		return err
	}
	me, you, err := b.contactRows(st.from, other)
	if err != nil {
		return err
	}
	meBefore, youBefore := *me, *you
	at := st.now()
	switch body.Change {
	case chat.ContactPut:
		st.narrow()
		me.list(at)
		me.alias, me.note, me.groups = body.Alias, body.Note, groupsText(body.Groups)
	case chat.ContactAsk:
		me.list(at)
		me.label(body)
		switch {
		case me.sees:
		case you.agrees:
			me.sees, me.wants, you.agrees = true, false, false
		default:
			me.wants, me.askText, me.askedAt = true, body.Note, at
		}
	case chat.ContactAccept:
		me.list(at)
		me.label(body)
		if you.wants || you.sees {
			you.list(at)
			you.wants, you.sees = false, true
		} else {
			me.agrees = true
		}
	case chat.ContactDecline, chat.ContactRevoke:
		you.wants, you.sees, me.agrees = false, false, false
	case chat.ContactDrop:
		me.wants, me.sees = false, false
	case chat.ContactRemove:
		*me = contactRow{uid: me.uid, other: me.other}
		you.wants, you.sees = false, false
	case chat.ContactAdd:
		me.list(at)
		you.list(at)
		me.label(body)
		me.sees, me.wants, me.agrees, you.sees, you.wants, you.agrees = true, false, false, true, false, false
	}
	if body.Change != chat.ContactAsk {
		st.key = keyOf("contact", st.from)
		if body.Change == chat.ContactPut {
			st.key = keyOf("contact list", st.from)
		}
	}
	st.w.sees[side], st.w.sees[1-side] = me.sees, you.sees
	return b.putContacts(max(b.lastID, int64(st.ev.ID)), contactChange{me, meBefore}, contactChange{you, youBefore})
}

// contactRow is what other is to uid.
type contactRow struct {
	uid, other                  int64
	listed, wants, sees, agrees bool
	alias, note, groups         string
	askText                     string
	askedAt, since              int64
}

type contactChange struct {
	row    *contactRow
	before contactRow
}

func (r *contactRow) list(at int64) {
	if !r.listed {
		r.listed, r.since = true, at
	}
}

// label takes over what came along with another change; a note is a word to the other then.
func (r *contactRow) label(body chat.Contact) {
	if body.Alias != "" {
		r.alias = body.Alias
	}
	if body.Groups != nil {
		r.groups = groupsText(body.Groups)
	}
}

func groupsText(groups []string) string {
	if len(groups) == 0 {
		return ""
	}
	text, err := json.Marshal(groups)
	if err != nil { // strings always marshal
		return ""
	}
	return string(text)
}

func (b *batch) contactRows(uid, other int64) (me, you *contactRow, err error) {
	me, you = &contactRow{uid: uid, other: other}, &contactRow{uid: other, other: uid}
	for _, r := range []*contactRow{me, you} {
		_, err := b.l.row(`SELECT listed, wants, sees, agrees, alias, note, groups, ask_text, asked_at, since
			FROM contacts WHERE uid = ? AND other = ?`, []any{r.uid, r.other},
			&r.listed, &r.wants, &r.sees, &r.agrees, &r.alias, &r.note, &r.groups, &r.askText, &r.askedAt, &r.since)
		if err != nil {
			return nil, nil, err
		}
	}
	return me, you, nil
}

// putContacts writes the rows that have changed. A row changes for its user too when the other's side does: what the other
// wants and sees is asked of and agreed by him.
func (b *batch) putContacts(version int64, me, you contactChange) error {
	for _, c := range []struct{ own, others contactChange }{{me, you}, {you, me}} {
		r, before, others := c.own.row, c.own.before, c.others
		if *r == before && others.row.wants == others.before.wants && others.row.sees == others.before.sees {
			continue
		}
		err := b.l.exec(`INSERT OR REPLACE INTO contacts (uid, other, listed, alias, note, groups, wants, sees, agrees, ask_text, asked_at, since, version)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			r.uid, r.other, r.listed, r.alias, r.note, r.groups, r.wants, r.sees, r.agrees, r.askText, r.askedAt, r.since, version)
		if err != nil {
			return err
		}
	}
	return nil
}

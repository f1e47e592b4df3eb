package store

import (
	"slices"

	"dragoman/bridge/chat"
)

// lifecycle makes a group, thread or room, or ends it.
func (b *batch) lifecycle(st *step, body chat.Lifecycle) error {
	if !body.Created {
		return b.dissolve(st)
	}
	if st.w != nil {
		if st.ev.Conv.Kind == chat.KindRoom && st.w.details.Dissolved {
			return b.reopen(st, body)
		}
		return chat.RefuseFor(chat.AlreadyExists, "this id is or was taken")
	}
	c := st.ev.Conv
	// Some addresses do not tell groups, threads and rooms apart, so their ids are one space.
	for _, kind := range []chat.ConvKind{chat.KindGroup, chat.KindThread, chat.KindRoom} {
		other, err := b.conv(chat.Conv{Kind: kind, ID: c.ID})
		if err != nil {
			return err
		}
		if other != nil {
			return chat.RefuseFor(chat.AlreadyExists, "this id is or was taken")
		}
	}
	var parent *work
	var root *row
	if !body.Parent.IsZero() {
		var err error
		if parent, err = b.conv(body.Parent); err != nil {
			return err
		}
		if parent == nil || (parent.details != nil && parent.details.Dissolved) {
			return chat.RefuseFor(chat.NoGroup, "there is no group for this thread")
		}
		if !body.Root.IsZero() {
			if root, err = b.find(parent, body.Root); err != nil {
				return err
			}
			if root == nil {
				return chat.RefuseFor(chat.NoMessage, "there is no message for this thread")
			}
		}
	}
	var err error
	if st.w, err = b.create(c); err != nil {
		return err
	}
	return b.found(st, body, parent, root)
}

// reopen makes a room again under an id that a room had: rooms end when they are empty, and their ids are names that
// people agree on. Its log goes on, of which clients read what the new room has said; nothing else of the old one is left.
func (b *batch) reopen(st *step, body chat.Lifecycle) error {
	if err := b.flush(); err != nil {
		return err
	}
	if err := b.l.exec("DELETE FROM attributes WHERE cid = ?", st.w.cid); err != nil {
		return err
	}
	st.w.roster, st.w.ownRoster, st.w.touched = &roster{}, true, true
	return b.found(st, body, nil, nil)
}

// found fills a new group, thread or room.
func (b *batch) found(st *step, body chat.Lifecycle, parent *work, root *row) error {
	w := st.w
	at := fromMillis(st.now())
	w.details, w.ownDetails = &chat.Details{Conv: w.name, Created: at, Changed: at, Linger: body.Linger, Attributes: map[string]string{}}, true
	applyProfile(w.details, body.Profile)
	applyRules(w.details, body.Rules)
	if parent != nil {
		w.details.Parent = parent.name
	}
	if root != nil {
		ref, err := b.refOf(root)
		if err != nil {
			return err
		}
		w.details.Root, body.Root, st.refilled = ref, ref, true
		err = b.l.exec("INSERT INTO entries (id, cid, thread) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET thread = excluded.thread",
			root.id, root.cid, w.cid)
		if err != nil {
			return err
		}
	}
	body.Members = slices.DeleteFunc(unique(body.Members), func(u chat.UserID) bool { return u == st.ev.From && !body.Absent })
	st.ev.Body, st.refilled = body, true
	if !body.Absent && st.ev.From != "" {
		w.details.Owner = st.ev.From
		if err := b.bring(st, []chat.UserID{st.ev.From}, func(m *standing) { m.Role = chat.RoleOwner }); err != nil {
			return err
		}
	}
	if err := b.bring(st, body.Members, func(m *standing) { m.Role = chat.RoleMember }); err != nil {
		return err
	}
	for key, value := range body.Attributes {
		if err := b.putAttribute(st, 0, key, value, false); err != nil {
			return err
		}
		w.details.Attributes[key] = value
	}
	return nil
}

func (b *batch) dissolve(st *step) error {
	w := st.w
	if w.name.Kind != chat.KindRoom && st.ev.To == nil {
		st.audience = w.roster.list
	}
	if err := b.flush(); err != nil {
		return err
	}
	for _, u := range w.roster.list {
		if err := b.closeLine(st, u); err != nil {
			return err
		}
	}
	w.roster, w.ownRoster = &roster{list: []chat.UserID{}}, true
	w.about().Dissolved, w.about().Changed = true, fromMillis(st.now())
	if err := b.l.exec("DELETE FROM members WHERE cid = ?", w.cid); err != nil {
		return err
	}
	return b.l.exec("UPDATE askings SET state = ?, answerer = ?, answered = ? WHERE cid = ? AND state = 0",
		int64(AskingVoid), st.from, int64(st.ev.ID), w.cid)
}

func (b *batch) profile(st *step, body chat.Profile) error {
	if st.w.name.Kind == chat.KindSelf {
		return b.userProfile(st, body)
	}
	if st.w.details == nil {
		return chat.Refuse(chat.Invalid, "there is no such profile")
	}
	applyProfile(st.w.about(), body)
	st.w.about().Changed = fromMillis(st.now())
	return nil
}

func applyProfile(d *chat.Details, p chat.Profile) {
	set(&d.Name, p.Name)
	set(&d.Notice, p.Notice)
	set(&d.Avatar, p.Avatar)
	set(&d.Description, p.Description)
	set(&d.Extra, p.Extra)
}

func (b *batch) rules(st *step, body chat.Rules) error {
	if st.w.details == nil {
		return chat.Refuse(chat.Invalid, "there are no rules")
	}
	applyRules(st.w.about(), body)
	st.w.about().Changed = fromMillis(st.now())
	return nil
}

func applyRules(d *chat.Details, r chat.Rules) {
	set(&d.Join, r.Join)
	set(&d.Invite, r.Invite)
	set(&d.Consent, r.Consent)
	set(&d.Max, r.Max)
	set(&d.Public, r.Public)
	set(&d.Silent, r.Silent)
	if r.SilentUntil != nil {
		d.SilentUntil = fromMillis(millis(*r.SilentUntil))
	} else if r.Silent != nil {
		d.SilentUntil = fromMillis(0)
	}
}

// set is for fields that a nil leaves as they are.
func set[T any](field *T, to *T) {
	if to != nil {
		*field = *to
	}
}

func (b *batch) putDetails(w *work) error {
	d := w.details
	owner, err := b.uid(d.Owner)
	if err != nil {
		return err
	}
	var parent int64
	if !d.Parent.IsZero() {
		p, err := b.conv(d.Parent)
		if err != nil {
			return err
		}
		parent = p.cid
	}
	silent := make([]byte, 0, len(d.Silent))
	for _, role := range d.Silent {
		silent = append(silent, byte(role))
	}
	return b.l.exec(`INSERT OR REPLACE INTO groups (cid, name, notice, avatar, description, extra, owner, created, changed, join_mode,
		invite_mode, consent_mode, max, public, silent, silent_until, parent, root, linger, dissolved)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		w.cid, d.Name, d.Notice, d.Avatar, d.Description, d.Extra, owner, millis(d.Created), millis(d.Changed), int64(d.Join),
		int64(d.Invite), int64(d.Consent), d.Max, d.Public, silent, millis(d.SilentUntil), parent, int64(d.Root.ID), int64(d.Linger),
		d.Dissolved)
}

// attributes changes named texts. What somebody else has set in a room stays, unless it is forced; Set and Deleted become
// what was really changed.
func (b *batch) attributes(st *step, body chat.Attributes) error {
	w := st.w
	if w.details == nil && w.name.Kind != chat.KindSelf {
		return chat.Refuse(chat.Invalid, "there are no attributes")
	}
	owner := int64(0)
	if body.User != "" {
		var err error
		if owner, err = b.uid(body.User); err != nil {
			return err
		}
	}
	done := chat.Attributes{Set: map[string]string{}, User: body.User, AutoDelete: body.AutoDelete, Force: body.Force}
	for key, value := range body.Set {
		free, err := b.isFree(st, body, owner, key)
		if err != nil {
			return err
		}
		if !free {
			continue
		}
		if err := b.putAttribute(st, owner, key, value, body.AutoDelete); err != nil {
			return err
		}
		done.Set[key] = value
	}
	for _, key := range body.Deleted {
		free, err := b.isFree(st, body, owner, key)
		if err != nil {
			return err
		}
		if !free {
			continue
		}
		if err := b.l.exec("DELETE FROM attributes WHERE cid = ? AND uid = ? AND key = ?", w.cid, owner, key); err != nil {
			return err
		}
		done.Deleted = append(done.Deleted, key)
	}
	if len(done.Set)+len(done.Deleted) == 0 && len(body.Set)+len(body.Deleted) > 0 {
		return chat.RefuseFor(chat.NoRight, "somebody else has set this")
	}
	st.ev.Body, st.refilled = done, true
	return b.showAttributes(st, done)
}

// isFree reports whether the author may change an attribute: of a room only what he has set himself.
func (b *batch) isFree(st *step, body chat.Attributes, owner int64, key string) (bool, error) {
	if st.w.name.Kind != chat.KindRoom || body.Force || owner != 0 || st.ev.Source == chat.System {
		return true, nil
	}
	var setter int64
	found, err := b.l.row("SELECT setter FROM attributes WHERE cid = ? AND uid = 0 AND key = ?", []any{st.w.cid, key}, &setter)
	return !found || setter == st.from, err
}

func (b *batch) putAttribute(st *step, owner int64, key, value string, auto bool) error {
	return b.l.exec("INSERT OR REPLACE INTO attributes (cid, uid, key, value, setter, auto) VALUES (?, ?, ?, ?, ?, ?)",
		st.w.cid, owner, key, value, st.from, auto)
}

// showAttributes brings what is kept in memory up to the file.
func (b *batch) showAttributes(st *step, done chat.Attributes) error {
	if st.w.details == nil {
		return nil
	}
	if done.User == "" {
		d := st.w.about()
		d.Attributes = changed(d.Attributes, done)
		return nil
	}
	m := st.w.members().find(done.User)
	m.Attributes = changed(m.Attributes, done)
	st.w.members().put(m)
	return nil
}

func changed(old map[string]string, by chat.Attributes) map[string]string {
	all := make(map[string]string, len(old)+len(by.Set))
	for key, value := range old {
		all[key] = value
	}
	for key, value := range by.Set {
		all[key] = value
	}
	for _, key := range by.Deleted {
		delete(all, key)
	}
	return all
}

package store

import (
	"slices"

	"dragoman/bridge/chat"
)

// membership changes who is in a group, thread or room and what he may. Users becomes those whom it really changes; where
// there are none it is refused.
func (b *batch) membership(st *step, body chat.Membership) error {
	body.Users = unique(body.Users)
	st.refilled = true
	before := st.w.roster.list
	var err error
	switch body.Change {
	case chat.ChangeJoin, chat.ChangeAdd, chat.ChangeApplyAccept:
		err = b.letIn(st, &body, body.Users)
	case chat.ChangeInviteAccept:
		err = b.acceptInvitation(st, &body)
	case chat.ChangeLeave, chat.ChangeKick:
		err = b.takeOut(st, &body)
	case chat.ChangeBan:
		err = b.ban(st, &body)
	case chat.ChangeApply, chat.ChangeApplyDecline, chat.ChangeInvite, chat.ChangeInviteDecline:
		err = b.asking(st, &body)
	case chat.ChangeOwner:
		err = b.pass(st, body)
	default:
		err = b.changeStandings(st, &body)
	}
	if err != nil {
		return err
	}
	st.ev.Body = body
	switch body.Change {
	case chat.ChangeLeave, chat.ChangeKick, chat.ChangeBan:
		if st.ev.To == nil && st.w.name.Kind != chat.KindRoom {
			st.audience = before // who goes is told too
		}
	}
	return nil
}

func unique(users []chat.UserID) []chat.UserID {
	all := make([]chat.UserID, 0, len(users))
	seen := make(map[chat.UserID]struct{}, len(users))
	for _, u := range users {
		if _, again := seen[u]; !again {
			seen[u] = struct{}{}
			all = append(all, u)
		}
	}
	return all
}

// letIn makes members of those of users who are none.
func (b *batch) letIn(st *step, body *chat.Membership, users []chat.UserID) error {
	isClient := st.ev.Source == chat.Client || st.ev.Source == chat.Trunk
	r := st.w.roster
	var in []chat.UserID
	for _, u := range users {
		m := r.find(u)
		switch {
		case m.Role.IsMember():
			continue
		case m.Banned && isClient:
			return chat.RefuseFor(chat.Banned, "he who is banned cannot join")
		case body.Change == chat.ChangeApplyAccept && !m.Applied:
			continue
		}
		in = append(in, u)
	}
	if len(in) == 0 {
		return chat.RefuseFor(chat.AlreadyMember, "already a member")
	}
	if limit := st.w.details.Max; limit > 0 && isClient && st.w.name.Kind != chat.KindRoom && len(r.list)+len(in) > limit {
		return chat.RefuseFor(chat.Full, "the group is full")
	}
	if body.Change != chat.ChangeInviteAccept {
		body.Users = in
	}
	return b.bring(st, in, func(m *standing) {
		m.Role = chat.RoleMember
		if body.Change == chat.ChangeJoin && body.Nick != "" {
			m.Nick = body.Nick
		}
	})
}

// bring puts users on the roster as set says, opens their memberships and settles what was asked of or by them.
func (b *batch) bring(st *step, users []chat.UserID, set func(*standing)) error {
	r := st.w.members()
	for _, u := range users {
		m := r.find(u)
		m.Joined, m.ord = fromMillis(st.now()), r.ord+1
		if m.Applied || m.Invited {
			if err := b.answer(st, u, AskingAccepted, "TRUE"); err != nil {
				return err
			}
		}
		m.Applied, m.Invited, m.Banned = false, false, false
		set(&m)
		if err := b.putStanding(st.w, m); err != nil {
			return err
		}
		if err := b.openLine(st, u); err != nil {
			return err
		}
	}
	r.relist()
	return nil
}

// openLine begins a membership at st's place. What was before he came, and what he wrote and read then, counts no more.
func (b *batch) openLine(st *step, u chat.UserID) error {
	if st.w.name.Kind == chat.KindRoom {
		return nil // nobody catches up on a room
	}
	uid, err := b.uid(u)
	if err != nil {
		return err
	}
	err = b.l.exec(`INSERT OR IGNORE INTO spans (uid, cid, from_id, to_id)
		SELECT uid, cid, from_id, to_id FROM lines WHERE uid = ? AND cid = ? AND from_id IS NOT NULL AND to_id IS NOT NULL`, uid, st.w.cid)
	if err != nil {
		return err
	}
	return b.l.exec(`INSERT INTO lines (uid, cid, from_id, read_id, base) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (uid, cid) DO UPDATE SET from_id = excluded.from_id, to_id = NULL, read_id = excluded.read_id,
			base = excluded.base, own_base = own, left_at = NULL`, uid, st.w.cid, st.at, st.at, st.w.counted)
}

// closeLine ends a membership at st's place, which still is in it.
func (b *batch) closeLine(st *step, u chat.UserID) error {
	uid, err := b.uid(u)
	if err != nil {
		return err
	}
	return b.l.exec("UPDATE lines SET to_id = ?, left_at = ? WHERE uid = ? AND cid = ? AND from_id IS NOT NULL AND to_id IS NULL",
		st.at, st.w.counted, uid, st.w.cid)
}

// takeOut is for leaving and kicking. Of a room it needs no list: he may only be there now.
func (b *batch) takeOut(st *step, body *chat.Membership) error {
	var out []chat.UserID
	for _, u := range body.Users {
		if st.w.roster.find(u).Role.IsMember() {
			out = append(out, u)
		}
	}
	if len(out) == 0 && st.w.name.Kind != chat.KindRoom {
		return chat.RefuseFor(chat.NotMember, "not a member")
	}
	if st.w.name.Kind == chat.KindRoom {
		return nil // his place on a list stays
	}
	body.Users = out
	return b.remove(st, out, func(*standing) {})
}

// remove ends memberships. Where the owner goes and others stay, the first admin, else the first to have come, owns the group.
func (b *batch) remove(st *step, users []chat.UserID, set func(*standing)) error {
	if err := b.flush(); err != nil {
		return err
	}
	r := st.w.members()
	ownerless := false
	for _, u := range users {
		m := r.find(u)
		if m.Role.IsMember() {
			if err := b.closeLine(st, u); err != nil {
				return err
			}
		}
		ownerless = ownerless || m.Role == chat.RoleOwner
		m.Role, m.Nick, m.Muted, m.Allowed, m.Attributes = chat.RoleNone, "", false, false, nil
		set(&m)
		if err := b.putStanding(st.w, m); err != nil {
			return err
		}
		uid, err := b.uid(u)
		if err != nil {
			return err
		}
		if err := b.l.exec("DELETE FROM attributes WHERE cid = ? AND uid = ?", st.w.cid, uid); err != nil {
			return err
		}
	}
	r.relist()
	if !ownerless {
		return nil
	}
	return b.inherit(st)
}

func (b *batch) inherit(st *step) error {
	r := st.w.members()
	st.w.about().Owner = ""
	if len(r.list) == 0 {
		return nil
	}
	heir := r.list[0]
	if managers := r.managers(); len(managers) > 0 {
		heir = managers[0]
	}
	m := r.find(heir)
	m.Role = chat.RoleOwner
	st.w.about().Owner = heir
	return b.putStanding(st.w, m)
}

func (b *batch) ban(st *step, body *chat.Membership) error {
	return b.remove(st, body.Users, func(m *standing) { m.Banned = true })
}

// pass makes Users[0] the owner; who was becomes a member like others.
func (b *batch) pass(st *step, body chat.Membership) error {
	r := st.w.members()
	heir := r.find(body.Users[0])
	if !heir.Role.IsMember() && st.w.name.Kind != chat.KindRoom {
		return chat.RefuseFor(chat.NotMember, "only a member can own the group")
	}
	if old := r.find(st.w.details.Owner); old.Role == chat.RoleOwner && old.User != heir.User {
		old.Role = chat.RoleMember
		if err := b.putStanding(st.w, old); err != nil {
			return err
		}
	}
	if !heir.Role.IsMember() {
		heir.ord, heir.Joined = r.ord+1, fromMillis(st.now())
	}
	heir.Role = chat.RoleOwner
	st.w.about().Owner = heir.User
	if err := b.putStanding(st.w, heir); err != nil {
		return err
	}
	r.relist()
	return nil
}

// changeStandings is for what changes a row of the roster and nothing else.
func (b *batch) changeStandings(st *step, body *chat.Membership) error {
	isRoom := st.w.name.Kind == chat.KindRoom
	r := st.w.members()
	if body.Change == chat.ChangeRole && !isRoom {
		for _, u := range body.Users {
			if !r.find(u).Role.IsMember() {
				return chat.RefuseFor(chat.NotMember, "not a member")
			}
		}
	}
	for _, u := range body.Users {
		m := r.find(u)
		switch body.Change {
		case chat.ChangeUnban:
			m.Banned = false
		case chat.ChangeMute:
			m.Muted, m.MutedUntil = true, fromMillis(millis(body.Until))
		case chat.ChangeUnmute:
			m.Muted, m.MutedUntil = false, fromMillis(0)
		case chat.ChangeAllow:
			m.Allowed = true
		case chat.ChangeDisallow:
			m.Allowed = false
		case chat.ChangeNick:
			body.Was, m.Nick = m.Nick, body.Nick
		case chat.ChangeRole:
			if !m.Role.IsMember() {
				m.ord, m.Joined = r.ord+1, fromMillis(st.now())
			}
			if m.Role = body.Role; !m.Role.IsMember() {
				m.Nick = ""
			}
		}
		if err := b.putStanding(st.w, m); err != nil {
			return err
		}
	}
	if body.Change == chat.ChangeRole {
		r.relist()
	}
	if st.ev.To != nil || isRoom {
		return nil
	}
	switch body.Change {
	case chat.ChangeUnban, chat.ChangeAllow, chat.ChangeDisallow:
		st.narrow(r.managers(), body.Users)
	}
	return nil
}

// narrow makes To of the author and those given, unless the draft said whom to tell.
func (st *step) narrow(users ...[]chat.UserID) {
	if st.ev.To != nil {
		return
	}
	to := slices.Concat(users...)
	if st.ev.From != "" {
		to = append(to, st.ev.From)
	}
	st.ev.To = unique(to)
}

// putStanding sets one row of the roster, in memory and in the file.
func (b *batch) putStanding(w *work, m standing) error {
	w.members().put(m)
	uid, err := b.uid(m.User)
	if err != nil {
		return err
	}
	if m.isIdle() {
		return b.l.exec("DELETE FROM members WHERE cid = ? AND uid = ?", w.cid, uid)
	}
	return b.l.exec(`INSERT INTO members (cid, uid, role, nick, joined, ord, muted, muted_until, allowed, banned)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (cid, uid) DO UPDATE SET role = excluded.role, nick = excluded.nick, joined = excluded.joined, ord = excluded.ord,
			muted = excluded.muted, muted_until = excluded.muted_until, allowed = excluded.allowed, banned = excluded.banned`,
		w.cid, uid, int64(m.Role), m.Nick, millis(m.Joined), m.ord, m.Muted, millis(m.MutedUntil), m.Allowed, m.Banned)
}

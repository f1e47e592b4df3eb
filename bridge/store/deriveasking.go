package store

import (
	"dragoman/bridge/chat"
)

// asking is for applications and invitations, and for those that come to nothing.
func (b *batch) asking(st *step, body *chat.Membership) error {
	switch body.Change {
	case chat.ChangeApply:
		if err := b.ask(st, body, body.Users, 0); err != nil {
			return err
		}
		st.narrow(st.w.roster.managers(), body.Users)
	case chat.ChangeInvite:
		if st.from == 0 {
			return chat.Refuse(chat.Invalid, "an invitation is somebody's")
		}
		if err := b.ask(st, body, body.Users, st.from); err != nil {
			return err
		}
		st.narrow(body.Users)
	case chat.ChangeApplyDecline:
		return b.declineApplications(st, body)
	case chat.ChangeInviteDecline:
		inviters, err := b.inviters(st)
		if err != nil {
			return err
		}
		if len(body.Users) == 0 || (len(body.Users) == 1 && body.Users[0] == st.ev.From) {
			body.Users = inviters
		}
		if err := b.answer(st, st.ev.From, AskingDeclined, "inviter > 0"); err != nil {
			return err
		}
		st.narrow(body.Users)
	}
	return nil
}

// ask notes what is asked of or by those of users who are no members; an earlier one of the same kind gives way.
func (b *batch) ask(st *step, body *chat.Membership, users []chat.UserID, inviter int64) error {
	var asked []chat.UserID
	for _, u := range users {
		if !st.w.roster.find(u).Role.IsMember() {
			asked = append(asked, u)
		}
	}
	if len(asked) == 0 {
		return chat.RefuseFor(chat.AlreadyMember, "already a member")
	}
	body.Users = asked
	for _, u := range asked {
		uid, err := b.uid(u)
		if err != nil {
			return err
		}
		err = b.l.exec("INSERT OR REPLACE INTO askings (cid, uid, inviter, reason, id) VALUES (?, ?, ?, ?, ?)",
			st.w.cid, uid, inviter, body.Reason, int64(st.ev.ID))
		if err != nil {
			return err
		}
		if err := b.refreshAsked(st.w, u); err != nil {
			return err
		}
	}
	return nil
}

// refreshAsked brings a standing up to what askings says.
func (b *batch) refreshAsked(w *work, u chat.UserID) error {
	uid, err := b.uid(u)
	if err != nil {
		return err
	}
	m := w.members().find(u)
	m.Applied, m.Invited = false, false
	var inviter int64
	err = b.l.scan("SELECT inviter FROM askings WHERE cid = ? AND uid = ? AND state = 0", []any{w.cid, uid}, []any{&inviter}, func() {
		m.Applied, m.Invited = m.Applied || inviter == 0, m.Invited || inviter > 0
	})
	w.members().put(m) // askings has it; members need not
	return err
}

func (b *batch) declineApplications(st *step, body *chat.Membership) error {
	var declined []chat.UserID
	for _, u := range body.Users {
		if !st.w.roster.find(u).Applied {
			continue
		}
		if err := b.answer(st, u, AskingDeclined, "inviter = 0"); err != nil {
			return err
		}
		declined = append(declined, u)
	}
	if len(declined) == 0 {
		return chat.Refuse(chat.NotFound, "there is no such application")
	}
	body.Users = declined
	st.narrow(st.w.roster.managers(), declined)
	return nil
}

// answer notes what became of those open askings of u that which says.
func (b *batch) answer(st *step, u chat.UserID, state AskingState, which string) error {
	uid, err := b.uid(u)
	if err != nil {
		return err
	}
	n, err := b.l.changed("UPDATE askings SET state = ?, answerer = ?, answered = ? WHERE cid = ? AND uid = ? AND state = 0 AND "+which,
		int64(state), st.from, int64(st.ev.ID), st.w.cid, uid)
	switch {
	case err != nil:
		return err
	case n == 0:
		return chat.Refuse(chat.NotFound, "nothing was asked")
	}
	return b.refreshAsked(st.w, u)
}

// inviters are those who have invited the author.
func (b *batch) inviters(st *step) ([]chat.UserID, error) {
	var users []int64
	var uid int64
	err := b.l.scan("SELECT inviter FROM askings WHERE cid = ? AND uid = ? AND inviter > 0 AND state = 0 ORDER BY id", []any{st.w.cid, st.from},
		[]any{&uid}, func() { users = append(users, uid) })
	if err != nil {
		return nil, err
	}
	return b.s.names.users(b.l, users)
}

// acceptInvitation lets the author in whom somebody has invited.
func (b *batch) acceptInvitation(st *step, body *chat.Membership) error {
	inviters, err := b.inviters(st)
	if err != nil {
		return err
	}
	if len(inviters) == 0 {
		return chat.Refuse(chat.NotFound, "there is no invitation")
	}
	body.Users = inviters
	return b.letIn(st, body, []chat.UserID{st.ev.From})
}

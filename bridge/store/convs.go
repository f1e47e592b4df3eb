package store

import (
	"maps"

	"dragoman/bridge/chat"
)

// conv returns the batch's copy of c; nil where there is no such conversation.
func (b *batch) conv(c chat.Conv) (*work, error) {
	if w := b.convs[c]; w != nil {
		return w, nil
	}
	v, err := b.s.conv(b.l, c)
	if err != nil || v == nil {
		return nil, err
	}
	return b.adopt(v), nil
}

func (b *batch) adopt(v *conv) *work {
	own := *v
	w := &work{conv: &own}
	b.convs[v.name] = w
	return w
}

// place returns where ev belongs, made where its kind needs no making, and checks that its author may be there at all: what
// a Policy has seen may have changed since. It returns nil for a group, thread or room that ev itself makes.
func (b *batch) place(ev *chat.Event) (*work, error) {
	w, err := b.conv(ev.Conv)
	if err != nil {
		return nil, err
	}
	switch ev.Conv.Kind {
	case chat.KindPeer, chat.KindSelf, chat.KindCall:
		if w == nil {
			return b.create(ev.Conv)
		}
		return w, nil
	case chat.KindGroup, chat.KindThread, chat.KindRoom:
	default:
		return nil, chat.Refuse(chat.Invalid, "nothing is stored there")
	}
	if body, ok := ev.Body.(chat.Lifecycle); ok && body.Created {
		return w, nil
	}
	if w == nil {
		return nil, chat.RefuseFor(chat.NoGroup, "there is no such group or room")
	}
	switch ev.Body.(type) {
	case chat.Setting, chat.Hide: // one's own copy, also of what is no more
		return w, nil
	}
	if w.details.Dissolved {
		return nil, chat.RefuseFor(chat.Dissolved, "this group or room is no more")
	}
	return w, b.checkInside(ev, w)
}

func (b *batch) checkInside(ev *chat.Event, w *work) error {
	if (ev.Source != chat.Client && ev.Source != chat.Trunk) || ev.Conv.Kind == chat.KindRoom {
		return nil
	}
	if body, ok := ev.Body.(chat.Membership); ok {
		switch body.Change {
		case chat.ChangeJoin, chat.ChangeApply, chat.ChangeInviteAccept, chat.ChangeInviteDecline:
			return nil
		}
	}
	if !w.roster.find(ev.From).Role.IsMember() {
		return chat.RefuseFor(chat.NotMember, "you are not in this group")
	}
	return nil
}

// create makes the row of a conversation, and the lines of those who are in it by its name alone.
func (b *batch) create(c chat.Conv) (*work, error) {
	v := &conv{name: c}
	var in []int64
	switch c.Kind {
	case chat.KindPeer:
		v.two = pairOf(c)
		uids, err := b.uids(v.two)
		if err != nil {
			return nil, err
		}
		v.a, v.b, in = uids[0], uids[len(uids)-1], uids
	case chat.KindSelf:
		uid, err := b.uid(chat.UserID(c.ID))
		if err != nil {
			return nil, err
		}
		v.a, in = uid, []int64{uid}
	default:
		v.roster = &roster{}
	}
	var err error
	if v.cid, err = b.l.insert("INSERT INTO convs (kind, name, a, b) VALUES (?, ?, ?, ?)", int64(c.Kind), c.ID, v.a, v.b); err != nil {
		return nil, err
	}
	for _, uid := range in {
		if err := b.l.exec("INSERT INTO lines (uid, cid, from_id) VALUES (?, ?, 0)", uid, v.cid); err != nil {
			return nil, err
		}
	}
	w := b.adopt(v)
	w.touched = true
	return w, nil
}

// members is the roster to change.
func (w *work) members() *roster {
	if !w.ownRoster {
		w.roster, w.ownRoster = w.roster.clone(), true
	}
	return w.roster
}

// about is the details to change.
func (w *work) about() *chat.Details {
	if !w.ownDetails {
		d := *w.details
		d.Attributes = maps.Clone(d.Attributes)
		w.details, w.ownDetails = &d, true
	}
	return w.details
}

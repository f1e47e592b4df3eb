package xmpp

import (
	"context"

	"mellium.im/xmpp/stanza"

	"dragoman/bridge/chat"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

func notJoined() stanza.Error {
	return stanza.Error{Type: stanza.Modify, Condition: stanza.NotAcceptable,
		Text: map[string]string{"en": "you are not in this group or room"}}
}

func noOccupant() stanza.Error {
	return stanza.Error{Type: stanza.Cancel, Condition: stanza.ItemNotFound}
}

// messageToConv is for messages to a group, a room, or somebody in it.
func (s *session) messageToConv(ctx context.Context, st xmppwire.Stanza, to xmppmap.Address) {
	o := s.occupantOf(to.Conv)
	switch {
	case to.Resource != "" && st.Type == "groupchat": // [XEP-0045 §7.5]
		s.refuse(st, stanza.Error{Type: stanza.Modify, Condition: stanza.BadRequest})
	case to.Resource != "" && o == nil:
		s.refuse(st, notJoined())
	case to.Resource != "":
		s.sayPrivately(ctx, st, o, to)
	case st.Type != "groupchat":
		s.asked(ctx, st, to)
	case o == nil:
		s.refuse(st, s.whyNot(ctx, to.Conv))
	default:
		s.sayInConv(ctx, st, o)
	}
}

// whyNot is the refusal for who speaks where he has not joined.
func (s *session) whyNot(ctx context.Context, c chat.Conv) stanza.Error {
	if _, err := s.Store.Details(ctx, c); chat.CodeOf(err) == chat.NotFound {
		return stanza.Error{Type: stanza.Cancel, Condition: stanza.ItemNotFound}
	}
	return notJoined()
}

// sayInConv says something to all. A subject alone changes the notice [XEP-0045 §8.1].
func (s *session) sayInConv(ctx context.Context, st xmppwire.Stanza, o *occupant) {
	_, says := st.Body()
	if subject := st.Child(xmppwire.NSClient, "subject"); subject != nil && !says && st.Child(xmppwire.NSClient, "thread") == nil {
		text := subject.Text()
		s.changeSubject(ctx, st, o, text)
		return
	}
	s.say(ctx, st, o.conv, "")
}

// changeSubject sets the notice: moderators may, and others who have a voice where it is set so.
func (s *session) changeSubject(ctx context.Context, st xmppwire.Stanza, o *occupant, text string) {
	told := func(err error) {
		if err != nil {
			s.refuseErr(st, err)
		}
	}
	draft := chat.Draft{Conv: o.conv, Body: chat.Profile{Notice: &text}}
	d, me, err := s.here(ctx, o.conv)
	switch {
	case err != nil:
		told(err)
	case me.member.Role.IsManager():
		s.begin(ctx, draft, func(_ chat.Event, err error) { told(err) })
	default:
		set, err := s.settingsOf(ctx, &d)
		may := me.moderator || set.Topic && s.lookAt(ctx, o.conv, somebody{s.user, o.nickName(), o}, &d).item.Role == "participant"
		if err == nil && !may {
			err = chat.RefuseFor(chat.NoRight, "only moderators change the subject here")
		}
		if err == nil {
			_, err = s.command(ctx, draft)
		}
		told(err)
	}
}

// pmElement tells, inside what is kept of a private message, in which group or room it was said, and by whom to whom there.
const pmElement = "pm"

// sayPrivately says something to one occupant [XEP-0045 §7.5]. To the core it is a message between the two.
func (s *session) sayPrivately(ctx context.Context, st xmppwire.Stanza, o *occupant, to xmppmap.Address) {
	for _, who := range s.occupants(ctx, to.Conv) {
		if who.nick != to.Resource {
			continue
		}
		st = st.Without(func(e *xmppwire.Element) bool { return e.Space == xmppmap.NSMUCUser })
		st.Add(xmppwire.New(xmppmap.NSMUCUser, "x"), xmppwire.New(xmppmap.NSOwn, pmElement).
			Set("kind", to.Conv.Kind.String()).Set("in", to.Conv.ID).Set("from", o.nickName()).Set("to", who.nick))
		s.say(ctx, st, chat.Peer(s.user, who.user), "")
		return
	}
	s.refuse(st, noOccupant())
}

// asPrivate gives a private message the addresses that it has in its group or room.
func (s *session) asPrivate(st xmppwire.Stanza) xmppwire.Stanza {
	pm := st.Child(xmppmap.NSOwn, pmElement)
	if pm == nil {
		return st
	}
	st = st.Without(func(e *xmppwire.Element) bool { return e == pm })
	st.From = s.placeOf(pm) + "/" + pm.Attr("from")
	return st
}

// placeOf is the address of the group or room in which a private message was said.
func (s *session) placeOf(pm *xmppwire.Element) string { return s.m.ConvJID(placeIn(pm)) }

func placeIn(pm *xmppwire.Element) chat.Conv {
	if pm.Attr("kind") == chat.KindRoom.String() {
		return chat.Room(pm.Attr("in"))
	}
	return chat.Group(pm.Attr("in"))
}

// asked does what a message to a group or room asks of it: to invite somebody, to decline for oneself, to be heard.
func (s *session) asked(ctx context.Context, st xmppwire.Stanza, to xmppmap.Address) {
	x := st.Child(xmppmap.NSMUCUser, "x")
	if form := st.Child(nsData, "x"); form != nil {
		s.decideApplication(ctx, st, to, form)
		return
	}
	switch {
	case x.Child(xmppmap.NSMUCUser, "invite") != nil:
		for c := range x.Children() {
			if c.Is(xmppmap.NSMUCUser, "invite") {
				s.invite(ctx, st, to, c)
			}
		}
	case x.Child(xmppmap.NSMUCUser, "decline") != nil:
		s.decline(ctx, st, to)
	default:
		s.refuse(st, stanza.Error{Type: stanza.Modify, Condition: stanza.BadRequest})
	}
}

// invite asks somebody in, by the room's mouth [XEP-0045 §7.8.2]. Where nobody has to consent he is in.
func (s *session) invite(ctx context.Context, st xmppwire.Stanza, to xmppmap.Address, invite *xmppwire.Element) {
	whom, err := s.m.Parse(invite.Attr("to"))
	if err != nil || whom.Kind != xmppmap.User {
		s.refuse(st, stanza.Error{Type: stanza.Modify, Condition: stanza.JIDMalformed})
		return
	}
	d, err := s.Store.Details(ctx, to.Conv)
	if err != nil {
		s.refuseErr(st, err)
		return
	}
	body := chat.Membership{Users: []chat.UserID{whom.User}, Change: chat.ChangeInvite, Reason: invite.ChildText(xmppmap.NSMUCUser, "reason")}
	if to.Conv.Kind != chat.KindRoom && d.Consent == chat.ModeOpen {
		body.Change = chat.ChangeAdd
	}
	_, err = s.submit(ctx, chat.Draft{Conv: to.Conv, Body: body})
	if chat.ReasonOf(err) == chat.AlreadyMember {
		s.remind(to.Conv, whom.User, body)
		return
	}
	if err != nil {
		s.refuseErr(st, err)
	}
}

// remind brings an invitation to somebody who is a member and has not joined.
func (s *session) remind(c chat.Conv, u chat.UserID, b chat.Membership) {
	ev := &chat.Event{Draft: chat.Draft{Conv: c}, From: s.user, ID: chat.NewEventID(s.Now(), 0, 0)}
	for _, other := range s.hub.of(u) {
		if other.mayHear() {
			other.invited(ev, b)
		}
	}
}

// decline refuses an invitation; whoever invited is told in the room's name [XEP-0045 §7.8.2].
func (s *session) decline(ctx context.Context, st xmppwire.Stanza, to xmppmap.Address) {
	decline := st.Child(xmppmap.NSMUCUser, "x").Child(xmppmap.NSMUCUser, "decline")
	reason := decline.ChildText(xmppmap.NSMUCUser, "reason")
	body := chat.Membership{Users: []chat.UserID{s.user}, Change: chat.ChangeInviteDecline, Reason: reason}
	inviter, bad := s.m.Parse(decline.Attr("to"))
	named := bad == nil && inviter.Kind == xmppmap.User
	if named {
		body.Users = []chat.UserID{inviter.User}
	}
	_, err := s.submit(ctx, chat.Draft{Conv: to.Conv, Body: body})
	if err == nil {
		return // who invited hears of the event
	}
	if chat.CodeOf(err) == chat.Internal {
		s.log.Err(err).Msg("cannot decline an invitation")
	}
	if named { // of an invitation that asked for no answer, as clients send to each other
		s.deliverLocal(declined(to.Bare, inviter.Bare, s.bare, reason), inviter)
	}
}

// declined is how the group or room tells that an invitation was declined [XEP-0045 §7.8.2].
func declined(room, inviter, by, reason string) xmppwire.Stanza {
	x := xmppwire.New(xmppmap.NSMUCUser, "x")
	told := x.AddNew("decline").Set("from", by)
	if reason != "" {
		told.AddNew("reason").AddText(reason)
	}
	return xmppwire.Stanza{Name: "message", From: room, To: inviter, Children: []*xmppwire.Element{x}}
}

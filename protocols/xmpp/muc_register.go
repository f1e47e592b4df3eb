package xmpp

import (
	"context"
	"slices"

	"mellium.im/xmpp/stanza"

	"dragoman/bridge/chat"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

const (
	nsRoomRegister = "http://jabber.org/protocol/muc#register"
	fieldRoomNick  = "muc#register_roomnick"
	// reasonNick tells somebody who goes by another's nick why he is put out.
	reasonNick = "This nickname is reserved"
)

func (f *Frontend) mucRegisterIQs(t map[iqKey]iqHandler) {
	t[iqKey{toConv, false, nsRegister, "query"}] = mucRegistration
	t[iqKey{toConv, true, nsRegister, "query"}] = mucRegister
}

// notMember refuses who is on no list: an owner or admin puts people there.
func notMember() error {
	return refusalText(stanza.Auth, stanza.RegistrationRequired, "an owner or admin decides who is a member here")
}

// mucRegistration answers the form by which a member has a nick kept for him [XEP-0045 §7.10].
func mucRegistration(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	_, me, err := s.here(ctx, q.to.Conv)
	switch {
	case err != nil:
		return nil, err
	case me.member.Banned:
		return nil, forbidden()
	case !me.member.Role.IsMember():
		return nil, notMember()
	}
	query := xmppwire.New(nsRegister, "query")
	if me.member.Role.IsMember() && me.member.Nick != "" {
		query.AddNew("registered")
		query.AddNew("username").AddText(me.member.Nick)
	}
	form := xmppwire.New(nsData, "x").Set("type", "form").Add(formField("FORM_TYPE", "hidden", nsRoomRegister))
	nick := formField(fieldRoomNick, "text-single").Set("label", "Nickname")
	nick.AddNew("required")
	if me.member.Nick != "" {
		nick.AddNew("value").AddText(me.member.Nick)
	}
	return query.Add(form.Add(nick)), nil
}

// mucRegister keeps a nick for a member, or takes him off the list.
func mucRegister(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	d, me, err := s.here(ctx, q.to.Conv)
	if err != nil {
		return nil, err
	}
	if q.payload.Child(nsRegister, "remove") != nil {
		return s.unregister(ctx, q, &d, me)
	}
	form := q.payload.Child(nsData, "x")
	nick := first(formValues(form)[fieldRoomNick])
	switch {
	case me.member.Banned:
		return nil, forbidden()
	case form.Attr("type") != "submit" || nick == "":
		return nil, refusal(stanza.Modify, stanza.BadRequest)
	case xmppmap.Nick(nick) != nick:
		return nil, refusal(stanza.Modify, stanza.JIDMalformed)
	case !me.member.Role.IsMember():
		return nil, notMember()
	}
	if err := s.checkNick(ctx, d.Conv, nick); err != nil {
		return nil, err
	}
	if err := s.reserve(ctx, &d, s.user, nick); err != nil {
		return nil, err
	}
	return doneBehind(ctx, s, q)
}

// unregister takes the sender off the list of members.
func (s *session) unregister(ctx context.Context, q *request, d *chat.Details, me mucStanding) (*xmppwire.Element, error) {
	switch {
	case !me.member.Role.IsMember():
		return nil, notMember()
	case me.isAdmin():
		return nil, notAllowed()
	}
	steps := affiliationSteps(d, me.member, "none")
	if d.Conv.Kind != chat.KindRoom {
		steps = []chat.Membership{{Change: chat.ChangeLeave}}
	}
	for _, step := range steps {
		step.Users = []chat.UserID{s.user}
		if _, err := s.command(ctx, chat.Draft{Conv: d.Conv, Body: step}); err != nil {
			return nil, err
		}
	}
	return doneBehind(ctx, s, q)
}

// reserve keeps a nick for a member, and puts out whoever else goes by it.
func (s *session) reserve(ctx context.Context, d *chat.Details, u chat.UserID, nick string) error {
	switch owner, err := s.reserved(ctx, d.Conv, nick); {
	case err != nil:
		return err
	case owner == u:
		return nil
	case owner != "":
		return nickConflict()
	}
	for _, who := range s.occupants(ctx, d.Conv) {
		if who.nick == nick && who.user != u && d.Conv.Kind == chat.KindRoom {
			out := chat.Membership{Users: []chat.UserID{who.user}, Change: chat.ChangeKick, Reason: reasonNick}
			if _, err := s.command(ctx, chat.Draft{Conv: d.Conv, Body: out}); err != nil {
				return err
			}
		}
	}
	keep := chat.Membership{Users: []chat.UserID{u}, Change: chat.ChangeNick, Nick: nick}
	_, err := s.command(ctx, chat.Draft{Conv: d.Conv, Body: keep})
	return err
}

// reserved returns the member whose nick it is, "" for a free one.
func (f *Frontend) reserved(ctx context.Context, c chat.Conv, nick string) (chat.UserID, error) {
	members, err := f.membersOf(ctx, c)
	i := slices.IndexFunc(members, func(m chat.Member) bool { return m.Nick == nick })
	if err != nil || i < 0 {
		return "", err
	}
	return members[i].User, nil
}

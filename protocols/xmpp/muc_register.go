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
	fieldRoomAllow = "muc#register_allow"
	fieldApplicant = "muc#jid"
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
	case !me.member.Role.IsMember() && q.to.Conv.Kind == chat.KindRoom:
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
	case !me.member.Role.IsMember() && d.Conv.Kind == chat.KindRoom:
		return nil, notMember()
	case !me.member.Role.IsMember():
		return s.becomeMember(ctx, q, &d, me.member.Invited)
	}
	if err := s.checkNick(ctx, d.Conv, nick); err != nil {
		return nil, err
	}
	if err := s.reserve(ctx, &d, s.user, nick); err != nil {
		return nil, err
	}
	return doneBehind(ctx, s, q)
}

// becomeMember brings the sender into a group, or asks its managers where they decide.
func (s *session) becomeMember(ctx context.Context, q *request, d *chat.Details, isInvited bool) (*xmppwire.Element, error) {
	change := chat.Membership{Users: []chat.UserID{s.user}, Change: chat.ChangeJoin}
	if d.Join == chat.ModeAsk && !isInvited {
		change.Change = chat.ChangeApply
	}
	if _, err := s.submit(ctx, chat.Draft{Conv: d.Conv, Body: change}); err != nil {
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
			if him, err := s.standingOf(ctx, d, who.user); err != nil || him.isAdmin() {
				return nickConflict()
			}
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

// showApplication puts a form before a manager, in which he decides about who has applied [XEP-0045 §9.9].
func (s *session) showApplication(ev *chat.Event, b chat.Membership) {
	if ev.From == s.user || !s.mayHear() || s.classic != nil {
		return
	}
	form := xmppwire.New(nsData, "x").Set("type", "form")
	form.AddNew("title").AddText("Application")
	form.AddNew("instructions").AddText(b.Reason)
	form.Add(formField("FORM_TYPE", "hidden", nsRoomRegister))
	form.Add(formField(fieldApplicant, "jid-single", s.m.UserJID(ev.From)).Set("label", "Who applies"))
	form.Add(formField(fieldRoomNick, "text-single", xmppmap.Nick(string(ev.From))).Set("label", "Nickname"))
	form.Add(formField(fieldRoomAllow, "boolean", "0").Set("label", "Let him in"))
	m := xmppwire.Stanza{Name: "message", From: s.m.ConvJID(ev.Conv), To: s.bare, ID: ev.ID.String(), Children: []*xmppwire.Element{form}}
	if s.isLate(ev) {
		m.Add(xmppmap.Delay(m.From, ev.Time))
	}
	s.send(m)
}

// decideApplication takes the form that showApplication has put before a manager.
func (s *session) decideApplication(ctx context.Context, st xmppwire.Stanza, to xmppmap.Address, form *xmppwire.Element) {
	values := formValues(form)
	if form.Attr("type") == "cancel" {
		return
	}
	applicant, err := s.m.Parse(first(values[fieldApplicant]))
	if err != nil || applicant.Kind != xmppmap.User || first(values["FORM_TYPE"]) != nsRoomRegister {
		s.refuse(st, stanza.Error{Type: stanza.Modify, Condition: stanza.BadRequest})
		return
	}
	change := chat.Membership{Users: []chat.UserID{applicant.User}, Change: chat.ChangeApplyDecline}
	if normalFlag(first(values[fieldRoomAllow])) == "1" {
		change.Change = chat.ChangeApplyAccept
	}
	if _, err := s.submit(ctx, chat.Draft{Conv: to.Conv, Body: change}); err != nil {
		s.refuseErr(st, adminError(err))
	}
}

// refusedMembership tells an applicant that he was not let in, in words: there is no other form for it.
func refusedMembership(room, applicant, reason string) xmppwire.Stanza {
	text := "Your application was declined."
	if reason != "" {
		text += " " + reason
	}
	return xmppwire.Stanza{Name: "message", From: room, To: applicant, Children: []*xmppwire.Element{xmppwire.TextElement(xmppwire.NSClient, "body", text)}}
}

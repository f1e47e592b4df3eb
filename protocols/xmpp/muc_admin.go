package xmpp

import (
	"context"

	"mellium.im/xmpp/stanza"

	"dragoman/bridge/chat"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

func (f *Frontend) mucAdminIQs(t map[iqKey]iqHandler) {
	t[iqKey{toConv, false, xmppmap.NSMUCAdmin, "query"}] = mucList
	t[iqKey{toConv, true, xmppmap.NSMUCAdmin, "query"}] = mucSet
}

// mucList lists who has an affiliation or a role [XEP-0045 §9].
func mucList(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	d, err := s.Store.Details(ctx, q.to.Conv)
	if err != nil {
		return nil, err
	}
	me, err := s.Store.Member(ctx, q.to.Conv, s.user)
	if err != nil {
		return nil, err
	}
	item := q.payload.Child(xmppmap.NSMUCAdmin, "item")
	affiliation, role := item.Attr("affiliation"), item.Attr("role")
	switch {
	case affiliation == "" && role == "":
		return nil, refusal(stanza.Modify, stanza.BadRequest)
	case me.Role.IsManager():
	case affiliation != "" && affiliation != "outcast" && me.Role.IsMember() && q.to.Conv.Kind != chat.KindRoom:
		// Members of a closed group may see each other [XEP-0045 §9.5].
	default:
		return nil, refusal(stanza.Auth, stanza.Forbidden)
	}
	list := xmppwire.New(xmppmap.NSMUCAdmin, "query")
	if role != "" {
		return s.listRole(ctx, q, d, role, list)
	}
	members, err := s.affiliated(ctx, q.to.Conv, affiliation)
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		list.Add(xmppmap.Item{Affiliation: affiliation, JID: s.m.UserJID(m.User), Nick: m.Nick}.Element(xmppmap.NSMUCAdmin))
	}
	return list, nil
}

// affiliated returns who has an affiliation.
func (s *session) affiliated(ctx context.Context, c chat.Conv, affiliation string) ([]chat.Member, error) {
	switch affiliation {
	case "owner":
		return s.membersOf(ctx, c, chat.RoleOwner)
	case "admin":
		return s.membersOf(ctx, c, chat.RoleAdmin)
	case "outcast":
		return s.Store.Banned(ctx, c)
	case "member":
		all, err := s.membersOf(ctx, c)
		var members []chat.Member
		for _, m := range all {
			if !m.Role.IsManager() {
				members = append(members, m)
			}
		}
		return members, err
	}
	return nil, refusal(stanza.Modify, stanza.BadRequest)
}

func (s *session) listRole(ctx context.Context, q *request, d chat.Details, role string, list *xmppwire.Element) (*xmppwire.Element, error) {
	for _, who := range s.occupants(ctx, q.to.Conv) {
		item := s.lookAt(ctx, q.to.Conv, who, &d).item
		if item.Role == role {
			item.Nick = who.nick
			list.Add(item.Element(xmppmap.NSMUCAdmin))
		}
	}
	return list, nil
}

// mucSet changes affiliations and roles. The first that is refused ends it; what was before it stands.
func mucSet(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	if _, err := s.Store.Details(ctx, q.to.Conv); err != nil {
		return nil, err
	}
	for item := range q.payload.Children() {
		if !item.Is(xmppmap.NSMUCAdmin, "item") {
			return nil, refusal(stanza.Modify, stanza.BadRequest)
		}
		if err := s.setItem(ctx, q.to.Conv, item); err != nil {
			return nil, adminError(err)
		}
	}
	return doneBehind(ctx, s, q)
}

// adminError puts a refusal as administrators know it [XEP-0045 §8.2, §9].
func adminError(err error) error {
	switch chat.ReasonOf(err) {
	case chat.NoRight:
		return refusal(stanza.Auth, stanza.Forbidden)
	case chat.NotMember:
		return refusal(stanza.Auth, stanza.Forbidden)
	case chat.NoUser:
		return refusal(stanza.Cancel, stanza.ItemNotFound)
	}
	return err
}

func (s *session) setItem(ctx context.Context, c chat.Conv, item *xmppwire.Element) error {
	reason := item.ChildText(xmppmap.NSMUCAdmin, "reason")
	if role := item.Attr("role"); role != "" {
		who, err := s.byNick(ctx, c, item.Attr("nick"))
		if err != nil {
			return err
		}
		return s.setRole(ctx, c, who, role, reason)
	}
	u, err := s.target(ctx, c, item)
	if err != nil {
		return err
	}
	return s.setAffiliation(ctx, c, u, item.Attr("affiliation"), reason)
}

// target reads whom an item is about: by address, or by nick.
func (s *session) target(ctx context.Context, c chat.Conv, item *xmppwire.Element) (chat.UserID, error) {
	if item.Attr("jid") == "" {
		who, err := s.byNick(ctx, c, item.Attr("nick"))
		return who.user, err
	}
	a, err := s.m.Parse(item.Attr("jid"))
	if err != nil || a.Kind != xmppmap.User {
		return "", refusal(stanza.Modify, stanza.JIDMalformed)
	}
	return a.User, nil
}

func (s *session) byNick(ctx context.Context, c chat.Conv, nick string) (somebody, error) {
	for _, who := range s.occupants(ctx, c) {
		if who.nick == nick {
			return who, nil
		}
	}
	return somebody{}, refusal(stanza.Cancel, stanza.ItemNotFound)
}

// setRole kicks somebody, or takes or gives him his voice. Being a moderator goes with being an owner or admin.
func (s *session) setRole(ctx context.Context, c chat.Conv, who somebody, role, reason string) error {
	m, err := s.Store.Member(ctx, c, who.user)
	if err != nil {
		return err
	}
	change := chat.Membership{Users: []chat.UserID{who.user}, Reason: reason}
	switch role {
	case "none":
		if m.Role.IsManager() {
			return refusal(stanza.Cancel, stanza.NotAllowed) // [XEP-0045 §8.2]
		}
		change.Change = chat.ChangeKick
	case "visitor":
		if m.Role.IsManager() {
			return refusal(stanza.Cancel, stanza.NotAllowed)
		}
		change.Change = chat.ChangeMute
	case "participant":
		return s.giveVoice(ctx, c, who.user, m)
	case "moderator":
		if m.Role.IsManager() {
			return nil
		}
		change.Change, change.Role = chat.ChangeRole, chat.RoleAdmin
	default:
		return refusal(stanza.Modify, stanza.BadRequest)
	}
	_, err = s.submit(ctx, chat.Draft{Conv: c, Body: change})
	return err
}

func (s *session) giveVoice(ctx context.Context, c chat.Conv, u chat.UserID, m chat.Member) error {
	change := chat.Membership{Users: []chat.UserID{u}, Change: chat.ChangeUnmute}
	switch {
	case m.Role == chat.RoleAdmin:
		change.Change, change.Role = chat.ChangeRole, chat.RoleMember
	case m.Role == chat.RoleOwner:
		return refusal(stanza.Cancel, stanza.NotAllowed)
	case !m.IsMuted(s.Now()):
		change.Change = chat.ChangeAllow
	}
	_, err := s.submit(ctx, chat.Draft{Conv: c, Body: change})
	return err
}

// setAffiliation changes what somebody is for good.
func (s *session) setAffiliation(ctx context.Context, c chat.Conv, u chat.UserID, affiliation, reason string) error {
	m, err := s.Store.Member(ctx, c, u)
	if err != nil {
		return err
	}
	if xmppmap.Affiliation(m) == affiliation {
		return nil
	}
	var steps []chat.Membership
	step := func(ch chat.Change, r chat.Role) {
		steps = append(steps, chat.Membership{Users: []chat.UserID{u}, Change: ch, Role: r, Reason: reason})
	}
	room := c.Kind == chat.KindRoom
	if m.Role == chat.RoleOwner {
		return refusal(stanza.Cancel, stanza.Conflict) // a group has one owner; he passes it on [XEP-0045 §10.4]
	}
	if m.Banned && affiliation != "outcast" {
		step(chat.ChangeUnban, 0)
	}
	if !room && !m.Role.IsMember() && (affiliation == "member" || affiliation == "admin" || affiliation == "owner") {
		step(chat.ChangeAdd, 0)
	}
	switch affiliation {
	case "outcast":
		step(chat.ChangeBan, 0)
	case "none":
		switch {
		case m.Banned:
		case room && m.Role.IsMember():
			step(chat.ChangeLeave, 0)
		case !room:
			step(chat.ChangeKick, 0)
		}
	case "member":
		if room || m.Role == chat.RoleAdmin {
			step(chat.ChangeRole, chat.RoleMember)
		}
	case "admin":
		step(chat.ChangeRole, chat.RoleAdmin)
	case "owner":
		step(chat.ChangeOwner, 0)
	default:
		return refusal(stanza.Modify, stanza.BadRequest)
	}
	for _, body := range steps {
		if _, err := s.submit(ctx, chat.Draft{Conv: c, Body: body}); err != nil {
			return err
		}
	}
	return nil
}

package xmpp

import (
	"context"
	"slices"

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
	d, me, err := s.here(ctx, q.to.Conv)
	if err != nil {
		return nil, err
	}
	set, err := s.settingsOf(ctx, &d)
	if err != nil {
		return nil, err
	}
	item := q.payload.Child(xmppmap.NSMUCAdmin, "item")
	affiliation, role := item.Attr("affiliation"), item.Attr("role")
	switch {
	case affiliation == "" && role == "":
		return nil, refusal(stanza.Modify, stanza.BadRequest)
	case me.isAdmin(), role != "" && me.moderator:
	case affiliation != "" && affiliation != "outcast" && me.member.Role.IsMember() && (q.to.Conv.Kind != chat.KindRoom || set.OpenJIDs):
		// Members may see each other where nobody is hidden [XEP-0045 §9.5].
	default:
		return nil, forbidden()
	}
	list := xmppwire.New(xmppmap.NSMUCAdmin, "query")
	if role != "" {
		return s.listRole(ctx, q, d, role, list)
	}
	members, err := s.affiliated(ctx, q.to.Conv, affiliation, &set)
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		i := xmppmap.Item{Affiliation: affiliation, JID: s.m.UserJID(m.User), Nick: m.Nick}
		if m.Banned {
			i.Reason = set.Reasons[m.User]
		}
		list.Add(i.Element(xmppmap.NSMUCAdmin))
	}
	return list, nil
}

// affiliated returns who has an affiliation.
func (s *session) affiliated(ctx context.Context, c chat.Conv, affiliation string, set *mucSettings) ([]chat.Member, error) {
	if affiliation == "outcast" {
		return s.Store.Banned(ctx, c)
	}
	if rankOf(affiliation) < rankOf("member") {
		return nil, refusal(stanza.Modify, stanza.BadRequest)
	}
	all, err := s.membersOf(ctx, c)
	return slices.DeleteFunc(all, func(m chat.Member) bool { return set.affiliation(m.User, m) != affiliation }), err
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
	d, me, err := s.here(ctx, q.to.Conv)
	if err != nil {
		return nil, err
	}
	for item := range q.payload.Children() {
		if !item.Is(xmppmap.NSMUCAdmin, "item") {
			return nil, refusal(stanza.Modify, stanza.BadRequest)
		}
		if err := s.setItem(ctx, &d, me, item); err != nil {
			return nil, adminError(err)
		}
	}
	return doneBehind(ctx, s, q)
}

// adminError puts a refusal as administrators know it [XEP-0045 §8.2, §9].
func adminError(err error) error {
	switch chat.ReasonOf(err) {
	case chat.NoRight:
		return forbidden()
	case chat.NotMember:
		return forbidden()
	case chat.NoUser:
		return refusal(stanza.Cancel, stanza.ItemNotFound)
	}
	return err
}

func (s *session) setItem(ctx context.Context, d *chat.Details, me mucStanding, item *xmppwire.Element) error {
	reason := item.ChildText(xmppmap.NSMUCAdmin, "reason")
	if role := item.Attr("role"); role != "" {
		who, err := s.byNick(ctx, d.Conv, item.Attr("nick"))
		if err != nil {
			return err
		}
		return s.setRole(ctx, d, me, who, role, reason)
	}
	u, err := s.target(ctx, d.Conv, item)
	if err != nil {
		return err
	}
	if err := s.setAffiliation(ctx, d, me, u, item.Attr("affiliation"), reason); err != nil {
		return err
	}
	if nick := item.Attr("nick"); nick != "" && item.Attr("jid") != "" && rankOf(item.Attr("affiliation")) >= rankOf("member") {
		return s.reserve(ctx, d, u, nick)
	}
	return nil
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

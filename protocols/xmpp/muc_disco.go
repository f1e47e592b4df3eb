package xmpp

import (
	"context"
	"strconv"

	"mellium.im/xmpp/stanza"

	"dragoman/bridge/chat"
	"dragoman/bridge/store"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

const (
	nsRSM          = "http://jabber.org/protocol/rsm"
	nsSelfPing     = "http://jabber.org/protocol/muc#self-ping-optimization"
	nsRoomInfo     = "http://jabber.org/protocol/muc#roominfo"
	nsRoomConfig   = "http://jabber.org/protocol/muc#roomconfig"
	nsStableID     = "http://jabber.org/protocol/muc#stable_id"
	nodeRoomNick   = "x-roomuser-item"
	nodeOwnRooms   = "http://jabber.org/protocol/muc#rooms"
	maxListedRooms = 1000
)

func (f *Frontend) mucDiscoIQs(t map[iqKey]iqHandler) {
	t[iqKey{toService, false, nsDiscoInfo, "query"}] = f.serviceInfo
	t[iqKey{toService, false, nsDiscoItems, "query"}] = f.serviceItems
	t[iqKey{toConv, false, nsDiscoInfo, "query"}] = convInfo
	t[iqKey{toConv, false, nsDiscoItems, "query"}] = convItems
	t[iqKey{toConv, false, nsPing, "ping"}] = func(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
		_, err := s.Store.Details(ctx, q.to.Conv)
		return nil, err
	}
}

func serviceFeatures() []string {
	return []string{nsDiscoInfo, nsDiscoItems, xmppmap.NSMUC, nsPing, nsVersion, nsTime, nsRSM, xmppmap.NSOccupantID}
}

func (f *Frontend) serviceInfo(_ context.Context, _ *session, q *request) (*xmppwire.Element, error) {
	if q.payload.Attr("node") != "" {
		return nil, noNode()
	}
	name := "Groups"
	if q.to.Kind == xmppmap.Rooms {
		name = "Rooms"
	}
	return info(q, []identity{{"conference", "text", name}}, serviceFeatures()), nil
}

// serviceItems lists what strangers may find, and the user's own groups.
func (f *Frontend) serviceItems(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	if q.to.Kind == xmppmap.Rooms {
		return s.listConvs(ctx, q, chat.KindRoom)
	}
	return s.listConvs(ctx, q, chat.KindGroup)
}

func (s *session) listConvs(ctx context.Context, q *request, kinds ...chat.ConvKind) (*xmppwire.Element, error) {
	e := xmppwire.New(nsDiscoItems, "query")
	seen := map[chat.Conv]bool{}
	add := func(d chat.Details) {
		if !seen[d.Conv] {
			seen[d.Conv] = true
			e.AddNew("item").Set("jid", s.m.ConvJID(d.Conv)).SetIf("name", d.Name)
		}
	}
	for _, kind := range kinds {
		own, err := s.Store.Joined(ctx, s.user, kind, maxListedRooms, "")
		if err != nil {
			return nil, err
		}
		public, err := s.Store.ListConvs(ctx, kind, true, maxListedRooms, "")
		if err != nil {
			return nil, err
		}
		for _, j := range own {
			add(j.Details)
		}
		for _, d := range public {
			add(d)
		}
	}
	return pageItems(q, e)
}

// convInfo tells what a group or room is. A group that strangers may not find is known to its members alone.
func convInfo(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	d, err := s.Store.Details(ctx, q.to.Conv)
	if err != nil {
		return nil, err
	}
	me, err := s.Store.Member(ctx, q.to.Conv, s.user)
	if err != nil {
		return nil, err
	}
	set, err := s.settingsOf(ctx, &d)
	if err != nil {
		return nil, err
	}
	switch q.payload.Attr("node") {
	case "":
	case nodeRoomNick:
		return ownNick(me), nil
	default:
		return nil, noNode()
	}
	if isHidden(&d, me) {
		return info(q, []identity{{"conference", "text", ""}}, []string{xmppmap.NSMUC, "muc_membersonly", "muc_hidden"}), nil
	}
	features := append([]string{nsDiscoInfo, nsDiscoItems, nsPing, xmppmap.NSOccupantID, nsSelfPing, nsStableID, xmppmap.NSStanzaID},
		convFeatures(&d, &set)...)
	features = append(features, nsVCard)
	features = append(features, archiveFeatures()...)
	features = append(features, moderationFeatures()...)
	return info(q, []identity{{"conference", "text", d.Name}}, features, s.roomInfo(&d, &set)), nil
}

// isHidden reports whether somebody who is no member of a group learns nothing of it.
func isHidden(d *chat.Details, me chat.Member) bool {
	return d.Conv.Kind != chat.KindRoom && !d.Public && !me.Role.IsMember() && !me.Invited && d.Join != chat.ModeOpen
}

// ownNick tells a member the nick that is kept for him [XEP-0045 §7.12].
func ownNick(me chat.Member) *xmppwire.Element {
	e := xmppwire.New(nsDiscoInfo, "query").Set("node", nodeRoomNick)
	if me.Role.IsMember() && me.Nick != "" {
		e.AddNew("identity").Set("category", "conference").Set("type", "text").Set("name", me.Nick)
	}
	return e
}

func convFeatures(d *chat.Details, set *mucSettings) []string {
	pick := func(on bool, yes, no string) string {
		if on {
			return yes
		}
		return no
	}
	return []string{xmppmap.NSMUC, "muc_persistent", nsRegister, nsRoomRegister,
		pick(set.Secret != "", "muc_passwordprotected", "muc_unsecured"),
		pick(d.Conv.Kind == chat.KindRoom && !set.OpenJIDs, "muc_semianonymous", "muc_nonanonymous"),
		pick(d.Join != chat.ModeOpen, "muc_membersonly", "muc_open"),
		pick(d.Public, "muc_public", "muc_hidden"),
		pick(len(d.Silent) > 0, "muc_moderated", "muc_unmoderated")}
}

// roomInfo is the form that goes with disco#info of a group or room [XEP-0045 §6.4].
func (s *session) roomInfo(d *chat.Details, set *mucSettings) *xmppwire.Element {
	form := xmppwire.New(nsData, "x").Set("type", "result")
	form.Add(formField("FORM_TYPE", "hidden", nsRoomInfo))
	form.Add(formField("muc#roominfo_description", "", d.Description))
	form.Add(formField("muc#roominfo_subject", "", d.Notice))
	form.Add(formField("muc#roominfo_occupants", "", strconv.Itoa(d.Count)))
	form.Add(formField("muc#roomconfig_roomname", "", d.Name))
	form.Add(formField("muc#roominfo_changesubject", "boolean", boolText(set.Topic)))
	if _, picture := s.ownPicture(s.ctx, d.Avatar); len(picture) > 0 {
		form.Add(formField("muc#roominfo_avatarhash", "text-multi", pictureHash(picture)).Set("label", "Avatar hash")) // [XEP-0486 §4]
	}
	if d.Max > 0 {
		form.Add(formField(fieldMax, "", strconv.Itoa(d.Max)))
	}
	return form
}

// formField is a field of a data form [XEP-0004].
func formField(name, kind string, values ...string) *xmppwire.Element {
	f := xmppwire.New(nsData, "field").Set("var", name).SetIf("type", kind)
	for _, v := range values {
		f.AddNew("value").AddText(v)
	}
	return f
}

// formValues reads a submitted form; what is given more than once keeps all its values.
func formValues(x *xmppwire.Element) map[string][]string {
	values := map[string][]string{}
	for f := range x.Children() {
		if !f.Is(nsData, "field") || f.Attr("var") == "" {
			continue
		}
		var all []string
		for v := range f.Children() {
			if v.Is(nsData, "value") {
				all = append(all, v.Text())
			}
		}
		values[f.Attr("var")] = all
	}
	return values
}

// convItems lists who is there, to whom is there himself.
func convItems(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	if _, err := s.Store.Details(ctx, q.to.Conv); err != nil {
		return nil, err
	}
	e := xmppwire.New(nsDiscoItems, "query")
	if s.occupantOf(q.to.Conv) == nil {
		return e, nil
	}
	seen := map[string]bool{}
	for _, who := range s.occupants(ctx, q.to.Conv) {
		if !seen[who.nick] {
			seen[who.nick] = true
			e.AddNew("item").Set("jid", s.m.ConvJID(q.to.Conv)+"/"+who.nick)
		}
	}
	return e, nil
}

// membersOf returns the members of c that have one of the roles; nil: any.
func (f *Frontend) membersOf(ctx context.Context, c chat.Conv, roles ...chat.Role) ([]chat.Member, error) {
	members, _, err := f.Store.Members(ctx, c, store.MemberQuery{Roles: roles})
	return members, err
}

var errNotOccupant = &refused{cond: stanza.Error{Type: stanza.Modify, Condition: stanza.NotAcceptable}}

package xmpp

import (
	"context"
	"strconv"

	"mellium.im/xmpp/stanza"

	"dragoman/bridge/chat"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

func (f *Frontend) mucOwnerIQs(t map[iqKey]iqHandler) {
	t[iqKey{toConv, false, xmppmap.NSMUCOwner, "query"}] = mucConfig
	t[iqKey{toConv, true, xmppmap.NSMUCOwner, "query"}] = mucConfigure
}

// The fields of the configuration form.
const (
	fieldName    = "muc#roomconfig_roomname"
	fieldDesc    = "muc#roomconfig_roomdesc"
	fieldPublic  = "muc#roomconfig_publicroom"
	fieldMembers = "muc#roomconfig_membersonly"
	fieldModer   = "muc#roomconfig_moderatedroom"
	fieldInvites = "muc#roomconfig_allowinvites"
	fieldMax     = "muc#roomconfig_maxusers"
	fieldPersist = "muc#roomconfig_persistentroom"
	fieldWhois   = "muc#roomconfig_whois"
)

// manager refuses whoever may not configure.
func (s *session) manager(ctx context.Context, c chat.Conv) (chat.Details, chat.Member, error) {
	d, err := s.Store.Details(ctx, c)
	if err != nil {
		return d, chat.Member{}, err
	}
	me, err := s.Store.Member(ctx, c, s.user)
	if err == nil && !me.Role.IsManager() {
		err = refusal(stanza.Auth, stanza.Forbidden)
	}
	return d, me, err
}

// mucConfig answers the configuration form [XEP-0045 §10.2].
func mucConfig(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	d, _, err := s.manager(ctx, q.to.Conv)
	if err != nil {
		return nil, err
	}
	form := xmppwire.New(nsData, "x").Set("type", "form")
	form.AddNew("title").AddText("Configuration")
	form.Add(formField("FORM_TYPE", "hidden", nsRoomConfig))
	flag := func(name, label string, on bool) {
		form.Add(formField(name, "boolean", boolText(on)).Set("label", label))
	}
	form.Add(formField(fieldName, "text-single", d.Name).Set("label", "Name"))
	form.Add(formField(fieldDesc, "text-single", d.Description).Set("label", "Description"))
	flag(fieldPersist, "Stays when empty", true)
	flag(fieldPublic, "Strangers find it", d.Public)
	flag(fieldMembers, "Members only", d.Join != chat.ModeOpen)
	flag(fieldModer, "Moderated: members are silent until they get a voice", len(d.Silent) > 0)
	flag(fieldInvites, "Every member may invite", d.Invite == chat.ModeOpen)
	max := ""
	if d.Max > 0 {
		max = strconv.Itoa(d.Max)
	}
	form.Add(formField(fieldMax, "text-single", max).Set("label", "Most occupants"))
	whois := formField(fieldWhois, "list-single", "anyone").Set("label", "Who sees real addresses")
	if d.Conv.Kind == chat.KindRoom {
		whois = formField(fieldWhois, "list-single", "moderators").Set("label", "Who sees real addresses")
	}
	for _, option := range []string{"moderators", "anyone"} {
		whois.AddNew("option").Set("label", option).AddNew("value").AddText(option)
	}
	form.Add(whois)
	return xmppwire.New(xmppmap.NSMUCOwner, "query").Add(form), nil
}

func boolText(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// mucConfigure takes the filled-in form, or ends the group or room [XEP-0045 §10.2, §10.9].
func mucConfigure(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	d, _, err := s.manager(ctx, q.to.Conv)
	if err != nil {
		return nil, err
	}
	if q.payload.Child(xmppmap.NSMUCOwner, "destroy") != nil {
		_, err := s.submit(ctx, chat.Draft{Conv: q.to.Conv, Body: chat.Lifecycle{}})
		return nil, adminError(err)
	}
	form := q.payload.Child(nsData, "x")
	if form == nil {
		return nil, refusal(stanza.Modify, stanza.BadRequest)
	}
	if form.Attr("type") == "cancel" {
		return nil, nil
	}
	profile, rules, err := readConfiguration(formValues(form), d)
	if err != nil {
		return nil, err
	}
	if profile != (chat.Profile{}) {
		if _, err := s.submit(ctx, chat.Draft{Conv: q.to.Conv, Body: profile}); err != nil {
			return nil, err
		}
	}
	if rules != (chat.Rules{}) {
		if _, err := s.submit(ctx, chat.Draft{Conv: q.to.Conv, Body: rules}); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// readConfiguration returns what a form changes.
func readConfiguration(v map[string][]string, d chat.Details) (p chat.Profile, r chat.Rules, err error) {
	text := func(name, now string) *string {
		if all, ok := v[name]; ok && first(all) != now {
			s := first(all)
			return &s
		}
		return nil
	}
	flag := func(name string, now bool) (on, changed bool) {
		all, ok := v[name]
		if !ok {
			return now, false
		}
		on = first(all) == "1" || first(all) == "true"
		return on, on != now
	}
	p.Name, p.Description = text(fieldName, d.Name), text(fieldDesc, d.Description)
	if on, changed := flag(fieldPublic, d.Public); changed {
		r.Public = &on
	}
	if on, changed := flag(fieldMembers, d.Join != chat.ModeOpen); changed {
		mode := chat.ModeOpen
		if on {
			mode = chat.ModeAsk
		}
		r.Join = &mode
	}
	if on, changed := flag(fieldModer, len(d.Silent) > 0); changed {
		silent := []chat.Role{}
		if on {
			silent = append(silent, chat.RoleMember)
		}
		r.Silent = &silent
	}
	if on, changed := flag(fieldInvites, d.Invite == chat.ModeOpen); changed {
		mode := chat.ModeClosed
		if on {
			mode = chat.ModeOpen
		}
		r.Invite = &mode
	}
	if all, ok := v[fieldMax]; ok && first(all) != "" && first(all) != "none" {
		n, err := strconv.Atoi(first(all))
		if err != nil || n < 1 {
			return p, r, refusal(stanza.Modify, stanza.NotAcceptable)
		}
		if n != d.Max {
			r.Max = &n
		}
	}
	return p, r, nil
}

func first(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return all[0]
}

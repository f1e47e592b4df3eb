package xmpp

import (
	"cmp"
	"context"
	"slices"
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

// reasonClosed tells who is no member that the room is now for members only.
const reasonClosed = "This room is for its members only now"

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
	fieldTopic   = "muc#roomconfig_changesubject"
	fieldLogging = "muc#roomconfig_enablelogging"
	fieldLocked  = "muc#roomconfig_passwordprotectedroom"
	fieldSecret  = "muc#roomconfig_roomsecret"
)

// ownerOf refuses whoever may not configure.
func (s *session) ownerOf(ctx context.Context, c chat.Conv) (chat.Details, mucStanding, mucSettings, error) {
	d, me, err := s.here(ctx, c)
	if err != nil {
		return d, me, mucSettings{}, err
	}
	if !me.isAdmin() {
		return d, me, mucSettings{}, forbidden()
	}
	set, err := s.settingsOf(ctx, &d)
	return d, me, set, err
}

// mucConfig answers the configuration form [XEP-0045 §10.2].
func mucConfig(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	d, _, set, err := s.ownerOf(ctx, q.to.Conv)
	if err != nil {
		return nil, err
	}
	return xmppwire.New(xmppmap.NSMUCOwner, "query").Add(configForm(&d, &set)), nil
}

func configForm(d *chat.Details, set *mucSettings) *xmppwire.Element {
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
	flag(fieldTopic, "Everybody may change the subject", set.Topic)
	flag(fieldLogging, "Newcomers are told that what is said is kept", set.Logged)
	if d.Conv.Kind == chat.KindRoom {
		flag(fieldLocked, "A password is needed to enter", set.Secret != "")
		form.Add(formField(fieldSecret, "text-private", set.Secret).Set("label", "The password"))
	}
	max := ""
	if d.Max > 0 {
		max = strconv.Itoa(d.Max)
	}
	form.Add(formField(fieldMax, "text-single", max).Set("label", "Most occupants"))
	seen := "anyone"
	if d.Conv.Kind == chat.KindRoom && !set.OpenJIDs {
		seen = "moderators"
	}
	whois := formField(fieldWhois, "list-single", seen).Set("label", "Who sees real addresses")
	for _, option := range []string{"moderators", "anyone"} {
		whois.AddNew("option").Set("label", option).AddNew("value").AddText(option)
	}
	return form.Add(whois)
}

func boolText(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// mucConfigure takes the filled-in form, or ends the group or room [XEP-0045 §10.1, §10.2, §10.9].
func mucConfigure(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	d, me, set, err := s.ownerOf(ctx, q.to.Conv)
	if err != nil {
		return nil, err
	}
	if destroy := q.payload.Child(xmppmap.NSMUCOwner, "destroy"); destroy != nil {
		if !me.isOwner() {
			return nil, forbidden()
		}
		if err := s.destroy(ctx, d.Conv, destroy); err != nil {
			return nil, adminError(err)
		}
		return doneBehind(ctx, s, q)
	}
	form := q.payload.Child(nsData, "x")
	if form == nil {
		return nil, refusal(stanza.Modify, stanza.BadRequest)
	}
	if form.Attr("type") == "cancel" {
		if s.muc.configured(d.Conv) && me.isOwner() {
			return nil, s.destroy(ctx, d.Conv, nil) // it was never wanted [XEP-0045 §10.1.3]
		}
		return nil, nil
	}
	values := formValues(form)
	profile, rules, err := readConfiguration(values, d)
	if err != nil {
		return nil, err
	}
	_, codes, err := readSettingsForm(values, &d, set)
	if err != nil {
		return nil, err
	}
	s.muc.configured(d.Conv)
	changed, err := s.configure(ctx, &d, profile, rules)
	if err != nil {
		return nil, err
	}
	if len(codes) > 0 {
		var refused error
		err := s.changeSettings(ctx, &d, func(set *mucSettings) bool {
			*set, _, refused = readSettingsForm(values, &d, *set)
			return refused == nil
		})
		if err := cmp.Or(refused, err); err != nil {
			return nil, err
		}
	}
	s.result(q, nil)
	s.tellConfigured(d.Conv, codes, changed)
	return nil, errLater
}

// configure changes what other protocols know of too, and reports whether anything is new.
func (s *session) configure(ctx context.Context, d *chat.Details, p chat.Profile, r chat.Rules) (changed bool, err error) {
	if p != (chat.Profile{}) {
		changed = true
		if _, err := s.submit(ctx, chat.Draft{Conv: d.Conv, Body: p}); err != nil {
			return changed, err
		}
	}
	if r == (chat.Rules{}) {
		return changed, nil
	}
	if _, err := s.submit(ctx, chat.Draft{Conv: d.Conv, Body: r}); err != nil {
		return true, err
	}
	if r.Join == nil || *r.Join == chat.ModeOpen || d.Conv.Kind != chat.KindRoom {
		return true, nil
	}
	var out []chat.UserID
	for _, who := range s.occupants(ctx, d.Conv) {
		if m, err := s.Store.Member(ctx, d.Conv, who.user); err == nil && !m.Role.IsMember() && !slices.Contains(out, who.user) {
			out = append(out, who.user)
		}
	}
	if len(out) > 0 {
		_, err = s.command(ctx, chat.Draft{Conv: d.Conv, Body: chat.Membership{Users: out, Change: chat.ChangeKick, Reason: reasonClosed}})
	}
	return true, err
}

// tellConfigured says that the configuration is another [XEP-0045 §10.2.1]: of what has no event in the log to everybody, of
// the rest to the one who has asked, behind his answer.
func (s *session) tellConfigured(c chat.Conv, codes []int, changed bool) {
	for _, o := range s.hub.in(c) {
		switch {
		case len(codes) > 0:
			o.sendStatus(o, codes...)
		case changed && o.session == s:
			s.sendStatus(o, statusConfig)
		}
	}
}

// destroy ends a group or room; order is what whoever does so says about it.
func (s *session) destroy(ctx context.Context, c chat.Conv, order *xmppwire.Element) error {
	if order != nil {
		s.muc.mu.Lock()
		s.muc.ends[c] = xmppmap.Destroy(order)
		s.muc.mu.Unlock()
	}
	_, err := s.command(ctx, chat.Draft{Conv: c, Body: chat.Lifecycle{}})
	if len(s.hub.in(c)) == 0 {
		s.muc.forget(c)
	}
	return err
}

// readSettingsForm returns what a form makes of the settings, and the status codes that tell of it, none where nothing is new.
func readSettingsForm(v map[string][]string, d *chat.Details, set mucSettings) (after mucSettings, codes []int, err error) {
	flag := func(name string, now bool) bool {
		if all, ok := v[name]; ok {
			return isTrue(first(all))
		}
		return now
	}
	after = set
	after.Topic, after.Logged = flag(fieldTopic, set.Topic), flag(fieldLogging, set.Logged)
	if all, ok := v[fieldSecret]; ok {
		after.Secret = first(all)
	}
	if all, ok := v[fieldLocked]; ok && !isTrue(first(all)) {
		after.Secret = ""
	} else if ok && after.Secret == "" {
		return after, nil, refusalText(stanza.Modify, stanza.NotAcceptable, "a password is needed")
	}
	if all, ok := v[fieldWhois]; ok {
		after.OpenJIDs = first(all) == "anyone"
	}
	switch {
	case d.Conv.Kind != chat.KindRoom && (after.Secret != "" || !flagWhois(v)):
		return after, nil, refusalText(stanza.Modify, stanza.NotAcceptable, "groups have members that know each other, and no passwords")
	case v[fieldPersist] != nil && !isTrue(first(v[fieldPersist])):
		return after, nil, refusalText(stanza.Modify, stanza.NotAcceptable, "rooms stay until they are ended")
	}
	if d.Conv.Kind != chat.KindRoom {
		after.OpenJIDs = set.OpenJIDs
	}
	if after.Topic != set.Topic || after.Secret != set.Secret {
		codes = append(codes, statusConfig)
	}
	switch {
	case after.OpenJIDs && !set.OpenJIDs:
		codes = append(codes, statusConfig, statusOpened)
	case !after.OpenJIDs && set.OpenJIDs:
		codes = append(codes, statusConfig, statusClosed)
	}
	switch {
	case after.Logged && !set.Logged:
		codes = append(codes, statusConfig, statusLogged)
	case !after.Logged && set.Logged:
		codes = append(codes, statusConfig, statusUnlogged)
	}
	slices.Sort(codes)
	return after, slices.Compact(codes), nil
}

// flagWhois reports whether a form leaves it that everybody sees addresses, as in groups.
func flagWhois(v map[string][]string) bool {
	all, ok := v[fieldWhois]
	return !ok || first(all) == "anyone"
}

func isTrue(s string) bool { return s == "1" || s == "true" }

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
		on = isTrue(first(all))
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

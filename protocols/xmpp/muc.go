package xmpp

import (
	"context"
	"crypto/subtle"
	"slices"

	"mellium.im/xmpp/jid"
	"mellium.im/xmpp/stanza"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/bridge/store"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

// Status codes of XEP-0045 §15.6.
const (
	statusOpenJIDs = 100
	statusSelf     = 110
	statusConfig   = 104
	statusLogged   = 170
	statusUnlogged = 171
	statusOpened   = 172
	statusClosed   = 173
	statusCreated  = 201
	statusNick     = 210
	statusBanned   = 301
	statusRenamed  = 303
	statusKicked   = 307
	statusRemoved  = 321
	statusMembers  = 322
	statusShutdown = 332
)

// occupant is one XMPP session in a group or room.
type occupant struct {
	*session
	conv chat.Conv

	// Guarded by session.mu.
	nick    string
	leads   bool               // was made a moderator, for as long as he stays
	shown   xmppwire.Stanza    // the presence that the others see, without its MUC parts
	ready   bool               // the answer to joining is out
	pending []*bridge.Delivery // what came meanwhile
	since   chat.Place         // the answer to joining holds all up to here, and nothing beyond
}

// somebody is an occupant as others see him: one of ours, or of another protocol.
type somebody struct {
	user  chat.UserID
	nick  string
	local *occupant // nil: of another protocol
}

// enter registers an occupant.
func (h *hub) enter(o *occupant) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.rooms[o.conv] = append(slices.Clone(h.rooms[o.conv]), o)
}

// exit takes an occupant off, and reports whether he was the last.
func (h *hub) exit(o *occupant) (last bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	left := slices.DeleteFunc(slices.Clone(h.rooms[o.conv]), func(other *occupant) bool { return other == o })
	if len(left) == 0 {
		delete(h.rooms, o.conv)
		return true
	}
	h.rooms[o.conv] = left
	return false
}

// moderates reports whether u was made a moderator of c for as long as he stays.
func (h *hub) moderates(c chat.Conv, u chat.UserID) bool {
	return slices.ContainsFunc(h.in(c), func(o *occupant) bool { return o.user == u && o.isLeading() })
}

func (o *occupant) isLeading() bool {
	o.session.mu.Lock()
	defer o.session.mu.Unlock()
	return o.leads
}

// in returns who of ours is in a group or room, in order of joining; the slice is never changed.
func (h *hub) in(c chat.Conv) []*occupant {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.rooms[c]
}

// nickName returns the nick in force.
func (o *occupant) nickName() string {
	o.session.mu.Lock()
	defer o.session.mu.Unlock()
	return o.nick
}

// occupantOf returns the session's own place in c, nil if it has not joined.
func (s *session) occupantOf(c chat.Conv) *occupant {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.joined[c]
}

// presenceToConv joins, changes a nick or a presence, or leaves.
func (s *session) presenceToConv(ctx context.Context, st xmppwire.Stanza, to xmppmap.Address) {
	o := s.occupantOf(to.Conv)
	switch st.Type {
	case "unavailable":
		if o != nil {
			s.leave(ctx, o, &st, nil)
		}
		return
	case "":
	case "probe":
		s.probeOccupant(ctx, st, to)
		return
	case "error":
		s.expelGhost(ctx, st, o)
		return
	default:
		if st.Type != "unsubscribed" {
			s.refuse(st, stanza.Error{Type: stanza.Cancel, Condition: stanza.NotAllowed})
		}
		return
	}
	if to.Resource == "" { // [XEP-0045 §7.2.1]
		s.refuse(st, stanza.Error{Type: stanza.Modify, Condition: stanza.JIDMalformed}, xmppwire.New(xmppmap.NSMUC, "x"))
		return
	}
	var err error
	switch {
	case o == nil || st.Child(xmppmap.NSMUC, "x") != nil:
		err = s.join(ctx, st, to)
	case o.nickName() != to.Resource:
		err = s.rename(ctx, o, st, to.Resource)
	default:
		o.setShown(s.pictured(ctx, st))
		s.announce(ctx, o)
	}
	if err != nil {
		s.refuseJoin(st, err)
	}
}

// refuseJoin answers a presence that could not be had. The room says so in its own name.
func (s *session) refuseJoin(st xmppwire.Stanza, err error) {
	e := xmppmap.Refusal(err)
	if r, ok := err.(*refused); ok {
		e = r.cond
	} else if chat.CodeOf(err) == chat.Internal {
		s.log.Err(err).Msg("cannot join")
	}
	switch chat.ReasonOf(err) {
	case chat.NotMember, chat.NoRight, chat.NeedsInvite:
		e.Type, e.Condition = stanza.Auth, stanza.RegistrationRequired // [XEP-0045 §7.2.4]
	}
	if room, perr := jid.Parse(st.To); perr == nil {
		e.By = room.Bare()
	}
	reply := xmppmap.ErrorReply(st, e)
	reply.Children = append([]*xmppwire.Element{xmppwire.New(xmppmap.NSMUC, "x")}, reply.Children...)
	s.send(reply)
}

// setShown keeps what the others see of an occupant.
func (o *occupant) setShown(st xmppwire.Stanza) {
	shown := st.Without(func(e *xmppwire.Element) bool {
		return e.Space == xmppmap.NSMUC || e.Space == xmppmap.NSMUCUser || e.Space == xmppmap.NSOccupantID
	})
	shown.ID, shown.To, shown.From = "", "", ""
	o.session.mu.Lock()
	o.shown = shown
	o.session.mu.Unlock()
}

// join enters a group or room, making it where there is none. The answer has a fixed order: who is there, oneself, the
// history, the subject, and then what happens [XEP-0045 §7.2].
func (s *session) join(ctx context.Context, st xmppwire.Stanza, to xmppmap.Address) error {
	details, created, err := s.findOrCreate(ctx, to.Conv)
	if err != nil {
		return err
	}
	me, err := s.Store.Member(ctx, to.Conv, s.user)
	if err != nil {
		return err
	}
	nick := to.Resource
	again := s.occupantOf(to.Conv)
	if again == nil {
		if ctx, err = s.showSecret(ctx, st, &details, me); err != nil {
			return err
		}
	}
	if err := s.checkNick(ctx, to.Conv, nick); err != nil {
		return err
	}
	o := again
	if o == nil {
		o = &occupant{session: s, conv: to.Conv, nick: nick}
		s.mu.Lock()
		s.joined[to.Conv] = o
		s.mu.Unlock()
	}
	scene, err := s.enterConv(ctx, o, me, nick)
	if err != nil {
		if again == nil {
			s.forget(o)
		}
		return err
	}
	leads := s.hub.moderates(to.Conv, s.user) // by another device
	s.mu.Lock()
	o.nick = nick
	o.since = scene.Place
	o.leads = leads
	s.mu.Unlock()
	o.setShown(s.pictured(ctx, st))
	if again == nil {
		s.hub.enter(o)
	}
	s.welcome(ctx, o, details, scene, st, created)
	return nil
}

// showSecret checks the password that who enters a room has to know [XEP-0045 §7.2.5], and returns the context to enter by.
func (s *session) showSecret(ctx context.Context, st xmppwire.Stanza, d *chat.Details, me chat.Member) (context.Context, error) {
	set, err := s.settingsOf(ctx, d)
	switch {
	case err != nil:
		return ctx, err
	case me.Banned:
		return ctx, chat.RefuseFor(chat.Banned, "you are banned here")
	case set.Secret == "" || me.Role.IsManager():
		return ctx, nil
	}
	shown := st.Child(xmppmap.NSMUC, "x").ChildText(xmppmap.NSMUC, "password")
	if subtle.ConstantTimeCompare([]byte(shown), []byte(set.Secret)) != 1 {
		return ctx, refusalText(stanza.Auth, stanza.NotAuthorized, "this room has a password")
	}
	return context.WithValue(ctx, knowsSecret{}, true), nil
}

// enterConv is what entering means to the core: being there, in a room; being a member, in a group.
func (s *session) enterConv(ctx context.Context, o *occupant, me chat.Member, nick string) (bridge.Scene, error) {
	if o.conv.Kind != chat.KindRoom && !me.Role.IsMember() {
		if me.Banned {
			return bridge.Scene{}, chat.RefuseFor(chat.Banned, "you are banned here")
		}
		join := chat.Membership{Users: []chat.UserID{s.user}, Change: chat.ChangeJoin}
		if _, err := s.submit(ctx, chat.Draft{Conv: o.conv, Body: join}); err != nil {
			return bridge.Scene{}, err
		}
	}
	return s.Router.Enter(ctx, s.feed, o.conv, nick)
}

// findOrCreate returns the group or room, which begins to exist when somebody enters it [XEP-0045 §10.1].
func (s *session) findOrCreate(ctx context.Context, c chat.Conv) (d chat.Details, created bool, err error) {
	d, err = s.Store.Details(ctx, c)
	over := c.Kind != chat.KindRoom && chat.ReasonOf(err) == chat.Dissolved // a room may be made again
	if err == nil || chat.CodeOf(err) != chat.NotFound || over {
		return d, false, err
	}
	life := chat.Lifecycle{Created: true}
	if c.Kind == chat.KindGroup {
		ask, open, public := chat.ModeAsk, chat.ModeOpen, false
		life.Rules = chat.Rules{Join: &ask, Invite: &open, Public: &public}
	} else {
		open, public := chat.ModeOpen, true
		life.Rules = chat.Rules{Join: &open, Invite: &open, Public: &public}
	}
	if _, err = s.submit(ctx, chat.Draft{Conv: c, Body: life}); err != nil {
		return d, false, err
	}
	s.muc.begin(c, s.user)
	d, err = s.Store.Details(ctx, c)
	return d, true, err
}

// checkNick refuses a nick that another goes by.
func (s *session) checkNick(ctx context.Context, c chat.Conv, nick string) error {
	if owner, err := s.reserved(ctx, c, nick); err != nil {
		return err
	} else if owner != "" && owner != s.user {
		return nickConflict()
	}
	for _, other := range s.occupants(ctx, c) {
		if other.user != s.user && other.nick == nick {
			return nickConflict()
		}
	}
	return nil
}

func nickConflict() error { return refusal(stanza.Cancel, stanza.Conflict) } // [XEP-0045 §7.2.8]

// maxShown bounds how many members of another protocol are shown as occupants: a client draws a line for each.
const maxShown = 500

// occupants returns who is seen in c: each session of ours that has joined, and who is there by another protocol. Members
// of a group are there even when they are not online, unless they use XMPP, where one is in a group only after joining.
func (f *Frontend) occupants(ctx context.Context, c chat.Conv) []somebody {
	var all []somebody
	seen := map[chat.UserID]bool{}
	for _, o := range f.hub.in(c) {
		all = append(all, somebody{o.user, o.nickName(), o})
		seen[o.user] = true
	}
	if c.Kind == chat.KindRoom {
		for _, o := range f.Router.Occupants(c) {
			if _, ours := xmppmap.Resource(o.Device); !ours && !seen[o.User] {
				seen[o.User] = true
				all = append(all, somebody{user: o.User, nick: xmppmap.Nick(o.Nick)})
			}
		}
		return all
	}
	members, _, err := f.Store.Members(ctx, c, store.MemberQuery{Limit: maxShown})
	if err != nil {
		f.log.Err(err).Stringer("conv", c).Msg("cannot tell who is in a group")
	}
	for _, m := range members {
		if !seen[m.User] && f.isSeen(ctx, m.User) {
			all = append(all, somebody{user: m.User, nick: memberNick(m)})
		}
	}
	return all
}

func memberNick(m chat.Member) string {
	if m.Nick != "" {
		return xmppmap.Nick(m.Nick)
	}
	return xmppmap.Nick(string(m.User))
}

// isSeen reports whether a member who has not joined by XMPP is shown as an occupant.
func (f *Frontend) isSeen(ctx context.Context, u chat.UserID) bool {
	for _, other := range f.Router.Sessions(u) {
		if _, ours := xmppmap.Resource(other.Device); !ours {
			return true
		}
	}
	if trunk, _ := u.Trunk(); trunk == xmppmap.Trunk || len(f.hub.of(u)) > 0 {
		return false
	}
	devices, err := f.Store.Devices(ctx, u)
	if err != nil {
		return false
	}
	return !slices.ContainsFunc(devices, func(d store.Device) bool {
		_, ours := xmppmap.Resource(d.Reader.Device)
		return ours
	})
}

// nickOf returns how u is called in c.
func (f *Frontend) nickOf(ctx context.Context, c chat.Conv, u chat.UserID) string {
	for _, o := range f.hub.in(c) {
		if o.user == u {
			return o.nickName()
		}
	}
	if c.Kind == chat.KindRoom {
		for _, o := range f.Router.Occupants(c) {
			if o.User == u {
				return xmppmap.Nick(o.Nick)
			}
		}
	}
	m, err := f.Store.Member(ctx, c, u)
	if err != nil {
		return xmppmap.Nick(string(u))
	}
	m.User = u
	return memberNick(m)
}

// look is what is seen of an occupant, whoever looks.
type look struct {
	who      somebody
	conv     chat.Conv
	presence xmppwire.Stanza
	item     xmppmap.Item
	open     bool        // everybody may see his address
	actor    chat.UserID // who has made him what he is now, or put him out; "": nobody else
}

// lookAt says what is seen of an occupant.
func (f *Frontend) lookAt(ctx context.Context, c chat.Conv, who somebody, d *chat.Details) look {
	m, err := f.Store.Member(ctx, c, who.user)
	if err != nil {
		f.log.Err(err).Stringer("conv", c).Msg("cannot tell what a member may do")
	}
	set, err := f.settingsOf(ctx, d)
	if err != nil {
		f.log.Err(err).Stringer("conv", c).Msg("cannot tell how a room is set")
	}
	silent := m.IsMuted(f.Now()) || d.Silences(orMember(m.Role), f.Now()) && !m.Allowed
	l := look{who: who, conv: c, open: c.Kind != chat.KindRoom || set.OpenJIDs,
		item: xmppmap.Item{Affiliation: set.affiliation(who.user, m), Role: xmppmap.RoleName(m, silent)}}
	if f.hub.moderates(c, who.user) {
		l.item.Role = "moderator"
	}
	if who.local != nil {
		who.local.session.mu.Lock()
		l.presence = who.local.shown
		who.local.session.mu.Unlock()
	}
	l.presence.Name = "presence"
	l.presence.Children = append(slices.Clip(l.presence.Children), xmppwire.New(xmppmap.NSOccupantID, "occupant-id").
		Set("id", xmppmap.OccupantID(f.secret, c, who.user)))
	return l
}

// gone is the look of an occupant who leaves, with what his client said as it went.
func (l look) gone(said []*xmppwire.Element) look {
	id := l.presence.Children[len(l.presence.Children)-1]
	l.presence = xmppwire.Stanza{Name: "presence", Type: "unavailable", Children: append(slices.Clone(said), id)}
	l.item.Role = "none"
	return l
}

// showLook shows an occupant to r, by the addresses that r knows.
func (f *Frontend) showLook(ctx context.Context, r *occupant, l look, x func(xmppmap.Item) *xmppwire.Element) {
	item := l.item
	sees := l.open || f.sees(ctx, l.conv, r.user)
	if l.who.user == r.user || sees {
		item.JID = r.m.UserJID(l.who.user)
		if l.who.local != nil {
			item.JID = r.m.DeviceJID(l.who.user, l.who.local.actor.Device)
		}
	}
	if sees && l.actor != "" {
		item.ActorJID = f.addressIn(l.conv, r, l.actor)
	}
	p := l.presence
	p.From, p.To = r.m.ConvJID(l.conv)+"/"+l.who.nick, r.full
	e := x(item)
	if sees && p.Type == "" && l.who.local != nil {
		f.addTwins(e, r, l)
	}
	p.Children = append(slices.Clip(p.Children), e)
	r.sendQuiet(p)
}

// addTwins adds the addresses of the other devices that go by the same nick.
func (f *Frontend) addTwins(x *xmppwire.Element, r *occupant, l look) {
	for _, twin := range f.hub.in(l.conv) {
		if twin != l.who.local && twin.user == l.who.user && twin.nickName() == l.who.nick {
			item := xmppmap.Item{Affiliation: l.item.Affiliation, Role: l.item.Role, JID: r.m.DeviceJID(twin.user, twin.actor.Device)}
			x.Add(item.Element(xmppmap.NSMUCUser))
		}
	}
}

// addressIn is the address that r knows u by: that of his device in c, if he has one there.
func (f *Frontend) addressIn(c chat.Conv, r *occupant, u chat.UserID) string {
	for _, o := range f.hub.in(c) {
		if o.user == u {
			return r.m.DeviceJID(u, o.actor.Device)
		}
	}
	return r.m.UserJID(u)
}

// orMember is the role by which a room's silence counts for who is on no list.
func orMember(r chat.Role) chat.Role {
	if r == chat.RoleNone {
		return chat.RoleMember
	}
	return r
}

// sees reports whether a reader may see real addresses in c: everybody in a group and where it is set so, else moderators.
func (f *Frontend) sees(ctx context.Context, c chat.Conv, reader chat.UserID) bool {
	if c.Kind != chat.KindRoom {
		return true
	}
	d, err := f.Store.Details(ctx, c)
	if err != nil {
		return false
	}
	if set, err := f.settingsOf(ctx, &d); err == nil && set.OpenJIDs {
		return true
	}
	m, err := f.standingOf(ctx, &d, reader)
	return err == nil && m.moderator
}

// announce tells everybody of ours in o's group or room of o's presence as it is now.
func (s *session) announce(ctx context.Context, o *occupant, codes ...int) {
	d, err := s.Store.Details(ctx, o.conv)
	if err != nil {
		s.log.Err(err).Msg("cannot announce an occupant")
		return
	}
	s.announceTo(ctx, somebody{o.user, o.nickName(), o}, o.conv, &d, s.hub.in(o.conv), codes...)
}

// announceTo shows one occupant to others. codes are for himself, beside 110.
func (f *Frontend) announceTo(ctx context.Context, who somebody, c chat.Conv, d *chat.Details, readers []*occupant, codes ...int) {
	f.showTo(ctx, f.lookAt(ctx, c, who, d), readers, codes...)
}

// showTo is announceTo for a look.
func (f *Frontend) showTo(ctx context.Context, l look, readers []*occupant, codes ...int) {
	for _, r := range readers {
		var marks []int
		if r.user == l.who.user && (l.who.local == nil || r.session == l.who.local.session || r.nickName() == l.who.nick) {
			marks = append([]int{statusSelf}, codes...)
		}
		f.showLook(ctx, r, l, func(i xmppmap.Item) *xmppwire.Element { return xmppmap.UserX(i, marks...) })
	}
}

// rename changes a nick [XEP-0045 §7.6].
func (s *session) rename(ctx context.Context, o *occupant, st xmppwire.Stanza, nick string) error {
	if err := s.checkNick(ctx, o.conv, nick); err != nil {
		return err
	}
	if o.conv.Kind == chat.KindRoom {
		if _, err := s.Router.Enter(ctx, s.feed, o.conv, nick); err != nil {
			return err
		}
	}
	d, err := s.Store.Details(ctx, o.conv)
	if err != nil {
		return err
	}
	l := s.lookAt(ctx, o.conv, somebody{o.user, o.nickName(), o}, &d)
	affiliated := l.item
	l = l.gone(nil)
	l.item = affiliated
	l.item.Nick = nick
	for _, r := range s.hub.in(o.conv) {
		codes := []int{statusRenamed}
		if r == o {
			codes = append(codes, statusSelf)
		}
		s.showLook(ctx, r, l, func(i xmppmap.Item) *xmppwire.Element { return xmppmap.UserX(i, codes...) })
	}
	s.mu.Lock()
	o.nick = nick
	s.mu.Unlock()
	o.setShown(s.pictured(ctx, st))
	s.announce(ctx, o)
	if o.conv.Kind == chat.KindRoom {
		return nil
	}
	// In a group a nick is the member's own name there, which other protocols show too.
	_, err = s.submit(ctx, chat.Draft{Conv: o.conv, Body: chat.Membership{Users: []chat.UserID{s.user}, Change: chat.ChangeNick, Nick: nick}})
	return err
}

// forget takes an occupant off the lists.
func (s *session) forget(o *occupant) {
	s.mu.Lock()
	delete(s.joined, o.conv)
	s.mu.Unlock()
	if s.hub.exit(o) {
		s.muc.forget(o.conv)
	}
	s.keepPlaces()
}

// leave takes a session out of a group or room and tells the others. st is the presence with which it goes, nil if it
// sent none; x says why, nil: by itself.
func (s *session) leave(ctx context.Context, o *occupant, st *xmppwire.Stanza, x func(xmppmap.Item, bool) *xmppwire.Element) {
	s.leaveBy(ctx, o, "", st, x)
}

// leaveBy is leave where another has put the session out.
func (s *session) leaveBy(ctx context.Context, o *occupant, by chat.UserID, st *xmppwire.Stanza, x func(xmppmap.Item, bool) *xmppwire.Element) {
	d, err := s.Store.Details(ctx, o.conv)
	if err != nil && chat.CodeOf(err) != chat.NotFound {
		s.log.Err(err).Msg("cannot tell that an occupant leaves")
	}
	if x == nil {
		x = func(i xmppmap.Item, self bool) *xmppwire.Element {
			if self {
				return xmppmap.UserX(i, statusSelf)
			}
			return xmppmap.UserX(i)
		}
	}
	nick := o.nickName()
	var said []*xmppwire.Element
	if st != nil {
		said = st.Without(func(e *xmppwire.Element) bool { return e.Space == xmppmap.NSMUC }).Children
	}
	l := s.lookAt(ctx, o.conv, somebody{o.user, nick, o}, &d).gone(said)
	l.actor = by
	s.forget(o)
	s.showLook(ctx, o, l, func(i xmppmap.Item) *xmppwire.Element { return x(i, true) })
	others := s.hub.in(o.conv)
	var twin *occupant // another device under the same nick: for the others he stays
	for _, r := range others {
		if r.user == o.user && r.nickName() == nick {
			twin = r
		}
	}
	for _, r := range others {
		if twin != nil {
			break
		}
		s.showLook(ctx, r, l, func(i xmppmap.Item) *xmppwire.Element { return x(i, false) })
	}
	if twin != nil {
		s.announceTo(ctx, somebody{twin.user, nick, twin}, o.conv, &d, others)
	}
	if o.conv.Kind == chat.KindRoom {
		s.Router.Leave(ctx, s.feed, o.conv)
	}
}

// leaveAll leaves every group and room, for a session that ends or is no longer available.
func (s *session) leaveAll() {
	s.mu.Lock()
	joined := make([]*occupant, 0, len(s.joined))
	for _, o := range s.joined {
		joined = append(joined, o)
	}
	s.mu.Unlock()
	for _, o := range joined {
		s.leave(context.WithoutCancel(s.ctx), o, nil, nil)
	}
}

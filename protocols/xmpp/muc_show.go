package xmpp

import (
	"context"
	"slices"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

// showConv brings what happens in a group or room: to a session that has joined it, or, where it concerns the user himself,
// in any case.
func (s *session) showConv(d *bridge.Delivery) error {
	ev := d.Event
	if s.classic != nil {
		return s.showClassic(d)
	}
	s.noteBookmark(ev)
	s.mu.Lock()
	o := s.joined[ev.Conv]
	if o != nil && !o.ready {
		o.pending = append(o.pending, d)
		s.mu.Unlock()
		return nil
	}
	s.mu.Unlock()
	s.showAsking(ev)
	switch {
	case o == nil:
		return s.showOutside(ev)
	case o.knows(ev):
		return nil
	}
	return s.showIn(o, d)
}

// showIn brings what happens where the session is.
func (s *session) showIn(o *occupant, d *bridge.Delivery) error {
	switch b := d.Event.Body.(type) {
	case chat.Message, chat.Edit, chat.Recall, chat.Receipt, chat.Reaction, chat.Typing, chat.Relay:
		return s.showSaid(o, d)
	case chat.Membership:
		return s.showMembership(o, d.Event, b)
	case chat.Profile:
		s.showProfile(o, d.Event, b)
	case chat.Rules:
		s.showRules(o, d.Event, b)
	case chat.Lifecycle:
		if !b.Created {
			s.showEnd(o)
		}
	}
	return nil
}

// showSaid reflects what was said to every occupant, its author among them, who knows it by its id [XEP-0045 §7.4].
func (s *session) showSaid(o *occupant, d *bridge.Delivery) error {
	late := s.trunk != nil && s.isLate(d.Event) // a client of ours that was away asks for the history
	form := "xmpp/" + s.m.Domain
	if late {
		form += "/late"
	}
	stanzas, err := bridge.Once(d, form, func(d *bridge.Delivery) ([]xmppwire.Stanza, error) {
		out, err := s.m.FromEvent(d.Record, s.viewOf(s.ctx, d.Event, late))
		for i := range out {
			out[i] = s.asOccupant(out[i], d.Event)
			out[i].Freeze()
		}
		return out, err
	})
	for _, st := range stanzas {
		st.To = s.full
		s.sendQuiet(st)
	}
	return err
}

// showMembership shows who comes, goes and changes. What XMPP sessions do to themselves has been announced among them.
func (s *session) showMembership(o *occupant, ev *chat.Event, b chat.Membership) error {
	switch b.Change {
	case chat.ChangeJoin, chat.ChangeAdd, chat.ChangeApplyAccept, chat.ChangeInviteAccept:
		s.showComing(o, ev, b)
	case chat.ChangeLeave, chat.ChangeKick, chat.ChangeBan:
		s.showGoing(o, ev, b)
	case chat.ChangeRole, chat.ChangeOwner, chat.ChangeMute, chat.ChangeUnmute, chat.ChangeAllow, chat.ChangeDisallow:
		s.showChanged(o, ev, b)
	case chat.ChangeNick:
		s.showRenamed(o, b)
	}
	return nil
}

// showComing shows who has come by another protocol.
func (s *session) showComing(o *occupant, ev *chat.Event, b chat.Membership) {
	d, err := s.Store.Details(s.ctx, o.conv)
	if err != nil {
		return // dissolved meanwhile, which is told next
	}
	users := b.Users
	if b.Change == chat.ChangeInviteAccept {
		users = []chat.UserID{ev.From}
	}
	for _, who := range s.occupants(s.ctx, o.conv) {
		if who.local == nil && slices.Contains(users, who.user) {
			s.announceTo(s.ctx, who, o.conv, &d, []*occupant{o})
		}
	}
	if b.Change == chat.ChangeAdd {
		s.showAbsent(o, s.absent(o.conv, users), "")
	}
}

// absent returns who of these is not seen in c.
func (s *session) absent(c chat.Conv, users []chat.UserID) []chat.UserID {
	seen := s.occupants(s.ctx, c)
	return slices.DeleteFunc(slices.Clone(users), func(u chat.UserID) bool {
		return slices.ContainsFunc(seen, func(who somebody) bool { return who.user == u })
	})
}

// showGoing shows who has gone. A session whose user was put out is out itself.
func (s *session) showGoing(o *occupant, ev *chat.Event, b chat.Membership) {
	for _, u := range b.Users {
		actor := ev.From
		if b.Change == chat.ChangeLeave || actor == u || b.Reason == reasonNick {
			actor = ""
		}
		x := s.partingOf(o.conv, b, u, actor)
		if u == s.user {
			if b.Change != chat.ChangeLeave || o.conv.Kind != chat.KindRoom {
				s.hub.noteOut(ev.ID, u)
				s.leaveBy(s.ctx, o, actor, nil, x)
			}
			continue
		}
		s.showGone(o, ev.ID, u, b, actor, x)
	}
}

// partingOf says how and why u goes: to himself, and to others.
func (s *session) partingOf(c chat.Conv, b chat.Membership, u, by chat.UserID) func(xmppmap.Item, bool) *xmppwire.Element {
	code, affiliation := 0, "none"
	switch {
	case b.Change == chat.ChangeBan:
		code, affiliation = statusBanned, "outcast"
	case b.Change == chat.ChangeKick && b.Reason == reasonClosed:
		code = statusMembers
	case b.Change == chat.ChangeKick && c.Kind == chat.KindRoom:
		code = statusKicked
		if d, err := s.Store.Details(s.ctx, c); err == nil {
			if m, err := s.standingOf(s.ctx, &d, u); err == nil {
				affiliation = m.affiliation
			}
			if affiliation == "none" && d.Join != chat.ModeOpen {
				code = statusRemoved // no longer a member where only members may be [XEP-0045 §9.4]
			}
		}
	case b.Change == chat.ChangeKick, c.Kind != chat.KindRoom:
		code = statusRemoved
	}
	actor := ""
	if by != "" {
		actor = s.nickOf(s.ctx, c, by)
	}
	return func(i xmppmap.Item, self bool) *xmppwire.Element {
		i.Affiliation, i.Role, i.Reason, i.Actor = affiliation, "none", b.Reason, actor
		var codes []int
		if self {
			codes = append(codes, statusSelf)
		}
		if code != 0 {
			codes = append(codes, code)
		}
		return xmppmap.UserX(i, codes...)
	}
}

// showGone shows that another protocol's user has gone; an XMPP session tells of itself.
func (s *session) showGone(o *occupant, ev chat.EventID, u chat.UserID, b chat.Membership, by chat.UserID, x func(xmppmap.Item, bool) *xmppwire.Element) {
	for _, other := range s.hub.in(o.conv) {
		if other.user == u {
			return
		}
	}
	if s.hub.tellsOut(ev, u) {
		return // he has left already
	}
	if len(s.hub.of(u)) > 0 && b.Change == chat.ChangeLeave {
		return // his session has said so
	}
	if b.Change != chat.ChangeLeave && !s.wasThere(o.conv, u) {
		var codes []int
		if b.Change == chat.ChangeBan {
			codes = []int{statusBanned}
		}
		s.showAbsent(o, []chat.UserID{u}, b.Reason, codes...)
		return
	}
	nick := xmppmap.Nick(string(u))
	switch m, err := s.Store.Member(s.ctx, o.conv, u); {
	case b.Nick != "":
		nick = xmppmap.Nick(b.Nick)
	case err == nil && m.Nick != "":
		nick = xmppmap.Nick(m.Nick)
	}
	l := look{who: somebody{user: u, nick: nick}, conv: o.conv, actor: by, item: xmppmap.Item{Affiliation: "none", Role: "none"}}
	l.presence.Children = []*xmppwire.Element{xmppwire.New(xmppmap.NSOccupantID, "occupant-id").Set("id", xmppmap.OccupantID(s.secret, o.conv, u))}
	s.showLook(s.ctx, o, l.gone(nil), func(i xmppmap.Item) *xmppwire.Element { return x(i, false) })
}

// wasThere reports whether somebody who was put out by another can have been seen in c: by another protocol, for XMPP
// sessions tell of themselves.
func (s *session) wasThere(c chat.Conv, u chat.UserID) bool {
	if c.Kind != chat.KindRoom {
		return s.isSeen(s.ctx, u)
	}
	return slices.ContainsFunc(s.Router.Sessions(u), func(other bridge.Session) bool {
		_, ours := xmppmap.Resource(other.Device)
		return !ours
	})
}

// showChanged shows what occupants have become.
func (s *session) showChanged(o *occupant, ev *chat.Event, b chat.Membership) {
	d, err := s.Store.Details(s.ctx, o.conv)
	if err != nil {
		return // dissolved meanwhile, which is told next
	}
	users := b.Users
	if b.Change == chat.ChangeOwner {
		users = append(slices.Clone(users), ev.From)
	}
	for _, who := range s.occupants(s.ctx, o.conv) {
		if !slices.Contains(users, who.user) {
			continue
		}
		l := s.lookAt(s.ctx, o.conv, who, &d)
		if l.item.Affiliation == "none" && b.Change == chat.ChangeRole && d.Join != chat.ModeOpen {
			continue // he is put out, which is told next
		}
		if l.item.Reason = b.Reason; b.Change != chat.ChangeNick && ev.From != who.user {
			l.item.Actor, l.actor = s.nickOf(s.ctx, o.conv, ev.From), ev.From
		}
		s.showTo(s.ctx, l, []*occupant{o})
	}
	switch b.Change {
	case chat.ChangeRole, chat.ChangeOwner:
		s.showAbsent(o, s.absent(o.conv, users), b.Reason)
	}
}

// showRenamed shows the new name of a member who is there by another protocol [XEP-0045 §7.6]. An XMPP session has announced
// its own, and keeps its nick when another gives its user a name.
func (s *session) showRenamed(o *occupant, b chat.Membership) {
	d, err := s.Store.Details(s.ctx, o.conv)
	if err != nil {
		return // dissolved meanwhile, which is told next
	}
	for _, who := range s.occupants(s.ctx, o.conv) {
		if who.local != nil || !slices.Contains(b.Users, who.user) {
			continue
		}
		old := who
		if old.nick = xmppmap.Nick(b.Was); b.Was == "" {
			old.nick = xmppmap.Nick(string(who.user))
		}
		if old.nick == who.nick {
			continue
		}
		gone := s.lookAt(s.ctx, o.conv, old, &d)
		item := gone.item
		gone = gone.gone(nil)
		gone.item = item
		gone.item.Nick = who.nick
		s.showLook(s.ctx, o, gone, func(i xmppmap.Item) *xmppwire.Element { return xmppmap.UserX(i, statusRenamed) })
		s.announceTo(s.ctx, who, o.conv, &d, []*occupant{o})
	}
}

// showAbsent tells an occupant what others have become who are not there, if he may know who they are [XEP-0045 §9.3].
func (s *session) showAbsent(o *occupant, users []chat.UserID, reason string, codes ...int) {
	if !s.sees(s.ctx, o.conv, s.user) {
		return
	}
	d, err := s.Store.Details(s.ctx, o.conv)
	if err != nil {
		return // dissolved meanwhile, which is told next
	}
	for _, u := range users {
		m, err := s.standingOf(s.ctx, &d, u)
		if err != nil {
			s.log.Err(err).Msg("cannot tell what a member has become")
			continue
		}
		x := xmppmap.UserX(xmppmap.Item{Affiliation: m.affiliation, JID: s.m.UserJID(u), Reason: reason}, codes...)
		s.send(xmppwire.Stanza{Name: "message", From: s.m.ConvJID(o.conv), To: s.full, Children: []*xmppwire.Element{x}})
	}
}

// showProfile shows a new subject; of what else has changed the client is told that it has [XEP-0045 §10.2.1].
func (s *session) showProfile(o *occupant, ev *chat.Event, b chat.Profile) {
	if b.Notice != nil {
		m := xmppwire.Message("groupchat", xmppwire.TextElement(xmppwire.NSClient, "subject", *b.Notice))
		m.ID = xmppmap.MessageID(ev)
		m.From, m.To = s.m.ConvJID(o.conv)+"/"+s.nickOf(s.ctx, o.conv, ev.From), s.full
		s.send(m)
	}
	if b.Name != nil || b.Description != nil || b.Avatar != nil {
		s.showConfig(o, ev)
	}
}

// showConfig tells that the configuration has changed; who has changed it himself is told with his answer.
func (s *session) showConfig(o *occupant, ev *chat.Event) {
	if ev.From != s.user || ev.Device != s.actor.Device {
		s.sendStatus(o, statusConfig)
	}
}

func (s *session) showRules(o *occupant, ev *chat.Event, b chat.Rules) {
	s.showConfig(o, ev)
	if b.Silent == nil {
		return
	}
	d, err := s.Store.Details(s.ctx, o.conv)
	if err != nil {
		return // dissolved meanwhile, which is told next
	}
	for _, who := range s.occupants(s.ctx, o.conv) {
		s.announceTo(s.ctx, who, o.conv, &d, []*occupant{o})
	}
}

// sendStatus sends a message that is status codes alone.
func (s *session) sendStatus(o *occupant, codes ...int) {
	x := xmppmap.UserX(xmppmap.Item{}, codes...)
	x.Nodes = x.Nodes[1:]
	m := xmppwire.Message("groupchat", x)
	m.From, m.To = s.m.ConvJID(o.conv), s.full
	s.send(m)
}

// showEnd tells that the group or room is no more [XEP-0045 §10.9].
func (s *session) showEnd(o *occupant) {
	nick := o.nickName()
	s.muc.mu.Lock()
	why := s.muc.ends[o.conv]
	s.muc.mu.Unlock()
	s.forget(o)
	item := xmppmap.Item{Affiliation: "none", Role: "none", JID: s.full}
	if d, ok, err := s.Store.Former(s.ctx, o.conv); err == nil && ok && d.Owner == s.user {
		item.Affiliation = "owner"
	}
	x := xmppmap.UserX(item, statusSelf)
	if why == nil {
		why = xmppwire.New(xmppmap.NSMUCUser, "destroy")
	}
	x.Add(why)
	s.send(xmppwire.Stanza{Name: "presence", Type: "unavailable", From: s.m.ConvJID(o.conv) + "/" + nick, To: s.full,
		Children: []*xmppwire.Element{x}})
}

// showOutside tells of what happens where the session has not joined and its user is concerned: he was brought in, or is
// asked to come.
func (s *session) showOutside(ev *chat.Event) error {
	switch b := ev.Body.(type) {
	case chat.Membership:
		comes := b.Change == chat.ChangeAdd || b.Change == chat.ChangeInvite || b.Change == chat.ChangeApplyAccept
		if comes && ev.From != s.user && slices.Contains(b.Users, s.user) && s.mayHear() {
			s.invited(ev, b)
		}
	case chat.Lifecycle:
		if b.Created && ev.Conv.Kind == chat.KindThread {
			s.showThread(ev, b)
		}
		if b.Created && ev.From != s.user && slices.Contains(b.Members, s.user) && s.mayHear() {
			s.invited(ev, chat.Membership{})
		}
	}
	return nil
}

// showAsking tells managers who applies, and whoever has invited somebody that he will not come. They need not be there.
func (s *session) showAsking(ev *chat.Event) {
	b, ok := ev.Body.(chat.Membership)
	switch {
	case !ok || ev.From == s.user || !s.mayHear():
	case b.Change == chat.ChangeApply:
		s.showApplication(ev, b)
	case b.Change == chat.ChangeInviteDecline && slices.Contains(b.Users, s.user):
		s.send(declined(s.m.ConvJID(ev.Conv), s.bare, s.m.UserJID(ev.From), b.Reason))
	case b.Change == chat.ChangeApplyDecline && slices.Contains(b.Users, s.user):
		s.send(refusedMembership(s.m.ConvJID(ev.Conv), s.bare, b.Reason))
	}
}

// showThread says in the group that a thread hangs in that there is one now: XMPP clients know none.
func (s *session) showThread(ev *chat.Event, b chat.Lifecycle) {
	o := s.occupantOf(b.Parent)
	if o == nil {
		return // who is not there is not told what is said there either
	}
	name := ""
	if b.Profile.Name != nil {
		name = *b.Profile.Name
	}
	m := xmppwire.Message("groupchat", xmppwire.TextElement(xmppwire.NSClient, "body", "[thread] "+name))
	m.ID, m.From, m.To = ev.ID.String(), s.m.ConvJID(b.Parent)+"/"+s.nickOf(s.ctx, b.Parent, ev.From), s.full
	s.send(m)
}

// invited tells the client that its user may join: in the room's name and, since some clients heed the one and some the
// other, by the element of a direct invitation [XEP-0045 §7.8.2, XEP-0249]. An invitation to a group comes as both.
func (s *session) invited(ev *chat.Event, b chat.Membership) {
	room := s.m.ConvJID(ev.Conv)
	from := s.m.UserJID(ev.From)
	direct := xmppwire.New(xmppmap.NSConference, "x").Set("jid", room).SetIf("reason", b.Reason)
	mediated := xmppwire.Stanza{Name: "message", From: room, To: s.bare, ID: ev.ID.String()}
	x := xmppwire.New(xmppmap.NSMUCUser, "x")
	mediated.Add(x)
	if ev.Conv.Kind == chat.KindRoom {
		if slices.ContainsFunc(s.hub.in(ev.Conv), func(o *occupant) bool { return o.user == ev.From }) {
			from = room + "/" + s.nickOf(s.ctx, ev.Conv, ev.From)
		}
		mediated.Add(xmppwire.TextElement(xmppwire.NSClient, "body", from+" invites you to "+room), direct)
	}
	invite := x.AddNew("invite").Set("from", from)
	if b.Reason != "" {
		invite.AddNew("reason").AddText(b.Reason)
	}
	if set, err := s.secretFor(ev.Conv); err == nil && set != "" {
		x.AddNew("password").AddText(set)
	}
	if s.isLate(ev) {
		mediated.Add(xmppmap.Delay(room, ev.Time))
	}
	s.send(mediated)
	if ev.Conv.Kind != chat.KindRoom {
		s.send(xmppwire.Stanza{Name: "message", From: from, To: s.bare, ID: ev.ID.String() + "-direct", Children: []*xmppwire.Element{direct}})
	}
}

// secretFor is the password that goes with an invitation [XEP-0045 §7.8.2]; "": none is needed.
func (s *session) secretFor(c chat.Conv) (string, error) {
	d, err := s.Store.Details(s.ctx, c)
	if err != nil {
		return "", err
	}
	set, err := s.settingsOf(s.ctx, &d)
	return set.Secret, err
}

// forwardToOccupant brings an iq to an occupant's client, in the name of the sender's own place there; a ping to oneself
// tells whether one is still in [XEP-0410].
func (s *session) forwardToOccupant(st xmppwire.Stanza, to xmppmap.Address) {
	o := s.occupantOf(to.Conv)
	if o == nil {
		s.refuse(st, notJoined())
		return
	}
	if o.nickName() == to.Resource && (st.Type == "get" || st.Type == "set") && st.First().Is(nsPing, "ping") {
		s.send(xmppwire.Stanza{Name: "iq", Type: "result", ID: st.ID, From: st.To, To: s.full})
		return
	}
	for _, who := range s.occupants(context.WithoutCancel(s.ctx), to.Conv) {
		if who.nick != to.Resource {
			continue
		}
		if who.local == nil {
			break
		}
		forwarded := st
		forwarded.From, forwarded.To = who.local.m.ConvJID(to.Conv)+"/"+o.nickName(), who.local.full
		who.local.send(forwarded)
		return
	}
	s.refuse(st, noOccupant())
}

package xmpp

import (
	"context"
	"strconv"
	"time"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/bridge/store"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

// welcome is the answer to joining, in its fixed order, and the end of waiting for what comes after.
func (s *session) welcome(ctx context.Context, o *occupant, d chat.Details, scene bridge.Scene, st xmppwire.Stanza, created bool) {
	self := somebody{o.user, o.nickName(), o}
	for _, other := range s.occupants(ctx, o.conv) {
		if other.local != o && other.nick != self.nick { // a twin is seen as oneself
			s.announceTo(ctx, other, o.conv, &d, []*occupant{o})
		}
	}
	var codes []int
	set, err := s.settingsOf(ctx, &d)
	if err != nil {
		s.log.Err(err).Msg("cannot tell how a room is set")
	}
	if o.conv.Kind != chat.KindRoom || set.OpenJIDs {
		codes = append(codes, statusOpenJIDs)
	}
	if set.Logged {
		codes = append(codes, statusLogged)
	}
	if created {
		codes = append(codes, statusCreated)
	}
	var others []*occupant
	for _, r := range s.hub.in(o.conv) {
		if r != o {
			others = append(others, r)
		}
	}
	s.announceTo(ctx, self, o.conv, &d, others)
	s.announceTo(ctx, self, o.conv, &d, []*occupant{o}, codes...)
	s.sendHistory(ctx, o, st)
	s.sendSubject(o, d)
	s.release(o)
	s.keepPlaces()
}

// sendSubject sends the subject, even an empty one: it ends the history [XEP-0045 §7.2.15].
func (s *session) sendSubject(o *occupant, d chat.Details) {
	m := xmppwire.Message("groupchat", xmppwire.TextElement(xmppwire.NSClient, "subject", d.Notice))
	m.From, m.To = s.m.ConvJID(o.conv), s.full
	s.send(m)
}

// knows reports whether an event is older than the occupant's entry: what is caught up on after a login comes to a
// session that has joined meanwhile, and it has asked for as much of the past as it wants.
func (o *occupant) knows(ev *chat.Event) bool {
	o.session.mu.Lock() // who joins again reads and is shown things at once
	defer o.session.mu.Unlock()
	return !ev.Place.IsZero() && ev.Place.Pos <= o.since.Pos
}

// release shows what came while the answer to joining was written, but for what is in the history anyway.
func (s *session) release(o *occupant) {
	for {
		s.mu.Lock()
		pending := o.pending
		o.pending = nil
		if len(pending) == 0 {
			o.ready = true
			s.mu.Unlock()
			return
		}
		s.mu.Unlock()
		for _, d := range pending {
			if !o.knows(d.Event) {
				if err := s.showIn(o, d); err != nil {
					s.log.Err(err).Msg("cannot show an event")
				}
			}
		}
	}
}

// maxHistory bounds what somebody may ask for on joining; the archive has the rest.
const maxHistory = 200

// sendHistory sends what was said before, as much of it as the client wants [XEP-0045 §7.2.14].
func (s *session) sendHistory(ctx context.Context, o *occupant, st xmppwire.Stanza) {
	q := store.HistoryQuery{Limit: s.cfg.History, Kinds: []string{chat.BodyName(chat.Message{})}}
	chars := -1
	if h := st.Child(xmppmap.NSMUC, "x").Child(xmppmap.NSMUC, "history"); h != nil {
		chars = s.readHistory(h, &q)
	}
	if q.Limit <= 0 || chars == 0 {
		return
	}
	page, _, err := s.Store.History(ctx, s.user, o.conv, q)
	if err != nil {
		s.log.Err(err).Stringer("conv", o.conv).Msg("cannot read the history")
		return
	}
	stanzas := s.pastOf(ctx, o, page)
	if chars > 0 {
		stanzas = lastChars(stanzas, chars)
	}
	for _, m := range stanzas {
		m.To = s.full
		s.send(m)
	}
}

// readHistory reads a client's wishes; it returns the number of characters, -1 for no limit.
func (s *session) readHistory(h *xmppwire.Element, q *store.HistoryQuery) (chars int) {
	number := func(name string) (int, bool) {
		n, err := strconv.Atoi(h.Attr(name))
		return n, err == nil && n >= 0
	}
	if n, ok := number("maxstanzas"); ok {
		q.Limit = min(n, maxHistory)
	}
	if n, ok := number("seconds"); ok {
		q.Since = s.Now().Add(-time.Duration(n) * time.Second)
	}
	if t, err := time.Parse(time.RFC3339, h.Attr("since")); err == nil && t.After(q.Since) {
		q.Since = t
	}
	if n, ok := number("maxchars"); ok {
		return n
	}
	return -1
}

// lastChars returns the last stanzas that have no more than n characters together [XEP-0045 §7.2.14].
func lastChars(stanzas []xmppwire.Stanza, n int) []xmppwire.Stanza {
	for i := len(stanzas) - 1; i >= 0; i-- {
		if n -= len(stanzas[i].String()); n < 0 {
			return stanzas[i+1:]
		}
	}
	return stanzas
}

// pastOf returns old messages as stanzas of a group or room.
func (s *session) pastOf(ctx context.Context, o *occupant, page []chat.Entry) []xmppwire.Stanza {
	var out []xmppwire.Stanza
	for i := range page {
		entry := &page[i]
		if m, ok := entry.Body.(chat.Message); !ok || isRecalled(m) || entry.Place.Pos > o.since.Pos {
			continue
		}
		stanzas, err := s.m.FromEvent(chat.Record{Event: &entry.Event}, s.viewOf(ctx, &entry.Event, true))
		if err != nil {
			s.log.Err(err).Msg("cannot show an old message")
			continue
		}
		for _, m := range stanzas {
			out = append(out, s.asOccupant(m, &entry.Event))
		}
	}
	return out
}

func isRecalled(m chat.Message) bool {
	_, recalled := m.Content.(chat.Recalled)
	return recalled
}

// viewOf is how an event of a group or room is seen there.
func (s *session) viewOf(ctx context.Context, ev *chat.Event, late bool) xmppmap.View {
	return s.viewIn(ctx, s.m.ConvJID(ev.Conv), ev, late)
}

// viewIn is viewOf by the address that the group or room has for the reader.
func (f *Frontend) viewIn(ctx context.Context, room string, ev *chat.Event, late bool) xmppmap.View {
	return xmppmap.View{From: room + "/" + f.nickOf(ctx, ev.Conv, ev.From), By: room, Late: late, DelayFrom: room}
}

// asOccupant adds by what its author is known for ever.
func (f *Frontend) asOccupant(st xmppwire.Stanza, ev *chat.Event) xmppwire.Stanza {
	st.Add(xmppwire.New(xmppmap.NSOccupantID, "occupant-id").Set("id", xmppmap.OccupantID(f.secret, ev.Conv, ev.From)))
	return st
}

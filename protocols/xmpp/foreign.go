package xmpp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"mellium.im/xmpp/stanza"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

const (
	// maxForeignWork is how many stanzas of one foreign user may wait to be handled; who sends more is told to wait.
	maxForeignWork = 256
	// foreignIdle is how long a foreigner is kept in mind who shows no presence, is nowhere in and says nothing.
	foreignIdle = 5 * time.Minute
)

// foreigner is a user of another server: a session for what concerns the account, which is the one embedded, and one for
// each of its resources that shows itself or has joined something. They share what brings drafts to the core in order.
type foreigner struct {
	*session
	inbox chan work
	once  sync.Once // of restoring his places
	named bool      // he goes by a name that people can read; of who handles his stanzas

	devices map[string]*session // by resource; guarded by trunk.mu
	last    time.Time           // when he was last heard of; guarded by trunk.mu
	hears   *line               // that brings him what is for the account linked to him; guarded by trunk.mu
	spoke   string              // the resource that he has last written from; guarded by trunk.mu
	missed  *missed             // he was there when a line broke, and is not back; guarded by trunk.mu
}

// foreigner returns the user of that bare address.
func (t *trunk) foreigner(address string) *foreigner {
	t.mu.Lock()
	u := t.users[address]
	if u == nil {
		t.mu.Unlock()
		id := t.accountOf(address)
		t.mu.Lock()
		if u = t.users[address]; u == nil {
			u = t.newForeigner(address, id)
		}
	}
	u.last = t.Now()
	t.mu.Unlock()
	u.once.Do(u.restore)
	return u
}

// newForeigner makes one, with t.mu held.
func (t *trunk) newForeigner(address string, id chat.UserID) *foreigner {
	u := &foreigner{session: t.sessionOf(id, address, ""), inbox: make(chan work, maxForeignWork), devices: map[string]*session{}}
	u.ctx, u.cancel = context.WithCancelCause(t.life)
	u.presence = &xmppwire.Stanza{} // what concerns the account, its server wants to know
	t.users[address] = u
	t.running.Go(func() { _ = guarded(u.log, u.settle) }) // it ends with the context
	t.working.Go(u.handleAll)
	return u
}

// sessionOf returns a session of who acts from an address: a foreign user, or the account linked to it.
func (t *trunk) sessionOf(id chat.UserID, address, resource string) *session {
	s := t.newSession(t.m, id, resource)
	s.bare, s.full = address, xmppmap.Address{Bare: address, Resource: resource}.Full()
	s.trunk, s.iqs = t, t.iqs
	s.actor = bridge.Actor{User: id, Device: xmppmap.Device(resource), Platform: "xmpp", Source: chat.Trunk, Trunk: xmppmap.Trunk,
		Protocol: "xmpp", Address: t.cfg.Component.Host}
	if s.isLinked() {
		s.actor.Device, s.actor.Source, s.actor.Trunk = xmppmap.Device(s.full), chat.Client, ""
	}
	s.log = t.log.With().Object("actor", s.actor).Logger()
	return s
}

// give puts a stanza in line for the user. One too many is refused.
func (u *foreigner) give(w work) {
	select {
	case u.inbox <- w:
	default:
		if w.Name == "message" || w.Name == "iq" && (w.Type == "get" || w.Type == "set") {
			u.refuse(w.Stanza, stanza.Error{Type: stanza.Wait, Condition: stanza.ResourceConstraint})
			return
		}
		u.log.Warn().Str("stanza", w.Name).Msg("a foreign user sends more than can be handled")
	}
}

// handleAll handles what the user's server brings, in order, until he is forgotten.
func (u *foreigner) handleAll() {
	idle := time.NewTicker(foreignIdle)
	defer idle.Stop()
	for {
		select {
		case w := <-u.inbox:
			u.handleGuarded(w)
		case <-u.ctx.Done(): // he goes by another name now
			for len(u.inbox) > 0 {
				u.trunk.foreigner(u.bare).give(<-u.inbox)
			}
			return
		case <-u.trunk.ending:
			for len(u.inbox) > 0 {
				u.handleGuarded(<-u.inbox)
			}
			u.flown.Wait()
			return
		case <-idle.C:
			if u.forgotten() {
				u.cancel(errClosed)
				return
			}
		}
	}
}

// handleGuarded handles one stanza; a panic ends that one alone.
func (u *foreigner) handleGuarded(w work) {
	_ = guarded(u.log, func() error { u.handle(w); return nil }) // which logs it
}

// forgotten takes a user off the list of whom nothing was heard for long.
func (u *foreigner) forgotten() bool {
	u.trunk.mu.Lock()
	defer u.trunk.mu.Unlock()
	if u.isLinked() || len(u.devices) > 0 || len(u.inbox) > 0 || u.Now().Sub(u.last) < foreignIdle {
		return false
	}
	delete(u.trunk.users, u.bare)
	return true
}

// handle does what one stanza asks for.
func (u *foreigner) handle(w work) {
	if u.givesSign(w) {
		return
	}
	s := u.session
	if w.resource != "" {
		shows := w.Name == "presence" && w.Type == ""
		var err error
		if s, err = u.device(w.resource, shows); err != nil {
			u.log.Err(err).Msg("cannot open a session for a foreign user")
			return
		}
	}
	st := w.Stanza
	st.From = s.full
	switch {
	case w.err != nil:
		s.unreachable(st, w.err)
		return
	case st.Type == "error" && isGhost(st):
		if o := s.occupantOf(w.to.Conv); o != nil {
			s.leave(s.ctx, o, nil, nil)
			u.rest(s)
			return
		}
	case st.Name == "presence" && w.to.Kind == xmppmap.Server:
		s.presenceToGateway(st)
		return
	case st.Name == "presence" && st.Type == "" && s.resource == "":
		return // of no device
	}
	if w.to.Kind == xmppmap.User && st.Name != "iq" && st.Type != "error" {
		u.name(st)
	}
	frame := bridge.Frame{At: w.at, Data: func() []byte { return w.AppendTo(nil, "") }}
	s.handleStanza(bridge.WithFrame(s.ctx, frame), st, w.to)
	if st.Name == "presence" {
		u.rest(s)
	}
}

// name sees that a foreign user has a name for those whose protocol shows names and no addresses: what he calls himself
// [XEP-0172], else his address.
func (u *foreigner) name(st xmppwire.Stanza) {
	nick := st.Child(nsNick, "nick").Text()
	if u.named && nick == "" || u.isLinked() {
		return
	}
	u.named = true
	profile, err := u.Store.Profile(u.ctx, u.user)
	switch {
	case err == nil && profile.Name != "" && (nick == "" || profile.Name == nick):
		return
	case nick == "":
		nick = u.bare
	}
	if err == nil {
		_, err = u.submit(u.ctx, chat.Draft{Conv: chat.Self(u.user), Body: chat.Profile{Name: &nick}})
	}
	if err != nil {
		u.log.Warn().Err(err).Msg("cannot name a foreign user")
	}
}

// isGhost reports whether an error says that whom we sent something is not there [XEP-0045 §18.2 in the manner of its
// servers]: a client that has gone without a word.
func isGhost(st xmppwire.Stanza) bool {
	for c := range st.Child(xmppwire.NSClient, "error").Children() {
		if c.Space != xmppwire.NSStanzas {
			continue
		}
		switch stanza.Condition(c.Local) {
		case stanza.Gone, stanza.InternalServerError, stanza.ItemNotFound, stanza.JIDMalformed, stanza.RecipientUnavailable, stanza.Redirect,
			stanza.RemoteServerNotFound, stanza.RemoteServerTimeout, stanza.ServiceUnavailable:
			return true
		}
	}
	return false
}

// device returns the session of a resource; shows: it is to stay.
func (u *foreigner) device(resource string, shows bool) (*session, error) {
	t := u.trunk
	t.mu.Lock()
	s := u.devices[resource]
	t.mu.Unlock()
	if s != nil {
		return s, nil
	}
	s = t.sessionOf(u.user, u.bare, resource)
	s.flight, s.flown = u.flight, u.flown
	s.ctx, s.cancel = context.WithCancelCause(u.ctx)
	if !shows {
		return s, nil
	}
	var err error
	if s.feed, err = s.Router.Open(u.ctx, s.actor, bridge.FromNow()); err != nil {
		return nil, fmt.Errorf("open the feed of %s: %w", s.full, err)
	}
	t.mu.Lock()
	u.devices[resource] = s
	t.mu.Unlock()
	t.hub.add(s)
	t.running.Go(func() {
		err := guarded(s.log, s.pumpRooms)
		if u.ctx.Err() != nil {
			s.feed.Close() // the gateway stops: his places wait for him
			return
		}
		u.remove(s)
		s.end(err)
	})
	return s, nil
}

// pumpRooms shows what a foreign session hears on its own: what is said in rooms, whose audience is who is there. All else
// comes by the trunk's feed, which waits for the host.
func (s *session) pumpRooms() error {
	for {
		d, err := s.feed.Next(s.ctx)
		if err != nil {
			return endedBy(err)
		}
		switch ev := d.Event; {
		case ev.Conv.Kind == chat.KindRoom && ev.To == nil, ev.Conv.Kind == chat.KindAll:
			s.show(d)
		}
	}
}

// rest ends a session that neither shows itself nor is anywhere in.
func (u *foreigner) rest(s *session) {
	s.mu.Lock()
	busy := s.presence != nil || len(s.joined) > 0
	s.mu.Unlock()
	if busy || s.feed == nil {
		return
	}
	u.remove(s)
	s.end(errClosed)
}

func (u *foreigner) remove(s *session) {
	u.trunk.mu.Lock()
	defer u.trunk.mu.Unlock()
	if u.devices[s.resource] == s {
		delete(u.devices, s.resource)
	}
}

// show brings a delivery to the user: to his account's server, which knows his devices, or to those of his sessions that
// are in the group.
func (u *foreigner) show(d *bridge.Delivery) {
	ev := d.Event
	var err error
	switch ev.Conv.Kind {
	case chat.KindPeer:
		err = u.showTo(d)
	case chat.KindSelf:
		if ev.From != u.user {
			err = u.showSelf(ev)
		}
	case chat.KindGroup, chat.KindThread, chat.KindRoom:
		err = u.showWhereHeIs(d)
	}
	if err != nil {
		u.log.Err(err).Int64("event", int64(ev.ID)).Str("body", chat.BodyName(ev.Body)).Msg("cannot show an event")
	}
}

// showTo brings an event between the user and one of ours.
func (u *foreigner) showTo(d *bridge.Delivery) error {
	ev := d.Event
	switch b := ev.Body.(type) {
	case chat.Contact:
		if ev.From == u.user && u.isLinked() && (b.Change == chat.ContactAdd || b.Change == chat.ContactAsk) && ev.Device != u.actor.Device {
			u.offer(ev.Conv.Other(u.user))
		}
		return u.pushContact(ev, b)
	case chat.Message, chat.Edit, chat.Recall, chat.Receipt, chat.Reaction, chat.Typing, chat.Relay:
		if ev.From == u.user {
			return nil // his server shows his other devices
		}
	default:
		return nil
	}
	stanzas, err := u.render(d)
	for _, st := range stanzas {
		for _, st.To = range u.addressees(ev) {
			u.send(st)
		}
	}
	return err
}

// addressees is where a message to the user goes: to his account, the device that it was written to, or, if it was said in
// private in a group or room, his places there.
func (u *foreigner) addressees(ev *chat.Event) []string {
	native, _ := xmppmap.Native(ev)
	if pm := native.Child(xmppmap.NSOwn, pmElement); pm != nil {
		var places []string
		for _, o := range u.hub.in(placeIn(pm)) {
			if o.trunk != nil && o.bare == u.bare {
				places = append(places, o.full)
			}
		}
		if len(places) > 0 {
			return places
		}
	}
	if device, mine := strings.CutPrefix(native.To, u.bare+"/"); mine && u.isLinked() {
		return []string{u.bare + "/" + device}
	}
	if native.To != "" && !u.isLinked() {
		return []string{u.bare + "/" + native.To}
	}
	return []string{u.bare}
}

// showWhereHeIs brings what happens in a group to those of his sessions that are in it.
func (u *foreigner) showWhereHeIs(d *bridge.Delivery) (err error) {
	in := false
	for _, o := range u.hub.in(d.Event.Conv) {
		if o.trunk != nil && o.bare == u.bare {
			in = true
			err = errors.Join(err, o.showConv(d))
		}
	}
	if !in {
		err = u.showOutside(d.Event)
	}
	return err
}

// place is where one of a foreign user's devices is, as kept for the next run: a component's users do not notice that we
// were gone, and think that they are still in.
type place struct{ Kind, ID, Nick, Resource string }

var placesKey = chat.HiddenKey("xmpp.places")

// keepPlaces keeps where a foreign user's devices are.
func (s *session) keepPlaces() {
	if s.trunk == nil || s.trunk.isEnding() {
		return
	}
	s.trunk.foreigner(s.bare).writePlaces(context.WithoutCancel(s.ctx))
}

func (t *trunk) isEnding() bool {
	select {
	case <-t.ending:
		return true
	default:
		return false
	}
}

func (u *foreigner) writePlaces(ctx context.Context) {
	places := []place{}
	for _, s := range u.sessions() {
		s.mu.Lock()
		for c, o := range s.joined {
			places = append(places, place{c.Kind.String(), c.ID, o.nick, s.resource})
		}
		s.mu.Unlock()
	}
	text, err := json.Marshal(places)
	if err == nil {
		err = u.keep(ctx, placesKey, string(text))
	}
	if err != nil {
		u.log.Err(err).Msg("cannot keep where a foreign user is")
	}
}

func (u *foreigner) sessions() []*session {
	u.trunk.mu.Lock()
	defer u.trunk.mu.Unlock()
	all := make([]*session, 0, len(u.devices))
	for _, s := range u.devices {
		all = append(all, s)
	}
	return all
}

// restore puts the user's devices where they were when the gateway stopped. Whoever is not there any more turns up as an
// error to the first that we send him.
func (u *foreigner) restore() {
	all, err := u.Store.UserAttributes(u.ctx, u.home(), placesKey)
	var places []place
	if err == nil && all[placesKey] != "" {
		err = json.Unmarshal([]byte(all[placesKey]), &places)
	}
	if err != nil {
		u.log.Err(err).Msg("cannot tell where a foreign user was")
	}
	for _, p := range places {
		if err := u.restorePlace(p); err != nil {
			u.log.Info().Err(err).Str("id", p.ID).Msg("a foreign user is no longer in a group or room")
		}
	}
}

func (u *foreigner) restorePlace(p place) error {
	s, err := u.device(p.Resource, true)
	if err != nil {
		return err
	}
	c := chat.Group(p.ID)
	if p.Kind == chat.KindRoom.String() {
		c = chat.Room(p.ID)
	}
	if _, err := s.Router.Enter(s.ctx, s.feed, c, p.Nick); err != nil {
		u.rest(s)
		return err
	}
	o := &occupant{session: s, conv: c, nick: p.Nick, ready: true}
	s.mu.Lock()
	s.joined[c] = o
	s.mu.Unlock()
	s.hub.enter(o)
	return nil
}

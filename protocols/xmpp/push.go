package xmpp

import (
	"context"
	"errors"
	"fmt"

	"mellium.im/xmpp/stream"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

// maxHeld is how many messages wait in memory for a session that is bound and not available; the rest stay in the log.
const maxHeld = 256

// pump takes deliveries from the feed and shows them to the client until the session ends.
func (s *session) pump() error {
	if err := s.waitPresence(); err != nil {
		return err
	}
	for {
		if err := s.out.waitAcked(s.ctx); err != nil {
			return err
		}
		if err := s.waitHeld(); err != nil {
			return err
		}
		if err := s.waitRead(); err != nil {
			return err
		}
		d, err := s.feed.Next(s.ctx)
		if err != nil {
			return endedBy(err)
		}
		s.show(d)
	}
}

// endedBy says in the stream's words why the router ended a session.
func endedBy(err error) error {
	var cause *bridge.Cause
	if !errors.As(err, &cause) {
		return err
	}
	named := map[bridge.CauseKind]stream.Error{
		bridge.Kicked: stream.PolicyViolation, bridge.Replaced: stream.Conflict, bridge.Displaced: stream.Conflict,
		bridge.AccountDisabled: stream.NotAuthorized, bridge.AccountDeleted: stream.NotAuthorized,
		bridge.PasswordChanged: stream.NotAuthorized, bridge.TokenExpired: stream.NotAuthorized,
		bridge.Shutdown: stream.SystemShutdown,
	}[cause.Kind]
	return fmt.Errorf("%w: %w", cause, named)
}

// show brings one delivery to the client, in the form that it has here.
func (s *session) show(d *bridge.Delivery) {
	ev := d.Event
	var err error
	switch ev.Conv.Kind {
	case chat.KindPeer:
		err = s.showPeer(d)
	case chat.KindSelf:
		err = s.showSelf(ev)
	case chat.KindGroup, chat.KindThread, chat.KindRoom:
		err = s.showConv(d)
	case chat.KindAll:
		err = s.showAnnounced(d)
	}
	if err != nil {
		s.log.Err(err).Int64("event", int64(ev.ID)).Str("body", chat.BodyName(ev.Body)).Msg("cannot show an event")
	}
	s.passed(ev.Place)
}

// passed notes that all up to place is in the queue, unless messages are held back.
func (s *session) passed(place chat.Place) {
	if place.IsZero() {
		return
	}
	if s.classic != nil {
		s.passedClassic(place)
		return
	}
	s.mu.Lock()
	holds := len(s.held) > 0
	s.mu.Unlock()
	if !holds && s.out.mark(place) {
		s.feed.Ack(chat.Conv{}, place)
	}
}

func (s *session) showPeer(d *bridge.Delivery) error {
	switch b := d.Event.Body.(type) {
	case chat.Contact:
		return s.pushContact(d.Event, b)
	case chat.Block:
		return s.pushBlock(d.Event, b)
	case chat.Message, chat.Edit, chat.Recall, chat.Receipt, chat.Reaction, chat.Typing, chat.Relay:
		if s.classic != nil {
			return s.showClassic(d)
		}
		return s.showMessage(d)
	}
	return nil
}

func (s *session) showSelf(ev *chat.Event) error {
	switch b := ev.Body.(type) {
	case chat.Presence:
		s.pushPresence(ev, b)
		if ev.From == s.user && ev.Device == s.actor.Device {
			s.releaseHeld()
		}
	case chat.Attributes:
		if s.classic == nil {
			s.pushAttributes(ev, b)
		}
	case chat.Relay:
		s.pushMark(ev)
	}
	return nil
}

// showMessage brings a message of a peer conversation: what another said, or a copy of what the user said elsewhere.
func (s *session) showMessage(d *bridge.Delivery) error {
	ev := d.Event
	self := ev.Conv.Other(s.user) == s.user
	if ev.From == s.user && !self {
		if ev.Device == s.actor.Device {
			return nil
		}
		return s.showCopy(d, true)
	}
	switch s.wayOf(ev) {
	case wayNone:
		return nil
	case wayCopy:
		return s.showCopy(d, false)
	case wayHeld:
		s.hold(d)
		return nil
	}
	stanzas, err := s.render(d)
	if err != nil {
		return err
	}
	to := s.bare
	if native, _ := xmppmap.Native(ev); native.To == s.resource {
		to = s.full // as it was addressed [RFC 6121 §8.5.3.1]
	}
	for _, st := range stanzas {
		st.To = to
		s.sendQuiet(st)
	}
	return nil
}

// way is how a message comes to a session.
type way uint8

const (
	wayDirect way = iota
	wayCopy       // addressed to another device: a carbon copy
	wayHeld       // later, when the session is available
	wayNone       // not at all
)

// wayOf decides how a message that another sent comes to this session [RFC 6121 §8.5].
func (s *session) wayOf(ev *chat.Event) way {
	native, _ := xmppmap.Native(ev)
	if native.To == s.resource && native.To != "" {
		return wayDirect
	}
	if native.To != "" && native.Type != "headline" {
		if s.hub.find(s.user, native.To) != nil {
			return wayCopy
		}
	}
	s.mu.Lock()
	ready := s.presence != nil && s.priority >= 0
	s.mu.Unlock()
	switch {
	case ready:
		return wayDirect
	case ev.Place.IsZero(), s.othersHear():
		return wayNone
	}
	return wayHeld
}

// othersHear reports whether another session of the user takes his messages.
func (s *session) othersHear() bool {
	for _, other := range s.Router.Sessions(s.user) {
		if other.Device == s.actor.Device {
			continue
		}
		if _, xmpp := xmppmap.Resource(other.Device); !xmpp || other.Presence.Show != chat.ShowOffline && other.Presence.Priority >= 0 {
			return true
		}
	}
	return false
}

func (s *session) hold(d *bridge.Delivery) {
	s.mu.Lock()
	s.held = append(s.held, d)
	s.mu.Unlock()
}

// waitHeld waits while as much is held as may be.
func (s *session) waitHeld() error {
	for {
		s.mu.Lock()
		full := len(s.held) >= maxHeld
		s.mu.Unlock()
		if !full {
			return nil
		}
		select {
		case <-s.becoming:
			s.releaseHeld()
		case <-s.ctx.Done():
			return context.Cause(s.ctx)
		}
	}
}

// releaseHeld brings what was held, if the session takes messages now.
func (s *session) releaseHeld() {
	s.mu.Lock()
	if s.presence == nil || s.priority < 0 {
		s.mu.Unlock()
		return
	}
	held := s.held
	s.held = nil
	s.mu.Unlock()
	for _, d := range held {
		s.show(d)
	}
}

// render returns the stanzas of a peer's event for this user, shared between his devices where nothing differs.
func (s *session) render(d *bridge.Delivery) ([]xmppwire.Stanza, error) {
	late := s.isLate(d.Event)
	form := "xmpp/" + string(s.user)
	if late {
		form += "/late"
	}
	return bridge.Once(d, form, func(d *bridge.Delivery) ([]xmppwire.Stanza, error) {
		out, err := s.m.FromEvent(d.Record, xmppmap.View{From: s.senderOf(d.Event), By: s.stamper(), Late: late, DelayFrom: s.m.Domain})
		for i := range out {
			out[i] = s.asPrivate(out[i])
			out[i].Freeze()
		}
		return out, err
	})
}

// stamper is who stamps ids on what the user gets: his own account, which another server's user has there and not here.
func (s *session) stamper() string {
	if s.trunk != nil {
		return ""
	}
	return s.bare
}

// isLate reports whether an event was kept for the client: it is older than its availability, or, where it reaches one that
// is not available, than the session.
func (s *session) isLate(ev *chat.Event) bool {
	if ev.Place.IsZero() {
		return false
	}
	if s.trunk != nil {
		return s.trunk.wasDown(ev.Time)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.available.IsZero() {
		return ev.Time.Before(s.opened)
	}
	return ev.Time.Before(s.available)
}

// senderOf is the address of whoever made an event.
func (s *session) senderOf(ev *chat.Event) string {
	if ev.Source == chat.Server {
		return s.m.UserJID(ev.From)
	}
	return s.m.DeviceJID(ev.From, ev.Device)
}

// showAnnounced brings what the app's server says to everybody.
func (s *session) showAnnounced(d *bridge.Delivery) error {
	if !s.mayHear() {
		return nil
	}
	stanzas, err := s.m.FromEvent(d.Record, xmppmap.View{From: s.m.Domain})
	for _, st := range stanzas {
		st.To, st.Type = s.full, "headline"
		s.send(st)
	}
	return err
}

package webim

import (
	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/mapping/webimmap"
	"dragoman/protocols/webim/webimwire"
)

// render writes a delivery as this session's client reads it: encoded Metas, shared
// with all sessions of the same form. An event that cannot be written is logged and
// passed over, for otherwise it would stand before all that follows.
func (s *session) render(d *bridge.Delivery) ([][]byte, error) {
	if s.isOutside(d.Event.Conv) {
		return nil, nil
	}
	reader := webimmap.Reader{User: s.actor.User, Device: s.actor.Device, Generation: s.generation}
	metas, err := bridge.Once(d, s.realm.Form(d.Record, reader), func(d *bridge.Delivery) ([][]byte, error) {
		written, err := s.realm.FromEvent(d.Record, reader)
		if err != nil {
			return nil, err
		}
		encoded := make([][]byte, len(written))
		for i, m := range written {
			if encoded[i], err = webimwire.EncodeMeta(m); err != nil {
				return nil, err
			}
		}
		return encoded, nil
	})
	if err != nil {
		s.log.Err(err).Stringer("event", d.Event.ID).Msg("cannot render event")
		return nil, nil
	}
	return metas, nil
}

// isOutside reports whether c is a thread of a group that the user is not in any more: he follows it still, and is told
// nothing of it.
func (s *session) isOutside(c chat.Conv) bool {
	if c.Kind != chat.KindThread {
		return false
	}
	d, found, err := s.Store.Former(s.life, c)
	if err == nil && found && !d.Parent.IsZero() {
		var m chat.Member
		m, err = s.Store.Member(s.life, d.Parent, s.actor.User)
		if err == nil {
			return !m.Role.IsMember()
		}
	}
	if err != nil && chat.CodeOf(err) == chat.Internal {
		s.log.Err(err).Stringer("conv", c).Msg("cannot tell who may hear of a thread")
	}
	return err != nil // of a group that is no more nobody is a member
}

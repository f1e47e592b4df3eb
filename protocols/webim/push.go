package webim

import (
	"dragoman/bridge"
	"dragoman/mapping/webimmap"
	"dragoman/protocols/webim/webimwire"
)

// render writes a delivery as this session's client reads it: encoded Metas, shared
// with all sessions of the same form. An event that cannot be written is logged and
// passed over, for otherwise it would stand before all that follows.
func (s *session) render(d *bridge.Delivery) ([][]byte, error) {
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

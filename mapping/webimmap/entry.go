package webimmap

import (
	"dragoman/bridge/chat"
	"dragoman/protocols/webim/webimwire"
)

// FromEntry writes a message of history as asker sees it now: what it says after
// the last edit, and what has become of it. nil: it is no message, or was recalled.
func (r Realm) FromEntry(e *chat.Entry, asker chat.UserID) (*webimwire.Meta, error) {
	m, ok := e.Body.(chat.Message)
	if !ok {
		return nil, nil
	}
	if _, gone := m.Content.(chat.Recalled); gone {
		return nil, nil
	}
	ev := e.Event
	if e.Edited != nil {
		ev.Native = e.Edited.Native
	}
	return r.sayMeta(&ev, m, r.state(&e.Event, e, asker))
}

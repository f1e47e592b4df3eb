package webimmap

import (
	"dragoman/bridge/chat"
	"dragoman/protocols/webim/webimwire"
)

// contact writes a change between two users for one of them [webim 9].
func (r Realm) contact(ev *chat.Event, b chat.Contact, to Reader) ([]*webimwire.Meta, error) {
	other := ev.Conv.Other(ev.From)
	mine := to.User == ev.From // his own other devices
	switch b.Change {
	case chat.ContactAsk:
		if mine {
			return nil, nil
		}
		if r.Names.Mutual(ev.From, other) { // he had agreed before he was asked
			return one(r.roster(ev, webimwire.RosterBody_ACCEPT, other, ""))
		}
		return one(r.roster(ev, webimwire.RosterBody_ADD, other, b.Note))
	case chat.ContactAccept, chat.ContactAdd:
		switch {
		case len(ev.To) == 1 && ev.To[0] == ev.From:
			return nil, nil // agrees to what nobody has asked yet
		case mine, b.Change == chat.ContactAdd && !isAccepting(ev.Native):
			return one(r.roster(ev, webimwire.RosterBody_ACCEPT, other, ""))
		case !r.Names.Mutual(ev.From, other):
			return one(r.roster(ev, webimwire.RosterBody_REMOTE_ACCEPT, other, ""))
		}
		return r.agreed(ev, other)
	case chat.ContactDecline:
		if mine {
			return nil, nil
		}
		return one(r.roster(ev, webimwire.RosterBody_REMOTE_DECLINE, other, b.Note))
	case chat.ContactRemove, chat.ContactRevoke:
		return one(r.roster(ev, webimwire.RosterBody_REMOVE, other, ""))
	default:
		return nil, nil // ContactPut changes one's own list; ContactDrop stops looking, and is nobody else's business
	}
}

// agreed tells who asked that he was accepted, and that he has a new contact.
func (r Realm) agreed(ev *chat.Event, other chat.UserID) ([]*webimwire.Meta, error) {
	accepted, err := r.roster(ev, webimwire.RosterBody_REMOTE_ACCEPT, other, "")
	if err != nil {
		return nil, err
	}
	added, err := r.roster(ev, webimwire.RosterBody_ACCEPT, other, "")
	if err != nil {
		return nil, err
	}
	added.Id = new(extraID(ev.ID, 1))
	return []*webimwire.Meta{accepted, added}, nil
}

func (r Realm) roster(ev *chat.Event, op webimwire.RosterBody_Operation, to chat.UserID, note string) (*webimwire.Meta, error) {
	body := &webimwire.RosterBody{
		Operation: &op, Status: &webimwire.RosterBody_Status{ErrorCode: webimwire.RosterBody_Status_OK.Enum()},
		From: r.user(ev.From, ""), To: []*webimwire.JID{r.user(to, "")},
	}
	if note != "" {
		body.Reason = &note
	}
	m, err := r.meta(ev, webimwire.Meta_ROSTER, body)
	if err != nil {
		return nil, err
	}
	m.From = r.user(ev.From, "")
	return m, nil
}

// blocked writes a change of the block list to its owner's other devices alone.
func (r Realm) blocked(ev *chat.Event, b chat.Block, to Reader) ([]*webimwire.Meta, error) {
	if to.User != ev.From {
		return nil, nil
	}
	op := webimwire.RosterBody_ALLOW
	if b.On {
		op = webimwire.RosterBody_BAN
	}
	return one(r.roster(ev, op, ev.Conv.Other(ev.From), ""))
}

// acceptNative marks a ContactAdd that answers an invitation.
const acceptNative = "accept"

// AcceptNative keeps with a ContactAdd that the other had asked for it.
func AcceptNative() chat.Native { return chat.Native{Protocol: Protocol, Data: []byte(acceptNative)} }

func isAccepting(n chat.Native) bool { return n.Protocol == Protocol && string(n.Data) == acceptNative }

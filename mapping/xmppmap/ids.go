package xmppmap

import (
	"strings"

	"dragoman/bridge/chat"
	"dragoman/protocols/xmpp/xmppwire"
)

// Protocol is the name of this protocol in chat.Native and in aliases.
const Protocol = "xmpp"

// clientPrefix marks a ClientID as one that an XMPP client made up.
const clientPrefix = "xmpp:"

const (
	// minUnique is the length from which a client's id is taken for unique. Shorter ones are counters that begin anew with
	// every start of a client: as a ClientID they would make a later message look like a retry of this one.
	minUnique = 10
	// maxUnique is what a ClientID has room for.
	maxUnique = 240
	// minEventID is the number of digits from which an id is taken for one of ours. Ids have had eighteen and more since 2013.
	minEventID = 18
)

// clientID returns what to keep of an id as ClientID: "", where it does not do.
func clientID(id string) string {
	if len(id) < minUnique || len(id) > maxUnique {
		return ""
	}
	return clientPrefix + id
}

// Recent finds an event by an id that is no ClientID, among those of late; 0: there is none.
type Recent func(id string) chat.EventID

// ref reads an id that a client names a message by.
func ref(id string, recent Recent) chat.Ref {
	if len(id) >= minEventID {
		if n, err := chat.ParseEventID(id); err == nil {
			return chat.Ref{ID: n}
		}
	}
	if recent != nil {
		if n := recent(id); n != 0 {
			return chat.Ref{ID: n}
		}
	}
	if c := clientID(id); c != "" {
		return chat.Ref{ClientID: c}
	}
	return chat.Ref{}
}

// MessageID returns the id attribute under which XMPP clients know an event: the sender's own if he used XMPP.
func MessageID(ev *chat.Event) string {
	if ev.Native.Protocol == Protocol {
		if n := readNative(ev.Native); n.ID != "" {
			return n.ID
		}
		if id, ok := strings.CutPrefix(ev.ClientID, clientPrefix); ok {
			return id
		}
	}
	return ev.ID.String()
}

// refID is MessageID of what a ref names. about is that event, if it is at hand.
func refID(r chat.Ref, about *chat.Entry) string {
	if about != nil && about.ID == r.ID {
		return MessageID(&about.Event)
	}
	if id, ok := strings.CutPrefix(r.ClientID, clientPrefix); ok {
		return id
	}
	return r.ID.String()
}

// readNative returns what an XMPP client said beyond the body; the zero stanza where there is nothing.
func readNative(n chat.Native) xmppwire.Stanza {
	if n.Protocol != Protocol || len(n.Data) == 0 {
		return xmppwire.Stanza{}
	}
	e, err := xmppwire.Parse(n.Data)
	if err != nil {
		return xmppwire.Stanza{} // written by us alone; a damaged one loses what only XMPP could show
	}
	s, _ := xmppwire.StanzaOf(e)
	return s
}

// writeNative keeps s. An empty one keeps the protocol alone, which says whose ids these are.
func writeNative(s xmppwire.Stanza) chat.Native {
	n := chat.Native{Protocol: Protocol}
	if s.ID != "" || s.Type != "" || s.To != "" || s.Lang != "" || len(s.Children) > 0 {
		s.Name = "message"
		n.Data = s.AppendTo(nil, "")
	}
	return n
}

// Native returns what an XMPP client said beyond the body of ev, and whether it came from XMPP.
func Native(ev *chat.Event) (xmppwire.Stanza, bool) {
	return readNative(ev.Native), ev.Native.Protocol == Protocol
}

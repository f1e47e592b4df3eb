package xmpp

import (
	"fmt"

	"mellium.im/xmpp/stream"

	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

// maxQuiet is how many presences are held back from a client that nobody looks at.
const maxQuiet = 256

// handleCSI notes whether somebody looks at the client [XEP-0352].
func (s *session) handleCSI(e *xmppwire.Element) error {
	switch e.Local {
	case "active":
		s.setIdle(false)
	case "inactive":
		s.setIdle(true)
	default:
		return fmt.Errorf("%s of client state: %w", e.Local, stream.UnsupportedStanzaType)
	}
	return nil
}

func (s *session) setIdle(idle bool) {
	s.mu.Lock()
	s.idle = idle
	quiet := s.quiet
	if !idle {
		s.quiet = nil
	}
	s.mu.Unlock()
	if !idle {
		for _, st := range quiet {
			s.send(st)
		}
	}
}

// sendQuiet is send for what may wait until somebody looks: presence, of which the latest counts, and chat states, which
// nobody needs later. All else takes what has waited along, so that the order stays.
func (s *session) sendQuiet(st xmppwire.Stanza) {
	s.mu.Lock()
	if !s.idle {
		s.mu.Unlock()
		s.send(st)
		return
	}
	if isState(st) {
		s.mu.Unlock()
		return
	}
	if st.Name == "presence" && (st.Type == "" || st.Type == "unavailable") && st.Child(xmppmap.NSMUCUser, "x") == nil {
		s.quiet = holdBack(s.quiet, st)
		s.mu.Unlock()
		return
	}
	quiet := s.quiet
	s.quiet = nil
	s.mu.Unlock()
	for _, waited := range quiet {
		s.send(waited)
	}
	s.send(st)
}

func holdBack(quiet []xmppwire.Stanza, st xmppwire.Stanza) []xmppwire.Stanza {
	for i := range quiet {
		if quiet[i].From == st.From {
			quiet[i] = st
			return quiet
		}
	}
	if len(quiet) >= maxQuiet {
		quiet = quiet[1:]
	}
	return append(quiet, st)
}

// isState reports whether a message is a chat state and nothing more.
func isState(st xmppwire.Stanza) bool {
	if st.Name != "message" || st.ChildOf(xmppmap.NSChatStates) == nil {
		return false
	}
	_, says := st.Body()
	return !says
}

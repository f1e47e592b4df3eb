package xmpp

import (
	"context"
	"maps"
	"strings"
	"time"

	"dragoman/bridge/chat"
	"dragoman/protocols/xmpp/xmppwire"
)

func unixNano(n int64) time.Time { return time.Unix(0, n) }

// notifyMark ends the features by which a client says what it wants to hear of [XEP-0163 §4].
const notifyMark = "+notify"

// capsAskID is the id of the one question that is open at a time.
const capsAskID = "disco"

// learn asks the client what it can do, if its presence names something new [XEP-0115]. What it wants to hear of cannot be
// told from the hash, and asking once a session costs one round trip.
func (s *session) learn(st xmppwire.Stanza) {
	c := st.Child(nsCaps, "c")
	if c == nil {
		return
	}
	ver := c.Attr("node") + "#" + c.Attr("ver")
	s.mu.Lock()
	known := s.capsVer == ver
	s.capsVer = ver
	s.capsAsk = capsAskID
	s.mu.Unlock()
	if known {
		return
	}
	ask := xmppwire.IQ("get", xmppwire.New(nsDiscoInfo, "query").Set("node", ver))
	ask.ID, ask.From, ask.To = capsAskID, s.bare, s.full
	s.send(ask)
}

// learned takes the client's answer. It reports whether the iq was one.
func (s *session) learned(ctx context.Context, st xmppwire.Stanza) bool {
	s.mu.Lock()
	mine := s.capsAsk != "" && st.ID == s.capsAsk
	if mine {
		s.capsAsk = ""
	}
	s.mu.Unlock()
	if !mine || st.Type != "result" {
		return mine
	}
	wanted := map[string]bool{}
	for f := range st.Child(nsDiscoInfo, "query").Children() {
		if node, ok := strings.CutSuffix(f.Attr("var"), notifyMark); ok {
			wanted[node] = true
		}
	}
	s.mu.Lock()
	fresh := map[string]bool{}
	for node := range wanted {
		fresh[node] = !s.wanted[node]
	}
	s.wanted = wanted
	s.mu.Unlock()
	s.showPublished(ctx, fresh)
	return true
}

// wants reports whether the client wants to hear of a node.
func (s *session) wants(node string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wanted[node]
}

// showPublished sends the newest items of the nodes that the client has just asked to hear of: its own user's, and those
// of whom he follows [XEP-0163 §4.3.4].
func (s *session) showPublished(ctx context.Context, nodes map[string]bool) {
	maps.DeleteFunc(nodes, func(_ string, fresh bool) bool { return !fresh })
	if len(nodes) == 0 {
		return
	}
	followed, err := s.Store.Followed(ctx, s.user)
	if err != nil {
		s.log.Err(err).Msg("cannot tell what has been published")
		return
	}
	users := append([]chat.UserID{s.user}, followed...)
	all, err := s.Store.UsersAttributes(ctx, users)
	if err != nil {
		s.log.Err(err).Msg("cannot tell what has been published")
		return
	}
	for u, attributes := range all {
		p := readPEP(attributes)
		for node := range nodes {
			config := p.nodes[node]
			if u != s.user && config.isPrivate() || config.SendLast == "never" {
				continue
			}
			if item, ok := p.last(node); ok {
				s.notifyItem(u, item, true)
			}
		}
	}
}

package xmppmap

import (
	"slices"
	"strings"

	"dragoman/bridge/chat"
	"dragoman/protocols/xmpp/xmppwire"
)

// Said is a message on its way in.
type Said struct {
	Stanza xmppwire.Stanza
	From   chat.UserID
	Conv   chat.Conv
	// Resource is the one that the message is addressed to, "" for none; of a peer conversation.
	Resource string
	Recent   Recent // may be nil
}

// ToDraft returns what a message asks for. The stanza's own sender attribute counts for nothing. chat.Invalid: it is
// malformed. A message that says nothing that anybody would store or show becomes a chat.Relay.
func (m Map) ToDraft(in Said) (chat.Draft, error) {
	s := &in.Stanza
	d := chat.Draft{Conv: in.Conv}
	if retract := retraction(s); retract != nil {
		d.Body = chat.Recall{Target: own(ref(retract.Attr("id"), in.Recent), in), Reason: ""}
		d.Native = in.native(nil, true)
		return d, checkTarget(d.Body.(chat.Recall).Target)
	}
	if r := s.Child(NSReactions, "reactions"); r != nil {
		return m.reaction(d, in, r)
	}
	if body, element := in.receipt(); element != nil {
		d.Body, d.Native = body, in.native(map[*xmppwire.Element]bool{element: true}, true)
		return d, nil
	}
	content, shown := m.content(s)
	if content == nil {
		return in.bodiless(d)
	}
	msg := chat.Message{Content: content}
	m.readMessage(&msg, in)
	id := s.ID
	if origin := s.Child(NSStanzaID, "origin-id"); origin != nil && origin.Attr("id") != "" {
		id = origin.Attr("id")
	}
	d.ClientID = clientID(id)
	d.Native = in.native(shown, false)
	if replace := s.Child(NSCorrect, "replace"); replace != nil {
		// A correction is a new version, and not hidden from the archive for being short of a hint.
		msg.OnlineOnly = false
		target := own(ref(replace.Attr("id"), in.Recent), in)
		d.Body = chat.Edit{Target: target, Message: msg}
		return d, checkTarget(target)
	}
	d.Body = msg
	return d, nil
}

func checkTarget(r chat.Ref) error {
	if r.IsZero() {
		return chat.RefuseFor(chat.NoMessage, "there is no such message")
	}
	return nil
}

// own says that a ref names something of the speaker's. An EventID needs no such help, and a manager may name another's.
func own(r chat.Ref, in Said) chat.Ref {
	if r.ID == 0 {
		r.Author = in.From
	}
	return r
}

// retraction returns the element that names what is taken back, of the present version or the one before.
func retraction(s *xmppwire.Stanza) *xmppwire.Element {
	if e := s.Child(NSRetract, "retract"); e != nil {
		return e
	}
	if e := s.Child(NSFasten, "apply-to"); e.Child(NSRetract0, "retract") != nil {
		return e
	}
	return nil
}

// reaction reads a set of emoji, which takes the place of the speaker's earlier one [XEP-0444 §4].
func (m Map) reaction(d chat.Draft, in Said, r *xmppwire.Element) (chat.Draft, error) {
	body := chat.Reaction{Target: ref(r.Attr("id"), in.Recent), Whole: true}
	for c := range r.Children() {
		if !c.Is(NSReactions, "reaction") {
			continue
		}
		emoji, err := chat.NewEmoji(strings.TrimSpace(c.Text()))
		if err != nil {
			return d, err
		}
		body.On = append(body.On, emoji)
	}
	d.Body, d.Native = body, in.native(map[*xmppwire.Element]bool{r: true}, true)
	return d, checkTarget(body.Target)
}

// receipt reads a delivery receipt [XEP-0184] or a marker [XEP-0333], and returns the element that it is; nil: there is none.
func (in Said) receipt() (chat.Receipt, *xmppwire.Element) {
	if _, says := in.Stanza.Body(); says {
		return chat.Receipt{}, nil // what is said comes first, and takes the rest along
	}
	for _, c := range in.Stanza.Children {
		body := chat.Receipt{}
		switch {
		case c.Is(NSReceipts, "received"), c.Is(NSMarkers, "received"):
			body.State = chat.Delivered
		case c.Is(NSMarkers, "displayed"), c.Is(NSMarkers, "acknowledged"):
			body.State = chat.Read
		default:
			continue
		}
		target := ref(c.Attr("id"), in.Recent)
		if target.IsZero() {
			continue
		}
		if target.ID == 0 && in.Conv.Kind == chat.KindPeer {
			target.Author = in.Conv.Other(in.From)
		}
		if body.State == chat.Read {
			body.Through = target // "all messages up to and including that one" [XEP-0333 §4]
		} else {
			body.Messages = []chat.Ref{target}
		}
		return body, c
	}
	return chat.Receipt{}, nil
}

// bodiless reads a message that has nothing to show: a chat state, or something between programs.
func (in Said) bodiless(d chat.Draft) (chat.Draft, error) {
	s := &in.Stanza
	d.Native = in.native(nil, true)
	if len(s.Children) == 1 || s.Child(NSChatStates, "composing") != nil {
		if state := s.ChildOf(NSChatStates); state != nil {
			d.Body = chat.Typing{Active: state.Local == "composing"}
			return d, nil
		}
	}
	if s.Child(NSHints, "store") != nil || s.Child(NSConference, "x") != nil {
		id := s.ID
		d.ClientID = clientID(id)
		d.Body = chat.Message{Content: chat.Command{Name: firstForeign(s)}, Quiet: true}
		return d, nil
	}
	d.Body = chat.Relay{}
	return d, nil
}

// firstForeign names a message between programs by the namespace of what it carries.
func firstForeign(s *xmppwire.Stanza) string {
	for _, c := range s.Children {
		switch c.Space {
		case NSHints, NSStanzaID, NSChatStates, xmppwire.NSClient:
		default:
			return c.Space
		}
	}
	return "xmpp"
}

// readMessage reads what goes with a content.
func (m Map) readMessage(msg *chat.Message, in Said) {
	s := &in.Stanza
	msg.WantReceipt = s.Child(NSReceipts, "request") != nil || s.Child(NSMarkers, "markable") != nil
	if s.Child(NSHints, "no-store") != nil || s.Child(NSHints, "no-permanent-store") != nil || s.Type == "headline" {
		msg.OnlineOnly = s.Child(NSHints, "store") == nil
	}
	if r := s.Child(NSReply, "reply"); r != nil {
		msg.ReplyTo = ref(r.Attr("id"), in.Recent)
	}
	msg.Ext = readFields(s.Child(NSOwn, "fields"))
	for _, c := range s.Children {
		whom := ""
		switch {
		case c.Is(NSReference, "reference") && c.Attr("type") == "mention":
			whom = strings.TrimPrefix(c.Attr("uri"), "xmpp:")
		case c.Is(NSMentions, "mention") && c.Attr("mentions") == "":
			whom = c.Attr("jid")
		case c.Is(NSMentions, "mention") && c.Attr("mentions") == mentionsAll && c.Attr("uri") == "" && in.Conv.Kind != chat.KindPeer:
			msg.MentionAll = true
		}
		a, err := m.Parse(whom)
		if err == nil && a.Kind == User && !slices.Contains(msg.Mentions, a.User) {
			msg.Mentions = append(msg.Mentions, a.User)
		}
	}
}

// native keeps what the canonical form does not say. drop are the children for which the content stands wholly; withID
// keeps the id too, for events that have no ClientID.
func (in Said) native(drop map[*xmppwire.Element]bool, withID bool) chat.Native {
	s := in.Stanza
	n := xmppwire.Stanza{Lang: s.Lang, To: in.Resource}
	if withID || clientID(s.ID) == "" || s.Child(NSStanzaID, "origin-id") != nil && s.Child(NSStanzaID, "origin-id").Attr("id") != s.ID {
		n.ID = s.ID
	}
	if s.Type != "chat" && s.Type != "groupchat" {
		n.Type = s.Type
		if n.Type == "" {
			n.Type = "normal"
		}
	}
	for _, c := range s.Children {
		if drop[c] || isStamp(c) {
			continue
		}
		n.Children = append(n.Children, c)
	}
	return writeNative(n)
}

// isStamp reports whether an element is one that servers alone add: from a client it would be forged.
func isStamp(c *xmppwire.Element) bool {
	switch c.Space {
	case NSStanzaID:
		return c.Local == "stanza-id"
	case NSOccupantID:
		return true
	case NSCarbons:
		return c.Local != "private"
	case NSMUCUser:
		return len(c.Nodes) > 0
	}
	return false
}

package xmppmap

import (
	"fmt"
	"strings"
	"time"

	"dragoman/bridge/chat"
	"dragoman/protocols/xmpp/xmppwire"
)

// View is who looks at an event, and from where.
type View struct {
	// From is the sender's address as the reader sees it: a device of a peer, an occupant of a group or room.
	From string
	// By is who stamps ids: the reader's bare address, or the group's or room's; "" for no stamp.
	By string
	// Late stamps the time: the event is old, or comes from a store. DelayFrom says whose.
	Late      bool
	DelayFrom string
}

// FromEvent returns the messages that tell of an event, without addressee: none for an event that shows in other ways or in
// none. Changes of membership, profile, rules and contacts are no messages and have functions of their own.
func (m Map) FromEvent(r chat.Record, v View) ([]xmppwire.Stanza, error) {
	ev := r.Event
	var out []xmppwire.Stanza
	switch b := ev.Body.(type) {
	case chat.Message:
		out = m.message(ev, b, r.About)
	case chat.Edit:
		out = m.edit(ev, b, r.About)
	case chat.Recall:
		out = []xmppwire.Stanza{m.recall(ev, b, r.About, v)}
	case chat.Receipt:
		out = m.receipts(ev, b, r.About)
	case chat.Reaction:
		out = []xmppwire.Stanza{m.reactions(ev, b, r.About)}
	case chat.Typing:
		out = []xmppwire.Stanza{m.typing(ev, b)}
	case chat.Relay:
		out = m.relay(ev)
	case chat.Pin, chat.Membership, chat.Profile, chat.Rules, chat.Lifecycle, chat.Attributes, chat.Presence, chat.Contact,
		chat.Block, chat.Watch, chat.Setting, chat.Hide, chat.CallState:
		return nil, nil
	default:
		return nil, fmt.Errorf("xmppmap: no form for %T", b) // a table test reaches each case
	}
	for i := range out {
		m.address(&out[i], ev, v)
	}
	if b, ok := ev.Body.(chat.Recall); ok && isModeration(ev, b) {
		out[0].From = v.By // the group or room itself says so [XEP-0425 §5]
	}
	return out, nil
}

// isModeration reports whether somebody else's message was taken back, which only groups and rooms know.
func isModeration(ev *chat.Event, b chat.Recall) bool {
	return ev.Conv.Kind != chat.KindPeer && b.Target.Author != ev.From
}

// address completes a message.
func (m Map) address(s *xmppwire.Stanza, ev *chat.Event, v View) {
	s.From = v.From
	if s.Type == "" {
		s.Type = "chat"
		if ev.Conv.Kind != chat.KindPeer {
			s.Type = "groupchat"
		}
	}
	if s.Type == "normal" {
		s.Type = ""
	}
	if v.By != "" && !ev.Place.IsZero() {
		s.Add(xmppwire.New(NSStanzaID, "stanza-id").Set("by", v.By).Set("id", ev.ID.String()))
	}
	if v.Late {
		s.Add(Delay(v.DelayFrom, ev.Time))
	}
}

// Delay returns the stamp of something old [XEP-0203].
func Delay(from string, t time.Time) *xmppwire.Element {
	return xmppwire.New(NSDelay, "delay").SetIf("from", from).Set("stamp", Time(t))
}

// Time writes a time [XEP-0082].
func Time(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// said begins a message with what the sender's XMPP client had said, if he used one.
func begin(ev *chat.Event) (s xmppwire.Stanza, native bool) {
	s, native = Native(ev)
	s.Name, s.To = "message", "" // the resource in it is for the router of the front-end
	s.ID = MessageID(ev)
	return s, native
}

func (m Map) message(ev *chat.Event, b chat.Message, about *chat.Entry) []xmppwire.Stanza {
	if _, gone := b.Content.(chat.Recalled); gone {
		return []xmppwire.Stanza{m.tombstone(ev)}
	}
	s, native := begin(ev)
	m.fill(&s, b, native, ev, about)
	return []xmppwire.Stanza{s}
}

// fill says b in s, which holds what its author's XMPP client said beside it.
func (m Map) fill(s *xmppwire.Stanza, b chat.Message, native bool, ev *chat.Event, about *chat.Entry) {
	if native {
		// All but a single plain body is in there as it came.
		if text, ok := b.Content.(chat.Text); ok && s.Child(xmppwire.NSClient, "body") == nil {
			body := xmppwire.TextElement(xmppwire.NSClient, "body", text.Text)
			s.Children = append([]*xmppwire.Element{body}, s.Children...)
		}
		return
	}
	words := m.say(b.Content)
	quote, marks := m.reply(b, about)
	if words.body != "" {
		s.Add(xmppwire.TextElement(xmppwire.NSClient, "body", quote+words.body))
	}
	s.Add(words.more...)
	s.Add(marks...)
	for _, u := range b.Mentions {
		s.Add(xmppwire.New(NSReference, "reference").Set("type", "mention").Set("uri", "xmpp:"+m.UserJID(u)))
	}
	if b.MentionAll {
		s.Add(xmppwire.New(NSMentions, "mention").Set("mentions", mentionsAll))
	}
	if words.body != "" && !b.OnlineOnly {
		// Other protocols count who has got and read what without being asked; XMPP clients want to be.
		switch ev.Conv.Kind {
		case chat.KindPeer:
			s.Add(xmppwire.New(NSReceipts, "request"), xmppwire.New(NSMarkers, "markable"))
		case chat.KindGroup:
			s.Add(xmppwire.New(NSMarkers, "markable"))
		}
	}
	if b.OnlineOnly && words.body != "" {
		s.Add(xmppwire.New(NSHints, "no-store"))
	}
	if len(b.Ext) > 0 {
		s.Add(ownElement("fields", "", b.Ext, nil))
	}
}

// mentionsAll mentions everybody in a group or room [XEP-0513 §3.2].
const mentionsAll = NSMentions + "#channel"

// reply returns the quotation for clients that know no replies, and what tells it to those that do [XEP-0461].
func (m Map) reply(b chat.Message, about *chat.Entry) (quote string, marks []*xmppwire.Element) {
	if b.ReplyTo.IsZero() {
		return "", nil
	}
	id := refID(b.ReplyTo, about)
	reply := xmppwire.New(NSReply, "reply").Set("id", id)
	if b.ReplyTo.Author != "" {
		reply.Set("to", m.UserJID(b.ReplyTo.Author))
	}
	marks = []*xmppwire.Element{reply}
	if about == nil || about.ID != b.ReplyTo.ID {
		return "", marks
	}
	original, ok := about.Body.(chat.Message)
	if !ok {
		return "", marks
	}
	text := original.Content.Summary()
	if text == "" {
		return "", marks
	}
	quote = "> " + strings.ReplaceAll(text, "\n", "\n> ") + "\n"
	return quote, append(marks, fallback(NSReply, 0, len([]rune(quote))))
}

// edit writes a correction: it names the first version, however often the message was corrected [XEP-0308 §4].
func (m Map) edit(ev *chat.Event, b chat.Edit, about *chat.Entry) []xmppwire.Stanza {
	if _, gone := b.Message.Content.(chat.Recalled); gone {
		return nil
	}
	s, native := begin(ev)
	m.fill(&s, b.Message, native, ev, nil)
	if s.Child(NSCorrect, "replace") == nil {
		s.Add(xmppwire.New(NSCorrect, "replace").Set("id", refID(b.Target, about)))
	}
	return []xmppwire.Stanza{s}
}

// retractedText is what clients show that know no retraction.
const retractedText = "This person attempted to retract a previous message, but it's unsupported by your client."

// recall writes a retraction, of the present version and of the one before [XEP-0424]. In a group the id is the stamped one.
func (m Map) recall(ev *chat.Event, b chat.Recall, about *chat.Entry, v View) xmppwire.Stanza {
	s, native := begin(ev)
	if native && !isModeration(ev, b) {
		return s
	}
	id := refID(b.Target, about)
	if ev.Conv.Kind != chat.KindPeer {
		id = b.Target.ID.String()
	}
	retract := xmppwire.New(NSRetract, "retract").Set("id", id)
	if isModeration(ev, b) {
		retract.Add(xmppwire.New(NSModerate, "moderated").Set("by", v.From))
		if b.Reason != "" {
			retract.AddNew("reason").AddText(b.Reason)
		}
	}
	s.Add(xmppwire.TextElement(xmppwire.NSClient, "body", retractedText), retract)
	s.Add(xmppwire.New(NSFasten, "apply-to").Set("id", id).Add(xmppwire.New(NSRetract0, "retract")))
	return *s.Add(xmppwire.New(NSFallback, "fallback").Set("for", NSRetract), xmppwire.New(NSHints, "store"))
}

// tombstone is what is left of a message in an archive [XEP-0424 §5].
func (m Map) tombstone(ev *chat.Event) xmppwire.Stanza {
	s := xmppwire.Message("", xmppwire.New(NSRetract, "retracted").Set("stamp", Time(ev.Time)))
	s.ID = MessageID(ev)
	return s
}

// receipts writes a receipt [XEP-0184] or marker [XEP-0333] for each message.
func (m Map) receipts(ev *chat.Event, b chat.Receipt, about *chat.Entry) []xmppwire.Stanza {
	if b.State == chat.Delivered && ev.Conv.Kind != chat.KindPeer {
		return nil // of one to one alone [XEP-0184 §5.3]
	}
	refs := b.Messages
	if !b.Through.IsZero() {
		refs = []chat.Ref{b.Through}
	}
	if len(refs) == 0 && about != nil {
		refs = []chat.Ref{about.Ref()}
	}
	out := make([]xmppwire.Stanza, 0, len(refs))
	for _, r := range refs {
		id := refID(r, about)
		if ev.Conv.Kind != chat.KindPeer {
			id = r.ID.String()
		}
		e := xmppwire.New(NSReceipts, "received")
		if b.State == chat.Read {
			e = xmppwire.New(NSMarkers, "displayed")
		}
		out = append(out, beside(ev, e.Set("id", id)))
	}
	return out
}

// reactions writes all that the author leaves standing [XEP-0444 §4].
func (m Map) reactions(ev *chat.Event, b chat.Reaction, about *chat.Entry) xmppwire.Stanza {
	id := refID(b.Target, about)
	if ev.Conv.Kind != chat.KindPeer {
		id = b.Target.ID.String()
	}
	e := xmppwire.New(NSReactions, "reactions").Set("id", id)
	for _, emoji := range standing(ev, b, about) {
		e.AddNew("reaction").AddText(string(emoji))
	}
	s := beside(ev, e)
	if s.Child(NSHints, "store") == nil {
		s.Add(xmppwire.New(NSHints, "store"))
	}
	return s
}

// beside puts what ev does before whatever its author's XMPP client had put beside it.
func beside(ev *chat.Event, e *xmppwire.Element) xmppwire.Stanza {
	s, _ := begin(ev)
	s.Children = append([]*xmppwire.Element{e}, s.Children...)
	return s
}

func standing(ev *chat.Event, b chat.Reaction, about *chat.Entry) []chat.Emoji {
	if b.Whole || about == nil {
		return b.On
	}
	var on []chat.Emoji
	for _, r := range about.Reactions {
		for _, u := range r.Users {
			if u == ev.From {
				on = append(on, r.Emoji)
			}
		}
	}
	return on
}

// typing writes a chat state [XEP-0085]: the very one, where it came from XMPP.
func (m Map) typing(ev *chat.Event, b chat.Typing) xmppwire.Stanza {
	s, native := begin(ev)
	if native && s.ChildOf(NSChatStates) != nil {
		return s
	}
	state := "paused"
	if b.Active {
		state = "composing"
	}
	return *s.Add(xmppwire.New(NSChatStates, state), xmppwire.New(NSHints, "no-store"))
}

// relay gives back what only XMPP understands.
func (m Map) relay(ev *chat.Event) []xmppwire.Stanza {
	s, native := begin(ev)
	if !native {
		return nil
	}
	return []xmppwire.Stanza{s}
}

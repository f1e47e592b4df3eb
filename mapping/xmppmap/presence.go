package xmppmap

import (
	"strconv"

	"dragoman/bridge/chat"
	"dragoman/protocols/xmpp/xmppwire"
)

// ToPresence returns what an available or unavailable presence says, and what is kept of it beside that.
func ToPresence(s xmppwire.Stanza) (chat.Presence, chat.Native) {
	p := chat.Presence{Status: s.Child(xmppwire.NSClient, "status").Text()}
	if s.Type != "unavailable" {
		p.Show = ReadShow(s.Child(xmppwire.NSClient, "show").Text())
		p.Priority = Priority(s)
	}
	s.To, s.From, s.Type = "", "", ""
	s.Name = "presence"
	if len(s.Children) == 0 && s.Lang == "" {
		return p, chat.Native{Protocol: Protocol}
	}
	return p, chat.Native{Protocol: Protocol, Data: s.AppendTo(nil, "")}
}

// Priority returns the priority that a presence states; 0 if it states none or nonsense [RFC 6121 §4.7.2.3].
func Priority(s xmppwire.Stanza) int8 {
	n, err := strconv.ParseInt(s.Child(xmppwire.NSClient, "priority").Text(), 10, 8)
	if err != nil {
		return 0
	}
	return int8(n)
}

// FromPresence returns the presence that tells of p, as its author's XMPP client put it where he used one.
func FromPresence(p chat.Presence, n chat.Native) xmppwire.Stanza {
	show, available := Show(p.Show)
	s := readNative(n)
	if s.Name != "presence" {
		s = xmppwire.Presence("")
		if show != "" {
			s.Add(xmppwire.TextElement(xmppwire.NSClient, "show", show))
		}
		if p.Status != "" {
			s.Add(xmppwire.TextElement(xmppwire.NSClient, "status", p.Status))
		}
		if p.Priority != 0 {
			s.Add(xmppwire.TextElement(xmppwire.NSClient, "priority", strconv.Itoa(int(p.Priority))))
		}
	}
	if !available {
		s.Type = "unavailable"
	}
	return s
}

// Subscription returns a relation in the words of the roster: none, to, from or both.
func Subscription(sees, seen bool) string {
	switch {
	case sees && seen:
		return "both"
	case sees:
		return "to"
	case seen:
		return "from"
	}
	return "none"
}

package xmppmap

import (
	"dragoman/bridge/chat"
	"dragoman/mapping"
)

// Table says how faithfully each kind crosses, for docs/mapping.md.
func Table() []mapping.Row {
	rows := append(contentRows(), messageRows()...)
	return append(append(rows, groupRows()...), personalRows()...)
}

func contentRows() []mapping.Row {
	return []mapping.Row{
		{Native: "body", Value: chat.Text{}, Ref: "RFC 6121 §5.2.3"},
		{Native: "body with jabber:x:oob; file-sharing", Value: chat.Media{}, Out: mapping.Degraded, Ref: "XEP-0066, XEP-0447",
			Note: "previews are left out; with a caption, clients that do not know XEP-0447 show caption and link"},
		{Native: "body", Value: chat.Multi{}, In: mapping.Absent, Out: mapping.Degraded, Ref: "RFC 6121 §5.2.3",
			Note: "the parts are lines of one body, files as their links"},
		{Native: "body with a geo: URI; geoloc", Value: chat.Location{}, Ref: "XEP-0080"},
		{Native: "an element of the gateway's own namespace; a message without a body that asks to be stored", Value: chat.Command{}, Ref: "XEP-0334"},
		{Native: "an element of the gateway's own namespace, and a body for who does not know it", Value: chat.Custom{}, Ref: "RFC 6121 §8.4"},
		{Native: "body", Value: chat.Bundle{}, In: mapping.Absent, Out: mapping.Degraded, Ref: "XEP-0297",
			Note: "title and preview as text, a packet kept as a file as its link; forwarded stanzas would claim what nobody can check"},
		{Native: "retracted", Value: chat.Recalled{}, In: mapping.Absent, Ref: "XEP-0424 §5"},
	}
}

func messageRows() []mapping.Row {
	return []mapping.Row{
		{Native: "message", Value: chat.Message{}, Out: mapping.Degraded, Ref: "RFC 6121 §5, XEP-0461, XEP-0372, XEP-0333",
			Note: "how a push notice should read, priority and a mention of all are not said; foreign extensions stay with the event and reach XMPP readers as they came"},
		{Native: "replace", Value: chat.Edit{}, Ref: "XEP-0308"},
		{Native: "retract; moderate", Value: chat.Recall{}, Ref: "XEP-0424, XEP-0425"},
		{Native: "received, displayed", Value: chat.Receipt{}, Out: mapping.Degraded, Ref: "XEP-0184, XEP-0333",
			Note: "what a reader adds to a receipt is left out; \"all of this conversation\" without a message to name says nothing"},
		{Native: "reactions", Value: chat.Reaction{}, Ref: "XEP-0444"},
		{Native: "", Value: chat.Pin{}, In: mapping.Absent, Out: mapping.Dropped, Ref: "XEP-0469", Note: "XMPP pins conversations, not messages"},
		{Native: "composing, paused, active, inactive, gone", Value: chat.Typing{}, Ref: "XEP-0085"},
		{Native: "whatever has neither body nor meaning here", Value: chat.Relay{}, Ref: "RFC 6121 §8.4"},
	}
}

func groupRows() []mapping.Row {
	return []mapping.Row{
		{Native: "presence of occupants; muc#admin; invite, decline; bookmarks", Value: chat.Membership{}, Out: mapping.Degraded, Ref: "XEP-0045, XEP-0249, XEP-0402",
			Note: "applications to join show as nothing; a mute has no end that can be seen"},
		{Native: "subject; muc#owner; vCard", Value: chat.Profile{}, Out: mapping.Degraded, Ref: "XEP-0045 §8.1, XEP-0054",
			Note: "the notice is the subject; of other changes of a group the client is told that there were some"},
		{Native: "muc#owner", Value: chat.Rules{}, Out: mapping.Degraded, Ref: "XEP-0045 §10.2", Note: "when a silence ends cannot be seen"},
		{Native: "status 201; destroy", Value: chat.Lifecycle{}, Out: mapping.Degraded, Ref: "XEP-0045 §10.1, XEP-0045 §10.9",
			Note: "a thread is not shown as one: its messages are those of a group of its own"},
		{Native: "PEP items, vCard and private XML are kept as attributes of their user", Value: chat.Attributes{}, Out: mapping.Dropped, Ref: "XEP-0163",
			Note: "named texts of groups, rooms and members have no counterpart"},
	}
}

func personalRows() []mapping.Row {
	return []mapping.Row{
		{Native: "presence", Value: chat.Presence{}, Ref: "RFC 6121 §4"},
		{Native: "jabber:iq:roster; subscribe, subscribed, unsubscribe, unsubscribed", Value: chat.Contact{}, Ref: "RFC 6121 §2, RFC 6121 §3"},
		{Native: "block, unblock", Value: chat.Block{}, Ref: "XEP-0191"},
		{Native: "", Value: chat.Watch{}, In: mapping.Absent, Out: mapping.Dropped, Ref: "RFC 6121 §4", Note: "presence is followed by subscription; who is watched shows as a contact's presence does"},
		{Native: "", Value: chat.Setting{}, In: mapping.Absent, Out: mapping.Dropped, Ref: "XEP-0223", Note: "clients keep such settings among themselves"},
		{Native: "", Value: chat.Hide{}, In: mapping.Absent, Out: mapping.Dropped, Ref: "XEP-0313", Note: "what one hides is left out of his archive; no client is told"},
		{Native: "", Value: chat.CallState{}, In: mapping.Absent, Out: mapping.Dropped, Ref: "XEP-0353", Note: "call invitations of other protocols carry no media session that an XMPP client could join"},
	}
}

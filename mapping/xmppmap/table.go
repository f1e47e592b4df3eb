package xmppmap

import (
	"slices"

	"dragoman/mapping"
)

// Table says how faithfully each kind crosses, for docs/mapping.md.
func Table() mapping.Table {
	return mapping.Table{
		Protocol: Protocol, Name: "XMPP", Natives: natives(),
		Rows: slices.Concat(saidRows(), withRows(), afterRows(), memberRows(), stateRows(), personRows(), stepRows(), otherRows()),
	}
}

// natives are the payloads of the extensions that clients of today use.
func natives() []string {
	return []string{
		"body", "subject", "thread", NSReceipts, NSMarkers, NSChatStates, NSCorrect, NSRetract, NSRetract0, NSFasten, NSModerate, NSModerate0,
		NSReactions, NSReply, NSFallback, NSHints, NSStanzaID, NSDelay, NSOOB, NSSFS, NSFile, NSThumbs, NSHashes, NSURLData, NSGeoloc, NSReference,
		NSMUC, NSMUCUser, NSMUCAdmin, NSMUCOwner, NSConference, NSOccupantID, NSRoster, NSForward, NSCarbons, NSVCardUpdate, NSOwn,
		"urn:xmpp:ping", "urn:xmpp:mam:2", "urn:xmpp:sm:3", "urn:xmpp:csi:0", "urn:xmpp:mds:displayed:0", "urn:xmpp:bookmarks:1",
		"storage:bookmarks", "jabber:iq:private", "urn:xmpp:bookmarks-pinning:0", NSMentions, "urn:xmpp:http:upload:0",
		"urn:xmpp:stickers:0", "urn:xmpp:bob", "vcard-temp", "urn:xmpp:avatar:metadata", "http://jabber.org/protocol/nick",
		"urn:xmpp:blocking", "urn:xmpp:reporting:1", "urn:xmpp:push:0", "jabber:iq:register", "http://jabber.org/protocol/commands",
		"jabber:x:data", "http://jabber.org/protocol/disco", "http://jabber.org/protocol/caps", "jabber:iq:last",
	}
}

func saidRows() []mapping.Row {
	file := "jabber:x:oob, urn:xmpp:sfs:0, urn:xmpp:file:metadata:0, urn:xmpp:thumbs:1, urn:xmpp:hashes:2, http://jabber.org/protocol/url-data, urn:xmpp:http:upload:0"
	const ref = "XEP-0066, XEP-0447, XEP-0264"
	return []mapping.Row{
		{Kind: "text", Native: "body, thread", Ref: "RFC 6121 §5.2.3"},
		{Kind: "picture", Native: file + ", urn:xmpp:stickers:0, urn:xmpp:bob", Ref: ref},
		{Kind: "voice", Native: file, Ref: ref},
		{Kind: "video", Native: file, Ref: ref},
		{Kind: "file", Native: file, Ref: ref},
		{Kind: "file with a caption", Native: file, Ref: ref, Note: "who does not know XEP-0447 sees caption and link"},
		{Kind: "link to a file elsewhere", Native: file, Ref: ref},
		{Kind: "several parts", In: mapping.Absent, Out: mapping.Degraded, Ref: "RFC 6121 §5.2.3",
			Note: "one body with a line for each part, each file as its link and as shared"},
		{Kind: "location", Native: "http://jabber.org/protocol/geoloc", Ref: "XEP-0080"},
		{Kind: "command", Native: "urn:x-dragoman:0, urn:xmpp:hints", Ref: "XEP-0334", Note: "an element of the gateway's namespace, without a body"},
		{Kind: "custom", Native: "urn:x-dragoman:0", Ref: "RFC 6121 §8.4", Note: "an element of the gateway's namespace, and a body for who does not know it"},
		{Kind: "bundle", In: mapping.Absent, Out: mapping.Degraded, Ref: "XEP-0297",
			Note: "title and preview, and the items' words where they are not one file: forwarded stanzas would claim what nobody can check"},
	}
}

func withRows() []mapping.Row {
	return []mapping.Row{
		{Kind: "reply", Native: "urn:xmpp:reply:0, urn:xmpp:fallback:0", Ref: "XEP-0461, XEP-0428"},
		{Kind: "mention", Native: "urn:xmpp:reference:0, urn:xmpp:mentions:0", Ref: "XEP-0372, XEP-0513"},
		{Kind: "mention of all", Native: "urn:xmpp:mentions:0", Ref: "XEP-0513 §3.2"},
		{Kind: "own fields", Native: "urn:x-dragoman:0", Ref: "RFC 6121 §8.4", Note: "an element of the gateway's namespace"},
		{Kind: "to some members", In: mapping.Absent, Ref: "XEP-0045 §7.5", Note: "a message of the group, shown to these alone"},
		{Kind: "priority", In: mapping.Absent, Ref: "XEP-0334", Note: "it does its work in the gateway, whoever reads; readers are not told"},
		{Kind: "for who is online", Native: "urn:xmpp:hints", Ref: "XEP-0334"},
		{Kind: "not counted", In: mapping.Absent, Out: mapping.Degraded, Ref: "XEP-0333", Note: "the message comes as any other; clients count by themselves"},
		{Kind: "push wishes", In: mapping.Absent, Out: mapping.Degraded, Ref: "XEP-0357", Note: "the message comes as any other; the words are for an offline notice"},
		{Kind: "receipt wanted", Native: "urn:xmpp:receipts, urn:xmpp:chat-markers:0", Ref: "XEP-0184, XEP-0333"},
	}
}

func afterRows() []mapping.Row {
	pins := "there are pins of conversations, not of messages"
	return []mapping.Row{
		{Kind: "edit", Native: "urn:xmpp:message-correct:0", Ref: "XEP-0308"},
		{Kind: "recall", Native: "urn:xmpp:message-retract:1, urn:xmpp:message-retract:0, urn:xmpp:fasten:0", Ref: "XEP-0424"},
		{Kind: "recall by a manager", Native: "urn:xmpp:message-moderate:1, urn:xmpp:message-moderate:0", Ref: "XEP-0425"},
		{Kind: "recalled, in history", Native: "retracted", Ref: "XEP-0424 §5"},
		{Kind: "delivered", Native: "urn:xmpp:receipts", Ref: "XEP-0184"},
		{Kind: "read", In: mapping.Absent, Ref: "XEP-0333", Note: "a marker, which says \"up to here\""},
		{Kind: "read up to here", Native: "urn:xmpp:chat-markers:0, urn:xmpp:mds:displayed:0", Ref: "XEP-0333"},
		{Kind: "reaction", Native: "urn:xmpp:reactions:0", Ref: "XEP-0444"},
		{Kind: "reaction taken back", Native: "urn:xmpp:reactions:0", Ref: "XEP-0444"},
		{Kind: "pin", In: mapping.Absent, Out: mapping.Dropped, Ref: "XEP-0469", Note: pins},
		{Kind: "unpin", In: mapping.Absent, Out: mapping.Dropped, Ref: "XEP-0469", Note: pins},
		{Kind: "typing", Native: "http://jabber.org/protocol/chatstates", Ref: "XEP-0085"},
		{Kind: "typing ended", Native: "http://jabber.org/protocol/chatstates", Ref: "XEP-0085"},
		{Kind: "signalling", Native: "message without body", Out: mapping.Dropped, Ref: "RFC 6121 §8.4", Note: "signalling between programs of another protocol means nothing here"},
	}
}

func memberRows() []mapping.Row {
	const ref = "XEP-0045"
	return []mapping.Row{
		{Kind: "join", Native: "http://jabber.org/protocol/muc, http://jabber.org/protocol/muc#user", Ref: ref + " §7.2"},
		{Kind: "add", Native: "http://jabber.org/protocol/muc#admin member, jabber:x:conference", Ref: ref + " §9.3"},
		{Kind: "leave", Native: "jabber:iq:register remove", Ref: ref + " §7.10", Note: "who goes offline, or leaves with presence, remains a member"},
		{Kind: "leave", Places: []mapping.Place{mapping.Room}, Native: "presence unavailable", Ref: ref + " §7.14"},
		{Kind: "kick", Native: "http://jabber.org/protocol/muc#admin", Ref: ref + " §8.2"},
		{Kind: "ban", Native: "http://jabber.org/protocol/muc#admin outcast", Ref: ref + " §9.1"},
		{Kind: "unban", Native: "http://jabber.org/protocol/muc#admin none", Ref: ref + " §9.2", Note: "nobody is told; a manager asks for the list"},
		{Kind: "mute", Native: "http://jabber.org/protocol/muc#admin visitor", Ref: ref + " §8.4"},
		{Kind: "unmute", Native: "http://jabber.org/protocol/muc#admin participant", Ref: ref + " §8.3"},
		{Kind: "allow", In: mapping.Absent, Ref: ref + " §8.3"},
		{Kind: "disallow", In: mapping.Absent, Ref: ref + " §8.4"},
		{Kind: "role", Native: "http://jabber.org/protocol/muc#admin admin", Ref: ref + " §10.6"},
		{Kind: "nick", Native: "presence to a new nick", Ref: ref + " §7.6"},
		{Kind: "owner", Native: "http://jabber.org/protocol/muc#admin owner", Ref: ref + " §10.3", Note: "it passes on when the owner makes another one and is none himself any more"},
		{Kind: "apply", Native: "jabber:iq:register, http://jabber.org/protocol/muc#register", Ref: ref + " §7.10, §9.9", Note: "managers get the form in which they decide"},
		{Kind: "apply-accept", Native: "muc#register_allow", Ref: ref + " §9.9"},
		{Kind: "apply-decline", Native: "muc#register_allow", Ref: ref + " §9.9", Note: "the applicant is told in words, in the group's name: there is no other form"},
		{Kind: "invite", Native: "invite", Ref: ref + " §7.8"},
		{Kind: "invite-accept", Native: "join of who is invited", Ref: ref + " §7.8"},
		{Kind: "invite-decline", Native: "decline", Ref: ref + " §7.8"},
	}
}

func stateRows() []mapping.Row {
	const ref = "XEP-0045"
	changed := "status 104, at which clients ask what the group is now"
	return []mapping.Row{
		{Kind: "created", Native: "status 201", Ref: ref + " §10.1"},
		{Kind: "dissolved", Native: "http://jabber.org/protocol/muc#owner destroy", Ref: ref + " §10.9"},
		{Kind: "thread", In: mapping.Absent, Out: mapping.Degraded, Ref: ref, Note: "a line in the group that names it; what is said in it is not shown"},
		{Kind: "name", Native: "http://jabber.org/protocol/muc#owner, jabber:x:data", Ref: ref + " §10.2", Note: changed},
		{Kind: "notice", Native: "subject", Ref: ref + " §8.1"},
		{Kind: "picture of it", Native: "vcard-temp", Ref: "XEP-0486", Note: changed},
		{Kind: "description", Native: "muc#roomconfig_roomdesc", Ref: ref + " §10.2", Note: changed},
		{Kind: "who may enter and invite", Native: "muc#roomconfig_allowinvites, muc#roomconfig_membersonly, muc#roomconfig_maxusers", Ref: ref + " §10.2", Note: changed},
		{Kind: "all silenced", Native: "muc#roomconfig_moderatedroom", Ref: ref + " §10.2"},
		{Kind: "attributes", In: mapping.Absent, Out: mapping.Dropped, Ref: ref, Note: "groups and rooms have no named texts"},
		{Kind: "attributes of a member", In: mapping.Absent, Out: mapping.Dropped, Ref: ref, Note: "occupants have no named texts"},
	}
}

func personRows() []mapping.Row {
	const ref = "RFC 6121 §3"
	return []mapping.Row{
		{Kind: "online and offline", Native: "presence", Ref: "RFC 6121 §4"},
		{Kind: "away and busy", Native: "presence show", Ref: "RFC 6121 §4"},
		{Kind: "status text", Native: "presence status", Ref: "RFC 6121 §4"},
		{Kind: "name and picture", Native: "vcard-temp, urn:xmpp:avatar:metadata, vcard-temp:x:update, http://jabber.org/protocol/nick", Ref: "XEP-0054",
			Note: "clients ask for the vCard"},
		{Kind: "further details", Native: "vcard-temp", Ref: "XEP-0054", Note: "nobody is told; clients ask for the vCard: e-mail, telephone, birthday, and as its note the free text that the others have"},
		{Kind: "contact asked", Native: "subscribe", Ref: ref},
		{Kind: "contact accepted", Native: "subscribed", Ref: ref},
		{Kind: "contact declined", Native: "unsubscribed", Ref: ref},
		{Kind: "contact removed", Native: "jabber:iq:roster", Ref: ref},
		{Kind: "alias and groups of a contact", Native: "jabber:iq:roster", Ref: "RFC 6121 §2"},
		{Kind: "block", Native: "urn:xmpp:blocking, urn:xmpp:reporting:1", Ref: "XEP-0191"},
		{Kind: "following a presence", In: mapping.Absent, Out: mapping.Dropped, Ref: "RFC 6121 §4", Note: "presence is followed by being a contact"},
		{Kind: "call", In: mapping.Absent, Out: mapping.Dropped, Ref: "XEP-0353", Note: "call invitations of other protocols carry no media session that a client could join"},
	}
}

func stepRows() []mapping.Row {
	own := "clients keep such things among themselves, in their private storage"
	hidden := "what one hides is left out of his archive; no client is told"
	row := func(kind, ref, note string) mapping.Row {
		return mapping.Row{Kind: kind, In: mapping.Absent, Out: mapping.Dropped, Ref: ref, Note: note}
	}
	return []mapping.Row{
		row("pinned", "XEP-0469", own), row("do not disturb", "XEP-0223", own), row("marks", "XEP-0223", own), row("draft", "XEP-0223", own),
		row("own name for it", "XEP-0402", own), row("deleted", "XEP-0223", own),
		row("messages deleted for oneself", "XEP-0313", hidden), row("history cleared for oneself", "XEP-0313", hidden),
	}
}

// otherRows are payloads that are no kind of the model.
func otherRows() []mapping.Row {
	return []mapping.Row{
		{Native: "urn:xmpp:sid:0, urn:xmpp:delay, urn:xmpp:occupant-id:0", In: mapping.Dropped, Out: mapping.Exact, Ref: "XEP-0359, XEP-0203, XEP-0421",
			Note: "the gateway stamps them, whatever protocol a message came from; a forged stamp is taken off"},
		{Native: "urn:xmpp:forward:0, urn:xmpp:carbons:2", In: mapping.Absent, Out: mapping.Exact, Ref: "XEP-0280",
			Note: "one's own words from other devices, of any protocol"},
		{Native: "urn:xmpp:mam:2", In: mapping.Absent, Out: mapping.Exact, Ref: "XEP-0313", Note: "the archive holds what was said in any protocol"},
		{Native: "urn:xmpp:bookmarks:1, storage:bookmarks, urn:xmpp:bookmarks-pinning:0, jabber:iq:private", In: mapping.Exact, Out: mapping.Exact, Ref: "XEP-0402, XEP-0049",
			Note: "a user's own items: kept, and given back as they came; a group that he comes into by another protocol is bookmarked"},
		{Native: "urn:xmpp:sm:3, urn:xmpp:csi:0, urn:xmpp:ping, http://jabber.org/protocol/disco, http://jabber.org/protocol/caps, jabber:iq:last, jabber:iq:register",
			In: mapping.Exact, Out: mapping.Exact, Ref: "XEP-0198, XEP-0030", Note: "between a client and this gateway"},
		{Native: "urn:xmpp:push:0, http://jabber.org/protocol/commands", In: mapping.Refused, Out: mapping.Absent, Ref: "XEP-0030", Note: "service-unavailable: not offered"},
		{Native: "unknown children", In: mapping.Degraded, Out: mapping.Absent, Ref: "RFC 6121 §8.4", Note: "come back to XMPP readers as they came, on other devices and from history; others see the body"},
	}
}

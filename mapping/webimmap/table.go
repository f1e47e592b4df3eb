package webimmap

import (
	"maps"
	"slices"

	"dragoman/mapping"
	"dragoman/protocols/webim/webimwire"
)

// Table says how faithfully each kind crosses, for docs/mapping.md.
func Table() mapping.Table {
	return mapping.Table{
		Protocol: Protocol, Name: "WebIM", Natives: natives(),
		Rows: slices.Concat(saidRows(), withRows(), afterRows(), memberRows(), stateRows(), personRows(), stepRows(), otherRows()),
	}
}

// natives are the words of the schema, and the kinds of notices that it leaves to JSON [webim 11].
func natives() []string {
	words := []string{
		"NOTIFY presence", "NOTIFY reaction", "NOTIFY thread", "NOTIFY roaming_delete", "NOTIFY conv", "NOTIFY conv pin",
		"NOTIFY user_notification_mute", "ROUTE_ONLINE", "ROUTE_DIRECT",
	}
	for prefix, names := range map[string]map[int32]string{
		"": webimwire.MessageBody_Type_name, "content ": webimwire.MessageBody_Content_Type_name,
		"sub type ": webimwire.MessageBody_Content_SubType_name, "MUC ": webimwire.MUCBody_Operation_name,
		"ROSTER ": webimwire.RosterBody_Operation_name, "STATISTIC ": webimwire.StatisticsBody_Operation_name,
		"ns ": webimwire.Meta_NameSpace_name,
	} {
		for name := range maps.Values(names) {
			words = append(words, prefix+name)
		}
	}
	slices.Sort(words)
	return words
}

func saidRows() []mapping.Row {
	const ref = "webim 6.3"
	return []mapping.Row{
		{Kind: "text", Native: "content TEXT, CHAT, GROUPCHAT, CHATROOM, ns CHAT", Ref: ref},
		{Kind: "picture", Native: "content IMAGE, sub type SUB_GIF", Ref: ref},
		{Kind: "voice", Native: "content VOICE", Ref: ref},
		{Kind: "video", Native: "content VIDEO", Ref: ref},
		{Kind: "file", Native: "content FILE", Ref: ref},
		{Kind: "file with a caption", In: mapping.Absent, Out: mapping.Degraded, Ref: ref,
			Note: "the file, with its caption in the ext field caption: a message has one content"},
		{Kind: "link to a file elsewhere", Native: "remote_path", Ref: ref},
		{Kind: "several parts", In: mapping.Absent, Out: mapping.Degraded, Ref: ref,
			Note: "one text with a line for each part, files as links: a message has one content"},
		{Kind: "location", Native: "content LOCATION", Ref: ref},
		{Kind: "command", Native: "content COMMAND", Ref: ref,
			Note: "the name is the action; bytes stand in the param data, or data_base64 where they are no text"},
		{Kind: "custom", Native: "content CUSTOM", Ref: ref,
			Note: "the type is the event; bytes stand in the field data, or data_base64 where they are no text, words in the field text"},
		{Kind: "bundle", Native: "sub type SUB_COMBINE, content COMBINE", Out: mapping.Degraded, Ref: ref,
			Note: "a text with title and preview"},
	}
}

func withRows() []mapping.Row {
	return []mapping.Row{
		{Kind: "reply", Native: "ext msgQuote", Ref: "webim 6.2"},
		{Kind: "mention", Native: "ext em_at_list", Ref: "webim 6.2"},
		{Kind: "mention of all", Native: "ext em_at_list ALL", Ref: "webim 6.2"},
		{Kind: "own fields", Native: "ext", Ref: "webim 6.2"},
		{Kind: "to some members", Native: "ROUTE_DIRECT", Ref: "webim 6.1"},
		{Kind: "priority", Native: "ext chatroom_msg_tag", Ref: "webim 6.1"},
		{Kind: "for who is online", Native: "ROUTE_ONLINE", Ref: "webim 6.1"},
		{Kind: "not counted", In: mapping.Absent, Out: mapping.Degraded, Ref: "webim 12.2",
			Note: "the message comes as any other; this gateway does not count it, the client does"},
		{Kind: "push wishes", In: mapping.Absent, Out: mapping.Degraded, Ref: "webim 6.1",
			Note: "the message comes as any other; the words are for an offline notice"},
		{Kind: "receipt wanted", Native: "allow_group_ack", Ref: "webim 6.4"},
	}
}

func afterRows() []mapping.Row {
	const ref = "webim 6.4"
	noRooms := "a room's reactions and pins are not told"
	rooms := []mapping.Place{mapping.Room}
	return []mapping.Row{
		{Kind: "edit", Native: "EDIT", Ref: ref},
		{Kind: "recall", Native: "RECALL", Ref: ref},
		{Kind: "recall by a manager", Native: "RECALL", Ref: ref},
		{Kind: "recalled, in history", Native: "RECALL", Ref: ref, Note: "history leaves it out, as this protocol's own server does"},
		{Kind: "delivered", Native: "DELIVER_ACK", Ref: ref},
		{Kind: "read", Native: "READ_ACK", Ref: ref},
		{Kind: "read up to here", Native: "CHANNEL_ACK", Ref: ref},
		{Kind: "read up to here", Places: []mapping.Place{mapping.Group}, In: mapping.Absent, Ref: ref,
			Note: "a receipt of the message that it names; one's own in a group clears what is unread and tells nobody"},
		{Kind: "reaction", Native: "NOTIFY reaction", Ref: "webim 11"},
		{Kind: "reaction", Places: rooms, In: mapping.Absent, Out: mapping.Dropped, Ref: "webim 11", Note: noRooms},
		{Kind: "reaction taken back", Native: "NOTIFY reaction", Ref: "webim 11"},
		{Kind: "reaction taken back", Places: rooms, In: mapping.Absent, Out: mapping.Dropped, Ref: "webim 11", Note: noRooms},
		{Kind: "pin", Native: "NOTIFY conv pin", Ref: "webim 11"},
		{Kind: "unpin", Native: "NOTIFY conv pin", Ref: "webim 11"},
		{Kind: "typing", Native: "action TypingBegin", Ref: "webim 6.3"},
		{Kind: "typing ended", Native: "action TypingEnd", Ref: "webim 6.3"},
		{Kind: "signalling", Native: "ns CONFERENCE", Out: mapping.Dropped, Ref: "webim 1",
			Note: "signalling between programs of another protocol means nothing here"},
		{Kind: "signalling", Places: []mapping.Place{mapping.Group, mapping.Room}, In: mapping.Absent, Out: mapping.Dropped, Ref: "webim 1",
			Note: "signalling between programs of another protocol means nothing here"},
	}
}

func memberRows() []mapping.Row {
	const ref = "webim 8"
	return []mapping.Row{
		{Kind: "join", Native: "MUC JOIN, MUC PRESENCE", Ref: ref},
		{Kind: "add", Native: "MUC DIRECT_JOINED", Ref: ref},
		{Kind: "leave", Native: "MUC LEAVE, MUC ABSENCE", Ref: ref},
		{Kind: "kick", Native: "MUC KICK", Ref: ref},
		{Kind: "ban", Native: "MUC BAN, MUC BLOCK", Ref: ref},
		{Kind: "unban", Native: "MUC ALLOW, MUC UNBLOCK", Ref: ref},
		{Kind: "mute", Native: "MUC ADD_MUTE", Ref: ref},
		{Kind: "unmute", Native: "MUC REMOVE_MUTE", Ref: ref},
		{Kind: "allow", Native: "MUC ADD_USER_WHITE_LIST", Ref: ref},
		{Kind: "disallow", Native: "MUC REMOVE_USER_WHITE_LIST", Ref: ref},
		{Kind: "role", Native: "MUC ADD_ADMIN, MUC REMOVE_ADMIN", Ref: ref},
		{Kind: "nick", In: mapping.Absent, Out: mapping.Dropped, Ref: ref, Note: "members have no names of their own in groups and rooms"},
		{Kind: "owner", Native: "MUC ASSIGN_OWNER", Ref: ref},
		{Kind: "apply", Native: "MUC APPLY", Ref: ref},
		{Kind: "apply-accept", Native: "MUC APPLY_ACCEPT", Ref: ref},
		{Kind: "apply-decline", Native: "MUC APPLY_DECLINE", Ref: ref},
		{Kind: "invite", Native: "MUC INVITE", Ref: ref},
		{Kind: "invite-accept", Native: "MUC INVITE_ACCEPT", Ref: ref},
		{Kind: "invite-decline", Native: "MUC INVITE_DECLINE", Ref: ref},
	}
}

func stateRows() []mapping.Row {
	const ref = "webim 8"
	return []mapping.Row{
		{Kind: "created", Native: "MUC CREATE", Ref: ref},
		{Kind: "dissolved", Native: "MUC DESTROY", Ref: ref},
		{Kind: "thread", Native: "MUC THREAD_CREATE, MUC THREAD_DESTROY, MUC THREAD_JOIN, MUC THREAD_LEAVE, MUC THREAD_KICK, MUC THREAD_UPDATE, NOTIFY thread", Ref: ref},
		{Kind: "name", Native: "MUC UPDATE", Ref: ref},
		{Kind: "notice", Native: "MUC UPDATE_ANNOUNCEMENT, MUC DELETE_ANNOUNCEMENT", Ref: ref},
		{Kind: "picture of it", Native: "MUC UPDATE", Ref: ref},
		{Kind: "picture of it", Places: []mapping.Place{mapping.Room}, In: mapping.Absent, Ref: ref},
		{Kind: "description", Native: "MUC UPDATE", Ref: ref},
		{Kind: "who may enter and invite", Native: "MUC UPDATE", Ref: ref},
		{Kind: "all silenced", Native: "MUC BAN_GROUP, MUC REMOVE_BAN_GROUP", Ref: ref},
		{Kind: "attributes", Places: []mapping.Place{mapping.Room}, Native: "MUC SET_METADATA, MUC DELETE_METADATA", Ref: ref},
		{Kind: "attributes", In: mapping.Absent, Out: mapping.Dropped, Ref: ref, Note: "a group has no attributes of its own"},
		{Kind: "attributes of a member", Native: "MUC GROUP_MEMBER_METADATA_UPDATE", Ref: ref},
		{Kind: "attributes of a member", Places: []mapping.Place{mapping.Room}, In: mapping.Absent, Out: mapping.Dropped, Ref: ref,
			Note: "who is in a room has no attributes there"},
	}
}

func personRows() []mapping.Row {
	const ref = "webim 9"
	return []mapping.Row{
		{Kind: "online and offline", Native: "NOTIFY presence", Ref: "webim 11"},
		{Kind: "away and busy", In: mapping.Absent, Out: mapping.Degraded, Ref: "webim 11", Note: "online, with away or busy as the status text where there is none"},
		{Kind: "status text", Native: "NOTIFY presence", Ref: "webim 11"},
		{Kind: "name and picture", Native: "PUT metadata", Ref: "webim 12.5", Note: "nobody is told; clients ask for it"},
		{Kind: "further details", Native: "PUT metadata", Ref: "webim 12.5", Note: "nobody is told; clients ask for it"},
		{Kind: "contact asked", Native: "ROSTER ADD", Ref: ref},
		{Kind: "contact accepted", Native: "ROSTER ACCEPT, ROSTER REMOTE_ACCEPT", Ref: ref},
		{Kind: "contact declined", Native: "ROSTER DECLINE, ROSTER REMOTE_DECLINE", Ref: ref},
		{Kind: "contact removed", Native: "ROSTER REMOVE", Ref: ref},
		{Kind: "alias and groups of a contact", Native: "PUT remark", Out: mapping.Degraded, Ref: "webim 12.3", Note: "the alias, which clients ask for; contacts have no groups"},
		{Kind: "block", Native: "ROSTER BAN, ROSTER ALLOW", Ref: ref},
		{Kind: "following a presence", Native: "POST presence", Ref: "webim 12.5", Note: "nobody is told; clients ask for the list"},
		{Kind: "call", In: mapping.Absent, Out: mapping.Dropped, Ref: "webim 1", Note: "this protocol's web clients know no call invitations"},
	}
}

func stepRows() []mapping.Row {
	const ref = "webim 11"
	return []mapping.Row{
		{Kind: "pinned", Native: "NOTIFY conv", Ref: ref},
		{Kind: "do not disturb", Native: "NOTIFY user_notification_mute", Ref: ref},
		{Kind: "marks", Native: "NOTIFY conv", Ref: ref, Note: "a mark that another protocol took off shows in the next list"},
		{Kind: "draft", In: mapping.Absent, Out: mapping.Dropped, Ref: ref, Note: "clients keep drafts to themselves"},
		{Kind: "own name for it", In: mapping.Absent, Out: mapping.Dropped, Ref: ref, Note: "a conversation is called by its group or contact"},
		{Kind: "deleted", Native: "NOTIFY conv", Ref: ref},
		{Kind: "messages deleted for oneself", Native: "NOTIFY roaming_delete", Ref: ref},
		{Kind: "history cleared for oneself", Native: "NOTIFY roaming_delete", Ref: ref},
	}
}

// otherRows are words that are no kind of the model.
func otherRows() []mapping.Row {
	return []mapping.Row{
		{Native: "NORMAL", In: mapping.Exact, Out: mapping.Absent, Ref: "webim 6.1", Note: "read as a message of its conversation"},
		{Native: "sub type SUB_STREAM", In: mapping.Degraded, Out: mapping.Absent, Ref: "webim 6.7", Note: "streamed text goes on as the text that it has become"},
		{Native: "MUC GET_BLACKLIST, MUC THREAD_PRESENCE, MUC THREAD_ABSENCE", In: mapping.Refused, Out: mapping.Absent, Ref: "webim 8",
			Note: "no client of this protocol sends or shows it; lists are asked for by REST"},
		{Native: "MUC UPLOAD_FILE, MUC DELETE_FILE", In: mapping.Exact, Out: mapping.Exact, Ref: "webim 12.4",
			Note: "a group's shared files are this protocol's own: others do not see the list"},
		{Native: "MUC DISABLE_GROUP, MUC ABLE_GROUP", In: mapping.Absent, Out: mapping.Absent, Ref: "webim 8", Note: "that a group is disabled is not told: no client shows it"},
		{Native: "ROSTER GET_ROSTER, ROSTER GET_BLACKLIST", In: mapping.Refused, Out: mapping.Absent, Ref: "webim 9", Note: "lists are asked for by REST"},
		{Native: "STATISTIC INFORMATION, ns STATISTIC", In: mapping.Dropped, Out: mapping.Absent, Ref: "webim 10", Note: "what a client says of itself is nobody's business"},
		{Native: "STATISTIC USER_REMOVED, STATISTIC USER_LOGIN_ANOTHER_DEVICE, STATISTIC USER_KICKED_BY_CHANGE_PASSWORD, STATISTIC USER_KICKED_BY_OTHER_DEVICE",
			In: mapping.Absent, Out: mapping.Exact, Ref: "webim 10", Note: "why a session ends, whatever protocol the reason came from"},
		{Native: "ns MUC, ns ROSTER, ns NOTIFY", In: mapping.Exact, Out: mapping.Exact, Ref: "webim 6.1", Note: "see the rows of what they hold"},
		{Native: "ns QUERY", In: mapping.Refused, Out: mapping.Absent, Ref: "webim 6.1", Note: "no client of this protocol sends it"},
	}
}

package webimmap

import (
	"dragoman/bridge/chat"
	"dragoman/mapping"
)

// Table says how faithfully each kind crosses, for docs/mapping.md.
func Table() []mapping.Row {
	rows := append(contentRows(), messageRows()...)
	rows = append(rows, groupRows()...)
	return append(rows, personalRows()...)
}

func contentRows() []mapping.Row {
	return []mapping.Row{
		{Native: "TEXT", Value: chat.Text{}, Ref: "webim 6.3"},
		{Native: "IMAGE VIDEO VOICE FILE", Value: chat.Media{}, Out: mapping.Degraded, Ref: "webim 6.3",
			Note: "no caption; lengths in whole seconds; a foreign link goes by a detour through this server, for the clients put their own server into every link"},
		{Native: "TEXT", Value: chat.Multi{}, In: mapping.Absent, Out: mapping.Degraded, Ref: "webim 6.3",
			Note: "one content a message: the parts stand in one text, files as links"},
		{Native: "LOCATION", Value: chat.Location{}, Ref: "webim 6.3"},
		{Native: "COMMAND", Value: chat.Command{}, Out: mapping.Degraded, Ref: "webim 6.3",
			Note: "bytes stand in a param called data"},
		{Native: "CUSTOM", Value: chat.Custom{}, Out: mapping.Degraded, Ref: "webim 6.3",
			Note: "bytes stand in a custom ext called data; the text for who does not know the type is not carried"},
		{Native: "TEXT with sub_type COMBINE", Value: chat.Bundle{}, Out: mapping.Degraded, Ref: "webim 6.3",
			Note: "a bundle whose items are no file is a text with title and preview"},
		{Native: "history leaves it out", Value: chat.Recalled{}, In: mapping.Absent, Out: mapping.Dropped, Ref: "webim 6.4",
			Note: "a message recalled before it was delivered is not told; the recall itself is"},
	}
}

func messageRows() []mapping.Row {
	return []mapping.Row{
		{Native: "CHAT GROUPCHAT CHATROOM", Value: chat.Message{}, Out: mapping.Degraded, Ref: "webim 6.1",
			Note: "no quiet messages, and no push texts; mentions and replies in the ext fields that this protocol's applications agree on"},
		{Native: "EDIT", Value: chat.Edit{}, Out: mapping.Degraded, Ref: "webim 6.4",
			Note: "3.x clients would show a text of no kind: they see the change in history"},
		{Native: "RECALL", Value: chat.Recall{}, Ref: "webim 6.4"},
		{Native: "DELIVER_ACK READ_ACK CHANNEL_ACK", Value: chat.Receipt{}, Out: mapping.Degraded, Ref: "webim 6.4",
			Note: "a receipt up to a message names that message; all delivered has no form; in a group the author alone hears of it"},
		{Native: "REST, NOTIFY reaction", Value: chat.Reaction{}, Out: mapping.Degraded, Ref: "webim 11",
			Note: "not in rooms, not to 3.x clients"},
		{Native: "REST, NOTIFY conv pin", Value: chat.Pin{}, Out: mapping.Degraded, Ref: "webim 11", Note: "3.x clients ignore it"},
		{Native: "COMMAND TypingBegin", Value: chat.Typing{}, Ref: "webim 6.3"},
		{Native: "CONFERENCE", Value: chat.Relay{}, Out: mapping.Dropped, Ref: "webim 1",
			Note: "signalling of other protocols' clients means nothing here; that of this protocol's passes as it is"},
	}
}

func groupRows() []mapping.Row {
	return []mapping.Row{
		{Native: "MUC", Value: chat.Membership{}, Out: mapping.Degraded, Ref: "webim 8",
			Note: "no names of members within a group; roles beyond owner and admin are plain members; an unban, mute, list or role is told to whom it is about"},
		{Native: "MUC UPDATE, UPDATE_ANNOUNCEMENT", Value: chat.Profile{}, Out: mapping.Degraded, Ref: "webim 8",
			Note: "what a user shows of himself is asked for by REST, not told"},
		{Native: "MUC UPDATE, BAN_GROUP", Value: chat.Rules{}, Out: mapping.Degraded, Ref: "webim 8",
			Note: "silent is all plain members or none"},
		{Native: "MUC CREATE, DIRECT_JOINED, DESTROY", Value: chat.Lifecycle{}, Ref: "webim 8"},
		{Native: "MUC SET_METADATA, DELETE_METADATA, GROUP_MEMBER_METADATA_UPDATE", Value: chat.Attributes{}, Out: mapping.Degraded, Ref: "webim 8",
			Note: "a group has no attributes of its own here; a user's are asked for by REST; not to 3.x clients"},
	}
}

func personalRows() []mapping.Row {
	return []mapping.Row{
		{Native: "REST, NOTIFY presence", Value: chat.Presence{}, Out: mapping.Degraded, Ref: "webim 11",
			Note: "online or offline and a text; away and busy as that text"},
		{Native: "ROSTER", Value: chat.Contact{}, Out: mapping.Degraded, Ref: "webim 9",
			Note: "a contact is mutual here: half a subscription is none; alias and groups of one's own list are asked for by REST"},
		{Native: "ROSTER BAN, ALLOW", Value: chat.Block{}, Ref: "webim 9"},
		{Native: "REST presence subscription", Value: chat.Watch{}, Out: mapping.Dropped, Ref: "webim 12.5",
			Note: "one's own subscriptions are not told to one's other devices; REST lists them"},
		{Native: "REST, NOTIFY conv, user_notification_mute", Value: chat.Setting{}, Out: mapping.Degraded, Ref: "webim 11",
			Note: "pinned, marks, deleted and silent mode; others are of other protocols"},
		{Native: "REST, NOTIFY roaming_delete", Value: chat.Hide{}, Ref: "webim 11"},
		{Native: "", Value: chat.CallState{}, In: mapping.Absent, Out: mapping.Dropped, Ref: "webim 1",
			Note: "this protocol's web clients know no calls"},
	}
}

package webimmap

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"dragoman/bridge/chat"
	"dragoman/protocols/webim/webimwire"
)

// Callback is a call to the app's server, but for what proves whose it is [webim 18.5].
type Callback struct {
	CallID    string `json:"callId"`
	EventType string `json:"eventType,omitempty"` // absent where it is asked
	Timestamp int64  `json:"timestamp"`           // ms
	ChatType  string `json:"chat_type"`           // what it is about
	GroupID   string `json:"group_id,omitempty"`
	From      string `json:"from"`
	To        string `json:"to"`
	RecallID  string `json:"recall_id,omitempty"`
	MsgID     string `json:"msg_id"`
	Payload   any    `json:"payload"`
}

// The chat types of callbacks that are no messages.
const (
	toldReadAck = "read_ack"
	toldRecall  = "recall"
	toldMUC     = "muc"
	toldRoster  = "roster"
	toldNotify  = "notify"
)

// CallbackTypes returns every chat type that Callbacks may tell of.
func CallbackTypes() []string {
	return []string{"chat", "groupchat", "chatroom", toldReadAck, toldRecall, toldMUC, toldRoster, toldNotify}
}

// eventChat is the type of all callbacks about what has happened, but for a message to who is away.
const eventChat = "chat"

// Callbacks returns what the app's server is told of an event: nothing of most [webim 18.5.2].
func (r Realm) Callbacks(rec chat.Record) ([]Callback, error) {
	ev := rec.Event
	if ev.Source == chat.Import {
		return nil, nil
	}
	switch b := ev.Body.(type) {
	case chat.Message:
		if ev.Conv.Kind == chat.KindAll {
			return nil, nil
		}
		payload, ok := r.PayloadOf(ev)
		if !ok {
			return nil, nil
		}
		return []Callback{r.callback(ev, convType(ev.Conv), payload)}, nil
	case chat.Recall:
		c := r.callback(ev, toldRecall, acknowledged(b.Target.ID))
		c.RecallID = b.Target.ID.String()
		return []Callback{c}, nil
	case chat.Receipt:
		return r.receiptCallbacks(ev, b), nil
	case chat.Contact, chat.Block:
		return r.rosterCallback(ev), nil
	case chat.Reaction:
		return r.notifyCallbacks(rec)
	case chat.Lifecycle, chat.Profile:
		if ev.Conv.Kind == chat.KindThread {
			return r.notifyCallbacks(rec)
		}
	}
	return r.mucCallbacks(ev), nil
}

func (r Realm) callback(ev *chat.Event, chatType string, payload any) Callback {
	c := Callback{
		CallID: r.AppKey + "_" + ev.ID.String(), EventType: eventChat, Timestamp: ev.Time.UnixMilli(), ChatType: chatType,
		From: r.userName(ev.From), To: r.addressee(ev).GetName(), MsgID: ev.ID.String(), Payload: payload,
	}
	if ev.Conv.Kind == chat.KindGroup || ev.Conv.Kind == chat.KindThread || ev.Conv.Kind == chat.KindRoom {
		c.GroupID = r.groupName(ev.Conv.ID)
	}
	return c
}

// numbered gives the n-th callback of one event, from 0, an id of its own.
func (c Callback) numbered(n int) Callback {
	if n > 0 {
		c.CallID += "_" + decimal(n)
	}
	return c
}

// acknowledged is the payload of what names a message.
func acknowledged(id chat.EventID) map[string]any {
	return map[string]any{"ext": map[string]any{}, "ack_message_id": id.String(), "bodies": []any{}}
}

func (r Realm) receiptCallbacks(ev *chat.Event, b chat.Receipt) (all []Callback) {
	if b.State != chat.Read {
		return nil
	}
	for _, ref := range b.Messages {
		all = append(all, r.callback(ev, toldReadAck, acknowledged(ref.ID)).numbered(len(all)))
	}
	return all
}

var rosterWords = map[chat.ContactChange]string{
	chat.ContactAsk: "add", chat.ContactAdd: "accept", chat.ContactAccept: "accept", chat.ContactDecline: "remote_decline", chat.ContactRemove: "remove",
}

func (r Realm) rosterCallback(ev *chat.Event) []Callback {
	op, reason := "", ""
	switch b := ev.Body.(type) {
	case chat.Contact:
		if len(ev.To) == 1 && ev.To[0] == ev.From {
			return nil // agrees to what nobody has asked yet
		}
		op, reason = rosterWords[b.Change], b.Note
	case chat.Block:
		op = "allow"
		if b.On {
			op = "ban"
		}
	}
	if op == "" {
		return nil
	}
	payload := map[string]any{"operation": op, "reason": reason, "roster_ver": ev.ID.String()}
	return []Callback{r.callback(ev, toldRoster, payload)}
}

// notifyCallbacks tells in the words of clients' notices.
func (r Realm) notifyCallbacks(rec chat.Record) (all []Callback, err error) {
	metas, err := r.FromEvent(rec, Reader{Generation: Gen5})
	if err != nil {
		return nil, err
	}
	for _, m := range metas {
		if m.GetNs() == webimwire.Meta_NOTIFY {
			all = append(all, r.callback(rec.Event, toldNotify, json.RawMessage(m.GetPayload())).numbered(len(all)))
		}
	}
	return all, nil
}

// mucChange is one thing that happened to a group or room: to somebody, or "".
type mucChange struct {
	operation string
	subject   chat.UserID
	reason    string
}

// mucCallbacks tells of groups and rooms [webim 18.5.3].
func (r Realm) mucCallbacks(ev *chat.Event) (all []Callback) {
	if ev.Conv.Kind != chat.KindGroup && ev.Conv.Kind != chat.KindRoom {
		return nil
	}
	room := ev.Conv.Kind == chat.KindRoom
	group := r.AppKey + "_" + r.groupName(ev.Conv.ID) + "@" + webimwire.GroupDomain
	for _, change := range mucChanges(ev) {
		if room && groupsAlone[change.operation] {
			continue
		}
		c := r.callback(ev, toldMUC, map[string]any{
			"muc_id": group, "is_chatroom": room, "operation": change.operation, "reason": change.reason,
			"status": map[string]string{"description": "", "error_code": "ok"},
		}).numbered(len(all))
		c.From, c.To = r.UserAddress(ev.From, ev.Device), group
		if change.subject != "" {
			c.To = r.UserAddress(change.subject, "")
		}
		all = append(all, c)
	}
	return all
}

// UserAddress writes who a user is, or which device of his, as the vendor's JSON does.
func (r Realm) UserAddress(u chat.UserID, device chat.DeviceID) string {
	address := r.AppKey + "_" + r.userName(u) + "@" + webimwire.UserDomain
	if device != "" {
		address += "/" + string(device)
	}
	return address
}

// groupsAlone are the operations that nobody is told of rooms.
var groupsAlone = map[string]bool{
	"create": true, "apply": true, "apply_accept": true, "invite": true, "invite_accept": true, "invite_decline": true, "direct_joined": true,
	"ban": true, "allow": true, "block": true, "unblock": true, "assing_owner": true, "upload_file": true, "delete_file": true,
	"group_member_metadata_update": true,
}

// memberOperations are the vendor's words, one of them misspelt, for changes of a member.
var memberOperations = map[chat.Change]string{
	chat.ChangeJoin: "presence", chat.ChangeAdd: "direct_joined", chat.ChangeLeave: "leave", chat.ChangeKick: "kick", chat.ChangeBan: "ban",
	chat.ChangeUnban: "allow", chat.ChangeMute: "add_mute", chat.ChangeUnmute: "remove_mute", chat.ChangeAllow: "add_user_white_list",
	chat.ChangeDisallow: "remove_user_white_list", chat.ChangeOwner: "assing_owner", chat.ChangeApply: "apply", chat.ChangeApplyAccept: "apply_accept",
	chat.ChangeInvite: "invite", chat.ChangeInviteAccept: "invite_accept", chat.ChangeInviteDecline: "invite_decline",
}

func mucChanges(ev *chat.Event) (all []mucChange) {
	add := func(operation, reason string, subjects ...chat.UserID) {
		for _, u := range subjects {
			all = append(all, mucChange{operation, u, reason})
		}
	}
	switch b := ev.Body.(type) {
	case chat.Lifecycle:
		if !b.Created {
			add("destroy", "", "")
			break
		}
		add("create", "", "")
		add("direct_joined", "", b.Members...)
	case chat.Membership:
		operation := memberOperations[b.Change]
		if b.Change == chat.ChangeRole && b.Role == chat.RoleAdmin {
			operation = "add_admin"
		} else if b.Change == chat.ChangeRole && b.Role == chat.RoleMember {
			operation = "remove_admin"
		}
		if operation != "" {
			add(operation, b.Reason, b.Users...)
		}
	case chat.Profile:
		switch {
		case b.Notice != nil && *b.Notice == "":
			add("delete_announcement", "", "")
		case b.Notice != nil:
			add("update_announcement", *b.Notice, "")
		default:
			add("update", "", "")
		}
	case chat.Rules:
		switch {
		case b.Silent == nil:
			add("update", "", "")
		case slices.Contains(*b.Silent, chat.RoleMember):
			add("ban_group", "", "")
		default:
			add("remove_ban_group", "", "")
		}
	case chat.Attributes:
		return attributeChanges(ev, b)
	}
	return all
}

func attributeChanges(ev *chat.Event, b chat.Attributes) (all []mucChange) {
	isFile := func(key string) bool { return strings.HasPrefix(key, SharedKey("")) }
	if slices.ContainsFunc(slices.Collect(maps.Keys(b.Set)), isFile) {
		all = append(all, mucChange{operation: "upload_file"})
	}
	if slices.ContainsFunc(b.Deleted, isFile) {
		all = append(all, mucChange{operation: "delete_file"})
	}
	shown, told := b.Shown()
	switch {
	case !told:
	case ev.Conv.Kind == chat.KindGroup && b.User != "":
		all = append(all, mucChange{operation: "group_member_metadata_update", subject: b.User, reason: jsonText(shown.Set)})
	case ev.Conv.Kind == chat.KindRoom && len(shown.Set) > 0:
		all = append(all, mucChange{operation: "set_metadata", reason: jsonText(shown.Set)})
	case ev.Conv.Kind == chat.KindRoom:
		all = append(all, mucChange{operation: "delete_metadata", reason: jsonText(shown.Deleted)})
	}
	return all
}

// Alert is what the app's server is told of a message that was refused for its words, but for what proves whose call it is
// [webim 18.5.2].
type Alert struct {
	Reason      string   `json:"alertReason"`
	Status      string   `json:"status"`
	Words       []string `json:"sensitiveWords"`
	Owner       string   `json:"contentOwner"`
	Receiver    string   `json:"contentReceiver"`
	ContentType string   `json:"contentType"`
	ChatType    string   `json:"chatType"` // who hears it and what it is: chat:user:text
}

// alertPlaces and alertKinds are an alert's words for where something was said, and what it was.
var (
	alertPlaces = map[chat.ConvKind]string{chat.KindPeer: "user", chat.KindGroup: "group", chat.KindThread: "group", chat.KindRoom: "room"}
	alertKinds  = map[string]string{"txt": "text", "img": "image", "loc": "location"}
)

// Alert tells of a draft that was refused. It is false for what is no message.
func (r Realm) Alert(author chat.UserID, d chat.Draft, words []string) (Alert, bool) {
	said, ok := saidBy(d)
	if !ok {
		return Alert{}, false
	}
	d.Body = said
	ev := &chat.Event{Draft: d, From: author}
	payload, ok := r.PayloadOf(ev)
	if !ok {
		return Alert{}, false
	}
	kind := kindOf(payload)
	return Alert{
		Reason: "intercepted", Status: "refuse", Words: words, Owner: r.userName(author), Receiver: r.addressee(ev).GetName(), ContentType: "message",
		ChatType: "chat:" + alertPlaces[d.Conv.Kind] + ":" + cmp.Or(alertKinds[kind], kind),
	}, true
}

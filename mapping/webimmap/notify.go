package webimmap

import (
	"encoding/json"
	"strconv"
	"time"

	"dragoman/bridge/chat"
	"dragoman/protocols/webim/webimwire"
)

// notify wraps JSON in a Meta of namespace NOTIFY [webim 11].
func (r Realm) notify(ev *chat.Event, to chat.UserID, v any) ([]*webimwire.Meta, error) {
	return []*webimwire.Meta{{
		Id: new(uint64(ev.ID)), From: r.system(), To: r.user(to, ""), Timestamp: new(uint64(ev.Time.UnixMilli())),
		Ns: webimwire.Meta_NOTIFY.Enum(), Payload: []byte(jsonText(v)),
	}}, nil
}

type envelope struct {
	Type string `json:"type"`
	Data any    `json:"data"`
}

// PresenceRow is one user's presence, as notices and REST show it [webim 12.5].
type PresenceRow struct {
	UID    string            `json:"uid"`
	Last   string            `json:"last_time"` // s
	Expiry string            `json:"expiry"`    // s
	Ext    string            `json:"ext"`
	Status map[string]string `json:"status"` // by resource: "0" or "1"
}

// presenceExpiry is how long a presence may be believed without another.
const presenceExpiry = 24 * time.Hour

// present writes how reachable a device is.
func (r Realm) present(ev *chat.Event, b chat.Presence, to Reader) ([]*webimwire.Meta, error) {
	owner := chat.UserID(ev.Conv.ID)
	status := "0"
	if b.Show != chat.ShowOffline {
		status = "1"
	}
	expiry := presenceExpiry
	if !b.Until.IsZero() {
		expiry = max(b.Until.Sub(ev.Time), 0)
	}
	row := PresenceRow{
		UID: r.userName(owner), Last: decimal(ev.Time.Unix()), Expiry: decimal(int64(expiry / time.Second)),
		Ext: b.Status, Status: map[string]string{string(ev.Device): status},
	}
	if row.Ext == "" {
		row.Ext = showWord(b.Show)
	}
	return r.notify(ev, to.User, envelope{"presence", map[string]any{"values": []PresenceRow{row}}})
}

// showWord is what others read where a user has said no words of his own.
func showWord(s chat.Show) string {
	switch s {
	case chat.ShowAway, chat.ShowXA:
		return "away"
	case chat.ShowDND:
		return "busy"
	default:
		return ""
	}
}

// reacted writes a change of reactions. Who has none of this protocol's words for
// it (3.x) ignores the notice.
func (r Realm) reacted(rec chat.Record, b chat.Reaction, to Reader) ([]*webimwire.Meta, error) {
	ev := rec.Event
	if ev.Conv.Kind == chat.KindRoom || to.Generation < Gen4 {
		return nil, nil
	}
	var now []chat.Reacted
	if rec.About != nil {
		now = rec.About.Reactions
	}
	states := r.reactions(now, to.User)
	ops := map[string]string{}
	for _, e := range b.On {
		ops[string(e)] = "create"
	}
	for _, e := range b.Off {
		ops[string(e)] = "delete"
	}
	for i, s := range states {
		if kind, ok := ops[s.Reaction]; ok {
			states[i].Ops = []reactionOp{{r.userName(ev.From), kind}}
			delete(ops, s.Reaction)
		}
	}
	for _, e := range b.Off {
		if kind, left := ops[string(e)]; left { // nobody stands behind it any more
			states = append(states, reactionState{Reaction: string(e), Users: []string{}, Ops: []reactionOp{{r.userName(ev.From), kind}}})
		}
	}
	type change struct {
		From      string          `json:"from"`
		To        string          `json:"to"`
		Kind      string          `json:"channel_type"`
		MessageID string          `json:"messageId"`
		Reactions []reactionState `json:"reactions"`
		Time      int64           `json:"ts"`
	}
	if states == nil {
		states = []reactionState{}
	}
	return r.notify(ev, to.User, envelope{"reaction", []change{{
		r.userName(ev.From), r.convName(ev.Conv, ev.From), convType(ev.Conv), b.Target.ID.String(), states, ev.Time.UnixMilli(),
	}}})
}

// convNotice is the data of a notice about a conversation.
type convNotice struct {
	Op       string `json:"op"`
	ID       string `json:"id"`
	Type     string `json:"type"`
	Time     int64  `json:"ts"`
	From     string `json:"from"`
	Resource string `json:"res"`
	Ext      string `json:"ext,omitempty"`
}

func (r Realm) convNotice(ev *chat.Event, op, ext string, to chat.UserID) ([]*webimwire.Meta, error) {
	return r.notify(ev, to, envelope{"conv", convNotice{
		op, r.convName(ev.Conv, ev.From), convType(ev.Conv), ev.Time.UnixMilli(), r.userName(ev.From), string(ev.Device), ext,
	}})
}

// pinned writes a message put on top of its conversation.
func (r Realm) pinned(ev *chat.Event, b chat.Pin, to Reader) ([]*webimwire.Meta, error) {
	op := "pin_delete"
	if b.On {
		op = "pin"
	}
	return r.convNotice(ev, op, b.Target.ID.String(), to.User)
}

// SettingMute is silent mode in this protocol's own words: JSON, of one
// conversation or, in KindSelf, of all [webim 12.5].
const SettingMute chat.SettingKey = "webim.silent"

// set writes what the reader changed on another of his devices.
func (r Realm) set(ev *chat.Event, b chat.Setting, to Reader) ([]*webimwire.Meta, error) {
	on := b.Value.Bits != 0
	switch b.Key {
	case chat.SettingPinned:
		if on {
			return r.convNotice(ev, "top", "", to.User)
		}
		return r.convNotice(ev, "not_top", "", to.User)
	case chat.SettingDeleted:
		if on {
			return r.convNotice(ev, "del", "", to.User)
		}
		return nil, nil
	case chat.SettingMarks:
		return r.marked(ev, b, to)
	case SettingMute:
		return r.silenced(ev, b, to)
	case chat.SettingMuted:
		if ev.Native.Protocol == Protocol {
			return nil, nil // told by SettingMute
		}
		b.Value = chat.JSON(`{"type":"DEFAULT"}`)
		if on {
			b.Value = chat.JSON(`{"type":"NONE"}`)
		}
		return r.silenced(ev, b, to)
	default:
		return nil, nil
	}
}

// markPrefix begins the name of a mark; its number follows.
const markPrefix = "mark_"

// MarkNative keeps with a setting of marks which one changed: the setting itself
// is the list of all.
func MarkNative(mark string, on bool) chat.Native {
	return chat.Native{Protocol: Protocol, Data: []byte(strconv.FormatBool(on) + " " + mark)}
}

// MutedNative goes with a change of chat.SettingMuted that SettingMute tells too.
func MutedNative() chat.Native { return chat.Native{Protocol: Protocol, Data: []byte("muted")} }

// marked writes which mark has changed. Another protocol says which there are now: each is told as set; one that is gone
// shows in the next list.
func (r Realm) marked(ev *chat.Event, b chat.Setting, to Reader) ([]*webimwire.Meta, error) {
	if ev.Native.Protocol != Protocol {
		var now []int
		if json.Unmarshal([]byte(b.Value.Text), &now) != nil {
			return nil, nil // nothing that this protocol could show
		}
		var all []*webimwire.Meta
		for i, n := range now {
			metas, err := r.convNotice(ev, "mark", markPrefix+strconv.Itoa(n), to.User)
			if err != nil {
				return nil, err
			}
			if i > 0 {
				metas[0].Id = new(extraID(ev.ID, i))
			}
			all = append(all, metas...)
		}
		return all, nil
	}
	if mark, ok := cutPrefix(ev.Native.Data, "true "); ok {
		return r.convNotice(ev, "mark", mark, to.User)
	}
	if mark, ok := cutPrefix(ev.Native.Data, "false "); ok {
		return r.convNotice(ev, "mark_delete", mark, to.User)
	}
	return nil, nil
}

func cutPrefix(b []byte, prefix string) (string, bool) {
	if len(b) < len(prefix) || string(b[:len(prefix)]) != prefix {
		return "", false
	}
	return string(b[len(prefix):]), true
}

// silenced writes a change of silent mode. Its values stand beside the type.
func (r Realm) silenced(ev *chat.Event, b chat.Setting, to Reader) ([]*webimwire.Meta, error) {
	data := json.RawMessage("{}")
	if b.Value.Kind == chat.ValueJSON && b.Value.Text != "" {
		data = json.RawMessage(b.Value.Text)
	}
	value := map[string]any{"operator_resource": string(ev.Device), "data": data}
	switch ev.Conv.Kind {
	case chat.KindPeer:
		value["user"] = r.convName(ev.Conv, ev.From)
	case chat.KindGroup, chat.KindThread, chat.KindRoom:
		value["group"] = r.groupName(ev.Conv.ID)
	}
	return r.notify(ev, to.User, map[string]any{"type": "user_notification_mute", "values": []any{value}})
}

// hidden writes history that the reader deleted on another of his devices.
func (r Realm) hidden(ev *chat.Event, b chat.Hide, to Reader) ([]*webimwire.Meta, error) {
	return r.notify(ev, to.User, envelope{"roaming_delete", map[string]string{
		"to": r.convName(ev.Conv, ev.From), "chatType": convType(ev.Conv), "resource": string(ev.Device),
	}})
}

// threadNotice writes what became of a thread to the members of its group.
func (r Realm) threadNotice(ev *chat.Event, op string, d *chat.Details, to Reader) ([]*webimwire.Meta, error) {
	if d == nil || to.Generation < Gen4 {
		return nil, nil
	}
	return r.notify(ev, to.User, envelope{"thread", r.threadData(ev, op, d)})
}

func (r Realm) threadData(ev *chat.Event, op string, d *chat.Details) map[string]any {
	data := map[string]any{
		"id": r.groupName(ev.Conv.ID), "name": d.Name, "muc_parent_id": r.groupName(d.Parent.ID), "msg_parent_id": decimal(d.Root.ID),
		"timestamp": ev.Time.UnixMilli(), "from": r.userName(ev.From), "operation": op,
	}
	if op != "create" && op != "delete" {
		data["message_count"] = d.Said
	}
	return data
}

// ThreadSaid writes that ev was said in the thread d, for a member of the group that it hangs in, who need not be in the
// thread; none where ev is no message.
func (r Realm) ThreadSaid(ev *chat.Event, d *chat.Details, to chat.UserID) ([]*webimwire.Meta, error) {
	last, payload, ok := r.LastMessage(ev)
	if !ok {
		return nil, nil
	}
	last["payload"] = payload
	data := r.threadData(ev, "update_msg", d)
	data["last_message"] = last
	return r.notify(ev, to, envelope{"thread", data})
}

// LastMessage writes a message as rows of conversations and threads do, but for the payload, which is beside it. It is
// false for an event that is none.
func (r Realm) LastMessage(ev *chat.Event) (map[string]any, Payload, bool) {
	payload, ok := r.PayloadOf(ev)
	if !ok {
		return nil, payload, false
	}
	to := r.AppKey + "_" + payload.To + "@" + webimwire.GroupDomain
	if ev.Conv.Kind == chat.KindPeer {
		to = r.UserAddress(ev.Conv.Other(ev.From), "")
	}
	return map[string]any{
		"from": r.UserAddress(ev.From, ev.Device), "id": ev.ID.String(), "timestamp": ev.Time.UnixMilli(), "to": to,
	}, payload, true
}

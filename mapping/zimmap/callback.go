package zimmap

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"dragoman/bridge/chat"
	"dragoman/protocols/zim/zimwire"
)

// Callback is one thing to tell the app's server. Those of one Key are told in order.
type Callback struct {
	Event  string
	Key    string
	Fields any
}

// Callbacks returns what the app's server is told of an event: nothing of most.
func (m Map) Callbacks(r chat.Record) []Callback {
	ev := *r.Event
	switch b := ev.Body.(type) {
	case chat.Message:
		return m.sendCallbacks(ev, b)
	case chat.Edit:
		if r.About == nil {
			return nil
		}
		return one(zimwire.CallbackSend, ev.Conv, m.messageCallback(*r.About))
	case chat.Lifecycle:
		return m.lifecycleCallbacks(r, b)
	case chat.Membership:
		return membershipCallbacks(ev, b)
	}
	return nil
}

func one(event string, c chat.Conv, fields any) []Callback {
	return []Callback{{Event: event, Key: c.String(), Fields: fields}}
}

// botPrefix begins the id of a user that is a program.
const botPrefix = "@RBT#"

func (m Map) sendCallbacks(ev chat.Event, b chat.Message) []Callback {
	if ev.Source == chat.Import || ev.Conv.Kind == chat.KindAll || !isTold(b) {
		return nil
	}
	fields := m.messageCallback(chat.Entry{Event: ev})
	if ev.Source == chat.Server && ev.Conv.Kind == chat.KindPeer {
		// A message of the server API may have gone to many: it names whom it went to apart.
		fields.UserList = []zimwire.MessageTarget{{UserID: fields.ConvID, MsgID: fields.MsgID, MsgSeq: fields.MsgSeq}}
		fields.ConvID, fields.MsgID, fields.MsgSeq = "", "", 0
	}
	out := one(zimwire.CallbackSend, ev.Conv, fields)
	if other := ev.Conv.Other(ev.From); strings.HasPrefix(string(other), botPrefix) {
		out = append(out, Callback{Event: zimwire.CallbackBot, Key: ev.Conv.String(), Fields: m.messageCallback(chat.Entry{Event: ev})})
	}
	return out
}

// isTold reports whether a message is one that callbacks are about: commands and barrages are not.
func isTold(b chat.Message) bool {
	_, command := b.Content.(chat.Command)
	return !command && !b.OnlineOnly
}

// messageCallback writes a message as its author's client names it.
func (m Map) messageCallback(e chat.Entry) zimwire.MessageCallback {
	m.Reader = e.From
	w, _ := m.FromEntry(e)
	out := zimwire.MessageCallback{
		FromUserID: w.SenderUserID, ConvID: w.ConversationID, ConvType: int64(w.ConversationType), MsgID: w.MessageID, MsgSeq: w.MessageSeq,
		MsgType: int64(w.Type), SubMsgType: w.SubType, MsgBody: m.BodyText(w), MsgTime: w.Timestamp, Payload: w.ExtendedData,
	}
	if e.Source == chat.Server {
		out.Source = 1
	}
	return out
}

// BeforeSend writes the question whether a draft may be sent; ok is false for what is not asked about.
func (m Map) BeforeSend(author chat.UserID, d chat.Draft, request string) (q zimwire.MessageCallback, ok bool) {
	said, isMessage := d.Body.(chat.Message)
	if edit, isEdit := d.Body.(chat.Edit); isEdit {
		said, isMessage = edit.Message, true
	}
	if !isMessage || !isTold(said) {
		return q, false
	}
	d.Body = said
	q = m.messageCallback(chat.Entry{Event: chat.Event{Draft: d, From: author}})
	q.RequestID, q.MsgID, q.MsgTime = request, request, 0
	return q, true
}

// FailedSend writes that a draft was refused; ok is false for what is not told.
func (m Map) FailedSend(source chat.Source, author chat.UserID, d chat.Draft, err error, now time.Time) (fields zimwire.MessageCallback, ok bool) {
	said, isMessage := d.Body.(chat.Message)
	if !isMessage || !isTold(said) || d.Conv.Kind == chat.KindAll {
		return fields, false
	}
	d.Time = now
	fields = m.messageCallback(chat.Entry{Event: chat.Event{Draft: d, From: author, Source: source}})
	fields.MsgID, fields.SendResult = "", int64(Return(err).Code)
	return fields, true
}

// Revised returns a draft with what the app's server has put in the place of its text or its extended data.
func Revised(d chat.Draft, a zimwire.BeforeSendAnswer) chat.Draft {
	switch b := d.Body.(type) {
	case chat.Message:
		d.Body = revised(b, a)
	case chat.Edit:
		b.Message = revised(b.Message, a)
		d.Body = b
	}
	return d
}

func revised(b chat.Message, a zimwire.BeforeSendAnswer) chat.Message {
	if a.NewPayload != "" {
		b.Ext = map[string]chat.Value{extendedKey: chat.String(a.NewPayload)}
	}
	if a.NewMsgBody == "" {
		return b
	}
	switch c := b.Content.(type) {
	case chat.Text:
		b.Content = chat.Text{Text: a.NewMsgBody}
	case chat.Custom:
		c.Data = []byte(a.NewMsgBody)
		b.Content = c
	}
	return b
}

func (m Map) lifecycleCallbacks(r chat.Record, b chat.Lifecycle) []Callback {
	ev := *r.Event
	fields := zimwire.GroupCallback{Operator: string(ev.From)}
	group := ev.Conv.Kind == chat.KindGroup
	if group {
		fields.GroupID, fields.Owner = ev.Conv.ID, string(ev.From)
	} else {
		fields.RoomID = ev.Conv.ID
	}
	switch {
	case ev.Conv.Kind != chat.KindGroup && ev.Conv.Kind != chat.KindRoom:
		return nil
	case !b.Created && group:
		fields.UserIDs = names(r.Audience) // who was in it; not known any more where the log is read again after a crash
		return one(zimwire.CallbackGroupEnd, ev.Conv, fields)
	case !b.Created:
		return one(zimwire.CallbackRoomEnd, ev.Conv, fields)
	}
	for k, v := range b.Attributes {
		fields.Attributes = append(fields.Attributes, zimwire.CallbackAttribute{Key: k, Value: v})
	}
	slices.SortFunc(fields.Attributes, func(a, b zimwire.CallbackAttribute) int { return cmp.Compare(a.Key, b.Key) })
	name := ""
	if b.Profile.Name != nil {
		name = *b.Profile.Name
	}
	if !group {
		fields.RoomName = name
		return one(zimwire.CallbackRoomCreate, ev.Conv, fields)
	}
	fields.GroupName = name
	fields.UserIDs = append([]string{string(ev.From)}, names(b.Members)...)
	return one(zimwire.CallbackGroupCreate, ev.Conv, fields)
}

func membershipCallbacks(ev chat.Event, b chat.Membership) []Callback {
	fields := zimwire.GroupCallback{Operator: string(ev.From)}
	who := names(joining(ev, b))
	room := ev.Conv.Kind == chat.KindRoom
	switch {
	case room:
		fields.RoomID = ev.Conv.ID
	case ev.Conv.Kind == chat.KindGroup:
		fields.GroupID = ev.Conv.ID
	default:
		return nil
	}
	switch b.Change {
	case chat.ChangeJoin:
		if room {
			return one(zimwire.CallbackRoomEnter, ev.Conv, fields)
		}
		fields.JoinType, fields.NewUserIDs = "Apply", who
	case chat.ChangeApplyAccept:
		fields.JoinType, fields.NewUserIDs = "Apply", who
	case chat.ChangeAdd, chat.ChangeInviteAccept:
		fields.JoinType, fields.NewUserIDs = "Invited", who
		if b.Change == chat.ChangeInviteAccept && len(b.Users) > 0 {
			fields.Operator = string(b.Users[0]) // who invited
		}
	case chat.ChangeLeave:
		fields.ExitType, fields.ExitUserIDs = "Quit", who
	case chat.ChangeKick, chat.ChangeBan:
		fields.ExitType, fields.ExitUserIDs, fields.CustomReason = "Kickout", who, b.Reason
	default:
		return nil
	}
	switch {
	case fields.ExitType != "" && room:
		return one(zimwire.CallbackRoomExit, ev.Conv, fields)
	case fields.ExitType != "":
		return one(zimwire.CallbackGroupExit, ev.Conv, fields)
	case room:
		return nil
	}
	return one(zimwire.CallbackGroupJoin, ev.Conv, fields)
}

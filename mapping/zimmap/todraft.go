package zimmap

import (
	"slices"
	"time"

	"github.com/go-json-experiment/json"

	"dragoman/bridge/chat"
	"dragoman/protocols/zim/zimwire"
)

// Send returns the draft of sendMessage and, with the message that is answered, of replyMessage.
func (m Map) Send(w zimwire.Message, conv chat.Conv, config zimwire.MessageSendConfig, replyTo chat.Ref) (chat.Draft, error) {
	if err := checkMessage(w, conv.Kind); err != nil {
		return chat.Draft{}, err
	}
	return m.draft(w, conv, config, replyTo)
}

// draft is Send without a client's limits.
func (m Map) draft(w zimwire.Message, conv chat.Conv, config zimwire.MessageSendConfig, replyTo chat.Ref) (chat.Draft, error) {
	said, n, err := m.message(w)
	if err != nil {
		return chat.Draft{}, err
	}
	said.ReplyTo = replyTo
	said.WantReceipt = config.HasReceipt && conv.Kind != chat.KindRoom && hasReceipts(w.Type)
	said.Quiet = config.DisableUnreadMessageCount
	if said.Priority, err = priority(int64(config.Priority)); err != nil {
		return chat.Draft{}, err
	}
	if config.PushConfig != nil {
		said.Push = pushOf(*config.PushConfig)
	}
	n.NotifyMentioned = config.IsNotifyMentionedUsers
	d := chat.Draft{Conv: conv, ClientID: w.LocalMessageID, Body: said, Native: n.pack()}
	return d, d.Check()
}

// message returns what w says, whoever sends it wherever.
func (m Map) message(w zimwire.Message) (chat.Message, native, error) {
	said := chat.Message{MentionAll: w.IsMentionAll, Mentions: userIDs(w.MentionedUserIDs)}
	if w.ExtendedData != "" {
		said.Ext = map[string]chat.Value{extendedKey: chat.String(w.ExtendedData)}
	}
	var n native
	var err error
	switch w.Type {
	case zimwire.MessageTypeMultiple:
		said.Content, n, err = m.multi(w.MessageInfoList)
	case zimwire.MessageTypeCombine:
		said.Content, err = m.bundle(w)
	default:
		said.Content, n, err = m.content(liteIn(w), w.FileUID)
	}
	if w.Type == zimwire.MessageTypeBarrage {
		said.OnlineOnly, n.Type = true, w.Type
	}
	return said, n, err
}

func (m Map) multi(items []zimwire.MessageLiteInfo) (chat.Content, native, error) {
	out := chat.Multi{}
	n := native{}
	for _, item := range items {
		part, said, err := m.content(item, "")
		if err != nil {
			return nil, native{}, err
		}
		out.Parts = append(out.Parts, part)
		n.Items = append(n.Items, said)
	}
	if !slices.ContainsFunc(n.Items, func(x native) bool { return x.FileUID != "" }) {
		n.Items = nil
	}
	return out, n, nil
}

// bundle copies the messages that are combined. One that is itself a combination brings its own.
func (m Map) bundle(w zimwire.Message) (chat.Content, error) {
	if len(w.MessageList) == 0 {
		return nil, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "a combination holds messages")
	}
	out := chat.Bundle{Title: w.Title, Preview: w.Summary}
	for _, inner := range w.MessageList {
		said, _, err := m.message(inner)
		if err != nil {
			return nil, err
		}
		item := chat.Forwarded{From: chat.UserID(inner.SenderUserID), Message: said}
		if id, err := chat.ParseEventID(inner.MessageID); err == nil {
			item.ID = id
		}
		if inner.Timestamp > 0 {
			item.Time = time.UnixMilli(inner.Timestamp).UTC()
		}
		item.Name = m.Dir.Profile(item.From).UserName
		if inner, ok := said.Content.(chat.Bundle); ok {
			out.Level = max(out.Level, inner.Level+1)
		}
		out.Items = append(out.Items, item)
	}
	return out, nil
}

func hasReceipts(t zimwire.MessageType) bool {
	return t != zimwire.MessageTypeCommand && t != zimwire.MessageTypeBarrage
}

func priority(p int64) (chat.Priority, error) {
	switch zimwire.MessagePriority(p) {
	case 0, zimwire.MessagePriorityLow:
		return chat.PriorityLow, nil
	case zimwire.MessagePriorityMedium:
		return chat.PriorityNormal, nil
	case zimwire.MessagePriorityHigh:
		return chat.PriorityHigh, nil
	}
	return 0, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "a priority is 1, 2 or 3")
}

// pushOf keeps the whole of a push configuration: what the model has no field for goes along as text.
func pushOf(p zimwire.PushConfig) *chat.Push {
	out := &chat.Push{Title: p.Title, Text: p.Content, Payload: p.Payload}
	p.Title, p.Content, p.Payload = "", "", ""
	if p != (zimwire.PushConfig{}) {
		if extra, err := json.Marshal(p); err == nil {
			out.Extra = string(extra)
		}
	}
	return out
}

func userIDs(names []string) []chat.UserID {
	if len(names) == 0 {
		return nil
	}
	out := make([]chat.UserID, len(names))
	for i, n := range names {
		out[i] = chat.UserID(n)
	}
	return out
}

// Edit returns the draft of editMessage: before is the message as it stands, w as the client wants it.
func (m Map) Edit(w zimwire.Message, before chat.Entry) (chat.Draft, error) {
	old, ok := before.Body.(chat.Message)
	if !ok {
		return chat.Draft{}, chat.RefuseFor(chat.NoMessage, "there is no such message")
	}
	was := m.fromContent(old.Content, unpack(before.Native))
	if was.Type != w.Type {
		return chat.Draft{}, zimwire.Refuse(zimwire.MessageModuleEditMessageFailed, "a message keeps its type")
	}
	switch w.Type {
	case zimwire.MessageTypeText, zimwire.MessageTypeMultiple, zimwire.MessageTypeCustom:
	default:
		return chat.Draft{}, zimwire.Refuse(zimwire.MessageModuleEditMessageFailed, "messages of this type cannot be edited")
	}
	if err := checkMessage(w, before.Conv.Kind); err != nil {
		return chat.Draft{}, err
	}
	said, n, err := m.message(w)
	if err != nil {
		return chat.Draft{}, err
	}
	said.ReplyTo, said.WantReceipt, said.Quiet, said.Priority, said.Push = old.ReplyTo, old.WantReceipt, old.Quiet, old.Priority, old.Push
	n.NotifyMentioned = unpack(before.Native).NotifyMentioned
	d := chat.Draft{Conv: before.Conv, Body: chat.Edit{Target: before.Ref(), Message: said}, Native: n.pack()}
	return d, d.Check()
}

// Recall returns the draft of revokeMessage. What is recalled, and in what right, stays with it: the message itself is gone.
func (m Map) Recall(target chat.Entry, config zimwire.MessageRevokeConfig, role chat.Role, server bool) (chat.Draft, error) {
	if len(config.RevokeExtendedData) > maxRevokeData {
		return chat.Draft{}, tooLong("the extended data")
	}
	n := native{RevokeStatus: zimwire.MessageRevokeStatusSelfRevoke}
	if said, ok := target.Body.(chat.Message); ok {
		n.OriginalType = m.fromContent(said.Content, unpack(target.Native)).Type
	}
	switch {
	case server:
		n.RevokeStatus = zimwire.MessageRevokeStatusServerAPIRevoke
	case target.From == m.Reader:
	case role == chat.RoleOwner:
		n.RevokeStatus = zimwire.MessageRevokeStatusGroupOwnerRevoke
	default:
		n.RevokeStatus = zimwire.MessageRevokeStatusGroupAdminRevoke
	}
	d := chat.Draft{Conv: target.Conv, Body: chat.Recall{Target: target.Ref(), Reason: config.RevokeExtendedData}, Native: n.pack()}
	return d, d.Check()
}

// Reaction returns the draft of addMessageReaction and, with on false, of deleteMessageReaction.
func Reaction(target chat.Entry, kind string, on bool) (chat.Draft, error) {
	if kind == "" || len(kind) > maxReaction {
		return chat.Draft{}, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "a reaction has 1 to 32 bytes")
	}
	emoji, err := chat.NewEmoji(kind)
	if err != nil {
		return chat.Draft{}, err
	}
	b := chat.Reaction{Target: target.Ref()}
	if on {
		b.On = []chat.Emoji{emoji}
	} else {
		b.Off = []chat.Emoji{emoji}
	}
	return chat.Draft{Conv: target.Conv, Body: b}, nil
}

// ReadReceipt returns the draft of sendMessageReceiptsRead.
func ReadReceipt(conv chat.Conv, list []zimwire.Message) (chat.Draft, error) {
	if len(list) == 0 {
		return chat.Draft{}, chat.Refuse(chat.Invalid, "no message is named")
	}
	if len(list) > maxReceipts {
		return chat.Draft{}, zimwire.Refuse(zimwire.MessageModuleMessageReceiptLimit, "at most 10 receipts at a time")
	}
	b := chat.Receipt{State: chat.Read}
	for _, w := range list {
		ref := RefOf(w)
		if ref.IsZero() {
			return chat.Draft{}, chat.Refuse(chat.Invalid, "a message has no id")
		}
		b.Messages = append(b.Messages, ref)
	}
	return chat.Draft{Conv: conv, Body: b}, nil
}

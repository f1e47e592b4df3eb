package webimmap

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strings"

	"google.golang.org/protobuf/proto"

	"dragoman/bridge/chat"
	"dragoman/protocols/webim/webimwire"
)

// Form names how rec is written for to: readers of the same form get the same
// bytes. Events whose notices differ by who reads them have a form per user.
func (r Realm) Form(rec chat.Record, to Reader) string {
	form := Protocol + "/" + decimal(int(to.Generation)) + "/" + r.Base
	switch rec.Event.Body.(type) {
	case chat.Message, chat.Edit, chat.Recall, chat.Typing:
		return form
	default:
		return form + "/" + string(to.User)
	}
}

// FromEvent writes what happened for one reader: no Meta where this protocol, or
// this reader's client, has no way to show it. Their order is that of delivery.
// rec is as the feed hands it out; to is never the device that acted.
func (r Realm) FromEvent(rec chat.Record, to Reader) ([]*webimwire.Meta, error) {
	ev := rec.Event
	switch b := ev.Body.(type) {
	case chat.Message:
		return r.said(rec, b)
	case chat.Edit:
		return r.edited(rec, b, to)
	case chat.Recall:
		return r.recalled(ev, b)
	case chat.Receipt:
		return r.receipted(rec, b, to)
	case chat.Typing:
		return r.typing(ev, b)
	case chat.Reaction:
		return r.reacted(rec, b, to)
	case chat.Pin:
		return r.pinned(ev, b, to)
	case chat.Membership:
		return r.membership(ev, b, to)
	case chat.Profile:
		return r.profiled(ev, b, to)
	case chat.Rules:
		return r.ruled(ev, b, to)
	case chat.Lifecycle:
		return r.lived(ev, b, to)
	case chat.Attributes:
		return r.attributed(ev, b, to)
	case chat.Presence:
		return r.present(ev, b, to)
	case chat.Contact:
		return r.contact(ev, b, to)
	case chat.Block:
		return r.blocked(ev, b, to)
	case chat.Setting:
		return r.set(ev, b, to)
	case chat.Hide:
		return r.hidden(ev, b, to)
	case chat.Relay:
		return r.relayed(ev)
	case chat.Watch, chat.CallState:
		return nil, nil // see Table
	default:
		return nil, fmt.Errorf("webimmap: no form for %T", b)
	}
}

// meta is the envelope of what ev.From did.
func (r Realm) meta(ev *chat.Event, ns webimwire.Meta_NameSpace, body proto.Message) (*webimwire.Meta, error) {
	payload, err := webimwire.Pack(body)
	if err != nil {
		return nil, err
	}
	return &webimwire.Meta{
		Id: new(uint64(ev.ID)), From: r.user(ev.From, ev.Device), To: r.addressee(ev), Timestamp: new(uint64(ev.Time.UnixMilli())),
		Ns: &ns, Payload: payload,
	}, nil
}

// addressee is whom ev.From spoke to.
func (r Realm) addressee(ev *chat.Event) *webimwire.JID {
	switch ev.Conv.Kind {
	case chat.KindPeer:
		return r.user(ev.Conv.Other(ev.From), ev.ToDevice)
	case chat.KindGroup, chat.KindThread, chat.KindRoom:
		return r.group(ev.Conv.ID)
	default:
		return r.system()
	}
}

// chatMeta is a Meta of namespace CHAT: body says it, addresses filled in.
func (r Realm) chatMeta(ev *chat.Event, body *webimwire.MessageBody) (*webimwire.Meta, error) {
	to := r.addressee(ev)
	body.From, body.To = &webimwire.JID{Name: new(r.userName(ev.From))}, &webimwire.JID{Name: to.Name}
	return r.meta(ev, webimwire.Meta_CHAT, body)
}

// one is the usual answer of the functions below.
func one(m *webimwire.Meta, err error) ([]*webimwire.Meta, error) {
	if err != nil || m == nil {
		return nil, err
	}
	return []*webimwire.Meta{m}, nil
}

// extraID is the id of the n-th Meta, from 1, that one event becomes: the SDKs drop
// a Meta whose id is among the last hundred [webim 5.4]. It is no event's id, for
// no shard has its number.
func extraID(id chat.EventID, n int) uint64 {
	h := fnv.New64a()
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(id))
	binary.BigEndian.PutUint64(b[8:], uint64(n))
	_, _ = h.Write(b[:]) // never fails
	const shardMask = 0x3ff << 12
	return h.Sum64()&(1<<62-1)&^shardMask | 0x1ff<<12
}

// messageBody writes a message without addresses and without type.
func (r Realm) messageBody(m chat.Message) *webimwire.MessageBody {
	body := &webimwire.MessageBody{Ext: r.ext(m)}
	if m.Content != nil {
		body.Contents = []*content{r.fromContent(m.Content)}
	}
	if m.WantReceipt {
		body.MsgConfig = &webimwire.MessageBody_MessageConfig{AllowGroupAck: new(true)}
	}
	return body
}

// ext writes the client's own fields, and in the words of this protocol's
// applications who is mentioned and what is answered.
func (r Realm) ext(m chat.Message) []*webimwire.KeyValue {
	kvs := keyValues(m.Ext)
	if media, ok := m.Content.(chat.Media); ok && media.Caption != "" && find(kvs, extCaption) == nil {
		kvs = append(kvs, webimwire.StringValue(extCaption, media.Caption))
	}
	if _, has := m.Ext[extMentions]; !has {
		switch {
		case m.MentionAll:
			kvs = append(kvs, webimwire.StringValue(extMentions, mentionsAll))
		case len(m.Mentions) > 0:
			list := make([]string, len(m.Mentions))
			for i, u := range m.Mentions {
				list[i] = r.userName(u)
			}
			kvs = append(kvs, webimwire.JSONValue(extMentions, jsonText(list)))
		}
	}
	if _, has := m.Ext[extQuote]; !has && m.ReplyTo.ID != 0 {
		q := quote{ID: m.ReplyTo.ID.String(), Sender: r.userName(m.ReplyTo.Author), Kind: quoteKind}
		kvs = append(kvs, webimwire.JSONValue(extQuote, jsonText(q)))
	}
	return kvs
}

// jsonText writes v, which always has a JSON form, without the escapes that HTML
// would need: compact, so that no byte is below 0x10 [webim 11].
func jsonText(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "null"
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// sayType is the type of a message by its conversation.
func sayType(c chat.Conv) *webimwire.MessageBody_Type {
	switch c.Kind {
	case chat.KindGroup, chat.KindThread:
		return webimwire.MessageBody_GROUPCHAT.Enum()
	case chat.KindRoom:
		return webimwire.MessageBody_CHATROOM.Enum()
	default:
		return webimwire.MessageBody_CHAT.Enum()
	}
}

// said writes a message. One recalled before it was delivered is not told at all:
// the recall that follows it in the log would have nothing to take back.
func (r Realm) said(rec chat.Record, m chat.Message) ([]*webimwire.Meta, error) {
	if _, gone := m.Content.(chat.Recalled); gone {
		return nil, nil
	}
	return one(r.sayMeta(rec.Event, m, r.state(rec.Event, rec.About, "")))
}

// sayMeta writes a message and what has become of it.
func (r Realm) sayMeta(ev *chat.Event, m chat.Message, state bodyState) (*webimwire.Meta, error) {
	body, outer := r.fromNative(ev.Native, m)
	if body == nil {
		body = r.messageBody(m)
	}
	body.Type = sayType(ev.Conv)
	body.Meta = state.merge(body.Meta)
	out, err := r.chatMeta(ev, body)
	if err != nil {
		return nil, err
	}
	out.Ext, out.Meta = outer.GetExt(), outer.GetMeta()
	switch m.Priority {
	case chat.PriorityHigh:
		out.Ext = append(out.Ext, webimwire.IntValue(extPriority, webimwire.KeyValue_INT, 0))
	case chat.PriorityLow:
		out.Ext = append(out.Ext, webimwire.IntValue(extPriority, webimwire.KeyValue_INT, 2))
	case chat.PriorityNormal:
		if ev.Conv.Kind == chat.KindRoom {
			out.Ext = append(out.Ext, webimwire.IntValue(extPriority, webimwire.KeyValue_INT, 1))
		}
	}
	if ev.Conv.Kind == chat.KindAll {
		out.Ext = append(out.Ext, webimwire.BoolValue(broadcast, true))
	}
	return out, nil
}

// edited writes a changed message. To 3.x clients it would be a text of no kind:
// they see the change when they read history [webim 6.4].
func (r Realm) edited(rec chat.Record, b chat.Edit, to Reader) ([]*webimwire.Meta, error) {
	if to.Generation < Gen4 {
		return nil, nil
	}
	if _, gone := b.Message.Content.(chat.Recalled); gone {
		return nil, nil
	}
	ev := rec.Event
	body, _ := r.fromNative(ev.Native, b.Message)
	if body == nil {
		body = r.messageBody(b.Message)
	}
	body.Type = webimwire.MessageBody_EDIT.Enum()
	body.EditMessageId = new(uint64(b.Target.ID))
	body.EditScope = webimwire.MessageBody_BODY_AND_EXT.Enum()
	body.Meta = bodyState{Edit: r.editState(ev, rec.About)}.merge(body.Meta)
	return one(r.chatMeta(ev, body))
}

// recalled writes a recall [webim 6.4].
func (r Realm) recalled(ev *chat.Event, b chat.Recall) ([]*webimwire.Meta, error) {
	out, err := r.chatMeta(ev, ackBody(webimwire.MessageBody_RECALL, b.Target.ID))
	if err != nil {
		return nil, err
	}
	if ev.Native.Protocol == Protocol {
		if outer, err := webimwire.DecodeMeta(ev.Native.Data); err == nil {
			out.Ext = outer.GetExt()
		}
	}
	if b.Reason != "" && find(out.Ext, extRecall) == nil {
		out.Ext = append(out.Ext, webimwire.StringValue(extRecall, b.Reason))
	}
	return one(out, nil)
}

// ackBody names one message. Its one empty content is part of the form [webim 6.1].
func ackBody(t webimwire.MessageBody_Type, id chat.EventID) *webimwire.MessageBody {
	body := &webimwire.MessageBody{Type: &t, Contents: []*content{{}}}
	if id != 0 {
		body.AckMessageId = new(uint64(id))
	}
	return body
}

// receipted writes a receipt: to the author of the message and to the reader's
// other devices. In a group the author alone hears of it, if he asked.
func (r Realm) receipted(rec chat.Record, b chat.Receipt, to Reader) ([]*webimwire.Meta, error) {
	ev := rec.Event
	grouped := ev.Conv.Kind != chat.KindPeer
	if r.readsAll(ev, b) || grouped && ev.From == to.User {
		if b.State != chat.Read {
			return nil, nil // there is no "all delivered"
		}
		return one(r.chatMeta(ev, ackBody(webimwire.MessageBody_CHANNEL_ACK, 0)))
	}
	refs := b.Messages
	if len(refs) == 0 {
		refs = []chat.Ref{b.Through}
	}
	kind := webimwire.MessageBody_DELIVER_ACK
	if b.State == chat.Read {
		kind = webimwire.MessageBody_READ_ACK
	}
	if grouped && kind == webimwire.MessageBody_DELIVER_ACK {
		return nil, nil
	}
	var metas []*webimwire.Meta
	for i, ref := range refs {
		if grouped && ref.Author != "" && ref.Author != to.User {
			continue
		}
		body := ackBody(kind, ref.ID)
		if grouped {
			groupAck(body, rec.About, ref.ID, b.Note)
		} else if b.Note != "" {
			body.AckContent = &b.Note
		}
		m, err := r.chatMeta(ev, body)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			m.Id = new(extraID(ev.ID, i))
		}
		metas = append(metas, m)
	}
	return metas, nil
}

// readsAll reports whether a receipt is of the whole conversation: because its author
// said so, or because it reaches up to the newest message.
func (r Realm) readsAll(ev *chat.Event, b chat.Receipt) bool {
	switch {
	case len(b.Messages) > 0:
		return false
	case b.Through.IsZero(), ev.Native.Protocol == Protocol && string(ev.Native.Data) == channelNative:
		return true
	default:
		// In a group the author wants to know who has read his message, and how many.
		return b.State == chat.Read && ev.Conv.Kind == chat.KindPeer && r.Names.Newest(ev.Conv, b.Through)
	}
}

// groupAck adds what the author's client counts readers by [webim 6.4].
func groupAck(body *webimwire.MessageBody, about *chat.Entry, id chat.EventID, note string) {
	body.MsgConfig = &webimwire.MessageBody_MessageConfig{AllowGroupAck: new(true)}
	body.AckContent = &note
	count := 1
	if about != nil && about.ID == id {
		count = max(about.Read.Count, 1)
	}
	body.Ext = []*webimwire.KeyValue{webimwire.JSONValue(groupReadCount, jsonText(map[string]int{id.String(): count}))}
}

// typing writes the command that this protocol's applications use.
func (r Realm) typing(ev *chat.Event, b chat.Typing) ([]*webimwire.Meta, error) {
	name := typingEnd
	if b.Active {
		name = typingBegin
	}
	body := &webimwire.MessageBody{Type: sayType(ev.Conv), Contents: []*content{r.fromContent(chat.Command{Name: name})}}
	return one(r.chatMeta(ev, body))
}

// relayed passes on signalling that came from a client of this protocol.
func (r Realm) relayed(ev *chat.Event) ([]*webimwire.Meta, error) {
	if ev.Native.Protocol != Protocol {
		return nil, nil
	}
	return one(&webimwire.Meta{
		Id: new(uint64(ev.ID)), From: r.user(ev.From, ev.Device), To: r.addressee(ev), Timestamp: new(uint64(ev.Time.UnixMilli())),
		Ns: webimwire.Meta_CONFERENCE.Enum(), Payload: ev.Native.Data,
	}, nil)
}

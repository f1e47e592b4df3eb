package webimmap

import (
	"encoding/json"
	"strings"

	"dragoman/bridge/chat"
	"dragoman/protocols/webim/webimwire"
)

// The names that this protocol's applications agree on.
const (
	extPriority    = "chatroom_msg_tag"           // Meta.ext: 0 high, 1 normal, 2 low [webim 6.1]
	extRecall      = "recallMessageExtensionInfo" // Meta.ext of a recall
	extMentions    = "em_at_list"                 // ext: who is mentioned, or "ALL"
	extQuote       = "msgQuote"                   // ext: what a message answers
	typingBegin    = "TypingBegin"                // action of a command for who is online
	typingEnd      = "TypingEnd"                  //
	mentionsAll    = "ALL"                        //
	quoteKind      = "txt"                        //
	groupReadCount = "groupReadCount"             // ext of a group receipt to the author
	broadcast      = "is_broadcast"               // Meta.ext of a message to all rooms
)

// ToDraft reads a Meta that me sent as a request to the router: a message, edit,
// recall or receipt (CHAT), a change of contacts (ROSTER), or signalling between
// clients (CONFERENCE). It refuses what it cannot read with chat.Invalid, and what
// goes to nobody with chat.NotFound; MUC and STATISTIC are no drafts and are
// chat.Unsupported here.
func (r Realm) ToDraft(me chat.UserID, meta *webimwire.Meta) (chat.Draft, error) {
	body, err := webimwire.Body(meta)
	if err != nil {
		return chat.Draft{}, chat.Refuse(chat.Invalid, "the message cannot be read")
	}
	var d chat.Draft
	switch body := body.(type) {
	case *webimwire.MessageBody:
		d, err = r.chatDraft(me, meta, body)
	case *webimwire.RosterBody:
		d, err = r.rosterDraft(me, body)
	case *webimwire.ConferenceBody:
		d, err = r.relayDraft(me, meta)
	default:
		return chat.Draft{}, chat.Refuse(chat.Unsupported, "not offered here")
	}
	if err != nil {
		return chat.Draft{}, err
	}
	if id := meta.GetId(); id != 0 {
		d.ClientID = decimal(id)
	}
	return d, nil
}

// Target returns the conversation that a Meta of me's is sent to.
func (r Realm) Target(me chat.UserID, meta *webimwire.Meta, body *webimwire.MessageBody) (chat.Conv, error) {
	name := meta.GetTo().GetName()
	if name == "" {
		name = body.GetTo().GetName()
	}
	grouped := meta.GetTo().GetDomain() == webimwire.GroupDomain
	switch body.GetType() {
	case webimwire.MessageBody_CHAT:
		grouped = false
	case webimwire.MessageBody_GROUPCHAT, webimwire.MessageBody_CHATROOM:
		grouped = true
	}
	if grouped {
		return r.Names.Conv(name)
	}
	peer, err := r.Names.User(name)
	if err != nil {
		return chat.Conv{}, err
	}
	return chat.Peer(me, peer), nil
}

func (r Realm) chatDraft(me chat.UserID, meta *webimwire.Meta, body *webimwire.MessageBody) (chat.Draft, error) {
	conv, err := r.Target(me, meta, body)
	if err != nil {
		return chat.Draft{}, err
	}
	d := chat.Draft{Conv: conv}
	switch body.GetType() {
	case webimwire.MessageBody_READ_ACK, webimwire.MessageBody_DELIVER_ACK:
		d.Body, err = receipt(body)
	case webimwire.MessageBody_CHANNEL_ACK:
		d.Body, d.Native = chat.Receipt{State: chat.Read}, chat.Native{Protocol: Protocol, Data: []byte(channelNative)}
		if conv.Kind != chat.KindPeer {
			d.To = []chat.UserID{me} // in a group it clears one's own count and tells nobody else
		}
	case webimwire.MessageBody_RECALL:
		d.Body, d.Native, err = r.recall(meta, body)
	case webimwire.MessageBody_EDIT:
		d.Body, d.Native, err = r.edit(meta, body)
	default:
		err = r.sayDraft(&d, me, meta, body)
	}
	return d, err
}

// sayDraft fills in a message proper.
func (r Realm) sayDraft(d *chat.Draft, me chat.UserID, meta *webimwire.Meta, body *webimwire.MessageBody) error {
	m, err := r.message(body)
	if err != nil {
		return err
	}
	m.OnlineOnly = meta.GetRoutetype() == webimwire.Meta_ROUTE_ONLINE
	m.Priority = priority(find(meta.GetExt(), extPriority))
	if err := r.direct(d, me, meta); err != nil {
		return err
	}
	if device := meta.GetTo().GetClientResource(); device != "" && d.Conv.Kind == chat.KindPeer {
		d.ToDevice = chat.DeviceID(device)
	}
	if typing, ok := typingOf(m); ok {
		d.Body = typing
		return nil
	}
	d.Body = m
	d.Native, err = r.native(meta, body, m)
	return err
}

// maxDirected is how many of a group one message may be for [webim 18.2.1].
const maxDirected = 20

// direct narrows a group message to the users it names [webim 6.1].
func (r Realm) direct(d *chat.Draft, me chat.UserID, meta *webimwire.Meta) error {
	if meta.GetRoutetype() != webimwire.Meta_ROUTE_DIRECT || len(meta.GetDirectedUsers()) == 0 {
		return nil
	}
	if len(meta.GetDirectedUsers()) > maxDirected {
		return chat.Refuse(chat.Invalid, "limit directed users") // the SDKs know these words [webim 7]
	}
	d.To = []chat.UserID{me}
	for _, name := range meta.GetDirectedUsers() {
		u, err := r.Names.User(name)
		if err != nil {
			return err
		}
		if u != me {
			d.To = append(d.To, u)
		}
	}
	return nil
}

// typingOf recognises the command that this protocol's applications send while
// their user writes. Only one for who is online can stand for it without loss.
func typingOf(m chat.Message) (chat.Typing, bool) {
	c, ok := m.Content.(chat.Command)
	if !ok || !m.OnlineOnly || len(c.Params) > 0 || len(m.Ext) > 0 {
		return chat.Typing{}, false
	}
	return chat.Typing{Active: c.Name == typingBegin}, c.Name == typingBegin || c.Name == typingEnd
}

// Message reads what a message says, from the body alone.
func (r Realm) Message(body *webimwire.MessageBody) (chat.Message, error) { return r.message(body) }

func (r Realm) message(body *webimwire.MessageBody) (chat.Message, error) {
	var m chat.Message
	var parts []chat.Content
	for _, c := range body.GetContents() {
		part, err := r.content(c)
		if err != nil {
			return chat.Message{}, err
		}
		parts = append(parts, part)
	}
	switch len(parts) {
	case 0:
		return chat.Message{}, chat.Refuse(chat.Invalid, "the message says nothing")
	case 1:
		m.Content = parts[0]
	default:
		m.Content = chat.Multi{Parts: parts}
	}
	ext, err := values(body.GetExt())
	if err != nil {
		return chat.Message{}, err
	}
	m.Ext = ext
	m.WantReceipt = body.GetMsgConfig().GetAllowGroupAck()
	r.readMentions(&m)
	readQuote(&m)
	return m, nil
}

// readMentions turns the field that applications agree on into mentions.
func (r Realm) readMentions(m *chat.Message) {
	v, ok := m.Ext[extMentions]
	if !ok {
		return
	}
	if v.Kind == chat.ValueString && v.Text == mentionsAll {
		m.MentionAll = true
		m.Ext = without(m.Ext, extMentions)
		return
	}
	var list []string
	if v.Kind != chat.ValueJSON || json.Unmarshal([]byte(v.Text), &list) != nil || len(list) == 0 {
		return
	}
	mentions := make([]chat.UserID, 0, len(list))
	for _, name := range list {
		u, err := r.Names.User(name)
		if err != nil {
			return // the field stays as it is: it names somebody we cannot
		}
		mentions = append(mentions, u)
	}
	m.Mentions = mentions
	m.Ext = without(m.Ext, extMentions)
}

// quote is the object in msgQuote that applications agree on.
type quote struct {
	ID      string `json:"msgID"`
	Preview string `json:"msgPreview"`
	Sender  string `json:"msgSender"`
	Kind    string `json:"msgType"`
}

// readQuote learns what a message answers. The field stays: it also holds how the
// author's client shows it.
func readQuote(m *chat.Message) {
	v, ok := m.Ext[extQuote]
	if !ok || v.Kind != chat.ValueJSON {
		return
	}
	var q quote
	if json.Unmarshal([]byte(v.Text), &q) != nil {
		return
	}
	if id, err := chat.ParseEventID(q.ID); err == nil {
		m.ReplyTo = chat.Ref{ID: id}
	}
}

func without(m map[string]chat.Value, key string) map[string]chat.Value {
	delete(m, key)
	if len(m) == 0 {
		return nil
	}
	return m
}

// channelNative marks a receipt of a whole conversation: once it exists it names the
// message that was the last one.
const channelNative = "channel"

func priority(tag *webimwire.KeyValue) chat.Priority {
	if tag == nil {
		return chat.PriorityNormal
	}
	v, err := tag.Go()
	if err != nil {
		return chat.PriorityNormal
	}
	switch v {
	case int64(0):
		return chat.PriorityHigh
	case int64(2):
		return chat.PriorityLow
	default:
		return chat.PriorityNormal
	}
}

func receipt(body *webimwire.MessageBody) (chat.Body, error) {
	state := chat.Delivered
	if body.GetType() == webimwire.MessageBody_READ_ACK {
		state = chat.Read
	}
	ids := body.GetAckMessageIds()
	if id := body.GetAckMessageId(); id != 0 {
		ids = append([]uint64{id}, ids...)
	}
	if len(ids) == 0 {
		return nil, chat.RefuseFor(chat.NoMessage, "the receipt names no message")
	}
	refs := make([]chat.Ref, 0, len(ids))
	for _, n := range ids {
		id, err := eventID(n)
		if err != nil {
			return nil, err
		}
		refs = append(refs, chat.Ref{ID: id})
	}
	return chat.Receipt{State: state, Messages: refs, Note: body.GetAckContent()}, nil
}

func (r Realm) recall(meta *webimwire.Meta, body *webimwire.MessageBody) (chat.Body, chat.Native, error) {
	id, err := eventID(body.GetAckMessageId())
	if err != nil {
		return nil, chat.Native{}, err
	}
	recall := chat.Recall{Target: chat.Ref{ID: id}}
	if kv := find(meta.GetExt(), extRecall); kv.GetType() == webimwire.KeyValue_STRING {
		recall.Reason = kv.GetStringValue()
	}
	var native chat.Native
	if len(meta.GetExt()) > 1 || (len(meta.GetExt()) == 1 && recall.Reason == "") {
		data, err := webimwire.EncodeMeta(&webimwire.Meta{Ext: meta.GetExt()})
		if err != nil {
			return nil, chat.Native{}, err
		}
		native = chat.Native{Protocol: Protocol, Data: data}
	}
	return recall, native, nil
}

// Edit reads an edit of body, which changes the text alone or the ext fields too
// [webim 6.4]. What stands now is kept where the scope leaves it: the front-end
// fills it in, for the packet does not say it. See KeepsExt.
func (r Realm) edit(meta *webimwire.Meta, body *webimwire.MessageBody) (chat.Body, chat.Native, error) {
	id, err := eventID(body.GetEditMessageId())
	if err != nil {
		return nil, chat.Native{}, err
	}
	m, err := r.message(body)
	if err != nil {
		return nil, chat.Native{}, err
	}
	native, err := r.native(meta, body, m)
	return chat.Edit{Target: chat.Ref{ID: id}, Message: m}, native, err
}

// KeepsExt reports whether an edit leaves the ext fields of the message as they stand.
func KeepsExt(meta *webimwire.Meta) bool {
	body, err := webimwire.Body(meta)
	if err != nil {
		return false
	}
	mb, ok := body.(*webimwire.MessageBody)
	return ok && mb.GetEditScope() != webimwire.MessageBody_BODY_AND_EXT
}

// rosterDraft reads what the 3.x SDKs ask about contacts [webim 9].
func (r Realm) rosterDraft(me chat.UserID, body *webimwire.RosterBody) (chat.Draft, error) {
	if len(body.GetTo()) != 1 {
		return chat.Draft{}, chat.Refuse(chat.Invalid, "one contact at a time")
	}
	peer, err := r.Names.User(body.GetTo()[0].GetName())
	if err != nil {
		return chat.Draft{}, err
	}
	d := chat.Draft{Conv: chat.Peer(me, peer)}
	note := body.GetReason()
	switch body.GetOperation() {
	case webimwire.RosterBody_ADD:
		d.Body = chat.Contact{Change: chat.ContactAsk, Note: note}
	case webimwire.RosterBody_REMOVE:
		d.Body = chat.Contact{Change: chat.ContactRemove}
	case webimwire.RosterBody_ACCEPT:
		d.Body = chat.Contact{Change: chat.ContactAccept}
	case webimwire.RosterBody_DECLINE:
		d.Body = chat.Contact{Change: chat.ContactDecline, Note: note}
	case webimwire.RosterBody_BAN:
		d.Body = chat.Block{On: true}
	case webimwire.RosterBody_ALLOW:
		d.Body = chat.Block{}
	default:
		return chat.Draft{}, chat.Refuse(chat.Unsupported, "not offered here")
	}
	return d, nil
}

// relayDraft passes signalling of calls on as it is.
func (r Realm) relayDraft(me chat.UserID, meta *webimwire.Meta) (chat.Draft, error) {
	name := meta.GetTo().GetName()
	if name == "" || strings.HasPrefix(meta.GetTo().GetDomain(), "conference.") {
		return chat.Draft{}, chat.Refuse(chat.Unsupported, "signalling goes from one user to another")
	}
	peer, err := r.Names.User(name)
	if err != nil {
		return chat.Draft{}, err
	}
	return chat.Draft{
		Conv: chat.Peer(me, peer), ToDevice: chat.DeviceID(meta.GetTo().GetClientResource()), Body: chat.Relay{},
		Native: chat.Native{Protocol: Protocol, Data: meta.GetPayload()},
	}, nil
}

package zim

import (
	"slices"
	"time"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/bridge/store"
	"dragoman/mapping/zimmap"
	"dragoman/protocols/zim/zimwire"
)

const (
	maxRecords      = 100 // in a page
	defaultRecords  = 10
	maxRecordsBySeq = 20
	maxReceiptsSent = 10
	maxPayload      = 200 // bytes of a revoke's payload
	// importReach is how old an imported message may be: the longest that any plan keeps one.
	importReach = 360 * 24 * time.Hour
)

// place finds the conversation of an action that exists for peers, groups and rooms.
func (c call) place(from chat.UserID, peer, group, room string) (chat.Conv, error) {
	switch c.action {
	case "RevokePeerMessage", "QueryPeerMsg", "ImportPeerMsg", "ClearPeerMessage":
		other, err := c.user(peer, zimwire.RetUserUnregistered)
		if err == nil && other == from {
			err = zimwire.Deny(zimwire.RetParam, "nobody talks to himself")
		}
		return chat.Peer(from, other), err
	case "RevokeRoomMessage":
		r, _, err := c.room(room)
		return r, err
	}
	g, _, err := c.group(group)
	return g, err
}

func (c call) revoke(p zimwire.RevokeMessage) (any, error) {
	from, err := c.from(p.FromUserID)
	if err != nil {
		return nil, err
	}
	conv, err := c.place(from, p.ToUserID, p.GroupID, p.RoomID)
	if err != nil {
		return nil, err
	}
	if p.MsgSeq == nil || *p.MsgSeq <= 0 || len(p.Payload) > maxPayload {
		return nil, zimwire.Deny(zimwire.RetParam, "MsgSeq is needed, and a Payload has up to 200 bytes")
	}
	e, err := c.Store.Entry(c.ctx, "", conv, chat.Ref{Seq: chat.Seq(*p.MsgSeq)})
	if err != nil {
		return nil, err
	}
	said, ok := e.Body.(chat.Message)
	if !ok {
		return nil, zimwire.Deny(zimwire.RetNoMessage, "there is no such message")
	}
	if _, gone := said.Content.(chat.Recalled); gone {
		return nil, zimwire.Deny(zimwire.RetAlreadyRevoked, "the message was revoked already")
	}
	switch {
	case e.From == from:
	case conv.Kind == chat.KindRoom && !slices.Contains(c.people(conv), from):
		return nil, zimwire.Deny(zimwire.RetNotInRoom, "FromUserId is not in this room")
	default:
		return nil, zimwire.Deny(zimwire.RetNotSender, "FromUserId has not sent this message")
	}
	if window := c.Router.Policy().RecallWindow; window >= 0 && c.Now().Sub(e.Time) > window {
		return nil, zimwire.Deny(zimwire.RetRevokeTooLate, "it is too late to revoke")
	}
	draft, err := c.mapFor(c.ctx, from).Recall(e, zimwire.MessageRevokeConfig{RevokeExtendedData: p.Payload}, chat.RoleNone, true)
	if err != nil {
		return nil, err
	}
	_, err = c.submit(from, draft)
	return nil, err
}

func (c call) edit(p zimwire.EditMsgBody) (any, error) {
	from, err := c.user(p.FromUserID, zimwire.RetEditFailed)
	if err != nil {
		return nil, err
	}
	if p.ConvMsgSeq == nil || p.MsgType == nil || p.EditType == nil || *p.EditType <= 0 || *p.EditType >= 2*zimwire.EditSubType {
		return nil, zimwire.Deny(zimwire.RetParam, "ConvMsgSeq, MsgType and EditType are needed")
	}
	var conv chat.Conv
	if c.action == "EditC2cMsgBody" {
		other, err := c.user(p.ConvID, zimwire.RetEditFailed)
		if err != nil {
			return nil, err
		}
		conv = chat.Peer(from, other)
		if p.SenderID == "" {
			return nil, zimwire.Deny(zimwire.RetParam, "SenderId is needed")
		}
	} else if conv, _, err = c.group(p.ConvID); err != nil {
		return nil, zimwire.Deny(zimwire.RetEditFailed, "there is no such group")
	}
	e, err := c.Store.Entry(c.ctx, "", conv, chat.Ref{Seq: chat.Seq(*p.ConvMsgSeq)})
	if err != nil || (p.SenderID != "" && string(e.From) != p.SenderID) {
		return nil, zimwire.Deny(zimwire.RetEditFailed, "there is no such message")
	}
	if window := c.Router.Policy().EditWindow; window >= 0 && c.Now().Sub(e.Time) > window {
		return nil, zimwire.Deny(zimwire.RetEditTooLate, "it is too late to edit")
	}
	m := c.mapFor(c.ctx, from)
	draft, err := m.ServerEdit(e, p)
	if err != nil {
		return nil, err
	}
	ev, err := c.submit(from, draft)
	if err != nil {
		return nil, zimwire.Deny(zimwire.RetEditFailed, chat.PublicOf(err))
	}
	return zimwire.MsgBodyEdited{StateMsgSeq: ev.Place.Pos, EditMsgSeq: *p.ConvMsgSeq, LatestEditTime: ev.Time.Unix()}, nil
}

func (c call) bySeq(p zimwire.QueryMessagesByMsgSeq) (any, error) {
	if len(p.MsgSeqList) == 0 || len(p.MsgSeqList) > maxRecordsBySeq {
		return nil, zimwire.Deny(zimwire.RetParam, "1 to 20 messages are asked for at a time")
	}
	if refusal := c.rates.messages(len(p.MsgSeqList), c.Now()); refusal != nil {
		return nil, refusal
	}
	from, err := c.user(p.FromUserID, zimwire.RetUserUnregistered)
	if err != nil {
		return nil, err
	}
	conv, err := c.conv(from, p.ConvID, p.ConvType)
	if err != nil {
		return nil, err
	}
	refs := make([]chat.Ref, len(p.MsgSeqList))
	for i, seq := range p.MsgSeqList {
		if seq <= 0 {
			return nil, zimwire.Deny(zimwire.RetParam, "a MsgSeq is above zero")
		}
		refs[i] = chat.Ref{Seq: chat.Seq(seq)}
	}
	entries, err := c.Store.Entries(c.ctx, from, conv, refs)
	if err != nil {
		return nil, err
	}
	m := c.mapFor(c.ctx, from)
	result := zimwire.MessagesByMsgSeq{}
	for _, e := range entries {
		if r, ok := m.ToServer(e); ok {
			result.MessageList = append(result.MessageList, r)
		}
	}
	return result, nil
}

// history answers newest first. Next is the order key of the last that was told.
func (c call) history(p zimwire.QueryMsg) (any, error) {
	asker := chat.UserID("")
	var err error
	if c.action == "QueryPeerMsg" {
		if asker, err = c.from(p.FromUserID); err != nil {
			return nil, err
		}
	}
	conv, err := c.place(asker, p.ToUserID, p.GroupID, "")
	if err != nil {
		return nil, err
	}
	limit := int64(defaultRecords)
	if p.Limit != nil {
		limit = *p.Limit
	}
	if limit < 1 || limit > maxRecords || p.Next < 0 {
		return nil, zimwire.Deny(zimwire.RetParam, "Limit is from 1 to 100")
	}
	entries, more, err := c.Store.History(c.ctx, asker, conv, store.HistoryQuery{Before: zimmap.OrderID(p.Next, false), Limit: int(limit)})
	if err != nil {
		return nil, err
	}
	m := c.mapFor(c.ctx, asker)
	page := zimwire.MsgPage{}
	for i := len(entries) - 1; i >= 0; i-- {
		if r, ok := m.ToServer(entries[i]); ok && (r.IsEmpty == 0 || p.WithEmptyMsg == 1) {
			page.List = append(page.List, r)
		}
	}
	if more && len(entries) > 0 {
		page.Next = entries[0].ID.OrderKey()
	}
	return page, nil
}

// importDraft returns the draft of a message of old.
func (c call) importDraft(from chat.UserID, conv chat.Conv, p zimwire.ImportMsg) (chat.Draft, error) {
	if p.MessageType != nil && *p.MessageType == int64(zimwire.MessageTypeCommand) {
		return chat.Draft{}, zimwire.Deny(zimwire.RetParam, "commands are not kept and so not imported")
	}
	if p.MessageBody != nil && (p.MessageBody.OfflinePush != nil || p.MessageBody.HasReceipt != 0) {
		return chat.Draft{}, zimwire.Deny(zimwire.RetParam, "what is imported has neither OfflinePush nor HasReceipt")
	}
	draft, err := c.mapFor(c.ctx, from).ServerDraft(conv, zimmap.ServerMessage{Type: p.MessageType, Priority: p.Priority, NeedsPriority: true,
		Body: p.MessageBody, SubType: p.SubMsgType, SearchedContent: p.SearchedContent, Quiet: true})
	if err != nil {
		return draft, err
	}
	now := c.Now()
	draft.Time = now
	if p.SendMessageTime != 0 {
		draft.Time = time.UnixMilli(p.SendMessageTime)
	}
	if draft.Time.After(now.Add(time.Second)) || now.Sub(draft.Time) > importReach {
		return draft, zimwire.Deny(zimwire.RetParam, "SendMessageTime is in the future, or too long ago")
	}
	return draft, nil
}

func (c call) importAs(from chat.UserID, d chat.Draft) (chat.Event, error) {
	return c.Router.Submit(c.ctx, bridge.Actor{User: from, Source: chat.Import, Protocol: zimmap.Protocol}, d)
}

// importPeer imports one side's copy of a message.
func (c call) importPeer(p zimwire.ImportMsg) (any, error) {
	from, err := c.from(p.FromUserID)
	if err != nil {
		return nil, err
	}
	conv, err := c.place(from, p.ToUserID, "", "")
	if err != nil {
		return nil, err
	}
	owner := chat.UserID(p.ImportedUserID)
	if !conv.Member(owner) {
		return nil, zimwire.Deny(zimwire.RetParam, "ImportedUserId is one of the two")
	}
	draft, err := c.importDraft(from, conv, p)
	if err != nil {
		return nil, err
	}
	draft.To = []chat.UserID{owner}
	ev, err := c.importAs(from, draft)
	if err != nil {
		return nil, err
	}
	return zimwire.PeerMsgImported{MsgID: ev.ID.String(), MsgSeq: int64(ev.Seq)}, nil
}

func (c call) importGroup(p zimwire.ImportMsg) (any, error) {
	from, err := c.from(p.FromUserID)
	if err != nil {
		return nil, err
	}
	conv, err := c.place(from, "", p.GroupID, "")
	if err != nil {
		return nil, err
	}
	draft, err := c.importDraft(from, conv, p)
	if err != nil {
		return nil, err
	}
	ev, err := c.importAs(from, draft)
	if err != nil {
		return nil, err
	}
	return zimwire.GroupMsgImported{MsgSeq: int64(ev.Seq)}, nil
}

// clear takes all that was said out of one user's own history.
func (c call) clear(p zimwire.ClearMessages) (any, error) {
	from, err := c.from(p.FromUserID)
	if err != nil {
		return nil, err
	}
	conv, err := c.place(from, p.ToUserID, p.GroupID, "")
	if err != nil {
		return nil, err
	}
	entries, _, err := c.Store.History(c.ctx, from, conv, store.HistoryQuery{Limit: 1})
	if err != nil || len(entries) == 0 {
		return nil, err
	}
	_, err = c.submit(from, chat.Draft{Conv: conv, To: []chat.UserID{from}, Body: chat.Hide{Through: entries[0].Ref()}})
	return nil, err
}

// receipt sends a receipt of some messages and returns when.
func (c call) receipt(p zimwire.SendReceipt, state chat.ReceiptState) (int64, error) {
	failure := zimwire.RetPeerReceipt
	inGroup := c.action == "GroupReadReceipt" || c.action == "GroupDeliveryReceipt"
	if inGroup {
		failure = zimwire.RetGroupReceipt
	}
	if len(p.ConvMsgSeq) > maxReceiptsSent {
		return 0, zimwire.Deny(zimwire.RetTooManyReceipts, "at most 10 receipts at a time")
	}
	if len(p.ConvMsgSeq) == 0 {
		return 0, zimwire.Deny(zimwire.RetParam, "ConvMsgSeq is needed")
	}
	from, err := c.user(p.FromUserID, failure)
	if err != nil {
		return 0, err
	}
	kind, id := int64(zimwire.ConversationTypePeer), p.ConvID
	if inGroup {
		kind, id = int64(zimwire.ConversationTypeGroup), p.GroupID
	}
	conv, err := c.conv(from, id, &kind)
	if err != nil {
		return 0, zimwire.Deny(failure, "there is no such conversation")
	}
	b := chat.Receipt{State: state}
	for _, seq := range p.ConvMsgSeq {
		e, err := c.Store.Entry(c.ctx, from, conv, chat.Ref{Seq: chat.Seq(seq)})
		if said, ok := e.Body.(chat.Message); err != nil || !ok || !said.WantReceipt || e.From == from {
			return 0, zimwire.Deny(failure, "a message wants no receipt, or is not there")
		}
		b.Messages = append(b.Messages, e.Ref())
	}
	ev, err := c.submit(from, chat.Draft{Conv: conv, Body: b})
	if err != nil {
		return 0, zimwire.Deny(failure, chat.PublicOf(err))
	}
	return ev.Time.UnixMilli(), nil
}

func (c call) readReceipt(p zimwire.SendReceipt) (any, error) {
	at, err := c.receipt(p, chat.Read)
	if err != nil {
		return nil, err
	}
	return zimwire.ReadReceiptSent{ReadTime: at}, nil
}

func (c call) deliveryReceipt(p zimwire.SendReceipt) (any, error) {
	at, err := c.receipt(p, chat.Delivered)
	if err != nil {
		return nil, err
	}
	return zimwire.DeliveryReceiptSent{DeliveredTime: at}, nil
}

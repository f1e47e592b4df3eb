package zim

import (
	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/bridge/store"
	"dragoman/mapping/zimmap"
	"dragoman/protocols/zim/zimwire"
)

// maxRecipients bounds the users that one message goes to.
const maxRecipients = 100

func (c call) sendPeer(p zimwire.SendPeerMessage) (any, error) {
	switch n := len(p.ToUserID); {
	case n > maxRecipients:
		return nil, zimwire.Deny(zimwire.RetTooManyUsers, "at most 100 recipients")
	case n == 0 || p.SenderUnaware < 0 || p.SenderUnaware > 1:
		return nil, zimwire.Deny(zimwire.RetParam, "ToUserId is needed, and SenderUnaware is 0 or 1")
	}
	from, err := c.from(p.FromUserID)
	if err != nil {
		return nil, err
	}
	said := zimmap.ServerMessage{Type: p.MessageType, Priority: p.Priority, NeedsPriority: true, Body: p.MessageBody,
		SubType: p.SubMsgType, SearchedContent: p.SearchedContent, Quiet: p.SendMsgOptions != nil && p.SendMsgOptions.NoUnread}
	// The message itself is checked before any recipient is.
	if _, err := c.mapFor(c.ctx, from).ServerDraft(chat.Peer(from, "?"), said); err != nil {
		return nil, err
	}
	result := zimwire.PeerMessageSent{}
	var first error
	failed := func(user string, err error) {
		if first == nil {
			first = err
		}
		result.ErrorList = append(result.ErrorList, zimwire.UserError{UserID: user, SubCode: subCode(err)})
	}
	type underWay struct {
		user    string
		pending *bridge.Pending
	}
	var begun []underWay
	for _, user := range unique(p.ToUserID) {
		pending, err := c.beginPeer(from, user, said, p.SenderUnaware == 1)
		if err != nil {
			failed(user, err)
			continue
		}
		begun = append(begun, underWay{user, pending})
	}
	for _, b := range begun {
		ev, err := b.pending.Wait()
		if err != nil {
			failed(b.user, err)
			continue
		}
		result.SuccList = append(result.SuccList, zimwire.PeerSent{UserID: b.user, MsgID: ev.ID.String(), MsgSeq: int64(ev.Seq)})
	}
	if len(result.SuccList) == 0 {
		return result, first
	}
	return result, nil
}

func (c call) beginPeer(from chat.UserID, user string, said zimmap.ServerMessage, unaware bool) (*bridge.Pending, error) {
	to, err := c.user(user, zimwire.RetUserUnregistered)
	if err != nil {
		return nil, err
	}
	if to == from {
		return nil, zimwire.Deny(zimwire.RetParam, "nobody writes to himself")
	}
	draft, err := c.mapFor(c.ctx, from).ServerDraft(chat.Peer(from, to), said)
	if err != nil {
		return nil, err
	}
	if unaware {
		draft = zimmap.MakeUnaware(draft)
	}
	pending, err := c.Router.Begin(c.ctx, c.as(from), draft)
	if err != nil {
		c.callbacks.failed(c.ctx, c.as(from), draft, err)
	}
	return pending, err
}

// send submits a message; the app's server hears of one that was refused, as it does of one that was sent.
func (c call) send(from chat.UserID, draft chat.Draft) (chat.Event, error) {
	ev, err := c.submit(from, draft)
	if err != nil {
		c.callbacks.failed(c.ctx, c.as(from), draft, err)
	}
	return ev, err
}

func (c call) sendGroup(p zimwire.SendGroupMessage) (any, error) {
	from, err := c.from(p.FromUserID)
	if err != nil {
		return nil, err
	}
	g, _, err := c.group(p.GroupID)
	if err != nil {
		return nil, err
	}
	options := p.SendMsgOptions
	if options == nil {
		options = &zimwire.SendMsgOptions{}
	}
	draft, err := c.mapFor(c.ctx, from).ServerDraft(g, zimmap.ServerMessage{Type: p.MessageType, Priority: p.Priority, NeedsPriority: true,
		Body: p.MessageBody, SubType: p.SubMsgType, SearchedContent: p.SearchedContent, Quiet: options.NoUnread || options.TargetOption != nil})
	if err != nil {
		return nil, err
	}
	if options.TargetOption != nil {
		if draft.To, err = c.targets(g, from, *options.TargetOption); err != nil {
			return nil, err
		}
	}
	ev, err := c.send(from, draft)
	if err != nil {
		return nil, err
	}
	return zimwire.GroupMessageSent{MsgSeq: int64(ev.Seq), MsgID: int64(ev.ID)}, nil
}

// targets returns whom a message to some of a group is for, and its sender.
func (c call) targets(g chat.Conv, from chat.UserID, o zimwire.TargetOption) ([]chat.UserID, error) {
	named := map[chat.UserID]bool{}
	for _, u := range o.ReceiverUserIDs {
		named[chat.UserID(u)] = true
	}
	members, _, err := c.Store.Members(c.ctx, g, store.MemberQuery{})
	if err != nil {
		return nil, err
	}
	to := []chat.UserID{from}
	for _, m := range members {
		if m.User != from && named[m.User] == o.Inclusive {
			to = append(to, m.User)
		}
	}
	return to, nil
}

func (c call) sendRoom(p zimwire.SendRoomMessage) (any, error) {
	from, err := c.from(p.FromUserID)
	if err != nil {
		return nil, err
	}
	room, _, err := c.room(p.RoomID)
	if err != nil {
		return nil, err
	}
	draft, err := c.mapFor(c.ctx, from).ServerDraft(room, zimmap.ServerMessage{Type: p.MessageType, Priority: p.Priority, NeedsPriority: true,
		Body: p.MessageBody, SubType: p.SubMsgType, SearchedContent: p.SearchedContent})
	if err != nil {
		return nil, err
	}
	if p.SenderUnaware == nil || *p.SenderUnaware == 1 {
		draft = zimmap.MakeUnaware(draft)
	}
	ev, err := c.send(from, draft)
	if err != nil {
		return nil, err
	}
	return zimwire.RoomMessageSent{MsgSeq: int64(ev.Seq)}, nil
}

func (c call) sendAll(p zimwire.SendMessageToAllUsers) (any, error) {
	if p.PushType < 0 || p.PushType > 2 {
		return nil, zimwire.Deny(zimwire.RetParam, "PushType is 0, 1 or 2")
	}
	from, err := c.from(p.FromUserID)
	if err != nil {
		return nil, err
	}
	draft, err := c.mapFor(c.ctx, from).ServerDraft(chat.All(), zimmap.ServerMessage{Type: p.MessageType, Body: p.MessageBody, SubType: p.SubMsgType})
	if err != nil {
		return nil, err
	}
	_, err = c.submit(from, draft)
	return nil, err
}

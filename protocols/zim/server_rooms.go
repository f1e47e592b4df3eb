package zim

import (
	"maps"
	"slices"
	"time"

	"dragoman/bridge/chat"
	"dragoman/protocols/zim/zimwire"
)

const (
	serverRoomID   = 32 // bytes of a room id that the server API makes
	maxRoomAskedOf = 10
	maxRoomKick    = 50
	defaultPeople  = 100
)

func (c call) createRoom(p zimwire.ServerCreateRoom) (any, error) {
	from, err := c.from(p.FromUserID)
	if err != nil {
		return nil, err
	}
	linger := time.Duration(p.DestroyDelayTime) * time.Second
	if p.RoomID == "" || len(p.RoomID) > serverRoomID || !allowedID(p.RoomID) || len(p.RoomName) > maxRoomName || linger < 0 || linger > maxLinger {
		return nil, zimwire.Deny(zimwire.RetParam, "RoomId has 1 to 32 bytes, RoomName up to 64, DestroyDelayTime is up to 10800")
	}
	attributes := map[string]string{}
	for _, a := range p.Attributes {
		attributes[a.Key] = a.Value
	}
	if err := checkRoomAttributes(attributes); err != nil {
		return nil, err
	}
	b := chat.Lifecycle{Created: true, Absent: true, Profile: chat.Profile{Name: &p.RoomName}, Linger: max(linger, time.Millisecond), Attributes: attributes}
	_, err = c.submit(from, chat.Draft{Conv: chat.Room(p.RoomID), Body: b})
	if chat.ReasonOf(err) == chat.AlreadyExists {
		err = zimwire.Deny(zimwire.RetRoomExists, "there is a room of that id")
	}
	if err != nil {
		return nil, err
	}
	return zimwire.AttributeSeq{AttributeSeq: int64(len(attributes))}, nil
}

func (c call) destroyRoom(p zimwire.RoomRequest) (any, error) {
	room, d, err := c.room(p.RoomID)
	if err != nil {
		return nil, err
	}
	from := d.Owner
	if p.FromUserID != "" {
		if from, err = c.from(p.FromUserID); err != nil {
			return nil, err
		}
	}
	_, err = c.submit(from, chat.Draft{Conv: room, Body: chat.Lifecycle{}})
	return nil, err
}

func (c call) roomUsers(p zimwire.QueryRoomUserList) (any, error) {
	room, _, err := c.room(p.RoomID)
	if err != nil {
		return nil, err
	}
	limit := int64(defaultPeople)
	if p.Limit != nil {
		limit = *p.Limit
	}
	before, err := parseFlag(p.NextFlag)
	if err != nil || limit < 1 || limit > maxRoomPage || p.Mode < 0 || p.Mode > 1 {
		return nil, zimwire.Deny(zimwire.RetParam, "Mode is 0 or 1, Limit from 1 to 500")
	}
	list := c.people(room)
	if len(list) == 0 {
		return nil, zimwire.Deny(zimwire.RetRoomEmpty, "nobody is in this room")
	}
	if p.Mode == 1 {
		slices.Reverse(list)
	}
	page, next := slice(list, before, int(limit))
	m := c.mapFor(c.ctx, "")
	result := zimwire.RoomUsers{Count: int64(len(list)), NextFlag: formatFlag(next)}
	for _, u := range page {
		result.UserList = append(result.UserList, zimwire.UserOfName{UserID: string(u), UserName: m.Dir.Profile(u).UserName})
	}
	return result, nil
}

func (c call) roomMembers(p zimwire.RoomUserRequest) (any, error) {
	if len(p.UserID) > maxRoomAskedOf {
		return nil, zimwire.Deny(zimwire.RetTooManyUsers, "at most 10 users at a time")
	}
	if len(p.UserID) == 0 {
		return nil, zimwire.Deny(zimwire.RetParam, "UserId[] is needed")
	}
	if err := c.in(p.RoomID); err != nil {
		return nil, err
	}
	room, _, err := c.room(p.RoomID)
	if err != nil {
		return nil, err
	}
	list := c.people(room)
	m := c.mapFor(c.ctx, "")
	result := zimwire.RoomMembersFound{}
	for _, name := range unique(p.UserID) {
		u, err := c.user(name, zimwire.RetUserAbsent)
		if err == nil && !slices.Contains(list, u) {
			err = zimwire.Deny(zimwire.RetNotInThatRoom, "he is not in this room")
		}
		if err != nil {
			result.ErrorList = append(result.ErrorList, userError(name, err))
			continue
		}
		known := m.Dir.Profile(u)
		result.UserList = append(result.UserList, zimwire.RoomMember{UserID: name, UserName: known.UserName, Avatar: known.UserAvatarURL, Extra: known.UserExtendedData})
	}
	return result, allFailed(len(result.UserList) == 0, func() zimwire.ReturnCode { return result.ErrorList[0].SubCode })
}

func (c call) kickFromRoom(p zimwire.RoomUserRequest) (any, error) {
	if len(p.UserID) > maxRoomKick {
		return nil, zimwire.Deny(zimwire.RetTooManyUsers, "at most 50 users at a time")
	}
	if len(p.UserID) == 0 || len(p.CustomReason) > maxReason {
		return nil, zimwire.Deny(zimwire.RetParam, "UserId[] is needed, and a CustomReason has up to 32 bytes")
	}
	room, d, err := c.room(p.RoomID)
	if err != nil {
		return nil, err
	}
	by := d.Owner
	if p.FromUserID != "" {
		if by, err = c.from(p.FromUserID); err != nil {
			return nil, err
		}
	}
	list := c.people(room)
	b := chat.Membership{Change: chat.ChangeKick, Reason: p.CustomReason}
	for _, name := range unique(p.UserID) {
		if slices.Contains(list, chat.UserID(name)) {
			b.Users = append(b.Users, chat.UserID(name))
		}
	}
	if len(b.Users) == 0 {
		return nil, zimwire.Deny(zimwire.RetNotInRoom, "none of them is in this room")
	}
	_, err = c.submit(by, chat.Draft{Conv: room, Body: b})
	return nil, err
}

func (c call) roomAttributes(p zimwire.RoomRequest) (any, error) {
	if _, err := c.from(p.FromUserID); err != nil {
		return nil, err
	}
	room, _, err := c.room(p.RoomID)
	if err != nil {
		return nil, err
	}
	all, seq, err := c.Store.AttributeSeqs(c.ctx, room)
	if err != nil {
		return nil, err
	}
	result := zimwire.RoomAttributesFound{AttributeSeq: seq}
	for _, a := range all {
		w := zimwire.RoomAttributeState{Key: a.Key, Value: a.Value, Seq: a.Seq}
		if a.AutoDelete {
			w.AutoDelete = 1
		}
		result.Attributes = append(result.Attributes, w)
	}
	return result, nil
}

func (c call) modifyRoomAttribute(p zimwire.ModifyRoomAttribute) (any, error) {
	from, err := c.from(p.FromUserID)
	if err != nil {
		return nil, err
	}
	room, d, err := c.room(p.RoomID)
	if err != nil {
		return nil, err
	}
	if len(p.Attributes) == 0 {
		return nil, zimwire.Deny(zimwire.RetParam, "Attributes are needed")
	}
	after := map[string]string{}
	for k, v := range d.Attributes {
		after[k] = v
	}
	result := zimwire.RoomAttributeModified{}
	// Attributes that go with their owner and those that stay are two changes.
	changes := [2]chat.Attributes{{Force: true}, {Force: true, AutoDelete: true}}
	for _, a := range p.Attributes {
		if code := applyAttribute(after, &changes, a); code != zimwire.RetOK {
			result.ErrKeyList = append(result.ErrKeyList, zimwire.KeyError{Key: a.Key, SubCode: code})
			if a.StopOnError == 1 {
				break
			}
		}
	}
	changed := map[string]bool{}
	for _, b := range changes {
		if len(b.Set)+len(b.Deleted) == 0 {
			continue
		}
		if _, err := c.submit(from, chat.Draft{Conv: room, Body: b}); err != nil {
			return nil, err
		}
		for k := range b.Set {
			changed[k] = true
		}
		for _, k := range b.Deleted {
			changed[k] = true
		}
	}
	all, seq, err := c.Store.AttributeSeqs(c.ctx, room)
	if err != nil {
		return nil, err
	}
	result.AttributeSeq = seq
	seqs := map[string]int64{}
	for _, a := range all {
		seqs[a.Key] = a.Seq
	}
	for _, a := range p.Attributes {
		if changed[a.Key] {
			at, ok := seqs[a.Key]
			if !ok {
				at = seq
			}
			result.SuccKeyList = append(result.SuccKeyList, zimwire.KeySeq{Key: a.Key, Seq: at})
		}
	}
	return result, allFailed(len(changed) == 0, func() zimwire.ReturnCode { return result.ErrKeyList[0].SubCode })
}

// applyAttribute adds one change, or says why it cannot be.
func applyAttribute(after map[string]string, changes *[2]chat.Attributes, a zimwire.RoomAttribute) zimwire.ReturnCode {
	_, there := after[a.Key]
	then := maps.Clone(after)
	then[a.Key] = a.Value
	switch {
	case a.Action == nil || *a.Action < 0 || *a.Action > 1 || a.Key == "" || len(a.Key) > maxAttrKey || a.AutoDelete < 0 || a.AutoDelete > 1:
		return zimwire.RetParam
	case len(a.Value) > maxAttrValue, *a.Action == 0 && attributesSize(then) > maxRoomAttrTotal:
		return zimwire.RetAttributesTooLong
	case *a.Action == 1 && !there:
		return zimwire.RetLogic
	case *a.Action == 1:
		changes[0].Deleted = append(changes[0].Deleted, a.Key)
		delete(after, a.Key)
		return zimwire.RetOK
	case !there && len(after) >= maxRoomAttrs:
		return zimwire.RetLogic
	}
	b := &changes[a.AutoDelete]
	if b.Set == nil {
		b.Set = map[string]string{}
	}
	b.Set[a.Key], after[a.Key] = a.Value, a.Value
	return zimwire.RetOK
}

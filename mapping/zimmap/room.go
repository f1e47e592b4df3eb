package zimmap

import (
	"slices"

	"dragoman/bridge/chat"
	"dragoman/protocols/zim/zimwire"
)

func roomState(c chat.Conv, event zimwire.RoomEvent, extended string) zimwire.Notice {
	return zimwire.Notice{Event: "roomStateChanged", Data: zimwire.EventOfRoomStateChangedResult{
		RoomID: c.ID, State: zimwire.RoomStateDisconnected, Event: event, ExtendedData: extended,
	}}
}

func (m Map) roomMembership(ev chat.Event, b chat.Membership) []zimwire.Notice {
	data := zimwire.EventOfRoomMemberChangedResult{RoomID: ev.Conv.ID, MemberList: m.users(b.Users)}
	switch b.Change {
	case chat.ChangeJoin:
		if ev.From == m.Reader {
			return nil // he knows by the answer to his call
		}
		return []zimwire.Notice{{Event: "roomMemberJoined", Data: data}}
	case chat.ChangeLeave:
		if ev.From == m.Reader {
			return nil
		}
		return []zimwire.Notice{{Event: "roomMemberLeft", Data: data}}
	case chat.ChangeKick, chat.ChangeBan:
		if slices.Contains(b.Users, m.Reader) {
			return []zimwire.Notice{roomState(ev.Conv, zimwire.RoomEventKickedOut, b.Reason)}
		}
		return []zimwire.Notice{{Event: "roomMemberLeft", Data: data}}
	}
	return nil // ZIM's rooms have no roles, mutes or invitations
}

// batchNative marks attributes that a client has changed in one batch, which is told by an event of its own.
const batchNative = "batch"

// AttributeBatch returns the native part of a batch of attributes.
func AttributeBatch() chat.Native { return chat.Native{Protocol: Protocol, Data: []byte(batchNative)} }

func roomAttributes(ev chat.Event, b chat.Attributes) zimwire.Notice {
	data := zimwire.EventOfRoomAttributesUpdatedResult{RoomID: ev.Conv.ID}
	if len(b.Set) > 0 {
		data.Infos = append(data.Infos, zimwire.RoomAttributesUpdateInfo{Action: zimwire.RoomAttributesUpdateActionSet, RoomAttributes: b.Set})
	}
	if len(b.Deleted) > 0 {
		data.Infos = append(data.Infos, zimwire.RoomAttributesUpdateInfo{
			Action: zimwire.RoomAttributesUpdateActionDelete, RoomAttributes: emptied(b.Deleted)})
	}
	name := "roomAttributesUpdated"
	if string(ev.Native.Data) == batchNative || len(data.Infos) > 1 {
		name = "roomAttributesBatchUpdated"
	}
	return zimwire.Notice{Event: name, Data: data}
}

func memberAttributes(ev chat.Event, b chat.Attributes) zimwire.Notice {
	info := zimwire.RoomMemberAttributesInfo{UserID: string(b.User), Attributes: b.Set}
	return zimwire.Notice{Event: "roomMemberAttributesUpdated", Data: zimwire.EventOfRoomMembersAttributesUpdatedResult{
		RoomID: ev.Conv.ID, Infos: []zimwire.RoomMemberAttributesUpdateInfo{{AttributesInfo: info}},
		OperatedInfo: zimwire.RoomOperatedInfo{UserID: string(ev.From)},
	}}
}

package zim

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/protocols/zim/zimwire"
)

// text is the body of a text message.
func text(s string) fields { return fields{"Message": s} }

// with returns p with more.
func with(p fields, more fields) fields {
	out := fields{}
	for _, part := range []fields{p, more} {
		for k, v := range part {
			out[k] = v
		}
	}
	return out
}

func many(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("u%d", i)
	}
	return list
}

// world has ann and bob in the group "g" of ann's, cat and dan beside it, and ann in the room "r".
func world(t *testing.T) *gateway {
	g := newGateway(t, "")
	g.users("ann", "bob", "cat", "dan", "gone")
	if err := g.book.Delete(context.Background(), "gone"); err != nil {
		t.Fatal(err)
	}
	g.does("CreateGroup", fields{"GroupId": "g", "GroupOwner": "ann", "UserId": []string{"bob"}})
	g.login("ann", "first").does("createRoom", fields{"roomInfo": fields{"roomID": "r", "roomName": "R"}})
	return g
}

const (
	longText = 32<<10 + 1
	nobody   = "nobody"
)

func returnCodesOfEveryAction(t *testing.T, l ledger) {
	g := newGateway(t, "")
	for _, d := range []struct {
		name, value string // of the common parameter that is not as it should be
		code        zimwire.ReturnCode
	}{
		{"AppId", "one", zimwire.RetAppIDFormat}, {"AppId", "4294967296", zimwire.RetAppIDFormat},
		{"Timestamp", "", zimwire.RetTimestampEmpty}, {"Timestamp", "now", zimwire.RetTimestampFormat},
		{"Timestamp", "1615186943", zimwire.RetSignatureExpired}, {"Timestamp", "99999999999", zimwire.RetSignatureExpired},
		{"Signature", strings.Repeat("f", 32), zimwire.RetSignatureWrong}, {"SignatureNonce", "0123456789abcdef", zimwire.RetSignatureWrong},
		{"Action", "", zimwire.RetActionEmpty}, {"Action", "RecallMessage", zimwire.RetActionUnsupported},
		{"Action", "AddFriends", zimwire.RetActionUnsupported}, {"Action", "CallInvite", zimwire.RetActionUnsupported},
		{"SignatureNonce", "", zimwire.RetNonceEmpty}, {"Signature", "", zimwire.RetSignatureEmpty}, {"AppId", "77", zimwire.RetSecretLookup},
		{"SignatureVersion", "", zimwire.RetSignatureVersionEmpty}, {"SignatureVersion", "1.0", zimwire.RetSignatureVersion},
	} {
		query := g.signed("QueryUserInfos")
		query.Set(d.name, d.value)
		if answer := g.send(query, `{"UserIds":["ann"]}`); codeOf(answer) != d.code {
			t.Errorf("%s %q: %v, not %d", d.name, d.value, answer, d.code)
		}
		l.note(every, d.code)
	}
	if answer := g.send(g.signed("QueryUserInfos"), strings.Repeat(" ", maxBody+1)); codeOf(answer) != zimwire.RetBodyRead {
		t.Errorf("%v", answer)
	}
	l.note(every, zimwire.RetBodyRead)
}

func returnCodesOfSending(t *testing.T, l ledger) {
	g := world(t)
	peer := fields{"FromUserId": "ann", "ToUserId": []string{"bob"}, "MessageType": 1, "Priority": 1, "MessageBody": text("hi")}
	group := fields{"FromUserId": "ann", "GroupId": "g", "MessageType": 1, "Priority": 1, "MessageBody": text("hi")}
	room := fields{"FromUserId": "ann", "RoomId": "r", "MessageType": 1, "Priority": 1, "MessageBody": text("hi")}
	all := fields{"FromUserId": "ann", "MessageType": 1, "MessageBody": text("hi")}
	long := fields{"MessageBody": text(strings.Repeat("x", longText))}
	base64 := fields{"MessageType": 2, "MessageBody": fields{"Message": "?", "IsBase64": 1}}
	block := chat.Draft{Conv: chat.Peer("bob", "cat"), To: []chat.UserID{"bob"}, Body: chat.Block{On: true}}
	if _, err := g.router.Submit(context.Background(), bridge.Actor{User: "bob", Source: chat.Server}, block); err != nil {
		t.Fatal(err)
	}
	l.deserve(t, g, []deed{
		{"SendPeerMessage", peer, zimwire.RetOK},
		{"SendPeerMessage", with(peer, fields{"ToUserId": many(101)}), zimwire.RetTooManyUsers},
		{"SendPeerMessage", with(peer, base64), zimwire.RetBase64},
		{"SendPeerMessage", with(peer, long), zimwire.RetMessageTooLarge},
		{"SendPeerMessage", with(peer, fields{"MessageType": 11, "MessageBody": text(strings.Repeat("x", 2049))}), zimwire.RetMessageTooLarge},
		{"SendPeerMessage", with(peer, fields{"ToUserId": []string{nobody}}), zimwire.RetUserUnregistered},
		{"SendPeerMessage", with(peer, fields{"ToUserId": []string{"gone"}}), zimwire.RetUserUnregistered},
		{"SendPeerMessage", with(peer, fields{"ToUserId": []string{"ann"}}), zimwire.RetParam},
		{"SendPeerMessage", with(peer, fields{"ToUserId": []string{strings.Repeat("x", 33)}}), zimwire.RetUserIDTooLong},
		{"SendPeerMessage", with(peer, fields{"FromUserId": "cat"}), zimwire.RetSenderBlocked},
		{"SendPeerMessage", with(peer, fields{"FromUserId": nobody}), zimwire.RetSenderAbsent},
		{"SendPeerMessage", with(peer, fields{"Priority": 4}), zimwire.RetParam},
		{"SendPeerMessage", with(peer, fields{"MessageType": 20}), zimwire.RetParam},
		{"SendPeerMessage", with(peer, fields{"MessageType": 200}), zimwire.RetParam},
		{"SendPeerMessage", with(peer, fields{"MessageBody": text(" ")}), zimwire.RetParam},
		{"SendGroupMessage", group, zimwire.RetOK},
		{"SendGroupMessage", with(group, base64), zimwire.RetBase64},
		{"SendGroupMessage", with(group, long), zimwire.RetMessageTooLarge},
		{"SendGroupMessage", with(group, fields{"FromUserId": nobody}), zimwire.RetSenderAbsent},
		{"SendGroupMessage", with(group, fields{"GroupId": "none"}), zimwire.RetNoGroup},
		{"SendGroupMessage", with(group, fields{"FromUserId": "cat"}), zimwire.RetOK}, // the app's server writes in any name
		{"SendRoomMessage", room, zimwire.RetOK},
		{"SendRoomMessage", with(room, base64), zimwire.RetBase64},
		{"SendRoomMessage", with(room, fields{"RoomId": "none"}), zimwire.RetNoRoom},
		{"SendRoomMessage", with(room, fields{"MessageBody": fields{"Message": "hi", "HasReceipt": 1}}), zimwire.RetRoomReceipt},
		{"SendRoomMessage", with(room, long), zimwire.RetMessageTooLarge},
		{"SendRoomMessage", with(room, fields{"FromUserId": nobody}), zimwire.RetSenderAbsent},
		{"SendMessageToAllUsers", with(all, fields{"PushType": 3}), zimwire.RetParam},
		{"SendMessageToAllUsers", with(all, fields{"MessageType": 2}), zimwire.RetParam},
		{"SendMessageToAllUsers", with(all, long), zimwire.RetMessageTooLarge},
		{"SendMessageToAllUsers", with(all, fields{"FromUserId": nobody}), zimwire.RetSenderAbsent},
		{"SendMessageToAllUsers", all, zimwire.RetOK},
	})
}

func returnCodesOfStoredMessages(t *testing.T, l ledger) {
	g := world(t)
	body := fields{"MessageType": 1, "Priority": 1, "MessageBody": text("hi")}
	seqOf := func(answer fields) int64 {
		if list, ok := answer["SuccList"].([]any); ok {
			answer = list[0].(fields)
		}
		return int64(answer["MsgSeq"].(float64))
	}
	peer := func() int64 {
		return seqOf(g.does("SendPeerMessage", with(body, fields{"FromUserId": "ann", "ToUserId": []string{"bob"}})))
	}
	old, groupOld := peer(), seqOf(g.does("SendGroupMessage", with(body, fields{"FromUserId": "ann", "GroupId": "g"})))
	g.later(3 * time.Minute)
	fresh, revoked := peer(), peer()
	inGroup := func() int64 {
		return seqOf(g.does("SendGroupMessage", with(body, fields{"FromUserId": "ann", "GroupId": "g"})))
	}
	group, groupRevoked := inGroup(), inGroup()
	said := seqOf(g.does("SendRoomMessage", with(body, fields{"FromUserId": "ann", "RoomId": "r"})))
	asked := seqOf(g.does("SendPeerMessage", fields{"FromUserId": "ann", "ToUserId": []string{"bob"}, "MessageType": 1, "Priority": 1,
		"MessageBody": fields{"Message": "read me", "HasReceipt": 1}}))
	to := fields{"FromUserId": "ann", "ToUserId": "bob"}
	in := fields{"FromUserId": "ann", "GroupId": "g"}
	there := fields{"FromUserId": "ann", "RoomId": "r"}
	g.does("RevokePeerMessage", with(to, fields{"MsgSeq": revoked}))
	g.does("RevokeGroupMessage", with(in, fields{"MsgSeq": groupRevoked}))
	edit := fields{"FromUserId": "ann", "SenderId": "ann", "ConvId": "bob", "MsgType": 1, "ConvMsgSeq": fresh, "EditType": 1, "MessageBody": text("new")}
	editIn := with(edit, fields{"ConvId": "g", "ConvMsgSeq": group})
	peerImport := with(body, fields{"FromUserId": "ann", "ToUserId": "bob", "ImportedUserId": "bob"})
	groupImport := with(body, fields{"FromUserId": "ann", "GroupId": "g"})
	receipt := fields{"FromUserId": "bob", "ConvId": "ann", "ConvMsgSeq": []int64{asked}}
	receiptIn := fields{"FromUserId": "bob", "GroupId": "g", "ConvMsgSeq": []int64{group}}
	bySeq := fields{"FromUserId": "ann", "ConvId": "bob", "ConvType": 0, "MsgSeqList": []int64{fresh}}
	long := fields{"MessageBody": text(strings.Repeat("x", longText))}
	l.deserve(t, g, []deed{
		{"RevokePeerMessage", with(to, fields{"MsgSeq": 0}), zimwire.RetParam},
		{"RevokePeerMessage", with(to, fields{"MsgSeq": fresh, "Payload": strings.Repeat("x", 201)}), zimwire.RetParam},
		{"RevokePeerMessage", with(to, fields{"MsgSeq": 999}), zimwire.RetNoMessage},
		{"RevokePeerMessage", with(to, fields{"MsgSeq": revoked}), zimwire.RetAlreadyRevoked},
		{"RevokePeerMessage", with(to, fields{"MsgSeq": old}), zimwire.RetRevokeTooLate},
		{"RevokePeerMessage", fields{"FromUserId": "bob", "ToUserId": "ann", "MsgSeq": fresh}, zimwire.RetNotSender},
		{"RevokeGroupMessage", with(in, fields{"MsgSeq": group, "GroupId": "none"}), zimwire.RetNoGroup},
		{"RevokeGroupMessage", with(in, fields{"MsgSeq": 999}), zimwire.RetNoMessage},
		{"RevokeGroupMessage", with(in, fields{"MsgSeq": 0}), zimwire.RetParam},
		{"RevokeGroupMessage", with(in, fields{"MsgSeq": groupRevoked}), zimwire.RetAlreadyRevoked},
		{"RevokeGroupMessage", with(in, fields{"MsgSeq": groupOld}), zimwire.RetRevokeTooLate},
		{"RevokeGroupMessage", with(in, fields{"MsgSeq": group, "FromUserId": "bob"}), zimwire.RetNotSender},
		{"RevokeRoomMessage", with(there, fields{"MsgSeq": 999}), zimwire.RetNoMessage},
		{"RevokeRoomMessage", with(there, fields{"MsgSeq": said, "RoomId": "none"}), zimwire.RetNoRoom},
		{"RevokeRoomMessage", with(there, fields{"MsgSeq": said, "FromUserId": "cat"}), zimwire.RetNotInRoom},
		{"RevokeRoomMessage", with(there, fields{"MsgSeq": -1}), zimwire.RetParam},
		{"RevokeRoomMessage", with(there, fields{"MsgSeq": said}), zimwire.RetOK},
		{"RevokeRoomMessage", with(there, fields{"MsgSeq": said}), zimwire.RetAlreadyRevoked},
		{"EditC2cMsgBody", edit, zimwire.RetOK},
		{"EditC2cMsgBody", with(edit, fields{"EditType": 32}), zimwire.RetParam},
		{"EditC2cMsgBody", with(edit, fields{"ConvMsgSeq": 999}), zimwire.RetEditFailed},
		{"EditC2cMsgBody", with(edit, fields{"FromUserId": nobody}), zimwire.RetEditFailed},
		{"EditGroupMsgBody", editIn, zimwire.RetOK},
		{"EditGroupMsgBody", with(editIn, fields{"EditType": 0}), zimwire.RetParam},
		{"EditGroupMsgBody", with(editIn, fields{"ConvId": "none"}), zimwire.RetEditFailed},
		{"EditGroupMsgBody", with(editIn, fields{"FromUserId": "cat"}), zimwire.RetEditFailed},
		{"QueryMessagesByMsgSeq", bySeq, zimwire.RetOK},
		{"QueryMessagesByMsgSeq", with(bySeq, fields{"MsgSeqList": make([]int64, 21)}), zimwire.RetParam},
		{"QueryMessagesByMsgSeq", with(bySeq, fields{"FromUserId": nobody}), zimwire.RetUserUnregistered},
		{"QueryPeerMsg", with(to, fields{"Limit": 101}), zimwire.RetParam},
		{"QueryPeerMsg", with(to, fields{"FromUserId": nobody}), zimwire.RetSenderAbsent},
		{"QueryGroupMsg", with(in, fields{"GroupId": "none"}), zimwire.RetNoGroup},
		{"QueryGroupMsg", with(in, fields{"Limit": 0}), zimwire.RetParam},
		{"ImportPeerMsg", peerImport, zimwire.RetOK},
		{"ImportPeerMsg", with(peerImport, long), zimwire.RetMessageTooLarge},
		{"ImportPeerMsg", with(peerImport, fields{"MessageType": 2}), zimwire.RetParam},
		{"ImportPeerMsg", with(peerImport, fields{"ImportedUserId": "cat"}), zimwire.RetParam},
		{"ImportGroupMsg", groupImport, zimwire.RetOK},
		{"ImportGroupMsg", with(groupImport, long), zimwire.RetMessageTooLarge},
		{"ImportGroupMsg", with(groupImport, fields{"FromUserId": nobody}), zimwire.RetSenderAbsent},
		{"ImportGroupMsg", with(groupImport, fields{"GroupId": "none"}), zimwire.RetNoGroup},
		{"ClearPeerMessage", fields{"FromUserId": nobody, "ToUserId": "ann"}, zimwire.RetSenderAbsent},
		{"ClearMemberGroupMessage", fields{"FromUserId": "ann", "GroupId": "none"}, zimwire.RetNoGroup},
		{"C2cReadReceipt", receipt, zimwire.RetOK},
		{"C2cReadReceipt", with(receipt, fields{"ConvMsgSeq": []int64{}}), zimwire.RetParam},
		{"C2cReadReceipt", with(receipt, fields{"ConvMsgSeq": make([]int64, 11)}), zimwire.RetTooManyReceipts},
		{"C2cReadReceipt", with(receipt, fields{"ConvMsgSeq": []int64{999}}), zimwire.RetPeerReceipt},
		{"C2cDeliveryReceipt", with(receipt, fields{"ConvMsgSeq": []int64{fresh}}), zimwire.RetPeerReceipt},
		{"C2cDeliveryReceipt", with(receipt, fields{"ConvMsgSeq": []int64{}}), zimwire.RetParam},
		{"C2cDeliveryReceipt", with(receipt, fields{"ConvMsgSeq": make([]int64, 11)}), zimwire.RetTooManyReceipts},
		{"GroupReadReceipt", receiptIn, zimwire.RetGroupReceipt},
		{"GroupReadReceipt", with(receiptIn, fields{"ConvMsgSeq": make([]int64, 11)}), zimwire.RetTooManyReceipts},
		{"GroupDeliveryReceipt", with(receiptIn, fields{"GroupId": "none"}), zimwire.RetGroupReceipt},
		{"GroupDeliveryReceipt", with(receiptIn, fields{"ConvMsgSeq": make([]int64, 11)}), zimwire.RetTooManyReceipts},
	})
	g.later(25 * time.Hour)
	l.deserve(t, g, []deed{{"EditC2cMsgBody", edit, zimwire.RetEditTooLate}, {"EditGroupMsgBody", editIn, zimwire.RetEditTooLate}})
}

func returnCodesOfConversations(t *testing.T, l ledger) {
	g := world(t)
	g.does("SendPeerMessage", fields{"FromUserId": "ann", "ToUserId": []string{"bob"}, "MessageType": 1, "Priority": 1, "MessageBody": text("hi")})
	line := fields{"FromUserId": "ann", "ConvId": "bob", "ConvType": 0}
	silence := fields{"FromUserId": "ann", "ConvType": 0, "ConvIds": []string{"bob"}, "Enable": true}
	pin := fields{"FromUserId": "ann", "ConvList": []fields{{"ConvId": "bob", "ConvType": 0}}, "PinnedType": 1}
	mark := func(user, peer string, content int) fields {
		return fields{"ConvMarkInfoList": []fields{{"UserId": user, "SetMarkC2c": fields{peer: fields{"MarkContent": content}}, "Action": true}}}
	}
	l.deserve(t, g, []deed{
		{"QueryConversationList", fields{"FromUserId": "ann", "Limit": 501}, zimwire.RetParam},
		{"QueryConversationList", fields{"FromUserId": nobody}, zimwire.RetSenderAbsent},
		{"ClearConversationUnread", line, zimwire.RetOK},
		{"ClearConversationUnread", with(line, fields{"ConvId": "cat"}), zimwire.RetNoConversation},
		{"DeleteConv", with(line, fields{"ConvType": 1}), zimwire.RetParam},
		{"SilenceConvNotification", silence, zimwire.RetOK},
		{"SilenceConvNotification", silence, zimwire.RetAlreadySilent},
		{"SilenceConvNotification", with(silence, fields{"ConvIds": []string{"dan"}, "Enable": false}), zimwire.RetAlreadyLoud},
		{"SilenceConvNotification", with(silence, fields{"FromUserId": nobody}), zimwire.RetSenderAbsent},
		{"SilenceConvNotification", with(silence, fields{"ConvType": 2, "ConvIds": []string{"none"}}), zimwire.RetNoGroup},
		{"SilenceConvNotification", with(silence, fields{"FromUserId": "cat", "ConvType": 2, "ConvIds": []string{"g"}}), zimwire.RetNotInGroup},
		{"SilenceConvNotification", with(silence, fields{"ConvIds": many(11)}), zimwire.RetParam},
		{"SilenceConvNotification", with(silence, fields{"ConvIds": []string{nobody}}), zimwire.RetUserUnregistered},
		{"ConvPinned", pin, zimwire.RetOK},
		{"ConvPinned", with(pin, fields{"FromUserId": nobody}), zimwire.RetSenderAbsent},
		{"ConvPinned", with(pin, fields{"ConvList": []fields{{"ConvId": nobody, "ConvType": 0}}}), zimwire.RetPeerUnregistered},
		{"ConvPinned", with(pin, fields{"PinnedType": 2}), zimwire.RetParam},
		{"SetConvMark", mark("ann", "bob", 30), zimwire.RetOK},
		{"SetConvMark", mark("ann", "bob", 31), zimwire.RetAllMarksFailed},
		{"SetConvMark", mark(nobody, "bob", 1), zimwire.RetAllMarksFailed},
	})
	l.deserveItem(t, g, deed{"SetConvMark", mark(nobody, "bob", 1), zimwire.RetPeerUnregistered})
}

func returnCodesOfUsers(t *testing.T, l ledger) {
	g := world(t)
	register := func(info fields) fields { return fields{"UserInfo": []fields{info}} }
	l.deserve(t, g, []deed{
		{"UserRegister", register(fields{"UserId": "new"}), zimwire.RetOK},
		{"UserRegister", register(fields{"UserId": "new"}), zimwire.RetUserExists},
		{"UserRegister", register(fields{"UserId": strings.Repeat("x", 33)}), zimwire.RetUserIDTooLong},
		{"UserRegister", register(fields{"UserId": "a/b"}), zimwire.RetParam},
		{"UserRegister", register(fields{"UserId": "n1", "UserName": strings.Repeat("x", 257)}), zimwire.RetUserNameTooLong},
		{"UserRegister", register(fields{"UserId": "n2", "UserAvatar": strings.Repeat("x", 501)}), zimwire.RetAvatarTooLong},
		{"RobotRegister", register(fields{"UserId": "robot"}), zimwire.RetParam},
		{"RobotRegister", register(fields{"UserId": "@RBT#1"}), zimwire.RetOK},
		{"RobotRegister", register(fields{"UserId": "@RBT#1"}), zimwire.RetUserExists},
		{"RobotRegister", register(fields{"UserId": "@RBT#" + strings.Repeat("x", 28)}), zimwire.RetUserIDTooLong},
		{"RobotRegister", register(fields{"UserId": "@RBT#2", "UserName": strings.Repeat("x", 257)}), zimwire.RetUserNameTooLong},
		{"RobotRegister", register(fields{"UserId": "@RBT#3", "UserAvatar": strings.Repeat("x", 501)}), zimwire.RetAvatarTooLong},
		{"ModifyUserInfo", register(fields{"UserId": nobody, "UserName": "x"}), zimwire.RetUserInfoAbsent},
		{"ModifyUserInfo", register(fields{"UserId": "ann", "Extra": strings.Repeat("x", longText)}), zimwire.RetUserInfoUpdate},
		{"QueryUserInfos", fields{"UserIds": []string{nobody}}, zimwire.RetUserUnregistered},
		{"QueryUserOnlineState", fields{"UserId": many(101)}, zimwire.RetTooManyUsers},
		{"QueryUserOnlineState", fields{"UserId": []string{nobody}}, zimwire.RetUserAbsent},
		{"QueryGroupsInfoOfUser", fields{"FromUserId": nobody, "Limit": 1}, zimwire.RetSenderAbsent},
		{"QueryGroupsInfoOfUser", fields{"FromUserId": "ann", "Limit": 101}, zimwire.RetParam},
	})
}

// A hundred conversations may be pinned and five hundred silenced.
func returnCodesOfFullLists(t *testing.T, l ledger) {
	g := newGateway(t, "")
	g.users("ann")
	g.users(many(501)...)
	u := many(501)
	for i := 0; i < 100; i += 10 {
		g.does("SendPeerMessage", fields{"FromUserId": "ann", "ToUserId": u[i : i+10], "MessageType": 1, "Priority": 1, "MessageBody": text("hi")})
	}
	g.does("SendPeerMessage", fields{"FromUserId": "ann", "ToUserId": u[100:101], "MessageType": 1, "Priority": 1, "MessageBody": text("hi")})
	pin := func(names []string) fields {
		var list []fields
		for _, n := range names {
			list = append(list, fields{"ConvId": n, "ConvType": 0})
		}
		return fields{"FromUserId": "ann", "ConvList": list, "PinnedType": 1}
	}
	silence := func(names []string) fields {
		return fields{"FromUserId": "ann", "ConvType": 0, "ConvIds": names, "Enable": true}
	}
	for i := 0; i < 100; i += 20 {
		g.does("ConvPinned", pin(u[i:i+20]))
	}
	var silenced []*bridge.Pending
	for _, other := range u[:500] {
		d := chat.Draft{Conv: chat.Peer("ann", chat.UserID(other)), To: []chat.UserID{"ann"}, Body: chat.Setting{Key: chat.SettingMuted, Value: chat.Bool(true)}}
		p, err := g.router.Begin(t.Context(), bridge.Actor{User: "ann", Source: chat.Server}, d)
		if err != nil {
			t.Fatal(err)
		}
		silenced = append(silenced, p)
	}
	for _, p := range silenced {
		if _, err := p.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	l.deserve(t, g, []deed{
		{"ConvPinned", pin(u[100:101]), zimwire.RetTooManyPins},
		{"SilenceConvNotification", silence(u[500:501]), zimwire.RetSilentListFull},
	})
}

func returnCodesOfGroups(t *testing.T, l ledger) {
	g := world(t)
	g.users(many(4)...)
	create := func(more fields) fields { return with(fields{"GroupOwner": "ann"}, more) }
	in := func(more fields) fields { return with(fields{"FromUserId": "ann", "GroupId": "g"}, more) }
	var attributes []fields
	for _, k := range many(11) {
		attributes = append(attributes, fields{"Key": k, "Value": ""})
	}
	pair := func(key, value string) []fields { return []fields{{"Key": key, "Value": value}} }
	l.deserve(t, g, []deed{
		{"CreateGroup", create(fields{"GroupId": "g"}), zimwire.RetGroupExists},
		{"CreateGroup", create(fields{"GroupId": "#g"}), zimwire.RetParam},
		{"CreateGroup", create(fields{"GroupOwner": nobody}), zimwire.RetOwnerAbsent},
		{"CreateGroup", create(fields{"UserId": many(101)}), zimwire.RetGroupFull},
		{"CreateGroup", create(fields{"Attributes": attributes}), zimwire.RetTooManyAttributes},
		{"CreateGroup", create(fields{"Attributes": pair(strings.Repeat("k", 17), "")}), zimwire.RetAttributeSize},
		{"CreateGroup", create(fields{"Attributes": pair("k", strings.Repeat("v", 1025))}), zimwire.RetAttributeSize},
		{"CreateGroup", create(fields{"GroupName": strings.Repeat("n", 51)}), zimwire.RetParam},
		{"InviteUsersIntoGroup", in(fields{"UserIds": many(101)}), zimwire.RetTooManyUsers},
		{"InviteUsersIntoGroup", in(fields{"UserIds": []string{"cat"}, "FromUserId": nobody}), zimwire.RetSenderAbsent},
		{"InviteUsersIntoGroup", in(fields{"UserIds": []string{"cat"}, "GroupId": "none"}), zimwire.RetNoGroup},
		{"InviteUsersIntoGroup", in(fields{"UserIds": []string{nobody}}), zimwire.RetUserUnregistered},
		{"ModifyGroupLimit", in(fields{"MemberCountLimit": 3}), zimwire.RetOK},
		{"InviteUsersIntoGroup", in(fields{"UserIds": []string{"u0", "u1"}}), zimwire.RetGroupFull},
		{"ModifyGroupLimit", in(fields{"JoinMode": 3}), zimwire.RetParam},
		{"KickoutGroupUser", in(fields{"UserId": []string{nobody}}), zimwire.RetKickedNoMember},
		{"KickoutGroupUser", in(fields{"UserId": many(51)}), zimwire.RetParam},
		{"TransferGroupOwner", in(fields{"NewOwner": "cat"}), zimwire.RetNotInGroup},
		{"SetGroupMemberRole", in(fields{"ToUserId": "cat", "Role": 2}), zimwire.RetNotInGroup},
		{"SetGroupMemberRole", in(fields{"ToUserId": "bob", "Role": 1}), zimwire.RetRoleOwner},
		{"SetGroupMemberRole", in(fields{"ToUserId": "ann", "Role": 2}), zimwire.RetRoleSelf},
		{"SetGroupMembersNickname", in(fields{"UserIds": make([]fields, 21)}), zimwire.RetTooManyUsers},
		{"SetGroupMembersNickname", in(fields{"UserIds": []fields{{"UserId": "cat", "Nickname": "C"}}}), zimwire.RetNotInGroup},
		{"UpdateGroupData", in(nil), zimwire.RetGroupDataChange},
		{"UpdateGroupData", in(fields{"GroupName": strings.Repeat("n", 51)}), zimwire.RetGroupDataChange},
		{"ModifyGroupAttribute", in(fields{"Action": 1, "Attributes": pair("none", "")}), zimwire.RetGroupDataChange},
		{"ModifyGroupAttribute", in(fields{"Action": 0, "Attributes": pair("k", strings.Repeat("v", 1025))}), zimwire.RetAttributesTooLong},
		{"ModifyGroupAttribute", in(fields{"Action": 2, "Attributes": pair("k", "")}), zimwire.RetParam},
		{"MuteGroup", in(fields{"Duration": 2592001}), zimwire.RetParam},
		{"MuteGroup", in(fields{"Duration": 60, "MuteRoleList": make([]int, 21)}), zimwire.RetParam},
		{"MuteGroupMembers", in(fields{"UserIds": []string{"cat"}, "Duration": 60}), zimwire.RetAllItemsFailed},
		{"MuteGroup", in(fields{"Duration": 60, "IsAllMuted": true, "FromUserId": "cat"}), zimwire.RetNotInGroup},
		{"MuteGroup", in(fields{"Duration": 60, "MuteRoleList": []int{3}, "FromUserId": "bob"}), zimwire.RetGroupPermission},
		{"MuteGroupMembers", in(fields{"UserIds": many(21), "Duration": 60}), zimwire.RetParam},
		{"MuteGroupMembers", in(fields{"UserIds": []string{"ann"}, "Duration": 60, "FromUserId": "bob"}), zimwire.RetGroupPermission},
		{"SetGroupMemberRole", in(fields{"ToUserId": "bob", "Role": 2}), zimwire.RetOK},
		{"MuteGroup", in(fields{"Duration": 60, "MuteRoleList": []int{3}, "FromUserId": "bob"}), zimwire.RetOK},
		{"MuteGroup", in(fields{"Duration": 60, "IsAllMuted": true, "FromUserId": "bob"}), zimwire.RetGroupPermission},
		{"MuteGroupMembers", in(fields{"UserIds": []string{"ann"}, "Duration": 60, "FromUserId": "bob"}), zimwire.RetAllItemsFailed},
		{"QueryGroupInfo", in(fields{"FromUserId": nobody}), zimwire.RetSenderAbsent},
		{"QueryGroupInfo", in(fields{"GroupId": "none"}), zimwire.RetNoGroup},
		{"QueryGroupMemberList", fields{"GroupId": "g", "Limit": 1001}, zimwire.RetParam},
		{"QueryAppGroupList", fields{"Limit": 10001}, zimwire.RetParam},
		{"QueryAppCommunityList", fields{"Limit": 10001}, zimwire.RetParam},
		{"FetchForbidGroupList", fields{"FromUserId": "ann"}, zimwire.RetParam},
		{"FetchForbidGroupList", fields{"FromUserId": nobody, "StartFlag": 0}, zimwire.RetSenderAbsent},
		{"DismissGroup", in(fields{"FromUserId": nobody}), zimwire.RetSenderAbsent},
		{"DismissGroup", in(nil), zimwire.RetOK},
		{"DismissGroup", in(nil), zimwire.RetNoGroup},
		{"CgiDescribeZIMAudioLicense", nil, zimwire.RetNoLicence},
	})
}

func returnCodesOfRooms(t *testing.T, l ledger) {
	g := world(t)
	in := func(more fields) fields { return with(fields{"FromUserId": "ann", "RoomId": "r"}, more) }
	attribute := func(key, value string, action int) fields {
		return fields{"Attributes": []fields{{"Action": action, "Key": key, "Value": value}}}
	}
	l.deserve(t, g, []deed{
		{"CreateRoom", in(nil), zimwire.RetRoomExists},
		{"CreateRoom", in(fields{"RoomId": "s", "DestroyDelayTime": 10801}), zimwire.RetParam},
		{"CreateRoom", in(fields{"RoomId": "s", "FromUserId": nobody}), zimwire.RetSenderAbsent},
		{"CreateRoom", in(fields{"RoomId": "s", "DestroyDelayTime": 10800}), zimwire.RetOK},
		{"QueryRoomUserList", fields{"RoomId": "none"}, zimwire.RetNoRoom},
		{"QueryRoomUserList", fields{"RoomId": "s"}, zimwire.RetRoomEmpty},
		{"QueryRoomUserList", fields{"RoomId": "r", "Mode": 2}, zimwire.RetParam},
		{"QueryRoomMembers", fields{"RoomId": "r", "UserId": many(11)}, zimwire.RetTooManyUsers},
		{"QueryRoomMembers", fields{"RoomId": "r", "UserId": []string{nobody}}, zimwire.RetUserAbsent},
		{"QueryRoomMembers", fields{"RoomId": "r", "UserId": []string{"bob"}}, zimwire.RetNotInThatRoom},
		{"QueryRoomMembers", fields{"RoomId": "r", "UserId": []string{"ann"}}, zimwire.RetOK},
		{"KickoutRoomUser", fields{"RoomId": "r", "UserId": many(51)}, zimwire.RetTooManyUsers},
		{"KickoutRoomUser", fields{"RoomId": "none", "UserId": []string{"ann"}}, zimwire.RetNoRoom},
		{"KickoutRoomUser", fields{"RoomId": "r", "UserId": []string{"bob"}}, zimwire.RetNotInRoom},
		{"QueryRoomAttribute", in(fields{"RoomId": "none"}), zimwire.RetNoRoom},
		{"ModifyRoomAttribute", in(nil), zimwire.RetParam},
		{"ModifyRoomAttribute", in(attribute("k", strings.Repeat("v", 1025), 0)), zimwire.RetAttributesTooLong},
		{"ModifyRoomAttribute", in(attribute("none", "", 1)), zimwire.RetLogic},
		{"ModifyRoomAttribute", in(attribute("k1", strings.Repeat("v", 1024), 0)), zimwire.RetOK},
		{"ModifyRoomAttribute", in(attribute("k2", strings.Repeat("v", 1024), 0)), zimwire.RetOK},
		{"ModifyRoomAttribute", in(attribute("k3", strings.Repeat("v", 1024), 0)), zimwire.RetOK},
		{"ModifyRoomAttribute", in(attribute("k4", strings.Repeat("v", 1024), 0)), zimwire.RetOK},
		{"ModifyRoomAttribute", in(attribute("k5", strings.Repeat("v", 1015), 0)), zimwire.RetAttributesTooLong}, // 5,121 bytes in all
		{"ModifyRoomAttribute", in(attribute("k5", strings.Repeat("v", 1014), 0)), zimwire.RetOK},
		{"DestroyRoom", fields{"RoomId": "none"}, zimwire.RetNoRoom},
		{"DestroyRoom", fields{"RoomId": "r"}, zimwire.RetOK},
	})
}

// Each limit answers with the code of its action.
func returnCodesOfRates(t *testing.T, l ledger) {
	g := world(t)
	now := g.now()
	g.front.Now = func() time.Time { return now } // what comes at once comes within one second
	g.front.rates = newRates()                    // the world was made before it
	for _, d := range []struct {
		deed
		free int // calls that are taken before
	}{
		{deed{"QueryUserInfos", fields{"UserIds": []string{"ann"}}, zimwire.RetAppRate}, 20},
		{deed{"SendGroupMessage", nil, zimwire.RetAppRate}, 10},
		{deed{"SendRoomMessage", nil, zimwire.RetAppRate}, 10},
		{deed{"SendMessageToAllUsers", nil, zimwire.RetBroadcastRate}, 1},
		{deed{"QueryAppGroupList", nil, zimwire.RetGroupListRate}, 1},
		{deed{"QueryAppCommunityList", nil, zimwire.RetAppRate}, 1},
		{deed{"QueryMessagesByMsgSeq", fields{"MsgSeqList": make([]int, 20)}, zimwire.RetAppRate}, 1},
		{deed{"QueryRoomMembers", fields{"RoomId": "r", "UserId": []string{"ann"}}, zimwire.RetConvRate}, 5},
		{deed{"InviteUsersIntoGroup", fields{"GroupId": "g", "UserIds": []string{"ann"}}, zimwire.RetConvRate}, 1},
		{deed{"TransferGroupOwner", fields{"GroupId": "g"}, zimwire.RetConvRate}, 1},
		{deed{"SetGroupMembersNickname", fields{"GroupId": "g", "UserIds": make([]fields, 1)}, zimwire.RetConvRate}, 1},
		{deed{"DismissGroup", fields{"GroupId": "g"}, zimwire.RetConvRate}, 1},
		{deed{"QueryGroupMemberList", nil, zimwire.RetMemberRate}, 20},
		{deed{"KickoutGroupUser", nil, zimwire.RetKickRate}, 20},
		{deed{"CreateGroup", nil, zimwire.RetCreateRate}, 20},
		{deed{"UserRegister", nil, zimwire.RetRegisterRate}, 20},
		{deed{"RobotRegister", nil, zimwire.RetRegisterRate}, 20},
		{deed{"RevokePeerMessage", nil, zimwire.RetAppRate}, 20},
		{deed{"RevokeGroupMessage", nil, zimwire.RetAppRate}, 20},
		{deed{"RevokeRoomMessage", nil, zimwire.RetAppRate}, 20},
		{deed{"QueryPeerMsg", nil, zimwire.RetAppRate}, 20},
		{deed{"QueryGroupMsg", nil, zimwire.RetAppRate}, 20},
		{deed{"QueryConversationList", nil, zimwire.RetAppRate}, 20},
		{deed{"C2cReadReceipt", nil, zimwire.RetAppRate}, 20},
		{deed{"C2cDeliveryReceipt", nil, zimwire.RetAppRate}, 20},
	} {
		t.Run(d.action, func(t *testing.T) {
			for i := range d.free {
				if got := codeOf(g.callNow(d.action, d.p)); got == d.code {
					t.Fatalf("call %d of %d was too many", i+1, d.free)
				}
			}
			if answer := g.callNow(d.action, d.p); codeOf(answer) != d.code {
				t.Fatalf("%v, not %d", answer, d.code)
			}
			l.note(d.action, d.code)
		})
	}
}

// A hundred messages to everybody are enough for a day.
func TestReturnCodeOfTheDailyRate(t *testing.T) {
	r := newRates()
	now := time.Now()
	for i := range 100 {
		if refusal := r.allow("SendMessageToAllUsers", now.Add(time.Duration(i)*time.Second)); refusal != nil {
			t.Fatalf("message %d: %v", i, refusal)
		}
	}
	if refusal := r.allow("SendMessageToAllUsers", now.Add(200*time.Second)); refusal == nil || refusal.Code != zimwire.RetBroadcastRate {
		t.Errorf("%v", refusal)
	}
}

// Where the log cannot be read each action has its own word for it, and keeps the reason to itself.
func returnCodesOfFaults(t *testing.T, l ledger) {
	g := world(t)
	if err := g.store.Close(); err != nil {
		t.Fatal(err)
	}
	from := fields{"FromUserId": "ann", "GroupId": "unread", "RoomId": "unread", "UserId": []string{"bob"}, "UserIds": []string{"ann"}, "Limit": 1, "StartFlag": 0,
		"GroupName": "n", "ConvId": "bob", "ConvType": 0, "ConvIds": []string{"bob"}, "Enable": true, "MsgSeqList": []int{1}, "MsgSeq": 1, "ToUserId": "bob",
		"GroupOwner": "ann", "UserInfo": []fields{{"UserId": "ann", "UserName": "A"}}, "Attributes": []fields{}}
	l.deserve(t, g, []deed{
		{"CreateGroup", with(from, fields{"GroupId": ""}), zimwire.RetGroupDatabase},
		{"QueryGroupMemberList", from, zimwire.RetMemberQuery},
		{"QueryAppGroupList", fields{"Limit": 1}, zimwire.RetGroupList},
		{"KickoutGroupUser", from, zimwire.RetGroupInfo},
		{"UpdateGroupData", from, zimwire.RetGroupInfo},
		{"QueryGroupMsg", from, zimwire.RetGroupInfo},
		{"SilenceConvNotification", from, zimwire.RetGroupInfo},
		{"FetchForbidGroupList", from, zimwire.RetLogic},
		{"QueryRoomUserList", from, zimwire.RetRoomFetch},
		{"QueryMessagesByMsgSeq", from, zimwire.RetUserFetch},
		{"ModifyUserInfo", from, zimwire.RetUserInfoQuery},
		{"QueryConversationList", from, zimwire.RetConversationFailed},
		{"RevokeRoomMessage", from, zimwire.RetServer},
		{"QueryGroupInfo", from, zimwire.RetServer},
		{"QueryUserInfos", from, zimwire.RetUserFetch},
	})
	l.deserveItem(t, g, deed{"SilenceConvNotification", from, zimwire.RetServer})
	l.deserveItem(t, g, deed{"SetConvMark", fields{"ConvMarkInfoList": []fields{{"UserId": "ann", "Action": true, "SetMarkC2c": fields{"bob": fields{"MarkContent": 1}}}}},
		zimwire.RetServer})
	if answer := g.call("QueryGroupInfo", from); strings.Contains(fmt.Sprint(answer["Message"]), "sql") {
		t.Errorf("the caller is told %v", answer)
	}
}

package zim

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"dragoman/protocols/zim/zimwire"
)

// Each limit of the server API is met at its last byte and passed at the next.
func TestServerLimitsHoldToTheByte(t *testing.T) {
	g := world(t)
	send := func(more fields) fields {
		return with(fields{"FromUserId": "ann", "ToUserId": []string{"bob"}, "MessageType": 1, "Priority": 1}, more)
	}
	media := func(bytes int) fields {
		head := `{"Uid":"u","Url":"https://files.test/f","FileName":"f","Size":1,"More":"`
		return send(fields{"MessageType": 12, "MessageBody": text(head + strings.Repeat("x", bytes-len(head)-2) + `"}`)})
	}
	items := func(n, bytes int) fields {
		list := make([]fields, n)
		for i := range list {
			list[i] = fields{"MsgType": 1, "Msg": strings.Repeat("x", bytes)}
		}
		body, err := json.Marshal(fields{"MultiMsg": list})
		if err != nil {
			t.Fatal(err)
		}
		return send(fields{"MessageType": 10, "MessageBody": text(string(body))})
	}
	custom := func(sub int, searched string) fields {
		return send(fields{"MessageType": 200, "SubMsgType": sub, "SearchedContent": searched, "MessageBody": text("{}")})
	}
	command := func(bytes int) fields {
		return send(fields{"MessageType": 2, "MessageBody": fields{"Message": base64.StdEncoding.EncodeToString(make([]byte, bytes)), "IsBase64": 1}})
	}
	seq := func() float64 {
		return g.does("SendPeerMessage", send(fields{"MessageBody": text("x")}))["SuccList"].([]any)[0].(fields)["MsgSeq"].(float64)
	}
	large, param := zimwire.RetMessageTooLarge, zimwire.RetParam
	for _, one := range []struct {
		what, action string
		last, next   fields
		code         zimwire.ReturnCode
	}{
		{"text", "SendPeerMessage", send(fields{"MessageBody": text(strings.Repeat("x", 32<<10))}), send(fields{"MessageBody": text(strings.Repeat("x", 32<<10+1))}), large},
		{"Chinese text", "SendPeerMessage", send(fields{"MessageBody": text(strings.Repeat("文", 10922))}), send(fields{"MessageBody": text(strings.Repeat("文", 10923))}), large},
		{"command", "SendPeerMessage", command(32 << 10), command(32<<10 + 1), large},
		{"media", "SendPeerMessage", media(2048), media(2049), large},
		{"items", "SendPeerMessage", items(20, 10), items(21, 10), param},
		{"extended data", "SendPeerMessage", send(fields{"MessageBody": fields{"Message": "x", "ExtendedData": strings.Repeat("x", 1024)}}),
			send(fields{"MessageBody": fields{"Message": "x", "ExtendedData": strings.Repeat("x", 1025)}}), large},
		{"sub type", "SendPeerMessage", custom(200, ""), custom(201, ""), param},
		{"searched content", "SendPeerMessage", custom(1, strings.Repeat("x", 64)), custom(1, strings.Repeat("x", 65)), param},
		{"payload of a revocation", "RevokePeerMessage", fields{"FromUserId": "ann", "ToUserId": "bob", "MsgSeq": seq(), "Payload": strings.Repeat("x", 200)},
			fields{"FromUserId": "ann", "ToUserId": "bob", "MsgSeq": seq(), "Payload": strings.Repeat("x", 201)}, param},
		{"group name", "CreateGroup", fields{"GroupOwner": "ann", "GroupName": strings.Repeat("名", 50)}, fields{"GroupOwner": "ann", "GroupName": strings.Repeat("名", 51)}, param},
		{"group id", "CreateGroup", fields{"GroupOwner": "ann", "GroupId": strings.Repeat("g", 32)}, fields{"GroupOwner": "ann", "GroupId": strings.Repeat("g", 33)}, param},
		{"room name", "CreateRoom", fields{"FromUserId": "ann", "RoomId": "n1", "RoomName": strings.Repeat("x", 64)},
			fields{"FromUserId": "ann", "RoomId": "n2", "RoomName": strings.Repeat("x", 65)}, param},
		{"user name", "UserRegister", fields{"UserInfo": []fields{{"UserId": "n1", "UserName": strings.Repeat("x", 256)}}},
			fields{"UserInfo": []fields{{"UserId": "n2", "UserName": strings.Repeat("x", 257)}}}, zimwire.RetUserNameTooLong},
		{"user id", "UserRegister", fields{"UserInfo": []fields{{"UserId": strings.Repeat("u", 32)}}}, fields{"UserInfo": []fields{{"UserId": strings.Repeat("u", 33)}}},
			zimwire.RetUserIDTooLong},
		{"avatar", "UserRegister", fields{"UserInfo": []fields{{"UserId": "n3", "UserAvatar": strings.Repeat("x", 500)}}},
			fields{"UserInfo": []fields{{"UserId": "n4", "UserAvatar": strings.Repeat("x", 501)}}}, zimwire.RetAvatarTooLong},
	} {
		t.Run(one.what, func(t *testing.T) {
			if answer := g.call(one.action, one.last); codeOf(answer) != zimwire.RetOK {
				t.Errorf("the last byte: %.300v", answer)
			}
			if answer := g.call(one.action, one.next); codeOf(answer) != one.code {
				t.Errorf("one more: %.300v, not %d", answer, one.code)
			}
		})
	}
}

// A hundred may be written to at once; those who cannot be reached are named, the others have the message.
func TestOneCallReachesAHundredAndNamesThoseItDoesNot(t *testing.T) {
	g := newGateway(t, "")
	all := many(100)
	g.users("ann")
	g.users(all[:97]...)
	bob := g.login("u0", "one")
	answer := g.does("SendPeerMessage", fields{"FromUserId": "ann", "ToUserId": all, "MessageType": 1, "Priority": 1, "MessageBody": text("hi")})
	if sent, failed := answer["SuccList"].([]any), answer["ErrorList"].([]any); len(sent) != 97 || len(failed) != 3 {
		t.Fatalf("%d reached, %d not", len(sent), len(failed))
	}
	for i, failed := range answer["ErrorList"].([]any) {
		if f := failed.(fields); f["UserId"] != fmt.Sprintf("u%d", 97+i) || f["SubCode"] != float64(zimwire.RetUserUnregistered) {
			t.Errorf("%v", f)
		}
	}
	first := answer["SuccList"].([]any)[0].(fields)
	if id, isText := first["MsgId"].(string); !isText || len(id) < 17 || first["UserId"] != "u0" || first["MsgSeq"] != 1.0 {
		t.Errorf("%v", first)
	}
	bob.event("peerMessageReceived", func(data fields) bool { return data["messageList"].([]any)[0].(fields)["messageID"] == first["MsgId"] })
}

// The digits of a MsgId are all there where it is a number, too.
func TestNoDigitOfAMessageIDIsLost(t *testing.T) {
	g := world(t)
	query := g.signed("SendGroupMessage")
	raw := g.raw(query, `{"FromUserId":"ann","GroupId":"g","MessageType":1,"Priority":1,"MessageBody":{"Message":"hi"}}`)
	var sent struct {
		MsgID  int64 `json:"MsgId"`
		MsgSeq int64
	}
	if err := json.Unmarshal(raw, &sent); err != nil || sent.MsgID < 1<<53 || !strings.Contains(string(raw), fmt.Sprintf(`"MsgId":%d`, sent.MsgID)) {
		t.Fatalf("%s, %v", raw, err)
	}
	raw = g.raw(g.signed("QueryGroupMsg"), `{"GroupId":"g","Limit":10}`)
	if !strings.Contains(string(raw), fmt.Sprintf(`"MsgId":%d,`, sent.MsgID)) {
		t.Errorf("%s has no %d", raw, sent.MsgID)
	}
}

// A call that is heard twice is answered once, where the operator wants it so.
func TestANonceIsGoodOnce(t *testing.T) {
	for over, again := range map[string]zimwire.ReturnCode{"": zimwire.RetOK, "check_nonce: true": zimwire.RetSignatureWrong} {
		g := newGateway(t, over)
		g.users("ann")
		query, body := g.signed("QueryUserInfos"), `{"UserIds":["ann"]}`
		if answer := g.send(query, body); codeOf(answer) != zimwire.RetOK {
			t.Errorf("%q: %v", over, answer)
		}
		if answer := g.send(query, body); codeOf(answer) != again {
			t.Errorf("%q, the second time: %v, not %d", over, answer, again)
		}
		g.later(2*zimwire.SignatureSkew + time.Minute)
		if answer := g.send(query, body); codeOf(answer) != zimwire.RetSignatureExpired {
			t.Errorf("%q, much later: %v", over, answer)
		}
	}
}

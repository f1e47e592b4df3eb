package zim

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/protocols/zim/zimwire"
)

func peerText(to, text string) fields {
	return fields{"message": fields{"type": 1, "message": text, "localMessageID": "local-" + text}, "toConversationID": to, "conversationType": 0,
		"config": fields{"priority": 1}}
}

func TestLoginIsRefusedForWhatIsWrongWithIt(t *testing.T) {
	g := newGateway(t, "")
	g.users("off")
	if err := g.book.SetDisabled(t.Context(), "off", true); err != nil {
		t.Fatal(err)
	}
	other, err := MintToken(2, "ann", g.front.secret, time.Hour, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	short, err := MintToken(1, "ann", g.front.secret, 20*time.Second, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	past, err := MintToken(1, "ann", g.front.secret, time.Hour, time.Now().Add(-2*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := MintToken(1, "ann", []byte(strings.Repeat("x", 32)), time.Hour, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("u", 33)
	for name, one := range map[string]struct {
		user, token string
		code        zimwire.Code
	}{
		"no user":             {"", g.token("ann"), zimwire.CommonModuleParamsInvalid},
		"no token":            {"ann", "", zimwire.NetworkModuleTokenVersionError},
		"another version":     {"ann", "03" + g.token("ann")[2:], zimwire.NetworkModuleTokenVersionError},
		"no token at all":     {"ann", "04!!!!", zimwire.NetworkModuleTokenInvalid},
		"another's":           {"bob", g.token("ann"), zimwire.NetworkModuleTokenInvalid},
		"a stranger's seal":   {"ann", stranger, zimwire.NetworkModuleTokenInvalid},
		"another app":         {"ann", other, zimwire.NetworkModuleCommonError},
		"too short a life":    {"ann", short, zimwire.NetworkModuleTokenTimeIsTooShort},
		"expired":             {"ann", past, zimwire.NetworkModuleTokenExpired},
		"disabled":            {"off", g.token("off"), zimwire.NetworkModuleCommonError},
		"too long a new name": {long, g.token(long), zimwire.CommonModuleParamsInvalid},
		"a trunk's name":      {"xmpp/bob@there", g.token("xmpp/bob@there"), zimwire.CommonModuleParamsInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			g.t = t
			c := g.connect()
			c.refused(one.code, "login", fields{"userID": one.user, "config": fields{"token": one.token}})
			c.refused(zimwire.NetworkModuleUserIsNotLogged, "querySelfUserInfo", nil)
			c.refused(zimwire.NetworkModuleUserIsNotLogged, "sendMessage", peerText("ann", "x"))
		})
	}
}

func TestBrokenFramesAreAnsweredByTheBook(t *testing.T) {
	g := newGateway(t, "")
	for frame, code := range map[string]zimwire.Code{
		`{"jsonrpc":"1.0","id":1,"method":"login"}`:                      zimwire.InvalidRequest,
		`{"jsonrpc":"2.0","id":1}`:                                       zimwire.InvalidRequest,
		`{"jsonrpc":"2.0","id":1,"method":"login","more":1}`:             zimwire.InvalidRequest,
		`[{"jsonrpc":"2.0","id":1,"method":"login"}]`:                    zimwire.InvalidRequest,
		`{"jsonrpc":"2.0","id":1,"method":"login","params":[]}`:          zimwire.InvalidParams,
		`{"jsonrpc":"2.0","id":1,"method":"login","params":{"token":1}}`: zimwire.CommonModuleParamsInvalid,
	} {
		c := g.connect()
		c.write([]byte(frame))
		if a := c.answer(frame); a.Error == nil || a.Error.Code != code {
			t.Errorf("%s: %v, not %d", frame, a.Error, code)
		}
	}
	c := g.login("ann", "one")
	c.refused(zimwire.MethodNotFound, "sendMassage", nil)
	c.refused(zimwire.CommonModuleUnsupportedRequest, "addFriend", nil)
	for _, end := range []struct {
		kind int
		data string
		code int
	}{{websocket.BinaryMessage, "x", websocket.CloseUnsupportedData}, {websocket.TextMessage, "{", websocket.CloseInvalidFramePayloadData}} {
		c := g.connect()
		if err := c.conn.WriteMessage(end.kind, []byte(end.data)); err != nil {
			t.Fatal(err)
		}
		select {
		case err := <-c.closed:
			if !websocket.IsCloseError(err, end.code) {
				t.Errorf("%q: %v, not %d", end.data, err, end.code)
			}
		case <-time.After(patience):
			t.Fatalf("%q did not end the connection", end.data)
		}
	}
}

// A client that did not hear the answer asks again with the same localMessageID: it is one message.
func TestARetryIsTheSameMessage(t *testing.T) {
	g := newGateway(t, "")
	g.users("bob")
	c := g.login("ann", "one")
	first := c.does("sendMessage", peerText("bob", "hello"))["message"].(fields)
	c.drop()
	again := g.login("ann", "one").does("sendMessage", peerText("bob", "hello"))["message"].(fields)
	if first["messageID"] == "" || first["messageID"] != again["messageID"] {
		t.Errorf("%v and %v", first["messageID"], again["messageID"])
	}
}

// The answers may come in another order; the messages do not.
func TestMessagesKeepTheOrderOfTheirRequests(t *testing.T) {
	g := newGateway(t, "")
	bob := g.login("bob", "one")
	ann := g.login("ann", "one")
	texts := many(100)
	for _, text := range texts {
		frame, err := zimwire.EncodeRequest("m"+text, "sendMessage", peerText("bob", text))
		if err != nil {
			t.Fatal(err)
		}
		ann.write(frame)
	}
	var heard []string
	for len(heard) < len(texts) {
		data := bob.event("peerMessageReceived", nil)
		for _, m := range data["messageList"].([]any) {
			heard = append(heard, m.(fields)["message"].(string))
		}
	}
	if !slices.Equal(heard, texts) {
		t.Errorf("%v", heard)
	}
}

// What happens while nobody listens is told on return, from the cursor that was acknowledged.
func TestReturnWithACursorMissesAndRepeatsNothing(t *testing.T) {
	g := newGateway(t, "")
	bob := g.connect()
	login := func(c *client, cursor string) fields {
		return c.does("login", fields{"userID": "bob", "config": fields{"token": g.token("bob")}, "session": fields{"device": "one", "cursor": cursor}})
	}
	cursor := login(bob, "")["cursor"].(string)
	ann := g.login("ann", "one")
	ann.does("sendMessage", peerText("bob", "u0"))
	bob.event("peerMessageReceived", nil)
	bob.drop()
	for _, text := range many(4)[1:] {
		ann.does("sendMessage", peerText("bob", text))
	}
	back := g.connect()
	if result := login(back, cursor); result["resumed"] != true {
		t.Fatalf("%v", result)
	}
	for _, text := range many(4) {
		data := back.event("peerMessageReceived", nil)
		if got := data["messageList"].([]any)[0].(fields)["message"]; got != text {
			t.Fatalf("%v came, not %s", got, text)
		}
	}
	// A cursor that this server cannot have given is passed over.
	if result := login(g.connect(), "1-99999"); result["resumed"] != false {
		t.Errorf("%v", result)
	}
}

func TestWhoIsNoMemberLearnsNothingOfAGroup(t *testing.T) {
	g := newGateway(t, "")
	g.users("bob")
	ann, eve := g.login("ann", "one"), g.login("eve", "one")
	ann.does("createGroup", fields{"groupInfo": fields{"groupID": "g", "groupName": "G"}, "userIDs": []string{"bob"},
		"config": fields{"groupAttributes": fields{"secret": "1"}}})
	said := ann.does("sendMessage", fields{"message": fields{"type": 1, "message": "inside"}, "toConversationID": "g", "conversationType": 2,
		"config": fields{"priority": 1}})["message"]
	in := func(more fields) fields { return with(fields{"groupID": "g"}, more) }
	outside := zimwire.GroupModuleUserIsNotInTheGroup
	for method, params := range map[string]fields{
		"queryGroupAllAttributes":   in(nil),
		"queryGroupAttributes":      in(fields{"keys": []string{"secret"}}),
		"setGroupAttributes":        in(fields{"groupAttributes": fields{"secret": "2"}}),
		"deleteGroupAttributes":     in(fields{"keys": []string{"secret"}}),
		"queryGroupMemberInfo":      in(fields{"userID": "bob"}),
		"queryGroupMemberList":      in(fields{"config": fields{"count": 10}}),
		"queryGroupMemberCount":     in(nil),
		"queryGroupMemberMutedList": in(fields{"config": fields{"count": 10}}),
		"setGroupMemberNickname":    in(fields{"forUserID": "bob", "nickname": "B"}),
		"kickGroupMembers":          in(fields{"userIDs": []string{"bob"}}),
		"muteGroupMembers":          in(fields{"userIDs": []string{"bob"}, "isMute": true, "config": fields{"duration": 60}}),
		"inviteUsersIntoGroup":      in(fields{"userIDs": []string{"eve"}}),
		"updateGroupName":           in(fields{"groupName": "mine"}),
		"updateGroupJoinMode":       in(fields{"mode": 0}),
		"searchLocalGroupMembers":   in(fields{"config": fields{"keywords": []string{"b"}}}),
	} {
		a := eve.ask(method, params)
		if a.Error == nil || a.Error.Code != outside {
			t.Errorf("%s: %s %v", method, a.Result, a.Error)
		}
	}
	for method, params := range map[string]fields{
		"queryHistoryMessage":          {"conversationID": "g", "conversationType": 2, "config": fields{"count": 10, "reverse": true}},
		"queryMessages":                {"conversationID": "g", "conversationType": 2, "messageSeqs": []int{1, 2}},
		"searchGlobalLocalMessages":    {"config": fields{"keywords": []string{"inside"}, "count": 10}},
		"queryPinnedMessageList":       {"conversationID": "g", "conversationType": 2},
		"addMessageReaction":           {"reactionType": "x", "message": said},
		"revokeMessage":                {"message": said},
		"pinMessage":                   {"message": said, "isPinned": true},
		"replyMessage":                 {"message": fields{"type": 1, "message": "?"}, "toOriginalMessage": said, "config": fields{"priority": 1}},
		"queryMessageRepliedList":      {"message": said, "config": fields{"count": 10}},
		"queryMessageReactionUserList": {"message": said, "config": fields{"count": 10, "reactionType": "x"}},
	} {
		if a := eve.ask(method, params); strings.Contains(string(a.Result), "inside") {
			t.Errorf("%s: %s", method, a.Result)
		}
	}
}

// A combination is named in a few bytes: how many are opened for one message is bounded.
func TestCombinationsInOneMessageAreBounded(t *testing.T) {
	g := newGateway(t, "")
	g.users("bob")
	ann := g.login("ann", "one")
	item := ann.does("sendMessage", peerText("bob", "item"))["message"]
	combined := func(list []any) fields {
		return fields{"message": fields{"type": 100, "title": "t", "summary": "s", "messageList": list}, "toConversationID": "bob", "conversationType": 0,
			"config": fields{"priority": 1}}
	}
	whole := ann.does("sendMessage", combined([]any{item}))["message"].(fields)
	bare := fields{"type": 100, "combineID": whole["combineID"], "title": "t", "summary": "s"}
	ann.does("sendMessage", combined([]any{bare, bare}))
	ann.refused(zimwire.CommonModuleParamsInvalid, "sendMessage", combined(slices.Repeat([]any{bare}, maxOpened+1)))
}

// An application that nobody has answered for a week has expired; asked again it is open again.
func TestApplicationsExpire(t *testing.T) {
	g := newGateway(t, "")
	ann, bob := g.login("ann", "one"), g.login("bob", "one")
	ann.does("createGroup", fields{"groupInfo": fields{"groupID": "g", "groupName": "G"}, "config": fields{"joinMode": 1}})
	list := func(c *client) fields {
		all := c.does("queryGroupApplicationList", fields{"config": fields{"count": 10}})["applicationList"].([]any)
		if len(all) != 1 {
			t.Fatalf("%v", all)
		}
		return all[0].(fields)
	}
	apply, accept := fields{"groupID": "g", "config": fields{"wording": "please"}}, fields{"groupID": "g", "userID": "bob"}
	bob.does("sendGroupJoinApplication", apply)
	if got := list(ann); got["state"] != 1.0 {
		t.Fatalf("%v", got)
	}
	g.later(expiresAfter + time.Minute)
	for _, c := range []*client{ann, bob} {
		if got := list(c); got["state"] != 4.0 {
			t.Fatalf("%v", got)
		}
	}
	ann.refused(zimwire.FriendModuleFriendApplicationExpired, "acceptGroupJoinApplication", accept)
	bob.does("sendGroupJoinApplication", apply)
	ann.does("acceptGroupJoinApplication", accept)
	if got := list(bob); got["state"] != 2.0 || got["operatedUser"].(fields)["userID"] != "ann" {
		t.Errorf("%v", got)
	}
	ann.refused(zimwire.FriendModuleFriendApplicationStatusError, "rejectGroupJoinApplication", accept)
}

// roomTalk is ann and bob in a room, and what they do there.
type roomTalk struct {
	*testing.T
	*gateway
	ann, bob *client
}

func newRoomTalk(t *testing.T) *roomTalk {
	g := newGateway(t, "")
	r := &roomTalk{t, g, g.login("ann", "one"), g.login("bob", "one")}
	r.ann.does("enterRoom", fields{"roomInfo": fields{"roomID": "r", "roomName": "R"}})
	r.bob.does("joinRoom", fields{"roomID": "r"})
	return r
}

func (r *roomTalk) say(c *client, text string) {
	r.Helper()
	c.does("sendMessage", fields{"message": fields{"type": 1, "message": text}, "toConversationID": "r", "conversationType": 1, "config": fields{"priority": 1}})
}

// hears waits for exactly these texts in the room, in this order, and no other.
func (r *roomTalk) hears(c *client, texts ...string) {
	r.Helper()
	for _, want := range texts {
		data := c.event("roomMessageReceived", nil)
		if got := data["messageList"].([]any)[0].(fields)["message"]; got != want {
			r.Fatalf("%v is heard, not %s", got, want)
		}
	}
}

// isStillIn says something as ann, whom bob must hear without having been told that she had left.
func (r *roomTalk) isStillIn(ann *client) {
	r.Helper()
	r.say(ann, "here still")
	for {
		select {
		case n := <-r.bob.notices:
			if n.Method == "roomMemberLeft" {
				r.Fatalf("bob is told that ann has left: %s", n.Params)
			}
			if n.Method == "roomMessageReceived" && strings.Contains(string(n.Params), "here still") {
				return
			}
		case <-time.After(patience):
			r.Fatal("bob does not hear ann")
		}
	}
}

// Who loses his connection is still in his rooms when he comes back at once: nobody hears that he left, and he hears what
// was said.
func TestAShortLossDoesNotLeaveARoom(t *testing.T) {
	r := newRoomTalk(t)
	r.say(r.bob, "before")
	r.hears(r.ann, "before")
	r.ann.drop()
	r.say(r.bob, "meanwhile")
	back := r.connect()
	if result := back.resume(r.gateway, "ann", "one", r.ann); result["resumed"] != true {
		t.Fatalf("%v", result)
	}
	r.say(r.bob, "after")
	r.hears(back, "meanwhile", "after")
	r.isStillIn(back)
}

// What was written to a connection that nobody has noticed to be dead is told again, and only that.
func TestALossThatIsNotNoticedDoesNotLeaveARoom(t *testing.T) {
	r := newRoomTalk(t)
	r.say(r.bob, "before")
	r.hears(r.ann, "before")
	r.ann.mu.Lock()
	then := &client{mark: r.ann.mark}
	r.ann.mu.Unlock()
	r.say(r.bob, "lost")
	r.hears(r.ann, "lost") // the socket has taken it; as far as the client goes, it was never there
	back := r.connect()
	if result := back.resume(r.gateway, "ann", "one", then); result["resumed"] != true {
		t.Fatalf("%v", result)
	}
	r.say(r.bob, "after")
	r.hears(back, "lost", "after")
	r.isStillIn(back)
	// If there is somebody at the other end of the older connection, he does not come back.
	r.ann.event("connectionStateChanged", func(data fields) bool { return data["event"] == 4.0 })
	again := r.connect()
	again.resume(r.gateway, "ann", "one", back)
	r.say(r.bob, "once more")
	r.hears(again, "once more")
}

func TestAClientMayNotFillTheLog(t *testing.T) {
	g := newGateway(t, "")
	c := g.login("ann", "one")
	log := fields{"lines": many(1000)}
	c.does("uploadLog", log)
	c.refused(zimwire.CommonModuleTriggerServerFrequencyLimit, "uploadLog", log)
	g.later(logEvery)
	c.does("uploadLog", log)
}

// What was said in a room that is closed now is told to who is in it, and to nobody who might not enter.
func TestAClosedRoomTellsNoStranger(t *testing.T) {
	r := newRoomTalk(t)
	r.say(r.bob, "secret")
	r.hears(r.ann, "secret")
	rules := chat.Rules{Join: new(chat.ModeClosed)}
	if _, err := r.router.Submit(t.Context(), bridge.Actor{User: "ann", Source: chat.Server}, chat.Draft{Conv: chat.Room("r"), Body: rules}); err != nil {
		t.Fatal(err)
	}
	carol := r.login("carol", "one")
	for method, p := range map[string]fields{
		"queryHistoryMessage":          {"config": fields{"count": 10}},
		"queryMessages":                {"messageSeqs": []int{1, 2}},
		"queryMessageRepliedList":      {"message": fields{"conversationID": "r", "conversationType": 1, "messageSeq": 1}, "config": fields{"count": 10}},
		"queryMessageReactionUserList": {"message": fields{"conversationID": "r", "conversationType": 1, "messageSeq": 1}, "config": fields{"count": 10}},
	} {
		p["conversationID"], p["conversationType"] = "r", 1
		if a := r.bob.ask(method, p); !strings.Contains(string(a.Result), "secret") {
			t.Errorf("%s: bob, who is in it, has %s %v", method, a.Result, a.Error)
		}
		if a := carol.ask(method, p); a.Error == nil {
			t.Errorf("%s: %s", method, a.Result)
		}
	}
}

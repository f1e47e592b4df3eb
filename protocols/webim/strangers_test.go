package webim

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"dragoman/bridge/chat"
	"dragoman/protocols/webim/webimwire"
)

// What is asked with another's token, or none of the right kind, is refused: it tells a stranger nothing.
func TestStrangersLearnNothing(t *testing.T) {
	g := newGateway(t, "")
	alice := g.dial("alice", "web1")
	group := g.group("alice", "bob")
	room := g.room("alice")
	id := alice.ok(alice.send(say(webimwire.MessageBody_GROUPCHAT, group, "secret"))).String()
	peer := alice.ok(alice.send(say(webimwire.MessageBody_CHAT, "bob", "secret"))).String()
	made := g.rest("POST", "/thread", g.user("alice"), fmt.Sprintf(`{"name":"T","msg_id":%q,"group_id":%q,"owner":"alice"}`, id, group))
	thread := made.(map[string]any)["thread_id"].(string)
	g.rest("PUT", "/metadata/chatgroup/"+group+"/user/alice", g.user("alice"), `{"metaData":{"k":"secret"}}`)
	mallory, bob := g.user("mallory"), g.user("bob")
	for _, c := range []struct{ token, method, path, body string }{
		{mallory, "GET", "/users/alice/contacts/users", ""}, {mallory, "GET", "/users/alice/blocks/users", ""}, {mallory, "GET", "/users/alice", ""},
		{mallory, "GET", "/users/alice/user_channels", ""}, {mallory, "GET", "/users/alice/resources", ""}, {mallory, "GET", "/users/alice/notification/language", ""},
		{mallory, "POST", "/users/alice/messageroaming", `{"queue":"bob@easemob.com"}`}, {mallory, "PUT", "/metadata/user/alice", ""},
		{mallory, "GET", "/users/alice/status", ""}, {mallory, "POST", "/users/batch/status", `{"usernames":["alice"]}`},
		{mallory, "GET", "/chatgroups/" + group, ""}, {mallory, "GET", "/chatgroups/" + group + "/users", ""}, {mallory, "GET", "/chatgroups/" + group + "/admin", ""},
		{mallory, "GET", "/chatgroups/" + group + "/announcement", ""}, {mallory, "GET", "/chatgroups/" + group + "/share_files", ""},
		{mallory, "GET", "/chatgroups/" + group + "/white/users/alice", ""}, {mallory, "GET", "/sdk/chatgroups/" + group + "/mute/alice", ""},
		{mallory, "GET", "/chatgroups/" + group + "/acks/" + id, ""}, {mallory, "GET", "/metadata/chatgroup/" + group + "/user/alice", ""},
		{mallory, "GET", "/thread/" + thread, ""}, {mallory, "GET", "/thread/" + thread + "/users", ""}, {mallory, "GET", "/threads/chatgroups/" + group, ""},
		{mallory, "POST", "/thread/" + thread + "/user/mallory/join", ""}, {mallory, "POST", "/reaction/user/mallory", fmt.Sprintf(`{"msgId":%q,"message":"x"}`, peer)},
		{mallory, "GET", "/reaction/user/mallory/detail?message=x&msgId=" + peer, ""}, {mallory, "GET", "/chatrooms/" + room + "/mute", ""},
		{mallory, "GET", "/chatrooms/" + room + "/blocks/users", ""}, {mallory, "GET", "/chatrooms/" + room + "/white/users", ""},
		{bob, "GET", "/chatgroups/" + group + "/mute", ""}, {bob, "GET", "/chatgroups/" + group + "/blocks/users", ""}, {bob, "GET", "/chatgroups/" + group + "/white/users", ""},
		{bob, "GET", "/sdk/chatgroups/" + group + "/mute/alice", ""}, {bob, "POST", "/chatrooms/" + room + "/users", `{"usernames":["mallory"]}`},
	} {
		if answer, text := g.ask(c.method, c.path, c.token, c.body); answer.StatusCode < 400 || strings.Contains(text, "secret") {
			t.Errorf("%s %s: %d %s", c.method, c.path, answer.StatusCode, text)
		}
	}
	for _, c := range [][3]string{
		{"POST", "/users/mallory/messageroaming", `{"queue":"` + group + `@conference.easemob.com"}`},
		{"POST", "/thread/message", `{"threadIds":["` + thread + `"]}`},
		{"GET", "/reaction/user/mallory?msgIdList=" + peer + "&msgType=chat", ""},
		{"GET", "/chatgroups/" + group + "," + room, ""},
	} {
		if answer, text := g.ask(c[0], c[1], mallory, c[2]); strings.Contains(text, "secret") || strings.Contains(text, "alice") || strings.Contains(text, "bob") {
			t.Errorf("%s %s: %d %s", c[0], c[1], answer.StatusCode, text)
		}
	}
	// The rows of the app's server are for it alone.
	for _, table := range g.front.tables() {
		for pattern, r := range table {
			if r.access != server {
				continue
			}
			method, path, _ := strings.Cut(pattern, " ")
			path = strings.NewReplacer("{me}", "mallory", "{u}", "alice", "{id}", group, "{msg}", id, "{resource}", "web1", "{hour}", "2024010100").Replace(path)
			if answer, _ := g.ask(method, path, mallory, "{}"); answer.StatusCode != http.StatusForbidden {
				t.Errorf("%s with a user's token: %d", pattern, answer.StatusCode)
			}
		}
	}
}

// What was said in a closed room is told to who is in it, and to nobody who might not enter.
func TestClosedRoomTellsNoStranger(t *testing.T) {
	g := newGateway(t, "")
	alice, room := g.dial("alice", "web1"), g.room("alice")
	alice.ok(alice.send(roomRequest(webimwire.MUCBody_JOIN, room)))
	id := alice.ok(alice.send(say(webimwire.MessageBody_CHATROOM, room, "secret"))).String()
	g.rest("PUT", "/metadata/chatroom/"+room+"/user/alice", g.user("alice"), `{"metaData":{"k":"secret"}}`)
	g.rest("PUT", "/chatrooms/"+room, g.user("alice"), `{"membersonly":true}`)
	for user, reads := range map[string]bool{"alice": true, "mallory": false} {
		for _, c := range [][3]string{
			{"POST", "/users/" + user + "/messageroaming", `{"queue":"` + room + `@conference.easemob.com"}`},
			{"POST", "/thread/message", `{"threadIds":["` + room + `"]}`},
			{"POST", "/metadata/chatroom/" + room, ""},
			{"GET", "/reaction/user/" + user + "?msgIdList=" + id + "&msgType=chat", ""},
		} {
			_, text := g.ask(c[0], c[1], g.user(user), c[2])
			if told := strings.Contains(text, "secret") || strings.Contains(text, `"msg":`) || strings.Contains(text, `"msgId":`); told != reads {
				t.Errorf("%s: %s %s: %s", user, c[0], c[1], text)
			}
		}
	}
}

func TestWhoAsksTooFastIsToldSo(t *testing.T) {
	g := newGateway(t, "rest_rate: 0.001")
	token := g.user("alice")
	if r := g.do("GET", "/dragoman/chat/users/alice", token, ""); r.StatusCode != http.StatusOK {
		t.Errorf("the first: %d", r.StatusCode)
	}
	r := g.do("GET", "/dragoman/chat/users/alice", token, "")
	if m := answered(t, r); r.StatusCode != http.StatusTooManyRequests || m["error"] != "resource_limited" {
		t.Errorf("the second: %d %v", r.StatusCode, m)
	}
	if r := g.do("GET", "/dragoman/chat/users/bob", g.user("bob"), ""); r.StatusCode != http.StatusOK {
		t.Errorf("somebody else: %d", r.StatusCode)
	}
}

func TestWhoGuessesPasswordsIsHeldUp(t *testing.T) {
	g := newGateway(t, "")
	for _, name := range []chat.UserID{"alice", "bob"} {
		if _, err := g.book.Create(t.Context(), name, "right"); err != nil {
			t.Fatal(err)
		}
	}
	try := func(name, password string) (int, map[string]any) {
		r := g.do("POST", "/dragoman/chat/token", "", `{"grant_type":"password","username":"`+name+`","password":"`+password+`"}`)
		return r.StatusCode, answered(t, r)
	}
	for range maxGuesses - 1 {
		if status, m := try("alice", "wrong"); status != http.StatusBadRequest {
			t.Fatalf("a wrong password: %d %v", status, m)
		}
	}
	if status, m := try("alice", "right"); status != http.StatusOK {
		t.Fatalf("the right one in time: %d %v", status, m)
	}
	status, m := 0, map[string]any(nil)
	for range 4 * maxGuesses {
		if status, m = try("alice", "wrong"); status != http.StatusBadRequest {
			break
		}
	}
	if status != http.StatusTooManyRequests || m["error"] != "resource_limited" {
		t.Errorf("after many: %d %v", status, m)
	}
	if status, m := try("bob", "right"); status != http.StatusOK {
		t.Errorf("another account: %d %v", status, m)
	}
	g.ahead.Add(int64(2 * guessesAfter))
	if status, m := try("alice", "right"); status != http.StatusOK {
		t.Errorf("after a rest: %d %v", status, m)
	}
}

func TestMembersAttributesHaveLimits(t *testing.T) {
	g := newGateway(t, "")
	alice := g.user("alice")
	at := "/metadata/chatgroup/" + g.group("alice", "bob") + "/user/alice"
	value := strings.Repeat("v", maxMemberValue)
	set := func(pairs string) (int, any) {
		r := g.do("PUT", "/dragoman/chat"+at, alice, `{"metaData":{`+pairs+`}}`)
		return r.StatusCode, answered(t, r)["error_description"]
	}
	for i := range maxMemberValues/maxMemberValue - 1 {
		if status, why := set(fmt.Sprintf(`"k%d":%q`, i, value)); status != http.StatusOK {
			t.Fatalf("attribute %d: %d %v", i, status, why)
		}
	}
	for what, pairs := range map[string]string{
		"together":  fmt.Sprintf(`"last":%q`, value),
		"the key":   `"` + strings.Repeat("k", maxMemberKey+1) + `":"v"`,
		"the value": fmt.Sprintf(`"k0":%q`, value+"v"),
	} {
		if status, why := set(pairs); status != http.StatusBadRequest {
			t.Errorf("%s: %d %v", what, status, why)
		}
	}
	if status, why := set(fmt.Sprintf(`"k0":"","last":%q`, value)); status != http.StatusOK {
		t.Errorf("one in another's place: %d %v", status, why)
	}
}

func TestPresenceIsPublishedForAConnectedDeviceAlone(t *testing.T) {
	g := newGateway(t, "")
	alice := g.user("alice")
	publish := func() int {
		return g.do("POST", "/dragoman/chat/users/alice/presence/web1/1", alice, `{"ext":"busy"}`).StatusCode
	}
	if status := publish(); status != http.StatusNotFound {
		t.Errorf("of a device that is not there: %d", status)
	}
	g.dial("alice", "web1")
	if status := publish(); status != http.StatusOK {
		t.Errorf("of one that is: %d", status)
	}
}

func TestMessageIsEditedSoOftenAlone(t *testing.T) {
	g := newGateway(t, "max_edits: 3")
	alice := g.dial("alice", "web1")
	g.user("bob")
	id := alice.ok(alice.send(say(webimwire.MessageBody_CHAT, "bob", "0")))
	edit := func(text string) *webimwire.Status {
		m := say(webimwire.MessageBody_EDIT, "bob", text)
		body, err := webimwire.Body(m)
		if err != nil {
			t.Fatal(err)
		}
		said := body.(*webimwire.MessageBody)
		said.EditMessageId, said.EditScope = new(uint64(id)), webimwire.MessageBody_BODY.Enum()
		return alice.send(chatMeta("bob", false, said)).GetStatus()
	}
	for i := range 3 {
		if status := edit(fmt.Sprint(i + 1)); status.GetErrorCode() != webimwire.Status_OK {
			t.Fatalf("edit %d: %v", i+1, status)
		}
	}
	if status := edit("4"); status.GetReason() != "Sorry, edit limit reached" {
		t.Errorf("one more: %v", status)
	}
	app := appToken(g)
	if r := g.do("PUT", "/dragoman/chat/messages/rewrite/"+id.String(), app, `{"user":"alice","new_msg":{"type":"txt","msg":"5"}}`); r.StatusCode != http.StatusForbidden {
		t.Errorf("one more by the app's server: %d", r.StatusCode)
	}
}

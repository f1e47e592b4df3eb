package webim

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

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

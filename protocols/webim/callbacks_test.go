package webim

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"dragoman/bridge/chat"
	"dragoman/protocols/webim/webimwire"
)

// app is the app's own server: it hears callbacks and gives verdicts.
type app struct {
	t      *testing.T
	url    string
	heard  chan map[string]any
	mu     sync.Mutex
	answer string // of a question
	status int
	wait   chan struct{} // not nil: closed when a question may be answered
}

func newApp(t *testing.T) *app {
	a := &app{t: t, heard: make(chan map[string]any, 256), status: http.StatusOK}
	server := httptest.NewServer(http.HandlerFunc(a.serve))
	t.Cleanup(server.Close)
	a.url = server.URL
	return a
}

func (a *app) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		a.t.Error(err)
	}
	var call map[string]any
	if err := json.Unmarshal(body, &call); err != nil {
		a.t.Errorf("heard %q: %v", body, err)
	}
	a.heard <- call
	if r.URL.Path != "/ask" {
		return
	}
	a.mu.Lock()
	answer, status, wait := a.answer, a.status, a.wait
	a.mu.Unlock()
	if wait != nil {
		select {
		case <-wait:
		case <-r.Context().Done():
		}
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, answer) // who asked may have gone
}

// says sets what the app's server answers.
func (a *app) says(status int, answer string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.status, a.answer = status, answer
}

// until returns the first call that matches.
func (a *app) until(what string, matches func(call map[string]any) bool) map[string]any {
	a.t.Helper()
	late := time.After(2 * patience)
	for {
		select {
		case call := <-a.heard:
			if matches(call) {
				return call
			}
		case <-late:
			a.t.Fatalf("the app's server never heard of %s", what)
		}
	}
}

// muc returns the next call about a group or room with an operation.
func (a *app) muc(operation string) map[string]any {
	a.t.Helper()
	return a.until(operation, func(call map[string]any) bool {
		payload, _ := call["payload"].(map[string]any)
		return call["chat_type"] == "muc" && payload["operation"] == operation
	})
}

// proven fails the test unless the gateway signed the call.
func (a *app) proven(g *gateway, call map[string]any) {
	a.t.Helper()
	secret, err := CallbackSecret(g.front.Vault)
	if err != nil {
		a.t.Fatal(err)
	}
	at, _ := call["timestamp"].(float64)
	sum := md5.Sum([]byte(fmt.Sprint(call["callId"]) + secret + fmt.Sprint(int64(at))))
	if call["security"] != hex.EncodeToString(sum[:]) || call["securityVersion"] != "1.0.0" {
		a.t.Errorf("not proven: %v", call)
	}
}

// The vendor's rule on what it is known to give [webim 18.5].
func TestCallsAreSignedAsTheVendorDoes(t *testing.T) {
	c := &callbacks{frontend: &frontend{}, secret: "s3cr3t"}
	if got := c.sign("org#app_0a1b2c", 1600060847294).Security; got != "6ca0a0d3665c22553d839b713fea3f00" {
		t.Errorf("signed %s", got)
	}
}

func TestAppsServerIsToldWhatHappens(t *testing.T) {
	a := newApp(t)
	g := newGateway(t, "callback_url: "+a.url)
	alice := g.dial("alice", "web1")
	online := a.until("a login", func(call map[string]any) bool { return call["status"] == "online" })
	if online["user"] != "dragoman#chat_alice@easemob.com/web_web1" || online["reason"] != "login" {
		t.Errorf("login %v", online)
	}
	a.proven(g, online)
	g.user("bob")
	id := alice.ok(alice.send(say(webimwire.MessageBody_CHAT, "bob", "hi")))
	said := a.until("a message", func(call map[string]any) bool { return call["eventType"] == "chat" })
	a.proven(g, said)
	body := said["payload"].(map[string]any)["bodies"].([]any)[0].(map[string]any)
	if said["chat_type"] != "chat" || said["from"] != "alice" || said["to"] != "bob" || said["msg_id"] != id.String() || body["msg"] != "hi" {
		t.Errorf("told %v", said)
	}
	a.until("that bob is away", func(call map[string]any) bool {
		return call["eventType"] == "chat_offline" && call["msg_id"] == id.String()
	})
	recall := &webimwire.MessageBody{Type: webimwire.MessageBody_RECALL.Enum(), AckMessageId: new(uint64(id)), Contents: []*webimwire.MessageBody_Content{{}}}
	alice.ok(alice.send(chatMeta("bob", false, recall)))
	if told := a.until("a recall", func(call map[string]any) bool { return call["chat_type"] == "recall" }); told["recall_id"] != id.String() {
		t.Errorf("recall %v", told)
	}
	group := g.group("alice", "bob")
	made := a.muc("create")
	if made["payload"].(map[string]any)["muc_id"] != "dragoman#chat_"+group+"@conference.easemob.com" || made["group_id"] != group {
		t.Errorf("group %v", made)
	}
	at := "/chatgroups/" + group
	token := g.user("alice")
	g.rest("POST", at+"/mute", token, `{"usernames":["bob"],"mute_duration":1000}`)
	if told := a.muc("add_mute"); told["to"] != "dragoman#chat_bob@easemob.com" {
		t.Errorf("mute %v", told)
	}
	g.rest("POST", at+"/announcement", token, `{"announcement":"news"}`)
	a.muc("update_announcement")
	g.rest("PUT", at, token, `{"newowner":"bob"}`)
	a.muc("assing_owner")
	g.rest("POST", "/users/alice/contacts/apply", token, `{"usernames":["bob"],"reason":"hello"}`)
	told := a.until("a contact", func(call map[string]any) bool { return call["chat_type"] == "roster" })
	if payload := told["payload"].(map[string]any); payload["operation"] != "add" || payload["reason"] != "hello" {
		t.Errorf("roster %v", told)
	}
	id = alice.ok(alice.send(say(webimwire.MessageBody_GROUPCHAT, group, "all")))
	g.rest("POST", "/reaction/user/alice", token, fmt.Sprintf(`{"msgId":%q,"message":"x"}`, id))
	told = a.until("a reaction", func(call map[string]any) bool { return call["chat_type"] == "notify" })
	if payload := told["payload"].(map[string]any); payload["type"] != "reaction" {
		t.Errorf("reaction %v", told)
	}
	alice.drop()
	a.until("a goodbye", func(call map[string]any) bool { return call["status"] == "offline" })
}

func TestAppsServerIsToldOfWordsThatNobodyMaySay(t *testing.T) {
	a := newApp(t)
	g := newGateway(t, "callback_url: "+a.url+"\ncallback_events: [keyword_alert]")
	alice := g.dial("alice", "web1")
	group := g.group("alice", "bob")
	if status := alice.send(say(webimwire.MessageBody_GROUPCHAT, group, "what a Fiddlestick")).GetStatus(); status.GetReason() != "sensitive words" {
		t.Errorf("answered %v", status)
	}
	told := a.until("an alert", func(call map[string]any) bool { return call["eventType"] == "keyword_alert" })
	a.proven(g, told)
	for key, want := range map[string]string{
		"alertReason": "intercepted", "status": "refuse", "contentOwner": "alice", "contentReceiver": group, "contentType": "message",
		"chatType": "chat:group:text", "sensitiveWords": "[fiddlestick]",
	} {
		if got := fmt.Sprint(told[key]); got != want {
			t.Errorf("%s is %s", key, got)
		}
	}
}

func TestAppsServerHearsOnlyWhatItAskedFor(t *testing.T) {
	a := newApp(t)
	g := newGateway(t, "callback_url: "+a.url+"\ncallback_events: [recall]")
	alice := g.dial("alice", "web1")
	g.user("bob")
	id := alice.ok(alice.send(say(webimwire.MessageBody_CHAT, "bob", "hi")))
	recall := &webimwire.MessageBody{Type: webimwire.MessageBody_RECALL.Enum(), AckMessageId: new(uint64(id)), Contents: []*webimwire.MessageBody_Content{{}}}
	alice.ok(alice.send(chatMeta("bob", false, recall)))
	if first := <-a.heard; first["chat_type"] != "recall" {
		t.Errorf("heard %v", first)
	}
}

// What nobody took is put aside, and made again when the app's server asks for it.
func TestLostCallbacksAreMadeAgain(t *testing.T) {
	a := newApp(t)
	g := newGateway(t, "callback_url: "+a.url)
	token, _, err := g.book.IssueAppToken(time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if rows := g.rest("GET", "/callbacks/storage/info", token, "").([]any); len(rows) != 0 {
		t.Errorf("lost %v", rows)
	}
	if r := g.do("POST", "/dragoman/chat/callbacks/storage/retry", token, `{"date":"202001010000","targetUrl":"http://elsewhere.example"}`); r.StatusCode != 400 {
		t.Errorf("elsewhere: %d", r.StatusCode)
	}
	if r := g.do("POST", "/dragoman/chat/callbacks/storage/retry", token, `{"date":"202001010000"}`); r.StatusCode != 404 {
		t.Errorf("nothing: %d", r.StatusCode)
	}
}

func TestAppsServerDecidesBeforeAMessageCounts(t *testing.T) {
	a := newApp(t)
	g := newGateway(t, "before_send_url: "+a.url+"/ask\nbefore_send_wait: 3s")
	alice, bob := g.dial("alice", "web1"), g.dial("bob", "web1")
	heard := 0
	for _, c := range []struct {
		status         int
		answer         string
		reason, arrive string // the refusal, or what bob reads
	}{
		{200, `{"valid":true}`, "", "text"},
		{200, `{"valid":true,"payload":{"bodies":[{"type":"txt","msg":"changed"}],"ext":{"k":1}}}`, "", "changed"},
		{200, `{"valid":true,"payload":{"type":"txt","msg":"flat"}}`, "", "flat"},
		{200, `{"valid":true,"payload":{}}`, "", "text"},
		{200, `{"valid":false,"code":"not today"}`, "not today", ""},
		{200, `{"valid":false}`, "custom logic denied", ""},
		{200, `{"valid":false,"code":""}`, "Message blocked by external logic", ""},
		{200, `{"valid":false,"code":7}`, "custom internal error", ""},
		{200, `{"code":"no verdict"}`, "", "text"},
		{200, `no JSON`, "", "text"},
		{500, `{"valid":false}`, "", "text"},
		{200, `{"valid":true,"payload":{"type":"img","url":"http://x.example/y"}}`, "", "text"},
	} {
		a.says(c.status, c.answer)
		dl := alice.send(say(webimwire.MessageBody_CHAT, "bob", "text"))
		question := <-a.heard
		a.proven(g, question)
		if question["from"] != "alice" || question["to"] != "bob" || question["chat_type"] != "chat" || question["eventType"] != nil {
			t.Errorf("asked %v", question)
		}
		if c.reason != "" {
			if s := dl.GetStatus(); s.GetErrorCode() != webimwire.Status_PERMISSION_DENIED_EXTERNAL || s.GetReason() != c.reason {
				t.Errorf("%s: %v", c.answer, s)
			}
			continue
		}
		alice.ok(dl)
		heard++
		if texts := bob.untilTexts(heard); texts[heard-1] != c.arrive {
			t.Errorf("%s: bob reads %q", c.answer, texts[heard-1])
		}
	}
}

func TestSilentAppsServerBlocksWhereThatIsConfigured(t *testing.T) {
	a := newApp(t)
	g := newGateway(t, "before_send_url: "+a.url+"/ask\nbefore_send_silence: block\nbefore_send_wait: 50ms\nbefore_send_types: [txt]")
	a.wait = make(chan struct{})
	defer close(a.wait)
	alice := g.dial("alice", "web1")
	g.user("bob")
	dl := alice.send(say(webimwire.MessageBody_CHAT, "bob", "text"))
	if s := dl.GetStatus(); s.GetErrorCode() != webimwire.Status_PERMISSION_DENIED_EXTERNAL || s.GetReason() != "custom internal error" {
		t.Errorf("%v", s)
	}
	kind := webimwire.MessageBody_CHAT
	alice.ok(alice.send(chatMeta("bob", false, &webimwire.MessageBody{Type: &kind, Contents: []*webimwire.MessageBody_Content{{
		Type: webimwire.MessageBody_Content_COMMAND.Enum(), Action: new("not asked about"),
	}}})))
}

// What the app's server orders holds at once, and after a restart.
func TestStandingOrdersHold(t *testing.T) {
	g := newGateway(t, "")
	app, _, err := g.book.IssueAppToken(time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	alice := g.dial("alice", "web1")
	group := g.group("alice", "bob")
	g.rest("POST", "/mutes", app, `{"username":"alice","chat":-1,"groupchat":60}`)
	refused := func(m *webimwire.Meta, code webimwire.Status_ErrorCode, reason string) {
		t.Helper()
		if s := alice.send(m).GetStatus(); s.GetErrorCode() != code || s.GetReason() != reason {
			t.Errorf("%v", s)
		}
	}
	refused(say(webimwire.MessageBody_CHAT, "bob", "x"), webimwire.Status_PERMISSION_DENIED, "user is mute")
	refused(say(webimwire.MessageBody_GROUPCHAT, group, "x"), webimwire.Status_PERMISSION_DENIED, "user is mute")
	row := g.rest("GET", "/mutes/alice", app, "").(map[string]any)
	if row["chat"] != -1.0 || row["groupchat"] != 60.0 || row["chatroom"] != 0.0 {
		t.Errorf("row %v", row)
	}
	again, err := loadOrders(context.Background(), g.front)
	if err != nil || again.silenceOf("alice") != g.front.orders.silenceOf("alice") {
		t.Errorf("after a restart: %+v, %v", again.silenceOf("alice"), err)
	}
	g.ahead.Store(int64(61 * time.Second))
	alice.ok(alice.send(say(webimwire.MessageBody_GROUPCHAT, group, "x")))
	g.rest("POST", "/mutes", app, `{"username":"alice","chat":0}`)
	alice.ok(alice.send(say(webimwire.MessageBody_CHAT, "bob", "x")))
	if all := g.rest("GET", "/mutes", app, "").(map[string]any)["data"].([]any); len(all) != 0 {
		t.Errorf("muted %v", all)
	}
	g.rest("POST", "/chatgroups/"+group+"/disable", app, "")
	refused(say(webimwire.MessageBody_GROUPCHAT, group, "x"), webimwire.Status_FAIL, "group is disabled")
	if r := g.do("PUT", "/dragoman/chat/chatgroups/"+group, g.user("alice"), `{"groupname":"n"}`); r.StatusCode != 403 || answered(t, r)["error_description"] != "group is disabled" {
		t.Errorf("changed all the same: %d", r.StatusCode)
	}
	g.rest("POST", "/chatgroups/"+group+"/enable", app, "")
	alice.ok(alice.send(say(webimwire.MessageBody_GROUPCHAT, group, "x")))
	g.rest("POST", "/chatrooms/super_admin", app, `{"superadmin":"alice"}`)
	if got := fmt.Sprint(g.rest("GET", "/chatrooms/super_admin", app, "")); got != "[alice]" || !g.front.orders.isFounder(chat.UserID("alice")) {
		t.Errorf("super admins %s", got)
	}
	g.rest("DELETE", "/chatrooms/super_admin/alice", app, "")
	if r := g.do("DELETE", "/dragoman/chat/chatrooms/super_admin/alice", app, ""); r.StatusCode != 404 {
		t.Errorf("twice: %d", r.StatusCode)
	}
}

// Orders that come at once all hold, and the log says the same as the gate.
func TestOrdersThatComeAtOnceAllHold(t *testing.T) {
	g := newGateway(t, "")
	app, _, err := g.book.IssueAppToken(time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		g.user("alice")
		var all sync.WaitGroup
		for _, body := range []string{`"chat":-1`, `"groupchat":-1`, `"chatroom":-1`} {
			all.Go(func() {
				r, err := http.NewRequest(http.MethodPost, g.server.URL+"/dragoman/chat/mutes", strings.NewReader(`{"username":"alice",`+body+`}`))
				if err != nil {
					t.Error(err)
					return
				}
				r.Header.Set("Authorization", "Bearer "+app)
				answer, err := http.DefaultClient.Do(r)
				if err != nil || answer.StatusCode != http.StatusOK {
					t.Errorf("%v %v", answer, err)
					return
				}
				_ = answer.Body.Close()
			})
		}
		all.Wait()
		if got := g.front.orders.silenceOf("alice"); got != (silence{forever, forever, forever}) {
			t.Fatalf("holds: %+v", got)
		}
		again, err := loadOrders(t.Context(), g.front)
		if err != nil || again.silenceOf("alice") != g.front.orders.silenceOf("alice") {
			t.Fatalf("after a restart: %+v, %v", again.silenceOf("alice"), err)
		}
		g.rest("POST", "/mutes", app, `{"username":"alice","chat":0,"groupchat":0,"chatroom":0}`)
	}
}

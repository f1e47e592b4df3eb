package webim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protojson"

	"dragoman/bridge/chat"
	"dragoman/protocols/webim/webimwire"
)

// notProduced are the constructed downlinks that this gateway never sends, and why.
var notProduced = map[string]string{
	"muc-02-join": "the newer PRESENCE says it", "muc-03-leave": "the newer ABSENCE says it", "muc-room-02-join": "as of groups", "muc-room-03-leave": "as of groups",
	"muc-11-get-blacklist": "lists are asked for by REST", "muc-12-ban": "who is banned hears KICK", "muc-15-block": "a shield is told to nobody",
	"muc-16-unblock": "a shield is told to nobody", "muc-39-thread-presence": "no SDK heeds it", "muc-40-thread-absence": "no SDK heeds it",
	"muc-41-disable-group": "no SDK heeds it", "muc-42-able-group": "no SDK heeds it", "muc-38-thread-update": "the notice of the thread says it",
	"combine-type8": "a combination is written as the SDKs write it", "roster-5-decline": "REMOTE_DECLINE says it",
	"statistic-group-ack": "group receipts are told one by one", "stream-single-chunk": "no client sends a stream", "notify-user-mute": "one value a notice",
	"txt-offline": "whether somebody is online is not told with a message", "txt-online": "whether somebody is online is not told with a message",
	"txt-with-body-meta": "translations are not offered; the rest of it is in notify-reaction, edit and thread tests",
	"kick-other-device":  "TestEndedSessionsAreToldWhy", "kick-forced": "TestEndedSessionsAreToldWhy", "kick-password": "TestEndedSessionsAreToldWhy",
	"kick-removed": "TestEndedSessionsAreToldWhy",
}

// told by one's own other device, so of oneself and not of another.
var byOneself = []string{"muc-00-create", "muc-33-thread-create", "muc-34-thread-destroy", "muc-35-thread-join", "muc-36-thread-leave", "roster-6-ban", "roster-7-allow"}

// withoutReason are the cases in which nobody can give a reason: no request of the SDKs has one.
var withoutReason = []string{"muc-13-allow", "muc-room-13-allow", "roster-3-remove", "roster-4-accept", "roster-6-ban", "roster-7-allow", "roster-8-remote-accept"}

// downlinks are the Metas of the constructed downlinks, by case.
func downlinks(t *testing.T) map[string]*webimwire.Meta {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("webimwire", "testdata", "frames", "dl.*.json"))
	if err != nil || len(paths) < 90 {
		t.Fatalf("%d downlinks, %v", len(paths), err)
	}
	all := map[string]*webimwire.Meta{}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var f struct {
			Case  string
			Frame []byte `json:"frame_base64"`
		}
		if err := json.Unmarshal(b, &f); err != nil {
			t.Fatal(err)
		}
		down, err := webimwire.DecodeDown(f.Frame)
		if err != nil || len(down.Sync.GetMetas()) != 1 {
			t.Fatalf("%s: %v, %v", path, down, err)
		}
		all[f.Case] = down.Sync.GetMetas()[0]
	}
	return all
}

var (
	manyDigits = regexp.MustCompile(`^\d{3,}$`)
	hosts      = regexp.MustCompile(`^https?://.*`)
)

// plain writes a Meta as JSON without what differs from one gateway to another: ids, times, hosts and secrets of files.
func plain(t *testing.T, m *webimwire.Meta) string {
	t.Helper()
	body, err := webimwire.Body(m)
	if err != nil {
		t.Fatal(err)
	}
	inner := m.GetPayload()
	if body != nil {
		if inner, err = protojson.Marshal(body); err != nil {
			t.Fatal(err)
		}
	}
	outer, err := protojson.Marshal(&webimwire.Meta{From: m.GetFrom(), To: m.GetTo(), Ns: m.Ns, Ext: m.GetExt(), Meta: m.GetMeta()})
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal([]any{level(t, outer), level(t, inner)})
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(b), "dragoman#chat", "org#app")
}

func level(t *testing.T, text []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return leveled(t, v)
}

// sorted puts a list of named values in order of name.
func sorted(v any) any {
	if list, ok := v.([]any); ok {
		slices.SortFunc(list, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	}
	return v
}

func leveled(t *testing.T, v any) any {
	switch v := v.(type) {
	case map[string]any:
		flat := map[string]any{}
		for key, x := range v {
			if manyDigits.MatchString(key) {
				key = "N"
			}
			switch key {
			case "mucMemberCount", "message_count":
				flat[key] = "n"
			case "secretKey", "thumbnailSecretKey", "thumbnailRemotePath", "clientResource", "res", "editScope":
			case "mucName":
				flat[key] = strings.Replace(fmt.Sprint(x), "new name", "team", 1) // as it was before, or is afterwards
			case "status":
				flat[key] = slices.Collect(maps.Values(leveled(t, x).(map[string]any)))
			case "N":
				flat[key] = "n" // how many have read a message
			case "ext":
				flat[key] = sorted(leveled(t, x))
			default:
				flat[key] = leveled(t, x)
			}
		}
		return flat
	case []any:
		for i, x := range v {
			v[i] = leveled(t, x)
		}
		return v
	case float64:
		if v > 1e9 {
			return "N"
		}
		return v
	case string:
		switch {
		case manyDigits.MatchString(v):
			return "N"
		case hosts.MatchString(v):
			return "URL"
		case strings.HasPrefix(v, "{"):
			return level(t, []byte(v))
		case strings.HasPrefix(v, "org#app_"), strings.HasPrefix(v, "dragoman#chat_"):
			v, _, _ = strings.Cut(v, "/")
			return regexp.MustCompile(`_\d+@`).ReplaceAllString(v, "_N@")
		}
		return v
	}
	return v
}

// Every constructed downlink that the real SDKs were fed, and that this gateway can send, is sent in a conversation of
// real sessions, and is the same but for ids, times and files.
func TestConstructedDownlinksAreProduced(t *testing.T) {
	g := newGateway(t, "")
	all := downlinks(t)
	wanted := map[string]string{} // by name
	for name := range all {
		if _, known := notProduced[name]; known {
			continue
		}
		want := plain(t, all[name])
		if slices.Contains(byOneself, name) {
			want = strings.ReplaceAll(want, `"bo"`, `"al"`)
		}
		if slices.Contains(withoutReason, name) {
			want = regexp.MustCompile(`"reason":"[^"]*",`).ReplaceAllString(want, "")
		}
		if name == "muc-17-presence-members" { // who came stands as who did it
			want = strings.Replace(want, `"from":{"appKey":"org#app","domain":"easemob.com","name":"bo"},"isChatroom"`, `"from":{"appKey":"org#app","domain":"easemob.com","name":"u1"},"isChatroom"`, 1)
		}
		if name == "roster-6-ban" || name == "roster-7-allow" { // whom it is about is the other
			want = regexp.MustCompile(`("to":\[?{"appKey":"org#app","domain":"easemob.com","name":)"al"`).ReplaceAllString(want, `$1"bo"`)
		}
		wanted[name] = want
	}
	al := playDownlinks(t, g, all)
	heard := map[string]bool{}
	read := 0
	for late := time.After(patience); ; {
		al.mu.Lock()
		fresh := al.heard[read:]
		al.mu.Unlock()
		for _, m := range fresh {
			heard[plain(t, m)] = true
		}
		read += len(fresh)
		maps.DeleteFunc(wanted, func(_, want string) bool { return heard[want] })
		if len(wanted) == 0 {
			return
		}
		select {
		case <-al.arrived:
			continue
		case <-late:
		}
		break
	}
	for name, want := range wanted {
		t.Errorf("%s is not heard:\n%s", name, want)
		near := slices.Collect(maps.Keys(heard))
		slices.SortFunc(near, func(a, b string) int { return cmp.Compare(likeness(b, want), likeness(a, want)) })
		t.Logf("nearest: %s", near[0])
	}
}

// likeness is how much of two texts is the same from both ends.
func likeness(a, b string) float64 {
	n := min(len(a), len(b))
	front, back := 0, 0
	for front < n && a[front] == b[front] {
		front++
	}
	for back < n-front && a[len(a)-1-back] == b[len(b)-1-back] {
		back++
	}
	return float64(2*(front+back)) / float64(len(a)+len(b))
}

// playDownlinks has bo, on dev1, do all that al hears of in the fixtures, and returns al's device me, which hears it.
func playDownlinks(t *testing.T, g *gateway, all map[string]*webimwire.Meta) *client {
	t.Helper()
	bo, al, other := g.dial("bo", "dev1"), g.dial("al", "me"), g.dial("al", "dev9")
	for _, name := range []string{"u1", "u2"} {
		g.user(name)
	}
	boToken, alToken := g.user("bo"), g.user("al")
	// A notice tells things as they stand when it is written: what has happened is heard before the next happens.
	pacer, paces := g.dial("pacer", "p"), 0
	pace := func() {
		t.Helper()
		paces++
		text := fmt.Sprint("pace ", paces)
		pacer.ok(pacer.send(say(webimwire.MessageBody_CHAT, "al", text)))
		al.until(text, func() bool { return slices.Contains(al.texts(), text) })
		al.idle()
	}
	byBo := func(method, path, body string) any {
		t.Helper()
		pace()
		return g.rest(method, withResource(path, "dev1"), boToken, body)
	}
	byAl := func(method, path, body string) any {
		t.Helper()
		pace()
		return g.rest(method, withResource(path, "dev9"), alToken, body)
	}

	// What is said. Each is sent as it shall arrive.
	send := func(c *client, name, to string, grouped bool) chat.EventID {
		t.Helper()
		sent := all[name]
		body, err := webimwire.Body(sent)
		if err != nil {
			t.Fatal(err)
		}
		m := chatMeta(to, grouped, body.(*webimwire.MessageBody))
		m.Ext = sent.GetExt()
		if resource := sent.GetTo().GetClientResource(); resource != "" {
			m.To.ClientResource = &resource
		}
		return c.ok(c.send(m))
	}
	for _, name := range []string{"audio", "cmd", "combine-subtype", "custom", "file", "img", "img-gif", "loc", "video"} {
		send(bo, name, "al", false)
	}
	send(bo, "txt-single", "al", false)
	send(other, "txt-carbon-copy", "bo", false)
	send(other, "txt-from-own-device", "al", false)
	ofAl := al.ok(al.send(say(webimwire.MessageBody_CHAT, "bo", "to be acknowledged")))
	ack := func(kind webimwire.MessageBody_Type, to string, grouped bool, id chat.EventID, more func(*webimwire.MessageBody)) {
		t.Helper()
		body := &webimwire.MessageBody{Type: &kind, Contents: []*webimwire.MessageBody_Content{{}}}
		if id != 0 {
			body.AckMessageId = new(uint64(id))
		}
		if more != nil {
			more(body)
		}
		bo.ok(bo.send(chatMeta(to, grouped, body)))
	}
	ack(webimwire.MessageBody_DELIVER_ACK, "al", false, ofAl, nil)
	al.ok(al.send(say(webimwire.MessageBody_CHAT, "bo", "so that the receipt is not of all")))
	ack(webimwire.MessageBody_READ_ACK, "al", false, ofAl, nil)
	ack(webimwire.MessageBody_CHANNEL_ACK, "al", false, 0, nil)
	id := bo.ok(bo.send(say(webimwire.MessageBody_CHAT, "al", "v1")))
	edit := webimwire.MessageBody_EDIT
	bo.ok(bo.send(chatMeta("al", false, &webimwire.MessageBody{
		Type: &edit, EditMessageId: new(uint64(id)), EditScope: webimwire.MessageBody_BODY.Enum(),
		Contents: []*webimwire.MessageBody_Content{{Type: webimwire.MessageBody_Content_TEXT.Enum(), Text: new("v2")}},
	})))
	byBo("POST", "/reaction/user/bo", fmt.Sprintf(`{"msgId":%q,"message":"like"}`, id))
	byBo("POST", "/sdk/user/bo/user_channel/pin", fmt.Sprintf(`{"to":"al","type":"chat","pin_msg_id":%q}`, id))
	recalled := bo.ok(bo.send(say(webimwire.MessageBody_CHAT, "al", "oops")))
	recall := webimwire.MessageBody_RECALL
	m := chatMeta("al", false, &webimwire.MessageBody{Type: &recall, AckMessageId: new(uint64(recalled)), Contents: []*webimwire.MessageBody_Content{{}}})
	m.Ext = all["recall"].GetExt()
	bo.ok(bo.send(m))

	playGroup(t, g, all, bo, al, other, byBo, byAl, send, ack)
	playRoom(t, g, bo, al, byBo)
	playPeople(bo, al, byBo, byAl)

	return al
}

func withResource(path, resource string) string {
	mark := "?"
	if strings.Contains(path, "?") {
		mark = "&"
	}
	return path + mark + "resource=" + resource
}

type (
	asks  func(method, path, body string) any
	sends func(c *client, name, to string, grouped bool) chat.EventID
	acks  func(kind webimwire.MessageBody_Type, to string, grouped bool, id chat.EventID, more func(*webimwire.MessageBody))
)

// playGroup is all about groups and threads. bo owns the group.
func playGroup(t *testing.T, g *gateway, all map[string]*webimwire.Meta, bo, al, other *client, byBo, byAl asks, send sends, ack acks) {
	t.Helper()
	made := func(data any, key string) string { return data.(map[string]any)[key].(string) }
	byAl("POST", "/chatgroups", `{"owner":"al","groupname":"team","public":true}`) // al's other device hears CREATE
	group := made(byBo("POST", "/chatgroups", `{"owner":"bo","groupname":"team","public":true,"approval":true,"members":[]}`), "groupid")
	at := "/chatgroups/" + group
	// Joining: by invitation, by application, at once.
	byBo("PUT", at, `{"invite_need_confirm":true}`)
	byBo("POST", at+"/invite", `{"usernames":["al"]}`)
	byAl("POST", at+"/invite_verify", `{"invitee":"al","verifyResult":false}`)
	byAl("POST", at+"/apply", `{"message":"please"}`)
	byBo("POST", at+"/apply_verify", `{"applicant":"al","verifyResult":false,"reason":"no"}`)
	byAl("POST", at+"/apply", `{"message":"please"}`)
	byBo("POST", at+"/apply_verify", `{"applicant":"al","verifyResult":true}`)
	byBo("DELETE", at+"/users/al", "")
	byBo("POST", at+"/blocks/users/al", "")
	byBo("DELETE", at+"/blocks/users/al", "")
	byBo("PUT", at, `{"invite_need_confirm":false}`)
	byBo("POST", at+"/invite", `{"usernames":["al"]}`)
	// Of al's own group, bo is who asks.
	mine := made(byAl("POST", "/chatgroups", `{"owner":"al","groupname":"team","public":true,"approval":true,"invite_need_confirm":true}`), "groupid")
	byBo("POST", "/chatgroups/"+mine+"/apply", `{"message":"please"}`)
	byAl("POST", "/chatgroups/"+mine+"/apply_verify", `{"applicant":"bo","verifyResult":false}`)
	byAl("POST", "/chatgroups/"+mine+"/invite", `{"usernames":["bo"]}`)
	byBo("POST", "/chatgroups/"+mine+"/invite_verify", `{"invitee":"bo","verifyResult":false}`)
	byAl("POST", "/chatgroups/"+mine+"/invite", `{"usernames":["bo"]}`)
	byBo("POST", "/chatgroups/"+mine+"/invite_verify", `{"invitee":"bo","verifyResult":true}`)
	byBo("DELETE", "/chatgroups/"+mine+"/quit", "")

	txt := send(bo, "txt-group", group, true)
	ofAl := al.ok(al.send(chatMeta(group, true, &webimwire.MessageBody{
		Type: webimwire.MessageBody_GROUPCHAT.Enum(), MsgConfig: &webimwire.MessageBody_MessageConfig{AllowGroupAck: new(true)},
		Contents: []*webimwire.MessageBody_Content{{Type: webimwire.MessageBody_Content_TEXT.Enum(), Text: new("who reads this?")}},
	})))
	ack(webimwire.MessageBody_READ_ACK, group, true, ofAl, func(b *webimwire.MessageBody) {
		b.MsgConfig, b.AckContent = &webimwire.MessageBody_MessageConfig{AllowGroupAck: new(true)}, new("seen")
	})
	byBo("POST", "/sdk/user/bo/user_channel/pin", fmt.Sprintf(`{"to":%q,"type":"groupchat","pin_msg_id":%q}`, group, txt))
	byBo("DELETE", "/sdk/user/bo/user_channel/pin", fmt.Sprintf(`{"to":%q,"type":"groupchat","pin_msg_id":%q}`, group, txt))

	byBo("POST", at+"/admin", `{"newadmin":"al"}`)
	byBo("DELETE", at+"/admin/al", "")
	playStanding(byBo, at)
	byBo("PUT", at, `{"groupname":"new name","description":"d","public":true,"membersonly":false,"allowinvites":true,"maxusers":200,"invite_need_confirm":false,"custom":"c"}`)
	byBo("PUT", at, `{"groupname":"team"}`)
	status, m := g.post("/dragoman/chat"+at+"/share_files", g.user("bo"), "f.txt", "text/plain", []byte("x"), true)
	if status != 200 {
		t.Fatal(m)
	}
	byBo("DELETE", at+"/share_files/"+m["data"].(map[string]any)["file_id"].(string), "")
	byBo("PUT", "/metadata/chatgroup/"+group+"/user/bo", `{"metaData":{"k":"v"}}`)
	g.rest("POST", at+"/users", appToken(g), `{"usernames":["u1","u2"]}`)

	// Threads: bo's, which al hears of; and al's other device's.
	thread := made(byBo("POST", "/thread", fmt.Sprintf(`{"name":"th","msg_id":%q,"group_id":%q,"owner":"bo"}`, txt, group)), "thread_id")
	byAl("POST", "/thread/"+thread+"/user/al/join", "")
	byAl("DELETE", "/thread/"+thread+"/user/al/quit", "")
	byAl("POST", "/thread/"+thread+"/user/al/join", "")
	bo.ok(bo.send(say(webimwire.MessageBody_GROUPCHAT, thread, "t")))
	byBo("PUT", "/thread/"+thread, `{"name":"th2"}`)
	byBo("PUT", "/thread/"+thread, `{"name":"th"}`)
	byBo("DELETE", "/thread/"+thread+"/users/al", "")
	byBo("DELETE", "/thread/"+thread, "")
	own := made(byAl("POST", "/thread", fmt.Sprintf(`{"name":"th","msg_id":%q,"group_id":%q,"owner":"al"}`, ofAl, group)), "thread_id")
	byAl("DELETE", "/thread/"+own, "")

	g.rest("POST", "/chatgroups/"+mine+"/users", appToken(g), `{"usernames":["bo"]}`)
	byAl("PUT", "/chatgroups/"+mine, `{"newowner":"bo"}`)
	byBo("PUT", "/chatgroups/"+mine, `{"newowner":"al"}`)
	byBo("DELETE", at, "")
}

// playStanding is what an owner lets al do, and tells all.
func playStanding(byBo asks, at string) {
	byBo("POST", at+"/mute", `{"usernames":["al"],"mute_duration":600000}`)
	byBo("DELETE", at+"/mute/al", "")
	byBo("POST", at+"/white/users", `{"usernames":["al"]}`)
	byBo("DELETE", at+"/white/users/al", "")
	byBo("POST", at+"/ban", "")
	byBo("DELETE", at+"/ban", "")
	byBo("POST", at+"/announcement", `{"announcement":"announcement text"}`)
	byBo("POST", at+"/announcement", `{"announcement":""}`)
}

// playRoom is all about chat rooms. bo owns the room.
func playRoom(t *testing.T, g *gateway, bo, al *client, byBo asks) {
	t.Helper()
	room := byBo("POST", "/chatrooms", `{"owner":"bo","name":"team","description":"d","maxusers":100}`).(map[string]any)["id"].(string)
	at := "/chatrooms/" + room
	enter := func(c *client) { t.Helper(); c.ok(c.send(roomRequest(webimwire.MUCBody_JOIN, room))) }
	enter(al)
	enter(bo)
	g.rest("POST", "/messages/chatrooms/broadcast", appToken(g), `{"from":"bo","msg":{"type":"txt","msg":"hi room"},"chatroom_msg_level":"high"}`)
	byBo("POST", at+"/admin", `{"newadmin":"al"}`)
	byBo("DELETE", at+"/admin/al", "")
	playStanding(byBo, at)
	byBo("PUT", at, `{"name":"new name","description":"d","public":true,"membersonly":false,"allowinvites":true,"maxusers":200,"invite_need_confirm":false,"custom":"c"}`)
	byBo("PUT", at, `{"name":"team"}`)
	byBo("PUT", "/metadata/chatroom/"+room+"/user/bo", `{"metaData":{"k":"v"}}`)
	byBo("DELETE", "/metadata/chatroom/"+room+"/user/bo", `{"keys":["k"]}`)
	status, m := g.post("/dragoman/chat"+at+"/share_files", g.user("bo"), "f.txt", "text/plain", []byte("x"), true)
	if status != 200 {
		t.Fatal(m)
	}
	byBo("DELETE", at+"/share_files/"+m["data"].(map[string]any)["file_id"].(string), "")
	bo.ok(bo.send(roomRequest(webimwire.MUCBody_LEAVE, room)))
	byBo("DELETE", at+"/users/al", "")
	byBo("POST", at+"/blocks/users/al", "")
	byBo("DELETE", at+"/blocks/users/al", "")
	enter(al)
	byBo("DELETE", at, "")
}

// playPeople is about contacts, presence, and what al does on his other device.
func playPeople(bo, al *client, byBo, byAl asks) {
	byAl("POST", "/users/al/presence/600", `{"usernames":["bo"]}`)
	byBo("POST", "/users/bo/presence/dev1/1", `{"ext":"busy"}`)
	roster := func(op webimwire.RosterBody_Operation) {
		payload, err := webimwire.Pack(&webimwire.RosterBody{Operation: &op, To: []*webimwire.JID{webimwire.UserJID("dragoman#chat", "al", "")}, Reason: new("hello")})
		if err != nil {
			panic(err) // in a test: such a body always encodes
		}
		bo.ok(bo.send(&webimwire.Meta{To: webimwire.UserJID("dragoman#chat", "al", ""), Ns: webimwire.Meta_ROSTER.Enum(), Payload: payload}))
	}
	byAl("POST", "/users/al/contacts/apply", `{"usernames":["bo"]}`)
	roster(webimwire.RosterBody_DECLINE)
	byAl("POST", "/users/al/contacts/apply", `{"usernames":["bo"]}`)
	roster(webimwire.RosterBody_ACCEPT)
	al.until("a new contact", func() bool { // before he is none again
		return slices.ContainsFunc(bodies[*webimwire.RosterBody](al), func(b *webimwire.RosterBody) bool { return b.GetOperation() == webimwire.RosterBody_ACCEPT })
	})
	roster(webimwire.RosterBody_REMOVE)
	roster(webimwire.RosterBody_ADD)
	byAl("POST", "/sdk/user/al/user_channel/top", `{"type":"chat","to":"bo"}`)
	byAl("POST", "/sdk/user/al/user_channels/mark", `{"mark":"mark_1","targets":[{"to":"bo","type":"chat"}]}`)
	byAl("DELETE", "/user/al/user_channel", `{"channel":"bo","type":"chat","delete_roam":false}`)
	byAl("DELETE", fmt.Sprintf("/sdk/message/roaming/chat/user/al/time?userId=bo&delTime=%d", time.Now().Add(time.Minute).UnixMilli()), "")
	byAl("POST", "/sdk/user/al/blocks", `{"usernames":["bo"]}`)
	byAl("DELETE", "/sdk/user/al/blocks", `{"usernames":["bo"]}`)
}

// appToken is the app's server's own.
func appToken(g *gateway) string {
	g.t.Helper()
	token, _, err := g.book.IssueAppToken(time.Hour)
	if err != nil {
		g.t.Fatal(err)
	}
	return token
}

package webim

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/protocols/webim/webimwire"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("net/http.(*persistConn).readLoop"), goleak.IgnoreTopFunction("net/http.(*persistConn).writeLoop"))
}

func TestTextsReachPeerAndGroupOnceAndInOrder(t *testing.T) {
	g := newGateway(t, "")
	alice, bob := g.dial("alice", "web1"), g.dial("bob", "web1", asOld)
	group := g.group("alice", "bob")
	var want []string
	for i := range 20 {
		want = append(want, fmt.Sprint("peer ", i))
		alice.ok(alice.send(say(webimwire.MessageBody_CHAT, "bob", want[len(want)-1])))
	}
	for i := range 20 {
		want = append(want, fmt.Sprint("group ", i))
		alice.ok(alice.send(say(webimwire.MessageBody_GROUPCHAT, group, want[len(want)-1])))
	}
	bob.untilTexts(40)
	bob.idle()
	got := bob.texts()
	slices.SortStableFunc(got, func(a, b string) int { return strings.Compare(b[:4], a[:4]) }) // queues overtake each other
	if !slices.Equal(got, want) {
		t.Errorf("bob heard %q", got)
	}
	if heard := alice.texts(); len(heard) > 0 {
		t.Errorf("alice's device heard itself: %q", heard)
	}
}

// Another device of the sender hears what he said, as his.
func TestSentMessagesReachOtherOwnDevices(t *testing.T) {
	g := newGateway(t, "")
	g.user("bob")
	first, second := g.dial("alice", "web1"), g.dial("alice", "web2")
	first.ok(first.send(say(webimwire.MessageBody_CHAT, "bob", "hi")))
	second.untilTexts(1)
	m := second.heard[len(second.heard)-1]
	if m.GetFrom().GetName() != "alice" || m.GetFrom().GetClientResource() != "web1" || m.GetTo().GetName() != "bob" {
		t.Errorf("heard from %v to %v", m.GetFrom(), m.GetTo())
	}
}

// A user comes back to a thousand messages in fifty conversations: each once, each
// conversation in order, to the device he had and to one nobody has seen.
func TestOfflineMessagesArePulledOnceAndInOrder(t *testing.T) {
	g := newGateway(t, "")
	known := g.dial("bob", "known")
	known.idle()
	known.drop()
	const convs, each = 50, 20
	want := map[string][]string{}
	for i := range convs {
		sender := chat.UserID(fmt.Sprint("sender", i))
		g.user(string(sender))
		for k := range each {
			text := fmt.Sprintf("%d from %s", k, sender)
			want[string(sender)] = append(want[string(sender)], text)
			_, err := g.router.Submit(t.Context(), bridge.Actor{User: sender, Source: chat.Server},
				chat.Draft{Conv: chat.Peer(sender, "bob"), Body: chat.Message{Content: chat.Text{Text: text}}})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	check := func(c *client) {
		t.Helper()
		c.untilTexts(convs * each)
		c.idle()
		got := map[string][]string{}
		for _, m := range c.heard {
			body, err := webimwire.Body(m)
			if err != nil {
				t.Fatal(err)
			}
			got[m.GetFrom().GetName()] = append(got[m.GetFrom().GetName()], body.(*webimwire.MessageBody).GetContents()[0].GetText())
		}
		for sender, texts := range want {
			if !slices.Equal(got[sender], texts) {
				t.Errorf("from %s: %q", sender, got[sender])
			}
		}
	}
	fresh := g.dial("bob", "fresh")
	unread := <-fresh.unread
	if len(unread.GetUnread()) != convs || unread.GetUnread()[0].GetN() != each {
		t.Errorf("%d queues, the first with %d", len(unread.GetUnread()), unread.GetUnread()[0].GetN())
	}
	check(fresh)
	check(g.dial("bob", "known"))
	later := g.dial("bob", "fresh")
	later.idle()
	if texts := later.texts(); len(texts) > 0 {
		t.Errorf("told again: %d texts", len(texts))
	}
}

// A batch that was not acknowledged comes again; one that was does not.
func TestUnacknowledgedBatchComesAgain(t *testing.T) {
	g := newGateway(t, "")
	alice := g.dial("alice", "web1")
	bob := g.dial("bob", "web1", lazy)
	alice.ok(alice.send(say(webimwire.MessageBody_CHAT, "bob", "one")))
	bob.untilTexts(1)
	bob.drop()
	_ = bob.ended()
	bob = g.dial("bob", "web1")
	bob.untilTexts(1)
	bob.idle()
	bob.drop()
	_ = bob.ended()
	alice.ok(alice.send(say(webimwire.MessageBody_CHAT, "bob", "two")))
	bob = g.dial("bob", "web1")
	bob.untilTexts(1)
	bob.idle()
	if got := bob.texts(); !slices.Equal(got, []string{"two"}) {
		t.Errorf("heard %q", got)
	}
}

// What comes while a batch is under way is in the next one, not in a push of its own.
func TestMessagesDuringACycleWaitForIt(t *testing.T) {
	g := newGateway(t, "")
	alice := g.dial("alice", "web1")
	bob := g.dial("bob", "web1", lazy)
	<-bob.unread
	for i := range 5 {
		alice.ok(alice.send(say(webimwire.MessageBody_CHAT, "bob", fmt.Sprint(i))))
		bob.untilTexts(1)
	}
	bob.write(webimwire.Up{Envelope: &webimwire.MSync{Command: webimwire.MSync_UNREAD.Enum()}})
	<-bob.unread
	if got := bob.texts(); len(got) != 1 {
		t.Fatalf("before the acknowledgement: %q", got)
	}
	bob.lazy = false
	bob.pull(webimwire.UserJID("dragoman#chat", "alice", ""), 0) // no key: all that is unacknowledged again
	bob.untilTexts(6)
	bob.idle()
	if got := bob.texts(); !slices.Equal(got, []string{"0", "0", "1", "2", "3", "4"}) {
		t.Errorf("heard %q", got)
	}
}

// A client that lost its place is told in the answer to its heartbeat.
func TestStuckQueueIsNamedAgain(t *testing.T) {
	g := newGateway(t, "")
	alice := g.dial("alice", "web1")
	bob := g.dial("bob", "web1", lazy)
	<-bob.unread
	alice.ok(alice.send(say(webimwire.MessageBody_CHAT, "bob", "one")))
	bob.untilTexts(1)
	g.ahead.Store(int64(time.Minute))
	bob.write(webimwire.Up{Envelope: &webimwire.MSync{Command: webimwire.MSync_UNREAD.Enum()}})
	if unread := <-bob.unread; len(unread.GetUnread()) != 1 || unread.GetUnread()[0].GetQueue().GetName() != "alice" {
		t.Errorf("unread: %v", unread)
	}
}

func TestLoginRefusalsInTheWordsOfTheSDKs(t *testing.T) {
	g := newGateway(t, "")
	good := g.user("alice")
	g.user("bob")
	expired, _, err := g.book.IssueToken(t.Context(), "alice", time.Nanosecond)
	if err != nil {
		t.Fatal(err)
	}
	disabled := g.user("carol")
	if err := g.book.SetDisabled(t.Context(), "carol", true); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Until(time.Now().Truncate(time.Second).Add(1100 * time.Millisecond))) // tokens count whole seconds
	for name, c := range map[string]struct {
		user, token string
		code        webimwire.Status_ErrorCode
		reason      string
	}{
		"no token":      {"alice", "", webimwire.Status_FAIL, "Sorry, token or password does not match login info"},
		"garbage":       {"alice", "garbage", webimwire.Status_FAIL, "Sorry, token or password does not match login info"},
		"expired":       {"alice", expired, webimwire.Status_FAIL, "Sorry, token expired"},
		"other's token": {"bob", good, webimwire.Status_FAIL, "Sorry, token or password does not match login info"},
		"unknown user":  {"nobody", good, webimwire.Status_FAIL, "Sorry, user not found"},
		"disabled":      {"carol", disabled, webimwire.Status_IM_FORBIDDEN, "Sorry, user is forbidden"},
	} {
		conn := g.connect(c.user, "web1")
		status := conn.login(c.token).GetStatus()
		if status.GetErrorCode() != c.code || status.GetReason() != c.reason {
			t.Errorf("%s: %v", name, status)
		}
		if _, err := conn.read(); err == nil {
			t.Errorf("%s: the connection stays", name)
		}
	}
}

func TestRefusalsInTheWordsOfTheSDKs(t *testing.T) {
	g := newGateway(t, "max_message: 2000")
	alice, bob := g.dial("alice", "web1"), g.dial("bob", "web1")
	group := g.group("carol", "dave")
	block := chat.Draft{Conv: chat.Peer("alice", "bob"), Body: chat.Block{On: true}}
	if _, err := g.router.Submit(t.Context(), bridge.Actor{User: "bob"}, block); err != nil {
		t.Fatal(err)
	}
	directed := say(webimwire.MessageBody_GROUPCHAT, group, "x")
	directed.Routetype = webimwire.Meta_ROUTE_DIRECT.Enum()
	for i := range 21 {
		directed.DirectedUsers = append(directed.DirectedUsers, fmt.Sprint("user", i))
	}
	ack := func(kind webimwire.MessageBody_Type, to string, id uint64) *webimwire.Meta {
		return chatMeta(to, false, &webimwire.MessageBody{Type: &kind, Contents: []*webimwire.MessageBody_Content{{}}, AckMessageId: &id})
	}
	for name, c := range map[string]struct {
		meta   *webimwire.Meta
		code   webimwire.Status_ErrorCode
		reason string
	}{
		"blocked":        {say(webimwire.MessageBody_CHAT, "bob", "x"), webimwire.Status_FAIL, "blocked"},
		"no such group":  {say(webimwire.MessageBody_GROUPCHAT, "404", "x"), webimwire.Status_FAIL, "group not found"},
		"not a member":   {say(webimwire.MessageBody_GROUPCHAT, group, "x"), webimwire.Status_FAIL, "not in group or chatroom"},
		"too large":      {say(webimwire.MessageBody_CHAT, "bob", strings.Repeat("x", 3000)), webimwire.Status_PERMISSION_DENIED, "Sorry, data is too large"},
		"too many":       {directed, webimwire.Status_FAIL, "limit directed users"},
		"recall nothing": {ack(webimwire.MessageBody_RECALL, "bob", 77), webimwire.Status_FAIL, "Sorry, message does not exist"},
	} {
		status := alice.send(c.meta).GetStatus()
		if status.GetErrorCode() != c.code || status.GetReason() != c.reason {
			t.Errorf("%s: %v", name, status)
		}
	}
	// A receipt for what is not there is no failure: the SDKs send them by themselves.
	alice.ok(alice.send(ack(webimwire.MessageBody_DELIVER_ACK, "carol", 77)))
	if len(bob.texts()) > 0 {
		t.Error("bob heard a refused message")
	}
}

func TestRetryIsAnsweredAlikeAndHeardOnce(t *testing.T) {
	g := newGateway(t, "")
	alice, bob := g.dial("alice", "web1"), g.dial("bob", "web1")
	first := say(webimwire.MessageBody_CHAT, "bob", "once")
	id := alice.ok(alice.send(first))
	again := say(webimwire.MessageBody_CHAT, "bob", "once")
	again.Id = first.Id
	if other := alice.ok(alice.send(again)); other != id {
		t.Errorf("answered with %v, then %v", id, other)
	}
	alice.ok(alice.send(say(webimwire.MessageBody_CHAT, "bob", "after")))
	bob.untilTexts(2)
	bob.idle()
	if got := bob.texts(); !slices.Equal(got, []string{"once", "after"}) {
		t.Errorf("bob heard %q", got)
	}
}

// kicked waits for the word that a session is over, and for the close after it.
func kicked(t *testing.T, c *client) *webimwire.StatisticsBody {
	t.Helper()
	c.until("a kick", func() bool { return len(bodies[*webimwire.StatisticsBody](c)) > 0 })
	_ = c.ended()
	return bodies[*webimwire.StatisticsBody](c)[0]
}

func TestEndedSessionsAreToldWhy(t *testing.T) {
	g := newGateway(t, "")
	for kind, want := range map[bridge.CauseKind]webimwire.StatisticsBody_Operation{
		bridge.Kicked:          webimwire.StatisticsBody_USER_KICKED_BY_OTHER_DEVICE,
		bridge.PasswordChanged: webimwire.StatisticsBody_USER_KICKED_BY_CHANGE_PASSWORD,
		bridge.AccountDeleted:  webimwire.StatisticsBody_USER_REMOVED,
		bridge.Displaced:       webimwire.StatisticsBody_USER_LOGIN_ANOTHER_DEVICE,
	} {
		c := g.dial("alice", "web1")
		if n := g.router.End("alice", "", bridge.Cause{Kind: kind, Note: "note"}); n != 1 {
			t.Fatalf("%v: %d sessions ended", kind, n)
		}
		if got := kicked(t, c); got.GetOperation() != want || got.GetReason() != "note" {
			t.Errorf("%v: told %v", kind, got)
		}
	}
	// A bare close: the client shall come back.
	c := g.dial("alice", "web1")
	g.router.End("alice", "", bridge.Cause{Kind: bridge.TokenExpired})
	_ = c.ended()
	if got := bodies[*webimwire.StatisticsBody](c); len(got) > 0 {
		t.Errorf("told %v", got)
	}
}

// Two tabs of one browser are one device: the second ends the first for good, or
// they would take the connection from each other for ever.
func TestSameDeviceAgainEndsTheFirst(t *testing.T) {
	g := newGateway(t, "")
	first := g.dial("alice", "web1")
	second := g.dial("alice", "web1")
	if got := kicked(t, first); got.GetOperation() != webimwire.StatisticsBody_USER_LOGIN_ANOTHER_DEVICE {
		t.Errorf("told %v", got)
	}
	bob := g.dial("bob", "web1")
	bob.ok(bob.send(say(webimwire.MessageBody_CHAT, "alice", "hi")))
	second.untilTexts(1)
}

func TestOneDeviceTooManyEndsTheOldest(t *testing.T) {
	g := newGateway(t, "max_devices: 2")
	first, second := g.dial("alice", "web1"), g.dial("alice", "web2")
	third := g.dial("alice", "web3")
	if got := kicked(t, first); got.GetOperation() != webimwire.StatisticsBody_USER_LOGIN_ANOTHER_DEVICE {
		t.Errorf("told %v", got)
	}
	bob := g.dial("bob", "web1")
	bob.ok(bob.send(say(webimwire.MessageBody_CHAT, "alice", "hi")))
	second.untilTexts(1)
	third.untilTexts(1)
}

func TestShutdownClosesEverySession(t *testing.T) {
	g := newGateway(t, "")
	c, waiting := g.dial("alice", "web1"), g.connect("bob", "web1")
	done := make(chan struct{})
	go func() {
		g.stop()
		close(done)
	}()
	if err := c.ended(); !websocket.IsCloseError(err, websocket.CloseGoingAway) {
		t.Errorf("closed with %v", err)
	}
	if _, err := waiting.read(); err == nil {
		t.Error("a connection without a login stays")
	}
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatal("Serve does not return")
	}
}

// Garbage ends its own session alone.
func TestGarbageEndsItsOwnSessionAlone(t *testing.T) {
	g := newGateway(t, "")
	alice, bob := g.dial("alice", "web1"), g.dial("bob", "web1")
	for _, garbage := range [][]byte{{0xff, 0xff}, []byte("GET / HTTP/1.1\r\n"), {}} {
		c := g.dial("mallory", "web1")
		if err := c.conn.WriteMessage(websocket.BinaryMessage, garbage); err != nil {
			t.Fatal(err)
		}
		if len(garbage) > 0 {
			_ = c.ended()
		}
		early := g.connect("mallory", "web2")
		if err := early.conn.WriteMessage(websocket.BinaryMessage, garbage); err != nil {
			t.Fatal(err)
		}
	}
	alice.ok(alice.send(say(webimwire.MessageBody_CHAT, "bob", "still here")))
	bob.untilTexts(1)
}

// A client that reads nothing harms nobody else, and loses nothing.
func TestSlowReaderLosesNothing(t *testing.T) {
	g := newGateway(t, "")
	alice := g.dial("alice", "web1")
	slow := g.connect("bob", "slow")
	if p := slow.login(g.user("bob")); p.GetStatus().GetErrorCode() != webimwire.Status_OK {
		t.Fatal(p)
	}
	quick := g.dial("bob", "quick")
	const n = 300
	for i := range n {
		alice.ok(alice.send(say(webimwire.MessageBody_CHAT, "bob", fmt.Sprintf("%d %s", i, strings.Repeat("x", 4000)))))
	}
	quick.untilTexts(n)
	slow.listen()
	slow.untilTexts(n)
	slow.idle()
	for i, text := range slow.texts() {
		if !strings.HasPrefix(text, fmt.Sprint(i, " ")) {
			t.Fatalf("text %d is %.10q", i, text)
		}
	}
}

func roomRequest(op webimwire.MUCBody_Operation, id string) *webimwire.Meta {
	payload, err := webimwire.Pack(&webimwire.MUCBody{MucId: webimwire.GroupJID("dragoman#chat", id), Operation: &op, IsChatroom: new(true)})
	if err != nil {
		panic(err) // in a test: it always encodes
	}
	return &webimwire.Meta{Ns: webimwire.Meta_MUC.Enum(), Payload: payload, To: webimwire.UserJID("dragoman#chat", "", "")}
}

func (g *gateway) room(owner chat.UserID) string {
	g.t.Helper()
	id := g.router.NewID()
	_, err := g.router.Submit(context.Background(), bridge.Actor{User: owner, Source: chat.Server},
		chat.Draft{Conv: chat.Room(id), Body: chat.Lifecycle{Created: true, Linger: -1}})
	if err != nil {
		g.t.Fatal(err)
	}
	return id
}

// A client that lost its connection is still in the room when it returns, and hears
// what was said meanwhile; nobody was told that it left.
func TestBrokenConnectionKeepsItsPlaceInARoom(t *testing.T) {
	g := newGateway(t, "")
	alice, bob := g.dial("alice", "web1"), g.dial("bob", "web1")
	room := g.room("alice")
	for _, c := range []*client{alice, bob} {
		if dl := c.send(roomRequest(webimwire.MUCBody_JOIN, room)); dl.GetStatus().GetErrorCode() != webimwire.Status_OK || len(dl.GetMetas()) != 1 {
			t.Fatalf("join: %v", dl)
		}
	}
	bob.drop()
	_ = bob.ended()
	for deadline := time.Now().Add(20 * time.Second); len(g.front.live.of("bob", "")) > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the gateway does not see that bob has gone") // until it does, what it writes to him is lost
		}
	}
	alice.ok(alice.send(say(webimwire.MessageBody_CHATROOM, room, "meanwhile")))
	bob = g.dial("bob", "web1")
	alice.ok(alice.send(say(webimwire.MessageBody_CHATROOM, room, "back")))
	bob.untilTexts(2)
	if got := bob.texts(); !slices.Equal(got, []string{"meanwhile", "back"}) {
		t.Errorf("heard %q", got)
	}
	for _, b := range bodies[*webimwire.MUCBody](alice) {
		if b.GetOperation() == webimwire.MUCBody_ABSENCE {
			t.Error("alice was told that bob left")
		}
	}
	bob.write(webimwire.Up{Envelope: &webimwire.MSync{Command: webimwire.MSync_LOGOUT.Enum()}, Logout: &webimwire.Logout{}})
	alice.until("the absence", func() bool {
		return slices.ContainsFunc(bodies[*webimwire.MUCBody](alice), func(b *webimwire.MUCBody) bool {
			return b.GetOperation() == webimwire.MUCBody_ABSENCE && b.GetFrom().GetName() == "bob"
		})
	})
}

func TestRoomThatIsNotThereIsRefusedByName(t *testing.T) {
	g := newGateway(t, "")
	alice := g.dial("alice", "web1")
	if got := alice.send(roomRequest(webimwire.MUCBody_JOIN, "999")).GetStatus().GetReason(); got != "grpID 999 does not exist!" {
		t.Errorf("reason %q", got)
	}
}

// Receipt, recall and edit by one user reach the other in the packets of each.
func TestReceiptsRecallsAndEditsTravel(t *testing.T) {
	g := newGateway(t, "")
	alice, bob, old := g.dial("alice", "web1"), g.dial("bob", "web1"), g.dial("bob", "old", asOld)
	id := alice.ok(alice.send(say(webimwire.MessageBody_CHAT, "bob", "draft")))
	bob.untilTexts(1)
	old.untilTexts(1)
	typed := func(kind webimwire.MessageBody_Type) func(c *client) func() bool {
		return func(c *client) func() bool {
			return func() bool {
				return slices.ContainsFunc(bodies[*webimwire.MessageBody](c), func(b *webimwire.MessageBody) bool {
					return b.GetType() == kind && (b.GetAckMessageId() == uint64(id) || b.GetEditMessageId() == uint64(id))
				})
			}
		}
	}
	read, recall, edit := webimwire.MessageBody_READ_ACK, webimwire.MessageBody_RECALL, webimwire.MessageBody_EDIT
	bob.ok(bob.send(chatMeta("alice", false, &webimwire.MessageBody{Type: &read, Contents: []*webimwire.MessageBody_Content{{}}, AckMessageId: new(uint64(id))})))
	alice.until("the receipt", typed(read)(alice))
	changed := &webimwire.MessageBody{Type: &edit, EditMessageId: new(uint64(id)), EditScope: webimwire.MessageBody_BODY.Enum(),
		Contents: []*webimwire.MessageBody_Content{{Type: webimwire.MessageBody_Content_TEXT.Enum(), Text: new("final")}}}
	dl := alice.send(chatMeta("bob", false, changed))
	alice.ok(dl)
	if len(dl.GetMetas()) != 1 || dl.GetMetas()[0].GetNs() != webimwire.Meta_NOTIFY {
		t.Errorf("answer to an edit: %v", dl)
	}
	bob.until("the edit", typed(edit)(bob))
	alice.ok(alice.send(chatMeta("bob", false, &webimwire.MessageBody{Type: &recall, Contents: []*webimwire.MessageBody_Content{{}}, AckMessageId: new(uint64(id))})))
	bob.until("the recall", typed(recall)(bob))
	old.until("the recall", typed(recall)(old))
	if typed(edit)(old)() {
		t.Error("a 3.x client was sent an edit")
	}
}

// Who was taken out of a group has no more to say in its threads, and none may be made there by strangers.
func TestThreadsAreForTheGroupAbove(t *testing.T) {
	g := newGateway(t, "")
	bob, carol := g.dial("bob", "web1"), g.dial("carol", "web1")
	group := g.group("alice", "bob", "carol")
	root := bob.ok(bob.send(say(webimwire.MessageBody_GROUPCHAT, group, "root")))
	made := g.rest("POST", "/thread", g.user("bob"), fmt.Sprintf(`{"name":"T","msg_id":"%d","group_id":%q,"owner":"bob"}`, root, group))
	thread := made.(map[string]any)["thread_id"].(string)
	g.rest("POST", "/thread/"+thread+"/user/carol/join", g.user("carol"), "")
	carol.ok(carol.send(say(webimwire.MessageBody_GROUPCHAT, thread, "in it")))
	g.rest("DELETE", "/chatgroups/"+group+"/users/carol", g.user("alice"), "")
	if s := carol.send(say(webimwire.MessageBody_GROUPCHAT, thread, "out of it")).GetStatus(); s.GetReason() != "not in group or chatroom" {
		t.Errorf("after a kick: %v", s)
	}
	secret := bob.ok(bob.send(say(webimwire.MessageBody_GROUPCHAT, thread, "now that she is gone")))
	g.rest("POST", "/sdk/user/bob/user_channel/pin", g.user("bob"), `{"type":"groupChat","to":"`+thread+`","pin_msg_id":"`+secret.String()+`"}`)
	bob.ok(bob.send(say(webimwire.MessageBody_CHAT, "carol", "hello")))
	carol.until("hello", func() bool { return slices.Contains(carol.texts(), "hello") })
	carol.idle()
	if texts := carol.texts(); slices.Contains(texts, "now that she is gone") {
		t.Errorf("she reads on: %q", texts)
	}
	if _, text := g.ask("POST", "/users/carol/messageroaming", g.user("carol"), `{"queue":"`+thread+`@conference.easemob.com"}`); strings.Contains(text, `"msg"`) {
		t.Errorf("she reads its history: %s", text)
	}
	if _, text := g.ask("GET", "/reaction/user/carol?msgIdList="+secret.String(), g.user("carol"), ""); strings.Contains(text, secret.String()) {
		t.Errorf("she reads its reactions: %s", text)
	}
	for method, path := range map[string]string{"POST": "/thread/message", "GET": "/sdk/user/carol/user_channel/pin?type=groupChat&to=" + thread} {
		if _, text := g.ask(method, path, g.user("carol"), `{"threadIds":["`+thread+`"]}`); strings.Contains(text, "now that she is gone") {
			t.Errorf("she reads by %s: %s", path, text)
		}
	}
	if r := g.do("POST", "/dragoman/chat/thread", g.user("mallory"), fmt.Sprintf(`{"name":"M","msg_id":"%d","group_id":%q,"owner":"mallory"}`, root, group)); r.StatusCode == 200 {
		t.Error("a stranger made a thread")
	}
}

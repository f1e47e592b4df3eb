package xmpp

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/gorilla/websocket"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

// transcript is what an SDK of before 2.0 and a server said to each other.
type transcript struct {
	Frames []struct{ Direction, XML string }
}

func readTranscript(t *testing.T, name string) transcript {
	t.Helper()
	var tr transcript
	if err := json.Unmarshal(must(os.ReadFile("testdata/classic/"+name+".json")), &tr); err != nil {
		t.Fatal(err)
	}
	return tr
}

// classicPeer is a client of the dialect that plays what an SDK said.
type classicPeer struct {
	t    *testing.T
	conn *websocket.Conn
}

func (s *server) dialClassic(t *testing.T) *classicPeer {
	t.Helper()
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	s.Mount(engine)
	web := httptest.NewServer(engine)
	t.Cleanup(web.Close)
	dialer := websocket.Dialer{Subprotocols: []string{"xmpp"}}
	conn, answer, err := dialer.Dial("ws"+strings.TrimPrefix(web.URL, "http")+"/ws/", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	t.Cleanup(func() { _ = conn.Close() })
	return &classicPeer{t, conn}
}

func (p *classicPeer) write(text string) {
	p.t.Helper()
	if err := p.conn.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		p.t.Fatal(err)
	}
}

func (p *classicPeer) next() *xmppwire.Element {
	p.t.Helper()
	_ = p.conn.SetReadDeadline(time.Now().Add(patience))
	_, b, err := p.conn.ReadMessage()
	if err != nil {
		p.t.Fatal(err)
	}
	return must(xmppwire.Parse(b))
}

// login plays the login that an SDK of that version made, with a token of u's.
func (p *classicPeer) login(s *server, version string, u chat.UserID) {
	p.t.Helper()
	token, _, err := s.Accounts.IssueToken(context.Background(), u, time.Hour)
	if err != nil {
		p.t.Fatal(err)
	}
	name := "org#app_" + string(u)
	auth := base64.StdEncoding.EncodeToString([]byte(name + "@easemob.com\x00" + name + "\x00$t$" + token))
	for _, frame := range readTranscript(p.t, version+".xmpp-login").Frames {
		if frame.Direction == "client-to-server" {
			text := frame.XML
			if i := strings.Index(text, "mechanism='PLAIN'>"); i >= 0 {
				text = text[:i] + "mechanism='PLAIN'>" + auth + "</auth>"
			}
			p.write(strings.ReplaceAll(strings.ReplaceAll(text, "org#app_uxa68r8pp", name), "org#app_uxb68r8pp", name))
			continue
		}
		want, got := must(xmppwire.Parse([]byte(frame.XML))), p.next()
		if got.Space != want.Space || got.Local != want.Local || got.Attr("type") != want.Attr("type") || got.Attr("id") != want.Attr("id") && want.Local == "iq" {
			p.t.Fatalf("%s, where the transcript has %s", got, want)
		}
		if jid := got.Child(nsBind, "bind").ChildText(nsBind, "jid"); want.Local == "iq" && want.First() != nil && !strings.HasPrefix(jid, name+"@easemob.com/webim") {
			p.t.Fatalf("bound as %q", jid)
		}
	}
}

func TestClassicClientsLogInAndTalkAsTheyDid(t *testing.T) {
	s := newServer(t, "")
	alice, bob := s.dialClassic(t), s.dialClassic(t)
	alice.login(s, "1415", "alice")
	bob.login(s, "1111", "bob")
	names := strings.NewReplacer("uxa68r8pp", "alice", "uxb68r8pp", "bob")
	frames := readTranscript(t, "1415.xmpp-messages").Frames
	alice.write(names.Replace(frames[0].XML))
	receipt := alice.next()
	id := receipt.Child(xmppmap.NSReceipts, "received").Attr("mid")
	if receipt.ChildText(xmppwire.NSClient, "body") != "WEBIM_7b7e030c121" || receipt.Attr("from") != "easemob.com" || len(id) < 18 {
		t.Fatalf("the server's receipt is %s", receipt)
	}
	came := bob.next()
	want := must(xmppwire.Parse([]byte(names.Replace(frames[2].XML))))
	if came.Attr("id") != id || came.Attr("from") != "org#app_alice@easemob.com/webim" || came.Attr("type") != "chat" ||
		came.ChildText(xmppwire.NSClient, "body") != want.ChildText(xmppwire.NSClient, "body") {
		t.Fatalf("%s came, where the transcript has %s", came, want)
	}
	bob.write("<message to='org#app_alice@easemob.com' id='WEBIM_2' xmlns='jabber:client'><body>" + id +
		"</body><delivery xmlns='urn:xmpp:receipts' id='" + id + "'/></message>")
	if got := alice.next(); got.ChildText(xmppwire.NSClient, "body") != id || got.Child(xmppmap.NSReceipts, "delivery").Attr("id") != id {
		t.Fatalf("the receipt is %s", got)
	}
}

func TestClassicClientsShowATokenOfTheirOwn(t *testing.T) {
	s := newServer(t, "")
	foreign, _, err := s.Accounts.IssueToken(context.Background(), "bob", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	for name, password := range map[string]string{"somebody else's token": "$t$" + foreign, "no token": "$t$", "a password": secretWord} {
		p := s.dialClassic(t)
		p.write("<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='easemob.com' version='1.0'/>")
		p.next()
		p.next()
		p.write("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>" +
			base64.StdEncoding.EncodeToString([]byte("\x00org#app_alice\x00"+password)) + "</auth>")
		if e := p.next(); e.Local != "failure" || !has(e, "not-authorized") {
			t.Errorf("%s: %s", name, e)
		}
	}
}

// What a client has not acknowledged comes again after a broken connection; what it was shown before it closes its stream
// does not.
func TestClassicClientsHearAgainWhatTheyDidNotAcknowledge(t *testing.T) {
	s := newServer(t, "")
	bob := bridge.Actor{User: "bob", Device: "d", Protocol: "zim"}
	say := func(text string) {
		d := chat.Draft{Conv: chat.Peer("alice", "bob"), Body: chat.Message{Content: chat.Text{Text: text}}}
		if _, err := s.Router.Submit(t.Context(), bob, d); err != nil {
			t.Fatal(err)
		}
	}
	first := s.dialClassic(t)
	first.login(s, "1415", "alice")
	say("one")
	say("two")
	heard := first.next()
	first.next()
	first.write("<message to='easemob.com' xmlns='jabber:client'><received xmlns='urn:xmpp:receipts' id='" + heard.Attr("id") + "'/></message>")
	first.write("<iq type='get' id='p' to='easemob.com' xmlns='jabber:client'><ping xmlns='urn:xmpp:ping'/></iq>")
	first.next()
	_ = first.conn.Close()
	second := s.dialClassic(t)
	second.login(s, "1415", "alice")
	again := second.next()
	if !strings.Contains(again.ChildText(xmppwire.NSClient, "body"), "two") || again.Child(xmppmap.NSDelay, "delay") == nil {
		t.Fatalf("%s came again", again)
	}
	second.write("<iq type='get' id='p' to='easemob.com' xmlns='jabber:client'><ping xmlns='urn:xmpp:ping'/></iq>")
	second.next()
	second.write("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>")
	second.next()
	third := s.dialClassic(t)
	third.login(s, "1415", "alice")
	say("three")
	if got := third.next(); !strings.Contains(got.ChildText(xmppwire.NSClient, "body"), "three") {
		t.Fatalf("%s came", got)
	}
}

// A classic client sends its block list whole, is told that it has changed, and asks for it.
func TestClassicClientsHaveABlockList(t *testing.T) {
	s := newServer(t, "")
	p := s.dialClassic(t)
	p.login(s, "1111", "alice")
	ask := func(kind, list string) *xmppwire.Element {
		t.Helper()
		id := kind + list
		p.write("<iq type='" + kind + "' id='" + strconv.Itoa(len(id)) + "' xmlns='jabber:client'><query xmlns='jabber:iq:privacy'><list name='special'>" + list + "</list></query></iq>")
		for {
			e := p.next()
			t.Log(e)
			if e.Local == "iq" && e.Attr("type") != "set" {
				return e
			}
		}
	}
	const item = "<item action='deny' order='2' type='jid' value='org#app_bob@easemob.com'><message/></item>"
	if e := ask("set", item); e.Attr("type") != "result" {
		t.Fatalf("blocking: %s", e)
	}
	got := ask("get", "").Child(nsPrivacy, "query").Child(nsPrivacy, "list").Child(nsPrivacy, "item")
	if got.Attr("value") != "org#app_bob@easemob.com" || got.Attr("type") != "jid" {
		t.Errorf("blocked: %s", got)
	}
	if e := ask("set", ""); e.Attr("type") != "result" {
		t.Fatalf("unblocking: %s", e)
	}
	if got := ask("get", "").Child(nsPrivacy, "query").Child(nsPrivacy, "list").Child(nsPrivacy, "item"); got != nil {
		t.Errorf("still blocked: %s", got)
	}
}

package xmpp

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/protocols/xmpp/xmppwire"
)

const gate = "gw.example.test"

// host plays the server that we are a component of, where a real one cannot be brought to do what a test needs.
type host struct {
	*server
	listener net.Listener
}

func newHost(t *testing.T) *host {
	t.Helper()
	l := must(net.Listen("tcp", "127.0.0.1:0"))
	t.Cleanup(func() { _ = l.Close() })
	port := l.Addr().(*net.TCPAddr).Port
	s := newServer(t, fmt.Sprintf("component: {host: 127.0.0.1, port: %d, domain: %s, secret: sesame}", port, gate))
	return &host{s, l}
}

// accept takes the gateway in, and checks its proof.
func (h *host) accept(t *testing.T) *peer {
	t.Helper()
	_ = h.listener.(*net.TCPListener).SetDeadline(time.Now().Add(patience))
	conn := must(h.listener.Accept())
	t.Cleanup(func() { _ = conn.Close() })
	p := &peer{t: t, conn: conn, r: xmppwire.NewReader(conn, xmppwire.Limits{})}
	p.r.ReadAs(nsComponent)
	header := must(p.r.Header())
	if header.To != gate {
		t.Errorf("the stream is to %q", header.To)
	}
	p.write("<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' from='" + gate + "' id='3BF96D32'>")
	proof := p.next()
	if proof.Local != "handshake" || proof.Text() != "f1ceca4bfb2f7c0fa2dd13a12fc33e2c4b8b1ae4" && len(proof.Text()) != 40 {
		t.Errorf("the proof is %v", proof)
	}
	p.write("<handshake/>")
	return p
}

// isEcho reports whether an element is the iq by which the gateway learns that all before it was handled.
func isEcho(e *xmppwire.Element) bool {
	return e.Local == "iq" && e.Attr("from") == gate && e.Attr("to") == gate
}

// heard reads on to the next element that is neither such an iq, which is brought back as a real host does, nor one that asks
// whether somebody is there, who is.
func (p *peer) heard() *xmppwire.Element {
	p.t.Helper()
	for {
		switch e := p.next(); {
		case isEcho(e):
			p.write(e.String())
		case e.Local == "iq" && e.Attr("from") == gate && e.First().Is(nsPing, "ping"):
			p.write("<iq from='" + e.Attr("to") + "' to='" + gate + "' type='result' id='" + e.Attr("id") + "'/>")
		default:
			return e
		}
	}
}

// settle reads on until the gateway knows that all was handled, and returns what came meanwhile.
func (h *host) settle(p *peer) (meanwhile []*xmppwire.Element) {
	p.t.Helper()
	for level := false; !level; {
		level = h.isLevel()
		p.write("<iq from='settler@example.test/x' to='" + gate + "' type='get' id='settled'><ping xmlns='urn:xmpp:ping'/></iq>")
		for e := p.heard(); e.Attr("id") != "settled"; e = p.heard() {
			meanwhile = append(meanwhile, e)
		}
	}
	return meanwhile
}

func (h *host) isLevel() bool {
	h.component.mu.Lock()
	defer h.component.mu.Unlock()
	return h.component.line != nil && h.component.line.isLevel()
}

// say submits what one of ours says.
func (h *host) say(t *testing.T, from chat.UserID, c chat.Conv, body chat.Body) chat.Event {
	t.Helper()
	ev, err := h.Router.Submit(t.Context(), bridge.Actor{User: from, Device: "zim/1", Protocol: "zim"}, chat.Draft{Conv: c, Body: body})
	if err != nil {
		t.Fatal(err)
	}
	return ev
}

func words(text string) chat.Message { return chat.Message{Content: chat.Text{Text: text}} }

const bob = chat.UserID("xmpp/bob@example.test")

func TestWhatTheHostHasNotHandledIsBroughtAgain(t *testing.T) {
	h := newHost(t)
	p := h.accept(t)
	h.settle(p)
	h.say(t, "alice", chat.Peer("alice", bob), words("one"))
	if e := p.heard(); body(e) != "one" || e.Attr("to") != "bob@example.test" || e.Attr("from") != "alice@"+gate+"/zim/1" {
		t.Fatal(e)
	}
	if e := p.next(); !isEcho(e) {
		t.Fatal(e)
	} else {
		p.write(e.String())
	}
	h.say(t, "alice", chat.Peer("alice", bob), words("two"))
	if e := p.next(); body(e) != "two" {
		t.Fatal(e)
	}
	if e := p.next(); !isEcho(e) { // and never brought back: the host dies
		t.Fatal(e)
	}
	_ = p.conn.Close()
	h.say(t, "alice", chat.Peer("alice", bob), words("three"))
	p = h.accept(t)
	for _, want := range []string{"two", "three"} {
		e := p.heard()
		if body(e) != want {
			t.Fatalf("%v, want %q", e, want)
		}
		if !strings.Contains(e.String(), "urn:xmpp:delay") {
			t.Errorf("%q does not say that it is late", want)
		}
	}
}

func TestErrorsAreTakenOnceAndNeverAnswered(t *testing.T) {
	h := newHost(t)
	p := h.accept(t)
	alice := h.present(t, "alice", "desk")
	alice.write("<message to='bob@example.test' type='chat' id='to-bob-0001'><body>hello</body></message>")
	sent := p.heard()
	if body(sent) != "hello" || sent.Attr("from") != "alice@"+gate+"/desk" {
		t.Fatal(sent)
	}
	p.write("<message from='bob@example.test' to='alice@" + gate + "/desk' type='error' id='to-bob-0001'><body>hello</body>" +
		"<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>")
	bounce := alice.want("message")
	if bounce.Attr("type") != "error" || bounce.Attr("id") != "to-bob-0001" || bounce.Attr("from") != "bob@example.test" ||
		bounce.Attr("to") != "alice@localhost/desk" {
		t.Fatal(bounce)
	}
	for _, st := range []string{
		"<message from='bob@example.test' to='nobody@" + gate + "' type='error' id='e1'/>",
		"<message from='bob@example.test' to='\\20@" + gate + "' type='error' id='e2'/>",
		"<presence from='bob@example.test/x' to='#nowhere@" + gate + "/me' type='error' id='e3'/>",
		"<iq from='bob@example.test/x' to='alice@" + gate + "/nowhere' type='error' id='e4'/>",
		"<iq from='bob@example.test/x' to='" + gate + "' type='result' id='e5'/>",
		"<iq from='bob@example.test/x' to='" + gate + "' type='get' id='last'><ping xmlns='urn:xmpp:ping'/></iq>",
	} {
		p.write(st)
	}
	if e := p.heard(); e.Attr("id") != "last" || e.Attr("type") != "result" {
		t.Fatalf("an error was answered: %v", e)
	}
}

func TestNobodyOfOursCanBePlayedByTheHost(t *testing.T) {
	h := newHost(t)
	p := h.accept(t)
	alice := h.present(t, "alice", "desk")
	message := func(from, to, text string) string {
		return "<message from='" + from + "' to='" + to + "' type='chat' id='forged-" + text + "'><body>" + text + "</body></message>"
	}
	p.write(message("bob@"+gate, "alice@"+gate, "ours") + message("#room@"+gate+"/x", "alice@"+gate, "room") +
		message("bob@example.test/x", "alice@elsewhere.test", "other") + message("", "alice@"+gate, "nobody") +
		message("localhost", "alice@"+gate, "server") + message("bob@localhost/x", "alice@"+gate, "namesake"))
	e := alice.want("message")
	if body(e) != "namesake" || e.Attr("from") != `xmpp\2fbob\40localhost@`+gate+"/x" {
		t.Fatalf("heard %v", e)
	}
	if profile, err := h.Store.Profile(t.Context(), "xmpp/bob@localhost"); err != nil || profile.Name != "bob@localhost" {
		t.Errorf("he is called %q, %v", profile.Name, err)
	}
	// And an answer finds the namesake, not bob of ours.
	alice.write(message("", e.Attr("from"), "back"))
	if e := p.heard(); body(e) != "back" || e.Attr("to") != "bob@localhost/x" {
		t.Fatal(e)
	}
}

// join lets a foreign user join, and reads to the subject.
func (p *peer) join(from, room, nick string) {
	p.t.Helper()
	p.write("<presence from='" + from + "' to='" + room + "/" + nick + "'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
	for range 50 {
		if e := p.heard(); e.Attr("type") == "error" {
			p.t.Fatal(e)
		} else if e.Attr("to") == from && has(e, "subject") {
			return
		}
	}
	p.t.Fatal("no subject")
}

func TestAForeignUserIsInAGroupUntilHisServerSaysThatHeIsNot(t *testing.T) {
	h := newHost(t)
	p := h.accept(t)
	open := chat.ModeOpen
	h.say(t, "alice", chat.Group("g1"), chat.Lifecycle{Created: true, Members: []chat.UserID{bob}, Rules: chat.Rules{Join: &open}})
	mediated := p.heard()
	if mediated.Attr("from") != "#g1@"+gate || mediated.Attr("to") != "bob@example.test" {
		t.Fatal(mediated)
	}
	p.heard() // the same in alice's name
	p.join("bob@example.test/x", "#g1@"+gate, "bobby")
	h.say(t, "alice", chat.Group("g1"), words("to all"))
	if e := p.heard(); body(e) != "to all" || e.Attr("to") != "bob@example.test/x" || e.Attr("from") != "#g1@"+gate+"/alice" {
		t.Fatal(e)
	}
	p.write("<message from='bob@example.test/x' to='#g1@" + gate + "' type='groupchat' id='bobs-0000001'><body>mine</body></message>")
	if e := p.heard(); body(e) != "mine" || e.Attr("id") != "bobs-0000001" || e.Attr("from") != "#g1@"+gate+"/bobby" {
		t.Fatal(e)
	}
	h.settle(p)
	// The line breaks; he is still in, and hears what he has missed.
	_ = p.conn.Close()
	h.say(t, "alice", chat.Group("g1"), words("meanwhile"))
	p = h.accept(t)
	if e := p.heard(); body(e) != "meanwhile" || e.Attr("to") != "bob@example.test/x" {
		t.Fatal(e)
	}
	p.write("<message from='bob@example.test/x' to='#g1@" + gate + "' type='error' id='any'><error type='cancel'>" +
		"<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>")
	if e := p.heard(); e.Local != "presence" || e.Attr("type") != "unavailable" {
		t.Fatal(e)
	}
	h.say(t, "alice", chat.Group("g1"), words("to a ghost"))
	h.say(t, "alice", chat.Peer("alice", bob), words("to bob"))
	if e := p.heard(); body(e) != "to bob" {
		t.Fatalf("a ghost is told %v", e)
	}
}

func TestContactsAreMadeAndShownToEachOther(t *testing.T) {
	h := newHost(t)
	p := h.accept(t)
	alice := h.present(t, "alice", "desk")
	p.write("<presence from='bob@example.test' to='alice@" + gate + "' type='subscribe'/>")
	if e := alice.want("presence"); e.Attr("type") != "subscribe" || e.Attr("from") != "bob@example.test" {
		t.Fatal(e)
	}
	alice.write("<presence to='bob@example.test' type='subscribed'/><presence to='bob@example.test' type='subscribe'/>")
	var kinds []string
	for range 3 {
		e := p.heard()
		kinds = append(kinds, e.Local+" "+e.Attr("type")+" "+e.Attr("from")+" "+e.Attr("to"))
	}
	want := []string{"presence subscribed alice@" + gate + " bob@example.test", "presence  alice@" + gate + "/desk bob@example.test",
		"presence subscribe alice@" + gate + " bob@example.test"}
	if strings.Join(kinds, "\n") != strings.Join(want, "\n") {
		t.Fatalf("the host is told\n%s", strings.Join(kinds, "\n"))
	}
	p.write("<presence from='bob@example.test' to='alice@" + gate + "' type='subscribed'/>" +
		"<presence from='bob@example.test/x' to='alice@" + gate + "'><show>dnd</show></presence>")
	for {
		e := alice.want("presence")
		if e.Attr("from") == "bob@example.test/x" && e.ChildText(xmppwire.NSClient, "show") == "dnd" {
			break
		}
	}
	h.settle(p)
	// A new line: both are told anew of each other.
	_ = p.conn.Close()
	p = h.accept(t)
	told := map[string]bool{}
	for range 2 {
		e := p.heard()
		told[e.Attr("type")] = true
	}
	if !told[""] || !told["probe"] {
		t.Fatalf("after a new line the host is told %v", told)
	}
	p.write("<presence from='bob@example.test/x' to='alice@" + gate + "' type='unavailable'/>")
	for {
		e := alice.want("presence") // at first, maybe, what was told twice
		if e.Attr("type") == "unavailable" && e.Attr("from") == "bob@example.test/x" {
			break
		}
	}
}

func TestTheGatewayTellsWhatItIs(t *testing.T) {
	h := newHost(t)
	p := h.accept(t)
	ask := func(to, payload string) *xmppwire.Element {
		t.Helper()
		p.write("<iq from='bob@example.test/x' to='" + to + "' type='get' id='q'>" + payload + "</iq>")
		return p.heard()
	}
	info := ask(gate, "<query xmlns='http://jabber.org/protocol/disco#info'/>").String()
	for _, want := range []string{"category='gateway'", "category='conference'", "'http://jabber.org/protocol/muc'", "'urn:xmpp:ping'"} {
		if !strings.Contains(info, want) {
			t.Errorf("no %s in %s", want, info)
		}
	}
	if e := ask("alice@"+gate, "<vCard xmlns='vcard-temp'/>"); e.Attr("type") != "result" && !has(e, "error") {
		t.Error(e)
	}
	if e := ask("alice@"+gate, "<ping xmlns='urn:xmpp:ping'/>"); e.Attr("type") != "result" {
		t.Error(e)
	}
	if e := ask(gate, "<query xmlns='jabber:iq:gateway'/>"); e.Attr("type") != "result" {
		t.Error(e)
	}
	if e := ask(gate, "<query xmlns='urn:example:unheard-of'/>"); e.Attr("type") != "error" {
		t.Error(e)
	}
}

func TestAnAccountCanBeLinkedToAForeignAddress(t *testing.T) {
	h := newHost(t)
	p := h.accept(t)
	bobHere := h.present(t, "bob", "desk")
	h.say(t, "alice", chat.Peer("alice", "bob"), chat.Contact{Change: chat.ContactAdd})
	offered := false
	register := func(payload string) *xmppwire.Element {
		t.Helper()
		p.write("<iq from='ally@example.test/x' to='" + gate + "' type='set' id='r'><query xmlns='jabber:iq:register'>" + payload + "</query></iq>")
		for {
			e := p.heard()
			offered = offered || e.Attr("type") == "subscribe" && e.Attr("from") == "bob@"+gate && e.Attr("to") == "ally@example.test"
			if e.Attr("id") == "r" {
				return e
			}
		}
	}
	if e := register("<username>alice</username><password>guess</password>"); !strings.Contains(e.String(), "not-authorized") {
		t.Fatal(e)
	}
	if e := register("<remove/>"); e.Attr("type") != "error" {
		t.Fatal(e)
	}
	if e := register("<username>alice</username><password>" + secretWord + "</password>"); e.Attr("type") != "result" || !offered {
		t.Fatal(e, offered)
	}
	p.write("<message from='ally@example.test/x' to='bob@" + gate + "' type='chat' id='as-alice-001'><body>it is me</body></message>")
	for {
		e := bobHere.want("message")
		if body(e) == "it is me" {
			if from := e.Attr("from"); !strings.HasPrefix(from, "alice@localhost/") {
				t.Errorf("from %q", from)
			}
			break
		}
	}
	bobHere.write("<message to='alice@localhost' type='chat' id='to-alice-001'><body>hello alice</body></message>")
	for {
		e := p.heard()
		if body(e) == "hello alice" {
			if e.Attr("to") != "ally@example.test" || e.Attr("from") != "bob@"+gate+"/desk" {
				t.Errorf("alice is told %v", e)
			}
			break
		}
	}
	h.settle(p)
	// On a new line it goes on where it was.
	_ = p.conn.Close()
	bobHere.write("<message to='alice@localhost' type='chat' id='to-alice-002'><body>still there?</body></message>")
	p = h.accept(t)
	for {
		if e := p.heard(); e.Local == "message" {
			if body(e) != "still there?" {
				t.Errorf("alice is told again %v", e)
			}
			break
		}
	}
	// A new password ends the link, though nothing tells of it while there is no line.
	_ = p.conn.Close()
	if err := h.Accounts.SetPassword(t.Context(), "alice", "another "+secretWord); err != nil {
		t.Fatal(err)
	}
	p = h.accept(t)
	p.write("<message from='ally@example.test/x' to='bob@" + gate + "' type='chat' id='as-ally-0001'><body>who am I</body></message>")
	for {
		if e := bobHere.want("message"); body(e) == "who am I" {
			if e.Attr("from") != "ally@example.test/x" {
				t.Errorf("from %q", e.Attr("from"))
			}
			break
		}
	}
}

func TestWhatWaitsForAUserWaitsUntilHeIsBack(t *testing.T) {
	h := newHost(t)
	p := h.accept(t)
	h.say(t, "alice", chat.Group("g1"), chat.Lifecycle{Created: true, Members: []chat.UserID{bob}})
	p.join("bob@example.test/x", "#g1@"+gate, "bobby")
	h.settle(p)
	_ = p.conn.Close() // the host dies, and bob's session with it
	h.say(t, "alice", chat.Group("g1"), words("to all"))
	h.say(t, "alice", chat.Peer("alice", bob), words("to bob"))
	p = h.accept(t)
	for e := p.next(); ; e = p.next() {
		if e.Local == "iq" && e.Attr("to") == "bob@example.test/x" {
			p.write("<iq from='bob@example.test/x' to='" + gate + "' type='error' id='" + e.Attr("id") + "'><error type='cancel'>" +
				"<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>")
			break
		}
	}
	if e := p.next(); e.Local != "presence" || e.Attr("type") != "unavailable" || e.Attr("from") != "#g1@"+gate+"/bobby" {
		t.Fatalf("he is still in: %v", e)
	}
	p.write("<presence from='bob@example.test/y' to='" + gate + "'/>")
	for {
		e := p.heard()
		if body(e) == "to bob" {
			return
		}
		if e.Local == "message" {
			t.Fatalf("he is told %v", e)
		}
	}
}

// refuse takes a connection and answers the gateway's proof with a stream error.
func (h *host) refuse(t *testing.T, condition string) {
	t.Helper()
	_ = h.listener.(*net.TCPListener).SetDeadline(time.Now().Add(15 * time.Second))
	conn := must(h.listener.Accept())
	p := &peer{t: t, conn: conn, r: xmppwire.NewReader(conn, xmppwire.Limits{})}
	p.r.ReadAs(nsComponent)
	must(p.r.Header())
	p.write("<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' from='" + gate + "' id='3BF96D32'>")
	if e := p.next(); e.Local != "handshake" {
		t.Errorf("it proves itself with %v", e)
	}
	p.write("<stream:error><" + condition + " xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>")
	_ = conn.Close()
}

func TestAHostThatRefusesIsAskedAgainEverLater(t *testing.T) {
	h := newHost(t)
	const name = "component " + gate
	begun := time.Now()
	for _, condition := range []string{"not-authorized", "conflict", "not-authorized"} {
		h.refuse(t, condition)
		for late := time.Now().Add(15 * time.Second); !strings.Contains(h.Health()[name], condition); {
			if time.Now().After(late) {
				t.Fatalf("%s: it says %q", condition, h.Health()[name])
			}
			time.Sleep(time.Millisecond)
		}
	}
	p := h.accept(t)
	if took := time.Since(begun); took < (firstRetry+2*firstRetry+4*firstRetry)/2 {
		t.Errorf("three refusals took %v", took)
	}
	h.settle(p)
	if problem, known := h.Health()[name]; !known || problem != "" {
		t.Errorf("it says %q", problem)
	}
}

package xmpp

import (
	"strconv"
	"strings"
	"testing"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/protocols/xmpp/xmppwire"
)

func body(e *xmppwire.Element) string { return e.ChildText(xmppwire.NSClient, "body") }

// present logs in and says so.
func (s *server) present(t testing.TB, name, resource string) *peer {
	p := s.dial(t)
	p.login(name, resource)
	p.write("<presence/>")
	p.want("presence")
	return p
}

func TestABrokenConnectionIsResumedWithNothingLostOrRepeated(t *testing.T) {
	s := newServer(t, "")
	alice, bob := s.dial(t), s.present(t, "bob", "desk")
	alice.login("alice", "phone")
	alice.write("<enable xmlns='urn:xmpp:sm:3' resume='true'/><presence/>")
	enabled := alice.want("enabled")
	bob.write("<message to='alice@localhost' type='chat' id='before-0001'><body>one</body></message>")
	for body(alice.next()) != "one" {
		continue
	}
	// One stanza of ours counts: the presence, behind enable.
	alice.write("<message to='bob@localhost' type='chat' id='mine-00001'><body>mine</body></message>")
	for body(bob.next()) != "mine" {
		continue
	}
	_ = alice.conn.Close()
	bob.write("<message to='alice@localhost' type='chat' id='while-0001'><body>two</body></message>" +
		"<message to='alice@localhost' type='chat' id='while-0002'><body>three</body></message>")

	again := s.dial(t)
	again.open()
	again.write(plainAuth("alice", secretWord))
	again.next()
	again.open()
	again.write("<resume xmlns='urn:xmpp:sm:3' previd='" + enabled.Attr("id") + "' h='2'/>")
	resumed := again.want("resumed")
	if resumed.Attr("h") != "2" {
		t.Errorf("the server has %s of our stanzas, not 2", resumed.Attr("h"))
	}
	for _, want := range []string{"two", "three"} {
		if got := body(again.want("message")); got != want {
			t.Fatalf("%q, want %q", got, want)
		}
	}
	again.write("<message to='bob@localhost' type='chat' id='mine-00002'><body>back</body></message>")
	for body(bob.next()) != "back" {
		continue
	}
}

func TestWhatWasNotAcknowledgedIsSentAgain(t *testing.T) {
	s := newServer(t, "")
	alice, bob := s.dial(t), s.present(t, "bob", "desk")
	alice.login("alice", "phone")
	alice.write("<enable xmlns='urn:xmpp:sm:3' resume='true'/><presence/>")
	enabled := alice.want("enabled")
	alice.want("presence")
	for i := range 5 {
		bob.write("<message to='alice@localhost' type='chat' id='count-000" + strconv.Itoa(i) + "'><body>" + strconv.Itoa(i) + "</body></message>")
	}
	for body(alice.next()) != "4" {
		continue
	}
	alice.write("<a xmlns='urn:xmpp:sm:3' h='3'/>") // the presence and two messages
	again := s.dial(t)
	again.open()
	again.write(plainAuth("alice", secretWord))
	again.next()
	again.open()
	again.write("<resume xmlns='urn:xmpp:sm:3' previd='" + enabled.Attr("id") + "' h='3'/>")
	again.want("resumed")
	for _, want := range []string{"2", "3", "4"} {
		if got := body(again.want("message")); got != want {
			t.Fatalf("%q, want %q", got, want)
		}
	}
	if got := alice.ended(); got != "conflict" {
		t.Errorf("the old connection ends with %q", got)
	}
}

func TestResumptionIsRefusedWhereThereIsNothingToResume(t *testing.T) {
	s := newServer(t, "")
	alice := s.dial(t)
	alice.login("alice", "phone")
	alice.write("<enable xmlns='urn:xmpp:sm:3' resume='true'/>")
	id := alice.want("enabled").Attr("id")
	for name, previd := range map[string]string{"alice": "nonsense", "bob": id} {
		p := s.dial(t)
		p.open()
		p.write(plainAuth(name, secretWord))
		p.next()
		p.open()
		p.write("<resume xmlns='urn:xmpp:sm:3' previd='" + previd + "' h='0'/>")
		if e := p.next(); e.Local != "failed" || !has(e, "item-not-found") {
			t.Fatal(e)
		}
		p.write("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>")
		if e := p.next(); e.Attr("type") != "result" {
			t.Fatal(e)
		}
	}
}

func TestAcknowledgingTooMuchEndsTheStream(t *testing.T) {
	s := newServer(t, "")
	alice := s.dial(t)
	alice.login("alice", "phone")
	alice.write("<enable xmlns='urn:xmpp:sm:3'/>")
	alice.want("enabled")
	alice.write("<a xmlns='urn:xmpp:sm:3' h='7'/>")
	e := alice.want("error")
	if !has(e, "undefined-condition") || e.Child(nsSM, "handled-count-too-high").Attr("h") != "7" {
		t.Fatal(e)
	}
}

func TestASessionThatNobodyResumesEnds(t *testing.T) {
	s := newServer(t, "resume_window: 50ms")
	bob := s.present(t, "bob", "desk")
	alice := s.dial(t)
	alice.login("alice", "phone")
	alice.write("<enable xmlns='urn:xmpp:sm:3' resume='true'/><presence/><presence to='bob@localhost/desk'/>")
	alice.want("presence")
	bob.want("presence")
	_ = alice.conn.Close()
	if e := bob.want("presence"); e.Attr("type") != "unavailable" {
		t.Fatal(e)
	}
	if s.hub.find("alice", "phone") != nil {
		t.Fatal("the session is still there")
	}
}

func TestTheSameResourceReplacesTheOlder(t *testing.T) {
	s := newServer(t, "")
	first := s.present(t, "alice", "phone")
	s.present(t, "alice", "phone")
	if got := first.ended(); got != "conflict" {
		t.Fatal(got)
	}
}

func TestEndsFromOutsideAreNamed(t *testing.T) {
	s := newServer(t, "")
	for kind, want := range map[bridge.CauseKind]string{bridge.Kicked: "policy-violation", bridge.AccountDisabled: "not-authorized",
		bridge.Displaced: "conflict", bridge.Shutdown: "system-shutdown"} {
		p := s.present(t, "alice", "phone")
		if s.Router.End("alice", "", bridge.Cause{Kind: kind, Note: "because"}) != 1 {
			t.Fatal("no session to end")
		}
		if got := p.ended(); got != want {
			t.Errorf("%s: %q", kind, got)
		}
	}
}

func TestAClientThatDoesNotReadHoldsUpNobody(t *testing.T) {
	s := newServer(t, "")
	s.present(t, "alice", "phone") // reads no more
	bob := s.present(t, "bob", "desk")
	text := strings.Repeat("x", 48<<10)
	for range 60 {
		bob.write("<message to='alice@localhost' type='chat'><body>" + text + "</body></message>")
	}
	bob.write("<iq type='get' id='p' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>")
	if e := bob.want("iq"); e.Attr("id") != "p" {
		t.Fatal(e)
	}
	if s.Router.End("alice", "", bridge.Cause{Kind: bridge.Kicked}) != 1 {
		t.Error("he was held up until she was given up")
	}
}

func TestMessagesOfOtherProtocolsHaveTheirAddress(t *testing.T) {
	s := newServer(t, "")
	bob := s.present(t, "bob", "desk")
	actor := bridge.Actor{User: "alice", Device: "web-7", Protocol: "test"}
	ev, err := s.Router.Submit(t.Context(), actor, chat.Draft{Conv: chat.Peer("alice", "bob"), ClientID: "77",
		Body: chat.Message{Content: chat.Text{Text: "hello"}}})
	if err != nil {
		t.Fatal(err)
	}
	e := bob.want("message")
	if e.Attr("from") != "alice@localhost/web-7" || e.Attr("id") != ev.ID.String() || body(e) != "hello" {
		t.Fatal(e)
	}
	bob.write("<message to='alice@localhost/web-7' type='chat' id='r1'><displayed xmlns='urn:xmpp:chat-markers:0' id='" + ev.ID.String() + "'/></message>")
	bob.write("<iq type='get' id='p' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>")
	bob.want("iq")
	mark, _, err := s.Store.ReadMark(t.Context(), ev.Conv, "bob")
	if err != nil || mark.ID != ev.ID {
		t.Fatal(mark, err)
	}
}

// A pong is the last of what was on its way.
func TestAPongComesLast(t *testing.T) {
	s := newServer(t, "")
	bob := s.present(t, "bob", "desk")
	for i := range 20 {
		want := strconv.Itoa(i)
		if _, err := s.Router.Submit(t.Context(), bridge.Actor{User: "alice"}, chat.Draft{Conv: chat.Peer("alice", "bob"),
			Body: chat.Message{Content: chat.Text{Text: want}}}); err != nil {
			t.Fatal(err)
		}
		bob.write("<iq type='get' id='p' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>")
		if e := bob.next(); body(e) != want {
			t.Fatal(e)
		}
		bob.want("iq")
	}
}

// The archive of a room is for who is in it, and for who might enter [XEP-0313 §5.1.2].
func TestARoomsArchiveIsNoWayPastItsDoor(t *testing.T) {
	for name, set := range map[string]string{
		"a password":   "<field var='muc#roomconfig_passwordprotectedroom'><value>1</value></field><field var='muc#roomconfig_roomsecret'><value>cauldron</value></field>",
		"members only": "<field var='muc#roomconfig_membersonly'><value>1</value></field>",
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, "")
			alice, bob := s.present(t, "alice", "phone"), s.present(t, "bob", "desk")
			alice.write("<presence to='den@rooms.localhost/alice'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
			alice.want("presence")
			alice.write("<iq type='set' id='form' to='den@rooms.localhost'><query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'>" +
				"<field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#roomconfig</value></field>" + set + "</x></query></iq>")
			if e := alice.want("iq"); e.Attr("type") != "result" {
				t.Fatal(e)
			}
			alice.write("<message to='den@rooms.localhost' type='groupchat' id='secret-0001'><body>secret</body></message>")
			for body(alice.next()) != "secret" {
				continue
			}
			for what, payload := range map[string]string{"a page": "<query xmlns='urn:xmpp:mam:2'/>", "its ends": "<metadata xmlns='urn:xmpp:mam:2'/>"} {
				kind := "set"
				if what == "its ends" {
					kind = "get"
				}
				ask := "<iq type='" + kind + "' id='mam' to='den@rooms.localhost'>" + payload + "</iq>"
				alice.write(ask)
				if e := alice.want("iq"); e.Attr("type") != "result" {
					t.Errorf("%s for who is in it: %s", what, e)
				}
				bob.write(ask)
				for e := bob.next(); ; e = bob.next() {
					if strings.Contains(e.String(), "secret") {
						t.Errorf("%s: %s", what, e)
					}
					if e.Local == "iq" {
						if !strings.Contains(e.String(), "forbidden") {
							t.Errorf("%s: %s", what, e)
						}
						break
					}
				}
			}
		})
	}
}

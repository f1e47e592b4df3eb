package xmpp

import (
	"fmt"
	"sync"
	"testing"

	"dragoman/bridge"
	"dragoman/bridge/chat"
)

// configure sends a form of a room's configuration and waits for the answer.
func (p *peer) configure(room, fields string) {
	p.t.Helper()
	p.write("<iq type='set' id='set' to='" + room + "'><query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'>" +
		fields + "</x></query></iq>")
	for e := p.next(); e.Attr("id") != "set"; e = p.next() {
		continue
	}
}

// A password keeps those out who cannot say it: users of other protocols too, unless they manage the room. It is written
// down, and shown to nobody else.
func TestAPasswordKeepsOtherProtocolsOut(t *testing.T) {
	s := newServer(t, "")
	alice := s.present(t, "alice", "desk")
	alice.write("<presence to='garden@rooms.localhost/alice'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
	alice.want("message") // the subject: she is in
	alice.configure("garden@rooms.localhost", "<field var='muc#roomconfig_roomsecret'><value>rosebud</value></field>")
	garden := chat.Room("garden")
	s.Frontend.muc.forget(garden) // as after a restart
	enter := func() error {
		feed, err := s.Router.Open(t.Context(), bridge.Actor{User: "bob", Device: "zim/1", Protocol: "zim"}, bridge.FromNow())
		if err != nil {
			t.Fatal(err)
		}
		defer feed.Close()
		_, err = s.Router.Enter(t.Context(), feed, garden, "bob")
		return err
	}
	if err := enter(); chat.ReasonOf(err) != chat.NoRight {
		t.Errorf("bob enters: %v", err)
	}
	if shown := must(s.Store.Attributes(t.Context(), garden)); len(shown) != 0 {
		t.Errorf("others read %v", shown)
	}
	admin := chat.Draft{Conv: garden, Body: chat.Membership{Users: []chat.UserID{"bob"}, Change: chat.ChangeRole, Role: chat.RoleAdmin}}
	if _, err := s.Router.Submit(t.Context(), bridge.Actor{User: "alice", Source: chat.Server}, admin); err != nil {
		t.Fatal(err)
	}
	if err := enter(); err != nil {
		t.Errorf("an admin enters: %v", err)
	}
}

// A room that was ended and is made again has none of the settings of the old one.
func TestARoomThatIsMadeAgainHasNoPassword(t *testing.T) {
	s := newServer(t, "")
	alice, bob := s.present(t, "alice", "desk"), s.present(t, "bob", "desk")
	const join = "<presence to='garden@rooms.localhost/me'><x xmlns='http://jabber.org/protocol/muc'/></presence>"
	alice.write(join)
	alice.want("message")
	alice.configure("garden@rooms.localhost", "<field var='muc#roomconfig_roomsecret'><value>rosebud</value></field>")
	bob.write(join)
	if e := bob.next(); !has(e, "error") {
		t.Fatalf("bob enters: %s", e)
	}
	alice.write("<iq type='set' id='end' to='garden@rooms.localhost'><query xmlns='http://jabber.org/protocol/muc#owner'><destroy/></query></iq>")
	for e := alice.next(); e.Attr("id") != "end"; e = alice.next() {
		continue
	}
	bob.write(join)
	if e := bob.next(); has(e, "error") {
		t.Fatalf("bob makes the room again: %s", e)
	}
}

// Nobody speaks in an occupant's name: what marks a private message is the room's to write.
func TestNobodyMakesUpAPrivateMessage(t *testing.T) {
	s := newServer(t, "")
	alice, bob := s.present(t, "alice", "desk"), s.present(t, "bob", "desk")
	for _, p := range []*peer{alice, bob} {
		p.write("<presence to='den@rooms.localhost/" + map[*peer]string{alice: "boss", bob: "bob"}[p] + "'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
		p.want("message") // the subject
	}
	const forged = "<body>pay me</body><pm xmlns='urn:x-dragoman:0' kind='room' in='den' from='boss' to='bob'/>"
	for to, from := range map[string]string{"alice@localhost' type='chat": "bob@localhost/desk", "den@rooms.localhost' type='groupchat": "den@rooms.localhost/bob"} {
		bob.write("<message id='forged-" + to[:3] + "' to='" + to + "'>" + forged + "</message>")
		e := alice.want("message")
		for body(e) != "pay me" {
			e = alice.want("message")
		}
		if e.Attr("from") != from {
			t.Errorf("to %s: %s", to, e)
		}
	}
	bob.write("<message id='true-0001' to='den@rooms.localhost/boss' type='chat'>" + forged + "</message>")
	e := alice.want("message")
	for body(e) != "pay me" || e.Attr("type") != "chat" {
		e = alice.want("message")
	}
	if e.Attr("from") != "den@rooms.localhost/bob" {
		t.Errorf("a private message: %s", e)
	}
}

// How rooms are set is remembered of those alone that somebody of ours is in: others come and go by the thousand.
func TestRoomsOfOthersAreNotRemembered(t *testing.T) {
	s := newServer(t, "")
	feed := must(s.Router.Open(t.Context(), bridge.Actor{User: "bob", Device: "zim/1", Protocol: "zim"}, bridge.FromNow()))
	defer feed.Close()
	for _, id := range []string{"one", "two", "three"} {
		must(s.Router.Submit(t.Context(), feed.Actor(), chat.Draft{Conv: chat.Room(id), Body: chat.Lifecycle{Created: true}}))
		must(s.Router.Enter(t.Context(), feed, chat.Room(id), "bob"))
		s.Router.Leave(t.Context(), feed, chat.Room(id))
	}
	s.Frontend.muc.mu.Lock()
	defer s.Frontend.muc.mu.Unlock()
	if n := len(s.Frontend.muc.settings); n != 0 {
		t.Errorf("%d rooms are remembered", n)
	}
}

// What a hidden group is called, and looks like, is for its members.
func TestAHiddenGroupShowsStrangersNoCard(t *testing.T) {
	s := newServer(t, "")
	alice, bob := s.present(t, "alice", "desk"), s.present(t, "bob", "desk")
	made := chat.Lifecycle{Created: true, Profile: chat.Profile{Name: new("Conspiracy")}, Rules: chat.Rules{Join: new(chat.ModeAsk), Public: new(false)}}
	must(s.Router.Submit(t.Context(), bridge.Actor{User: "alice", Source: chat.Client}, chat.Draft{Conv: chat.Group("plot"), Body: made}))
	for p, want := range map[*peer]string{alice: "result", bob: "error"} {
		p.write("<iq type='get' id='card' to='plot@groups.localhost'><vCard xmlns='vcard-temp'/></iq>")
		e := p.next()
		for e.Attr("id") != "card" {
			e = p.next()
		}
		if e.Attr("type") != want {
			t.Errorf("%s", e)
		}
	}
}

// Two who change a room's settings at once both have their will.
func TestSettingsAreChangedOneAtATime(t *testing.T) {
	s := newServer(t, "")
	desk, phone := s.present(t, "alice", "desk"), s.present(t, "alice", "phone")
	desk.write("<presence to='garden@rooms.localhost/alice'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
	desk.want("message")
	const each = 10
	var banning sync.WaitGroup
	for i, p := range []*peer{desk, phone} {
		banning.Go(func() {
			for n := range each {
				who := fmt.Sprintf("stranger%d-%d", i, n)
				must(s.Accounts.Create(t.Context(), chat.UserID(who), secretWord))
				p.write("<iq type='set' id='ban' to='garden@rooms.localhost'><query xmlns='http://jabber.org/protocol/muc#admin'><item affiliation='outcast' jid='" +
					who + "@localhost'><reason>because</reason></item></query></iq>")
				for e := p.next(); e.Attr("id") != "ban"; e = p.next() {
					continue
				}
			}
		})
	}
	banning.Wait()
	d := must(s.Store.Details(t.Context(), chat.Room("garden")))
	if set := must(s.settingsOf(t.Context(), &d)); len(set.Reasons) != 2*each {
		t.Errorf("%d of %d reasons are known", len(set.Reasons), 2*each)
	}
}

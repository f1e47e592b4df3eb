package store

import (
	"fmt"
	"testing"
	"time"

	"dragoman/bridge/chat"
)

func TestContactsAreOneDirectedGraph(t *testing.T) {
	// Each step says who does what; then what each of the two is to the other, from either side, in letters: l listed, w wants
	// and waits, s sees, a asked by the other, f seen by the other, p will agree.
	type step struct {
		who    chat.UserID
		change chat.ContactChange
		alice  string
		bob    string
	}
	for name, steps := range map[string][]step{
		"asking and agreeing both ways": {
			{"alice", chat.ContactAsk, "lw", "a"},
			{"bob", chat.ContactAccept, "ls", "lf"},
			{"bob", chat.ContactAsk, "lsa", "lwf"},
			{"alice", chat.ContactAccept, "lsf", "lsf"},
			{"bob", chat.ContactRevoke, "lf", "ls"},
			{"alice", chat.ContactRevoke, "l", "l"},
		},
		"declined":           {{"alice", chat.ContactAsk, "lw", "a"}, {"bob", chat.ContactDecline, "l", ""}},
		"withdrawn":          {{"alice", chat.ContactAsk, "lw", "a"}, {"alice", chat.ContactDrop, "l", ""}},
		"agreed beforehand":  {{"bob", chat.ContactAccept, "", "lp"}, {"alice", chat.ContactAsk, "ls", "lf"}},
		"both at once":       {{"alice", chat.ContactAdd, "lsf", "lsf"}, {"bob", chat.ContactDrop, "ls", "lf"}},
		"removed by one":     {{"alice", chat.ContactAdd, "lsf", "lsf"}, {"bob", chat.ContactRemove, "l", ""}},
		"on one's list only": {{"alice", chat.ContactPut, "l", ""}, {"alice", chat.ContactRemove, "", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c := chat.Peer("alice", "bob")
			letters := func(user, other chat.UserID) string {
				k := must(w.Contact(t.Context(), user, other))(t)
				out := ""
				for _, l := range []struct {
					on     bool
					letter string
				}{{k.Listed, "l"}, {k.Wants, "w"}, {k.Sees, "s"}, {k.Asked, "a"}, {k.Seen, "f"}, {k.Agrees, "p"}} {
					if l.on {
						out += l.letter
					}
				}
				return out
			}
			for _, s := range steps {
				w.do(s.who, c, chat.Contact{Change: s.change})
				if a, b := letters("alice", "bob"), letters("bob", "alice"); a != s.alice || b != s.bob {
					t.Errorf("after %s did %d: alice %q, bob %q; want %q, %q", s.who, s.change, a, b, s.alice, s.bob)
				}
				mutual := s.alice == "lsf"
				snap := must(w.Snapshot(t.Context(), "alice", chat.Draft{Conv: c, Body: textOf("x")}))(t)
				if snap.Contacts != mutual {
					t.Errorf("after %s did %d: the policy sees contacts: %v", s.who, s.change, snap.Contacts)
				}
			}
			w.reopen()
			last := steps[len(steps)-1]
			if a, b := letters("alice", "bob"), letters("bob", "alice"); a != last.alice || b != last.bob {
				t.Errorf("after reopening: alice %q, bob %q", a, b)
			}
		})
	}
}

func TestAContactListHasAVersionThatGrows(t *testing.T) {
	w := newWorld(t)
	put := chat.Contact{Change: chat.ContactPut, Alias: "B", Note: "n", Groups: []string{"friends", "work"}}
	told := w.do("alice", chat.Peer("alice", "bob"), put)
	equal(t, "one's own list is one's own", told.Event.To, "alice")
	w.do("carol", chat.Peer("alice", "carol"), chat.Contact{Change: chat.ContactAsk, Note: "hello?"})
	all, version, err := w.Contacts(t.Context(), "alice")
	if err != nil || len(all) != 2 || all[0].User != "bob" || all[0].Alias != "B" || len(all[0].Groups) != 2 || all[1].AskText != "hello?" || !all[1].Asked {
		t.Fatalf("contacts %+v, %v", all, err)
	}
	w.do("alice", chat.Peer("alice", "bob"), chat.Contact{Change: chat.ContactRemove})
	changes, newer, err := w.ContactsSince(t.Context(), "alice", version)
	if err != nil || newer <= version || len(changes) != 1 || changes[0].User != "bob" || changes[0].Listed || changes[0].Alias != "" {
		t.Errorf("changes %+v, version %d after %d, %v", changes, newer, version, err)
	}
	if changes, again, err := w.ContactsSince(t.Context(), "alice", newer); err != nil || len(changes) != 0 || again != newer {
		t.Errorf("nothing new: %v, %d, %v", changes, again, err)
	}
	if _, v, err := w.Contacts(t.Context(), "bob"); err != nil || v != 0 && v >= version {
		t.Errorf("bob's list has version %d, %v: alice's labels are none of his", v, err)
	}
}

func TestPresenceReachesWhoMaySeeIt(t *testing.T) {
	w := newWorld(t)
	audience := func(u chat.UserID) []chat.UserID { return must(w.Audience(t.Context(), chat.Self(u)))(t) }
	w.do("bob", chat.Peer("alice", "bob"), chat.Contact{Change: chat.ContactAdd})
	w.do("carol", chat.Peer("alice", "carol"), chat.Contact{Change: chat.ContactAsk})
	w.do("dave", chat.Peer("alice", "dave"), chat.Watch{Until: w.now.Add(time.Hour)})
	equal(t, "alice", audience("alice"), "alice", "bob", "dave")
	equal(t, "cached", audience("alice"), "alice", "bob", "dave")
	equal(t, "nobody", audience("nobody"), "nobody")
	name := "Alice"
	w.do("alice", chat.Self("alice"), chat.Profile{Name: &name})
	for u, want := range map[chat.UserID]bool{"alice": true, "bob": true, "carol": false, "dave": true} {
		feed := w.feedOf(u)
		if got := len(feed) > 0 && feed[len(feed)-1] == "alice profile"; got != want {
			t.Errorf("%s catches up on alice's profile: %v", u, got)
		}
	}
	w.do("alice", chat.Peer("alice", "bob"), chat.Block{On: true})
	equal(t, "bob is blocked", audience("alice"), "alice", "dave")
	equal(t, "and hears nothing from her", must(w.Followed(t.Context(), "bob"))(t))
	s := must(w.Snapshot(t.Context(), "bob", chat.Draft{Conv: chat.Peer("alice", "bob"), Body: textOf("x")}))(t)
	back := must(w.Snapshot(t.Context(), "alice", chat.Draft{Conv: chat.Peer("alice", "bob"), Body: textOf("x")}))(t)
	if !s.Blocked || back.Blocked {
		t.Errorf("blocked: bob %v, alice %v", s.Blocked, back.Blocked)
	}
	equal(t, "blocks", must(w.Blocks(t.Context(), "alice"))(t), "bob")
	if blocked := must(w.Blocked(t.Context(), "alice", "bob"))(t); !blocked {
		t.Error("not blocked")
	}
	watchers := must(w.Watchers(t.Context(), "alice"))(t)
	if len(watchers) != 1 || watchers[0].User != "dave" {
		t.Errorf("watchers %v", watchers)
	}
	w.pass(2 * time.Hour)
	equal(t, "dave's watch has run out", audience("alice"), "alice")
	w.do("alice", chat.Peer("alice", "bob"), chat.Block{})
	equal(t, "bob is let in again", audience("alice"), "alice", "bob")
}

func TestProfilesAttributesAndStatusOfUsers(t *testing.T) {
	w := newWorld(t)
	name, avatar := "Alice", "a.png"
	w.do("alice", chat.Self("alice"), chat.Profile{Name: &name})
	w.do("alice", chat.Self("alice"), chat.Profile{Avatar: &avatar})
	w.do("alice", chat.Self("alice"), chat.Attributes{Set: map[string]string{"a": "1", "b": "2"}})
	w.do("alice", chat.Self("alice"), chat.Attributes{Deleted: []string{"a"}})
	w.do("alice", chat.Self("alice"), chat.Presence{Status: "out", Until: w.now.Add(time.Hour)})
	w.reopen()
	if p := must(w.Profile(t.Context(), "alice"))(t); p.Name != name || p.Avatar != avatar || p.Changed.IsZero() {
		t.Errorf("profile %+v", p)
	}
	if p := must(w.Profile(t.Context(), "nobody"))(t); p != (Profile{User: "nobody"}) {
		t.Errorf("nobody %+v", p)
	}
	if a := must(w.UserAttributes(t.Context(), "alice"))(t); len(a) != 1 || a["b"] != "2" {
		t.Errorf("attributes %v", a)
	}
	if st := must(w.StatusOf(t.Context(), []chat.UserID{"alice", "bob"}))(t); len(st) != 1 || st["alice"].Status != "out" {
		t.Errorf("status %v", st)
	}
	w.pass(2 * time.Hour)
	if st := must(w.StatusOf(t.Context(), []chat.UserID{"alice"}))(t); len(st) != 0 {
		t.Errorf("status after its time %v", st)
	}
}

func TestConversationsAreSortedPagedAndCarrySettings(t *testing.T) {
	w := newWorld(t)
	for i := range 5 {
		other := chat.UserID(fmt.Sprintf("u%d", i))
		w.say(other, chat.Peer("me", other), "hi")
		w.pass(time.Second)
	}
	g := w.group("g", "u0", "me")
	c := chat.Peer("me", "u1")
	w.do("me", c, chat.Setting{Key: chat.SettingPinned, Value: chat.Bool(true)})
	w.do("me", c, chat.Setting{Key: chat.SettingDraft, Value: chat.String("dra")})
	w.do("me", c, chat.Setting{Key: chat.SettingDraft, Value: chat.String("draft")})
	w.do("me", chat.Peer("me", "u3"), chat.Setting{Key: chat.SettingDeleted, Value: chat.Bool(true)})
	w.reopen()
	list := func(q ConvQuery) (names []string, last chat.EventID) {
		for _, one := range must(w.Conversations(t.Context(), "me", q))(t) {
			name := one.Conv.ID
			if other := one.Conv.Other("me"); other != "" {
				name = string(other)
			}
			names, last = append(names, name), one.Order
		}
		return names, last
	}
	first, last := list(ConvQuery{Limit: 2})
	equal(t, "first page", first, "g", "u4")
	second, _ := list(ConvQuery{Before: last})
	equal(t, "second page", second, "u2", "u1", "u0")
	peers, _ := list(ConvQuery{Kinds: []chat.ConvKind{chat.KindPeer}, Deleted: true})
	equal(t, "peers, deleted ones too", peers, "u4", "u3", "u2", "u1", "u0")
	pinned, _ := list(ConvQuery{Pinned: true})
	equal(t, "pinned", pinned, "u1")
	one := must(w.Conversation(t.Context(), "me", c))(t)
	if !one.Pinned || one.Muted || one.Settings[chat.SettingDraft].Text != "draft" || one.Unread != 1 || short(&one.Last.Event) != "u1: hi" {
		t.Errorf("line %+v", one)
	}
	equal(t, "other devices learn the newest setting of each kind", w.feed(chat.Reader{User: "me", Conv: c}, ""), "u1: hi", "me setting", "me setting")
	w.say("u3", chat.Peer("me", "u3"), "again")
	w.change("u0", g, chat.ChangeKick, "me")
	w.say("u0", g, "unseen")
	all, _ := list(ConvQuery{})
	equal(t, "the deleted one is back, the left group stays where it was", all, "g", "u3", "u4", "u2", "u1", "u0")
	left := must(w.Conversation(t.Context(), "me", g))(t)
	if left.Unread != 0 || short(&left.Last.Event) != "u0 kick [me]" {
		t.Errorf("left group: %d unread, last %q", left.Unread, short(&left.Last.Event))
	}
	if set := must(w.SettingsOf(t.Context(), "me", chat.SettingPinned))(t); len(set) != 1 || set[0].Conv != c {
		t.Errorf("settings %v", set)
	}
	if set := must(w.Settings(t.Context(), "me", c))(t); len(set) != 2 {
		t.Errorf("settings %v", set)
	}
}

package store

import (
	"fmt"
	"testing"
	"time"

	"dragoman/bridge/chat"
)

func TestUnreadCountsWhatOthersSaidAfterTheMark(t *testing.T) {
	w := newWorld(t)
	g := w.group("g", "alice", "bob", "carol")
	check := func(what string, alice, bob, carol int) {
		t.Helper()
		for u, want := range map[chat.UserID]int{"alice": alice, "bob": bob, "carol": carol} {
			if n := w.unread(u, g); n != want {
				t.Errorf("%s: %s has %d unread, want %d", what, u, n, want)
			}
		}
	}
	one := w.say("alice", g, "1").Event
	check("one message", 0, 1, 1)
	two := w.say("bob", g, "2").Event
	check("an own message does not count, and reads nothing", 1, 1, 2)
	w.do("alice", g, chat.Message{Content: chat.Text{Text: "quiet"}, Quiet: true})
	w.do("alice", g, chat.Message{Content: chat.Command{Name: "x"}})
	w.change("alice", g, chat.ChangeMute, "carol")
	check("quiet messages, commands and tips do not count", 1, 1, 2)
	w.do("bob", g, chat.Receipt{State: chat.Read, Through: one.Ref()})
	check("bob has read the first", 1, 0, 2)
	w.say("carol", g, "3")
	check("a third", 2, 1, 2)
	w.do("carol", g, chat.Receipt{State: chat.Read, Messages: []chat.Ref{two.Ref()}})
	check("carol has read the second alone", 2, 1, 1)
	w.do("carol", g, chat.Receipt{State: chat.Read, Messages: []chat.Ref{two.Ref()}})
	check("and says so again", 2, 1, 1)
	w.do("alice", g, chat.Recall{Target: one.Ref()})
	check("the first is recalled", 2, 1, 0)
	w.append(w.event("alice", chat.Draft{Conv: g, To: []chat.UserID{"alice"}, Body: chat.Receipt{State: chat.Read}}))
	check("alice clears her count", 0, 1, 0)
	w.do("bob", g, chat.Receipt{State: chat.Read, Through: one.Ref()})
	check("a mark does not move back", 0, 1, 0)
	w.reopen()
	check("after reopening", 0, 1, 0)
	w.change("alice", g, chat.ChangeAdd, "dave")
	w.say("alice", g, "4")
	check("a newcomer begins at nothing", 0, 2, 1)
	if n := w.unread("dave", g); n != 1 {
		t.Errorf("dave has %d unread", n)
	}
	w.change("bob", g, chat.ChangeLeave, "bob")
	w.say("alice", g, "5")
	check("who left counts no more", 0, 2, 2)
	all, loud, err := w.UnreadTotal(t.Context(), "carol")
	if err != nil || all != 2 || loud != 2 {
		t.Errorf("total %d, %d, %v", all, loud, err)
	}
	w.do("carol", g, chat.Setting{Key: chat.SettingMuted, Value: chat.Bool(true)})
	if all, loud, err = w.UnreadTotal(t.Context(), "carol"); err != nil || all != 2 || loud != 0 {
		t.Errorf("total %d, %d, %v", all, loud, err)
	}
}

func TestPeerReceiptsTellBothAndCount(t *testing.T) {
	w := newWorld(t)
	c := chat.Peer("alice", "bob")
	one, two := w.say("alice", c, "1").Event, w.say("alice", c, "2").Event
	r := w.do("bob", c, chat.Receipt{State: chat.Delivered, Messages: []chat.Ref{{ID: one.ID}}})
	if got := r.Event.Body.(chat.Receipt).Messages[0]; got != one.Ref() {
		t.Errorf("ref %+v", got)
	}
	equal(t, "told", r.Audience, "alice", "bob")
	if r.About.Delivered != (chat.Tally{Count: 1, Of: 1}) || r.About.Read != (chat.Tally{Of: 1}) {
		t.Errorf("about %+v %+v", r.About.Delivered, r.About.Read)
	}
	r = w.do("bob", c, chat.Receipt{State: chat.Read})
	if got := r.Event.Body.(chat.Receipt).Through; got != two.Ref() {
		t.Errorf("through %+v", got)
	}
	if r.About.Delivered.Count != 1 || r.About.Read.Count != 1 {
		t.Errorf("who has read has received: %+v %+v", r.About.Delivered, r.About.Read)
	}
	e := must(w.Entry(t.Context(), "alice", c, one.Ref()))(t)
	if e.Read.Count != 1 || e.Delivered.Count != 1 {
		t.Errorf("the mark covers the first: %+v %+v", e.Delivered, e.Read)
	}
	w.refused("bob", c, chat.Receipt{State: chat.Read, Messages: []chat.Ref{{ID: 99}}}, chat.NoMessage)
	own := w.append(w.event("alice", chat.Draft{Conv: c, To: []chat.UserID{"alice"}, Body: chat.Receipt{State: chat.Read}}))
	equal(t, "clearing one's own count", own.Audience, "alice")
	ref, at, err := w.ReadMark(t.Context(), c, "bob")
	if err != nil || ref != two.Ref() || at.IsZero() {
		t.Errorf("mark %+v at %v, %v", ref, at, err)
	}
}

func TestGroupReceiptsGoToTheAuthorsAndCountByName(t *testing.T) {
	w := newWorld(t)
	members := make([]chat.UserID, 150)
	for i := range members {
		members[i] = chat.UserID(fmt.Sprintf("m%03d", i))
	}
	g := w.group("g", "alice", append(members, "bob")...)
	one, two := w.say("alice", g, "1").Event, w.say("bob", g, "2").Event
	for i, u := range members[:90] {
		w.pass(time.Second)
		var r chat.Record
		switch {
		case i%3 == 0:
			r = w.do(u, g, chat.Receipt{State: chat.Read, Messages: []chat.Ref{one.Ref()}, Note: "ok"})
			equal(t, "told of one", r.Event.To, u, "alice")
		default:
			r = w.do(u, g, chat.Receipt{State: chat.Read, Through: two.Ref()})
			if len(r.Event.To) != 3 {
				t.Fatalf("told of two: %v", r.Event.To)
			}
		}
	}
	w.change("alice", g, chat.ChangeAdd, "late")
	w.do("late", g, chat.Receipt{State: chat.Read, Through: w.say("alice", g, "3").Event.Ref()})
	w.reopen()
	e := must(w.Entry(t.Context(), "bob", g, one.Ref()))(t)
	if e.Read != (chat.Tally{Count: 90, Of: 151}) {
		t.Errorf("first: %+v", e.Read)
	}
	if e := must(w.Entry(t.Context(), "bob", g, two.Ref()))(t); e.Read != (chat.Tally{Count: 60, Of: 151}) {
		t.Errorf("second: %+v", e.Read)
	}
	page, total, err := w.Receipts(t.Context(), "alice", g, one.Ref(), chat.Read, 3, "m001")
	if err != nil || total != 90 || len(page) != 3 || page[0].User != "m002" || page[1].User != "m003" || page[1].Note != "ok" {
		t.Fatalf("page %v of %d, %v", page, total, err)
	}
	if page[1].Time.Sub(page[0].Time) != time.Second {
		t.Errorf("times %v and %v", page[0].Time, page[1].Time)
	}
	page, total, err = w.Unreceipted(t.Context(), "alice", g, one.Ref(), chat.Read, 0, "")
	if err != nil || total != 61 || page[0].User != "bob" || page[1].User != "m090" {
		t.Errorf("not yet: %v of %d, %v", page[:2], total, err)
	}
}

func TestAReceiptIsCaughtUpOnByEachAuthorOnce(t *testing.T) {
	w := newWorld(t)
	g := w.group("g", "alice", "bob", "carol")
	one := w.say("alice", g, "1").Event
	w.do("carol", g, chat.Receipt{State: chat.Read, Through: one.Ref()})
	two := w.say("bob", g, "2").Event
	w.do("carol", g, chat.Receipt{State: chat.Read, Through: two.Ref()})
	start := must(w.Cursor(t.Context(), chat.Reader{User: "alice", Device: "x"}))(t)
	equal(t, "alice", w.feed(chat.Reader{User: "alice"}, start), "alice lifecycle", "alice: 1", "carol receipt", "bob: 2")
	equal(t, "bob", w.feedOf("bob"), "alice lifecycle", "alice: 1", "bob: 2", "carol receipt")
	equal(t, "carol", w.feedOf("carol"), "alice lifecycle", "alice: 1", "bob: 2", "carol receipt")
}

func TestHideIsForOneAlone(t *testing.T) {
	w := newWorld(t)
	c := chat.Peer("alice", "bob")
	one, two := w.say("alice", c, "1").Event, w.say("alice", c, "2").Event
	w.say("alice", c, "3")
	hide := w.do("bob", c, chat.Hide{Messages: []chat.Ref{{Seq: two.Seq}}})
	equal(t, "told", hide.Audience, "bob")
	equal(t, "bob", w.texts("bob", c), "alice: 1", "alice: 3")
	equal(t, "alice", w.texts("alice", c), "alice: 1", "alice: 2", "alice: 3")
	equal(t, "bob's new device", w.feedOf("bob"), "alice: 1", "alice: 3", "bob hide")
	if n := w.unread("bob", c); n != 2 {
		t.Errorf("%d unread", n)
	}
	if page, _, _, err := w.Archive(t.Context(), "bob", chat.Conv{}, ArchiveQuery{}); err != nil || len(page) != 2 {
		t.Errorf("archive has %d, %v", len(page), err)
	}
	w.do("bob", c, chat.Hide{Through: one.Ref()})
	equal(t, "bob", w.texts("bob", c), "alice: 3")
	w.do("bob", c, chat.Hide{})
	w.reopen()
	equal(t, "bob", w.texts("bob", c))
	if n := w.unread("bob", c); n != 0 {
		t.Errorf("%d unread", n)
	}
	w.say("alice", c, "4")
	equal(t, "bob", w.texts("bob", c), "alice: 4")
}

package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"dragoman/bridge/chat"
)

func (w *world) save(r chat.Reader, p chat.Place) {
	w.Helper()
	if err := w.SaveCursors(w.Context(), map[chat.Reader]chat.Cursor{r: chat.CursorAt(p)}); err != nil {
		w.Fatal(err)
	}
}

func (w *world) cursor(r chat.Reader) int64 {
	w.Helper()
	c, err := w.Cursor(w.Context(), r)
	if err != nil {
		w.Fatal(err)
	}
	return c.Place().Pos
}

func TestANewDeviceBeginsAtTheFurthestAndKeepsThat(t *testing.T) {
	w := newWorld(t)
	ab, ac := chat.Peer("alice", "bob"), chat.Peer("alice", "carol")
	for range 5 {
		w.say("alice", ab, "x")
		w.say("alice", ac, "x")
	}
	bob := func(d chat.DeviceID, c chat.Conv) chat.Reader { return chat.Reader{User: "bob", Device: d, Conv: c} }
	none := chat.Conv{}
	if at := w.cursor(bob("phone", none)); at != 0 {
		t.Errorf("who never came begins at %d", at)
	}
	w.save(bob("phone", none), chat.Place{Pos: 3})
	w.save(bob("phone", none), chat.Place{Pos: 2})
	w.save(bob("desk", none), chat.Place{Pos: 5})
	w.save(bob("phone", ab), chat.Place{Pos: 7})
	for d, want := range map[chat.DeviceID][2]int64{"phone": {3, 7}, "desk": {5, 5}, "new": {5, 7}} {
		if all, one := w.cursor(bob(d, none)), w.cursor(bob(d, ab)); all != want[0] || one != want[1] {
			t.Errorf("%s is at %d, and %d with alice; want %v", d, all, one, want)
		}
	}
	w.save(bob("desk", none), chat.Place{Pos: 9})
	w.reopen()
	if at := w.cursor(bob("new", none)); at != 5 {
		t.Errorf("the new device has moved to %d with another", at)
	}
	w.pass(time.Hour)
	w.save(bob("phone", none), chat.Place{Pos: 10})
	devices := must(w.Devices(t.Context(), "bob"))(t)
	if len(devices) != 3 || devices[0].Reader.Device != "phone" || devices[0].Cursor.Place().Pos != 10 || !devices[0].Seen.Equal(w.now) {
		t.Errorf("devices %+v", devices)
	}
	if seen := must(w.LastSeen(t.Context(), "bob"))(t); !seen.Equal(w.now) {
		t.Errorf("last seen %v", seen)
	}
	if err := w.ForgetDevice(t.Context(), bob("new", none)); err != nil {
		t.Fatal(err)
	}
	if at := w.cursor(bob("new", none)); at != 10 {
		t.Errorf("forgotten, it begins at %d", at)
	}
}

func TestQueuesCountWhatIsUnacknowledgedAndNotOnesOwn(t *testing.T) {
	w := newWorld(t)
	ab, bc := chat.Peer("alice", "bob"), chat.Peer("bob", "carol")
	g := w.group("g", "alice", "bob")
	w.say("carol", bc, "1")
	w.say("alice", ab, "1")
	last := w.say("alice", ab, "2").Event
	w.say("bob", ab, "from his desk") // by his device bob-1
	queues := func(d chat.DeviceID) []string {
		t.Helper()
		var all []string
		for _, q := range must(w.Queues(t.Context(), chat.Reader{User: "bob", Device: d}))(t) {
			all = append(all, fmt.Sprintf("%v %d", q.Conv, q.Count))
		}
		return all
	}
	equal(t, "a device that sent nothing", queues("phone"), g.String()+" 1", bc.String()+" 1", ab.String()+" 3")
	equal(t, "the device that wrote", queues("bob-1"), g.String()+" 1", bc.String()+" 1", ab.String()+" 2")
	w.save(chat.Reader{User: "bob", Device: "phone", Conv: ab}, last.Place)
	equal(t, "run ahead in one", queues("phone"), g.String()+" 1", bc.String()+" 1", ab.String()+" 1")
	w.save(chat.Reader{User: "bob", Device: "phone"}, chat.Place{Pos: 2})
	equal(t, "further everywhere", queues("phone"), ab.String()+" 1")
	w.say("alice", g, "hi")
	equal(t, "something new", queues("phone"), ab.String()+" 1", g.String()+" 1")
	equal(t, "read of one alone", w.feed(chat.Reader{User: "bob", Device: "phone", Conv: ab}, chat.CursorAt(last.Place)), "bob: from his desk")
}

func TestSinceReadsAThousandConversationsInOrder(t *testing.T) {
	w := newWorld(t)
	var want []string
	for i := range 60 {
		for j := range 4 {
			from := chat.UserID(fmt.Sprintf("u%d", (i*7+j*13)%50))
			text := fmt.Sprintf("%d.%d", i, j)
			w.append(w.event(from, chat.Draft{Conv: chat.Peer(from, "bob"), Body: textOf(text)}))
			want = append(want, string(from)+": "+text)
		}
	}
	equal(t, "feed", w.feedOf("bob"), want...)
	records, next, err := w.Since(t.Context(), chat.Reader{User: "bob"}, chat.CursorAt(chat.Place{Pos: 100}), 50)
	if err != nil || len(records) != 50 || records[0].Event.Place.Pos != 101 || next.Place().Pos != 150 {
		t.Errorf("%d records, next %q, %v", len(records), next, err)
	}
}

func TestWhoMayHearNothingIsLevelAtOnce(t *testing.T) {
	w := newWorld(t)
	w.say("alice", chat.Peer("alice", "bob"), "x")
	for _, r := range []chat.Reader{{User: "carol"}, {User: "nobody"}, {Trunk: "t"}} {
		page, next, err := w.Since(t.Context(), r, "", 10)
		if err != nil || len(page) != 0 || next.Place().Pos != 1 {
			t.Errorf("%+v: %v, %q, %v", r, page, next, err)
		}
		if page, again, err := w.Since(t.Context(), r, next, 10); err != nil || len(page) != 0 || again != next {
			t.Errorf("%+v: %v, %q, %v", r, page, again, err)
		}
	}
}

func TestToOneDeviceReachesThatDevice(t *testing.T) {
	w := newWorld(t)
	c := chat.Peer("alice", "bob")
	w.append(w.event("alice", chat.Draft{Conv: c, To: []chat.UserID{"bob"}, ToDevice: "desk", Body: textOf("x")}))
	equal(t, "desk", w.feed(chat.Reader{User: "bob", Device: "desk"}, ""), "alice: x")
	equal(t, "phone", w.feed(chat.Reader{User: "bob", Device: "phone"}, ""))
}

func TestATrunkSeesWhatItsUsersDoAndAnOutboxSeesAll(t *testing.T) {
	w := newWorld(t)
	far := chat.Foreign("xmpp", "bob@far")
	w.say("alice", chat.Peer("alice", "carol"), "not theirs")
	w.say("alice", chat.Peer("alice", far), "hi")
	g := w.group("g", "alice", far, "carol")
	w.change("alice", g, chat.ChangeKick, far)
	w.say("alice", g, "without them")
	w.append(w.event("alice", chat.Draft{Conv: g, To: []chat.UserID{far}, Body: textOf("for them")}))
	trunk := chat.Reader{Trunk: "xmpp"}
	want := []string{"alice: hi", "alice lifecycle", fmt.Sprintf("alice kick [%s]", far), "alice: for them"}
	equal(t, "trunk", w.feed(trunk, ""), want...)
	equal(t, "another trunk", w.feed(chat.Reader{Trunk: "xmp"}, ""))
	if all := w.feed(chat.Reader{Outbox: "o"}, ""); len(all) != 6 {
		t.Errorf("outbox %v", all)
	}
	page, _, err := w.Since(t.Context(), trunk, "", 10)
	if err != nil || !slices.Contains(page[1].Audience, far) || !slices.Contains(page[1].Audience, "carol") {
		t.Errorf("audience %v, %v", page[1].Audience, err)
	}
	w.save(trunk, chat.Place{Pos: 4})
	if at := w.cursor(trunk); at != 4 {
		t.Errorf("the trunk is at %d", at)
	}
}

func TestAnImportEntersHistoryAtItsTimeAndNoFeed(t *testing.T) {
	w := newWorld(t)
	c := chat.Peer("alice", "bob")
	w.say("alice", c, "now")
	old := func(text, id string, to ...chat.UserID) *chat.Event {
		at := w.now.Add(-time.Hour)
		d := chat.Draft{Conv: c, ClientID: id, Body: textOf(text), Time: at.Add(123 * time.Microsecond)}
		if len(to) > 0 {
			d.To = to
		}
		return &chat.Event{Draft: d, ID: chat.NewEventID(at, chat.ImportShard, 0), From: "bob", Source: chat.Import}
	}
	first, second := old("then", "1"), old("then too", "2")
	batch, fates := w.try(first, second, old("for alice", "3", "alice"))
	if fates[0] != nil || fates[1] != nil || fates[2] != nil || !first.Place.IsZero() || first.Seq != 2 || second.ID == first.ID {
		t.Fatal(fates, batch[0].Event, second.ID)
	}
	again := old("then", "1")
	w.pass(100 * 24 * time.Hour)
	again.ID = first.ID
	if _, fates := w.try(again); fates[0] != chat.ErrDuplicate {
		t.Errorf("imported again: %v", fates[0])
	}
	live := w.say("alice", c, "later").Event
	if live.Place.Pos != 2 || live.Seq != 5 {
		t.Errorf("live: place %v, seq %d", live.Place, live.Seq)
	}
	w.reopen()
	equal(t, "alice's history", w.texts("alice", c), "bob: then", "bob: then too", "bob: for alice", "alice: now", "alice: later")
	equal(t, "bob's history", w.texts("bob", c), "bob: then", "bob: then too", "alice: now", "alice: later")
	equal(t, "alice's feed", w.feedOf("alice"), "alice: now", "alice: later")
	for seq, want := range map[chat.Seq]string{1: "alice: now", 2: "bob: then", 3: "bob: then too", 5: "alice: later"} {
		if e, err := w.Entry(t.Context(), "alice", c, chat.Ref{Seq: seq}); err != nil || short(&e.Event) != want {
			t.Errorf("seq %d is %q, %v", seq, short(&e.Event), err)
		}
	}
	e := must(w.Entry(t.Context(), "alice", c, chat.Ref{ID: first.ID}))(t)
	if !e.Time.Equal(first.Time) {
		t.Errorf("time %v, want %v", e.Time, first.Time)
	}
	if n := w.unread("alice", c); n != 0 {
		t.Errorf("%d unread", n)
	}
	if found, _, err := w.Search(t.Context(), "alice", SearchQuery{Words: []string{"then"}}); err != nil || len(found) != 2 {
		t.Errorf("search finds %d, %v", len(found), err)
	}
	w.do("bob", c, chat.Recall{Target: chat.Ref{ID: first.ID}})
	equal(t, "history", w.texts("alice", c)[:2], "bob: [recalled]", "bob: then too")
}

func TestImportsOfAGroupAreReadByWhoIsInItThen(t *testing.T) {
	w := newWorld(t)
	g := w.group("g", "alice", "bob")
	w.change("alice", g, chat.ChangeKick, "bob")
	ev := &chat.Event{Draft: chat.Draft{Conv: g, Body: textOf("old"), Time: w.now.Add(-time.Hour)}, From: "zoe", Source: chat.Import,
		ID: chat.NewEventID(w.now.Add(-time.Hour), chat.ImportShard, 0)}
	w.append(ev)
	w.change("alice", g, chat.ChangeAdd, "carol")
	equal(t, "alice", w.texts("alice", g)[:1], "zoe: old")
	equal(t, "carol", w.texts("carol", g), "alice add [carol]")
	equal(t, "bob", w.texts("bob", g), "alice lifecycle", "alice kick [bob]")
}

package bridge_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"dragoman/bridge"
	"dragoman/bridge/chat"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start runs a router over log until the test ends.
func start(t testing.TB, log bridge.Log, policy bridge.Policy, before ...func(*bridge.Router)) *bridge.Router {
	t.Helper()
	r := bridge.New(log, everyone{}, policy, time.Now, zerolog.Nop())
	for _, change := range before {
		change(r)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return r
}

func actor(u chat.UserID, d chat.DeviceID) bridge.Actor { return bridge.Actor{User: u, Device: d} }

func text(s string) chat.Message { return chat.Message{Content: chat.Text{Text: s}} }

func say(t testing.TB, r *bridge.Router, a bridge.Actor, c chat.Conv, words string) chat.Event {
	t.Helper()
	ev, err := r.Submit(t.Context(), a, chat.Draft{Conv: c, Body: text(words)})
	if err != nil {
		t.Fatalf("%s says %q in %v: %v", a.User, words, c, err)
	}
	return ev
}

func open(t testing.TB, r *bridge.Router, a bridge.Actor, from bridge.From) *bridge.Feed {
	t.Helper()
	f, err := r.Open(t.Context(), a, from)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

func next(t testing.TB, f *bridge.Feed) *bridge.Delivery {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	d, err := f.Next(ctx)
	if err != nil {
		t.Fatalf("Next: %v", err)
	}
	return d
}

func words(d *bridge.Delivery) string {
	return d.Event.Body.(chat.Message).Content.(chat.Text).Text
}

// nothing reports what f has to say when it should have nothing.
func nothing(t testing.TB, f *bridge.Feed) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if d, err := f.Next(ctx); err == nil {
		t.Fatalf("unexpected %T %q", d.Event.Body, d.Event.ID)
	}
}

func TestMessageReachesAllDevicesOfBothInOrder(t *testing.T) {
	r := start(t, newMemLog(), bridge.DefaultPolicy())
	alice, bob := actor("alice", "1"), actor("bob", "1")
	feeds := []*bridge.Feed{open(t, r, alice, bridge.FromNow()), open(t, r, actor("alice", "2"), bridge.FromNow()), open(t, r, bob, bridge.FromNow())}
	for i := range 5 {
		say(t, r, alice, chat.Peer("alice", "bob"), strconv.Itoa(i))
	}
	for _, f := range feeds {
		var last chat.EventID
		for i := range 5 {
			d := next(t, f)
			if words(d) != strconv.Itoa(i) || d.Event.ID <= last {
				t.Fatalf("%s got %q (%d) in place of %d", f.Actor().User, words(d), d.Event.ID, i)
			}
			last = d.Event.ID
		}
		nothing(t, f)
	}
}

func TestRetryIsToldOnce(t *testing.T) {
	r := start(t, newMemLog(), bridge.DefaultPolicy())
	f := open(t, r, actor("bob", "1"), bridge.FromNow())
	draft := chat.Draft{Conv: chat.Peer("alice", "bob"), ClientID: "c1", Body: text("hi")}
	first, err := r.Submit(t.Context(), actor("alice", "1"), draft)
	if err != nil {
		t.Fatal(err)
	}
	again, err := r.Submit(t.Context(), actor("alice", "1"), draft)
	if err != nil || again.ID != first.ID {
		t.Fatalf("the retry got %v, %v; the first %v", again.ID, err, first.ID)
	}
	next(t, f)
	nothing(t, f)
}

func TestFailedCommitIsToldToNobodyButItsAuthor(t *testing.T) {
	log := newMemLog()
	log.fail = errors.New("disk on fire")
	r := start(t, log, bridge.DefaultPolicy())
	f := open(t, r, actor("bob", "1"), bridge.FromNow())
	_, err := r.Submit(t.Context(), actor("alice", "1"), chat.Draft{Conv: chat.Peer("alice", "bob"), Body: text("hi")})
	if chat.CodeOf(err) != chat.Unavailable || chat.PublicOf(err) == "disk on fire" {
		t.Fatalf("the author is told %v", err)
	}
	nothing(t, f)
}

func TestSubmitAnswersOnlyAfterTheCommit(t *testing.T) {
	log := newMemLog()
	log.hold = make(chan struct{})
	r := start(t, log, bridge.DefaultPolicy())
	p, err := r.Begin(t.Context(), actor("alice", "1"), chat.Draft{Conv: chat.Peer("alice", "bob"), Body: text("hi")})
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-p.Done():
		t.Fatal("answered before the commit")
	default:
	}
	close(log.hold)
	if ev, err := p.Wait(); err != nil || ev.Place.Pos != 1 {
		t.Fatalf("%+v, %v", ev.Place, err)
	}
}

func TestOfflineReaderCatchesUpFromHisCursor(t *testing.T) {
	log := newMemLog()
	r := start(t, log, bridge.DefaultPolicy())
	for i := range 200 {
		say(t, r, actor("alice", "1"), chat.Peer("alice", "bob"), strconv.Itoa(i))
	}
	f := open(t, r, actor("bob", "1"), bridge.FromCursor())
	for i := range 100 {
		d := next(t, f)
		if words(d) != strconv.Itoa(i) {
			t.Fatalf("got %q in place of %d", words(d), i)
		}
		f.Ack(chat.Conv{}, d.Event.Place)
	}
	f.Close()
	again := open(t, r, actor("bob", "1"), bridge.FromCursor())
	for i := 100; i < 200; i++ {
		if d := next(t, again); words(d) != strconv.Itoa(i) {
			t.Fatalf("after the return: got %q in place of %d", words(d), i)
		}
	}
}

func TestAFeedIsLevelOnceItsReaderAsksForMore(t *testing.T) {
	r := start(t, newMemLog(), bridge.DefaultPolicy())
	f := open(t, r, actor("bob", "1"), bridge.FromCursor())
	if f.IsLevel() {
		t.Error("level before the log was read")
	}
	say(t, r, actor("alice", "1"), chat.Peer("alice", "bob"), "hello")
	next(t, f)
	if f.IsLevel() {
		t.Error("level with a delivery in hand")
	}
	nothing(t, f)
	if !f.IsLevel() {
		t.Error("not level, and nothing waits")
	}
	say(t, r, actor("alice", "1"), chat.Peer("alice", "bob"), "again")
	if f.IsLevel() {
		t.Error("level with something waiting")
	}
}

func TestSameDeviceAgainEndsTheFirst(t *testing.T) {
	r := start(t, newMemLog(), bridge.DefaultPolicy())
	first := open(t, r, actor("bob", "1"), bridge.FromNow())
	open(t, r, actor("bob", "1"), bridge.FromNow())
	_, err := first.Next(t.Context())
	var cause *bridge.Cause
	if !errors.As(err, &cause) || cause.Kind != bridge.Replaced {
		t.Fatalf("the first ended with %v", err)
	}
	if n := len(r.Sessions("bob")); n != 1 {
		t.Fatalf("bob has %d sessions", n)
	}
}

// TestNothingIsLostOrRepeated is the promise of the feed: whatever the readers do, each of them sees every event of his
// conversations once and in order.
func TestNothingIsLostOrRepeated(t *testing.T) {
	const writers, readers, each = 4, 6, 400
	log := newMemLog()
	group := chat.Group("g")
	var names []chat.UserID
	for i := range readers {
		names = append(names, chat.UserID(fmt.Sprint("reader", i)))
	}
	for i := range writers {
		names = append(names, chat.UserID(fmt.Sprint("writer", i)))
	}
	log.members[group] = names
	r := start(t, log, bridge.DefaultPolicy())
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			var last *bridge.Pending
			for n := range each {
				p, err := r.Begin(context.Background(), actor(chat.UserID(fmt.Sprint("writer", i)), "1"), chat.Draft{Conv: group, Body: text(fmt.Sprint(i, ":", n))})
				if err != nil {
					t.Error(err)
					return
				}
				last = p
				if rand.IntN(50) == 0 {
					_, _ = p.Wait()
				}
			}
			_, _ = last.Wait()
		})
	}
	for i := range readers {
		wg.Go(func() { readAll(t, r, actor(names[i], "1"), i, writers*each) })
	}
	wg.Wait()
}

// readAll reads want events, being slow, breaking off and resuming now and then, and checks that each writer's come in order.
func readAll(t *testing.T, r *bridge.Router, a bridge.Actor, kind, want int) {
	heard := map[string]int{}
	from := bridge.FromCursor()
	f, err := r.Open(context.Background(), a, from)
	if err != nil {
		t.Error(err)
		return
	}
	for got := 0; got < want; got++ {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		d, err := f.Next(ctx)
		cancel()
		if err != nil {
			t.Errorf("reader %d after %d: %v", kind, got, err)
			break
		}
		writer, n := words(d)[:1], words(d)[2:]
		if fmt.Sprint(heard[writer]) != n {
			t.Errorf("reader %d: writer %s said %s, expected %d", kind, writer, n, heard[writer])
			break
		}
		heard[writer]++
		if kind%3 == 1 && rand.IntN(100) == 0 {
			at := f.Position()
			f.Close()
			if f, err = r.Open(context.Background(), a, bridge.FromAt(at)); err != nil {
				t.Error(err)
				return
			}
		}
		if kind%3 == 2 {
			for range rand.IntN(3000) {
				_ = heard[writer] // dawdle without sleeping
			}
		}
	}
	f.Close()
}

func TestPulledConversationsAreLevelAfterAcknowledging(t *testing.T) {
	log := newMemLog()
	r := start(t, log, bridge.DefaultPolicy())
	bob := actor("bob", "1")
	for i := range 10 {
		say(t, r, actor("alice", "1"), chat.Peer("alice", "bob"), strconv.Itoa(i))
		say(t, r, actor("carol", "1"), chat.Peer("carol", "bob"), strconv.Itoa(i))
	}
	f := open(t, r, bob, bridge.FromNow())
	queues, err := f.Queues(t.Context())
	if err != nil || len(queues) != 2 || queues[0].Count != 10 {
		t.Fatalf("queues %+v, %v", queues, err)
	}
	for _, q := range queues {
		if got := pullAll(t, f, q.Conv, 3); got != "0123456789" {
			t.Fatalf("%v: %q", q.Conv, got)
		}
	}
	// What comes live is pulled from memory, and a message that arrives in the middle of a cycle is not lost.
	say(t, r, actor("alice", "1"), chat.Peer("alice", "bob"), "x")
	next(t, f)
	page, err := f.Pull(t.Context(), chat.Peer("alice", "bob"), 10)
	if err != nil || len(page) != 1 || words(page[0]) != "x" {
		t.Fatalf("%v, %v", page, err)
	}
	say(t, r, actor("alice", "1"), chat.Peer("alice", "bob"), "y")
	next(t, f)
	f.Ack(chat.Peer("alice", "bob"), page[0].Event.Place)
	if got := pullAll(t, f, chat.Peer("alice", "bob"), 10); got != "y" {
		t.Fatalf("then %q", got)
	}
	f.Close()
	again := open(t, r, bob, bridge.FromNow())
	if queues, err := again.Queues(t.Context()); err != nil || len(queues) != 0 {
		t.Fatalf("after all was acknowledged: %+v, %v", queues, err)
	}
}

func pullAll(t *testing.T, f *bridge.Feed, c chat.Conv, limit int) string {
	t.Helper()
	var got string
	for {
		page, err := f.Pull(t.Context(), c, limit)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			return got
		}
		for _, d := range page {
			got += words(d)
		}
		f.Ack(c, page[len(page)-1].Event.Place)
	}
}

func TestRoomIsHeardByWhoIsInside(t *testing.T) {
	log := newMemLog()
	room := chat.Room("r")
	log.rooms[room] = &chat.Details{Conv: room}
	r := start(t, log, bridge.DefaultPolicy())
	alice, bob := open(t, r, actor("alice", "1"), bridge.FromNow()), open(t, r, actor("bob", "1"), bridge.FromNow())
	if _, err := r.Enter(t.Context(), alice, room, ""); err != nil {
		t.Fatal(err)
	}
	if d := next(t, alice); d.Event.Body.(chat.Membership).Change != chat.ChangeJoin {
		t.Fatalf("%+v", d.Event)
	}
	if _, err := r.Submit(t.Context(), actor("bob", "1"), chat.Draft{Conv: room, Body: text("let me in")}); chat.ReasonOf(err) != chat.NotMember {
		t.Fatalf("from outside: %v", err)
	}
	if _, err := r.Enter(t.Context(), bob, room, "alice"); chat.CodeOf(err) != chat.Conflict {
		t.Fatalf("somebody else's nick: %v", err)
	}
	scene, err := r.Enter(t.Context(), bob, room, "bobby")
	if err != nil || len(scene.Occupants) != 2 || scene.Occupants[1].Nick != "bobby" {
		t.Fatalf("%+v, %v", scene.Occupants, err)
	}
	next(t, alice)
	next(t, bob)
	say(t, r, actor("bob", "1"), room, "hello")
	if got := words(next(t, alice)); got != "hello" {
		t.Fatalf("alice hears %q", got)
	}
	bob.Close()
	if d := next(t, alice); d.Event.Body.(chat.Membership).Change != chat.ChangeLeave || d.Event.Body.(chat.Membership).Nick != "bobby" {
		t.Fatalf("%+v", d.Event)
	}
	if in := r.Occupants(room); len(in) != 1 {
		t.Fatalf("still inside: %+v", in)
	}
}

func TestClosedSessionIsSaidToBeOffline(t *testing.T) {
	r := start(t, newMemLog(), bridge.DefaultPolicy())
	watcher := open(t, r, actor("watcher", "1"), bridge.FromNow())
	alice := open(t, r, actor("alice", "1"), bridge.FromNow())
	if _, err := r.Submit(t.Context(), actor("alice", "1"), chat.Draft{Conv: chat.Self("alice"), Body: chat.Presence{Show: chat.ShowOnline}}); err != nil {
		t.Fatal(err)
	}
	if d := next(t, watcher); d.Event.Body.(chat.Presence).Show != chat.ShowOnline {
		t.Fatalf("%+v", d.Event)
	}
	alice.Close()
	if d := next(t, watcher); d.Event.Body.(chat.Presence).Show != chat.ShowOffline || d.Event.Device != "1" {
		t.Fatalf("%+v", d.Event)
	}
}

func TestPresenceOfASessionThatHasGoneIsNotTold(t *testing.T) {
	r := start(t, newMemLog(), bridge.DefaultPolicy())
	watcher := open(t, r, actor("watcher", "1"), bridge.FromNow())
	show := func(source chat.Source, show chat.Show) {
		t.Helper()
		a := actor("alice", "1")
		a.Source = source
		if _, err := r.Submit(t.Context(), a, chat.Draft{Conv: chat.Self("alice"), Body: chat.Presence{Show: show}}); err != nil {
			t.Fatal(err)
		}
	}
	show(chat.Client, chat.ShowOnline) // on its way while the session ended
	nothing(t, watcher)
	open(t, r, actor("alice", "1"), bridge.FromNow())
	show(chat.System, chat.ShowOffline) // of the older session, while the newer has said nothing
	if d := next(t, watcher); d.Event.Body.(chat.Presence).Show != chat.ShowOffline {
		t.Fatalf("%+v", d.Event)
	}
	show(chat.Client, chat.ShowAway)
	next(t, watcher)
	show(chat.System, chat.ShowOffline) // of the older session, late
	nothing(t, watcher)
	if on := r.Sessions("alice"); len(on) != 1 || on[0].Presence.Show != chat.ShowAway {
		t.Errorf("sessions %+v", on)
	}
}

func TestWhatIsForOneDeviceIsForThatOfTheOther(t *testing.T) {
	r := start(t, openStore(t), bridge.DefaultPolicy())
	hers, alike := open(t, r, actor("alice", "web"), bridge.FromNow()), open(t, r, actor("alice", "phone"), bridge.FromNow())
	his, other := open(t, r, actor("bob", "phone"), bridge.FromNow()), open(t, r, actor("bob", "web"), bridge.FromNow())
	d := chat.Draft{Conv: chat.Peer("alice", "bob"), ToDevice: "phone", Body: text("psst")}
	if _, err := r.Submit(t.Context(), actor("alice", "web"), d); err != nil {
		t.Fatal(err)
	}
	after := say(t, r, actor("alice", "web"), d.Conv, "aloud")
	for f, want := range map[*bridge.Feed]int{hers: 2, his: 2, alike: 1, other: 1} {
		heard := 0
		for last := chat.EventID(0); last != after.ID; heard++ {
			last = next(t, f).Event.ID
		}
		if heard != want {
			t.Errorf("%v heard %d, want %d", f.Actor(), heard, want)
		}
	}
}

func TestACursorOfAnotherLogBeginsWhereTheDeviceWas(t *testing.T) {
	r := start(t, newMemLog(), bridge.DefaultPolicy())
	said := say(t, r, actor("bob", "1"), chat.Peer("alice", "bob"), "hello")
	f := open(t, r, actor("alice", "1"), bridge.FromAt(chat.CursorAt(chat.Place{Pos: 1000})))
	if d := next(t, f); d.Event.ID != said.ID {
		t.Fatalf("%+v", d.Event)
	}
}

func TestEndedSessionLearnsWhy(t *testing.T) {
	r := start(t, newMemLog(), bridge.DefaultPolicy())
	f := open(t, r, actor("bob", "1"), bridge.FromNow())
	if n := r.End("bob", "", bridge.Cause{Kind: bridge.Kicked, Note: "enough"}); n != 1 {
		t.Fatalf("%d sessions ended", n)
	}
	_, err := f.Next(t.Context())
	var cause *bridge.Cause
	if !errors.As(err, &cause) || cause.Kind != bridge.Kicked || cause.Note != "enough" {
		t.Fatalf("%v", err)
	}
	if r.Online("bob") {
		t.Fatal("bob is still online")
	}
}

func TestGateNarrowsAndRefuses(t *testing.T) {
	log := newMemLog()
	r := bridge.New(log, everyone{}, bridge.DefaultPolicy(), time.Now, zerolog.Nop())
	r.Guard(func(_ context.Context, a bridge.Actor, d chat.Draft) (chat.Draft, error) {
		switch d.Body.(chat.Message).Content.(chat.Text).Text {
		case "forbidden":
			return d, chat.RefuseFor(chat.Moderated, "not here")
		case "silent":
			d.To = []chat.UserID{a.User}
		}
		return d, nil
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	defer func() { cancel(); <-ended }()
	alice, bob := open(t, r, actor("alice", "2"), bridge.FromNow()), open(t, r, actor("bob", "1"), bridge.FromNow())
	_, err := r.Submit(t.Context(), actor("alice", "1"), chat.Draft{Conv: chat.Peer("alice", "bob"), Body: text("forbidden")})
	if chat.ReasonOf(err) != chat.Moderated {
		t.Fatalf("%v", err)
	}
	say(t, r, actor("alice", "1"), chat.Peer("alice", "bob"), "silent")
	say(t, r, actor("alice", "1"), chat.Peer("alice", "bob"), "heard")
	if got := words(next(t, alice)); got != "silent" {
		t.Fatalf("alice sees %q", got)
	}
	if got := words(next(t, bob)); got != "heard" {
		t.Fatalf("bob sees %q", got)
	}
	bob.Close()
	alice.Close()
}

func TestFormIsRenderedOnce(t *testing.T) {
	d := bridge.NewDelivery(chat.Record{Event: &chat.Event{}})
	var renders int
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			_, _ = bridge.Once(d, "form", func(*bridge.Delivery) (string, error) { renders++; return "x", nil })
		})
	}
	wg.Wait()
	if renders != 1 {
		t.Fatalf("rendered %d times", renders)
	}
	if _, err := bridge.Once(d, "other", func(*bridge.Delivery) (int, error) { return 0, errors.New("no") }); err == nil {
		t.Fatal("a failed render is forgotten")
	}
}

func TestIDsGrowThoughTheClockWentBackOverARestart(t *testing.T) {
	log := newMemLog()
	ahead := time.Now().Add(time.Hour)
	newest := &chat.Event{ID: chat.NewEventID(ahead, 0, 57), Place: chat.Place{Pos: 1}}
	newest.Conv = chat.Peer("alice", "bob")
	log.records = []chat.Record{{Event: newest}}
	r := start(t, log, bridge.DefaultPolicy())
	last := newest.ID
	for range 3 {
		ev := say(t, r, actor("alice", "1"), chat.Peer("alice", "bob"), "hi")
		if ev.ID <= last {
			t.Fatalf("%d after %d", ev.ID, last)
		}
		last = ev.ID
	}
}

func TestCountsTellCommittedFromRefused(t *testing.T) {
	log := newMemLog()
	r := start(t, log, bridge.DefaultPolicy())
	draft := chat.Draft{Conv: chat.Peer("alice", "bob"), ClientID: "1", Body: text("hi")}
	for range 2 { // the second is a retry
		if _, err := r.Submit(t.Context(), actor("alice", "1"), draft); err != nil {
			t.Fatal(err)
		}
	}
	log.breaks(errors.New("disk on fire"))
	if _, err := r.Submit(t.Context(), actor("alice", "1"), chat.Draft{Conv: draft.Conv, Body: text("lost")}); err == nil {
		t.Fatal("stored on a broken disk")
	}
	if _, err := r.Submit(t.Context(), actor("alice", "1"), chat.Draft{Conv: draft.Conv, Body: chat.Typing{}}); err != nil {
		t.Fatal(err)
	}
	got := r.Counts()
	if got.Committed != 1 || got.Duplicates != 1 || got.Refused[chat.Unavailable] != 1 || got.Live != 1 || got.Batches != 2 {
		t.Fatalf("%+v", got)
	}
}

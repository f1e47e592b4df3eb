package bridge_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"dragoman/bridge"
	"dragoman/bridge/chat"
)

// room returns a room of log.
func room(log *memLog, id string, d chat.Details) chat.Conv {
	d.Conv = chat.Room(id)
	log.rooms[d.Conv] = &d
	return d.Conv
}

func enter(t testing.TB, r *bridge.Router, f *bridge.Feed, c chat.Conv, nick string) bridge.Scene {
	t.Helper()
	scene, err := r.Enter(t.Context(), f, c, nick)
	if err != nil {
		t.Fatalf("%s enters %v: %v", f.Actor().User, c, err)
	}
	return scene
}

func TestWhatIsSaidToAFewOfARoomComesOnce(t *testing.T) {
	log := newMemLog()
	c := room(log, "r", chat.Details{})
	r := start(t, log, bridge.DefaultPolicy())
	bob := open(t, r, actor("bob", "1"), bridge.FromNow())
	enter(t, r, bob, c, "")
	next(t, bob)
	mute := chat.Draft{Conv: c, To: []chat.UserID{"bob"}, Body: chat.Membership{Users: []chat.UserID{"bob"}, Change: chat.ChangeMute}}
	ev, err := r.Submit(t.Context(), bridge.System(""), mute)
	if err != nil {
		t.Fatal(err)
	}
	if d := next(t, bob); d.Event.ID != ev.ID {
		t.Fatalf("%+v", d.Event)
	}
	at := bob.Position()
	bob.Close()
	nothing(t, open(t, r, actor("bob", "1"), bridge.FromAt(at)))
}

func TestSessionThatHasEndedEntersNoRoom(t *testing.T) {
	log := newMemLog()
	c := room(log, "r", chat.Details{})
	r := start(t, log, bridge.DefaultPolicy())
	f := open(t, r, actor("bob", "1"), bridge.FromNow())
	r.End("bob", "", bridge.Cause{Kind: bridge.Kicked})
	_, err := r.Enter(t.Context(), f, c, "")
	if cause := (*bridge.Cause)(nil); !errors.As(err, &cause) || cause.Kind != bridge.Kicked {
		t.Fatalf("entered with %v", err)
	}
	if in := r.Occupants(c); len(in) != 0 {
		t.Fatalf("%+v is inside for ever", in)
	}
}

// Whoever stays hears of everybody who comes and goes, by turns: however the ends of old sessions and the beginnings of new
// ones race, nobody is left inside who has gone, and nobody is missed who is there.
func TestRoomHearsOfComingAndGoingByTurns(t *testing.T) {
	const people, visits = 6, 40
	log := newMemLog()
	c := room(log, "r", chat.Details{})
	r := start(t, log, bridge.DefaultPolicy())
	witness := open(t, r, actor("witness", "1"), bridge.FromNow())
	enter(t, r, witness, c, "")
	next(t, witness)
	var all sync.WaitGroup
	for i := range people {
		all.Go(func() {
			u := chat.UserID("u" + strconv.Itoa(i))
			for n := range visits {
				f, err := r.Open(context.Background(), actor(u, chat.DeviceID(strconv.Itoa(n))), bridge.FromNow())
				if err != nil {
					t.Error(err)
					return
				}
				all.Go(f.Close) // while he enters, or the next device does
				_, _ = r.Enter(context.Background(), f, c, "")
			}
		})
	}
	all.Wait()
	if in := r.Occupants(c); len(in) != 1 {
		t.Fatalf("still inside: %+v", in)
	}
	say(t, r, actor("witness", "1"), c, "all gone")
	inside := map[chat.UserID]bool{}
	for {
		d := next(t, witness)
		b, ok := d.Event.Body.(chat.Membership)
		if !ok {
			break
		}
		if u, came := d.Event.From, b.Change == chat.ChangeJoin; inside[u] == came {
			t.Fatalf("%s: %v, and was inside: %v", u, b.Change, inside[u])
		} else {
			inside[u] = came
		}
	}
	for u, in := range inside {
		if in {
			t.Errorf("the room thinks that %s is inside", u)
		}
	}
}

func TestNickIsOnePersonsWhoeverCameFirst(t *testing.T) {
	log := newMemLog()
	c := room(log, "r", chat.Details{})
	r := start(t, log, bridge.DefaultPolicy())
	alice, bob := open(t, r, actor("alice", "1"), bridge.FromNow()), open(t, r, actor("bob", "1"), bridge.FromNow())
	enter(t, r, alice, c, "al")
	enter(t, r, bob, c, "bobby")
	if _, err := r.Enter(t.Context(), alice, c, "bobby"); chat.CodeOf(err) != chat.Conflict {
		t.Fatalf("alice renames herself to bob's nick: %v", err)
	}
	if scene := enter(t, r, alice, c, "alice"); scene.Occupants[0].Nick != "alice" {
		t.Fatalf("%+v", scene.Occupants)
	}
}

func TestFullRoomCountsPeopleNotDevices(t *testing.T) {
	log := newMemLog()
	c := room(log, "r", chat.Details{Max: 2, Owner: "owner"})
	r := start(t, log, bridge.DefaultPolicy())
	for _, d := range []chat.DeviceID{"1", "2", "3"} {
		enter(t, r, open(t, r, actor("alice", d), bridge.FromNow()), c, "")
	}
	enter(t, r, open(t, r, actor("bob", "1"), bridge.FromNow()), c, "")
	if _, err := r.Enter(t.Context(), open(t, r, actor("carol", "1"), bridge.FromNow()), c, ""); chat.ReasonOf(err) != chat.Full {
		t.Fatalf("the third person: %v", err)
	}
	enter(t, r, open(t, r, actor("owner", "1"), bridge.FromNow()), c, "")
}

func TestDoorRefusesWhoWouldEnter(t *testing.T) {
	log := newMemLog()
	c := room(log, "r", chat.Details{})
	r := bridge.New(log, everyone{}, bridge.DefaultPolicy(), time.Now, zerolog.Nop())
	r.Keep(func(_ context.Context, a bridge.Actor, at chat.Conv) error {
		if at == c && a.User == "bob" {
			return chat.RefuseFor(chat.NoRight, "not you")
		}
		return nil
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	defer func() { cancel(); <-ended }()
	enter(t, r, open(t, r, actor("alice", "1"), bridge.FromNow()), c, "")
	if _, err := r.Enter(t.Context(), open(t, r, actor("bob", "1"), bridge.FromNow()), c, ""); chat.ReasonOf(err) != chat.NoRight {
		t.Fatalf("%v", err)
	}
	if inside := r.Occupants(c); len(inside) != 1 {
		t.Fatalf("%+v", inside)
	}
	if err := r.MayRead(t.Context(), actor("bob", "1"), c); chat.ReasonOf(err) != chat.NoRight {
		t.Errorf("whom a door keeps out reads: %v", err)
	}
}

func TestClosedRoomIsReadByWhoIsInIt(t *testing.T) {
	log := newMemLog()
	c := room(log, "r", chat.Details{Owner: "owner"})
	r := start(t, log, bridge.DefaultPolicy())
	enter(t, r, open(t, r, actor("alice", "1"), bridge.FromNow()), c, "")
	if err := r.MayRead(t.Context(), actor("bob", "1"), c); err != nil {
		t.Errorf("an open room: %v", err)
	}
	closed := room(log, "r", chat.Details{Owner: "owner", Join: chat.ModeClosed})
	for user, reads := range map[chat.UserID]bool{"alice": true, "owner": true, "bob": false} {
		if err := r.MayRead(t.Context(), actor(user, "1"), closed); (err == nil) != reads {
			t.Errorf("%s: %v", user, err)
		}
	}
}

// ends reports whether an end of c was asked of the log.
func (l *memLog) ends(c chat.Conv) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, rec := range l.records {
		if b, ok := rec.Event.Body.(chat.Lifecycle); ok && !b.Created && rec.Event.Conv == c {
			return true
		}
	}
	return false
}

// inBubble runs a router on the bubble's clock.
func inBubble(t *testing.T, log bridge.Log, play func(*testing.T, *bridge.Router)) {
	synctest.Test(t, func(t *testing.T) {
		r := bridge.New(log, everyone{}, bridge.DefaultPolicy(), time.Now, zerolog.Nop())
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- r.Run(ctx) }()
		defer func() {
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}()
		synctest.Wait()
		play(t, r)
	})
}

func wait(d time.Duration) {
	time.Sleep(d) // on the bubble's clock
	synctest.Wait()
}

func TestEmptyRoomEndsOnceItHasLingered(t *testing.T) {
	log := newMemLog()
	kept := room(log, "kept", chat.Details{Linger: -1})
	left, kicked, returned := room(log, "left", chat.Details{Linger: time.Minute}), room(log, "kicked", chat.Details{Linger: time.Minute}),
		room(log, "returned", chat.Details{Linger: time.Minute})
	all := []chat.Conv{kept, left, kicked, returned}
	inBubble(t, log, func(t *testing.T, r *bridge.Router) {
		f := open(t, r, actor("bob", "1"), bridge.FromNow())
		for _, c := range all {
			enter(t, r, f, c, "")
		}
		wait(time.Hour)
		for _, c := range all {
			if log.ends(c) {
				t.Fatalf("%v ended with bob in it", c)
			}
		}
		for _, c := range []chat.Conv{kept, left, returned} {
			r.Leave(t.Context(), f, c)
		}
		kick := chat.Membership{Users: []chat.UserID{"bob"}, Change: chat.ChangeKick}
		if _, err := r.Submit(t.Context(), bridge.System("alice"), chat.Draft{Conv: kicked, Body: kick}); err != nil {
			t.Fatal(err)
		}
		wait(30 * time.Second)
		enter(t, r, f, returned, "")
		wait(25 * time.Second)
		if log.ends(left) || log.ends(kicked) {
			t.Fatal("a room ended early")
		}
		wait(10 * time.Second)
		if !log.ends(left) || !log.ends(kicked) {
			t.Fatalf("left ended: %v, kicked ended: %v", log.ends(left), log.ends(kicked))
		}
		wait(time.Hour)
		if log.ends(returned) || log.ends(kept) {
			t.Fatal("a room ended that somebody is in, or that lingers for ever")
		}
	})
}

func TestRoomThatNobodyEntersEnds(t *testing.T) {
	log := newMemLog()
	inBubble(t, log, func(t *testing.T, r *bridge.Router) {
		c := room(log, "r", chat.Details{Linger: time.Minute})
		if _, err := r.Submit(t.Context(), bridge.System("alice"), chat.Draft{Conv: c, Body: chat.Lifecycle{Created: true, Linger: time.Minute}}); err != nil {
			t.Fatal(err)
		}
		if wait(30 * time.Second); log.ends(c) {
			t.Fatal("it ended early")
		}
		if wait(40 * time.Second); !log.ends(c) {
			t.Fatal("it stays for ever")
		}
	})
}

func TestRoomOfAnEarlierRunEnds(t *testing.T) {
	log := newMemLog()
	again, never := room(log, "again", chat.Details{Linger: time.Minute}), room(log, "never", chat.Details{Linger: time.Minute})
	gone, kept := room(log, "gone", chat.Details{Linger: time.Minute, Dissolved: true}), room(log, "kept", chat.Details{})
	inBubble(t, log, func(t *testing.T, r *bridge.Router) {
		enter(t, r, open(t, r, actor("bob", "1"), bridge.FromNow()), again, "")
		if wait(55 * time.Second); log.ends(never) {
			t.Fatal("nobody had time to return")
		}
		if wait(time.Hour); !log.ends(never) || log.ends(again) || log.ends(gone) || log.ends(kept) {
			t.Fatalf("never entered %v, entered %v, gone before %v, for ever %v", log.ends(never), log.ends(again), log.ends(gone), log.ends(kept))
		}
	})
}

// A room that could not be ended is ended later.
func TestEndOfARoomIsTriedAgain(t *testing.T) {
	log := newMemLog()
	c := room(log, "r", chat.Details{Linger: time.Minute})
	log.breaks(errors.New("disk full"))
	inBubble(t, log, func(t *testing.T, _ *bridge.Router) {
		wait(90 * time.Second)
		log.breaks(nil)
		if wait(2 * time.Minute); !log.ends(c) {
			t.Fatal("it was tried once")
		}
	})
}

// Who enters reads what was said before in the log, up to the scene's place, and hears what comes after it, once each.
func TestNothingIsMissedBetweenTheSceneAndTheFeed(t *testing.T) {
	log := openStore(t)
	r := start(t, log, bridge.DefaultPolicy())
	c := chat.Room("r")
	host := open(t, r, actor("host", "1"), bridge.FromNow())
	if _, err := r.Submit(t.Context(), host.Actor(), chat.Draft{Conv: c, Body: chat.Lifecycle{Created: true}}); err != nil {
		t.Fatal(err)
	}
	enter(t, r, host, c, "")
	entered := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		for i, last := 0, false; !last; i++ {
			word := strconv.Itoa(i)
			select {
			case <-entered:
				word, last = "end", true
			default:
			}
			if _, err := r.Submit(context.Background(), host.Actor(), chat.Draft{Conv: c, Body: text(word)}); err != nil {
				t.Error(err)
				return
			}
		}
	})
	for n := range 20 {
		f := open(t, r, actor(chat.UserID(fmt.Sprint("guest", n)), "1"), bridge.FromNow())
		scene := enter(t, r, f, c, "")
		all.Go(func() { hearOut(t, f, scene.Place) })
	}
	close(entered)
	all.Wait()
}

// hearOut listens until the end, and checks that the first word is the one after place and none is missing.
func hearOut(t *testing.T, f *bridge.Feed, place chat.Place) {
	for at, word := place.Pos, ""; word != "end"; {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		d, err := f.Next(ctx)
		cancel()
		if err != nil {
			t.Errorf("after place %d: %v", at, err)
			return
		}
		if _, ok := d.Event.Body.(chat.Message); !ok {
			continue
		}
		if at++; d.Event.Place.Pos != at {
			t.Errorf("entered at %d and heard %d in place of %d", place.Pos, d.Event.Place.Pos, at)
			return
		}
		word = words(d)
	}
}

package bridge_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/bridge/store"
)

// openStore returns a real log that the test's end throws away.
func openStore(t testing.TB) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), ":memory:", store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// TestPulledMessagesComeOnceAndInOrder is the promise of pull mode, asked of the real log in every order of things that a
// client can bring about: within a session nothing comes again that was acknowledged, nothing is passed over, and the next
// session of the same or of another device goes on where the furthest one was.
func TestPulledMessagesComeOnceAndInOrder(t *testing.T) {
	log := openStore(t)
	r := start(t, log, bridge.DefaultPolicy())
	r.Limit(4, 2, 3) // so that every bound is met all the time
	var runs atomic.Int64
	rapid.Check(t, func(rt *rapid.T) {
		w := newPullWorld(rt, t, r, strconv.FormatInt(runs.Add(1), 10))
		w.open(rt, "laptop")
		rt.Repeat(map[string]func(*rapid.T){
			"say":     w.say,
			"pass":    func(rt *rapid.T) { w.pass(rt, rapid.IntRange(1, 5).Draw(rt, "deliveries")) },
			"passAll": w.passAll,
			"queues":  w.queues,
			"pull":    w.pull,
			"again":   func(rt *rapid.T) { w.open(rt, w.device) },
			"other":   w.other,
			"close":   func(rt *rapid.T) { w.feed.Close(); w.open(rt, w.device) },
		})
		w.finish(rt)
	})
}

// pullWorld is a reader with several devices, those who write to him, and what he should hear.
type pullWorld struct {
	router *bridge.Router
	me     chat.UserID
	convs  []chat.Conv
	said   map[chat.Conv][]chat.Event
	acked  map[chat.DeviceID]map[chat.Conv]int64
	device chat.DeviceID
	feed   *bridge.Feed
}

// phone is a device of the reader's that writes and never reads.
const phone = "phone"

func newPullWorld(rt *rapid.T, t *testing.T, r *bridge.Router, run string) *pullWorld {
	me, bob, carol := chat.UserID("me"+run), chat.UserID("bob"+run), chat.UserID("carol"+run)
	w := &pullWorld{router: r, me: me, said: map[chat.Conv][]chat.Event{}, acked: map[chat.DeviceID]map[chat.Conv]int64{},
		convs: []chat.Conv{chat.Peer(me, bob), chat.Peer(me, carol), chat.Group("g" + run)}}
	made, err := r.Submit(t.Context(), bridge.Actor{User: bob, Device: "1"}, chat.Draft{Conv: w.convs[2],
		Body: chat.Lifecycle{Created: true, Members: []chat.UserID{me, carol}}})
	if err != nil {
		rt.Fatal(err)
	}
	w.said[w.convs[2]] = []chat.Event{made}
	return w
}

func (w *pullWorld) draft(rt *rapid.T) (bridge.Actor, chat.Draft) {
	c := rapid.SampledFrom(w.convs).Draw(rt, "conv")
	other := c.Other(w.me)
	if c.Kind == chat.KindGroup {
		other = w.convs[rapid.IntRange(0, 1).Draw(rt, "member")].Other(w.me)
	}
	a := rapid.SampledFrom([]bridge.Actor{{User: other, Device: "1"}, {User: other, Device: "1"}, {User: w.me, Device: phone},
		{User: w.me, Device: w.device}}).Draw(rt, "author")
	return a, chat.Draft{Conv: c, Body: text("x")}
}

func (w *pullWorld) say(rt *rapid.T) {
	a, d := w.draft(rt)
	ev, err := w.router.Submit(context.Background(), a, d)
	if err != nil {
		rt.Fatal(err)
	}
	w.said[d.Conv] = append(w.said[d.Conv], ev)
}

// open begins a session; the one before is abandoned as by a client that lost its network.
func (w *pullWorld) open(rt *rapid.T, device chat.DeviceID) {
	f, err := w.router.Open(context.Background(), bridge.Actor{User: w.me, Device: device}, bridge.FromCursor())
	if err != nil {
		rt.Fatal(err)
	}
	if w.feed != nil && w.feed.Actor().Device != device {
		defer w.feed.Close()
	}
	w.feed, w.device = f, device
	if w.acked[device] == nil {
		furthest := map[chat.Conv]int64{}
		for _, acked := range w.acked {
			for c, pos := range acked {
				furthest[c] = max(furthest[c], pos)
			}
		}
		w.acked[device] = furthest
	}
	w.queues(rt)
}

func (w *pullWorld) other(rt *rapid.T) {
	w.open(rt, chat.DeviceID(rapid.SampledFrom([]string{"laptop", "tablet", "tab" + strconv.Itoa(len(w.acked))}).Draw(rt, "device")))
}

// mustHear reports whether the session must be told of ev: what a device has said itself it knows, and another device of
// the same user may have seen.
func (w *pullWorld) mustHear(ev chat.Event) bool { return ev.From != w.me || ev.Device == phone }

func (w *pullWorld) unheard(c chat.Conv) []chat.Event {
	var all []chat.Event
	for _, ev := range w.said[c] {
		if ev.Place.Pos > w.acked[w.device][c] && w.mustHear(ev) {
			all = append(all, ev)
		}
	}
	return all
}

func (w *pullWorld) queues(rt *rapid.T) {
	queues, err := w.feed.Queues(context.Background())
	if err != nil {
		rt.Fatal(err)
	}
	for _, c := range w.convs {
		at := slices.IndexFunc(queues, func(q chat.Queue) bool { return q.Conv == c })
		n := len(w.unheard(c))
		switch {
		case at < 0 && n > 0:
			rt.Fatalf("%s: no queue of %v, and %d are unheard", w.device, c, n)
		case at >= 0 && queues[at].Count < n:
			rt.Fatalf("%s: queue of %v holds %d, and %d are unheard", w.device, c, queues[at].Count, n)
		}
	}
}

// pass takes up to n deliveries from the feed, if they are there.
func (w *pullWorld) pass(rt *rapid.T, n int) {
	for range n {
		if _, err := w.next(10 * time.Millisecond); errors.Is(err, context.DeadlineExceeded) {
			return
		} else if err != nil {
			rt.Fatalf("Next: %v", err)
		}
	}
}

func (w *pullWorld) next(wait time.Duration) (*bridge.Delivery, error) {
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	return w.feed.Next(ctx)
}

// passAll takes all that the feed has. That it has no more shows by a mark sent after it; where what waits is at its bound
// the mark is lost, and another sent once there is room.
func (w *pullWorld) passAll(rt *rapid.T) {
	draft := chat.Draft{Conv: chat.Peer("marker", w.me), Body: chat.Typing{Active: true}}
	for tries := 0; ; tries++ {
		mark, err := w.router.Submit(context.Background(), bridge.Actor{User: "marker"}, draft)
		if err != nil {
			rt.Fatal(err)
		}
		for {
			d, err := w.next(50 * time.Millisecond << tries)
			if errors.Is(err, context.DeadlineExceeded) && tries < 10 {
				break
			}
			if err != nil {
				rt.Fatalf("Next: %v", err)
			}
			if d.Event.ID == mark.ID {
				return
			}
		}
	}
}

func (w *pullWorld) pull(rt *rapid.T) {
	c := rapid.SampledFrom(w.convs).Draw(rt, "conv")
	page := w.page(rt, c, rapid.SampledFrom([]int{1, 2, 5, 50}).Draw(rt, "limit"))
	if len(page) == 0 {
		return
	}
	if n := rapid.IntRange(0, len(page)).Draw(rt, "acknowledged"); n > 0 {
		w.ack(c, page[n-1].Event.Place)
	}
}

func (w *pullWorld) ack(c chat.Conv, through chat.Place) {
	w.feed.Ack(c, through)
	w.acked[w.device][c] = through.Pos
}

// page pulls and checks what came against what was said.
func (w *pullWorld) page(rt *rapid.T, c chat.Conv, limit int) []*bridge.Delivery {
	page, err := w.feed.Pull(context.Background(), c, limit)
	if err != nil {
		rt.Fatal(err)
	}
	if len(page) > limit {
		rt.Fatalf("%d of at most %d", len(page), limit)
	}
	due, last := w.unheard(c), w.acked[w.device][c]
	for _, d := range page {
		switch pos := d.Event.Place.Pos; {
		case pos <= last:
			rt.Fatalf("%s: %v: place %d after %d", w.device, c, pos, last)
		case d.Event.From == w.me && d.Event.Device == w.device:
			rt.Fatalf("%s hears itself", w.device)
		case len(due) > 0 && pos > due[0].Place.Pos:
			rt.Fatalf("%s: %v: place %d comes before %d", w.device, c, pos, due[0].Place.Pos)
		case len(due) > 0 && pos == due[0].Place.Pos:
			due = due[1:]
		}
		last = d.Event.Place.Pos
	}
	return page
}

// finish takes all that is left, and sees that a new device finds nothing.
func (w *pullWorld) finish(rt *rapid.T) {
	w.passAll(rt)
	for _, c := range w.convs {
		for page := w.page(rt, c, 50); len(page) > 0; page = w.page(rt, c, 50) {
			w.ack(c, page[len(page)-1].Event.Place)
		}
		if left := w.unheard(c); len(left) > 0 {
			rt.Fatalf("%s: %v: %d were never told, from place %d", w.device, c, len(left), left[0].Place.Pos)
		}
	}
	w.feed.Close()
	w.open(rt, "new")
	defer w.feed.Close()
	w.passAll(rt)
	if queues, err := w.feed.Queues(context.Background()); err != nil || len(queues) > 0 {
		rt.Fatalf("a new device finds %s, %v", fmt.Sprint(queues), err)
	}
	for _, c := range w.convs {
		if page := w.page(rt, c, 1); len(page) > 0 {
			rt.Fatalf("a new device finds place %d of %v", page[0].Event.Place.Pos, c)
		}
	}
}

package store

import (
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"dragoman/bridge/chat"
)

// world is a store and somebody who stamps events as the router does.
type world struct {
	testing.TB
	*Store
	path string
	now  time.Time
	// clock is now for the store, which may look at it from a goroutine of its own.
	clock *atomic.Pointer[time.Time]
	last  chat.EventID
	sync  bool // commits wait for the disk
}

func newWorld(t testing.TB) *world {
	w := &world{TB: t, path: filepath.Join(t.TempDir(), "log.db"), now: time.UnixMilli(1_800_000_000_000).UTC()}
	w.open()
	t.Cleanup(func() {
		if err := w.Store.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func (w *world) open() {
	w.Helper()
	if w.clock == nil {
		w.clock = &atomic.Pointer[time.Time]{}
		w.pass(0)
	}
	s, err := Open(w.Context(), w.path, Options{Now: func() time.Time { return *w.clock.Load() }, unsynced: !w.sync})
	if err != nil {
		w.Fatal(err)
	}
	w.Store = s
}

// pass lets time pass.
func (w *world) pass(d time.Duration) {
	now := w.now.Add(d)
	w.now = now
	w.clock.Store(&now)
}

// reopen closes the store and opens its file again: nothing is remembered but what is written.
func (w *world) reopen() {
	w.Helper()
	if err := w.Store.Close(); err != nil {
		w.Fatal(err)
	}
	w.open()
}

// event stamps a draft. Time stands still unless a test moves it, and ids grow all the same.
func (w *world) event(from chat.UserID, d chat.Draft) *chat.Event {
	id := chat.NewEventID(w.now, 0, 0)
	if id <= w.last {
		id = w.last + 1
	}
	w.last = id
	d.Time = id.Time()
	return &chat.Event{Draft: d, ID: id, From: from, Device: chat.DeviceID(from + "-1")}
}

// try appends events as one batch.
func (w *world) try(events ...*chat.Event) ([]chat.Record, []error) {
	w.Helper()
	batch := make([]chat.Record, len(events))
	for i, ev := range events {
		batch[i].Event = ev
	}
	fates, err := w.Append(w.Context(), batch)
	if err != nil {
		w.Fatal(err)
	}
	return batch, fates
}

// do appends one event that must succeed.
func (w *world) do(from chat.UserID, c chat.Conv, body chat.Body) chat.Record {
	w.Helper()
	return w.append(w.event(from, chat.Draft{Conv: c, Body: body}))
}

func (w *world) append(ev *chat.Event) chat.Record {
	w.Helper()
	batch, fates := w.try(ev)
	if fates[0] != nil {
		w.Fatalf("%s in %v: %v", chat.BodyName(ev.Body), ev.Conv, fates[0])
	}
	return batch[0]
}

// refused appends one event that must be refused for that reason.
func (w *world) refused(from chat.UserID, c chat.Conv, body chat.Body, want chat.Reason) {
	w.Helper()
	_, fates := w.try(w.event(from, chat.Draft{Conv: c, Body: body}))
	if chat.ReasonOf(fates[0]) != want || fates[0] == nil {
		w.Fatalf("%s in %v: fate %v, want reason %v", chat.BodyName(body), c, fates[0], want)
	}
}

func (w *world) say(from chat.UserID, c chat.Conv, text string) chat.Record {
	w.Helper()
	return w.do(from, c, textOf(text))
}

func textOf(text string) chat.Message { return chat.Message{Content: chat.Text{Text: text}} }

// group makes a group of owner and members.
func (w *world) group(id string, owner chat.UserID, members ...chat.UserID) chat.Conv {
	w.Helper()
	c := chat.Group(id)
	w.do(owner, c, chat.Lifecycle{Created: true, Members: members})
	return c
}

func (w *world) change(from chat.UserID, c chat.Conv, change chat.Change, users ...chat.UserID) chat.Record {
	w.Helper()
	return w.do(from, c, chat.Membership{Change: change, Users: users})
}

// feed reads all that u's device d catches up on from a cursor, in small pages, as short texts.
func (w *world) feed(r chat.Reader, after chat.Cursor) []string {
	w.Helper()
	var all []string
	for range 10_000 {
		page, next, err := w.Since(w.Context(), r, after, 3)
		if err != nil {
			w.Fatal(err)
		}
		if len(page) == 0 && next == after {
			return all
		}
		for _, rec := range page {
			if p := rec.Event.Place.Pos; p <= after.Place().Pos || p > next.Place().Pos {
				w.Fatalf("place %d is not between cursors %q and %q", p, after, next)
			}
			all = append(all, short(rec.Event))
		}
		after = next
	}
	w.Fatal("the feed does not end")
	return nil
}

func (w *world) feedOf(u chat.UserID) []string {
	return w.feed(chat.Reader{User: u, Device: "new"}, "")
}

// texts is the whole history of c as u sees it.
func (w *world) texts(u chat.UserID, c chat.Conv) []string {
	w.Helper()
	page, more, err := w.History(w.Context(), u, c, HistoryQuery{Limit: 1000})
	if err != nil || more {
		w.Fatal(err, more)
	}
	var all []string
	for i := range page {
		all = append(all, short(&page[i].Event))
	}
	return all
}

func (w *world) unread(u chat.UserID, c chat.Conv) int {
	w.Helper()
	line, err := w.Conversation(w.Context(), u, c)
	if err != nil {
		w.Fatal(err)
	}
	return line.Unread
}

// short is an event in a few words.
func short(ev *chat.Event) string {
	switch b := ev.Body.(type) {
	case chat.Message:
		return fmt.Sprintf("%s: %s", ev.From, b.Content.Summary())
	case chat.Edit:
		return fmt.Sprintf("%s edits: %s", ev.From, b.Message.Content.Summary())
	case chat.Membership:
		return fmt.Sprintf("%s %s %v", ev.From, b.Change, b.Users)
	}
	return fmt.Sprintf("%s %s", ev.From, chat.BodyName(ev.Body))
}

func equal[T comparable](t testing.TB, what string, got []T, want ...T) {
	t.Helper()
	same := len(got) == len(want)
	for i := 0; same && i < len(got); i++ {
		same = got[i] == want[i]
	}
	if !same {
		t.Errorf("%s:\n got %v\nwant %v", what, got, want)
	}
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

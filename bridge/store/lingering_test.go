package store

import (
	"maps"
	"testing"
	"time"

	"dragoman/bridge/chat"
)

func TestLingeringTellsRoomsThatEndWhenEmpty(t *testing.T) {
	w := newWorld(t)
	for id, linger := range map[string]time.Duration{"short": time.Minute, "long": time.Hour, "gone": time.Minute, "for ever": 0} {
		w.do("alice", chat.Room(id), chat.Lifecycle{Created: true, Linger: linger})
	}
	w.do("alice", chat.Group("group"), chat.Lifecycle{Created: true, Linger: time.Minute})
	w.do("alice", chat.Room("gone"), chat.Lifecycle{})
	w.reopen()
	got, err := w.Lingering(t.Context())
	want := map[chat.Conv]time.Duration{chat.Room("short"): time.Minute, chat.Room("long"): time.Hour}
	if err != nil || !maps.Equal(got, want) {
		t.Fatalf("%v, %v", got, err)
	}
}

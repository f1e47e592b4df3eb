package store

import (
	"path/filepath"
	"testing"
	"time"

	"dragoman/bridge/chat"
)

func TestABackupIsAWholeStore(t *testing.T) {
	w := newWorld(t)
	c := chat.Peer("alice", "bob")
	w.say("alice", c, "before")
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := w.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	w.say("alice", c, "after")
	if err := w.Backup(t.Context(), path); err == nil {
		t.Error("a backup was written over another")
	}
	copied, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer copied.Close()
	equal(t, "copy", (&world{TB: t, Store: copied}).feedOf("bob"), "alice: before")
}

func TestDevicesThatDoNotComeBackAreForgottenButTheLast(t *testing.T) {
	w := newWorld(t)
	w.say("alice", chat.Peer("alice", "bob"), "x")
	w.save(chat.Reader{User: "bob", Device: "old"}, chat.Place{Pos: 1})
	w.save(chat.Reader{User: "alice", Device: "only"}, chat.Place{Pos: 1})
	w.save(chat.Reader{Outbox: "o"}, chat.Place{Pos: 1})
	w.pass(forgetAfter + time.Hour)
	w.save(chat.Reader{User: "bob", Device: "new"}, chat.Place{Pos: 1})
	if err := w.forgetDevices(); err != nil {
		t.Fatal(err)
	}
	for u, want := range map[chat.UserID]chat.DeviceID{"bob": "new", "alice": "only"} {
		devices := must(w.Devices(t.Context(), u))(t)
		if len(devices) != 1 || devices[0].Reader.Device != want {
			t.Errorf("%s has %v", u, devices)
		}
	}
	if at := w.cursor(chat.Reader{Outbox: "o"}); at != 1 {
		t.Errorf("the outbox is at %d", at)
	}
}

func TestTidyingIndexesAndMovesTheJournal(t *testing.T) {
	w := newWorld(t)
	w.say("alice", chat.Peer("alice", "bob"), "word")
	w.cursor(chat.Reader{User: "bob", Device: "new"})
	if err := w.tidyOnce(); err != nil {
		t.Fatal(err)
	}
	if w.indexed != 1 || w.moved != 1 {
		t.Errorf("indexed up to %d, moved %d", w.indexed, w.moved)
	}
	if devices := must(w.Devices(t.Context(), "bob"))(t); len(devices) != 1 {
		t.Errorf("the new device has no row: %v", devices)
	}
}

func TestAStoreInMemoryLeavesNothing(t *testing.T) {
	s, err := Open(t.Context(), ":memory:", Options{})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{TB: t, Store: s, now: time.Now()}
	w.say("alice", chat.Peer("alice", "bob"), "x")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error("closing twice:", err)
	}
	if found, err := filepath.Glob(s.folder); err != nil || len(found) != 0 {
		t.Error(found, err)
	}
	if _, err := s.Append(t.Context(), []chat.Record{{Event: w.event("alice", chat.Draft{Conv: chat.Peer("alice", "bob"), Body: textOf("x")})}}); chat.CodeOf(err) != chat.Unavailable {
		t.Error(err)
	}
	if _, err := s.Stats(t.Context()); chat.CodeOf(err) != chat.Unavailable {
		t.Error(err)
	}
}

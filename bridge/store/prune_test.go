package store

import (
	"testing"
	"time"

	"dragoman/bridge/chat"
)

func TestWhatIsOlderThanIsKeptIsGone(t *testing.T) {
	w := newWorld(t)
	g := w.group("g", "alice", "bob", "carol")
	peer := chat.Peer("alice", "bob")
	old := w.say("alice", g, "old secret").Event
	w.do("alice", g, chat.Edit{Target: old.Ref(), Message: textOf("old edited secret")})
	w.do("bob", g, chat.Reaction{Target: old.Ref(), On: []chat.Emoji{"x"}})
	w.do("bob", g, chat.Pin{Target: old.Ref(), On: true})
	w.say("carol", g, "old of carol")
	picture := w.do("alice", peer, chat.Message{Content: chat.Media{Kind: chat.MediaImage, File: chat.FileRef{ID: "f1", Name: "a.png"}}}).Event
	few := w.append(w.event("alice", chat.Draft{Conv: g, To: []chat.UserID{"alice", "bob"}, Body: textOf("old, to a few")})).Event
	if err := w.tidyOnce(); err != nil {
		t.Fatal(err)
	}
	w.pass(48 * time.Hour)
	answer := w.do("bob", g, chat.Message{Content: chat.Text{Text: "young answer"}, ReplyTo: old.Ref()}).Event
	w.say("alice", peer, "young")
	w.opts.Keep = 24 * time.Hour
	if err := w.prune(); err != nil {
		t.Fatal(err)
	}
	check := func() {
		t.Helper()
		equal(t, "history of the group", w.texts("bob", g), "alice lifecycle", "bob: young answer")
		equal(t, "history of the two", w.texts("bob", peer), "alice: young")
		equal(t, "what a new device hears", w.feedOf("bob"), "alice lifecycle", "bob: young answer", "alice: young")
		for u, want := range map[chat.UserID]int{"alice": 1, "bob": 0, "carol": 1} {
			if n := w.unread(u, g); n != want {
				t.Errorf("%s has %d unread in the group, want %d", u, n, want)
			}
		}
		if n := w.unread("bob", peer); n != 1 {
			t.Errorf("bob has %d unread of alice", n)
		}
		for c, ref := range map[chat.Conv]chat.Ref{g: old.Ref(), peer: picture.Ref()} {
			if _, err := w.Entry(t.Context(), "bob", c, ref); chat.CodeOf(err) != chat.NotFound {
				t.Errorf("%v: %v", ref, err)
			}
		}
		if _, err := w.Entry(t.Context(), "bob", g, few.Ref()); chat.CodeOf(err) != chat.NotFound {
			t.Errorf("to a few: %v", err)
		}
		if e := must(w.Entry(t.Context(), "bob", g, chat.Ref{Seq: answer.Seq}))(t); e.ID != answer.ID {
			t.Errorf("by its place: %v", e.ID)
		}
		if s := must(w.Snapshot(t.Context(), "bob", chat.Draft{Conv: g, Body: textOf("x")}))(t); s.PinCount != 0 {
			t.Errorf("%d pins", s.PinCount)
		}
	}
	check()
	w.reopen()
	check()
	for _, table := range []string{"edits", "reactions", "files", "search"} {
		var n int
		if _, err := w.writer.row("SELECT count(*) FROM "+table, nil, &n); err != nil || n != 0 {
			t.Errorf("%d rows of %s are left, %v", n, table, err)
		}
	}
	if next := w.say("alice", g, "next").Event; next.Seq != answer.Seq+1 {
		t.Errorf("seq %d follows %d", next.Seq, answer.Seq)
	}
	if n := w.unread("bob", g); n != 1 {
		t.Errorf("bob has %d unread after the next", n)
	}
}

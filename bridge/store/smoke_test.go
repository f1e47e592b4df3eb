package store

import (
	"testing"

	"dragoman/bridge/chat"
)

func TestSmoke(t *testing.T) {
	w := newWorld(t)
	ab := chat.Peer("alice", "bob")
	w.say("alice", ab, "hi")
	w.say("bob", ab, "ho")
	g := w.group("g", "alice", "bob", "carol")
	w.say("carol", g, "all")
	r := w.say("alice", g, "x")
	w.do("alice", g, chat.Recall{Target: chat.Ref{ID: r.Event.ID}})
	w.change("alice", g, chat.ChangeKick, "bob")
	w.say("alice", g, "without bob")
	equal(t, "bob", w.feedOf("bob"), "alice: hi", "bob: ho", "alice lifecycle", "carol: all", "alice: [recalled]", "alice recall", "alice kick [bob]")
	equal(t, "history", w.texts("bob", g), "alice lifecycle", "carol: all", "alice: [recalled]", "alice kick [bob]")
	if n := w.unread("bob", g); n != 1 {
		t.Error(n)
	}
	if n := w.unread("carol", g); n != 1 {
		t.Error(n)
	}
	w.reopen()
	equal(t, "carol", w.feedOf("carol"), "alice lifecycle", "carol: all", "alice: [recalled]", "alice recall", "alice kick [bob]", "alice: without bob")
}

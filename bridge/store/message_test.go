package store

import (
	"slices"
	"strings"
	"testing"

	"dragoman/bridge/chat"
)

func TestEditsKeepWhatWasSaidAndHistoryShowsTheNewest(t *testing.T) {
	w := newWorld(t)
	c := chat.Peer("alice", "bob")
	first := w.say("alice", c, "one").Event
	w.do("alice", c, chat.Edit{Target: chat.Ref{ID: first.ID}, Message: textOf("two")})
	third := w.do("alice", c, chat.Edit{Target: chat.Ref{Seq: 1}, Message: textOf("three")})
	equal(t, "history", w.texts("bob", c), "alice: three")
	equal(t, "feed", w.feedOf("bob"), "alice: three", "alice edits: two", "alice edits: three")
	if e := third.About; e == nil || e.Edits != 2 || e.Edited.ID != third.Event.ID || e.Body.(chat.Message).Content.Summary() != "three" || e.ID != first.ID {
		t.Errorf("about %+v", e)
	}
	versions, err := w.Versions(t.Context(), "bob", c, first.Ref())
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for i := range versions {
		said = append(said, short(&versions[i]))
	}
	equal(t, "versions", said, "alice: one", "alice edits: two", "alice edits: three")
	page, _, _, err := w.Archive(t.Context(), "bob", c, ArchiveQuery{})
	if err != nil || short(page[0].Event) != "alice: one" {
		t.Errorf("the archive tells it as it happened: %v, %v", short(page[0].Event), err)
	}
}

func TestRecallLeavesNothingOfWhatWasSaidAnywhere(t *testing.T) {
	w := newWorld(t)
	g := w.group("g", "alice", "bob")
	m := chat.Message{Content: chat.Media{File: chat.FileRef{ID: "file-1", Name: "secretfile"}, Caption: "secret"}, Mentions: []chat.UserID{"bob"}}
	said := w.append(w.event("alice", chat.Draft{Conv: g, ClientID: "c", Body: m, Native: chat.Native{Protocol: "x", Data: []byte("secret")}})).Event
	w.do("alice", g, chat.Edit{Target: said.Ref(), Message: textOf("secret too")})
	w.do("bob", g, chat.Reaction{Target: said.Ref(), On: []chat.Emoji{"!"}})
	w.do("bob", g, chat.Pin{Target: said.Ref(), On: true})
	if found, _, err := w.Search(t.Context(), "bob", SearchQuery{Words: []string{"secret"}}); err != nil || len(found) != 1 {
		t.Fatalf("found %d, %v", len(found), err)
	}
	used, err := w.FilesInUse(t.Context(), []string{"file-1", "file-2"})
	if err != nil || !used["file-1"] || used["file-2"] {
		t.Fatal(used, err)
	}
	if n := w.unread("bob", g); n != 1 {
		t.Fatalf("%d unread before", n)
	}

	recall := w.do("alice", g, chat.Recall{Target: said.Ref(), Reason: "oops"})
	if e := recall.About; e == nil || e.Recall == nil || e.Recall.ID != recall.Event.ID || len(e.Reactions) != 0 || e.PinnedBy != "" {
		t.Errorf("about %+v", e)
	}
	w.reopen()
	equal(t, "history", w.texts("bob", g), "alice lifecycle", "alice: [recalled]")
	equal(t, "feed", w.feedOf("bob"), "alice lifecycle", "alice: [recalled]", "alice edits: [recalled]", "bob reaction", "bob pin", "alice recall")
	page, _, _, err := w.Archive(t.Context(), "", g, ArchiveQuery{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range page {
		_, body, err := chat.MarshalBody(r.Event.Body)
		if err != nil || strings.Contains(string(body)+string(r.Event.Native.Data), "secret") {
			t.Errorf("the archive still says %s", body)
		}
	}
	if found, _, err := w.Search(t.Context(), "bob", SearchQuery{Words: []string{"secret"}}); err != nil || len(found) != 0 {
		t.Errorf("search still finds %v, %v", found, err)
	}
	if used, err := w.FilesInUse(t.Context(), []string{"file-1"}); err != nil || used["file-1"] {
		t.Error("its file is still in use", err)
	}
	line, err := w.Conversation(t.Context(), "bob", g)
	if err != nil || line.Unread != 0 || len(line.Mentions) != 0 {
		t.Errorf("unread %d, mentions %v, %v", line.Unread, line.Mentions, err)
	}
	for _, body := range []chat.Body{chat.Recall{Target: said.Ref()}, chat.Edit{Target: said.Ref(), Message: textOf("x")},
		chat.Pin{Target: said.Ref(), On: true}, chat.Reaction{Target: said.Ref(), On: []chat.Emoji{"x"}}} {
		w.refused("alice", g, body, chat.AlreadyRecalled)
	}
	var raw int
	if _, err := w.writer.row("SELECT count(*) FROM events WHERE instr(body, CAST('secret' AS BLOB)) OR instr(native_data, CAST('secret' AS BLOB))", nil, &raw); err != nil || raw != 0 {
		t.Errorf("%d rows of the file hold it, %v", raw, err)
	}
}

func TestReactionsAreASetInOrderOfFirstUse(t *testing.T) {
	w := newWorld(t)
	c := chat.Peer("alice", "bob")
	said := w.say("alice", c, "hi").Event
	react := func(u chat.UserID, b chat.Reaction) string {
		b.Target = said.Ref()
		var all []string
		for _, r := range w.do(u, c, b).About.Reactions {
			one := string(r.Emoji)
			for _, u := range r.Users {
				one += " " + string(u)
			}
			all = append(all, one)
		}
		return strings.Join(all, ", ")
	}
	for _, step := range []struct {
		who  chat.UserID
		body chat.Reaction
		want string
	}{
		{"bob", chat.Reaction{On: []chat.Emoji{"B", "A"}}, "B bob, A bob"},
		{"alice", chat.Reaction{On: []chat.Emoji{"A"}}, "B bob, A bob alice"},
		{"bob", chat.Reaction{On: []chat.Emoji{"A"}}, "B bob, A bob alice"},
		{"bob", chat.Reaction{Off: []chat.Emoji{"B"}}, "A bob alice"},
		{"bob", chat.Reaction{On: []chat.Emoji{"C"}, Whole: true}, "A alice, C bob"},
		{"bob", chat.Reaction{Whole: true}, "A alice"},
	} {
		if got := react(step.who, step.body); got != step.want {
			t.Errorf("%s %+v: %q, want %q", step.who, step.body, got, step.want)
		}
	}
}

func TestReactionThatSaysWhatStaysTellsWhatGoes(t *testing.T) {
	w := newWorld(t)
	c := chat.Peer("alice", "bob")
	said := w.say("alice", c, "hi").Event
	w.do("bob", c, chat.Reaction{Target: said.Ref(), On: []chat.Emoji{"A", "B"}, Whole: true})
	told, ok := w.do("bob", c, chat.Reaction{Target: said.Ref(), On: []chat.Emoji{"B"}, Whole: true}).Event.Body.(chat.Reaction)
	if !ok || !slices.Equal(told.Off, []chat.Emoji{"A"}) || !slices.Equal(told.On, []chat.Emoji{"B"}) {
		t.Errorf("told %+v", told)
	}
}

func TestPinsAreCountedAndListedNewestFirst(t *testing.T) {
	w := newWorld(t)
	g := w.group("g", "alice", "bob")
	one, two := w.say("bob", g, "1").Event, w.say("bob", g, "2").Event
	w.do("alice", g, chat.Pin{Target: two.Ref(), On: true})
	w.pass(1e9)
	w.do("bob", g, chat.Pin{Target: one.Ref(), On: true})
	w.do("bob", g, chat.Pin{Target: one.Ref(), On: true})
	pins := must(w.Pins(t.Context(), "bob", g))(t)
	if len(pins) != 2 || pins[0].ID != one.ID || pins[0].PinnedBy != "bob" || pins[1].PinnedBy != "alice" {
		t.Errorf("pins %+v", pins)
	}
	s := must(w.Snapshot(t.Context(), "bob", chat.Draft{Conv: g, Body: chat.Pin{Target: one.Ref()}}))(t)
	if s.PinCount != 2 || s.Target == nil || s.Target.ID != one.ID {
		t.Errorf("snapshot: %d pins, target %v", s.PinCount, s.Target)
	}
	w.do("bob", g, chat.Pin{Target: two.Ref()})
	w.reopen()
	if s := must(w.Snapshot(t.Context(), "bob", chat.Draft{Conv: g, Body: textOf("x")}))(t); s.PinCount != 1 {
		t.Errorf("%d pins left", s.PinCount)
	}
}

func TestRepliesAreCountedAndListed(t *testing.T) {
	w := newWorld(t)
	c := chat.Peer("alice", "bob")
	said := w.say("alice", c, "question").Event
	answer := func(text string) chat.Record {
		return w.do("bob", c, chat.Message{Content: chat.Text{Text: text}, ReplyTo: chat.Ref{Seq: said.Seq}})
	}
	first, second := answer("a1"), answer("a2")
	if second.About == nil || second.About.ID != said.ID || second.About.Replies != 2 {
		t.Errorf("about %+v", second.About)
	}
	replies, more, err := w.Replies(t.Context(), "alice", c, said.Ref(), 0, 1)
	if err != nil || !more || len(replies) != 1 || replies[0].ID != first.Event.ID {
		t.Errorf("replies %v, more %v, %v", replies, more, err)
	}
	w.do("bob", c, chat.Recall{Target: first.Event.Ref()})
	if e := must(w.Entry(t.Context(), "alice", c, said.Ref()))(t); e.Replies != 1 {
		t.Errorf("%d replies after one was recalled", e.Replies)
	}
}

func TestAnAnswerShowsNobodyWhatHeMayNotRead(t *testing.T) {
	w := newWorld(t)
	g := w.group("g", "alice", "bob")
	before := w.say("alice", g, "before carol").Event
	w.change("alice", g, chat.ChangeAdd, "carol")
	few := w.append(w.event("alice", chat.Draft{Conv: g, To: []chat.UserID{"alice", "bob"}, Body: textOf("to bob alone")})).Event
	for _, ref := range []chat.Ref{before.Ref(), few.Ref()} {
		_, fates := w.try(w.event("carol", chat.Draft{Conv: g, Body: chat.Message{Content: chat.Text{Text: "what was it?"}, ReplyTo: ref}}))
		if chat.CodeOf(fates[0]) != chat.NotFound {
			t.Errorf("carol answers %v: %v", ref, fates[0])
		}
	}
	answer := w.do("bob", g, chat.Message{Content: chat.Text{Text: "yes"}, ReplyTo: few.Ref()})
	if answer.About != nil {
		t.Errorf("all are shown what was for a few: %+v", answer.About)
	}
	page, _, err := w.Since(t.Context(), chat.Reader{User: "carol", Device: "1"}, "", 100)
	if err != nil || len(page) == 0 {
		t.Fatal(page, err)
	}
	if last := page[len(page)-1]; last.Event.ID != answer.Event.ID || last.About != nil {
		t.Errorf("carol catches up on %+v", last)
	}
}

func TestAThreadHangsOnItsMessage(t *testing.T) {
	w := newWorld(t)
	g := w.group("g", "alice", "bob")
	root := w.say("alice", g, "root").Event
	th := chat.Thread("t1")
	made := w.do("bob", th, chat.Lifecycle{Created: true, Parent: g, Root: chat.Ref{ID: root.ID}, Members: []chat.UserID{"alice"}})
	if got := made.Event.Body.(chat.Lifecycle).Root; got != root.Ref() {
		t.Errorf("root %+v", got)
	}
	w.say("bob", th, "in the thread")
	w.reopen()
	if e := must(w.Entry(t.Context(), "alice", g, root.Ref()))(t); e.Thread != th {
		t.Errorf("thread %v", e.Thread)
	}
	d := must(w.Details(t.Context(), th))(t)
	if d.Parent != g || d.Root != root.Ref() || d.Owner != "bob" || d.Count != 2 || d.LastSeq != 2 || d.Said != 1 {
		t.Errorf("details %+v", d)
	}
	if all := must(w.Threads(t.Context(), g, 0, ""))(t); len(all) != 1 || all[0].Conv != th {
		t.Errorf("threads %v", all)
	}
	equal(t, "alice's feed", w.feedOf("alice"), "alice lifecycle", "alice: root", "bob lifecycle", "bob: in the thread")
}

func TestMentionsAreListedUntilRead(t *testing.T) {
	w := newWorld(t)
	g := w.group("g", "alice", "bob", "carol")
	w.do("alice", g, chat.Message{Content: chat.Text{Text: "@bob"}, Mentions: []chat.UserID{"bob"}})
	all := w.do("alice", g, chat.Message{Content: chat.Text{Text: "@all"}, MentionAll: true})
	count := func(u chat.UserID) int { return len(must(w.Conversation(t.Context(), u, g))(t).Mentions) }
	if count("bob") != 2 || count("carol") != 1 || count("alice") != 0 {
		t.Errorf("mentions: bob %d, carol %d, alice %d", count("bob"), count("carol"), count("alice"))
	}
	w.do("bob", g, chat.Receipt{State: chat.Read, Through: all.Event.Ref()})
	if count("bob") != 0 || count("carol") != 1 {
		t.Errorf("after reading: bob %d, carol %d", count("bob"), count("carol"))
	}
}

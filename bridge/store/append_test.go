package store

import (
	"errors"
	"slices"
	"testing"
	"time"

	"dragoman/bridge/chat"
)

func TestPlacesAreGapFreeAndSeqsCountHistoryAlone(t *testing.T) {
	w := newWorld(t)
	ab, ac := chat.Peer("alice", "bob"), chat.Peer("alice", "carol")
	var places, seqs []int64
	note := func(r chat.Record) {
		places, seqs = append(places, r.Event.Place.Pos), append(seqs, int64(r.Event.Seq))
	}
	note(w.say("alice", ab, "1"))
	note(w.say("alice", ac, "2"))
	w.refused("alice", ab, chat.Recall{Target: chat.Ref{ID: 7}}, chat.NoMessage)
	note(w.do("bob", ab, chat.Message{Content: chat.Command{Name: "x"}}))
	note(w.say("bob", ab, "3"))
	equal(t, "places", places, 1, 2, 3, 4)
	equal(t, "seqs", seqs, 1, 1, 0, 2)
	w.reopen()
	if r := w.say("bob", ab, "4"); r.Event.Place.Pos != 5 || r.Event.Seq != 3 {
		t.Errorf("after reopening: place %v, seq %d", r.Event.Place, r.Event.Seq)
	}
	place, id, err := w.Last(t.Context())
	if err != nil || place.Pos != 5 || id != w.last {
		t.Errorf("Last = %v, %d, %v", place, id, err)
	}
}

func TestRetryReturnsTheStoredEventAndOtherWordsAreAnotherMessage(t *testing.T) {
	w := newWorld(t)
	c := chat.Peer("alice", "bob")
	draft := func(text string) chat.Draft {
		return chat.Draft{Conv: c, ClientID: "1", Body: textOf(text)}
	}
	first := w.append(w.event("alice", draft("hi")))
	retry := func(what string, ev *chat.Event) {
		t.Helper()
		batch, fates := w.try(ev)
		if !errors.Is(fates[0], chat.ErrDuplicate) || batch[0].Event.ID != first.Event.ID || batch[0].Event.Seq != 1 {
			t.Errorf("%s: fate %v, event %d", what, fates[0], batch[0].Event.ID)
		}
	}
	retry("at once", w.event("alice", draft("hi")))
	w.append(w.event("alice", draft("another")))
	w.append(w.event("bob", draft("hi")))
	w.reopen()
	retry("after a restart", w.event("alice", draft("hi")))
	w.pass(24*time.Hour + time.Minute)
	w.append(w.event("alice", draft("hi")))
	equal(t, "history", w.texts("bob", c), "alice: hi", "alice: another", "bob: hi", "alice: hi")

	batch, fates := w.try(w.event("alice", chat.Draft{Conv: c, ClientID: "2", Body: textOf("x")}), w.event("alice", chat.Draft{Conv: c, ClientID: "2", Body: textOf("x")}))
	if fates[0] != nil || !errors.Is(fates[1], chat.ErrDuplicate) || batch[1].Event != batch[0].Event {
		t.Errorf("twice in one batch: fates %v", fates)
	}
}

func TestRetryOfWhatWasRecalledTellsTheTombstone(t *testing.T) {
	w := newWorld(t)
	c := chat.Peer("alice", "bob")
	d := chat.Draft{Conv: c, ClientID: "1", Body: textOf("secret")}
	w.append(w.event("alice", d))
	w.do("alice", c, chat.Recall{Target: chat.Ref{ClientID: "1", Author: "alice"}})
	batch, fates := w.try(w.event("alice", d))
	if !errors.Is(fates[0], chat.ErrDuplicate) || batch[0].Event.Body.(chat.Message).Content != (chat.Recalled{}) {
		t.Errorf("fate %v, body %v", fates[0], batch[0].Event.Body)
	}
}

func TestAudienceIsTheMembershipAtThePlaceOfEachEventOfABatch(t *testing.T) {
	w := newWorld(t)
	g := w.group("g", "alice", "bob", "carol")
	say := func() *chat.Event { return w.event("alice", chat.Draft{Conv: g, Body: textOf("x")}) }
	change := func(change chat.Change, u chat.UserID) *chat.Event {
		return w.event("alice", chat.Draft{Conv: g, Body: chat.Membership{Change: change, Users: []chat.UserID{u}}})
	}
	batch, fates := w.try(say(), change(chat.ChangeKick, "bob"), say(), change(chat.ChangeAdd, "dave"), say())
	for i, want := range [][]chat.UserID{{"alice", "bob", "carol"}, {"alice", "bob", "carol"}, {"alice", "carol"},
		{"alice", "carol", "dave"}, {"alice", "carol", "dave"}} {
		if fates[i] != nil {
			t.Fatal(fates[i])
		}
		equal(t, short(batch[i].Event), batch[i].Audience, want...)
	}
	now, err := w.Audience(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "audience now", now, "alice", "carol", "dave")
}

func TestAppendChecksWhatMayHaveChangedSinceThePolicyLooked(t *testing.T) {
	w := newWorld(t)
	w.refused("alice", chat.Group("none"), textOf("x"), chat.NoGroup)
	g := w.group("g", "alice", "bob")
	w.refused("mallory", g, textOf("x"), chat.NotMember)
	w.refused("carol", g, chat.Lifecycle{Created: true}, chat.AlreadyExists)
	w.refused("carol", chat.Room("g"), chat.Lifecycle{Created: true}, chat.AlreadyExists)
	w.refused("alice", g, chat.Membership{Change: chat.ChangeAdd, Users: []chat.UserID{"bob"}}, chat.AlreadyMember)
	w.refused("alice", g, chat.Membership{Change: chat.ChangeKick, Users: []chat.UserID{"carol"}}, chat.NotMember)
	w.change("alice", g, chat.ChangeBan, "bob")
	w.refused("bob", g, chat.Membership{Change: chat.ChangeJoin, Users: []chat.UserID{"bob"}}, chat.Banned)
	w.do("alice", g, chat.Lifecycle{})
	w.refused("alice", g, textOf("x"), chat.Dissolved)
	w.refused("alice", g, chat.Lifecycle{Created: true}, chat.AlreadyExists)
	w.reopen()
	w.refused("alice", g, chat.Lifecycle{Created: true}, chat.AlreadyExists)
	server := w.event("app", chat.Draft{Conv: g, Body: textOf("x")})
	server.Source = chat.Server
	if _, fates := w.try(server); chat.ReasonOf(fates[0]) != chat.Dissolved {
		t.Error(fates[0])
	}
}

func TestARefusedEventLeavesNoTraceAndTheOthersOfItsBatchStay(t *testing.T) {
	w := newWorld(t)
	c := chat.Peer("alice", "bob")
	_, fates := w.try(
		w.event("alice", chat.Draft{Conv: c, Body: textOf("1")}),
		w.event("alice", chat.Draft{Conv: c, Body: chat.Edit{Target: chat.Ref{Seq: 9}, Message: textOf("x")}}),
		w.event("alice", chat.Draft{Conv: c, Body: textOf("2")}))
	if fates[0] != nil || chat.ReasonOf(fates[1]) != chat.NoMessage || fates[2] != nil {
		t.Fatal(fates)
	}
	equal(t, "feed", w.feedOf("bob"), "alice: 1", "alice: 2")
}

func TestAnEventThatGoesBackInTimeFailsTheBatchAndNothingOfItIsKept(t *testing.T) {
	w := newWorld(t)
	c := chat.Peer("alice", "bob")
	w.say("alice", c, "1")
	late := w.event("zoe", chat.Draft{Conv: chat.Peer("zoe", "bob"), Body: textOf("2")})
	again := *late
	if _, err := w.Append(t.Context(), []chat.Record{{Event: late}, {Event: &again}}); err == nil {
		t.Fatal("an id that is not after the last was taken")
	}
	equal(t, "feed", w.feedOf("bob"), "alice: 1")
	if r := w.say("zoe", chat.Peer("zoe", "bob"), "3"); r.Event.Place.Pos != 2 {
		t.Errorf("place %v after a failed batch", r.Event.Place)
	}
	w.reopen()
	equal(t, "feed", w.feedOf("zoe"), "zoe: 3")
}

func TestRefsAreFoundByAnyIDAndFilledInWhole(t *testing.T) {
	w := newWorld(t)
	c := chat.Peer("alice", "bob")
	for range 20 {
		w.say("bob", c, "noise")
		w.pass(time.Minute)
	}
	ev := w.append(w.event("alice", chat.Draft{Conv: c, ClientID: "mine", Body: textOf("hi")})).Event
	for range 20 {
		w.say("bob", c, "noise")
		w.pass(time.Second)
	}
	for _, ref := range []chat.Ref{{ID: ev.ID}, {Seq: ev.Seq}, {ClientID: "mine", Author: "alice"}, {ClientID: "mine"}} {
		r := w.do("bob", c, chat.Reaction{Target: ref, On: []chat.Emoji{"+1"}})
		if got := r.Event.Body.(chat.Reaction).Target; got != ev.Ref() {
			t.Errorf("%+v became %+v, want %+v", ref, got, ev.Ref())
		}
		if r.About == nil || r.About.ID != ev.ID || len(r.About.Reactions) != 1 {
			t.Errorf("%+v is about %+v", ref, r.About)
		}
	}
	elsewhere := w.say("alice", chat.Peer("alice", "carol"), "elsewhere").Event
	for _, ref := range []chat.Ref{{ID: elsewhere.ID}, {Seq: 99}, {ClientID: "mine", Author: "bob"}, {ID: 5}} {
		w.refused("bob", c, chat.Reaction{Target: ref, On: []chat.Emoji{"+1"}}, chat.NoMessage)
		reply := w.do("bob", c, chat.Message{Content: chat.Text{Text: "re"}, ReplyTo: ref})
		if got := reply.Event.Body.(chat.Message).ReplyTo; got != ref {
			t.Errorf("reply to the unknown %+v became one to %+v", ref, got)
		}
	}
}

func TestOnlyTheNewestOfAKindIsCaughtUpOn(t *testing.T) {
	w := newWorld(t)
	c := chat.Peer("alice", "bob")
	first, second := w.say("alice", c, "1"), w.say("alice", c, "2")
	react := func(r chat.Record, e chat.Emoji) {
		w.do("bob", c, chat.Reaction{Target: r.Event.Ref(), On: []chat.Emoji{e}, Whole: true})
	}
	react(first, "a")
	react(second, "b")
	react(first, "c")
	w.do("bob", c, chat.Receipt{State: chat.Read, Through: first.Event.Ref()})
	last := w.do("bob", c, chat.Receipt{State: chat.Read, Through: second.Event.Ref()})
	equal(t, "feed", w.feedOf("alice"), "alice: 1", "alice: 2", "bob reaction", "bob reaction", "bob receipt")
	if last.Event.Place.Pos != 7 {
		t.Errorf("place %v: places are given in order of commit, and given once", last.Event.Place)
	}
	e, err := w.Entry(t.Context(), "alice", c, first.Event.Ref())
	if err != nil || len(e.Reactions) != 1 || e.Reactions[0].Emoji != "c" {
		t.Errorf("reactions %v, %v", e.Reactions, err)
	}
}

func TestWhatWentToAFewIsSeenByThemAlone(t *testing.T) {
	w := newWorld(t)
	g := w.group("g", "alice", "bob", "carol")
	w.change("alice", g, chat.ChangeInvite, "dave") // a stranger to the group
	targeted := w.append(w.event("alice", chat.Draft{Conv: g, To: []chat.UserID{"alice", "bob"}, Body: textOf("psst")}))
	edit := w.do("alice", g, chat.Edit{Target: targeted.Event.Ref(), Message: textOf("psst!")})
	equal(t, "whom an edit is told", edit.Event.To, "alice", "bob")
	equal(t, "bob", w.texts("bob", g), "alice lifecycle", "alice: psst!")
	equal(t, "carol", w.texts("carol", g), "alice lifecycle")
	equal(t, "carol's feed", w.feedOf("carol"), "alice lifecycle")
	equal(t, "dave's feed", w.feedOf("dave"), "alice invite [dave]")
	if _, err := w.Entry(t.Context(), "carol", g, targeted.Event.Ref()); chat.ReasonOf(err) != chat.NoMessage {
		t.Errorf("carol reads it: %v", err)
	}
	if n := w.unread("bob", g); n != 0 {
		t.Errorf("%d unread: what went to a few does not count", n)
	}
	if i := slices.Index(targeted.Audience, "carol"); i >= 0 {
		t.Error("carol is in the audience")
	}
}

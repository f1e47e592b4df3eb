package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"dragoman/bridge/chat"
)

func TestHistoryPagesBothWaysByIDSeqAndTime(t *testing.T) {
	w := newWorld(t)
	c := chat.Peer("alice", "bob")
	var ids []chat.EventID
	begin := w.now
	for i := range 10 {
		ids = append(ids, w.say([]chat.UserID{"alice", "bob"}[i%2], c, fmt.Sprint(i)).Event.ID)
		w.pass(time.Minute)
	}
	w.do("alice", c, chat.Message{Content: chat.Custom{Type: "t"}})
	for _, test := range []struct {
		name string
		q    HistoryQuery
		want string
		more bool
	}{
		{"the newest", HistoryQuery{Limit: 3, Contents: []string{"text"}}, "789", true},
		{"before one", HistoryQuery{Limit: 3, Before: ids[7]}, "456", true},
		{"the first", HistoryQuery{Limit: 3, Before: ids[3]}, "012", false},
		{"after one", HistoryQuery{Limit: 3, After: ids[2], Forward: true}, "345", true},
		{"between two", HistoryQuery{After: ids[2], Before: ids[5]}, "34", false},
		{"by seq", HistoryQuery{AfterSeq: 2, BeforeSeq: 5}, "23", false},
		{"by time", HistoryQuery{Since: begin.Add(time.Minute), Until: begin.Add(3 * time.Minute)}, "123", false},
		{"by author", HistoryQuery{From: "bob", Limit: 2}, "79", true},
		{"by content", HistoryQuery{Contents: []string{"custom"}}, "[t]", false},
		{"by kind", HistoryQuery{Kinds: []string{"membership"}}, "", false},
	} {
		page, more, err := w.History(t.Context(), "bob", c, test.q)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, e := range page {
			got += e.Body.(chat.Message).Content.Summary()
		}
		if got != test.want || more != test.more {
			t.Errorf("%s: %q more %v, want %q more %v", test.name, got, more, test.want, test.more)
		}
	}
	if _, _, err := w.History(t.Context(), "carol", c, HistoryQuery{}); chat.ReasonOf(err) != chat.NotMember {
		t.Errorf("a third: %v", err)
	}
	if page, _, err := w.History(t.Context(), "alice", chat.Peer("alice", "zoe"), HistoryQuery{}); err != nil || len(page) != 0 {
		t.Errorf("with whom nothing was said: %v, %v", page, err)
	}
	if _, err := w.EntryByID(t.Context(), "carol", ids[0]); chat.ReasonOf(err) != chat.NoMessage {
		t.Errorf("a third knows the id: %v", err)
	}
	if e, err := w.EntryByID(t.Context(), "bob", ids[0]); err != nil || e.Conv != c {
		t.Errorf("by id: %v, %v", e, err)
	}
	entries, err := w.Entries(t.Context(), "bob", c, []chat.Ref{{Seq: 3}, {Seq: 77}, {ID: ids[0]}})
	if err != nil || len(entries) != 2 || entries[0].Seq != 3 || entries[1].Seq != 1 {
		t.Errorf("entries %v, %v", entries, err)
	}
}

func TestTheArchiveOfAUserHoldsAllHisPeersAsItHappened(t *testing.T) {
	w := newWorld(t)
	var ids []chat.EventID
	for i := range 30 {
		other := chat.UserID(fmt.Sprintf("u%d", i%7))
		ids = append(ids, w.say(other, chat.Peer("me", other), fmt.Sprint(i)).Event.ID)
		w.pass(time.Second)
	}
	w.do("u1", chat.Peer("me", "u1"), chat.Edit{Target: chat.Ref{ID: ids[1]}, Message: textOf("1 edited")})
	w.do("me", chat.Peer("me", "u1"), chat.Setting{Key: "x"})
	g := w.group("g", "me", "u1")
	w.say("u1", g, "in a group")
	w.say("u1", chat.Peer("u1", "u2"), "not his")

	var forward, backward []string
	query := ArchiveQuery{Limit: 7, Count: true}
	for range 10 {
		page, complete, count, err := w.Archive(t.Context(), "me", chat.Conv{}, query)
		if err != nil || count != 31 {
			t.Fatal(count, err)
		}
		for _, r := range page {
			forward = append(forward, short(r.Event))
		}
		if complete {
			break
		}
		query.After = page[len(page)-1].Event.ID
	}
	var want []string
	for i := range 30 {
		want = append(want, fmt.Sprintf("u%d: %d", i%7, i))
	}
	want = append(want, "u1 edits: 1 edited")
	equal(t, "forward", forward, want...)
	query = ArchiveQuery{Limit: 7, Last: true}
	for range 10 {
		page, complete, _, err := w.Archive(t.Context(), "me", chat.Conv{}, query)
		if err != nil {
			t.Fatal(err)
		}
		var some []string
		for _, r := range page {
			some = append(some, short(r.Event))
		}
		backward = append(some, backward...)
		if complete {
			break
		}
		query.Before = page[0].Event.ID
	}
	equal(t, "backward", backward, want...)
	with, complete, _, err := w.Archive(t.Context(), "me", chat.Conv{}, ArchiveQuery{With: "u1"})
	if err != nil || !complete || len(with) != 6 {
		t.Errorf("with one: %d, %v, %v", len(with), complete, err)
	}
	named, _, _, err := w.Archive(t.Context(), "me", chat.Conv{}, ArchiveQuery{IDs: []chat.EventID{ids[5], ids[3]}})
	if err != nil || len(named) != 2 || named[0].Event.ID != ids[3] {
		t.Errorf("by id: %v, %v", named, err)
	}
	if _, _, _, err := w.Archive(t.Context(), "u2", chat.Conv{}, ArchiveQuery{IDs: []chat.EventID{ids[1]}}); chat.ReasonOf(err) != chat.NoMessage {
		t.Errorf("another's: %v", err)
	}
	first, last, err := w.ArchiveEnds(t.Context(), "me", chat.Conv{})
	if err != nil || first != ids[0] || last <= ids[29] {
		t.Errorf("ends %d, %d, %v", first, last, err)
	}
	group, _, count, err := w.Archive(t.Context(), "u1", g, ArchiveQuery{Count: true})
	if err != nil || count != 2 || short(group[1].Event) != "u1: in a group" {
		t.Errorf("of a group: %v, %d, %v", group, count, err)
	}
	if page, complete, _, err := w.Archive(t.Context(), "stranger", chat.Conv{}, ArchiveQuery{}); err != nil || len(page) != 0 || !complete {
		t.Errorf("of nobody: %v, %v", page, err)
	}
}

// Long texts fill a transaction of the index sooner than their number does.
func TestSearchFindsEachOfManyLongTexts(t *testing.T) {
	w := newWorld(t)
	c := chat.Peer("alice", "bob")
	filler := strings.Repeat("filler ", indexBytes/3/7)
	const texts = 10
	for i := range texts {
		w.say("alice", c, filler+"word"+strconv.Itoa(i))
	}
	for i := range texts {
		found, _, err := w.Search(t.Context(), "bob", SearchQuery{Words: []string{"word" + strconv.Itoa(i)}})
		if err != nil || len(found) != 1 {
			t.Errorf("word%d: %d found, %v", i, len(found), err)
		}
	}
}

func TestSearchFindsWordsAndPiecesOfChineseWhereOneMayRead(t *testing.T) {
	w := newWorld(t)
	ab, g := chat.Peer("alice", "bob"), w.group("g", "alice", "bob")
	w.say("alice", ab, "Hello World, this is Ünïcode")
	w.say("alice", g, "今天天气很好，我们去公园吧")
	w.say("carol", chat.Peer("carol", "alice"), "hello from carol")
	w.change("alice", g, chat.ChangeKick, "bob")
	w.say("alice", g, "公园没有bob")
	edited := w.say("alice", ab, "wrong").Event
	w.do("alice", ab, chat.Edit{Target: edited.Ref(), Message: textOf("right")})
	search := func(asker chat.UserID, q SearchQuery) []string {
		t.Helper()
		page, _, err := w.Search(t.Context(), asker, q)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for i := range page {
			all = append(all, short(&page[i].Event))
		}
		return all
	}
	words := func(words ...string) SearchQuery { return SearchQuery{Words: words} }
	hello, park, empty := "alice: Hello World, this is Ünïcode", "alice: 今天天气很好，我们去公园吧", "alice: 公园没有bob"
	equal(t, "a beginning, any case", search("bob", words("hel")), hello)
	equal(t, "without accents", search("bob", words("unicode")), hello)
	equal(t, "two words that follow each other", search("bob", words("world this")), hello)
	equal(t, "all words", search("bob", words("hello", "nothing")))
	equal(t, "any word", search("bob", SearchQuery{Words: []string{"hello", "公园"}, AnyWord: true}), park, hello)
	equal(t, "two characters inside", search("bob", words("公园")), park)
	equal(t, "three", search("bob", words("天气很")), park)
	equal(t, "one", search("bob", words("园")), park)
	equal(t, "the last one", search("bob", words("吧")), park)
	equal(t, "not next to each other", search("bob", words("公气")))
	equal(t, "who stayed finds more", search("alice", words("公园")), empty, park)
	equal(t, "mixed", search("alice", words("有bob")), empty)
	equal(t, "in one conversation", search("alice", SearchQuery{Words: []string{"hello"}, Conv: ab}), hello)
	equal(t, "by author", search("alice", SearchQuery{Words: []string{"hello"}, From: []chat.UserID{"carol"}}), "carol: hello from carol")
	equal(t, "oldest first", search("alice", SearchQuery{Words: []string{"公园"}, Forward: true, Limit: 1}), park)
	equal(t, "what it says now", search("bob", words("right")), "alice: right")
	equal(t, "not what it said", search("bob", words("wrong")))
	equal(t, "a third", search("mallory", words("hello")))
	equal(t, "the server", search("", words("hello")), "carol: hello from carol", hello)
	equal(t, "no word", search("alice", words(`"*()`, " ", "AND")))
	equal(t, "operators are words", search("alice", words("hello OR world")))
	if _, _, err := w.Search(t.Context(), "mallory", SearchQuery{Words: []string{"x"}, Conv: g}); chat.ReasonOf(err) != chat.NotMember {
		t.Errorf("in a group of others: %v", err)
	}
	w.do("bob", ab, chat.Hide{Messages: []chat.Ref{{Seq: 1}}})
	equal(t, "hidden", search("bob", words("hello")))
	w.reopen()
	w.say("alice", ab, "hello again")
	equal(t, "after reopening", search("bob", words("hello")), "alice: hello again")
}

func TestTheIndexFollowsOnItsOwn(t *testing.T) {
	w := newWorld(t)
	for range 3 {
		batch := make([]*chat.Event, 100)
		for i := range batch {
			batch[i] = w.event("alice", chat.Draft{Conv: chat.Peer("alice", "bob"), Body: textOf("word")})
		}
		w.try(batch...)
	}
	for i, want := range []bool{false, true} {
		level, err := w.indexSome()
		if err != nil || level != want {
			t.Fatalf("step %d: level %v, %v", i, level, err)
		}
	}
	var n int
	if _, err := w.writer.row("SELECT count(*) FROM search WHERE search MATCH 'word'", nil, &n); err != nil || n != 300 {
		t.Errorf("%d indexed, %v", n, err)
	}
}

func TestAQuestionEndsWithItsContext(t *testing.T) {
	w := newWorld(t)
	w.say("alice", chat.Peer("alice", "bob"), "x")
	held := make([]*link, 0, poolSize)
	for range poolSize {
		held = append(held, <-w.readers)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Stats(ctx); chat.CodeOf(err) != chat.Unavailable {
		t.Errorf("with no reader free: %v", err)
	}
	for _, l := range held {
		w.readers <- l
	}
	st, err := w.Stats(t.Context())
	if err != nil || st.Events != 1 || st.Peers != 1 || st.Users != 2 || st.Last.Pos != 1 || st.Bytes == 0 || st.Batches != 1 {
		t.Errorf("stats %+v, %v", st, err)
	}
}

func TestTheUsersOfATrunkAreThoseThatWereNamed(t *testing.T) {
	w := newWorld(t)
	bob := chat.Foreign("xmpp", "bob@there.example")
	w.say("alice", chat.Peer("alice", bob), "hello")
	if got := w.TrunkUsers("xmpp"); !slices.Equal(got, []chat.UserID{bob}) {
		t.Errorf("of xmpp: %q", got)
	}
	if got := w.TrunkUsers("irc"); got != nil {
		t.Errorf("of irc: %q", got)
	}
}

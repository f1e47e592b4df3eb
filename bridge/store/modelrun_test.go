package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dragoman/bridge/chat"
)

// people are the users of one run of the model: several runs share a store.
func people(run int) []chat.UserID {
	users := []chat.UserID{"alice", "bob", "carol", "dave"}
	for i := range users {
		users[i] += chat.UserID(fmt.Sprint(run))
	}
	return users
}

func places(run int) []chat.Conv {
	u := people(run)
	return []chat.Conv{chat.Peer(u[0], u[1]), chat.Peer(u[2], u[0]), chat.Group(fmt.Sprint("g", run)), chat.Group(fmt.Sprint("h", run))}
}

// drawDraft makes anything that may be asked for, about anything that was said.
func drawDraft(t *rapid.T, m *model, run, n int) (chat.UserID, chat.Draft) {
	from := rapid.SampledFrom(people(run)).Draw(t, "from")
	c := rapid.SampledFrom(places(run)).Draw(t, "conv")
	if c.Kind == chat.KindPeer {
		from = rapid.SampledFrom(pairOf(c)).Draw(t, "of the two")
	}
	ref := chat.Ref{ID: 1}
	var there []chat.EventID
	for _, e := range m.events {
		if e.conv == c && (e.isMessage || e.history) {
			there = append(there, e.id)
		}
	}
	if len(there) > 0 {
		ref.ID = rapid.SampledFrom(there).Draw(t, "about")
	}
	d := chat.Draft{Conv: c}
	user := rapid.SampledFrom(people(run)).Draw(t, "user")
	membership := func(change chat.Change, u chat.UserID) chat.Body {
		if c.Kind == chat.KindPeer {
			return textOf(fmt.Sprint(n))
		}
		return chat.Membership{Change: change, Users: []chat.UserID{u}}
	}
	state := rapid.SampledFrom([]chat.ReceiptState{chat.Delivered, chat.Read}).Draw(t, "state")
	switch rapid.IntRange(0, 17).Draw(t, "what") {
	case 0, 1, 2, 3, 4:
		d.Body = textOf(fmt.Sprint(n))
	case 5:
		d.Body = chat.Message{Content: chat.Text{Text: fmt.Sprint(n)}, Quiet: true}
	case 6:
		d.Body = chat.Message{Content: chat.Command{Name: fmt.Sprint(n)}}
	case 7:
		d.Body, d.To = textOf(fmt.Sprint(n)), []chat.UserID{from}
	case 8:
		d.Body = chat.Edit{Target: ref, Message: textOf(fmt.Sprint("edit ", n))}
	case 9:
		d.Body = chat.Recall{Target: ref}
	case 10:
		d.Body = chat.Reaction{Target: ref, On: []chat.Emoji{"x"}}
	case 11:
		d.Body = chat.Receipt{State: state, Messages: []chat.Ref{ref}}
	case 12:
		d.Body = chat.Receipt{State: state, Through: ref}
	case 13:
		d.Body = chat.Receipt{State: state}
		if rapid.Bool().Draw(t, "private") {
			d.To = []chat.UserID{from}
		}
	case 14:
		d.Body = chat.Hide{Messages: []chat.Ref{ref}}
		if rapid.IntRange(0, 3).Draw(t, "all") == 0 {
			d.Body = chat.Hide{}
		}
	case 15:
		d.Body = membership(rapid.SampledFrom([]chat.Change{chat.ChangeAdd, chat.ChangeKick}).Draw(t, "change"), user)
	case 16:
		d.Body = membership(chat.ChangeJoin, from)
	case 17:
		d.Body = membership(chat.ChangeLeave, from)
	}
	return from, d
}

// TestFeedsHistoriesAndCountsAgreeWithAModel does random things in random batches and compares what everybody then sees.
func TestFeedsHistoriesAndCountsAgreeWithAModel(t *testing.T) {
	w := newWorld(t)
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		m := newModel()
		for _, c := range places(run)[2:] {
			ev := w.event(people(run)[0], chat.Draft{Conv: c, Body: chat.Lifecycle{Created: true, Members: people(run)[1:2]}})
			m.apply(ev)
			w.append(ev)
		}
		n := 0
		for range rapid.IntRange(1, 12).Draw(rt, "batches") {
			var batch []*chat.Event
			var want []chat.Reason
			for range rapid.IntRange(1, 8).Draw(rt, "size") {
				n++
				from, d := drawDraft(rt, m, run, n)
				ev := w.event(from, d)
				batch = append(batch, ev)
				want = append(want, m.apply(ev))
			}
			_, fates := w.try(batch...)
			for i, fate := range fates {
				if chat.ReasonOf(fate) != want[i] || (fate == nil) != (want[i] == chat.NoReason) {
					rt.Fatalf("%s by %s in %v: fate %v, want reason %d", chat.BodyName(batch[i].Body), batch[i].From, batch[i].Conv, fate, want[i])
				}
			}
			w.pass(time.Second)
		}
		if rapid.IntRange(0, 19).Draw(rt, "reopen") == 0 {
			w.reopen()
		}
		compareWithModel(rt, w, m, run)
	})
}

func compareWithModel(t *rapid.T, w *world, m *model, run int) {
	for _, u := range people(run) {
		var feed []string
		at := chat.Cursor("")
		for {
			page, next, err := w.Since(w.Context(), chat.Reader{User: u, Device: "x"}, at, 4)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 && next == at {
				break
			}
			for _, r := range page {
				feed = append(feed, numbered(r.Event))
			}
			at = next
		}
		agree(t, fmt.Sprintf("feed of %s", u), feed, m.feed(u))
		for _, c := range places(run) {
			page, _, err := w.History(w.Context(), u, c, HistoryQuery{Limit: 1000})
			if err != nil && chat.ReasonOf(err) != chat.NotMember {
				t.Fatal(err)
			}
			var history []string
			for i := range page {
				history = append(history, numbered(&page[i].Event))
			}
			agree(t, fmt.Sprintf("history of %v as %s sees it", c, u), history, m.history(u, c))
			line, err := w.Conversation(w.Context(), u, c)
			if err != nil {
				t.Fatal(err)
			}
			if want := m.unread(u, c); line.Unread != want {
				t.Fatalf("%s has %d unread in %v, want %d\nhistory %s", u, line.Unread, c, want, strings.Join(history, ", "))
			}
		}
	}
}

func numbered(ev *chat.Event) string {
	if b, ok := ev.Body.(chat.Message); ok {
		return fmt.Sprintf("%d %s: %s", ev.ID, ev.From, b.Content.Summary())
	}
	return fmt.Sprintf("%d %s %s", ev.ID, ev.From, chat.BodyName(ev.Body))
}

func agree(t *rapid.T, what string, got, want []string) {
	if !slices.Equal(got, want) {
		t.Fatalf("%s:\n got %s\nwant %s", what, strings.Join(got, " | "), strings.Join(want, " | "))
	}
}

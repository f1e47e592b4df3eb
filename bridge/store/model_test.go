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

// model is what the store should answer, kept the long way round: every event with everybody who may see it.
type model struct {
	events  []*modelEvent
	members map[chat.Conv][]chat.UserID
	since   map[modelLine]int // when a membership began: index into events
	read    map[modelLine]int // up to here he has read
	marks   map[string]int    // conversation, state, reader and beginning of membership: up to here receipts went
}

type modelLine struct {
	user chat.UserID
	conv chat.Conv
}

type modelEvent struct {
	id        chat.EventID
	conv      chat.Conv
	from      chat.UserID
	body      string
	text      string // of a message, as it now stands
	narrow    bool
	isMessage bool
	history   bool
	counts    bool
	imported  bool
	recalled  bool
	sees      map[chat.UserID]bool // who may see it
	caughtUp  map[chat.UserID]bool // whose feed still has it
	done      map[chat.UserID]bool // who has read or hidden it by name
	hidden    map[chat.UserID]bool
	key       string
}

func (e *modelEvent) String() string {
	if e.isMessage {
		return fmt.Sprintf("%d %s: %s", e.id, e.from, e.text)
	}
	return fmt.Sprintf("%d %s %s", e.id, e.from, e.body)
}

func newModel() *model {
	return &model{members: map[chat.Conv][]chat.UserID{}, since: map[modelLine]int{}, read: map[modelLine]int{}, marks: map[string]int{}}
}

// add notes an event of its own for those who may see it, and takes the predecessor of its key from their feeds.
func (m *model) add(e *modelEvent, users []chat.UserID) {
	e.sees, e.caughtUp, e.done, e.hidden = map[chat.UserID]bool{}, map[chat.UserID]bool{}, map[chat.UserID]bool{}, map[chat.UserID]bool{}
	for _, u := range users {
		e.sees[u], e.caughtUp[u] = true, !e.imported
	}
	for _, old := range m.events {
		if e.key == "" || old.key != e.key || old.narrow != e.narrow || e.imported {
			continue
		}
		for u := range old.caughtUp {
			if !e.narrow || e.sees[u] {
				delete(old.caughtUp, u)
				delete(old.sees, u)
			}
		}
	}
	m.events = append(m.events, e)
}

func (m *model) in(u chat.UserID, c chat.Conv) bool {
	return c.Kind == chat.KindPeer && c.Member(u) || slices.Contains(m.members[c], u)
}

func (m *model) audience(c chat.Conv) []chat.UserID {
	if c.Kind == chat.KindPeer {
		return pairOf(c)
	}
	return slices.Clone(m.members[c])
}

func (m *model) index(id chat.EventID) int {
	return slices.IndexFunc(m.events, func(e *modelEvent) bool { return e.id == id })
}

// apply does to the model what the event should do to the store, and says why it should be refused.
func (m *model) apply(ev *chat.Event) chat.Reason {
	e := &modelEvent{id: ev.ID, conv: ev.Conv, from: ev.From, body: chat.BodyName(ev.Body), imported: ev.Source == chat.Import}
	if body, ok := ev.Body.(chat.Lifecycle); ok {
		m.members[ev.Conv] = append([]chat.UserID{ev.From}, body.Members...)
		e.history = true
		m.add(e, m.members[ev.Conv])
		for _, u := range m.members[ev.Conv] {
			m.since[modelLine{u, ev.Conv}], m.read[modelLine{u, ev.Conv}] = len(m.events)-1, len(m.events)-1
		}
		return chat.NoReason
	}
	membership, isMembership := ev.Body.(chat.Membership)
	if ev.Source == chat.Client && !m.in(ev.From, ev.Conv) && !(isMembership && membership.Change == chat.ChangeJoin) {
		if _, own := ev.Body.(chat.Hide); !own {
			return chat.NotMember
		}
	}
	switch body := ev.Body.(type) {
	case chat.Message:
		_, command := body.Content.(chat.Command)
		e.isMessage, e.text, e.narrow, e.history = true, body.Content.Summary(), ev.To != nil, !command
		e.counts = !command && !body.Quiet && ev.To == nil && !e.imported
		users := ev.To
		if users == nil {
			users = m.audience(ev.Conv)
		}
		m.add(e, users)
	case chat.Edit:
		return m.change(e, body.Target.ID, func(target *modelEvent) { target.text = body.Message.Content.Summary() }, "")
	case chat.Recall:
		return m.change(e, body.Target.ID, func(target *modelEvent) { target.text, target.recalled = "[recalled]", true }, "")
	case chat.Reaction:
		return m.change(e, body.Target.ID, func(*modelEvent) {}, fmt.Sprint("reaction ", ev.From, body.Target.ID))
	case chat.Membership:
		return m.membership(e, ev, body)
	case chat.Receipt:
		return m.receipt(e, ev, body)
	case chat.Hide:
		return m.hide(e, ev, body)
	}
	return chat.NoReason
}

func (m *model) change(e *modelEvent, id chat.EventID, change func(*modelEvent), key string) chat.Reason {
	i := m.index(id)
	if i < 0 || m.events[i].conv != e.conv || !(m.events[i].isMessage || (key != "" && m.events[i].history)) {
		return chat.NoMessage
	}
	target := m.events[i]
	if target.recalled {
		return chat.AlreadyRecalled
	}
	change(target)
	users := m.audience(e.conv)
	if target.narrow {
		users = nil
		for u := range target.sees {
			users = append(users, u)
		}
		e.narrow = true
		if !slices.Contains(users, e.from) {
			users = append(users, e.from)
		}
	}
	e.key = key
	m.add(e, users)
	return chat.NoReason
}

func (m *model) membership(e *modelEvent, ev *chat.Event, body chat.Membership) chat.Reason {
	u := body.Users[0]
	is := m.in(u, ev.Conv)
	e.history = true
	line := modelLine{u, ev.Conv}
	switch body.Change {
	case chat.ChangeJoin, chat.ChangeAdd:
		if is {
			return chat.AlreadyMember
		}
		m.members[ev.Conv] = append(m.members[ev.Conv], u)
		m.add(e, m.members[ev.Conv])
		m.since[line], m.read[line] = len(m.events)-1, len(m.events)-1
	default:
		if !is {
			return chat.NotMember
		}
		m.add(e, m.members[ev.Conv])
		m.members[ev.Conv] = slices.DeleteFunc(slices.Clone(m.members[ev.Conv]), func(o chat.UserID) bool { return o == u })
	}
	return chat.NoReason
}

func (m *model) receipt(e *modelEvent, ev *chat.Event, body chat.Receipt) chat.Reason {
	private := ev.To != nil
	line := modelLine{ev.From, ev.Conv}
	var authors []chat.UserID
	e.key = fmt.Sprint("receipt ", ev.From, ev.Conv, body.State, private)
	if len(body.Messages) > 0 {
		i := m.index(body.Messages[0].ID)
		if i < 0 || m.events[i].conv != ev.Conv || !m.events[i].isMessage || !m.events[i].sees[ev.From] || m.events[i].from == ev.From {
			return chat.NoMessage
		}
		if ev.Conv.Kind == chat.KindGroup && i < m.since[line] {
			return chat.NoMessage // of an earlier membership
		}
		if body.State == chat.Read {
			m.events[i].done[ev.From] = true
		}
		authors = append(authors, m.events[i].from)
		e.key += fmt.Sprint(body.Messages[0].ID)
	} else {
		through := -1
		if !body.Through.IsZero() {
			through = m.index(body.Through.ID)
			if through < 0 || m.events[through].conv != ev.Conv || !m.events[through].sees[ev.From] ||
				(ev.Conv.Kind == chat.KindGroup && through < m.since[line]) {
				return chat.NoMessage
			}
		} else {
			through = m.newest(ev.Conv, ev.From)
		}
		if through < 0 {
			e.narrow = true
			m.add(e, []chat.UserID{ev.From})
			return chat.NoReason
		}
		if body.State == chat.Read {
			m.read[line] = max(m.read[line], through)
		}
		if !private {
			authors = m.mark(ev, body.State, through)
		}
	}
	users := []chat.UserID{ev.From}
	switch {
	case private:
		e.narrow = true
	case ev.Conv.Kind == chat.KindPeer:
		users = m.audience(ev.Conv)
	default:
		e.narrow = true
		for _, u := range authors {
			if u != ev.From && m.in(u, ev.Conv) && !slices.Contains(users, u) {
				users = append(users, u)
			}
		}
	}
	m.add(e, users)
	return chat.NoReason
}

// newest is the last message of others for all in c, else the last of its history.
func (m *model) newest(c chat.Conv, reader chat.UserID) int {
	last := -1
	begin := m.since[modelLine{reader, c}]
	for i, e := range m.events {
		if i >= begin && e.conv == c && e.history && !e.narrow && e.isMessage && e.from != reader {
			last = i
		}
	}
	for i, e := range m.events {
		if i >= begin && last < 0 && e.conv == c && e.history && !e.narrow {
			for j := i; j < len(m.events); j++ {
				if e := m.events[j]; e.conv == c && e.history && !e.narrow {
					last = j
				}
			}
		}
	}
	return last
}

func (m *model) mark(ev *chat.Event, state chat.ReceiptState, through int) (authors []chat.UserID) {
	begin := m.since[modelLine{ev.From, ev.Conv}]
	key := fmt.Sprint(ev.Conv, state, ev.From, begin)
	hi, ok := m.marks[key]
	if !ok {
		hi = begin - 1
	}
	if hi >= through {
		return []chat.UserID{m.events[through].from}
	}
	m.marks[key] = through
	for _, e := range m.events[hi+1 : through+1] {
		if e.conv == ev.Conv && e.isMessage && e.history && !e.narrow {
			authors = append(authors, e.from)
		}
	}
	return authors
}

func (m *model) hide(e *modelEvent, ev *chat.Event, body chat.Hide) chat.Reason {
	e.narrow = true
	line := modelLine{ev.From, ev.Conv}
	if len(body.Messages) > 0 {
		i := m.index(body.Messages[0].ID)
		// He may name what lies between the ends of his last membership, and so what he could see then.
		if i < 0 || m.events[i].conv != ev.Conv || !m.events[i].sees[ev.From] || (ev.Conv.Kind == chat.KindGroup && i < m.since[line]) {
			return chat.NoMessage
		}
		m.events[i].hidden[ev.From], m.events[i].done[ev.From] = true, true
		e.key = fmt.Sprint("hide ", ev.From, ev.Conv, body.Messages[0].ID)
	} else {
		for i, old := range m.events {
			if old.conv == ev.Conv && old.history {
				old.hidden[ev.From] = true
				m.read[line] = max(m.read[line], i)
			}
		}
		e.key = fmt.Sprint("hide ", ev.From, ev.Conv)
	}
	m.add(e, []chat.UserID{ev.From})
	return chat.NoReason
}

func (m *model) feed(u chat.UserID) []string {
	var all []string
	for _, e := range m.events {
		if e.caughtUp[u] && !e.hidden[u] {
			all = append(all, e.String())
		}
	}
	return all
}

func (m *model) history(u chat.UserID, c chat.Conv) []string {
	var all []string
	for _, e := range m.events {
		if e.conv == c && e.history && e.sees[u] && !e.hidden[u] {
			all = append(all, e.String())
		}
	}
	return all
}

func (m *model) unread(u chat.UserID, c chat.Conv) (n int) {
	line := modelLine{u, c}
	begin, ok := m.since[line]
	if c.Kind == chat.KindGroup && !ok {
		return 0
	}
	for i, e := range m.events {
		if e.conv == c && e.counts && e.from != u && e.sees[u] && i >= begin && i > m.readAt(line) && !e.recalled && !e.done[u] {
			n++
		}
	}
	return n
}

func (m *model) readAt(l modelLine) int {
	if i, ok := m.read[l]; ok {
		return i
	}
	return -1
}

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

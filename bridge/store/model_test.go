package store

import (
	"fmt"
	"slices"

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

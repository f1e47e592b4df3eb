package zim

import (
	"sync"
	"time"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/bridge/store"
	"dragoman/mapping/zimmap"
	"dragoman/protocols/zim/zimwire"
)

// gatherFor is how long changes of the conversation list are gathered before they are told: a burst of messages is one
// change of each of its conversations.
const gatherFor = 40 * time.Millisecond

// states is what has changed in a session's list of conversations and was not told yet.
type states struct {
	wake chan struct{}

	mu      sync.Mutex
	order   []chat.Conv
	touched map[chat.Conv]touch
	deleted map[chat.Conv]bool // taken off the list during this session
	total   int                // the last unread total that was told; -1: none
}

type touch struct{ added, deleted bool }

func newStates() *states {
	return &states{wake: make(chan struct{}, 1), touched: map[chat.Conv]touch{}, deleted: map[chat.Conv]bool{}, total: -1}
}

// touch notes what an event changes in the list of me.
func (t *states) touch(me chat.UserID, d *bridge.Delivery) {
	ev := d.Event
	if !zimmap.Touches(ev) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	now, known := t.touched[ev.Conv]
	if !known {
		t.order = append(t.order, ev.Conv)
	}
	switch b := ev.Body.(type) {
	case chat.Message:
		if ev.Seq == 1 || t.deleted[ev.Conv] {
			now.added = true
		}
		now.deleted = false
		delete(t.deleted, ev.Conv)
	case chat.Lifecycle:
		now.added = now.added || b.Created
	case chat.Membership:
		for _, u := range b.Users {
			now.added = now.added || (u == me && (b.Change == chat.ChangeAdd || b.Change == chat.ChangeJoin))
		}
	case chat.Setting:
		if b.Key == chat.SettingDeleted && b.Value.Bits != 0 {
			now.deleted, t.deleted[ev.Conv] = true, true
		}
	}
	t.touched[ev.Conv] = now
	select {
	case t.wake <- struct{}{}:
	default: // already awake
	}
}

func (t *states) take() (order []chat.Conv, touched map[chat.Conv]touch) {
	t.mu.Lock()
	defer t.mu.Unlock()
	order, touched = t.order, t.touched
	t.order, t.touched = nil, map[chat.Conv]touch{}
	return order, touched
}

// tell says what has become of the client's conversations, and how much it has not read. After a login it says that
// the list is complete.
func (s *session) tell() error {
	if err := s.tellNow("conversationSyncStateChanged", zimwire.EventOfConversationSyncStateChangedResult{State: zimwire.ConversationSyncStateStarted}); err != nil {
		return err
	}
	synced := false
	for {
		if err := s.tellChanges(); err != nil {
			return err
		}
		if !synced {
			synced = true
			if err := s.tellNow("conversationSyncStateChanged", zimwire.EventOfConversationSyncStateChangedResult{State: zimwire.ConversationSyncStateFinished}); err != nil {
				return err
			}
		}
		select {
		case <-s.states.wake:
		case <-s.ctx.Done():
			return nil
		}
		select {
		case <-time.After(gatherFor):
		case <-s.ctx.Done():
			return nil
		}
	}
}

func (s *session) tellChanges() error {
	order, touched := s.states.take()
	m := s.mapFor(s.ctx, s.actor.User)
	var changes []zimwire.ConversationChangeInfo
	for _, c := range order {
		line, err := s.Store.Conversation(s.ctx, s.actor.User, c)
		if err != nil {
			if s.ctx.Err() == nil {
				s.log.Err(err).Stringer("conv", c).Msg("cannot read a conversation that has changed")
			}
			continue
		}
		line.Conv = c
		w, ok := fromConversation(m, line)
		if !ok {
			continue
		}
		changes = append(changes, zimwire.ConversationChangeInfo{Event: changeOf(touched[c], w), Conversation: w})
	}
	if len(changes) > 0 {
		if err := s.tellNow("conversationChanged", zimwire.EventOfConversationChangedResult{InfoList: changes}); err != nil {
			return err
		}
	}
	return s.tellTotal()
}

func changeOf(t touch, w zimwire.Conversation) zimwire.ConversationEvent {
	switch {
	case t.deleted:
		return zimwire.ConversationEventDeleted
	case w.IsDisabled:
		return zimwire.ConversationEventDisabled
	case t.added:
		return zimwire.ConversationEventAdded
	}
	return zimwire.ConversationEventUpdated
}

func (s *session) tellTotal() error {
	_, loud, err := s.Store.UnreadTotal(s.ctx, s.actor.User)
	if err != nil {
		if s.ctx.Err() == nil {
			s.log.Err(err).Msg("cannot count what is unread")
		}
		return nil
	}
	s.states.mu.Lock()
	same := s.states.total == loud
	s.states.total = loud
	s.states.mu.Unlock()
	if same {
		return nil
	}
	return s.tellNow("conversationTotalUnreadMessageCountUpdated",
		zimwire.EventOfConversationTotalUnreadMessageCountUpdatedResult{TotalUnreadMessageCount: int64(loud)})
}

// fromConversation writes a line of the list. The alias of a group is the reader's own name for it.
func fromConversation(m zimmap.Map, c store.Conversation) (zimwire.Conversation, bool) {
	return m.FromLine(zimmap.Line{
		Conv: c.Conv, Last: c.Last, Unread: c.Unread, Read: c.Read, Mentions: c.Mentions, Pinned: c.Pinned, PinnedAt: c.PinnedAt,
		Muted: c.Muted, Settings: c.Settings, Order: c.Order,
	})
}

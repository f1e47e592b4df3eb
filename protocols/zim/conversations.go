package zim

import (
	"cmp"
	"context"
	"slices"

	"github.com/go-json-experiment/json"

	"dragoman/bridge/chat"
	"dragoman/bridge/store"
	"dragoman/mapping/zimmap"
	"dragoman/protocols/zim/zimwire"
)

const (
	maxPins     = 100 // conversations [zim conversations]
	maxMarkType = 30
	maxMarked   = 100 // conversations in one call
	convPage    = 100
)

// lines reads the user's conversations from the last moved on, until take says that it has enough.
func (s *session) lines(ctx context.Context, q store.ConvQuery, take func(store.Conversation) (more bool, err error)) error {
	q.Limit = convPage
	for {
		page, err := s.Store.Conversations(ctx, s.actor.User, q)
		if err != nil {
			return err
		}
		for _, c := range page {
			if more, err := take(c); err != nil || !more {
				return err
			}
		}
		if len(page) < convPage {
			return nil
		}
		q.Before = page[len(page)-1].Order
	}
}

func (s *session) eachConversation(ctx context.Context, do func(store.Conversation) error) error {
	return s.lines(ctx, store.ConvQuery{}, func(c store.Conversation) (bool, error) { return true, do(c) })
}

// passes reports whether a line is one of those that a filter wants.
func passes(c store.Conversation, kind zimwire.ConversationType, o zimwire.ConversationFilterOption) bool {
	switch {
	case len(o.ConversationTypes) > 0 && !slices.Contains(o.ConversationTypes, kind),
		o.IsOnlyUnreadConversation && c.Unread == 0,
		o.PinnedFilter == zimwire.ConversationPinnedFilterOnlyPinned && !c.Pinned,
		o.PinnedFilter == zimwire.ConversationPinnedFilterOnlyUnpinned && c.Pinned:
		return false
	}
	return marked(zimmap.Marks(c.Settings), o.Marks)
}

// marked reports whether a line that bears these marks is wanted: −1 wants any mark, 0 none, else one of them.
func marked(marks, wanted []int64) bool {
	if len(wanted) == 0 {
		return true
	}
	for _, w := range wanted {
		switch {
		case w == -1 && len(marks) > 0, w == 0 && len(marks) == 0, w > 0 && slices.Contains(marks, w):
			return true
		}
	}
	return false
}

// queryConversationList answers pinned conversations first, then the others, each the last moved first.
func (s *session) queryConversationList(ctx context.Context, p zimwire.QueryConversationListParams) (zimwire.ConversationListQueriedResult, error) {
	want := pageOf(p.Config.Count)
	m := s.me(ctx)
	next := p.Config.NextConversation
	var list []zimwire.Conversation
	add := func(c store.Conversation, pinned bool) (bool, error) {
		w, ok := fromConversation(m, c)
		if ok && c.Pinned == pinned && passes(c, w.Type, p.Option) {
			list = append(list, w)
		}
		return len(list) < want, nil
	}
	if next == nil || next.IsPinned {
		q := store.ConvQuery{Pinned: true}
		if next != nil {
			q.Before = zimmap.OrderID(next.OrderKey, false)
		}
		if err := s.lines(ctx, q, func(c store.Conversation) (bool, error) { return add(c, true) }); err != nil {
			return zimwire.ConversationListQueriedResult{}, err
		}
	}
	if len(list) < want {
		q := store.ConvQuery{}
		if next != nil && !next.IsPinned {
			q.Before = zimmap.OrderID(next.OrderKey, false)
		}
		if err := s.lines(ctx, q, func(c store.Conversation) (bool, error) { return add(c, false) }); err != nil {
			return zimwire.ConversationListQueriedResult{}, err
		}
	}
	return zimwire.ConversationListQueriedResult{ConversationList: list}, nil
}

func (s *session) queryConversationPinnedList(ctx context.Context, p zimwire.QueryConversationPinnedListParams) (zimwire.ConversationPinnedListQueriedResult, error) {
	got, err := s.queryConversationList(ctx, zimwire.QueryConversationListParams{Config: p.Config,
		Option: zimwire.ConversationFilterOption{PinnedFilter: zimwire.ConversationPinnedFilterOnlyPinned}})
	return zimwire.ConversationPinnedListQueriedResult(got), err
}

// line returns one line of the user's list: 6000603 where he has none with c.
func (s *session) line(ctx context.Context, c chat.Conv) (store.Conversation, error) {
	got, err := s.Store.Conversation(ctx, s.actor.User, c)
	if err != nil {
		return got, err
	}
	got.Conv = c
	if got.Last == nil && len(got.Settings) == 0 && got.Order == 0 {
		return got, zimwire.Refuse(zimwire.ConversationModuleConversationDoesNotExist, "there is no such conversation")
	}
	return got, nil
}

// listed is conv for a conversation that has a line.
func (s *session) listed(ctx context.Context, id string, kind zimwire.ConversationType) (chat.Conv, store.Conversation, error) {
	c, err := s.conv(id, kind)
	if err != nil {
		return c, store.Conversation{}, err
	}
	got, err := s.line(ctx, c)
	return c, got, err
}

func (s *session) queryConversation(ctx context.Context, p zimwire.QueryConversationParams) (zimwire.ConversationQueriedResult, error) {
	_, got, err := s.listed(ctx, p.ConversationID, p.ConversationType)
	if err != nil {
		return zimwire.ConversationQueriedResult{}, err
	}
	w, ok := fromConversation(s.me(ctx), got)
	if !ok {
		return zimwire.ConversationQueriedResult{}, zimwire.Refuse(zimwire.ConversationModuleConversationDoesNotExist, "rooms are in no list")
	}
	return zimwire.ConversationQueriedResult{Conversation: w}, nil
}

// set keeps what the user wants of a conversation.
func (s *session) set(ctx context.Context, c chat.Conv, key chat.SettingKey, v chat.Value) error {
	_, err := s.submit(ctx, chat.Draft{Conv: c, To: []chat.UserID{s.actor.User}, Body: chat.Setting{Key: key, Value: v}})
	return err
}

func (s *session) updateConversationPinnedState(ctx context.Context, p zimwire.UpdateConversationPinnedStateParams) (zimwire.ConversationPinnedStateUpdatedResult, error) {
	result := zimwire.ConversationPinnedStateUpdatedResult{ConversationID: p.ConversationID, ConversationType: p.ConversationType}
	c, got, err := s.listed(ctx, p.ConversationID, p.ConversationType)
	if err != nil || got.Pinned == p.IsPinned {
		return result, err
	}
	if p.IsPinned {
		pinned, err := s.Store.Conversations(ctx, s.actor.User, store.ConvQuery{Pinned: true, Limit: maxPins})
		if err != nil {
			return result, err
		}
		if len(pinned) >= maxPins {
			return result, zimwire.Refuse(zimwire.ConversationModuleConversationPinnedListReachedLimit, "at most 100 conversations are pinned")
		}
	}
	return result, s.set(ctx, c, chat.SettingPinned, chat.Bool(p.IsPinned))
}

func (s *session) deleteConversation(ctx context.Context, p zimwire.DeleteConversationParams) (zimwire.ConversationDeletedResult, error) {
	result := zimwire.ConversationDeletedResult{ConversationID: p.ConversationID, ConversationType: p.ConversationType}
	c, got, err := s.listed(ctx, p.ConversationID, p.ConversationType)
	if err != nil {
		return result, err
	}
	return result, s.unlist(ctx, c, got, chat.Native{})
}

// unlist takes a conversation off the list. What is unread goes with it, from the total, too.
func (s *session) unlist(ctx context.Context, c chat.Conv, got store.Conversation, native chat.Native) error {
	if got.Unread > 0 {
		if err := s.clearUnread(ctx, c); err != nil {
			return err
		}
	}
	_, err := s.submit(ctx, chat.Draft{Conv: c, To: []chat.UserID{s.actor.User}, Native: native,
		Body: chat.Setting{Key: chat.SettingDeleted, Value: chat.Bool(true)}})
	return err
}

// allConversations returns the conversations that pass: what is done to them may move them in the list.
func (s *session) allConversations(ctx context.Context, pass func(store.Conversation) bool) ([]store.Conversation, error) {
	var all []store.Conversation
	err := s.eachConversation(ctx, func(c store.Conversation) error {
		if pass(c) {
			all = append(all, c)
		}
		return nil
	})
	return all, err
}

// clearUnread moves the user's own read mark to the end; nobody else is told.
func (s *session) clearUnread(ctx context.Context, c chat.Conv) error {
	_, err := s.submit(ctx, chat.Draft{Conv: c, To: []chat.UserID{s.actor.User}, Body: chat.Receipt{State: chat.Read}})
	return err
}

func (s *session) deleteAllConversations(ctx context.Context, _ zimwire.DeleteAllConversationsParams) (none, error) {
	all, err := s.allConversations(ctx, func(store.Conversation) bool { return true })
	if err != nil {
		return none{}, err
	}
	for i, c := range all {
		native := chat.Native{}
		if i == len(all)-1 {
			native = zimmap.LastOf(int64(len(all)))
		}
		if err := s.unlist(ctx, c.Conv, c, native); err != nil {
			return none{}, err
		}
	}
	return none{}, nil
}

func (s *session) clearConversationUnreadMessageCount(ctx context.Context, p zimwire.ClearConversationUnreadMessageCountParams) (zimwire.ConversationUnreadMessageCountClearedResult, error) {
	result := zimwire.ConversationUnreadMessageCountClearedResult(p)
	c, got, err := s.listed(ctx, p.ConversationID, p.ConversationType)
	if err != nil || got.Unread == 0 {
		return result, err
	}
	return result, s.clearUnread(ctx, c)
}

func (s *session) clearConversationTotalUnreadMessageCount(ctx context.Context, _ none) (none, error) {
	unread, err := s.allConversations(ctx, func(c store.Conversation) bool { return c.Unread > 0 })
	if err != nil {
		return none{}, err
	}
	for _, c := range unread {
		if err := s.clearUnread(ctx, c.Conv); err != nil {
			return none{}, err
		}
	}
	return none{}, nil
}

func (s *session) queryConversationTotalUnreadMessageCount(ctx context.Context, p zimwire.QueryConversationTotalUnreadMessageCountParams) (zimwire.ConversationTotalUnreadMessageCountQueriedResult, error) {
	option := zimwire.ConversationFilterOption{ConversationTypes: p.Config.ConversationTypes, Marks: p.Config.Marks, IsOnlyUnreadConversation: true}
	total := 0
	err := s.eachConversation(ctx, func(c store.Conversation) error {
		if _, kind, ok := zimmap.NameOf(s.actor.User, c.Conv); ok && !c.Muted && passes(c, kind, option) {
			total += c.Unread
		}
		return nil
	})
	return zimwire.ConversationTotalUnreadMessageCountQueriedResult{UnreadMessageCount: int64(total)}, err
}

func (s *session) setConversationNotificationStatus(ctx context.Context, p zimwire.SetConversationNotificationStatusParams) (zimwire.ConversationNotificationStatusSetResult, error) {
	result := zimwire.ConversationNotificationStatusSetResult{ConversationID: p.ConversationID, ConversationType: p.ConversationType}
	c, err := s.conv(p.ConversationID, p.ConversationType)
	if err != nil {
		return result, err
	}
	switch p.Status {
	case zimwire.ConversationNotificationStatusNotify, zimwire.ConversationNotificationStatusDoNotDisturb:
	default:
		return result, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "a status is 1 or 2")
	}
	return result, s.set(ctx, c, chat.SettingMuted, chat.Bool(p.Status == zimwire.ConversationNotificationStatusDoNotDisturb))
}

func (s *session) sendConversationMessageReceiptRead(ctx context.Context, p zimwire.SendConversationMessageReceiptReadParams) (zimwire.ConversationMessageReceiptReadSentResult, error) {
	result := zimwire.ConversationMessageReceiptReadSentResult(p)
	if p.ConversationType != zimwire.ConversationTypePeer {
		return result, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "a whole conversation is read with one peer alone")
	}
	c, err := s.conv(p.ConversationID, p.ConversationType)
	if err != nil {
		return result, err
	}
	_, err = s.submit(ctx, chat.Draft{Conv: c, Body: chat.Receipt{State: chat.Read}})
	return result, err
}

func (s *session) setConversationDraft(ctx context.Context, p zimwire.SetConversationDraftParams) (zimwire.ConversationDraftSetResult, error) {
	result := zimwire.ConversationDraftSetResult{ConversationID: p.ConversationID, ConversationType: p.ConversationType}
	c, err := s.conv(p.ConversationID, p.ConversationType)
	if err != nil {
		return result, err
	}
	return result, s.set(ctx, c, chat.SettingDraft, chat.String(p.Draft))
}

func (s *session) setConversationMark(ctx context.Context, p zimwire.SetConversationMarkParams) (zimwire.ConversationMarkSetResult, error) {
	if p.MarkType < 1 || p.MarkType > maxMarkType || len(p.ConversationInfos) == 0 || len(p.ConversationInfos) > maxMarked {
		return zimwire.ConversationMarkSetResult{}, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "a mark is from 1 to 30, for 1 to 100 conversations")
	}
	result := zimwire.ConversationMarkSetResult{}
	for _, info := range p.ConversationInfos {
		if err := s.mark(ctx, info, p.MarkType, p.Enable); err != nil {
			result.FailedConversationInfos = append(result.FailedConversationInfos, info)
		}
	}
	return result, nil
}

func (s *session) mark(ctx context.Context, info zimwire.ConversationBaseInfo, mark int64, on bool) error {
	c, got, err := s.listed(ctx, info.ConversationID, info.ConversationType)
	if err != nil {
		return err
	}
	return s.setMarks(ctx, c, got.Settings, mark, on)
}

func (s *session) setMarks(ctx context.Context, c chat.Conv, settings map[chat.SettingKey]chat.Value, mark int64, on bool) error {
	value, changed := withMark(settings, mark, on)
	if !changed {
		return nil
	}
	return s.set(ctx, c, chat.SettingMarks, value)
}

// withMark returns the marks of a conversation with one more, or one less.
func withMark(settings map[chat.SettingKey]chat.Value, mark int64, on bool) (chat.Value, bool) {
	marks := zimmap.Marks(settings)
	if slices.Contains(marks, mark) == on {
		return chat.Value{}, false
	}
	if on {
		marks = append(marks, mark)
		slices.SortFunc(marks, cmp.Compare)
	} else {
		marks = slices.DeleteFunc(marks, func(m int64) bool { return m == mark })
	}
	text, err := json.Marshal(marks)
	if err != nil {
		return chat.Value{}, false
	}
	return chat.JSON(string(text)), true
}

package zim

import (
	"context"

	"dragoman/bridge/chat"
	"dragoman/bridge/store"
	"dragoman/mapping/zimmap"
	"dragoman/protocols/zim/zimwire"
)

const (
	// maxPage bounds a page of messages.
	maxPage = 100
	// maxRounds bounds how often one page is filled up where the history holds what ZIM does not show.
	maxRounds = 20
	maxBySeq  = 10 // messages that queryMessages takes
	// maxDeleted bounds the messages of one deleteMessages: they become one event.
	maxDeleted = 1000
)

func (s *session) queryHistoryMessage(ctx context.Context, p zimwire.QueryHistoryMessageParams) (zimwire.MessageQueriedResult, error) {
	result := zimwire.MessageQueriedResult{ConversationID: p.ConversationID, ConversationType: p.ConversationType}
	c, err := s.conv(p.ConversationID, p.ConversationType)
	if err != nil {
		return result, err
	}
	q := store.HistoryQuery{Limit: pageOf(p.Config.Count), Forward: !p.Config.Reverse}
	if next := p.Config.NextMessage; next != nil {
		at, err := s.anchor(ctx, c, *next)
		if err != nil {
			return result, err
		}
		if q.Forward {
			q.After = at
		} else {
			q.Before = at
		}
	}
	result.MessageList, err = s.page(ctx, c, q)
	return result, err
}

// pageOf brings the number that a client asks for between 1 and maxPage.
func pageOf[N ~int64](count N) int { return int(max(1, min(count, maxPage))) }

// anchor returns the id of the message from which to read on; the message itself may be gone.
func (s *session) anchor(ctx context.Context, c chat.Conv, w zimwire.Message) (chat.EventID, error) {
	ref := zimmap.RefOf(w)
	if ref.ID != 0 {
		return ref.ID, nil
	}
	if ref.IsZero() {
		return 0, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "the message to read on from has no id")
	}
	e, err := s.Store.Entry(ctx, s.actor.User, c, ref)
	return e.ID, err
}

// page reads as many messages as the query wants, unless there are no more: what ZIM does not show does not count.
func (s *session) page(ctx context.Context, c chat.Conv, q store.HistoryQuery) ([]zimwire.Message, error) {
	if err := s.Router.MayRead(ctx, s.actor, c); err != nil {
		return nil, err
	}
	m := s.me(ctx)
	var list []zimwire.Message
	want := q.Limit
	for range maxRounds {
		q.Limit = want - len(list)
		entries, more, err := s.Store.History(ctx, s.actor.User, c, q)
		if err != nil {
			return nil, err
		}
		shown := m.FromEntries(entries)
		if q.Forward {
			list = append(list, shown...)
		} else {
			list = append(shown, list...)
		}
		if !more || len(entries) == 0 || len(list) >= want {
			break
		}
		if q.Forward {
			q.After = entries[len(entries)-1].ID
		} else {
			q.Before = entries[0].ID
		}
	}
	return list, nil
}

func (s *session) queryMessages(ctx context.Context, p zimwire.QueryMessagesParams) (zimwire.MessageQueriedResult, error) {
	result := zimwire.MessageQueriedResult{ConversationID: p.ConversationID, ConversationType: p.ConversationType}
	c, err := s.conv(p.ConversationID, p.ConversationType)
	if err != nil {
		return result, err
	}
	if len(p.MessageSeqs) == 0 || len(p.MessageSeqs) > maxBySeq {
		return result, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "1 to 10 messages are asked for at a time")
	}
	refs := make([]chat.Ref, len(p.MessageSeqs))
	for i, seq := range p.MessageSeqs {
		refs[i] = chat.Ref{Seq: chat.Seq(seq)}
		if seq <= 0 {
			return result, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "a messageSeq is above zero")
		}
	}
	if err := s.Router.MayRead(ctx, s.actor, c); err != nil {
		return result, err
	}
	entries, err := s.Store.Entries(ctx, s.actor.User, c, refs)
	if err != nil {
		return result, err
	}
	result.MessageList = s.me(ctx).FromEntries(entries)
	return result, nil
}

func (s *session) deleteMessages(ctx context.Context, p zimwire.DeleteMessagesParams) (zimwire.MessageDeletedResult, error) {
	result := zimwire.MessageDeletedResult{ConversationID: p.ConversationID, ConversationType: p.ConversationType}
	c, err := s.conv(p.ConversationID, p.ConversationType)
	if err != nil {
		return result, err
	}
	if len(p.MessageList) > maxDeleted {
		return result, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "at most 1000 messages at a time")
	}
	b := chat.Hide{}
	for _, w := range p.MessageList {
		ref := zimmap.RefOf(w)
		if ref.IsZero() {
			return result, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "a message has no id")
		}
		b.Messages = append(b.Messages, ref)
	}
	if len(b.Messages) == 0 {
		return result, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "no message is named")
	}
	_, err = s.submit(ctx, chat.Draft{Conv: c, To: []chat.UserID{s.actor.User}, Body: b})
	return result, err
}

func (s *session) deleteAllMessage(ctx context.Context, p zimwire.DeleteAllMessageParams) (zimwire.MessageDeletedResult, error) {
	result := zimwire.MessageDeletedResult{ConversationID: p.ConversationID, ConversationType: p.ConversationType}
	c, err := s.conv(p.ConversationID, p.ConversationType)
	if err != nil {
		return result, err
	}
	return result, s.hideAll(ctx, c, chat.Native{})
}

// hideAll takes all that was said in c so far out of the user's own history.
func (s *session) hideAll(ctx context.Context, c chat.Conv, native chat.Native) error {
	entries, _, err := s.Store.History(ctx, s.actor.User, c, store.HistoryQuery{Limit: 1})
	if err != nil || len(entries) == 0 {
		return err
	}
	_, err = s.submit(ctx, chat.Draft{Conv: c, To: []chat.UserID{s.actor.User}, Native: native, Body: chat.Hide{Through: entries[0].Ref()}})
	return err
}

func (s *session) deleteAllConversationMessages(ctx context.Context, _ zimwire.DeleteAllConversationMessagesParams) (none, error) {
	all, err := s.allConversations(ctx, func(c store.Conversation) bool { return c.Last != nil })
	if err != nil {
		return none{}, err
	}
	for i, c := range all {
		native := chat.Native{}
		if i == len(all)-1 {
			native = zimmap.LastOf(int64(len(all)))
		}
		if err := s.hideAll(ctx, c.Conv, native); err != nil {
			return none{}, err
		}
	}
	return none{}, nil
}

func (s *session) queryMessageRepliedList(ctx context.Context, p zimwire.QueryMessageRepliedListParams) (zimwire.MessageRepliedListQueriedResult, error) {
	root, err := s.named(ctx, p.Message)
	if err != nil {
		return zimwire.MessageRepliedListQueriedResult{}, err
	}
	m := s.me(ctx)
	replies, more, err := s.Store.Replies(ctx, s.actor.User, root.Conv, root.Ref(), zimmap.OrderID(p.Config.NextFlag, false), pageOf(p.Config.Count))
	if err != nil {
		return zimwire.MessageRepliedListQueriedResult{}, err
	}
	w, _ := m.FromEntry(root)
	state := zimwire.MessageRepliedInfoStateNormal
	if w.Type == zimwire.MessageTypeRevoke {
		state = zimwire.MessageRepliedInfoStateDeleted
	}
	result := zimwire.MessageRepliedListQueriedResult{MessageList: m.FromEntries(replies), RootRepliedInfo: zimwire.MessageRootRepliedInfo{
		State: state, Message: &w, SenderUserID: w.SenderUserID, SentTime: w.Timestamp, RepliedCount: int64(root.Replies),
	}}
	if more && len(replies) > 0 {
		result.NextFlag = replies[len(replies)-1].ID.OrderKey()
	}
	return result, nil
}

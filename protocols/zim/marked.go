package zim

import (
	"context"
	"slices"

	"dragoman/bridge/chat"
	"dragoman/bridge/store"
	"dragoman/mapping/zimmap"
	"dragoman/protocols/zim/zimwire"
)

const (
	maxPinned    = 10 // messages of a conversation
	maxKinds     = 100
	reactionDays = 7
)

func (s *session) sendMessageReceiptsRead(ctx context.Context, p zimwire.SendMessageReceiptsReadParams) (zimwire.MessageReceiptsReadSentResult, error) {
	result := zimwire.MessageReceiptsReadSentResult{ConversationID: p.ConversationID, ConversationType: p.ConversationType}
	c, err := s.conv(p.ConversationID, p.ConversationType)
	if err != nil {
		return result, err
	}
	draft, err := zimmap.ReadReceipt(c, p.MessageList)
	if err != nil {
		return result, err
	}
	receipt, _ := draft.Body.(chat.Receipt)
	var good []chat.Ref
	for i, ref := range receipt.Messages {
		e, err := s.Store.Entry(ctx, s.actor.User, c, ref)
		if said, ok := e.Body.(chat.Message); err != nil || !ok || !said.WantReceipt || e.From == s.actor.User {
			result.ErrorMessageIDs = append(result.ErrorMessageIDs, p.MessageList[i].MessageID)
			continue
		}
		good = append(good, e.Ref())
	}
	if len(good) == 0 {
		return result, zimwire.Refuse(zimwire.MessageModuleReceiptReadError, "none of these messages wants a receipt")
	}
	_, err = s.submit(ctx, chat.Draft{Conv: c, Body: chat.Receipt{State: chat.Read, Messages: good}})
	return result, err
}

func (s *session) queryMessageReceiptsInfo(ctx context.Context, p zimwire.QueryMessageReceiptsInfoParams) (zimwire.MessageReceiptsInfoQueriedResult, error) {
	c, err := s.conv(p.ConversationID, p.ConversationType)
	if err != nil {
		return zimwire.MessageReceiptsInfoQueriedResult{}, err
	}
	if len(p.MessageList) > maxPage {
		return zimwire.MessageReceiptsInfoQueriedResult{}, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "up to 100 messages are asked for at a time")
	}
	m := s.me(ctx)
	result := zimwire.MessageReceiptsInfoQueriedResult{}
	for _, w := range p.MessageList {
		ref := zimmap.RefOf(w)
		e, err := s.Store.Entry(ctx, s.actor.User, c, ref)
		if err != nil {
			result.ErrorMessageIDs = append(result.ErrorMessageIDs, w.MessageID)
			continue
		}
		info := m.ReceiptInfo(e, chat.Event{})
		info.IsSelfOperated = false
		if info.Status == zimwire.MessageReceiptStatusDone {
			last, err := s.lastRead(ctx, e)
			if err != nil {
				return result, err
			}
			info.ReadTime = last
		}
		result.Infos = append(result.Infos, info)
	}
	return result, nil
}

// lastRead returns when the last of its readers read a message that all have read, in Unix milliseconds.
func (s *session) lastRead(ctx context.Context, e chat.Entry) (int64, error) {
	last, after := int64(0), chat.UserID("")
	for {
		page, _, err := s.Store.Receipts(ctx, s.actor.User, e.Conv, e.Ref(), chat.Read, maxPage, after)
		if err != nil {
			return 0, err
		}
		for _, r := range page {
			if !r.Time.IsZero() {
				last = max(last, r.Time.UnixMilli())
			}
		}
		if len(page) < maxPage {
			return last, nil
		}
		after = page[len(page)-1].User
	}
}

func (s *session) queryReadMembers(ctx context.Context, p zimwire.QueryGroupMessageReceiptReadMemberListParams) (zimwire.GroupMessageReceiptMemberListQueriedResult, error) {
	return s.receiptMembers(ctx, p, s.Store.Receipts)
}

func (s *session) queryUnreadMembers(ctx context.Context, p zimwire.QueryGroupMessageReceiptUnreadMemberListParams) (zimwire.GroupMessageReceiptMemberListQueriedResult, error) {
	return s.receiptMembers(ctx, zimwire.QueryGroupMessageReceiptReadMemberListParams(p), s.Store.Unreceipted)
}

type receiptQuery func(context.Context, chat.UserID, chat.Conv, chat.Ref, chat.ReceiptState, int, chat.UserID) ([]store.ReceiptBy, int, error)

// receiptMembers pages through who has, or has not, read a message. The flag counts those that were told.
func (s *session) receiptMembers(ctx context.Context, p zimwire.QueryGroupMessageReceiptReadMemberListParams, query receiptQuery) (zimwire.GroupMessageReceiptMemberListQueriedResult, error) {
	result := zimwire.GroupMessageReceiptMemberListQueriedResult{GroupID: p.GroupID}
	c, err := s.group(p.GroupID)
	if err != nil {
		return result, err
	}
	e, err := s.Store.Entry(ctx, s.actor.User, c, zimmap.RefOf(p.Message))
	if err != nil {
		return result, err
	}
	if e.From != s.actor.User {
		return result, nil // who has read it is the author's to know
	}
	m := s.me(ctx)
	count := pageOf(p.Config.Count)
	page, total, err := skip(p.Config.NextFlag, func(limit int, after chat.UserID) ([]store.ReceiptBy, int, error) {
		return query(ctx, s.actor.User, c, e.Ref(), chat.Read, limit, after)
	}, count)
	if err != nil {
		return result, err
	}
	for _, by := range page {
		member := m.Dir.Member(c, by.User)
		member.User = by.User
		result.UserList = append(result.UserList, m.FromMember(member))
	}
	if next := p.Config.NextFlag + int64(len(page)); next < int64(total) && len(page) > 0 {
		result.NextFlag = next
	}
	return result, nil
}

// skip reads a list by name up to the page that begins after so many.
func skip(before int64, query func(limit int, after chat.UserID) ([]store.ReceiptBy, int, error), count int) ([]store.ReceiptBy, int, error) {
	var after chat.UserID
	for {
		limit := count
		if before > 0 {
			limit = int(min(before, maxPage))
		}
		page, total, err := query(limit, after)
		if err != nil || before <= 0 || len(page) == 0 {
			return page, total, err
		}
		before -= int64(len(page))
		after = page[len(page)-1].User
	}
}

// reactable returns the message that is reacted to.
func (s *session) reactable(ctx context.Context, w zimwire.Message) (chat.Entry, error) {
	e, err := s.named(ctx, w)
	switch {
	case err != nil:
		return e, err
	case e.Conv.Kind == chat.KindRoom:
		return e, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "messages in rooms take no reactions")
	case s.Now().Sub(e.Time).Hours() > reactionDays*24:
		return e, zimwire.Refuse(zimwire.MessageModuleCommonError, "the message is older than 7 days")
	}
	return e, nil
}

func (s *session) react(ctx context.Context, e chat.Entry, kind string, on bool) (zimwire.MessageReaction, error) {
	draft, err := zimmap.Reaction(e, kind, on)
	if err != nil {
		return zimwire.MessageReaction{}, err
	}
	if _, err := s.submit(ctx, draft); err != nil {
		return zimwire.MessageReaction{}, err
	}
	after, err := s.Store.Entry(ctx, s.actor.User, e.Conv, e.Ref())
	if err != nil {
		return zimwire.MessageReaction{}, err
	}
	return s.me(ctx).ReactionOf(after, kind), nil
}

// own reports whether the user stands behind a reaction.
func (s *session) own(e chat.Entry, kind string) bool {
	for _, r := range e.Reactions {
		if string(r.Emoji) == kind {
			return slices.Contains(r.Users, s.actor.User)
		}
	}
	return false
}

func (s *session) addMessageReaction(ctx context.Context, p zimwire.AddMessageReactionParams) (zimwire.MessageReactionAddedResult, error) {
	e, err := s.reactable(ctx, p.Message)
	if err != nil {
		return zimwire.MessageReactionAddedResult{}, err
	}
	if s.own(e, p.ReactionType) {
		return zimwire.MessageReactionAddedResult{}, zimwire.Refuse(zimwire.MessageModuleMessageReactionTypeExisted, "you have reacted so already")
	}
	if len(e.Reactions) >= maxKinds && s.me(ctx).ReactionOf(e, p.ReactionType).TotalCount == 0 {
		return zimwire.MessageReactionAddedResult{}, zimwire.Refuse(zimwire.MessageModuleCommonError, "a message has at most 100 kinds of reaction")
	}
	reaction, err := s.react(ctx, e, p.ReactionType, true)
	return zimwire.MessageReactionAddedResult{Reaction: reaction}, err
}

func (s *session) deleteMessageReaction(ctx context.Context, p zimwire.DeleteMessageReactionParams) (zimwire.MessageReactionDeletedResult, error) {
	e, err := s.reactable(ctx, p.Message)
	if err != nil {
		return zimwire.MessageReactionDeletedResult{}, err
	}
	if !s.own(e, p.ReactionType) {
		return zimwire.MessageReactionDeletedResult{}, zimwire.Refuse(zimwire.MessageModuleTargetDoesNotExist, "you have not reacted so")
	}
	reaction, err := s.react(ctx, e, p.ReactionType, false)
	return zimwire.MessageReactionDeletedResult{Reaction: reaction}, err
}

func (s *session) deleteMessageAllReactions(ctx context.Context, p zimwire.DeleteMessageAllReactionsParams) (none, error) {
	e, err := s.reactable(ctx, p.Message)
	if err != nil {
		return none{}, err
	}
	b := chat.Reaction{Target: e.Ref()}
	for _, r := range e.Reactions {
		if slices.Contains(r.Users, s.actor.User) {
			b.Off = append(b.Off, r.Emoji)
		}
	}
	if b.Off == nil {
		return none{}, nil
	}
	_, err = s.submit(ctx, chat.Draft{Conv: e.Conv, Body: b})
	return none{}, err
}

func (s *session) queryMessageReactionUserList(ctx context.Context, p zimwire.QueryMessageReactionUserListParams) (zimwire.MessageReactionUserListQueriedResult, error) {
	e, err := s.named(ctx, p.Message)
	if err != nil {
		return zimwire.MessageReactionUserListQueriedResult{}, err
	}
	w, _ := s.me(ctx).FromEntry(e)
	result := zimwire.MessageReactionUserListQueriedResult{Message: w, ReactionType: p.Config.ReactionType}
	var users []chat.UserID
	kinds := map[chat.UserID][]zimwire.MessageReactionSimpleInfo{}
	for _, r := range e.Reactions {
		if p.Config.ReactionType != "" && string(r.Emoji) != p.Config.ReactionType {
			continue
		}
		for _, u := range r.Users {
			if kinds[u] == nil {
				users = append(users, u)
			}
			kinds[u] = append(kinds[u], zimwire.MessageReactionSimpleInfo{ReactionType: string(r.Emoji), SumCount: 1})
		}
	}
	result.TotalCount = int64(len(users))
	count := p.Config.Count
	if count == 0 {
		count = maxPage
	}
	page, next := slice(users, p.Config.NextFlag, pageOf(count))
	result.NextFlag = next
	for _, u := range page {
		result.UserList = append(result.UserList, zimwire.MessageReactionUserInfo{UserID: string(u)})
		result.UserInfoList = append(result.UserInfoList, zimwire.MessageReactionUserFullInfo{UserID: string(u), Reactions: kinds[u]})
	}
	return result, nil
}

// slice cuts a page out of a list that is at hand. next is where the page after it begins, 0 at the end.
func slice[T any](list []T, from int64, count int) (page []T, next int64) {
	from = max(0, min(from, int64(len(list))))
	end := min(from+int64(count), int64(len(list)))
	if end < int64(len(list)) {
		next = end
	}
	return list[from:end], next
}

func (s *session) pinMessage(ctx context.Context, p zimwire.PinMessageParams) (none, error) {
	e, err := s.named(ctx, p.Message)
	if err != nil {
		return none{}, err
	}
	if e.Conv.Kind == chat.KindRoom {
		return none{}, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "messages in rooms cannot be pinned")
	}
	switch pinned := e.PinnedBy != ""; {
	case !p.IsPinned && !pinned:
		return none{}, zimwire.Refuse(zimwire.MessageModuleMessageIsNotPinned, "the message is not pinned")
	case p.IsPinned && !pinned:
		if err := s.makeRoom(ctx, e.Conv, p.Config.DisableAutoReplace); err != nil {
			return none{}, err
		}
	}
	_, err = s.submit(ctx, chat.Draft{Conv: e.Conv, Body: chat.Pin{Target: e.Ref(), On: p.IsPinned}})
	return none{}, err
}

// makeRoom lets the oldest pin go where one more would be too many, unless that was not wanted.
func (s *session) makeRoom(ctx context.Context, c chat.Conv, keep bool) error {
	pins, err := s.Store.Pins(ctx, s.actor.User, c)
	if err != nil || len(pins) < maxPinned {
		return err
	}
	if keep {
		return zimwire.Refuse(zimwire.MessageModuleTheNumberOfPinnedMessagesExceedsLimit, "at most 10 messages are pinned")
	}
	for _, oldest := range pins[maxPinned-1:] {
		if _, err := s.submit(ctx, chat.Draft{Conv: c, Body: chat.Pin{Target: oldest.Ref()}}); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) queryPinnedMessageList(ctx context.Context, p zimwire.QueryPinnedMessageListParams) (zimwire.PinnedMessageListQueriedResult, error) {
	c, err := s.conv(p.ConversationID, p.ConversationType)
	if err != nil {
		return zimwire.PinnedMessageListQueriedResult{}, err
	}
	pins, err := s.Store.Pins(ctx, s.actor.User, c)
	if err != nil {
		return zimwire.PinnedMessageListQueriedResult{}, err
	}
	return zimwire.PinnedMessageListQueriedResult{MessageList: s.me(ctx).FromEntries(pins)}, nil
}

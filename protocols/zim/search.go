package zim

import (
	"context"
	"slices"
	"strings"
	"time"

	"dragoman/bridge/chat"
	"dragoman/bridge/store"
	"dragoman/mapping/zimmap"
	"dragoman/protocols/zim/zimwire"
)

const (
	maxKeywords = 5
	// maxScanned bounds how many matches one question looks at to answer for conversations.
	maxScanned = 1000
)

// searchOf returns the store's query for ZIM's, and what the store does not narrow by.
func searchOf(keywords []string, types []zimwire.MessageType, senders []string, start, end int64) (store.SearchQuery, error) {
	q := store.SearchQuery{Contents: contentNames(types)}
	for _, k := range keywords {
		if k = strings.TrimSpace(k); k != "" {
			q.Words = append(q.Words, k)
		}
	}
	if len(keywords) > maxKeywords {
		return q, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "at most 5 keywords")
	}
	for _, u := range senders {
		q.From = append(q.From, chat.UserID(u))
	}
	if start > 0 {
		q.Since = time.UnixMilli(start)
	}
	if end > 0 {
		q.Until = time.UnixMilli(end)
	}
	return q, nil
}

// contentNames returns the model's names of the contents that messages of these types have.
func contentNames(types []zimwire.MessageType) []string {
	var names []string
	for _, t := range types {
		var c chat.Content
		switch t {
		case zimwire.MessageTypeText:
			c = chat.Text{}
		case zimwire.MessageTypeMultiple:
			c = chat.Multi{}
		case zimwire.MessageTypeImage, zimwire.MessageTypeFile, zimwire.MessageTypeAudio, zimwire.MessageTypeVideo:
			c = chat.Media{}
		case zimwire.MessageTypeCombine:
			c = chat.Bundle{}
		case zimwire.MessageTypeCustom:
			c = chat.Custom{}
		default:
			continue
		}
		if name := chat.ContentName(c); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// wanted narrows by what only ZIM tells apart.
func wanted(w zimwire.Message, types []zimwire.MessageType, subTypes []int64) bool {
	if len(types) > 0 && !slices.Contains(types, w.Type) {
		return false
	}
	return len(subTypes) == 0 || w.Type != zimwire.MessageTypeCustom || slices.Contains(subTypes, w.SubType)
}

// search fills a page with messages that match, and says where the next begins.
func (s *session) search(ctx context.Context, c chat.Conv, p zimwire.MessageSearchConfig) ([]zimwire.Message, *zimwire.Message, error) {
	q, err := searchOf(p.Keywords, p.MessageTypes, p.SenderUserIDs, p.StartTime, p.EndTime)
	if err != nil {
		return nil, nil, err
	}
	q.Conv, q.Forward = c, p.Order == zimwire.MessageOrderAscending
	if p.NextMessage != nil {
		if ref := zimmap.RefOf(*p.NextMessage); q.Forward {
			q.After = ref.ID
		} else {
			q.Before = ref.ID
		}
	}
	want := pageOf(p.Count)
	m := s.me(ctx)
	var list []zimwire.Message
	for range maxRounds {
		q.Limit = want - len(list)
		page, more, err := s.Store.Search(ctx, s.actor.User, q)
		if err != nil {
			return nil, nil, err
		}
		for _, e := range page {
			if w, ok := m.FromEntry(e); ok && wanted(w, p.MessageTypes, p.SubMessageTypes) && e.Conv.Kind != chat.KindRoom {
				list = append(list, w)
			}
		}
		if !more || len(page) == 0 {
			return list, nil, nil
		}
		last := page[len(page)-1]
		if len(list) >= want {
			w, _ := m.FromEntry(last)
			return list, &w, nil
		}
		if q.Forward {
			q.After = last.ID
		} else {
			q.Before = last.ID
		}
	}
	return list, nil, nil
}

func (s *session) searchLocalMessages(ctx context.Context, p zimwire.SearchLocalMessagesParams) (zimwire.MessagesSearchedResult, error) {
	result := zimwire.MessagesSearchedResult{ConversationID: p.ConversationID, ConversationType: p.ConversationType}
	c, err := s.conv(p.ConversationID, p.ConversationType)
	if err != nil {
		return result, err
	}
	result.MessageList, result.NextMessage, err = s.search(ctx, c, p.Config)
	return result, err
}

func (s *session) searchGlobalLocalMessages(ctx context.Context, p zimwire.SearchGlobalLocalMessagesParams) (zimwire.MessagesGlobalSearchedResult, error) {
	list, next, err := s.search(ctx, chat.Conv{}, p.Config)
	return zimwire.MessagesGlobalSearchedResult{MessageList: list, NextMessage: next}, err
}

// found is a conversation in which something was found.
type found struct {
	conv chat.Conv
	hits []chat.Entry
}

func (s *session) searchLocalConversations(ctx context.Context, p zimwire.SearchLocalConversationsParams) (zimwire.ConversationsSearchedResult, error) {
	var all []found
	var err error
	if p.Config.Mode == zimwire.ConversationSearchModeMatchConversationName {
		all, err = s.findNamed(ctx, p.Config.Keywords)
	} else {
		all, err = s.findSaid(ctx, p.Config)
	}
	if err != nil {
		return zimwire.ConversationsSearchedResult{}, err
	}
	page, next := slice(all, p.Config.NextFlag, pageOf(p.Config.TotalConversationCount))
	m := s.me(ctx)
	result := zimwire.ConversationsSearchedResult{NextFlag: next}
	for _, f := range page {
		line, err := s.Store.Conversation(ctx, s.actor.User, f.conv)
		if err != nil {
			return result, err
		}
		line.Conv = f.conv
		w, ok := fromConversation(m, line)
		if !ok {
			continue
		}
		hits := f.hits[:min(len(f.hits), int(max(0, p.Config.ConversationMessageCount)))]
		result.ConversationSearchInfoList = append(result.ConversationSearchInfoList, zimwire.ConversationSearchInfo{
			ConversationID: w.ConversationID, ConversationType: w.Type, Conversation: w,
			TotalMessageCount: int64(len(f.hits)), MessageList: m.FromEntries(hits)})
	}
	return result, nil
}

// findSaid returns the conversations in which a message matches, the last match first.
func (s *session) findSaid(ctx context.Context, p zimwire.ConversationSearchConfig) ([]found, error) {
	q, err := searchOf(p.Keywords, p.MessageTypes, p.SenderUserIDs, p.StartTime, p.EndTime)
	if err != nil {
		return nil, err
	}
	q.Limit = maxScanned
	page, _, err := s.Store.Search(ctx, s.actor.User, q)
	if err != nil {
		return nil, err
	}
	m := s.me(ctx)
	var all []found
	at := map[chat.Conv]int{}
	for _, e := range page {
		w, ok := m.FromEntry(e)
		if !ok || !wanted(w, p.MessageTypes, p.SubMessageTypes) || e.Conv.Kind == chat.KindRoom {
			continue
		}
		i, known := at[e.Conv]
		if !known {
			i = len(all)
			at[e.Conv] = i
			all = append(all, found{conv: e.Conv})
		}
		all[i].hits = append(all[i].hits, e)
	}
	return all, nil
}

// matches reports whether one of the texts holds all keywords, whatever their case.
func matches(keywords []string, texts ...string) bool {
	for _, text := range texts {
		text = strings.ToLower(text)
		all := text != ""
		for _, k := range keywords {
			all = all && strings.Contains(text, strings.ToLower(k))
		}
		if all {
			return true
		}
	}
	return false
}

func (s *session) findNamed(ctx context.Context, keywords []string) ([]found, error) {
	m := s.me(ctx)
	var all []found
	err := s.eachConversation(ctx, func(c store.Conversation) error {
		if w, ok := fromConversation(m, c); ok && matches(keywords, w.ConversationName, w.ConversationAlias) {
			all = append(all, found{conv: c.Conv})
		}
		return nil
	})
	return all, err
}

func (s *session) searchLocalGroups(ctx context.Context, p zimwire.SearchLocalGroupsParams) (zimwire.GroupsSearchedResult, error) {
	joined, err := s.Store.Joined(ctx, s.actor.User, chat.KindGroup, 0, "")
	if err != nil {
		return zimwire.GroupsSearchedResult{}, err
	}
	m := s.me(ctx)
	var all []zimwire.GroupSearchInfo
	for _, g := range joined {
		var users []zimwire.GroupMemberInfo
		if p.Config.IsAlsoMatchGroupMemberUserName || p.Config.IsAlsoMatchGroupMemberNickname {
			if users, err = s.matchMembers(ctx, m, g.Conv, p.Config.Keywords, p.Config.IsAlsoMatchGroupMemberUserName, p.Config.IsAlsoMatchGroupMemberNickname); err != nil {
				return zimwire.GroupsSearchedResult{}, err
			}
		}
		if len(users) > 0 || matches(p.Config.Keywords, g.Name) {
			all = append(all, zimwire.GroupSearchInfo{GroupInfo: zimmap.FromGroup(g.Details, "", true).BaseInfo, UserList: users})
		}
	}
	page, next := slice(all, p.Config.NextFlag, pageOf(p.Config.Count))
	return zimwire.GroupsSearchedResult{GroupSearchInfoList: page, NextFlag: next}, nil
}

func (s *session) matchMembers(ctx context.Context, m zimmap.Map, c chat.Conv, keywords []string, byName, byNick bool) ([]zimwire.GroupMemberInfo, error) {
	members, _, err := s.Store.Members(ctx, c, store.MemberQuery{})
	if err != nil {
		return nil, err
	}
	var hits []zimwire.GroupMemberInfo
	for _, member := range members {
		w := m.FromMember(member)
		if (byName && matches(keywords, w.UserName)) || (byNick && matches(keywords, w.MemberNickname)) {
			hits = append(hits, w)
		}
	}
	return hits, nil
}

func (s *session) searchLocalGroupMembers(ctx context.Context, p zimwire.SearchLocalGroupMembersParams) (zimwire.GroupMembersSearchedResult, error) {
	result := zimwire.GroupMembersSearchedResult{GroupID: p.GroupID}
	c, err := s.group(p.GroupID)
	if err != nil {
		return result, err
	}
	if _, err := s.inside(ctx, c); err != nil {
		return result, err
	}
	all, err := s.matchMembers(ctx, s.me(ctx), c, p.Config.Keywords, true, p.Config.IsAlsoMatchGroupMemberNickname)
	if err != nil {
		return result, err
	}
	result.UserList, result.NextFlag = slice(all, p.Config.NextFlag, pageOf(p.Config.Count))
	return result, nil
}

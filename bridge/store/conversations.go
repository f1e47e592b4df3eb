package store

import (
	"context"
	"time"

	"dragoman/bridge/chat"
)

// Conversation is a line of a user's list of conversations.
type Conversation struct {
	Conv     chat.Conv
	Last     *chat.Entry // the newest that he may see; nil: none
	Unread   int
	Read     chat.Ref   // up to where he has read; zero: nothing
	Mentions []chat.Ref // unread messages that mention him or all, oldest first, at most 50
	Pinned   bool
	PinnedAt time.Time
	Muted    bool
	Settings map[chat.SettingKey]chat.Value // all that he has set here, these among them; shared
	Order    chat.EventID                   // sorts the list, newest first; the key of ConvQuery.Before
	Updated  time.Time                      // of Order
}

// ConvQuery narrows a list of conversations.
type ConvQuery struct {
	Kinds   []chat.ConvKind // nil: peers, groups and threads
	Before  chat.EventID    // Order of the last line of the page before; 0: the first page
	Limit   int             // 0: 100; at most 1000
	Pinned  bool            // the pinned ones alone
	Deleted bool            // also those that he has taken off his list
}

// Conversations returns asker's conversations, the last moved first. One that he has taken off his list comes back with the
// next message.
func (s *Store) Conversations(ctx context.Context, asker chat.UserID, q ConvQuery) ([]Conversation, error) {
	return nil, errSoon
}

// Conversation returns one line of asker's list; an empty one where he has none with c.
func (s *Store) Conversation(ctx context.Context, asker chat.UserID, c chat.Conv) (Conversation, error) {
	return Conversation{}, errSoon
}

// UnreadTotal returns how much asker has not read: in all, and in the conversations that he has not muted.
func (s *Store) UnreadTotal(ctx context.Context, asker chat.UserID) (all, loud int, err error) {
	return 0, 0, errSoon
}

// Setting is what one person wants of one conversation (or, in his KindSelf, of all).
type Setting struct {
	Conv  chat.Conv
	Key   chat.SettingKey
	Value chat.Value
	Time  time.Time
}

// Settings returns what user has set of c.
func (s *Store) Settings(ctx context.Context, user chat.UserID, c chat.Conv) (map[chat.SettingKey]chat.Value, error) {
	return nil, errSoon
}

// SettingsOf returns all that user has set of any conversation; key narrows it to one ("": all).
func (s *Store) SettingsOf(ctx context.Context, user chat.UserID, key chat.SettingKey) ([]Setting, error) {
	return nil, errSoon
}

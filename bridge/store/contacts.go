package store

import (
	"context"
	"time"

	"dragoman/bridge/chat"
)

// Contact is what one user is to another, from one side. Asking and agreeing are directed: Sees is what XMPP calls "to",
// Seen is "from", both together "both", which is what WebIM calls a contact.
type Contact struct {
	User    chat.UserID // the other
	Listed  bool        // on one's own list
	Alias   string
	Note    string
	Groups  []string
	Wants   bool // has asked the other, who has not answered
	Sees    bool // the other has agreed to be seen
	Asked   bool // the other has asked and waits for an answer
	Seen    bool // has agreed to be seen by the other
	Agrees  bool // will agree as soon as the other asks (given before he asked)
	AskText string
	AskTime time.Time // with Asked or Wants
	Since   time.Time // when it came on the list
	Version int64     // of its last change
}

// Mutual reports whether both have agreed.
func (c Contact) Mutual() bool { return c.Sees && c.Seen }

// Contacts returns user's list and what is asked of him, by name, and the list's version, which grows with every change.
func (s *Store) Contacts(ctx context.Context, user chat.UserID) ([]Contact, int64, error) {
	return nil, 0, errSoon
}

// ContactsSince returns what has changed in user's list after version, by version; one with Listed false has been taken off.
func (s *Store) ContactsSince(ctx context.Context, user chat.UserID, version int64) ([]Contact, int64, error) {
	return nil, 0, errSoon
}

// Contact returns what other is to user; a zero relation is no error.
func (s *Store) Contact(ctx context.Context, user, other chat.UserID) (Contact, error) {
	return Contact{}, errSoon
}

// Blocks returns whom user has blocked, by name.
func (s *Store) Blocks(ctx context.Context, user chat.UserID) ([]chat.UserID, error) {
	return nil, errSoon
}

// Blocked reports whether by has blocked whom.
func (s *Store) Blocked(ctx context.Context, by, whom chat.UserID) (bool, error) {
	return false, errSoon
}

// Watched is somebody whose presence is followed, or who follows, until a time.
type Watched struct {
	User  chat.UserID
	Until time.Time
}

// Watches returns whom user follows without being a contact, by name, those that have run out not among them.
func (s *Store) Watches(ctx context.Context, user chat.UserID) ([]Watched, error) {
	return nil, errSoon
}

// Watchers returns who so follows user.
func (s *Store) Watchers(ctx context.Context, user chat.UserID) ([]Watched, error) {
	return nil, errSoon
}

// Followed returns whose presence user may see: of contacts and those he watches, by name.
func (s *Store) Followed(ctx context.Context, user chat.UserID) ([]chat.UserID, error) {
	return nil, errSoon
}

package store

import (
	"context"
	"time"

	"dragoman/bridge/chat"
)

// SearchQuery says what to look for. All words must be found; a word matches from its beginning, and in scripts without
// spaces any piece matches.
type SearchQuery struct {
	Words        []string
	AnyWord      bool          // one of the words is enough
	Conv         chat.Conv     // zero: everywhere
	From         []chat.UserID // nil: whoever wrote
	Contents     []string      // names as of chat.ContentName; nil: all
	Since, Until time.Time     // both included, to the millisecond
	Before       chat.EventID  // the last of the page before
	After        chat.EventID  // with Forward
	Forward      bool          // oldest first; false: newest first
	Limit        int           // 0: 50; at most 1000
}

// Search returns the messages that match and that asker may read, in the order of paging; more says that there are more.
func (s *Store) Search(ctx context.Context, asker chat.UserID, q SearchQuery) (page []chat.Entry, more bool, err error) {
	return nil, false, nil
}

package store

import (
	"context"
	"time"

	"dragoman/bridge/chat"
)

// ArchiveQuery narrows a page of an archive. Before and After are exclusive.
type ArchiveQuery struct {
	With          chat.UserID // of a user's own archive: the peer conversation with him alone
	Before, After chat.EventID
	Since, Until  time.Time // both included, to the millisecond; zero: no bound
	IDs           []chat.EventID
	Limit         int  // 0: 50; at most 1000; negative: none, for the count alone
	Last          bool // the newest that match; false: the oldest
	Count         bool // count is wanted; it costs a walk over all that matches
}

// Archive returns events as they happened, edits, recalls and reactions among them, oldest first; a recalled message has
// chat.Recalled for its content. The zero c stands for all of asker's peer conversations. complete says that nothing that
// matches lies beyond the page in the direction of paging; count is how many match in all, 0 unless q.Count.
// Where q.IDs names one that asker may not see or that is not there, it refuses with chat.NoMessage.
func (s *Store) Archive(ctx context.Context, asker chat.UserID, c chat.Conv, q ArchiveQuery) (page []chat.Record, complete bool, count int, err error) {
	return nil, false, 0, errSoon
}

// ArchiveEnds returns the first and the last event of the archive that Archive would page through; zero ids: it is empty.
func (s *Store) ArchiveEnds(ctx context.Context, asker chat.UserID, c chat.Conv) (first, last chat.EventID, err error) {
	return 0, 0, errSoon
}

package bridge

import (
	"context"
	"time"

	"dragoman/bridge/chat"
)

// Log is what the router needs of storage, in the words of chat alone: store does not import bridge.
type Log interface {
	// Append stamps Place and Seq, fills in refs, narrow audiences, About and Audience, and commits the batch and everything
	// derived from it, or nothing. It is called by one goroutine, with events whose Keep is not KeepNone. fates[i] tells why
	// record i was refused; chat.ErrDuplicate means that the stored event has taken its place in the batch. It checks again
	// what must hold at commit: still a member, the target exists, the name is free. The id of an imported event, whose
	// shard is chat.ImportShard or more, may be raised to the next free one.
	Append(ctx context.Context, batch []chat.Record) (fates []error, err error)

	// Since returns, oldest first, at most limit records of what a reader may see after a cursor: his inbox, and events to
	// all of groups that he was a member of at the time. A message comes as it now stands: recalled text is gone, from every
	// answer. The cursor returned is where to read on: past what was passed over, too. No records and an unmoved cursor: level.
	Since(ctx context.Context, r chat.Reader, after chat.Cursor, limit int) ([]chat.Record, chat.Cursor, error)

	// Queues returns the conversations in which r has something after his cursors that did not come from his own device,
	// and how much, oldest first.
	Queues(ctx context.Context, r chat.Reader) ([]chat.Queue, error)

	// Snapshot returns what a Policy needs to know to decide on d by u. Peer and Standings are left to the router.
	Snapshot(ctx context.Context, u chat.UserID, d chat.Draft) (chat.Snapshot, error)

	// Audience returns who is told of an unstored event in c now: a group's members, a peer's two, whoever follows the user
	// of a KindSelf (himself included). It may be asked while dispatching, so it must not wait for a write.
	Audience(ctx context.Context, c chat.Conv) ([]chat.UserID, error)

	// Cursor returns where r reads on: his own last, else that of the user's furthest device, else the beginning.
	Cursor(ctx context.Context, r chat.Reader) (chat.Cursor, error)

	// SaveCursors keeps how far readers are. A cursor never moves back.
	SaveCursors(ctx context.Context, moved map[chat.Reader]chat.Cursor) error

	// Last returns the newest place and the highest live event id, so that ids never go backwards over a restart.
	Last(ctx context.Context) (chat.Place, chat.EventID, error)

	// Lingering returns the rooms that end once nobody has been in them for a while, and how long that is.
	Lingering(ctx context.Context) (map[chat.Conv]time.Duration, error)
}

// People knows who exists and who is disabled.
type People interface {
	Standing(ctx context.Context, u chat.UserID) (chat.Standing, error)
}

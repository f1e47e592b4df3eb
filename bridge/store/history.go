package store

import (
	"context"
	"time"

	"dragoman/bridge/chat"
)

// HistoryQuery narrows a page of history. Before and After, BeforeSeq and AfterSeq are exclusive.
type HistoryQuery struct {
	Before, After       chat.EventID
	BeforeSeq, AfterSeq chat.Seq
	Since, Until        time.Time   // both included, to the millisecond; zero: no bound
	From                chat.UserID // "": whoever wrote
	Kinds               []string    // names as of chat.BodyName; nil: messages and tips
	Contents            []string    // of messages, names as of chat.ContentName; nil: all
	Limit               int         // 0: 50; at most 1000
	Forward             bool        // the oldest that match; false: the newest
}

// History returns a page of what was said and done in c, as it now stands, oldest first whichever way it pages; more says
// whether there is more in that direction. It answers nothing of what asker may not see: what was before he came or after he
// left, what went to others, what he has hidden. It refuses a stranger and who is banned.
func (s *Store) History(ctx context.Context, asker chat.UserID, c chat.Conv, q HistoryQuery) (page []chat.Entry, more bool, err error) {
	return nil, false, errSoon
}

// Entry returns the one entry of c that ref names by any of its ids; chat.NoMessage where there is none that asker may see.
func (s *Store) Entry(ctx context.Context, asker chat.UserID, c chat.Conv, ref chat.Ref) (chat.Entry, error) {
	return chat.Entry{}, errSoon
}

// Entries returns those entries of c that refs name and asker may see, in the order of refs.
func (s *Store) Entries(ctx context.Context, asker chat.UserID, c chat.Conv, refs []chat.Ref) ([]chat.Entry, error) {
	return nil, errSoon
}

// EntryByID returns the entry of that id and so its conversation, for callers that are given an id alone.
func (s *Store) EntryByID(ctx context.Context, asker chat.UserID, id chat.EventID) (chat.Entry, error) {
	return chat.Entry{}, errSoon
}

// Versions returns what a message said before each edit, oldest first, and its edits; none of a recalled one.
func (s *Store) Versions(ctx context.Context, asker chat.UserID, c chat.Conv, ref chat.Ref) ([]chat.Event, error) {
	return nil, errSoon
}

// Replies returns the entries that answer the message which ref names, oldest first, after the given id.
func (s *Store) Replies(ctx context.Context, asker chat.UserID, c chat.Conv, ref chat.Ref, after chat.EventID, limit int) (page []chat.Entry, more bool, err error) {
	return nil, false, errSoon
}

// Pins returns the pinned entries of c, newest pin first.
func (s *Store) Pins(ctx context.Context, asker chat.UserID, c chat.Conv) ([]chat.Entry, error) {
	return nil, errSoon
}

package store

import (
	"context"

	"dragoman/bridge/chat"
)

// Details returns a group, thread or room as it stands; it refuses with chat.NoGroup or chat.Dissolved.
func (s *Store) Details(ctx context.Context, c chat.Conv) (chat.Details, error) {
	return chat.Details{}, errSoon
}

// DetailsOf returns those of convs that exist and are not dissolved.
func (s *Store) DetailsOf(ctx context.Context, convs []chat.Conv) (map[chat.Conv]chat.Details, error) {
	return nil, errSoon
}

// Joined is a group, thread or room and what somebody is in it.
type Joined struct {
	chat.Details
	Me chat.Member
}

// Joined returns what user is a member of, by kind (of rooms: where he is on a list with a role), in order of id after the
// given one ("": from the start). limit 0: all.
func (s *Store) Joined(ctx context.Context, user chat.UserID, kind chat.ConvKind, limit int, after string) ([]Joined, error) {
	return nil, errSoon
}

// ListConvs returns groups, threads or rooms, by kind, in order of id after the given one; publicOnly: those that strangers
// may find. limit 0: 100.
func (s *Store) ListConvs(ctx context.Context, kind chat.ConvKind, publicOnly bool, limit int, after string) ([]chat.Details, error) {
	return nil, errSoon
}

// Threads returns the threads under parent, in order of id after the given one. limit 0: 100.
func (s *Store) Threads(ctx context.Context, parent chat.Conv, limit int, after string) ([]chat.Details, error) {
	return nil, errSoon
}

package store

import (
	"context"
	"time"

	"dragoman/bridge/chat"
)

// Append implements bridge.Log.
func (s *Store) Append(ctx context.Context, batch []chat.Record) (fates []error, err error) {
	return nil, errSoon
}

// Since implements bridge.Log.
func (s *Store) Since(ctx context.Context, r chat.Reader, after chat.Cursor, limit int) ([]chat.Record, chat.Cursor, error) {
	return nil, "", errSoon
}

// Queues implements bridge.Log.
func (s *Store) Queues(ctx context.Context, r chat.Reader) ([]chat.Queue, error) { return nil, errSoon }

// Snapshot implements bridge.Log.
func (s *Store) Snapshot(ctx context.Context, u chat.UserID, d chat.Draft) (chat.Snapshot, error) {
	return chat.Snapshot{}, errSoon
}

// Audience implements bridge.Log.
func (s *Store) Audience(ctx context.Context, c chat.Conv) ([]chat.UserID, error) {
	return nil, errSoon
}

// Cursor implements bridge.Log.
func (s *Store) Cursor(ctx context.Context, r chat.Reader) (chat.Cursor, error) { return "", errSoon }

// SaveCursors implements bridge.Log.
func (s *Store) SaveCursors(ctx context.Context, moved map[chat.Reader]chat.Cursor) error {
	return errSoon
}

// Last implements bridge.Log.
func (s *Store) Last(ctx context.Context) (chat.Place, chat.EventID, error) {
	return chat.Place{}, 0, errSoon
}

// Due implements bridge.Log.
func (s *Store) Due(ctx context.Context, now time.Time) ([]chat.Draft, time.Time, error) {
	return nil, time.Time{}, errSoon
}

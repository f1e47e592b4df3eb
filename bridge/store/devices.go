package store

import (
	"context"
	"time"

	"dragoman/bridge/chat"
)

// Device is a reader that the log knows.
type Device struct {
	Reader chat.Reader
	Cursor chat.Cursor
	Seen   time.Time // when it last acknowledged
}

// Devices returns user's devices that have a cursor, last seen first.
func (s *Store) Devices(ctx context.Context, user chat.UserID) ([]Device, error) {
	return nil, errSoon
}

// ForgetDevice lets the cursors of a reader go. The next time it comes as a new device.
func (s *Store) ForgetDevice(ctx context.Context, r chat.Reader) error { return errSoon }

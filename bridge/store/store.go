package store

import (
	"context"
	"errors"
	"time"

	"github.com/rs/zerolog"
)

// Options are what a Store may be told. The zero value is good.
type Options struct {
	Now         func() time.Time // nil: time.Now
	Log         zerolog.Logger
	RetryWindow time.Duration // how long a ClientID is remembered as a retry of the same; 0: 24 hours; imports: for ever
}

// Store is the log and what is derived from it.
type Store struct {
	opts Options
}

var errSoon = errors.New("store: not yet")

// Open opens, and makes or upgrades where needed, the database file at path. ":memory:" is an empty one that Close throws away.
func Open(ctx context.Context, path string, opts Options) (*Store, error) { return nil, errSoon }

// Close waits for what is being written and closes the file.
func (s *Store) Close() error { return nil }

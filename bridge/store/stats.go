package store

import (
	"context"

	"dragoman/bridge/chat"
)

// Stats are counters for the console.
type Stats struct {
	Users, Peers, Groups, Threads, Rooms int
	Events                               int64 // kept, of all kinds
	Last                                 chat.Place
	Bytes                                int64 // of the database file and its journal
	Batches, Appended, Refused           int64 // since the start
}

// Stats counts.
func (s *Store) Stats(ctx context.Context) (Stats, error) { return Stats{}, errSoon }

// FilesInUse returns those of the media files named that a message still refers to.
func (s *Store) FilesInUse(ctx context.Context, files []string) (map[string]bool, error) {
	return nil, errSoon
}

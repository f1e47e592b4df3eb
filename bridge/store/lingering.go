package store

import (
	"context"
	"time"

	"dragoman/bridge/chat"
)

// Lingering implements bridge.Log.
func (s *Store) Lingering(ctx context.Context) (map[chat.Conv]time.Duration, error) {
	rooms := map[chat.Conv]time.Duration{}
	err := s.read(ctx, func(l *link) error {
		var id string
		var linger int64
		return l.scan("SELECT v.name, g.linger FROM groups g JOIN convs v ON v.cid = g.cid WHERE v.kind = ? AND g.linger > 0 AND g.dissolved = 0",
			[]any{int64(chat.KindRoom)}, []any{&id, &linger}, func() { rooms[chat.Room(id)] = time.Duration(linger) })
	})
	return rooms, err
}

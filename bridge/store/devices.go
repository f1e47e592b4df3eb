package store

import (
	"context"
	"database/sql"
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
func (s *Store) Devices(ctx context.Context, user chat.UserID) (all []Device, err error) {
	err = s.read(ctx, func(l *link) error {
		return l.each(`SELECT device, max(CASE WHEN cid = 0 THEN pos ELSE 0 END), max(seen) FROM readers
			WHERE uid = ? AND uid > 0 GROUP BY device ORDER BY max(seen) DESC, device`, []any{s.names.uid(user)}, func(rows *sql.Rows) (bool, error) {
			d := Device{Reader: chat.Reader{User: user}}
			var pos, seen int64
			err := rows.Scan(&d.Reader.Device, &pos, &seen)
			if pos > 0 {
				d.Cursor = chat.CursorAt(chat.Place{Pos: pos})
			}
			d.Seen = fromMillis(seen)
			all = append(all, d)
			return true, err
		})
	})
	return all, err
}

// ForgetDevice lets the cursors of a reader go. The next time it comes as a new device.
func (s *Store) ForgetDevice(_ context.Context, r chat.Reader) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.begun.drop(map[chat.Reader]positions{device(r): {}})
	return s.write(func(l *link) error {
		return l.exec("DELETE FROM readers WHERE uid = ? AND device = ? AND trunk = ? AND outbox = ?", s.readerKey(r)...)
	})
}

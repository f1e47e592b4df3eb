package store

import (
	"context"
	"time"

	"dragoman/bridge/chat"
)

// Said returns messages of all conversations as they now stand, oldest first: those sent from since until until, not
// included, whose ids are above after; at most limit. For the app's server alone.
func (s *Store) Said(ctx context.Context, since, until time.Time, after chat.EventID, limit int) (page []chat.Entry, err error) {
	first := max(int64(after)+1, int64(chat.NewEventID(since, 0, 0)))
	err = s.read(ctx, func(l *link) error {
		var rows []*row
		err := s.eachRow(l, "SELECT "+eventColumns+", "+entryColumns+fromEvents+"WHERE e.id >= ? AND e.id < ? AND e.kind = ? ORDER BY e.id LIMIT ?",
			[]any{first, int64(chat.NewEventID(until, 0, 0)), chat.BodyName(chat.Message{}), hundredIfZero(limit)}, func(r *row) (bool, error) {
				rows = append(rows, r)
				return true, nil
			})
		if err != nil {
			return err
		}
		page, err = s.entries(l, rows)
		return err
	})
	return page, err
}

package store

import (
	"database/sql"

	"dragoman/bridge/chat"
)

// entries are rows as they now stand, in their order.
func (s *Store) entries(l *link, rows []*row) ([]chat.Entry, error) {
	changes, err := s.loadChanges(l, rows)
	if err != nil {
		return nil, err
	}
	reactions, err := s.loadReactions(l, rows)
	if err != nil {
		return nil, err
	}
	counted, err := loadTallies(l, rows)
	if err != nil {
		return nil, err
	}
	entries := make([]chat.Entry, len(rows))
	for i, r := range rows {
		ev, err := s.event(l, r)
		if err != nil {
			return nil, err
		}
		e := &entries[i]
		e.Event = *ev
		e.Edited, e.Recall = changes[r.editID.Int64], changes[r.recallID.Int64]
		e.Edits, e.Replies = int(r.edits.Int64), int(r.replies.Int64)
		if e.Edited != nil && e.Recall == nil {
			e.Body = e.Edited.Body.(chat.Edit).Message
		}
		e.Reactions = reactions[r.id]
		e.Delivered, e.Read = counted.of(r, chat.Delivered), counted.of(r, chat.Read)
		if e.Thread, err = s.convName(l, r.thread.Int64); err != nil {
			return nil, err
		}
		if e.PinnedBy, err = s.names.user(l, r.pinnedBy.Int64); err != nil {
			return nil, err
		}
		e.PinnedAt = fromMillis(r.pinnedAt.Int64)
	}
	return entries, nil
}

// entriesByID are entries of those ids that there are.
func (s *Store) entriesByID(l *link, ids []int64) (map[int64]*chat.Entry, error) {
	found, err := s.rowsByID(l, ids)
	if err != nil {
		return nil, err
	}
	rows := make([]*row, 0, len(found))
	for _, r := range found {
		rows = append(rows, r)
	}
	entries, err := s.entries(l, rows)
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]*chat.Entry, len(entries))
	for i := range entries {
		byID[rows[i].id] = &entries[i]
	}
	return byID, nil
}

// loadChanges reads the last edits and the recalls of rows, by their ids.
func (s *Store) loadChanges(l *link, rows []*row) (map[int64]*chat.Event, error) {
	var ids []int64
	for _, r := range rows {
		for _, id := range []sql.NullInt64{r.editID, r.recallID} {
			if id.Int64 != 0 {
				ids = append(ids, id.Int64)
			}
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := s.rowsByID(l, ids)
	if err != nil {
		return nil, err
	}
	changes := make(map[int64]*chat.Event, len(found))
	for id, r := range found {
		if changes[id], err = s.event(l, r); err != nil {
			return nil, err
		}
	}
	return changes, nil
}

// loadReactions reads who stands behind which emoji under rows, in order of first use.
func (s *Store) loadReactions(l *link, rows []*row) (map[int64][]chat.Reacted, error) {
	var ids []int64
	for _, r := range rows {
		if r.react.Int64 != 0 {
			ids = append(ids, r.id)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	reactions := map[int64][]chat.Reacted{}
	err := l.each(`SELECT target, emoji, uid FROM reactions WHERE target IN (SELECT value FROM json_each(?)) ORDER BY target, id, ord`,
		[]any{listOf(ids)}, func(rows *sql.Rows) (bool, error) {
			var target, uid int64
			var emoji chat.Emoji
			if err := rows.Scan(&target, &emoji, &uid); err != nil {
				return false, err
			}
			u, err := s.names.user(l, uid)
			if err != nil {
				return false, err
			}
			all := reactions[target]
			i := 0
			for i < len(all) && all[i].Emoji != emoji {
				i++
			}
			if i == len(all) {
				all = append(all, chat.Reacted{Emoji: emoji})
			}
			all[i].Users = append(all[i].Users, u)
			reactions[target] = all
			return true, nil
		})
	return reactions, err
}

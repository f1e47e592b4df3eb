package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"dragoman/bridge/chat"
)

// NumberedAttribute is an Attribute and the number of the change that it stands since.
type NumberedAttribute struct {
	Attribute
	Seq int64
}

// AttributeSeqs returns the attributes of c by key, numbered, and how many changes of attributes there were in c in all: n
// keys that changed at once are n changes, of which each has the last one's number.
func (s *Store) AttributeSeqs(ctx context.Context, c chat.Conv) ([]NumberedAttribute, int64, error) {
	total := int64(0)
	last := map[string]int64{}
	count := func(set map[string]string, deleted []string) {
		total += int64(len(set) + len(deleted))
		for k := range set {
			last[k] = total
		}
	}
	err := s.read(ctx, func(l *link) error {
		return l.each(`SELECT e.kind, e.body FROM convs c JOIN events e ON e.cid = c.cid
			WHERE c.kind = ? AND c.name = ? AND e.kind IN ('attributes', 'lifecycle') ORDER BY e.id`, []any{int64(c.Kind), c.ID},
			func(rows *sql.Rows) (bool, error) {
				var kind string
				var data []byte
				if err := rows.Scan(&kind, &data); err != nil {
					return false, err
				}
				body, err := chat.UnmarshalBody(kind, data)
				if err != nil {
					return false, err
				}
				switch b := body.(type) {
				case chat.Lifecycle:
					count(b.Attributes, nil)
				case chat.Attributes:
					if b.User == "" {
						count(b.Set, b.Deleted)
					}
				}
				return true, nil
			})
	})
	if err != nil {
		return nil, 0, err
	}
	now, err := s.Attributes(ctx, c)
	if err != nil {
		return nil, 0, err
	}
	all := make([]NumberedAttribute, len(now))
	for i, a := range now {
		all[i] = NumberedAttribute{Attribute: a, Seq: last[a.Key]}
	}
	slices.SortFunc(all, func(a, b NumberedAttribute) int { return cmp.Compare(a.Key, b.Key) })
	return all, total, nil
}

package store

import (
	"context"

	"dragoman/bridge/chat"
)

// Details returns a group, thread or room as it stands; it refuses with chat.NoGroup or chat.Dissolved.
func (s *Store) Details(ctx context.Context, c chat.Conv) (chat.Details, error) {
	v, err := s.group(ctx, c)
	if err != nil {
		return chat.Details{}, err
	}
	return *v.details, nil
}

// Former is Details also of what is dissolved; false: there never was such a group, thread or room.
func (s *Store) Former(ctx context.Context, c chat.Conv) (d chat.Details, found bool, err error) {
	v := s.cache.get(c)
	if v == nil {
		err = s.read(ctx, func(l *link) error {
			v, err = s.conv(l, c)
			return err
		})
	}
	if err != nil || v == nil || v.details == nil {
		return d, false, err
	}
	return *v.details, true, nil
}

// group returns the conversation of a group, thread or room that is there.
func (s *Store) group(ctx context.Context, c chat.Conv) (v *conv, err error) {
	if v = s.cache.get(c); v == nil {
		err = s.read(ctx, func(l *link) error {
			v, err = s.conv(l, c)
			return err
		})
	}
	switch {
	case err != nil:
		return nil, err
	case v == nil || v.details == nil:
		return nil, chat.RefuseFor(chat.NoGroup, "there is no such group or room")
	case v.details.Dissolved:
		return nil, chat.RefuseFor(chat.Dissolved, "this group or room is no more")
	}
	return v, nil
}

// DetailsOf returns those of convs that exist and are not dissolved.
func (s *Store) DetailsOf(ctx context.Context, convs []chat.Conv) (map[chat.Conv]chat.Details, error) {
	all := make(map[chat.Conv]chat.Details, len(convs))
	for _, c := range convs {
		d, err := s.Details(ctx, c)
		switch chat.ReasonOf(err) {
		case chat.NoGroup, chat.Dissolved:
			continue
		}
		if err != nil {
			return nil, err
		}
		all[c] = d
	}
	return all, nil
}

// Joined is a group, thread or room and what somebody is in it.
type Joined struct {
	chat.Details
	Me chat.Member
}

// Joined returns what user is a member of, by kind (of rooms: where he is on a list with a role), in order of id after the
// given one ("": from the start). limit 0: all.
func (s *Store) Joined(ctx context.Context, user chat.UserID, kind chat.ConvKind, limit int, after string) (page []Joined, err error) {
	err = s.read(ctx, func(l *link) error {
		convs, err := s.listed(l, `SELECT c.cid FROM members m JOIN convs c ON c.cid = m.cid
			WHERE m.uid = ? AND m.role > 0 AND c.kind = ? AND c.name > ? ORDER BY c.name LIMIT ?`,
			s.names.uid(user), int64(kind), after, allIfZero(limit))
		for _, v := range convs {
			page = append(page, Joined{*v.details, v.roster.find(user).Member})
		}
		return err
	})
	return page, err
}

func allIfZero(limit int) int {
	if limit <= 0 {
		return -1
	}
	return limit
}

// listed are the conversations whose numbers query selects.
func (s *Store) listed(l *link, query string, args ...any) ([]*conv, error) {
	var cids []int64
	var cid int64
	if err := l.scan(query, args, []any{&cid}, func() { cids = append(cids, cid) }); err != nil {
		return nil, err
	}
	convs := make([]*conv, len(cids))
	for i, cid := range cids {
		var err error
		if convs[i], err = s.convByID(l, cid); err != nil {
			return nil, err
		}
	}
	return convs, nil
}

// ListConvs returns groups, threads or rooms, by kind, in order of id after the given one; publicOnly: those that strangers
// may find. limit 0: 100.
func (s *Store) ListConvs(ctx context.Context, kind chat.ConvKind, publicOnly bool, limit int, after string) ([]chat.Details, error) {
	return s.details(ctx, `SELECT c.cid FROM convs c JOIN groups g ON g.cid = c.cid
		WHERE c.kind = ? AND c.name > ? AND g.dissolved = 0 AND (? = 0 OR g.public = 1) ORDER BY c.name LIMIT ?`,
		int64(kind), after, flag(publicOnly), hundredIfZero(limit))
}

// Threads returns the threads under parent, in order of id after the given one. limit 0: 100.
func (s *Store) Threads(ctx context.Context, parent chat.Conv, limit int, after string) ([]chat.Details, error) {
	return s.details(ctx, `SELECT c.cid FROM groups g JOIN convs c ON c.cid = g.cid
		WHERE g.parent = (SELECT cid FROM convs WHERE kind = ? AND name = ?) AND g.parent > 0 AND c.name > ? AND g.dissolved = 0 ORDER BY c.name LIMIT ?`,
		int64(parent.Kind), parent.ID, after, hundredIfZero(limit))
}

func hundredIfZero(limit int) int {
	if limit <= 0 {
		return 100
	}
	return min(limit, maxPage)
}

func (s *Store) details(ctx context.Context, query string, args ...any) (page []chat.Details, err error) {
	err = s.read(ctx, func(l *link) error {
		convs, err := s.listed(l, query, args...)
		for _, v := range convs {
			page = append(page, *v.details)
		}
		return err
	})
	return page, err
}

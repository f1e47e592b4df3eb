package store

import (
	"context"
	"slices"
	"time"

	"dragoman/bridge/chat"
)

// followers are who is told of a user's presence, until the first of them no longer watches.
type followers struct {
	users []chat.UserID
	until time.Time // zero: for as long as nothing changes
}

// Audience implements bridge.Log.
func (s *Store) Audience(ctx context.Context, c chat.Conv) (users []chat.UserID, err error) {
	if c.Kind == chat.KindPeer {
		return pairOf(c), nil
	}
	if c.Kind == chat.KindSelf {
		s.cache.mu.RLock()
		f, ok := s.cache.followers[chat.UserID(c.ID)]
		s.cache.mu.RUnlock()
		if ok && (f.until.IsZero() || s.opts.Now().Before(f.until)) {
			return f.users, nil
		}
	} else if v := s.cache.get(c); v != nil {
		return v.audience(), nil
	}
	err = s.read(ctx, func(l *link) error {
		if c.Kind == chat.KindSelf {
			var until time.Time
			if users, until, err = s.loadFollowers(l, chat.UserID(c.ID)); err == nil {
				s.cache.offerFollowers(l.epoch, chat.UserID(c.ID), followers{users, until})
			}
			return err
		}
		v, err := s.conv(l, c)
		if v != nil {
			users = v.audience()
		}
		return err
	})
	return users, err
}

// audience is who is in it: nobody of a room, whose occupants the router knows.
func (v *conv) audience() []chat.UserID {
	switch {
	case v.name.Kind == chat.KindRoom:
		return nil
	case v.roster != nil:
		return v.roster.list
	}
	return v.two
}

// loadFollowers reads who may see u's presence: himself, who sees him as a contact, and who watches him; but none that he has
// blocked or who has blocked him. until is when the first of the watches ends.
func (s *Store) loadFollowers(l *link, u chat.UserID) (users []chat.UserID, until time.Time, err error) {
	uid, now := s.names.uid(u), millis(s.opts.Now())
	uids := []int64{}
	var follower, ends, first int64
	err = l.scan(`SELECT uid, 0 FROM contacts WHERE other = ?1 AND sees = 1 AND uid <> ?1
		UNION ALL SELECT uid, until FROM watches WHERE other = ?1 AND until > ?2`, []any{uid, now}, []any{&follower, &ends}, func() {
		if ends != 0 && (first == 0 || ends < first) {
			first = ends
		}
		uids = append(uids, follower)
	})
	if err != nil {
		return nil, until, err
	}
	blocked, err := s.blockedEitherWay(l, uid)
	if err != nil {
		return nil, until, err
	}
	slices.Sort(uids)
	uids = slices.DeleteFunc(slices.Compact(uids), func(uid int64) bool { return blocked[uid] })
	if users, err = s.names.users(l, uids); err != nil {
		return nil, until, err
	}
	return append([]chat.UserID{u}, users...), fromMillis(first), nil
}

func (s *Store) blockedEitherWay(l *link, uid int64) (map[int64]bool, error) {
	blocked := map[int64]bool{}
	var other int64
	err := l.scan("SELECT other FROM blocks WHERE uid = ?1 UNION SELECT uid FROM blocks WHERE other = ?1", []any{uid}, []any{&other},
		func() { blocked[other] = true })
	return blocked, err
}

// offerFollowers puts in what a question has read, unless something was committed since epoch.
func (c *cache) offerFollowers(epoch uint64, u chat.UserID, f followers) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.epoch != epoch {
		return
	}
	if c.followers == nil || len(c.followers) >= maxCached {
		c.followers = map[chat.UserID]followers{}
	}
	c.followers[u] = f
}

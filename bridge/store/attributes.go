package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"dragoman/bridge/chat"
)

// Profile is what a user shows of himself.
type Profile struct {
	User        chat.UserID
	Name        string
	Notice      string
	Avatar      string
	Description string
	Extra       string
	Changed     time.Time // zero: never set
}

// Profile returns what user shows of himself; the zero Profile, with the user, where he has set nothing.
func (s *Store) Profile(ctx context.Context, user chat.UserID) (Profile, error) {
	all, err := s.Profiles(ctx, []chat.UserID{user})
	if p, ok := all[user]; ok {
		return p, err
	}
	return Profile{User: user}, err
}

// Profiles returns the profiles of users who have set one.
func (s *Store) Profiles(ctx context.Context, users []chat.UserID) (map[chat.UserID]Profile, error) {
	all := map[chat.UserID]Profile{}
	err := s.read(ctx, func(l *link) error {
		return l.each(`SELECT uid, name, notice, avatar, description, extra, changed FROM profiles
			WHERE uid IN (SELECT value FROM json_each(?))`, []any{listOf(s.uidsOf(users))}, func(rows *sql.Rows) (bool, error) {
			var p Profile
			var uid, changed int64
			err := rows.Scan(&uid, &p.Name, &p.Notice, &p.Avatar, &p.Description, &p.Extra, &changed)
			if err != nil {
				return false, err
			}
			p.Changed = fromMillis(changed)
			p.User, err = s.names.user(l, uid)
			all[p.User] = p
			return true, err
		})
	})
	return all, err
}

// uidsOf are the numbers of those of users who have one.
func (s *Store) uidsOf(users []chat.UserID) []int64 {
	uids := make([]int64, 0, len(users))
	for _, u := range users {
		if uid := s.names.uid(u); uid != 0 {
			uids = append(uids, uid)
		}
	}
	return uids
}

// UserAttributes returns user's own attributes: those that keys name, or all.
func (s *Store) UserAttributes(ctx context.Context, user chat.UserID, keys ...string) (map[string]string, error) {
	all, err := s.UsersAttributes(ctx, []chat.UserID{user}, keys...)
	return all[user], err
}

// UsersAttributes is UserAttributes of several users; who has none is left out.
func (s *Store) UsersAttributes(ctx context.Context, users []chat.UserID, keys ...string) (map[chat.UserID]map[string]string, error) {
	all := map[chat.UserID]map[string]string{}
	err := s.read(ctx, func(l *link) error {
		return l.each(`SELECT c.name, a.key, a.value FROM convs c JOIN attributes a ON a.cid = c.cid AND a.uid = 0
			WHERE c.kind = 5 AND c.a IN (SELECT value FROM json_each(?))`, []any{listOf(s.uidsOf(users))}, func(rows *sql.Rows) (bool, error) {
			var u chat.UserID
			var key, value string
			if err := rows.Scan(&u, &key, &value); err != nil {
				return false, err
			}
			if len(keys) > 0 && !slices.Contains(keys, key) {
				return true, nil
			}
			if all[u] == nil {
				all[u] = map[string]string{}
			}
			all[u][key] = value
			return true, nil
		})
	})
	return all, err
}

// Attribute is a named text of a group or room, and who set it.
type Attribute struct {
	Key, Value string
	By         chat.UserID
	AutoDelete bool
}

// Attributes returns the attributes of c by key: those that keys name, or all; hidden ones are not among them.
func (s *Store) Attributes(ctx context.Context, c chat.Conv, keys ...string) ([]Attribute, error) {
	return s.attributesOf(ctx, c, func(key string) bool {
		return !chat.IsHiddenKey(key) && (len(keys) == 0 || slices.Contains(keys, key))
	})
}

// HiddenAttributes returns the attributes of c, by key, whose keys chat.HiddenKey made of what begins with prefix.
func (s *Store) HiddenAttributes(ctx context.Context, c chat.Conv, prefix string) ([]Attribute, error) {
	return s.attributesOf(ctx, c, func(key string) bool { return strings.HasPrefix(key, chat.HiddenKey(prefix)) })
}

func (s *Store) attributesOf(ctx context.Context, c chat.Conv, wanted func(key string) bool) (all []Attribute, err error) {
	err = s.read(ctx, func(l *link) error {
		return l.each(`SELECT a.key, a.value, a.setter, a.auto FROM convs c JOIN attributes a ON a.cid = c.cid AND a.uid = 0
			WHERE c.kind = ? AND c.name = ? ORDER BY a.key`, []any{int64(c.Kind), c.ID}, func(rows *sql.Rows) (bool, error) {
			var a Attribute
			var setter int64
			if err := rows.Scan(&a.Key, &a.Value, &setter, &a.AutoDelete); err != nil {
				return false, err
			}
			if !wanted(a.Key) {
				return true, nil
			}
			a.By, err = s.names.user(l, setter)
			all = append(all, a)
			return true, err
		})
	})
	return all, err
}

// AutoDeleted returns the names of the attributes of c that go when user leaves it: whoever takes him out asks for that.
func (s *Store) AutoDeleted(ctx context.Context, c chat.Conv, user chat.UserID) ([]string, error) {
	all, err := s.Attributes(ctx, c)
	var keys []string
	for _, a := range all {
		if a.AutoDelete && a.By == user {
			keys = append(keys, a.Key)
		}
	}
	return keys, err
}

// Status is a presence that outlives the session.
type Status struct {
	Show   chat.Show
	Status string
	Until  time.Time
	Set    time.Time
}

// StatusOf returns the presences with a time limit that users have set and that have not run out.
func (s *Store) StatusOf(ctx context.Context, users []chat.UserID) (map[chat.UserID]Status, error) {
	all := map[chat.UserID]Status{}
	err := s.read(ctx, func(l *link) error {
		return l.each(`SELECT uid, show, status, until, set_at FROM statuses WHERE uid IN (SELECT value FROM json_each(?)) AND until > ?`,
			[]any{listOf(s.uidsOf(users)), millis(s.opts.Now())}, func(rows *sql.Rows) (bool, error) {
				var st Status
				var uid, until, set int64
				if err := rows.Scan(&uid, &st.Show, &st.Status, &until, &set); err != nil {
					return false, err
				}
				st.Until, st.Set = fromMillis(until), fromMillis(set)
				u, err := s.names.user(l, uid)
				all[u] = st
				return true, err
			})
	})
	return all, err
}

// LastSeen returns when a device of user last acknowledged something; zero: never.
func (s *Store) LastSeen(ctx context.Context, user chat.UserID) (seen time.Time, err error) {
	err = s.read(ctx, func(l *link) error {
		var at int64
		_, err := l.row("SELECT coalesce(max(seen), 0) FROM readers WHERE uid = ? AND uid > 0", []any{s.names.uid(user)}, &at)
		seen = fromMillis(at)
		return err
	})
	return seen, err
}

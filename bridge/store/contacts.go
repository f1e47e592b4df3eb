package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"dragoman/bridge/chat"
)

// Contact is what one user is to another, from one side. Asking and agreeing are directed: Sees is what XMPP calls "to",
// Seen is "from", both together "both", which is what WebIM calls a contact.
type Contact struct {
	User    chat.UserID // the other
	Listed  bool        // on one's own list
	Alias   string
	Note    string
	Groups  []string
	Wants   bool // has asked the other, who has not answered
	Sees    bool // the other has agreed to be seen
	Asked   bool // the other has asked and waits for an answer
	Seen    bool // has agreed to be seen by the other
	Agrees  bool // will agree as soon as the other asks (given before he asked)
	AskText string
	AskTime time.Time // with Asked or Wants
	Since   time.Time // when it came on the list
	Version int64     // of its last change
}

// Mutual reports whether both have agreed.
func (c Contact) Mutual() bool { return c.Sees && c.Seen }

const contactQuery = `SELECT k.other, k.listed, k.alias, k.note, k.groups, k.wants, k.sees, coalesce(r.wants, 0), coalesce(r.sees, 0), k.agrees,
		CASE WHEN k.wants THEN k.ask_text ELSE coalesce(r.ask_text, '') END, CASE WHEN k.wants THEN k.asked_at ELSE coalesce(r.asked_at, 0) END,
		k.since, k.version
	FROM contacts k LEFT JOIN contacts r ON r.uid = k.other AND r.other = k.uid WHERE k.uid = ? `

// Contacts returns user's list and what is asked of him, by name, and the list's version, which grows with every change.
func (s *Store) Contacts(ctx context.Context, user chat.UserID) (all []Contact, version int64, err error) {
	all, version, err = s.contacts(ctx, contactQuery, s.names.uid(user))
	all = slices.DeleteFunc(all, func(c Contact) bool { return !c.Listed && !c.Asked && !c.Seen && !c.Sees })
	slices.SortFunc(all, func(a, b Contact) int { return cmp.Compare(a.User, b.User) })
	return all, version, err
}

// ContactsSince returns what has changed in user's list after version, by version; one with Listed false has been taken off.
func (s *Store) ContactsSince(ctx context.Context, user chat.UserID, version int64) ([]Contact, int64, error) {
	all, newest, err := s.contacts(ctx, contactQuery+"AND k.version > ? ORDER BY k.version", s.names.uid(user), version)
	return all, max(newest, version), err
}

// Contact returns what other is to user; a zero relation is no error.
func (s *Store) Contact(ctx context.Context, user, other chat.UserID) (Contact, error) {
	all, _, err := s.contacts(ctx, contactQuery+"AND k.other = ?", s.names.uid(user), s.names.uid(other))
	if err != nil || len(all) == 0 {
		return Contact{User: other}, err
	}
	return all[0], nil
}

func (s *Store) contacts(ctx context.Context, query string, args ...any) (all []Contact, newest int64, err error) {
	err = s.read(ctx, func(l *link) error {
		return l.each(query, args, func(rows *sql.Rows) (bool, error) {
			var c Contact
			var other, asked, since int64
			var groups string
			err := rows.Scan(&other, &c.Listed, &c.Alias, &c.Note, &groups, &c.Wants, &c.Sees, &c.Asked, &c.Seen, &c.Agrees,
				&c.AskText, &asked, &since, &c.Version)
			if err != nil {
				return false, err
			}
			if groups != "" {
				if err := json.Unmarshal([]byte(groups), &c.Groups); err != nil {
					return false, err
				}
			}
			if !c.Wants && !c.Asked {
				c.AskText, asked = "", 0
			}
			c.AskTime, c.Since = fromMillis(asked), fromMillis(since)
			newest = max(newest, c.Version)
			c.User, err = s.names.user(l, other)
			all = append(all, c)
			return true, err
		})
	})
	return all, newest, err
}

// Blocks returns whom user has blocked, by name.
func (s *Store) Blocks(ctx context.Context, user chat.UserID) ([]chat.UserID, error) {
	return s.usersOf(ctx, "SELECT other FROM blocks WHERE uid = ?", s.names.uid(user))
}

// usersOf are the users whose numbers query selects, by name.
func (s *Store) usersOf(ctx context.Context, query string, args ...any) (users []chat.UserID, err error) {
	err = s.read(ctx, func(l *link) error {
		var uids []int64
		var uid int64
		if err := l.scan(query, args, []any{&uid}, func() { uids = append(uids, uid) }); err != nil {
			return err
		}
		users, err = s.names.users(l, uids)
		slices.Sort(users)
		return err
	})
	return users, err
}

// Blocked reports whether by has blocked whom.
func (s *Store) Blocked(ctx context.Context, by, whom chat.UserID) (blocked bool, err error) {
	err = s.read(ctx, func(l *link) error {
		var one int
		blocked, err = l.row("SELECT 1 FROM blocks WHERE uid = ? AND other = ?", []any{s.names.uid(by), s.names.uid(whom)}, &one)
		return err
	})
	return blocked, err
}

// Watched is somebody whose presence is followed, or who follows, until a time.
type Watched struct {
	User  chat.UserID
	Until time.Time
}

// Watches returns whom user follows without being a contact, by name, those that have run out not among them.
func (s *Store) Watches(ctx context.Context, user chat.UserID) ([]Watched, error) {
	return s.watched(ctx, "SELECT other, until FROM watches WHERE uid = ? AND until > ?", user)
}

// Watchers returns who so follows user.
func (s *Store) Watchers(ctx context.Context, user chat.UserID) ([]Watched, error) {
	return s.watched(ctx, "SELECT uid, until FROM watches WHERE other = ? AND until > ?", user)
}

func (s *Store) watched(ctx context.Context, query string, user chat.UserID) (all []Watched, err error) {
	err = s.read(ctx, func(l *link) error {
		return l.each(query, []any{s.names.uid(user), millis(s.opts.Now())}, func(rows *sql.Rows) (bool, error) {
			var uid, until int64
			if err := rows.Scan(&uid, &until); err != nil {
				return false, err
			}
			u, err := s.names.user(l, uid)
			all = append(all, Watched{u, fromMillis(until)})
			return true, err
		})
	})
	slices.SortFunc(all, func(a, b Watched) int { return cmp.Compare(a.User, b.User) })
	return all, err
}

// Followed returns whose presence user may see, by name: of contacts who agreed and of those he watches, but none that he
// has blocked or who has blocked him.
func (s *Store) Followed(ctx context.Context, user chat.UserID) ([]chat.UserID, error) {
	return s.usersOf(ctx, `SELECT other FROM contacts WHERE uid = ?1 AND sees = 1
		UNION SELECT other FROM watches WHERE uid = ?1 AND until > ?2
		EXCEPT SELECT other FROM blocks WHERE uid = ?1
		EXCEPT SELECT uid FROM blocks WHERE other = ?1`, s.names.uid(user), millis(s.opts.Now()))
}

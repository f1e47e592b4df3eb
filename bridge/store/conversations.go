package store

import (
	"context"
	"database/sql"
	"math"
	"time"

	"dragoman/bridge/chat"
)

// Conversation is a line of a user's list of conversations.
type Conversation struct {
	Conv     chat.Conv
	Last     *chat.Entry // the newest that he may see; nil: none
	Unread   int
	Read     chat.Ref   // up to where he has read; zero: nothing
	Mentions []chat.Ref // unread messages that mention him or all, oldest first, at most 50
	Pinned   bool
	PinnedAt time.Time
	Muted    bool
	Settings map[chat.SettingKey]chat.Value // all that he has set here, these among them; shared
	Order    chat.EventID                   // sorts the list, newest first; the key of ConvQuery.Before
	Updated  time.Time                      // of Order
}

// ConvQuery narrows a list of conversations.
type ConvQuery struct {
	Kinds   []chat.ConvKind // nil: peers, groups and threads
	Before  chat.EventID    // Order of the last line of the page before; 0: the first page
	Limit   int             // 0: 100; at most 1000
	Pinned  bool            // the pinned ones alone
	Deleted bool            // also those that he has taken off his list
}

// listOrder is by what a list of conversations is sorted: the newest of the history, as far as he may see it.
const listOrder = `CASE WHEN l.to_id IS NULL OR c.moved <= l.to_id THEN c.moved ELSE l.to_id END`

// Conversations returns asker's conversations, the last moved first. One that he has taken off his list comes back with the
// next message.
func (s *Store) Conversations(ctx context.Context, asker chat.UserID, q ConvQuery) (page []Conversation, err error) {
	kinds := q.Kinds
	if kinds == nil {
		kinds = []chat.ConvKind{chat.KindPeer, chat.KindGroup, chat.KindThread}
	}
	before := int64(q.Before)
	if before == 0 {
		before = math.MaxInt64
	}
	err = s.read(ctx, func(l *link) error {
		uid := s.names.uid(asker)
		if uid == 0 {
			return nil
		}
		var cids []int64
		var cid, order int64
		err := l.scan(`SELECT l.cid, `+listOrder+` AS moved FROM lines l JOIN convs c ON c.cid = l.cid
			WHERE l.uid = ? AND c.kind IN (SELECT value FROM json_each(?)) AND moved > 0 AND `+listOrder+` < ?
			AND (? = 0 OR EXISTS (SELECT 1 FROM settings p WHERE p.uid = l.uid AND p.cid = l.cid AND p.key = 'pinned' AND p.bits <> 0))
			ORDER BY 2 DESC`, []any{uid, kindList(kinds), before, flag(q.Pinned)}, []any{&cid, &order}, func() { cids = append(cids, cid) })
		if err != nil {
			return err
		}
		for _, cid := range cids {
			if len(page) == hundredIfZero(q.Limit) {
				return nil
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			one, deleted, err := s.conversation(ctx, l, asker, cid)
			if err != nil {
				return err
			}
			if one.Last == nil || (deleted && !q.Deleted) {
				continue
			}
			page = append(page, one)
		}
		return nil
	})
	return page, err
}

func kindList(kinds []chat.ConvKind) string {
	numbers := make([]int64, len(kinds))
	for i, k := range kinds {
		numbers[i] = int64(k)
	}
	return listOf(numbers)
}

// Conversation returns one line of asker's list; an empty one where he has none with c.
func (s *Store) Conversation(ctx context.Context, asker chat.UserID, c chat.Conv) (one Conversation, err error) {
	one.Conv = c
	err = s.read(ctx, func(l *link) error {
		v, err := s.conv(l, c)
		if err != nil || v == nil {
			return err
		}
		one, _, err = s.conversation(ctx, l, asker, v.cid)
		return err
	})
	return one, err
}

// conversation reads one line; deleted says that he has taken it off his list, and nothing has come since.
func (s *Store) conversation(ctx context.Context, l *link, asker chat.UserID, cid int64) (one Conversation, deleted bool, err error) {
	v, err := s.convByID(l, cid)
	if err != nil {
		return one, false, err
	}
	one.Conv = v.name
	ln, err := readLine(l, s.names.uid(asker), cid)
	if err != nil {
		return one, false, err
	}
	if one.Unread, err = ln.unread(l); err != nil {
		return one, false, err
	}
	if one.Read, err = s.refOf(l, ln.readID); err != nil {
		return one, false, err
	}
	if err := s.fillSettings(l, ln, &one); err != nil {
		return one, false, err
	}
	if one.Mentions, err = s.mentions(l, ln); err != nil {
		return one, false, err
	}
	// Its place in the list, which a page goes on from, is that of the query: what moved last, seen or not.
	if _, err := l.row("SELECT "+listOrder+" FROM lines l JOIN convs c ON c.cid = l.cid WHERE l.uid = ? AND l.cid = ?",
		[]any{ln.uid, cid}, &one.Order); err != nil {
		return one, false, err
	}
	if one.Order != 0 {
		one.Updated = one.Order.Time()
	}
	if one.Last, err = s.lastEntry(ctx, l, v, asker); err != nil || one.Last == nil {
		return one, false, err
	}
	deletedAt, err := s.deletedAt(l, ln)
	return one, deletedAt > int64(one.Last.ID), err
}

// lastEntry is the newest of v's history that asker may see; nil for none.
func (s *Store) lastEntry(ctx context.Context, l *link, v *conv, asker chat.UserID) (*chat.Entry, error) {
	w, err := s.view(l, v, asker)
	if chat.CodeOf(err) == chat.Forbidden {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	rows, _, err := s.walk(ctx, l, &w, span{0, math.MaxInt64, false}, 1, func(r *row) bool { return r.seq > 0 })
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	entries, err := s.entries(l, rows)
	if err != nil {
		return nil, err
	}
	return &entries[0], nil
}

func (s *Store) fillSettings(l *link, ln *line, one *Conversation) error {
	one.Settings = map[chat.SettingKey]chat.Value{}
	var key chat.SettingKey
	var v chat.Value
	var id chat.EventID
	return l.scan("SELECT key, kind, text, bits, id FROM settings WHERE uid = ? AND cid = ?", []any{ln.uid, ln.cid},
		[]any{&key, &v.Kind, &v.Text, &v.Bits, &id}, func() {
			one.Settings[key] = v
			switch key {
			case chat.SettingPinned:
				if one.Pinned = v.Bits != 0; one.Pinned {
					one.PinnedAt = id.Time()
				}
			case chat.SettingMuted:
				one.Muted = v.Bits != 0
			}
		})
}

// deletedAt is when he took the conversation off his list; 0: it is on it.
func (s *Store) deletedAt(l *link, ln *line) (id int64, err error) {
	_, err = l.row("SELECT id FROM settings WHERE uid = ? AND cid = ? AND key = ? AND bits <> 0", []any{ln.uid, ln.cid, string(chat.SettingDeleted)}, &id)
	return id, err
}

// maxMentions bounds how many unread mentions a line names.
const maxMentions = 50

func (s *Store) mentions(l *link, ln *line) ([]chat.Ref, error) {
	if !ln.isIn {
		return nil, nil
	}
	var ids []int64
	var id int64
	err := l.scan(`SELECT DISTINCT m.id FROM mentions m JOIN events e ON e.id = m.id WHERE m.cid = ? AND m.uid IN (0, ?) AND m.id > ? AND m.id <= ?
		AND e.uid <> ? AND NOT EXISTS (SELECT 1 FROM hides h WHERE h.uid = ? AND h.cid = m.cid AND h.id = m.id)
		AND NOT EXISTS (SELECT 1 FROM voids v WHERE v.cid = m.cid AND v.uid = ? AND v.id = m.id) ORDER BY m.id LIMIT ?`,
		[]any{ln.cid, ln.uid, max(ln.readID, ln.hiddenTo), ln.end(), ln.uid, ln.uid, ln.uid, maxMentions}, []any{&id}, func() { ids = append(ids, id) })
	if err != nil {
		return nil, err
	}
	refs := make([]chat.Ref, len(ids))
	for i, id := range ids {
		if refs[i], err = s.refOf(l, id); err != nil {
			return nil, err
		}
	}
	return refs, nil
}

// UnreadTotal returns how much asker has not read: in all, and in the conversations that he has not muted.
func (s *Store) UnreadTotal(ctx context.Context, asker chat.UserID) (all, loud int, err error) {
	err = s.read(ctx, func(l *link) error {
		var lines []*line
		var muted []bool
		uid := s.names.uid(asker)
		err := l.each("SELECT l.cid, "+lineColumns+`, EXISTS (SELECT 1 FROM settings m WHERE m.uid = l.uid AND m.cid = l.cid AND m.key = 'muted' AND m.bits <> 0)
			FROM lines l JOIN convs c ON c.cid = l.cid WHERE l.uid = ? AND l.from_id IS NOT NULL`, []any{uid}, func(rows *sql.Rows) (bool, error) {
			ln := &line{uid: uid, isThere: true, isIn: true}
			var from, to sql.NullInt64
			var isMuted bool
			if err := rows.Scan(append(append([]any{&ln.cid}, ln.dest(&from, &to)...), &isMuted)...); err != nil {
				return false, err
			}
			ln.from, ln.to = from.Int64, to.Int64
			lines, muted = append(lines, ln), append(muted, isMuted)
			return true, nil
		})
		if err != nil {
			return err
		}
		for i, ln := range lines {
			n, err := ln.unread(l)
			if err != nil {
				return err
			}
			all += n
			if !muted[i] {
				loud += n
			}
		}
		return nil
	})
	return all, loud, err
}

// Setting is what one person wants of one conversation (or, in his KindSelf, of all).
type Setting struct {
	Conv  chat.Conv
	Key   chat.SettingKey
	Value chat.Value
	Time  time.Time
}

// Settings returns what user has set of c.
func (s *Store) Settings(ctx context.Context, user chat.UserID, c chat.Conv) (map[chat.SettingKey]chat.Value, error) {
	all := map[chat.SettingKey]chat.Value{}
	settings, err := s.settings(ctx, "p.uid = ? AND c.kind = ? AND c.name = ?", s.names.uid(user), int64(c.Kind), c.ID)
	for _, one := range settings {
		all[one.Key] = one.Value
	}
	return all, err
}

// SettingsOf returns all that user has set of any conversation; key narrows it to one ("": all).
func (s *Store) SettingsOf(ctx context.Context, user chat.UserID, key chat.SettingKey) ([]Setting, error) {
	return s.settings(ctx, "p.uid = ? AND (? = '' OR p.key = ?)", s.names.uid(user), string(key), string(key))
}

func (s *Store) settings(ctx context.Context, where string, args ...any) (all []Setting, err error) {
	query := `SELECT c.kind, c.name, p.key, p.kind, p.text, p.bits, p.id FROM settings p JOIN convs c ON c.cid = p.cid WHERE ` + where + " ORDER BY p.id"
	err = s.read(ctx, func(l *link) error {
		var one Setting
		var id chat.EventID
		return l.scan(query, args, []any{&one.Conv.Kind, &one.Conv.ID, &one.Key, &one.Value.Kind, &one.Value.Text, &one.Value.Bits, &id}, func() {
			one.Time = id.Time()
			all = append(all, one)
		})
	})
	return all, err
}

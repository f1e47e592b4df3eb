package store

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"

	"dragoman/bridge/chat"
)

// source is a stretch of a conversation's timeline that a reader may see, by id and both ends included.
type source struct {
	cid, from, to int64
	hidden        int64 // of its history he has hidden all up to here
}

// place is an event on a page of a feed.
type place struct{ id, pos int64 }

// Since implements bridge.Log.
func (s *Store) Since(ctx context.Context, r chat.Reader, after chat.Cursor, limit int) (page []chat.Record, at chat.Cursor, err error) {
	at = after
	err = s.read(ctx, func(l *link) error {
		var lastPos, first int64
		if _, err := l.row("SELECT pos FROM log ORDER BY pos DESC LIMIT 1", nil, &lastPos); err != nil {
			return err
		}
		pos := after.Place().Pos
		found, err := l.row("SELECT id FROM log WHERE pos > ? ORDER BY pos LIMIT 1", []any{pos}, &first)
		if err != nil || !found {
			return err
		}
		var places []place
		switch {
		case r.User != "":
			places, err = s.userPlaces(l, r, first, limit)
		default:
			places, lastPos, err = s.logPlaces(ctx, l, r, pos, limit)
		}
		if err != nil {
			return err
		}
		if len(places) == limit {
			lastPos = places[limit-1].pos
		}
		at = chat.CursorAt(chat.Place{Pos: max(lastPos, pos)})
		page, err = s.records(l, idsOf(places), asItStands)
		if err != nil || r.User != "" {
			return err
		}
		return s.addAudiences(l, page) // a trunk must know which of its users each is for
	})
	return page, at, err
}

func idsOf(places []place) []int64 {
	ids := make([]int64, len(places))
	for i, p := range places {
		ids[i] = p.id
	}
	return ids
}

// userPlaces merges what a user may see from the event first on: his inbox, and the conversations that he is in.
func (s *Store) userPlaces(l *link, r chat.Reader, first int64, limit int) ([]place, error) {
	uid := s.names.uid(r.User)
	if uid == 0 {
		return nil, nil
	}
	m := merge{limit: limit}
	var one place
	inbox := `SELECT i.id, i.pos FROM inbox i JOIN events e ON e.id = i.id
		WHERE i.uid = ?1 AND i.id >= ?2 AND i.pos > 0 AND (?3 = 0 OR i.cid = ?3) AND ` + forDevice("?1", "?4") + `
		AND NOT EXISTS (SELECT 1 FROM hides h WHERE h.uid = ?1 AND h.cid = i.cid AND h.id = i.id)
		AND (e.seq = 0 OR NOT EXISTS (SELECT 1 FROM lines n WHERE n.uid = ?1 AND n.cid = i.cid AND n.hidden_to >= i.id))
		ORDER BY i.id LIMIT ?5`
	only, err := s.onlyConv(l, r.Conv)
	if err != nil || (only == 0 && !r.Conv.IsZero()) {
		return nil, err
	}
	err = l.scan(inbox, []any{uid, first, only, string(r.Device), limit}, []any{&one.id, &one.pos}, func() { m.add(one) })
	if err != nil {
		return nil, err
	}
	sources, err := s.sources(l, uid, first, only)
	if err != nil {
		return nil, err
	}
	for _, src := range sources {
		err := l.scan(`SELECT t.id, t.pos FROM timeline t WHERE t.cid = ?1 AND t.id >= ?2 AND t.id <= ?3 AND t.narrow = 0 AND t.pos > 0
			AND (t.seq = 0 OR t.id > ?6) AND NOT EXISTS (SELECT 1 FROM hides h WHERE h.uid = ?4 AND h.cid = t.cid AND h.id = t.id)
			ORDER BY t.id LIMIT ?5`,
			[]any{src.cid, max(src.from, first), min(src.to, m.bound()), uid, limit, src.hidden}, []any{&one.id, &one.pos}, func() { m.add(one) })
		if err != nil {
			return nil, err
		}
		m.trim()
	}
	return m.places(), nil
}

func (s *Store) onlyConv(l *link, c chat.Conv) (int64, error) {
	if c.IsZero() {
		return 0, nil
	}
	v, err := s.conv(l, c)
	if err != nil || v == nil {
		return 0, err
	}
	return v.cid, nil
}

// sources are the stretches in which something has happened from the event first on that uid may see: of conversations that
// he is or was in, and of the users whose presence he may see. Of three thousand conversations it is the few that moved.
func (s *Store) sources(l *link, uid, first, only int64) ([]source, error) {
	var all []source
	one := source{}
	var to sql.NullInt64
	add := func() {
		one.to = math.MaxInt64
		if to.Valid {
			one.to = to.Int64
		}
		all = append(all, one)
	}
	const (
		current = `SELECT l.cid, l.from_id, l.to_id, l.hidden_to FROM lines l JOIN convs c ON c.cid = l.cid
			WHERE l.uid = ?1 AND l.from_id IS NOT NULL AND (l.to_id IS NULL OR l.to_id >= ?2) AND c.last_id >= ?2 AND (?3 = 0 OR l.cid = ?3)`
		former = `SELECT p.cid, p.from_id, p.to_id, l.hidden_to FROM spans p JOIN lines l ON l.uid = p.uid AND l.cid = p.cid
			WHERE p.uid = ?1 AND p.to_id >= ?2 AND (?3 = 0 OR p.cid = ?3)`
		followed = `SELECT c.cid, 0, NULL, 0 FROM contacts k JOIN convs c ON c.kind = 5 AND c.a = k.other
			WHERE k.uid = ?1 AND k.sees = 1 AND c.last_id >= ?2 AND (?3 = 0 OR c.cid = ?3)
			AND NOT EXISTS (SELECT 1 FROM blocks b WHERE (b.uid = ?1 AND b.other = k.other) OR (b.uid = k.other AND b.other = ?1))
			UNION SELECT c.cid, 0, NULL, 0 FROM watches w JOIN convs c ON c.kind = 5 AND c.a = w.other
			WHERE w.uid = ?1 AND w.until > ?4 AND c.last_id >= ?2 AND (?3 = 0 OR c.cid = ?3)
			AND NOT EXISTS (SELECT 1 FROM blocks b WHERE (b.uid = ?1 AND b.other = w.other) OR (b.uid = w.other AND b.other = ?1))`
	)
	dest := []any{&one.cid, &one.from, &to, &one.hidden}
	for _, query := range []string{current, former} {
		if err := l.scan(query, []any{uid, first, only}, dest, add); err != nil {
			return nil, err
		}
	}
	err := l.scan(followed, []any{uid, first, only, millis(s.opts.Now())}, dest, add)
	return all, err
}

// merge keeps the first so many of what it is given.
type merge struct {
	limit int
	all   []place
}

func (m *merge) add(p place) { m.all = append(m.all, p) }

// bound is the id behind which nothing is wanted any more.
func (m *merge) bound() int64 {
	if len(m.all) < m.limit || m.limit == 0 {
		return math.MaxInt64
	}
	return m.all[m.limit-1].id
}

func (m *merge) trim() {
	if len(m.all) < m.limit {
		return
	}
	slices.SortFunc(m.all, func(a, b place) int { return compare(a.id, b.id) })
	m.all = m.all[:m.limit]
}

func (m *merge) places() []place {
	slices.SortFunc(m.all, func(a, b place) int { return compare(a.id, b.id) })
	return m.all[:min(len(m.all), m.limit)]
}

func compare(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// maxPassedOver bounds how much of the log one call reads for a trunk that it does not concern.
const maxPassedOver = 5000

// logged is an event in the log and what it takes to tell whom it was for.
type logged struct {
	place
	cid, at    int64
	recipients []byte
}

// logPlaces walks the log after pos: for an outbox, which sees all, or a trunk, which sees what its users do. at is how far
// it came.
func (s *Store) logPlaces(ctx context.Context, l *link, r chat.Reader, pos int64, limit int) (places []place, at int64, err error) {
	at = pos
	only, err := s.onlyConv(l, r.Conv)
	if err != nil || (only == 0 && !r.Conv.IsZero()) {
		return nil, at, err
	}
	reach := limit
	if r.Outbox == "" || only != 0 {
		reach = maxPassedOver
	}
	var candidates []logged
	err = l.each("SELECT g.pos, g.id, e.cid, e.at, e.recipients FROM log g JOIN events e ON e.id = g.id WHERE g.pos > ? ORDER BY g.pos LIMIT ?",
		[]any{pos, reach}, func(rows *sql.Rows) (bool, error) {
			var c logged
			err := rows.Scan(&c.pos, &c.id, &c.cid, &c.at, &c.recipients)
			candidates = append(candidates, c)
			return true, err
		})
	if err != nil {
		return nil, at, err
	}
	t := trunkView{s: s, l: l, trunk: r.Trunk, convs: map[int64]bool{}}
	for _, c := range candidates {
		if err := ctx.Err(); err != nil {
			return nil, at, err
		}
		if len(places) == limit {
			break
		}
		at = c.pos
		if only != 0 && c.cid != only {
			continue
		}
		if r.Outbox == "" {
			may, err := t.concerns(c)
			if err != nil {
				return nil, at, err
			}
			if !may {
				continue
			}
		}
		places = append(places, c.place)
	}
	return places, at, nil
}

// trunkView tells what concerns the users of a trunk.
type trunkView struct {
	s     *Store
	l     *link
	trunk string
	convs map[int64]bool // whether one of them ever was in it
}

func (t trunkView) concerns(c logged) (bool, error) {
	if c.recipients == nil {
		may, known := t.convs[c.cid]
		if !known {
			var one int
			// A name of the trunk's begins with its own and a slash; '0' is what follows '/'.
			found, err := t.l.row(`SELECT 1 FROM users u WHERE u.name >= ?1 || '/' AND u.name < ?1 || '0' AND (
				EXISTS (SELECT 1 FROM lines l WHERE l.uid = u.uid AND l.cid = ?2)
				OR EXISTS (SELECT 1 FROM contacts k JOIN convs v ON v.a = k.other AND v.kind = 5 WHERE k.uid = u.uid AND v.cid = ?2)
				OR EXISTS (SELECT 1 FROM watches w JOIN convs v ON v.a = w.other AND v.kind = 5 WHERE w.uid = u.uid AND v.cid = ?2)) LIMIT 1`,
				[]any{t.trunk, c.cid}, &one)
			if err != nil {
				return false, err
			}
			t.convs[c.cid], may = found, found
		}
		if !may {
			return false, nil
		}
	}
	audience, err := t.s.audienceAt(t.l, c.id, c.cid, c.at, c.recipients)
	return slices.ContainsFunc(audience, func(u chat.UserID) bool {
		trunk, _ := u.Trunk()
		return trunk == t.trunk
	}), err
}

// audienceAt is whom an event was for that lies at that place of memberships.
func (s *Store) audienceAt(l *link, id, cid, at int64, recipients []byte) ([]chat.UserID, error) {
	if recipients != nil {
		return s.names.users(l, uidsOf(recipients))
	}
	v, err := s.convByID(l, cid)
	if err != nil {
		return nil, err
	}
	switch v.name.Kind {
	case chat.KindPeer:
		return v.two, nil
	case chat.KindRoom:
		return nil, nil
	case chat.KindSelf:
		users, _, err := s.loadFollowers(l, chat.UserID(v.name.ID))
		return users, err
	}
	until := at
	if chat.EventID(id).Shard() >= chat.ImportShard {
		until++ // as in row.within
	}
	uids, err := membersAt(l, cid, at, until)
	if err != nil {
		return nil, err
	}
	return s.names.users(l, uids)
}

// membersAt are who had come to a group by a place and stayed until another.
func membersAt(l *link, cid, at, until int64) ([]int64, error) {
	var uids []int64
	var uid int64
	err := l.scan(`SELECT uid FROM lines WHERE cid = ?1 AND from_id <= ?2 AND (to_id IS NULL OR to_id >= ?3)
		UNION SELECT uid FROM spans WHERE cid = ?1 AND from_id <= ?2 AND to_id >= ?3`, []any{cid, at, until}, []any{&uid},
		func() { uids = append(uids, uid) })
	return uids, err
}

// forDevice is the condition that event e is for that device of uid: that of the other whom it names, or where it came from.
// Two users may call a device the same.
func forDevice(uid, device string) string {
	return fmt.Sprintf(`(e.to_device = '' OR (e.uid = %[1]s AND e.device = %[2]s) OR (e.to_device = %[2]s
		AND (e.uid <> %[1]s OR EXISTS (SELECT 1 FROM convs c WHERE c.cid = e.cid AND c.a = c.b))))`, uid, device)
}

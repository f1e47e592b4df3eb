package store

import (
	"database/sql"
	"time"

	"dragoman/bridge/chat"
)

const convColumns = `cid, kind, name, a, b, last_id, last_pos, moved, seq, counted, own_a, own_b, pins, imported`

// conv returns what is known of c, from memory or through l; nil where nothing is.
func (s *Store) conv(l *link, c chat.Conv) (*conv, error) {
	if v := s.cache.get(c); v != nil {
		return v, nil
	}
	return s.loadConv(l, "SELECT "+convColumns+" FROM convs WHERE kind = ? AND name = ?", int64(c.Kind), c.ID)
}

// convByID is conv for the number of a row; it is an error that there is none.
func (s *Store) convByID(l *link, cid int64) (*conv, error) {
	if v := s.cache.byID(cid); v != nil {
		return v, nil
	}
	v, err := s.loadConv(l, "SELECT "+convColumns+" FROM convs WHERE cid = ?", cid)
	if err == nil && v == nil {
		err = errNoRow
	}
	return v, err
}

// convName returns the name of a conversation alone.
func (s *Store) convName(l *link, cid int64) (chat.Conv, error) {
	if cid == 0 {
		return chat.Conv{}, nil
	}
	if v := s.cache.byID(cid); v != nil {
		return v.name, nil
	}
	var c chat.Conv
	found, err := l.row("SELECT kind, name FROM convs WHERE cid = ?", []any{cid}, &c.Kind, &c.ID)
	if err == nil && !found {
		err = errNoRow
	}
	return c, err
}

// loadConv reads a conversation through l. What the pool has read is remembered; the writer's own reading is not, for it may
// hold what is not committed.
func (s *Store) loadConv(l *link, query string, args ...any) (*conv, error) {
	v := &conv{}
	found, err := l.row(query, args, &v.cid, &v.name.Kind, &v.name.ID, &v.a, &v.b, &v.lastID, &v.lastPos, &v.moved, &v.seq,
		&v.counted, &v.own[0], &v.own[1], &v.pins, &v.imported)
	if err != nil || !found {
		return nil, err
	}
	switch v.name.Kind {
	case chat.KindPeer:
		err = s.loadPair(l, v)
	case chat.KindGroup, chat.KindThread, chat.KindRoom:
		if err = s.loadDetails(l, v); err == nil {
			err = s.loadRoster(l, v)
		}
	case chat.KindCall:
		err = s.loadRoster(l, v)
	}
	if err != nil {
		return nil, err
	}
	if l != s.writer {
		s.cache.offer(l.epoch, v)
	}
	return v, nil
}

func (s *Store) loadPair(l *link, v *conv) error {
	v.two = pairOf(v.name)
	var uid int64
	err := l.scan("SELECT uid FROM blocks WHERE (uid = ? AND other = ?) OR (uid = ? AND other = ?)", []any{v.a, v.b, v.b, v.a},
		[]any{&uid}, func() { v.blocked[v.side(uid)] = true })
	if err != nil {
		return err
	}
	return l.scan("SELECT uid FROM contacts WHERE sees = 1 AND ((uid = ? AND other = ?) OR (uid = ? AND other = ?))",
		[]any{v.a, v.b, v.b, v.a}, []any{&uid}, func() { v.sees[v.side(uid)] = true })
}

func pairOf(c chat.Conv) []chat.UserID {
	a, b := c.Peers()
	if a == b {
		return []chat.UserID{a}
	}
	return []chat.UserID{a, b}
}

// side returns 0 for a, 1 for b.
func (v *conv) side(uid int64) int {
	if uid == v.a {
		return 0
	}
	return 1
}

func (s *Store) loadDetails(l *link, v *conv) error {
	d := &chat.Details{Conv: v.name, LastSeq: chat.Seq(v.seq), LastPlace: chat.Place{Pos: v.lastPos}, Said: int(v.counted)}
	var owner, created, changed, until, parent, root int64
	var silent []byte
	_, err := l.row(`SELECT name, notice, avatar, description, extra, owner, created, changed, join_mode, invite_mode, consent_mode,
		max, public, silent, silent_until, parent, root, linger, dissolved FROM groups WHERE cid = ?`, []any{v.cid},
		&d.Name, &d.Notice, &d.Avatar, &d.Description, &d.Extra, &owner, &created, &changed, &d.Join, &d.Invite, &d.Consent,
		&d.Max, &d.Public, &silent, &until, &parent, &root, &d.Linger, &d.Dissolved)
	if err != nil {
		return err
	}
	d.Created, d.Changed, d.SilentUntil = fromMillis(created), fromMillis(changed), fromMillis(until)
	for _, role := range silent {
		d.Silent = append(d.Silent, chat.Role(role))
	}
	if d.Owner, err = s.names.user(l, owner); err != nil {
		return err
	}
	if parent != 0 {
		if d.Parent, err = s.convName(l, parent); err != nil {
			return err
		}
		if d.Root, err = s.refOf(l, root); err != nil {
			return err
		}
	}
	var key, value string
	err = l.scan("SELECT key, value FROM attributes WHERE cid = ? AND uid = 0", []any{v.cid}, []any{&key, &value}, func() {
		if chat.IsHiddenKey(key) {
			return
		}
		if d.Attributes == nil {
			d.Attributes = map[string]string{}
		}
		d.Attributes[key] = value
	})
	v.details = d
	return err
}

func (s *Store) loadRoster(l *link, v *conv) error {
	r := &roster{}
	err := l.each(`SELECT uid, role, nick, joined, ord, muted, muted_until, allowed, banned FROM members WHERE cid = ?`,
		[]any{v.cid}, func(rows *sql.Rows) (bool, error) {
			var m standing
			var uid, joined, until int64
			if err := rows.Scan(&uid, &m.Role, &m.Nick, &joined, &m.ord, &m.Muted, &until, &m.Allowed, &m.Banned); err != nil {
				return false, err
			}
			var err error
			if m.User, err = s.names.user(l, uid); err != nil {
				return false, err
			}
			m.Joined, m.MutedUntil = fromMillis(joined), fromMillis(until)
			r.all = append(r.all, &m)
			r.ord = max(r.ord, m.ord)
			return true, nil
		})
	if err != nil {
		return err
	}
	sortStandings(r.all)
	if err := s.loadAskings(l, v.cid, r); err != nil {
		return err
	}
	if err := s.loadMemberAttributes(l, v.cid, r); err != nil {
		return err
	}
	r.relist()
	v.roster = r
	if v.details != nil {
		v.details.Count = len(r.list)
	}
	return nil
}

func (s *Store) loadAskings(l *link, cid int64, r *roster) error {
	return l.each("SELECT uid, inviter FROM askings WHERE cid = ? AND state = 0", []any{cid}, func(rows *sql.Rows) (bool, error) {
		var uid, inviter int64
		if err := rows.Scan(&uid, &inviter); err != nil {
			return false, err
		}
		u, err := s.names.user(l, uid)
		if err != nil {
			return false, err
		}
		m := r.find(u)
		m.Applied, m.Invited = m.Applied || inviter == 0, m.Invited || inviter != 0
		r.put(m)
		return true, nil
	})
}

func (s *Store) loadMemberAttributes(l *link, cid int64, r *roster) error {
	return l.each("SELECT uid, key, value FROM attributes WHERE cid = ? AND uid > 0", []any{cid}, func(rows *sql.Rows) (bool, error) {
		var uid int64
		var key, value string
		if err := rows.Scan(&uid, &key, &value); err != nil {
			return false, err
		}
		u, err := s.names.user(l, uid)
		if err != nil {
			return false, err
		}
		m := r.find(u)
		if m.Attributes == nil {
			m.Attributes = map[string]string{}
		}
		m.Attributes[key] = value
		r.put(m)
		return true, nil
	})
}

// millis is how rows hold a time; 0 for the zero one.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

package store

import (
	"maps"
	"slices"
	"strings"

	"dragoman/bridge/chat"
)

// pruneChunk is how many events one transaction of prune takes out, so that messages wait for none of it for long.
const pruneChunk = 256

// prunable are the kinds of event that say something, or say something about that. What somebody is or has set stays.
const prunable = "kind IN ('message', 'edit', 'recall', 'reaction', 'pin')"

// prune takes out what was said before Options.Keep, and all that was said about it. What nobody had read by then counts as
// read.
func (s *Store) prune() error {
	before := int64(chat.NewEventID(s.opts.Now().Add(-s.opts.Keep), 0, 0))
	for after := int64(0); ; {
		next, err := s.pruneSome(after, before)
		if err != nil || next == 0 {
			return err
		}
		select {
		case <-s.closing:
			return nil
		default:
		}
		after = next
	}
}

// pruned is one event on its way out.
type pruned struct {
	id, cid, pos, seq, uid int64
	client, kind           string
	recipients             []byte
}

// pruneSome takes out the next few events in that span of ids, and returns where to go on; 0: nowhere.
func (s *Store) pruneSome(after, before int64) (next int64, err error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	var gone []pruned
	moved := map[int64]int64{} // cid → the newest message of it that goes
	err = s.write(func(l *link) error {
		// The newest event has its place kept, so that places and ids go on from there.
		if gone, err = prunedRows(l, "id > ? AND id < ? AND id <> ? AND "+prunable+" ORDER BY id LIMIT ?", after, before, s.lastID, pruneChunk); err != nil {
			return err
		}
		for _, p := range gone {
			if p.kind == "message" {
				moved[p.cid] = p.id
			}
		}
		for cid, through := range moved {
			if err := s.countAsRead(l, cid, through); err != nil {
				return err
			}
		}
		for _, p := range gone {
			if err := s.pruneOne(l, p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || len(gone) == 0 {
		return 0, err
	}
	s.cache.forget(slices.Collect(maps.Keys(moved)))
	return gone[len(gone)-1].id, nil
}

func prunedRows(l *link, where string, args ...any) ([]pruned, error) {
	var rows []pruned
	var p pruned
	err := l.scan("SELECT id, cid, pos, seq, uid, client, kind, recipients FROM events WHERE "+where, args,
		[]any{&p.id, &p.cid, &p.pos, &p.seq, &p.uid, &p.client, &p.kind, &p.recipients}, func() {
			p.recipients = slices.Clone(p.recipients)
			rows = append(rows, p)
		})
	return rows, err
}

// pruneOne takes out one event, and the edits of it, which say what it says.
func (s *Store) pruneOne(l *link, p pruned) error {
	edits, err := prunedRows(l, "id IN (SELECT id FROM edits WHERE target = ?)", p.id)
	if err != nil {
		return err
	}
	for _, e := range append(edits, p) {
		for _, uid := range uidsOf(e.recipients) {
			if err := l.exec("DELETE FROM inbox WHERE uid = ? AND id = ?", uid, e.id); err != nil {
				return err
			}
		}
		if e.client != "" {
			if err := l.exec("DELETE FROM claims WHERE cid = ? AND hash = ? AND id = ?", e.cid, claimHash(e.uid, e.client), e.id); err != nil {
				return err
			}
		}
		if e.pos > 0 {
			if err := l.exec("DELETE FROM log WHERE pos = ?", e.pos); err != nil {
				return err
			}
		}
		if err := l.exec("DELETE FROM timeline WHERE cid = ? AND id = ?", e.cid, e.id); err != nil {
			return err
		}
		if err := l.exec("DELETE FROM events WHERE id = ?", e.id); err != nil {
			return err
		}
	}
	if p.kind != "message" {
		return nil
	}
	if err := l.exec("UPDATE convs SET pins = pins - 1 WHERE cid = ? AND EXISTS (SELECT 1 FROM entries WHERE id = ? AND pinned_by > 0)", p.cid, p.id); err != nil {
		return err
	}
	if err := l.exec("DELETE FROM seqs WHERE cid = ? AND seq = ?", p.cid, p.seq); err != nil {
		return err
	}
	for _, of := range strings.Fields("entries.id edits.target replies.target reactions.target files.id receipts.id") {
		table, column, _ := strings.Cut(of, ".")
		if err := l.exec("DELETE FROM "+table+" WHERE "+column+" = ?", p.id); err != nil {
			return err
		}
	}
	return unindex(l, p.id)
}

// countAsRead moves the marks of those who have not read a conversation up to a message to that message, which is there
// still, and lets go of what was noted about single messages before it.
func (s *Store) countAsRead(l *link, cid, through int64) error {
	v, err := s.convByID(l, cid)
	if err != nil {
		return err
	}
	var base int64
	live, err := l.row(`SELECT e.counted FROM timeline t JOIN events e ON e.id = t.id
		WHERE t.cid = ? AND t.id <= ? AND t.pos > 0 ORDER BY t.id DESC LIMIT 1`, []any{cid, through}, &base)
	if err != nil || !live { // imports count for nobody
		return err
	}
	since := map[int64]int64{} // uid → own messages after it that count
	var uid, n int64
	err = l.scan(`SELECT e.uid, count(*) FROM timeline t JOIN events e ON e.id = t.id
		WHERE t.cid = ? AND t.id > ? AND e.counts = 1 GROUP BY e.uid`, []any{cid, through}, []any{&uid, &n}, func() { since[uid] = n })
	if err != nil {
		return err
	}
	own := map[int64]int64{}
	if err := l.scan("SELECT uid, own FROM lines WHERE cid = ? AND read_id < ?", []any{cid, through}, []any{&uid, &n}, func() { own[uid] = n }); err != nil {
		return err
	}
	for uid, n := range own {
		if v.name.Kind == chat.KindPeer {
			n = v.own[0]
			if uid != v.a {
				n = v.own[1]
			}
		}
		err := l.exec("UPDATE lines SET read_id = ?, base = ?, own_base = ? WHERE uid = ? AND cid = ?", through, base, n-since[uid], uid, cid)
		if err != nil {
			return err
		}
	}
	for _, statement := range []string{
		"DELETE FROM voids WHERE cid = ? AND id <= ?", "DELETE FROM mentions WHERE cid = ? AND id <= ?", "DELETE FROM marks_moved WHERE cid = ? AND hi < ?",
	} {
		if err := l.exec(statement, cid, through); err != nil {
			return err
		}
	}
	return nil
}

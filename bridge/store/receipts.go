package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"dragoman/bridge/chat"
)

// ReceiptBy is one reader's receipt of one message.
type ReceiptBy struct {
	User chat.UserID
	Time time.Time // zero: none yet
	Note string
}

// Receipts returns who has sent a receipt of that state (a read one counts as delivered too) for the message which ref names,
// by name after the given user, and how many there are in all. limit 0: 100.
func (s *Store) Receipts(ctx context.Context, asker chat.UserID, c chat.Conv, ref chat.Ref, state chat.ReceiptState, limit int, after chat.UserID) (page []ReceiptBy, total int, err error) {
	err = s.read(ctx, func(l *link) error {
		r, err := s.askRow(l, asker, c, ref)
		if err != nil {
			return err
		}
		all, err := s.receiptsOf(l, r, state)
		page, total = pageOfReceipts(all, limit, after), len(all)
		return err
	})
	return page, total, err
}

// Unreceipted is Receipts of those who have not: who could see the message, its author not among them.
func (s *Store) Unreceipted(ctx context.Context, asker chat.UserID, c chat.Conv, ref chat.Ref, state chat.ReceiptState, limit int, after chat.UserID) (page []ReceiptBy, total int, err error) {
	err = s.read(ctx, func(l *link) error {
		r, err := s.askRow(l, asker, c, ref)
		if err != nil {
			return err
		}
		have, err := s.receiptsOf(l, r, state)
		if err != nil {
			return err
		}
		audience, err := s.audienceAt(l, r.id, r.cid, r.at, r.recipients)
		if err != nil {
			return err
		}
		author, err := s.names.user(l, r.uid)
		if err != nil {
			return err
		}
		var all []ReceiptBy
		for _, u := range audience {
			if u != author && !slices.ContainsFunc(have, func(by ReceiptBy) bool { return by.User == u }) {
				all = append(all, ReceiptBy{User: u})
			}
		}
		slices.SortFunc(all, func(a, b ReceiptBy) int { return cmp.Compare(a.User, b.User) })
		page, total = pageOfReceipts(all, limit, after), len(all)
		return nil
	})
	return page, total, err
}

func (s *Store) askRow(l *link, asker chat.UserID, c chat.Conv, ref chat.Ref) (*row, error) {
	w, err := s.askConv(l, asker, c)
	if err != nil {
		return nil, err
	}
	if w == nil {
		return nil, errNoMessage
	}
	return s.visibleRow(l, w, ref)
}

func pageOfReceipts(all []ReceiptBy, limit int, after chat.UserID) []ReceiptBy {
	at, found := slices.BinarySearchFunc(all, after, func(by ReceiptBy, u chat.UserID) int { return cmp.Compare(by.User, u) })
	if found {
		at++
	}
	return all[at:min(len(all), at+hundredIfZero(limit))]
}

// receiptsOf are the receipts of a message by name, each the first of its reader: of this message, or of all up to it or to a
// later one.
func (s *Store) receiptsOf(l *link, r *row, state chat.ReceiptState) ([]ReceiptBy, error) {
	first := map[int64]ReceiptBy{}
	var uid, at int64
	var note string
	take := func() {
		if old, ok := first[uid]; !ok || at < millis(old.Time) {
			first[uid] = ReceiptBy{Time: fromMillis(at), Note: note}
		} else if old.Note == "" {
			old.Note = note
			first[uid] = old
		}
	}
	dest := []any{&uid, &at, &note}
	err := l.scan("SELECT uid, time, note FROM receipts WHERE id = ? AND state >= ? AND uid <> ?", []any{r.id, int64(state), r.uid}, dest, take)
	if err != nil {
		return nil, err
	}
	// Of each membership that covers the message, the move of its mark that first reached it.
	err = l.scan(`SELECT k.uid, min(m.time), m.note FROM marks k
		JOIN marks_moved m ON m.cid = k.cid AND m.state = k.state AND m.uid = k.uid AND m.hi >= ?1 AND m.hi <= k.hi
		WHERE k.cid = ?2 AND k.state >= ?3 AND k.lo <= ?4 AND k.hi >= ?1 AND k.uid <> ?5 GROUP BY k.state, k.uid, k.lo`,
		[]any{r.id, r.cid, int64(state), r.at, r.uid}, dest, take)
	if err != nil {
		return nil, err
	}
	all := make([]ReceiptBy, 0, len(first))
	for uid, by := range first {
		if by.User, err = s.names.user(l, uid); err != nil {
			return nil, err
		}
		all = append(all, by)
	}
	slices.SortFunc(all, func(a, b ReceiptBy) int { return cmp.Compare(a.User, b.User) })
	return all, nil
}

// ReadMark returns up to where user has told others that he has read c, and when; zero: not at all.
func (s *Store) ReadMark(ctx context.Context, c chat.Conv, user chat.UserID) (ref chat.Ref, at time.Time, err error) {
	err = s.read(ctx, func(l *link) error {
		v, err := s.conv(l, c)
		if err != nil || v == nil {
			return err
		}
		var id, ms int64
		_, err = l.row("SELECT hi, time FROM marks_moved WHERE cid = ? AND state = ? AND uid = ? ORDER BY hi DESC LIMIT 1",
			[]any{v.cid, int64(chat.Read), s.names.uid(user)}, &id, &ms)
		if err != nil {
			return err
		}
		at = fromMillis(ms)
		ref, err = s.refOf(l, id)
		return err
	})
	return ref, at, err
}

package store

import (
	"dragoman/bridge/chat"
)

// refOf returns how others name the event of that id; the zero Ref for 0.
func (s *Store) refOf(l *link, id int64) (chat.Ref, error) {
	if id == 0 {
		return chat.Ref{}, nil
	}
	ref := chat.Ref{ID: chat.EventID(id)}
	var uid int64
	found, err := l.row("SELECT seq, client, uid FROM events WHERE id = ?", []any{id}, &ref.Seq, &ref.ClientID, &uid)
	if err == nil && !found {
		return chat.Ref{}, nil
	}
	if err != nil {
		return chat.Ref{}, err
	}
	ref.Author, err = s.names.user(l, uid)
	return ref, err
}

// resolve finds the event of v that ref names by any of its ids: 0 for none. The author narrows a client's own id alone:
// with none it is whoever used it last.
func (s *Store) resolve(l *link, v *conv, ref chat.Ref) (int64, error) {
	switch {
	case ref.ID != 0:
		var cid int64
		if _, err := l.row("SELECT cid FROM events WHERE id = ?", []any{int64(ref.ID)}, &cid); err != nil || cid != v.cid {
			return 0, err
		}
		return int64(ref.ID), nil
	case ref.Seq != 0:
		return bySeq(l, v, int64(ref.Seq))
	case ref.ClientID != "":
		return s.byClientID(l, v, ref)
	}
	return 0, nil
}

func (s *Store) byClientID(l *link, v *conv, ref chat.Ref) (int64, error) {
	if ref.Author != "" {
		uid := s.names.uid(ref.Author)
		var id int64
		_, err := l.row("SELECT id FROM claims WHERE cid = ? AND hash = ? ORDER BY id DESC LIMIT 1",
			[]any{v.cid, claimHash(uid, ref.ClientID)}, &id)
		return id, err
	}
	authors := v.two
	if v.roster != nil {
		authors = v.roster.list
	}
	var newest int64
	for _, u := range authors {
		id, err := s.byClientID(l, v, chat.Ref{ClientID: ref.ClientID, Author: u})
		if err != nil {
			return 0, err
		}
		newest = max(newest, id)
	}
	return newest, nil
}

// bySeq finds the event that has a place in history. Where there are imports an index tells; else places grow with ids, so
// that halving the span of ids finds it.
func bySeq(l *link, v *conv, seq int64) (int64, error) {
	var id int64
	if v.imported {
		_, err := l.row("SELECT id FROM seqs WHERE cid = ? AND seq = ?", []any{v.cid, seq}, &id)
		return id, err
	}
	const next = "SELECT id, seq FROM timeline WHERE cid = ? AND id >= ? AND seq > 0 ORDER BY id LIMIT 1"
	if seq < 1 || seq > v.seq {
		return 0, nil
	}
	for lo, mid, hi := int64(0), int64(0), v.moved; lo <= hi; mid = lo + (hi-lo)/2 {
		var at int64
		found, err := l.row(next, []any{v.cid, mid}, &id, &at)
		switch {
		case err != nil || (found && at == seq):
			return id, err
		case !found || at > seq:
			hi = mid - 1
		default:
			lo = id + 1
		}
	}
	return 0, nil
}

// claimHash is how claims finds a client's own id: FNV-1a over author and id. Two that share it are told apart by the hash
// of what was said.
func claimHash(uid int64, clientID string) int64 {
	h := uint64(fnvOffset)
	for range 8 {
		h = (h ^ uint64(uid&0xff)) * fnvPrime
		uid >>= 8
	}
	return int64(fnv(h, clientID))
}

const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

func fnv[T string | []byte](h uint64, data T) uint64 {
	for i := range len(data) {
		h = (h ^ uint64(data[i])) * fnvPrime
	}
	return h
}

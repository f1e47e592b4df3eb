package store

import (
	"context"

	"dragoman/bridge/chat"
)

// Snapshot implements bridge.Log. For a message to a known conversation it reads nothing but memory.
func (s *Store) Snapshot(ctx context.Context, u chat.UserID, d chat.Draft) (snap chat.Snapshot, err error) {
	ref := refersTo(d.Body)
	if v := s.cache.get(d.Conv); v != nil && ref.IsZero() {
		return s.snapshotOf(v, u, d), nil
	}
	err = s.read(ctx, func(l *link) error {
		v, err := s.conv(l, d.Conv)
		if err != nil {
			return err
		}
		if v == nil {
			snap.Me = chat.Member{User: u}
			return nil
		}
		snap = s.snapshotOf(v, u, d)
		if ref.IsZero() {
			return nil
		}
		entry, err := s.visibleEntry(l, v, u, ref)
		switch chat.CodeOf(err) {
		case chat.NotFound, chat.Forbidden: // what he may not read is not there for him
			return nil
		}
		snap.Target = entry
		if entry != nil && v.roster != nil && snap.Members == nil {
			// Who wrote it decides who may take it back.
			snap.Members = map[chat.UserID]chat.Member{entry.From: v.roster.find(entry.From).Member}
		}
		return err
	})
	return snap, err
}

func (s *Store) snapshotOf(v *conv, u chat.UserID, d chat.Draft) chat.Snapshot {
	snap := chat.Snapshot{Details: v.details, Me: chat.Member{User: u}, PinCount: v.pins}
	if v.roster != nil {
		snap.Me = v.roster.find(u).Member
	}
	if len(v.two) == 2 {
		me := 0
		if v.two[1] == u {
			me = 1
		}
		snap.Blocked = v.blocked[1-me]
		snap.Contacts = v.sees[0] && v.sees[1]
	}
	others := d.To
	if b, ok := d.Body.(chat.Membership); ok {
		others = b.Users
	}
	if len(others) > 0 && v.roster != nil {
		snap.Members = make(map[chat.UserID]chat.Member, len(others))
		for _, other := range others {
			snap.Members[other] = v.roster.find(other).Member
		}
	}
	return snap
}

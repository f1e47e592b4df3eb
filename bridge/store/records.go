package store

import (
	"slices"

	"dragoman/bridge/chat"
)

// telling is how a message that was edited is told.
type telling bool

const (
	asItHappened telling = false // as it was; the edits follow
	asItStands   telling = true  // as it is now
)

// records are the events of those ids, in their order, and what they refer to as that stands now. Ids without an event are
// left out.
func (s *Store) records(l *link, ids []int64, how telling) ([]chat.Record, error) {
	found, err := s.rowsByID(l, ids)
	if err != nil {
		return nil, err
	}
	rows := make([]*row, 0, len(ids))
	for _, id := range ids {
		if r := found[id]; r != nil {
			rows = append(rows, r)
		}
	}
	var changes map[int64]*chat.Event
	if how == asItStands {
		if changes, err = s.loadChanges(l, rows); err != nil {
			return nil, err
		}
	}
	page := make([]chat.Record, len(rows))
	var about []int64
	for i, r := range rows {
		ev, err := s.event(l, r)
		if err != nil {
			return nil, err
		}
		if edited := changes[r.editID.Int64]; edited != nil && r.recallID.Int64 == 0 {
			ev.Body = edited.Body.(chat.Edit).Message
		}
		page[i].Event = ev
		if ref := refersTo(ev.Body); ref.ID != 0 {
			about = append(about, int64(ref.ID))
		}
	}
	entries, err := s.entriesByID(l, about)
	if err != nil {
		return nil, err
	}
	for i := range page {
		page[i].About = shown(page[i].Event, entries[int64(refersTo(page[i].Event.Body).ID)])
	}
	return page, nil
}

// refersTo is the one earlier event that body is about or answers; zero for none or several.
func refersTo(body chat.Body) chat.Ref {
	switch b := body.(type) {
	case chat.Message:
		return b.ReplyTo
	case chat.Edit:
		return b.Target
	case chat.Recall:
		return b.Target
	case chat.Reaction:
		return b.Target
	case chat.Pin:
		return b.Target
	case chat.Receipt:
		if len(b.Messages) == 1 {
			return b.Messages[0]
		}
		return b.Through
	}
	return chat.Ref{}
}

// shown is about, unless ev goes to others than about did: an answer to what was said to a few does not show it to all.
func shown(ev *chat.Event, about *chat.Entry) *chat.Entry {
	if about == nil || about.To == nil || ev.Conv.Kind == chat.KindPeer {
		return about
	}
	if _, answers := ev.Body.(chat.Message); !answers {
		return about // target has narrowed ev
	}
	if ev.To == nil || slices.ContainsFunc(ev.To, func(u chat.UserID) bool { return !slices.Contains(about.To, u) }) {
		return nil
	}
	return about
}

// addAudiences tells whom each of page was for.
func (s *Store) addAudiences(l *link, page []chat.Record) error {
	for i := range page {
		r := &page[i]
		v, err := s.conv(l, r.Event.Conv)
		if err != nil {
			return err
		}
		if r.Event.To != nil {
			r.Audience = r.Event.To
			continue
		}
		if v == nil {
			return errNoRow
		}
		if r.Audience, err = s.audienceAt(l, int64(r.Event.ID), v.cid, int64(r.Event.ID), nil); err != nil {
			return err
		}
	}
	return nil
}

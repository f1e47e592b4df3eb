package bridge_test

import (
	"context"
	"slices"
	"sync"
	"time"

	"dragoman/bridge/chat"
)

// memLog is a log in memory whose groups never change: enough to test the order of things and to make it fail. What is
// derived from events is the store's business and tested there.
type memLog struct {
	mu      sync.Mutex
	records []chat.Record // by place, from 1
	members map[chat.Conv][]chat.UserID
	rooms   map[chat.Conv]*chat.Details
	cursors map[chat.Reader]chat.Cursor
	fail    error         // what Append answers, if not nil
	hold    chan struct{} // Append waits for it, if not nil
	claims  map[string]*chat.Event
}

func newMemLog() *memLog {
	return &memLog{members: map[chat.Conv][]chat.UserID{}, rooms: map[chat.Conv]*chat.Details{},
		cursors: map[chat.Reader]chat.Cursor{}, claims: map[string]*chat.Event{}}
}

func (l *memLog) Append(_ context.Context, batch []chat.Record) ([]error, error) {
	if l.hold != nil {
		<-l.hold
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail != nil {
		return nil, l.fail
	}
	fates := make([]error, len(batch))
	for i := range batch {
		ev := batch[i].Event
		claim := string(ev.From) + "\x00" + ev.ClientID
		if old := l.claims[claim]; old != nil && ev.ClientID != "" {
			batch[i].Event, fates[i] = old, chat.ErrDuplicate
			continue
		}
		l.claims[claim] = ev
		ev.Place = chat.Place{Pos: int64(len(l.records) + 1)}
		batch[i].Audience = l.audience(ev)
		l.records = append(l.records, batch[i])
	}
	return fates, nil
}

// breaks makes every Append from now on fail.
func (l *memLog) breaks(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fail = err
}

func (l *memLog) audience(ev *chat.Event) []chat.UserID {
	switch {
	case ev.To != nil:
		return ev.To
	case ev.Conv.Kind == chat.KindPeer:
		a, b := ev.Conv.Peers()
		return []chat.UserID{a, b}
	}
	return l.members[ev.Conv]
}

func (l *memLog) Since(_ context.Context, r chat.Reader, after chat.Cursor, limit int) ([]chat.Record, chat.Cursor, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var page []chat.Record
	at := after.Place().Pos
	for at < int64(len(l.records)) && len(page) < limit {
		rec := l.records[at]
		at++
		if (rec.Event.Conv.Kind != chat.KindRoom || rec.Event.To != nil) && (r.Conv.IsZero() || r.Conv == rec.Event.Conv) &&
			(r.Outbox != "" || slices.Contains(rec.Audience, r.User)) {
			page = append(page, rec)
		}
	}
	return page, chat.CursorAt(chat.Place{Pos: at}), nil
}

func (l *memLog) Queues(_ context.Context, r chat.Reader) ([]chat.Queue, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var queues []chat.Queue
	for _, rec := range l.records[l.cursors[r].Place().Pos:] {
		ev := rec.Event
		own := r
		own.Conv = ev.Conv
		if !slices.Contains(rec.Audience, r.User) || (ev.From == r.User && ev.Device == r.Device) || ev.Place.Pos <= l.cursors[own].Place().Pos {
			continue
		}
		if i := slices.IndexFunc(queues, func(q chat.Queue) bool { return q.Conv == ev.Conv }); i >= 0 {
			queues[i].Count++
		} else {
			queues = append(queues, chat.Queue{Conv: ev.Conv, Count: 1})
		}
	}
	return queues, nil
}

func (l *memLog) Snapshot(_ context.Context, u chat.UserID, d chat.Draft) (chat.Snapshot, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := chat.Snapshot{Me: chat.Member{User: u}}
	if members, ok := l.members[d.Conv]; ok {
		s.Details = &chat.Details{Conv: d.Conv, Count: len(members)}
		if slices.Contains(members, u) {
			s.Me.Role = chat.RoleMember
		}
	}
	if room := l.rooms[d.Conv]; room != nil {
		s.Details = room
		if u != "" && room.Owner == u {
			s.Me.Role = chat.RoleOwner
		}
	}
	return s, nil
}

func (l *memLog) Audience(_ context.Context, c chat.Conv) ([]chat.UserID, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.Kind == chat.KindSelf {
		return []chat.UserID{chat.UserID(c.ID), "watcher"}, nil
	}
	return l.audience(&chat.Event{Draft: chat.Draft{Conv: c}}), nil
}

func (l *memLog) Cursor(_ context.Context, r chat.Reader) (chat.Cursor, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cursors[r], nil
}

func (l *memLog) SaveCursors(_ context.Context, moved map[chat.Reader]chat.Cursor) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for r, c := range moved {
		if l.cursors[r].Place().Pos < c.Place().Pos {
			l.cursors[r] = c
		}
	}
	return nil
}

func (l *memLog) Last(context.Context) (chat.Place, chat.EventID, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.records) == 0 {
		return chat.Place{}, 0, nil
	}
	last := l.records[len(l.records)-1].Event
	return last.Place, last.ID, nil
}

func (l *memLog) Lingering(context.Context) (map[chat.Conv]time.Duration, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	lingering := map[chat.Conv]time.Duration{}
	for c, d := range l.rooms {
		if d.Linger > 0 && !d.Dissolved {
			lingering[c] = d.Linger
		}
	}
	return lingering, nil
}

// everyone exists.
type everyone struct{}

func (everyone) Standing(context.Context, chat.UserID) (chat.Standing, error) {
	return chat.Active, nil
}

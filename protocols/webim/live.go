package webim

import (
	"context"
	"slices"
	"sync"

	"dragoman/bridge"
	"dragoman/bridge/chat"
)

// live knows this front-end's open feeds by user: some requests come by REST and
// are about a connection, as the 3.x SDKs enter rooms.
type live struct {
	router *bridge.Router
	mu     sync.Mutex
	feeds  map[chat.UserID][]*bridge.Feed // oldest first
}

func (l *live) add(f *bridge.Feed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	u := f.Actor().User
	l.feeds[u] = append(l.feeds[u], f)
}

func (l *live) remove(f *bridge.Feed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	u := f.Actor().User
	l.feeds[u] = slices.DeleteFunc(l.feeds[u], func(other *bridge.Feed) bool { return other == f })
	if len(l.feeds[u]) == 0 {
		delete(l.feeds, u)
	}
}

// of returns the feed of a device, or with device empty all of the user's.
func (l *live) of(u chat.UserID, device chat.DeviceID) []*bridge.Feed {
	l.mu.Lock()
	defer l.mu.Unlock()
	if device == "" {
		return slices.Clone(l.feeds[u])
	}
	var matching []*bridge.Feed
	for _, f := range l.feeds[u] {
		if f.Actor().Device == device {
			matching = append(matching, f)
		}
	}
	return matching
}

// enter takes the user's connections into a room.
func (l *live) enter(ctx context.Context, u chat.UserID, device chat.DeviceID, room chat.Conv) error {
	feeds := l.of(u, device)
	if len(feeds) == 0 {
		feeds = l.of(u, "")
	}
	if len(feeds) == 0 {
		return chat.Refuse(chat.Conflict, "who enters a room is connected")
	}
	var failed error
	entered := 0
	for _, f := range feeds {
		if _, err := l.router.Enter(ctx, f, room, ""); err != nil {
			failed = err
		} else {
			entered++
		}
	}
	if entered > 0 {
		return nil
	}
	return failed
}

// leave takes the user's connections out of a room.
func (l *live) leave(ctx context.Context, u chat.UserID, device chat.DeviceID, room chat.Conv) {
	feeds := l.of(u, device)
	if len(feeds) == 0 {
		feeds = l.of(u, "")
	}
	for _, f := range feeds {
		l.router.Leave(ctx, f, room)
	}
}

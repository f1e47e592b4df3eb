package webim

import (
	"context"
	"slices"
	"sync"
	"time"

	"dragoman/bridge"
	"dragoman/bridge/chat"
)

// live knows this front-end's open sessions by user: some requests come by REST and
// are about a connection, as the 3.x SDKs enter rooms.
type live struct {
	router   *bridge.Router
	mu       sync.Mutex
	sessions map[chat.UserID][]*session // oldest first
}

func (l *live) add(s *session) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sessions[s.actor.User] = append(l.sessions[s.actor.User], s)
}

func (l *live) remove(s *session) {
	l.mu.Lock()
	defer l.mu.Unlock()
	u := s.actor.User
	l.sessions[u] = slices.DeleteFunc(l.sessions[u], func(other *session) bool { return other == s })
	if len(l.sessions[u]) == 0 {
		delete(l.sessions, u)
	}
}

// of returns the session of a device, or with device empty all of the user's.
func (l *live) of(u chat.UserID, device chat.DeviceID) []*session {
	l.mu.Lock()
	defer l.mu.Unlock()
	if device == "" {
		return slices.Clone(l.sessions[u])
	}
	var matching []*session
	for _, s := range l.sessions[u] {
		if s.actor.Device == device {
			matching = append(matching, s)
		}
	}
	return matching
}

// takeover is how long a device that comes again waits for its older session to let
// go what it has.
const takeover = 2 * time.Second

// replace ends the older session of a device, so that its place can be taken over.
func (l *live) replace(u chat.UserID, device chat.DeviceID) {
	timer := time.NewTimer(takeover)
	defer timer.Stop()
	for _, old := range l.of(u, device) {
		old.stop(errReplaced)
		select {
		case <-old.released:
		case <-timer.C: // it hangs; opening a feed ends it
			return
		}
	}
}

// enter takes the user's connections into a room.
func (l *live) enter(ctx context.Context, u chat.UserID, device chat.DeviceID, room chat.Conv) error {
	sessions := l.of(u, device)
	if len(sessions) == 0 {
		sessions = l.of(u, "")
	}
	if len(sessions) == 0 {
		return chat.Refuse(chat.Conflict, "who enters a room is connected")
	}
	var failed error
	entered := 0
	for _, s := range sessions {
		if _, err := l.router.Enter(ctx, s.feed, room, ""); err != nil {
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
	sessions := l.of(u, device)
	if len(sessions) == 0 {
		sessions = l.of(u, "")
	}
	for _, s := range sessions {
		l.router.Leave(ctx, s.feed, room)
	}
}

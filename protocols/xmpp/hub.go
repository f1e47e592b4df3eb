package xmpp

import (
	"slices"
	"sync"
	"time"

	"dragoman/bridge/chat"
)

// hub knows the XMPP sessions that there are, and who has joined which group or room.
type hub struct {
	mu      sync.RWMutex
	users   map[chat.UserID][]*session
	resumes map[string]*session // by resumption id
	rooms   map[chat.Conv][]*occupant
	parted  map[chat.UserID]parted
	outs    [64]putOut // the latest, in turn
	lastOut int
}

// putOut is somebody whose sessions tell the others that an event puts him out of a group or room.
type putOut struct {
	event chat.EventID
	user  chat.UserID
}

// noteOut notes that a session of u tells what ev does to him, before it leaves.
func (h *hub) noteOut(ev chat.EventID, u chat.UserID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lastOut = (h.lastOut + 1) % len(h.outs)
	h.outs[h.lastOut] = putOut{ev, u}
}

// tellsOut reports whether a session of u has told, or will tell, what ev does to him.
func (h *hub) tellsOut(ev chat.EventID, u chat.UserID) bool {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return slices.Contains(h.outs[:], putOut{ev, u})
}

// parted is when a user last said that he goes, and what he said.
type parted struct {
	at     time.Time
	status string
}

func newHub() *hub {
	return &hub{users: map[chat.UserID][]*session{}, resumes: map[string]*session{}, rooms: map[chat.Conv][]*occupant{},
		parted: map[chat.UserID]parted{}}
}

func (h *hub) add(s *session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.users[s.user] = append(slices.Clone(h.users[s.user]), s)
}

func (h *hub) remove(s *session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	left := slices.DeleteFunc(slices.Clone(h.users[s.user]), func(o *session) bool { return o == s })
	if len(left) == 0 {
		delete(h.users, s.user)
	} else {
		h.users[s.user] = left
	}
	if s.resumeID != "" {
		delete(h.resumes, s.resumeID)
	}
}

// of returns u's sessions, oldest first; the slice is never changed.
func (h *hub) of(u chat.UserID) []*session {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.users[u]
}

// find returns u's session of that resource, nil if there is none.
func (h *hub) find(u chat.UserID, resource string) *session {
	for _, s := range h.of(u) {
		if s.resource == resource {
			return s
		}
	}
	return nil
}

// keep makes s findable for resumption.
func (h *hub) keep(s *session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.resumes[s.resumeID] = s
}

func (h *hub) resumable(id string) *session {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.resumes[id]
}

func (h *hub) part(u chat.UserID, p parted) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.parted[u] = p
}

// lastWord returns when u went and what he said, as far as this run of the gateway has seen it.
func (h *hub) lastWord(u chat.UserID) parted {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.parted[u]
}

package xmpp

import (
	"sync"

	"dragoman/bridge/chat"
)

// maxRecent is how many messages with ids too short to be unique can be named by them.
const maxRecent = 8192

// recent finds messages by ids that clients count up from one: such an id means the latest message that had it.
type recent struct {
	mu    sync.Mutex
	ids   map[recentKey]chat.EventID
	order []recentKey // oldest at next, once full
	next  int
}

type recentKey struct {
	conv chat.Conv
	id   string
}

func newRecent() *recent { return &recent{ids: map[recentKey]chat.EventID{}} }

func (r *recent) note(c chat.Conv, id string, event chat.EventID) {
	if id == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	k := recentKey{c, id}
	if _, again := r.ids[k]; !again {
		if len(r.order) < maxRecent {
			r.order = append(r.order, k)
		} else {
			delete(r.ids, r.order[r.next])
			r.order[r.next] = k
			r.next = (r.next + 1) % maxRecent
		}
	}
	r.ids[k] = event
}

// in returns the lookup for one conversation.
func (r *recent) in(c chat.Conv) func(string) chat.EventID {
	return func(id string) chat.EventID {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.ids[recentKey{c, id}]
	}
}

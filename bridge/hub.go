package bridge

import (
	"slices"
	"sync"

	"dragoman/bridge/chat"
)

// hub knows which feeds are open, by user and by room.
type hub struct {
	mu     sync.RWMutex
	users  map[chat.UserID][]*Feed
	trunks map[string]*Feed
	taps   []*Feed // outboxes: they see all
	rooms  map[chat.Conv]*room
}

// room is who has entered a room, in order of entry.
type room struct {
	inside []occupancy
}

type occupancy struct {
	feed *Feed
	nick string
}

// Occupant is one device in a room.
type Occupant struct {
	User     chat.UserID
	Device   chat.DeviceID
	Nick     string // never empty: the user's id where he chose none
	Protocol string
}

func newHub() *hub {
	return &hub{users: map[chat.UserID][]*Feed{}, trunks: map[string]*Feed{}, rooms: map[chat.Conv]*room{}}
}

// add registers f and returns the feed of the same device that it replaces, if there is one.
func (h *hub) add(f *Feed) (replaced *Feed) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch r := f.reader; {
	case r.Outbox != "":
		h.taps = append(h.taps, f)
	case r.Trunk != "":
		replaced = h.trunks[r.Trunk]
		h.trunks[r.Trunk] = f
	default:
		for _, other := range h.users[r.User] {
			if other.reader.Device == r.Device && r.Device != "" {
				replaced = other
			}
		}
		h.users[r.User] = append(slices.Clone(h.users[r.User]), f)
	}
	return replaced
}

// remove forgets f and returns the rooms that its user is no longer in, with the nick he had there.
func (h *hub) remove(f *Feed) map[chat.Conv]string {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch r := f.reader; {
	case r.Outbox != "":
		h.taps = without(h.taps, f)
	case r.Trunk != "":
		if h.trunks[r.Trunk] == f {
			delete(h.trunks, r.Trunk)
		}
	default:
		if left := without(h.users[r.User], f); len(left) > 0 {
			h.users[r.User] = left
		} else {
			delete(h.users, r.User)
		}
	}
	gone := map[chat.Conv]string{}
	for c := range h.rooms {
		if nick, last := h.exit(c, f); last {
			gone[c] = nick
		}
	}
	return gone
}

// without returns feeds less f, as a new slice: the old one may be in a dispatcher's hands.
func without(feeds []*Feed, f *Feed) []*Feed {
	left := make([]*Feed, 0, len(feeds))
	for _, other := range feeds {
		if other != f {
			left = append(left, other)
		}
	}
	return left
}

// enter puts f into c under nick. It reports whether f's user was not in it before. Two users cannot share a nick; several
// devices of one can.
func (h *hub) enter(c chat.Conv, f *Feed, nick string) (first bool, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[c]
	if r == nil {
		r = new(room)
		h.rooms[c] = r
	}
	first = true
	for i, o := range r.inside {
		switch {
		case o.feed == f:
			r.inside[i].nick = nick
			return false, nil
		case o.feed.reader.User == f.reader.User:
			first = false
		case o.nick == nick:
			return false, chat.Refuse(chat.Conflict, "this nickname is in use")
		}
	}
	r.inside = append(slices.Clone(r.inside), occupancy{f, nick})
	return first, nil
}

// exit takes f out of c, with h.mu held. last: f's user is no longer in it.
func (h *hub) exit(c chat.Conv, f *Feed) (nick string, last bool) {
	r := h.rooms[c]
	if r == nil {
		return "", false
	}
	was, stays := false, false
	left := make([]occupancy, 0, len(r.inside))
	for _, o := range r.inside {
		switch {
		case o.feed == f:
			was, nick = true, o.nick
			continue
		case o.feed.reader.User == f.reader.User:
			stays = true
		}
		left = append(left, o)
	}
	if !was {
		return "", false
	}
	r.inside = left
	if len(left) == 0 {
		delete(h.rooms, c)
	}
	return nick, !stays
}

// leave is exit for one room.
func (h *hub) leave(c chat.Conv, f *Feed) (nick string, last bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.exit(c, f)
}

// expel takes all devices of the users (nil: of everybody) out of c.
func (h *hub) expel(c chat.Conv, users []chat.UserID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[c]
	if r == nil {
		return
	}
	left := make([]occupancy, 0, len(r.inside))
	for _, o := range r.inside {
		if users != nil && !slices.Contains(users, o.feed.reader.User) {
			left = append(left, o)
		}
	}
	r.inside = left
	if len(left) == 0 {
		delete(h.rooms, c)
	}
}

func (h *hub) occupants(c chat.Conv) []Occupant {
	h.mu.RLock()
	defer h.mu.RUnlock()
	r := h.rooms[c]
	if r == nil {
		return nil
	}
	all := make([]Occupant, len(r.inside))
	for i, o := range r.inside {
		all[i] = Occupant{User: o.feed.reader.User, Device: o.feed.reader.Device, Nick: o.nick, Protocol: o.feed.actor.Protocol}
	}
	return all
}

// inside reports whether a device of u is in c.
func (h *hub) inside(c chat.Conv, u chat.UserID) bool {
	h.mu.RLock()
	defer h.mu.RUnlock()
	r := h.rooms[c]
	return r != nil && slices.ContainsFunc(r.inside, func(o occupancy) bool { return o.feed.reader.User == u })
}

// roomsOf returns the rooms that a device of u is in.
func (h *hub) roomsOf(u chat.UserID) []chat.Conv {
	h.mu.RLock()
	defer h.mu.RUnlock()
	var in []chat.Conv
	for c, r := range h.rooms {
		if slices.ContainsFunc(r.inside, func(o occupancy) bool { return o.feed.reader.User == u }) {
			in = append(in, c)
		}
	}
	return in
}

// feedsOf returns u's open feeds; the slice is never changed.
func (h *hub) feedsOf(u chat.UserID) []*Feed {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.users[u]
}

// all returns every open feed.
func (h *hub) all() []*Feed {
	h.mu.RLock()
	defer h.mu.RUnlock()
	feeds := slices.Clone(h.taps)
	for _, f := range h.trunks {
		feeds = append(feeds, f)
	}
	for _, own := range h.users {
		feeds = append(feeds, own...)
	}
	return feeds
}

// offer hands d to everybody it is for.
func (h *hub) offer(d *Delivery, audience []chat.UserID) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for _, f := range h.taps {
		f.offer(d)
	}
	ev := d.Event
	if ev.Conv.Kind == chat.KindAll {
		for _, feeds := range h.users {
			h.offerAll(d, feeds)
		}
		return
	}
	if r := h.rooms[ev.Conv]; r != nil && ev.To == nil && ev.Conv.Kind == chat.KindRoom {
		for _, o := range r.inside {
			o.feed.offer(d)
		}
		// Who manages a room and is not in it now hears of it by the audience below.
		for _, u := range audience {
			for _, f := range h.users[u] {
				if !slices.ContainsFunc(r.inside, func(o occupancy) bool { return o.feed == f }) {
					f.offer(d)
				}
			}
		}
		return
	}
	var told []string
	for _, u := range audience {
		if trunk, _ := u.Trunk(); trunk != "" && !slices.Contains(told, trunk) {
			told = append(told, trunk)
			if f := h.trunks[trunk]; f != nil {
				f.offer(d)
			}
		}
		h.offerAll(d, h.users[u])
	}
}

func (h *hub) offerAll(d *Delivery, feeds []*Feed) {
	for _, f := range feeds {
		if d.Event.ToDevice == "" || f.reader.Device == d.Event.ToDevice || f.reader.Device == d.Event.Device {
			f.offer(d)
		}
	}
}

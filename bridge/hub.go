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
	place  chat.Place // up to where deliveries have been offered; the sequencer moves it
}

// room is who has entered a room; it lives while somebody is in it.
type room struct {
	inside  []*Feed // in order of entry
	devices map[chat.UserID]int
	told    map[chat.UserID]struct{} // of whom the room has heard that he is in it
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

// begin says up to where the log had come before anybody could hear.
func (h *hub) begin(place chat.Place) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.place = place
}

// offered returns up to where deliveries have been offered: what comes after it, a feed that is open now is offered.
func (h *hub) offered() chat.Place {
	h.mu.Lock() // not for reading: offer writes it under a reader's lock
	defer h.mu.Unlock()
	return h.place
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
	for c := range f.rooms {
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

// enter puts f into c under nick, where there is room for so many users (0: for any number). It reports whether f's user was
// not in it before, and up to where f has not been offered what is said there. Two users cannot share a nick; several
// devices of one can.
func (h *hub) enter(c chat.Conv, f *Feed, nick string, most int) (first bool, place chat.Place, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	// A feed ends before remove looks for its rooms: what has not ended now is found there.
	if err := f.over(); err != nil {
		return false, place, err
	}
	r := h.rooms[c]
	if r == nil {
		r = &room{devices: map[chat.UserID]int{}, told: map[chat.UserID]struct{}{}}
	}
	u := f.reader.User
	for _, other := range r.inside {
		if other.reader.User != u && other.rooms[c] == nick {
			return false, place, chat.Refuse(chat.Conflict, "this nickname is in use")
		}
	}
	if _, again := f.rooms[c]; again {
		f.rooms[c] = nick
		return false, h.place, nil
	}
	first = r.devices[u] == 0
	if first && most > 0 && len(r.devices) >= most {
		return false, place, chat.RefuseFor(chat.Full, "the room is full")
	}
	if f.rooms == nil {
		f.rooms = map[chat.Conv]string{}
	}
	f.rooms[c] = nick
	r.inside = append(r.inside, f)
	r.devices[u]++
	h.rooms[c] = r
	return first, h.place, nil
}

// exit takes f out of c, with h.mu held. last: f's user is no longer in it.
func (h *hub) exit(c chat.Conv, f *Feed) (nick string, last bool) {
	nick, was := f.rooms[c]
	if !was {
		return "", false
	}
	r, u := h.rooms[c], f.reader.User
	delete(f.rooms, c)
	r.inside = slices.DeleteFunc(r.inside, func(other *Feed) bool { return other == f })
	if r.devices[u]--; r.devices[u] > 0 {
		return nick, false
	}
	delete(r.devices, u)
	if len(r.inside) == 0 {
		delete(h.rooms, c)
	}
	return nick, true
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
	if users == nil {
		for _, f := range r.inside {
			delete(f.rooms, c)
		}
		delete(h.rooms, c)
		return
	}
	for _, u := range users {
		delete(r.told, u)
		for _, f := range h.users[u] {
			h.exit(c, f)
		}
	}
}

// isNews reports whether a room has not heard yet that u came or went, and is told now. What happened there and what is
// said of it go different ways: who goes and comes back at once, on another device, may be told of in either order, and
// only what is true when it is told may be told.
func (h *hub) isNews(c chat.Conv, u chat.UserID, came bool) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[c]
	if r == nil {
		return !came // nobody is there to hear it but the devices of u
	}
	_, told := r.told[u]
	if came == told || came != (r.devices[u] > 0) {
		return false
	}
	if came {
		r.told[u] = struct{}{}
	} else {
		delete(r.told, u)
	}
	return true
}

func (h *hub) occupants(c chat.Conv) []Occupant {
	h.mu.RLock()
	defer h.mu.RUnlock()
	r := h.rooms[c]
	if r == nil {
		return nil
	}
	all := make([]Occupant, len(r.inside))
	for i, f := range r.inside {
		all[i] = Occupant{User: f.reader.User, Device: f.reader.Device, Nick: f.rooms[c], Protocol: f.actor.Protocol}
	}
	return all
}

// isEmpty reports whether nobody is in c.
func (h *hub) isEmpty(c chat.Conv) bool {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.rooms[c] == nil
}

// inside reports whether a device of u is in c.
func (h *hub) inside(c chat.Conv, u chat.UserID) bool {
	h.mu.RLock()
	defer h.mu.RUnlock()
	r := h.rooms[c]
	return r != nil && r.devices[u] > 0
}

// isIn reports whether f is in c.
func (h *hub) isIn(c chat.Conv, f *Feed) bool {
	h.mu.RLock()
	defer h.mu.RUnlock()
	_, in := f.rooms[c]
	return in
}

// isInAny reports whether f is in a room.
func (h *hub) isInAny(f *Feed) bool {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return len(f.rooms) > 0
}

// roomsOf returns the rooms that a device of u is in.
func (h *hub) roomsOf(u chat.UserID) []chat.Conv {
	h.mu.RLock()
	defer h.mu.RUnlock()
	var in []chat.Conv
	for _, f := range h.users[u] {
		for c := range f.rooms {
			if !slices.Contains(in, c) {
				in = append(in, c)
			}
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
	if p := d.Event.Place; !p.IsZero() {
		h.place = p // nobody reads it while others read: enter shuts them out
	}
	for _, f := range h.taps {
		f.offer(d)
	}
	switch ev := d.Event; {
	case ev.Conv.Kind == chat.KindAll:
		for _, feeds := range h.users {
			offerAll(d, feeds)
		}
	case ev.Conv.Kind == chat.KindRoom && ev.To == nil:
		h.offerRoom(d, audience)
	default:
		h.offerUsers(d, audience)
	}
}

// offerRoom hands d to who is in its room, and to those of the audience who are not: who manages a room, or is put out of
// it, hears of it wherever he is.
func (h *hub) offerRoom(d *Delivery, audience []chat.UserID) {
	c := d.Event.Conv
	if r := h.rooms[c]; r != nil {
		for _, f := range r.inside {
			f.offer(d)
		}
	}
	for _, u := range audience {
		for _, f := range h.users[u] {
			if _, in := f.rooms[c]; !in {
				f.offer(d)
			}
		}
	}
}

func (h *hub) offerUsers(d *Delivery, audience []chat.UserID) {
	var told []string
	for _, u := range audience {
		if trunk, _ := u.Trunk(); trunk != "" && !slices.Contains(told, trunk) {
			told = append(told, trunk)
			if f := h.trunks[trunk]; f != nil {
				f.offer(d)
			}
		}
		offerAll(d, h.users[u])
	}
}

func offerAll(d *Delivery, feeds []*Feed) {
	ev := d.Event
	for _, f := range feeds {
		if ev.ToDevice == "" || isFor(ev, f.reader) {
			f.offer(d)
		}
	}
}

// isFor reports whether ev, which is for one device, is for r's: two users may call a device the same.
func isFor(ev *chat.Event, r chat.Reader) bool {
	if r.User == ev.From && r.Device == ev.Device {
		return true
	}
	isPeers := ev.Conv.Kind == chat.KindPeer && ev.Conv.Other(ev.From) != ev.From
	return r.Device == ev.ToDevice && !(isPeers && r.User == ev.From)
}

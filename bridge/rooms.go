package bridge

import (
	"context"
	"strconv"
	"sync"
	"time"

	"dragoman/bridge/chat"
)

// Scene is what a session finds that enters a group or a room.
type Scene struct {
	Details   chat.Details
	Occupants []Occupant // of a room: who is there, the newcomer among them
	Me        chat.Member
	Place     chat.Place // the feed holds all that came after it
}

// Enter puts f's session into a room, under nick, until it leaves or the feed closes; the others are told when it is its
// user's first device there. Of a group, whose members are in it without entering, it returns the scene alone.
func (r *Router) Enter(ctx context.Context, f *Feed, c chat.Conv, nick string) (Scene, error) {
	join := chat.Draft{Conv: c, Body: chat.Membership{Users: []chat.UserID{f.actor.User}, Change: chat.ChangeJoin, Nick: nick}}
	s, err := r.log.Snapshot(ctx, f.actor.User, join)
	if err != nil {
		return Scene{}, err
	}
	if s.Details == nil {
		return Scene{}, chat.RefuseFor(chat.NoGroup, "there is no such group or room")
	}
	scene := Scene{Details: *s.Details, Me: s.Me}
	if c.Kind != chat.KindRoom {
		if !s.Me.Role.IsMember() {
			return Scene{}, chat.RefuseFor(chat.NotMember, "you are not a member")
		}
		scene.Place = r.hub.offered()
		return scene, nil
	}
	if err := r.mayEnter(ctx, f.actor, join); err != nil {
		return Scene{}, err
	}
	if nick == "" {
		nick = string(f.actor.User)
	}
	most := s.Details.Max
	if s.Me.Role.IsManager() {
		most = 0 // a full room has to be managed too
	}
	var first bool
	if first, scene.Place, err = r.hub.enter(c, f, nick, most); err != nil {
		return Scene{}, err
	}
	scene.Occupants = r.hub.occupants(c)
	if first {
		join.Body = chat.Membership{Users: []chat.UserID{f.actor.User}, Change: chat.ChangeJoin, Nick: nick}
		if _, err := r.Submit(ctx, f.actor, join); err != nil {
			r.hub.leave(c, f)
			r.noteEmpty(ctx, c)
			return Scene{}, err
		}
	}
	if err := r.stays(ctx, f, join); err != nil {
		return Scene{}, err
	}
	return scene, nil
}

// mayEnter refuses whom the rules or a door keep out of a room.
func (r *Router) mayEnter(ctx context.Context, a Actor, join chat.Draft) error {
	if err := r.allow(ctx, a, join); err != nil {
		return err
	}
	for _, door := range r.doors {
		if err := door(ctx, a, join.Conv); err != nil {
			return err
		}
	}
	return nil
}

// MayRead refuses to tell a what was said in c, if that is a room which he is not in and might not enter. Who may read
// elsewhere the log knows.
func (r *Router) MayRead(ctx context.Context, a Actor, c chat.Conv) error {
	if c.Kind != chat.KindRoom || a.Source == chat.Server || r.hub.inside(c, a.User) {
		return nil
	}
	return r.mayEnter(ctx, a, chat.Draft{Conv: c, Body: chat.Membership{Users: []chat.UserID{a.User}, Change: chat.ChangeJoin}})
}

// stays says why f is not in the room that it has just entered: its session has ended, or the room has, or somebody put
// him out of it.
func (r *Router) stays(ctx context.Context, f *Feed, join chat.Draft) error {
	if r.hub.isIn(join.Conv, f) {
		return nil
	}
	if err := f.over(); err != nil {
		return err
	}
	if err := r.allow(ctx, f.actor, join); err != nil {
		return err
	}
	return chat.RefuseFor(chat.NotMember, "you were put out of the room")
}

// Leave takes f's session out of a room; the others are told when it was its user's last device there. It reports whether
// the session was in it.
func (r *Router) Leave(ctx context.Context, f *Feed, c chat.Conv) bool {
	nick, last := r.hub.leave(c, f)
	if last {
		r.tellLeft(ctx, f.actor, c, nick)
	}
	return nick != ""
}

// Occupants returns who is in a room now, a device each, in order of entry.
func (r *Router) Occupants(c chat.Conv) []Occupant { return r.hub.occupants(c) }

// Entered returns the rooms that u is in now.
func (r *Router) Entered(u chat.UserID) []chat.Conv { return r.hub.roomsOf(u) }

func (r *Router) tellLeft(ctx context.Context, a Actor, c chat.Conv, nick string) {
	r.tell(ctx, a, chat.Draft{Conv: c, Body: chat.Membership{Users: []chat.UserID{a.User}, Change: chat.ChangeLeave, Nick: nick}})
	r.noteEmpty(ctx, c)
}

// isStale reports whether ev says of somebody that he is in a room, or is not, when that is no longer so or is known.
func (r *Router) isStale(ev *chat.Event) bool {
	body, ok := ev.Body.(chat.Membership)
	if !ok || ev.Conv.Kind != chat.KindRoom || ev.To != nil || len(body.Users) != 1 {
		return false
	}
	switch body.Change {
	case chat.ChangeJoin:
		return !r.hub.isNews(ev.Conv, body.Users[0], true)
	case chat.ChangeLeave:
		return !r.hub.isNews(ev.Conv, body.Users[0], false)
	}
	return false
}

// firstEntry is how long a new room waits for the first to enter, however short it lingers: who makes it enters next.
const firstEntry = 10 * time.Second

// endRetry is when a room that could not be ended is tried again.
const endRetry = time.Minute

// emptyRooms is the rooms that nobody is in, and when each of them ends: those that linger for ever are not among them.
// Somebody may be in one again; that shows when its time has come.
type emptyRooms struct {
	mu   sync.Mutex
	ends map[chat.Conv]time.Time
}

func (e *emptyRooms) note(c chat.Conv, end time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ends == nil {
		e.ends = map[chat.Conv]time.Time{}
	}
	e.ends[c] = end
}

func (e *emptyRooms) forget(c chat.Conv) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.ends, c)
}

// due returns the rooms whose time has come.
func (e *emptyRooms) due(now time.Time) []chat.Conv {
	e.mu.Lock()
	defer e.mu.Unlock()
	var due []chat.Conv
	for c, end := range e.ends {
		if !now.Before(end) {
			due = append(due, c)
		}
	}
	return due
}

// noteEmpty sees that c ends in time if nobody is in it.
func (r *Router) noteEmpty(ctx context.Context, c chat.Conv) {
	if !r.hub.isEmpty(c) {
		return
	}
	s, err := r.log.Snapshot(ctx, "", chat.Draft{Conv: c, Body: chat.Lifecycle{}})
	switch {
	case err != nil:
		r.logger.Err(err).Stringer("conv", c).Msg("cannot look at an empty room")
		r.empty.note(c, r.now().Add(endRetry))
	case s.Details != nil && !s.Details.Dissolved && s.Details.Linger > 0:
		r.empty.note(c, r.now().Add(s.Details.Linger))
	}
}

// noteLingering takes up the rooms of an earlier run: nobody is in any now.
func (r *Router) noteLingering(ctx context.Context) error {
	rooms, err := r.log.Lingering(ctx)
	if err != nil {
		return err
	}
	now := r.now()
	for c, linger := range rooms {
		r.empty.note(c, now.Add(linger))
	}
	return nil
}

// ids makes names for groups and rooms.
type ids struct {
	mu   sync.Mutex
	last int64
}

// next counts in quarter milliseconds, so that ids stay short, grow, and are not met again after a restart.
func (i *ids) next(now time.Time) string {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.last = max(i.last+1, now.UnixMilli()*4)
	return strconv.FormatInt(i.last, 10)
}

// endEmpty ends rooms that have been empty for as long as they linger. Called by the sequencer, so it only puts drafts in
// line.
func (r *Router) endEmpty() {
	now := r.now()
	for _, c := range r.empty.due(now) {
		if !r.hub.isEmpty(c) {
			r.empty.forget(c)
			continue
		}
		r.empty.note(c, now.Add(endRetry)) // until it has ended
		select {
		case r.queue <- &Pending{draft: chat.Draft{Conv: c, Body: chat.Lifecycle{}}, actor: System(""), result: make(chan struct{})}:
		default: // the line is long; it is tried again
			return
		}
	}
}

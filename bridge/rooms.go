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
	place, _, err := r.log.Last(ctx)
	if err != nil {
		return Scene{}, err
	}
	join := chat.Draft{Conv: c, Body: chat.Membership{Users: []chat.UserID{f.actor.User}, Change: chat.ChangeJoin, Nick: nick}}
	s, err := r.log.Snapshot(ctx, f.actor.User, join)
	if err != nil {
		return Scene{}, err
	}
	if s.Details == nil {
		return Scene{}, chat.RefuseFor(chat.NoGroup, "there is no such group or room")
	}
	scene := Scene{Details: *s.Details, Me: s.Me, Place: place}
	if c.Kind != chat.KindRoom {
		if !s.Me.Role.IsMember() {
			return Scene{}, chat.RefuseFor(chat.NotMember, "you are not a member")
		}
		return scene, nil
	}
	if err := r.allow(ctx, f.actor, join); err != nil {
		return Scene{}, err
	}
	if nick == "" {
		nick = string(f.actor.User)
	}
	if s.Details.Max > 0 && !r.hub.inside(c, f.actor.User) && len(r.hub.occupants(c)) >= s.Details.Max {
		return Scene{}, chat.RefuseFor(chat.Full, "the room is full")
	}
	first, err := r.hub.enter(c, f, nick)
	if err != nil {
		return Scene{}, err
	}
	scene.Occupants = r.hub.occupants(c)
	if first {
		r.empty.forget(c)
		join.Body = chat.Membership{Users: []chat.UserID{f.actor.User}, Change: chat.ChangeJoin, Nick: nick}
		if _, err := r.Submit(ctx, f.actor, join); err != nil {
			r.hub.leave(c, f)
			return Scene{}, err
		}
	}
	return scene, nil
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
	if len(r.hub.occupants(c)) == 0 {
		r.empty.note(c, r.now())
	}
}

// emptyRooms is which rooms nobody is in, and since when.
type emptyRooms struct {
	mu    sync.Mutex
	since map[chat.Conv]time.Time
}

func (e *emptyRooms) note(c chat.Conv, now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.since[c] = now
}

func (e *emptyRooms) forget(c chat.Conv) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.since, c)
}

func (e *emptyRooms) list() map[chat.Conv]time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := make(map[chat.Conv]time.Time, len(e.since))
	for c, t := range e.since {
		all[c] = t
	}
	return all
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

// runDue ends rooms that have been empty for as long as they linger, and submits what the log says is due. Called by the
// sequencer, so it only puts drafts in line.
func (r *Router) runDue(ctx context.Context) {
	now := r.now()
	var due []chat.Draft
	for c, since := range r.empty.list() {
		s, err := r.log.Snapshot(ctx, "", chat.Draft{Conv: c, Body: chat.Lifecycle{}})
		switch {
		case err != nil:
			r.logger.Err(err).Stringer("conv", c).Msg("cannot look at an empty room")
		case s.Details == nil || s.Details.Dissolved || s.Details.Linger == 0:
			r.empty.forget(c)
		case !now.Before(since.Add(s.Details.Linger)):
			r.empty.forget(c)
			due = append(due, chat.Draft{Conv: c, Body: chat.Lifecycle{}})
		}
	}
	more, _, err := r.log.Due(ctx, now)
	if err != nil {
		r.logger.Err(err).Msg("cannot tell what is due")
	}
	for _, d := range append(due, more...) {
		p := &Pending{draft: d, actor: System(""), result: make(chan struct{})}
		select {
		case r.queue <- p:
		default: // the line is long; what is due stays due
			if d.Conv.Kind == chat.KindRoom {
				r.empty.note(d.Conv, time.Time{})
			}
		}
	}
}

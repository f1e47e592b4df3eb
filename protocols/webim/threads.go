package webim

import (
	"context"

	"dragoman/bridge/chat"
	"dragoman/bridge/store"
	"dragoman/mapping/webimmap"
)

// membersOf returns who is in a group.
func (f *frontend) membersOf(ctx context.Context, group chat.Conv) ([]chat.UserID, error) {
	members, _, err := f.Store.Members(ctx, group, store.MemberQuery{})
	users := make([]chat.UserID, len(members))
	for i, m := range members {
		users[i] = m.User
	}
	return users, err
}

// tellThread tells those who are connected of a group's members that something was said in a thread of it: who has not
// joined a thread sees how it grows [webim 11]. Nobody else is told: lists of threads say the same.
func (f *frontend) tellThread(ctx context.Context, ev *chat.Event) {
	if ev.Conv.Kind != chat.KindThread {
		return
	}
	d, err := f.Store.Details(ctx, ev.Conv)
	if err != nil {
		return // it ended meanwhile
	}
	members, err := f.membersOf(ctx, d.Parent)
	if err != nil {
		f.Log.Err(err).Stringer("conv", ev.Conv).Msg("cannot tell who is to hear of a thread")
		return
	}
	for _, u := range members {
		for _, s := range f.live.of(u, "") {
			if s.generation < webimmap.Gen4 || u == ev.From && s.actor.Device == ev.Device {
				continue
			}
			metas, err := s.realm.ThreadSaid(ev, &d, u)
			if err != nil || len(metas) == 0 {
				return
			}
			_ = s.pushLive(metas, s.realm.QueueOf(chat.All(), u)) // a connection that broke says so to its reader
		}
	}
}

package store

import (
	"cmp"
	"slices"

	"dragoman/bridge/chat"
)

// roster is who is on any list of a group, thread or room. A published one is never changed: copy it first.
type roster struct {
	all  []*standing   // by name
	list []chat.UserID // members in order of coming; shared with whoever asked, so it is replaced, never changed
	ord  int64         // the highest order of coming given
}

// standing is a member and what only the store knows of him.
type standing struct {
	chat.Member
	ord int64
}

func (r *roster) at(u chat.UserID) (int, bool) {
	return slices.BinarySearchFunc(r.all, u, func(s *standing, u chat.UserID) int { return cmp.Compare(s.User, u) })
}

// find returns u's standing; of a stranger, one without any role.
func (r *roster) find(u chat.UserID) standing {
	if i, ok := r.at(u); ok {
		return *r.all[i]
	}
	return standing{Member: chat.Member{User: u}}
}

func sortStandings(all []*standing) {
	slices.SortFunc(all, func(a, b *standing) int { return cmp.Compare(a.User, b.User) })
}

func (r *roster) clone() *roster {
	return &roster{all: slices.Clone(r.all), list: r.list, ord: r.ord}
}

// put sets one standing, without bringing list up to date. One that says nothing at all is taken out.
func (r *roster) put(s standing) {
	i, ok := r.at(s.User)
	switch idle := s.isIdle(); {
	case ok && idle:
		r.all = slices.Delete(r.all, i, i+1)
	case ok:
		r.all[i] = &s
	case !idle:
		r.all = slices.Insert(r.all, i, &s)
	}
	r.ord = max(r.ord, s.ord)
}

// isIdle reports whether the row says nothing that a stranger's would not.
func (s *standing) isIdle() bool {
	return s.Role == chat.RoleNone && !s.Muted && !s.Allowed && !s.Banned && !s.Invited && !s.Applied && len(s.Attributes) == 0
}

// relist makes list anew from all.
func (r *roster) relist() {
	members := make([]*standing, 0, len(r.all))
	for _, s := range r.all {
		if s.Role.IsMember() {
			members = append(members, s)
		}
	}
	slices.SortFunc(members, func(a, b *standing) int { return cmp.Compare(a.ord, b.ord) })
	r.list = make([]chat.UserID, len(members))
	for i, s := range members {
		r.list[i] = s.User
	}
}

// managers returns the owner and the admins.
func (r *roster) managers() []chat.UserID {
	var users []chat.UserID
	for _, u := range r.list {
		if r.find(u).Role.IsManager() {
			users = append(users, u)
		}
	}
	return users
}

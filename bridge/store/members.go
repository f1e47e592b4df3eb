package store

import (
	"context"
	"slices"

	"dragoman/bridge/chat"
)

// MemberQuery narrows a list of members.
type MemberQuery struct {
	Roles []chat.Role // nil: any role, RoleNone not among them
	After chat.UserID // the last of the page before; "": from the start
	Limit int         // 0: all
}

// Members returns the members of a group, thread or room (of a room: who is on its lists with a role) in order of coming;
// next is what to give as After for more, "" at the end. Where After has left meanwhile the page begins anew.
func (s *Store) Members(ctx context.Context, c chat.Conv, q MemberQuery) (page []chat.Member, next chat.UserID, err error) {
	v, err := s.group(ctx, c)
	if err != nil {
		return nil, "", err
	}
	list := v.roster.list
	if q.After != "" {
		list = list[slices.Index(list, q.After)+1:]
	}
	for _, u := range list {
		m := v.roster.find(u).Member
		if q.Roles != nil && !slices.Contains(q.Roles, m.Role) {
			continue
		}
		if q.Limit > 0 && len(page) == q.Limit {
			return page, page[len(page)-1].User, nil
		}
		page = append(page, m)
	}
	return page, "", nil
}

// Member returns user's standing in c. Who is on no list there has RoleNone; that is no error.
func (s *Store) Member(ctx context.Context, c chat.Conv, user chat.UserID) (chat.Member, error) {
	v, err := s.group(ctx, c)
	if err != nil {
		return chat.Member{}, err
	}
	return v.roster.find(user).Member, nil
}

// Banned returns who may not return to c, by name.
func (s *Store) Banned(ctx context.Context, c chat.Conv) ([]chat.Member, error) {
	return s.membersWho(ctx, c, func(m chat.Member) bool { return m.Banned })
}

// Muted returns who may not speak in c now, by name.
func (s *Store) Muted(ctx context.Context, c chat.Conv) ([]chat.Member, error) {
	now := s.opts.Now()
	return s.membersWho(ctx, c, func(m chat.Member) bool { return m.IsMuted(now) })
}

// Allowed returns who may speak in c when all are silent, by name.
func (s *Store) Allowed(ctx context.Context, c chat.Conv) ([]chat.Member, error) {
	return s.membersWho(ctx, c, func(m chat.Member) bool { return m.Allowed })
}

func (s *Store) membersWho(ctx context.Context, c chat.Conv, are func(chat.Member) bool) ([]chat.Member, error) {
	v, err := s.group(ctx, c)
	if err != nil {
		return nil, err
	}
	var members []chat.Member
	for _, m := range v.roster.all {
		if are(m.Member) {
			members = append(members, m.Member)
		}
	}
	return members, nil
}

package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

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

// Asking is an application to join, or an invitation.
type Asking struct {
	Conv   chat.Conv
	User   chat.UserID // who would join
	By     chat.UserID // who invited him; of an application, himself
	Reason string
	Time   time.Time
	ID     chat.EventID // the event that asked
}

// Applications returns the open applications to join c, oldest first.
func (s *Store) Applications(ctx context.Context, c chat.Conv) ([]Asking, error) {
	return s.askings(ctx, "v.kind = ? AND v.name = ? AND a.inviter = 0", int64(c.Kind), c.ID)
}

// ApplicationsFor returns the open applications that user, as owner or admin, may decide on, oldest first.
func (s *Store) ApplicationsFor(ctx context.Context, user chat.UserID) ([]Asking, error) {
	return s.askings(ctx, "a.inviter = 0 AND a.cid IN (SELECT cid FROM members WHERE uid = ? AND role IN (1, 2))", s.names.uid(user))
}

// ApplicationsBy returns the open applications that user has made, oldest first.
func (s *Store) ApplicationsBy(ctx context.Context, user chat.UserID) ([]Asking, error) {
	return s.askings(ctx, "a.inviter = 0 AND a.uid = ?", s.names.uid(user))
}

// Invitations returns the open invitations to c, oldest first.
func (s *Store) Invitations(ctx context.Context, c chat.Conv) ([]Asking, error) {
	return s.askings(ctx, "v.kind = ? AND v.name = ? AND a.inviter > 0", int64(c.Kind), c.ID)
}

// InvitationsFor returns the open invitations of user, oldest first.
func (s *Store) InvitationsFor(ctx context.Context, user chat.UserID) ([]Asking, error) {
	return s.askings(ctx, "a.inviter > 0 AND a.uid = ?", s.names.uid(user))
}

func (s *Store) askings(ctx context.Context, where string, args ...any) (all []Asking, err error) {
	query := `SELECT v.kind, v.name, a.uid, a.inviter, a.reason, a.id FROM askings a JOIN convs v ON v.cid = a.cid WHERE ` + where + " ORDER BY a.id"
	err = s.read(ctx, func(l *link) error {
		return l.each(query, args, func(rows *sql.Rows) (bool, error) {
			var a Asking
			var uid, inviter int64
			if err := rows.Scan(&a.Conv.Kind, &a.Conv.ID, &uid, &inviter, &a.Reason, &a.ID); err != nil {
				return false, err
			}
			if inviter == 0 {
				inviter = uid
			}
			a.Time = a.ID.Time()
			var err error
			if a.User, err = s.names.user(l, uid); err != nil {
				return false, err
			}
			a.By, err = s.names.user(l, inviter)
			all = append(all, a)
			return true, err
		})
	})
	return all, err
}

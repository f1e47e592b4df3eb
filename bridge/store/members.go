package store

import (
	"context"
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
// next is what to give as After for more, "" at the end.
func (s *Store) Members(ctx context.Context, c chat.Conv, q MemberQuery) (page []chat.Member, next chat.UserID, err error) {
	return nil, "", errSoon
}

// Member returns user's standing in c. Who is on no list there has RoleNone; that is no error.
func (s *Store) Member(ctx context.Context, c chat.Conv, user chat.UserID) (chat.Member, error) {
	return chat.Member{}, errSoon
}

// Banned returns who may not return to c, by name.
func (s *Store) Banned(ctx context.Context, c chat.Conv) ([]chat.Member, error) { return nil, errSoon }

// Muted returns who may not speak in c now, by name.
func (s *Store) Muted(ctx context.Context, c chat.Conv) ([]chat.Member, error) { return nil, errSoon }

// Allowed returns who may speak in c when all are silent, by name.
func (s *Store) Allowed(ctx context.Context, c chat.Conv) ([]chat.Member, error) { return nil, errSoon }

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
	return nil, errSoon
}

// ApplicationsFor returns the open applications that user, as owner or admin, may decide on, oldest first.
func (s *Store) ApplicationsFor(ctx context.Context, user chat.UserID) ([]Asking, error) {
	return nil, errSoon
}

// ApplicationsBy returns the open applications that user has made, oldest first.
func (s *Store) ApplicationsBy(ctx context.Context, user chat.UserID) ([]Asking, error) {
	return nil, errSoon
}

// Invitations returns the open invitations to c, oldest first.
func (s *Store) Invitations(ctx context.Context, c chat.Conv) ([]Asking, error) {
	return nil, errSoon
}

// InvitationsFor returns the open invitations of user, oldest first.
func (s *Store) InvitationsFor(ctx context.Context, user chat.UserID) ([]Asking, error) {
	return nil, errSoon
}

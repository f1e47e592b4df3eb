package store

import (
	"context"
	"database/sql"
	"time"

	"dragoman/bridge/chat"
)

// AskingState is what became of an application or invitation.
type AskingState uint8

const (
	AskingOpen     AskingState = iota // it waits for an answer
	AskingAccepted                    // he has come in, whichever way
	AskingDeclined
	AskingVoid // the group has ended
)

// Asking is an application to join, or an invitation. One that was answered stays until the same is asked again.
type Asking struct {
	Conv         chat.Conv
	User         chat.UserID // who would join
	By           chat.UserID // who invited him; of an application, himself
	IsInvitation bool
	Reason       string
	Time         time.Time
	ID           chat.EventID // the event that asked

	State    AskingState
	Answerer chat.UserID // who has answered; empty: nobody, or the gateway
	Answered time.Time   // zero: it is open
}

// Applications returns the open applications to join c, oldest first.
func (s *Store) Applications(ctx context.Context, c chat.Conv) ([]Asking, error) {
	return s.askings(ctx, "v.kind = ? AND v.name = ? AND a.inviter = 0 AND a.state = 0", int64(c.Kind), c.ID)
}

// Invitations returns the open invitations to c, oldest first.
func (s *Store) Invitations(ctx context.Context, c chat.Conv) ([]Asking, error) {
	return s.askings(ctx, "v.kind = ? AND v.name = ? AND a.inviter > 0 AND a.state = 0", int64(c.Kind), c.ID)
}

// InvitationsFor returns the open invitations of user, oldest first.
func (s *Store) InvitationsFor(ctx context.Context, user chat.UserID) ([]Asking, error) {
	return s.askings(ctx, "a.inviter > 0 AND a.state = 0 AND a.uid = ?", s.names.uid(user))
}

// AskingsOf returns what concerns user, open or answered, oldest first: what he has asked, what he is asked, and the
// applications to groups that he, as owner or admin, decides on.
func (s *Store) AskingsOf(ctx context.Context, user chat.UserID) ([]Asking, error) {
	return s.askings(ctx, `?1 > 0 AND (a.uid = ?1 OR a.inviter = ?1
		OR (a.inviter = 0 AND a.cid IN (SELECT cid FROM members WHERE uid = ?1 AND role IN (1, 2))))`, s.names.uid(user))
}

func (s *Store) askings(ctx context.Context, where string, args ...any) (all []Asking, err error) {
	query := `SELECT v.kind, v.name, a.uid, a.inviter, a.reason, a.id, a.state, a.answerer, a.answered
		FROM askings a JOIN convs v ON v.cid = a.cid WHERE ` + where + " ORDER BY a.id"
	err = s.read(ctx, func(l *link) error {
		return l.each(query, args, func(rows *sql.Rows) (bool, error) {
			var a Asking
			var uid, inviter, answerer int64
			var answered chat.EventID
			err := rows.Scan(&a.Conv.Kind, &a.Conv.ID, &uid, &inviter, &a.Reason, &a.ID, &a.State, &answerer, &answered)
			if err != nil {
				return false, err
			}
			a.IsInvitation = inviter > 0
			if !a.IsInvitation {
				inviter = uid
			}
			a.Time = a.ID.Time()
			if answered != 0 {
				a.Answered = answered.Time()
			}
			if a.User, err = s.names.user(l, uid); err != nil {
				return false, err
			}
			if a.By, err = s.names.user(l, inviter); err != nil {
				return false, err
			}
			a.Answerer, err = s.names.user(l, answerer)
			all = append(all, a)
			return true, err
		})
	})
	return all, err
}

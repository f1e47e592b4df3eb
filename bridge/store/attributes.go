package store

import (
	"context"
	"time"

	"dragoman/bridge/chat"
)

// Profile is what a user shows of himself.
type Profile struct {
	User        chat.UserID
	Name        string
	Notice      string
	Avatar      string
	Description string
	Extra       string
	Changed     time.Time // zero: never set
}

// Profile returns what user shows of himself; the zero Profile, with the user, where he has set nothing.
func (s *Store) Profile(ctx context.Context, user chat.UserID) (Profile, error) {
	return Profile{}, errSoon
}

// Profiles returns the profiles of users who have set one.
func (s *Store) Profiles(ctx context.Context, users []chat.UserID) (map[chat.UserID]Profile, error) {
	return nil, errSoon
}

// UserAttributes returns user's own attributes: those that keys name, or all.
func (s *Store) UserAttributes(ctx context.Context, user chat.UserID, keys ...string) (map[string]string, error) {
	return nil, errSoon
}

// UsersAttributes is UserAttributes of several users; who has none is left out.
func (s *Store) UsersAttributes(ctx context.Context, users []chat.UserID, keys ...string) (map[chat.UserID]map[string]string, error) {
	return nil, errSoon
}

// Attribute is a named text of a group or room, and who set it.
type Attribute struct {
	Key, Value string
	By         chat.UserID
	AutoDelete bool
}

// Attributes returns the attributes of c by key: those that keys name, or all.
func (s *Store) Attributes(ctx context.Context, c chat.Conv, keys ...string) ([]Attribute, error) {
	return nil, errSoon
}

// Status is a presence that outlives the session.
type Status struct {
	Show   chat.Show
	Status string
	Until  time.Time
	Set    time.Time
}

// StatusOf returns the presences with a time limit that users have set and that have not run out.
func (s *Store) StatusOf(ctx context.Context, users []chat.UserID) (map[chat.UserID]Status, error) {
	return nil, errSoon
}

// LastSeen returns when a device of user last acknowledged something or did something; zero: never.
func (s *Store) LastSeen(ctx context.Context, user chat.UserID) (time.Time, error) {
	return time.Time{}, errSoon
}

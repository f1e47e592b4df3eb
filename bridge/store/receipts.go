package store

import (
	"context"
	"time"

	"dragoman/bridge/chat"
)

// ReceiptBy is one reader's receipt of one message.
type ReceiptBy struct {
	User chat.UserID
	Time time.Time // zero: none yet
	Note string
}

// Receipts returns who has sent a receipt of that state (a read one counts as delivered too) for the message which ref names,
// by name after the given user, and how many there are in all. limit 0: 100.
func (s *Store) Receipts(ctx context.Context, asker chat.UserID, c chat.Conv, ref chat.Ref, state chat.ReceiptState, limit int, after chat.UserID) ([]ReceiptBy, int, error) {
	return nil, 0, errSoon
}

// Unreceipted is Receipts of those who have not: who could see the message, its author not among them.
func (s *Store) Unreceipted(ctx context.Context, asker chat.UserID, c chat.Conv, ref chat.Ref, state chat.ReceiptState, limit int, after chat.UserID) ([]ReceiptBy, int, error) {
	return nil, 0, errSoon
}

// ReadMark returns up to where user has told others that he has read c, and when; zero: not at all.
func (s *Store) ReadMark(ctx context.Context, c chat.Conv, user chat.UserID) (chat.Ref, time.Time, error) {
	return chat.Ref{}, time.Time{}, errSoon
}

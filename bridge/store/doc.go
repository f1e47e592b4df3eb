// Package store keeps the log of events and everything that is derived from it, in SQLite, and answers questions about both.
//
// Store implements bridge.Log: one sequencer appends, every reader reads on from its cursor. Whatever an event changes (who
// is in a group, what a message says now, who has read it, what is unread) commits in the same transaction as the event.
//
// Questions are in files named after their noun. Each names who asks and answers no more than he may see; the asker "" is the
// server itself and sees all. A group's members are asked for without an asker: who may see them is the front-end's rule.
//
// It is not for accounts (bridge/account), for files (bridge/media), for who is online or in a room (bridge), or for deciding
// who may do what (bridge.Policy); Append only checks again what must hold at commit.
//
// # Concurrency
//
// Append is called by one goroutine at a time. All else may be called by any goroutine at any time and never waits for an
// Append; SaveCursors and ForgetDevice share the writer with it and may wait for one commit. What is handed out (member
// lists, Details, Entry) is shared and must not be changed.
package store

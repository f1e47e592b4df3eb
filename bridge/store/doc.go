// Package store keeps the log of events and everything that is derived from it, in SQLite, and answers questions about both.
//
// Store implements bridge.Log: one sequencer appends, every reader reads on from its cursor. Whatever an event changes (who
// is in a group, what a message says now, who has read it, what is unread) commits in the same transaction as the event. Only
// the index of Search lags behind, by a second or so, and Search itself brings it up to the present.
//
// Questions are in files named after their noun: history.go, archive.go, conversations.go, members.go, details.go,
// contacts.go, receipts.go, attributes.go, search.go, devices.go, stats.go. Each names who asks and answers no more than he
// may see; the asker "" is the server itself and sees all. A group's members and details are asked for without an asker: who
// may see them is the front-end's rule.
//
// It is not for accounts (bridge/account), for files (bridge/media), for who is online or in a room (bridge), or for deciding
// who may do what (bridge.Policy); Append only checks again what must hold at commit.
//
// # How it is kept
//
// Users and conversations are small numbers (uid, cid) in every row; migrations/ has the tables. An event is one row by id.
// What happened in a conversation is its timeline, by id, which for live events is the order of places too; an event with To
// has a row in the inbox of each addressee besides, and is narrow: nobody else's. So a message to a group of thousands is as
// few rows as one to a single peer, and a commit touches few pages. Who may read what is a stretch of the timeline for each
// membership (lines, and spans for earlier ones), both ends included. To catch up is to merge the inbox and the conversations
// that have moved.
//
// Unread is arithmetic: messages that count so far, less those at the read mark, less one's own since, less the few that
// voids names (recalled, hidden, or read one by one).
//
// A KeepLatest event takes its predecessor's place away for each addressee whom it replaces it for (latest), so that one who
// returns learns the newest and no other, and nobody loses what was told to him alone.
//
// Choices that the protocols leave open: a recall erases what was said from the file itself, edits and native form
// included. Receipts of single messages take those out of the reader's unread count; receipts through a message move his
// mark. Where an owner leaves or is taken out, the first admin, else the first to have come, owns the group from then on.
// Group, thread and room ids are one space; that of a dissolved group stays taken, a room can be made again. An import is
// read by those who are members when it is imported.
//
// # Concurrency
//
// Append is called by one goroutine at a time. All else may be called by any goroutine at any time and never waits for an
// Append, but for SaveCursors, ForgetDevice and Search, which may write and so wait for a commit or two. What is handed out
// (member lists, Details, Entry) is shared and must not be changed.
//
// Store.writing guards the one connection that writes and what only it knows. Readers each have a connection of a small pool
// for the time of one question, which sees one unchanging state. cache holds conversations in memory as immutable values: the
// writer publishes new ones after each commit, a reader adds what it has loaded unless something was committed meanwhile. One
// goroutine, tidy, belongs to the Store and ends with Close: it follows the log with the index, moves SQLite's journal into
// the file, and forgets devices that have not come for 90 days.
package store

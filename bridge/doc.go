// Package bridge decides, orders and hands out events. It knows no protocol.
//
// A session submits drafts and reads a feed. Between the two stands the Router:
//
//	Submit: Draft.Check → Policy.Allow → gates     in the caller's goroutine
//	Run:    stamp → Log.Append → dispatch → wake   in one goroutine, the sequencer
//	Feed:   Next                                   in the session's pusher
//
// Commit order, place order and dispatch order are one order, so "everything after n" never misses an event that committed
// late. A feed is a cursor on that order: login, resume and slow reading are the same thing.
//
// # Concurrency
//
// Every method of Router may be called from any goroutine; Guard before Run only. A Feed belongs to one session: Next is
// called by one goroutine, and everything else by any. Locks, outermost first: hub.mu, Feed.mu, Router.cursors.mu. None is held over a call
// to the Log, a socket or a callback; dispatch holds hub.mu for reading only.
package bridge

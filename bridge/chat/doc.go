// Package chat is the canonical model of dragoman: who says what to whom, and what came of it.
//
// It holds values, their identities, the rules a single value can check about itself, and the closed set of refusals. It
// knows no protocol, no storage and no socket, and imports the standard library alone. Translation into and out of a
// protocol's words lives in mapping; deciding and ordering in bridge; keeping in bridge/store.
//
// A Draft is what a client asks for. Only bridge.Router turns a Draft into an Event, which is never changed afterwards. An
// Entry is an Event as it stands now: edited, recalled, reacted to.
//
// # Concurrency
//
// Everything here is a value. An Event, an Entry or a Record that has been handed out is shared between goroutines and
// must not be changed; copy it first.
package chat

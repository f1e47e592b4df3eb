// Package webimmap translates between the packets of WebIM (MSYNC) and the
// canonical model: Metas become drafts, events become Metas, and both become the
// JSON of rows.
//
// What a sender's client wrote beyond the canonical message is kept beside it as
// Native, and only then: most messages are said in full by the model. It is used
// again for readers of this protocol as long as it still says the same as the
// message does, so a gate or an edit that changes the message needs not know of it.
//
// It is not for deciding who may do what, nor for sockets, queues or REST paths.
//
// Specification: docs/protocols/webim.md.
//
// # Concurrency
//
// All functions are pure; a Realm is immutable and may be shared, as far as its
// Names may.
package webimmap

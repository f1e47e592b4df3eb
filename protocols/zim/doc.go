// Package zim is the ZIM-style front-end: JSON-RPC 2.0 over a WebSocket at /zim for clients, the server API at /?Action=…
// for the app's own backend, and the files of media messages below /zim/files.
//
// Specifications: the public surface of zego-zim-web 2.29.0, whose method, event and field names the client protocol
// has; the vendor's server API with Signature 2.0 and token04. docs/protocols/zim.md describes both as built here. The
// vendor's own client protocol is sealed to its servers and is no part of this: clients are those of sdk/zim, or
// whoever speaks the JSON.
//
// Left out: calls, friends and the blacklist; what they would need answers that it is not offered.
//
// # Concurrency
//
// A session has three goroutines: read takes a client's requests one after the other, push takes its feed, tell turns
// what has changed in its list of conversations into notices, many changes into one. A message is handed to the router
// in the reader's goroutine, so that a client's messages keep their order, and answered in one of its own, so that
// they share commits. All write through wsconn, which serialises them. Session.mu guards the little that they share and
// is never held while a socket or the router is waited for. Serve returns when every session has ended.
package zim

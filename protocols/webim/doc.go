// Package webim is the front-end for the Easemob and Agora Chat web SDKs: MSYNC
// over a raw WebSocket (/websocket) and over SockJS (/ws), and the vendor's REST
// under /{org}/{app}.
//
// Specification: docs/protocols/webim.md. Left out: the SockJS transports other
// than WebSocket, per-payload compression and encryption, redirects, and the
// classic XMPP dialect of the 1.x SDKs, which the XMPP front-end serves.
//
// A session is a connection that has logged in. What it must see is a feed of the
// router; what is caught up on is pulled by the client, conversation by
// conversation, and acknowledged by the next pull; what is not (typing, rooms) is
// pushed at once. See cycle.
//
// A client that loses its connection in a chat room keeps its place there for a
// while; see bridge.Parking.
//
// # Concurrency
//
// Each session has four goroutines: read (client to router), settle (the answers),
// tell (feed to cycle) and cycle.run, to which the pull cycle belongs. All but tell
// write, and the connection keeps writers apart. The first to end ends the others. Serve returns
// when every session has ended. frontend.mu guards the list of ids and the count of
// sessions, live.mu who is connected, bridge.Parking who may return.
package webim

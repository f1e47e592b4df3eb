// Package xmpp is the XMPP front-end: a server for clients, over TCP with STARTTLS or direct TLS and over WebSocket.
//
// Specifications: RFC 6120, RFC 6121, RFC 7590, RFC 7395, RFC 7622, and the XEPs in docs/protocols/xmpp.md. Left out: BOSH,
// federation with other servers, and what a client library of ours would need.
//
// mellium.im/xmpp gives addresses, stanza and stream errors, and mellium.im/sasl PLAIN. Negotiation, SCRAM and the stream
// itself are ours; docs/decisions/ says why.
//
// # Who runs what
//
// A connection has one goroutine that reads: it negotiates, then handles what the client sends, in order. A session has a
// goroutine that takes deliveries from its feed (pump), one that waits for what was submitted (settle), and, while it is
// connected, one that writes. A session may outlive its connection and wait to be resumed.
//
// As a component of another server (trunk.go, line.go) there is one connection for all of its users: a goroutine that reads,
// one that writes, one that takes deliveries from the trunk's feed. Each foreign user who is about (foreign.go) has one that
// handles his stanzas in order, one that waits for what was submitted, and one for each of his devices that hears what is
// said in rooms. trunk.mu guards who is about and which line there is; line.mu what the host owes us a proof of.
//
// Whoever has something for a session puts it into the session's queue (queue.go), which never blocks; the writer encodes
// it. The hub knows which sessions there are, and who has joined which group; it is locked for reading and writing of maps
// alone. session.mu guards what other goroutines read of a session. Neither is held while anything is sent or asked.
package xmpp

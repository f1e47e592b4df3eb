// Package wsconn is one WebSocket connection as a session needs it: a limit on
// what a peer may send, a deadline on what we write, pings that find dead peers,
// one writer at a time, and a close that the peer gets to see.
//
// It is not a client, and it knows no protocol: what a frame means is for its
// caller. Compression is never negotiated, because a few compressed kilobytes
// may unpack to megabytes before any limit counts them.
//
// Specification: RFC 6455.
//
// # Concurrency
//
// One goroutine calls ReadFrame. Any number may call the Write methods and
// Close; writeMu lets one of them write at a time. Pings come from a timer and
// take no lock of ours: a control frame may pass between the frames of others.
// pingMu guards the timer, readMu is held by whoever reads.
package wsconn

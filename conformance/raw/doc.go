// Package raw holds a running dragoman and bare clients of its three protocols, for tests and measurements that real
// clients are too slow or too polite for.
//
// The clients know as much of their protocol as sending texts and hearing them needs. They are built on the wire
// packages alone: what they share with the gateway is bytes.
//
// Concurrency: a Client may be used by several goroutines. Its callbacks run on its one reading goroutine, one after
// the other, and must not call Close.
package raw

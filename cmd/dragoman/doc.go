// Command dragoman is the gateway and its command line.
//
// serve builds all parts, joins them, and runs them until it is told to stop. The
// other commands act on a data folder: through the running server where there is
// one, so that what they do holds at once, else by themselves while they hold the
// folder's lock.
//
// What a command answers goes to standard output, alone; all else to standard
// error. The exit code is 0 only on success.
//
// # Concurrency
//
// gateway.run starts every goroutine and waits for each: the sequencer, one per
// front-end, one per HTTP server and the sweeper.
package main

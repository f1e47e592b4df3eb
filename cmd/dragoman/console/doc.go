// Package console is what people see of the gateway in a browser: the page at / of the HTTP listener with its demo
// accounts, and the operators' console on the admin listener. It serves the files that web holds and answers the questions
// that they ask; it decides nothing that the router, the store or the account book decide.
//
// # The page
//
// Site serves the page under a strict Content-Security-Policy. The one frame that runs the WebIM vendor's SDK, which
// compiles code while it runs, has a policy of its own with 'unsafe-eval', and a sandbox: it has no origin, so it can reach
// neither the page nor its storage. Demo makes the accounts that the page plays with. Their credentials, and how their
// messages travelled, are told to this machine alone and to this page alone: see the function sameMachine.
//
// # The console
//
// Console wants a token that `dragoman admin token` has signed, of an operator with a role; it answers loopback alone.
// Whatever an operator does or looks into stands in the audit log, one JSON object a line, before it is done.
//
// # Concurrency
//
// Every handler may be called from any goroutine. Demo.mu is held while the accounts are made, Audit.mu while a line is
// written, pulses.mu while the series are read or added to; no lock is held over another.
package console

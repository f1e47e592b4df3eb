// Package account proves who someone is: accounts, passwords, access tokens, and
// the names under which other protocols know them. It also keeps the secrets that
// the gateway makes for itself.
//
// It decides nothing about what a user may do in a conversation, and it ends no
// session: Watch tells whoever does.
//
// A name that was once an account stays taken for ever, so that nobody inherits
// another's messages. Names are compared byte by byte; Find and Lookup alone
// forgive case.
//
// Passwords are kept as the keys of SCRAM-SHA-1 and SCRAM-SHA-256, of which
// neither yields the password. Access tokens are signed, not stored: each names
// an account's generation, which moves on when the password changes and when the
// account is disabled or deleted, and takes all older tokens with it.
//
// Specifications: RFC 5802, RFC 7677, RFC 4013.
//
// # Concurrency
//
// Every method may be called from any goroutine. Accounts live in one SQLite
// file with one writer; Book.mu guards the two caches, and is never held during a
// query or a callback. A folder belongs to one process at a time: that the caller
// sees to.
package account

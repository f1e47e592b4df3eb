// Package media keeps uploaded files, hands them out again, and makes and checks
// the links that lead to them.
//
// A file's bytes are kept once for all files with the same bytes, under their
// hash. What tells files apart, a name and an owner, stands in a small database
// beside them. A file's id cannot be guessed, and its secret is a proof that
// whoever shows it was given the file; which of the two a link needs is for the
// front-end that made it.
//
// The package does not know who refers to a file: Sweep asks.
//
// What is served can be anything that somebody uploaded, so no answer is ever run
// in the page of its reader: types that browsers execute come as downloads, in a
// sandbox.
//
// # Concurrency
//
// Every method may be called from any goroutine. Shelf.mu is held while a row and
// its bytes appear or vanish together; uploads stream outside of it. Thumbnails
// are made by at most maxThumbs goroutines, their callers' own.
package media

// Package arch holds tests of the repository as a whole, and no code: which
// package may import which, whether every specification that the code cites is
// known to docs, and habits that a compiler does not check.
package arch

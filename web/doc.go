// Package web holds the page that the gateway shows at its root.
//
// The page is built from npm into dist, which is not committed. A binary that was
// compiled without it has a plain one, default, that says how to get the other.
package web

// Package metrics shows what the gateway does, in the words of Prometheus. Each
// metric is documented in docs/operations.md, where a test looks for it.
//
// Nothing is counted twice: what the router and the store count for themselves is
// read when somebody asks for the metrics.
//
// # Concurrency
//
// Every method may be called from any goroutine.
package metrics

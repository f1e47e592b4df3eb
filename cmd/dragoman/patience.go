package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"time"
)

// stallTime is how long a client may bring nothing of what it sends, or take nothing of what it gets. How long all of it
// takes is its own affair: a file is large and a telephone slow.
const stallTime = 30 * time.Second

// patient gives up clients that stall. Otherwise who announces a request and never sends it, or asks for a file and never
// reads it, has a connection and a goroutine of ours for as long as he likes.
func patient(next http.Handler, stall time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rc := http.NewResponseController(w)
		_ = rc.SetWriteDeadline(time.Time{}) // that of the connection's last answer
		if r.Body != nil && r.Body != http.NoBody {
			r.Body = &patientBody{r.Body, rc, stall}
		}
		next.ServeHTTP(&patientWriter{w, rc, stall}, r)
	})
}

// patientBody is a request's body of which something must come in time.
type patientBody struct {
	io.ReadCloser
	rc    *http.ResponseController
	stall time.Duration
}

// Read implements io.Reader.
func (b *patientBody) Read(p []byte) (int, error) {
	_ = b.rc.SetReadDeadline(time.Now().Add(b.stall)) // fails where the connection has ended, which the read shows
	n, err := b.ReadCloser.Read(p)
	if err != nil { // the server goes on to listen whether the client is there, for as long as the answer takes
		_ = b.rc.SetReadDeadline(time.Time{})
	}
	return n, err
}

// patientWriter is an answer of which something must be taken in time.
type patientWriter struct {
	http.ResponseWriter
	rc    *http.ResponseController
	stall time.Duration
}

// Write implements io.Writer. The deadline stays for what the server keeps back until the handler returns.
func (w *patientWriter) Write(p []byte) (int, error) {
	_ = w.rc.SetWriteDeadline(time.Now().Add(w.stall))
	return w.ResponseWriter.Write(p)
}

// Flush implements http.Flusher.
func (w *patientWriter) Flush() { _ = w.rc.Flush() }

// Hijack implements http.Hijacker. Who takes over a connection has his own deadlines.
func (w *patientWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) { return w.rc.Hijack() }

// Unwrap serves http.ResponseController.
func (w *patientWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

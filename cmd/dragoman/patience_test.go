package main

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
)

// dialHTTP opens a connection to a server of h that gives clients up which stall for so long.
func dialHTTP(t *testing.T, h http.HandlerFunc, stall time.Duration) net.Conn {
	t.Helper()
	s := httptest.NewUnstartedServer(nil)
	s.Config = newServer(h, zerolog.Nop())
	s.Config.Handler = patient(h, stall)
	s.Start()
	t.Cleanup(s.Close)
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

func TestBodyThatDoesNotComeIsGivenUp(t *testing.T) {
	read := make(chan error, 1)
	conn := dialHTTP(t, func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		read <- err
	}, 100*time.Millisecond)
	if _, err := io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nx"); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-read:
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Error("the server waits for ever")
	}
}

func TestAnswerThatNobodyTakesIsGivenUp(t *testing.T) {
	wrote := make(chan error, 1)
	conn := dialHTTP(t, func(w http.ResponseWriter, _ *http.Request) {
		_, err := io.Copy(w, strings.NewReader(strings.Repeat("x", 64<<20)))
		wrote <- err
	}, 100*time.Millisecond)
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-wrote:
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Error("the server waits for ever")
	}
}

// What is slow, but comes, and what comes late on a connection that was used before, is served.
func TestSlowClientsAreServed(t *testing.T) {
	t.Parallel()
	const stall = 1500 * time.Millisecond
	conn := dialHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		time.Sleep(stall * 6 / 5) // an answer may be long in coming
		if r.Context().Err() != nil {
			t.Error("the client is there, and was given up")
		}
		if r.URL.Path == "/none" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		_, _ = w.Write(body)
	}, stall)
	answers := bufio.NewReader(conn)
	for _, path := range []string{"/", "/none"} {
		if _, err := io.WriteString(conn, "POST "+path+" HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		for range 4 {
			time.Sleep(stall / 3)
			if _, err := io.WriteString(conn, "x"); err != nil {
				t.Fatal(err)
			}
		}
		res, err := http.ReadResponse(answers, nil)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		body, err := io.ReadAll(res.Body)
		if want := map[string]string{"/": "xxxx", "/none": ""}[path]; err != nil || string(body) != want {
			t.Errorf("%s: %q %v", path, body, err)
		}
	}
}

package xmpp

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dragoman/protocols/xmpp/xmppwire"
)

// said returns what clients say in the dialogues, each as one text.
func said(f *testing.F) []string {
	files := must(filepath.Glob("../../conformance/xmpp/dialog/scripts/*.dialog"))
	if len(files) < 30 {
		f.Fatalf("only %d dialogues", len(files))
	}
	names := strings.NewReplacer("${domain}", "localhost", "${rooms}", "rooms.localhost", "${groups}", "groups.localhost", "${unique}", "1",
		"${romeo}", "alice@localhost", "${juliet}", "bob@localhost", "${romeo.full}", "alice@localhost/fuzz", "${juliet.full}", "bob@localhost/desk")
	var all []string
	for _, file := range files {
		var b strings.Builder
		sends := false
		for line := range strings.Lines(string(must(os.ReadFile(file)))) {
			switch indented := strings.HasPrefix(line, "  "); {
			case !indented:
				sends = strings.HasSuffix(strings.TrimSpace(line), " sends")
			case sends:
				b.WriteString(names.Replace(strings.TrimSpace(line)))
			}
		}
		all = append(all, b.String())
	}
	return all
}

// Whatever a client sends that is logged in, what comes back is well-formed, and either the session goes on and answers or
// the stream ends with an error by name. The server stays.
func FuzzSession(f *testing.F) {
	s := newServer(f, "login_timeout: 20s")
	for _, text := range said(f) {
		f.Add(text)
	}
	bob := s.present(f, "bob", "desk")
	go func() { _, _ = io.Copy(io.Discard, bob.conn) }() // ends with the server
	f.Fuzz(func(t *testing.T, text string) {
		p := s.dial(t)
		defer func() { _ = p.conn.Close() }()
		p.open()
		p.write(plainAuth("alice", secretWord))
		if p.next().Local != "success" { // the run before has changed the password
			if err := s.Accounts.SetPassword(context.Background(), "alice", secretWord); err != nil {
				t.Fatal(err)
			}
			return
		}
		p.open()
		p.write("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>fuzz</resource></bind></iq><presence/>")
		p.write(text)
		whole := len(text) < loginLimits.Bytes
		if _, err := xmppwire.Parse([]byte("<r xmlns='jabber:client'>" + text + "</r>")); err != nil {
			whole = false
		}
		if _, err := io.WriteString(p.conn, "<iq type='get' id='the-last' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>"); err != nil {
			whole = false
		}
		if !whole { // what follows may be inside of something: nothing needs to be answered
			_ = p.conn.(*net.TCPConn).CloseWrite()
		}
		answered(t, p, whole)
	})
}

// answered reads to the answer to the last request, or to the end of the stream.
func answered(t *testing.T, p *peer, whole bool) {
	t.Helper()
	for {
		_ = p.conn.SetReadDeadline(time.Now().Add(patience))
		e, err := p.r.Next()
		var late net.Error
		switch {
		case err == nil && e.Attr("id") == "the-last" && whole:
			return
		case err == nil:
		case errors.As(err, &late) && late.Timeout():
			t.Fatal("neither answered nor ended")
		case errors.Is(err, xmppwire.ErrEnd), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return
		default:
			if _, named := fault(err); named {
				t.Fatalf("the server wrote what is not well-formed: %v", err)
			}
			return // the connection was reset
		}
	}
}

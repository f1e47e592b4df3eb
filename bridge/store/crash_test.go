package store

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"dragoman/bridge/chat"
)

// TestACrashKeepsWhatWasAcknowledgedAndNothingHalfDone copies the files of a store that is being written to, as a power cut
// would leave them, and opens the copies.
func TestACrashKeepsWhatWasAcknowledgedAndNothingHalfDone(t *testing.T) {
	w := newWorld(t)
	g := w.group("g", "alice", "bob")
	// Without checkpoints the journal alone grows, at its end, so that a copy is what a power cut may leave: cut off anywhere.
	// A reader who does not end sees to it: the journal does not begin anew while he may still need it.
	reader, err := openLink(t.Context(), w.db)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.close()
	if err := reader.exec("BEGIN"); err != nil {
		t.Fatal(err)
	}
	if _, err := reader.row("SELECT pos FROM log LIMIT 1", nil, new(int64)); err != nil {
		t.Fatal(err)
	}
	copied := make(chan struct{}, 1)
	var mu sync.Mutex
	acknowledged := 0 // messages
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for n := 0; ; {
			if n%800 == 0 { // so that there is little to read in each copy
				select {
				case <-stop:
					return
				case <-copied:
				}
			}
			batch := make([]chat.Record, 0, 16)
			for range 16 {
				n++
				batch = append(batch, chat.Record{Event: w.event("alice", chat.Draft{Conv: g, ClientID: fmt.Sprint(n), Body: textOf(fmt.Sprint(n))})})
			}
			if _, err := w.Append(t.Context(), batch); err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			acknowledged = n
			mu.Unlock()
		}
	}()
	defer func() { close(stop); <-stopped }()
	for i := range 8 {
		copied <- struct{}{}
		mu.Lock()
		before := acknowledged
		mu.Unlock()
		path := filepath.Join(t.TempDir(), fmt.Sprint(i, ".db"))
		for _, suffix := range []string{"", "-wal"} {
			copyFile(t, w.path+suffix, path+suffix)
		}
		checkCopy(t, path, g, before)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
}

func checkCopy(t *testing.T, path string, g chat.Conv, acknowledged int) {
	t.Helper()
	s, err := Open(t.Context(), path, Options{Now: func() time.Time { return time.UnixMilli(1_800_000_000_000) }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	n, at := 0, chat.Cursor("")
	for {
		page, next, err := s.Since(t.Context(), chat.Reader{User: "bob"}, at, 500)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, r := range page {
			if n > 0 && short(r.Event) != fmt.Sprintf("alice: %d", n) {
				t.Fatalf("message %d is %q", n, short(r.Event))
			}
			if r.Event.Place.Pos != int64(n+1) || int(r.Event.Seq) != n+1 {
				t.Fatalf("message %d has place %v and seq %d", n, r.Event.Place, r.Event.Seq)
			}
			n++
		}
		at = next
	}
	messages := n - 1
	if messages < acknowledged || messages%16 != 0 {
		t.Errorf("%d messages after the crash, %d were acknowledged before it, in sixteens", messages, acknowledged)
	}
	line, err := s.Conversation(t.Context(), "bob", g)
	if err != nil || line.Unread != messages {
		t.Errorf("%d unread of %d, %v", line.Unread, messages, err)
	}
}

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"dragoman/conformance/raw"
	"dragoman/protocols/zim/zimwire"
)

// talker writes to bob by XMPP without a pause, and knows what was acknowledged.
type talker struct {
	mu    sync.Mutex
	acked []string
	more  chan struct{}
	stop  chan struct{}
	done  chan struct{}
}

func startTalking(t *testing.T, r *running) *talker {
	t.Helper()
	k := &talker{more: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{})}
	client, err := r.raw().DialXMPP(t.Context(), "alice", "test", "secret", raw.Hooks{Acked: k.note})
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(k.done)
		defer client.Close()
		for i := 0; ; i++ {
			if err := client.Send("key-"+strconv.Itoa(i), raw.Place{Peer: "bob"}, "text "+strconv.Itoa(i)); err != nil {
				return
			}
			select {
			case <-k.more: // one more for each that was acknowledged
			case <-k.stop:
				return
			}
		}
	}()
	return k
}

func (k *talker) note(key string, refused error) {
	if refused != nil {
		return
	}
	k.mu.Lock()
	k.acked = append(k.acked, key)
	k.mu.Unlock()
	select {
	case k.more <- struct{}{}:
	default:
	}
}

// atLeast waits for n acknowledgements and returns how many there were then.
func (k *talker) atLeast(t *testing.T, n int) int {
	t.Helper()
	for range 2000 {
		k.mu.Lock()
		count := len(k.acked)
		k.mu.Unlock()
		if count >= n {
			return count
		}
		time.Sleep(10 * time.Millisecond) // the other end of a socket
	}
	t.Fatalf("not %d acknowledged in time", n)
	return 0
}

// upload puts a file by REST and returns where it is.
func upload(t *testing.T, r *running, text string) string {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "note.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(part, text)
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+r.addresses["http"]+"/dragoman/chat/chatfiles", &body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Authorization", "Bearer "+r.command(t, "token", "webim", "alice"))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var made struct{ Entities []struct{ UUID string } }
	if err := json.NewDecoder(resp.Body).Decode(&made); err != nil || len(made.Entities) != 1 {
		t.Fatalf("upload: %s %v", resp.Status, err)
	}
	return "/dragoman/chat/chatfiles/" + made.Entities[0].UUID
}

func TestABackupUnderARunningServerHoldsAllThatWasAcknowledged(t *testing.T) {
	r := serve(t)
	for _, name := range []string{"alice", "bob"} {
		r.command(t, "user", "add", name, "--password", "secret")
	}
	file := upload(t, r, "a file")
	token := r.command(t, "token", "zim", "bob") // made before: the secrets are the same afterwards
	k := startTalking(t, r)
	before := k.atLeast(t, 50)
	copied := filepath.Join(t.TempDir(), "below", "copy")
	r.command(t, "backup", copied)
	k.atLeast(t, before+20) // nobody was kept from writing
	close(k.stop)
	<-k.done
	r.end(t)

	again := serveFrom(t, copied)
	bob, err := again.raw().DialZIM(t.Context(), "bob", "test", token, raw.Hooks{})
	if err != nil {
		t.Fatal(err)
	}
	defer bob.Close()
	texts := map[string]int{}
	history, err := bob.History(t.Context(), raw.Place{Peer: "alice"}, func(string) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range history {
		if m.Type == zimwire.MessageTypeText {
			texts[m.Message]++
		}
	}
	for i := range before {
		if text := fmt.Sprintf("text %d", i); texts[text] != 1 {
			t.Errorf("%q is there %d times", text, texts[text])
		}
	}
	if code, _, body := again.fetch(t, "http", http.MethodGet, file); code != http.StatusOK || body != "a file" {
		t.Errorf("the file: %d %q", code, body)
	}
	k = startTalking(t, again) // the password is good, and there is life after it
	k.atLeast(t, 5)
	close(k.stop)
	<-k.done
}

func TestABackupIsWholeOrNotThere(t *testing.T) {
	c := newCore(t, t.TempDir())
	where := t.TempDir()
	if err := os.WriteFile(filepath.Join(where, "taken"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{filepath.Join(where, "taken"), where, "relative"} {
		if _, err := c.obey(t.Context(), order{Do: "backup", Name: dir}); err == nil {
			t.Errorf("%s: a backup was made", dir)
		}
	}
	// What cannot be read cannot be copied.
	if err := os.Mkdir(filepath.Join(c.folder.dir, "audit.log"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/nowhere", filepath.Join(c.folder.dir, "audit.log", "link")); err != nil {
		t.Fatal(err)
	}
	if _, err := c.obey(t.Context(), order{Do: "backup", Name: filepath.Join(where, "copy")}); err == nil || !strings.Contains(err.Error(), "is no file") {
		t.Errorf("copied: %v", err)
	}
	left, err := os.ReadDir(where)
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

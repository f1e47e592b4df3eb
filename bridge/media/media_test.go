package media

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"dragoman/bridge/chat"
)

type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

func newShelf(t testing.TB, change func(*Options)) (*Shelf, *clock) {
	t.Helper()
	c := &clock{time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	o := Options{Dir: filepath.Join(t.TempDir(), "media"), Key: []byte("0123456789abcdef"), MaxSize: 1 << 20, Now: c.now}
	if change != nil {
		change(&o)
	}
	s, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, c
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func wantCode(t testing.TB, what string, err error, want chat.Code) {
	t.Helper()
	if err == nil || chat.CodeOf(err) != want {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

func read(t testing.TB, s *Shelf, id string) string {
	t.Helper()
	_, r, err := s.Open(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	return string(must(io.ReadAll(r))(t))
}

// blobCount counts the files that are kept, half ones included.
func blobCount(t testing.TB, s *Shelf) (n int) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(s.dir, "files"), func(_ string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func picture(t testing.TB, w, h int, alpha uint8) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, color.NRGBA{uint8(x), uint8(y), 100, alpha})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestFileComesBackAsItWas(t *testing.T) {
	s, c := newShelf(t, nil)
	data := picture(t, 30, 20, 255)
	f := must(s.Put(t.Context(), "alice", "../a/photo.PNG", "text/html", bytes.NewReader(data)))(t)
	if f.Name != "photo.PNG" || f.Type != "image/png" || f.Size != int64(len(data)) || f.Owner != "alice" || !f.Created.Equal(c.t) {
		t.Errorf("file %+v", f)
	}
	if got := must(s.Get(t.Context(), f.ID))(t); got != f {
		t.Errorf("got %+v, want %+v", got, f)
	}
	if read(t, s, f.ID) != string(data) {
		t.Error("other bytes")
	}
	if !s.Proves(f.ID, f.Secret) || s.Proves(f.ID, "") || s.Proves("x"+f.ID, f.Secret) {
		t.Error("secret proves the wrong thing")
	}
	_, err := s.Get(t.Context(), "none")
	wantCode(t, "no such file", err, chat.NotFound)
}

func TestEqualBytesAreKeptOnce(t *testing.T) {
	s, _ := newShelf(t, nil)
	var ids []string
	for _, name := range []string{"a", "b"} {
		ids = append(ids, must(s.Put(t.Context(), "alice", name, "", strings.NewReader("same")))(t).ID)
	}
	if ids[0] == ids[1] {
		t.Error("two files of one id")
	}
	if n := blobCount(t, s); n != 1 {
		t.Errorf("%d blobs", n)
	}
}

func TestUploadsThatFailLeaveNothing(t *testing.T) {
	s, _ := newShelf(t, func(o *Options) { o.MaxSize = 100 })
	_, err := s.Put(t.Context(), "alice", "a", "", strings.NewReader(strings.Repeat("x", 101)))
	wantCode(t, "too large", err, chat.TooLarge)
	broken := errors.New("connection lost")
	if _, err = s.Put(t.Context(), "alice", "a", "", io.MultiReader(strings.NewReader("half"), errReader{broken})); !errors.Is(err, broken) {
		t.Errorf("broken upload: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = s.Put(ctx, "alice", "a", "", strings.NewReader("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled upload: %v", err)
	}
	if n := blobCount(t, s); n != 0 {
		t.Errorf("%d blobs left", n)
	}
	if f := must(s.Put(t.Context(), "alice", "a", "", strings.NewReader(strings.Repeat("x", 100))))(t); f.Size != 100 {
		t.Errorf("file of the largest size: %+v", f)
	}
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

func TestReservedFileTakesExactlyItsBytesOnce(t *testing.T) {
	s, _ := newShelf(t, nil)
	ctx := t.Context()
	f := must(s.Reserve(ctx, "alice", "a.txt", "text/plain", 5))(t)
	_, err := s.Get(ctx, f.ID)
	wantCode(t, "before the upload", err, chat.NotFound)
	_, err = s.Fill(ctx, f.ID, strings.NewReader("1234"))
	wantCode(t, "short", err, chat.Invalid)
	_, err = s.Fill(ctx, f.ID, strings.NewReader("123456"))
	wantCode(t, "long", err, chat.TooLarge)
	_, err = s.Fill(ctx, "other", strings.NewReader("12345"))
	wantCode(t, "not reserved", err, chat.NotFound)
	got := must(s.Fill(ctx, f.ID, strings.NewReader("12345")))(t)
	if got.Hash == "" || read(t, s, f.ID) != "12345" {
		t.Errorf("filled %+v", got)
	}
	_, err = s.Fill(ctx, f.ID, strings.NewReader("54321"))
	wantCode(t, "twice", err, chat.Conflict)
	if n := blobCount(t, s); n != 1 {
		t.Errorf("%d blobs", n)
	}
	_, err = s.Reserve(ctx, "alice", "a", "", 2<<20)
	wantCode(t, "too large to reserve", err, chat.TooLarge)
	_, err = s.Reserve(ctx, "alice", "a", "", -1)
	wantCode(t, "negative", err, chat.Invalid)
}

func TestTypeIsToldByContent(t *testing.T) {
	for _, c := range []struct{ said, content, want string }{
		{"image/png", "<html><script>alert(1)</script></html>", "text/html"},
		{"text/html", "just text", "text/plain"},
		{"text/csv", "a,b\n1,2\n", "text/csv"},
		{"", "\x00\x01\x02", "application/octet-stream"},
		{"audio/amr", "#!AMR\n\x00\x00\x00", "audio/amr"},
		{"application/x-dragoman", "\x00\x01\x02", "application/x-dragoman"},
		{"not a type; ", "\x00\x01\x02", "application/octet-stream"},
	} {
		s, _ := newShelf(t, nil)
		if f := must(s.Put(t.Context(), "alice", "a", c.said, strings.NewReader(c.content)))(t); f.Type != c.want {
			t.Errorf("%q said to be %q became %q, want %q", c.content, c.said, f.Type, c.want)
		}
	}
}

func TestNamesLoseWhatCouldDeceive(t *testing.T) {
	for name, want := range map[string]string{
		"a.txt": "a.txt", "/etc/passwd": "passwd", `C:\x\y.doc`: "y.doc", "..": "", "": "", "a\r\nb": "ab",
		"photo\u202egpj.exe": "photogpj.exe", "\xff.txt": "�.txt", strings.Repeat("ü", 200): strings.Repeat("ü", 127),
	} {
		if got := cleanName(name); got != want {
			t.Errorf("cleanName(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestServedFilesAreNeverRun(t *testing.T) {
	s, _ := newShelf(t, nil)
	serve := func(f File, header ...string) *http.Response {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		if err := s.Serve(w, r, f.ID); err != nil {
			t.Fatal(err)
		}
		return w.Result()
	}
	page := must(s.Put(t.Context(), "a", "x\".html", "", strings.NewReader("<html><script>alert(1)</script>")))(t)
	svg := must(s.Put(t.Context(), "a", "x.svg", "", strings.NewReader(`<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`)))(t)
	text := must(s.Put(t.Context(), "a", "größe.txt", "", strings.NewReader("0123456789")))(t)
	for f, disposition := range map[File]string{page: "attachment", svg: "attachment", text: "inline"} {
		resp := serve(f)
		if got := resp.Header.Get("Content-Disposition"); !strings.HasPrefix(got, disposition) {
			t.Errorf("%s comes %s", f.Name, got)
		}
		if resp.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(resp.Header.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%s lacks its guards: %v", f.Name, resp.Header)
		}
	}
	part := serve(text, "Range", "bytes=2-4")
	if body := must(io.ReadAll(part.Body))(t); part.StatusCode != http.StatusPartialContent || string(body) != "234" {
		t.Errorf("range: %d %q", part.StatusCode, body)
	}
	if again := serve(text, "If-None-Match", part.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
		t.Errorf("condition: %d", again.StatusCode)
	}
	w := httptest.NewRecorder()
	wantCode(t, "no file", s.Serve(w, httptest.NewRequest(http.MethodGet, "/", nil), "none"), chat.NotFound)
	if w.Body.Len() > 0 {
		t.Error("wrote an answer of its own")
	}
}

func TestSignedLinksHoldForOneThing(t *testing.T) {
	s, c := newShelf(t, nil)
	link := s.Sign("put", "1", c.t.Add(time.Minute))
	if err := s.Check("put", "1", link); err != nil {
		t.Error(err)
	}
	for what, err := range map[string]error{
		"other verb": s.Check("get", "1", link), "other file": s.Check("put", "2", link), "junk": s.Check("put", "1", "junk"),
		"shifted": s.Check("pu", "t1", link), "changed": s.Check("put", "1", "A"+link[1:]),
	} {
		if what == "changed" && strings.HasPrefix(link, "A") {
			err = s.Check("put", "1", "B"+link[1:])
		}
		wantCode(t, what, err, chat.Forbidden)
	}
	c.t = c.t.Add(time.Minute)
	wantCode(t, "late", s.Check("put", "1", link), chat.Expired)
}

func TestThumbnailsFitAndAreKept(t *testing.T) {
	s, _ := newShelf(t, nil)
	for _, c := range []struct {
		data       []byte
		w, h       int
		wantW      int
		wantH      int
		wantFormat string
	}{
		{picture(t, 400, 200, 255), 100, 100, 100, 50, "jpeg"},
		{picture(t, 200, 400, 255), 100, 100, 50, 100, "jpeg"},
		{picture(t, 40, 20, 255), 100, 100, 40, 20, "jpeg"},
		{picture(t, 400, 200, 100), 100, 100, 100, 50, "png"},
		{picture(t, 600, 1, 255), 100, 100, 100, 1, "jpeg"},
		{picture(t, 400, 200, 255), 1, 1, 16, 8, "jpeg"},
	} {
		f := must(s.Put(t.Context(), "a", "p.png", "", bytes.NewReader(c.data)))(t)
		for range 2 {
			thumb := must(s.Thumb(t.Context(), f.ID, c.w, c.h))(t)
			about, format, err := image.DecodeConfig(thumb.Content)
			_ = thumb.Content.Close()
			if err != nil || about.Width != c.wantW || about.Height != c.wantH || format != c.wantFormat || thumb.Type != "image/"+format {
				t.Errorf("thumb %v %s %s %v, want %d×%d %s", about, format, thumb.Type, err, c.wantW, c.wantH, c.wantFormat)
			}
		}
	}
	f := must(s.Put(t.Context(), "a", "p.png", "", bytes.NewReader(picture(t, 50, 50, 255))))(t)
	w := httptest.NewRecorder()
	if err := s.ServeThumb(w, httptest.NewRequest(http.MethodGet, "/", nil), f.ID, 20, 20); err != nil || w.Header().Get("Content-Type") != "image/jpeg" {
		t.Errorf("served %v %v", w.Header(), err)
	}
	if _, err := jpeg.Decode(w.Body); err != nil {
		t.Error(err)
	}
}

func TestManyWhoAskForOneThumbnailGetIt(t *testing.T) {
	s, _ := newShelf(t, nil)
	f := must(s.Put(t.Context(), "a", "p.png", "", bytes.NewReader(picture(t, 300, 300, 255))))(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			thumb, err := s.Thumb(t.Context(), f.ID, 64, 64)
			if err != nil {
				t.Error(err)
				return
			}
			_ = thumb.Content.Close()
		})
	}
	wg.Wait()
	if left := must(os.ReadDir(s.thumbDir()))(t); len(left) != 1 {
		t.Errorf("%d files for one thumbnail", len(left))
	}
}

func TestPicturesThatWouldFillMemoryAreRefused(t *testing.T) {
	s, _ := newShelf(t, nil)
	bomb := picture(t, 1, 1, 255)
	// The header claims 60,000 × 60,000 pixels.
	binary.BigEndian.PutUint32(bomb[16:], 60_000)
	binary.BigEndian.PutUint32(bomb[20:], 60_000)
	binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
	for what, c := range map[string]struct {
		data []byte
		want chat.Code
	}{
		"bomb":      {bomb, chat.TooLarge},
		"text":      {[]byte("no picture"), chat.Unsupported},
		"truncated": {picture(t, 100, 100, 255)[:60], chat.Unsupported},
		"empty":     {nil, chat.Unsupported},
	} {
		f := must(s.Put(t.Context(), "a", "p.png", "", bytes.NewReader(c.data)))(t)
		_, err := s.Thumb(t.Context(), f.ID, 100, 100)
		wantCode(t, what, err, c.want)
	}
	_, err := s.Thumb(t.Context(), "none", 100, 100)
	wantCode(t, "no file", err, chat.NotFound)
}

func TestSweepTakesWhatNobodyRefersToAfterItsGrace(t *testing.T) {
	s, c := newShelf(t, func(o *Options) { o.Grace = time.Hour })
	ctx := t.Context()
	used := map[string]bool{}
	inUse := func(_ context.Context, ids []string) (map[string]bool, error) {
		found := map[string]bool{}
		for _, id := range ids {
			if used[id] {
				found[id] = true
			}
		}
		return found, nil
	}
	sweep := func(wantDeleted int) {
		t.Helper()
		if n := must(s.Sweep(ctx, inUse))(t); n != wantDeleted {
			t.Errorf("deleted %d, want %d", n, wantDeleted)
		}
	}
	exists := func(f File) bool { _, err := s.Get(ctx, f.ID); return err == nil }

	kept := must(s.Put(ctx, "a", "kept", "", strings.NewReader("same")))(t)
	twin := must(s.Put(ctx, "a", "twin", "", strings.NewReader("same")))(t)
	lost := must(s.Put(ctx, "a", "lost", "", bytes.NewReader(picture(t, 50, 50, 255))))(t)
	thumb := must(s.Thumb(ctx, lost.ID, 20, 20))(t)
	_ = thumb.Content.Close()
	_ = must(s.Reserve(ctx, "a", "never", "", 5))(t)
	used[kept.ID] = true

	sweep(0) // all are too young to be asked about
	c.t = c.t.Add(time.Hour)
	sweep(0) // noticed, not yet taken
	c.t = c.t.Add(59 * time.Minute)
	used[twin.ID] = true // sent at last
	sweep(0)
	c.t = c.t.Add(time.Minute)
	used[twin.ID] = false // and recalled: its grace begins again
	sweep(2)
	if !exists(kept) || !exists(twin) || exists(lost) {
		t.Errorf("kept %v, twin %v, lost %v", exists(kept), exists(twin), exists(lost))
	}
	if left := must(os.ReadDir(s.thumbDir()))(t); len(left) != 0 {
		t.Errorf("%d thumbnails left", len(left))
	}
	c.t = c.t.Add(time.Hour)
	sweep(1)
	if exists(twin) || read(t, s, kept.ID) != "same" {
		t.Error("bytes that a file shares went with its twin")
	}
	if n := blobCount(t, s); n != 1 {
		t.Errorf("%d blobs", n)
	}
	silent := errors.New("no answer")
	if _, err := s.Sweep(ctx, func(context.Context, []string) (map[string]bool, error) { return nil, silent }); !errors.Is(err, silent) || !exists(kept) {
		t.Errorf("a log that does not answer: %v", err)
	}
}

func TestSweepGoesThroughAllPages(t *testing.T) {
	s, c := newShelf(t, func(o *Options) { o.Grace = time.Minute })
	const files = sweepPage + 3
	for i := range files {
		if err := s.insert(t.Context(), File{ID: fmt.Sprint(i), Created: c.t}); err != nil {
			t.Fatal(err)
		}
	}
	none := func(context.Context, []string) (map[string]bool, error) { return nil, nil }
	deleted := 0
	for range 2 {
		c.t = c.t.Add(time.Minute)
		deleted = must(s.Sweep(t.Context(), none))(t)
	}
	if deleted != files {
		t.Errorf("deleted %d of %d", deleted, files)
	}
}

func TestShelfOpensAgainAndTidiesUp(t *testing.T) {
	dir := t.TempDir()
	s, _ := newShelf(t, func(o *Options) { o.Dir = dir })
	f := must(s.Put(t.Context(), "alice", "a", "", strings.NewReader("x")))(t)
	half := must(s.blobs.Create(t.Context()))(t)
	_ = must(half.Write([]byte("half")))(t) // and the process ends here
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s, _ = newShelf(t, func(o *Options) { o.Dir = dir })
	if got := must(s.Get(t.Context(), f.ID))(t); got != f || read(t, s, f.ID) != "x" {
		t.Errorf("got %+v, want %+v", got, f)
	}
	if n := blobCount(t, s); n != 1 {
		t.Errorf("%d blobs", n)
	}
	if _, err := Open(t.Context(), Options{Dir: dir, Key: []byte("short"), Now: time.Now}); err == nil {
		t.Error("a short key was taken")
	}
}

func TestACopyHasEveryFileOnce(t *testing.T) {
	s, c := newShelf(t, nil)
	one := must(s.Put(t.Context(), "alice", "a.txt", "text/plain", strings.NewReader("one")))(t)
	same := must(s.Put(t.Context(), "bob", "b.txt", "text/plain", strings.NewReader("one")))(t)
	reserved := must(s.Reserve(t.Context(), "bob", "c.txt", "text/plain", 3))(t)
	dir := filepath.Join(t.TempDir(), "copy")
	if size := must(s.Backup(t.Context(), dir))(t); size != 3 {
		t.Errorf("%d bytes", size)
	}
	must(s.Put(t.Context(), "alice", "later.txt", "text/plain", strings.NewReader("later")))(t)
	copied, _ := newShelf(t, func(o *Options) { o.Dir, o.Now = dir, c.now })
	for _, id := range []string{one.ID, same.ID} {
		if got := read(t, copied, id); got != "one" {
			t.Errorf("%s: %q", id, got)
		}
	}
	must(copied.Fill(t.Context(), reserved.ID, strings.NewReader("abc")))(t)
	if _, err := s.Backup(t.Context(), dir); err == nil {
		t.Error("a backup was written over another")
	}
}

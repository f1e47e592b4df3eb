package media

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"time"

	"crypto/hmac"

	"dragoman/bridge/chat"
)

// Open returns a file and its bytes, which the caller closes. chat.NotFound: there
// is no such file.
func (s *Shelf) Open(ctx context.Context, id string) (File, io.ReadSeekCloser, error) {
	f, err := s.Get(ctx, id)
	if err != nil {
		return File{}, nil, err
	}
	blob, err := s.blobs.Open(ctx, f.Hash)
	if errors.Is(err, fs.ErrNotExist) {
		return File{}, nil, noFile()
	}
	if err != nil {
		return File{}, nil, fmt.Errorf("open file: %w", err)
	}
	return f, blob, nil
}

// Serve answers a GET or HEAD request with the file id, ranges and conditions
// included. It does not ask who wants it. If it returns an error it has written
// nothing, and the caller answers in its protocol's words.
func (s *Shelf) Serve(w http.ResponseWriter, r *http.Request, id string) error {
	f, blob, err := s.Open(r.Context(), id)
	if err != nil {
		return err
	}
	defer func() { _ = blob.Close() }() // read only: nothing can be lost
	setHeaders(w, f.Type, f.Name, `"`+f.Hash+`"`)
	http.ServeContent(w, r, "", f.Created, blob)
	return nil
}

// ServeThumb is Serve for a picture that fits into width × height pixels. It fails
// as Thumb does.
func (s *Shelf) ServeThumb(w http.ResponseWriter, r *http.Request, id string, width, height int) error {
	t, err := s.Thumb(r.Context(), id, width, height)
	if err != nil {
		return err
	}
	defer func() { _ = t.Content.Close() }()
	setHeaders(w, t.Type, "", fmt.Sprintf(`"%s-%dx%d"`, t.Hash, width, height))
	http.ServeContent(w, r, "", time.Time{}, t.Content)
	return nil
}

func setHeaders(w http.ResponseWriter, typ, name, etag string) {
	h := w.Header()
	h.Set("Content-Type", typ)
	h.Set("ETag", etag)
	// A file never changes, but who may see it is asked each time.
	h.Set("Cache-Control", "private, max-age=86400")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	disposition := "attachment"
	if isShown(typ) {
		disposition = "inline"
	}
	if name != "" {
		if formatted := mime.FormatMediaType(disposition, map[string]string{"filename": name}); formatted != "" {
			disposition = formatted
		}
	}
	h.Set("Content-Disposition", disposition)
}

// Sign returns a proof that may be written into a URL: whoever shows it may do
// verb to the file id until expires, in whole seconds.
func (s *Shelf) Sign(verb, id string, expires time.Time) string {
	raw := binary.BigEndian.AppendUint64(make([]byte, 0, 8+32), uint64(expires.Unix()))
	raw = append(raw, s.mac("link", verb, id, string(raw))...)
	return base64.RawURLEncoding.EncodeToString(raw)
}

// Check refuses what Sign did not make for this verb and file: chat.Forbidden; or
// what has run out: chat.Expired.
func (s *Shelf) Check(verb, id, proof string) error {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(proof)
	if err != nil || len(raw) != 8+32 || !hmac.Equal(raw[8:], s.mac("link", verb, id, string(raw[:8]))) {
		return chat.Refuse(chat.Forbidden, "the link is not valid")
	}
	if expires := time.Unix(int64(binary.BigEndian.Uint64(raw)), 0); !s.now().Before(expires) {
		return chat.Refuse(chat.Expired, "the link has expired")
	}
	return nil
}

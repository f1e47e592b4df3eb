package media

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"dragoman/bridge/chat"
	"dragoman/internal/sqlitefile"
)

//go:embed migrations/*.sql
var migrations embed.FS

// File is what is known of an uploaded file.
type File struct {
	ID      string // a UUID; nobody guesses it
	Secret  string // proves that one was given the file
	Owner   chat.UserID
	Name    string // as the uploader called it; never a path
	Type    string // MIME type, by content where that tells
	Size    int64
	Hash    string // hex SHA-256; "": reserved, not uploaded yet
	Created time.Time
}

// Ref returns how messages refer to the file.
func (f File) Ref() chat.FileRef {
	return chat.FileRef{ID: f.ID, Name: f.Name, Type: f.Type, Length: f.Size}
}

// Options say how a shelf is kept. Dir, Key and Now are required.
type Options struct {
	Dir     string        // folder of all that the shelf keeps
	Key     []byte        // secret; signs links and proves files
	MaxSize int64         // of one file in bytes; 0: 100 MiB
	Grace   time.Duration // how long Sweep leaves alone what nothing refers to; 0: 24 h
	Blobs   Blobs         // nil: a folder below Dir
	Now     func() time.Time
}

const (
	// defaultMaxSize is the largest file that the protocols promise to carry.
	defaultMaxSize = 100 << 20
	// defaultGrace is longer than any client takes from upload to sending.
	defaultGrace = 24 * time.Hour
	// maxName bounds a file's name, as file systems do.
	maxName = 255
)

// Shelf keeps files.
type Shelf struct {
	dir     string
	key     []byte
	maxSize int64
	grace   time.Duration
	now     func() time.Time
	db      *sql.DB
	blobs   Blobs
	mu      sync.Mutex    // a row and its blob appear, or vanish, together
	thumbs  chan struct{} // holds a token for each thumbnail being made
}

// Open opens the shelf in the folder o.Dir, making it if there is none. Close
// releases it.
func Open(ctx context.Context, o Options) (*Shelf, error) {
	if o.MaxSize == 0 {
		o.MaxSize = defaultMaxSize
	}
	if o.Grace == 0 {
		o.Grace = defaultGrace
	}
	s := &Shelf{dir: o.Dir, key: o.Key, maxSize: o.MaxSize, grace: o.Grace, now: o.Now, blobs: o.Blobs,
		thumbs: make(chan struct{}, maxThumbs)}
	if err := s.open(ctx); err != nil {
		return nil, fmt.Errorf("open media %s: %w", o.Dir, err)
	}
	return s, nil
}

func (s *Shelf) open(ctx context.Context) error {
	if len(s.key) < 16 {
		return errors.New("the key is too short to be a secret")
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	if s.blobs == nil {
		local := folder{dir: filepath.Join(s.dir, "files")}
		if err := local.tidy(); err != nil {
			return err
		}
		s.blobs = local
	}
	db, err := sqlitefile.Open(ctx, filepath.Join(s.dir, "media.db"), 4, migrations)
	if err != nil {
		return err
	}
	s.db = db
	return nil
}

// Close releases the shelf. Nothing may be asked afterwards.
func (s *Shelf) Close() error { return s.db.Close() }

// MaxSize returns the size of the largest file that the shelf takes.
func (s *Shelf) MaxSize() int64 { return s.maxSize }

// Get returns what is known of the file id. chat.NotFound: there is none, or it
// was reserved and is not uploaded yet.
func (s *Shelf) Get(ctx context.Context, id string) (File, error) {
	f, err := s.find(ctx, id)
	if err == nil && f.Hash == "" {
		return File{}, noFile()
	}
	return f, err
}

func noFile() error { return chat.Refuse(chat.NotFound, "there is no such file") }

func (s *Shelf) find(ctx context.Context, id string) (File, error) {
	f := File{ID: id}
	var owner string
	var created int64
	err := s.db.QueryRowContext(ctx, `SELECT owner, name, type, size, hash, created FROM files WHERE id = ?`, id).
		Scan(&owner, &f.Name, &f.Type, &f.Size, &f.Hash, &created)
	if errors.Is(err, sql.ErrNoRows) {
		return File{}, noFile()
	}
	if err != nil {
		return File{}, fmt.Errorf("find file: %w", err)
	}
	f.Owner, f.Created, f.Secret = chat.UserID(owner), time.UnixMilli(created).UTC(), s.Secret(id)
	return f, nil
}

// Secret returns the secret of the file id, which shows that whoever has it was
// given the file. It is the same at every call, and does not say whether there is
// such a file.
func (s *Shelf) Secret(id string) string {
	return base64.RawURLEncoding.EncodeToString(s.mac("secret", id)[:18])
}

// Proves reports whether secret is that of the file id.
func (s *Shelf) Proves(id, secret string) bool {
	return hmac.Equal([]byte(secret), []byte(s.Secret(id)))
}

func (s *Shelf) mac(parts ...string) []byte {
	mac := hmac.New(sha256.New, s.key)
	for _, p := range parts {
		_, _ = fmt.Fprintf(mac, "%d:%s", len(p), p)
	}
	return mac.Sum(nil)
}

// newFile returns a file without content.
func (s *Shelf) newFile(owner chat.UserID, name, typ string) (File, error) {
	var raw [16]byte
	if _, err := rand.Read(raw[:]); err != nil {
		return File{}, fmt.Errorf("make file id: %w", err)
	}
	raw[6], raw[8] = raw[6]&0x0f|0x40, raw[8]&0x3f|0x80 // [RFC 9562 §5.4]
	h := hex.EncodeToString(raw[:])
	id := h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
	return File{ID: id, Secret: s.Secret(id), Owner: owner, Name: cleanName(name), Type: cleanType(typ),
		Created: time.UnixMilli(s.now().UnixMilli()).UTC()}, nil
}

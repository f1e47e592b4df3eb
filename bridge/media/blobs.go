package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"dragoman/internal/disk"
)

// Blobs keeps bytes under their hash. A folder is one; object storage can be
// another.
type Blobs interface {
	// Create begins a blob whose hash is not known yet.
	Create(ctx context.Context) (Blob, error)
	// Open returns the bytes of a hash. The error wraps fs.ErrNotExist, if there are none.
	Open(ctx context.Context, hash string) (io.ReadSeekCloser, error)
	// Delete forgets a hash; that there is none is no error.
	Delete(ctx context.Context, hash string) error
}

// Blob is one that is being written. Exactly one of Keep and Drop ends it.
type Blob interface {
	io.Writer
	// Keep stores what was written under hash, durably.
	Keep(hash string) error
	// Drop forgets what was written.
	Drop()
}

// folder keeps each blob in a file of its own, below two letters of its hash so
// that no directory grows without end.
type folder struct{ dir string }

func (f folder) path(hash string) string { return filepath.Join(f.dir, hash[:2], hash) }

func (f folder) Create(context.Context) (Blob, error) {
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return nil, err
	}
	file, err := os.CreateTemp(f.dir, ".new-*")
	if err != nil {
		return nil, err
	}
	return &fileBlob{folder: f, File: file}, nil
}

func (f folder) Open(_ context.Context, hash string) (io.ReadSeekCloser, error) {
	return os.Open(f.path(hash))
}

func (f folder) Delete(_ context.Context, hash string) error {
	if err := os.Remove(f.path(hash)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// tidy removes what uploads left behind when the process ended in the middle.
func (f folder) tidy() error {
	left, err := filepath.Glob(filepath.Join(f.dir, ".new-*"))
	if err != nil {
		return err
	}
	for _, path := range left {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	return nil
}

type fileBlob struct {
	folder
	*os.File
}

func (b *fileBlob) Keep(hash string) error {
	path := b.path(hash)
	err := b.Sync()
	if closeErr := b.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if err == nil {
		err = os.Rename(b.Name(), path)
	}
	for _, dir := range []string{filepath.Dir(path), b.dir} { // the names too must outlive a power cut
		if err == nil {
			err = disk.Sync(dir)
		}
	}
	if err != nil {
		_ = os.Remove(b.Name())
		return fmt.Errorf("keep %s: %w", hash, err)
	}
	return nil
}

func (b *fileBlob) Drop() {
	_ = b.Close()
	_ = os.Remove(b.Name())
}

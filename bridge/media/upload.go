package media

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/gabriel-vasile/mimetype"

	"dragoman/bridge/chat"
)

// sniffed is how much of a file its type is told by.
const sniffed = 3072

// Put keeps a new file whose bytes r yields, and returns what is known of it. typ
// is what the uploader calls its type, and may be "". It streams: memory does not
// grow with the file. chat.TooLarge: it is longer than MaxSize. If ctx ends or r
// fails nothing is kept.
func (s *Shelf) Put(ctx context.Context, owner chat.UserID, name, typ string, r io.Reader) (File, error) {
	f, err := s.newFile(owner, name, typ)
	if err != nil {
		return File{}, err
	}
	return s.fill(ctx, f, s.maxSize, r, s.insert)
}

// Reserve announces a file of exactly size bytes that Fill shall bring.
// chat.TooLarge: that is more than MaxSize.
func (s *Shelf) Reserve(ctx context.Context, owner chat.UserID, name, typ string, size int64) (File, error) {
	switch {
	case size > s.maxSize:
		return File{}, tooLarge(s.maxSize)
	case size < 0:
		return File{}, chat.Refuse(chat.Invalid, "a file has no negative size")
	}
	f, err := s.newFile(owner, name, typ)
	if err != nil {
		return File{}, err
	}
	f.Size = size
	return f, s.insert(ctx, f)
}

// Fill brings the bytes of a reserved file. chat.NotFound: it is not reserved;
// chat.Conflict: it has its bytes already; chat.Invalid and chat.TooLarge: they
// are not as many as announced, and it stays reserved.
func (s *Shelf) Fill(ctx context.Context, id string, r io.Reader) (File, error) {
	f, err := s.find(ctx, id)
	if err != nil {
		return File{}, err
	}
	if f.Hash != "" {
		return File{}, chat.Refuse(chat.Conflict, "the file is uploaded already")
	}
	announced := f.Size
	return s.fill(ctx, f, announced, r, func(ctx context.Context, f File) error {
		if f.Size != announced {
			return chat.Refuse(chat.Invalid, "the file is shorter than announced")
		}
		return s.complete(ctx, f)
	})
}

// fill streams r to a blob, hashing on the way, and keeps both blob and row or
// neither.
func (s *Shelf) fill(ctx context.Context, f File, limit int64, r io.Reader, keepRow func(context.Context, File) error) (_ File, err error) {
	blob, err := s.blobs.Create(ctx)
	if err != nil {
		return File{}, fmt.Errorf("upload: %w", err)
	}
	done := false
	defer func() {
		if !done {
			blob.Drop()
		}
	}()
	hash, head := sha256.New(), &headWriter{}
	f.Size, err = io.Copy(io.MultiWriter(blob, hash, head), io.LimitReader(withContext{ctx, r}, limit+1))
	if err != nil {
		return File{}, fmt.Errorf("upload: %w", err)
	}
	if f.Size > limit {
		return File{}, tooLarge(limit)
	}
	f.Hash = hex.EncodeToString(hash.Sum(nil))
	f.Type = settleType(mimetype.Detect(head.bytes).String(), f.Type)

	s.mu.Lock()
	defer s.mu.Unlock()
	known, err := s.hasBlob(ctx, f.Hash)
	if err != nil {
		return File{}, err
	}
	// The bytes come first: a row always has its bytes, whenever the process ends.
	if !known {
		done = true
		if err := blob.Keep(f.Hash); err != nil {
			return File{}, fmt.Errorf("upload: %w", err)
		}
	}
	if err := keepRow(ctx, f); err != nil {
		if !known {
			err = errors.Join(err, s.blobs.Delete(context.WithoutCancel(ctx), f.Hash))
		}
		return File{}, err
	}
	return f, nil
}

func tooLarge(limit int64) error {
	return chat.Refuse(chat.TooLarge, "the file is larger than %d bytes", limit)
}

func (s *Shelf) insert(ctx context.Context, f File) error {
	if _, err := s.db.ExecContext(ctx, `INSERT INTO files (id, owner, name, type, size, hash, created) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		f.ID, string(f.Owner), f.Name, f.Type, f.Size, f.Hash, f.Created.UnixMilli()); err != nil {
		return fmt.Errorf("keep file: %w", err)
	}
	return nil
}

func (s *Shelf) complete(ctx context.Context, f File) error {
	res, err := s.db.ExecContext(ctx, `UPDATE files SET type = ?, hash = ? WHERE id = ? AND hash = ''`, f.Type, f.Hash, f.ID)
	if err != nil {
		return fmt.Errorf("keep file: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return chat.Refuse(chat.Conflict, "the file is uploaded already")
	}
	return nil
}

func (s *Shelf) forget(ctx context.Context, id string) error {
	if _, err := s.db.ExecContext(ctx, `DELETE FROM files WHERE id = ?`, id); err != nil {
		return fmt.Errorf("forget file: %w", err)
	}
	return nil
}

// hasBlob reports whether some file has these bytes; s.mu is held.
func (s *Shelf) hasBlob(ctx context.Context, hash string) (bool, error) {
	var known bool
	if err := s.db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM files WHERE hash = ?)`, hash).Scan(&known); err != nil {
		return false, fmt.Errorf("find bytes: %w", err)
	}
	return known, nil
}

// headWriter keeps the first bytes of what passes.
type headWriter struct{ bytes []byte }

func (h *headWriter) Write(p []byte) (int, error) {
	if room := sniffed - len(h.bytes); room > 0 {
		h.bytes = append(h.bytes, p[:min(room, len(p))]...)
	}
	return len(p), nil
}

// withContext is a reader that fails once ctx has ended.
type withContext struct {
	ctx context.Context
	r   io.Reader
}

func (r withContext) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

package media

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// sweepPage is how many files one question to the log is about.
const sweepPage = 500

// Sweep deletes the files to which nothing refers, and has not for the grace time,
// and returns how many. inUse is asked for the ids to which something refers, of
// those given. A file that somebody still sends in time is kept.
func (s *Shelf) Sweep(ctx context.Context, inUse func(ctx context.Context, ids []string) (map[string]bool, error)) (int, error) {
	deleted, after := 0, ""
	for {
		page, err := s.page(ctx, after)
		if err != nil || len(page) == 0 {
			return deleted, err
		}
		after = page[len(page)-1].id
		ids := make([]string, len(page))
		for i, p := range page {
			ids[i] = p.id
		}
		used, err := inUse(ctx, ids)
		if err != nil {
			return deleted, fmt.Errorf("sweep: ask who refers to %d files: %w", len(ids), err)
		}
		n, err := s.sweep(ctx, page, used)
		deleted += n
		if err != nil {
			return deleted, fmt.Errorf("sweep: %w", err)
		}
	}
}

// swept is what Sweep needs to know of a file.
type swept struct {
	id, hash string
	loose    int64
}

func (s *Shelf) page(ctx context.Context, after string) (_ []swept, err error) {
	rows, err := s.db.QueryContext(ctx, `SELECT id, hash, loose FROM files WHERE id > ? AND created <= ? ORDER BY id LIMIT ?`,
		after, s.now().Add(-s.grace).UnixMilli(), sweepPage)
	if err != nil {
		return nil, fmt.Errorf("sweep: list files: %w", err)
	}
	defer func() {
		if closeErr := rows.Close(); err == nil {
			err = closeErr
		}
	}()
	var page []swept
	for rows.Next() {
		var f swept
		if err := rows.Scan(&f.id, &f.hash, &f.loose); err != nil {
			return nil, err
		}
		page = append(page, f)
	}
	return page, rows.Err()
}

func (s *Shelf) sweep(ctx context.Context, page []swept, isUsed map[string]bool) (deleted int, err error) {
	now := s.now()
	for _, f := range page {
		switch {
		case isUsed[f.id] && f.loose != 0:
			err = s.setLoose(ctx, f.id, 0)
		case isUsed[f.id]:
		case f.loose == 0:
			// What was referred to until now gets its own grace: somebody may be passing it on.
			err = s.setLoose(ctx, f.id, now.UnixMilli())
		case !now.Before(time.UnixMilli(f.loose).Add(s.grace)):
			deleted++
			err = s.delete(ctx, f)
		}
		if err != nil {
			return deleted, err
		}
	}
	return deleted, nil
}

func (s *Shelf) setLoose(ctx context.Context, id string, since int64) error {
	_, err := s.db.ExecContext(ctx, `UPDATE files SET loose = ? WHERE id = ?`, since, id)
	return err
}

// delete removes a file, and its bytes if no other has them.
func (s *Shelf) delete(ctx context.Context, f swept) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.forget(ctx, f.id); err != nil || f.hash == "" {
		return err
	}
	if shared, err := s.hasBlob(ctx, f.hash); err != nil || shared {
		return err
	}
	thumbs, err := filepath.Glob(filepath.Join(s.thumbDir(), f.hash+"-*"))
	if err != nil {
		return err
	}
	for _, t := range thumbs {
		if err := os.Remove(t); err != nil {
			return err
		}
	}
	return s.blobs.Delete(ctx, f.hash)
}

package media

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"dragoman/internal/sqlitefile"
)

// Backup writes a copy of the shelf, as of one moment and while it is in use, into the folder dir, which it makes: every
// file that was uploaded before is in it. Thumbnails are not: they are made again. It returns how many bytes files have.
func (s *Shelf) Backup(ctx context.Context, dir string) (size int64, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return 0, fmt.Errorf("backup of files: %w", err)
	}
	copied, err := sqlitefile.Copy(ctx, s.db, filepath.Join(dir, "media.db"))
	if err != nil {
		return 0, fmt.Errorf("backup of files: %w", err)
	}
	hashes, err := hashesIn(ctx, copied)
	err = errors.Join(err, copied.Close())
	if err != nil {
		return 0, fmt.Errorf("backup of files: %w", err)
	}
	to := folder{dir: filepath.Join(dir, "files")}
	for _, hash := range hashes {
		n, err := s.copyBlob(ctx, hash, to)
		if err != nil {
			return 0, fmt.Errorf("backup of file %s: %w", hash, err)
		}
		size += n
	}
	return size, nil
}

// hashesIn returns the hashes of the files that a copied database knows.
func hashesIn(ctx context.Context, db *sql.DB) (hashes []string, err error) {
	rows, err := db.QueryContext(ctx, `SELECT DISTINCT hash FROM files WHERE hash <> ''`)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var hash string
		if err := rows.Scan(&hash); err != nil {
			return nil, err
		}
		hashes = append(hashes, hash)
	}
	return hashes, rows.Err()
}

func (s *Shelf) copyBlob(ctx context.Context, hash string, to folder) (int64, error) {
	from, err := s.blobs.Open(ctx, hash)
	if errors.Is(err, fs.ErrNotExist) {
		if known, asked := s.hasBlob(ctx, hash); asked == nil && !known {
			return 0, nil // swept meanwhile: nothing has referred to it for long
		}
	}
	if err != nil {
		return 0, err
	}
	defer func() { _ = from.Close() }() // only read
	blob, err := to.Create(ctx)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(blob, withContext{ctx, from})
	if err != nil {
		blob.Drop()
		return n, err
	}
	return n, blob.Keep(hash)
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"dragoman/internal/disk"
)

type backupCmd struct {
	Dir string `arg:"" type:"path" help:"The folder to make. The running server writes it: it must be there that it may write."`
}

func (c backupCmd) Run(inv *invocation) error { return inv.do(order{Do: "backup", Name: c.Dir}) }

// backup copies the data folder into the folder dir, which must not be there yet and appears whole. Everything that was
// acknowledged before is in it, and what the copies say of each other is true: each is made after what refers to it.
func (c *core) backup(ctx context.Context, dir string) (_ answer, err error) {
	if !filepath.IsAbs(dir) {
		return answer{}, fmt.Errorf("backup: %q is not an absolute path", dir)
	}
	if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
		return answer{}, errors.Join(fmt.Errorf("backup: %s must not be there yet", dir), err)
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return answer{}, fmt.Errorf("backup: %w", err)
	}
	begun, err := os.MkdirTemp(filepath.Dir(dir), filepath.Base(dir)+".partial-")
	if err != nil {
		return answer{}, fmt.Errorf("backup: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(begun)) }() // renamed by then, if all went well
	files, err := c.copyInto(ctx, folder{dir: begun})
	if err == nil {
		err = syncTree(begun)
	}
	if err == nil {
		err = os.Rename(begun, dir)
	}
	if err == nil {
		err = disk.Sync(filepath.Dir(dir))
	}
	if err != nil {
		return answer{}, fmt.Errorf("backup: %w", err)
	}
	return answer{[]string{fmt.Sprintf("%s: as of %s, files of %d bytes", dir, c.now().UTC().Format("2006-01-02T15:04:05Z"), files)}}, nil
}

// copyInto copies the log first: its messages name accounts and files, and what they name is there to be copied later. The
// outbox is ahead of the log's copy then, and told so.
func (c *core) copyInto(ctx context.Context, to folder) (files int64, err error) {
	last, _, err := c.store.Last(ctx)
	if err != nil {
		return 0, err
	}
	if err := c.store.Backup(ctx, to.path("dragoman.db")); err != nil {
		return 0, err
	}
	if err := c.book.Backup(ctx, to.path("accounts.db")); err != nil {
		return 0, err
	}
	if err := c.calls.Backup(ctx, to.path("callouts.db"), last.Pos); err != nil {
		return 0, err
	}
	if files, err = c.media.Backup(ctx, to.path("media")); err != nil {
		return 0, err
	}
	for _, name := range []string{"secrets", "tls", "audit.log"} {
		if err := copyTree(c.folder.path(name), to.path(name)); err != nil {
			return 0, err
		}
	}
	return files, nil
}

// copyTree copies a small file or a folder of them; what is not there is not copied.
func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		switch target := filepath.Join(to, rel); {
		case strings.HasPrefix(d.Name(), "."): // being written
			return nil
		case d.IsDir():
			return os.MkdirAll(target, 0o700)
		case !d.Type().IsRegular():
			return fmt.Errorf("%s is no file", path)
		default:
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			return os.WriteFile(target, text, 0o600)
		}
	})
}

// syncTree sees to it that all below dir is on the disk.
func syncTree(dir string) error {
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return disk.Sync(path)
	})
}

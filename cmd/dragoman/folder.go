package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"dragoman/bridge/account"
)

// folder is the data folder, held: no other process uses it.
type folder struct {
	dir  string
	lock *os.File
}

// errHeld means that another process holds the folder: mostly the running server.
var errHeld = errors.New("the data folder is in use")

// hold makes the folder, if there is none, and takes its lock, without waiting.
// The kernel lets go of the lock when the process ends, however it ends.
func hold(dir string) (*folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock data folder: %w", err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = lock.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("%w: %s", errHeld, dir)
		}
		return nil, fmt.Errorf("lock data folder %s: %w", dir, err)
	}
	return &folder{dir: dir, lock: lock}, nil
}

// release lets others have the folder.
func (f *folder) release() { _ = f.lock.Close() }

func (f *folder) path(name string) string { return filepath.Join(f.dir, name) }

// isNew reports whether no gateway has run on the folder yet.
func (f *folder) isNew() (bool, error) {
	switch _, err := os.Stat(f.path("accounts.db")); {
	case errors.Is(err, fs.ErrNotExist):
		return true, nil
	case err != nil:
		return false, fmt.Errorf("look into data folder: %w", err)
	}
	return false, nil
}

const addressesFile = "addresses.json"

// announce writes where the server listens, for programs that started it with
// port 0. The file appears whole.
func (f *folder) announce(addresses map[string]string) error {
	text, err := json.Marshal(addresses)
	if err != nil {
		return fmt.Errorf("write addresses: %w", err)
	}
	if err := account.WriteFile(f.path(addressesFile), append(text, '\n')); err != nil {
		return fmt.Errorf("write addresses: %w", err)
	}
	return nil
}

// unannounce removes what announce wrote.
func (f *folder) unannounce() error {
	if err := os.Remove(f.path(addressesFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove addresses: %w", err)
	}
	return nil
}

// announced returns where the server of a data folder listens; nil, if it does not say.
func announced(dir string) (map[string]string, error) {
	text, err := os.ReadFile(filepath.Join(dir, addressesFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read addresses: %w", err)
	}
	var addresses map[string]string
	if err := json.Unmarshal(text, &addresses); err != nil {
		return nil, fmt.Errorf("read addresses: %w", err)
	}
	return addresses, nil
}

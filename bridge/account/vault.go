package account

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"dragoman/internal/disk"
)

// Vault keeps the gateway's own secrets, each in a file of the folder. A secret
// is made the first time that it is asked for; there is none built in.
type Vault struct {
	dir  string // "": in memory
	made func(path string)

	mu      sync.Mutex
	secrets map[string][]byte
}

// secretName is what may name a file in any file system.
var secretName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)

// OpenVault returns the vault in the folder dir, which it makes when the first
// secret is kept, readable by its owner alone. made, unless nil, is told the path
// of each file as it is written. An empty dir keeps all in memory, for tests.
func OpenVault(dir string, made func(path string)) *Vault {
	return &Vault{dir: dir, made: made, secrets: make(map[string][]byte)}
}

// Secret returns the secret called name, of size random bytes. It stands in a
// file of that name as hexadecimal text and may be replaced there by another of
// that size while the gateway is at rest. The result is the caller's to change.
func (v *Vault) Secret(name string, size int) ([]byte, error) {
	if !secretName.MatchString(name) || size < 8 {
		return nil, fmt.Errorf("secret %q of %d bytes: not a name, or too short to be a secret", name, size)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	secret, ok := v.secrets[name]
	if !ok {
		var err error
		if secret, err = v.load(name, size); err != nil {
			return nil, fmt.Errorf("secret %q: %w", name, err)
		}
		v.secrets[name] = secret
	}
	if len(secret) != size {
		return nil, fmt.Errorf("secret %q has %d bytes, and %d are asked for", name, len(secret), size)
	}
	return append([]byte(nil), secret...), nil
}

// Path returns where the secret called name is kept.
func (v *Vault) Path(name string) string { return filepath.Join(v.dir, name) }

func (v *Vault) load(name string, size int) ([]byte, error) {
	if v.dir == "" {
		return random(size)
	}
	text, err := os.ReadFile(v.Path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return v.create(name, size)
	}
	if err != nil {
		return nil, err
	}
	secret, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil {
		return nil, fmt.Errorf("%s: not hexadecimal text", v.Path(name)) // never the text itself
	}
	return secret, nil
}

func (v *Vault) create(name string, size int) ([]byte, error) {
	secret, err := random(size)
	if err != nil {
		return nil, err
	}
	if err := WriteFile(v.Path(name), []byte(hex.EncodeToString(secret)+"\n")); err != nil {
		return nil, err
	}
	if v.made != nil {
		v.made(v.Path(name))
	}
	return secret, nil
}

func random(size int) ([]byte, error) {
	b := make([]byte, size)
	if _, err := rand.Read(b); err != nil {
		return nil, fmt.Errorf("random bytes: %w", err)
	}
	return b, nil
}

// WriteFile puts data into the file path, whole or not at all even if the machine
// stops, mode 0600, and makes the folder, mode 0700, if there is none.
func WriteFile(path string, data []byte) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".new-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	return disk.Sync(dir)
}

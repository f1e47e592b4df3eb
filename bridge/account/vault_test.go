package account

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestSecretIsMadeOnceAndKeptPrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data", "secrets")
	var made []string
	v := OpenVault(dir, func(path string) { made = append(made, path) })
	first, err := v.Secret("zim-server-secret", 16)
	must(t, err)
	other, err := v.Secret("other", 16)
	must(t, err)
	if bytes.Equal(first, other) || len(first) != 16 {
		t.Errorf("secrets %x and %x", first, other)
	}
	again, err := OpenVault(dir, func(string) { t.Error("made again") }).Secret("zim-server-secret", 16)
	if err != nil || !bytes.Equal(first, again) {
		t.Errorf("read again: %x %v, want %x", again, err, first)
	}
	if want := []string{v.Path("zim-server-secret"), v.Path("other")}; !slices.Equal(made, want) {
		t.Errorf("told of %v, want %v", made, want)
	}
	for path, want := range map[string]os.FileMode{dir: 0o700 | os.ModeDir, v.Path("other"): 0o600} {
		info, err := os.Stat(path)
		must(t, err)
		if info.Mode() != want {
			t.Errorf("%s has mode %v, want %v", path, info.Mode(), want)
		}
	}
	entries, err := os.ReadDir(dir)
	must(t, err)
	if len(entries) != 2 {
		t.Errorf("folder holds %v", entries)
	}
}

func TestSecretMayBeReplacedByItsOwner(t *testing.T) {
	dir := t.TempDir()
	must(t, WriteFile(filepath.Join(dir, "mine"), []byte("000102030405060708090a0b0c0d0e0f\n")))
	got, err := OpenVault(dir, nil).Secret("mine", 16)
	if err != nil || got[15] != 15 {
		t.Errorf("%x %v", got, err)
	}
	if _, err := OpenVault(dir, nil).Secret("mine", 32); err == nil {
		t.Error("a secret of another size was taken")
	}
	must(t, WriteFile(filepath.Join(dir, "mine"), []byte("not hex, and secret")))
	if _, err := OpenVault(dir, nil).Secret("mine", 16); err == nil || strings.Contains(err.Error(), "not hex, and") {
		t.Errorf("damaged file: %v", err)
	}
}

func TestSecretNamesStayInTheFolder(t *testing.T) {
	v := OpenVault(t.TempDir(), nil)
	for _, name := range []string{"", "../x", "a/b", ".hidden", "A", "a b"} {
		if _, err := v.Secret(name, 16); err == nil {
			t.Errorf("secret %q", name)
		}
	}
	if _, err := v.Secret("short", 4); err == nil {
		t.Error("secret of four bytes")
	}
}

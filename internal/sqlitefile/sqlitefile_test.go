package sqlitefile

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
)

func TestAFileIsOpenedMigratedAndCopied(t *testing.T) {
	migrations := fstest.MapFS{"migrations/0001_words.sql": {Data: []byte("-- +goose Up\nCREATE TABLE words (word TEXT NOT NULL);\n")}}
	for _, name := range []string{"plain", "with space, 50% ?mode=ro #1"} {
		path := filepath.Join(t.TempDir(), name)
		for range 2 { // the second time there is nothing to apply
			db, err := Open(t.Context(), path, 4, migrations)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.Exec("INSERT INTO words VALUES ('kept')"); err != nil {
				t.Error(err)
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		}
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
		db, err := Open(t.Context(), path, 4, migrations)
		if err != nil {
			t.Fatal(err)
		}
		copied, err := Copy(t.Context(), db, path+" copy")
		if err != nil {
			t.Fatal(err)
		}
		var words int
		if err := copied.QueryRow("SELECT count(*) FROM words").Scan(&words); err != nil || words != 2 {
			t.Errorf("%d words, %v", words, err)
		}
		if again, err := Copy(t.Context(), db, path+" copy"); err == nil {
			t.Error("a copy was overwritten", again.Close())
		}
		for _, close := range []func() error{copied.Close, db.Close} {
			if err := close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestMemoryIsOneDatabase(t *testing.T) {
	db, err := Open(t.Context(), ":memory:", 4, fstest.MapFS{"migrations/0001_words.sql": {Data: []byte("-- +goose Up\nCREATE TABLE words (word TEXT NOT NULL);\n")}})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if got := db.Stats().MaxOpenConnections; got != 1 {
		t.Errorf("%d connections, each with a database of its own", got)
	}
	if _, err := db.Exec("INSERT INTO words VALUES ('here')"); err != nil {
		t.Error(err)
	}
}

// Package sqlitefile opens the SQLite files in the data folder: durable at each commit, with their schema brought up to
// date, and copied while they are in use.
package sqlitefile

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"net/url"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// memory is the path of a database that ends when it is closed.
const memory = ":memory:"

// durable: what was committed survives a crash of the machine [sqlite pragma synchronous].
const durable = "?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(5000)&_txlock=immediate"

// Open opens the file at path with at most conns connections, making it if there is none, and applies those of migrations
// (its folder "migrations") that it lacks. The path ":memory:" is a database that ends when it is closed. The caller closes
// it.
func Open(ctx context.Context, path string, conns int, migrations fs.FS) (*sql.DB, error) {
	source := address(path)
	if path == memory {
		source = "file:" + memory
		conns = 1 // each connection would have a database of its own
	}
	db, err := sql.Open("sqlite", source+durable)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(conns)
	if err := Migrate(ctx, db, migrations); err != nil {
		_ = db.Close()
		return nil, err
	}
	return db, nil
}

func address(path string) string {
	return (&url.URL{Scheme: "file", Opaque: url.PathEscape(path)}).String()
}

// Migrate applies those of migrations (its folder "migrations") that db lacks.
func Migrate(ctx context.Context, db *sql.DB, migrations fs.FS) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// Copy writes db, as of one moment and while it is in use, to a file that must not be there yet, and returns it open as it
// is. The caller closes it.
func Copy(ctx context.Context, db *sql.DB, path string) (*sql.DB, error) {
	if _, err := db.ExecContext(ctx, `VACUUM INTO ?`, path); err != nil {
		return nil, err
	}
	return sql.Open("sqlite", address(path))
}

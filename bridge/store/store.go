package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"dragoman/bridge/chat"
	"dragoman/internal/sqlitefile"
)

//go:embed migrations/*.sql
var migrations embed.FS

const (
	// defaultRetryWindow is how long a client may take to repeat what it is not sure to have sent.
	defaultRetryWindow = 24 * time.Hour
	// poolSize is how many questions are answered at a time. SQLite's readers share nothing, so a few per core are plenty.
	poolSize = 6
	// checkpointPages is how long the journal may grow before the writer itself moves its pages into the file; tidy does that
	// beside it, but cannot begin the journal anew while more is written. 64 MiB still replays within a second after a crash.
	checkpointPages = 16384
	// readCache is kibibytes of pages that each reader keeps, writeCache what the writer keeps.
	readCache, writeCache = 16 << 10, 128 << 10
)

var errClosed = chat.Refuse(chat.Unavailable, "the store is closed")

// Options are what a Store may be told. The zero value is good.
type Options struct {
	Now         func() time.Time // nil: time.Now
	Log         zerolog.Logger
	Keep        time.Duration // how long messages stay, to the hour; 0: for ever
	RetryWindow time.Duration // how long a ClientID is remembered as a retry of the same; 0: 24 hours; imports: for ever

	unsynced bool // commits do not wait for the disk: for tests of what is derived
}

// Store is the log and what is derived from it.
type Store struct {
	opts   Options
	path   string
	folder string // of a store that Close throws away; "": it stays

	db      *sql.DB
	tidier  *link // of tidy alone
	moved   int64 // how much had been appended at the last checkpoint; of tidy alone
	readers chan *link
	opened  int // how many readers there are
	names   names
	cache   cache

	writing sync.Mutex // guards what follows
	writer  *link
	lastPos int64
	lastID  int64 // the highest live id
	buffers buffers
	indexed int64 // the place up to which search knows the log
	closed  bool

	counts    struct{ batches, appended, refused atomic.Int64 }
	closing   chan struct{} // closed by Close
	closeOnce sync.Once
	tidied    chan struct{} // closed when tidy has ended
	begun     begun
}

// Open opens, and makes or upgrades where needed, the database file at path. ":memory:" is an empty one that Close throws away.
func Open(ctx context.Context, path string, opts Options) (*Store, error) {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.RetryWindow == 0 {
		opts.RetryWindow = defaultRetryWindow
	}
	s := &Store{opts: opts, path: path, buffers: newBuffers(), closing: make(chan struct{}), tidied: make(chan struct{})}
	sync := "FULL"
	if opts.unsynced {
		sync = "OFF"
	}
	if path == ":memory:" {
		// A file all the same: databases in memory let no reader in beside the writer.
		folder, err := os.MkdirTemp("", "dragoman-store-")
		if err != nil {
			return nil, fmt.Errorf("open store: %w", err)
		}
		s.folder, s.path, sync = folder, filepath.Join(folder, "log.db"), "OFF"
	}
	if err := s.open(ctx, sync); err != nil {
		close(s.tidied)
		return nil, errors.Join(fmt.Errorf("open store %s: %w", path, err), s.Close())
	}
	go s.tidy()
	return s, nil
}

func (s *Store) open(ctx context.Context, sync string) error {
	dsn := "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(s.path) + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(" + sync +
		")&_pragma=temp_store(MEMORY)&_pragma=wal_autocheckpoint(" + strconv.Itoa(checkpointPages) + ")&_txlock=immediate"
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return err
	}
	s.db = db
	if err := sqlitefile.Migrate(ctx, db, migrations); err != nil {
		return err
	}
	if s.writer, err = openLink(ctx, db); err != nil {
		return err
	}
	if err := s.writer.exec("PRAGMA cache_size=-" + strconv.Itoa(writeCache)); err != nil {
		return err
	}
	if s.tidier, err = openLink(ctx, db); err != nil {
		return err
	}
	s.readers = make(chan *link, poolSize)
	for range poolSize {
		l, err := openLink(ctx, db)
		if err != nil {
			return err
		}
		s.opened++
		s.readers <- l
		if err := l.exec("PRAGMA cache_size=-" + strconv.Itoa(readCache)); err != nil {
			return err
		}
		if err := l.exec("PRAGMA query_only=1"); err != nil {
			return err
		}
	}
	if err := s.names.load(s.writer); err != nil {
		return err
	}
	if _, err := s.writer.row("SELECT value FROM meta WHERE key = 'indexed'", nil, &s.indexed); err != nil {
		return err
	}
	// The newest event always has its place, and live ids grow with places.
	_, err = s.writer.row("SELECT pos, id FROM log ORDER BY pos DESC LIMIT 1", nil, &s.lastPos, &s.lastID)
	return err
}

// Close waits for what is being written and read, and closes the file.
func (s *Store) Close() (err error) {
	s.closeOnce.Do(func() { err = s.close() })
	return err
}

func (s *Store) close() error {
	close(s.closing)
	<-s.tidied
	var errs []error
	if s.writer != nil {
		errs = append(errs, s.SaveCursors(context.Background(), nil))
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	s.closed = true
	for range s.opened {
		errs = append(errs, (<-s.readers).close())
	}
	for _, l := range []*link{s.tidier, s.writer} {
		if l != nil {
			errs = append(errs, l.close())
		}
	}
	if s.db != nil {
		errs = append(errs, s.db.Close())
	}
	if s.folder != "" {
		errs = append(errs, os.RemoveAll(s.folder))
	}
	return errors.Join(errs...)
}

// read runs ask on a connection of the pool, within one unchanging view of the file.
func (s *Store) read(ctx context.Context, ask func(*link) error) error {
	var l *link
	select {
	case l = <-s.readers:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closing:
		return errClosed
	}
	defer func() { s.readers <- l }()
	l.epoch = s.cache.now()
	if err := l.exec("BEGIN"); err != nil {
		return err
	}
	return errors.Join(ask(l), l.exec("COMMIT"))
}

// write runs change in a transaction of the writer, which the caller has locked.
func (s *Store) write(change func(*link) error) error {
	if s.closed {
		return errClosed
	}
	if err := s.writer.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := change(s.writer)
	if err == nil {
		err = s.writer.exec("COMMIT")
	}
	if err != nil {
		return errors.Join(err, s.writer.exec("ROLLBACK"))
	}
	return nil
}

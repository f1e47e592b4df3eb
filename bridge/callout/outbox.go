package callout

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"sync"
	"time"

	"dragoman/internal/sqlitefile"
)

//go:embed migrations/*.sql
var migrations embed.FS // never written to

// Call is one call to the app's server.
type Call struct {
	ID       int64  // set by Put
	Owner    string // the name of the Caller that makes it
	Key      string // calls of one key are made in order
	Event    string // what the front-end calls it
	Body     []byte // what it says, before it is signed
	Made     time.Time
	Due      time.Time
	Attempts int
	Error    string // of the last attempt; of a call that was put aside
}

// Outbox is the calls that wait, and those that were put aside.
type Outbox struct {
	db  *sql.DB
	now func() time.Time

	mu    sync.Mutex
	wakes map[chan struct{}]struct{} // of each Run
}

// Open opens the outbox in the file at path, making it if there is none; ":memory:" is one that Close throws away. The
// caller closes it.
func Open(ctx context.Context, path string, now func() time.Time) (*Outbox, error) {
	db, err := sqlitefile.Open(ctx, path, 1, migrations)
	if err != nil {
		return nil, fmt.Errorf("open outbox %s: %w", path, err)
	}
	return &Outbox{db: db, now: now, wakes: map[chan struct{}]struct{}{}}, nil
}

// Close releases the file.
func (o *Outbox) Close() error { return o.db.Close() }

// Backup writes a copy of the outbox, as of one moment and while it is in use, to a file that must not be there yet. In the
// copy no log was read beyond the place upto: what a log that was copied earlier will say there is still to be put.
func (o *Outbox) Backup(ctx context.Context, path string, upto int64) error {
	copied, err := sqlitefile.Copy(ctx, o.db, path)
	if err == nil {
		_, err = copied.ExecContext(ctx, `UPDATE sources SET upto = min(upto, ?)`, upto)
		err = errors.Join(err, copied.Close())
	}
	if err != nil {
		return fmt.Errorf("backup of calls: %w", err)
	}
	return nil
}

// Put keeps calls; when it returns they survive a crash. They come from the place at of the log called name, which grows:
// what came from a place up to the last one is in the outbox already, and is not put again. An empty name is no log.
func (o *Outbox) Put(ctx context.Context, name string, at int64, calls ...Call) error {
	tx, err := o.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("put calls: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing
	if name != "" {
		fresh, err := advance(ctx, tx, name, at)
		if err != nil || !fresh {
			return err
		}
	}
	now := o.now().UnixMilli()
	for _, c := range calls {
		if _, err := tx.ExecContext(ctx, `INSERT INTO calls (owner, key, event, body, made, due, attempts, error, dead) VALUES (?, ?, ?, ?, ?, ?, 0, '', 0)`,
			c.Owner, c.Key, c.Event, c.Body, now, now); err != nil {
			return fmt.Errorf("put call: %w", err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("put calls: %w", err)
	}
	o.stir()
	return nil
}

// advance notes how far a log was read; fresh: no further before.
func advance(ctx context.Context, tx *sql.Tx, name string, at int64) (fresh bool, err error) {
	res, err := tx.ExecContext(ctx, `INSERT INTO sources (name, upto) VALUES (?, ?)
		ON CONFLICT (name) DO UPDATE SET upto = excluded.upto WHERE excluded.upto > upto`, name, at)
	if err != nil {
		return false, fmt.Errorf("note a place: %w", err)
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// Started reports whether anything was ever put from the log called name.
func (o *Outbox) Started(ctx context.Context, name string) (bool, error) {
	var there bool
	err := o.db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM sources WHERE name = ?)`, name).Scan(&there)
	if err != nil {
		return false, fmt.Errorf("find a log: %w", err)
	}
	return there, nil
}

// stir wakes every Run.
func (o *Outbox) stir() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for wake := range o.wakes {
		select {
		case wake <- struct{}{}:
		default: // already awake
		}
	}
}

// listen returns a channel that hears of every stir, until the function beside it is called.
func (o *Outbox) listen() (wake chan struct{}, stop func()) {
	wake = make(chan struct{}, 1)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.wakes[wake] = struct{}{}
	return wake, func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		delete(o.wakes, wake)
	}
}

// Waiting returns how many calls wait and how many were put aside.
func (o *Outbox) Waiting(ctx context.Context) (waiting, dead int, err error) {
	err = o.db.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE dead = 0), count(*) FILTER (WHERE dead = 1) FROM calls`).Scan(&waiting, &dead)
	if err != nil {
		return 0, 0, fmt.Errorf("count calls: %w", err)
	}
	return waiting, dead, nil
}

// Dead returns calls that were put aside, in the order in which they were put, after the given id.
func (o *Outbox) Dead(ctx context.Context, after int64, limit int) ([]Call, error) {
	return o.query(ctx, `SELECT id, owner, key, event, body, made, due, attempts, error FROM calls WHERE dead = 1 AND id > ? ORDER BY id LIMIT ?`, after, limit)
}

// Next returns calls that wait, the one that is due first at the head.
func (o *Outbox) Next(ctx context.Context, limit int) ([]Call, error) {
	return o.query(ctx, `SELECT id, owner, key, event, body, made, due, attempts, error FROM calls WHERE dead = 0 ORDER BY due, id LIMIT ?`, limit)
}

// Replay puts calls that were put aside back in line, all of them where no id is named, and returns how many. Each goes
// before what has its key and came later.
func (o *Outbox) Replay(ctx context.Context, ids ...int64) (int, error) {
	return o.each(ctx, ids, `UPDATE calls SET dead = 0, attempts = 0, due = ? WHERE dead = 1`, o.now().UnixMilli())
}

// Drop forgets calls that were put aside, all of them where no id is named, and returns how many.
func (o *Outbox) Drop(ctx context.Context, ids ...int64) (int, error) {
	return o.each(ctx, ids, `DELETE FROM calls WHERE dead = 1`)
}

func (o *Outbox) each(ctx context.Context, ids []int64, query string, args ...any) (int, error) {
	defer o.stir()
	if len(ids) == 0 {
		return o.change(ctx, query, args...)
	}
	total := 0
	for _, id := range ids {
		n, err := o.change(ctx, query+` AND id = ?`, append(args[:len(args):len(args)], id)...)
		if err != nil {
			return total, err
		}
		total += n
	}
	return total, nil
}

func (o *Outbox) change(ctx context.Context, query string, args ...any) (int, error) {
	res, err := o.db.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, fmt.Errorf("change calls: %w", err)
	}
	n, err := res.RowsAffected()
	return int(n), err
}

func (o *Outbox) query(ctx context.Context, query string, args ...any) (calls []Call, err error) {
	rows, err := o.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read calls: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var c Call
		var made, due int64
		if err := rows.Scan(&c.ID, &c.Owner, &c.Key, &c.Event, &c.Body, &made, &due, &c.Attempts, &c.Error); err != nil {
			return nil, fmt.Errorf("read call: %w", err)
		}
		c.Made, c.Due = time.UnixMilli(made), time.UnixMilli(due)
		calls = append(calls, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read calls: %w", err)
	}
	return calls, nil
}

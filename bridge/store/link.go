package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// link is one connection and what it has prepared. One goroutine uses it at a time.
type link struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
	epoch uint64 // of the cache, before what is being read was fixed
}

// background is what statements run under: one that is interrupted takes its connection with it. Whoever may read long
// looks at his own context between rows.
func background() context.Context { return context.Background() }

func openLink(ctx context.Context, db *sql.DB) (*link, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &link{conn: conn, stmts: map[string]*sql.Stmt{}}, nil
}

func (l *link) close() error {
	for _, stmt := range l.stmts {
		if err := stmt.Close(); err != nil {
			return err
		}
	}
	return l.conn.Close()
}

func (l *link) prepare(query string) (*sql.Stmt, error) {
	if stmt := l.stmts[query]; stmt != nil {
		return stmt, nil
	}
	stmt, err := l.conn.PrepareContext(background(), query)
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", firstLine(query), err)
	}
	l.stmts[query] = stmt
	return stmt, nil
}

func (l *link) exec(query string, args ...any) error {
	stmt, err := l.prepare(query)
	if err != nil {
		return err
	}
	if _, err := stmt.ExecContext(background(), args...); err != nil {
		return fmt.Errorf("%s: %w", firstLine(query), err)
	}
	return nil
}

// changed is exec that tells how many rows it touched.
func (l *link) changed(query string, args ...any) (int64, error) {
	stmt, err := l.prepare(query)
	if err != nil {
		return 0, err
	}
	result, err := stmt.ExecContext(background(), args...)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", firstLine(query), err)
	}
	return result.RowsAffected()
}

// insert is exec that tells the number of the new row.
func (l *link) insert(query string, args ...any) (int64, error) {
	stmt, err := l.prepare(query)
	if err != nil {
		return 0, err
	}
	result, err := stmt.ExecContext(background(), args...)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", firstLine(query), err)
	}
	return result.LastInsertId()
}

// row reads the first row into dest and reports whether there was one.
func (l *link) row(query string, args []any, dest ...any) (bool, error) {
	stmt, err := l.prepare(query)
	if err != nil {
		return false, err
	}
	err = stmt.QueryRowContext(background(), args...).Scan(dest...)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("%s: %w", firstLine(query), err)
	}
	return true, nil
}

// each calls read for every row until it returns false or an error.
func (l *link) each(query string, args []any, read func(*sql.Rows) (bool, error)) error {
	stmt, err := l.prepare(query)
	if err != nil {
		return err
	}
	rows, err := stmt.QueryContext(background(), args...)
	if err != nil {
		return fmt.Errorf("%s: %w", firstLine(query), err)
	}
	defer rows.Close()
	for rows.Next() {
		on, err := read(rows)
		if err != nil {
			return fmt.Errorf("%s: %w", firstLine(query), err)
		}
		if !on {
			return nil
		}
	}
	return rows.Err()
}

// scan is each for rows that are all wanted and fit dest; then is called after each.
func (l *link) scan(query string, args []any, dest []any, then func()) error {
	return l.each(query, args, func(rows *sql.Rows) (bool, error) {
		if err := rows.Scan(dest...); err != nil {
			return false, err
		}
		then()
		return true, nil
	})
}

func firstLine(query string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(query), "\n")
	return line
}

// buffer gathers rows for one table, so that one statement writes many.
type buffer struct {
	head    string // INSERT INTO table (columns)
	tail    string // what follows the values
	width   int
	args    []any
	queries [len(strides)]string
}

// strides are how many rows one statement may write.
var strides = [...]int{16, 4, 1}

func (b *buffer) add(args ...any) { b.args = append(b.args, args...) }

func (b *buffer) flush(l *link) error {
	args := b.args
	for i, n := range strides {
		if len(args) < n*b.width {
			continue
		}
		if b.queries[i] == "" {
			row := "(?" + strings.Repeat(",?", b.width-1) + ")"
			b.queries[i] = b.head + " VALUES " + row + strings.Repeat(","+row, n-1) + b.tail
		}
		for len(args) >= n*b.width {
			if err := l.exec(b.queries[i], args[:n*b.width]...); err != nil {
				return err
			}
			args = args[n*b.width:]
		}
	}
	clear(b.args)
	b.args = b.args[:0]
	return nil
}

package account

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"dragoman/bridge/chat"
)

// aliases is the whole table in memory: it has a row for each name that some
// protocol cannot write, which are few, and is asked for every name.
type aliases struct {
	mu      sync.RWMutex
	ids     map[aliasKey]chat.UserID // by native name
	natives map[aliasKey]string      // by id
}

type aliasKey struct{ protocol, name string }

func (b *Book) loadAliases(ctx context.Context) (err error) {
	b.aliases.ids, b.aliases.natives = make(map[aliasKey]chat.UserID), make(map[aliasKey]string)
	rows, err := b.db.QueryContext(ctx, `SELECT protocol, native, id FROM aliases`)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var protocol, native, id string
		if err := rows.Scan(&protocol, &native, &id); err != nil {
			return err
		}
		b.aliases.put(protocol, native, chat.UserID(id))
	}
	return rows.Err()
}

func (a *aliases) put(protocol, native string, id chat.UserID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ids[aliasKey{protocol, native}] = id
	a.natives[aliasKey{protocol, string(id)}] = native
}

// Alias returns the id for which native stands in a protocol. It implements
// names.Aliases, as the next two do; protocol is whatever scope the caller uses.
func (b *Book) Alias(_ context.Context, protocol, native string) (chat.UserID, bool, error) {
	b.aliases.mu.RLock()
	defer b.aliases.mu.RUnlock()
	id, ok := b.aliases.ids[aliasKey{protocol, native}]
	return id, ok, nil
}

// AliasOf returns the name under which a protocol knows id.
func (b *Book) AliasOf(_ context.Context, protocol string, id chat.UserID) (string, bool, error) {
	b.aliases.mu.RLock()
	defer b.aliases.mu.RUnlock()
	native, ok := b.aliases.natives[aliasKey{protocol, string(id)}]
	return native, ok, nil
}

// SetAlias keeps that native stands for id in a protocol, for ever. chat.Conflict:
// one of the two has an alias there, or native is the name of an account.
func (b *Book) SetAlias(ctx context.Context, protocol, native string, id chat.UserID) error {
	if native == "" || id == "" {
		return chat.Refuse(chat.Invalid, "an alias is empty")
	}
	b.writes.Lock()
	defer b.writes.Unlock()
	res, err := b.db.ExecContext(ctx, `INSERT INTO aliases (protocol, native, id) SELECT ?1, ?2, ?3
		WHERE NOT EXISTS (SELECT 1 FROM accounts WHERE id = ?2)`, protocol, native, string(id))
	if isConstraint(err) {
		return chat.Refuse(chat.Conflict, "there is such an alias already")
	}
	if err != nil {
		return fmt.Errorf("set alias %q: %w", native, err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return chat.Refuse(chat.Conflict, "the alias is the name of an account")
	}
	b.aliases.put(protocol, native, id)
	return nil
}

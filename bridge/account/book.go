package account

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/cases"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"dragoman/bridge/chat"
	"dragoman/internal/sqlitefile"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Account is one person's account, as it stood when it was asked for.
type Account struct {
	ID       chat.UserID
	UUID     string    // made once, and never again for another account
	Created  time.Time // in UTC, to the millisecond
	Disabled bool      // may not log in
	Deleted  bool      // is no more; its name stays taken

	generation int64 // of its tokens and proofs: see Holds
}

// ChangeKind says what became of an account.
type ChangeKind uint8

// What Watch tells of.
const (
	Disabled ChangeKind = iota + 1
	Enabled
	Deleted
	PasswordChanged
)

// String returns the kind in lower-case words.
func (k ChangeKind) String() string {
	switch k {
	case Disabled:
		return "disabled"
	case Enabled:
		return "enabled"
	case Deleted:
		return "deleted"
	case PasswordChanged:
		return "password changed"
	}
	return "unknown"
}

// Change is what became of one account.
type Change struct {
	ID   chat.UserID
	Kind ChangeKind
}

// Book is all accounts of one gateway.
type Book struct {
	db      *sql.DB
	now     func() time.Time
	signing []byte // signs tokens
	faking  []byte // makes up SCRAM keys for who does not exist

	cost    int    // iterations of new passwords
	provKey []byte // of this process: what cache.verified holds is worth nothing elsewhere
	cache   cache
	aliases aliases
	reaches map[string]func(address string) bool // by trunk

	writes sync.Mutex // one change at a time, caches included

	mu       sync.Mutex
	watchers []func(Change)
}

// row is an account with what is kept of it.
type row struct {
	Account
	uuid       [16]byte
	iterations int
	sha1       ScramKeys
	sha256     ScramKeys
}

// Open opens the accounts in the file path, making it if there is none; ":memory:" serves tests. The keys that sign
// tokens come from v. Close releases it.
func Open(ctx context.Context, path string, v *Vault, now func() time.Time) (*Book, error) {
	signing, err := v.Secret("token-signing-key", 32)
	if err != nil {
		return nil, err
	}
	provKey, err := random(32)
	if err != nil {
		return nil, err
	}
	db, err := sqlitefile.Open(ctx, path, 4, migrations)
	if err != nil {
		return nil, fmt.Errorf("open accounts %s: %w", path, err)
	}
	b := &Book{
		db: db, now: now,
		signing: derive(signing, "token"), faking: derive(signing, "scram"), provKey: provKey,
		cost: scramIterations,
	}
	if err := b.loadAliases(ctx); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("open accounts %s: %w", path, err)
	}
	return b, nil
}

// derive makes one key for each purpose out of one secret.
func derive(secret []byte, purpose string) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(purpose))
	return mac.Sum(nil)
}

// Close releases the file. Nothing may be asked afterwards.
func (b *Book) Close() error { return b.db.Close() }

// Backup writes a copy of the accounts, as of one moment and while they are in use, to a file that must not be there yet.
func (b *Book) Backup(ctx context.Context, path string) error {
	copied, err := sqlitefile.Copy(ctx, b.db, path)
	if err == nil {
		err = copied.Close()
	}
	if err != nil {
		return fmt.Errorf("backup of accounts: %w", err)
	}
	return nil
}

// Watch has f told of every change, after it holds, in the goroutine that made
// it and before its caller has an answer. f may ask the book; there is no way to
// stop watching. Only what is watched before a change is told of it.
func (b *Book) Watch(f func(Change)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.watchers = append(b.watchers, f)
}

func (b *Book) tell(c Change) {
	b.mu.Lock()
	watchers := b.watchers
	b.mu.Unlock()
	for _, f := range watchers {
		f(c)
	}
}

// Create makes an account with a password. chat.Conflict: the name is or once
// was taken. chat.Invalid: the password is empty.
func (b *Book) Create(ctx context.Context, id chat.UserID, password string) (Account, error) {
	if password == "" {
		return Account{}, chat.Refuse(chat.Invalid, "a password is missing")
	}
	r, err := b.newRow(id)
	if err != nil {
		return Account{}, err
	}
	if err := r.setPassword(password, b.cost); err != nil {
		return Account{}, err
	}
	b.writes.Lock()
	defer b.writes.Unlock()
	if err := b.insert(ctx, r); err != nil {
		return Account{}, err
	}
	return r.Account, nil
}

// Ensure returns the account called id, and makes it, without a password, if
// there is none; it reports whether it did. chat.Forbidden: it is disabled;
// chat.Conflict: it was deleted.
func (b *Book) Ensure(ctx context.Context, id chat.UserID) (Account, bool, error) {
	r, err := b.row(ctx, id)
	if err == nil {
		return r.Account, false, r.usable()
	}
	if chat.CodeOf(err) != chat.NotFound {
		return Account{}, false, err
	}
	if r, err = b.newRow(id); err != nil {
		return Account{}, false, err
	}
	b.writes.Lock()
	defer b.writes.Unlock()
	err = b.insert(ctx, r)
	if chat.CodeOf(err) == chat.Conflict {
		// Somebody was faster, or the name is spent.
		if existing, again := b.row(ctx, id); again == nil {
			return existing.Account, false, existing.usable()
		}
	}
	if err != nil {
		return Account{}, false, err
	}
	return r.Account, true, nil
}

// usable refuses who may not log in.
func (r row) usable() error {
	switch {
	case r.Deleted:
		return chat.Refuse(chat.Conflict, "the account was deleted")
	case r.Disabled:
		return chat.RefuseFor(chat.Disabled, "the account is disabled")
	}
	return nil
}

func (b *Book) newRow(id chat.UserID) (row, error) {
	if _, err := chat.NewUserID(string(id)); err != nil {
		return row{}, err
	}
	raw, err := random(16)
	if err != nil {
		return row{}, err
	}
	r := row{uuid: [16]byte(raw)}
	r.uuid[6], r.uuid[8] = r.uuid[6]&0x0f|0x40, r.uuid[8]&0x3f|0x80 // [RFC 9562 §5.4]
	r.Account = Account{ID: id, UUID: uuidText(r.uuid), Created: time.UnixMilli(b.now().UnixMilli()).UTC(), generation: 1}
	return r, nil
}

func uuidText(u [16]byte) string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

// insert keeps a new account; b.writes is held. A name that stands for another
// account or a group in some protocol is taken, too: whoever wrote to that would
// write to this.
func (b *Book) insert(ctx context.Context, r row) error {
	res, err := b.db.ExecContext(ctx, `INSERT INTO accounts (id, folded, uuid, created, generation, iterations,
			salt1, stored1, server1, salt256, stored256, server256)
		SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12
		WHERE NOT EXISTS (SELECT 1 FROM aliases WHERE native = ?1)`,
		string(r.ID), fold(string(r.ID)), r.uuid[:], r.Created.UnixMilli(), r.generation, r.iterations,
		r.sha1.Salt, r.sha1.StoredKey, r.sha1.ServerKey, r.sha256.Salt, r.sha256.StoredKey, r.sha256.ServerKey)
	if isConstraint(err) {
		return chat.RefuseFor(chat.AlreadyExists, "the name is taken")
	}
	if err != nil {
		return fmt.Errorf("create account %q: %w", r.ID, err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return chat.RefuseFor(chat.AlreadyExists, "the name is taken")
	}
	b.cache.changed(r.ID)
	return nil
}

func isConstraint(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_CONSTRAINT
}

func fold(s string) string { return cases.Fold().String(s) }

// Get returns the account called exactly id. chat.NotFound: there is none, or it
// was deleted.
func (b *Book) Get(ctx context.Context, id chat.UserID) (Account, error) {
	r, err := b.living(ctx, id)
	return r.Account, err
}

// Holds reports, by nil, whether the account is still what it was when somebody proved to be it. Whatever ends sessions
// cannot end one that is being opened, so who opens one asks once it is open. chat.NotFound: it was deleted;
// chat.Forbidden: it is disabled; chat.Unauthenticated: its password has changed, or it was disabled meanwhile.
func (b *Book) Holds(ctx context.Context, a Account) error {
	now, err := b.Get(ctx, a.ID)
	switch {
	case err != nil:
		return err
	case now.Disabled:
		return row{Account: now}.usable()
	case now.generation != a.generation:
		return chat.Refuse(chat.Unauthenticated, "the account has changed meanwhile")
	}
	return nil
}

// Proof is what Holds asks of, as a text for who keeps it longer than the process lives. It is no secret.
func (a Account) Proof() string { return strconv.FormatInt(a.generation, 10) + " " + string(a.ID) }

// HoldsProof is Holds for a kept Proof, and returns whose it is. chat.Unauthenticated: it is none.
func (b *Book) HoldsProof(ctx context.Context, proof string) (chat.UserID, error) {
	generation, id, _ := strings.Cut(proof, " ")
	n, err := strconv.ParseInt(generation, 10, 64)
	if err != nil {
		return "", chat.Refuse(chat.Unauthenticated, "not a proof of an account")
	}
	return chat.UserID(id), b.Holds(ctx, Account{ID: chat.UserID(id), generation: n})
}

// Find returns the account called name, else the only one that is equal to it
// without regard to case. chat.NotFound: there is none, there are several, or the
// account of exactly that name was deleted.
func (b *Book) Find(ctx context.Context, name string) (Account, error) {
	if _, err := chat.NewUserID(name); err != nil { // nobody's; and what was missed is remembered
		return Account{}, noUser()
	}
	missed, epoch := b.cache.missed(name)
	if missed {
		return Account{}, noUser()
	}
	a, err := b.Get(ctx, chat.UserID(name))
	if chat.CodeOf(err) != chat.NotFound {
		return a, err
	}
	found, err := b.ids(ctx, `SELECT id FROM accounts WHERE folded = ?1 AND deleted = 0
		AND NOT EXISTS (SELECT 1 FROM accounts WHERE id = ?2) LIMIT 2`, fold(name), name)
	if err != nil {
		return Account{}, fmt.Errorf("find account %q: %w", name, err)
	}
	if len(found) != 1 {
		b.cache.keepMiss(name, epoch)
		return Account{}, noUser()
	}
	return b.Get(ctx, found[0])
}

// Lookup is Find for who needs no more than the id. It implements names.Aliases.
func (b *Book) Lookup(ctx context.Context, name string) (chat.UserID, bool, error) {
	a, err := b.Find(ctx, name)
	if chat.CodeOf(err) == chat.NotFound {
		return "", false, nil
	}
	return a.ID, err == nil, err
}

// List returns up to limit accounts, deleted ones not among them, in the order of
// their names' bytes, from the first one behind after; "" begins at the first.
func (b *Book) List(ctx context.Context, after chat.UserID, limit int) ([]Account, error) {
	ids, err := b.ids(ctx, `SELECT id FROM accounts WHERE id > ? AND deleted = 0 ORDER BY id LIMIT ?`, string(after), limit)
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	list := make([]Account, 0, len(ids))
	for _, id := range ids {
		r, err := b.row(ctx, id)
		if err != nil {
			return nil, err
		}
		list = append(list, r.Account)
	}
	return list, nil
}

func (b *Book) ids(ctx context.Context, query string, args ...any) (_ []chat.UserID, err error) {
	rows, err := b.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var ids []chat.UserID
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, chat.UserID(id))
	}
	return ids, rows.Err()
}

// Reach says that a trunk speaks for foreign users: for those whose addresses may be, as far as can be told from here.
// It must be called before anybody asks for a standing. Foreign users have no account: none can log in.
func (b *Book) Reach(trunk string, may func(address string) bool) {
	if b.reaches == nil {
		b.reaches = map[string]func(string) bool{}
	}
	b.reaches[trunk] = may
}

// Standing tells the router what is known of a name. It implements bridge.People.
func (b *Book) Standing(ctx context.Context, id chat.UserID) (chat.Standing, error) {
	if trunk, address := id.Trunk(); trunk != "" {
		if may := b.reaches[trunk]; may != nil && may(address) {
			return chat.Active, nil
		}
		return chat.Unknown, nil
	}
	r, err := b.row(ctx, id)
	switch {
	case chat.CodeOf(err) == chat.NotFound:
		return chat.Unknown, nil
	case err != nil:
		return chat.Unknown, err
	case r.Deleted:
		return chat.Deleted, nil
	case r.Disabled:
		return chat.StandingDisabled, nil
	}
	return chat.Active, nil
}

// SetDisabled forbids an account to log in, or allows it again. Disabling voids
// its tokens. chat.NotFound: there is no such account.
func (b *Book) SetDisabled(ctx context.Context, id chat.UserID, disabled bool) error {
	kind, query := Enabled, `UPDATE accounts SET disabled = 0 WHERE id = ?`
	if disabled {
		kind, query = Disabled, `UPDATE accounts SET disabled = 1, generation = generation + 1 WHERE id = ?`
	}
	return b.change(ctx, id, kind, query)
}

// Delete ends an account for ever: it cannot log in, and nobody else can have its
// name. Whoever takes it out of its groups and contacts then says Left.
// chat.NotFound: there is no such account.
func (b *Book) Delete(ctx context.Context, id chat.UserID) error {
	return b.change(ctx, id, Deleted, `UPDATE accounts SET deleted = 1, leaving = 1, generation = generation + 1, iterations = 0,
		salt1 = NULL, stored1 = NULL, server1 = NULL, salt256 = NULL, stored256 = NULL, server256 = NULL WHERE id = ?`)
}

// Leaving returns the deleted accounts for which Left has not been said: after a
// crash they may still be in groups and on contact lists.
func (b *Book) Leaving(ctx context.Context) ([]chat.UserID, error) {
	ids, err := b.ids(ctx, `SELECT id FROM accounts WHERE leaving = 1 ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("list accounts that leave: %w", err)
	}
	return ids, nil
}

// Left notes that a deleted account is in no group and on no contact list.
func (b *Book) Left(ctx context.Context, id chat.UserID) error {
	if _, err := b.db.ExecContext(ctx, `UPDATE accounts SET leaving = 0 WHERE id = ?`, string(id)); err != nil {
		return fmt.Errorf("account %q has left: %w", id, err)
	}
	return nil
}

// change does one thing to a living account and tells of it. The id is the last
// of the query's arguments.
func (b *Book) change(ctx context.Context, id chat.UserID, kind ChangeKind, query string, args ...any) error {
	if err := b.update(ctx, id, kind, query, args...); err != nil {
		return err
	}
	b.tell(Change{ID: id, Kind: kind})
	return nil
}

func (b *Book) update(ctx context.Context, id chat.UserID, kind ChangeKind, query string, args ...any) error {
	b.writes.Lock()
	defer b.writes.Unlock()
	if _, err := b.living(ctx, id); err != nil {
		return err
	}
	_, err := b.db.ExecContext(ctx, query, append(args, string(id))...)
	b.cache.changed(id) // whatever came of it: what is kept in memory may no longer hold
	if err != nil {
		return fmt.Errorf("account %q: %s: %w", id, kind, err)
	}
	return nil
}

func noUser() error { return chat.RefuseFor(chat.NoUser, "there is no such user") }

// living returns an account that was not deleted.
func (b *Book) living(ctx context.Context, id chat.UserID) (row, error) {
	r, err := b.row(ctx, id)
	if err == nil && r.Deleted {
		return row{}, noUser()
	}
	return r, err
}

// row returns what is kept of id, deleted or not.
func (b *Book) row(ctx context.Context, id chat.UserID) (row, error) {
	r, ok, epoch := b.cache.row(id)
	if ok {
		return r, nil
	}
	r, err := b.read(ctx, `id = ?`, string(id))
	if err == nil {
		b.cache.keepRow(r, epoch)
	}
	return r, err
}

func (b *Book) read(ctx context.Context, where string, arg any) (row, error) {
	var (
		r       row
		id      string
		uuid    []byte
		created int64
	)
	err := b.db.QueryRowContext(ctx, `SELECT id, uuid, created, disabled, deleted, generation, iterations,
		salt1, stored1, server1, salt256, stored256, server256 FROM accounts WHERE `+where, arg).
		Scan(&id, &uuid, &created, &r.Disabled, &r.Deleted, &r.generation, &r.iterations,
			&r.sha1.Salt, &r.sha1.StoredKey, &r.sha1.ServerKey, &r.sha256.Salt, &r.sha256.StoredKey, &r.sha256.ServerKey)
	if errors.Is(err, sql.ErrNoRows) {
		return row{}, noUser()
	}
	if err != nil {
		return row{}, fmt.Errorf("read account: %w", err)
	}
	if len(uuid) != len(r.uuid) {
		return row{}, fmt.Errorf("read account %q: damaged", id)
	}
	r.uuid = [16]byte(uuid)
	r.ID, r.UUID, r.Created = chat.UserID(id), uuidText(r.uuid), time.UnixMilli(created).UTC()
	r.sha1.Iterations, r.sha256.Iterations = r.iterations, r.iterations
	return r, nil
}

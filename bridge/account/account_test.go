package account

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/mapping/names"
)

var (
	_ bridge.People = (*Book)(nil)
	_ names.Aliases = (*Book)(nil)
)

// clock is a time that tests move by hand.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.t }

func (c *clock) add(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.t = c.t.Add(d) }

func newClock() *clock { return &clock{t: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)} }

func openBook(t testing.TB, path string, v *Vault, c *clock) *Book {
	t.Helper()
	b, err := Open(context.Background(), path, v, c.now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func newBook(t testing.TB) (*Book, *clock) {
	c := newClock()
	return openBook(t, ":memory:", OpenVault("", nil), c), c
}

func wantCode(t testing.TB, what string, err error, want chat.Code) {
	t.Helper()
	if err == nil || chat.CodeOf(err) != want {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestPasswordProvesAccount(t *testing.T) {
	b, _ := newBook(t)
	ctx := t.Context()
	made, err := b.Create(ctx, "alice", "secret")
	must(t, err)
	for range 2 { // the second time from the cache
		got, err := b.VerifyPassword(ctx, "alice", "secret")
		if err != nil || got != made {
			t.Errorf("verify: %+v %v, want %+v", got, err, made)
		}
	}
	for _, wrong := range []string{"", "Secret", "secret ", strings.Repeat("x", 2000)} {
		_, err := b.VerifyPassword(ctx, "alice", wrong)
		wantCode(t, "wrong password", err, chat.Unauthenticated)
	}
	_, err = b.VerifyPassword(ctx, "Alice", "secret")
	wantCode(t, "other account", err, chat.NotFound)

	must(t, b.SetPassword(ctx, "alice", "new"))
	_, err = b.VerifyPassword(ctx, "alice", "secret")
	wantCode(t, "old password", err, chat.Unauthenticated)
	if _, err := b.VerifyPassword(ctx, "alice", "new"); err != nil {
		t.Errorf("new password: %v", err)
	}
}

func TestPasswordsAreComparedAsClientsPrepareThem(t *testing.T) {
	b, _ := newBook(t)
	ctx := t.Context()
	_, err := b.Create(ctx, "alice", "p\u00a0äs\u00adsＷ")
	must(t, err)
	if _, err := b.VerifyPassword(ctx, "alice", "p a\u0308ssW"); err != nil {
		t.Errorf("equal password written otherwise: %v", err)
	}
}

// The exchanges of the two RFCs, answered with our keys.
func TestScramKeysAnswerThePublishedExchanges(t *testing.T) {
	decode := func(s string) []byte {
		raw, err := base64.StdEncoding.DecodeString(s)
		must(t, err)
		return raw
	}
	one, err := scramKeys(sha1.New, "pencil", decode("QSXCR+Q6sek8bf92"), 4096)
	must(t, err)
	mac := hmac.New(sha1.New, one.ServerKey)
	mac.Write([]byte("n=user,r=fyko+d2lbbFgONRv9qkxdawL,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j," +
		"s=QSXCR+Q6sek8bf92,i=4096,c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j"))
	if got := base64.StdEncoding.EncodeToString(mac.Sum(nil)); got != "rmF9pqV8S7suAoZWja4dJRkFsKQ=" {
		t.Errorf("SCRAM-SHA-1 signature %s [RFC 5802 §5]", got)
	}
	two, err := scramKeys(sha256.New, "pencil", decode("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096)
	must(t, err)
	mac = hmac.New(sha256.New, two.ServerKey)
	mac.Write([]byte("n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0," +
		"s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"))
	if got := base64.StdEncoding.EncodeToString(mac.Sum(nil)); got != "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=" {
		t.Errorf("SCRAM-SHA-256 signature %s [RFC 7677 §3]", got)
	}
}

func TestScramDoesNotTellWhoExists(t *testing.T) {
	b, _ := newBook(t)
	ctx := t.Context()
	_, err := b.Create(ctx, "alice", "secret")
	must(t, err)
	_, _, err = b.Ensure(ctx, "nopassword")
	must(t, err)
	for _, hash := range []string{SHA1, SHA256} {
		real, exists, err := b.Scram(ctx, "alice", hash)
		if err != nil || !exists {
			t.Fatalf("%s alice: %v %v", hash, exists, err)
		}
		seen := map[string]bool{}
		for _, id := range []chat.UserID{"nobody", "nopassword", "Alice"} {
			fake, exists, err := b.Scram(ctx, id, hash)
			if err != nil || exists {
				t.Errorf("%s %s: %v %v", hash, id, exists, err)
			}
			again, _, err := b.Scram(ctx, id, hash)
			must(t, err)
			if diff := cmp.Diff(fake, again); diff != "" {
				t.Errorf("%s %s changed: %s", hash, id, diff)
			}
			if len(fake.Salt) != len(real.Salt) || len(fake.StoredKey) != len(real.StoredKey) ||
				len(fake.ServerKey) != len(real.ServerKey) || fake.Iterations != real.Iterations {
				t.Errorf("%s %s looks unlike an account: %+v", hash, id, fake)
			}
			if seen[string(fake.Salt)] {
				t.Errorf("%s %s has another's salt", hash, id)
			}
			seen[string(fake.Salt)] = true
		}
	}
	if _, _, err := b.Scram(ctx, "alice", "MD5"); err == nil {
		t.Error("unknown hash")
	}
}

func TestTokenDiesWithPasswordDisableAndDelete(t *testing.T) {
	for _, c := range []struct {
		name string
		end  func(context.Context, *Book) error
		want chat.Code
	}{
		{"password", func(ctx context.Context, b *Book) error { return b.SetPassword(ctx, "alice", "new") }, chat.Unauthenticated},
		{"disable", func(ctx context.Context, b *Book) error { return b.SetDisabled(ctx, "alice", true) }, chat.Forbidden},
		{"disable and enable", func(ctx context.Context, b *Book) error {
			return errors.Join(b.SetDisabled(ctx, "alice", true), b.SetDisabled(ctx, "alice", false))
		}, chat.Unauthenticated},
		{"delete", func(ctx context.Context, b *Book) error { return b.Delete(ctx, "alice") }, chat.Unauthenticated},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, _ := newBook(t)
			ctx := t.Context()
			_, err := b.Create(ctx, "alice", "secret")
			must(t, err)
			token, _, err := b.IssueToken(ctx, "alice", time.Hour)
			must(t, err)
			if a, _, err := b.CheckToken(ctx, token); err != nil || a.ID != "alice" {
				t.Fatalf("fresh token: %+v %v", a, err)
			}
			must(t, c.end(ctx, b))
			_, _, err = b.CheckToken(ctx, token)
			wantCode(t, "old token", err, c.want)
		})
	}
}

func TestTokenExpires(t *testing.T) {
	b, clock := newBook(t)
	ctx := t.Context()
	_, err := b.Create(ctx, "alice", "secret")
	must(t, err)
	token, expires, err := b.IssueToken(ctx, "alice", time.Hour)
	must(t, err)
	if want := clock.now().Add(time.Hour); !expires.Equal(want) {
		t.Errorf("expires %v, want %v", expires, want)
	}
	clock.add(time.Hour - time.Second)
	if _, at, err := b.CheckToken(ctx, token); err != nil || !at.Equal(expires) {
		t.Errorf("in its last second: %v %v", at, err)
	}
	clock.add(time.Second)
	_, _, err = b.CheckToken(ctx, token)
	wantCode(t, "after it", err, chat.Expired)
	for _, ttl := range []time.Duration{0, -1, 1 << 62} {
		_, _, err := b.IssueToken(ctx, "alice", ttl)
		wantCode(t, ttl.String(), err, chat.Invalid)
	}
}

func TestChangedTokenIsRefused(t *testing.T) {
	b, _ := newBook(t)
	ctx := t.Context()
	_, err := b.Create(ctx, "alice", "secret")
	must(t, err)
	token, _, err := b.IssueToken(ctx, "alice", time.Hour)
	must(t, err)
	app, _, err := b.IssueAppToken(time.Hour)
	must(t, err)
	if strings.Trim(token, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" {
		t.Errorf("token %q cannot stand in a URL", token)
	}
	if _, err := b.CheckAppToken(app); err != nil {
		t.Errorf("app token: %v", err)
	}
	_, _, err = b.CheckToken(ctx, app)
	wantCode(t, "app token as a user's", err, chat.Unauthenticated)
	_, err = b.CheckAppToken(token)
	wantCode(t, "user's token as the app's", err, chat.Unauthenticated)
	other, _ := newBook(t)
	_, _, err = other.CheckToken(ctx, token)
	wantCode(t, "another gateway's token", err, chat.Unauthenticated)
	rapid.Check(t, func(t *rapid.T) {
		changed := []byte(token)
		i := rapid.IntRange(0, len(changed)-1).Draw(t, "place")
		changed[i] = rapid.Byte().Filter(func(c byte) bool { return c != changed[i] }).Draw(t, "byte")
		if _, _, err := b.CheckToken(ctx, string(changed)); chat.CodeOf(err) != chat.Unauthenticated {
			t.Fatalf("changed at %d: %v", i, err)
		}
	})
	for _, junk := range []string{"", "x", token + "=", token + "a", token[1:], "$t$" + token} {
		_, _, err := b.CheckToken(ctx, junk)
		wantCode(t, junk, err, chat.Unauthenticated)
	}
}

func TestNameIsTakenForEver(t *testing.T) {
	b, _ := newBook(t)
	ctx := t.Context()
	first, err := b.Create(ctx, "alice", "secret")
	must(t, err)
	_, err = b.Create(ctx, "alice", "secret")
	wantCode(t, "second account of a name", err, chat.Conflict)
	if chat.ReasonOf(err) != chat.AlreadyExists {
		t.Errorf("reason %v", chat.ReasonOf(err))
	}
	if got, made, err := b.Ensure(ctx, "alice"); err != nil || made || got != first {
		t.Errorf("ensure: %+v %v %v", got, made, err)
	}
	must(t, b.Delete(ctx, "alice"))
	_, err = b.Create(ctx, "alice", "secret")
	wantCode(t, "name of a deleted account", err, chat.Conflict)
	_, _, err = b.Ensure(ctx, "alice")
	wantCode(t, "login to a deleted account", err, chat.Conflict)
	for _, op := range []func() error{
		func() error { _, err := b.Get(ctx, "alice"); return err },
		func() error { _, err := b.Find(ctx, "alice"); return err },
		func() error { _, err := b.VerifyPassword(ctx, "alice", "secret"); return err },
		func() error { _, _, err := b.IssueToken(ctx, "alice", time.Hour); return err },
		func() error { return b.SetPassword(ctx, "alice", "x") },
		func() error { return b.SetDisabled(ctx, "alice", false) },
		func() error { return b.Delete(ctx, "alice") },
	} {
		wantCode(t, "deleted account", op(), chat.NotFound)
	}
	if s, err := b.Standing(ctx, "alice"); err != nil || s != chat.Deleted {
		t.Errorf("standing %v %v", s, err)
	}
	if _, err := b.Create(ctx, "Alice", "secret"); err != nil {
		t.Errorf("a name that differs in case: %v", err)
	}
	_, err = b.Find(ctx, "alice")
	wantCode(t, "the deleted name must not become another's", err, chat.NotFound)
}

func TestFindForgivesCaseWhereOneIsMeant(t *testing.T) {
	b, _ := newBook(t)
	ctx := t.Context()
	find := func(name string) string {
		a, err := b.Find(ctx, name)
		if err != nil {
			return chat.CodeOf(err).String()
		}
		return string(a.ID)
	}
	steps := []struct {
		do   func() error
		name string
		want string
	}{
		{nil, "alice", "not found"},
		{func() error { _, err := b.Create(ctx, "Alice", "x"); return err }, "alice", "Alice"},
		{nil, "ALICE", "Alice"},
		{func() error { _, _, err := b.Ensure(ctx, "ALICE"); return err }, "ALICE", "ALICE"},
		{nil, "alice", "not found"},
		{func() error { return b.Delete(ctx, "ALICE") }, "alice", "Alice"},
		{nil, "ALICE", "not found"},
		{func() error { _, _, err := b.Ensure(ctx, "Straße"); return err }, "STRASSE", "Straße"},
		{func() error { return b.SetDisabled(ctx, "Alice", true) }, "alice", "Alice"},
	}
	for i, s := range steps {
		if s.do != nil {
			must(t, s.do())
		}
		if got := find(s.name); got != s.want {
			t.Errorf("step %d: find %q: %s, want %s", i, s.name, got, s.want)
		}
	}
	if id, ok, err := b.Lookup(ctx, "nobody"); ok || err != nil {
		t.Errorf("lookup: %q %v %v", id, ok, err)
	}
}

func TestBadNamesAndPasswordsAreRefused(t *testing.T) {
	b, _ := newBook(t)
	ctx := t.Context()
	for _, id := range []chat.UserID{"", "a/b", "a\x00", "\xff", chat.UserID(strings.Repeat("x", 256))} {
		_, err := b.Create(ctx, id, "secret")
		wantCode(t, string(id), err, chat.Invalid)
		_, _, err = b.Ensure(ctx, id)
		wantCode(t, string(id), err, chat.Invalid)
	}
	_, err := b.Create(ctx, "alice", "")
	wantCode(t, "no password", err, chat.Invalid)
	_, err = b.Create(ctx, "alice", strings.Repeat("x", maxPassword+1))
	wantCode(t, "long password", err, chat.TooLarge)
	wantCode(t, "password of nobody", b.SetPassword(ctx, "bob", "x"), chat.NotFound)
}

func TestWatchersAreToldAfterTheChangeHolds(t *testing.T) {
	b, _ := newBook(t)
	ctx := t.Context()
	_, err := b.Create(ctx, "alice", "secret")
	must(t, err)
	var told []Change
	b.Watch(func(c Change) {
		standing, err := b.Standing(ctx, c.ID)
		must(t, err)
		if (c.Kind == Disabled) != (standing == chat.StandingDisabled) || (c.Kind == Deleted) != (standing == chat.Deleted) {
			t.Errorf("told of %v while standing is %v", c.Kind, standing)
		}
		told = append(told, c)
	})
	must(t, b.SetDisabled(ctx, "alice", true))
	must(t, b.SetDisabled(ctx, "alice", false))
	must(t, b.SetPassword(ctx, "alice", "new"))
	must(t, b.Delete(ctx, "alice"))
	wantCode(t, "nobody", b.Delete(ctx, "alice"), chat.NotFound)
	want := []Change{{"alice", Disabled}, {"alice", Enabled}, {"alice", PasswordChanged}, {"alice", Deleted}}
	if !slices.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
}

func TestDeletedAccountIsLeavingUntilItHasLeft(t *testing.T) {
	b, _ := newBook(t)
	ctx := t.Context()
	_, err := b.Create(ctx, "alice", "secret")
	must(t, err)
	leaving := func(want ...chat.UserID) {
		t.Helper()
		if got, err := b.Leaving(ctx); err != nil || !slices.Equal(got, want) {
			t.Errorf("leaving %v %v, want %v", got, err, want)
		}
	}
	leaving()
	must(t, b.Delete(ctx, "alice"))
	leaving("alice")
	must(t, b.Left(ctx, "alice"))
	leaving()
}

func TestListPagesInOrder(t *testing.T) {
	b, _ := newBook(t)
	ctx := t.Context()
	for _, id := range []chat.UserID{"c", "a", "B", "d", "e"} {
		_, _, err := b.Ensure(ctx, id)
		must(t, err)
	}
	must(t, b.Delete(ctx, "d"))
	var got []chat.UserID
	after := chat.UserID("")
	for {
		page, err := b.List(ctx, after, 2)
		must(t, err)
		if len(page) == 0 {
			break
		}
		for _, a := range page {
			got = append(got, a.ID)
		}
		after = page[len(page)-1].ID
	}
	if want := []chat.UserID{"B", "a", "c", "e"}; !slices.Equal(got, want) {
		t.Errorf("listed %v, want %v", got, want)
	}
}

func TestEverythingSurvivesReopening(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a ?#%41 folder")
	must(t, os.MkdirAll(dir, 0o700))
	path, vaultDir := filepath.Join(dir, "accounts.db"), filepath.Join(dir, "secrets")
	ctx, c := t.Context(), newClock()
	b := openBook(t, path, OpenVault(vaultDir, nil), c)
	made, err := b.Create(ctx, "alice", "secret")
	must(t, err)
	must(t, b.SetAlias(ctx, "webim", "41", "a group"))
	token, _, err := b.IssueToken(ctx, "alice", time.Hour)
	must(t, err)
	fake, _, err := b.Scram(ctx, "nobody", SHA256)
	must(t, err)
	must(t, b.Close())

	b = openBook(t, path, OpenVault(vaultDir, nil), c)
	got, _, err := b.CheckToken(ctx, token)
	if err != nil || got.ID != made.ID || got.UUID != made.UUID || !got.Created.Equal(made.Created) {
		t.Errorf("token: %+v %v, want %+v", got, err, made)
	}
	if _, err := b.VerifyPassword(ctx, "alice", "secret"); err != nil {
		t.Error(err)
	}
	if id, ok, err := b.Alias(ctx, "webim", "41"); !ok || id != "a group" || err != nil {
		t.Errorf("alias %q %v %v", id, ok, err)
	}
	again, _, err := b.Scram(ctx, "nobody", SHA256)
	must(t, err)
	if diff := cmp.Diff(fake, again); diff != "" {
		t.Errorf("keys of nobody changed: %s", diff)
	}
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), "accounts.db") && e.Name() != "secrets" {
			t.Errorf("stray file %q", e.Name())
		}
	}
}

func TestAliasAndAccountNeverShareAName(t *testing.T) {
	b, _ := newBook(t)
	ctx := t.Context()
	must(t, b.SetAlias(ctx, "webim", "41", "#group"))
	if native, ok, err := b.AliasOf(ctx, "webim", "#group"); native != "41" || !ok || err != nil {
		t.Errorf("alias of #group: %q %v %v", native, ok, err)
	}
	wantCode(t, "alias of another", b.SetAlias(ctx, "webim", "41", "#other"), chat.Conflict)
	wantCode(t, "second alias", b.SetAlias(ctx, "webim", "42", "#group"), chat.Conflict)
	must(t, b.SetAlias(ctx, "other", "41", "#group"))
	_, err := b.Create(ctx, "41", "secret")
	wantCode(t, "account named like an alias", err, chat.Conflict)
	_, _, err = b.Ensure(ctx, "41")
	wantCode(t, "account named like an alias", err, chat.Conflict)
	_, err = b.Create(ctx, "alice", "secret")
	must(t, err)
	wantCode(t, "alias named like an account", b.SetAlias(ctx, "webim", "alice", "#x"), chat.Conflict)
}

// A reader that began before a change must not leave in the cache what it read.
func TestReadersNeverPutBackWhatChanged(t *testing.T) {
	dir := t.TempDir()
	b := openBook(t, filepath.Join(dir, "accounts.db"), OpenVault("", nil), newClock())
	ctx := t.Context()
	_, _, err := b.Ensure(ctx, "alice")
	must(t, err)
	for range 50 {
		stop := make(chan struct{})
		var readers sync.WaitGroup
		for range 3 {
			readers.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
						_, _ = b.Standing(ctx, "alice")
						b.cache.changed("other") // makes misses likely
					}
				}
			})
		}
		must(t, b.SetDisabled(ctx, "alice", true))
		if s, err := b.Standing(ctx, "alice"); s != chat.StandingDisabled || err != nil {
			t.Errorf("standing after disable: %v %v", s, err)
		}
		must(t, b.SetDisabled(ctx, "alice", false))
		if s, err := b.Standing(ctx, "alice"); s != chat.Active || err != nil {
			t.Errorf("standing after enable: %v %v", s, err)
		}
		close(stop)
		readers.Wait()
	}
}

func TestOneOfManyCreatorsWins(t *testing.T) {
	b, _ := newBook(t)
	var wg sync.WaitGroup
	var made, uuids sync.Map
	for i := range 8 {
		wg.Go(func() {
			a, isNew, err := b.Ensure(t.Context(), "alice")
			if err != nil {
				t.Error(err)
			}
			uuids.Store(a.UUID, true)
			if isNew {
				made.Store(i, true)
			}
		})
	}
	wg.Wait()
	count := func(m *sync.Map) (n int) { m.Range(func(any, any) bool { n++; return true }); return n }
	if count(&made) != 1 || count(&uuids) != 1 {
		t.Errorf("%d made it, of %d uuids", count(&made), count(&uuids))
	}
}

// The book is compared with a plain map over random histories.
func TestBookBehavesLikeAMap(t *testing.T) {
	type state struct {
		password          string
		disabled, deleted bool
	}
	rapid.Check(t, func(rt *rapid.T) {
		b, err := Open(t.Context(), ":memory:", OpenVault("", nil), newClock().now)
		must(t, err)
		defer func() { must(t, b.Close()) }()
		b.cost = 2 // what passwords cost is not the question
		ctx, model := t.Context(), map[chat.UserID]*state{}
		ids := []chat.UserID{"a", "A", "b"}
		passwords := []string{"x", "y"}
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			id := rapid.SampledFrom(ids).Draw(rt, "id")
			s := model[id]
			password := rapid.SampledFrom(passwords).Draw(rt, "password")
			want, err := chat.Code(255), error(nil)
			switch rapid.IntRange(0, 5).Draw(rt, "do") {
			case 0:
				if s != nil {
					want = chat.Conflict
				} else {
					model[id] = &state{password: password}
				}
				_, err = b.Create(ctx, id, password)
			case 1:
				switch {
				case s == nil:
					model[id] = &state{}
				case s.deleted:
					want = chat.Conflict
				case s.disabled:
					want = chat.Forbidden
				}
				_, _, err = b.Ensure(ctx, id)
			case 2:
				switch {
				case s == nil || s.deleted:
					want = chat.NotFound
				case s.password != password:
					want = chat.Unauthenticated
				case s.disabled:
					want = chat.Forbidden
				}
				_, err = b.VerifyPassword(ctx, id, password)
			case 3:
				if s == nil || s.deleted {
					want = chat.NotFound
				} else {
					s.password = password
				}
				err = b.SetPassword(ctx, id, password)
			case 4:
				disable := rapid.Bool().Draw(rt, "disable")
				if s == nil || s.deleted {
					want = chat.NotFound
				} else {
					s.disabled = disable
				}
				err = b.SetDisabled(ctx, id, disable)
			case 5:
				if s == nil || s.deleted {
					want = chat.NotFound
				} else {
					s.deleted = true
				}
				err = b.Delete(ctx, id)
			}
			if got := chat.Code(255); err != nil {
				if got = chat.CodeOf(err); got != want {
					rt.Fatalf("%s: %v, want %v", id, err, want)
				}
			} else if want != got {
				rt.Fatalf("%s: allowed, want %v", id, want)
			}
		}
	})
}

func TestForeignUsersHaveAStandingWhereATrunkReachesThem(t *testing.T) {
	b, _ := newBook(t)
	bob := chat.Foreign("xmpp", "bob@there.example")
	standing := func(u chat.UserID) chat.Standing {
		t.Helper()
		s, err := b.Standing(t.Context(), u)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if s := standing(bob); s != chat.Unknown {
		t.Errorf("without a trunk: %v", s)
	}
	b.Reach("xmpp", func(address string) bool { return address == "bob@there.example" })
	if s := standing(bob); s != chat.Active {
		t.Errorf("with a trunk: %v", s)
	}
	for _, nobody := range []chat.UserID{"xmpp/nonsense", "irc/bob@there.example"} {
		if s := standing(nobody); s != chat.Unknown {
			t.Errorf("%s: %v", nobody, s)
		}
	}
	if _, _, err := b.Ensure(t.Context(), bob); err == nil {
		t.Error("a foreign user got an account")
	}
	if _, err := b.Create(t.Context(), bob, "secret"); err == nil {
		t.Error("a foreign user got a password")
	}
}

func TestProofHoldsUntilTheAccountChanges(t *testing.T) {
	b, _ := newBook(t)
	ctx := t.Context()
	for _, u := range []chat.UserID{"alice", "bob", "carol"} {
		_, err := b.Create(ctx, u, "secret")
		must(t, err)
	}
	proved := map[chat.UserID]Account{}
	for _, u := range []chat.UserID{"alice", "bob", "carol"} {
		a, err := b.VerifyPassword(ctx, u, "secret")
		must(t, err)
		must(t, b.Holds(ctx, a))
		proved[u] = a
	}
	must(t, b.SetPassword(ctx, "alice", "another"))
	wantCode(t, "password changed", b.Holds(ctx, proved["alice"]), chat.Unauthenticated)
	must(t, b.SetDisabled(ctx, "bob", true))
	wantCode(t, "disabled", b.Holds(ctx, proved["bob"]), chat.Forbidden)
	must(t, b.SetDisabled(ctx, "bob", false))
	wantCode(t, "disabled and enabled", b.Holds(ctx, proved["bob"]), chat.Unauthenticated)
	must(t, b.Delete(ctx, "carol"))
	wantCode(t, "deleted", b.Holds(ctx, proved["carol"]), chat.NotFound)
}

// What strangers ask for is remembered only where it could be a name: a thousand long ones would fill the memory.
func TestNamesThatNobodyCanHaveAreNotRemembered(t *testing.T) {
	b, _ := newBook(t)
	for _, name := range []string{strings.Repeat("x", 1<<20), "", "a/b", "\xff"} {
		_, err := b.Find(t.Context(), name)
		wantCode(t, "find", err, chat.NotFound)
	}
	if n := len(b.cache.misses); n != 0 {
		t.Errorf("%d are remembered", n)
	}
}

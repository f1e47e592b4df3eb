package account

import (
	"context"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1" //nolint:gosec // SCRAM-SHA-1 is what many clients still speak
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"hash"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"dragoman/bridge/chat"
)

const (
	// scramIterations makes each guess at a stolen key cost 10,000 hashes. The
	// least that is allowed is 4,096 [RFC 7677 §4]; clients compute it, too, and on
	// a phone in JavaScript 10,000 is what still goes unnoticed.
	scramIterations = 10_000
	saltSize        = 16
	// maxPassword bounds what one login attempt may make us hash.
	maxPassword = 1024
)

// The hashes that Scram knows.
const (
	SHA1   = "SHA-1"
	SHA256 = "SHA-256"
)

// ScramKeys is what a SCRAM server keeps instead of a password [RFC 5802 §3].
type ScramKeys struct {
	Salt       []byte
	Iterations int
	StoredKey  []byte
	ServerKey  []byte
}

// Scram returns an account's keys for the hash "SHA-1" or "SHA-256", and whether
// a login with them can succeed. For a name without an account or password, and
// for one that is disabled, it returns keys that fit no password and look like any
// other: the same ones at each call, so that nobody learns which names exist.
func (b *Book) Scram(ctx context.Context, id chat.UserID, hash string) (ScramKeys, bool, error) {
	if hash != SHA1 && hash != SHA256 {
		return ScramKeys{}, false, fmt.Errorf("SCRAM with %q: no such hash", hash)
	}
	r, err := b.row(ctx, id)
	if err != nil && chat.CodeOf(err) != chat.NotFound {
		return ScramKeys{}, false, err
	}
	keys := r.sha256
	if hash == SHA1 {
		keys = r.sha1
	}
	if err != nil || r.Deleted || r.iterations == 0 {
		return b.fakeScram(id, hash), false, nil
	}
	return keys, !r.Disabled, nil
}

func (b *Book) fakeScram(id chat.UserID, hash string) ScramKeys {
	part := func(purpose string) []byte {
		return derive(b.faking, hash+"\x00"+purpose+"\x00"+string(id))
	}
	size := sha256.Size
	if hash == SHA1 {
		size = sha1.Size
	}
	return ScramKeys{
		Salt: part("salt")[:saltSize], Iterations: scramIterations,
		StoredKey: part("stored")[:size], ServerKey: part("server")[:size],
	}
}

// VerifyPassword returns the account, if password is its own. chat.NotFound:
// there is no such account; chat.Forbidden: the password is right and the account
// disabled; chat.Unauthenticated: the password is wrong, or there is none.
func (b *Book) VerifyPassword(ctx context.Context, id chat.UserID, password string) (Account, error) {
	_, _, epoch := b.cache.row(id)
	r, err := b.living(ctx, id)
	if err != nil {
		return Account{}, err
	}
	if !b.isRight(r, password, epoch) {
		return Account{}, chat.Refuse(chat.Unauthenticated, "the password is wrong")
	}
	if err := r.usable(); err != nil {
		return Account{}, err
	}
	return r.Account, nil
}

// isRight compares with the account's keys. Clients that log in by password with
// every request would cost milliseconds of hashing each: a keyed hash of what was
// right lately answers for them. It holds the generation, so a new password makes
// the old proof worthless.
func (b *Book) isRight(r row, password string, epoch uint64) bool {
	if r.iterations == 0 || len(password) > maxPassword {
		return false
	}
	mac := hmac.New(sha256.New, b.provKey)
	_, _ = fmt.Fprintf(mac, "%x %d ", r.uuid, r.generation)
	_, _ = mac.Write([]byte(password))
	proof := [32]byte(mac.Sum(nil))
	if b.cache.wasRight(r.ID, proof) {
		return true
	}
	keys, err := scramKeys(sha256.New, password, r.sha256.Salt, r.iterations)
	if err != nil || subtle.ConstantTimeCompare(keys.StoredKey, r.sha256.StoredKey) != 1 {
		return false
	}
	b.cache.keepRight(r.ID, proof, epoch)
	return true
}

// SetPassword gives an account a new password and voids its tokens.
// chat.NotFound: there is no such account.
func (b *Book) SetPassword(ctx context.Context, id chat.UserID, password string) error {
	if password == "" {
		return chat.Refuse(chat.Invalid, "a password is missing")
	}
	var r row
	if err := r.setPassword(password, b.cost); err != nil {
		return err
	}
	return b.change(ctx, id, PasswordChanged, `UPDATE accounts SET generation = generation + 1, iterations = ?,
		salt1 = ?, stored1 = ?, server1 = ?, salt256 = ?, stored256 = ?, server256 = ? WHERE id = ?`,
		r.iterations, r.sha1.Salt, r.sha1.StoredKey, r.sha1.ServerKey, r.sha256.Salt, r.sha256.StoredKey, r.sha256.ServerKey)
}

// setPassword fills in the keys of a password, with new salts.
func (r *row) setPassword(password string, iterations int) error {
	if len(password) > maxPassword {
		return chat.Refuse(chat.TooLarge, "the password is longer than %d bytes", maxPassword)
	}
	salts, err := random(2 * saltSize)
	if err != nil {
		return err
	}
	r.iterations = iterations
	if r.sha1, err = scramKeys(sha1.New, password, salts[:saltSize], r.iterations); err != nil {
		return err
	}
	r.sha256, err = scramKeys(sha256.New, password, salts[saltSize:], r.iterations)
	return err
}

// scramKeys derives what a server keeps [RFC 5802 §3].
func scramKeys[H hash.Hash](h func() H, password string, salt []byte, iterations int) (ScramKeys, error) {
	salted, err := pbkdf2.Key(h, prepare(password), salt, iterations, h().Size())
	if err != nil {
		return ScramKeys{}, fmt.Errorf("derive SCRAM keys: %w", err)
	}
	keyed := func(text string) []byte {
		mac := hmac.New(func() hash.Hash { return h() }, salted)
		mac.Write([]byte(text))
		return mac.Sum(nil)
	}
	stored := h()
	stored.Write(keyed("Client Key"))
	return ScramKeys{Salt: salt, Iterations: iterations, StoredKey: stored.Sum(nil), ServerKey: keyed("Server Key")}, nil
}

// prepare writes a password as SCRAM clients prepare it before they hash
// [RFC 4013 §2]: other spaces become spaces, invisible joiners vanish, and equal
// characters are written equally. What that profile would refuse is kept instead:
// a password that somebody has chosen shall work.
func prepare(password string) string {
	ascii := true
	for i := range len(password) {
		ascii = ascii && password[i] < 0x80
	}
	if ascii {
		return password
	}
	mapped := strings.Map(func(r rune) rune {
		switch {
		case r == 0x200b: // a space by one table and nothing by the other: nothing decides [RFC 4013 §2.1]
			return -1
		case r > 0x7f && unicode.Is(unicode.Zs, r):
			return ' '
		case isMappedToNothing(r):
			return -1
		}
		return r
	}, password)
	return norm.NFKC.String(mapped)
}

// isMappedToNothing is table B.1 of RFC 3454.
func isMappedToNothing(r rune) bool {
	switch r {
	case 0x00ad, 0x034f, 0x1806, 0x2060, 0xfeff:
		return true
	}
	return 0x180b <= r && r <= 0x180d || 0x200b <= r && r <= 0x200d || 0xfe00 <= r && r <= 0xfe0f
}

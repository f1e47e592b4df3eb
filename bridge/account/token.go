package account

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"encoding/binary"
	"time"

	"dragoman/bridge/chat"
)

// A token is kind (1), expiry in seconds (8), account uuid (16), generation (8),
// random (8) and an HMAC-SHA-256 over all of them (32), in URL-safe base64. It has
// the random part so that two tokens of one second differ.
const (
	userToken byte = 1
	appToken  byte = 2

	tokenBody = 1 + 8 + 16 + 8 + 8
	tokenSize = tokenBody + 32
	// maxTTL keeps an expiry far from where it would wrap.
	maxTTL = 100 * 365 * 24 * time.Hour
)

// IssueToken returns a token that proves to be the account until ttl from now,
// rounded up to a whole second, or until its password changes or it is disabled or deleted. It
// may be written into a URL as it is. chat.Forbidden: the account is disabled.
func (b *Book) IssueToken(ctx context.Context, id chat.UserID, ttl time.Duration) (token string, expires time.Time, err error) {
	r, err := b.living(ctx, id)
	if err == nil {
		err = r.usable()
	}
	if err != nil {
		return "", time.Time{}, err
	}
	return b.issue(userToken, r.uuid, r.generation, ttl)
}

// CheckToken returns whose token it is and until when. chat.Expired: it was good
// once; chat.Forbidden: the account is disabled; chat.Unauthenticated: any other
// reason, a password changed since among them.
func (b *Book) CheckToken(ctx context.Context, token string) (Account, time.Time, error) {
	t, err := b.parse(userToken, token)
	if err != nil {
		return Account{}, time.Time{}, err
	}
	r, err := b.rowOf(ctx, t.uuid)
	if chat.CodeOf(err) == chat.NotFound || err == nil && r.Deleted {
		return Account{}, time.Time{}, badToken()
	}
	if err == nil {
		err = r.usable()
	}
	if err != nil {
		return Account{}, time.Time{}, err
	}
	if r.generation != t.generation {
		return Account{}, time.Time{}, badToken()
	}
	return r.Account, t.expires, t.checkTime(b.now())
}

// IssueAppToken returns a token for the app's own server, which acts for any
// user: good until ttl from now.
func (b *Book) IssueAppToken(ttl time.Duration) (token string, expires time.Time, err error) {
	return b.issue(appToken, [16]byte{}, 0, ttl)
}

// CheckAppToken returns until when an app server's token is good. It fails as
// CheckToken does.
func (b *Book) CheckAppToken(token string) (expires time.Time, err error) {
	t, err := b.parse(appToken, token)
	if err != nil {
		return time.Time{}, err
	}
	return t.expires, t.checkTime(b.now())
}

func badToken() error { return chat.Refuse(chat.Unauthenticated, "the token is not valid") }

type claims struct {
	expires    time.Time
	uuid       [16]byte
	generation int64
}

func (c claims) checkTime(now time.Time) error {
	if !now.Before(c.expires) {
		return chat.Refuse(chat.Expired, "the token has expired")
	}
	return nil
}

func (b *Book) issue(kind byte, uuid [16]byte, generation int64, ttl time.Duration) (string, time.Time, error) {
	if ttl <= 0 || ttl > maxTTL {
		return "", time.Time{}, chat.Refuse(chat.Invalid, "a token cannot live that long")
	}
	nonce, err := random(8)
	if err != nil {
		return "", time.Time{}, err
	}
	expires := time.Unix(b.now().Add(ttl+time.Second-1).Unix(), 0)
	raw := make([]byte, 0, tokenSize)
	raw = append(raw, kind)
	raw = binary.BigEndian.AppendUint64(raw, uint64(expires.Unix()))
	raw = append(raw, uuid[:]...)
	raw = binary.BigEndian.AppendUint64(raw, uint64(generation))
	raw = append(raw, nonce...)
	raw = append(raw, derive(b.signing, string(raw))...)
	return base64.RawURLEncoding.EncodeToString(raw), expires, nil
}

// parse returns what a token of that kind says, if we signed it. Strict decoding
// leaves each token one way to be written.
func (b *Book) parse(kind byte, token string) (claims, error) {
	if len(token) != base64.RawURLEncoding.EncodedLen(tokenSize) {
		return claims{}, badToken()
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) != tokenSize || raw[0] != kind ||
		!hmac.Equal(raw[tokenBody:], derive(b.signing, string(raw[:tokenBody]))) {
		return claims{}, badToken()
	}
	return claims{
		expires:    time.Unix(int64(binary.BigEndian.Uint64(raw[1:])), 0),
		uuid:       [16]byte(raw[9:]),
		generation: int64(binary.BigEndian.Uint64(raw[25:])),
	}, nil
}

// rowOf returns the account with the uuid.
func (b *Book) rowOf(ctx context.Context, uuid [16]byte) (row, error) {
	id, ok := b.cache.idOf(uuid)
	if ok {
		return b.row(ctx, id)
	}
	r, err := b.read(ctx, `uuid = ?`, uuid[:])
	if err != nil {
		return row{}, err
	}
	b.cache.keepID(uuid, r.ID)
	return b.row(ctx, r.ID)
}

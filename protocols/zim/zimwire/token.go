package zimwire

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/go-json-experiment/json"
)

// What is fixed about a token04 [zim token04].
const (
	tokenPrefix = "04"
	// SecretLength is the length of a ServerSecret in bytes, used as they are as an AES-256 key.
	SecretLength = 32
	// TokenLifeMax is the longest that a token may live.
	TokenLifeMax = 24 * 24 * time.Hour
	// tokenLifeMin is what must be left of a token at login.
	tokenLifeMin = 30 * time.Second
	// tokenSkew is how far in the future a token may have been made: the clocks of app servers differ.
	tokenSkew = 10 * time.Minute
	// maxToken bounds what an unauthenticated peer can make us decode.
	maxToken = 8 << 10

	modeCBC byte = 0
	modeGCM byte = 1

	ivAlphabet = "0123456789abcdefghijklmnopqrstuvwxyz"
)

// Token is what a token04 says.
type Token struct {
	AppID   uint32 `json:"app_id"`
	UserID  string `json:"user_id"`
	Nonce   int64  `json:"nonce"`
	Created int64  `json:"ctime"`  // Unix seconds
	Expire  int64  `json:"expire"` // Unix seconds
	Payload string `json:"payload"`
}

// Expires returns the end of the token's life.
func (t Token) Expires() time.Time { return time.Unix(t.Expire, 0) }

var errToken = errors.New("token is broken")

// MintToken makes a token04 in its authenticated form (AES-256-GCM). The secret has SecretLength bytes, the user id is
// not empty, ttl is above zero and at most TokenLifeMax.
func MintToken(appID uint32, userID string, secret []byte, ttl time.Duration, now time.Time) (string, error) {
	return mint(appID, userID, secret, ttl, now, modeGCM)
}

// MintTokenCBC makes a token04 as most vendor samples do (AES-256-CBC). It serves tests and old verifiers.
func MintTokenCBC(appID uint32, userID string, secret []byte, ttl time.Duration, now time.Time) (string, error) {
	return mint(appID, userID, secret, ttl, now, modeCBC)
}

func mint(appID uint32, userID string, secret []byte, ttl time.Duration, now time.Time, mode byte) (string, error) {
	switch {
	case len(secret) != SecretLength:
		return "", fmt.Errorf("mint token: the secret has %d bytes, not %d", len(secret), SecretLength)
	case userID == "":
		return "", errors.New("mint token: the user id is empty")
	case ttl < time.Second || ttl > TokenLifeMax:
		return "", fmt.Errorf("mint token: a life of %s is not between 1 s and %s", ttl, TokenLifeMax)
	}
	var seed [4]byte
	if _, err := rand.Read(seed[:]); err != nil {
		return "", fmt.Errorf("mint token: %w", err)
	}
	t := Token{
		AppID: appID, UserID: userID, Created: now.Unix(), Expire: now.Unix() + int64(ttl/time.Second),
		Nonce: int64(int32(binary.BigEndian.Uint32(seed[:]))), // the vendor's nonce is a signed 32-bit number
	}
	plain, err := json.Marshal(t)
	if err != nil {
		return "", fmt.Errorf("mint token: %w", err)
	}
	iv, err := newIV(mode)
	if err != nil {
		return "", fmt.Errorf("mint token: %w", err)
	}
	return seal(plain, t.Expire, secret, iv, mode)
}

func newIV(mode byte) ([]byte, error) {
	if mode == modeGCM {
		iv := make([]byte, 12)
		_, err := rand.Read(iv)
		return iv, err
	}
	iv := make([]byte, aes.BlockSize)
	for i := range iv {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(ivAlphabet))))
		if err != nil {
			return nil, err
		}
		iv[i] = ivAlphabet[n.Int64()]
	}
	return iv, nil
}

func seal(plain []byte, expire int64, secret, iv []byte, mode byte) (string, error) {
	block, err := aes.NewCipher(secret)
	if err != nil {
		return "", fmt.Errorf("seal token: %w", err)
	}
	var sealed []byte
	if mode == modeGCM {
		gcm, err := cipher.NewGCM(block)
		if err != nil {
			return "", fmt.Errorf("seal token: %w", err)
		}
		sealed = gcm.Seal(nil, iv, plain, nil)
	} else {
		n := aes.BlockSize - len(plain)%aes.BlockSize
		sealed = append([]byte(nil), plain...)
		for range n {
			sealed = append(sealed, byte(n))
		}
		cipher.NewCBCEncrypter(block, iv).CryptBlocks(sealed, sealed)
	}
	if len(sealed) > 1<<16-1 {
		return "", errors.New("seal token: too long")
	}
	raw := binary.BigEndian.AppendUint64(nil, uint64(expire))
	raw = binary.BigEndian.AppendUint16(raw, uint16(len(iv)))
	raw = append(raw, iv...)
	raw = binary.BigEndian.AppendUint16(raw, uint16(len(sealed)))
	raw = append(raw, sealed...)
	if mode == modeGCM {
		raw = append(raw, modeGCM)
	}
	return tokenPrefix + base64.StdEncoding.EncodeToString(raw), nil
}

// sealedToken is a token04 cut into its parts, not yet opened.
type sealedToken struct {
	expire     int64
	iv, sealed []byte
	mode       byte
}

// cut takes a token apart by its lengths. Nothing may be left over but the mode byte.
func cut(text string) (sealedToken, error) {
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) < 12 {
		return sealedToken{}, errToken
	}
	t := sealedToken{expire: int64(binary.BigEndian.Uint64(raw))}
	raw = raw[8:]
	part := func() ([]byte, bool) {
		if len(raw) < 2 {
			return nil, false
		}
		n := int(binary.BigEndian.Uint16(raw))
		if len(raw) < 2+n {
			return nil, false
		}
		p := raw[2 : 2+n]
		raw = raw[2+n:]
		return p, true
	}
	var ok bool
	if t.iv, ok = part(); !ok {
		return sealedToken{}, errToken
	}
	if t.sealed, ok = part(); !ok || len(raw) > 1 {
		return sealedToken{}, errToken
	}
	if len(raw) == 1 {
		t.mode = raw[0]
	}
	return t, nil
}

// open decrypts the token. Every fault is the same error: with CBC a difference between them would tell the plaintext.
func (t sealedToken) open(secret []byte) (Token, error) {
	block, err := aes.NewCipher(secret)
	if err != nil {
		return Token{}, errToken
	}
	var plain []byte
	switch t.mode {
	case modeGCM:
		gcm, err := cipher.NewGCM(block)
		if err != nil || len(t.iv) != gcm.NonceSize() {
			return Token{}, errToken
		}
		if plain, err = gcm.Open(nil, t.iv, t.sealed, nil); err != nil {
			return Token{}, errToken
		}
	case modeCBC:
		if len(t.iv) != aes.BlockSize || len(t.sealed) == 0 || len(t.sealed)%aes.BlockSize != 0 {
			return Token{}, errToken
		}
		plain = make([]byte, len(t.sealed))
		cipher.NewCBCDecrypter(block, t.iv).CryptBlocks(plain, t.sealed)
		n := int(plain[len(plain)-1])
		if n == 0 || n > aes.BlockSize {
			return Token{}, errToken
		}
		for _, b := range plain[len(plain)-n:] {
			if int(b) != n {
				return Token{}, errToken
			}
		}
		plain = plain[:len(plain)-n]
	default:
		return Token{}, errToken
	}
	var out Token
	if json.Unmarshal(plain, &out) != nil {
		return Token{}, errToken
	}
	return out, nil
}

// TokenCheck is what a token is held against.
type TokenCheck struct {
	AppID   uint32
	UserID  string
	Secrets [][]byte // any of them may have sealed it: a secret is changed while tokens of the old one live
	Now     time.Time
}

// OpenToken reads a token and checks it, in this order: version, form, seal, app, user, the two expiries, life left,
// life altogether [zim token04]. The refusal says which, except that all faults of form and seal are one.
func OpenToken(text string, c TokenCheck) (Token, *Error) {
	if len(text) < len(tokenPrefix) || text[:len(tokenPrefix)] != tokenPrefix {
		return Token{}, Refuse(NetworkModuleTokenVersionError, "token is not of version 04")
	}
	invalid := Refuse(NetworkModuleTokenInvalid, "token is not valid")
	if len(text) > maxToken {
		return Token{}, invalid
	}
	sealed, err := cut(text[len(tokenPrefix):])
	if err != nil {
		return Token{}, invalid
	}
	var t Token
	err = errToken
	for _, secret := range c.Secrets {
		if t, err = sealed.open(secret); err == nil {
			break
		}
	}
	if err != nil {
		return Token{}, invalid
	}
	now := c.Now.Unix()
	switch {
	case t.AppID != c.AppID:
		return Token{}, Refuse(NetworkModuleCommonError, "token is for another app")
	case subtle.ConstantTimeCompare([]byte(t.UserID), []byte(c.UserID)) != 1:
		return Token{}, invalid
	case t.Expire != sealed.expire:
		return Token{}, invalid
	case now >= t.Expire:
		return Token{}, Refuse(NetworkModuleTokenExpired, "token has expired")
	case t.Expire-now < int64(tokenLifeMin/time.Second):
		return Token{}, Refuse(NetworkModuleTokenTimeIsTooShort, "token expires within 30 seconds")
	case t.Created > now+int64(tokenSkew/time.Second), t.Expire-t.Created > int64(TokenLifeMax/time.Second):
		return Token{}, invalid
	}
	return t, nil
}

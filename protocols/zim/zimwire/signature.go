package zimwire

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"
)

// SignatureSkew is how far the time of a signed request may be from ours, either way [zim signature].
const SignatureSkew = 10 * time.Minute

// Sign returns Signature 2.0 of a server API request: the MD5, as lower-case hex, of the four values one after
// another. The vendor's choice of MD5 cannot be changed without changing every caller; the secret's length and the time
// window are what it rests on.
func Sign(appID uint32, nonce, secret string, timestamp int64) string {
	sum := md5.Sum([]byte(strconv.FormatUint(uint64(appID), 10) + nonce + secret + strconv.FormatInt(timestamp, 10)))
	return hex.EncodeToString(sum[:])
}

// SignedBy tells whether the signature is that of the request, in constant time.
func SignedBy(signature string, appID uint32, nonce, secret string, timestamp int64) bool {
	want := Sign(appID, nonce, secret, timestamp)
	return subtle.ConstantTimeCompare([]byte(want), []byte(signature)) == 1
}

// SignCallback returns the signature of a call to the app's server: SHA-1, as lower-case hex, of the three texts
// sorted by their bytes and joined [zim callbacks].
func SignCallback(secret, timestamp, nonce string) string {
	parts := []string{secret, timestamp, nonce}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

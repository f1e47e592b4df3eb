package zim

import (
	"time"

	"dragoman/protocols/zim/zimwire"
)

// MintToken makes a token04 with which userID may log in to the app until ttl has passed. The secret is the app's
// ServerSecret, zimwire.SecretLength bytes; ttl is at most 24 days.
func MintToken(appID uint32, userID string, secret []byte, ttl time.Duration, now time.Time) (string, error) {
	return zimwire.MintToken(appID, userID, secret, ttl, now)
}

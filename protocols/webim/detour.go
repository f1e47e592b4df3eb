package webim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// detourMark opens the last segment of a path that leads to a foreign link. No file
// of ours has an id that begins so.
const detourMark = "x-"

// detour makes the last segment of a path of ours that leads to a foreign link. It
// is signed, so the gateway sends nobody where no message pointed.
func (f *frontend) detour(link string) string {
	return detourMark + base64.RawURLEncoding.EncodeToString(f.proof(ofDetour, link)) + "-" + base64.RawURLEncoding.EncodeToString([]byte(link))
}

// undetour returns the link that a segment leads to.
func (f *frontend) undetour(segment string) (string, bool) {
	rest, ok := strings.CutPrefix(segment, detourMark)
	if !ok || len(rest) < detourSumLen+1 {
		return "", false
	}
	sum, err := base64.RawURLEncoding.DecodeString(rest[:detourSumLen])
	if err != nil {
		return "", false
	}
	link, err := base64.RawURLEncoding.DecodeString(rest[detourSumLen+1:])
	if err != nil || !hmac.Equal(sum, f.proof(ofDetour, string(link))) {
		return "", false
	}
	return string(link), true
}

// equalText compares what a stranger shows with what it must be, in a time that tells nothing.
func equalText(shown, right string) bool { return hmac.Equal([]byte(shown), []byte(right)) }

// detourSumLen is how many characters the signature takes.
const detourSumLen = 22

// What a proof is of. Foreign links are whatever somebody wrote: a proof of one must be none of anything else.
const (
	ofDetour = "detour"
	ofExport = "export"
)

// proof is what nobody but this gateway can make of a text.
func (f *frontend) proof(of, text string) []byte {
	mac := hmac.New(sha256.New, f.detourKey)
	mac.Write([]byte(of + "\x00" + text)) // never fails
	return mac.Sum(nil)[:16]
}

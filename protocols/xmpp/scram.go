package xmpp

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"strconv"
	"strings"
)

// errProof is a failed proof: the password was wrong, or there is no such user. The two look alike to the peer.
var errProof = errors.New("the proof does not match")

// errSyntax is a SCRAM message that is none.
var errSyntax = errors.New("malformed SCRAM message")

// scramKeys is what a server keeps of a password [RFC 5802 §3].
type scramKeys struct {
	salt                 []byte
	iterations           int
	storedKey, serverKey []byte
}

// scram is the server's side of one SCRAM exchange [RFC 5802, RFC 7677]. It is our own because mellium.im/sasl asks for the
// salted password, which is as good as the password itself; we keep StoredKey and ServerKey alone.
type scram struct {
	hash     func() hash.Hash
	keys     func(user string) (scramKeys, error)
	binding  []byte   // channel binding data; nil: the mechanism is not a -PLUS one
	bindings []string // the kinds of channel binding that we would take
	offers   bool     // a -PLUS mechanism was offered beside this one

	nonce string // ours; made at the first message
	user  string
	key   scramKeys
	gs2   string // header of the first message, and what the last must repeat
	first string // client-first-message-bare , server-first-message
}

func scramHash(mechanism string) func() hash.Hash {
	if strings.HasPrefix(mechanism, "SCRAM-SHA-256") {
		return sha256.New
	}
	return sha1.New
}

// begin takes the client's first message and returns the challenge.
func (s *scram) begin(msg []byte) ([]byte, error) {
	gs2, bare, err := splitGS2(string(msg))
	if err != nil {
		return nil, err
	}
	if err := s.checkBinding(gs2); err != nil {
		return nil, err
	}
	fields := strings.Split(bare, ",")
	if len(fields) < 2 || !strings.HasPrefix(fields[0], "n=") || !strings.HasPrefix(fields[1], "r=") || len(fields[1]) < 3 {
		return nil, errSyntax // m= too: a mandatory extension that we do not know
	}
	if s.user, err = unescapeName(fields[0][2:]); err != nil {
		return nil, err
	}
	if s.key, err = s.keys(s.user); err != nil {
		return nil, err
	}
	if s.nonce == "" {
		s.nonce = rand.Text()
	}
	s.gs2, s.nonce = gs2, fields[1][2:]+s.nonce
	challenge := "r=" + s.nonce + ",s=" + base64.StdEncoding.EncodeToString(s.key.salt) + ",i=" + strconv.Itoa(s.key.iterations)
	s.first = bare + "," + challenge
	return []byte(challenge), nil
}

// finish takes the client's last message and returns ours.
func (s *scram) finish(msg []byte) ([]byte, error) {
	bare, proofText, ok := strings.Cut(string(msg), ",p=")
	if !ok {
		return nil, errSyntax
	}
	proof, err := base64.StdEncoding.DecodeString(proofText)
	if err != nil {
		return nil, errSyntax
	}
	fields := strings.Split(bare, ",")
	if len(fields) < 2 || !strings.HasPrefix(fields[0], "c=") {
		return nil, errSyntax
	}
	said, err := base64.StdEncoding.DecodeString(fields[0][2:])
	if err != nil {
		return nil, errSyntax
	}
	if !bytes.Equal(said, append([]byte(s.gs2), s.binding...)) {
		return nil, fmt.Errorf("channel binding: %w", errProof)
	}
	if fields[1] != "r="+s.nonce {
		return nil, fmt.Errorf("nonce: %w", errProof)
	}
	auth := []byte(s.first + "," + bare)
	signature := s.mac(s.key.storedKey, auth)
	if len(proof) != len(signature) {
		return nil, errProof
	}
	clientKey := make([]byte, len(proof))
	subtle.XORBytes(clientKey, proof, signature)
	h := s.hash()
	h.Write(clientKey)
	if subtle.ConstantTimeCompare(h.Sum(nil), s.key.storedKey) != 1 {
		return nil, errProof
	}
	return []byte("v=" + base64.StdEncoding.EncodeToString(s.mac(s.key.serverKey, auth))), nil
}

func (s *scram) mac(key, msg []byte) []byte {
	m := hmac.New(s.hash, key)
	m.Write(msg)
	return m.Sum(nil)
}

// checkBinding compares what the client says of channel binding with what we offered [RFC 5802 §6].
func (s *scram) checkBinding(gs2 string) error {
	flag, _, _ := strings.Cut(gs2, ",")
	switch {
	case flag == "n" && s.binding == nil:
		return nil
	case flag == "y" && s.binding == nil && !s.offers:
		return nil
	case flag == "y":
		return fmt.Errorf("the client thinks that we do not bind: %w", errProof) // a downgrade
	}
	if kind, ok := strings.CutPrefix(flag, "p="); ok && s.binding != nil {
		for _, k := range s.bindings {
			if k == kind {
				return nil
			}
		}
	}
	return errSyntax
}

// splitGS2 cuts the header off the first message: flag, authorisation identity, and both commas.
func splitGS2(msg string) (gs2, bare string, err error) {
	first := strings.IndexByte(msg, ',')
	if first < 0 {
		return "", "", errSyntax
	}
	second := strings.IndexByte(msg[first+1:], ',')
	if second < 0 {
		return "", "", errSyntax
	}
	end := first + 1 + second + 1
	return msg[:end], msg[end:], nil
}

// authzid returns whom the client wants to act for, "" for himself.
func (s *scram) authzid() (string, error) {
	parts := strings.SplitN(s.gs2, ",", 3)
	name, ok := strings.CutPrefix(parts[1], "a=")
	if !ok {
		return "", nil
	}
	return unescapeName(name)
}

// unescapeName undoes the two escapes of a saslname.
func unescapeName(s string) (string, error) {
	out := strings.NewReplacer("=2C", ",", "=3D", "=").Replace(s)
	if strings.Count(s, "=") != strings.Count(s, "=2C")+strings.Count(s, "=3D") || s == "" {
		return "", errSyntax
	}
	return out, nil
}

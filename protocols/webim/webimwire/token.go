package webimwire

import (
	"encoding/json"
	"strings"
)

// tokenMark stands before an access token wherever a packet holds one.
const tokenMark = "$t$"

// Token finds the access token of a login in the places where the generations of
// the SDKs put it [webim 4.2]: auth_token (JSON), auth, and the envelope. It is
// empty if there is none.
func (u Up) Token() string {
	if text := u.Provision.GetAuthToken(); text != "" {
		var holder struct {
			Token string `json:"token"`
		}
		if err := json.Unmarshal([]byte(text), &holder); err == nil && holder.Token != "" {
			return strings.TrimPrefix(holder.Token, tokenMark)
		}
	}
	for _, text := range []string{u.Provision.GetAuth(), u.Envelope.GetAuth()} {
		if text != "" {
			return strings.TrimPrefix(text, tokenMark)
		}
	}
	return ""
}

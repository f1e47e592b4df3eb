package console

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"dragoman/bridge/account"
	"dragoman/bridge/chat"
)

// consoleKey is the secret that signs operators' tokens.
const consoleKey = "console-key"

// Role is what an operator may do.
type Role string

// The roles: a viewer looks, an operator acts, too.
const (
	Viewer Role = "viewer"
	Acting Role = "operator"
)

// Operator is who uses the console.
type Operator struct {
	Name     string    `json:"name"`
	Role     Role      `json:"role"`
	Contents bool      `json:"contents"` // may see what people write to each other
	Expires  time.Time `json:"expires"`
}

// maxOperatorTTL bounds a token, of which none can be taken back before it runs out but all together.
const maxOperatorTTL = 31 * 24 * time.Hour

// IssueToken returns a token with which o logs in to the console until o.Expires. Replacing the vault's secret voids all.
func IssueToken(v *account.Vault, o Operator, now time.Time) (string, error) {
	switch {
	case o.Name == "" || len(o.Name) > 64 || strings.ContainsFunc(o.Name, func(r rune) bool { return r < ' ' }):
		return "", chat.Refuse(chat.Invalid, "an operator has a name of up to 64 bytes, for the audit log")
	case o.Role != Viewer && o.Role != Acting:
		return "", chat.Refuse(chat.Invalid, "a role is %s or %s", Viewer, Acting)
	case !o.Expires.After(now) || o.Expires.Sub(now) > maxOperatorTTL:
		return "", chat.Refuse(chat.Invalid, "a console token lives up to 31 days")
	}
	o.Expires = o.Expires.UTC().Truncate(time.Second)
	claims, err := json.Marshal(o)
	if err != nil {
		return "", err
	}
	body := base64.RawURLEncoding.EncodeToString(claims)
	seal, err := sealOf(v, body)
	return body + "." + seal, err
}

func sealOf(v *account.Vault, body string) (string, error) {
	key, err := v.Secret(consoleKey, 32)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write([]byte(body))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)), nil
}

// checkToken returns whose token it is.
func checkToken(v *account.Vault, token string, now time.Time) (Operator, error) {
	wrong := chat.Refuse(chat.Unauthenticated, "the token is not valid")
	body, seal, ok := strings.Cut(token, ".")
	want, err := sealOf(v, body)
	if err != nil {
		return Operator{}, err
	}
	if !ok || !hmac.Equal([]byte(seal), []byte(want)) {
		return Operator{}, wrong
	}
	claims, err := base64.RawURLEncoding.Strict().DecodeString(body)
	if err != nil {
		return Operator{}, wrong
	}
	var o Operator
	if err := json.Unmarshal(claims, &o); err != nil {
		return Operator{}, wrong
	}
	if !now.Before(o.Expires) {
		return Operator{}, chat.Refuse(chat.Unauthenticated, "the token has expired: dragoman admin token prints another")
	}
	return o, nil
}

// cookie keeps the token in the browser, out of the scripts' reach.
const cookie = "dragoman-console"

// maxFailures is how many wrong tokens are looked at in a minute, from everybody together: this machine's users alone get
// here, and one who guesses must not be quick.
const maxFailures = 10

// failures counts wrong tokens.
type failures struct {
	mu    sync.Mutex
	since time.Time
	count int
}

// tooMany counts one more attempt if wrong, and reports whether no more are looked at for now.
func (f *failures) tooMany(now time.Time, wrong bool) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now.Sub(f.since) > time.Minute {
		f.since, f.count = now, 0
	}
	if wrong {
		f.count++
	}
	return f.count >= maxFailures
}

func (c *Console) login(w http.ResponseWriter, r *http.Request) {
	q, err := question[struct{ Token string }](w, r)
	if err != nil {
		answer(w, nil, err)
		return
	}
	now := c.host.Now()
	if c.failures.tooMany(now, false) {
		answer(w, nil, chat.Refuse(chat.TooMany, "too many wrong tokens: wait a minute"))
		return
	}
	token := strings.TrimSpace(q.Token)
	o, err := checkToken(c.host.Vault, token, now)
	if err != nil {
		c.failures.tooMany(now, true)
		_ = c.audit.note(Deed{Action: "login", Address: r.RemoteAddr, Problem: chat.PublicOf(err)})
		answer(w, nil, err)
		return
	}
	if err := c.audit.note(Deed{Who: o.Name, Action: "login", Address: r.RemoteAddr}); err != nil {
		answer(w, nil, err)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: cookie, Value: token, Path: "/", Expires: o.Expires, HttpOnly: true, Secure: r.TLS != nil,
		SameSite: http.SameSiteStrictMode})
	answer(w, o, nil)
}

func (c *Console) logout(w http.ResponseWriter, r *http.Request, o Operator) {
	_ = c.audit.note(Deed{Who: o.Name, Action: "logout", Address: r.RemoteAddr}) // he shall get out in any case
	http.SetCookie(w, &http.Cookie{Name: cookie, Path: "/", MaxAge: -1, HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode})
	answer(w, struct{}{}, nil)
}

// operator returns who asks.
func (c *Console) operator(r *http.Request) (Operator, error) {
	kept, err := r.Cookie(cookie)
	if err != nil {
		return Operator{}, chat.Refuse(chat.Unauthenticated, "log in first")
	}
	return checkToken(c.host.Vault, kept.Value, c.host.Now())
}

// me tells the page who it is open for. That it is nobody yet is no refusal.
func (c *Console) me(w http.ResponseWriter, r *http.Request) {
	o, err := c.operator(r)
	if chat.CodeOf(err) == chat.Unauthenticated {
		answer(w, map[string]any{"operator": nil}, nil)
		return
	}
	answer(w, map[string]any{"operator": o}, err)
}

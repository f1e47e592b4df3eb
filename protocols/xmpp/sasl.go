package xmpp

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"mellium.im/sasl"
	"mellium.im/xmpp/jid"
	"mellium.im/xmpp/stream"

	"dragoman/bridge/account"
	"dragoman/bridge/chat"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

const (
	// maxFailures is how many attempts one stream has [RFC 6120 §6.4.5 asks for 2 to 5].
	maxFailures = 5
	// failureDelay slows guessing down, on each stream for itself.
	failureDelay = 500 * time.Millisecond
	// maxSASL bounds a message of a mechanism; the longest names and passwords fit many times.
	maxSASL = 16 << 10
)

// mechanisms lists what can be offered, the strongest first: a client takes the first that it knows and does not fall back.
func (l *login) mechanisms() []string {
	if l.classic != nil {
		return []string{"PLAIN"} // of a token that was had by REST on the same connection or a safer one
	}
	var all []string
	if len(l.bindings()) > 0 {
		all = append(all, "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS")
	}
	all = append(all, "SCRAM-SHA-256", "SCRAM-SHA-1")
	if l.link.isSecure() || l.link.isLocal() {
		all = append(all, "PLAIN") // [RFC 6120 §13.8.3]
	}
	return all
}

// saslError is a failure by the name that the client is told [RFC 6120 §6.5].
type saslError struct {
	name string
	text string
}

func (e *saslError) Error() string { return "SASL " + e.name }

// sasl runs one attempt to log in. done: the client is who it says, and a new stream begins.
func (l *login) sasl(ctx context.Context, first *xmppwire.Element) (done bool, err error) {
	if l.user != "" || !l.mayLogin() {
		return false, fmt.Errorf("SASL out of turn: %w", stream.PolicyViolation)
	}
	user, final, err := l.attempt(ctx, first)
	var failure *saslError
	if errors.As(err, &failure) {
		return false, l.fail(ctx, failure)
	}
	if err != nil {
		return false, err
	}
	success := xmppwire.New(nsSASL, "success")
	if final != nil {
		success.AddText(base64.StdEncoding.EncodeToString(final))
	}
	if err := writeElement(l.link, success); err != nil {
		return false, err
	}
	l.user = user
	l.link.restart()
	return true, nil
}

// fail tells the client, and ends the stream after too many attempts.
func (l *login) fail(ctx context.Context, failure *saslError) error {
	l.failures++
	l.log.Info().Str("address", l.link.address()).Str("condition", failure.name).Msg("login refused")
	select {
	case <-time.After(failureDelay):
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	e := xmppwire.New(nsSASL, "failure").Add(xmppwire.New(nsSASL, failure.name))
	if failure.text != "" {
		e.AddNew("text").SetLang("en").AddText(failure.text)
	}
	if err := writeElement(l.link, e); err != nil {
		return err
	}
	if l.failures >= maxFailures {
		return fmt.Errorf("too many attempts to log in: %w", stream.PolicyViolation)
	}
	return nil
}

// attempt runs the mechanism that the client has chosen.
func (l *login) attempt(ctx context.Context, first *xmppwire.Element) (user chat.UserID, final []byte, err error) {
	if first.Local != "auth" {
		return "", nil, &saslError{name: "malformed-request"}
	}
	name := first.Attr("mechanism")
	offered := false
	for _, m := range l.mechanisms() {
		offered = offered || m == name
	}
	if !offered {
		return "", nil, &saslError{name: "invalid-mechanism"}
	}
	msg, err := l.saslMessage(ctx, first)
	if err != nil {
		return "", nil, err
	}
	if name == "PLAIN" {
		user, err = l.plain(ctx, msg)
		return user, nil, err
	}
	return l.scram(ctx, name, msg)
}

// saslMessage returns the initial response, asking for it where the client kept it back [RFC 6120 §6.4.2].
func (l *login) saslMessage(ctx context.Context, e *xmppwire.Element) ([]byte, error) {
	if e.Text() != "" {
		return decodeSASL(e)
	}
	return l.challenge(ctx, nil)
}

// challenge sends a challenge and returns the response.
func (l *login) challenge(ctx context.Context, data []byte) ([]byte, error) {
	if err := writeElement(l.link, xmppwire.TextElement(nsSASL, "challenge", base64.StdEncoding.EncodeToString(data))); err != nil {
		return nil, err
	}
	e, err := l.link.next(ctx)
	switch {
	case err != nil:
		return nil, err
	case e.Is(nsSASL, "abort"):
		return nil, &saslError{name: "aborted"}
	case !e.Is(nsSASL, "response"):
		return nil, &saslError{name: "malformed-request"}
	}
	return decodeSASL(e)
}

func decodeSASL(e *xmppwire.Element) ([]byte, error) {
	text := e.Text()
	if text == "=" { // present and empty
		return nil, nil
	}
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, &saslError{name: "incorrect-encoding"}
	}
	if len(b) > maxSASL {
		return nil, &saslError{name: "malformed-request"}
	}
	return b, nil
}

// plain checks a password that came in the clear, inside TLS.
func (l *login) plain(ctx context.Context, msg []byte) (chat.UserID, error) {
	var user chat.UserID
	var refused error
	check := func(n *sasl.Negotiator) bool {
		name, password, identity := n.Credentials()
		user, refused = l.verify(ctx, string(name), string(password), string(identity))
		return refused == nil
	}
	_, _, err := sasl.NewServer(sasl.Plain, check).Step(msg)
	switch {
	case refused != nil:
		return "", refused
	case err != nil:
		return "", &saslError{name: "malformed-request"}
	}
	return user, nil
}

func (l *login) verify(ctx context.Context, name, password, identity string) (chat.UserID, error) {
	if l.classic != nil {
		return l.verifyClassic(ctx, name, password, identity)
	}
	id, err := l.account(ctx, name)
	if err != nil {
		return "", err
	}
	if err := l.mayActFor(id, identity); err != nil {
		return "", err
	}
	l.proved, err = l.Accounts.VerifyPassword(ctx, id, password)
	return id, loginError(err)
}

// loginError puts a refusal of the accounts into SASL's words. Who is not there and who has another password look alike.
func loginError(err error) error {
	switch chat.CodeOf(err) {
	case chat.Unauthenticated, chat.NotFound, chat.Invalid:
		return &saslError{name: "not-authorized"}
	case chat.Forbidden:
		return &saslError{name: "account-disabled"}
	}
	if err != nil {
		return &saslError{name: "temporary-auth-failure"}
	}
	return nil
}

// account returns who is meant by the name that a client logs in with: the localpart of his address, else the name as other
// protocols write it, in whatever case.
func (l *login) account(ctx context.Context, name string) (chat.UserID, error) {
	if name == "" {
		return "", &saslError{name: "malformed-request"}
	}
	if a, err := l.m.Parse(name); err == nil && a.Kind == xmppmap.User && a.Resource == "" {
		return a.User, nil // some send the whole address
	}
	if j, err := jid.New(name, "a", ""); err == nil {
		if id, err := l.m.Names.User(j.Localpart()); err == nil {
			if standing, err := l.Accounts.Standing(ctx, id); err == nil && standing != chat.Unknown {
				return id, nil
			}
		}
	}
	found, err := l.Accounts.Find(ctx, name)
	if err == nil {
		return found.ID, nil
	}
	id, err := chat.NewUserID(name)
	if err != nil {
		return "", &saslError{name: "not-authorized"}
	}
	return id, nil
}

// mayActFor refuses an authorisation identity that is not one's own: nobody acts for another here.
func (l *login) mayActFor(id chat.UserID, identity string) error {
	if identity == "" {
		return nil
	}
	a, err := l.m.Parse(identity)
	if err == nil && a.Kind == xmppmap.User && a.User == id {
		return nil
	}
	return &saslError{name: "invalid-authzid"}
}

// scram runs SCRAM [RFC 5802].
func (l *login) scram(ctx context.Context, mechanism string, msg []byte) (chat.UserID, []byte, error) {
	hash := account.SHA1
	if mechanism == "SCRAM-SHA-256" || mechanism == "SCRAM-SHA-256-PLUS" {
		hash = account.SHA256
	}
	var id chat.UserID
	x := &scram{hash: scramHash(mechanism), offers: len(l.bindings()) > 0}
	x.keys = func(name string) (_ scramKeys, err error) {
		if id, err = l.account(ctx, name); err != nil {
			return scramKeys{}, err
		}
		if l.proved, err = l.Accounts.Get(ctx, id); err != nil && chat.CodeOf(err) != chat.NotFound {
			return scramKeys{}, &saslError{name: "temporary-auth-failure"}
		}
		k, _, err := l.Accounts.Scram(ctx, id, hash)
		if err != nil {
			return scramKeys{}, &saslError{name: "temporary-auth-failure"}
		}
		return scramKeys{salt: k.Salt, iterations: k.Iterations, storedKey: k.StoredKey, serverKey: k.ServerKey}, nil
	}
	if err := l.bindTo(x, mechanism, msg); err != nil {
		return "", nil, err
	}
	challenge, err := x.begin(msg)
	if err != nil {
		return "", nil, scramError(err)
	}
	answer, err := l.challenge(ctx, challenge)
	if err != nil {
		return "", nil, err
	}
	final, err := x.finish(answer)
	if err != nil {
		return "", nil, scramError(err)
	}
	identity, err := x.authzid()
	if err == nil {
		err = l.mayActFor(id, identity)
	}
	if err != nil {
		return "", nil, scramError(err)
	}
	standing, err := l.Accounts.Standing(ctx, id)
	switch {
	case err != nil:
		return "", nil, &saslError{name: "temporary-auth-failure"}
	case standing == chat.StandingDisabled:
		return "", nil, &saslError{name: "account-disabled"}
	case standing != chat.Active:
		return "", nil, &saslError{name: "not-authorized"}
	}
	return id, final, nil
}

func scramError(err error) error {
	var named *saslError
	switch {
	case errors.As(err, &named):
		return named
	case errors.Is(err, errSyntax):
		return &saslError{name: "malformed-request"}
	}
	return &saslError{name: "not-authorized"}
}

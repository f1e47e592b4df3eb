package xmpp

import (
	"context"
	"errors"
	"time"

	"mellium.im/xmpp/stanza"

	"dragoman/bridge"
	"dragoman/bridge/account"
	"dragoman/bridge/chat"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

// A foreign user who has an account here too can link it to his address [XEP-0100 §4.1]: from then on he is that account's
// device, and no longer a user of his own. What is for the account he hears by a feed of its own, on each line.

// accountKey is the attribute of a foreign user that holds the proof of his account here, as account.Proof makes it.
var accountKey = chat.HiddenKey("xmpp.account")

// wrongPassword is how long somebody waits for the answer who does not know the password; he can ask one at a time.
const wrongPassword = time.Second

// accountOf is who acts from an address: the account that is linked to it, else the foreign user. A link ends with the
// password by which it was made, and with the account, whether or not we were told of it.
func (t *trunk) accountOf(address string) chat.UserID {
	home := chat.Foreign(xmppmap.Trunk, address)
	all, err := t.Store.UserAttributes(t.life, home, accountKey)
	if err != nil {
		t.log.Err(err).Str("address", address).Msg("cannot tell whether an address is linked")
	}
	if all[accountKey] == "" {
		return home
	}
	linked, err := t.Accounts.HoldsProof(t.life, all[accountKey])
	if err != nil {
		t.log.Info().Err(err).Str("address", address).Msg("a link to an account does not hold any more")
		return home
	}
	return linked
}

// dropLinks unlinks whose accounts have changed while there was no line: nothing told us.
func (t *trunk) dropLinks() {
	t.mu.Lock()
	var linked []*foreigner
	for _, u := range t.users {
		if u.isLinked() {
			linked = append(linked, u)
		}
	}
	t.mu.Unlock()
	for _, u := range linked {
		u.checkLink()
	}
}

// checkLink unlinks the user unless his account is still what it was.
func (u *foreigner) checkLink() {
	if u.trunk.accountOf(u.bare) == u.user {
		return
	}
	if err := u.trunk.relink(u.session, account.Account{}); err != nil {
		u.log.Err(err).Msg("cannot unlink an account")
	}
}

// isLinked reports whether a session that comes by the trunk is one of an account of ours.
func (s *session) isLinked() bool {
	trunk, _ := s.user.Trunk()
	return s.trunk != nil && trunk == ""
}

// home is the foreign user whose address it is: what is kept of the address is kept of him.
func (u *foreigner) home() chat.UserID { return chat.Foreign(xmppmap.Trunk, u.bare) }

func (u *foreigner) keep(ctx context.Context, key, value string) error {
	body := chat.Attributes{Set: map[string]string{key: value}}
	_, err := u.Router.Submit(ctx, bridge.System(u.home()), chat.Draft{Conv: chat.Self(u.home()), To: []chat.UserID{u.home()}, Body: body})
	return err
}

// registration tells whether the address is linked, and what it takes [XEP-0077 §3.1].
func registration(_ context.Context, s *session, _ *request) (*xmppwire.Element, error) {
	form := xmppwire.New(nsRegister, "query")
	if s.isLinked() {
		form.AddNew("registered")
		form.AddNew("username").AddText(string(s.user))
		form.AddNew("password")
		return form, nil
	}
	form.AddNew("instructions").AddText("If you have an account here, its name and password link it to your address.")
	form.AddNew("username")
	form.AddNew("password")
	return form, nil
}

// register links an account to the address, or unlinks it.
func (t *trunk) register(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	if q.payload.Child(nsRegister, "remove") != nil {
		if !s.isLinked() {
			return nil, refusal(stanza.Auth, stanza.RegistrationRequired) // [XEP-0077 §3.2]
		}
		return nil, t.relink(s, account.Account{})
	}
	name, password := q.payload.ChildText(nsRegister, "username"), q.payload.ChildText(nsRegister, "password")
	if name == "" || password == "" {
		return nil, refusal(stanza.Modify, stanza.NotAcceptable)
	}
	found, err := t.Accounts.Find(ctx, name)
	if err == nil {
		found, err = t.Accounts.VerifyPassword(ctx, found.ID, password)
	}
	if err != nil {
		select {
		case <-time.After(wrongPassword):
		case <-t.ending:
		}
		return nil, refusal(stanza.Auth, stanza.NotAuthorized)
	}
	return nil, t.relink(s, found)
}

// relink makes the address act for an account from now on; for none: for itself. Whoever was there under the old name goes, and comes
// back with his next presence.
func (t *trunk) relink(s *session, a account.Account) error {
	ctx := t.life // that of s ends here
	old := t.foreigner(s.bare)
	proof := ""
	if a.ID != "" {
		proof = a.Proof()
	}
	if err := old.keep(ctx, accountKey, proof); err != nil {
		return err
	}
	t.mu.Lock()
	delete(t.users, s.bare)
	ln := t.line
	t.mu.Unlock()
	for _, device := range old.sessions() {
		old.remove(device)
		device.end(errClosed)
	}
	old.cancel(errClosed)
	fresh := t.foreigner(s.bare)
	if a.ID == "" || ln == nil {
		return nil
	}
	fresh.listen(ln)
	contacts, _, err := t.Store.Contacts(ctx, a.ID)
	for _, c := range contacts {
		if c.Listed {
			fresh.offer(c.User)
		}
	}
	return err
}

// offer asks the user's server to put somebody on his list there [XEP-0100 §4.2.2].
func (u *foreigner) offer(other chat.UserID) {
	u.send(xmppwire.Stanza{Name: "presence", Type: "subscribe", From: u.m.UserJID(other), To: u.bare})
}

// listen brings what is for a linked account over a line, until one of them ends.
func (u *foreigner) listen(ln *line) {
	u.trunk.mu.Lock()
	again := u.hears == ln
	u.hears = ln
	u.trunk.mu.Unlock()
	if again {
		return
	}
	ln.spawnPump(func() {
		ctx, stop := context.WithCancelCause(ln.pumping)
		defer stop(nil)
		defer context.AfterFunc(u.ctx, func() { stop(errClosed) })()
		err := guarded(u.log, func() error { return u.pumpAccount(ctx, ln) })
		var cause *bridge.Cause
		if !errors.As(err, &cause) {
			return
		}
		u.log.Info().Err(err).Msg("a linked account's session has ended")
		switch cause.Kind {
		case bridge.AccountDisabled, bridge.AccountDeleted, bridge.PasswordChanged:
			u.checkLink()
		}
	})
}

func (u *foreigner) pumpAccount(ctx context.Context, ln *line) error {
	feed, err := u.Router.Open(ctx, u.actor, bridge.FromCursor())
	if err != nil {
		return err
	}
	defer feed.Close()
	u.checkLink() // what changes from now on ends the feed
	return ln.pump(ctx, feed, func(d *bridge.Delivery) []*foreigner {
		if kind := d.Event.Conv.Kind; kind == chat.KindRoom || kind == chat.KindAll {
			return nil // his devices hear that themselves
		}
		return []*foreigner{u}
	})
}

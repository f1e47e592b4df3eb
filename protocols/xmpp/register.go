package xmpp

import (
	"context"

	"mellium.im/xmpp/jid"
	"mellium.im/xmpp/stanza"

	"dragoman/bridge/chat"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

func (f *Frontend) registerIQs(t map[iqKey]iqHandler) {
	for _, to := range []scope{toServer, toAccount} {
		t[iqKey{to, false, nsRegister, "query"}] = registered
		t[iqKey{to, true, nsRegister, "query"}] = changeAccount
	}
}

// register makes an account before login, where signing up is open [XEP-0077 §3.1].
func (l *login) register(ctx context.Context, s xmppwire.Stanza, query *xmppwire.Element) error {
	reply := xmppwire.Stanza{Name: "iq", Type: "result", ID: s.ID, From: l.Domain}
	if s.Type == "get" {
		form := xmppwire.New(nsRegister, "query")
		form.AddNew("instructions").AddText("Choose a name and a password.")
		form.AddNew("username")
		form.AddNew("password")
		return writeStanza(l.link, *reply.Add(form))
	}
	if err := l.createAccount(ctx, query); err != nil {
		e := xmppmap.Refusal(err)
		if chat.CodeOf(err) == chat.Invalid {
			e = stanza.Error{Type: stanza.Modify, Condition: stanza.NotAcceptable} // [XEP-0077 §3.1.1]
		}
		return writeStanza(l.link, xmppmap.ErrorReply(s, e))
	}
	return writeStanza(l.link, reply)
}

func (l *login) createAccount(ctx context.Context, query *xmppwire.Element) error {
	name, password := query.ChildText(nsRegister, "username"), query.ChildText(nsRegister, "password")
	if name == "" || password == "" {
		return chat.Refuse(chat.Invalid, "a name and a password are needed")
	}
	j, err := jid.New(name, "a", "")
	if err != nil {
		return chat.Refuse(chat.Invalid, "not a name")
	}
	id, err := l.m.Names.User(j.Localpart())
	if err != nil {
		return chat.Refuse(chat.Invalid, "not a name")
	}
	_, err = l.Accounts.Create(ctx, id, password)
	return err
}

// registered tells who is logged in that he has an account.
func registered(_ context.Context, s *session, _ *request) (*xmppwire.Element, error) {
	e := xmppwire.New(nsRegister, "query")
	e.AddNew("registered")
	e.AddNew("username").AddText(localOf(s.bare))
	e.AddNew("password")
	return e, nil
}

func localOf(bare string) string {
	j, err := jid.Parse(bare)
	if err != nil {
		return ""
	}
	return j.Localpart()
}

// changeAccount changes the password, or ends the account [XEP-0077 §3.2, §3.3].
func changeAccount(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	if q.payload.Child(nsRegister, "remove") != nil {
		if !s.OpenSignUp {
			return nil, refusal(stanza.Cancel, stanza.NotAllowed)
		}
		s.result(q, nil)
		return nil, afterwards(s.Accounts.Delete(ctx, s.user))
	}
	name, password := q.payload.ChildText(nsRegister, "username"), q.payload.ChildText(nsRegister, "password")
	if password == "" || name == "" {
		return nil, refusal(stanza.Modify, stanza.BadRequest)
	}
	if j, err := jid.New(name, "a", ""); err != nil || j.Localpart() != localOf(s.bare) {
		return nil, refusal(stanza.Cancel, stanza.NotAllowed)
	}
	s.result(q, nil) // the change ends all sessions, and this answer with them
	return nil, afterwards(s.Accounts.SetPassword(ctx, s.user, password))
}

// afterwards turns an outcome that can no longer be told into errLater.
func afterwards(err error) error {
	if err != nil {
		return err
	}
	return errLater
}

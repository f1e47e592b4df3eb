package xmpp

import (
	"errors"
	"net/url"

	"dragoman/protocols/xmpp/xmppwire"
)

const nsServerInfo = "http://jabber.org/network/serverinfo"

// contactRoles are what the addresses of those who run the server are for [XEP-0157 §2]. One list serves for all.
var contactRoles = [...]string{"abuse-addresses", "admin-addresses", "feedback-addresses", "security-addresses", "support-addresses"}

func checkContacts(addresses []string) error {
	for _, a := range addresses {
		if u, err := url.Parse(a); err != nil || u.Scheme == "" {
			return errors.New("not a URI, as mailto:admin@example.org or xmpp:admin@example.org is")
		}
	}
	return nil
}

// contactForm tells how to reach those who run the server; nil: nothing is known.
func (f *Frontend) contactForm() *xmppwire.Element {
	if len(f.cfg.Contacts) == 0 {
		return nil
	}
	form := xmppwire.New(nsData, "x").Set("type", "result").Add(formField("FORM_TYPE", "hidden", nsServerInfo))
	for _, role := range contactRoles {
		form.Add(formField(role, "list-multi", f.cfg.Contacts...))
	}
	return form
}

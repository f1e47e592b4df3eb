package xmppmap

import (
	"mellium.im/xmpp/stanza"

	"dragoman/bridge/chat"
	"dragoman/protocols/xmpp/xmppwire"
)

// Refusal returns the stanza error for err, without the name of what failed [RFC 6120 §8.3].
func Refusal(err error) stanza.Error {
	e := byReason(chat.ReasonOf(err))
	if e.Condition == "" {
		e = byCode(chat.CodeOf(err))
	}
	e.Text = map[string]string{"en": chat.PublicOf(err)}
	return e
}

func byReason(r chat.Reason) stanza.Error {
	switch r {
	case chat.Blocked, chat.Disabled, chat.NoUser:
		// Whoever is shut out, and whoever guesses names, learns no more than this [XEP-0191 §3.4, RFC 6121 §8.5.1].
		return stanza.Error{Type: stanza.Cancel, Condition: stanza.ServiceUnavailable}
	case chat.NotMember:
		return stanza.Error{Type: stanza.Modify, Condition: stanza.NotAcceptable} // [XEP-0045 §7.4]
	case chat.NotContact:
		return stanza.Error{Type: stanza.Auth, Condition: stanza.SubscriptionRequired}
	case chat.Moderated, chat.Sensitive:
		return stanza.Error{Type: stanza.Modify, Condition: stanza.PolicyViolation}
	case chat.NeedsApply:
		return stanza.Error{Type: stanza.Auth, Condition: stanza.RegistrationRequired} // [XEP-0045 §7.2.4]
	case chat.Full:
		return stanza.Error{Type: stanza.Wait, Condition: stanza.ServiceUnavailable} // [XEP-0045 §7.2.9]
	case chat.Dissolved:
		return stanza.Error{Type: stanza.Cancel, Condition: stanza.Gone}
	case chat.RateLimit:
		return stanza.Error{Type: stanza.Wait, Condition: stanza.PolicyViolation}
	}
	return stanza.Error{}
}

func byCode(c chat.Code) stanza.Error {
	switch c {
	case chat.Invalid:
		return stanza.Error{Type: stanza.Modify, Condition: stanza.BadRequest}
	case chat.Unauthenticated:
		return stanza.Error{Type: stanza.Auth, Condition: stanza.NotAuthorized}
	case chat.Forbidden:
		return stanza.Error{Type: stanza.Auth, Condition: stanza.Forbidden}
	case chat.NotFound:
		return stanza.Error{Type: stanza.Cancel, Condition: stanza.ItemNotFound}
	case chat.Expired:
		return stanza.Error{Type: stanza.Cancel, Condition: stanza.NotAllowed}
	case chat.Conflict:
		return stanza.Error{Type: stanza.Cancel, Condition: stanza.Conflict}
	case chat.TooLarge:
		return stanza.Error{Type: stanza.Modify, Condition: stanza.PolicyViolation}
	case chat.TooMany, chat.Unavailable:
		return stanza.Error{Type: stanza.Wait, Condition: stanza.ResourceConstraint}
	case chat.Unsupported:
		return stanza.Error{Type: stanza.Cancel, Condition: stanza.FeatureNotImplemented}
	}
	return stanza.Error{Type: stanza.Cancel, Condition: stanza.InternalServerError}
}

// ErrorElement returns e as XML.
func ErrorElement(e stanza.Error, extra ...*xmppwire.Element) *xmppwire.Element {
	el := xmppwire.New(xmppwire.NSClient, "error").Set("type", string(e.Type))
	if !e.By.Equal(noJID) {
		el.Set("by", e.By.String())
	}
	el.Add(xmppwire.New(xmppwire.NSStanzas, string(e.Condition)))
	if text := e.Text["en"]; text != "" {
		el.Add(xmppwire.TextElement(xmppwire.NSStanzas, "text", text).SetLang("en"))
	}
	return el.Add(extra...)
}

// ErrorReply returns the refusal of s by whom it was sent to. It must not be asked for a stanza that is an error or a
// result itself: such are never answered.
func ErrorReply(s xmppwire.Stanza, e stanza.Error, extra ...*xmppwire.Element) xmppwire.Stanza {
	return xmppwire.Stanza{Name: s.Name, To: s.From, From: s.To, ID: s.ID, Type: "error",
		Children: []*xmppwire.Element{ErrorElement(e, extra...)}}
}

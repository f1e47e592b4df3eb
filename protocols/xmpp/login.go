package xmpp

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"mellium.im/xmpp/jid"
	"mellium.im/xmpp/stanza"
	"mellium.im/xmpp/stream"

	"dragoman/bridge/account"
	"dragoman/bridge/chat"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

// Namespaces of the negotiation.
const (
	nsTLS          = "urn:ietf:params:xml:ns:xmpp-tls"
	nsSASL         = "urn:ietf:params:xml:ns:xmpp-sasl"
	nsBind         = "urn:ietf:params:xml:ns:xmpp-bind"
	nsSession      = "urn:ietf:params:xml:ns:xmpp-session"
	nsRosterVer    = "urn:xmpp:features:rosterver"
	nsPreApproval  = "urn:xmpp:features:pre-approval"
	nsRegisterFeat = "http://jabber.org/features/iq-register"
	nsRegister     = "jabber:iq:register"
	nsCaps         = "http://jabber.org/protocol/caps"
	nsSM           = "urn:xmpp:sm:3"
	nsCSI          = "urn:xmpp:csi:0"
	nsLimits       = "urn:xmpp:stream-limits:0"
)

// login is a stream on its way to becoming a session. It belongs to the goroutine of its connection.
type login struct {
	*Frontend
	link     link
	classic  *classic    // the dialect of old WebIM clients; nil: XMPP
	m        xmppmap.Map // how this client writes addresses
	lang     string
	user     chat.UserID // "": nobody yet
	proved   account.Account
	failures int
}

// errGone ends a negotiation after which there is no session: all has been said.
var errGone = errors.New("the stream has ended")

// negotiate takes a stream from its header to a bound resource, or to a resumed session. What it cannot go on with it
// reports as an error: a stream.Error where the peer is to be told [RFC 6120 §4.9].
func (l *login) negotiate(ctx context.Context) (outcome, error) {
	for {
		if err := l.begin(ctx); err != nil {
			return outcome{}, err
		}
		again, out, err := l.features(ctx)
		if err != nil || !again {
			return out, err
		}
	}
}

// outcome is what a negotiation ends with: a resource to bind, or a session to go on with.
type outcome struct {
	user     chat.UserID
	proved   account.Account // the user's, as it stood when he proved to be him
	classic  *classic
	m        xmppmap.Map
	resource string
	lang     string
	bindID   string   // id of the iq that bound the resource
	resumed  *session // not nil: resumption instead
	handled  uint32   // of the resumption: what the client has
}

// begin exchanges headers. The client's from says nothing: who somebody is, SASL tells [RFC 6120 §4.7.1].
func (l *login) begin(ctx context.Context) error {
	h, err := l.link.header(ctx)
	if _, tell := fault(err); err == nil || tell {
		// Errors come after a header of ours, so that they stand inside a stream [RFC 6120 §4.9.1.2].
		if werr := l.greet(); werr != nil {
			return werr
		}
	}
	if err != nil {
		return err
	}
	switch to, terr := l.m.Parse(h.To); {
	case h.Namespace == xmppwire.NSServer:
		return fmt.Errorf("a server's stream: %w", stream.InvalidNamespace)
	case terr != nil, h.To == "":
		return fmt.Errorf("no host: %w", stream.HostUnknown)
	case to.Kind != xmppmap.Server:
		return fmt.Errorf("host is not ours: %w", stream.HostUnknown)
	case !strings.HasPrefix(h.Version, "1."):
		return fmt.Errorf("version %q: %w", h.Version, stream.UnsupportedVersion)
	}
	l.lang = h.Lang
	return nil
}

// ourLang is the language of our streams: what comes without a language is in it.
const ourLang = "en"

func (l *login) greet() error {
	return l.link.writeHeader(xmppwire.Header{From: l.m.Domain, ID: rand.Text(), Version: "1.0", Lang: ourLang})
}

// features offers what can be done in the present state, and does what the client chooses. again: a new stream begins.
func (l *login) features(ctx context.Context) (again bool, out outcome, err error) {
	if err := writeElement(l.link, l.offer()); err != nil {
		return false, out, err
	}
	for {
		e, err := l.link.next(ctx)
		if errors.Is(err, xmppwire.ErrUnsafe) {
			return false, out, fmt.Errorf("%w: %w", err, stream.InvalidXML)
		}
		if err != nil {
			return false, out, err
		}
		switch {
		case e.Is(nsTLS, "starttls"):
			return true, out, l.startTLS(ctx)
		case e.Space == nsSASL:
			done, err := l.sasl(ctx, e)
			if err != nil || done {
				return done, out, err
			}
		case e.Is(nsSM, "enable"):
			if err := writeElement(l.link, smFailed(stanza.UnexpectedRequest)); err != nil {
				return false, out, err
			}
		case e.Is(nsSM, "resume") && l.user != "":
			if s, h := l.resume(e); s != nil {
				return false, outcome{user: l.user, resumed: s, handled: h}, nil
			}
		default:
			out, done, err := l.stanza(ctx, e)
			if err != nil || done {
				return false, out, err
			}
		}
	}
}

// offer lists the features of the present state.
func (l *login) offer() *xmppwire.Element {
	f := xmppwire.New(xmppwire.NSStream, "features")
	if l.user != "" && l.classic != nil {
		return f.Add(xmppwire.New(nsBind, "bind"), xmppwire.New(nsSession, "session")) // [webim 13]
	}
	if l.user != "" {
		f.Add(xmppwire.New(nsBind, "bind"))
		// Old clients ask for a session, and nobody else has to [RFC 6121 §1.4, draft-cridland-xmpp-session].
		f.Add(xmppwire.New(nsSession, "session").Add(xmppwire.New(nsSession, "optional")))
		if l.cfg.ResumeWindow > 0 {
			f.Add(xmppwire.New(nsSM, "sm").Add(xmppwire.New(nsSM, "optional")))
		}
		f.Add(xmppwire.New(nsRosterVer, "ver"), xmppwire.New(nsPreApproval, "sub"), xmppwire.New(nsCSI, "csi"))
		f.Add(l.caps.feature(), limitsElement(l.cfg.MaxStanza))
		return f
	}
	if l.link.canStartTLS() && l.TLS != nil {
		starttls := xmppwire.New(nsTLS, "starttls")
		if !l.mayLogin() {
			starttls.AddNew("required")
		}
		f.Add(starttls)
	}
	if l.mayLogin() {
		mechanisms := xmppwire.New(nsSASL, "mechanisms")
		for _, m := range l.mechanisms() {
			mechanisms.AddNew("mechanism").AddText(m)
		}
		f.Add(mechanisms)
		if b := l.bindings(); len(b) > 0 {
			f.Add(bindingFeature(b))
		}
		if l.OpenSignUp {
			f.Add(xmppwire.New(nsRegisterFeat, "register"))
		}
	}
	return f.Add(limitsElement(loginLimits.Bytes))
}

func limitsElement(bytes int) *xmppwire.Element {
	e := xmppwire.New(nsLimits, "limits")
	e.AddNew("max-bytes").AddText(fmt.Sprint(bytes))
	return e
}

// mayLogin reports whether a login is possible as things are: nobody on the way may read it, or there is no way. Over
// WebSocket the proof that gives nothing away is always possible.
func (l *login) mayLogin() bool {
	return l.link.isSecure() || l.link.isLocal() || !l.link.canStartTLS()
}

func (l *login) startTLS(ctx context.Context) error {
	if l.user != "" || !l.link.canStartTLS() || l.TLS == nil {
		_ = writeElement(l.link, xmppwire.New(nsTLS, "failure")) // the stream ends in any case
		return errGone                                           // [RFC 6120 §5.4.2.2]
	}
	if err := writeElement(l.link, xmppwire.New(nsTLS, "proceed")); err != nil {
		return err
	}
	if err := l.link.startTLS(ctx, l.TLS); err != nil {
		return fmt.Errorf("%w: %w", errGone, err)
	}
	return nil
}

// stanza answers what comes before the session: registration, and the binding that ends it all.
func (l *login) stanza(ctx context.Context, e *xmppwire.Element) (out outcome, done bool, err error) {
	s, ok := xmppwire.StanzaOf(e)
	if !ok {
		return out, false, fmt.Errorf("%s of %q: %w", e.Local, e.Space, stream.UnsupportedStanzaType)
	}
	payload := s.First()
	switch {
	case l.user == "" && s.Name == "iq" && payload != nil && payload.Space == nsRegister && l.OpenSignUp && l.mayLogin():
		return out, false, l.register(ctx, s, payload)
	case l.user == "":
		return out, false, fmt.Errorf("a stanza before login: %w", stream.NotAuthorized) // [RFC 6120 §4.9.3.12]
	case s.Name != "iq" || s.Type != "set" || !payload.Is(nsBind, "bind"):
		if s.Name == "iq" && (s.Type == "get" || s.Type == "set") {
			return out, false, writeStanza(l.link, xmppmap.ErrorReply(s, stanza.Error{Type: stanza.Auth, Condition: stanza.NotAllowed}))
		}
		return out, false, fmt.Errorf("a stanza before binding: %w", stream.NotAuthorized)
	}
	resource, err := resourceOf(payload)
	if err != nil {
		refusal := stanza.Error{Type: stanza.Modify, Condition: stanza.BadRequest}
		return out, false, writeStanza(l.link, xmppmap.ErrorReply(s, refusal)) // [RFC 6120 §7.7.2.3]
	}
	return outcome{user: l.user, proved: l.proved, classic: l.classic, m: l.m, resource: resource, lang: l.lang, bindID: s.ID}, true, nil
}

// resourceOf reads the resource that a client wants, or makes one up.
func resourceOf(bind *xmppwire.Element) (string, error) {
	want := bind.ChildText(nsBind, "resource")
	if want == "" {
		return strings.ToLower(rand.Text()[:12]), nil
	}
	j, err := jid.New("", "a", want)
	if err != nil {
		return "", err
	}
	return j.Resourcepart(), nil
}

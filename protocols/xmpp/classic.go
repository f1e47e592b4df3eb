package xmpp

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"
	"mellium.im/xmpp/stanza"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/mapping/names"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

// classic is what a session of the dialect of the WebIM SDKs 1.4 to 1.11 has of its own: they log in with a token, write
// JSON into bodies, hear groups without entering them, and acknowledge each message by its id [webim 13].
type classic struct {
	words xmppmap.Classic

	// Guarded by session.mu.
	unread []unread
	read   chan struct{} // poked when the client has acknowledged some
}

// unread is a message that the client has not acknowledged yet.
type unread struct {
	id    string
	place chat.Place // with the client once this is; zero: says nothing
}

// maxUnread is how many messages may be unacknowledged before the feed waits: the clients acknowledge five or ten a second.
const maxUnread = 1000

// serveClassic is where the SDKs connect to.
func (f *Frontend) serveClassic(c *gin.Context) {
	base := "http://" + c.Request.Host
	if strings.HasPrefix(f.webSocketURL(c.Request), "wss:") {
		base = "https://" + c.Request.Host
	}
	f.upgrade(c, func(ctx context.Context, l link) {
		m := xmppmap.Map{Domain: xmppmap.ClassicDomain, Names: f.Names.For(context.Background(), names.WebIM), Links: f.m.Links,
			Convs: f.convOf, Realm: "#"} // until it says whose app it is of
		f.serveLogin(ctx, l, &login{Frontend: f, link: l, m: m,
			classic: &classic{words: xmppmap.Classic{Map: m, Base: base, Secret: f.Media.Secret}, read: make(chan struct{}, 1)}})
	})
}

// convOf returns the group, room or thread of an id; a group where there is none yet.
func (f *Frontend) convOf(id string) chat.Conv {
	candidates := []chat.Conv{chat.Group(id), chat.Room(id), chat.Thread(id)}
	found, err := f.Store.DetailsOf(f.life(), candidates)
	if err != nil {
		f.log.Err(err).Msg("cannot tell groups from rooms")
	}
	for _, c := range candidates {
		if _, ok := found[c]; ok {
			return c
		}
	}
	return candidates[0]
}

// verifyClassic checks a token: the name is `org#app_user`, and the password the token behind a mark.
func (l *login) verifyClassic(ctx context.Context, name, password, identity string) (chat.UserID, error) {
	realm, user, ok := strings.Cut(name, "_")
	if !ok || !strings.Contains(realm, "#") || strings.ContainsAny(realm, "/@") {
		return "", &saslError{name: "malformed-request"}
	}
	id, err := l.m.Names.User(user)
	if err != nil {
		return "", &saslError{name: "not-authorized"}
	}
	l.m.Realm, l.classic.words.Realm = realm, realm
	if err := l.mayActFor(id, identity); err != nil {
		return "", err
	}
	token, ok := strings.CutPrefix(password, "$t$")
	if !ok { // a password is for the REST: this line may be in the clear
		return "", &saslError{name: "not-authorized"}
	}
	owner, _, err := l.Accounts.CheckToken(ctx, token)
	switch {
	case chat.CodeOf(err) == chat.Expired:
		return "", &saslError{name: "credentials-expired"}
	case err == nil && owner.ID != id:
		return "", &saslError{name: "not-authorized"}
	}
	l.proved = owner
	return id, loginError(err)
}

// waitPresence waits until a classic client is ready: what came before it says so it would not hear.
func (s *session) waitPresence() error {
	for s.classic != nil && !s.mayHear() {
		select {
		case <-s.becoming:
		case <-s.ctx.Done():
			return context.Cause(s.ctx)
		}
	}
	return nil
}

// waitRead waits while a classic client has much to acknowledge.
func (s *session) waitRead() error {
	for s.classic != nil {
		s.mu.Lock()
		few := len(s.classic.unread) < maxUnread
		s.mu.Unlock()
		if few {
			return nil
		}
		select {
		case <-s.classic.read:
		case <-s.ctx.Done():
			return context.Cause(s.ctx)
		}
	}
	return nil
}

// showClassic brings an event to a classic client. What its user wrote to somebody on another device has no form there.
func (s *session) showClassic(d *bridge.Delivery) error {
	ev := d.Event
	if ev.From == s.user && (ev.Device == s.actor.Device || ev.Conv.Kind == chat.KindPeer && ev.Conv.Other(s.user) != s.user) {
		return nil
	}
	stanzas, err := s.classicStanzas(d)
	acknowledged := false
	for _, st := range stanzas {
		if s.isLate(ev) {
			st.Children = append(slices.Clip(st.Children), xmppmap.Delay(s.m.Domain, ev.Time))
		}
		st.To = s.full
		s.send(st)
		acknowledged = acknowledged || st.Name == "message"
	}
	if acknowledged {
		s.mu.Lock()
		s.classic.unread = append(s.classic.unread, unread{id: ev.ID.String()})
		s.mu.Unlock()
	}
	return err
}

func (s *session) classicStanzas(d *bridge.Delivery) ([]xmppwire.Stanza, error) {
	words := s.classic.words
	form := "classic/" + words.Realm + "/" + words.Base
	if _, same := d.Event.Body.(chat.Message); !same {
		form += "/" + string(s.user)
	}
	return bridge.Once(d, form, func(d *bridge.Delivery) ([]xmppwire.Stanza, error) {
		var details *chat.Details
		if m, ok := d.Event.Body.(chat.Membership); ok && m.Change == chat.ChangeApply {
			if known, err := s.Store.Details(s.ctx, d.Event.Conv); err == nil {
				details = &known
			}
		}
		return words.FromEvent(d.Record, s.user, details)
	})
}

// passedClassic notes that all up to place is shown. It counts once the client has acknowledged what came with it.
func (s *session) passedClassic(place chat.Place) {
	s.mu.Lock()
	n := len(s.classic.unread)
	if n > 0 {
		s.classic.unread[n-1].place = place
	}
	s.mu.Unlock()
	if n == 0 {
		s.feed.Ack(chat.Conv{}, place)
	}
}

// acknowledged drops what a client has: all up to the message of that id, for they came in order.
func (s *session) acknowledged(id string) {
	s.mu.Lock()
	i := slices.IndexFunc(s.classic.unread, func(u unread) bool { return u.id == id })
	done := s.classic.unread[:i+1]
	s.classic.unread = s.classic.unread[i+1:]
	s.mu.Unlock()
	for _, u := range slices.Backward(done) {
		if !u.place.IsZero() {
			s.feed.Ack(chat.Conv{}, u.place)
			break
		}
	}
	poke(s.classic.read)
}

// closeClassic counts what a client was shown as seen when it closes its stream in good order: it is slow to acknowledge.
func (s *session) closeClassic(why error) {
	if s.classic == nil || !errors.Is(why, errClosed) {
		return
	}
	s.mu.Lock()
	last := ""
	if n := len(s.classic.unread); n > 0 {
		last = s.classic.unread[n-1].id
	}
	s.mu.Unlock()
	if last != "" {
		s.acknowledged(last)
	}
}

// handleClassic does what a message of a classic client's asks for, and tells it by which id it is known.
func (s *session) handleClassic(ctx context.Context, st xmppwire.Stanza, to xmppmap.Address) {
	var conv chat.Conv
	switch to.Kind {
	case xmppmap.Server:
		if received := st.Child(xmppmap.NSReceipts, "received"); received != nil {
			s.acknowledged(received.Attr("id"))
		}
		return
	case xmppmap.User:
		conv = chat.Peer(s.user, to.User)
	case xmppmap.Group, xmppmap.Room:
		conv = to.Conv
	default:
		s.refuse(st, stanza.Error{Type: stanza.Cancel, Condition: stanza.ItemNotFound})
		return
	}
	d, err := s.classic.words.ToDraft(xmppmap.Said{Stanza: st, From: s.user, Conv: conv})
	if err != nil {
		s.refuseErr(st, err)
		return
	}
	s.begin(ctx, d, func(ev chat.Event, err error) {
		if err != nil {
			s.refuseClassic(st, d, err)
			return
		}
		received := s.classic.words.Received(st.ID, ev.ID)
		received.To = s.full
		s.send(received)
	})
}

func (s *session) refuseClassic(st xmppwire.Stanza, d chat.Draft, err error) {
	switch chat.ReasonOf(err) {
	case chat.Muted, chat.AllMuted:
		s.refuse(st, xmppmap.Refusal(err), xmppmap.UserMuted())
	default:
		s.refuseSaid(st, d, err)
	}
}

// classicError gives a refusal what these clients read: a number, a text, and the message that is refused.
func classicError(of, reply xmppwire.Stanza) xmppwire.Stanza {
	for _, e := range reply.Children {
		if e.Local != "error" {
			continue
		}
		xmppmap.Numbered(e)
		if e.Child(xmppwire.NSStanzas, "text") == nil {
			e.Add(xmppwire.New(xmppwire.NSStanzas, "text"))
		}
	}
	if body, ok := of.Body(); ok && of.Name == "message" {
		reply.Children = append([]*xmppwire.Element{xmppwire.TextElement(xmppwire.NSClient, "body", body)}, reply.Children...)
	}
	return reply
}

// classicToConv enters a room or joins a group, or leaves a room. A group is heard without entering, and left by REST.
func (s *session) classicToConv(ctx context.Context, st xmppwire.Stanza, to xmppmap.Address) {
	nick := to.Resource
	if nick == "" {
		nick = string(s.user)
	}
	switch {
	case st.Type == "unavailable" && to.Kind == xmppmap.Room:
		s.Router.Leave(ctx, s.feed, to.Conv)
		s.sendTo(s.full, s.classic.words.Left(to.Conv, nick))
	case st.Type == "":
		created, err := s.joinClassic(ctx, st, to)
		switch {
		case err != nil:
			s.refuseJoin(st, err)
		case created:
			s.sendTo(s.full, s.classic.words.Made(to.Conv, nick))
		default:
			s.sendTo(s.full, s.classic.words.Entered(to.Conv, nick))
		}
	}
}

func (s *session) joinClassic(ctx context.Context, st xmppwire.Stanza, to xmppmap.Address) (created bool, err error) {
	if st.Child(xmppmap.NSMUC, "x") != nil {
		_, created, err = s.findOrCreate(ctx, to.Conv)
	} else {
		_, err = s.Store.Details(ctx, to.Conv)
	}
	if err != nil || created {
		return created, err
	}
	if to.Kind == xmppmap.Room {
		_, err = s.Router.Enter(ctx, s.feed, to.Conv, string(s.user))
		return false, err
	}
	me, err := s.Store.Member(ctx, to.Conv, s.user)
	if err != nil || me.Role.IsMember() {
		return false, err
	}
	_, err = s.submit(ctx, chat.Draft{Conv: to.Conv, Body: chat.Membership{Users: []chat.UserID{s.user}, Change: chat.ChangeJoin}})
	return false, err
}

package xmpp

import (
	"context"
	"strconv"
	"sync"
	"time"

	"mellium.im/xmpp/stanza"

	"dragoman/bridge/chat"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

const (
	nsPing    = "urn:xmpp:ping"
	nsVersion = "jabber:iq:version"
	nsTime    = "urn:xmpp:time"
	nsLast    = "jabber:iq:last"
)

// basicIQs are the small services: ping, version, time, last activity, and the session of old clients.
func (f *Frontend) basicIQs(t map[iqKey]iqHandler) {
	empty := func(context.Context, *session, *request) (*xmppwire.Element, error) { return nil, nil }
	for _, to := range []scope{toServer, toAccount, toService, toUpload} {
		t[iqKey{to, false, nsPing, "ping"}] = doneBehind
	}
	t[iqKey{toServer, true, nsSession, "session"}] = empty // [RFC 3921 §3]
	t[iqKey{toAccount, true, nsSession, "session"}] = empty
	for _, to := range []scope{toServer, toService} {
		t[iqKey{to, false, nsVersion, "query"}] = version
		t[iqKey{to, false, nsTime, "time"}] = f.time
	}
	t[iqKey{toServer, false, nsLast, "query"}] = f.uptime
	t[iqKey{toContact, false, nsLast, "query"}] = lastActivity
	t[iqKey{toAccount, false, nsLast, "query"}] = lastActivity
}

// pongWait bounds how long a ping waits for what was on its way to the client.
const pongWait = time.Second

// doneBehind answers with an empty result behind all that was on its way to the client when the request came or that it
// brought about: what else could a client wait for that pings to know whether it has heard everything?
func doneBehind(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	s.sendBehind(ctx, xmppwire.Stanza{Name: "iq", Type: "result", ID: q.ID, To: s.full, From: q.To})
	return nil, errLater
}

// sendBehind sends a stanza behind all that is on its way to the client. A mark goes through the feed, which keeps its order.
func (s *session) sendBehind(ctx context.Context, st xmppwire.Stanza) {
	var once sync.Once
	answer := func() { once.Do(func() { s.send(st) }) }
	id := "pong-" + s.nextID()
	s.mu.Lock()
	s.pongs[id] = answer
	s.mu.Unlock()
	time.AfterFunc(pongWait, func() {
		s.mu.Lock()
		delete(s.pongs, id)
		s.mu.Unlock()
		answer()
	})
	mark := chat.Draft{Conv: chat.Self(s.user), To: []chat.UserID{s.user}, ToDevice: s.actor.Device, Body: chat.Relay{},
		Native: chat.Native{Protocol: xmppmap.Protocol, Data: []byte("<message xmlns='jabber:client' id='" + id + "'/>")}}
	if _, err := s.Router.Begin(ctx, s.actor, mark); err != nil {
		answer()
	}
}

// pushMark sends what a mark went through the feed for.
func (s *session) pushMark(ev *chat.Event) {
	native, _ := xmppmap.Native(ev)
	s.mu.Lock()
	answer := s.pongs[native.ID]
	delete(s.pongs, native.ID)
	s.mu.Unlock()
	if answer != nil {
		answer()
	}
}

func version(context.Context, *session, *request) (*xmppwire.Element, error) {
	q := xmppwire.New(nsVersion, "query")
	q.AddNew("name").AddText("dragoman")
	q.AddNew("version").AddText("1")
	return q, nil
}

// time answers XEP-0202.
func (f *Frontend) time(context.Context, *session, *request) (*xmppwire.Element, error) {
	now := f.Now()
	e := xmppwire.New(nsTime, "time")
	e.AddNew("tzo").AddText(now.Format("-07:00"))
	e.AddNew("utc").AddText(now.UTC().Format("2006-01-02T15:04:05Z"))
	return e, nil
}

// uptime answers XEP-0012 for the server.
func (f *Frontend) uptime(context.Context, *session, *request) (*xmppwire.Element, error) {
	return xmppwire.New(nsLast, "query").Set("seconds", strconv.Itoa(int(f.Now().Sub(f.begun).Seconds()))), nil
}

// lastActivity answers XEP-0012 for an account, to whom it lets see its presence.
func lastActivity(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	if q.to.User != s.user {
		c, err := s.Store.Contact(ctx, s.user, q.to.User)
		if err != nil {
			return nil, err
		}
		if !c.Sees {
			return nil, refusal(stanza.Auth, stanza.Forbidden)
		}
	}
	e := xmppwire.New(nsLast, "query")
	if s.isAvailable(q.to.User) {
		return e.Set("seconds", "0"), nil
	}
	seen, err := s.Store.LastSeen(ctx, q.to.User)
	if err != nil {
		return nil, err
	}
	if said := s.hub.lastWord(q.to.User); !said.at.IsZero() && !said.at.Before(seen.Truncate(time.Second)) {
		seen = said.at
		e.AddText(said.status)
	}
	if seen.IsZero() {
		return nil, refusal(stanza.Cancel, stanza.ItemNotFound)
	}
	return e.Set("seconds", strconv.Itoa(int(s.Now().Sub(seen)/time.Second))), nil
}

// isAvailable reports whether a device of u shows itself.
func (f *Frontend) isAvailable(u chat.UserID) bool {
	for _, other := range f.Router.Sessions(u) {
		if other.Presence.Show != chat.ShowOffline {
			return true
		}
	}
	return false
}

// ping asks the client for a sign of life.
func (s *session) ping() {
	s.send(xmppwire.Stanza{Name: "iq", Type: "get", From: s.m.Domain, To: s.full, ID: "ping-" + strconv.FormatInt(s.Now().UnixNano(), 36),
		Children: []*xmppwire.Element{xmppwire.New(nsPing, "ping")}})
}

// deviceInfo is disco#info of a device that speaks another protocol.
func deviceInfo(*request) *xmppwire.Element {
	info := xmppwire.New(nsDiscoInfo, "query")
	info.AddNew("identity").Set("category", "client").Set("type", "web").Set("name", "dragoman")
	for _, feature := range []string{nsDiscoInfo, nsPing, xmppmap.NSReceipts, xmppmap.NSMarkers, xmppmap.NSChatStates,
		xmppmap.NSCorrect, xmppmap.NSRetract, xmppmap.NSReactions, xmppmap.NSReply} {
		info.AddNew("feature").Set("var", feature)
	}
	return info
}

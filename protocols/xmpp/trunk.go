package xmpp

import (
	"context"
	"crypto/rand"
	"errors"
	mathrand "math/rand/v2"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/mapping/names"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

// trunk makes the users of another server members of our conversations. To that server it is a component [XEP-0114]; to the
// core, a session that speaks for many, with one cursor for all of them: what they have not got waits in the log.
//
// Each foreign user who does something, or has something coming, is a foreigner (foreign.go), with sessions like those of
// our own clients but for the stream that they share: the line.
type trunk struct {
	*Frontend
	m       xmppmap.Map
	iqs     map[iqKey]iqHandler
	log     zerolog.Logger
	life    context.Context // ends with the trunk, by die
	die     context.CancelFunc
	lookID  string         // of the iqs by which we ask after users: nobody else can know it
	ending  chan struct{}  // closed when nothing more comes from the host
	working sync.WaitGroup // of who handles what came
	running sync.WaitGroup // of all else that foreigners do

	mu    sync.Mutex
	line  *line                 // nil: down
	fault error                 // why there is none
	users map[string]*foreigner // by bare address
}

func (f *Frontend) newTrunk() *trunk {
	t := &trunk{Frontend: f, log: f.log.With().Str("component", f.cfg.Component.Domain).Logger(), users: map[string]*foreigner{}, lookID: rand.Text(), ending: make(chan struct{})}
	t.life, t.die = context.WithCancel(context.Background())
	t.m = xmppmap.Map{Domain: f.cfg.Component.Domain, Names: f.Names.For(context.Background(), names.XMPP), Links: links{f},
		Reach: true, Convs: t.convOf}
	t.iqs = t.iqTable()
	f.Accounts.Reach(xmppmap.Trunk, t.reaches)
	return t
}

// reaches reports whether an address may be somebody's on another server.
func (t *trunk) reaches(address string) bool {
	a, err := t.m.Parse(address)
	if err != nil || a.Kind != xmppmap.User || a.Bare != address || a.Resource != "" {
		return false
	}
	trunk, _ := a.User.Trunk()
	return trunk == xmppmap.Trunk
}

// convOf says which kind of conversation an id is: groups and rooms share one id space. One that is not there yet would be
// a room, for that is what anybody may enter.
func (t *trunk) convOf(id string) chat.Conv {
	if _, err := t.Store.Details(context.Background(), chat.Group(id)); err == nil {
		return chat.Group(id)
	}
	return chat.Room(id)
}

// abroad is who brings a user of another server what is for him: nil for an account of ours.
func (f *Frontend) abroad(u chat.UserID) *session {
	trunk, address := u.Trunk()
	if f.component == nil || trunk != xmppmap.Trunk {
		return nil
	}
	return f.component.foreigner(address).session
}

const (
	// firstRetry and lastRetry bound how long the trunk waits before it calls again; each time is twice the last.
	firstRetry = 250 * time.Millisecond
	lastRetry  = 10 * time.Second
)

// run keeps a line to the host until ctx ends.
func (t *trunk) run(ctx context.Context) {
	defer t.running.Wait()
	defer t.die()
	defer t.working.Wait()
	defer close(t.ending)
	wait := firstRetry
	for {
		var up bool
		err := guarded(t.log, func() (err error) {
			up, err = t.call(ctx)
			return err
		})
		if ctx.Err() != nil {
			return
		}
		if up {
			wait = firstRetry
		}
		t.log.Warn().Err(err).Dur("retry", wait).Msg("no line to the host")
		t.mu.Lock()
		t.fault = err
		t.mu.Unlock()
		select {
		case <-time.After(wait/2 + mathrand.N(wait)):
		case <-ctx.Done():
			return
		}
		wait = min(2*wait, lastRetry)
	}
}

// call makes one line and serves it to its end. up: the host had taken us in.
func (t *trunk) call(ctx context.Context) (up bool, err error) {
	dialing, cancel := context.WithTimeout(ctx, t.cfg.LoginTimeout)
	defer cancel()
	host := net.JoinHostPort(t.cfg.Component.Host, strconv.Itoa(t.cfg.Component.Port))
	conn, err := new(net.Dialer).DialContext(dialing, "tcp", host)
	if err != nil {
		return false, err
	}
	l := newComponentLink(conn)
	defer l.end()
	if err := l.shakeHands(dialing, t.cfg.Component); err != nil {
		return false, err
	}
	// Opened anew for each line: the last one's feed has passed what its host may never have seen.
	actor := bridge.Actor{Trunk: xmppmap.Trunk, Source: chat.Trunk, Platform: "xmpp", Protocol: "xmpp", Address: l.address(), Traffic: l}
	feed, err := t.Router.Open(ctx, actor, bridge.FromCursor())
	if err != nil {
		return true, err
	}
	ln := newLine(t, l, feed)
	t.dropLinks()
	t.log.Info().Str("host", host).Msg("line to the host")
	t.setLine(ln)
	defer t.miss()
	defer t.setLine(nil)
	return true, ln.serve(ctx)
}

func (t *trunk) setLine(ln *line) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.line, t.fault = ln, nil
}

// Health implements [protocols.Checked]: whether there is a line to the host.
func (f *Frontend) Health() map[string]string {
	if f.component == nil {
		return nil
	}
	t := f.component
	t.mu.Lock()
	defer t.mu.Unlock()
	problem := ""
	switch {
	case t.line != nil:
	case t.fault != nil:
		problem = "no line to the host: " + t.fault.Error()
	default:
		problem = "no line to the host yet"
	}
	return map[string]string{"component " + t.m.Domain: problem}
}

// put hands stanzas to the line; without one they are lost, like all that the log does not know.
func (t *trunk) put(items ...item) {
	t.mu.Lock()
	ln := t.line
	t.mu.Unlock()
	if ln == nil {
		return
	}
	if err := ln.out.put(items...); err != nil && errors.Is(err, errOverflow) {
		ln.stop(err)
	}
}

// wasDown reports whether there was no line at a time: what happened then comes late.
func (t *trunk) wasDown(at time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.line == nil || at.Before(t.line.since)
}

// foreigners returns whom, of the host's users, a delivery of the trunk's feed is for.
func (t *trunk) foreigners(d *bridge.Delivery, feed *bridge.Feed) []*foreigner {
	users := feed.For(d)
	all := make([]*foreigner, len(users))
	for i, u := range users {
		_, address := u.Trunk()
		all[i] = t.foreigner(address)
	}
	return all
}

// take sees that a stanza from the host is handled. The host vouches for who has sent it, but nobody there can be one of
// ours.
func (t *trunk) take(st xmppwire.Stanza) {
	from, err := t.m.Parse(st.From)
	to, toErr := t.m.Parse(st.To)
	trunk, _ := from.User.Trunk()
	toTrunk, _ := to.User.Trunk()
	switch {
	case err != nil, from.Kind != xmppmap.Foreign && trunk != xmppmap.Trunk:
		t.log.Warn().Str("from", st.From).Msg("the host sends a stanza of nobody who is there")
		return
	case st.To == "", toErr == nil && (to.Kind == xmppmap.Foreign || toTrunk != ""):
		t.log.Warn().Str("to", st.To).Msg("the host sends a stanza that is not for us")
		return
	}
	if from.Kind == xmppmap.Foreign && st.Name != "iq" {
		return // servers have nothing to say to people here
	}
	t.foreigner(from.Bare).give(work{st, time.Now(), from.Resource, to, toErr})
}

// work is a stanza for a foreigner to handle as his own.
type work struct {
	xmppwire.Stanza
	at       time.Time // when it came
	resource string
	to       xmppmap.Address
	err      error // of reading the addressee
}

package webim

import (
	"context"
	"errors"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/time/rate"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/internal/wsconn"
	"dragoman/mapping/webimmap"
	"dragoman/protocols/webim/webimwire"
)

// session is one connection of one device, from the upgrade to the close.
type session struct {
	*frontend
	conn    transport
	log     zerolog.Logger
	base    string // how the client calls this gateway
	address string

	// Set by login, never changed afterwards.
	actor      bridge.Actor
	generation webimmap.Generation
	version    string // of the SDK, as it says
	realm      webimmap.Realm
	feed       *bridge.Feed
	limiter    *rate.Limiter // nil: no limit
	expires    time.Time     // of the token

	stop     context.CancelCauseFunc // ends it from within the front-end
	release  func()                  // closes released, once
	released chan struct{}           // closed when it has let its feed go

	cycle     *cycle
	flight    chan inFlight // what the reader has begun and settle answers
	early     [][]byte      // what came with the login, before its answer
	loggedOut bool          // the client said goodbye; the reader's alone until it has ended
}

func newSession(f *frontend, t transport, r *http.Request) *session {
	released := make(chan struct{})
	return &session{
		frontend: f, conn: t, flight: make(chan inFlight, maxFlight), base: f.base(r), address: r.RemoteAddr,
		log:      f.Log.With().Str("peer", r.RemoteAddr).Logger(),
		released: released, release: sync.OnceFunc(func() { close(released) }),
	}
}

// maxFlight is how many messages of one client may be on their way to the disk: enough to fill a commit or two.
const maxFlight = 64

// loginTime is how long a connection may stay without a login.
const loginTime = 30 * time.Second

// run logs the client in, serves it, and closes the connection.
func (s *session) run(parent context.Context) {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	s.stop = cancel
	defer s.release()
	defer s.recover()
	if !s.awaitLogin(ctx) {
		s.conn.Close(wsconn.ClosePolicy, "not logged in")
		return
	}
	s.log.Info().Object("actor", s.actor).Msg("session opened")
	s.callbacks.user(ctx, s, "login", "online")
	s.finish(s.serve(ctx))
}

// recover is the one place where a panic ends: with this session, and no other.
func (s *session) recover() {
	if p := recover(); p != nil {
		s.log.Error().Interface("panic", p).Bytes("stack", debug.Stack()).Msg("session panicked")
		s.conn.Close(wsconn.CloseInternal, "")
		if s.feed != nil {
			s.live.remove(s)
			s.feed.Close()
		}
	}
}

// serve runs the session's goroutines until the first of them ends, and returns why
// it did: the reader (client to router), settle (router to client, the answers), the
// teller (feed to cycle), and the cycle, which alone writes what is pulled, so that
// its order holds.
func (s *session) serve(ctx context.Context) error {
	var parts sync.WaitGroup
	for _, part := range []func(context.Context) error{s.read, s.settle, s.tell, s.cycle.run} {
		parts.Go(func() {
			defer s.stop(nil)
			defer s.recover()
			s.stop(part(ctx))
		})
	}
	parts.Wait()
	return context.Cause(ctx)
}

// read handles what the client sends, in its order.
func (s *session) read(ctx context.Context) error {
	packets, err := s.early, error(nil)
	s.early = nil
	for ; ; packets, err = s.conn.Read(ctx) {
		if err != nil {
			return err
		}
		at := time.Now()
		for _, packet := range packets {
			up, err := webimwire.DecodeUp(packet)
			if err != nil {
				return err
			}
			frame := bridge.Frame{At: at, Data: func() []byte { return packet }}
			if err := s.handle(bridge.WithFrame(ctx, frame), up); err != nil {
				return err
			}
		}
	}
}

// tell takes from the feed what the client must see.
func (s *session) tell(ctx context.Context) error {
	for {
		d, err := s.feed.Next(ctx)
		if err != nil {
			return err
		}
		select {
		case s.cycle.deliveries <- d:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// What ends a session from within.
var (
	errLogout   = errors.New("client logged out")
	errReplaced = errors.New("the same device has come again")
)

// graceTime is how long a client may take to read that it was ended before its
// socket closes [webim 10].
const graceTime = 100 * time.Millisecond

// finish lets the feed go and says goodbye in the client's words.
func (s *session) finish(why error) {
	s.live.remove(s)
	var cause *bridge.Cause
	ended := errors.As(why, &cause)
	switch {
	case ended, s.loggedOut, s.life.Err() != nil:
		s.feed.Close()
	default:
		s.rooms.Park(s.feed, nil, func() {})
	}
	s.release()
	code, reason := wsconn.CloseNormal, ""
	switch {
	case ended:
		s.sayKicked(cause)
	case errors.Is(why, errReplaced):
		s.sayKicked(&bridge.Cause{Kind: bridge.Replaced})
	case errors.Is(why, webimwire.ErrMalformed):
		code, reason = wsconn.CloseInvalid, "malformed packet"
	case s.life.Err() != nil:
		code, reason = wsconn.CloseGoingAway, "shutting down"
	}
	s.conn.Close(code, reason)
	s.sayGoodbye(cause, why)
	s.log.Info().Object("actor", s.actor).AnErr("why", why).Msg("session closed")
}

// goodbyeTime bounds how long the app's server's news of a session's end may take to be kept.
const goodbyeTime = 5 * time.Second

// sayGoodbye tells the app's server that the session has ended.
func (s *session) sayGoodbye(cause *bridge.Cause, why error) {
	reason := "logout"
	if errors.Is(why, errReplaced) || cause != nil && (cause.Kind == bridge.Replaced || cause.Kind == bridge.Displaced) {
		reason = "replaced"
	}
	// The session's context has ended; what is told of it is still kept.
	ctx, cancel := context.WithTimeout(context.Background(), goodbyeTime)
	defer cancel()
	s.callbacks.user(ctx, s, reason, "offline")
}

// sayKicked tells the client why its session was ended from outside, and that it
// shall not return by itself: a bare close makes it reconnect [webim 4.4].
func (s *session) sayKicked(cause *bridge.Cause) {
	var kick webimmap.Kick
	switch cause.Kind {
	case bridge.Replaced, bridge.Displaced:
		kick = webimwire.StatisticsBody_USER_LOGIN_ANOTHER_DEVICE
	case bridge.AccountDeleted:
		kick = webimwire.StatisticsBody_USER_REMOVED
	case bridge.PasswordChanged:
		kick = webimwire.StatisticsBody_USER_KICKED_BY_CHANGE_PASSWORD
	case bridge.Kicked, bridge.AccountDisabled:
		kick = webimwire.StatisticsBody_USER_KICKED_BY_OTHER_DEVICE
	default: // it may return: a shutdown passes, and an expired token is refused at the next login
		return
	}
	now := s.Now()
	meta, err := s.realm.KickMeta(kick, s.actor.User, cause.Note, chat.NewEventID(now, chat.ImportShard-1, 0), now)
	if err != nil {
		s.log.Err(err).Msg("cannot say why the session ends")
		return
	}
	if err := s.pushLive([]*webimwire.Meta{meta}, s.realm.QueueOf(chat.All(), s.actor.User)); err != nil {
		return // it is gone already
	}
	timer := time.NewTimer(graceTime)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.life.Done():
	}
}

// write sends one packet.
func (s *session) write(d webimwire.Down) error {
	packet, err := d.Encode()
	if err != nil {
		return err
	}
	return s.conn.Write(packet)
}

// pushLive sends what no client acknowledges [webim 5.3].
func (s *session) pushLive(metas []*webimwire.Meta, queue *webimwire.JID) error {
	return s.write(webimwire.Down{Sync: &webimwire.CommSyncDL{
		Status: &webimwire.Status{ErrorCode: webimwire.Status_OK.Enum()}, Metas: metas, Queue: queue, IsLast: new(true),
		Timestamp: new(uint64(s.Now().UnixMilli())),
	}})
}

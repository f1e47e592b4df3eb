package zim

import (
	"context"
	"errors"
	"runtime/debug"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/internal/wsconn"
	"dragoman/mapping/zimmap"
	"dragoman/protocols/zim/zimwire"
)

const (
	// loginWithin is how long a connection may be open without a login.
	loginWithin = 15 * time.Second
	// leaveWithin bounds what a session does after its end.
	leaveWithin = 5 * time.Second
	// maxUnderWay bounds the messages of one client that wait for their commit.
	maxUnderWay = 64
	// maxUnsure bounds what a session remembers of what it has told of its rooms.
	maxUnsure = 256
	// takeOver is how long a device that comes back waits for its older session to let go of its rooms.
	takeOver = 2 * time.Second
)

var (
	errGoingAway = errors.New("the server is shutting down")
	errLoggedOut = errors.New("logged out")
	errTooLate   = errors.New("no login in time")
	errReplaced  = errors.New("the same device has come back")
)

// session is one connection, from its upgrade to its end. It has a user once it has logged in.
type session struct {
	*frontend
	conn *wsconn.Conn
	log  zerolog.Logger
	ctx  context.Context // of all that the session does; its cause is why it ended
	stop context.CancelCauseFunc

	work     sync.WaitGroup // the session's other goroutines
	underWay chan struct{}  // a token for each message that waits for its commit

	actor    bridge.Actor       // fixed by login
	feed     *bridge.Feed       // nil before login
	since    time.Time          // of the login: what is older was missed
	returned bool               // it went on from its cursor
	missed   []*bridge.Delivery // what was said in its rooms while it was away
	unsure   []*bridge.Delivery // what it was told of its rooms; the pusher's, until there is none
	left     chan struct{}      // closed when its place can be taken over
	states   *states
	logged   time.Time // when the client last uploaded its log; the reader's

	mu      sync.Mutex
	expires time.Time // of the token
	timer   *time.Timer
	warned  *time.Timer
}

func newSession(f *frontend, conn *wsconn.Conn) *session {
	ctx, stop := context.WithCancelCause(context.Background())
	return &session{frontend: f, conn: conn, log: f.Log, ctx: ctx, stop: stop, states: newStates(), underWay: make(chan struct{}, maxUnderWay),
		left: make(chan struct{})}
}

// run serves the connection until it ends, whoever ends it.
func (s *session) run() {
	tooLate := time.AfterFunc(loginWithin, func() {
		if !s.loggedIn() {
			s.stop(errTooLate)
		}
	})
	defer tooLate.Stop()
	// Ending the context ends a read under way; the goodbye is said here, where no other can be under way.
	err := s.guarded(s.read)
	s.stop(err)
	s.work.Wait() // a feed has one reader: who waits for the device to come back, or the session
	s.leave()
	close(s.left)
	if errors.Is(context.Cause(s.ctx), errReplaced) {
		s.sayEnded(zimwire.ConnectionEventKickedOut, "logged in elsewhere")
	}
	code, reason := goodbye(context.Cause(s.ctx))
	if err := s.conn.Close(code, reason); err != nil {
		s.log.Debug().Err(err).Msg("socket did not close well")
	}
	if s.loggedIn() {
		s.log.Info().Object("actor", s.actor).AnErr("why", context.Cause(s.ctx)).Msg("session closed")
	}
}

func (s *session) reader() chat.Reader {
	return chat.Reader{User: s.actor.User, Device: s.actor.Device}
}

func (s *session) loggedIn() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.feed != nil
}

// leave frees what the session holds of the router.
func (s *session) leave() {
	s.mu.Lock()
	feed := s.feed
	for _, t := range []*time.Timer{s.timer, s.warned} {
		if t != nil {
			t.Stop()
		}
	}
	s.mu.Unlock()
	if feed == nil {
		return
	}
	s.sayGoodbye(context.Cause(s.ctx))
	var rooms []chat.Conv
	for _, c := range s.Router.Entered(s.actor.User) {
		if s.isIn(c) {
			rooms = append(rooms, c)
		}
	}
	gone := func() {
		// The session's own context has ended; what it leaves behind is still tidied up, within bounds.
		ctx, cancel := context.WithTimeout(context.Background(), leaveWithin)
		defer cancel()
		for _, c := range rooms {
			s.tidyRoom(ctx, c)
		}
	}
	if isLost(context.Cause(s.ctx)) {
		s.rooms.Park(feed, s.unsure, gone)
		return
	}
	feed.Close()
	gone()
}

// isLost reports whether a session ended because its connection broke: nobody wanted it to.
func isLost(cause error) bool {
	var why *bridge.Cause
	for _, wanted := range []error{errGoingAway, errLoggedOut, errTooLate, errBinary, errNoJSON} {
		if errors.Is(cause, wanted) {
			return false
		}
	}
	return !errors.As(cause, &why)
}

// guarded runs a part of the session and makes a panic in it an error that ends this session alone.
func (s *session) guarded(part func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			s.log.Error().Interface("panic", r).Bytes("stack", debug.Stack()).Msg("session panicked")
			err = errors.New("internal error")
		}
	}()
	return part()
}

// start runs another part of the session in a goroutine; its error ends the session.
func (s *session) start(part func() error) {
	s.work.Go(func() {
		if err := s.guarded(part); err != nil {
			s.stop(err)
		}
	})
}

func goodbye(cause error) (code int, reason string) {
	var why *bridge.Cause
	switch {
	case errors.Is(cause, errGoingAway):
		return wsconn.CloseGoingAway, "the server is shutting down"
	case errors.Is(cause, errLoggedOut):
		return wsconn.CloseNormal, ""
	case errors.Is(cause, errTooLate):
		return wsconn.ClosePolicy, "no login in time"
	case errors.Is(cause, errReplaced):
		return wsconn.ClosePolicy, "replaced"
	case errors.Is(cause, errBinary):
		return wsconn.CloseUnsupported, "frames are text"
	case errors.Is(cause, errNoJSON):
		return wsconn.CloseInvalid, "frames are JSON"
	case errors.As(cause, &why):
		if why.Kind == bridge.Shutdown {
			return wsconn.CloseGoingAway, "the server is shutting down"
		}
		return wsconn.ClosePolicy, why.Kind.String()
	}
	return wsconn.CloseNormal, ""
}

var (
	errBinary = errors.New("binary frame")
	errNoJSON = errors.New("frame is not JSON")
)

// read takes the client's requests until it goes.
func (s *session) read() error {
	for {
		kind, frame, err := s.conn.ReadFrame(s.ctx)
		if err != nil {
			return err
		}
		if kind != wsconn.Text {
			return errBinary
		}
		ctx := bridge.WithFrame(s.ctx, bridge.Frame{At: time.Now(), Data: func() []byte { return frame }})
		if err := s.handle(ctx, frame); err != nil {
			return err
		}
	}
}

// handle answers one frame. Its error ends the session: the socket does not take the answer.
func (s *session) handle(ctx context.Context, frame []byte) error {
	r, refusal := zimwire.Decode(frame)
	if refusal != nil {
		if err := s.refuse(r.ID, refusal); err != nil || refusal.Code != zimwire.ParseError {
			return err
		}
		return errNoJSON // whoever sends what is not even JSON is no client of this protocol
	}
	if r.ID.IsZero() {
		s.note(r)
		return nil
	}
	switch r.Method {
	case "sendMessage", "replyMessage":
		if s.feed != nil {
			return s.handleSend(ctx, r)
		}
	case "logout":
		if err := s.answer(r.ID, nil); err != nil {
			return err
		}
		return errLoggedOut
	}
	result, err := s.call(ctx, r)
	if err != nil {
		return s.refuse(r.ID, s.refusal(r.Method, err))
	}
	if err := s.answer(r.ID, result); err != nil || r.Method != "login" {
		return err
	}
	// What has happened since is told after the answer to the login, never before it.
	s.start(s.push)
	s.start(s.tell)
	return nil
}

// refusal turns an error into the client's words; a fault of ours is logged here, once.
func (s *session) refusal(method string, err error) *zimwire.Error {
	if chat.CodeOf(err) == chat.Internal && !isWire(err) {
		s.log.Err(err).Str("method", method).Object("actor", s.actor).Msg("request failed")
	}
	return zimmap.Refusal(zimmap.ModuleOf(method), err)
}

func isWire(err error) bool {
	var own *zimwire.Error
	return errors.As(err, &own)
}

func (s *session) answer(id zimwire.ID, result any) error {
	frame, err := zimwire.EncodeResult(id, result)
	if err != nil {
		s.log.Err(err).Msg("cannot encode an answer")
		return s.refuse(id, zimwire.Refuse(zimwire.CommonModuleIMServerError, "internal error"))
	}
	return s.conn.WriteText(frame)
}

func (s *session) refuse(id zimwire.ID, refusal *zimwire.Error) error {
	frame, err := zimwire.EncodeError(id, refusal)
	if err != nil {
		return err
	}
	return s.conn.WriteText(frame)
}

// tellNow sends a notice that no cursor counts.
func (s *session) tellNow(event string, data any) error {
	frame, err := zimwire.EncodeNotices(zimwire.Mark{}, zimwire.Notice{Event: event, Data: data})
	if err != nil {
		return err
	}
	return s.conn.WriteText(frame)
}

// note takes what needs no answer; a notification that means nothing here is passed over [JSON-RPC 2.0 §4.1].
func (s *session) note(r zimwire.Request) {
	if r.Method != zimwire.MethodAck || s.feed == nil {
		return
	}
	var p zimwire.AckParams
	if err := r.Bind(&p); err != nil {
		return
	}
	cursor, err := chat.ParseCursor(p.Cursor)
	if err != nil || cursor.Place().Pos > s.feed.Position().Place().Pos {
		return // it cannot have what it was not sent
	}
	s.feed.Ack(chat.Conv{}, cursor.Place())
}

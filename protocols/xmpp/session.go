package xmpp

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"mellium.im/xmpp/stanza"
	"mellium.im/xmpp/stream"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

// session is one resource of one user, from binding to its end; it may live through several connections.
type session struct {
	*Frontend
	m        xmppmap.Map         // addresses as this session knows them
	iqs      map[iqKey]iqHandler // what it may ask
	trunk    *trunk              // nil: a client's own connection; else a user of another server, who comes by it
	log      zerolog.Logger
	classic  *classic // the dialect of old WebIM clients; nil: XMPP
	user     chat.UserID
	resource string
	bare     string
	full     string
	lang     string
	actor    bridge.Actor
	feed     *bridge.Feed
	out      *queue
	ctx      context.Context // ends with the session, by end
	cancel   context.CancelCauseFunc
	flight   chan inflight   // what was submitted and has no answer yet, in order
	flown    *sync.WaitGroup // counts it
	ids      atomic.Uint64

	// Of the reading goroutine alone.
	handled  uint32 // stanzas of the client's, modulo 2^32
	counting bool   // they are counted

	mu         sync.Mutex
	link       link                    // nil: waiting to be resumed
	stopLink   context.CancelCauseFunc // ends the serving of link
	linkDone   chan struct{}           // closed when that is over
	gen        int                     // grows with every connection
	resumeID   string                  // "": cannot be resumed
	presence   *xmppwire.Stanza
	shownAt    time.Time // when it was sent
	priority   int8
	opened     time.Time // never changed
	available  time.Time // since when; zero: it has not said so
	interested bool      // has asked for the roster
	blocking   bool      // has asked for the block list
	carbons    bool
	idle       bool               // the client says that nobody looks [XEP-0352]
	quiet      []xmppwire.Stanza  // held back while idle
	held       []*bridge.Delivery // messages that wait for it to be available
	becoming   chan struct{}      // poked when it becomes available
	picture    *string            // the hash of the user's picture; nil: not known yet
	pongs      map[string]func()  // answers to pings that wait for their marks
	capsVer    string             // what the client last said that it can do
	capsAsk    string             // id of our question about it; "": none is open
	wanted     map[string]bool    // nodes that it wants to hear of
	directed   map[string]bool    // whom it has shown itself to, beside those who follow it
	joined     map[chat.Conv]*occupant
}

// inflight is a draft on its way and what to do when it has arrived.
type inflight struct {
	pending *bridge.Pending // nil: only what is to be done then
	done    func(chat.Event, error)
}

func (x inflight) land() {
	if x.pending == nil {
		x.done(chat.Event{}, nil)
		return
	}
	x.done(x.pending.Wait())
}

// maxFlight is how many messages of a client may be on their way to the log at a time.
const maxFlight = 64

// serveLink runs a connection from its first byte to its last.
func (f *Frontend) serveLink(ctx context.Context, l link) {
	f.serveLogin(ctx, l, &login{Frontend: f, link: l, m: f.m})
}

// serveLogin is serveLink for a login that has begun.
func (f *Frontend) serveLogin(ctx context.Context, l link, n *login) {
	defer l.end()
	// One context for all reads of a link: some transports cannot be read any more when one that they were read with ends.
	reading, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	late := time.AfterFunc(f.cfg.LoginTimeout, func() { stop(context.DeadlineExceeded) })
	var out outcome
	err := guarded(f.log, func() (err error) {
		out, err = n.negotiate(reading)
		return err
	})
	if !late.Stop() && err == nil {
		err = context.DeadlineExceeded
	}
	if err != nil {
		f.ended(ctx, l, err)
		return
	}
	l.setLimits(xmppwire.Limits{Bytes: f.cfg.MaxStanza})
	s := out.resumed
	if s == nil {
		s, err = f.open(ctx, l, out)
		if errors.Is(err, errVoid) {
			f.log.Info().Err(err).Str("user", string(out.user)).Msg("login refused")
			f.tellFault(l, stream.NotAuthorized, "")
			return
		}
		if err != nil {
			f.log.Err(err).Str("user", string(out.user)).Msg("cannot open a session")
			f.tellFault(l, stream.InternalServerError, "")
			return
		}
	}
	s.serve(reading, stop, l, out)
}

// guarded runs one of a session's goroutines. A panic ends that session alone, and is told as a fault of ours.
func guarded(log zerolog.Logger, run func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			log.Error().Interface("panic", p).Bytes("stack", debug.Stack()).Msg("a session has failed")
			err = fmt.Errorf("panic: %w", stream.InternalServerError)
		}
	}()
	return run()
}

// ended says goodbye after an error that ended the reading of a link.
func (f *Frontend) ended(ctx context.Context, l link, err error) {
	if ctx.Err() != nil {
		f.tellFault(l, stream.SystemShutdown, "")
		return
	}
	if named, tell := fault(err); tell {
		f.log.Info().Err(err).Str("address", l.address()).Str("transport", l.transport()).Msg("stream refused")
		f.tellFault(l, named, "")
	}
}

// tellFault writes a stream error; the caller ends the link.
func (f *Frontend) tellFault(l link, e stream.Error, text string, extra ...*xmppwire.Element) {
	if err := writeElement(l, streamError(e, text, extra...)); err != nil {
		f.log.Debug().Err(err).Msg("cannot say why a stream ends")
	}
}

// open makes a session for a resource that a client binds. An older one of the same resource ends [RFC 6120 §7.7.2.2].
func (f *Frontend) open(ctx context.Context, l link, out outcome) (*session, error) {
	s := f.newSession(out.m, out.user, out.resource)
	s.lang, s.iqs, s.classic = out.lang, f.iqs, out.classic
	s.actor = bridge.Actor{User: s.user, Device: xmppmap.Device(s.resource), Platform: "xmpp", Protocol: "xmpp", Address: l.address(), Traffic: l}
	if s.classic != nil {
		s.actor.Device, s.actor.Platform = chat.DeviceID(s.resource), "web"
	}
	s.log = f.log.With().Object("actor", s.actor).Logger()
	s.ctx, s.cancel = context.WithCancelCause(context.WithoutCancel(ctx))
	feed, err := f.Router.Open(ctx, s.actor, bridge.FromCursor())
	if err != nil {
		return nil, fmt.Errorf("open the feed of %s: %w", s.full, err)
	}
	if err := f.Accounts.Holds(ctx, out.proved); err != nil {
		feed.Close()
		return nil, fmt.Errorf("%w: %w", errVoid, err)
	}
	s.feed = feed
	if s.classic == nil { // nobody asks a classic client anything
		f.hub.add(s)
	}
	context.AfterFunc(f.base, func() { s.end(errShutdown) })
	f.spawn(func() { s.end(guarded(s.log, s.pump)) }, func() { s.end(errShutdown) })
	f.spawn(func() { s.end(guarded(s.log, s.settle)) }, func() { s.end(errShutdown) })
	s.log.Info().Str("transport", l.transport()).Msg("session opened")
	return s, nil
}

// newSession returns a session that nothing runs yet.
func (f *Frontend) newSession(m xmppmap.Map, u chat.UserID, resource string) *session {
	s := &session{Frontend: f, m: m, user: u, resource: resource, bare: m.UserJID(u), opened: f.Now().Truncate(time.Millisecond),
		out: newQueue(), flight: make(chan inflight, maxFlight), flown: new(sync.WaitGroup), becoming: make(chan struct{}, 1),
		directed: map[string]bool{}, joined: map[chat.Conv]*occupant{}, pongs: map[string]func(){}}
	s.full = s.bare
	if resource != "" {
		s.full += "/" + resource
	}
	return s
}

// Why a session ends.
var (
	errClosed   = errors.New("the client has closed the stream")
	errVoid     = errors.New("what the client has proved does not hold any more")
	errShutdown = fmt.Errorf("the server stops: %w", stream.SystemShutdown)
	errResumed  = fmt.Errorf("resumed elsewhere: %w", stream.Conflict)
)

// serve runs a session on a link until one of the two ends.
func (s *session) serve(ctx context.Context, stop context.CancelCauseFunc, l link, out outcome) {
	done := make(chan struct{})
	defer close(done)
	s.mu.Lock()
	s.link, s.stopLink, s.linkDone = l, stop, done
	s.gen++
	s.mu.Unlock()
	if err := s.greet(l, out); err != nil {
		s.part(l, err)
		return
	}
	var writing sync.WaitGroup
	writing.Go(func() {
		stop(guarded(s.log, func() error { return s.write(ctx, l) })) // whoever reads is woken
	})
	writing.Go(func() { s.watch(ctx, l, stop) })
	unwatch := context.AfterFunc(s.ctx, func() { stop(context.Cause(s.ctx)) })
	defer unwatch()
	err := guarded(s.log, func() error { return s.read(ctx, l) })
	stop(err)
	writing.Wait()
	s.part(l, err)
}

// greet says what the client waits for.
func (s *session) greet(l link, out outcome) error {
	if out.resumed != nil {
		return s.resumedBy(l, out.handled)
	}
	bound := xmppwire.New(nsBind, "bind")
	bound.AddNew("jid").AddText(s.full)
	s.send(xmppwire.Stanza{Name: "iq", Type: "result", ID: out.bindID, Children: []*xmppwire.Element{bound}})
	return nil
}

// read handles what the client sends until the stream ends, and says why it did.
func (s *session) read(ctx context.Context, l link) error {
	for {
		if err := s.out.waitRoom(ctx); err != nil {
			return err
		}
		e, err := l.next(ctx)
		switch {
		case errors.Is(err, xmppwire.ErrUnsafe):
			s.refuseUnsafe(e)
			continue
		case errors.Is(err, xmppwire.ErrEnd):
			return errClosed
		case err != nil:
			return err
		}
		// Of TCP the last bytes of the stanza came before its XML was read.
		frame := bridge.Frame{At: time.Now().Add(-l.silence()), Data: func() []byte { return e.AppendTop(nil, "") }}
		if err := s.handle(bridge.WithFrame(ctx, frame), e); err != nil {
			return err
		}
	}
}

// watch asks a client that has been silent for long whether it is there, and stops ctx where it is not.
func (s *session) watch(ctx context.Context, l link, stop context.CancelCauseFunc) {
	if s.cfg.PingEvery == 0 {
		return
	}
	tick := time.NewTicker(s.cfg.PingEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		switch silent := l.silence(); {
		case silent >= 2*s.cfg.PingEvery:
			stop(fmt.Errorf("no sign of life: %w", stream.ConnectionTimeout))
			return
		case silent >= s.cfg.PingEvery:
			s.ping()
		}
	}
}

// refuseUnsafe answers a stanza that we will not carry.
func (s *session) refuseUnsafe(e *xmppwire.Element) {
	st, ok := xmppwire.StanzaOf(e)
	if !ok {
		return
	}
	s.count()
	s.refuse(st, stanza.Error{Type: stanza.Modify, Condition: stanza.BadRequest,
		Text: map[string]string{"en": "the XML does not survive being written again"}})
}

// write takes from the queue and writes until the link or the session ends.
func (s *session) write(ctx context.Context, l link) error {
	frames := make([][]byte, 0, writeBatch+1)
	for {
		batch, err := s.out.take(ctx)
		if err != nil {
			return err
		}
		frames = frames[:0]
		for i := range batch {
			if n := batch[i].nonza; n != nil {
				frames = append(frames, n.AppendTop(nil, l.outer()))
				continue
			}
			frames = append(frames, batch[i].stanza.AppendTo(make([]byte, 0, 512), l.outer()))
		}
		if s.out.shouldAsk() {
			frames = append(frames, xmppwire.New(nsSM, "r").AppendTop(nil, l.outer()))
		}
		if err := l.write(frames...); err != nil {
			return err
		}
		clear(frames)
		if place := s.out.wrote(batch); !place.IsZero() {
			s.feed.Ack(chat.Conv{}, place)
		}
	}
}

// part says goodbye to a link that has ended, and ends the session unless it can be resumed.
func (s *session) part(l link, why error) {
	s.mu.Lock()
	current := s.link == l
	if current {
		s.link = nil
	}
	s.mu.Unlock()
	cause := why
	if ended := context.Cause(s.ctx); ended != nil {
		cause = ended
	}
	s.closeClassic(cause) // before it hears that its stream is closed, and comes again
	s.flush(l, cause)
	if !current || s.ctx.Err() != nil {
		return // taken over, or ended already
	}
	if s.await(why) {
		s.log.Info().AnErr("why", why).Msg("connection lost, session waits")
		return
	}
	s.end(why)
}

// flush writes the last words to a link: what waits for it, and why it ends.
func (s *session) flush(l link, why error) {
	named, tell := fault(why)
	if !tell && !errors.Is(why, errClosed) {
		return // the connection is lost
	}
	if !errors.Is(why, errResumed) { // what waits then is for the new connection
		s.flown.Wait() // with the answers to what the client said last
		s.writeRest(l)
	}
	if !tell {
		return
	}
	text := ""
	var cause *bridge.Cause
	if errors.As(why, &cause) {
		text = cause.Note
	}
	var count *handledTooMuch
	if errors.As(why, &count) {
		s.tellFault(l, named, text, count.element())
		return
	}
	s.tellFault(l, named, text)
}

// writeRest writes what still waits.
func (s *session) writeRest(l link) {
	items := s.out.drain()
	frames := make([][]byte, 0, len(items))
	for i := range items {
		if n := items[i].nonza; n != nil {
			frames = append(frames, n.AppendTop(nil, l.outer()))
		} else {
			frames = append(frames, items[i].stanza.AppendTo(nil, l.outer()))
		}
	}
	if len(frames) == 0 || l.write(frames...) != nil {
		return
	}
	if place := lastPlace(items); !place.IsZero() && !s.out.isManaged() {
		s.feed.Ack(chat.Conv{}, place)
	}
}

// end ends the session for good. Idempotent.
func (s *session) end(why error) {
	s.mu.Lock()
	if s.ctx.Err() != nil {
		s.mu.Unlock()
		return
	}
	s.cancel(why)
	s.mu.Unlock()
	s.hub.remove(s)
	s.out.fail(why)
	s.leaveAll()
	s.sayUnavailable()
	s.feed.Close()
	s.rescue()
	s.log.Info().AnErr("why", why).Msg("session closed")
}

// rescue does what must be done with stanzas that never reached the client. Messages are in the log; a request would wait
// for an answer in vain [XEP-0198 §6].
func (s *session) rescue() {
	for _, st := range s.out.rest() {
		if st.Name == "iq" && (st.Type == "get" || st.Type == "set") && st.From != "" {
			s.routeReply(xmppmap.ErrorReply(st, stanza.Error{Type: stanza.Cancel, Condition: stanza.ServiceUnavailable}))
		}
	}
}

// settle waits for what was submitted, in order.
func (s *session) settle() error {
	for {
		select {
		case x := <-s.flight:
			x.land()
			s.flown.Done()
		case <-s.ctx.Done():
			s.settleRest()
			return context.Cause(s.ctx)
		}
	}
}

// settleRest waits for what is left, so that nobody waits for it in vain.
func (s *session) settleRest() {
	for {
		select {
		case x := <-s.flight:
			x.land()
			s.flown.Done()
		default:
			return
		}
	}
}

// begin submits a draft and goes on; done is called when it is committed or refused. Drafts of one session happen in the
// order in which they are begun.
func (s *session) begin(ctx context.Context, d chat.Draft, done func(chat.Event, error)) {
	p, err := s.Router.Begin(ctx, s.actor, d)
	if err != nil {
		done(chat.Event{}, err)
		return
	}
	s.fly(inflight{p, done})
}

// behind calls do once all that was begun before has its answer, and does not wait for that.
func (s *session) behind(do func()) { s.fly(inflight{done: func(chat.Event, error) { do() }}) }

func (s *session) fly(x inflight) {
	s.flown.Add(1)
	select {
	case s.flight <- x:
	case <-s.ctx.Done():
		s.flown.Done()
		return
	}
	if s.ctx.Err() != nil {
		s.settleRest() // it may have come behind the back of whoever settles
	}
}

// submit is begin that waits, behind what was begun before.
func (s *session) submit(ctx context.Context, d chat.Draft) (chat.Event, error) {
	s.flown.Wait()
	return s.Router.Submit(ctx, s.actor, d)
}

// send puts a stanza for this client into the queue.
func (s *session) send(st xmppwire.Stanza) { s.sendItem(item{stanza: st}) }

// sendTo is send for a stanza that gets its addressee here; to "" leaves it out.
func (s *session) sendTo(to string, st xmppwire.Stanza) {
	st.To = to
	s.send(st)
}

func (s *session) sendNonza(e *xmppwire.Element) { s.sendItem(item{nonza: e}) }

func (s *session) sendItem(items ...item) {
	if s.trunk != nil {
		s.trunk.put(items...)
		return
	}
	if err := s.out.put(items...); err != nil && errors.Is(err, errOverflow) {
		go s.end(err) // the caller may hold up others
	}
}

// nextID returns an id for a request of ours.
func (s *session) nextID() string { return strconv.FormatUint(s.ids.Add(1), 36) }

// refuse answers a stanza of the client's with an error; errors and results are never answered.
func (s *session) refuse(st xmppwire.Stanza, e stanza.Error, extra ...*xmppwire.Element) {
	if st.Type == "error" || st.Type == "result" {
		return
	}
	if st.From == "" {
		st.From = s.full
	}
	reply := xmppmap.ErrorReply(st, e, extra...)
	if s.classic != nil {
		reply = classicError(st, reply)
	}
	s.send(reply)
}

// refuseErr is refuse for an error of the core.
func (s *session) refuseErr(st xmppwire.Stanza, err error) {
	if chat.CodeOf(err) == chat.Internal {
		s.log.Err(err).Str("stanza", st.Name).Msg("cannot handle a stanza")
	}
	s.refuse(st, xmppmap.Refusal(err))
}

package zim

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/internal/wsconn"
	"dragoman/mapping/zimmap"
	"dragoman/protocols/zim/zimwire"
)

// offlineFor is how old a message may be that a client is given without asking [zim history].
const offlineFor = 7 * 24 * time.Hour

// push gives the client what its feed holds, in order. Its error, a *bridge.Cause where the session was ended from
// outside, ends the session; the client is told why first.
func (s *session) push() error {
	for _, d := range s.missed {
		if err := s.give(d); err != nil {
			return err
		}
	}
	s.missed = nil
	for s.ctx.Err() == nil { // what waits for who has gone is left to him who comes back
		d, err := s.feed.Next(s.ctx)
		if err != nil {
			return s.farewell(err)
		}
		if err := s.give(d); err != nil {
			return err
		}
	}
	return nil
}

// give gives the client one delivery, unless it knows or need not.
func (s *session) give(d *bridge.Delivery) error {
	s.states.touch(s.actor.User, d)
	if s.isStale(d) {
		return nil
	}
	if s.isEcho(d) {
		return s.pushEcho(d)
	}
	frame, err := bridge.Once(d, s.form(d), s.render)
	if err != nil {
		s.log.Err(err).Int64("event", int64(d.Event.ID)).Msg("cannot render event")
		return nil
	}
	if frame == nil {
		return nil
	}
	if isLive(d.Event) {
		// A socket takes what never arrives, until somebody notices that its other end has gone.
		s.unsure = append(s.unsure[max(0, len(s.unsure)-maxUnsure+1):], d)
	}
	return s.conn.WritePrepared(frame)
}

// isEcho reports whether the client has done this itself, and knows by the answer. What changes a group is told to who
// changed it, too.
func (s *session) isEcho(d *bridge.Delivery) bool {
	ev := d.Event
	if zimmap.IsUnaware(ev, s.actor.User) {
		return true
	}
	if ev.From != s.actor.User || ev.Device != s.actor.Device || ev.Source != chat.Client {
		return false
	}
	switch ev.Body.(type) {
	case chat.Message, chat.Edit, chat.Recall, chat.Receipt, chat.Reaction, chat.Hide, chat.Presence:
		return true
	}
	return false
}

// pushEcho tells a client what its own doing has changed beside what it knows.
func (s *session) pushEcho(d *bridge.Delivery) error {
	m := s.me(s.ctx)
	for _, n := range append(m.RepliedCount(d.Record), s.repliedInfo(m, d)...) {
		if err := s.tellNow(n.Event, n.Data); err != nil {
			return err
		}
	}
	return nil
}

// repliedInfo tells that what some messages answer is no longer what it was.
func (s *session) repliedInfo(m zimmap.Map, d *bridge.Delivery) []zimwire.Notice {
	switch d.Event.Body.(type) {
	case chat.Edit, chat.Recall:
	default:
		return nil
	}
	if d.About == nil || d.About.Replies == 0 {
		return nil
	}
	replies, _, err := s.Store.Replies(s.ctx, s.actor.User, d.Event.Conv, d.About.Ref(), 0, maxPage)
	if err != nil {
		s.log.Warn().Err(err).Msg("cannot find the replies to a changed message")
		return nil
	}
	list := m.FromEntries(replies)
	if len(list) == 0 {
		return nil
	}
	return []zimwire.Notice{{Event: "messageRepliedInfoChanged", Data: zimwire.EventOfMessageRepliedInfoChangedResult{MessageList: list}}}
}

func (s *session) isStale(d *bridge.Delivery) bool {
	_, message := d.Event.Body.(chat.Message)
	return message && d.Event.Time.Before(s.since.Add(-offlineFor))
}

func (s *session) isOffline(ev *chat.Event) bool { return ev.Time.Before(s.since) }

// form names the bytes that an event becomes for this client: the same for all who see the same.
func (s *session) form(d *bridge.Delivery) string {
	ev := d.Event
	name := "zim/" + strconv.FormatBool(s.isOffline(ev))
	if ev.Conv.Kind == chat.KindPeer || ev.Conv.Kind == chat.KindSelf {
		return name + "/" + string(s.actor.User)
	}
	switch b := ev.Body.(type) {
	case chat.Message:
		return name + "/" + strconv.FormatBool(ev.From == s.actor.User)
	case chat.Membership:
		return name + "/" + strconv.FormatBool(ev.From == s.actor.User) + "/" + strconv.FormatBool(slices.Contains(b.Users, s.actor.User))
	case chat.Profile, chat.Rules, chat.Lifecycle, chat.Attributes:
		return name + "/" + strconv.FormatBool(ev.From == s.actor.User)
	}
	return name + "/" + string(s.actor.User)
}

// render writes the frame of an event: nil where ZIM tells nothing.
func (s *session) render(d *bridge.Delivery) (*wsconn.Prepared, error) {
	frame, err := s.frame(d)
	if frame == nil || err != nil {
		return nil, err
	}
	return wsconn.Prepare(frame)
}

func (s *session) frame(d *bridge.Delivery) ([]byte, error) {
	if _, ok := d.Event.Body.(chat.Presence); ok {
		return s.presence(d)
	}
	// The form outlives this session's context: others share it.
	m := s.mapFor(context.WithoutCancel(s.ctx), s.actor.User)
	notices, err := m.FromEvent(d.Record, s.isOffline(d.Event))
	if err != nil {
		return nil, err
	}
	if notices = append(notices, s.repliedInfo(m, d)...); len(notices) == 0 {
		return nil, nil
	}
	return zimwire.EncodeNotices(markOf(d.Event), notices...)
}

// isLive reports whether ev is told to who is in a room, and to nobody later.
func isLive(ev *chat.Event) bool { return ev.Conv.Kind == chat.KindRoom && ev.To == nil }

// markOf is how far a client has come that was told ev.
func markOf(ev *chat.Event) zimwire.Mark {
	switch {
	case isLive(ev):
		return zimwire.Mark{Live: ev.ID.String()}
	case ev.Place.IsZero():
		return zimwire.Mark{}
	}
	return zimwire.Mark{Cursor: string(chat.CursorAt(ev.Place))}
}

// farewell says why the session ends, where ZIM has a word for it, and returns the reason.
func (s *session) farewell(err error) error {
	var cause *bridge.Cause
	if !errors.As(err, &cause) {
		return err
	}
	var event zimwire.ConnectionEvent
	switch cause.Kind {
	case bridge.Shutdown:
		return err
	case bridge.TokenExpired:
		event = zimwire.ConnectionEventTokenExpired
	case bridge.AccountDeleted:
		event = zimwire.ConnectionEventUnregistered
	case bridge.Kicked, bridge.Replaced, bridge.Displaced, bridge.AccountDisabled, bridge.PasswordChanged:
		event = zimwire.ConnectionEventKickedOut
	}
	s.sayEnded(event, cause.Note)
	return err
}

// sayEnded tells the client that its session is over. The socket may be gone already; the session ends either way.
func (s *session) sayEnded(event zimwire.ConnectionEvent, note string) {
	if err := s.tellNow("connectionStateChanged", zimwire.EventOfConnectionStateChangedResult{
		State: zimwire.ConnectionStateDisconnected, Event: event, ExtendedData: note,
	}); err != nil {
		s.log.Debug().Err(err).Msg("cannot say why the session ends")
	}
}

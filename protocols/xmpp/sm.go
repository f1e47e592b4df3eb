package xmpp

import (
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"time"

	"mellium.im/xmpp/stanza"
	"mellium.im/xmpp/stream"

	"dragoman/bridge/chat"
	"dragoman/protocols/xmpp/xmppwire"
)

// count counts a stanza of the client's.
func (s *session) count() {
	if s.counting {
		s.handled++
	}
}

// handleSM does what an element of stream management asks for [XEP-0198].
func (s *session) handleSM(e *xmppwire.Element) error {
	switch e.Local {
	case "enable":
		s.enableSM(e)
	case "r":
		answer := xmppwire.New(nsSM, "a").Set("h", strconv.FormatUint(uint64(s.handled), 10))
		s.behind(func() { s.sendNonza(answer) }) // what is acknowledged is in the log
	case "a":
		return s.handleAck(e.Attr("h"))
	case "resume":
		s.sendNonza(smFailed(stanza.UnexpectedRequest))
	default:
		return fmt.Errorf("%s of stream management: %w", e.Local, stream.UnsupportedStanzaType)
	}
	return nil
}

func smFailed(c stanza.Condition) *xmppwire.Element {
	return xmppwire.New(nsSM, "failed").Add(xmppwire.New(xmppwire.NSStanzas, string(c)))
}

func (s *session) enableSM(e *xmppwire.Element) {
	if s.counting {
		s.sendNonza(smFailed(stanza.UnexpectedRequest))
		return
	}
	enabled := xmppwire.New(nsSM, "enabled")
	if r := e.Attr("resume"); (r == "true" || r == "1") && s.cfg.ResumeWindow > 0 {
		s.mu.Lock()
		s.resumeID = rand.Text()
		s.mu.Unlock()
		s.hub.keep(s)
		enabled.Set("resume", "true").Set("id", s.resumeID).Set("max", strconv.Itoa(int(s.cfg.ResumeWindow/time.Second)))
	}
	s.counting = true
	s.sendItem(item{nonza: enabled, manage: true})
}

func (s *session) handleAck(text string) error {
	h, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return fmt.Errorf("h=%q: %w", text, stream.InvalidXML)
	}
	place, err := s.out.ack(uint32(h))
	if errors.Is(err, errAck) {
		sent, _ := s.out.sent()
		return &handledTooMuch{h: uint32(h), sent: sent}
	}
	if !place.IsZero() {
		s.feed.Ack(chat.Conv{}, place)
	}
	return err
}

// handledTooMuch is the stream error for a client that acknowledges what it was never sent [XEP-0198 §4].
type handledTooMuch struct{ h, sent uint32 }

func (e *handledTooMuch) Error() string {
	return fmt.Sprintf("the client acknowledges %d of %d stanzas", e.h, e.sent)
}

// Unwrap makes it a stream error like the others.
func (e *handledTooMuch) Unwrap() error { return stream.UndefinedCondition }

func (e *handledTooMuch) element() *xmppwire.Element {
	return xmppwire.New(nsSM, "handled-count-too-high").Set("h", strconv.FormatUint(uint64(e.h), 10)).
		Set("send-count", strconv.FormatUint(uint64(e.sent), 10))
}

// resume finds the session that a client wants to go on with, after it has logged in. Where there is none the client is
// told, and binds anew.
func (l *login) resume(e *xmppwire.Element) (*session, uint32) {
	h, err := strconv.ParseUint(e.Attr("h"), 10, 32)
	s := l.hub.resumable(e.Attr("previd"))
	if err != nil || s == nil || s.user != l.user || s.ctx.Err() != nil {
		// An error here shows at the next read.
		_ = writeElement(l.link, smFailed(stanza.ItemNotFound))
		return nil, 0
	}
	s.evict()
	return s, uint32(h)
}

// evict takes the session away from the connection that it has, which is told, and waits for that to be over.
func (s *session) evict() {
	s.mu.Lock()
	stop := s.stopLink
	done := s.linkDone
	s.mu.Unlock()
	if stop != nil {
		stop(errResumed)
		<-done
	}
}

// resumedBy goes on where the client left off: it has h stanzas.
func (s *session) resumedBy(l link, h uint32) error {
	s.flown.Wait() // what is acknowledged is in the log
	resumed := xmppwire.New(nsSM, "resumed").Set("previd", s.resumeID).Set("h", strconv.FormatUint(uint64(s.handled), 10))
	if err := writeElement(l, resumed); err != nil {
		return err
	}
	place, err := s.out.ack(h)
	if err != nil {
		sent, _ := s.out.sent()
		return &handledTooMuch{h: h, sent: sent}
	}
	if !place.IsZero() {
		s.feed.Ack(chat.Conv{}, place)
	}
	s.out.rewind()
	return nil
}

// await lets a session wait to be resumed, and reports whether it does.
func (s *session) await(why error) bool {
	if errors.Is(why, errResumed) {
		return true
	}
	if _, tell := fault(why); tell || errors.Is(why, errClosed) {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.resumeID == "" || s.ctx.Err() != nil {
		return false
	}
	gen := s.gen
	time.AfterFunc(s.cfg.ResumeWindow, func() {
		s.mu.Lock()
		still := s.gen == gen && s.link == nil
		s.mu.Unlock()
		if still {
			s.end(errExpired)
		}
	})
	return true
}

var errExpired = errors.New("not resumed in time")

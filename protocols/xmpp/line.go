package xmpp

import (
	"context"
	"crypto/rand"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"mellium.im/xmpp/stanza"
	"mellium.im/xmpp/stream"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

const nsComponent = "jabber:component:accept"

// lineLimits bound one stanza of the host's, which bounds its users itself: a stanza beyond these would cost everybody the
// line.
var lineLimits = xmppwire.Limits{Bytes: 16 << 20, Depth: 1024, Elements: 1 << 20, Attrs: 4096}

// componentLink is a component's stream. The stanzas in it are a client's in another namespace.
type componentLink struct{ *tcpLink }

func newComponentLink(conn net.Conn) componentLink {
	l := componentLink{newTCPLink(conn, lineLimits)}
	l.reader.ReadAs(nsComponent)
	return l
}

func (l componentLink) writeHeader(h xmppwire.Header) error {
	l.said = true
	b := append([]byte(nil), "<?xml version='1.0'?><stream:stream xmlns='"+nsComponent+"' xmlns:stream='http://etherx.jabber.org/streams'"...)
	return l.write(append(appendHeader(b, h), '>'))
}

// shakeHands proves to the host that we know the secret [XEP-0114 §3].
func (l componentLink) shakeHands(ctx context.Context, c component) error {
	if err := l.writeHeader(xmppwire.Header{To: c.Domain}); err != nil {
		return err
	}
	h, err := l.header(ctx)
	if err != nil {
		return fmt.Errorf("the host's header: %w", err)
	}
	proof := sha1.Sum([]byte(h.ID + c.Secret))
	if err := writeElement(l, xmppwire.TextElement(xmppwire.NSClient, "handshake", hex.EncodeToString(proof[:]))); err != nil {
		return err
	}
	e, err := l.next(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("the host's answer: %w", err)
	case e.Is(xmppwire.NSStream, "error"):
		return hostError(e)
	case e.Local != "handshake":
		return fmt.Errorf("the host answers with %q", e.Local)
	}
	return nil
}

func hostError(e *xmppwire.Element) error {
	condition := "nothing"
	if named := e.First(); named != nil {
		condition = named.Local
	}
	return fmt.Errorf("the host says %s %q", condition, e.ChildText(xmppwire.NSStreams, "text"))
}

const (
	// lineQueue is how many stanzas may wait for the host: one delivery can be for thousands of its users.
	lineQueue = 1 << 16
	// lineCheck is how long the line may be silent before we look whether it still is one, and how long that may take.
	lineCheck = 30 * time.Second
	// lastWords is how long the end of the trunk waits for the host to have what was sent.
	lastWords = 2 * time.Second
)

// line is one connection of the trunk. A component's stream has no acknowledgements, so the line sends itself an iq behind
// what it has sent: the host handles stanzas in order, and once it has brought that one back it has the others. Only then
// the cursor moves, and what a host that dies did not handle is sent to the next.
type line struct {
	*trunk
	link  componentLink
	out   *queue
	feed  *bridge.Feed
	since time.Time
	ctx   context.Context
	stop  context.CancelCauseFunc // ends ctx, and the line with it

	pumps    sync.WaitGroup  // of the feeds
	pumping  context.Context // ends before ctx where the line ends in peace
	endPumps context.CancelCauseFunc

	mu     sync.Mutex
	closed bool                        // no feed is taken on any more
	feeds  map[*bridge.Feed]bool       // that are read for the host
	owed   map[*bridge.Feed]chat.Place // in line for the host, and not behind it
	asked  string                      // the id of the iq on its way to us, "": none is
	covers map[*bridge.Feed]chat.Place // what that proves
	back   chan struct{}               // closed, and made anew, when it is here
}

func newLine(t *trunk, l componentLink, feed *bridge.Feed) *line {
	ln := &line{trunk: t, link: l, out: newQueue(), feed: feed, since: t.Now(), feeds: map[*bridge.Feed]bool{feed: true}, owed: map[*bridge.Feed]chat.Place{}, back: make(chan struct{})}
	ln.out.hard = lineQueue
	ln.ctx, ln.stop = context.WithCancelCause(context.Background())
	ln.pumping, ln.endPumps = context.WithCancelCause(ln.ctx)
	return ln
}

// serve runs the line until it breaks, or ctx ends and the host has heard the last words.
func (ln *line) serve(ctx context.Context) error {
	var parts sync.WaitGroup
	for _, part := range []func() error{ln.write, ln.watch, ln.look, ln.announce} {
		parts.Go(func() {
			if err := guarded(ln.log, part); err != nil {
				ln.stop(err)
			}
		})
	}
	ln.spawnPump(func() {
		defer ln.feed.Close()
		err := guarded(ln.log, func() error {
			return ln.pump(ln.pumping, ln.feed, func(d *bridge.Delivery) []*foreigner { return ln.foreigners(d, ln.feed) })
		})
		if !errors.Is(err, errLastWords) {
			ln.stop(err)
		}
	})
	ending := context.AfterFunc(ctx, ln.finish)
	defer ending()
	err := guarded(ln.log, ln.read)
	ln.stop(err)
	ln.out.fail(err)
	parts.Wait()
	ln.closePumps()
	return context.Cause(ln.ctx)
}

var errHostEnds = errors.New("the host ends the stream")

// read takes what the host brings.
func (ln *line) read() error {
	for {
		e, err := ln.link.next(ln.ctx)
		switch {
		case errors.Is(err, xmppwire.ErrUnsafe):
			ln.refuseUnsafe(e)
			continue
		case errors.Is(err, xmppwire.ErrEnd):
			return errHostEnds
		case err != nil:
			return err
		case e.Is(xmppwire.NSStream, "error"):
			return hostError(e)
		}
		st, ok := xmppwire.StanzaOf(e)
		if !ok {
			return fmt.Errorf("%s of %q: %w", e.Local, e.Space, stream.UnsupportedStanzaType)
		}
		if st.Name != "iq" || !ln.isProof(st.ID) {
			ln.take(st)
		}
	}
}

func (ln *line) refuseUnsafe(e *xmppwire.Element) {
	st, ok := xmppwire.StanzaOf(e)
	if ok && st.Type != "error" && st.Type != "result" {
		ln.put(item{stanza: xmppmap.ErrorReply(st, stanza.Error{Type: stanza.Modify, Condition: stanza.BadRequest})})
	}
}

// write writes what waits for the host.
func (ln *line) write() error {
	for {
		batch, err := ln.out.take(ln.ctx)
		if err != nil {
			return err
		}
		frames := make([][]byte, len(batch))
		for i := range batch {
			frames[i] = batch[i].stanza.AppendTo(make([]byte, 0, 512), ln.link.outer())
		}
		if err := ln.link.write(frames...); err != nil {
			return err
		}
		ln.out.wrote(batch)
	}
}

// spawnPump runs a goroutine that reads a feed for the host, unless the line takes on no more.
func (ln *line) spawnPump(run func()) {
	ln.mu.Lock()
	defer ln.mu.Unlock()
	if !ln.closed {
		ln.pumps.Go(run)
	}
}

// closePumps ends the reading of feeds. What they have not told stays in the log for the next line.
func (ln *line) closePumps() {
	ln.mu.Lock()
	ln.closed = true
	ln.mu.Unlock()
	ln.endPumps(errLastWords)
	ln.pumps.Wait()
}

// pump takes deliveries from a feed and shows them to whom they are for, until ctx or the feed ends.
func (ln *line) pump(ctx context.Context, feed *bridge.Feed, whom func(*bridge.Delivery) []*foreigner) error {
	ln.mu.Lock()
	ln.feeds[feed] = true
	ln.mu.Unlock()
	defer func() {
		ln.mu.Lock()
		delete(ln.feeds, feed)
		ln.mu.Unlock()
	}()
	for {
		if err := ln.out.waitRoom(ctx); err != nil {
			return err
		}
		d, err := feed.Next(ctx)
		if err != nil {
			if ctx.Err() != nil {
				err = context.Cause(ctx)
			}
			return err
		}
		users := whom(d)
		for _, u := range users {
			if err := u.awaitBack(ctx); err != nil {
				return err
			}
		}
		for _, u := range users {
			u.show(d)
		}
		ln.owe(feed, d.Event.Place)
	}
}

// watch sees that a line that nothing comes by is one.
func (ln *line) watch() error {
	tick := time.NewTicker(lineCheck)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ln.ctx.Done():
			return nil
		}
		switch silent := ln.link.silence(); {
		case silent >= 2*lineCheck:
			return errors.New("the host is silent")
		case silent >= lineCheck:
			ln.prove()
		}
	}
}

// owe notes that all of a feed up to place is in line for the host, and asks for a proof that it has handled that.
func (ln *line) owe(f *bridge.Feed, place chat.Place) {
	if place.IsZero() {
		return
	}
	ln.mu.Lock()
	ln.owed[f] = place
	ln.mu.Unlock()
	ln.prove()
}

// prove sends an iq to ourselves by way of the host, behind all that is in line, unless one is on its way.
func (ln *line) prove() {
	ln.mu.Lock()
	if ln.asked != "" {
		ln.mu.Unlock()
		return
	}
	ln.asked, ln.covers, ln.owed = rand.Text(), ln.owed, map[*bridge.Feed]chat.Place{}
	ask := xmppwire.IQ("get", xmppwire.New(nsPing, "ping"))
	ask.ID, ask.From, ask.To = ln.asked, ln.m.Domain, ln.m.Domain
	ln.mu.Unlock()
	ln.put(item{stanza: ask})
}

// isProof reports whether an id is that of the iq that we sent to ourselves: nobody else has heard it.
func (ln *line) isProof(id string) bool {
	ln.mu.Lock()
	if id == "" || id != ln.asked {
		ln.mu.Unlock()
		return false
	}
	for f, place := range ln.covers {
		f.Ack(chat.Conv{}, place)
	}
	ln.asked, ln.covers = "", nil
	more := len(ln.owed) > 0
	close(ln.back)
	ln.back = make(chan struct{})
	ln.mu.Unlock()
	if more {
		ln.prove()
	}
	return true
}

// errLastWords is why feeds are read no more on a line that ends in peace.
var errLastWords = errors.New("the line ends")

// finish lets the host have what is said as the gateway stops, and ends the line. Nothing is on its way then: what the host
// has got is known, and the next line does not repeat it.
func (ln *line) finish() {
	defer ln.stop(errShutdown)
	for late := time.Now().Add(lastWords); !ln.isLevel() && time.Now().Before(late); {
		if !ln.proved() {
			return
		}
	}
	ln.closePumps()
	for ln.owes() && ln.proved() {
	}
}

// proved waits until the host has brought back the next proof, and reports whether it has.
func (ln *line) proved() bool {
	ln.mu.Lock()
	back := ln.back
	ln.mu.Unlock()
	ln.prove()
	select {
	case <-back:
		return true
	case <-time.After(lastWords):
	case <-ln.ctx.Done():
	}
	return false
}

// isLevel reports whether the host has handled all that there is.
func (ln *line) isLevel() bool {
	ln.mu.Lock()
	defer ln.mu.Unlock()
	for f := range ln.feeds {
		if !f.IsLevel() {
			return false
		}
	}
	return ln.asked == "" && len(ln.owed) == 0
}

// owes reports whether the host has something that it has not proved to have handled.
func (ln *line) owes() bool {
	ln.mu.Lock()
	defer ln.mu.Unlock()
	return ln.asked != "" || len(ln.owed) > 0
}

package bridge

import (
	"context"
	"sync"
	"time"

	"dragoman/bridge/chat"
)

// maxParked bounds what is kept of room messages for a client that lost its connection.
const maxParked = 256

// Parking keeps the feeds of clients that lost their connection inside a room: for a while they return to the room without
// having left it, and hear what was said meanwhile. Clients reconnect in seconds, and many do not enter again.
type Parking struct {
	router *Router
	grace  time.Duration

	mu     sync.Mutex
	parked map[chat.Reader]*parked
	closed bool
}

// parked is a feed without a session.
type parked struct {
	feed *Feed
	gone func()
	stop context.CancelFunc
	done chan struct{} // closed when nobody reads the feed any more
	live []*Delivery
	over bool // the feed has ended
}

// NewParking returns a place where feeds of r wait for so long; with 0 they close at once.
func NewParking(r *Router, grace time.Duration) *Parking {
	return &Parking{router: r, grace: grace, parked: map[chat.Reader]*parked{}}
}

// Park takes over the feed of a session that has ended, and closes it when nobody has taken it in time, or there is nothing
// to return to. unsure is what the session has sent, newest last, that the log does not tell and that may not have arrived.
// gone is called once it is closed.
func (l *Parking) Park(feed *Feed, unsure []*Delivery, gone func()) {
	p := &parked{feed: feed, gone: gone, done: make(chan struct{}), live: unsure[max(0, len(unsure)-maxParked):]}
	ctx, stop := context.WithTimeout(context.Background(), l.grace)
	p.stop = stop
	l.mu.Lock()
	if l.closed || l.grace == 0 || !l.router.hub.isInAny(feed) {
		l.mu.Unlock()
		p.close()
		return
	}
	l.parked[feed.reader] = p
	l.mu.Unlock()
	go l.wait(ctx, p)
}

func (p *parked) close() {
	p.stop()
	p.feed.Close()
	p.gone()
}

// wait reads the feed until somebody takes it, it ends, or the time is up.
func (l *Parking) wait(ctx context.Context, p *parked) {
	defer close(p.done)
	for {
		d, err := p.feed.Next(ctx)
		if err != nil {
			break
		}
		if d.isLive() {
			if p.live = append(p.live, d); len(p.live) > maxParked {
				p.live = p.live[1:]
			}
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.parked[p.feed.reader] != p {
		return // taken
	}
	delete(l.parked, p.feed.reader)
	p.over = true
	go p.close() // it tells the rooms, which waits for a commit
}

// Take returns the feed that waits for a device, and what it would have been told that the log does not tell, behind what
// may not have arrived; nil: there is none.
func (l *Parking) Take(r chat.Reader) (*Feed, []*Delivery) {
	l.mu.Lock()
	p := l.parked[r]
	delete(l.parked, r)
	l.mu.Unlock()
	if p == nil {
		return nil, nil
	}
	p.stop()
	<-p.done
	if p.over {
		return nil, nil
	}
	return p.feed, p.live
}

// Close ends what waits, and what is parked from now on.
func (l *Parking) Close() {
	l.mu.Lock()
	l.closed = true
	all := l.parked
	l.parked = map[chat.Reader]*parked{}
	l.mu.Unlock()
	for _, p := range all {
		p.stop()
		<-p.done
		p.close()
	}
}

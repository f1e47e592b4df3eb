package webim

import (
	"context"
	"sync"
	"time"

	"dragoman/bridge"
	"dragoman/bridge/chat"
)

// maxParked bounds what is kept of room messages for a client that lost its connection.
const maxParked = 256

// lingering keeps the feeds of clients that lost their connection inside a chat
// room: within config.Linger they return to the room without having left it, and
// hear what was said meanwhile. The SDKs reconnect in seconds, and do not join again.
type lingering struct {
	*frontend
	mu     sync.Mutex
	parked map[chat.Reader]*parked
	closed bool
}

// parked is a feed without a session.
type parked struct {
	feed *bridge.Feed
	stop context.CancelFunc
	done chan struct{} // closed when nobody reads the feed any more
	live []*bridge.Delivery
	over bool // the feed has ended
}

func newLingering(f *frontend) *lingering {
	return &lingering{frontend: f, parked: map[chat.Reader]*parked{}}
}

// park takes over the feed of a session that has ended, and closes it if there is
// nothing to return to.
func (l *lingering) park(feed *bridge.Feed) {
	a := feed.Actor()
	if l.cfg.Linger == 0 || len(l.Router.Entered(a.User)) == 0 {
		feed.Close()
		return
	}
	key := chat.Reader{User: a.User, Device: a.Device}
	ctx, stop := context.WithTimeout(context.Background(), l.cfg.Linger)
	p := &parked{feed: feed, stop: stop, done: make(chan struct{})}
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		stop()
		feed.Close()
		return
	}
	l.parked[key] = p
	l.mu.Unlock()
	go l.wait(ctx, key, p)
}

// wait reads the feed until somebody takes it, it ends, or the time is up.
func (l *lingering) wait(ctx context.Context, key chat.Reader, p *parked) {
	defer close(p.done)
	for {
		d, err := p.feed.Next(ctx)
		if err != nil {
			break
		}
		if d.Event.Place.IsZero() || d.Event.Conv.Kind == chat.KindRoom {
			if p.live = append(p.live, d); len(p.live) > maxParked {
				p.live = p.live[1:]
			}
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.parked[key] != p {
		return // taken
	}
	delete(l.parked, key)
	p.over = true
	p.stop()
	go p.feed.Close() // it tells the rooms, which waits for a commit
}

// take returns the parked feed of a device, and what it would have been told; nil:
// there is none.
func (l *lingering) take(key chat.Reader) (*bridge.Feed, []*bridge.Delivery) {
	l.mu.Lock()
	p := l.parked[key]
	delete(l.parked, key)
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

// close ends what is parked.
func (l *lingering) close() {
	l.mu.Lock()
	l.closed = true
	all := l.parked
	l.parked = map[chat.Reader]*parked{}
	l.mu.Unlock()
	for _, p := range all {
		p.stop()
		<-p.done
		p.feed.Close()
	}
}

// graceTime is how long a client may take to read that it was ended before its
// socket closes [webim 10].
const graceTime = 100 * time.Millisecond

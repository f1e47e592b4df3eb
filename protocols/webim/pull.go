package webim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/protocols/webim/webimwire"
)

const (
	// pullSize is how many events one batch holds at most.
	pullSize = 50
	// pullBytes is where a batch ends early, so that a slow client gets on.
	pullBytes = 256 << 10
	// stuckAfter is when a queue whose batch was not acknowledged is named again in
	// the answer to a heartbeat: the client has lost its place.
	stuckAfter = 10 * time.Second
)

// cycle is the pull cycle of one session [webim 5]. It belongs to the goroutine of
// run, which also writes all that it causes: a batch can never overtake the end of
// the cycle before it.
//
// A queue is idle, or named to the client and not pulled yet, or has a batch under
// way. While it is not idle nothing is told of it: what comes meanwhile is in the
// next batch.
type cycle struct {
	*session
	deliveries chan *bridge.Delivery
	pulls      chan pullRequest
	heartbeats chan struct{}
	missed     []*bridge.Delivery // of rooms, from before this session
	queues     map[string]*queue
	ready      bool   // the client has asked what is unread, and expects no more surprises
	salt       uint64 // of the last key
}

// saltBits is how much of a key is salt. The rest is the place, 2^42 of them.
const saltBits = 20

// nextKey makes the key of a batch that ends at a place. The same batch never has the same key again: a 4.x SDK that
// gets the last key it acknowledged, over whichever connection, stops and forgets the batch [webim 5.2]. So it was with
// a batch that had to be repeated because the acknowledgement was lost in a crash.
func (c *cycle) nextKey(end chat.Place) uint64 {
	c.salt = (c.salt + 1) & (1<<saltBits - 1)
	return uint64(end.Pos)<<saltBits | c.salt
}

// pullRequest is a client's SYNC without a Meta. key 0: from what is unacknowledged.
type pullRequest struct {
	queue *webimwire.JID
	key   uint64
}

// queue is what the client knows by one name: a peer, a group. Conversations share
// one where their names are equal: a peer's words and his own log.
type queue struct {
	name  string
	jid   []byte
	convs []chat.Conv
	count int // unacknowledged, as far as known
	state queueState
	conv  chat.Conv  // of the batch under way
	sent  chat.Place // its end
	key   uint64     // its key
	since time.Time  // of the state
	told  map[chat.Conv]int64
}

type queueState uint8

const (
	idle queueState = iota
	named
	underWay
)

func newCycle(s *session, queues []chat.Queue) *cycle {
	c := &cycle{
		session: s, deliveries: make(chan *bridge.Delivery), pulls: make(chan pullRequest), heartbeats: make(chan struct{}),
		queues: map[string]*queue{}, salt: rand.Uint64N(1 << saltBits),
	}
	for _, pending := range queues {
		q := c.queueOf(pending.Conv)
		q.count += pending.Count
		q.state = named
	}
	return c
}

// queueOf finds or makes the queue that conv's events are pulled from.
func (c *cycle) queueOf(conv chat.Conv) *queue {
	jid := c.queueJID(conv)
	q := c.queues[jid.GetName()]
	if q == nil {
		q = &queue{name: jid.GetName(), jid: webimwire.EncodeJID(jid), told: map[chat.Conv]int64{}}
		c.queues[q.name] = q
	}
	for _, known := range q.convs {
		if known == conv {
			return q
		}
	}
	q.convs = append(q.convs, conv)
	return q
}

// ownQueue stands behind the user's own name in the queue of what he told himself:
// the 4.x SDKs ignore a queue of their own name and resource [webim 5.2].
const ownQueue = "dragoman"

func (c *cycle) queueJID(conv chat.Conv) *webimwire.JID {
	switch conv.Kind {
	case chat.KindSelf:
		conv = chat.Peer(chat.UserID(conv.ID), c.actor.User)
	case chat.KindCall:
		conv = chat.Peer(c.actor.User, c.actor.User)
	}
	jid := c.realm.QueueOf(conv, c.actor.User)
	if conv == chat.Peer(c.actor.User, c.actor.User) {
		jid.ClientResource = new(ownQueue)
	}
	return jid
}

// run serves the cycle until ctx ends or the client cannot be written to.
func (c *cycle) run(ctx context.Context) error {
	for _, d := range c.missed {
		if err := c.live(d); err != nil {
			return err
		}
	}
	c.missed = nil
	for {
		var err error
		select {
		case d := <-c.deliveries:
			err = c.deliver(ctx, d)
		case request := <-c.pulls:
			err = c.pull(ctx, request)
		case <-c.heartbeats:
			err = c.unread()
		case <-ctx.Done():
			return ctx.Err()
		}
		if err != nil {
			return err
		}
	}
}

// deliver tells the client what has happened, or leaves it to the batch that comes.
func (c *cycle) deliver(ctx context.Context, d *bridge.Delivery) error {
	if d.Event.Place.IsZero() || d.Event.Conv.Kind == chat.KindRoom {
		return c.live(d)
	}
	if c.isOwn(d.Event) {
		return nil
	}
	q := c.queueOf(d.Event.Conv)
	if d.Event.Place.Pos <= q.told[d.Event.Conv] {
		return nil // a pull went ahead of the feed
	}
	q.count++
	switch {
	case q.state != idle:
		return nil
	case !c.ready:
		q.to(named, c.Now())
		return nil
	}
	// The batch itself is as good as a notice of it, and saves a round [webim 5.3].
	_, err := c.batch(ctx, q)
	return err
}

// isOwn reports whether this very device did it: it knows.
func (c *cycle) isOwn(ev *chat.Event) bool {
	return ev.From == c.actor.User && ev.Device == c.actor.Device && ev.Source == chat.Client
}

// liveQueue is where that comes from which is pulled from nowhere. No user, group
// or room has such a name, so it ends nobody's cycle.
const liveQueue = "/live"

// live pushes what is told to who is there and not caught up on.
func (c *cycle) live(d *bridge.Delivery) error {
	if d.Event.From == c.actor.User && d.Event.Device == c.actor.Device {
		return nil // also what the gateway says in its name: that it has left a room
	}
	if _, own := d.Event.Body.(chat.Presence); own && d.Event.Conv == chat.Self(c.actor.User) {
		return nil // this protocol's clients follow others, not themselves
	}
	metas, err := c.render(d)
	if err != nil || len(metas) == 0 {
		return err
	}
	jid := webimwire.UserJID(c.cfg.AppKey, liveQueue, "")
	if d.Event.Conv.Kind == chat.KindRoom {
		jid = c.queueJID(d.Event.Conv)
	}
	return c.conn.Write(webimwire.Batch{Queue: webimwire.EncodeJID(jid), Metas: metas, IsLast: true, Time: uint64(c.Now().UnixMilli())}.Encode())
}

// pull answers a client that asks for the next batch of a queue, and takes what it
// acknowledges with that.
func (c *cycle) pull(ctx context.Context, request pullRequest) error {
	c.ready = true
	q := c.queues[request.queue.GetName()]
	if q == nil {
		return c.last(webimwire.EncodeJID(request.queue))
	}
	c.acknowledge(q, request.key)
	sent, err := c.batch(ctx, q)
	if err != nil || sent {
		return err
	}
	q.to(idle, c.Now())
	return c.last(q.jid)
}

// acknowledge takes a key: of the batch under way, or one that the client kept from
// its last connection. All else is old, or none of ours.
func (c *cycle) acknowledge(q *queue, key uint64) {
	if key == 0 || key > 1<<62 {
		return
	}
	if q.state == underWay {
		if key == q.key {
			c.feed.Ack(q.conv, q.sent)
		}
		return
	}
	if through := int64(key >> saltBits); through <= c.feed.Position().Place().Pos {
		for _, conv := range q.convs {
			c.feed.Ack(conv, chat.Place{Pos: through})
		}
	}
}

// last ends a cycle: an empty answer, by itself [webim 5.2].
func (c *cycle) last(jid []byte) error {
	return c.conn.Write(webimwire.Batch{Queue: jid, IsLast: true, Time: uint64(c.Now().UnixMilli())}.Encode())
}

// batch sends the next batch of a queue. It is false when there is none: then every
// conversation of the queue is level.
func (c *cycle) batch(ctx context.Context, q *queue) (bool, error) {
	for _, conv := range q.convs {
		for {
			page, err := c.feed.Pull(ctx, conv, pullSize)
			if err != nil {
				return false, fmt.Errorf("pull %v: %w", conv, err)
			}
			if len(page) == 0 {
				break
			}
			metas, end, err := c.pack(page)
			if err != nil {
				return false, err
			}
			q.told[conv] = max(q.told[conv], end.Pos)
			if len(metas) == 0 {
				c.feed.Ack(conv, end) // nothing in it that this client could be shown
				continue
			}
			q.conv, q.sent, q.key = conv, end, c.nextKey(end)
			q.to(underWay, c.Now())
			return true, c.conn.Write(webimwire.Batch{Queue: q.jid, Metas: metas, NextKey: q.key, Time: uint64(c.Now().UnixMilli())}.Encode())
		}
	}
	q.level()
	return false, nil
}

// pack renders a page as far as one batch holds, and says where that ends.
func (c *cycle) pack(page []*bridge.Delivery) (metas [][]byte, end chat.Place, err error) {
	size := 0
	for _, d := range page {
		rendered, err := c.render(d)
		if err != nil {
			return nil, chat.Place{}, err
		}
		for _, m := range rendered {
			size += len(m)
		}
		if size > pullBytes && len(metas) > 0 {
			break
		}
		metas, end = append(metas, rendered...), d.Event.Place
	}
	return metas, end, nil
}

// level forgets what was pending: every conversation has been told.
func (q *queue) level() {
	q.count = 0
	if len(q.convs) > 1 {
		q.convs = q.convs[:0]
	}
}

func (q *queue) to(s queueState, now time.Time) { q.state, q.since = s, now }

// unread answers a heartbeat: which queues wait to be pulled [webim 4.3].
func (c *cycle) unread() error {
	c.ready = true
	var waiting []*webimwire.MetaQueue
	for _, q := range c.queues {
		if q.state == named || q.state == underWay && c.Now().Sub(q.since) > stuckAfter {
			waiting = append(waiting, &webimwire.MetaQueue{Queue: c.queueJID(q.convs[0]), N: new(uint32(max(q.count, 1)))})
		}
	}
	return c.write(webimwire.Down{Unread: &webimwire.CommUnreadDL{
		Status: &webimwire.Status{ErrorCode: webimwire.Status_OK.Enum()}, Unread: waiting, Timestamp: c.millis(),
	}})
}

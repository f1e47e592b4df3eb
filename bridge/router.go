package bridge

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"dragoman/bridge/chat"
)

const (
	// maxBatch is how many events one commit takes: enough that the cost of syncing the disk is shared, few enough that the
	// first of them does not wait long.
	maxBatch = 128
	// queueLength is how many drafts may wait for the sequencer before Submit waits for room.
	queueLength = 1024
	// saveEvery is how often moved cursors are saved. A crash makes clients hear again what they acknowledged since.
	saveEvery = 250 * time.Millisecond
)

// Router turns drafts into events, in one order, and hands them out.
type Router struct {
	log    Log
	people People
	policy Policy
	gates  []Gate
	doors  []Door
	watch  func(Step)    // nil: nobody watches
	ended  func(Session) // likewise
	hub    *hub
	now    func() time.Time
	logger zerolog.Logger
	queue  chan *Pending
	closed chan struct{} // no more drafts are taken
	done   chan struct{} // the sequencer has ended

	cursors cursors
	stamp   stamp // the sequencer's alone
	limits  limits
	empty   emptyRooms
	ids     ids
	counts  counts
}

// Gate may refuse a client's message or edit, change it, or narrow it to its author (who is not told). It must heed ctx's
// deadline and state its own answer for silence.
type Gate func(ctx context.Context, a Actor, d chat.Draft) (chat.Draft, error)

// New returns a router over log. Nothing happens before Run.
func New(log Log, people People, policy Policy, now func() time.Time, logger zerolog.Logger) *Router {
	r := &Router{log: log, people: people, policy: policy, hub: newHub(), now: now, logger: logger,
		queue: make(chan *Pending, queueLength), closed: make(chan struct{}), done: make(chan struct{}),
		limits: limits{live: maxLive, pending: maxPending, page: pageSize}}
	r.cursors.turn = make(chan struct{}, 1)
	return r
}

// Guard adds a gate; the gates are asked in order. Before Run only.
func (r *Router) Guard(g Gate) { r.gates = append(r.gates, g) }

// Door may refuse that a enters the room c, who may by its rules.
type Door func(ctx context.Context, a Actor, c chat.Conv) error

// Keep adds a door, by which whoever enters a room has to come. Before Run only.
func (r *Router) Keep(d Door) { r.doors = append(r.doors, d) }

// Policy returns the rules in force.
func (r *Router) Policy() Policy { return r.policy }

// Pending is a draft on its way through the sequencer.
type Pending struct {
	draft  chat.Draft
	actor  Actor
	times  times
	event  chat.Event
	err    error
	result chan struct{}
}

// Submit asks for d and returns the event that came of it, once it is committed; or a *chat.Error, and then nothing was
// done. A retry with the ClientID of a stored event returns that event. It blocks for a commit; ctx bounds the way there,
// not the commit itself, so that an answer is never a guess.
func (r *Router) Submit(ctx context.Context, a Actor, d chat.Draft) (chat.Event, error) {
	p, err := r.Begin(ctx, a, d)
	if err != nil {
		return chat.Event{}, err
	}
	return p.Wait()
}

// Begin is the first half of Submit: the draft is checked, allowed and in line. Drafts that one goroutine begins one after
// the other happen in that order, so a session may begin the next before the last is committed. What decides about the
// later draft does not see the earlier.
func (r *Router) Begin(ctx context.Context, a Actor, d chat.Draft) (*Pending, error) {
	times := r.begun(ctx)
	if err := d.Check(); err != nil {
		r.counts.refuse(err)
		return nil, err
	}
	if a.Source != chat.Import {
		d.Time = time.Time{}
	}
	err := r.allow(ctx, a, d)
	if err != nil {
		r.counts.refuse(err)
		return nil, err
	}
	if d, err = r.passGates(ctx, a, d); err != nil {
		r.counts.refuse(err)
		return nil, err
	}
	times.lined = r.watched()
	p := &Pending{draft: d, actor: a, times: times, result: make(chan struct{})}
	select {
	case <-r.closed:
		return nil, stopping()
	default:
	}
	select {
	case r.queue <- p:
	case <-r.closed:
		return nil, stopping()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case <-r.done: // it came into line behind the sequencer's back
		r.refuseLeft()
	default:
	}
	return p, nil
}

func stopping() error { return chat.Refuse(chat.Unavailable, "the server is shutting down") }

// refuseLeft answers whoever is still in line once the sequencer has ended. Run does so as it ends, and whoever comes into
// line later does it himself, so that everybody has an answer.
func (r *Router) refuseLeft() {
	for {
		select {
		case p := <-r.queue:
			p.err = stopping()
			close(p.result)
		default:
			return
		}
	}
}

// Wait is the second half of Submit.
func (p *Pending) Wait() (chat.Event, error) {
	<-p.result
	return p.event, p.err
}

// Done is closed when Wait would not block.
func (p *Pending) Done() <-chan struct{} { return p.result }

func (r *Router) allow(ctx context.Context, a Actor, d chat.Draft) error {
	s, err := r.log.Snapshot(ctx, a.User, d)
	if err != nil {
		return fmt.Errorf("snapshot of %v: %w", d.Conv, err)
	}
	s.Now = r.now()
	if parent := above(d, s); !parent.IsZero() {
		group, err := r.log.Snapshot(ctx, a.User, chat.Draft{Conv: parent, Body: chat.Typing{}})
		if err != nil {
			return fmt.Errorf("snapshot of %v: %w", parent, err)
		}
		s.Above = group.Me
	}
	if d.Conv.Kind == chat.KindRoom {
		s.Present = r.hub.inside(d.Conv, a.User)
	}
	if err := r.standings(ctx, a, d, &s); err != nil {
		return err
	}
	return r.policy.Allow(a, d, s)
}

// above is the group that a thread hangs in, or shall hang in; zero: d is about no thread.
func above(d chat.Draft, s chat.Snapshot) chat.Conv {
	if b, ok := d.Body.(chat.Lifecycle); ok && b.Created {
		return b.Parent
	}
	if d.Conv.Kind == chat.KindThread && s.Details != nil {
		return s.Details.Parent
	}
	return chat.Conv{}
}

// standings asks People about those whom the draft brings in.
func (r *Router) standings(ctx context.Context, a Actor, d chat.Draft, s *chat.Snapshot) error {
	var who []chat.UserID
	switch b := d.Body.(type) {
	case chat.Membership:
		if b.Change.NeedsAccount() {
			who = b.Users
		}
	case chat.Lifecycle:
		who = b.Members
	}
	var err error
	if other := d.Conv.Other(a.User); other != "" && d.Conv.Kind == chat.KindPeer {
		if s.Peer, err = r.people.Standing(ctx, other); err != nil {
			return fmt.Errorf("standing of the other in %v: %w", d.Conv, err)
		}
	}
	if len(who) == 0 {
		return nil
	}
	s.Standings = make(map[chat.UserID]chat.Standing, len(who))
	for _, u := range who {
		if s.Standings[u], err = r.people.Standing(ctx, u); err != nil {
			return fmt.Errorf("standing of a member of %v: %w", d.Conv, err)
		}
	}
	return nil
}

func (r *Router) passGates(ctx context.Context, a Actor, d chat.Draft) (chat.Draft, error) {
	if a.Source != chat.Client && a.Source != chat.Trunk {
		return d, nil
	}
	switch d.Body.(type) {
	case chat.Message, chat.Edit:
	default:
		return d, nil
	}
	for _, gate := range r.gates {
		var err error
		if d, err = gate(ctx, a, d); err != nil {
			return d, err
		}
	}
	return d, nil
}

// Open returns the feed of a's device, and ends an older one of the same device. The caller closes it.
func (r *Router) Open(ctx context.Context, a Actor, from From) (*Feed, error) {
	reader := chat.Reader{User: a.User, Device: a.Device}
	if a.Trunk != "" && a.User == "" {
		reader = chat.Reader{Trunk: a.Trunk}
	}
	return r.open(ctx, a, reader, from)
}

// OpenOutbox returns a feed that sees everything stored, from where it last acknowledged.
func (r *Router) OpenOutbox(ctx context.Context, name string) (*Feed, error) {
	return r.open(ctx, System(""), chat.Reader{Outbox: name}, FromCursor())
}

func (r *Router) open(ctx context.Context, a Actor, reader chat.Reader, from From) (*Feed, error) {
	f := &Feed{router: r, actor: a, reader: reader, opened: r.now(), wake: make(chan struct{}, 1), gap: true}
	// Registered before its cursor is read: what is offered from here on is either beyond the cursor or told by the log.
	if old := r.hub.add(f); old != nil {
		r.close(old, &Cause{Kind: Replaced})
	}
	r.saveCursorsOf(ctx, reader.User)
	cursor, err := r.begin(ctx, reader, from)
	if err != nil {
		r.hub.remove(f)
		return nil, fmt.Errorf("open feed: %w", err)
	}
	f.mu.Lock()
	f.pos = cursor.Place().Pos
	f.mu.Unlock()
	return f, nil
}

func (r *Router) begin(ctx context.Context, reader chat.Reader, from From) (chat.Cursor, error) {
	switch from.kind {
	case fromNow:
		last, _, err := r.log.Last(ctx)
		return chat.CursorAt(last), err
	case fromAt:
		last, _, err := r.log.Last(ctx)
		if err != nil || from.cursor.Place().Pos <= last.Pos {
			return from.cursor, err
		}
		// It is of a log that is no more, as after a backup was restored: what it stands for is not known here.
	}
	return r.log.Cursor(ctx, reader)
}

// close ends f, unless it has ended, and tells the others what that means to them.
func (r *Router) close(f *Feed, cause error) (first bool) {
	if !f.end(cause) {
		return false
	}
	if r.ended != nil {
		r.ended(f.session())
	}
	left := r.hub.remove(f)
	// The session's own context has ended with it; leaving must still be told, and waits at most for a commit.
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for c, nick := range left {
		r.tellLeft(ctx, f.actor, c, nick)
	}
	if f.session().Presence.Show != chat.ShowOffline {
		r.tell(ctx, f.actor, chat.Draft{Conv: chat.Self(f.actor.User), Body: chat.Presence{Show: chat.ShowOffline}})
	}
	return true
}

// tell submits what the gateway itself has to say of a session that is going; a refusal is only worth a line in the log.
func (r *Router) tell(ctx context.Context, a Actor, d chat.Draft) {
	a.Source = chat.System
	if _, err := r.Submit(ctx, a, d); err != nil && chat.CodeOf(err) != chat.Unavailable {
		r.logger.Warn().Err(err).Object("actor", a).Msg("cannot tell that a session has gone")
	}
}

// End ends the sessions of u's device d, or of all his devices with d empty, and reports how many.
func (r *Router) End(u chat.UserID, d chat.DeviceID, why Cause) int {
	ended := 0
	for _, f := range r.hub.feedsOf(u) {
		if (d == "" || f.reader.Device == d) && r.close(f, &why) {
			ended++
		}
	}
	return ended
}

// Online reports whether u has an open session.
func (r *Router) Online(u chat.UserID) bool { return len(r.hub.feedsOf(u)) > 0 }

// Sessions returns u's open sessions, oldest first; with u empty, everybody's in no order.
func (r *Router) Sessions(u chat.UserID) []Session {
	feeds := r.hub.feedsOf(u)
	if u == "" {
		feeds = r.hub.all()
	}
	all := make([]Session, len(feeds))
	for i, f := range feeds {
		all[i] = f.session()
	}
	return all
}

// NewID returns an id for a group, room or thread that the server names: decimal text, never given twice.
func (r *Router) NewID() string { return r.ids.next(r.now()) }

// Counts is what the router has done since it started, for metrics.
func (r *Router) Counts() Counts {
	c := r.counts.read()
	c.Waiting = len(r.queue)
	return c
}

// Counts of the router.
type Counts struct {
	Committed, Live, Duplicates, Batches uint64
	Refused                              map[chat.Code]uint64
	Waiting                              int // drafts in line for the sequencer
}

type counts struct {
	mu sync.Mutex
	Counts
}

func (c *counts) refuse(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.Refused == nil {
		c.Refused = map[chat.Code]uint64{}
	}
	c.Refused[chat.CodeOf(err)]++
}

// add counts what one batch came to.
func (c *counts) add(done Counts) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Committed += done.Committed
	c.Live += done.Live
	c.Duplicates += done.Duplicates
	c.Batches += done.Batches
}

func (c *counts) read() Counts {
	c.mu.Lock()
	defer c.mu.Unlock()
	snapshot := c.Counts
	snapshot.Refused = maps.Clone(c.Refused)
	return snapshot
}

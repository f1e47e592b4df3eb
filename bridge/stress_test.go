package bridge_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"time"

	"dragoman/bridge"
	"dragoman/bridge/chat"
)

// TestManyPullWhileManyWrite has several writers write to several conversations while readers pull, are told by Next when to,
// break off in the middle of anything and come back, on the same device or a new one.
func TestManyPullWhileManyWrite(t *testing.T) {
	const writers, readers, each = 4, 3, 150
	r := start(t, openStore(t), bridge.DefaultPolicy())
	r.Limit(6, 3, 4)
	var people, authors []chat.UserID
	for i := range readers {
		people = append(people, chat.UserID("reader"+strconv.Itoa(i)))
	}
	for i := range writers {
		authors = append(authors, chat.UserID("writer"+strconv.Itoa(i)))
	}
	groups := []chat.Conv{chat.Group("1"), chat.Group("2"), chat.Group("3")}
	for _, g := range groups {
		life := chat.Lifecycle{Created: true, Members: append(people[:readers:readers], authors...)}
		if _, err := r.Submit(t.Context(), actor(authors[0], "1"), chat.Draft{Conv: g, Body: life}); err != nil {
			t.Fatal(err)
		}
	}
	var all sync.WaitGroup
	for i := range writers {
		all.Go(func() { writeMany(t, r, authors[i], people, groups, each) })
	}
	for _, who := range people {
		all.Go(func() {
			p := &puller{router: r, me: who, heard: map[string]bool{}, acked: map[chat.Conv]int64{}, rand: rand.New(rand.NewPCG(1, uint64(len(who))))}
			if err := p.run(writers * each); err != nil {
				t.Errorf("%s: %v", who, err)
			}
		})
	}
	all.Wait()
}

// writeMany says each time something to every reader, by turns in a group or one to one, and does not wait for every commit.
func writeMany(t *testing.T, r *bridge.Router, me chat.UserID, people []chat.UserID, groups []chat.Conv, each int) {
	var last *bridge.Pending
	for n := range each {
		to := []chat.Conv{groups[rand.IntN(len(groups))]}
		if rand.IntN(3) == 0 {
			to = to[:0]
			for _, u := range people {
				to = append(to, chat.Peer(me, u))
			}
		}
		for _, c := range to {
			p, err := r.Begin(context.Background(), actor(me, "1"), chat.Draft{Conv: c, Body: text(fmt.Sprint(me, ":", n))})
			if err != nil {
				t.Error(err)
				return
			}
			last = p
		}
		if rand.IntN(4) == 0 {
			_, _ = last.Wait()
		}
	}
	_, _ = last.Wait()
}

// puller is a reader over all of his sessions.
type puller struct {
	router *bridge.Router
	me     chat.UserID
	rand   *rand.Rand
	device int
	heard  map[string]bool
	acked  map[chat.Conv]int64 // by the furthest device, which is always the last
}

// errBroke is a session that its client broke off.
var errBroke = errors.New("broken off")

// run reads until want messages have been heard, and then sees that a new device finds none.
func (p *puller) run(want int) error {
	for len(p.heard) < want {
		if err := p.session(want); err != nil && !errors.Is(err, errBroke) {
			return fmt.Errorf("after %d of %d: %w", len(p.heard), want, err)
		}
		if p.rand.IntN(3) == 0 {
			p.device++
		}
	}
	f, err := p.router.Open(context.Background(), actor(p.me, "last"), bridge.FromCursor())
	if err != nil {
		return err
	}
	defer f.Close()
	if queues, err := f.Queues(context.Background()); err != nil || len(queues) > 0 {
		return fmt.Errorf("a new device finds %v, %w", queues, err)
	}
	return nil
}

// session is one connection: it is told what is unread, pulls it, and pulls again whenever Next tells of more.
func (p *puller) session(want int) error {
	f, err := p.router.Open(context.Background(), actor(p.me, chat.DeviceID(strconv.Itoa(p.device))), bridge.FromCursor())
	if err != nil {
		return err
	}
	defer p.forget(f)
	ctx, stop := context.WithTimeout(context.Background(), 60*time.Second)
	notices, passing := make(chan chat.Conv), make(chan error, 1)
	defer func() { stop(); <-passing }()
	// The first half of the sessions is told before it asks: a client may do so in either order.
	early := p.rand.IntN(2) == 0
	begin := make(chan struct{})
	go func() {
		if !early {
			<-begin
		}
		passing <- pass(ctx, f, notices)
	}()
	queues, err := f.Queues(ctx)
	close(begin)
	if err != nil {
		return err
	}
	last := map[chat.Conv]int64{}
	for _, q := range queues {
		if err := p.cycle(ctx, f, q.Conv, last); err != nil {
			return err
		}
	}
	for len(p.heard) < want {
		select {
		case c := <-notices:
			if err := p.cycle(ctx, f, c, last); err != nil {
				return err
			}
		case <-ctx.Done():
			return errors.New("nothing more is told")
		}
	}
	return nil
}

// forget abandons a session now and then, as a lost network does, or closes it.
func (p *puller) forget(f *bridge.Feed) {
	if p.rand.IntN(2) == 0 {
		f.Close()
	}
}

func pass(ctx context.Context, f *bridge.Feed, notices chan<- chat.Conv) error {
	for {
		d, err := f.Next(ctx)
		if err != nil {
			return err
		}
		select {
		case notices <- d.Event.Conv:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// cycle pulls a conversation until it is level, unless the client breaks off.
func (p *puller) cycle(ctx context.Context, f *bridge.Feed, c chat.Conv, last map[chat.Conv]int64) error {
	for {
		page, err := f.Pull(ctx, c, 1+p.rand.IntN(5))
		if err != nil || len(page) == 0 {
			return err
		}
		if p.rand.IntN(40) == 0 {
			return errBroke // nothing of it has reached the client
		}
		for _, d := range page {
			pos := d.Event.Place.Pos
			if pos <= last[c] || pos <= p.acked[c] {
				return fmt.Errorf("dev %d: %v: place %d after %d in this session, %d acknowledged", p.device, c, pos, last[c], p.acked[c])
			}
			last[c] = pos
			if _, isMessage := d.Event.Body.(chat.Message); isMessage {
				p.heard[words(d)] = true
			}
		}
		f.Ack(c, chat.Place{Pos: last[c]})
		p.acked[c] = last[c]
		if p.rand.IntN(40) == 0 {
			return errBroke
		}
	}
}

package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"dragoman/conformance/raw"
)

const secret = "bench-secret"

type settings struct {
	seconds, pairs, window, idle int
	binary                       string
}

func main() {
	var s settings
	flag.IntVar(&s.seconds, "seconds", 10, "how long each load lasts")
	flag.IntVar(&s.pairs, "pairs", 8, "how many senders, each with a receiver of his own")
	flag.IntVar(&s.window, "window", 32, "how many messages of one sender may be under way")
	flag.IntVar(&s.idle, "idle", 1000, "how many idle sessions of each protocol")
	flag.StringVar(&s.binary, "binary", "", "a gateway that is built already")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, s); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, s settings) error {
	dir, err := os.MkdirTemp("", "dragoman-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if s.binary == "" {
		if s.binary, err = raw.Build(ctx, dir); err != nil {
			return err
		}
	}
	fmt.Printf("%d processors, %s, %d senders, window %d\n\n", runtime.NumCPU(), runtime.Version(), s.pairs, s.window)
	fmt.Println("| load | messages/s | per CPU second | p50 | p99 | received |")
	fmt.Println("| --- | --- | --- | --- | --- | --- |")
	for _, load := range []load{{"WebIM → XMPP", "webim", "xmpp", s.window}, {"ZIM → WebIM", "zim", "webim", s.window},
		{"WebIM → XMPP, one at a time", "webim", "xmpp", 1}, {"ZIM → WebIM, one at a time", "zim", "webim", 1}} {
		if _, err := s.measure(ctx, load, s.open); err != nil {
			return fmt.Errorf("%s: %w", load.name, err)
		}
	}
	if err := s.compare(ctx); err != nil {
		return err
	}
	fmt.Println("\n| idle sessions | memory | each |")
	fmt.Println("| --- | --- | --- |")
	for _, protocol := range []string{"webim", "zim", "xmpp"} {
		if err := idle(ctx, s, protocol); err != nil {
			return fmt.Errorf("idle %s: %w", protocol, err)
		}
	}
	return nil
}

// house is a fresh gateway with people in it.
type house struct {
	*raw.Process
	dir       string
	zimSecret string
}

// server is what a load is put on.
type server interface {
	add(ctx context.Context, user string) error
	dial(ctx context.Context, protocol, user string, hooks raw.Hooks) (raw.Client, error)
	PID() int
	close()
}

func (s settings) open(ctx context.Context) (server, error) { return open(ctx, s) }

func open(ctx context.Context, s settings) (*house, error) {
	dir, err := os.MkdirTemp("", "dragoman-bench-data-")
	if err != nil {
		return nil, err
	}
	p, err := raw.Start(s.binary, dir, "DRAGOMAN_ACCOUNTS__REGISTRATION=open")
	if err != nil {
		return nil, err
	}
	h := &house{Process: p, dir: dir}
	if h.zimSecret, err = p.Run(ctx, "secret", "zim"); err != nil {
		h.close()
		return nil, err
	}
	return h, nil
}

func (h *house) close() {
	_ = h.Stop()
	_ = os.RemoveAll(h.dir)
}

type load struct {
	name     string
	from, to string
	window   int
}

// pair is one sender and his receiver.
type pair struct {
	from     raw.Client
	to       raw.Client
	receiver string
	tokens   chan struct{} // room in the window: a message leaves it when it is acknowledged
	sent     atomic.Int64
	received atomic.Int64
	delays   []time.Duration // on the receiver's reading goroutine
	refused  atomic.Pointer[error]
}

// measure runs one load on a fresh server, prints its line, and returns how many messages it did per second of processor time.
func (s settings) measure(ctx context.Context, l load, open func(context.Context) (server, error)) (perCPU float64, err error) {
	h, err := open(ctx)
	if err != nil {
		return 0, err
	}
	defer h.close()
	begin := time.Now()
	pairs, err := people(ctx, h, s, l, begin)
	if err != nil {
		return 0, err
	}
	defer func() {
		for _, p := range pairs {
			p.from.Close()
			p.to.Close()
		}
	}()
	before, err := raw.CPU(h.PID())
	if err != nil {
		return 0, err
	}
	start := time.Now()
	deadline := start.Add(time.Duration(s.seconds) * time.Second)
	var sending errgroup.Group
	for n, p := range pairs {
		sending.Go(func() error { return p.pump(n, begin, deadline) })
	}
	if err := sending.Wait(); err != nil {
		return 0, err
	}
	if err := arrived(ctx, pairs); err != nil {
		return 0, err
	}
	took := time.Since(start)
	after, err := raw.CPU(h.PID())
	if err != nil {
		return 0, err
	}
	return report(l, pairs, took, after-before), nil
}

func people(ctx context.Context, h server, s settings, l load, begin time.Time) ([]*pair, error) {
	var pairs []*pair
	for n := range s.pairs {
		p := &pair{receiver: fmt.Sprintf("to%d", n), tokens: make(chan struct{}, l.window)}
		sender := fmt.Sprintf("from%d", n)
		for _, user := range []string{sender, p.receiver} {
			if err := h.add(ctx, user); err != nil {
				return nil, err
			}
		}
		var err error
		p.to, err = h.dial(ctx, l.to, p.receiver, raw.Hooks{Heard: func(t raw.Text) { p.heard(t, begin) }})
		if err != nil {
			return nil, err
		}
		p.from, err = h.dial(ctx, l.from, sender, raw.Hooks{Acked: func(_ string, refused error) {
			if refused != nil {
				p.refused.Store(&refused)
			}
			<-p.tokens
		}})
		if err != nil {
			return nil, err
		}
		pairs = append(pairs, p)
	}
	return pairs, nil
}

// heard takes the time of sending out of the text.
func (p *pair) heard(t raw.Text, begin time.Time) {
	stamp, _, _ := strings.Cut(t.Text, " ")
	nanos, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return
	}
	p.delays = append(p.delays, time.Since(begin)-time.Duration(nanos))
	p.received.Add(1)
}

// filler makes a text about as long as people's are.
const filler = " a line of text about as long as the lines that people write to each other, most of the time"

// pump sends until the deadline, as fast as the window lets it.
func (p *pair) pump(n int, begin, deadline time.Time) error {
	key := uint64(time.Now().UnixMilli())<<14 + uint64(n)<<40
	for time.Now().Before(deadline) {
		select {
		case p.tokens <- struct{}{}:
		case <-time.After(10 * time.Second):
			return fmt.Errorf("%s: no acknowledgement for 10 s", p.receiver)
		}
		if refused := p.refused.Load(); refused != nil {
			return *refused
		}
		key++
		text := strconv.FormatInt(int64(time.Since(begin)), 10) + filler
		if err := p.from.Send(strconv.FormatUint(key&(1<<53-1), 10), raw.Place{Peer: p.receiver}, text); err != nil {
			return err
		}
		p.sent.Add(1)
	}
	return nil
}

// arrived waits until every message that was sent has been received.
func arrived(ctx context.Context, pairs []*pair) error {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	late := time.After(30 * time.Second)
	for {
		missing := int64(0)
		for _, p := range pairs {
			missing += p.sent.Load() - p.received.Load()
		}
		if missing <= 0 {
			return nil
		}
		select {
		case <-tick.C:
		case <-late:
			return fmt.Errorf("%d messages did not arrive within 30 s", missing)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func report(l load, pairs []*pair, took, cpu time.Duration) (perCPU float64) {
	var delays []time.Duration
	total := int64(0)
	for _, p := range pairs {
		total += p.received.Load()
		p.to.Close() // its reader, which fills the list, has ended
		delays = append(delays, p.delays...)
	}
	slices.Sort(delays)
	at := func(q float64) time.Duration {
		if len(delays) == 0 {
			return 0
		}
		return delays[int(q*float64(len(delays)-1))].Round(10 * time.Microsecond)
	}
	perCPU = float64(total) / max(cpu.Seconds(), 0.01)
	fmt.Printf("| %s | %.0f | %.0f | %v | %v | %d |\n", l.name, float64(total)/took.Seconds(), perCPU, at(0.5), at(0.99), total)
	return perCPU
}

// idle logs many users in and prints what their sessions cost.
func idle(ctx context.Context, s settings, protocol string) error {
	h, err := open(ctx, s)
	if err != nil {
		return err
	}
	defer h.close()
	const warm = 10 // the first few pay for what is made once
	// One account with many devices would be another thing: each session is a person of his own.
	if err := h.crowd(ctx, s.idle+warm); err != nil {
		return err
	}
	var sessions []raw.Client
	defer func() {
		var closing sync.WaitGroup
		for _, c := range sessions {
			closing.Go(c.Close)
		}
		closing.Wait()
	}()
	before := int64(0)
	for n := range s.idle + warm {
		if n == warm {
			time.Sleep(time.Second) // let what logging in needed be given back
			if before, err = h.Memory(); err != nil {
				return err
			}
		}
		c, err := h.dial(ctx, protocol, fmt.Sprintf("idle%d", n), raw.Hooks{})
		if err != nil {
			return err
		}
		sessions = append(sessions, c)
	}
	time.Sleep(3 * time.Second)
	after, err := h.Memory()
	if err != nil {
		return err
	}
	fmt.Printf("| %d × %s | %.1f MB | %.1f KB |\n", s.idle, protocol, float64(after-before)/(1<<20), float64(after-before)/float64(s.idle)/(1<<10))
	return nil
}

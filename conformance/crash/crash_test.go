package crash

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"dragoman/conformance/raw"
)

const (
	rounds = 20
	sends  = 5000 // in a round, from three clients together
	window = 64   // texts of one client that may wait for their acknowledgement
	secret = "crash-secret"
)

// The three users, one for each protocol. The order is that in which they write to each other.
var users = [...]string{"wendy", "zoe", "xavier"}

// TestKillInTheMiddle kills the gateway while three clients of three protocols send, twenty times over on the same
// data. What was acknowledged must be in the history once and in the order in which it was sent; and when the clients
// send once more what was not acknowledged, with the ids it had, everything is there exactly once.
func TestKillInTheMiddle(t *testing.T) {
	w := newWorld(t)
	for round := range rounds {
		w.round(t, round, 200+rand.IntN(sends-400))
		if t.Failed() {
			t.Logf("the gateway's last lines:\n%s", w.gateway.Log())
			return
		}
	}
}

// world is a gateway, its people and their group.
type world struct {
	gateway *raw.Process
	token   string // wendy's
	group   string
	nextID  uint64
}

func newWorld(t *testing.T) *world {
	t.Helper()
	binary := os.Getenv("CONFORMANCE_BINARY")
	if binary == "" {
		var err error
		if binary, err = raw.Build(t.Context(), t.TempDir()); err != nil {
			t.Fatal(err)
		}
	}
	gateway, err := raw.Start(binary, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(gateway.Kill)
	w := &world{gateway: gateway, nextID: uint64(time.Now().UnixMilli()-1264982400000) << 4}
	for _, user := range users {
		if _, err := gateway.Run(t.Context(), "user", "add", user, "--password", secret); err != nil {
			t.Fatal(err)
		}
	}
	if w.token, err = gateway.Run(t.Context(), "token", "webim", "wendy"); err != nil {
		t.Fatal(err)
	}
	zoe := w.zoe(t, raw.Hooks{})
	defer zoe.Close()
	if w.group, err = zoe.CreateGroup(t.Context(), "crash", "wendy", "xavier"); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) zoe(t *testing.T, hooks raw.Hooks) *raw.ZIM {
	t.Helper()
	token, err := w.gateway.Run(t.Context(), "token", "zim", "zoe")
	if err != nil {
		t.Fatal(err)
	}
	c, err := w.gateway.DialZIM(t.Context(), "zoe", "crash", token, hooks)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// text is one that somebody is to send.
type text struct {
	key  string
	to   raw.Place
	text string
}

// plan is what one user sends in a round, and what became of it.
type plan struct {
	mu    sync.Mutex
	texts []text
	acked map[string]bool
	order []string // keys in the order of their acknowledgement
	fault error
	free  chan struct{}
	dead  chan struct{} // closed when the connection ends
	ended error         // why; read once dead is closed
}

// plans gives each user his share: every second text to the group, the others to the next user.
func (w *world) plans(round int) [len(users)]*plan {
	var all [len(users)]*plan
	for i, user := range users {
		p := &plan{acked: make(map[string]bool)}
		for n := range sends / len(users) {
			w.nextID++
			to := raw.Place{Group: w.group}
			if n%2 == 1 {
				to = raw.Place{Peer: users[(i+1)%len(users)]}
			}
			p.texts = append(p.texts, text{strconv.FormatUint(w.nextID, 10), to, fmt.Sprintf("r%d %s %d", round, user, n)})
		}
		all[i] = p
	}
	return all
}

// hooks makes room in the window and notes what was acknowledged; each counts every acknowledgement of the round.
func (p *plan) hooks(each func()) raw.Hooks {
	p.free, p.dead = make(chan struct{}, window), make(chan struct{})
	free, dead := p.free, p.dead
	for range window {
		free <- struct{}{}
	}
	return raw.Hooks{
		Acked: func(key string, refused error) {
			p.mu.Lock()
			if refused != nil && p.fault == nil {
				p.fault = fmt.Errorf("%s was refused: %w", key, refused)
			}
			if refused == nil && !p.acked[key] {
				p.acked[key] = true
				p.order = append(p.order, key)
			}
			p.mu.Unlock()
			select {
			case free <- struct{}{}:
			default: // an acknowledgement too many shows in the history, if anywhere
			}
			each()
		},
		Ended: func(err error) {
			p.ended = err
			close(dead)
		},
	}
}

// send sends what is not acknowledged yet, in order, until it is all sent or the connection ends.
func (p *plan) send(c raw.Client) error {
	for _, t := range p.texts {
		p.mu.Lock()
		done := p.acked[t.key]
		p.mu.Unlock()
		if done {
			continue
		}
		select {
		case <-p.free:
		case <-p.dead:
			return errEnded
		case <-time.After(20 * time.Second):
			return errors.New("no acknowledgement for 20 s")
		}
		if c.Send(t.key, t.to, t.text) != nil {
			return errEnded
		}
	}
	return nil
}

var errEnded = errors.New("the connection ended")

// drain waits until the last acknowledgement of what was sent has come.
func (p *plan) drain() error {
	for range window {
		select {
		case <-p.free:
		case <-p.dead:
			return errEnded
		case <-time.After(20 * time.Second):
			return errors.New("the last acknowledgements did not come within 20 s")
		}
	}
	return nil
}

func (w *world) round(t *testing.T, round, killAt int) {
	t.Helper()
	plans := w.plans(round)
	var acks counter
	acks.at(killAt, w.gateway.Kill)
	begin := time.Now()
	w.run(t, plans, acks.add, true)
	if !acks.reached() {
		t.Errorf("round %d: the clients stopped before the kill", round)
		for i, p := range plans {
			t.Logf("%s: %d acknowledged, connection ended: %v", users[i], len(p.acked), p.ended)
		}
		return
	}
	acks.wait()
	took := time.Since(begin)
	acknowledged := 0
	for i, p := range plans {
		if p.fault != nil {
			t.Errorf("round %d: %s: %v", round, users[i], p.fault)
		}
		acknowledged += len(p.acked)
	}

	begin = time.Now()
	if err := w.gateway.Serve(); err != nil {
		t.Fatal(err)
	}
	restart := time.Since(begin)
	w.check(t, round, plans, false)

	w.run(t, plans, func() {}, false)
	w.check(t, round, plans, true)
	t.Logf("round %d: killed after %d of %d acknowledgements in %v, back in %v", round, acknowledged, sends, took.Round(time.Millisecond),
		restart.Round(time.Millisecond))
}

// counter calls something once when a number of acknowledgements has come.
type counter struct {
	mu   sync.Mutex
	n    int
	when int
	do   func()
	done chan struct{}
}

func (c *counter) at(n int, do func()) {
	c.when, c.do, c.done = n, do, make(chan struct{})
}

func (c *counter) add() {
	c.mu.Lock()
	c.n++
	now := c.n == c.when
	c.mu.Unlock()
	if now {
		go func() { // the kill must not wait for the reader that noticed
			c.do()
			close(c.done)
		}()
	}
}

// reached reports whether the number has come.
func (c *counter) reached() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n >= c.when
}

func (c *counter) wait() { <-c.done }

// run connects the three and lets each send what is left of his plan. A connection that ends is no fault where the
// gateway is to be killed.
func (w *world) run(t *testing.T, plans [len(users)]*plan, each func(), killed bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	webim, err := w.gateway.DialWebIM(ctx, "wendy", "crash", w.token, plans[0].hooks(each))
	if err != nil {
		t.Fatal(err)
	}
	zim := w.zoe(t, plans[1].hooks(each))
	xmpp, err := w.gateway.DialXMPP(ctx, "xavier", "crash", secret, plans[2].hooks(each))
	if err != nil {
		t.Fatal(err)
	}
	if err := xmpp.Join(ctx, w.group); err != nil {
		t.Fatal(err)
	}
	if !xmpp.Managed() {
		t.Fatal("no stream management: what XMPP clients send to users is not acknowledged")
	}
	clients := []raw.Client{webim, zim, xmpp}
	var sending sync.WaitGroup
	for i, c := range clients {
		sending.Go(func() {
			err := plans[i].send(c)
			if err == nil {
				err = plans[i].drain()
			}
			if err != nil && !(killed && errors.Is(err, errEnded)) {
				t.Errorf("%s: %v", users[i], err)
			}
		})
	}
	sending.Wait()
	for _, c := range clients {
		c.Close()
	}
}

// check compares the histories with the plans: all that is acknowledged is there, nothing is there twice, and each
// sender's texts stand in the order in which he sent them. With whole set, every text must be there.
func (w *world) check(t *testing.T, round int, plans [len(users)]*plan, whole bool) {
	t.Helper()
	zoe := w.zoe(t, raw.Hooks{})
	defer zoe.Close()
	ours := func(text string) bool { return strings.HasPrefix(text, fmt.Sprintf("r%d ", round)) }
	read := func(place raw.Place) []string {
		all, err := zoe.History(t.Context(), place, ours)
		if err != nil {
			t.Fatal(err)
		}
		var texts []string
		for i, m := range all {
			if i > 0 && m.MessageSeq <= all[i-1].MessageSeq {
				t.Errorf("round %d: %v: seq %d follows %d", round, place, m.MessageSeq, all[i-1].MessageSeq)
			}
			if ours(m.Message) {
				texts = append(texts, m.Message)
			}
		}
		return texts
	}
	// Zoe sees the group, what wendy wrote to her and what she wrote to xavier. What xavier wrote to wendy is wendy's to ask.
	group := read(raw.Place{Group: w.group})
	compare(t, group, plans[:], func(x text) bool { return x.to.Group != "" }, whole)
	compare(t, read(raw.Place{Peer: "wendy"}), plans[:1], func(x text) bool { return x.to.Peer == "zoe" }, whole)
	compare(t, read(raw.Place{Peer: "xavier"}), plans[1:2], func(x text) bool { return x.to.Peer == "xavier" }, whole)
	roaming, err := raw.Roaming(t.Context(), w.gateway.HTTP, w.token, "wendy", raw.Place{Peer: "xavier"}, ours)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, roaming, plans[2:], func(x text) bool { return x.to.Peer == "wendy" }, whole)
	if roaming, err = raw.Roaming(t.Context(), w.gateway.HTTP, w.token, "wendy", raw.Place{Group: w.group}, ours); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(roaming, group) {
		t.Errorf("round %d: WebIM's history of the group has %d texts, ZIM's %d, or another order", round, len(roaming), len(group))
	}
}

// compare looks at one conversation's history, oldest first.
func compare(t *testing.T, history []string, plans []*plan, mine func(text) bool, whole bool) {
	t.Helper()
	at := make(map[string]int, len(history))
	for i, s := range history {
		if _, twice := at[s]; twice {
			t.Errorf("%q is in the history twice", s)
		}
		at[s] = i
	}
	planned := 0
	for _, p := range plans {
		last, lastText := -1, ""
		for _, x := range p.texts {
			if !mine(x) {
				continue
			}
			planned++
			i, found := at[x.text]
			if !found {
				if p.acked[x.key] {
					t.Errorf("%q was acknowledged and is lost", x.text)
				} else if whole {
					t.Errorf("%q is not there", x.text)
				}
				continue
			}
			// Only what was sent in one go keeps its place: a retry may come behind what overtook it.
			if !whole && i < last {
				t.Errorf("%q stands before %q, which was sent earlier", x.text, lastText)
			}
			last, lastText = i, x.text
		}
	}
	if len(history) > planned {
		t.Errorf("the history holds %d texts, %d were sent", len(history), planned)
	}
}

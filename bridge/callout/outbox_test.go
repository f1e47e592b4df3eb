package callout

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func open(t *testing.T, path string) *Outbox {
	t.Helper()
	o, err := Open(t.Context(), path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func must[T any](t *testing.T) func(v T, err error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// plain sends a call's body as it is.
func plain(target string, client *http.Client) *Caller {
	return &Caller{URL: func(string) string { return target }, Dress: func(c Call) ([]byte, error) { return c.Body, nil }, Client: client}
}

// run makes the calls of o until the function that it returns is called.
func run(t *testing.T, o *Outbox, c *Caller) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- o.Run(ctx, c) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// The app's server hears what one conversation had to say in its order, once, also what was put while nobody ran.
func TestCallsOfOneKeyAreMadeInOrder(t *testing.T) {
	const keys, each = 5, 20
	var mu sync.Mutex
	heard := map[string][]string{}
	all := make(chan struct{})
	total := 0
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		key, n, _ := strings.Cut(string(body), " ")
		mu.Lock()
		defer mu.Unlock()
		heard[key] = append(heard[key], n)
		if total++; total == keys*each {
			close(all)
		}
	}))
	defer app.Close()
	path := filepath.Join(t.TempDir(), "calls.db")
	o := open(t, path)
	for i := range each / 2 {
		for k := range keys {
			put(t, o, k, i)
		}
	}
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	o = open(t, path)
	defer func() { _ = o.Close() }()
	stop := run(t, o, plain(app.URL, NewClient()))
	for i := each / 2; i < each; i++ {
		for k := range keys {
			put(t, o, k, i)
		}
	}
	<-all
	stop()
	for k := range keys {
		for i, n := range heard[fmt.Sprint(k)] {
			if n != fmt.Sprint(i) {
				t.Fatalf("key %d: heard %v", k, heard[fmt.Sprint(k)])
			}
		}
	}
}

func put(t *testing.T, o *Outbox, key, n int) {
	t.Helper()
	if err := o.Put(t.Context(), "", 0, Call{Key: fmt.Sprint(key), Event: "e", Body: []byte(fmt.Sprintf("%d %d", key, n))}); err != nil {
		t.Fatal(err)
	}
}

func TestWhatALogToldIsNotPutTwice(t *testing.T) {
	o := open(t, ":memory:")
	defer func() { _ = o.Close() }()
	if must[bool](t)(o.Started(t.Context(), "log")) {
		t.Error("nothing was put, and it has started")
	}
	for _, at := range []int64{1, 2, 2, 1, 3} {
		if err := o.Put(t.Context(), "log", at, Call{Key: "k", Event: "e", Body: []byte("{}")}); err != nil {
			t.Fatal(err)
		}
	}
	if waiting, _, err := o.Waiting(t.Context()); err != nil || waiting != 3 {
		t.Errorf("%d wait, %v", waiting, err)
	}
	if !must[bool](t)(o.Started(t.Context(), "log")) {
		t.Error("it has not started")
	}
}

// roundTrip is an app's server without a network, for the tests of time.
type roundTrip func(*http.Request) (int, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) {
	code, err := f(r)
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: code, Body: io.NopCloser(strings.NewReader("{}")), Request: r}, nil
}

func TestAFailingCallIsRepeatedAndThenPutAside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := open(t, ":memory:")
		begun := time.Now()
		var at []time.Duration
		var heard []string
		var broken atomic.Bool
		broken.Store(true)
		stop := run(t, o, plain("http://app", &http.Client{Transport: roundTrip(func(r *http.Request) (int, error) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return 0, err
			}
			if broken.Load() {
				at = append(at, time.Since(begun))
				return 500, nil
			}
			heard = append(heard, string(body))
			return 204, nil
		})}))
		for _, text := range []string{"first", "second"} {
			if err := o.Put(t.Context(), "", 0, Call{Key: "k", Event: "e", Body: []byte(text)}); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(62*time.Second + time.Millisecond)
		synctest.Wait()
		if want := []time.Duration{0, 2, 6, 14, 30, 62}; !slices.Equal(at[:6], seconds(want)) {
			t.Errorf("called at %v", at)
		}
		dead := must[[]Call](t)(o.Dead(t.Context(), 0, 10))
		if len(dead) != 1 || string(dead[0].Body) != "first" || !strings.Contains(dead[0].Error, "500") {
			t.Errorf("put aside: %+v", dead)
		}
		broken.Store(false)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if n := must[int](t)(o.Replay(t.Context(), dead[0].ID)); n != 1 {
			t.Errorf("%d replayed", n)
		}
		synctest.Wait()
		if !slices.Equal(heard, []string{"second", "first"}) {
			t.Errorf("heard %v", heard)
		}
		if waiting, aside, err := o.Waiting(t.Context()); err != nil || waiting+aside != 0 {
			t.Errorf("%d wait, %d aside, %v", waiting, aside, err)
		}
		stop()
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	})
}

func seconds(n []time.Duration) []time.Duration {
	for i := range n {
		n[i] *= time.Second
	}
	return n
}

// An app's server that is gone for good leaves a bounded number of calls behind, and each for a while.
func TestCallsThatWerePutAsideAreNotKeptForEver(t *testing.T) {
	now := time.Now()
	o := must[*Outbox](t)(Open(t.Context(), ":memory:", func() time.Time { return now }))
	defer func() { _ = o.Close() }()
	aside := func(n int) {
		put(t, o, 0, n)
		must[int](t)(o.change(t.Context(), `UPDATE calls SET dead = 1 WHERE dead = 0`))
	}
	left := func(most int) (bodies []string) {
		if err := o.forget(t.Context(), most); err != nil {
			t.Fatal(err)
		}
		for _, c := range must[[]Call](t)(o.Dead(t.Context(), 0, 100)) {
			bodies = append(bodies, string(c.Body))
		}
		return bodies
	}
	aside(1)
	aside(2)
	now = now.Add(keepDead / 2)
	aside(3)
	if got := left(3); !slices.Equal(got, []string{"0 1", "0 2", "0 3"}) {
		t.Errorf("kept %q", got)
	}
	if got := left(2); !slices.Equal(got, []string{"0 2", "0 3"}) {
		t.Errorf("kept %q, the newest two of three", got)
	}
	now = now.Add(keepDead/2 + time.Second)
	put(t, o, 1, 4) // what waits is never dropped
	if got := left(2); !slices.Equal(got, []string{"0 3"}) {
		t.Errorf("kept %q after so long", got)
	}
	if waiting, dead, err := o.Waiting(t.Context()); waiting != 1 || dead != 1 || err != nil {
		t.Errorf("%d wait, %d were put aside, %v", waiting, dead, err)
	}
}

func TestASilentServerIsNotWaitedFor(t *testing.T) {
	const once = 200 * time.Millisecond
	for name, test := range map[string]struct {
		ask   func(context.Context, *Caller) ([]byte, error)
		asked int
		took  time.Duration
	}{
		"twice": {func(ctx context.Context, c *Caller) ([]byte, error) { return c.Ask(ctx, Call{Event: "e"}) }, 2, 2 * askAgainAfter},
		"once":  {func(ctx context.Context, c *Caller) ([]byte, error) { return c.AskOnce(ctx, Call{Event: "e"}, once) }, 1, once},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				asked := 0
				c := plain("http://app", &http.Client{Transport: roundTrip(func(r *http.Request) (int, error) {
					asked++
					<-r.Context().Done()
					return 0, r.Context().Err()
				})})
				begun := time.Now()
				_, err := test.ask(t.Context(), c)
				if took := time.Since(begun); !errors.Is(err, ErrSilent) || asked != test.asked || took != test.took {
					t.Errorf("asked %d times in %v: %v", asked, took, err)
				}
			})
		})
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/elsewhere" {
			t.Error("a signed call went elsewhere")
		}
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	}))
	defer app.Close()
	if err := plain(app.URL, NewClient()).tell(t.Context(), Call{}); err == nil {
		t.Error("a redirect counts as an answer")
	}
}

func TestDroppedCallsAreGone(t *testing.T) {
	o := open(t, ":memory:")
	defer func() { _ = o.Close() }()
	put(t, o, 1, 1)
	if _, err := o.change(t.Context(), "UPDATE calls SET dead = 1"); err != nil {
		t.Fatal(err)
	}
	if n := must[int](t)(o.Drop(t.Context())); n != 1 {
		t.Errorf("%d dropped", n)
	}
}

// A log that was copied earlier has less to say than the outbox has heard: what it says anew must be put.
func TestACopyHearsALogAgainFromWhereItsCopyEnds(t *testing.T) {
	dir := t.TempDir()
	o := open(t, filepath.Join(dir, "calls.db"))
	defer o.Close()
	for at := range int64(3) {
		if err := o.Put(t.Context(), "log", at+1, Call{Key: "k", Event: "e", Body: []byte("x")}); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "copy.db")
	if err := o.Backup(t.Context(), path, 2); err != nil {
		t.Fatal(err)
	}
	copied := open(t, path)
	defer copied.Close()
	for _, at := range []int64{2, 3} {
		if err := copied.Put(t.Context(), "log", at, Call{Key: "k", Event: "e", Body: []byte("again")}); err != nil {
			t.Fatal(err)
		}
	}
	if n, _, err := copied.Waiting(t.Context()); err != nil || n != 4 {
		t.Errorf("%d calls wait in the copy, %v", n, err)
	}
	if err := o.Backup(t.Context(), path, 2); err == nil {
		t.Error("a backup was written over another")
	}
}

// Two front-ends share an outbox: each makes its own calls, whatever keys the other has.
func TestCallersMakeTheirOwnCalls(t *testing.T) {
	o := open(t, ":memory:")
	defer func() { _ = o.Close() }()
	heard := make(chan string, 4)
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		heard <- r.URL.Path + " " + string(body)
	}))
	defer app.Close()
	for _, name := range []string{"one", "two"} {
		c := plain(app.URL+"/"+name, NewClient())
		c.Name = name
		defer run(t, o, c)()
	}
	for _, name := range []string{"one", "two"} {
		if err := o.Put(t.Context(), "", 0, Call{Owner: name, Key: "k", Event: "e", Body: []byte("of " + name)}); err != nil {
			t.Fatal(err)
		}
	}
	got := []string{<-heard, <-heard}
	slices.Sort(got)
	if !slices.Equal(got, []string{"/one of one", "/two of two"}) {
		t.Errorf("heard %q", got)
	}
}

// While some calls end others are begun: none that has just ended is begun again.
func TestACallThatWasAnsweredIsNotMadeAgain(t *testing.T) {
	const keys, each = 40, 25
	o := open(t, ":memory:")
	defer func() { _ = o.Close() }()
	for n := range each {
		for key := range keys {
			put(t, o, key, n)
		}
	}
	var mu sync.Mutex
	made := map[string]int{}
	all := make(chan struct{})
	c := plain("http://app", &http.Client{Transport: roundTrip(func(r *http.Request) (int, error) {
		body, err := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		if made[string(body)]++; len(made) == keys*each {
			select {
			case <-all:
			default:
				close(all)
			}
		}
		return http.StatusOK, err
	})})
	stop := run(t, o, c)
	<-all
	stop()
	for body, n := range made {
		if n != 1 {
			t.Errorf("%q was made %d times", body, n)
		}
	}
}

// The answer has come as the gateway stops: it counts.
func TestAnAnswerThatCameBeforeTheEndCounts(t *testing.T) {
	o := open(t, ":memory:")
	defer func() { _ = o.Close() }()
	put(t, o, 1, 1)
	ctx, cancel := context.WithCancel(t.Context())
	c := plain("http://app", &http.Client{Transport: roundTrip(func(*http.Request) (int, error) { return http.StatusOK, nil })})
	answered := c.Client.Transport
	c.Client.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
		res, err := answered.RoundTrip(r)
		if err == nil {
			res.Body = closing{res.Body, cancel}
		}
		return res, err
	})
	if err := o.Run(ctx, c); err != nil {
		t.Fatal(err)
	}
	if waiting, dead, err := o.Waiting(t.Context()); err != nil || waiting+dead != 0 {
		t.Errorf("%d wait, %d are put aside: %v", waiting, dead, err)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// closing is a body that says when it has been read.
type closing struct {
	io.ReadCloser
	closed func()
}

func (c closing) Close() error {
	c.closed()
	return c.ReadCloser.Close()
}

// A server that refuses at once is not waited for when it was asked for the last time.
func TestARefusalIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := plain("http://app", &http.Client{Transport: roundTrip(func(*http.Request) (int, error) { return http.StatusBadGateway, nil })})
		begun := time.Now()
		if _, err := c.Ask(t.Context(), Call{Event: "e"}); !errors.Is(err, ErrSilent) || time.Since(begun) != askAgainAfter {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
	})
}

package callout

import (
	"context"
	"maps"
	"sync"
	"time"
)

const (
	// maxUnderWay bounds the calls that are made at once.
	maxUnderWay = 16
	// maxAttempts is how often a call is made before it is put aside: once, and after 2, 4, 8, 16 and 32 seconds.
	maxAttempts = 6
	// maxError bounds what is kept of what went wrong.
	maxError = 500
	// maxDead and keepDead bound what is kept of calls that were put aside: an app's server that is gone for good must not
	// fill the disk.
	maxDead  = 10_000
	keepDead = 30 * 24 * time.Hour
)

// underWay is which calls are being made: at most one of a key.
type underWay struct {
	mu     sync.Mutex
	keys   map[string]bool
	all    sync.WaitGroup
	failed chan error // holds the first failure to note what came of a call
}

// Run makes the calls that are c's until ctx ends, then waits for those under way. Its error is the file's.
func (o *Outbox) Run(ctx context.Context, c *Caller) error {
	wake, stop := o.listen()
	defer stop()
	if err := o.forget(ctx, maxDead); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	u := &underWay{keys: map[string]bool{}, failed: make(chan error, 1)}
	defer u.all.Wait()
	for {
		next, err := o.begin(ctx, c, u)
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		var timer <-chan time.Time
		if !next.IsZero() {
			timer = time.After(max(0, next.Sub(o.now())))
		}
		select {
		case <-wake:
		case <-timer:
		case err := <-u.failed:
			return err
		case <-ctx.Done():
			return nil
		}
	}
}

// begin starts what is due and returns when the next of the others will be; zero: a stir will tell.
func (o *Outbox) begin(ctx context.Context, c *Caller, u *underWay) (next time.Time, err error) {
	// Asked before the heads are read: a call that ends meanwhile may be read as it stood, and its end stirs us once more.
	busy := u.busy()
	heads, err := o.query(ctx, `SELECT id, owner, key, event, body, made, due, attempts, error FROM calls
		WHERE id IN (SELECT min(id) FROM calls WHERE dead = 0 AND owner = ? GROUP BY key) ORDER BY due, id LIMIT ?`, c.Name, 4*maxUnderWay)
	if err != nil {
		return next, err
	}
	now := o.now()
	for _, call := range heads {
		if call.Due.After(now) {
			return call.Due, nil
		}
		if busy[call.Key] || !u.take(call.Key) {
			continue
		}
		u.all.Go(func() {
			err := o.attempt(ctx, c, call)
			u.give(call.Key)
			if err == nil {
				o.stir()
				return
			}
			select {
			case u.failed <- err:
			default: // one is enough
			}
		})
	}
	return next, nil
}

// busy returns the keys of the calls that are being made.
func (u *underWay) busy() map[string]bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return maps.Clone(u.keys)
}

func (u *underWay) take(key string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.keys[key] || len(u.keys) >= maxUnderWay {
		return false
	}
	u.keys[key] = true
	return true
}

func (u *underWay) give(key string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.keys, key)
}

// attempt makes a call and notes what came of it; of one that the end of ctx has cut off, nothing. Its error is the file's:
// then the call stands as it stood.
func (o *Outbox) attempt(ctx context.Context, c *Caller, call Call) error {
	failure := c.tell(ctx, call)
	if failure != nil && ctx.Err() != nil {
		return nil
	}
	ctx = context.WithoutCancel(ctx) // an answer counts
	if failure == nil {
		_, err := o.change(ctx, `DELETE FROM calls WHERE id = ?`, call.ID)
		return err
	}
	text := failure.Error()
	text = text[:min(len(text), maxError)]
	call.Attempts++
	if call.Attempts >= maxAttempts {
		if _, err := o.change(ctx, `UPDATE calls SET dead = 1, attempts = ?, error = ? WHERE id = ?`, call.Attempts, text, call.ID); err != nil {
			return err
		}
		return o.forget(ctx, maxDead)
	}
	due := o.now().Add(time.Second << call.Attempts)
	_, err := o.change(ctx, `UPDATE calls SET attempts = ?, due = ?, error = ? WHERE id = ?`, call.Attempts, due.UnixMilli(), text, call.ID)
	return err
}

// forget drops calls that were put aside too long ago, and the oldest beyond most.
func (o *Outbox) forget(ctx context.Context, most int) error {
	_, err := o.change(ctx, `DELETE FROM calls WHERE dead = 1 AND (due < ? OR id <= (SELECT id FROM calls WHERE dead = 1 ORDER BY id DESC LIMIT 1 OFFSET ?))`,
		o.now().Add(-keepDead).UnixMilli(), most)
	return err
}

package account

import (
	"sync"

	"dragoman/bridge/chat"
)

// maxCached bounds each of the cache's maps: some hundred bytes an entry. A full
// map gives up an entry of its own choice.
const maxCached = 20_000

// cache keeps what hot paths ask again and again: the router asks for somebody's
// standing at every message. Its zero value is empty. What was read from the file
// before a change must not be kept after it, so who reads says when he began: the
// epoch counts changes.
type cache struct {
	mu       sync.Mutex
	epoch    uint64
	rows     map[chat.UserID]row
	ids      map[[16]byte]chat.UserID // by uuid; never changes
	misses   map[string]struct{}      // names that Find did not find
	verified map[chat.UserID][32]byte // whose password was right lately: see VerifyPassword
}

func (c *cache) row(id chat.UserID) (r row, ok bool, epoch uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, ok = c.rows[id]
	return r, ok, c.epoch
}

func (c *cache) keepRow(r row, epoch uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if epoch == c.epoch {
		keep(&c.rows, r.ID, r)
	}
}

func (c *cache) idOf(uuid [16]byte) (id chat.UserID, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	id, ok = c.ids[uuid]
	return id, ok
}

func (c *cache) keepID(uuid [16]byte, id chat.UserID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	keep(&c.ids, uuid, id)
}

func (c *cache) missed(name string) (missed bool, epoch uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, missed = c.misses[name]
	return missed, c.epoch
}

func (c *cache) keepMiss(name string, epoch uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if epoch == c.epoch {
		keep(&c.misses, name, struct{}{})
	}
}

// wasRight reports whether proof is the one that was kept for id.
func (c *cache) wasRight(id chat.UserID, proof [32]byte) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	kept, ok := c.verified[id]
	return ok && kept == proof // both are keyed hashes: how long it takes to compare them tells nothing
}

func (c *cache) keepRight(id chat.UserID, proof [32]byte, epoch uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if epoch == c.epoch {
		keep(&c.verified, id, proof)
	}
}

// changed forgets what may no longer hold: all that is known of id, and that
// names were not found.
func (c *cache) changed(id chat.UserID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epoch++
	delete(c.rows, id)
	delete(c.verified, id)
	clear(c.misses)
}

func keep[K comparable, V any](m *map[K]V, k K, v V) {
	if *m == nil {
		*m = make(map[K]V)
	}
	if _, known := (*m)[k]; !known && len(*m) >= maxCached {
		for other := range *m {
			delete(*m, other)
			break
		}
	}
	(*m)[k] = v
}

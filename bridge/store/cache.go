package store

import (
	"sync"

	"dragoman/bridge/chat"
)

// maxCached bounds how many conversations are kept in memory: the few hundred bytes of each make some 50 MB.
const maxCached = 100_000

// conv is a conversation as the last commit left it. A published one is never changed: the writer works on a copy.
type conv struct {
	cid  int64
	name chat.Conv
	a, b int64 // uids of a peer conversation's two, by name; of a user's own log: he

	lastID, lastPos int64 // of the newest live event for all
	moved           int64 // the newest id of its history
	seq             int64
	counted         int64
	own             [2]int64 // counted messages of a and b
	pins            int
	imported        bool

	two     []chat.UserID // of a peer conversation; one, who writes to himself
	blocked [2]bool       // a has blocked b, b has blocked a
	sees    [2]bool       // a sees b's presence, b sees a's
	details *chat.Details // of a group, thread or room
	roster  *roster       // likewise, and of a call
}

// cache holds conversations, and who follows whom, as the last commit left them.
type cache struct {
	mu        sync.RWMutex
	epoch     uint64 // counts commits, so that what was read before one is not put in after it
	convs     map[chat.Conv]*conv
	cids      map[int64]*conv
	followers map[chat.UserID]followers
}

func (c *cache) get(name chat.Conv) *conv {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.convs[name]
}

func (c *cache) byID(cid int64) *conv {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.cids[cid]
}

func (c *cache) now() uint64 {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.epoch
}

// offer puts in what a question has read, unless something was committed since epoch.
func (c *cache) offer(epoch uint64, v *conv) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.epoch == epoch {
		c.put(v)
	}
}

// forget lets go of conversations whose rows were changed beside the batches.
func (c *cache) forget(cids []int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epoch++
	for _, cid := range cids {
		if v := c.cids[cid]; v != nil {
			delete(c.cids, cid)
			delete(c.convs, v.name)
		}
	}
}

func (c *cache) put(v *conv) {
	if c.convs == nil {
		c.convs, c.cids = map[chat.Conv]*conv{}, map[int64]*conv{}
	}
	c.convs[v.name], c.cids[v.cid] = v, v
	if len(c.convs) <= maxCached {
		return
	}
	for name, old := range c.convs { // whichever come first: what is in use comes back with its next question
		delete(c.convs, name)
		delete(c.cids, old.cid)
		if len(c.convs) <= maxCached*9/10 {
			return
		}
	}
}

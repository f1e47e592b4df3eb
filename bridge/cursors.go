package bridge

import (
	"context"
	"errors"
	"sync"

	"dragoman/bridge/chat"
)

// cursors is how far readers have come since that was last saved.
type cursors struct {
	turn chan struct{} // holds a token while somebody saves

	mu     sync.Mutex
	moved  map[chat.UserID]map[chat.Reader]chat.Cursor
	saving map[chat.UserID]map[chat.Reader]chat.Cursor // taken out of moved and not in the log yet
}

// move notes how far a reader is, for the sequencer to save. He never goes back.
func (c *cursors) move(reader chat.Reader, to chat.Cursor) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.moved == nil {
		c.moved = map[chat.UserID]map[chat.Reader]chat.Cursor{}
	}
	own := c.moved[reader.User]
	if own == nil {
		own = make(map[chat.Reader]chat.Cursor, 1)
		c.moved[reader.User] = own
	}
	if old, ok := own[reader]; !ok || old.Place().Pos < to.Place().Pos {
		own[reader] = to
	}
}

// isUnsaved reports whether a device of u has moved and the log does not know.
func (c *cursors) isUnsaved(u chat.UserID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.moved[u] != nil || c.saving[u] != nil
}

// take returns what is to be saved; nil: nothing.
func (c *cursors) take() map[chat.Reader]chat.Cursor {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.moved, c.saving = nil, c.moved
	if len(c.saving) == 0 {
		return nil
	}
	all := make(map[chat.Reader]chat.Cursor, len(c.saving))
	for _, own := range c.saving {
		for reader, at := range own {
			all[reader] = at
		}
	}
	return all
}

// saved says that what was taken is in the log.
func (c *cursors) saved() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.saving = nil
}

// saveCursors saves where readers have moved. When it returns, everything noted before is saved, by this call or by another
// that it has waited for; what cannot be saved is noted again.
func (r *Router) saveCursors(ctx context.Context) {
	select {
	case r.cursors.turn <- struct{}{}:
		defer func() { <-r.cursors.turn }()
	case <-ctx.Done():
		return
	}
	moved := r.cursors.take()
	if moved == nil {
		return
	}
	if err := r.log.SaveCursors(ctx, moved); err != nil {
		if !errors.Is(err, context.Canceled) {
			r.logger.Err(err).Int("cursors", len(moved)).Msg("cannot save cursors")
		}
		for reader, at := range moved {
			r.cursors.move(reader, at)
		}
	}
	r.cursors.saved()
}

// saveCursorsOf sees that the log knows how far u's devices are, for who asks it next. Most who come have not moved lately:
// a thousand of them returning at once cost no commit.
func (r *Router) saveCursorsOf(ctx context.Context, u chat.UserID) {
	if r.cursors.isUnsaved(u) {
		r.saveCursors(ctx)
	}
}

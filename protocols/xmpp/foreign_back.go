package xmpp

import (
	"context"
	"maps"
	"slices"
	"time"

	"dragoman/protocols/xmpp/xmppwire"
)

// A line breaks where its host dies, and then the host's users have lost their sessions and come back one by one. So on the
// next line those who were there are asked after. Whose device is not there any more has left where he was; and what waits
// for him is not handed over in the middle of his coming back, when some servers bring what comes right then before what they
// have kept for him (ejabberd 23.01 does).

const (
	// backWithin is how long what waits for a foreign user who was there waits for him, after a line is made.
	backWithin = 5 * time.Second
	// lookEvery is how often he is asked after.
	lookEvery = 500 * time.Millisecond
	// signs is how many answers show that he is there: the first may be on its way before he has said so to his server.
	signs = 2
)

// missed is a foreign user who was there when a line broke.
type missed struct {
	devices []string      // his resources then
	signs   int           // how many times he has answered
	back    chan struct{} // closed when he is there again, or was waited for long enough
}

// miss notes who was there, as a line breaks.
func (t *trunk) miss() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, u := range t.users {
		there := slices.Collect(maps.Keys(u.devices))
		if u.spoke != "" && u.devices[u.spoke] == nil {
			there = append(there, u.spoke)
		}
		if len(there) > 0 && u.missed == nil {
			u.missed = &missed{devices: there, back: make(chan struct{})}
		}
	}
}

// missing returns who is not back yet, and the resources that he had.
func (t *trunk) missing() map[*foreigner][]string {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := map[*foreigner][]string{}
	for _, u := range t.users {
		if u.missed != nil {
			all[u] = u.missed.devices
		}
	}
	return all
}

// look asks after those who were there when the last line broke, until they are back or it has taken too long.
func (ln *line) look() error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	late := time.NewTimer(backWithin)
	defer late.Stop()
	for {
		missing := ln.missing()
		if len(missing) == 0 {
			return nil
		}
		for u, devices := range missing {
			if err := ln.out.waitRoom(ln.ctx); err != nil {
				return err
			}
			for _, resource := range devices {
				u.askAfter(resource)
			}
		}
		select {
		case <-tick.C:
		case <-late.C:
			for u := range missing {
				u.found()
			}
			return nil
		case <-ln.ctx.Done():
			return context.Cause(ln.ctx)
		}
	}
}

func (u *foreigner) askAfter(resource string) {
	ask := xmppwire.IQ("get", xmppwire.New(nsPing, "ping"))
	ask.ID, ask.From, ask.To = u.trunk.lookID, u.m.Domain, u.bare+"/"+resource
	u.send(ask)
}

// found lets the user have what waits for him.
func (u *foreigner) found() {
	u.trunk.mu.Lock()
	defer u.trunk.mu.Unlock()
	if u.missed != nil {
		close(u.missed.back)
		u.missed = nil
	}
}

// awaitBack waits until the user is there, if he was when the last line broke.
func (u *foreigner) awaitBack(ctx context.Context) error {
	u.trunk.mu.Lock()
	m := u.missed
	u.trunk.mu.Unlock()
	if m == nil {
		return nil
	}
	select {
	case <-m.back:
		return nil
	case <-u.ctx.Done(): // another acts from his address now
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// givesSign sees in a stanza of the user's whether he is there, and reports whether it says nothing else.
func (u *foreigner) givesSign(w work) bool {
	if w.Name != "iq" || w.ID != u.trunk.lookID {
		if w.resource != "" && w.Type != "error" {
			u.heard(w)
		}
		return false
	}
	switch {
	case w.Type == "result" && u.signed():
		u.askAfter(w.resource)
	case w.Type == "error" && isGhost(w.Stanza):
		u.trunk.mu.Lock()
		s := u.devices[w.resource]
		u.trunk.mu.Unlock()
		if s != nil {
			u.remove(s)
			s.end(errClosed)
		}
	}
	return true
}

// heard notes that the user is there.
func (u *foreigner) heard(w work) {
	u.trunk.mu.Lock()
	if w.Name == "message" {
		u.spoke = w.resource
	}
	u.trunk.mu.Unlock()
	u.found()
}

// signed counts an answer, and reports whether another is needed.
func (u *foreigner) signed() (again bool) {
	u.trunk.mu.Lock()
	m := u.missed
	if m != nil {
		m.signs++
		again = m.signs < signs
	}
	u.trunk.mu.Unlock()
	if m != nil && !again {
		u.found()
	}
	return again
}

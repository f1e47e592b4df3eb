package webim

import (
	"maps"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"dragoman/bridge/chat"
)

// rates holds each caller to so many calls a second, beyond a burst.
type rates struct {
	limit   rate.Limit // a second; 0: no limit
	burst   int
	now     func() time.Time
	mu      sync.Mutex
	callers map[string]*rate.Limiter
}

// Of wrong passwords, one address may try this many for one account, and then one more every so often.
const (
	maxGuesses   = 20
	guessesAfter = time.Minute
)

// maxCallers bounds how many callers are remembered; beyond it those that have rested are forgotten, or else all.
const maxCallers = 1 << 14

func newRates(limit rate.Limit, burst int, now func() time.Time) *rates {
	return &rates{limit: limit, burst: burst, now: now, callers: map[string]*rate.Limiter{}}
}

// take refuses a caller who is too fast.
func (r *rates) take(caller string) error {
	if r.limit == 0 {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	limiter := r.callers[caller]
	if limiter == nil {
		r.makeRoom()
		limiter = rate.NewLimiter(r.limit, r.burst)
		r.callers[caller] = limiter
	}
	if !limiter.AllowN(r.now(), 1) {
		return chat.RefuseFor(chat.RateLimit, "too many requests")
	}
	return nil
}

func (r *rates) makeRoom() {
	if len(r.callers) < maxCallers {
		return
	}
	now := r.now()
	maps.DeleteFunc(r.callers, func(_ string, l *rate.Limiter) bool { return l.TokensAt(now) >= float64(r.burst) })
	if len(r.callers) >= maxCallers {
		clear(r.callers)
	}
}

// forget lets a caller begin anew.
func (r *rates) forget(caller string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.callers, caller)
}

// addressOf is who calls without a token, by his address.
func addressOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

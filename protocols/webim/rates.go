package webim

import (
	"net"
	"net/http"
	"sync"

	"golang.org/x/time/rate"

	"dragoman/bridge/chat"
)

// rates holds callers of REST to config.RESTRate requests a second, beyond a burst of twice as many.
type rates struct {
	perSecond float64 // 0: no limit
	mu        sync.Mutex
	callers   map[string]*rate.Limiter
}

// maxCallers bounds how many callers are remembered; beyond it all begin anew.
const maxCallers = 1 << 14

// take refuses a caller who is too fast.
func (r *rates) take(caller string) error {
	if r.perSecond == 0 {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	limiter := r.callers[caller]
	if limiter == nil {
		if len(r.callers) >= maxCallers {
			clear(r.callers)
		}
		limiter = rate.NewLimiter(rate.Limit(r.perSecond), max(int(2*r.perSecond), 1))
		r.callers[caller] = limiter
	}
	if !limiter.Allow() {
		return chat.RefuseFor(chat.RateLimit, "too many requests")
	}
	return nil
}

// addressOf is who calls without a token, by his address.
func addressOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

package bridge

// Limit makes r keep no more in memory than that for a session and for one conversation of it, and read pages of that size.
// Before the first feed is opened only.
func (r *Router) Limit(live, pending, page int) { r.limits = limits{live, pending, page} }

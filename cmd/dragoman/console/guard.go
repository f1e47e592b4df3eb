package console

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// ownHeader is sent by our own pages with every question. A page of another origin cannot send it without asking first,
// and no asking is answered here.
const ownHeader = "X-Dragoman"

// proxyHeaders are what a proxy adds for whom it asks. A visitor from elsewhere looks like one of this machine behind it.
var proxyHeaders = []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Via"}

var (
	errElsewhere = errors.New("only a browser on the gateway's own machine is answered, at a loopback address and without a proxy")
	errOrigin    = errors.New("only the gateway's own page is answered")
)

// sameMachine refuses whoever is not on this machine: by the connection's other end, by the name he has for us (a foreign
// name that was made to point here), and by what a proxy says of itself.
func sameMachine(r *http.Request) error {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !peer.Addr().Unmap().IsLoopback() || !isLoopbackHost(r.Host) {
		return errElsewhere
	}
	for _, name := range proxyHeaders {
		if r.Header.Get(name) != "" {
			return errElsewhere
		}
	}
	return nil
}

// isLoopbackHost reports whether a Host header names this machine and nothing else.
func isLoopbackHost(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	if strings.EqualFold(name, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(strings.Trim(name, "[]"))
	return err == nil && addr.Unmap().IsLoopback()
}

// sameOrigin refuses what another page asks in its visitor's name. A browser says of every request that changes something
// where it comes from; one that says nothing is no browser with a foreign page in it, but no page of ours either.
func sameOrigin(r *http.Request) error {
	if r.Header.Get(ownHeader) == "" {
		return errOrigin
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
		return errOrigin
	}
	origin := r.Header.Get("Origin")
	if origin == "" && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		return nil // browsers leave it out of a page's own questions
	}
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	if !strings.EqualFold(origin, scheme+r.Host) {
		return errOrigin
	}
	return nil
}

package console

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// visit is a question as the page itself asks it.
func visit(change func(*http.Request)) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:8080/-/demo/open", nil)
	r.RemoteAddr = "127.0.0.1:50000"
	r.Header.Set(ownHeader, "page")
	r.Header.Set("Origin", "http://127.0.0.1:8080")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if change != nil {
		change(r)
	}
	return r
}

func TestOnlyThisMachineIsAnswered(t *testing.T) {
	cases := map[string]struct {
		change func(*http.Request)
		ok     bool
	}{
		"the page":                {nil, true},
		"by IPv6":                 {func(r *http.Request) { r.RemoteAddr, r.Host = "[::1]:50000", "[::1]:8080" }, true},
		"mapped":                  {func(r *http.Request) { r.RemoteAddr = "[::ffff:127.0.0.1]:50000" }, true},
		"by name":                 {func(r *http.Request) { r.Host = "localhost:8080" }, true},
		"another machine":         {func(r *http.Request) { r.RemoteAddr = "192.0.2.7:50000" }, false},
		"another by IPv6":         {func(r *http.Request) { r.RemoteAddr = "[2001:db8::7]:50000" }, false},
		"no address":              {func(r *http.Request) { r.RemoteAddr = "@" }, false},
		"a foreign name for us":   {func(r *http.Request) { r.Host = "rebound.example:8080" }, false},
		"a name that looks local": {func(r *http.Request) { r.Host = "localhost.example:8080" }, false},
		"our public address":      {func(r *http.Request) { r.Host = "192.0.2.1:8080" }, false},
		"no name":                 {func(r *http.Request) { r.Host = "" }, false},
		"through a proxy":         {func(r *http.Request) { r.Header.Set("X-Forwarded-For", "192.0.2.7") }, false},
		"through a modern proxy":  {func(r *http.Request) { r.Header.Set("Forwarded", "for=192.0.2.7") }, false},
		"through a cache":         {func(r *http.Request) { r.Header.Set("Via", "1.1 cache") }, false},
	}
	for name, c := range cases {
		if err := sameMachine(visit(c.change)); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOnlyOurOwnPageIsAnswered(t *testing.T) {
	cases := map[string]struct {
		change func(*http.Request)
		ok     bool
	}{
		"the page":                    {nil, true},
		"an older browser":            {func(r *http.Request) { r.Header.Del("Sec-Fetch-Site") }, true},
		"another site":                {func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }, false},
		"another port":                {func(r *http.Request) { r.Header.Set("Origin", "http://127.0.0.1:9999") }, false},
		"another scheme":              {func(r *http.Request) { r.Header.Set("Origin", "https://127.0.0.1:8080") }, false},
		"a frame without origin":      {func(r *http.Request) { r.Header.Set("Origin", "null") }, false},
		"no word of where from":       {func(r *http.Request) { r.Header.Del("Origin") }, false},
		"the browser says cross-site": {func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, false},
		"the browser says same-site":  {func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") }, false},
		"typed into the address bar":  {func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "none") }, false},
		"a form of another page":      {func(r *http.Request) { r.Header.Del(ownHeader) }, false},
	}
	for name, c := range cases {
		if err := sameOrigin(visit(c.change)); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

package xmpp

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
)

func TestHostMetaNamesTheWebSocket(t *testing.T) {
	s := newServer(t, "")
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	s.Mount(engine)
	web := httptest.NewServer(engine)
	t.Cleanup(web.Close)
	for path, want := range map[string]string{
		"/.well-known/host-meta":      `href='ws://` + strings.TrimPrefix(web.URL, "http://") + `/xmpp-websocket'`,
		"/.well-known/host-meta.json": `"href":"ws://` + strings.TrimPrefix(web.URL, "http://") + `/xmpp-websocket"`,
	} {
		answer := must(http.Get(web.URL + path))
		body := string(must(io.ReadAll(answer.Body)))
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusOK || !strings.Contains(body, want) || answer.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %s %s", path, answer.Status, body)
		}
	}
}

func TestContactsAreAnnounced(t *testing.T) {
	s := newServer(t, "contacts: ['mailto:admin@example.org']")
	alice := s.dial(t)
	alice.login("alice", "desk")
	alice.write("<iq type='get' id='i' to='localhost'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>")
	info := alice.want("iq").First()
	values := formValues(info.Child(nsData, "x"))
	if values["FORM_TYPE"][0] != nsServerInfo || len(values["abuse-addresses"]) != 1 || values["admin-addresses"][0] != "mailto:admin@example.org" {
		t.Errorf("%v", values)
	}
}

func TestLimitsAreAnnounced(t *testing.T) {
	s := newServer(t, "max_stanza: 20000")
	p := s.dial(t)
	if got := p.open().Child(nsLimits, "limits").ChildText(nsLimits, "max-bytes"); got != "65536" {
		t.Errorf("before login: %s", got)
	}
	p.write(plainAuth("alice", secretWord))
	p.next()
	if got := p.open().Child(nsLimits, "limits").ChildText(nsLimits, "max-bytes"); got != "20000" {
		t.Errorf("after login: %s", got)
	}
}

func TestArchivePreferencesAreBounded(t *testing.T) {
	s := newServer(t, "")
	alice := s.dial(t)
	alice.login("alice", "desk")
	set := func(jid string) string {
		alice.write("<iq type='set' id='p'><prefs xmlns='urn:xmpp:mam:2' default='always'><always/><never><jid>" + jid + "</jid></never></prefs></iq>")
		e := alice.want("iq")
		if e.Attr("type") == "error" {
			return e.Child("jabber:client", "error").First().Local
		}
		return ""
	}
	long := strings.Repeat("x", 1000) + "@localhost/"
	for range 100 { // all that is remembered stays below maxPrefsBytes
		if refused := set(long); refused != "" && refused != "jid-malformed" {
			t.Fatal(refused)
		}
	}
	if refused := set("bob@localhost"); refused != "" {
		t.Fatal(refused)
	}
	var many strings.Builder
	for range maxPrefsPeople {
		many.WriteString("</jid><jid>bob@localhost")
	}
	if refused := set("bob@localhost" + many.String()); refused != "policy-violation" {
		t.Errorf("too many people are refused with %q", refused)
	}
}

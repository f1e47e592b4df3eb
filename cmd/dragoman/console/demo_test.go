package console

import (
	"net/http"
	"strings"
	"testing"

	"dragoman/bridge/chat"
)

func TestTheDemoLetsItsOwnPageInAndNobodyElse(t *testing.T) {
	w := newWorld(t)
	for who, change := range strangers() {
		for _, path := range []string{"/-/demo/open", "/-/demo/travel"} {
			if code, body := w.ask(w.page, http.MethodPost, path, `{"Place":"group:1"}`, change); code != http.StatusForbidden || strings.Contains(body, "secret") {
				t.Errorf("%s, %s: %d %s", who, path, code, body)
			}
		}
	}
	if _, err := w.host.Accounts.Get(t.Context(), "demo-alice"); chat.CodeOf(err) != chat.NotFound {
		t.Fatalf("somebody's attempt made an account: %v", err)
	}
	type page struct {
		People []struct{ ID, Secret string }
		Group  placeNamed
	}
	_, body := w.ask(w.page, http.MethodPost, "/-/demo/open", "")
	first := decode[page](w, body)
	_, body = w.ask(w.page, http.MethodPost, "/-/demo/open", "")
	again := decode[page](w, body)
	if len(first.People) != 3 || first.Group.ID == "" || first.Group != again.Group || first.People[0] != again.People[0] {
		t.Errorf("%+v, then %+v", first, again)
	}
	for _, p := range first.People {
		if _, err := w.host.Accounts.VerifyPassword(t.Context(), chat.UserID(p.ID), p.Secret); err != nil || len(p.Secret) < 40 {
			t.Errorf("%s: %v", p.ID, err)
		}
	}
}

// A visitor may look into what the demo's people say to each other, and into nothing else.
func TestTheDemoTellsOfItsOwnConversationsAlone(t *testing.T) {
	w := newWorld(t)
	place, ev := w.said("seen")
	if code, body := w.ask(w.page, http.MethodPost, "/-/demo/travel", `{"Place":"`+place+`","Event":"`+ev.ID.String()+`"}`); code != http.StatusOK || !strings.Contains(body, "seen") {
		t.Errorf("%d %s", code, body)
	}
	for _, other := range []string{"group:1", "room:1", "peer:demo-alice:boss", "peer:boss:friend", "peer:demo-alice:demo-alice", "peer:demo-alice", "", "self:boss"} {
		if code, body := w.ask(w.page, http.MethodPost, "/-/demo/travel", `{"Place":"`+other+`","Event":"`+ev.ID.String()+`"}`); code != http.StatusForbidden {
			t.Errorf("%s: %d %s", other, code, body)
		}
	}
}

func TestAGatewayWithoutADemoClosesItsAccounts(t *testing.T) {
	w := newWorld(t)
	w.said("x")
	if err := EndDemo(t.Context(), w.host.Vault, w.host.Accounts); err != nil {
		t.Fatal(err)
	}
	for _, p := range people() {
		if a, err := w.host.Accounts.Get(t.Context(), p.ID); err != nil || !a.Disabled {
			t.Errorf("%+v %v", a, err)
		}
	}
}

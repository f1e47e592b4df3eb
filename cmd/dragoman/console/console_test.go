package console

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"dragoman/bridge/callout"
	"dragoman/bridge/chat"
)

// questions are all that the console answers, with what it takes to ask.
var questions = []string{"overview", "sessions", "users", "user?id=a", "convs", "conv?place=group:1", "history?place=group:1",
	"travel?place=group:1&event=1", "audit", "calls", "config", "health", "live"}

var orders = []string{"kick", "disable", "mute", "recall", "replay", "drop"}

func TestTheConsoleAnswersNobodyWithoutAToken(t *testing.T) {
	w := newWorld(t)
	for _, bad := range []string{"", "x", "a.b", w.token(Operator{Name: "r", Role: Viewer}) + "x", "e30." + strings.Repeat("A", 43)} {
		for _, q := range questions {
			if code, body := w.ask(w.console, http.MethodGet, "/-/api/"+q, "", as(bad)); code != http.StatusUnauthorized {
				t.Errorf("%s with %q: %d %s", q, bad, code, body)
			}
		}
		for _, o := range orders {
			if code, _ := w.ask(w.console, http.MethodPost, "/-/api/"+o, "{}", as(bad)); code != http.StatusUnauthorized {
				t.Errorf("%s with %q: %d", o, bad, code)
			}
		}
	}
}

func TestTheConsoleAnswersNoStrangerEvenWithAToken(t *testing.T) {
	w := newWorld(t)
	mine := as(w.token(Operator{Name: "r", Role: Acting, Contents: true}))
	if code, body := w.ask(w.console, http.MethodGet, "/-/api/overview", "", mine); code != http.StatusOK {
		t.Fatalf("%d %s", code, body)
	}
	for who, change := range strangers() {
		for _, q := range questions {
			if q == "live" && (who == "another origin" || who == "a form" || who == "a frame of no origin") {
				continue // a stream cannot send the header; its answer cannot be read elsewhere, and browsers say where they ask from
			}
			if code, body := w.ask(w.console, http.MethodGet, "/-/api/"+q, "", mine, change); code != http.StatusForbidden {
				t.Errorf("%s, %s: %d %s", who, q, code, body)
			}
		}
		for _, o := range append(orders, "../login", "../logout") {
			if code, body := w.ask(w.console, http.MethodPost, "/-/api/"+o, "{}", mine, change); code != http.StatusForbidden && code != http.StatusTemporaryRedirect && code != http.StatusMovedPermanently {
				t.Errorf("%s, %s: %d %s", who, o, code, body)
			}
		}
		if code, _ := w.ask(w.console, http.MethodPost, "/-/login", "{}", change); code != http.StatusForbidden {
			t.Errorf("%s may try tokens: %d", who, code)
		}
	}
	if n := len(w.deeds()); n != 0 {
		t.Errorf("%d deeds", n)
	}
}

func TestAViewerChangesNothingAndSeesNoContents(t *testing.T) {
	w := newWorld(t)
	place, ev := w.said("something private")
	viewer := as(w.token(Operator{Name: "viv", Role: Viewer}))
	for _, o := range orders {
		if code, _ := w.ask(w.console, http.MethodPost, "/-/api/"+o, `{"user":"demo-bob"}`, viewer); code != http.StatusForbidden {
			t.Errorf("%s: %d", o, code)
		}
	}
	for _, q := range []string{"history?place=" + place, "travel?place=" + place + "&event=" + ev.ID.String()} {
		if code, body := w.ask(w.console, http.MethodGet, "/-/api/"+q, "", viewer); code != http.StatusOK || strings.Contains(body, "private") {
			t.Errorf("%s: %d %s", q, code, body)
		}
	}
	if got := w.deeds(); len(got) != len(orders) || got[0].Who != "viv" || got[0].Problem == "" {
		t.Errorf("deeds: %+v", got)
	}
	if a, err := w.host.Accounts.Get(t.Context(), "demo-bob"); err != nil || a.Disabled {
		t.Errorf("%+v %v", a, err)
	}
}

func TestWhatAnOperatorDoesHoldsAndIsWrittenDown(t *testing.T) {
	w := newWorld(t)
	place, ev := w.said("something private")
	robin := as(w.token(Operator{Name: "robin", Role: Acting, Contents: true}))
	if _, body := w.ask(w.console, http.MethodGet, "/-/api/history?place="+place, "", robin); !strings.Contains(body, "something private") {
		t.Errorf("history: %s", body)
	}
	for o, body := range map[string]string{
		"disable": `{"user":"demo-bob","on":true}`,
		"recall":  `{"place":"` + place + `","event":"` + ev.ID.String() + `"}`,
		"mute":    `{"place":"` + place + `","user":"demo-carol","on":true}`,
	} {
		if code, said := w.ask(w.console, http.MethodPost, "/-/api/"+o, body, robin); code != http.StatusOK {
			t.Errorf("%s: %d %s", o, code, said)
		}
	}
	if code, body := w.ask(w.console, http.MethodPost, "/-/api/kick", `{"user":"nobody"}`, robin); code != http.StatusNotFound {
		t.Errorf("kick: %d %s", code, body)
	}
	for _, minutes := range []string{"-1", "9000000000000000"} {
		body := `{"place":"` + place + `","user":"demo-carol","on":true,"minutes":` + minutes + `}`
		if code, said := w.ask(w.console, http.MethodPost, "/-/api/mute", body, robin); code != http.StatusBadRequest {
			t.Errorf("a mute of %s minutes: %d %s", minutes, code, said)
		}
	}
	if a, err := w.host.Accounts.Get(t.Context(), "demo-bob"); err != nil || !a.Disabled {
		t.Errorf("%+v %v", a, err)
	}
	if e, err := w.host.Store.Entry(t.Context(), "", w.demo.group, chat.Ref{ID: ev.ID}); err != nil || e.Recall == nil {
		t.Errorf("%+v %v", e, err)
	}
	done := map[string]int{}
	for _, d := range w.deeds() {
		if d.Who != "robin" || strings.Contains(d.Target+d.Detail+d.Problem, "private") {
			t.Errorf("%+v", d)
		}
		done[d.Action]++
	}
	for _, what := range []string{"read", "disable", "recall", "mute", "kick"} {
		if done[what] == 0 {
			t.Errorf("%s is not written down: %v", what, done)
		}
	}
}

func TestWhoGuessesTokensIsHeldUp(t *testing.T) {
	w := newWorld(t)
	for range maxFailures {
		if code, _ := w.ask(w.console, http.MethodPost, "/-/login", `{"token":"guess"}`); code != http.StatusUnauthorized {
			t.Fatalf("%d", code)
		}
	}
	right := w.token(Operator{Name: "r", Role: Viewer})
	if code, _ := w.ask(w.console, http.MethodPost, "/-/login", `{"token":"`+right+`"}`); code != http.StatusTooManyRequests {
		t.Errorf("%d", code)
	}
}

// The cookie is nothing that a script or another site gets at.
func TestTheTokenStaysOutOfReach(t *testing.T) {
	w := newWorld(t)
	r := visit(func(r *http.Request) {
		r.URL.Path = "/-/login"
		r.Body = http.NoBody
	})
	r.Body = httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"token":"`+w.token(Operator{Name: "r", Role: Viewer})+`"}`)).Body
	answer := httptest.NewRecorder()
	w.console.ServeHTTP(answer, r)
	got := answer.Result().Cookies()
	if answer.Code != http.StatusOK || len(got) != 1 || !got[0].HttpOnly || got[0].SameSite != http.SameSiteStrictMode {
		t.Errorf("%d %+v", answer.Code, got)
	}
}

// deadCall puts a call aside by making it six times, an hour apart, to a server that refuses.
func (w *world) deadCall() {
	w.Helper()
	refusing := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusTeapot) }))
	defer refusing.Close()
	if err := w.host.Calls.Put(context.Background(), "", 0, callout.Call{Key: "k", Event: "send_msg", Body: []byte(`{"text":"private"}`)}); err != nil {
		w.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- w.host.Calls.Run(ctx, &callout.Caller{URL: func(string) string { return refusing.URL }, Client: refusing.Client(),
			Dress: func(c callout.Call) ([]byte, error) { return c.Body, nil }})
	}()
	for range 1000 {
		if _, dead, err := w.host.Calls.Waiting(ctx); err != nil || dead == 1 {
			break
		}
		time.Sleep(5 * time.Millisecond) // another goroutine's attempts over a socket
	}
	stop()
	if err := <-done; err != nil {
		w.Error(err)
	}
}

func TestCallsThatWerePutAsideAreReplayed(t *testing.T) {
	type page struct {
		Waiting, Dead int
		Next, Calls   []callLine
	}
	w := newWorld(t)
	w.deadCall()
	robin, seeing := as(w.token(Operator{Name: "robin", Role: Acting})), as(w.token(Operator{Name: "c", Role: Viewer, Contents: true}))
	_, body := w.ask(w.console, http.MethodGet, "/-/api/calls", "", robin)
	p := decode[page](w, body)
	if p.Dead != 1 || len(p.Calls) != 1 || p.Calls[0].Attempts != 6 || p.Calls[0].Problem == "" || p.Calls[0].Body != "" || strings.Contains(body, "private") {
		t.Fatalf("%s", body)
	}
	if _, body := w.ask(w.console, http.MethodGet, "/-/api/calls", "", seeing); !strings.Contains(body, "private") {
		t.Errorf("who may see contents gets %s", body)
	}
	if code, body := w.ask(w.console, http.MethodPost, "/-/api/replay", `{"ids":[99]}`, robin); code != http.StatusNotFound {
		t.Errorf("%d %s", code, body)
	}
	if code, body := w.ask(w.console, http.MethodPost, "/-/api/replay", `{"ids":[1]}`, robin); code != http.StatusOK {
		t.Errorf("%d %s", code, body)
	}
	_, body = w.ask(w.console, http.MethodGet, "/-/api/calls", "", robin)
	if p := decode[page](w, body); len(p.Next) != 1 || len(p.Calls) != 0 || p.Next[0].Event != "send_msg" || p.Next[0].Due.IsZero() || strings.Contains(body, "private") {
		t.Errorf("in line again: %s", body)
	}
	if waiting, dead, err := w.host.Calls.Waiting(t.Context()); err != nil || waiting != 1 || dead != 0 {
		t.Errorf("%d wait, %d are aside, %v", waiting, dead, err)
	}
	if got := w.deeds(); len(got) == 0 || got[len(got)-1].Action != "read" {
		t.Errorf("%+v", got)
	}
}

package bridge_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"dragoman/bridge"
	"dragoman/bridge/chat"
)

func TestWhoWatchesSeesEveryStageOfAnEvent(t *testing.T) {
	var mu sync.Mutex
	var steps []bridge.Step
	var ended []bridge.Session
	r := start(t, newMemLog(), bridge.DefaultPolicy(), func(r *bridge.Router) {
		r.Watch(func(s bridge.Step) {
			mu.Lock()
			defer mu.Unlock()
			steps = append(steps, s)
		}, func(s bridge.Session) { ended = append(ended, s) })
	})
	alice, c := bridge.Actor{User: "alice", Device: "d", Protocol: "zim"}, chat.Peer("alice", "bob")
	reader := open(t, r, bridge.Actor{User: "bob", Device: "d", Protocol: "xmpp"}, bridge.FromNow())
	idle, cancel := context.WithCancel(t.Context())
	cancel()
	next := func(ctx context.Context, want chat.EventID) {
		t.Helper()
		if d, err := reader.Next(ctx); err == nil && d.Event.ID != want || err != nil && want != 0 {
			t.Fatalf("heard %v %v", d, err)
		}
	}
	next(t.Context(), say(t, r, alice, c, "caught up on").ID)
	next(idle, 0) // now it is level
	came := time.Now().Add(-time.Minute)
	framed := bridge.WithFrame(t.Context(), bridge.Frame{At: came, Data: func() []byte { return []byte("<frame/>") }})
	ev, err := r.Submit(framed, alice, chat.Draft{Conv: c, Body: chat.Message{Content: chat.Text{Text: "as it happens"}}})
	if err != nil {
		t.Fatal(err)
	}
	next(t.Context(), ev.ID)
	next(idle, 0)
	reader.Close()
	mu.Lock()
	defer mu.Unlock()
	want := []bridge.Stage{bridge.Decoded, bridge.Decided, bridge.Queued, bridge.Committed, bridge.Handed, bridge.Written}
	var got []bridge.Stage
	for _, s := range steps {
		if s.Event.ID != ev.ID {
			continue
		}
		got = append(got, s.Stage)
		reading := s.Stage == bridge.Handed || s.Stage == bridge.Written
		if s.From != "zim" || s.Begin.IsZero() || s.End.Before(s.Begin) || reading != (s.To == "xmpp") || reading != s.Live {
			t.Errorf("%+v", s)
		}
		if !reading && (!s.Frame.At.Equal(came) || string(s.Frame.Data()) != "<frame/>") || s.Stage == bridge.Decoded && !s.Begin.Equal(came) {
			t.Errorf("%s with the frame %+v", s.Stage, s.Frame)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("stages %v", got)
	}
	if asked := steps[0]; asked.Stage != bridge.Decided || !asked.Frame.At.Equal(asked.Begin) || asked.Frame.Data != nil {
		t.Errorf("what came in no frame is told as %+v", asked)
	}
	if first := steps[3]; first.Stage != bridge.Handed || first.Live || !first.Begin.IsZero() {
		t.Errorf("what is caught up on is told as %+v", first)
	}
	if len(ended) != 1 || ended[0].User != "bob" {
		t.Errorf("ended: %+v", ended)
	}
}

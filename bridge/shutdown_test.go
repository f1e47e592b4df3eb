package bridge_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"dragoman/bridge"
	"dragoman/bridge/chat"
)

// A draft that is put in line as the sequencer takes its last look must not wait for ever: its session would not end.
func TestEverySubmitIsAnsweredWhenTheRouterStops(t *testing.T) {
	for range 200 {
		stopUnderLoad(t)
	}
}

func stopUnderLoad(t *testing.T) {
	t.Helper()
	r := bridge.New(newMemLog(), everyone{}, bridge.DefaultPolicy(), time.Now, zerolog.Nop())
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	var sessions sync.WaitGroup
	for i := range 8 {
		sessions.Go(func() {
			for n := 0; ; n++ {
				_, err := r.Submit(context.Background(), actor("alice", "1"), chat.Draft{Conv: chat.Peer("alice", "bob"), Body: text("hi")})
				if i == 0 && n == 20 {
					cancel()
				}
				if err != nil {
					if chat.CodeOf(err) != chat.Unavailable {
						t.Errorf("refused with %v", err)
					}
					return
				}
			}
		})
	}
	answered := make(chan struct{})
	go func() { sessions.Wait(); close(answered) }()
	select {
	case <-answered:
	case <-time.After(20 * time.Second):
		t.Fatal("somebody still waits for an answer")
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
}

// brokenLog cannot even be read.
type brokenLog struct{ *memLog }

func (brokenLog) Last(context.Context) (chat.Place, chat.EventID, error) {
	return chat.Place{}, 0, errors.New("disk on fire")
}

func TestSubmitIsAnsweredWhenTheSequencerCannotBegin(t *testing.T) {
	r := bridge.New(brokenLog{newMemLog()}, everyone{}, bridge.DefaultPolicy(), time.Now, zerolog.Nop())
	p, err := r.Begin(t.Context(), actor("alice", "1"), chat.Draft{Conv: chat.Peer("alice", "bob"), Body: text("hi")})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Run(t.Context()); err == nil {
		t.Fatal("the sequencer began without a log")
	}
	select {
	case <-p.Done():
	case <-time.After(20 * time.Second):
		t.Fatal("no answer")
	}
	if _, err := p.Wait(); chat.CodeOf(err) != chat.Unavailable {
		t.Fatalf("answered with %v", err)
	}
}

package bridge_test

import (
	"context"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"dragoman/bridge"
	"dragoman/bridge/chat"
)

// slowSaves is a log whose disk is slow to keep cursors.
type slowSaves struct {
	*memLog
	save chan struct{} // each save waits for it
}

func (l slowSaves) SaveCursors(ctx context.Context, moved map[chat.Reader]chat.Cursor) error {
	<-l.save
	return l.memLog.SaveCursors(ctx, moved)
}

// Who returns while the sequencer is saving what he acknowledged would begin before it, and hear it again.
func TestReturnWaitsForCursorsThatAreBeingSaved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := slowSaves{newMemLog(), make(chan struct{})}
		r := bridge.New(log, everyone{}, bridge.DefaultPolicy(), time.Now, zerolog.Nop())
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- r.Run(ctx) }()
		first := open(t, r, actor("bob", "1"), bridge.FromCursor())
		for i := range 3 {
			say(t, r, actor("alice", "1"), chat.Peer("alice", "bob"), strconv.Itoa(i))
		}
		first.Ack(chat.Conv{}, next(t, first).Event.Place)
		time.Sleep(2 * time.Second) // on the bubble's clock: the sequencer has begun to save
		synctest.Wait()
		returned := make(chan *bridge.Feed, 1)
		go func() { returned <- open(t, r, actor("bob", "1"), bridge.FromCursor()) }()
		synctest.Wait()
		close(log.save)
		if got := words(next(t, <-returned)); got != "1" {
			t.Fatalf("after the return: %q", got)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
	})
}

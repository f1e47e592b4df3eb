package store

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"dragoman/bridge/chat"
)

// benchWorld is newWorld on a file of its own with the real clock's pace left out.
func benchWorld(b *testing.B) *world {
	w := &world{TB: b, path: filepath.Join(b.TempDir(), "log.db"), now: time.UnixMilli(1_800_000_000_000).UTC(), sync: true}
	w.open()
	b.Cleanup(func() { w.Store.Close() })
	return w
}

// BenchmarkAppendPeer measures durable messages between 400 users in 200 conversations.
func BenchmarkAppendPeer(b *testing.B) {
	for _, size := range []int{1, 16, 64, 128} {
		b.Run(fmt.Sprintf("batch=%d", size), func(b *testing.B) {
			w := benchWorld(b)
			convs := make([]chat.Conv, 200)
			users := make([]chat.UserID, len(convs))
			for i := range convs {
				users[i] = chat.UserID(fmt.Sprintf("alice%d", i))
				convs[i] = chat.Peer(users[i], chat.UserID(fmt.Sprintf("bob%d", i)))
				w.say(users[i], convs[i], "first")
			}
			b.ReportAllocs()
			b.ResetTimer()
			for n := 0; n < b.N; {
				batch := make([]chat.Record, 0, size)
				for ; len(batch) < size; n++ {
					ev := w.event(users[n%200], chat.Draft{Conv: convs[n%200], ClientID: fmt.Sprintf("client-%d", n),
						Body: chat.Message{Content: chat.Text{Text: "hello world, this is a message of some length"}}})
					batch = append(batch, chat.Record{Event: ev})
				}
				fates, err := w.Append(b.Context(), batch)
				if err != nil {
					b.Fatal(err)
				}
				for _, fate := range fates {
					if fate != nil {
						b.Fatal(fate)
					}
				}
				w.now = w.now.Add(time.Millisecond)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
		})
	}
}

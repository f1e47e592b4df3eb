package store

import (
	"fmt"
	"path/filepath"
	"syscall"
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

// cpu reports what an operation costs of processor time, which on a busy machine says more than the clock.
func cpu(b *testing.B) (report func(n int)) {
	used := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before := used()
	return func(n int) { b.ReportMetric(float64((used()-before).Microseconds())/float64(n), "cpu-µs/op") }
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
			report := cpu(b)
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
				w.pass(time.Millisecond)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
			report(b.N)
		})
	}
}

// BenchmarkAppendGroup measures durable messages in a group of 2,000.
func BenchmarkAppendGroup(b *testing.B) {
	w := benchWorld(b)
	members := make([]chat.UserID, 2000)
	for i := range members {
		members[i] = chat.UserID(fmt.Sprintf("m%d", i))
	}
	g := w.group("g", "alice", members...)
	b.ResetTimer()
	report := cpu(b)
	for n := 0; n < b.N; {
		batch := make([]chat.Record, 0, 64)
		for ; len(batch) < 64; n++ {
			batch = append(batch, chat.Record{Event: w.event(members[n%2000], chat.Draft{Conv: g, ClientID: fmt.Sprint(n), Body: textOf("hello world")})})
		}
		if _, err := w.Append(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
		w.pass(time.Millisecond)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
	report(b.N)
}

// BenchmarkAppendReceipt measures durable read receipts, message by message, each told with the entry as it then stands.
func BenchmarkAppendReceipt(b *testing.B) {
	w := benchWorld(b)
	c := chat.Peer("alice", "bob")
	b.ResetTimer()
	for n := 0; n < b.N; {
		said, read := make([]*chat.Event, 0, 64), make([]*chat.Event, 0, 64)
		for ; len(said) < 64; n++ {
			said = append(said, w.event("alice", chat.Draft{Conv: c, Body: textOf("hello world")}))
		}
		for _, ev := range said {
			read = append(read, w.event("bob", chat.Draft{Conv: c, Body: chat.Receipt{State: chat.Read, Messages: []chat.Ref{{ID: ev.ID}}}}))
		}
		b.StopTimer()
		w.try(said...)
		b.StartTimer()
		w.try(read...)
		w.pass(time.Millisecond)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "receipts/s")
}

// readWorld holds a user with 50 conversations of 100 messages each.
func readWorld(b *testing.B) *world {
	w := newWorld(b)
	for n := range 100 {
		batch := make([]*chat.Event, 50)
		for i := range batch {
			other := chat.UserID(fmt.Sprintf("u%d", i))
			batch[i] = w.event(other, chat.Draft{Conv: chat.Peer("me", other), ClientID: fmt.Sprint(n), Body: textOf("hello world, this is a message")})
		}
		w.try(batch...)
		w.pass(time.Second)
	}
	return w
}

func BenchmarkSnapshot(b *testing.B) {
	w := readWorld(b)
	d := chat.Draft{Conv: chat.Peer("me", "u7"), Body: textOf("x")}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.Snapshot(b.Context(), "me", d); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSince(b *testing.B) {
	w := readWorld(b)
	n := 0
	b.ResetTimer()
	report := cpu(b)
	for n < b.N {
		at := chat.Cursor("")
		for {
			page, next, err := w.Since(b.Context(), chat.Reader{User: "me"}, at, 64)
			if err != nil {
				b.Fatal(err)
			}
			n += len(page)
			if len(page) == 0 {
				break
			}
			at = next
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
	report(n)
}

func BenchmarkHistoryPage(b *testing.B) {
	w := readWorld(b)
	report := cpu(b)
	defer func() { report(b.N) }()
	for b.Loop() {
		page, _, err := w.History(b.Context(), "me", chat.Peer("me", "u7"), HistoryQuery{Limit: 20})
		if err != nil || len(page) != 20 {
			b.Fatal(err)
		}
	}
}

func BenchmarkConversations(b *testing.B) {
	w := readWorld(b)
	report := cpu(b)
	defer func() { report(b.N) }()
	for b.Loop() {
		page, err := w.Conversations(b.Context(), "me", ConvQuery{})
		if err != nil || len(page) != 50 {
			b.Fatal(err)
		}
	}
}

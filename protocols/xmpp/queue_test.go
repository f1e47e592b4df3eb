package xmpp

import (
	"context"
	"testing"
	"testing/synctest"

	"dragoman/protocols/xmpp/xmppwire"
)

func messages(n int) []item {
	items := make([]item, n)
	for i := range items {
		items[i] = item{stanza: xmppwire.Message("chat")}
	}
	return items
}

// managedQueue is a queue whose client acknowledges.
func managedQueue(t *testing.T) *queue {
	t.Helper()
	q := newQueue()
	if err := q.put(item{nonza: xmppwire.New(nsSM, "enabled"), manage: true}); err != nil {
		t.Fatal(err)
	}
	take(t, q)
	return q
}

func take(t *testing.T, q *queue) []item {
	t.Helper()
	batch, err := q.take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	q.wrote(batch)
	return batch
}

// A client that reads more slowly than others write is not thrown out: the feed waits for it. Seen with three senders in
// a group on a busy machine.
func TestTheFeedWaitsForAcknowledgements(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := managedQueue(t)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		put := 0
		fed := make(chan error, 1)
		go func() {
			for {
				if err := q.waitAcked(ctx); err != nil {
					fed <- err
					return
				}
				if err := q.put(messages(1)...); err != nil {
					fed <- err
					return
				}
				put++
			}
		}()
		written, asked := 0, 0
		var acked uint32
		for written < 5*maxUnacked {
			synctest.Wait()
			q.mu.Lock()
			waiting, unacked := len(q.items), len(q.unacked)
			q.mu.Unlock()
			if unacked > softUnacked+softQueue+1 {
				t.Fatalf("%d stanzas are unacknowledged", unacked)
			}
			if waiting > 0 {
				for _, it := range take(t, q) {
					if it.nonza == nil {
						written++
					} else {
						asked++
					}
				}
				q.shouldAsk()
				continue
			}
			// The client answers late, and what it answers was asked long ago: it acknowledges a few only.
			acked += 10
			if _, err := q.ack(acked); err != nil {
				t.Fatal(err)
			}
		}
		if asked == 0 {
			t.Error("a client that acknowledged too little was not asked again")
		}
		cancel()
		if err := <-fed; err != context.Canceled {
			t.Errorf("the feed ended with %v", err)
		}
	})
}

func TestAllWhoWaitForRoomGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		if err := q.put(messages(softQueue + 1)...); err != nil {
			t.Fatal(err)
		}
		gone := make(chan error, 2)
		go func() { gone <- q.waitRoom(t.Context()) }()
		go func() { gone <- q.waitAcked(t.Context()) }()
		synctest.Wait()
		take(t, q)
		for range 2 {
			if err := <-gone; err != nil {
				t.Error(err)
			}
		}
	})
}

func TestAFailedQueueKeepsNobodyWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		if err := q.put(messages(softQueue + 1)...); err != nil {
			t.Fatal(err)
		}
		gone := make(chan error, 1)
		go func() { gone <- q.waitRoom(t.Context()) }()
		synctest.Wait()
		if err := q.put(messages(hardQueue)...); err != errOverflow {
			t.Fatalf("put: %v", err)
		}
		if err := <-gone; err != errOverflow {
			t.Errorf("the wait ended with %v", err)
		}
	})
}

// TestAClientThatCountsWhatCameBeforeIsForgiven plays @xmpp/client 0.14, which may answer an <r/> right behind <enabled/> with
// a count that still holds what it got before.
func TestAClientThatCountsWhatCameBeforeIsForgiven(t *testing.T) {
	q := newQueue()
	if err := q.put(messages(2)...); err != nil {
		t.Fatal(err)
	}
	if err := q.put(item{nonza: xmppwire.New(nsSM, "enabled"), manage: true}); err != nil {
		t.Fatal(err)
	}
	if err := q.put(messages(3)...); err != nil {
		t.Fatal(err)
	}
	batch, err := q.take(t.Context())
	if err != nil || len(batch) != 6 {
		t.Fatalf("%d items, %v", len(batch), err)
	}
	q.wrote(batch)
	if _, err := q.ack(6); err != errAck {
		t.Fatalf("more than there ever was: %v", err)
	}
	if _, err := q.ack(5); err != nil {
		t.Fatal(err)
	}
	if sent, acked := q.sent(); sent != 3 || acked != 3 {
		t.Fatalf("%d of %d acknowledged", acked, sent)
	}
}

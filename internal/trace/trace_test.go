package trace

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestRingKeepsTheLatest(t *testing.T) {
	r := New(2)
	r.KeepUntil(time.Now().Add(time.Hour))
	frame := []byte("one")
	r.Note(1, "webim", func() []byte { return frame })
	frame[0] = 'x'
	r.Note(1, "webim", said("a retry"))
	if o, ok := r.Original(1); !ok || string(o.Frame) != "one" || o.Protocol != "webim" {
		t.Fatalf("%q %v", o.Frame, ok)
	}
	r.Note(2, "zim", said(strings.Repeat("y", maxFrame+1)))
	r.Note(3, "zim", said(""))
	if _, ok := r.Original(1); ok {
		t.Fatal("the oldest is still there")
	}
	if o, _ := r.Original(2); len(o.Frame) != maxFrame {
		t.Fatalf("%d bytes kept", len(o.Frame))
	}
}

func TestNoRingKeepsNothing(t *testing.T) {
	var r *Ring
	r.Note(1, "webim", said(""))
	if _, ok := r.Original(1); ok {
		t.Fatal("something out of nothing")
	}
}

func TestNothingIsKeptWhileNobodyLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New(2)
		r.Note(1, "webim", said("before"))
		r.KeepUntil(time.Now().Add(time.Minute))
		r.KeepUntil(time.Now().Add(time.Second)) // no earlier
		r.Note(2, "webim", said("meanwhile"))
		if _, ok := r.Original(1); ok {
			t.Error("it kept what came before somebody looked")
		}
		time.Sleep(30 * time.Second)
		if _, ok := r.Original(2); !ok {
			t.Error("it has forgotten too early")
		}
		time.Sleep(31 * time.Second)
		r.Note(3, "webim", said("after"))
		if len(r.frames) != 0 {
			t.Errorf("it holds %v", r.frames)
		}
		r.KeepUntil(time.Now().Add(time.Minute))
		r.Note(4, "webim", said("again"))
		if _, ok := r.Original(4); !ok {
			t.Error("it does not keep again")
		}
	})
}

func said(text string) func() []byte { return func() []byte { return []byte(text) } }

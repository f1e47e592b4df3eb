package trace

import (
	"bytes"
	"testing"
)

func TestRingKeepsTheLatest(t *testing.T) {
	r := New(2)
	frame := []byte("one")
	r.Note(1, "webim", frame)
	frame[0] = 'x'
	r.Note(1, "webim", []byte("a retry"))
	if o, ok := r.Original(1); !ok || string(o.Frame) != "one" || o.Protocol != "webim" {
		t.Fatalf("%q %v", o.Frame, ok)
	}
	r.Note(2, "zim", bytes.Repeat([]byte("y"), maxFrame+1))
	r.Note(3, "zim", nil)
	if _, ok := r.Original(1); ok {
		t.Fatal("the oldest is still there")
	}
	if o, _ := r.Original(2); len(o.Frame) != maxFrame {
		t.Fatalf("%d bytes kept", len(o.Frame))
	}
}

func TestNoRingKeepsNothing(t *testing.T) {
	var r *Ring
	r.Note(1, "webim", nil)
	if _, ok := r.Original(1); ok {
		t.Fatal("something out of nothing")
	}
}

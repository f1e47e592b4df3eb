package webimwire

import (
	"bytes"
	"testing"
)

// What decodes is written stably: once written by us, it is the same bytes again.
func FuzzDecode(f *testing.F) {
	for _, fx := range fixtures(f) {
		f.Add(fx.bytes(f), fx.up())
	}
	f.Fuzz(func(t *testing.T, frame []byte, fromClient bool) {
		once := rewrite(t, frame, fromClient)
		if once == nil {
			return
		}
		if twice := rewrite(t, once, fromClient); !bytes.Equal(once, twice) {
			t.Errorf("unstable:\n%x\n%x", once, twice)
		}
	})
}

// rewrite decodes a frame through all layers and writes it again; nil if it is no packet.
func rewrite(t *testing.T, frame []byte, fromClient bool) []byte {
	t.Helper()
	var metas []*Meta
	var encode func() ([]byte, error)
	if fromClient {
		up, err := DecodeUp(frame)
		if err != nil {
			return nil
		}
		_ = up.Token()
		if m := up.Sync.GetMeta(); m != nil {
			metas = append(metas, m)
		}
		encode = up.Encode
	} else {
		down, err := DecodeDown(frame)
		if err != nil {
			return nil
		}
		metas = down.Sync.GetMetas()
		encode = down.Encode
	}
	for _, m := range metas {
		body, err := Body(m)
		if err != nil {
			return nil
		}
		if mb, ok := body.(*MessageBody); ok {
			for _, kv := range mb.GetExt() {
				_, _ = kv.Go()
			}
		}
		if body != nil {
			if m.Payload, err = Pack(body); err != nil {
				t.Fatal(err)
			}
		}
	}
	b, err := encode()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A SockJS frame that decodes is, written anew, read as the same packets.
func FuzzSockJS(f *testing.F) {
	f.Add([]byte(`["AAE="]`))
	f.Add([]byte(`"AAE="`))
	f.Add([]byte(`["",""]`))
	f.Fuzz(func(t *testing.T, frame []byte) {
		packets, err := DecodeSockJS(frame)
		if err != nil {
			return
		}
		again, err := DecodeSockJS(EncodeSockJS(packets...)[1:])
		if err != nil || len(again) != len(packets) {
			t.Fatalf("%d packets became %d, %v", len(packets), len(again), err)
		}
		for i := range packets {
			if !bytes.Equal(packets[i], again[i]) {
				t.Fatal("a packet changed")
			}
		}
	})
}

// No compressed frame makes us hold more than the limit, or panics.
func FuzzInflate(f *testing.F) {
	var deflater Deflater
	for _, text := range []string{"", "hello", "hello hello hello hello hello hello"} {
		frame, err := deflater.Deflate([]byte(text))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(frame, frame)
	}
	f.Fuzz(func(t *testing.T, first, second []byte) {
		const limit = 4 << 10
		inflater := NewInflater(limit)
		for _, frame := range [][]byte{first, second} {
			packet, err := inflater.Inflate(frame)
			if err != nil {
				return
			}
			if len(packet) > limit {
				t.Fatalf("packet of %d bytes", len(packet))
			}
		}
	})
}

// What compresses comes back.
func FuzzDeflate(f *testing.F) {
	f.Add([]byte("hello"), []byte("hello"))
	f.Fuzz(func(t *testing.T, first, second []byte) {
		var deflater Deflater
		inflater := NewInflater(1 << 20)
		for _, packet := range [][]byte{first, second} {
			frame, err := deflater.Deflate(packet)
			if err != nil {
				t.Fatal(err)
			}
			got, err := inflater.Inflate(frame)
			if err != nil || !bytes.Equal(got, packet) {
				t.Fatalf("%x became %x, %v", packet, got, err)
			}
		}
	})
}

func FuzzCombine(f *testing.F) {
	file, err := EncodeCombine([]*Meta{{Id: new(uint64(1)), Payload: []byte("x")}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file)
	f.Fuzz(func(t *testing.T, file []byte) {
		metas, err := DecodeCombine(file)
		if err != nil {
			return
		}
		again, err := EncodeCombine(metas)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := DecodeCombine(again); err != nil || len(back) != len(metas) {
			t.Fatalf("%d messages became %d, %v", len(metas), len(back), err)
		}
	})
}

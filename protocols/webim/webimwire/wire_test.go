package webimwire

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/crc32"
	"math"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
)

// A hand-written batch is what the generated code writes for the same packet.
func TestBatchIsAnOrdinaryPacket(t *testing.T) {
	queue := UserJID("org#app", "bo", "")
	metas := []*Meta{{Id: new(uint64(7)), Ns: Meta_CHAT.Enum()}, {Id: new(uint64(math.MaxInt64))}}
	var encoded [][]byte
	for _, m := range metas {
		b, err := EncodeMeta(m)
		if err != nil {
			t.Fatal(err)
		}
		encoded = append(encoded, b)
	}
	for name, c := range map[string]struct {
		batch Batch
		want  *CommSyncDL
	}{
		"metas": {
			Batch{Queue: EncodeJID(queue), Metas: encoded, NextKey: 9, Time: 11},
			&CommSyncDL{Status: &Status{ErrorCode: Status_OK.Enum()}, Metas: metas, NextKey: new(uint64(9)), Queue: queue, Timestamp: new(uint64(11))},
		},
		"the end": {
			Batch{Queue: EncodeJID(queue), IsLast: true},
			&CommSyncDL{Status: &Status{ErrorCode: Status_OK.Enum()}, Queue: queue, IsLast: new(true)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			want, err := Down{Sync: c.want}.Encode()
			if err != nil {
				t.Fatal(err)
			}
			if got := c.batch.Encode(); !bytes.Equal(got, want) {
				t.Errorf("got %x, want %x", got, want)
			}
		})
	}
}

func TestTokenIsFoundWhereEachGenerationPutsIt(t *testing.T) {
	for name, c := range map[string]struct {
		up   Up
		want string
	}{
		"4.8 and later": {Up{Provision: &Provision{AuthToken: new(`{"token":"$t$abc"}`)}}, "abc"},
		"3.x":           {Up{Provision: &Provision{Auth: new("$t$abc")}}, "abc"},
		"envelope":      {Up{Provision: &Provision{}, Envelope: &MSync{Auth: new("$t$abc")}}, "abc"},
		"no mark":       {Up{Provision: &Provision{Auth: new("abc")}}, "abc"},
		"broken JSON":   {Up{Provision: &Provision{AuthToken: new(`{"token"`), Auth: new("$t$abc")}}, "abc"},
		"none":          {Up{Provision: &Provision{}}, ""},
		"nothing":       {Up{}, ""},
	} {
		if got := c.up.Token(); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestTypedValuesComeBack(t *testing.T) {
	for _, c := range []struct {
		kv   *KeyValue
		want any
	}{
		{StringValue("k", "v"), "v"},
		{BoolValue("k", true), true},
		{BoolValue("k", false), false},
		{IntValue("k", KeyValue_INT, -3), int64(-3)},
		{IntValue("k", KeyValue_LLINT, math.MinInt64), int64(math.MinInt64)},
		{IntValue("k", KeyValue_UINT, 5), uint64(5)},
		{FloatValue("k", 1.5), float32(1.5)},
		{DoubleValue("k", 1.25), 1.25},
	} {
		got, err := c.kv.Go()
		if err != nil || got != c.want {
			t.Errorf("%v: got %v (%T), %v", c.kv, got, got, err)
		}
	}
	got, err := JSONValue("k", `[1,null]`).Go()
	if text, ok := got.(json.RawMessage); err != nil || !ok || string(text) != `[1,null]` {
		t.Errorf("JSON: got %v, %v", got, err)
	}
}

func TestValueThatDoesNotFitItsTypeIsRefused(t *testing.T) {
	for _, kv := range []*KeyValue{
		{},
		{Key: new("k"), Type: KeyValue_STRING.Enum()},
		{Type: KeyValue_BOOL.Enum(), Value: &KeyValue_StringValue{StringValue: "true"}},
		{Type: KeyValue_DOUBLE.Enum(), Value: &KeyValue_VarintValue{VarintValue: 1}},
		{Type: new(KeyValue_ValueType(99)), Value: &KeyValue_VarintValue{VarintValue: 1}},
		JSONValue("k", "{"),
	} {
		if v, err := kv.Go(); !errors.Is(err, ErrMalformed) {
			t.Errorf("%v: got %v, %v", kv, v, err)
		}
	}
}

func TestSockJSFrames(t *testing.T) {
	packets := [][]byte{[]byte("one"), {}, {0xff, 0xfe, 0}}
	frame := EncodeSockJS(packets...)
	if frame[0] != 'a' {
		t.Fatalf("frame %q", frame)
	}
	got, err := DecodeSockJS(frame[1:])
	if err != nil || len(got) != len(packets) {
		t.Fatalf("got %d packets, %v", len(got), err)
	}
	for i := range got {
		if !bytes.Equal(got[i], packets[i]) {
			t.Errorf("packet %d: %x", i, got[i])
		}
	}
	if one, err := DecodeSockJS([]byte(`"AAE="`)); err != nil || len(one) != 1 || !bytes.Equal(one[0], []byte{0, 1}) {
		t.Errorf("a text alone: %v, %v", one, err)
	}
	if none, err := DecodeSockJS(nil); err != nil || none != nil {
		t.Errorf("empty frame: %v, %v", none, err)
	}
	if got := string(CloseSockJS(3000, `Go "away"!`)); got != `c[3000,"Go \"away\"!"]` {
		t.Errorf("close frame %s", got)
	}
}

func TestBrokenSockJSFramesAreRefused(t *testing.T) {
	many := "[" + strings.TrimSuffix(strings.Repeat(`"",`, maxSockJSPackets+1), ",") + "]"
	for _, frame := range []string{"[", "{}", `["*"]`, `[1]`, `"%"`, `"`, "hello", many} {
		if _, err := DecodeSockJS([]byte(frame)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%.20q: %v", frame, err)
		}
	}
}

func TestCompressedPacketsComeBack(t *testing.T) {
	var deflater Deflater
	inflater := NewInflater(1 << 20)
	for _, packet := range [][]byte{
		{}, []byte("x"), []byte("fourteen bytes"), []byte("fifteen bytes.."),
		bytes.Repeat([]byte("again and "), 1000), []byte("again and again"),
		incompressible(270), incompressible(15 + 255), incompressible(70 << 10), bytes.Repeat([]byte{7}, 200<<10),
	} {
		frame, err := deflater.Deflate(packet)
		if err != nil {
			t.Fatal(err)
		}
		got, err := inflater.Inflate(frame)
		if err != nil {
			t.Fatalf("packet of %d: %v", len(packet), err)
		}
		if !bytes.Equal(got, packet) {
			t.Fatalf("packet of %d bytes changed", len(packet))
		}
	}
	if len(inflater.dictionary) != maxDictionary {
		t.Errorf("dictionary of %d bytes", len(inflater.dictionary))
	}
}

// A linked block refers to the packet before it: that is what the SDK sends.
func TestLinkedBlockReadsFromThePacketBefore(t *testing.T) {
	inflater := NewInflater(1 << 10)
	var deflater Deflater
	first := []byte("the words of the first packet")
	frame, err := deflater.Deflate(first)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := inflater.Inflate(frame); err != nil {
		t.Fatal(err)
	}
	// No literals, a match of 20 bytes that starts at the first packet's start, then five literals.
	second := append(append([]byte{}, first[:20]...), "12345"...)
	block := []byte{0x0f, byte(len(first)), 0, 20 - 4 - 15, 5 << 4, '1', '2', '3', '4', '5'}
	linked := binary.AppendUvarint(nil, uint64(len(second)))
	linked = binary.BigEndian.AppendUint32(linked, crc32.ChecksumIEEE(second))
	linked = append(linked, block...)
	got, err := inflater.Inflate(linked)
	if err != nil || !bytes.Equal(got, second) {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestBrokenCompressionIsRefused(t *testing.T) {
	var deflater Deflater
	good, err := deflater.Deflate([]byte("some packet"))
	if err != nil {
		t.Fatal(err)
	}
	wrongSum := bytes.Clone(good)
	wrongSum[1] ^= 1
	for name, frame := range map[string][]byte{
		"empty": {}, "short": good[:3], "cut": good[:len(good)-1], "sum": wrongSum,
		"huge": binary.AppendUvarint(nil, 1<<40), "endless varint": bytes.Repeat([]byte{0xff}, 20),
		"too large": append(binary.AppendUvarint(nil, 65), 0, 0, 0, 0, 0),
	} {
		if _, err := NewInflater(64).Inflate(frame); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCombineFiles(t *testing.T) {
	metas := []*Meta{
		{Id: new(uint64(1)), Ns: Meta_CHAT.Enum(), Payload: []byte("a")},
		{Id: new(uint64(2)), Ns: Meta_CHAT.Enum(), Timestamp: new(uint64(5))},
	}
	file, err := EncodeCombine(metas)
	if err != nil {
		t.Fatal(err)
	}
	got, err := DecodeCombine(file)
	if err != nil || len(got) != 2 || !proto.Equal(got[0], metas[0]) || !proto.Equal(got[1], metas[1]) {
		t.Fatalf("got %v, %v", got, err)
	}
	for i := range file {
		broken := bytes.Clone(file)
		broken[i] ^= 0x40
		_, _ = DecodeCombine(broken) // an even byte's fault may pass; none may do harm
		if got, err := DecodeCombine(file[:i]); err == nil && len(got) > 0 {
			t.Errorf("cut at %d: %d messages", i, len(got))
		}
	}
}

func TestEmptyPayloadIsPresent(t *testing.T) {
	frame, err := Down{Unread: &CommUnreadDL{}}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	down, err := DecodeDown(frame)
	if err != nil || down.Envelope.Payload == nil || down.Unread == nil {
		t.Errorf("got %v, %v", down, err)
	}
}

func TestGarbageIsMalformed(t *testing.T) {
	for _, frame := range [][]byte{[]byte("GET / HTTP/1.1"), {0xff}, {0x40, 0, 0x4a, 2, 0xff, 0xff}, {0x40, 3, 0x4a, 1, 0x08}} {
		if _, err := DecodeUp(frame); !errors.Is(err, ErrMalformed) {
			t.Errorf("%x up: %v", frame, err)
		}
		if _, err := DecodeDown(frame); !errors.Is(err, ErrMalformed) {
			t.Errorf("%x down: %v", frame, err)
		}
	}
}

// incompressible returns n bytes without repetitions worth naming.
func incompressible(n int) []byte {
	b := make([]byte, n)
	state := uint64(88172645463325252)
	for i := range b {
		state ^= state << 13
		state ^= state >> 7
		state ^= state << 17
		b[i] = byte(state)
	}
	return b
}

package webimwire

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// fixture is a frame that a real SDK sent or accepted, and how its author read it.
type fixture struct {
	Case       string
	Direction  string
	Frame      string `json:"frame_base64"`
	SockJSText string `json:"sockjs_text"`
	Decoded    json.RawMessage
}

func (f fixture) up() bool { return f.Direction == "client-to-server" }

// fixtures reads all frames in testdata by file name; transcripts of XMPP and
// lists of REST calls hold no frame and are left out.
func fixtures(t testing.TB) map[string]fixture {
	t.Helper()
	paths, err := filepath.Glob("testdata/frames/*.json")
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]fixture)
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var f fixture
		if err := json.Unmarshal(b, &f); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if f.Frame != "" {
			all[filepath.Base(path)] = f
		}
	}
	if len(all) < 240 {
		t.Fatalf("only %d frames in testdata", len(all))
	}
	return all
}

func (f fixture) bytes(t testing.TB) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(f.Frame)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Every frame of the real SDKs decodes to its last layer and is written again as
// the same bytes.
func TestFramesOfRealSDKsSurvive(t *testing.T) {
	for name, f := range fixtures(t) {
		t.Run(name, func(t *testing.T) {
			frame := f.bytes(t)
			var again []byte
			var metas []*Meta
			var err error
			if f.up() {
				var up Up
				if up, err = DecodeUp(frame); err != nil {
					t.Fatal(err)
				}
				if up.Sync.GetMeta() != nil {
					metas = append(metas, up.Sync.GetMeta())
				}
				repackAll(t, metas)
				again, err = up.Encode()
			} else {
				var down Down
				if down, err = DecodeDown(frame); err != nil {
					t.Fatal(err)
				}
				metas = down.Sync.GetMetas()
				repackAll(t, metas)
				again, err = down.Encode()
			}
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(again, frame) {
				t.Errorf("written again it differs:\n got %x\nwant %x", again, frame)
			}
		})
	}
}

// repackAll replaces each Meta's payload with its decoded body, encoded again, so
// that a loss in the innermost layer shows in the frame.
func repackAll(t *testing.T, metas []*Meta) {
	t.Helper()
	for _, m := range metas {
		body, err := Body(m)
		if err != nil {
			t.Fatal(err)
		}
		if body == nil {
			if !json.Valid(m.GetPayload()) {
				t.Errorf("payload of %v is no JSON", m.GetNs())
			}
			continue
		}
		if len(body.ProtoReflect().GetUnknown()) > 0 {
			t.Errorf("%v body has fields that the schema lacks", m.GetNs())
		}
		if m.Payload, err = Pack(body); err != nil {
			t.Fatal(err)
		}
	}
}

// The fixtures also say what each frame means; the decoder agrees.
func TestFramesMeanWhatTheirAuthorRead(t *testing.T) {
	for name, f := range fixtures(t) {
		t.Run(name, func(t *testing.T) {
			var layers struct {
				Payload map[string]json.RawMessage
			}
			if err := json.Unmarshal(f.Decoded, &layers); err != nil {
				t.Fatal(err)
			}
			if f.up() {
				up, err := DecodeUp(f.bytes(t))
				if err != nil {
					t.Fatal(err)
				}
				comparePayload(t, layers.Payload["CommSyncUL"], up.Sync)
				comparePayload(t, layers.Payload["Provision"], up.Provision)
				return
			}
			down, err := DecodeDown(f.bytes(t))
			if err != nil {
				t.Fatal(err)
			}
			comparePayload(t, layers.Payload["CommSyncDL"], down.Sync)
			comparePayload(t, layers.Payload["CommUnreadDL"], down.Unread)
			comparePayload(t, layers.Payload["CommNotice"], down.Notice)
			comparePayload(t, layers.Payload["Provision"], down.Provision)
		})
	}
}

// comparePayload reads want, in which a Meta's payload stands as an object named
// after its type, into a new message and compares it with got.
func comparePayload(t *testing.T, want json.RawMessage, got proto.Message) {
	t.Helper()
	if want == nil {
		return
	}
	var tree any
	if err := json.Unmarshal(want, &tree); err != nil {
		t.Fatal(err)
	}
	sealPayloads(t, tree)
	sealed, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	expected := got.ProtoReflect().New().Interface()
	if err := protojson.Unmarshal(sealed, expected); err != nil {
		t.Fatalf("fixture's reading: %v\n%s", err, sealed)
	}
	if down, ok := got.(*CommSyncDL); ok {
		sortJSON(t, down.GetMetas())
	}
	if !proto.Equal(expected, got) {
		t.Errorf("decoded differs:\n got %v\nwant %v", got, expected)
	}
}

// sortJSON writes what is JSON text in Metas with sorted keys, as the fixtures'
// readings are.
func sortJSON(t *testing.T, metas []*Meta) {
	t.Helper()
	for _, m := range metas {
		if m.GetNs() == Meta_NOTIFY {
			m.Payload = sortedJSON(t, m.GetPayload())
		}
		if m.Meta != nil {
			m.Meta = sortedJSON(t, m.GetMeta())
		}
	}
}

func sortedJSON(t *testing.T, text []byte) []byte {
	t.Helper()
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// sealPayloads encodes each Meta payload in a fixture's tree as protojson expects
// bytes: base64.
func sealPayloads(t *testing.T, node any) {
	t.Helper()
	switch n := node.(type) {
	case []any:
		for _, item := range n {
			sealPayloads(t, item)
		}
	case map[string]any:
		if _, isMeta := n["ns"]; isMeta {
			if layers, ok := n["payload"].(map[string]any); ok {
				n["payload"] = base64.StdEncoding.EncodeToString(sealOne(t, layers))
			}
			if text, ok := n["meta"].(map[string]any); ok {
				n["meta"] = base64.StdEncoding.EncodeToString(sortedJSON(t, []byte(text["json"].(string))))
			}
			return
		}
		for _, item := range n {
			sealPayloads(t, item)
		}
	}
}

func sealOne(t *testing.T, layers map[string]any) []byte {
	t.Helper()
	bodies := map[string]proto.Message{
		"MessageBody": new(MessageBody), "MUCBody": new(MUCBody), "RosterBody": new(RosterBody),
		"StatisticsBody": new(StatisticsBody), "ConferenceBody": new(ConferenceBody),
	}
	for kind, value := range layers {
		if kind == "json" {
			b, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		body := bodies[kind]
		if body == nil {
			t.Fatalf("fixture has a payload of kind %q: %s", kind, text)
		}
		if err := protojson.Unmarshal(text, body); err != nil {
			t.Fatal(err)
		}
		b, err := Pack(body)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	return nil
}

// The SockJS texts that 3.x and 4.8 sent hold the same frame.
func TestSockJSTextsOfRealSDKs(t *testing.T) {
	seen := 0
	for name, f := range fixtures(t) {
		if f.SockJSText == "" || !strings.HasPrefix(f.SockJSText, "[") {
			continue
		}
		seen++
		packets, err := DecodeSockJS([]byte(f.SockJSText))
		if err != nil || len(packets) != 1 || !bytes.Equal(packets[0], f.bytes(t)) {
			t.Errorf("%s: %d packets, %v", name, len(packets), err)
		}
	}
	if seen < 20 {
		t.Errorf("only %d texts seen", seen)
	}
}

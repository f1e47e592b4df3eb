package webimmap

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"dragoman/bridge/chat"
	"dragoman/mapping"
	"dragoman/mapping/names"
	"dragoman/mapping/samples"
	"dragoman/protocols/webim/webimwire"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// directory is Names for tests: every user exists, groups are numbered from 9, rooms from 8.
type directory struct{ names.Reader }

func (directory) Conv(native string) (chat.Conv, error) {
	switch {
	case native == samples.RoomID, strings.HasPrefix(native, "8"), native == "200000525200081", native == "200000224328777", native == "200000345606374":
		return chat.Room(native), nil
	case native == "7140000000003":
		return chat.Thread(native), nil
	case strings.HasPrefix(native, "missing"):
		return chat.Conv{}, chat.RefuseFor(chat.NoGroup, "there is no such group")
	default:
		return chat.Group(native), nil
	}
}

func (directory) Details(c chat.Conv) *chat.Details {
	return &chat.Details{Conv: c, Name: "team", Count: 5, Parent: chat.Group(samples.GroupID), Root: chat.Ref{ID: 77}}
}

func (directory) Mutual(a, b chat.UserID) bool { return false }

func (directory) Newest(c chat.Conv, ref chat.Ref) bool { return ref.ID%2 == 0 }

func realm(t testing.TB) Realm {
	memory := new(names.Memory)
	for _, u := range []chat.UserID{samples.Alice, samples.Bob, samples.Carol} {
		memory.AddAccount(u)
	}
	return Realm{
		AppKey: "org#app", Base: "http://chat.example.org",
		Names:  directory{names.New(memory).For(t.Context(), names.WebIM)},
		Secret: func(id string) string { return "s" + id[:4] },
		Detour: func(url string) string { return "x-" + base64.RawURLEncoding.EncodeToString([]byte(url)) },
		Undetour: func(segment string) (string, bool) {
			link, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(segment, "x-"))
			return string(link), err == nil && strings.HasPrefix(segment, "x-")
		},
	}
}

// readers are for whom each sample is written.
var readers = map[string]Reader{
	"bob 4.21":             {User: samples.Bob, Device: "webim_web_1", Generation: Gen5},
	"bob 3.6":              {User: samples.Bob, Device: "webim_1", Generation: Gen3},
	"carol 4.21":           {User: samples.Carol, Device: "webim_web_2", Generation: Gen5},
	"alice's other device": {User: samples.Alice, Device: "webim_web_9", Generation: Gen5},
}

// Each sample is written for each reader as its golden file says; -update rewrites them.
func TestSamplesAreWrittenAsBefore(t *testing.T) {
	r := realm(t)
	for _, s := range samples.All() {
		t.Run(s.Name, func(t *testing.T) {
			shown := map[string]any{}
			for name, reader := range readers {
				metas, err := r.FromEvent(s.Record, reader)
				if err != nil {
					t.Fatal(err)
				}
				shown[name] = show(t, metas)
			}
			compareGolden(t, filepath.Join("testdata", "samples", s.Name+".json"), shown)
		})
	}
}

// show writes Metas as JSON, bodies opened, ids that are derived left as they are.
func show(t *testing.T, metas []*webimwire.Meta) []any {
	t.Helper()
	list := []any{}
	for _, m := range metas {
		body, err := webimwire.Body(m)
		if err != nil {
			t.Fatal(err)
		}
		var opened any
		if body != nil {
			opened = plain(t, body)
		} else if err := json.Unmarshal(m.GetPayload(), &opened); err != nil {
			t.Fatal(err)
		}
		outer, ok := proto.Clone(m).(*webimwire.Meta)
		if !ok {
			t.Fatal("not a meta")
		}
		outer.Payload = nil
		list = append(list, map[string]any{"meta": plain(t, outer), "body": opened})
	}
	return list
}

func plain(t *testing.T, m proto.Message) any {
	t.Helper()
	b, err := protojson.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func compareGolden(t *testing.T, path string, v any) {
	t.Helper()
	got, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("differs from %s:\n%s", path, got)
	}
}

// Every message that a real SDK sent comes out again as it went in: for a reader
// of the same protocol nothing is lost on the way through the model.
func TestFramesOfRealSDKsPassThroughTheModel(t *testing.T) {
	r := realm(t)
	for name, up := range uplinks(t) {
		meta := up.Sync.GetMeta()
		if meta == nil || meta.GetNs() != webimwire.Meta_CHAT {
			continue
		}
		t.Run(name, func(t *testing.T) {
			body := bodyOf(t, meta)
			me := chat.UserID(body.GetFrom().GetName())
			d, err := r.ToDraft(me, meta)
			if err != nil {
				t.Fatal(err)
			}
			if err := d.Check(); err != nil {
				t.Fatal(err)
			}
			d.Time = time.UnixMilli(1795377508310)
			ev := &chat.Event{Draft: d, ID: 555, From: me, Device: "webim_1"}
			reader := Reader{User: chat.UserID(body.GetTo().GetName()), Generation: Gen5}
			if receipt, ok := d.Body.(chat.Receipt); ok && d.Conv.Kind == chat.KindGroup && len(receipt.Messages) > 0 {
				reader.User = "author"
			}
			metas, err := r.FromEvent(chat.Record{Event: ev}, reader)
			if err != nil || len(metas) != 1 {
				t.Fatalf("%d metas, %v", len(metas), err)
			}
			compareBodies(t, r, body, bodyOf(t, metas[0]))
			if got, want := metas[0].GetTo().GetName(), meta.GetTo().GetName(); got != want {
				t.Errorf("sent to %q, told to %q", want, got)
			}
			for _, kv := range meta.GetExt() {
				if found := find(metas[0].GetExt(), kv.GetKey()); !proto.Equal(found, kv) {
					t.Errorf("meta ext %v became %v", kv, found)
				}
			}
		})
	}
}

func compareBodies(t *testing.T, r Realm, sent, got *webimwire.MessageBody) {
	t.Helper()
	if sent.GetType() == webimwire.MessageBody_EDIT {
		// The server adds who edited when; the scope is always the whole message.
		got.Meta, sent.Meta, got.EditScope, sent.EditScope = nil, nil, nil, nil
	}
	if sent.GetType() == webimwire.MessageBody_READ_ACK {
		got.Ext = nil // how many have read
	}
	if sent.GetMeta() == `{"thread":{}}` {
		got.Meta, sent.Meta = nil, nil
	}
	same, err := r.equal(sent, got)
	if err != nil {
		t.Fatal(err)
	}
	if !same {
		t.Errorf("came out different:\n got %v\nwant %v", got, sent)
	}
}

func bodyOf(t *testing.T, m *webimwire.Meta) *webimwire.MessageBody {
	t.Helper()
	b, err := webimwire.Body(m)
	if err != nil {
		t.Fatal(err)
	}
	body, ok := b.(*webimwire.MessageBody)
	if !ok {
		t.Fatalf("body is %T", b)
	}
	return body
}

// Each Meta that a real SDK sent is read as its golden file says.
func TestFramesOfRealSDKsAreReadAsBefore(t *testing.T) {
	r := realm(t)
	for name, up := range uplinks(t) {
		meta := up.Sync.GetMeta()
		if meta == nil || meta.GetNs() == webimwire.Meta_STATISTIC || meta.GetNs() == webimwire.Meta_MUC {
			continue
		}
		t.Run(name, func(t *testing.T) {
			d, err := r.ToDraft("me", meta)
			if err != nil {
				t.Fatal(err)
			}
			kind, data, err := chat.MarshalBody(d.Body)
			if err != nil {
				t.Fatal(err)
			}
			compareGolden(t, filepath.Join("testdata", "drafts", name), map[string]any{
				"conv": d.Conv.String(), "client id": d.ClientID, "to": d.To, "device": d.ToDevice,
				"kind": kind, "body": json.RawMessage(data), "native": len(d.Native.Data) > 0,
			})
		})
	}
}

func uplinks(t *testing.T) map[string]webimwire.Up {
	t.Helper()
	paths, err := filepath.Glob("../../protocols/webim/webimwire/testdata/frames/*.ul.json")
	if err != nil || len(paths) < 80 {
		t.Fatalf("%d frames, %v", len(paths), err)
	}
	all := map[string]webimwire.Up{}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var f struct {
			Frame []byte `json:"frame_base64"`
		}
		if err := json.Unmarshal(b, &f); err != nil {
			t.Fatal(err)
		}
		up, err := webimwire.DecodeUp(f.Frame)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(path)] = up
	}
	return all
}

// foreign reports whether no client of this protocol says such a thing: bytes and words stand in fields of their own here, and
// what is recalled is said by the recall.
func foreign(c chat.Content) bool {
	switch c := c.(type) {
	case chat.Recalled:
		return true
	case chat.Command:
		return len(c.Data) > 0
	case chat.Custom:
		return len(c.Data) > 0 || c.Text != ""
	}
	return false
}

// What the table calls exact both ways comes back as the same draft.
func TestExactKindsComeBack(t *testing.T) {
	r := realm(t)
	for _, s := range samples.All() {
		m, ok := s.Record.Event.Body.(chat.Message)
		if !ok || s.Record.Event.Conv.Kind == chat.KindAll || !exact(s.Record.Event) || foreign(m.Content) {
			continue
		}
		metas, err := r.FromEvent(s.Record, readers["bob 4.21"])
		if err != nil || len(metas) != 1 {
			t.Fatalf("%s: %d metas, %v", s.Name, len(metas), err)
		}
		d, err := r.ToDraft(samples.Alice, metas[0])
		if err != nil {
			t.Fatalf("%s: %v", s.Name, err)
		}
		back, ok := d.Body.(chat.Message)
		if !ok || !reflect.DeepEqual(untyped(back.Content), untyped(m.Content)) || d.Conv != s.Record.Event.Conv {
			t.Errorf("%s: came back as %+v in %v", s.Name, d.Body, d.Conv)
		}
	}
}

// untyped is a content without the types of its files, which the shelf knows and the wire does not say, and without the
// preview's name, which the wire always says.
func untyped(c chat.Content) chat.Content {
	if media, ok := c.(chat.Media); ok {
		media.File.Type, media.Thumb.Type, media.Thumb.Name = "", "", ""
		return media
	}
	return c
}

func exact(ev *chat.Event) bool {
	ev = &chat.Event{Draft: chat.Draft{Conv: ev.Conv, Body: ev.Body}} // whatever protocol it came from
	grade, _ := Table().Shown(ev)
	return grade == mapping.Exact
}

// Every refusal has words, and none has those that leave a 4.x promise open.
func TestEveryRefusalHasWords(t *testing.T) {
	known := map[string]bool{"sensitive words": true, "blocked by mod_antispam": true, "user is mute": true, "traffic limit": true, "Sorry, data is too large": true}
	for _, what := range []asked{askedMessage, askedRecall, askedEdit, askedJoin} {
		for _, c := range chat.Codes() {
			for why := chat.NoReason; why <= chat.Silenced; why++ {
				w := refusalWord(what, c, why, "public words")
				if w.reason == "" || w.code == webimwire.Status_OK {
					t.Errorf("%v %v %v: %+v", what, c, why, w)
				}
				if w.code == denied && !known[w.reason] {
					t.Errorf("%v %v %v: code 7 with %q", what, c, why, w.reason)
				}
			}
		}
	}
}

// A gate changed the text: what the sender's client wrote beside it is not used.
func TestNativeOfAChangedMessageIsNotUsed(t *testing.T) {
	r := realm(t)
	body := &webimwire.MessageBody{Type: webimwire.MessageBody_CHAT.Enum(), Contents: []*content{text("bad word")}, Meta: new(`{"translations":[{"code":"fr","text":"gros mot"}]}`)}
	payload, err := webimwire.Pack(body)
	if err != nil {
		t.Fatal(err)
	}
	d, err := r.ToDraft(samples.Alice, &webimwire.Meta{Ns: webimwire.Meta_CHAT.Enum(), To: webimwire.UserJID("org#app", "bob", ""), Payload: payload})
	if err != nil || len(d.Native.Data) == 0 {
		t.Fatalf("draft %+v, %v", d, err)
	}
	d.Body = chat.Message{Content: chat.Text{Text: "*** word"}}
	metas, err := r.FromEvent(chat.Record{Event: &chat.Event{Draft: d, ID: 5, From: samples.Alice}}, readers["bob 4.21"])
	if err != nil || len(metas) != 1 {
		t.Fatalf("%d metas, %v", len(metas), err)
	}
	if got := bodyOf(t, metas[0]); got.Meta != nil || got.GetContents()[0].GetText() != "*** word" {
		t.Errorf("told %v", got)
	}
}

// Who does not know a file's secret cannot pass it on as his own.
func TestFileWithoutItsSecretIsForeign(t *testing.T) {
	r := realm(t)
	link := "http://anywhere:1/org/app/chatfiles/abcd-1"
	if f := r.file(link, "sabcd"); f.ID != "abcd-1" || f.URL != "" {
		t.Errorf("with the secret: %+v", f)
	}
	if f := r.file(link+"?em-redirect=true&share-secret=sabcd", "sabcd"); f.ID != "abcd-1" {
		t.Errorf("with a query: %+v", f)
	}
	if f := r.file("http://anywhere:1/org/app/chatfiles/abcd-1.sabcd", ""); f.ID != "abcd-1" {
		t.Errorf("with the secret in the path: %+v", f)
	}
	for _, secret := range []string{"", "wrong"} {
		if f := r.file(link, secret); f.ID != "" || f.URL != link {
			t.Errorf("secret %q: %+v", secret, f)
		}
	}
}

// One event in several Metas: no two may have one id, and none that of another event.
func TestExtraIDsAreNobodyElses(t *testing.T) {
	seen := map[uint64]bool{}
	for n := 1; n < 1000; n++ {
		id := extraID(chat.NewEventID(time.Now(), 0, n), n)
		if seen[id] || id >= 1<<63 || chat.EventID(id).Shard() != chat.ImportShard-1 {
			t.Fatalf("id %d", id)
		}
		seen[id] = true
	}
}

func TestPayloadsReadBackWhatTheyShow(t *testing.T) {
	r := realm(t)
	for _, s := range samples.All() {
		m, ok := s.Record.Event.Body.(chat.Message)
		if !ok {
			continue
		}
		p, ok := r.PayloadOf(s.Record.Event)
		if !ok || len(p.Bodies) != 1 || !json.Valid([]byte(p.Text())) {
			t.Fatalf("%s: %+v", s.Name, p)
		}
		body, err := json.Marshal(p.Bodies[0])
		if err != nil {
			t.Fatal(err)
		}
		ext, err := json.Marshal(p.Ext)
		if err != nil {
			t.Fatal(err)
		}
		kind, _ := p.Bodies[0]["type"].(string)
		back, err := r.FromPayload(kind, body, ext)
		if err != nil {
			t.Errorf("%s: %v", s.Name, err)
			continue
		}
		if text, ok := m.Content.(chat.Text); ok && back.Content != text {
			t.Errorf("%s: came back as %+v", s.Name, back.Content)
		}
	}
}

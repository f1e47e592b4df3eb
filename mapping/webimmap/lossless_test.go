package webimmap

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"dragoman/bridge/chat"
	"dragoman/mapping/samples"
	"dragoman/protocols/webim/webimwire"
)

// Whatever a WebIM client puts into a message, readers of the newest WebIM clients get it: through the model, its stored
// form, and back; fields that the schema does not know too. Ids and times are the server's to say.
func TestWebIMThroughTheModelIsLossless(t *testing.T) {
	realm := realm(t)
	samples.Lossless(t, func(t *testing.T, r *rand.Rand) {
		meta, sent := someMeta(t, r)
		d, err := realm.ToDraft(samples.Alice, meta)
		if err != nil {
			t.Fatalf("%v: %v", sent, err)
		}
		if d.Body, err = samples.Stored(d.Body); err != nil {
			t.Fatal(err)
		}
		d.Time = time.UnixMilli(1795377508310)
		ev := &chat.Event{Draft: d, ID: 555, From: samples.Alice, Device: "webim_1"}
		metas, err := realm.FromEvent(chat.Record{Event: ev}, Reader{User: samples.Bob, Generation: Gen5})
		if err != nil || len(metas) != 1 {
			t.Fatalf("%v: %d packets, %v", sent, len(metas), err)
		}
		got := bodyOf(t, metas[0])
		if typing, ok := d.Body.(chat.Typing); ok && typing.Active == (got.GetContents()[0].GetAction() == typingBegin) {
			return
		}
		compareBodies(t, realm, sent, got)
		for _, kv := range meta.GetExt() {
			if found := find(metas[0].GetExt(), kv.GetKey()); !proto.Equal(found, kv) {
				t.Fatalf("ext of the envelope: %v became %v", kv, found)
			}
		}
	})
}

func someMeta(t *testing.T, r *rand.Rand) (*webimwire.Meta, *webimwire.MessageBody) {
	kinds := []webimwire.MessageBody_Type{webimwire.MessageBody_CHAT, webimwire.MessageBody_GROUPCHAT, webimwire.MessageBody_CHATROOM, webimwire.MessageBody_EDIT}
	kind := kinds[r.IntN(len(kinds))]
	to := webimwire.UserJID("org#app", "bob", "")
	switch kind {
	case webimwire.MessageBody_GROUPCHAT:
		to = webimwire.GroupJID("org#app", samples.GroupID)
	case webimwire.MessageBody_CHATROOM:
		to = webimwire.GroupJID("org#app", samples.RoomID)
	}
	body := &webimwire.MessageBody{Type: &kind, From: &webimwire.JID{Name: new("alice")}, To: &webimwire.JID{Name: to.Name},
		Contents: []*content{someContent(r)}, Ext: someFields(r)}
	if kind == webimwire.MessageBody_EDIT {
		body.EditMessageId, body.EditScope = new(uint64(1<<60+r.Uint64()>>8)), webimwire.MessageBody_BODY_AND_EXT.Enum()
	} else if r.IntN(6) == 0 {
		body.MsgConfig = &webimwire.MessageBody_MessageConfig{AllowGroupAck: new(r.IntN(2) == 0)}
	}
	if r.IntN(8) == 0 {
		unknown := protowire.AppendTag(nil, 900, protowire.BytesType)
		body.ProtoReflect().SetUnknown(protowire.AppendString(unknown, someWords(r)))
	}
	payload, err := webimwire.Pack(body)
	if err != nil {
		t.Fatal(err)
	}
	meta := &webimwire.Meta{Id: new(r.Uint64() >> 2), To: to, Ns: webimwire.Meta_CHAT.Enum(), Payload: payload}
	if r.IntN(6) == 0 && kind != webimwire.MessageBody_EDIT {
		meta.Ext = []*webimwire.KeyValue{webimwire.StringValue("own", someWords(r))}
	}
	return meta, body
}

func someContent(r *rand.Rand) *content {
	pick := webimwire.MessageBody_Content_Type(r.IntN(8))
	c := &content{Type: &pick}
	switch pick {
	case webimwire.MessageBody_Content_TEXT:
		c.Text = new(someWords(r))
		if r.IntN(10) == 0 {
			c.SubType, c.Title, c.Summary, c.CombineLevel = webimwire.MessageBody_Content_SUB_COMBINE.Enum(), new(someWords(r)), new(someWords(r)), new(int32(r.IntN(10)))
			c.RemotePath, c.SecretKey, c.DisplayName = new("https://elsewhere.example/"+fmt.Sprint(r.Uint32())), new("s"), new(someWords(r))
		}
	case webimwire.MessageBody_Content_LOCATION:
		c.Latitude, c.Longitude, c.Address = new(r.Float64()*180-90), new(r.Float64()*360-180), new(someWords(r))
		if r.IntN(2) == 0 {
			c.BuildingName = new(someWords(r))
		}
	case webimwire.MessageBody_Content_COMMAND:
		c.Action, c.Params = new(someWords(r)), someFields(r)
	case webimwire.MessageBody_Content_CUSTOM:
		c.CustomEvent, c.CustomExts = new(someWords(r)), someFields(r)
	default:
		c.RemotePath, c.DisplayName = new("http://anywhere:1/org/app/chatfiles/abcd-"+fmt.Sprint(r.IntN(9))), new(someWords(r))
		if r.IntN(3) > 0 {
			c.SecretKey = new([]string{"sabcd", "wrong"}[r.IntN(2)])
		}
		if r.IntN(2) == 0 {
			c.FileLength, c.Duration = new(int32(r.IntN(1<<30))), new(int32(r.IntN(300)))
		}
		if r.IntN(2) == 0 {
			c.Size = &webimwire.MessageBody_Content_Size{Width: new(float64(r.IntN(4000))), Height: new(float64(r.IntN(4000)))}
		}
		if r.IntN(3) == 0 {
			c.ThumbnailRemotePath, c.ThumbnailSecretKey = new("https://elsewhere.example/t"), new("")
		}
		if pick == webimwire.MessageBody_Content_IMAGE && r.IntN(4) == 0 {
			c.SubType = webimwire.MessageBody_Content_SUB_GIF.Enum()
		}
	}
	return c
}

// someFields are typed fields, with the names that applications agree on among them.
func someFields(r *rand.Rand) []*webimwire.KeyValue {
	var kvs []*webimwire.KeyValue
	for i := range r.IntN(4) {
		k := fmt.Sprintf("k%d", i)
		switch r.IntN(9) {
		case 0:
			kvs = append(kvs, webimwire.BoolValue(k, r.IntN(2) == 0))
		case 1:
			kvs = append(kvs, webimwire.IntValue(k, webimwire.KeyValue_INT, int64(int32(r.Uint32()))))
		case 2:
			kvs = append(kvs, webimwire.IntValue(k, webimwire.KeyValue_LLINT, int64(r.Uint64())))
		case 3:
			kvs = append(kvs, webimwire.DoubleValue(k, r.NormFloat64()))
		case 4:
			kvs = append(kvs, webimwire.FloatValue(k, r.Float32()))
		case 5:
			kvs = append(kvs, webimwire.JSONValue(k, `{"a": [1, null,"`+strings.Repeat("é", r.IntN(4))+`"]}`))
		case 6:
			kvs = append(kvs, webimwire.JSONValue(extMentions, []string{`["bob"]`, `["bob","nobody"]`, `[]`, `{"x":1}`}[r.IntN(4)]))
		case 7:
			kvs = append(kvs, webimwire.JSONValue(extQuote, []string{`{"msgID":"2235903042245361664","msgPreview":"p","msgSender":"bob","msgType":"txt"}`, `{"msgID":""}`, `3`}[r.IntN(3)]))
		default:
			kvs = append(kvs, webimwire.StringValue(k, someWords(r)))
		}
	}
	return kvs
}

func someWords(r *rand.Rand) string {
	var b strings.Builder
	for range r.IntN(12) {
		b.WriteRune([]rune{'a', 'B', ' ', '<', '&', '"', '\\', 'é', '世', '👋', '\n', '\u200d', '{', '\x01', '\u2028', '/'}[r.IntN(16)])
	}
	return b.String()
}

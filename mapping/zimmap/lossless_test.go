package zimmap

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dragoman/bridge/chat"
	"dragoman/mapping/samples"
	"dragoman/protocols/zim/zimwire"
)

// Whatever a ZIM client puts into a message, ZIM readers get it: through the model, its stored form, and back. Ids, times
// and links are the server's to say.
func TestZIMThroughTheModelIsLossless(t *testing.T) {
	samples.Lossless(t, func(t *testing.T, r *rand.Rand) {
		w := someMessage(r, 2)
		conv := chat.Group("g")
		if w.Type == zimwire.MessageTypeBarrage {
			conv = chat.Room("r")
		}
		w.LocalMessageID = fmt.Sprint(r.Uint64())
		m := mapOf(samples.Alice, nil)
		d, err := m.Send(w, conv, zimwire.MessageSendConfig{Priority: zimwire.MessagePriorityHigh}, chat.Ref{})
		if err != nil {
			t.Fatalf("%+v: %v", w, err)
		}
		if d.Body, err = samples.Stored(d.Body); err != nil {
			t.Fatal(err)
		}
		e := chat.Entry{Event: chat.Event{Draft: d, ID: chat.NewEventID(time.UnixMilli(1_800_000_000_000), 0, 1), From: samples.Alice, Seq: 3}}
		got, ok := m.FromEntry(e)
		if !ok {
			t.Fatalf("not shown: %+v", w)
		}
		if w.Type == zimwire.MessageTypeCombine {
			opened, err := m.Quoted(e, nil)
			if err != nil {
				t.Fatal(err)
			}
			got.MessageList = opened.MessageList
		}
		if diff := cmp.Diff(w, without(got, w)); diff != "" {
			t.Fatal(diff)
		}
	})
}

// someMessage is one of any type that clients send. depth bounds combinations.
func someMessage(r *rand.Rand, depth int) zimwire.Message {
	w := someBody(r, depth)
	if w.Type != zimwire.MessageTypeBarrage && r.IntN(3) == 0 {
		w.ExtendedData = []string{`{"a":1}`, "plain", someText(r), "{", `{"extendedData":"x"}`, " "}[r.IntN(6)]
	}
	if r.IntN(4) == 0 {
		w.MentionedUserIDs, w.IsMentionAll = []string{"bob", "carol"}[:1+r.IntN(2)], r.IntN(2) == 0
	}
	return w
}

func someBody(r *rand.Rand, depth int) zimwire.Message {
	types := []zimwire.MessageType{zimwire.MessageTypeText, zimwire.MessageTypeCommand, zimwire.MessageTypeCustom, zimwire.MessageTypeImage,
		zimwire.MessageTypeFile, zimwire.MessageTypeAudio, zimwire.MessageTypeVideo, zimwire.MessageTypeBarrage, zimwire.MessageTypeMultiple,
		zimwire.MessageTypeCombine}
	if depth == 0 {
		types = types[:7]
	}
	w := zimwire.Message{Type: types[r.IntN(len(types))]}
	switch w.Type {
	case zimwire.MessageTypeText, zimwire.MessageTypeBarrage:
		w.Message = "t" + someText(r)
	case zimwire.MessageTypeCommand:
		data := make([]byte, 1+r.IntN(20))
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		w.Message = base64.StdEncoding.EncodeToString(data)
	case zimwire.MessageTypeCustom:
		w.Message, w.SubType, w.SearchedContent = someText(r), int64(r.IntN(200)), someText(r)
	case zimwire.MessageTypeMultiple:
		for range 1 + r.IntN(4) {
			part := someBody(r, 0)
			if part.Type != zimwire.MessageTypeCommand {
				w.MessageInfoList = append(w.MessageInfoList, liteOf(part))
			}
		}
		if w.MessageInfoList == nil {
			w.MessageInfoList = []zimwire.MessageLiteInfo{{Type: zimwire.MessageTypeText, Message: "t"}}
		}
	case zimwire.MessageTypeCombine:
		w.Title, w.Summary = "title", "s"+someText(r)
		for range 1 + r.IntN(3) {
			w.MessageList = append(w.MessageList, someMessage(r, 0))
		}
	default:
		return someFile(r, w)
	}
	return w
}

func someFile(r *rand.Rand, w zimwire.Message) zimwire.Message {
	w.FileName, w.FileSize = someText(r)+".bin", int64(1+r.IntN(1_000_000))
	w.FileDownloadURL = []string{"https://elsewhere.example/" + fmt.Sprint(r.Uint32()), "https://files.example.org/f" + fmt.Sprint(r.IntN(9))}[r.IntN(2)]
	switch w.Type {
	case zimwire.MessageTypeImage:
		w.OriginalImageWidth, w.OriginalImageHeight = int64(r.IntN(4000)), int64(r.IntN(4000))
	case zimwire.MessageTypeAudio:
		w.AudioDuration = int64(r.IntN(300))
	case zimwire.MessageTypeVideo:
		w.VideoDuration = int64(r.IntN(300))
		if r.IntN(2) == 0 {
			w.VideoFirstFrameDownloadURL, w.VideoFirstFrameWidth, w.VideoFirstFrameHeight = "https://elsewhere.example/f.png", int64(r.IntN(900)), int64(r.IntN(900))
		}
	}
	return w
}

func someText(r *rand.Rand) string {
	var b strings.Builder
	for range r.IntN(12) {
		b.WriteRune([]rune{'a', 'B', ' ', '<', '&', '"', '\\', 'é', '世', '👋', '\n', '\u200d', '{', '\x01', '\u2028', '/'}[r.IntN(16)])
	}
	return b.String()
}

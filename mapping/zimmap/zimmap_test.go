package zimmap

import (
	"bytes"
	"encoding/base64"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dragoman/bridge/chat"
	"dragoman/mapping/samples"
	"dragoman/protocols/zim/zimwire"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// directory is Directory for tests.
type directory struct{ entry *chat.Entry }

func (directory) Profile(u chat.UserID) zimwire.UserInfo {
	return zimwire.UserInfo{UserID: string(u), UserName: strings.ToUpper(string(u)), UserAvatarURL: "https://example.org/" + string(u)}
}

func (directory) Member(_ chat.Conv, u chat.UserID) chat.Member {
	m := chat.Member{User: u, Role: chat.RoleMember, Joined: time.UnixMilli(1000)}
	if u == samples.Alice {
		m.Role = chat.RoleOwner
	}
	return m
}

func (directory) Details(c chat.Conv) chat.Details {
	return chat.Details{Conv: c, Name: "team", Owner: samples.Alice, Created: time.UnixMilli(500), Max: 200, Join: chat.ModeAsk}
}

func (d directory) Entry(_ chat.Conv, ref chat.Ref) *chat.Entry {
	if d.entry != nil && d.entry.ID == ref.ID {
		return d.entry
	}
	return nil
}

func (directory) Link(f chat.FileRef) string { return "https://files.example.org/" + f.ID }
func (directory) Smaller(f chat.FileRef, side int) string {
	return "https://files.example.org/" + f.ID + "?side=" + strconv.Itoa(side)
}

func (directory) File(uid, link string) chat.FileRef {
	if rest, ok := strings.CutPrefix(link, "https://files.example.org/"); ok {
		id, _, _ := strings.Cut(rest, "?")
		return chat.FileRef{ID: id}
	}
	if link == "" {
		return chat.FileRef{}
	}
	return chat.FileRef{URL: link}
}

func mapOf(u chat.UserID, about *chat.Entry) Map { return Map{Reader: u, Dir: directory{about}} }

// Each sample is written for each reader as its golden file says; -update rewrites them.
func TestSamplesAreWrittenAsBefore(t *testing.T) {
	for _, s := range samples.All() {
		t.Run(s.Name, func(t *testing.T) {
			shown := map[string][]zimwire.Notice{}
			for _, reader := range []chat.UserID{samples.Alice, samples.Bob, samples.Carol} {
				if s.Record.Event.Conv.Kind == chat.KindPeer && reader == samples.Carol {
					continue
				}
				notices, err := mapOf(reader, s.Record.About).FromEvent(s.Record, false)
				if err != nil {
					t.Fatal(err)
				}
				shown[string(reader)] = notices
			}
			golden(t, s.Name, shown)
		})
	}
}

func golden(t *testing.T, name string, v any) {
	t.Helper()
	got, err := json.Marshal(v, json.Deterministic(true), jsontext.WithIndent("  "))
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	file := filepath.Join("testdata", "samples", name+".json")
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("differs from %s:\n%s", file, cmp.Diff(string(want), string(got)))
	}
}

func TestEveryRefusalHasACode(t *testing.T) {
	for _, m := range []Module{CommonModule, MessageModule, RoomModule, GroupModule, ConversationModule} {
		for _, c := range chat.Codes() {
			if got := Refusal(m, chat.Refuse(c, "no")); got.Code == zimwire.Success || got.Message != "no" {
				t.Errorf("module %d, %s: %v", m, c, got)
			}
		}
		for r := chat.NoReason + 1; r <= chat.Silenced; r++ {
			if got := Refusal(m, chat.RefuseFor(r, "no")); got.Code == zimwire.Success {
				t.Errorf("module %d, reason %d: %v", m, r, got)
			}
		}
	}
	for _, c := range chat.Codes() {
		if got := Return(chat.Refuse(c, "no")); got.Code == zimwire.RetOK {
			t.Errorf("%s: %v", c, got)
		}
	}
	if got := Refusal(MessageModule, errors.New("secret detail")); strings.Contains(got.Message, "secret") {
		t.Errorf("a fault of ours is told: %v", got)
	}
}

// messages holds one message of each type that a client sends, as it writes it.
func messages() []zimwire.Message {
	command := base64.StdEncoding.EncodeToString([]byte{0, 1, 0xff})
	image := zimwire.Message{Type: zimwire.MessageTypeImage, FileName: "a.png", FileSize: 9, FileDownloadURL: "https://elsewhere.example/a.png",
		OriginalImageWidth: 10, OriginalImageHeight: 20, FileUID: "mine"}
	text := zimwire.Message{Type: zimwire.MessageTypeText, Message: "hi 世界", ExtendedData: `{"a":1}`, MentionedUserIDs: []string{"bob"}, IsMentionAll: true}
	custom := zimwire.Message{Type: zimwire.MessageTypeCustom, Message: `{"gift":1}`, SubType: 7, SearchedContent: "gift"}
	return []zimwire.Message{
		text, custom, image,
		{Type: zimwire.MessageTypeCommand, Message: command},
		{Type: zimwire.MessageTypeBarrage, Message: "wow"},
		{Type: zimwire.MessageTypeFile, FileName: "n.pdf", FileSize: 9, FileDownloadURL: "https://files.example.org/f1"},
		{Type: zimwire.MessageTypeAudio, FileName: "n.mp3", FileSize: 9, FileDownloadURL: "https://files.example.org/f2", AudioDuration: 7},
		{Type: zimwire.MessageTypeVideo, FileName: "n.mp4", FileSize: 9, FileDownloadURL: "https://files.example.org/f3", VideoDuration: 7,
			VideoFirstFrameDownloadURL: "https://elsewhere.example/f.png", VideoFirstFrameWidth: 3, VideoFirstFrameHeight: 4},
		{Type: zimwire.MessageTypeMultiple, MessageInfoList: []zimwire.MessageLiteInfo{liteOf(text), liteOf(image), liteOf(custom)}},
		{Type: zimwire.MessageTypeCombine, Title: "two", Summary: "a: hi", MessageList: []zimwire.Message{text, {Type: zimwire.MessageTypeCombine, Title: "in", Summary: "s", MessageList: []zimwire.Message{custom}}}},
	}
}

// What a client sends comes out as it went in: the ids, times and links that the server adds aside.
func TestMessagesGoThroughTheModelWhole(t *testing.T) {
	for _, w := range messages() {
		t.Run(strconv.Itoa(int(w.Type)), func(t *testing.T) {
			conv := chat.Group("g")
			if w.Type == zimwire.MessageTypeBarrage {
				conv = chat.Room("r")
			}
			w.LocalMessageID = "l1"
			m := mapOf(samples.Alice, nil)
			d, err := m.Send(w, conv, zimwire.MessageSendConfig{Priority: zimwire.MessagePriorityHigh}, chat.Ref{})
			if err != nil {
				t.Fatal(err)
			}
			kind, data, err := chat.MarshalBody(d.Body)
			if err != nil {
				t.Fatal(err)
			}
			if d.Body, err = chat.UnmarshalBody(kind, data); err != nil {
				t.Fatal(err)
			}
			e := chat.Entry{Event: chat.Event{Draft: d, ID: chat.NewEventID(time.UnixMilli(1_800_000_000_000), 0, 1), From: samples.Alice, Seq: 3}}
			got, ok := m.FromEntry(e)
			if !ok {
				t.Fatal("not shown")
			}
			if w.Type == zimwire.MessageTypeCombine {
				whole, err := m.Quoted(e, nil)
				if err != nil {
					t.Fatal(err)
				}
				inner, err := m.Quoted(e, []int{1})
				if err != nil {
					t.Fatal(err)
				}
				got.MessageList = whole.MessageList
				got.MessageList[1].MessageList = inner.MessageList
			}
			if diff := cmp.Diff(w, without(got, w)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// without takes from got what the server adds.
func without(got, sent zimwire.Message) zimwire.Message {
	got.MessageID, got.MessageSeq, got.OrderKey, got.Timestamp, got.CombineID = "", 0, 0, 0, ""
	got.SenderUserID, got.ConversationID, got.ConversationType, got.SentStatus = "", "", 0, 0
	got.FileUID = sent.FileUID
	got.LargeImageDownloadURL, got.ThumbnailDownloadURL = sent.LargeImageDownloadURL, sent.ThumbnailDownloadURL
	got.LargeImageWidth, got.LargeImageHeight, got.ThumbnailWidth, got.ThumbnailHeight = sent.LargeImageWidth, sent.LargeImageHeight, sent.ThumbnailWidth, sent.ThumbnailHeight
	for i := range got.MessageInfoList {
		one := without(whole(got.MessageInfoList[i]), whole(sent.MessageInfoList[i]))
		got.MessageInfoList[i] = liteOf(one)
	}
	for i := range got.MessageList {
		got.MessageList[i] = without(got.MessageList[i], sent.MessageList[i])
	}
	return got
}

func TestLimitsAreKept(t *testing.T) {
	long := strings.Repeat("x", maxText+1)
	group, room, peer := chat.Group("g"), chat.Room("r"), chat.Peer("alice", "bob")
	cases := []struct {
		name string
		w    zimwire.Message
		conv chat.Conv
		want zimwire.Code
	}{
		{"blank", zimwire.Message{Type: zimwire.MessageTypeText, Message: " \n"}, peer, zimwire.CommonModuleParamsInvalid},
		{"long text", zimwire.Message{Type: zimwire.MessageTypeText, Message: long}, peer, zimwire.CommonModuleParamsInvalid},
		{"long command", zimwire.Message{Type: zimwire.MessageTypeCommand, Message: base64.StdEncoding.EncodeToString(make([]byte, maxCommand+3))}, peer, zimwire.CommonModuleParamsInvalid},
		{"no base64", zimwire.Message{Type: zimwire.MessageTypeCommand, Message: "&"}, peer, zimwire.CommonModuleParamsInvalid},
		{"barrage in a group", zimwire.Message{Type: zimwire.MessageTypeBarrage, Message: "x"}, group, zimwire.CommonModuleParamsInvalid},
		{"long barrage", zimwire.Message{Type: zimwire.MessageTypeBarrage, Message: long[:maxBarrage+1]}, room, zimwire.CommonModuleParamsInvalid},
		{"extended data", zimwire.Message{Type: zimwire.MessageTypeText, Message: "x", ExtendedData: long[:maxExtended+1]}, peer, zimwire.CommonModuleParamsInvalid},
		{"mentions", zimwire.Message{Type: zimwire.MessageTypeText, Message: "x", MentionedUserIDs: make([]string, maxMentions+1)}, group, zimwire.CommonModuleParamsInvalid},
		{"sub type", zimwire.Message{Type: zimwire.MessageTypeCustom, Message: "x", SubType: 201}, peer, zimwire.CommonModuleParamsInvalid},
		{"searched content", zimwire.Message{Type: zimwire.MessageTypeCustom, Message: "x", SearchedContent: long[:65]}, peer, zimwire.CommonModuleParamsInvalid},
		{"no items", zimwire.Message{Type: zimwire.MessageTypeMultiple}, peer, zimwire.CommonModuleParamsInvalid},
		{"many items", zimwire.Message{Type: zimwire.MessageTypeMultiple, MessageInfoList: make([]zimwire.MessageLiteInfo, 21)}, peer, zimwire.CommonModuleParamsInvalid},
		{"a command among items", zimwire.Message{Type: zimwire.MessageTypeMultiple, MessageInfoList: []zimwire.MessageLiteInfo{{Type: zimwire.MessageTypeCommand}}}, peer, zimwire.CommonModuleParamsInvalid},
		{"nothing to combine", zimwire.Message{Type: zimwire.MessageTypeCombine, Title: "t", Summary: "s"}, peer, zimwire.CommonModuleParamsInvalid},
		{"long title", zimwire.Message{Type: zimwire.MessageTypeCombine, Title: long[:21]}, peer, zimwire.CommonModuleParamsInvalid},
		{"no file", zimwire.Message{Type: zimwire.MessageTypeFile}, peer, zimwire.MessageModuleFileNotExist},
		{"large image", zimwire.Message{Type: zimwire.MessageTypeImage, FileSize: maxImageSize + 1}, peer, zimwire.MessageModuleFileSizeInvalid},
		{"large audio", zimwire.Message{Type: zimwire.MessageTypeAudio, FileSize: maxAudioSize + 1}, peer, zimwire.MessageModuleFileSizeInvalid},
		{"long audio", zimwire.Message{Type: zimwire.MessageTypeAudio, AudioDuration: 301}, peer, zimwire.MessageModuleFileDurationInvalid},
		{"a tip", zimwire.Message{Type: zimwire.MessageTypeTips}, group, zimwire.CommonModuleUnsupportedRequest},
	}
	for _, c := range cases {
		_, err := mapOf(samples.Alice, nil).Send(c.w, c.conv, zimwire.MessageSendConfig{}, chat.Ref{})
		if err == nil || Refusal(MessageModule, err).Code != c.want {
			t.Errorf("%s: %v, want %d", c.name, err, c.want)
		}
	}
	if _, err := mapOf(samples.Alice, nil).Send(zimwire.Message{Type: zimwire.MessageTypeText, Message: long[:maxText]}, peer,
		zimwire.MessageSendConfig{Priority: 4}, chat.Ref{}); err == nil {
		t.Error("priority 4 is taken")
	}
}

func TestOrderKeysFindTheirEvent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ms := rapid.Int64Range(1_300_000_000_000, 3_400_000_000_000).Draw(t, "ms")
		shard := rapid.Uint16Range(0, 1023).Draw(t, "shard")
		n := rapid.IntRange(0, chat.IDsPerMilli-1).Draw(t, "n")
		id := chat.NewEventID(time.UnixMilli(ms), shard, n)
		if first, last := OrderID(id.OrderKey(), false), OrderID(id.OrderKey(), true); first > id || last < id {
			t.Fatalf("%d is not between %d and %d", id, first, last)
		}
	})
	if OrderID(0, false) != 0 {
		t.Error("0 is not the beginning")
	}
}

func TestCombineIDs(t *testing.T) {
	id, path, err := ParseCombineID("900.1.22")
	if err != nil || id != 900 || len(path) != 2 || path[1] != 22 {
		t.Errorf("%d %v %v", id, path, err)
	}
	for _, bad := range []string{"", "x", "900.", "900.x", "-1"} {
		if _, _, err := ParseCombineID(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestMutesAreReadAsTheyWereWritten(t *testing.T) {
	for mode, roles := range map[zimwire.GroupMuteMode][]int64{
		zimwire.GroupMuteModeNone: nil, zimwire.GroupMuteModeNormal: nil, zimwire.GroupMuteModeAll: nil, zimwire.GroupMuteModeCustom: {2, 101},
	} {
		silent, err := SilentRoles(mode, roles)
		if err != nil {
			t.Fatal(err)
		}
		got := MutedInfo(chat.Details{Silent: silent})
		if got.Mode != mode || !cmp.Equal(got.Roles, roles) {
			t.Errorf("mode %d: %+v", mode, got)
		}
	}
}

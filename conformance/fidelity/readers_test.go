package fidelity

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"dragoman/conformance/raw"
	"dragoman/protocols/zim/zimwire"
)

// In a group of 500 each author learns who has read his message: by name, each reader once, and how many of how many. A
// reader with two devices counts once, and a receipt of a receipt is none.
func TestReadersOfAGroupOfFiveHundred(t *testing.T) {
	w := newWorld(t)
	const crowd = 494 // and the six of the world
	server, err := w.gateway.Run(t.Context(), "secret", "zim")
	if err != nil {
		t.Fatal(err)
	}
	server = server[strings.LastIndexAny(server, " \n")+1:]
	readers := make([]*raw.ZIM, crowd)
	names := make([]string, crowd)
	connect := func(i int, device string) *raw.ZIM {
		token, err := zimwire.MintToken(1, names[i], []byte(server), time.Hour, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		c, err := w.gateway.DialZIM(t.Context(), names[i], device, token, raw.Hooks{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		return c
	}
	for i := range readers {
		names[i] = fmt.Sprintf("reader-%03d", i)
		readers[i] = connect(i, "one")
	}
	group := w.groups["zim"]
	for at := 0; at < crowd; at += 50 {
		if err := w.speakers["zim"].ask("inviteUsersIntoGroup", map[string]any{"groupID": group, "userIDs": names[at:min(at+50, crowd)]}); err != nil {
			t.Fatal(err)
		}
	}
	var asked []zimwire.Message
	marks := map[string]int{}
	for _, proto := range protos {
		author := w.speakers[proto]
		c := &cell{conv: group, token: "who reads this of " + proto}
		mark := w.hearers["zim"].mark()
		marks[proto] = author.mark()
		if err := author.sayWanting(c); err != nil {
			t.Fatal(err)
		}
		heard, ok := w.hearers["zim"].await(mark, patience, func(f fields) bool { return f["text"] == c.token })
		if !ok {
			t.Fatalf("%s: the message did not come", proto)
		}
		asked = append(asked, zimwire.Message{Type: zimwire.MessageTypeText, MessageID: heard["id"], ConversationID: group, ConversationType: zimwire.ConversationTypeGroup})
	}
	receipts := zimwire.SendMessageReceiptsReadParams{MessageList: asked, ConversationID: group, ConversationType: zimwire.ConversationTypeGroup}
	var all sync.WaitGroup
	faults := make(chan error, crowd)
	for i, c := range readers {
		all.Go(func() {
			if err := c.Ask(t.Context(), "sendMessageReceiptsRead", receipts, nil); err != nil {
				faults <- err
			}
			if i%10 == 0 { // once more, from another device
				_ = connect(i, "two").Ask(t.Context(), "sendMessageReceiptsRead", receipts, nil) // refused or not, it counts once
			}
		})
	}
	all.Wait()
	close(faults)
	for err := range faults {
		t.Fatal(err)
	}
	w.checkReaders(t, asked, names, marks)
}

// checkReaders asks each author, in his own protocol, who has read his message.
func (w *world) checkReaders(t *testing.T, asked []zimwire.Message, names []string, marks map[string]int) {
	for i, proto := range protos {
		author := w.speakers[proto]
		got := map[string]int{}
		switch proto {
		case "webim":
			var answer struct {
				Total int `json:"total"`
				Data  []struct {
					From string `json:"ackFrom"`
				} `json:"data"`
			}
			if err := author.rest("GET", "/chatgroups/"+asked[i].ConversationID+"/acks/"+asked[i].MessageID+"?limit=500", nil, &answer); err != nil {
				t.Fatal(err)
			}
			for _, d := range answer.Data {
				got[d.From]++
			}
			if answer.Total != len(names) {
				t.Errorf("WebIM counts %d readers", answer.Total)
			}
		case "zim":
			var answer struct {
				Infos []zimwire.MessageReceiptInfo `json:"infos"`
			}
			params := map[string]any{"messageList": asked[i : i+1], "conversationID": asked[i].ConversationID, "conversationType": 2}
			if err := author.zim.Ask(w.ctx, "queryMessageReceiptsInfo", params, &answer); err != nil {
				t.Fatal(err)
			}
			if n := answer.Infos[0]; n.ReadMemberCount != int64(len(names)) || n.UnreadMemberCount != 5 {
				t.Errorf("ZIM counts %d readers, %d others", n.ReadMemberCount, n.UnreadMemberCount)
			}
			w.zimReaders(t, author, asked[i], got)
		default:
			id := asked[i].MessageID
			for _, name := range names {
				if _, ok := author.await(marks[proto], patience, func(f fields) bool { return f["what"] == "read" && f["id"] == id && f["from"] == name }); !ok {
					t.Errorf("XMPP is not told that %s has read it", name)
				}
			}
			items, _ := author.since(marks[proto])
			for _, f := range items {
				if f["what"] == "read" && f["id"] == id {
					got[f["from"]] = 1 // a second device says "up to here" again, in the same name
				}
			}
		}
		for _, name := range names {
			if got[name] != 1 {
				t.Errorf("%s: %s stands %d times among the readers", proto, name, got[name])
			}
		}
		if len(got) != len(names) {
			t.Errorf("%s: %d readers by name", proto, len(got))
		}
	}
}

func (w *world) zimReaders(t *testing.T, author *person, m zimwire.Message, got map[string]int) {
	flag := int64(0)
	for range 50 {
		var page struct {
			NextFlag int64 `json:"nextFlag"`
			UserList []struct {
				UserID string `json:"userID"`
			} `json:"userList"`
		}
		params := map[string]any{"message": m, "groupID": m.ConversationID, "config": map[string]any{"nextFlag": flag, "count": 100}}
		if err := author.zim.Ask(w.ctx, "queryGroupMessageReceiptReadMemberList", params, &page); err != nil {
			t.Fatal(err)
		}
		for _, u := range page.UserList {
			got[u.UserID]++
		}
		if flag = page.NextFlag; flag == 0 {
			return
		}
	}
}

package zim

import (
	"encoding/base64"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"dragoman/protocols/zim/zimwire"
)

// spoiled returns copies of v, in each of which one value is of a type that it must not have: of every such type near the
// top, of one further down.
func spoiled(v any, depth int) (bad []any) {
	wrong := map[reflect.Kind][]any{
		reflect.String: {7, true, fields{}, []any{}}, reflect.Int: {"7", 1.5, true, fields{}, []any{}, 1e300}, reflect.Bool: {"true", 1, fields{}},
	}
	switch v := v.(type) {
	case fields:
		for name, inner := range v {
			for _, one := range spoiled(inner, depth+1) {
				worse := maps.Clone(v)
				worse[name] = one
				bad = append(bad, worse)
			}
		}
		return append(bad, "text", []any{1})
	case []any:
		for _, inner := range v {
			for _, one := range spoiled(inner, depth+1) {
				bad = append(bad, []any{one})
			}
		}
		return append(bad, fields{"0": 1})
	}
	bad = wrong[reflect.TypeOf(v).Kind()]
	if depth > 1 {
		bad = bad[:1]
	}
	return bad
}

// A parameter of a wrong type, wherever it stands, is refused as what it is, by every method; nothing is done.
func TestWrongTypesAreRefusedByEveryMethod(t *testing.T) {
	g := newGateway(t, "")
	c := g.login("mallory", "one")
	all := methods()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if name == "login" || name == "logout" {
			continue
		}
		for _, params := range spoiled(sample(all[name].params, 0), 0) {
			a := c.ask(name, params)
			_, isObject := params.(fields)
			if want := zimwire.CommonModuleParamsInvalid; isObject && (a.Error == nil || a.Error.Code != want) {
				text, _ := json.Marshal(params)
				t.Errorf("%s %s: %s %v, not %d", name, text, a.Result, a.Error, want)
			} else if !isObject && (a.Error == nil || a.Error.Code != zimwire.InvalidParams) {
				t.Errorf("%s: parameters that are no object: %s %v", name, a.Result, a.Error)
			}
		}
	}
}

// A list of 384 KiB is refused by every method, or as much of it is taken as is allowed; it does not hang.
func TestHugeListsAreAnsweredByEveryMethod(t *testing.T) {
	g := newGateway(t, "")
	c := g.login("mallory", "one")
	all := methods()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		params := sample(all[name].params, 0).(fields)
		for member, v := range params {
			list, isList := v.([]any)
			if !isList || len(list) == 0 {
				continue
			}
			huge := maps.Clone(params)
			huge[member] = slices.Repeat(list, 384<<10/(len(encoded(t, list[0]))+1))
			if a := c.ask(name, huge); a.Error == nil && name != "uploadLog" { // which takes what it may of a log
				t.Errorf("%s takes %d of %s: %.200s", name, len(huge[member].([]any)), member, a.Result)
			}
		}
	}
}

func encoded(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// What is a number, but none that means anything, is refused.
func TestNumbersWithoutAMeaningAreRefused(t *testing.T) {
	g := newGateway(t, "")
	g.users("bob")
	c := g.login("ann", "one")
	said := c.does("sendMessage", peerText("bob", "hi"))["message"]
	c.does("createGroup", fields{"groupInfo": fields{"groupID": "g", "groupName": "G"}, "userIDs": []string{"bob"}})
	c.does("createRoom", fields{"roomInfo": fields{"roomID": "r", "roomName": "R"}})
	line := fields{"conversationID": "bob", "conversationType": 0}
	in := fields{"groupID": "g"}
	for _, one := range []struct {
		method string
		params fields
		member string
		values []any
	}{
		{"sendMessage", peerText("bob", "x"), "conversationType", []any{-1, 3, 9, 1 << 40}},
		{"sendMessage", peerText("bob", "x"), "message", []any{fields{"type": 0, "message": "x"}, fields{"type": 999, "message": "x"}, fields{"type": -1, "message": "x"},
			fields{"type": 30, "message": "x"}, fields{"type": 31, "message": "x"}, fields{"type": 32, "message": "x"}, fields{"type": 1}, fields{}}},
		{"sendMessage", peerText("bob", "x"), "config", []any{fields{"priority": 4}, fields{"priority": -1}}},
		{"queryHistoryMessage", with(line, fields{"config": fields{"count": 10}}), "conversationType", []any{-1, 9}},
		{"queryHistoryMessage", with(line, nil), "config", []any{fields{"count": -1}, fields{"count": -1 << 40}}},
		{"queryMessages", with(line, nil), "messageSeqs", []any{[]int{}, []int{-1}, []int{0}, make([]int, 11)}},
		{"setConversationNotificationStatus", with(line, fields{"status": 1}), "status", []any{0, 3, -1}},
		{"setConversationMark", fields{"markType": 1, "enable": true, "conversationInfos": []fields{line}}, "markType", []any{0, 31, -1}},
		{"updateGroupJoinMode", with(in, nil), "mode", []any{3, -1}},
		{"updateGroupInviteMode", with(in, nil), "mode", []any{2, -1}},
		{"updateGroupBeInviteMode", with(in, nil), "mode", []any{2, -1}},
		{"setGroupMemberRole", with(in, fields{"forUserID": "bob"}), "role", []any{0, 1, 4, 99, -3, 1 << 40}},
		{"muteGroup", with(in, fields{"isMute": true}), "config", []any{fields{"mode": 4, "duration": 60}, fields{"mode": -1, "duration": 60}, fields{"mode": 2, "duration": -2},
			fields{"mode": 2, "duration": 604801}}},
		{"muteGroupMembers", with(in, fields{"isMute": true, "userIDs": []string{"bob"}}), "config", []any{fields{"duration": -2}, fields{"duration": 604801}}},
		{"createGroup", fields{"groupInfo": fields{"groupID": "h", "groupName": "H"}}, "config", []any{fields{"joinMode": 3}, fields{"inviteMode": 2}, fields{"beInviteMode": 2},
			fields{"maxMemberCount": -1}}},
		{"createRoom", fields{"roomInfo": fields{"roomID": "s", "roomName": "S"}}, "config", []any{fields{"roomDestroyDelayTime": -1}, fields{"roomDestroyDelayTime": 10801}}},
		{"revokeMessage", fields{"message": said}, "config", []any{fields{"revokeExtendedData": strings.Repeat("x", 201)}}},
		{"addMessageReaction", fields{"message": said}, "reactionType", []any{"", strings.Repeat("x", 33)}},
		{"sendMessageReceiptsRead", with(line, nil), "messageList", []any{[]any{}, slices.Repeat([]any{said}, 11)}},
		{"deleteMessages", with(line, nil), "messageList", []any{[]any{}}},
		{"subscribeUsersStatus", fields{"config": fields{"subscriptionDuration": 1}}, "userIDs", []any{[]string{}, many(101)}},
		{"subscribeUsersStatus", fields{"userIDs": []string{"bob"}}, "config", []any{fields{"subscriptionDuration": -1}, fields{"subscriptionDuration": 0}}},
		{"queryUsersInfo", fields{}, "userIDs", []any{[]string{}, many(11)}},
		{"updateUserName", fields{}, "userName", []any{strings.Repeat("x", 257)}},
		{"$/upload", fields{"fileName": "x", "mime": "", "fileSize": 1}, "type", []any{1, 10, 15, -1}},
		{"$/upload", fields{"fileName": "x", "mime": "", "type": 11}, "fileSize", []any{0, -1, 10<<20 + 1, 1 << 60}},
	} {
		for _, v := range one.values {
			params := with(one.params, fields{one.member: v})
			if a := c.ask(one.method, params); a.Error == nil || a.Error.Code < 6000000 {
				t.Errorf("%s %s=%.80v: %.200s %v", one.method, one.member, v, a.Result, a.Error)
			}
		}
	}
}

// A client says who has written, when, and what id it has: none of it counts.
func TestForgedFieldsOfAMessageAreNotTaken(t *testing.T) {
	g := newGateway(t, "")
	bob := g.login("bob", "one")
	mallory := g.login("mallory", "one")
	p := peerText("bob", "it is I")
	maps.Copy(p["message"].(fields), fields{"senderUserID": "ann", "messageID": "1", "messageSeq": 77, "timestamp": 1, "orderKey": 9, "direction": 1, "sentStatus": 2,
		"conversationID": "cat", "editorUserID": "ann", "editedTime": 3, "pinnedUserID": "ann", "isServerMessage": true, "isBroadcastMessage": true, "receiptStatus": 2,
		"isGroupTargetedMessage": true, "rootRepliedCount": 5, "reactions": []fields{{"reactionType": "x", "totalCount": 4}},
		"repliedInfo": fields{"messageID": "1", "senderUserID": "ann", "messageInfo": fields{"message": "never said"}}})
	mallory.does("sendMessage", p)
	got := bob.event("peerMessageReceived", nil)["messageList"].([]any)[0].(fields)
	for name, want := range map[string]any{"senderUserID": "mallory", "conversationID": "mallory", "message": "it is I", "messageSeq": 1.0} {
		if got[name] != want {
			t.Errorf("%s: %v, not %v", name, got[name], want)
		}
	}
	for _, name := range []string{"editorUserID", "editedTime", "pinnedUserID", "isServerMessage", "isBroadcastMessage", "isGroupTargetedMessage", "rootRepliedCount", "reactions",
		"repliedInfo"} {
		if v := reflect.ValueOf(got[name]); v.IsValid() && !v.IsZero() && !(v.Kind() == reflect.Slice && v.Len() == 0) {
			t.Errorf("%s: %v is taken from the client", name, got[name])
		}
	}
	if got["messageID"] == "1" || got["timestamp"].(float64) < 1e12 {
		t.Errorf("%v", got)
	}
}

// Who knows the id of a message of others, and whoever's conversation it is, learns nothing of it and changes nothing.
func TestMessagesOfOthersAreOutOfReach(t *testing.T) {
	g := newGateway(t, "")
	ann, bob, mallory := g.login("ann", "one"), g.login("bob", "one"), g.login("mallory", "one")
	secret := ann.does("sendMessage", fields{"message": fields{"type": 1, "message": "the secret"}, "toConversationID": "bob", "conversationType": 0,
		"config": fields{"priority": 1, "hasReceipt": true}})["message"].(fields)
	item := ann.does("sendMessage", peerText("bob", "combined secret"))["message"]
	combined := ann.does("sendMessage", fields{"message": fields{"type": 100, "title": "t", "summary": "s", "messageList": []any{item}}, "toConversationID": "bob",
		"conversationType": 0, "config": fields{"priority": 1}})["message"].(fields)
	mallory.does("sendMessage", peerText("ann", "hello"))
	mallory.does("sendMessage", peerText("bob", "hello"))
	for _, name := range []string{"ann", "bob"} {
		line := fields{"conversationID": name, "conversationType": 0}
		stolen := with(secret, fields{"conversationID": name})
		edited := with(stolen, fields{"message": "forged", "senderUserID": "mallory", "direction": 0})
		for method, p := range map[string]fields{
			"revokeMessage":                {"message": stolen},
			"editMessage":                  {"message": edited},
			"replyMessage":                 {"message": fields{"type": 1, "message": "?"}, "toOriginalMessage": stolen, "config": fields{"priority": 1}},
			"pinMessage":                   {"message": stolen, "isPinned": true},
			"addMessageReaction":           {"reactionType": "x", "message": stolen},
			"deleteMessageReaction":        {"reactionType": "x", "message": stolen},
			"queryMessageReactionUserList": {"message": stolen, "config": fields{"count": 10, "reactionType": "x"}},
			"queryMessageRepliedList":      {"message": stolen, "config": fields{"count": 10}},
			"sendMessageReceiptsRead":      with(line, fields{"messageList": []any{stolen}}),
			"queryCombineMessageDetail":    {"message": with(combined, fields{"conversationID": name, "messageList": nil})},
		} {
			if a := mallory.ask(method, p); a.Error == nil || strings.Contains(a.Error.Message, "secret") {
				t.Errorf("%s in %s: %s %v", method, name, a.Result, a.Error)
			}
		}
		for method, p := range map[string]fields{
			"queryHistoryMessage":           with(line, fields{"config": fields{"count": 100, "reverse": true}}),
			"queryMessages":                 with(line, fields{"messageSeqs": []int{1, 2, 3}}),
			"queryMessageReceiptsInfo":      with(line, fields{"messageList": []any{stolen}}),
			"searchGlobalLocalMessages":     {"config": fields{"keywords": []string{"secret"}, "count": 10}},
			"searchLocalMessages":           with(line, fields{"config": fields{"keywords": []string{"secret"}, "count": 10}}),
			"queryPinnedMessageList":        line,
			"deleteMessages":                with(line, fields{"messageList": []any{stolen}}),
			"setConversationDraft":          with(line, fields{"draft": "mine"}),
			"deleteAllMessage":              with(line, fields{"config": fields{}}),
			"queryConversation":             line,
			"updateConversationPinnedState": with(line, fields{"isPinned": true}),
		} {
			if a := mallory.ask(method, p); strings.Contains(string(a.Result), "secret") {
				t.Errorf("%s in %s: %s", method, name, a.Result)
			}
		}
	}
	for me, other := range map[*client]string{ann: "bob", bob: "ann"} {
		line := me.does("queryConversation", fields{"conversationID": other, "conversationType": 0})["conversation"].(fields)
		if line["draft"] != nil && line["draft"] != "" || line["isPinned"] == true {
			t.Errorf("mallory has changed the line of another: %v", line)
		}
		history := me.does("queryHistoryMessage", fields{"conversationID": other, "conversationType": 0, "config": fields{"count": 10, "reverse": true}})
		first := history["messageList"].([]any)[0].(fields)
		if first["message"] != "the secret" || first["type"] != 1.0 || first["editorUserID"] != nil && first["editorUserID"] != "" {
			t.Errorf("mallory has changed %v", first)
		}
	}
}

// The bytes of a command are base64, and what is none is no command.
func TestACommandIsBytes(t *testing.T) {
	g := newGateway(t, "")
	bob, ann := g.login("bob", "one"), g.login("ann", "one")
	command := func(message any) fields {
		return fields{"message": fields{"type": 2, "message": message}, "toConversationID": "bob", "conversationType": 0, "config": fields{"priority": 1}}
	}
	bytes := make([]byte, 256)
	for i := range bytes {
		bytes[i] = byte(i)
	}
	ann.does("sendMessage", command(base64.StdEncoding.EncodeToString(bytes)))
	got := bob.event("peerMessageReceived", nil)["messageList"].([]any)[0].(fields)["message"]
	if back, err := base64.StdEncoding.DecodeString(got.(string)); err != nil || !slices.Equal(back, bytes) {
		t.Errorf("%v, %v", got, err)
	}
	ann.does("sendMessage", command(base64.StdEncoding.EncodeToString(make([]byte, 5<<10))))
	ann.refused(zimwire.CommonModuleParamsInvalid, "sendMessage", command(base64.StdEncoding.EncodeToString(make([]byte, 5<<10+1))))
	for _, bad := range []any{"", "???", "=", 7, []int{1, 2}} {
		ann.refused(zimwire.CommonModuleParamsInvalid, "sendMessage", command(bad))
	}
}

package zim

import (
	"bytes"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"dragoman/protocols/zim/zimwire"
)

var update = flag.Bool("update", false, "rewrite what is generated")

// events are those that this server tells, with their data [zim client protocol].
func events() map[string]reflect.Type {
	received, changed := reflect.TypeFor[zimwire.EventOfConversationMessageReceivedResult](), reflect.TypeFor[zimwire.EventOfRoomMemberChangedResult]()
	return map[string]reflect.Type{
		"tokenWillExpire":                            reflect.TypeFor[zimwire.EventOfTokenWillExpireResult](),
		"connectionStateChanged":                     reflect.TypeFor[zimwire.EventOfConnectionStateChangedResult](),
		"userInfoUpdated":                            reflect.TypeFor[zimwire.EventOfUserInfoUpdatedResult](),
		"userRuleUpdated":                            reflect.TypeFor[zimwire.EventOfUserRuleUpdatedResult](),
		"userStatusUpdated":                          reflect.TypeFor[zimwire.EventOfUserStatusUpdatedResult](),
		"conversationChanged":                        reflect.TypeFor[zimwire.EventOfConversationChangedResult](),
		"conversationsAllDeleted":                    reflect.TypeFor[zimwire.EventOfConversationsAllDeletedResult](),
		"conversationSyncStateChanged":               reflect.TypeFor[zimwire.EventOfConversationSyncStateChangedResult](),
		"conversationTotalUnreadMessageCountUpdated": reflect.TypeFor[zimwire.EventOfConversationTotalUnreadMessageCountUpdatedResult](),
		"conversationMessageReceiptChanged":          reflect.TypeFor[zimwire.EventOfConversationMessageReceiptChangedResult](),
		"peerMessageReceived":                        received,
		"groupMessageReceived":                       received,
		"roomMessageReceived":                        received,
		"broadcastMessageReceived":                   reflect.TypeFor[zimwire.EventOfBroadcastMessageReceivedResult](),
		"messageReceiptChanged":                      reflect.TypeFor[zimwire.EventOfMessageReceiptChangedResult](),
		"messageRevokeReceived":                      reflect.TypeFor[zimwire.EventOfMessageRevokeReceivedResult](),
		"messageReactionsChanged":                    reflect.TypeFor[zimwire.EventOfMessageReactionsChangedResult](),
		"messageDeleted":                             reflect.TypeFor[zimwire.EventOfMessageDeletedResult](),
		"messageRepliedInfoChanged":                  reflect.TypeFor[zimwire.EventOfMessageRepliedInfoChangedResult](),
		"messageRepliedCountChanged":                 reflect.TypeFor[zimwire.EventOfMessageRepliedCountChangedResult](),
		"messageEdited":                              reflect.TypeFor[zimwire.EventOfMessageEditedResult](),
		"messagePinStatusChanged":                    reflect.TypeFor[zimwire.EventOfMessagePinStatusChangedResult](),
		"roomStateChanged":                           reflect.TypeFor[zimwire.EventOfRoomStateChangedResult](),
		"roomMemberJoined":                           changed,
		"roomMemberLeft":                             changed,
		"roomAttributesUpdated":                      reflect.TypeFor[zimwire.EventOfRoomAttributesUpdatedResult](),
		"roomAttributesBatchUpdated":                 reflect.TypeFor[zimwire.EventOfRoomAttributesUpdatedResult](),
		"roomMemberAttributesUpdated":                reflect.TypeFor[zimwire.EventOfRoomMembersAttributesUpdatedResult](),
		"groupStateChanged":                          reflect.TypeFor[zimwire.EventOfGroupStateChangedResult](),
		"groupNameUpdated":                           reflect.TypeFor[zimwire.EventOfGroupNameUpdatedResult](),
		"groupAvatarUrlUpdated":                      reflect.TypeFor[zimwire.EventOfGroupAvatarUrlUpdatedResult](),
		"groupNoticeUpdated":                         reflect.TypeFor[zimwire.EventOfGroupNoticeUpdatedResult](),
		"groupAliasUpdated":                          reflect.TypeFor[zimwire.EventOfGroupAliasUpdatedResult](),
		"groupAttributesUpdated":                     reflect.TypeFor[zimwire.EventOfGroupAttributesUpdatedResult](),
		"groupMutedInfoUpdated":                      reflect.TypeFor[zimwire.EventOfGroupMutedInfoUpdatedResult](),
		"groupVerifyInfoUpdated":                     reflect.TypeFor[zimwire.EventOfGroupVerifyInfoUpdatedResult](),
		"groupMemberStateChanged":                    reflect.TypeFor[zimwire.EventOfGroupMemberStateChangedResult](),
		"groupMemberInfoUpdated":                     reflect.TypeFor[zimwire.EventOfGroupMemberInfoUpdatedResult](),
		"groupApplicationListChanged":                reflect.TypeFor[zimwire.EventOfGroupApplicationListChangedResult](),
		"groupApplicationUpdated":                    reflect.TypeFor[zimwire.EventOfGroupApplicationUpdatedResult](),
	}
}

// The document is what the tables and the wire types say. Real traffic is held against it in the conformance run.
func TestAsyncAPIDocumentIsWhatTheCodeSays(t *testing.T) {
	const name = "../../docs/protocols/zim-asyncapi.json"
	want, err := json.Marshal(document(t), json.Deterministic(true), jsontext.WithIndent(" "))
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	if *update {
		if err := os.WriteFile(name, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what the code says; make documents rewrites it:\n%s", name, cmp.Diff(string(got), string(want)))
	}
}

// tree is a piece of the document.
type tree = map[string]any

func ref(path string) tree { return tree{"$ref": "#/" + path} }

// document writes the protocol in AsyncAPI 3: one channel, an operation for each method, with its reply, and for each event.
func document(t *testing.T) tree {
	s := schemas{seen: tree{}, values: enumValues(t)}
	messages, operations := tree{}, tree{}
	message := func(name string, payload tree) tree {
		name = strings.TrimPrefix(name, "$/") // a slash has a meaning of its own in references
		messages[name] = tree{"name": name, "payload": payload}
		return ref("channels/zim/messages/" + name)
	}
	channel := ref("channels/zim")
	envelope := func(required []string, members tree) tree {
		members["jsonrpc"] = tree{"const": "2.0"}
		return tree{"type": "object", "required": append([]string{"jsonrpc"}, required...), "properties": members, "additionalProperties": false}
	}
	id := tree{"type": []string{"string", "integer"}, "description": "chosen by the client; the answer bears the same"}
	refusal := message("refusal", envelope([]string{"id", "error"}, tree{"id": tree{"type": []string{"string", "integer", "null"}},
		"error": tree{"type": "object", "required": []string{"code", "message"}, "additionalProperties": false, "properties": tree{
			"code":    tree{"type": "integer", "description": "a ZIMErrorCode, or one of JSON-RPC's own for a broken envelope"},
			"message": tree{"type": "string"}}}}))
	all := methods()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		m := all[name]
		operations[name] = tree{"action": "receive", "channel": channel,
			"messages": []tree{message(name, envelope([]string{"id", "method"}, tree{"id": id, "method": tree{"const": name}, "params": s.of(m.params, true)}))},
			"reply": tree{"channel": channel, "messages": []tree{
				message(name+".result", envelope([]string{"id", "result"}, tree{"id": id, "result": s.of(m.result, false)})), refusal}}}
	}
	operations[zimwire.MethodAck] = tree{"action": "receive", "channel": channel, "messages": []tree{message(zimwire.MethodAck,
		envelope([]string{"method", "params"}, tree{"method": tree{"const": zimwire.MethodAck}, "params": s.of(reflect.TypeFor[zimwire.AckParams](), true)}))}}
	told := events()
	for _, name := range slices.Sorted(maps.Keys(told)) {
		cursor := tree{"type": "string", "description": "where a client resumes that has this"}
		live := tree{"type": "string", "description": "names what is told in a room; a client that comes back says the last that it had"}
		operations["event."+name] = tree{"action": "send", "channel": channel, "messages": []tree{message("event."+name,
			envelope([]string{"method", "params"}, tree{"method": tree{"const": name}, "params": s.of(told[name], false), "cursor": cursor, "live": live}))}}
	}
	return tree{
		"asyncapi": "3.0.0",
		"info": tree{"title": "dragoman: ZIM's methods and events over JSON-RPC 2.0", "version": zimwire.Subprotocol,
			"description": "What docs/protocols/zim.md says of the client protocol. A frame is one message, or an array of events."},
		"servers":    tree{"gateway": tree{"host": "chat.example.com", "protocol": "wss"}},
		"channels":   tree{"zim": tree{"address": "/zim", "messages": messages}},
		"operations": operations,
		"components": tree{"schemas": s.seen},
	}
}

// schemas writes Go types as JSON Schemas, each struct once.
type schemas struct {
	seen   tree
	values map[string][]int64 // of each enumeration
}

// of returns the schema of a type, as a client gives it or as it is told.
func (s schemas) of(t reflect.Type, given bool) tree {
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem(), given)
	case reflect.String:
		return tree{"type": "string"}
	case reflect.Bool:
		return tree{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		if values := s.values[t.Name()]; values != nil {
			return tree{"type": "integer", "enum": values}
		}
		return tree{"type": "integer"}
	case reflect.Slice:
		return tree{"type": "array", "items": s.of(t.Elem(), given)}
	case reflect.Map:
		return tree{"type": "object", "additionalProperties": s.of(t.Elem(), given)}
	case reflect.Struct:
		if t.Name() == "none" {
			return tree{"type": "object"}
		}
		return ref("components/schemas/" + s.object(t, given))
	}
	panic("no schema for " + t.String())
}

// object notes a struct and returns its name. What is told has no member that is not said here, and all that is never left
// out; what a client gives may lack any, and may bear members of its own.
func (s schemas) object(t reflect.Type, given bool) string {
	name := t.Name()
	if given && !strings.HasSuffix(name, "Params") && !strings.HasSuffix(name, "Config") {
		name += "Given"
	}
	if s.seen[name] != nil {
		return name
	}
	properties, required := tree{}, []string{}
	whole := tree{"type": "object", "properties": properties}
	s.seen[name] = whole
	for i := range t.NumField() {
		member, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		properties[member] = s.of(t.Field(i).Type, given)
		if !strings.Contains(options, "omitzero") {
			required = append(required, member)
		}
	}
	if !given {
		whole["additionalProperties"], whole["required"] = false, required
	}
	return name
}

// enumValues reads the values of the enumerations out of their source: types do not tell them.
func enumValues(t *testing.T) map[string][]int64 {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "zimwire/enums.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	values := map[string][]int64{}
	for _, d := range file.Decls {
		constants, ok := d.(*ast.GenDecl)
		if !ok || constants.Tok != token.CONST {
			continue
		}
		for _, spec := range constants.Specs {
			v := spec.(*ast.ValueSpec)
			name, ok := v.Type.(*ast.Ident)
			if !ok || len(v.Values) != 1 {
				t.Fatalf("%v is no value of an enumeration", v.Names)
			}
			values[name.Name] = append(values[name.Name], number(t, v.Values[0]))
		}
	}
	if len(values) < 30 {
		t.Fatalf("only %d enumerations", len(values))
	}
	return values
}

func number(t *testing.T, e ast.Expr) int64 {
	t.Helper()
	sign := int64(1)
	if minus, ok := e.(*ast.UnaryExpr); ok {
		sign, e = -1, minus.X
	}
	literal, ok := e.(*ast.BasicLit)
	if !ok {
		t.Fatalf("%T is no number", e)
	}
	n, err := strconv.ParseInt(literal.Value, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return sign * n
}

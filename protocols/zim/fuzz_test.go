package zim

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/gorilla/websocket"

	"dragoman/protocols/zim/zimwire"
)

// sample fills a value of a type with what is likely to name something.
func sample(t reflect.Type, depth int) any {
	switch t.Kind() {
	case reflect.Pointer:
		return sample(t.Elem(), depth)
	case reflect.String:
		return "mallory"
	case reflect.Bool:
		return true
	case reflect.Int, reflect.Int64:
		return 2
	case reflect.Slice:
		if depth > 2 {
			return []any{}
		}
		return []any{sample(t.Elem(), depth+1)}
	case reflect.Map:
		return fields{"k": sample(t.Elem(), depth+1)}
	}
	out := fields{}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		out[name] = sample(t.Field(i).Type, depth+1)
	}
	return out
}

// Whatever a client sends, before its login or after it, is answered in the protocol's words or ends the connection in
// them; the session neither panics nor hangs, and the next client is served.
func FuzzSession(f *testing.F) {
	g := newGateway(f, "")
	g.users("alice")
	all := methods()
	for i, name := range slices.Sorted(maps.Keys(all)) {
		params, err := json.Marshal(sample(all[name].params, 0))
		if err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(`{"jsonrpc":"2.0","id":`+string(rune('1'+i%9))+`,"method":"`+name+`","params":`+string(params)+`}`), i%8 != 0)
	}
	for _, frame := range []string{``, `[]`, `{}`, `nul`, `{"jsonrpc":"2.0","id":null,"method":"login"}`, `{"jsonrpc":"2.0","id":1.5,"method":"x"}`,
		`{"jsonrpc":"2.0","method":"$/ack","params":{"cursor":"9-9"}}`, `{"jsonrpc":"2.0","id":"a","method":"login","params":[1]}`, "\xff"} {
		f.Add([]byte(frame), true)
	}
	f.Fuzz(func(t *testing.T, frame []byte, loggedIn bool) {
		g.t = t
		c := g.connect()
		if loggedIn {
			c.does("login", fields{"userID": "mallory", "config": fields{"token": g.token("mallory")}, "session": fields{"device": "fuzz"}})
		}
		if err := c.conn.WriteMessage(websocket.TextMessage, frame); err != nil {
			t.Fatal(err)
		}
		beat, err := zimwire.EncodeRequest("the end", zimwire.MethodHeartbeat, nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = c.conn.WriteMessage(websocket.TextMessage, beat) // a session that has ended already has answered so
		for {
			select {
			case a := <-c.answers:
				if a.Error != nil && (a.Error.Message == "" || a.Error.Code == 0) {
					t.Fatalf("refused without a word: %v", a.Error)
				}
				if id, _ := a.ID.MarshalJSON(); string(id) == `"the end"` {
					return
				}
			case err := <-c.closed:
				var close *websocket.CloseError
				if !errors.As(err, &close) || close.Code == websocket.CloseAbnormalClosure || close.Code == websocket.CloseInternalServerErr {
					t.Fatalf("ended without a word: %v", err)
				}
				return
			case <-time.After(patience):
				t.Fatal("neither answered nor closed")
			}
		}
	})
}

// Whatever an app's server sends with a good signature has an answer with a code, and a fault of ours is none of them.
func FuzzAction(f *testing.F) {
	g := newGateway(f, "")
	g.users("alice", "bob")
	g.does("CreateGroup", fields{"GroupId": "g", "GroupOwner": "alice", "UserId": []string{"bob"}})
	names := slices.Sorted(maps.Keys(actions()))
	for i := range names {
		f.Add(uint8(i), []byte(`{"FromUserId":"alice","ToUserId":["bob"],"GroupId":"g","RoomId":"r","ConvId":"bob","ConvType":0,"MessageType":1,"Priority":1,
			"MessageBody":{"Message":"hi"},"MsgSeq":1,"UserIds":["bob"],"UserId":["bob"],"Limit":1,"Duration":-1,"Role":3}`))
		f.Add(uint8(i), []byte(`{"FromUserId":"alice","ToUserId":"bob","GroupId":"g","ConvId":"g","ConvMsgSeq":[1],"MsgSeqList":[1],"MessageType":10,"Priority":3,
			"MessageBody":{"Message":"{}"},"UserInfo":[{"UserId":"alice"}],"Attributes":[{"Action":0,"Key":"k","Value":"v"}],"Action":0}`))
	}
	f.Fuzz(func(t *testing.T, action uint8, body []byte) {
		g.t = t
		name := names[int(action)%len(names)]
		g.later(time.Second)
		answer := g.send(g.signed(name), string(body))
		code, isNumber := answer["Code"].(float64)
		if !isNumber || answer["Message"] == "" || answer["RequestId"] == "" {
			t.Fatalf("%s: %v", name, answer)
		}
		if int64(code) == int64(failureCode(name)) && answer["Message"] == "internal error" {
			t.Fatalf("%s: %s: a fault of ours: %v", name, body, answer)
		}
	})
}

// A frame of every method is read by the schema's own names: the samples above reach what they are for.
func TestSamplesReachTheirMethods(t *testing.T) {
	g := newGateway(t, "")
	c := g.login("mallory", "one")
	all := methods()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if name == "login" || name == "logout" {
			continue
		}
		params, err := json.Marshal(sample(all[name].params, 0))
		if err != nil {
			t.Fatal(err)
		}
		a := c.ask(name, jsontext.Value(params))
		if a.Error != nil && a.Error.Code == zimwire.InvalidParams {
			t.Errorf("%s: %v", name, a.Error)
		}
		if a.Error != nil && strings.Contains(a.Error.Message, "not what it takes") {
			t.Errorf("%s does not read a sample of its own parameters: %v", name, a.Error)
		}
	}
}

package zimwire

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
)

func TestBrokenEnvelopesGetTheCodesOfJSONRPC(t *testing.T) {
	cases := []struct {
		name, frame, id string
		want            Code
	}{
		{"nothing", ``, `null`, ParseError},
		{"no JSON", `hello`, `null`, ParseError},
		{"half", `{"jsonrpc":"2.0","id":1,"method":"x"`, `null`, ParseError},
		{"repeated member", `{"jsonrpc":"2.0","id":1,"id":2,"method":"x"}`, `null`, ParseError},
		{"invalid UTF-8", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}", `null`, ParseError},
		{"batch", `[{"jsonrpc":"2.0","id":1,"method":"x"}]`, `null`, InvalidRequest},
		{"text", `"x"`, `null`, InvalidRequest},
		{"version missing", `{"id":"a","method":"x"}`, `"a"`, InvalidRequest},
		{"version 1", `{"jsonrpc":"1.0","id":7,"method":"x"}`, `7`, InvalidRequest},
		{"case", `{"jsonrpc":"2.0","id":7,"Method":"x"}`, `7`, InvalidRequest},
		{"no method", `{"jsonrpc":"2.0","id":7}`, `7`, InvalidRequest},
		{"method is a number", `{"jsonrpc":"2.0","id":7,"method":1}`, `7`, InvalidRequest},
		{"an answer", `{"jsonrpc":"2.0","id":7,"result":{}}`, `7`, InvalidRequest},
		{"id null", `{"jsonrpc":"2.0","id":null,"method":"x"}`, `null`, InvalidRequest},
		{"id true", `{"jsonrpc":"2.0","id":true,"method":"x"}`, `null`, InvalidRequest},
		{"id a fraction", `{"jsonrpc":"2.0","id":1.5,"method":"x"}`, `null`, InvalidRequest},
		{"id too long", `{"jsonrpc":"2.0","id":"` + strings.Repeat("a", maxID) + `","method":"x"}`, `null`, InvalidRequest},
		{"parameters by position", `{"jsonrpc":"2.0","id":7,"method":"x","params":[1]}`, `7`, InvalidParams},
		{"parameters null", `{"jsonrpc":"2.0","id":7,"method":"x","params":null}`, `7`, InvalidParams},
	}
	for _, c := range cases {
		r, refusal := Decode([]byte(c.frame))
		if refusal == nil || refusal.Code != c.want {
			t.Errorf("%s: got %v, want %d", c.name, refusal, c.want)
			continue
		}
		out, err := EncodeError(r.ID, refusal)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if !strings.Contains(string(out), `"id":`+c.id+`,`) {
			t.Errorf("%s: answer %s lacks id %s", c.name, out, c.id)
		}
	}
}

func TestIDsComeBackAsTheyWere(t *testing.T) {
	for _, id := range []string{`1`, `-1`, `9007199254740993`, `"a b"`, `""`} {
		r, refusal := Decode([]byte(`{"jsonrpc":"2.0","id":` + id + `,"method":"x"}`))
		if refusal != nil {
			t.Fatalf("%s: %v", id, refusal)
		}
		out, err := EncodeResult(r.ID, nil)
		if err != nil || string(out) != `{"jsonrpc":"2.0","id":`+id+`,"result":{}}` {
			t.Errorf("%s: %s, %v", id, out, err)
		}
	}
	if r, refusal := Decode([]byte(`{"jsonrpc":"2.0","method":"$/ack","params":{"cursor":"5"}}`)); refusal != nil || !r.ID.IsZero() {
		t.Errorf("notification: %+v, %v", r, refusal)
	}
}

func TestBindKeepsWhatJavaScriptWrites(t *testing.T) {
	frame := `{"jsonrpc":"2.0","id":1,"method":"sendMessage","params":{"message":{"type":200,"message":"x","subType":0,` +
		`"searchedContent":"s","extendedData":null,"own":{"a":[1]}},"toConversationID":"bob","conversationType":0,` +
		`"config":{"priority":1,"pushConfig":{"title":"t","content":"c"}}}}`
	r, refusal := Decode([]byte(frame))
	if refusal != nil {
		t.Fatal(refusal)
	}
	var p SendMessageParams
	if err := r.Bind(&p); err != nil {
		t.Fatal(err)
	}
	if p.Message.Type != MessageTypeCustom || p.Message.SearchedContent != "s" || p.ToConversationID != "bob" ||
		p.Config.PushConfig == nil || p.Config.PushConfig.Title != "t" {
		t.Errorf("got %+v", p)
	}
	for _, bad := range []string{`{"messageSeqs":["1"]}`, `{"messageSeqs":[1.5]}`, `{"messageSeqs":1}`} {
		r := Request{Method: "queryMessages", Params: []byte(bad)}
		if err := r.Bind(&QueryMessagesParams{}); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}

func TestNoticesAreOneFrame(t *testing.T) {
	one, err := EncodeNotices(Mark{Cursor: "c1"}, Notice{"tokenWillExpire", EventOfTokenWillExpireResult{Second: 30}})
	if err != nil || string(one) != `{"jsonrpc":"2.0","method":"tokenWillExpire","params":{"second":30},"cursor":"c1"}` {
		t.Errorf("%s, %v", one, err)
	}
	two, err := EncodeNotices(Mark{Cursor: "c2", Live: "7"}, Notice{"a", nil}, Notice{"b", EventOfMessageEditedResult{}})
	if err != nil || string(two) != `[{"jsonrpc":"2.0","method":"a","params":null},{"jsonrpc":"2.0","method":"b","params":{"messageList":[]},"cursor":"c2","live":"7"}]` {
		t.Errorf("%s, %v", two, err)
	}
	got, err := DecodeAnswers(two)
	if err != nil || len(got) != 2 || got[1].Mark != (Mark{Cursor: "c2", Live: "7"}) {
		t.Errorf("%+v, %v", got, err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"sendMessage","params":{"message":{"type":1,"message":"hi"}}}`,
		`{"jsonrpc":"2.0","method":"$/ack","params":{"cursor":"1"}}`, `[]`, `{}`, `{"jsonrpc":"2.0","id":"é","method":"\u0000"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		r, refusal := Decode(frame)
		if refusal != nil {
			if _, err := EncodeError(r.ID, refusal); err != nil {
				t.Fatalf("cannot answer: %v", err)
			}
			return
		}
		out, err := json.Marshal(envelope{Version: "2.0", ID: r.ID, Method: r.Method, Params: r.Params})
		if err != nil {
			t.Fatalf("cannot write what was read: %v", err)
		}
		again, refusal := Decode(out)
		if refusal != nil {
			t.Fatalf("cannot read what was written: %v", refusal)
		}
		if again.Method != r.Method || string(again.ID.raw) != string(r.ID.raw) {
			t.Fatalf("%+v became %+v", r, again)
		}
		var p SendMessageParams
		_ = again.Bind(&p)
	})
}

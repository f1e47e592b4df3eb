package webim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/mapping/webimmap"
	"dragoman/protocols/webim/webimwire"
)

// answered decodes an answer, which must be JSON whatever its status is.
func answered(t *testing.T, r *http.Response) map[string]any {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		t.Fatalf("%s %s answered %d %q: %s", r.Request.Method, r.Request.URL.Path, r.StatusCode, r.Header.Get("Content-Type"), b)
	}
	return m
}

// rest asks and fails the test unless the answer is a success; it returns data.
func (g *gateway) rest(method, path, token, body string) any {
	g.t.Helper()
	r := g.do(method, "/dragoman/chat"+path, token, body)
	m := answered(g.t.(*testing.T), r)
	if r.StatusCode != http.StatusOK {
		g.t.Fatalf("%s %s: %d %v", method, path, r.StatusCode, m)
	}
	return m["data"]
}

func TestErrorsAreAlwaysJSON(t *testing.T) {
	g := newGateway(t, "")
	token := g.user("alice")
	for _, c := range []struct {
		method, path, token, body string
		status                    int
		word                      string
	}{
		{"GET", "/other/app/users/alice/contacts/users", token, "", 404, "organization_application_not_found"},
		{"GET", "/dragoman/chat", token, "", 404, "service_resource_not_found"},
		{"GET", "/dragoman/chat/", token, "", 404, "service_resource_not_found"},
		{"GET", "/dragoman/chat/no/such/path", token, "", 404, "service_resource_not_found"},
		{"PATCH", "/dragoman/chat/users/alice", token, "", 404, "service_resource_not_found"},
		{"GET", "/dragoman/chat/users//contacts/users", token, "", 404, "service_resource_not_found"},
		{"GET", "/dragoman/chat/users/alice/contacts/users", "", "", 401, "unauthorized"},
		{"GET", "/dragoman/chat/users/alice/contacts/users", "garbage", "", 401, "unauthorized"},
		{"GET", "/dragoman/chat/users/bob/contacts/users", token, "", 401, "unauthorized"},
		{"POST", "/dragoman/chat/token", "", "{", 400, "json_parse"},
		{"POST", "/dragoman/chat/token", "", `{"grant_type":"password","username":"alice","password":"x"}`, 400, "invalid_grant"},
		{"POST", "/dragoman/chat/token", "", `{"grant_type":"magic"}`, 400, "invalid_grant"},
		{"POST", "/dragoman/chat/users", "", `{"username":"new","password":"x"}`, 401, "unauthorized"},
		{"GET", "/dragoman/chat/chatgroups/404", token, "", 404, "resource_not_found"},
		{"POST", "/dragoman/chat/sdk/chatfiles/part-upload", token, "{}", 404, "service_resource_not_found"},
		{"GET", "/dragoman/chat/chatfiles/nothing", "", "", 403, "forbidden_op"},
		{"GET", "/dragoman/chat/users", token, "", 403, "forbidden_op"},
	} {
		r := g.do(c.method, c.path, c.token, c.body)
		m := answered(t, r)
		if r.StatusCode != c.status || m["error"] != c.word || m["error_description"] == "" {
			t.Errorf("%s %s: %d %v", c.method, c.path, r.StatusCode, m)
		}
		if r.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s %s: a page cannot read the answer", c.method, c.path)
		}
	}
}

func TestPreflightNeedsNoToken(t *testing.T) {
	g := newGateway(t, "")
	r, err := http.NewRequest(http.MethodOptions, g.server.URL+"/dragoman/chat/users/alice/blocks/users", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Origin", "https://page.example")
	r.Header.Set("Access-Control-Request-Headers", "authorization,content-type,share-secret")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusNoContent || answer.Header.Get("Access-Control-Allow-Headers") != "authorization,content-type,share-secret" ||
		!strings.Contains(answer.Header.Get("Access-Control-Allow-Methods"), "DELETE") {
		t.Errorf("%d %v", answer.StatusCode, answer.Header)
	}
}

func TestTokensForUsersAndTheAppsServer(t *testing.T) {
	g := newGateway(t, "")
	id, secret, err := Credentials(g.front.Vault)
	if err != nil {
		t.Fatal(err)
	}
	m := answered(t, g.do("POST", "/dragoman/chat/token", "", fmt.Sprintf(`{"grant_type":"client_credentials","client_id":%q,"client_secret":%q,"ttl":"3600"}`, id, secret)))
	app, _ := m["access_token"].(string)
	if app == "" || m["expires_in"] != 3600.0 {
		t.Fatalf("app token: %v", m)
	}
	g.rest("POST", "/users", app, `[{"username":"Alice","password":"one","nickname":"A"},{"username":"bob","password":"two"}]`)
	if r := g.do("POST", "/dragoman/chat/users", app, `{"username":"bob","password":"x"}`); r.StatusCode != 400 || answered(t, r)["error"] != "duplicate_unique_property_exists" {
		t.Errorf("a name twice: %d", r.StatusCode)
	}
	// 1.x clients write lower case.
	m = answered(t, g.do("POST", "/dragoman/chat/token", "", `{"grant_type":"password","username":"alice","password":"one"}`))
	if user, _ := m["user"].(map[string]any); user["username"] != "Alice" || m["access_token"] == nil {
		t.Errorf("password: %v", m)
	}
	m = answered(t, g.do("POST", "/dragoman/chat/token", app, `{"grant_type":"inherit","username":"new","autoCreateUser":true,"ttl":60}`))
	if m["access_token"] == nil || m["expires_in"] != 60.0 {
		t.Errorf("inherited: %v", m)
	}
	if r := g.do("POST", "/dragoman/chat/token", "", `{"grant_type":"client_credentials","client_id":"x","client_secret":"y"}`); r.StatusCode != 400 {
		t.Errorf("wrong secret: %d", r.StatusCode)
	}
	// With its token the server acts for any user; a user only for himself.
	g.rest("POST", "/users/Alice/contacts/users/bob", app, "")
	if got := fmt.Sprint(g.rest("GET", "/users/bob/contacts/users", app, "")); got != "[Alice]" {
		t.Errorf("contacts %v", got)
	}
}

func TestAppsServerSendsRecallsAndEdits(t *testing.T) {
	g := newGateway(t, "")
	app, _, err := g.book.IssueAppToken(1e12)
	if err != nil {
		t.Fatal(err)
	}
	bob := g.dial("bob", "web1")
	group := g.group("carol", "bob")
	ids := g.rest("POST", "/messages/users", app, `{"from":"shop","to":["bob"],"type":"txt","body":{"msg":"your order"},"ext":{"n":7,"o":{"a":[1]}}}`)
	bob.untilTexts(1)
	m := bodies[*webimwire.MessageBody](bob)[0]
	if m.GetFrom().GetName() != "shop" || len(m.GetExt()) != 2 || m.GetExt()[0].GetVarintValue() != 7 {
		t.Errorf("heard %v", m)
	}
	g.rest("POST", "/messages/chatgroups", app, fmt.Sprintf(`{"to":[%q],"type":"custom","body":{"customEvent":"e","customExts":{"a":"b"}}}`, group))
	bob.until("custom", func() bool { return len(bodies[*webimwire.MessageBody](bob)) == 2 })
	id := ids.(map[string]any)["bob"].(string)
	g.rest("PUT", "/messages/rewrite/"+id, app, `{"user":"admin","new_msg":{"type":"txt","msg":"your new order"}}`)
	g.rest("POST", "/messages/msg_recall", app, fmt.Sprintf(`{"msg_id":%q,"to":"bob","chat_type":"chat","force":true}`, id))
	bob.until("edit and recall", func() bool { return len(bodies[*webimwire.MessageBody](bob)) == 4 })
	for _, c := range []string{
		`{"to":["bob"],"type":"txt","body":{}}`, `{"to":["bob"],"type":"what","body":{}}`, `{"to":[],"type":"txt","body":{"msg":"x"}}`,
		`{"from":"","to":["bob"],"type":"txt","body":{"msg":"x"}}`,
	} {
		if r := g.do("POST", "/dragoman/chat/messages/users", app, c); r.StatusCode != 400 {
			t.Errorf("%s: %d", c, r.StatusCode)
		}
	}
}

// post uploads one file.
func (g *gateway) post(path, token, name, kind string, content []byte, restrict bool) (int, map[string]any) {
	g.t.Helper()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreatePart(map[string][]string{
		"Content-Disposition": {fmt.Sprintf(`form-data; name="file"; filename=%q`, name)}, "Content-Type": {kind},
	})
	if err != nil {
		g.t.Fatal(err)
	}
	_, _ = part.Write(content)
	_ = w.Close()
	r, err := http.NewRequest(http.MethodPost, g.server.URL+path, &form)
	if err != nil {
		g.t.Fatal(err)
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Authorization", "Bearer "+token)
	if restrict {
		r.Header.Set("restrict-access", "true")
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		g.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	return answer.StatusCode, answered(g.t.(*testing.T), answer)
}

func TestFilesNeedTheirSecret(t *testing.T) {
	g := newGateway(t, "max_image: 1000")
	token := g.user("alice")
	status, m := g.post("/dragoman/chat/chatfiles", token, "n.txt", "text/plain", []byte("some notes"), true)
	if status != 200 {
		t.Fatal(m)
	}
	entity := m["entities"].([]any)[0].(map[string]any)
	path := "/dragoman/chat/chatfiles/" + entity["uuid"].(string)
	if r := g.do("GET", path, token, ""); r.StatusCode != 403 || answered(t, r)["error_description"] != "chatfile no permission" {
		t.Errorf("without the secret: %d", r.StatusCode)
	}
	r := g.do("GET", path+"?em-redirect=true&share-secret="+entity["share-secret"].(string), "", "")
	if b, err := io.ReadAll(r.Body); err != nil || string(b) != "some notes" {
		t.Errorf("with it: %d %q", r.StatusCode, b)
	}
	// A mini-program uploads without restriction: the link alone opens the file.
	_, m = g.post("/dragoman/chat/chatfiles", token, "n.txt", "text/plain", []byte("open notes"), false)
	open := m["entities"].([]any)[0].(map[string]any)["uuid"].(string)
	if r := g.do("GET", "/dragoman/chat/chatfiles/"+open, "", ""); r.StatusCode != 200 {
		t.Errorf("an open file: %d", r.StatusCode)
	}
	if status, m := g.post("/dragoman/chat/chatfiles", token, "p.png", "image/png", make([]byte, 2000), true); status != 413 {
		t.Errorf("a picture too large: %d %v", status, m)
	}
	if status, _ := g.post("/dragoman/chat/chatfiles", "garbage", "n.txt", "text/plain", []byte("x"), true); status != 401 {
		t.Errorf("without a token: %d", status)
	}
}

func TestSharedFilesAreForMembers(t *testing.T) {
	g := newGateway(t, "")
	alice, stranger := g.user("alice"), g.user("mallory")
	bob := g.dial("bob", "web1")
	at := "/chatgroups/" + g.group("alice", "bob") + "/share_files"
	status, m := g.post("/dragoman/chat"+at, alice, "plan.txt", "text/plain", []byte("the plan"), true)
	if status != 200 {
		t.Fatal(m)
	}
	id := m["data"].(map[string]any)["file_id"].(string)
	bob.until("the notice", func() bool {
		return slices.ContainsFunc(bodies[*webimwire.MUCBody](bob), func(b *webimwire.MUCBody) bool { return b.GetOperation() == webimwire.MUCBody_UPLOAD_FILE })
	})
	row := g.rest("GET", at, g.user("bob"), "").([]any)[0].(map[string]any)
	if row["file_id"] != id || row["file_name"] != "plan.txt" || row["file_owner"] != "alice" || row["file_size"] != 8.0 {
		t.Errorf("row %v", row)
	}
	r := g.do("GET", "/dragoman/chat"+at+"/"+id, g.user("bob"), "")
	if b, err := io.ReadAll(r.Body); err != nil || string(b) != "the plan" {
		t.Errorf("%d %q", r.StatusCode, b)
	}
	for _, c := range [][2]string{{"GET", at}, {"GET", at + "/" + id}, {"DELETE", at + "/" + id}} {
		if r := g.do(c[0], "/dragoman/chat"+c[1], stranger, ""); r.StatusCode != 403 {
			t.Errorf("a stranger's %s: %d", c[0], r.StatusCode)
		}
	}
	if r := g.do("DELETE", "/dragoman/chat"+at+"/"+id, g.user("bob"), ""); r.StatusCode != 403 {
		t.Errorf("another member's: %d", r.StatusCode)
	}
	if used, err := g.store.FilesInUse(t.Context(), []string{id}); err != nil || !used[id] {
		t.Errorf("in use: %v %v", used, err)
	}
	g.rest("DELETE", at+"/"+id, alice, "")
	if r := g.do("GET", "/dragoman/chat"+at+"/"+id, alice, ""); r.StatusCode != 404 {
		t.Errorf("afterwards: %d", r.StatusCode)
	}
}

// A foreign link goes by a detour that nobody else can make.
func TestDetoursLeadOnlyWhereMessagesPointed(t *testing.T) {
	g := newGateway(t, "")
	const link = "https://files.example.org/a b.png?x=1#y"
	segment := g.front.detour(link)
	if got, ok := g.front.undetour(segment); !ok || got != link {
		t.Errorf("%q leads to %q", segment, got)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := client.Get(g.server.URL + "/dragoman/chat/chatfiles/" + segment)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	if r.StatusCode != 302 || !strings.HasPrefix(r.Header.Get("Location"), "https://files.example.org/") {
		t.Errorf("%d %v", r.StatusCode, r.Header)
	}
	for i := range segment {
		if broken := segment[:i] + "A" + segment[i+1:]; broken != segment {
			if got, ok := g.front.undetour(broken); ok && got != link {
				t.Errorf("%q leads to %q", broken, got)
			}
		}
	}
}

func TestGroupsByREST(t *testing.T) {
	g := newGateway(t, "")
	alice, bob, carol := g.user("alice"), g.user("bob"), g.user("carol")
	made := g.rest("POST", "/chatgroups", alice, `{"owner":"alice","groupname":"G","desc":"d","members":["bob"],"public":true,"approval":true,"allowinvites":false,"maxusers":"3"}`)
	id := made.(map[string]any)["groupid"].(string)
	at := "/chatgroups/" + id
	row := g.rest("GET", at, bob, "").([]any)[0].(map[string]any)
	if row["name"] != "G" || row["groupid"] != id || row["permission"] != "member" || row["affiliations_count"] != 2.0 || row["maxusers"] != 3.0 || row["membersonly"] != true {
		t.Errorf("row %v", row)
	}
	g.rest("POST", at+"/apply", carol, `{"message":"please"}`)
	g.rest("POST", at+"/apply_verify", alice, `{"applicant":"carol","verifyResult":true}`)
	if r := g.do("POST", "/dragoman/chat"+at+"/invite", alice, `{"usernames":["dave"]}`); r.StatusCode != 404 || answered(t, r)["exception"] != "UserNotFoundException" {
		t.Errorf("an unknown user: %d", r.StatusCode)
	}
	g.user("dave")
	for want, c := range map[string][3]string{
		"only an owner or admin may invite": {at + "/invite", bob, `{"usernames":["dave"]}`},
		"group member list is full!":        {at + "/invite", alice, `{"usernames":["dave"]}`},
		"invite users to join group failed": {at + "/invite", alice, `{"usernames":["bob"]}`},
	} {
		r := g.do("POST", "/dragoman/chat"+c[0], c[1], c[2])
		if text, _ := answered(t, r)["error_description"].(string); r.StatusCode != 403 || !strings.Contains(text, want) {
			t.Errorf("%s: %d %s", want, r.StatusCode, text)
		}
	}
	g.rest("PUT", at, alice, `{"newowner":"bob"}`)
	g.rest("DELETE", at+"/users/carol", bob, "")
	if got := fmt.Sprint(g.rest("GET", at+"/users?pagenum=1&pagesize=10", alice, "")); !strings.Contains(got, "owner:bob") || strings.Contains(got, "carol") {
		t.Errorf("members %s", got)
	}
	g.rest("DELETE", at, bob, "")
	if r := g.do("GET", "/dragoman/chat"+at, bob, ""); r.StatusCode != 404 {
		t.Errorf("after its end: %d", r.StatusCode)
	}
	if joined := g.rest("GET", "/users/bob/joined_chatgroups", bob, "").([]any); len(joined) != 0 {
		t.Errorf("joined %v", joined)
	}
}

// The SDKs write what they leave out as undefined or null.
// Fields that say the same are fields of their own.
func TestNewGroupKeepsAllThatItIsGiven(t *testing.T) {
	g := newGateway(t, "")
	alice := g.user("alice")
	made := g.rest("POST", "/chatgroups", alice, `{"owner":"alice","groupname":"x","desc":"x","custom":"x","avatar":"x","public":true}`)
	row := g.rest("GET", "/chatgroups/"+made.(map[string]any)["groupid"].(string), alice, "").([]any)[0].(map[string]any)
	if row["name"] != "x" || row["description"] != "x" || row["custom"] != "x" || row["avatar"] != "x" {
		t.Errorf("row %v", row)
	}
}

func TestAbsentParametersMayBeWords(t *testing.T) {
	g := newGateway(t, "")
	token := g.user("alice")
	for _, path := range []string{
		"/publicchatgroups?limit=20&cursor=undefined", "/users/alice/contacts?limit=20&cursor=null", "/sdk/user/alice/user_channels/list?limit=undefined&cursor=undefined",
	} {
		g.rest("GET", path, token, "")
	}
}

func TestHistoryPagesBothWays(t *testing.T) {
	g := newGateway(t, "")
	alice := g.dial("alice", "web1")
	g.user("bob")
	for i := range 7 {
		alice.ok(alice.send(say(webimwire.MessageBody_CHAT, "bob", fmt.Sprint(i))))
	}
	token := g.user("bob")
	read := func(positive bool) []string {
		var texts []string
		start := "-1"
		for range 10 {
			data := g.rest("POST", "/users/bob/messageroaming", token,
				fmt.Sprintf(`{"queue":"alice@easemob.com","start":%q,"pull_number":3,"is_positive":%v,"end":-1}`, start, positive)).(map[string]any)
			for _, row := range data["msgs"].([]any) {
				text := row.(map[string]any)["msg"].(string)
				texts = append(texts, historyText(t, text))
			}
			if data["is_last"] == true {
				return texts
			}
			start = data["next_key"].(string)
		}
		t.Fatal("history has no end")
		return nil
	}
	want := []string{"0", "1", "2", "3", "4", "5", "6"}
	if got := read(true); !slices.Equal(got, want) {
		t.Errorf("forward: %q", got)
	}
	slices.Reverse(want)
	if got := read(false); !slices.Equal(got, want) {
		t.Errorf("backward: %q", got)
	}
}

func historyText(t *testing.T, encoded string) string {
	t.Helper()
	var b []byte
	if err := json.Unmarshal([]byte(`"`+encoded+`"`), &b); err != nil {
		t.Fatal(err)
	}
	m, err := webimwire.DecodeMeta(b)
	if err != nil {
		t.Fatal(err)
	}
	body, err := webimwire.Body(m)
	if err != nil {
		t.Fatal(err)
	}
	return body.(*webimwire.MessageBody).GetContents()[0].GetText()
}

func TestSockJSInfoLetsPagesOfOtherOriginsRead(t *testing.T) {
	g := newGateway(t, "")
	r, err := http.NewRequest(http.MethodGet, g.server.URL+"/ws/info?t=1", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Origin", "https://page.example")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if m := answered(t, answer); m["websocket"] != true || answer.Header.Get("Access-Control-Allow-Origin") != "https://page.example" ||
		answer.Header.Get("Access-Control-Allow-Credentials") != "true" {
		t.Errorf("%v %v", m, answer.Header)
	}
	for _, transport := range []string{"xhr_streaming", "xhr", "eventsource", "jsonp"} {
		if r := g.do("POST", "/ws/123/abcdefgh/"+transport, "", ""); r.StatusCode != 404 {
			t.Errorf("%s: %d", transport, r.StatusCode)
		}
	}
}

func TestSockJSSession(t *testing.T) {
	g := newGateway(t, "")
	conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(g.server.URL, "http")+"/ws/123/abcdefgh/websocket", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	read := func() string {
		_, b, err := conn.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if got := read(); got != "o" {
		t.Fatalf("first %q", got)
	}
	up, err := webimwire.Up{
		Envelope:  &webimwire.MSync{Command: webimwire.MSync_PROVISION.Enum()},
		Provision: &webimwire.Provision{Resource: new("webim_1"), Auth: new("$t$" + g.user("alice"))},
	}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.WriteMessage(websocket.TextMessage, webimwire.EncodeSockJS(up)[1:]); err != nil {
		t.Fatal(err)
	}
	packets, err := webimwire.DecodeSockJS([]byte(strings.TrimPrefix(read(), "a")))
	if err != nil || len(packets) != 1 {
		t.Fatal(err)
	}
	down, err := webimwire.DecodeDown(packets[0])
	if err != nil || down.Provision.GetStatus().GetErrorCode() != webimwire.Status_OK || down.Provision.GetResource() != "webim_1" {
		t.Fatalf("%v, %v", down, err)
	}
	go g.stop()
	for got := read(); ; got = read() {
		if strings.HasPrefix(got, "c[") {
			return
		}
	}
}

// What a client offers to read compressed is, in both directions.
func TestCompressedSession(t *testing.T) {
	g := newGateway(t, "lz4: true")
	c := g.connect("alice", "web1")
	c.write(webimwire.Up{
		Envelope: &webimwire.MSync{Command: webimwire.MSync_PROVISION.Enum()},
		Provision: &webimwire.Provision{
			Resource: new("web1"), ActionVersion: new("v5.2"), Auth: new("$t$" + g.user("alice")),
			ProtocolCompressType: []webimwire.Provision_CompressType{webimwire.Provision_COMPRESS_LZ4},
		},
	})
	down, err := c.read()
	if err != nil || down.Provision.GetProtocolCompressDirection() != webimwire.Provision_BI {
		t.Fatalf("%v, %v", down, err)
	}
	var deflater webimwire.Deflater
	inflater := webimwire.NewInflater(maxFrame)
	packet, err := webimwire.Up{Envelope: &webimwire.MSync{Command: webimwire.MSync_UNREAD.Enum()}}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	frame, err := deflater.Deflate(packet)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.conn.WriteMessage(websocket.BinaryMessage, frame); err != nil {
		t.Fatal(err)
	}
	for {
		_, frame, err := c.conn.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		packet, err := inflater.Inflate(frame)
		if err != nil {
			t.Fatal(err)
		}
		if down, err := webimwire.DecodeDown(packet); err != nil {
			t.Fatal(err)
		} else if down.Unread != nil {
			return
		}
	}
}

func TestDNSNamesThisHost(t *testing.T) {
	g := newGateway(t, "")
	m := answered(t, g.do("GET", "/easemob/server.json?app_key=dragoman%23chat", "", ""))
	host := m["msync-wx"].(map[string]any)["hosts"].([]any)[0].(map[string]any)
	if got := fmt.Sprintf("http://%v:%v", host["domain"], host["port"]); got != g.server.URL {
		t.Errorf("%s", got)
	}
	if r := g.do("GET", "/easemob/server.json?app_key=other%23key", "", ""); r.StatusCode != 404 {
		t.Errorf("another key: %d", r.StatusCode)
	}
}

// Every path of the SDKs' own methods leads somewhere.
func TestPathsOfRealSDKsAreKnown(t *testing.T) {
	g := newGateway(t, "")
	var unknown []string
	for _, tag := range []string{"4211", "363"} {
		for _, r := range restFixtures(t, tag) {
			if strings.HasPrefix(r.Path, "/api/") {
				continue // mounted by itself
			}
			path := strings.NewReplacer("/{org}/{app}", "", "{me}", "alice", "{resource}", "web1").Replace(r.Path)
			if _, _, ok := g.front.tree.find(r.Method, path); !ok {
				unknown = append(unknown, r.Method+" "+path+" ("+r.API+")")
			}
		}
	}
	slices.Sort(unknown)
	for _, u := range slices.Compact(unknown) {
		t.Error(u)
	}
}

// Deep links of a foreign file survive the map and come back by the detour.
func TestRealmSendsForeignLinksByDetour(t *testing.T) {
	g := newGateway(t, "")
	ev := &chat.Event{ID: 5, From: "x", Draft: chat.Draft{Conv: chat.Peer("x", "y"),
		Body: chat.Message{Content: chat.Media{Kind: chat.MediaImage, File: chat.FileRef{URL: "https://a.example/b.png"}}}}}
	metas, err := g.front.realm(t.Context(), "http://h").FromEvent(chat.Record{Event: ev}, webimmap.Reader{User: "y", Generation: webimmap.Gen5})
	if err != nil || len(metas) != 1 {
		t.Fatal(err)
	}
	body, err := webimwire.Body(metas[0])
	if err != nil {
		t.Fatal(err)
	}
	link := body.(*webimwire.MessageBody).GetContents()[0].GetRemotePath()
	segment := strings.TrimPrefix(link, "http://h/dragoman/chat/chatfiles/")
	if got, ok := g.front.undetour(segment); !ok || got != "https://a.example/b.png" {
		t.Errorf("%s leads to %q", link, got)
	}
}

// A client that says that it brings a file has no more room for a request that is none: the token is asked for by anybody.
func TestNoRequestIsReadWithoutBound(t *testing.T) {
	g := newGateway(t, "")
	app, _, err := g.book.IssueAppToken(time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/token", "/users"} {
		body := strings.NewReader(`{"grant_type":"password","username":"` + strings.Repeat("x", 2*maxBody) + `"}`)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, g.server.URL+"/dragoman/chat"+path, body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		r.Header.Set("Authorization", "Bearer "+app)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if answered(t, answer); answer.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: %d, want 413", path, answer.StatusCode)
		}
		_ = answer.Body.Close()
	}
}

// Between the proof of a password and the token, or the session, that it is for, the password may change.
func TestOldPasswordGetsNothingOfTheNew(t *testing.T) {
	g := newGateway(t, "")
	ctx := t.Context()
	if _, err := g.book.Create(ctx, "alice", "old"); err != nil {
		t.Fatal(err)
	}
	owner, err := g.book.VerifyPassword(ctx, "alice", "old")
	if err != nil {
		t.Fatal(err)
	}
	c := &call{frontend: g.front, ctx: ctx, r: httptest.NewRequest(http.MethodPost, "/", nil)}
	c.realm = g.front.realm(ctx, "http://localhost")
	s := newSession(g.front, nil, c.r)
	s.actor, s.realm = bridge.Actor{User: "alice", Device: "one", Source: chat.Client, Protocol: webimmap.Protocol}, c.realm
	if _, err := c.issue(owner, tokenRequest{}, time.Hour); err != nil {
		t.Fatalf("a token of the password that is: %v", err)
	}
	if err := g.book.SetPassword(ctx, "alice", "new"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.issue(owner, tokenRequest{}, time.Hour); chat.CodeOf(err) != chat.Unauthenticated {
		t.Errorf("a token of the old password: %v", err)
	}
	if _, err := s.open(ctx, owner); chat.CodeOf(err) != chat.Unauthenticated {
		t.Errorf("a session of the old password: %v", err)
	}
	if g.router.Online("alice") {
		t.Error("the session that was refused is open")
	}
}

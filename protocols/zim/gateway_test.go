package zim

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/gorilla/websocket"
	"github.com/rs/zerolog"

	"dragoman/bridge"
	"dragoman/bridge/account"
	"dragoman/bridge/chat"
	"dragoman/bridge/media"
	"dragoman/bridge/store"
	"dragoman/configs"
	"dragoman/mapping/names"
	"dragoman/protocols"
	"dragoman/protocols/zim/zimwire"
)

// gateway is a whole one with this front-end alone: real router, store, accounts and files, on loopback.
type gateway struct {
	t      testing.TB
	router *bridge.Router
	store  *store.Store
	book   *account.Book
	front  *frontend
	server *httptest.Server
	ahead  atomic.Int64 // how far its clock is ahead, in ns
	nonce  atomic.Int64
}

// newGateway starts one. over is YAML over the section's defaults.
func newGateway(t testing.TB, over string) *gateway {
	t.Helper()
	gin.SetMode(gin.ReleaseMode)
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	vault := account.OpenVault("", nil)
	book, err := account.Open(ctx, ":memory:", vault, time.Now)
	must(err)
	log, err := store.Open(ctx, ":memory:", store.Options{})
	must(err)
	shelf, err := media.Open(ctx, media.Options{Dir: t.TempDir(), Key: []byte("0123456789abcdef0123456789abcdef"), Now: time.Now})
	must(err)
	g := &gateway{t: t, book: book, store: log}
	g.router = bridge.New(log, book, bridge.DefaultPolicy(), g.now, zerolog.Nop())
	section, err := configs.ParseSection("zim", defaults, over)
	must(err)
	engine := gin.New()
	g.server = httptest.NewServer(engine)
	built, err := build(protocols.Deps{
		Router: g.router, Store: log, Accounts: book, Vault: vault, Media: shelf, Names: names.New(book), Domain: "localhost",
		PublicURL: func() string { return g.server.URL }, Log: zerolog.Nop(), Now: g.now,
	}, section)
	must(err)
	g.front = built.(*frontend)
	built.Mount(engine)

	running, end := context.WithCancel(ctx)
	serving, endServing := context.WithCancel(ctx)
	var parts, served sync.WaitGroup
	var ran, ended error
	parts.Go(func() { ran = g.router.Run(running) })
	served.Go(func() { ended = built.Serve(serving) })
	t.Cleanup(func() {
		endServing()
		served.Wait()
		g.server.Close()
		end()
		parts.Wait()
		if !errors.Is(ran, context.Canceled) { // a test that is over before the sequencer has begun
			must(ran)
		}
		must(ended)
		must(log.Close())
		must(shelf.Close())
		must(book.Close())
	})
	return g
}

func (g *gateway) now() time.Time { return time.Now().Add(time.Duration(g.ahead.Load())) }

// later lets time pass.
func (g *gateway) later(d time.Duration) { g.ahead.Add(int64(d)) }

// token is what the app's server gives a user.
func (g *gateway) token(user string) string {
	g.t.Helper()
	token, err := MintToken(uint32(g.front.cfg.AppID), user, g.front.secret, time.Hour, g.now())
	if err != nil {
		g.t.Fatal(err)
	}
	return token
}

// users makes accounts.
func (g *gateway) users(users ...string) {
	g.t.Helper()
	for _, u := range users {
		if _, _, err := g.book.Ensure(context.Background(), chat.UserID(u)); err != nil {
			g.t.Fatal(err)
		}
	}
}

// fields are parameters of an action, or a part of its answer.
type fields = map[string]any

// signed returns the common parameters of a call, with a good signature.
func (g *gateway) signed(action string) url.Values {
	nonce := hex.EncodeToString([]byte(strconv.FormatInt(10_000_000+g.nonce.Add(1), 10)))
	now := g.now().Unix()
	return url.Values{
		"Action": {action}, "AppId": {"1"}, "SignatureNonce": {nonce}, "Timestamp": {strconv.FormatInt(now, 10)}, "SignatureVersion": {"2.0"},
		"Signature": {zimwire.Sign(1, nonce, string(g.front.secret), now)},
	}
}

// send makes a call of the server API as it is.
func (g *gateway) send(query url.Values, body string) fields {
	g.t.Helper()
	var out fields
	if err := json.Unmarshal(g.raw(query, body), &out); err != nil {
		g.t.Fatalf("%s: %v", query.Get("Action"), err)
	}
	return out
}

// raw is send, with the answer as it came.
func (g *gateway) raw(query url.Values, body string) []byte {
	g.t.Helper()
	r, err := http.NewRequestWithContext(g.t.Context(), http.MethodPost, g.server.URL+"/?"+query.Encode(), strings.NewReader(body))
	if err != nil {
		g.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		g.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	out, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		g.t.Fatalf("%s: status %d, %v", query.Get("Action"), answer.StatusCode, err)
	}
	return out
}

// call makes a call of the server API. A second passes before, so that no rate is in its way.
func (g *gateway) call(action string, p fields) fields {
	g.t.Helper()
	g.later(time.Second)
	return g.callNow(action, p)
}

func (g *gateway) callNow(action string, p fields) fields {
	g.t.Helper()
	body, err := json.Marshal(p)
	if err != nil {
		g.t.Fatal(err)
	}
	return g.send(g.signed(action), string(body))
}

// does is a call that must succeed.
func (g *gateway) does(action string, p fields) fields {
	g.t.Helper()
	answer := g.call(action, p)
	if code := codeOf(answer); code != zimwire.RetOK {
		g.t.Fatalf("%s: %v", action, answer)
	}
	return answer
}

func codeOf(answer fields) zimwire.ReturnCode {
	n, _ := answer["Code"].(float64)
	return zimwire.ReturnCode(n)
}

// client is a bare client of the JSON-RPC protocol.
type client struct {
	t    testing.TB
	conn *websocket.Conn
	mu   sync.Mutex
	next int
	mark zimwire.Mark // how far it has come

	answers chan zimwire.Answer
	notices chan zimwire.Answer
	closed  chan error
}

const patience = 20 * time.Second

// connect opens a socket and logs nobody in.
func (g *gateway) connect() *client {
	g.t.Helper()
	conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(g.server.URL, "http")+"/zim", nil)
	if err != nil {
		g.t.Fatal(err)
	}
	c := &client{t: g.t, conn: conn, answers: make(chan zimwire.Answer, 64), notices: make(chan zimwire.Answer, 4096), closed: make(chan error, 1)}
	g.t.Cleanup(c.drop)
	go c.read()
	return c
}

// drop breaks the connection without a word.
func (c *client) drop() { _ = c.conn.Close() }

func (c *client) read() {
	for {
		_, frame, err := c.conn.ReadMessage()
		if err != nil {
			c.closed <- err
			return
		}
		list, err := zimwire.DecodeAnswers(frame)
		if err != nil {
			c.closed <- err
			return
		}
		for _, a := range list {
			c.advance(a.Mark)
			if a.Method == "" {
				c.answers <- a
			} else {
				c.notices <- a
			}
		}
	}
}

func (c *client) advance(m zimwire.Mark) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if m.Cursor != "" {
		c.mark.Cursor = m.Cursor
	}
	if m.Live != "" {
		c.mark.Live = m.Live
	}
}

// resume logs the user of another connection in where that has come to, on the same device.
func (c *client) resume(g *gateway, user, device string, from *client) fields {
	c.t.Helper()
	from.mu.Lock()
	mark := from.mark
	from.mu.Unlock()
	result := c.does("login", fields{"userID": user, "config": fields{"token": g.token(user)},
		"session": fields{"device": device, "cursor": mark.Cursor, "live": mark.Live}})
	c.advance(zimwire.Mark{Cursor: result["cursor"].(string), Live: mark.Live})
	return result
}

// login logs a user in on a device of that name.
func (g *gateway) login(user, device string) *client {
	g.t.Helper()
	c := g.connect()
	result := c.does("login", fields{"userID": user, "config": fields{"token": g.token(user)}, "session": fields{"device": device}})
	c.advance(zimwire.Mark{Cursor: result["cursor"].(string)})
	return c
}

// ask sends a request and waits for its answer.
func (c *client) ask(method string, params any) zimwire.Answer {
	c.t.Helper()
	c.mu.Lock()
	c.next++
	id := strconv.Itoa(c.next)
	c.mu.Unlock()
	frame, err := zimwire.EncodeRequest(id, method, params)
	if err != nil {
		c.t.Fatal(err)
	}
	c.write(frame)
	return c.answer(method)
}

func (c *client) write(frame []byte) {
	c.t.Helper()
	if err := c.conn.WriteMessage(websocket.TextMessage, frame); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) answer(what string) zimwire.Answer {
	c.t.Helper()
	after := time.After(patience)
	for {
		select {
		case a := <-c.answers:
			return a
		case err := <-c.closed:
			if c.closed <- err; len(c.answers) == 0 {
				c.t.Fatalf("%s: the connection ended: %v", what, err)
			}
		case <-after:
			c.t.Fatalf("%s was not answered", what)
		}
	}
}

// does is ask for what must succeed.
func (c *client) does(method string, params any) fields {
	c.t.Helper()
	a := c.ask(method, params)
	if a.Error != nil {
		c.t.Fatalf("%s: %v", method, a.Error)
	}
	return object(c.t, a.Result)
}

// refused is ask for what must be refused with a code.
func (c *client) refused(code zimwire.Code, method string, params any) {
	c.t.Helper()
	a := c.ask(method, params)
	if a.Error == nil || a.Error.Code != code {
		c.t.Fatalf("%s: %s %v, not a refusal with %d", method, a.Result, a.Error, code)
	}
}

// event waits for a notice that matches; what comes before it is passed over.
func (c *client) event(name string, match func(fields) bool) fields {
	c.t.Helper()
	after := time.After(patience)
	for {
		select {
		case n := <-c.notices:
			if n.Method != name {
				continue
			}
			if data := object(c.t, n.Params); match == nil || match(data) {
				return data
			}
		case err := <-c.closed:
			if c.closed <- err; len(c.notices) == 0 {
				c.t.Fatalf("no %s: the connection ended: %v", name, err)
			}
		case <-after:
			c.t.Fatalf("no %s", name)
		}
	}
}

func object(t testing.TB, v jsontext.Value) fields {
	t.Helper()
	var out fields
	if err := json.Unmarshal(v, &out); err != nil {
		t.Fatalf("%s: %v", v, err)
	}
	return out
}

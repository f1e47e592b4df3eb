package webim

import (
	"context"
	"crypto/sha1"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/mapping/webimmap"
)

// call is one REST request.
type call struct {
	*frontend
	w     http.ResponseWriter
	r     *http.Request
	ctx   context.Context
	realm webimmap.Realm
	began time.Time
	named map[string]string // segments of the path, by the pattern's names

	// Of an authenticated request.
	me     chat.UserID // who asks, or for whom the app's server does; "": the server for nobody
	server bool        // the app's own server asks
}

// reply is what a handler answers; only what is set is written. The SDKs read
// data, entities, uri, cursor, properties, result and count alone [webim 12.1].
type reply struct {
	Data       any
	Entities   any
	Count      *int
	Cursor     *string
	Properties any
	Result     any
	Bare       any  // the whole answer, where it has no envelope
	Written    bool // the handler wrote the answer itself
}

type handler func(*call) (reply, error)

// access says whose token a path wants.
type access uint8

const (
	anybody access = iota
	signedIn
	own    // the user whom {me} names, or the app's server for him
	server // the app's server alone
)

type route struct {
	access  access
	handler handler
}

// tables are all the routes behind /{org}/{app}, by noun.
func (f *frontend) tables() []map[string]route {
	return []map[string]route{
		accountRoutes(), userRoutes(), fileRoutes(), historyRoutes(), conversationRoutes(), contactRoutes(),
		groupRoutes(), memberRoutes(), attributeRoutes(), messageRoutes(), silentRoutes(), sharedRoutes(), serverRoutes(),
		orderRoutes(), exportRoutes(), importRoutes(), broadcastRoutes(), offlineRoutes(), callbackRoutes(),
	}
}

// routes builds the table of what stands behind /{org}/{app}.
func (f *frontend) routes() *tree {
	t := new(tree)
	for _, table := range f.tables() {
		for pattern, r := range table {
			t.add(pattern, r)
		}
	}
	return t
}

// maxBody bounds a JSON request.
const maxBody = 1 << 20

// serveREST answers /{org}/{app}/…: always JSON, whatever is wrong.
func (f *frontend) serveREST(g *gin.Context) {
	allowREST(g)
	if g.Request.Method == http.MethodOptions {
		g.Status(http.StatusNoContent)
		return
	}
	c := &call{frontend: f, w: g.Writer, r: g.Request, ctx: g.Request.Context(), began: f.Now()}
	c.realm = f.realm(c.ctx, f.base(g.Request))
	answer, err := c.serve(g.Param("org"), g.Param("app"))
	switch {
	case err != nil:
		c.fail(err)
	case !answer.Written:
		c.answer(answer)
	}
}

// serveSpeech answers what the newest SDKs ask outside of /{org}/{app}: it is not
// offered.
func (f *frontend) serveSpeech(g *gin.Context) {
	allowREST(g)
	if g.Request.Method == http.MethodOptions {
		g.Status(http.StatusNoContent)
		return
	}
	c := &call{frontend: f, w: g.Writer, r: g.Request, ctx: g.Request.Context(), began: f.Now()}
	_, err := c.notOffered()
	c.fail(err)
}

// allowREST lets pages of any origin call: the token is in a header, not in a cookie.
func allowREST(g *gin.Context) {
	g.Header("Access-Control-Allow-Origin", "*")
	g.Header("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE, OPTIONS")
	if headers := g.GetHeader("Access-Control-Request-Headers"); headers != "" {
		g.Header("Access-Control-Allow-Headers", headers)
		g.Header("Access-Control-Max-Age", "86400")
	}
}

func (c *call) serve(org, app string) (reply, error) {
	if !strings.EqualFold(org, c.org) || !strings.EqualFold(app, c.app) {
		return reply{}, &restError{status: http.StatusNotFound, word: "organization_application_not_found",
			text: "Could not find application for " + org + "/" + app}
	}
	rest := "/"
	if parts := strings.SplitN(c.r.URL.EscapedPath(), "/", 4); len(parts) == 4 {
		rest += strings.TrimSuffix(parts[3], "/")
	}
	r, named, ok := c.tree.find(c.r.Method, rest)
	if !ok {
		return reply{}, &restError{status: http.StatusNotFound, word: "service_resource_not_found", text: "Service resource not found"}
	}
	c.named = named
	if err := c.authenticate(r.access); err != nil {
		return reply{}, err
	}
	return r.handler(c)
}

// authenticate finds out who asks.
func (c *call) authenticate(a access) error {
	if a == anybody {
		return c.rates.take("address " + addressOf(c.r))
	}
	token, ok := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	if !ok || token == "" {
		return chat.Refuse(chat.Unauthenticated, "Unable to authenticate (OAuth)")
	}
	if err := c.identify(token); err != nil {
		return err
	}
	caller := "user " + string(c.me)
	if c.server {
		caller = "app"
	}
	if err := c.rates.take(caller); err != nil {
		return err
	}
	name, named := c.named["me"]
	if named {
		user, err := c.user(name)
		if err != nil {
			return err
		}
		switch {
		case c.server:
			c.me = user
		case user != c.me:
			return chat.Refuse(chat.Unauthenticated, "Unable to authenticate (OAuth)")
		}
	}
	if a == server && !c.server {
		return chat.RefuseFor(chat.NoRight, "only the app's server may")
	}
	return nil
}

// identify reads a user's token, or the app server's.
func (c *call) identify(token string) error {
	owner, _, err := c.Accounts.CheckToken(c.ctx, token)
	if err == nil {
		c.me = owner.ID
		return nil
	}
	if _, appErr := c.Accounts.CheckAppToken(token); appErr == nil {
		c.server = true
		return nil
	} else if chat.CodeOf(appErr) == chat.Expired {
		return appErr
	}
	return err
}

// submit asks the router for what the request is about.
func (c *call) submit(conv chat.Conv, b chat.Body) error {
	return c.submitDraft(chat.Draft{Conv: conv, Body: b})
}

func (c *call) submitDraft(d chat.Draft) error {
	if !c.server && c.orders.rests(d.Conv) {
		return errResting()
	}
	_, err := c.Router.Submit(c.ctx, c.actor(), d)
	return err
}

// user finds whom a name in a request means; chat.NoUser: there is no such account.
func (c *call) user(name string) (chat.UserID, error) {
	u, err := c.realm.Names.User(name)
	if err != nil {
		return "", chat.RefuseFor(chat.NoUser, "user not found")
	}
	return u, nil
}

// users is user for several.
func (c *call) users(list []string) ([]chat.UserID, error) {
	ids := make([]chat.UserID, 0, len(list))
	for _, name := range list {
		u, err := c.user(name)
		if err != nil {
			return nil, err
		}
		ids = append(ids, u)
	}
	return ids, nil
}

func (c *call) name(u chat.UserID) string {
	name, err := c.realm.Names.UserName(u)
	if err != nil {
		return string(u)
	}
	return name
}

func (c *call) groupName(id string) string {
	name, err := c.realm.Names.GroupName(id)
	if err != nil {
		return id
	}
	return name
}

// actor is who does what the request asks. The resource names the device that
// acts, which is not told again what it did itself [webim 5.6].
func (c *call) actor() bridge.Actor {
	a := bridge.Actor{User: c.me, Device: resource(c.query("resource")), Source: chat.Client, Protocol: webimmap.Protocol, Address: c.r.RemoteAddr}
	if c.server {
		a.Source = chat.Server
	}
	return a
}

// resource is the device that a request names; "": none, or none that there could be. Others read it beside what it does.
func resource(name string) chat.DeviceID {
	if _, err := chat.NewUserID(name); err != nil { // the rules of logins
		return ""
	}
	return chat.DeviceID(name)
}

// query returns a parameter. The SDKs write what they leave out as a word.
func (c *call) query(key string) string {
	switch v := c.r.URL.Query().Get(key); v {
	case "undefined", "null":
		return ""
	default:
		return v
	}
}

// number returns a parameter that is a number between least and most; fallback, if
// it is none.
func (c *call) number(key string, fallback, least, most int) int {
	n, err := strconv.Atoi(c.query(key))
	if err != nil {
		return fallback
	}
	return min(max(n, least), most)
}

// body decodes the JSON of a request. An empty one leaves into as it is.
func (c *call) body(into any) error {
	b, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return chat.Refuse(chat.TooLarge, "the request is too large")
	case err != nil:
		return chat.Refuse(chat.Invalid, "the request cannot be read")
	case len(strings.TrimSpace(string(b))) == 0:
		return nil
	}
	c.ctx = bridge.WithFrame(c.ctx, bridge.Frame{At: time.Now(), Data: func() []byte { return b }})
	if err := json.Unmarshal(b, into); err != nil {
		return &restError{status: http.StatusBadRequest, word: "json_parse", text: "the request is no JSON of the expected kind"}
	}
	return nil
}

// answer writes a success, in the vendor's envelope.
func (c *call) answer(a reply) {
	if a.Bare != nil {
		c.write(http.StatusOK, a.Bare)
		return
	}
	uri := c.frontend.base(c.r) + c.r.URL.Path
	m := map[string]any{
		"action": strings.ToLower(c.r.Method), "application": c.applicationID(), "uri": uri, "path": c.path(), "timestamp": c.Now().UnixMilli(),
		"duration": c.Now().Sub(c.began).Milliseconds(), "organization": c.org, "applicationName": c.app, "entities": []any{},
	}
	if a.Data != nil {
		m["data"] = a.Data
	}
	if a.Entities != nil {
		m["entities"] = a.Entities
	}
	if a.Count != nil {
		m["count"] = *a.Count
	}
	if a.Cursor != nil && *a.Cursor != "" {
		m["cursor"] = *a.Cursor
	}
	if a.Properties != nil {
		m["properties"] = a.Properties
	}
	if a.Result != nil {
		m["result"] = a.Result
	}
	c.write(http.StatusOK, m)
}

func (c *call) path() string {
	parts := strings.SplitN(c.r.URL.Path, "/", 4)
	if len(parts) < 4 {
		return ""
	}
	return "/" + parts[3]
}

// applicationID is a UUID that the app key stands for, always the same.
func (f *frontend) applicationID() string {
	b := sha1.Sum([]byte("dragoman webim " + f.cfg.AppKey))
	b[6], b[8] = b[6]&0x0f|0x50, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:16])
}

func (c *call) write(status int, v any) {
	c.w.Header().Set("Content-Type", "application/json; charset=utf-8")
	c.w.WriteHeader(status)
	enc := json.NewEncoder(c.w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		c.Log.Debug().Err(err).Msg("answer not taken")
	}
}

package webim

import (
	"bytes"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"dragoman/bridge/account"
	"dragoman/bridge/chat"
)

func accountRoutes() map[string]route {
	return map[string]route{
		"POST /token":                       {anybody, (*call).token},
		"POST /users":                       {anybody, (*call).createUsers},
		"GET /users":                        {server, (*call).listUsers},
		"GET /users/{me}":                   {own, (*call).showUser},
		"DELETE /users":                     {server, (*call).deleteUsers},
		"DELETE /users/{me}":                {server, (*call).deleteUser},
		"PUT /users/{me}/password":          {server, (*call).setPassword},
		"POST /users/{me}/deactivate":       {server, (*call).deactivate},
		"POST /users/{me}/activate":         {server, (*call).activate},
		"GET /sdk/users/{me}/token/expires": {own, (*call).tokenExpires},
	}
}

// userEntity is an account as answers show it.
func (c *call) userEntity(a account.Account) map[string]any {
	ms := a.Created.UnixMilli()
	return map[string]any{
		"uuid": a.UUID, "type": "user", "created": ms, "modified": ms, "username": c.name(a.ID), "activated": !a.Disabled,
	}
}

// tokenRequest is every kind of login by REST. The lifetime may come as a text.
type tokenRequest struct {
	Grant      string      `json:"grant_type"`
	Username   string      `json:"username"`
	Password   string      `json:"password"`
	ClientID   string      `json:"client_id"`
	Secret     string      `json:"client_secret"`
	TTL        json.Number `json:"ttl"`
	AutoCreate bool        `json:"autoCreateUser"`
}

// longest is how long a token is good that was asked for without an end.
const longest = 10 * 365 * 24 * time.Hour

// lifetime reads ttl, in seconds; 0 is for ever [webim 18].
func (t tokenRequest) lifetime(fallback time.Duration) (time.Duration, error) {
	if t.TTL == "" {
		return fallback, nil
	}
	seconds, err := strconv.ParseInt(t.TTL.String(), 10, 64)
	if err != nil || seconds < 0 {
		return 0, chat.Refuse(chat.Invalid, "ttl is not a number of seconds")
	}
	if seconds == 0 || seconds > int64(longest/time.Second) {
		return longest, nil
	}
	return time.Duration(seconds) * time.Second, nil
}

// token proves who somebody is, and gives a token [webim 4.1].
func (c *call) token() (reply, error) {
	var t tokenRequest
	if err := c.body(&t); err != nil {
		return reply{}, err
	}
	switch t.Grant {
	case "password":
		return c.passwordToken(t)
	case "client_credentials":
		return c.appToken(t)
	case "inherit":
		return c.inheritedToken(t)
	default:
		return reply{}, &restError{status: http.StatusBadRequest, word: "invalid_grant", text: "unknown grant_type"}
	}
}

func (c *call) passwordToken(t tokenRequest) (reply, error) {
	refused := func(text string) error {
		return &restError{status: http.StatusBadRequest, word: "invalid_grant", text: text}
	}
	if t.Username == "" || t.Password == "" {
		return reply{}, refused("username and password are required")
	}
	found, err := c.Accounts.Find(c.ctx, t.Username)
	if chat.CodeOf(err) == chat.NotFound {
		return reply{}, refused("user not found")
	} else if err != nil {
		return reply{}, err
	}
	guess := addressOf(c.r) + " " + string(found.ID)
	if err := c.guesses.take(guess); err != nil {
		return reply{}, err // before it is looked at: nobody shall try on while he waits
	}
	owner, err := c.Accounts.VerifyPassword(c.ctx, found.ID, t.Password)
	switch chat.CodeOf(err) {
	case chat.Unauthenticated:
		return reply{}, refused("invalid password")
	case chat.NotFound:
		return reply{}, refused("user not found")
	}
	if err != nil {
		return reply{}, err
	}
	c.guesses.forget(guess)
	return c.issue(owner, t, c.cfg.TokenTTL)
}

func (c *call) issue(owner account.Account, t tokenRequest, fallback time.Duration) (reply, error) {
	ttl, err := t.lifetime(fallback)
	if err != nil {
		return reply{}, err
	}
	token, _, err := c.Accounts.IssueToken(c.ctx, owner.ID, ttl)
	if err == nil {
		err = c.Accounts.Holds(c.ctx, owner) // who has shown an old password gets no token of the new one's
	}
	if err != nil {
		return reply{}, err
	}
	return reply{Bare: map[string]any{
		"access_token": token, "expires_in": int64(ttl / time.Second), "user": c.userEntity(owner),
	}}, nil
}

func (c *call) appToken(t tokenRequest) (reply, error) {
	id := subtle.ConstantTimeCompare([]byte(t.ClientID), []byte(c.clientID))
	secret := subtle.ConstantTimeCompare([]byte(t.Secret), []byte(c.clientSecret))
	if id&secret != 1 {
		return reply{}, &restError{status: http.StatusBadRequest, word: "invalid_grant", text: "client_id does not match"}
	}
	ttl, err := t.lifetime(c.cfg.TokenTTL)
	if err != nil {
		return reply{}, err
	}
	token, _, err := c.Accounts.IssueAppToken(ttl)
	if err != nil {
		return reply{}, err
	}
	return reply{Bare: map[string]any{
		"access_token": token, "expires_in": int64(ttl / time.Second), "application": c.applicationID(),
	}}, nil
}

// inheritedToken gives the app's server a user's token, by his name alone.
func (c *call) inheritedToken(t tokenRequest) (reply, error) {
	if err := c.authenticate(server); err != nil {
		return reply{}, err
	}
	owner, err := c.Accounts.Find(c.ctx, t.Username)
	if chat.CodeOf(err) == chat.NotFound && t.AutoCreate {
		id, invalid := chat.NewUserID(t.Username)
		if invalid != nil {
			return reply{}, invalid
		}
		owner, _, err = c.Accounts.Ensure(c.ctx, id)
	}
	if chat.CodeOf(err) == chat.NotFound {
		return reply{}, chat.RefuseFor(chat.NoUser, "user not found")
	} else if err != nil {
		return reply{}, err
	}
	return c.issue(owner, t, 60*24*time.Hour)
}

// newUser is an account to be made. Passwords may come as numbers.
type newUser struct {
	Username string `json:"username"`
	Password string `json:"password"`
	Nickname string `json:"nickname"`
}

// maxNewUsers is how many accounts one request may make [webim 18].
const maxNewUsers = 60

// createUsers makes one account or several: for whoever asks where sign-up is open,
// else for the app's server.
func (c *call) createUsers() (reply, error) {
	if !c.OpenSignUp {
		if err := c.authenticate(server); err != nil {
			return reply{}, &restError{status: http.StatusUnauthorized, word: "unauthorized", text: "registration is not open, please use a token of the app"}
		}
	}
	var raw json.RawMessage
	if err := c.body(&raw); err != nil {
		return reply{}, err
	}
	list := make([]newUser, 1)
	var err error
	if bytes.HasPrefix(bytes.TrimSpace(raw), []byte("[")) {
		err = json.Unmarshal(raw, &list)
	} else {
		err = json.Unmarshal(raw, &list[0])
	}
	if err != nil || len(list) == 0 || len(list) > maxNewUsers {
		return reply{}, chat.Refuse(chat.Invalid, "the request is not one user, nor up to %d", maxNewUsers)
	}
	entities := make([]map[string]any, 0, len(list))
	for _, u := range list {
		entity, err := c.createUser(u)
		if err != nil {
			return reply{}, err
		}
		entities = append(entities, entity)
	}
	return reply{Entities: entities}, nil
}

func (c *call) createUser(u newUser) (map[string]any, error) {
	id, err := chat.NewUserID(u.Username)
	if err != nil {
		return nil, &restError{status: http.StatusBadRequest, word: "illegal_argument", text: "username [" + u.Username + "] is not legal"}
	}
	if u.Password == "" {
		return nil, &restError{status: http.StatusBadRequest, word: "illegal_argument", text: "password or pin must be provided"}
	}
	made, err := c.Accounts.Create(c.ctx, id, u.Password)
	if chat.CodeOf(err) == chat.Conflict {
		return nil, &restError{status: http.StatusBadRequest, word: "duplicate_unique_property_exists",
			text: "Entity user requires that property named username be unique, value of " + u.Username + " exists"}
	} else if err != nil {
		return nil, err
	}
	entity := c.userEntity(made)
	if u.Nickname != "" {
		profile := chat.Draft{Conv: chat.Self(id), Body: chat.Profile{Name: &u.Nickname}}
		actor := c.actor()
		actor.User, actor.Source = id, chat.Server
		if _, err := c.Router.Submit(c.ctx, actor, profile); err != nil {
			return nil, err
		}
		entity["nickname"] = u.Nickname
	}
	return entity, nil
}

func (c *call) showUser() (reply, error) {
	a, err := c.Accounts.Get(c.ctx, c.me)
	if chat.CodeOf(err) == chat.NotFound {
		return reply{}, chat.RefuseFor(chat.NoUser, "user not found")
	} else if err != nil {
		return reply{}, err
	}
	return reply{Entities: []any{c.userEntity(a)}}, nil
}

func (c *call) listUsers() (reply, error) {
	limit := c.number("limit", 10, 1, 100)
	page, err := c.Accounts.List(c.ctx, chat.UserID(c.query("cursor")), limit)
	if err != nil {
		return reply{}, err
	}
	entities := make([]map[string]any, len(page))
	for i, a := range page {
		entities[i] = c.userEntity(a)
	}
	r := reply{Entities: entities, Count: new(len(page))}
	if len(page) == limit {
		r.Cursor = new(string(page[limit-1].ID))
	}
	return r, nil
}

func (c *call) deleteUser() (reply, error) {
	r, err := c.showUser()
	if err != nil {
		return reply{}, err
	}
	return r, c.Accounts.Delete(c.ctx, c.me)
}

// deleteUsers deletes a page of accounts.
func (c *call) deleteUsers() (reply, error) {
	page, err := c.Accounts.List(c.ctx, chat.UserID(c.query("cursor")), c.number("limit", 10, 1, 100))
	if err != nil {
		return reply{}, err
	}
	entities := make([]map[string]any, len(page))
	for i, a := range page {
		if err := c.Accounts.Delete(c.ctx, a.ID); err != nil {
			return reply{}, err
		}
		entities[i] = c.userEntity(a)
	}
	return reply{Entities: entities, Count: new(len(page))}, nil
}

func (c *call) setPassword() (reply, error) {
	var b struct {
		New string `json:"newpassword"`
	}
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	return reply{}, c.Accounts.SetPassword(c.ctx, c.me, b.New)
}

func (c *call) deactivate() (reply, error) { return c.disable(true) }

func (c *call) activate() (reply, error) { return c.disable(false) }

func (c *call) disable(disabled bool) (reply, error) {
	if err := c.Accounts.SetDisabled(c.ctx, c.me, disabled); err != nil {
		return reply{}, err
	}
	return c.showUser()
}

// tokenExpires answers what renewToken asks.
func (c *call) tokenExpires() (reply, error) {
	_, expires, err := c.Accounts.CheckToken(c.ctx, c.r.Header.Get("Authorization")[len("Bearer "):])
	if err != nil {
		return reply{}, err
	}
	return reply{Bare: map[string]any{"expire_timestamp": expires.UnixMilli()}}, nil
}

package main

import (
	"context"
	"time"

	"dragoman/bridge/chat"
	"dragoman/protocols/webim"
	"dragoman/protocols/zim"
)

// order is one thing that the command line asks of a data folder. It travels as
// JSON where a server runs.
type order struct {
	Do       string        `json:"do"`
	Name     string        `json:"name,omitempty"`
	Password string        `json:"password,omitempty"`
	TTL      time.Duration `json:"ttl,omitempty"`
	After    string        `json:"after,omitempty"`
	Role     string        `json:"role,omitempty"`
	Contents bool          `json:"contents,omitempty"`
	IDs      []int64       `json:"ids,omitempty"`
}

// answer is the lines of standard output.
type answer struct {
	Lines []string `json:"lines"`
}

// listPage is how many names one order lists.
const listPage = 1000

// obey carries out an order. It is where the command line and the control
// interface meet.
func (c *core) obey(ctx context.Context, o order) (answer, error) {
	switch o.Do {
	case "user list":
		return c.listUsers(ctx, o.After)
	case "admin token":
		return c.adminToken(o)
	case "secret zim":
		return c.zimSecret()
	case "secret zim-callback":
		return c.zimCallbackSecret()
	case "secret webim-callback":
		return c.webimCallbackSecret()
	case "callbacks list", "callbacks replay", "callbacks drop":
		return c.callbacks(ctx, o)
	case "secret webim":
		return c.webimSecret()
	case "backup":
		return c.backup(ctx, o.Name)
	}
	id, err := chat.NewUserID(o.Name)
	if err != nil {
		return answer{}, err
	}
	switch o.Do {
	case "user add":
		_, err = c.book.Create(ctx, id, o.Password)
	case "user passwd":
		err = c.book.SetPassword(ctx, id, o.Password)
	case "user disable":
		err = c.book.SetDisabled(ctx, id, true)
	case "user enable":
		err = c.book.SetDisabled(ctx, id, false)
	case "user delete":
		err = c.book.Delete(ctx, id)
	case "token zim":
		return c.zimToken(id, o.TTL)
	case "token webim":
		return c.webimToken(ctx, id, o.TTL)
	default:
		return answer{}, chat.Refuse(chat.Unsupported, "this server does not know the command %q", o.Do)
	}
	return answer{}, err
}

func (c *core) listUsers(ctx context.Context, after string) (answer, error) {
	page, err := c.book.List(ctx, chat.UserID(after), listPage)
	if err != nil {
		return answer{}, err
	}
	var a answer
	for _, u := range page {
		a.Lines = append(a.Lines, string(u.ID))
	}
	return a, nil
}

func (c *core) webimToken(ctx context.Context, id chat.UserID, ttl time.Duration) (answer, error) {
	token, _, err := c.book.IssueToken(ctx, id, ttl)
	return answer{[]string{token}}, err
}

func (c *core) webimSecret() (answer, error) {
	id, secret, err := webim.Credentials(c.vault)
	return answer{[]string{id + " " + secret}}, err
}

func (c *core) zimSecret() (answer, error) {
	secret, err := zim.ServerSecret(c.vault)
	return answer{[]string{string(secret)}}, err
}

func (c *core) zimToken(id chat.UserID, ttl time.Duration) (answer, error) {
	secret, err := zim.ServerSecret(c.vault)
	if err != nil {
		return answer{}, err
	}
	appID, err := c.cfg.Protocol("zim").Uint("app_id", 32)
	if err != nil {
		return answer{}, err
	}
	token, err := zim.MintToken(uint32(appID), string(id), secret, ttl, c.now())
	return answer{[]string{token}}, err
}

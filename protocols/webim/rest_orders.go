package webim

import (
	"net/http"
	"slices"

	"dragoman/bridge/chat"
)

// orderRoutes are what the app's server orders to hold from then on [webim 18.3], [webim 18.4].
func orderRoutes() map[string]route {
	return map[string]route{
		"POST /mutes":                       {server, (*call).muteEverywhere},
		"GET /mutes":                        {server, (*call).mutedEverywhere},
		"GET /mutes/{u}":                    {server, (*call).isMutedEverywhere},
		"POST /chatgroups/{id}/disable":     {server, (*call).disableGroup},
		"POST /chatgroups/{id}/enable":      {server, (*call).enableGroup},
		"GET /chatrooms/super_admin":        {server, (*call).superAdmins},
		"POST /chatrooms/super_admin":       {server, (*call).makeSuperAdmin},
		"DELETE /chatrooms/super_admin/{u}": {server, (*call).unmakeSuperAdmin},
	}
}

// muteEverywhere lets a user speak nowhere, for so many seconds in each kind of conversation that is named.
func (c *call) muteEverywhere() (reply, error) {
	var b struct {
		Username  string `json:"username"`
		Chat      *int64 `json:"chat"`
		GroupChat *int64 `json:"groupchat"`
		ChatRoom  *int64 `json:"chatroom"`
	}
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	u, err := c.account(b.Username)
	if err != nil {
		return reply{}, err
	}
	err = c.orders.silence(c.ctx, u, func(s *silence) (err error) {
		for _, f := range []struct {
			seconds *int64
			to      *int64
		}{{b.Chat, &s.Chat}, {b.GroupChat, &s.GroupChat}, {b.ChatRoom, &s.ChatRoom}} {
			if f.seconds == nil {
				continue
			}
			if *f.to, err = until(c.Now(), *f.seconds); err != nil {
				return chat.Refuse(chat.Invalid, "a mute is a number of seconds, -1 or 0")
			}
		}
		return nil
	})
	return reply{Data: map[string]string{"result": "ok"}}, err
}

// account is user, of one that there is.
func (c *call) account(name string) (chat.UserID, error) {
	u, err := c.user(name)
	if err != nil {
		return "", err
	}
	if _, err := c.Accounts.Get(c.ctx, u); chat.CodeOf(err) == chat.NotFound {
		return "", chat.RefuseFor(chat.NoUser, "user not found")
	} else if err != nil {
		return "", err
	}
	return u, nil
}

// left is how many seconds of a mute are left.
func (c *call) left(until int64) int64 {
	if until == forever {
		return forever
	}
	return max(0, (until-c.Now().UnixMilli()+999)/1000)
}

func (c *call) silenceRow(u chat.UserID) map[string]any {
	s := c.orders.silenceOf(u)
	return map[string]any{"username": c.name(u), "chat": c.left(s.Chat), "groupchat": c.left(s.GroupChat), "chatroom": c.left(s.ChatRoom)}
}

func (c *call) mutedEverywhere() (reply, error) {
	rows := []map[string]any{}
	for _, u := range c.orders.allSilenced() {
		if row := c.silenceRow(u); row["chat"] != int64(0) || row["groupchat"] != int64(0) || row["chatroom"] != int64(0) {
			rows = append(rows, row)
		}
	}
	number, size := c.number("pageNum", 1, 1, 1<<20), c.number("pageSize", 10, 1, 50)
	return reply{Data: map[string]any{"data": nonNil(page(rows, number, size, 1)), "unixtime": c.Now().Unix()}, Count: new(len(rows))}, nil
}

func (c *call) isMutedEverywhere() (reply, error) {
	u, err := c.account(c.named["u"])
	if err != nil {
		return reply{}, err
	}
	row := c.silenceRow(u)
	row["userid"], row["unixtime"] = c.name(u), c.Now().Unix()
	return reply{Data: row}, nil
}

func (c *call) disableGroup() (reply, error) { return c.setResting(true) }

func (c *call) enableGroup() (reply, error) { return c.setResting(false) }

func (c *call) setResting(on bool) (reply, error) {
	conv, err := c.target()
	if err != nil {
		return reply{}, err
	}
	return reply{Data: map[string]bool{"disabled": on}}, c.orders.give(c.ctx, orderRest+chat.SettingKey(conv.ID), chat.Bool(on))
}

func (c *call) superAdmins() (reply, error) {
	names := []string{}
	for _, u := range c.orders.allFounders() {
		names = append(names, c.name(u))
	}
	return reply{Data: nonNil(page(names, c.number("pagenum", 1, 1, 1<<20), c.number("pagesize", 10, 1, 1000), 1)), Count: new(len(names))}, nil
}

func (c *call) makeSuperAdmin() (reply, error) {
	var b struct {
		User string `json:"superadmin"`
	}
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	return c.setFounder(b.User, true, "newSuperAdmin")
}

func (c *call) unmakeSuperAdmin() (reply, error) {
	u, err := c.user(c.named["u"])
	if err == nil && !slices.Contains(c.orders.allFounders(), u) {
		err = &restError{status: http.StatusNotFound, word: "resource_not_found", text: "user is not a super admin"}
	}
	if err != nil {
		return reply{}, err
	}
	return c.setFounder(c.named["u"], false, "oldSuperAdmin")
}

func (c *call) setFounder(name string, on bool, key string) (reply, error) {
	u, err := c.account(name)
	if err != nil {
		return reply{}, err
	}
	done := map[string]string{"result": "success", key: c.name(u), "resource": ""}
	return reply{Data: done}, c.orders.give(c.ctx, orderFounder+chat.SettingKey(u), chat.Bool(on))
}

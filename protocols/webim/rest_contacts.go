package webim

import (
	"slices"
	"strconv"

	"dragoman/bridge/chat"
	"dragoman/bridge/store"
)

// contactRoutes are contacts and the block list [webim 12.3].
func contactRoutes() map[string]route {
	return map[string]route{
		"GET /users/{me}/contacts/users":              {own, (*call).contacts},
		"GET /users/{me}/contacts":                    {own, (*call).contactPage},
		"GET /user/{me}/contacts":                     {own, (*call).contactPage},
		"POST /users/{me}/contacts/apply":             {own, (*call).askContacts},
		"POST /users/{me}/contacts/accept/users/{u}":  {own, (*call).acceptContact},
		"POST /users/{me}/contacts/decline/users/{u}": {own, (*call).declineContact},
		"POST /users/{me}/contacts/users/{u}":         {server, (*call).addContact},
		"POST /users/{me}/contacts/import":            {server, (*call).importContacts},
		"DELETE /users/{me}/contacts/users/{u}":       {own, (*call).removeContact},
		"PUT /users/{me}/contacts/users/{u}":          {own, (*call).remark},
		"PUT /user/{me}/contacts/users/{u}":           {own, (*call).remark},
		"GET /users/{me}/blocks/users":                {own, (*call).blocks},
		"POST /users/{me}/blocks/users":               {own, (*call).block},
		"DELETE /users/{me}/blocks/users/{u}":         {own, (*call).unblockOne},
		"POST /sdk/user/{me}/blocks":                  {own, (*call).block},
		"DELETE /sdk/user/{me}/blocks":                {own, (*call).unblock},
	}
}

// mutual are the user's contacts: who agreed to him and whom he agreed to.
func (c *call) mutual() ([]store.Contact, error) {
	all, _, err := c.Store.Contacts(c.ctx, c.me)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(all), func(k store.Contact) bool { return !k.Mutual() }), nil
}

func (c *call) contacts() (reply, error) {
	all, err := c.mutual()
	if err != nil {
		return reply{}, err
	}
	if c.query("needReturnRemark") == "true" {
		return reply{Entities: c.contactRows(all), Count: new(len(all))}, nil
	}
	names := make([]string, len(all))
	for i, k := range all {
		names[i] = c.name(k.User)
	}
	return reply{Data: names, Count: new(len(all))}, nil
}

func (c *call) contactRows(all []store.Contact) []map[string]any {
	rows := make([]map[string]any, len(all))
	for i, k := range all {
		rows[i] = map[string]any{"username": c.name(k.User), "remark": k.Alias}
	}
	return rows
}

func (c *call) contactPage() (reply, error) {
	all, err := c.mutual()
	if err != nil {
		return reply{}, err
	}
	limit := c.number("limit", 20, 1, 50)
	from := c.number("cursor", 0, 0, len(all))
	next := ""
	if from+limit < len(all) {
		next = strconv.Itoa(from + limit)
	}
	rows := c.contactRows(all[from:min(from+limit, len(all))])
	return reply{Data: map[string]any{"contacts": rows, "cursor": next}, Count: new(len(rows))}, nil
}

// peer is the conversation with the user whom the path names.
func (c *call) peer() (chat.Conv, error) {
	u, err := c.user(c.named["u"])
	return chat.Peer(c.me, u), err
}

func (c *call) askContacts() (reply, error) {
	var b usernames
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	ids, err := c.users(b.List)
	if err != nil {
		return reply{}, err
	}
	for _, u := range ids {
		if err := c.submitContact(chat.Peer(c.me, u), chat.Contact{Change: chat.ContactAsk, Note: b.Reason}); err != nil {
			return reply{}, err
		}
	}
	return reply{Data: b.List}, nil
}

// submitContact is submit for what contacts are to each other in this protocol.
func (c *call) submitContact(conv chat.Conv, b chat.Contact) error {
	d := chat.Draft{Conv: conv, Body: b}
	if err := c.completeContact(c.ctx, c.actor(), &d, b); err != nil {
		return err
	}
	_, err := c.Router.Submit(c.ctx, c.actor(), d)
	return err
}

func (c *call) acceptContact() (reply, error) {
	conv, err := c.peer()
	if err != nil {
		return reply{}, err
	}
	return reply{Data: map[string]any{"result": "ok"}}, c.submitContact(conv, chat.Contact{Change: chat.ContactAccept})
}

func (c *call) contactChange(change chat.ContactChange) (reply, error) {
	conv, err := c.peer()
	if err != nil {
		return reply{}, err
	}
	row := map[string]any{"username": c.named["u"]}
	return reply{Data: row, Entities: []any{row}}, c.submit(conv, chat.Contact{Change: change})
}

func (c *call) declineContact() (reply, error) { return c.contactChange(chat.ContactDecline) }

func (c *call) addContact() (reply, error) { return c.contactChange(chat.ContactAdd) }

// importContacts makes several contacts, and says of each what came of it [webim 18.3].
func (c *call) importContacts() (reply, error) {
	var b usernames
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	if err := tooMany(len(b.List), 10); err != nil {
		return reply{}, err
	}
	done := map[string][]string{"success": {}, "NotExistFailed": {}, "maxLimitFailed": {}, "UnKnowFailed": {}}
	for _, name := range b.List {
		u, err := c.account(name)
		if err == nil {
			err = c.submit(chat.Peer(c.me, u), chat.Contact{Change: chat.ContactAdd})
		}
		switch {
		case err == nil:
			done["success"] = append(done["success"], name)
		case chat.ReasonOf(err) == chat.NoUser:
			done["NotExistFailed"] = append(done["NotExistFailed"], name)
		default:
			done["UnKnowFailed"] = append(done["UnKnowFailed"], name)
		}
	}
	return reply{Data: done}, nil
}

func (c *call) removeContact() (reply, error) { return c.contactChange(chat.ContactRemove) }

func (c *call) remark() (reply, error) {
	var b struct {
		Remark string `json:"remark"`
	}
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	conv, err := c.peer()
	if err != nil {
		return reply{}, err
	}
	known, err := c.Store.Contact(c.ctx, c.me, conv.Other(c.me))
	if err != nil {
		return reply{}, err
	}
	put := chat.Contact{Change: chat.ContactPut, Alias: b.Remark, Note: known.Note, Groups: known.Groups}
	return reply{Data: map[string]any{"result": "ok"}}, c.submit(conv, put)
}

func (c *call) blocks() (reply, error) {
	list, err := c.Store.Blocks(c.ctx, c.me)
	if err != nil {
		return reply{}, err
	}
	names := make([]string, len(list))
	for i, u := range list {
		names[i] = c.name(u)
	}
	r := reply{Count: new(len(names)), Cursor: new("")}
	if c.query("pageSize") != "" {
		size := c.number("pageSize", 10, 1, 50)
		from := c.number("cursor", 0, 0, len(names))
		if from+size < len(names) {
			r.Cursor = new(strconv.Itoa(from + size))
		}
		names = names[from:min(from+size, len(names))]
	}
	r.Data = names
	return r, nil
}

func (c *call) block() (reply, error) { return c.setBlocks(true) }

func (c *call) unblock() (reply, error) { return c.setBlocks(false) }

func (c *call) setBlocks(on bool) (reply, error) {
	var b usernames
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	ids, err := c.users(b.List)
	if err != nil {
		return reply{}, err
	}
	for _, u := range ids {
		if err := c.submit(chat.Peer(c.me, u), chat.Block{On: on}); err != nil {
			return reply{}, err
		}
	}
	return reply{Data: nonNil(b.List)}, nil
}

func (c *call) unblockOne() (reply, error) {
	conv, err := c.peer()
	if err != nil {
		return reply{}, err
	}
	return reply{Data: []string{c.named["u"]}}, c.submit(conv, chat.Block{})
}

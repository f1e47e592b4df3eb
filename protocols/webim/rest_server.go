package webim

import (
	"encoding/json"
	"net/http"

	"dragoman/bridge/chat"
)

// serverRoutes are what the app's own server may ask [webim 18.2].
func serverRoutes() map[string]route {
	return map[string]route{
		"POST /messages/users":            {server, (*call).sendUsers},
		"POST /messages/chatgroups":       {server, (*call).sendGroups},
		"POST /messages/chatgroups/users": {server, (*call).sendSome},
		"POST /messages/chatrooms":        {server, (*call).sendRooms},
		"POST /messages/chatrooms/users":  {server, (*call).sendSome},
		"POST /messages/msg_recall":       {server, (*call).recallMessage},
		"POST /messages/recall":           {server, (*call).recallMessage},
		"POST /messages/batch_recall":     {server, (*call).recallMessages},
		"PUT /messages/rewrite/{msg}":     {server, (*call).rewrite},
	}
}

// message is what the app's server wants said.
type message struct {
	From     *string         `json:"from"`
	To       []string        `json:"to"`
	Type     string          `json:"type"`
	Body     json.RawMessage `json:"body"`
	Ext      json.RawMessage `json:"ext"`
	Route    string          `json:"routetype"`
	GroupAck flag            `json:"need_group_ack"`
	Level    string          `json:"chatroom_msg_level"`
	Users    []string        `json:"users"`
}

// admin is who speaks where the app's server names nobody.
const admin = "admin"

// readMessage decodes a message, and makes its sender the author.
func (c *call) readMessage() (message, chat.Message, error) {
	var b message
	if err := c.body(&b); err != nil {
		return b, chat.Message{}, err
	}
	m, err := c.compose(b)
	return b, m, err
}

// compose makes the sender of a message the author of the request, and the message what he says.
func (c *call) compose(b message) (chat.Message, error) {
	from := admin
	if b.From != nil {
		from = *b.From
	}
	// Who speaks need not have an account: the vendor does not ask either.
	author, err := c.realm.Names.User(from)
	if err != nil {
		return chat.Message{}, chat.Refuse(chat.Invalid, "from is no user name")
	}
	c.me = author
	m, err := c.realm.FromPayload(b.Type, b.Body, b.Ext)
	if err != nil {
		return m, err
	}
	m.OnlineOnly, m.WantReceipt = b.Route == "ROUTE_ONLINE", bool(b.GroupAck)
	switch b.Level {
	case "high":
		m.Priority = chat.PriorityHigh
	case "low":
		m.Priority = chat.PriorityLow
	}
	return m, nil
}

// sendEach sends one message to several; the answer has an id for each, or why it
// was refused. If all are, the request is.
func (c *call) sendEach(b message, most int, draft func(to string) (chat.Draft, error)) (reply, error) {
	if len(b.To) == 0 {
		return reply{}, chat.Refuse(chat.Invalid, "to is empty")
	}
	if err := tooMany(len(b.To), most); err != nil {
		return reply{}, err
	}
	ids := map[string]string{}
	var failed error
	sent := 0
	for _, to := range b.To {
		d, err := draft(to)
		var ev chat.Event
		if err == nil {
			ev, err = c.Router.Submit(c.ctx, c.actor(), d)
		}
		if err != nil {
			failed = err
			ids[to] = c.refusal(err).text
			continue
		}
		sent++
		c.tellThread(c.ctx, &ev)
		ids[to] = ev.ID.String()
	}
	if sent == 0 {
		return reply{}, failed
	}
	return reply{Data: ids}, nil
}

func (c *call) sendUsers() (reply, error) {
	b, m, err := c.readMessage()
	if err != nil {
		return reply{}, err
	}
	return c.sendEach(b, 600, func(to string) (chat.Draft, error) {
		u, err := c.user(to)
		// The sender's own devices hear it too, whatever sync_device says: a message that its author may not read he
		// could not take back either.
		return chat.Draft{Conv: chat.Peer(c.me, u), Body: m}, err
	})
}

func (c *call) sendConvs(kind chat.ConvKind, most int) (reply, error) {
	b, m, err := c.readMessage()
	if err != nil {
		return reply{}, err
	}
	return c.sendEach(b, most, func(to string) (chat.Draft, error) {
		conv, err := c.convFor(kind, to)
		return chat.Draft{Conv: conv, Body: m}, err
	})
}

func (c *call) convFor(kind chat.ConvKind, id string) (chat.Conv, error) {
	conv, err := c.realm.Names.Conv(id)
	if err == nil && (conv.Kind == chat.KindRoom) != (kind == chat.KindRoom) {
		err = chat.RefuseFor(chat.NoGroup, "there is no such group")
	}
	return conv, err
}

func (c *call) sendGroups() (reply, error) { return c.sendConvs(chat.KindGroup, 3) }

func (c *call) sendRooms() (reply, error) { return c.sendConvs(chat.KindRoom, 10) }

// sendSome tells some of a group or room alone.
func (c *call) sendSome() (reply, error) {
	b, m, err := c.readMessage()
	if err != nil {
		return reply{}, err
	}
	users, err := c.users(b.Users)
	if err != nil {
		return reply{}, err
	}
	if len(users) == 0 {
		return reply{}, chat.Refuse(chat.Invalid, "users is empty")
	}
	return c.sendEach(b, 1, func(to string) (chat.Draft, error) {
		conv, err := c.realm.Names.Conv(to)
		return chat.Draft{Conv: conv, To: users, Body: m}, err
	})
}

// recallRequest names a message to take back.
type recallRequest struct {
	ID    string `json:"msg_id"`
	To    string `json:"to"`
	Kind  string `json:"chat_type"`
	From  string `json:"from"`
	Ext   string `json:"recallMessageExtensionInfo"`
	Force flag   `json:"force"`
}

// maxRecalls is how many messages one request takes back [webim 18.2].
const maxRecalls = 30

func (c *call) recallMessage() (reply, error) {
	var b recallRequest
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	done, err := c.recall(b)
	return reply{Data: done}, err
}

// recallMessages takes back each that can be, and says of the others why not.
func (c *call) recallMessages() (reply, error) {
	var b struct {
		Messages []recallRequest `json:"msgs"`
	}
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	if err := tooMany(len(b.Messages), maxRecalls); err != nil {
		return reply{}, err
	}
	all := make([]map[string]string, len(b.Messages))
	for i, one := range b.Messages {
		done, err := c.recall(one)
		if err != nil {
			why := c.refusal(err)
			if why.status >= http.StatusInternalServerError {
				return reply{}, err
			}
			done = map[string]string{"recalled": "no", "chattype": one.Kind, "to": one.To, "msg_id": one.ID, "reason": why.text}
		}
		all[i] = done
	}
	return reply{Data: map[string]any{"msgs": all}}, nil
}

// recall takes a message back, whoever wrote it.
func (c *call) recall(b recallRequest) (map[string]string, error) {
	id, err := chat.ParseEventID(b.ID)
	if err != nil {
		return nil, err
	}
	e, err := c.Store.EntryByID(c.ctx, "", id)
	if err != nil {
		return nil, &restError{status: http.StatusForbidden, word: "message_recall_error", text: "not_found msg"}
	}
	c.me = e.From
	if b.From != "" && e.Conv.Kind != chat.KindPeer {
		if c.me, err = c.user(b.From); err != nil {
			return nil, err
		}
	}
	if err := c.submit(e.Conv, chat.Recall{Target: chat.Ref{ID: id}, Reason: b.Ext}); err != nil {
		return nil, err
	}
	return map[string]string{"recalled": "yes", "chattype": b.Kind, "from": c.name(e.From), "to": b.To, "msg_id": b.ID}, nil
}

// rewrite changes a text or custom message.
func (c *call) rewrite() (reply, error) {
	var b struct {
		User    string          `json:"user"`
		New     json.RawMessage `json:"new_msg"`
		Ext     json.RawMessage `json:"new_ext"`
		Combine *flag           `json:"is_combine_ext"`
	}
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	id, err := chat.ParseEventID(c.named["msg"])
	if err != nil {
		return reply{}, err
	}
	e, err := c.Store.EntryByID(c.ctx, "", id)
	if err == nil {
		err = c.mayEdit(e)
	}
	if err != nil {
		return reply{}, err
	}
	var kind struct {
		Type string `json:"type"`
	}
	if json.Unmarshal(b.New, &kind) != nil || (kind.Type != "txt" && kind.Type != "custom") {
		return reply{}, chat.Refuse(chat.Invalid, "only txt and custom messages can be changed")
	}
	said, err := c.realm.FromPayload(kind.Type, b.New, b.Ext)
	if err != nil {
		return reply{}, err
	}
	now, ok := e.Body.(chat.Message)
	if !ok {
		return reply{}, chat.RefuseFor(chat.NoMessage, "there is no such message")
	}
	now.Content = said.Content
	now.Ext = merged(now.Ext, said.Ext, b.Combine == nil || bool(*b.Combine), len(b.Ext) > 0)
	c.me = e.From
	return reply{Data: "success"}, c.submit(e.Conv, chat.Edit{Target: chat.Ref{ID: id}, Message: now})
}

// merged is what the ext fields become: the old with the new over them, or the new
// alone, where there are any.
func merged(old, fresh map[string]chat.Value, combine, given bool) map[string]chat.Value {
	if !given {
		return old
	}
	if !combine {
		return fresh
	}
	all := map[string]chat.Value{}
	for k, v := range old {
		all[k] = v
	}
	for k, v := range fresh {
		all[k] = v
	}
	return all
}

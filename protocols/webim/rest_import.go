package webim

import (
	"encoding/json"
	"time"

	"dragoman/bridge/chat"
)

// importRoutes bring messages of old into history [webim 18.2.4].
func importRoutes() map[string]route {
	return map[string]route{
		"POST /messages/users/import":      {server, (*call).importToUser},
		"POST /messages/chatgroups/import": {server, (*call).importToGroup},
	}
}

// oldMessage is a message to be imported. Where it lies is not fetched: a foreign link stays one.
type oldMessage struct {
	From   string          `json:"from"`
	Target string          `json:"target"`
	Type   string          `json:"type"`
	Body   json.RawMessage `json:"body"`
	Ext    json.RawMessage `json:"ext"`
	Time   int64           `json:"msg_timestamp"` // ms; 0: now
	Read   *flag           `json:"is_ack_read"`
}

func (c *call) importToUser() (reply, error) {
	return c.importMessage(func(target string) (chat.Conv, error) {
		u, err := c.user(target)
		return chat.Peer(c.me, u), err
	})
}

func (c *call) importToGroup() (reply, error) {
	return c.importMessage(func(target string) (chat.Conv, error) { return c.convFor(chat.KindGroup, target) })
}

func (c *call) importMessage(place func(target string) (chat.Conv, error)) (reply, error) {
	var b oldMessage
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	if b.From == "" || b.Target == "" {
		return reply{}, chat.Refuse(chat.Invalid, "from and target are required")
	}
	var err error
	if c.me, err = c.user(b.From); err != nil {
		return reply{}, err
	}
	m, err := c.realm.FromPayload(b.Type, b.Body, b.Ext)
	if err != nil {
		return reply{}, err
	}
	m.Quiet = b.Read == nil || bool(*b.Read)
	d := chat.Draft{Time: c.Now(), Body: m}
	if b.Time > 0 {
		d.Time = time.UnixMilli(b.Time)
	}
	if d.Time.After(c.Now().Add(time.Second)) {
		return reply{}, chat.Refuse(chat.Invalid, "msg_timestamp is in the future")
	}
	if d.Conv, err = place(b.Target); err != nil {
		return reply{}, err
	}
	a := c.actor()
	a.Source = chat.Import
	ev, err := c.Router.Submit(c.ctx, a, d)
	return reply{Data: map[string]string{"msg_id": ev.ID.String()}}, err
}

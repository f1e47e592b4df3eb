package webim

import (
	"context"
	"encoding/json"

	"dragoman/bridge"
	"dragoman/bridge/chat"
)

// broadcastRoutes are words to everybody [webim 18.2.1].
func broadcastRoutes() map[string]route {
	return map[string]route{
		"POST /messages/broadcast":           {server, (*call).tellAll},
		"POST /messages/users/broadcast":     {server, (*call).tellOnline},
		"POST /messages/chatrooms/broadcast": {server, (*call).tellRooms},
	}
}

// readBroadcast reads what to say, which stands under msg, and who says it.
func (c *call) readBroadcast() (chat.Message, error) {
	var b struct {
		message
		Msg json.RawMessage `json:"msg"`
	}
	if err := c.body(&b); err != nil {
		return chat.Message{}, err
	}
	var kind struct {
		Type string `json:"type"`
	}
	if len(b.Msg) == 0 || json.Unmarshal(b.Msg, &kind) != nil {
		return chat.Message{}, chat.Refuse(chat.Invalid, "msg is required")
	}
	b.Type, b.Body = kind.Type, b.Msg
	return c.compose(b.message)
}

// tellAll writes to every user, online or not. With many of them that takes longer than a request should, so the answer
// does not wait.
func (c *call) tellAll() (reply, error) {
	m, err := c.readBroadcast()
	if err != nil {
		return reply{}, err
	}
	if !c.frontend.begin() {
		return reply{}, chat.Refuse(chat.Unavailable, "shutting down")
	}
	a := c.actor()
	go func() {
		defer c.frontend.sessions.Done()
		if err := c.frontend.writeToAll(c.life, a, m); err != nil {
			c.Log.Err(err).Msg("broadcast broken off")
		}
	}()
	return reply{Data: map[string]string{"id": c.Router.NewID()}}, nil
}

// writeToAll goes through the accounts page by page.
func (f *frontend) writeToAll(ctx context.Context, a bridge.Actor, m chat.Message) error {
	const size = 100
	for after := chat.UserID(""); ; {
		accounts, err := f.Accounts.List(ctx, after, size)
		if err != nil {
			return err
		}
		for _, to := range accounts {
			after = to.ID
			if to.ID == a.User || to.Disabled {
				continue
			}
			_, err := f.Router.Submit(ctx, a, chat.Draft{Conv: chat.Peer(a.User, to.ID), Body: m})
			if code := chat.CodeOf(err); err != nil && (code == chat.Internal || code == chat.Unavailable) {
				return err
			}
		}
		if len(accounts) < size {
			return nil
		}
	}
}

// tellOnline speaks to whoever is there now.
func (c *call) tellOnline() (reply, error) {
	m, err := c.readBroadcast()
	if err != nil {
		return reply{}, err
	}
	m.OnlineOnly = true
	ev, err := c.Router.Submit(c.ctx, c.actor(), chat.Draft{Conv: chat.All(), Body: m})
	return reply{Data: map[string]string{"id": ev.ID.String()}}, err
}

// tellRooms says the same in every room.
func (c *call) tellRooms() (reply, error) {
	m, err := c.readBroadcast()
	if err != nil {
		return reply{}, err
	}
	native, err := c.realm.BroadcastNative(m)
	if err != nil {
		return reply{}, err
	}
	id := c.Router.NewID()
	const size = 100
	for after := ""; ; {
		rooms, err := c.Store.ListConvs(c.ctx, chat.KindRoom, false, size, after)
		if err != nil {
			return reply{}, err
		}
		for _, room := range rooms {
			after = room.Conv.ID
			if len(c.Router.Occupants(room.Conv)) == 0 {
				continue // nobody would hear it
			}
			ev, err := c.Router.Submit(c.ctx, c.actor(), chat.Draft{Conv: room.Conv, Body: m, Native: native})
			switch chat.ReasonOf(err) {
			case chat.NoGroup, chat.Dissolved:
				continue // it has ended meanwhile; the others shall hear it all the same
			}
			if err != nil {
				return reply{}, err
			}
			id = ev.ID.String()
		}
		if len(rooms) < size {
			return reply{Data: map[string]string{"id": id}}, nil
		}
	}
}

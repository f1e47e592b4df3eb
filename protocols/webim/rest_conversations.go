package webim

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"dragoman/bridge/chat"
	"dragoman/bridge/store"
	"dragoman/mapping/webimmap"
	"dragoman/protocols/webim/webimwire"
)

func conversationRoutes() map[string]route {
	return map[string]route{
		"GET /users/{me}/user_channels":                {own, (*call).channels},
		"GET /users/{me}/user_channels/page":           {own, (*call).channelPage},
		"GET /sdk/user/{me}/user_channels/list":        {own, (*call).sessions},
		"GET /sdk/user/{me}/user_channels/mark/search": {own, (*call).sessions},
		"POST /sdk/user/{me}/user_channel/top":         {own, (*call).top},
		"DELETE /sdk/user/{me}/user_channel/top":       {own, (*call).untop},
		"DELETE /user/{me}/user_channel":               {own, (*call).deleteChannel},
		"DELETE /users/{me}/user_channel":              {own, (*call).deleteChannel},
		"POST /sdk/user/{me}/user_channels/mark":       {own, (*call).mark},
		"DELETE /sdk/user/{me}/user_channels/mark":     {own, (*call).unmark},
		"POST /sdk/user/{me}/user_channel/pin":         {own, (*call).pinMessage},
		"DELETE /sdk/user/{me}/user_channel/pin":       {own, (*call).unpinMessage},
		"GET /sdk/user/{me}/user_channel/pin":          {own, (*call).pins},
	}
}

// listed are the kinds that this protocol's lists of conversations hold.
var listed = []chat.ConvKind{chat.KindPeer, chat.KindGroup}

// address writes a conversation as channel ids do.
func (c *call) address(conv chat.Conv) string {
	if conv.Kind == chat.KindPeer {
		return c.realm.UserAddress(conv.Other(c.me), "")
	}
	return c.cfg.AppKey + "_" + c.groupName(conv.ID) + "@" + webimwire.GroupDomain
}

// lastMeta is the newest message of a conversation that was not taken back; empty
// where there is none.
func (c *call) lastMeta(e *chat.Entry) map[string]any {
	m, payload := c.lastMessage(e)
	if m != nil {
		m["payload"] = payload.Text()
		return m
	}
	return map[string]any{}
}

// lastMessage is lastMeta without the payload, and that; nil: there is none.
func (c *call) lastMessage(e *chat.Entry) (map[string]any, webimmap.Payload) {
	if e != nil {
		if _, said := e.Body.(chat.Message); !said || e.Recall != nil {
			e = c.before(e)
		}
	}
	if e == nil {
		return nil, webimmap.Payload{}
	}
	m, payload, _ := c.realm.LastMessage(&e.Event)
	return m, payload
}

// before finds the newest message before e that was not recalled either, not far back.
func (c *call) before(e *chat.Entry) *chat.Entry {
	page, _, err := c.Store.History(c.ctx, c.me, e.Conv, store.HistoryQuery{Before: e.ID, Limit: 20, Kinds: []string{chat.BodyName(chat.Message{})}})
	if err != nil {
		c.Log.Err(err).Stringer("conv", e.Conv).Msg("cannot tell the message before")
		return nil
	}
	for i := len(page) - 1; i >= 0; i-- {
		if page[i].Recall == nil {
			return &page[i]
		}
	}
	return nil
}

// channels is the list of conversations as the 3.x SDKs know it.
func (c *call) channels() (reply, error) {
	list, err := c.Store.Conversations(c.ctx, c.me, store.ConvQuery{Kinds: listed, Limit: 100})
	return c.channelRows(list, err)
}

func (c *call) channelPage() (reply, error) {
	list, err := c.Store.Conversations(c.ctx, c.me, store.ConvQuery{Kinds: listed, Limit: 1000})
	return c.channelRows(page(list, c.number("pageNum", 1, 1, 1000), c.number("pageSize", 20, 1, 100), 1), err)
}

func (c *call) channelRows(list []store.Conversation, err error) (reply, error) {
	if err != nil {
		return reply{}, err
	}
	rows := make([]map[string]any, len(list))
	for i, conv := range list {
		rows[i] = map[string]any{"channel_id": c.address(conv.Conv), "meta": c.lastMeta(conv.Last), "unread_num": conv.Unread}
	}
	return reply{Data: map[string]any{"channel_infos": rows}}, nil
}

// sessions is the list as the 4.x SDKs know it, or what of it is pinned or marked.
func (c *call) sessions() (reply, error) {
	limit := c.number("limit", 20, 1, 50)
	q := store.ConvQuery{Kinds: listed, Limit: limit, Pinned: c.query("is_top") == "true"}
	if cursor := c.query("cursor"); cursor != "" {
		id, err := chat.ParseEventID(cursor)
		if err != nil {
			return reply{}, err
		}
		q.Before = id
	}
	wanted := c.query("mark")
	var rows []map[string]any
	next := ""
	for {
		list, err := c.Store.Conversations(c.ctx, c.me, q)
		if err != nil {
			return reply{}, err
		}
		for _, conv := range list {
			q.Before = conv.Order
			row := c.sessionRow(conv)
			if marks, _ := row["marks"].([]string); wanted == "" || slices.Contains(marks, wanted) {
				rows = append(rows, row)
			}
			if len(rows) == limit {
				break
			}
		}
		if len(rows) == limit {
			next = q.Before.String()
			break
		}
		if len(list) < q.Limit {
			break
		}
	}
	return reply{Data: map[string]any{"cursor": next, "channel_infos": nonNil(rows)}}, nil
}

func (c *call) sessionRow(conv store.Conversation) map[string]any {
	kind := "chat"
	if conv.Conv.Kind != chat.KindPeer {
		kind = "groupchat"
	}
	row := map[string]any{
		"session_to": c.convName(conv.Conv), "session_type": kind, "is_top": conv.Pinned, "unread_num": conv.Unread,
		"meta": c.lastMeta(conv.Last), "marks": marksOf(conv.Settings[chat.SettingMarks]), "update_top_status_time": 0,
	}
	if conv.Pinned {
		row["update_top_status_time"] = conv.PinnedAt.UnixMilli()
	}
	return row
}

func (c *call) convName(conv chat.Conv) string {
	if conv.Kind == chat.KindPeer {
		return c.name(conv.Other(c.me))
	}
	return c.groupName(conv.ID)
}

// markPrefix opens the vendor's name of a mark; its number follows.
const markPrefix = "mark_"

func marksOf(v chat.Value) []string {
	marks := []string{}
	for _, n := range markNumbers(v) {
		marks = append(marks, markPrefix+strconv.Itoa(n))
	}
	return marks
}

func markNumbers(v chat.Value) []int {
	var numbers []int
	if v.Kind != chat.ValueJSON || json.Unmarshal([]byte(v.Text), &numbers) != nil {
		return nil
	}
	return numbers
}

// namedConv is a conversation as requests name it.
type namedConv struct {
	Type    string `json:"type"`
	To      string `json:"to"`
	Channel string `json:"channel"`
	Roam    flag   `json:"delete_roam"`
	Message string `json:"pin_msg_id"`
}

func (c *call) conv4(kind, to string) (chat.Conv, error) {
	switch strings.ToLower(kind) {
	case "groupchat", "group", "chatroom":
		return c.realm.Names.Conv(to)
	}
	u, err := c.user(to)
	return chat.Peer(c.me, u), err
}

// readNamed reads the conversation of a request from its body, or its parameters.
func (c *call) readNamed() (namedConv, chat.Conv, error) {
	b := namedConv{Type: c.query("type"), To: c.query("to"), Message: c.query("pin_msg_id")}
	if err := c.body(&b); err != nil {
		return b, chat.Conv{}, err
	}
	if b.To == "" {
		b.To = b.Channel
	}
	conv, err := c.conv4(b.Type, b.To)
	return b, conv, err
}

func (c *call) top() (reply, error) { return c.setTop(true) }

func (c *call) untop() (reply, error) { return c.setTop(false) }

func (c *call) setTop(on bool) (reply, error) {
	_, conv, err := c.readNamed()
	if err != nil {
		return reply{}, err
	}
	err = c.submit(conv, chat.Setting{Key: chat.SettingPinned, Value: chat.Bool(on)})
	return reply{Data: map[string]any{"is_top": on, "update_top_status_time": c.Now().UnixMilli()}}, err
}

func (c *call) deleteChannel() (reply, error) {
	b, conv, err := c.readNamed()
	if err != nil {
		return reply{}, err
	}
	if b.Roam {
		row, err := c.Store.Conversation(c.ctx, c.me, conv)
		if err != nil {
			return reply{}, err
		}
		if row.Last != nil {
			if err := c.submit(conv, chat.Hide{Through: row.Last.Ref()}); err != nil {
				return reply{}, err
			}
		}
	}
	err = c.submit(conv, chat.Setting{Key: chat.SettingDeleted, Value: chat.Bool(true)})
	return reply{Data: map[string]any{"result": "ok"}}, err
}

func (c *call) mark() (reply, error) { return c.setMark(true) }

func (c *call) unmark() (reply, error) { return c.setMark(false) }

// setMark puts a mark on conversations, or takes it off; what cannot be marked is
// in the answer.
func (c *call) setMark(on bool) (reply, error) {
	var b struct {
		Mark    string      `json:"mark"`
		Targets []namedConv `json:"targets"`
	}
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	n, err := strconv.Atoi(strings.TrimPrefix(b.Mark, markPrefix))
	if err != nil || n < 0 || n >= 20 {
		return reply{}, chat.Refuse(chat.Invalid, "marks are mark_0 to mark_19")
	}
	if err := tooMany(len(b.Targets), 20); err != nil {
		return reply{}, err
	}
	ignored := []namedConv{}
	for _, t := range b.Targets {
		if err := c.markOne(t, n, on); err != nil {
			ignored = append(ignored, t)
		}
	}
	return reply{Data: map[string]any{"ignore": ignored}}, nil
}

func (c *call) markOne(t namedConv, n int, on bool) error {
	conv, err := c.conv4(t.Type, t.To)
	if err != nil {
		return err
	}
	set, err := c.Store.Settings(c.ctx, c.me, conv)
	if err != nil {
		return err
	}
	numbers := slices.DeleteFunc(markNumbers(set[chat.SettingMarks]), func(known int) bool { return known == n })
	if on {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	text, err := json.Marshal(nonNil(numbers))
	if err != nil {
		return err
	}
	_, err = c.Router.Submit(c.ctx, c.actor(), chat.Draft{
		Conv: conv, Body: chat.Setting{Key: chat.SettingMarks, Value: chat.JSON(string(text))},
		Native: webimmap.MarkNative(markPrefix+strconv.Itoa(n), on),
	})
	return err
}

func (c *call) pinMessage() (reply, error) { return c.setPin(true) }

func (c *call) unpinMessage() (reply, error) { return c.setPin(false) }

func (c *call) setPin(on bool) (reply, error) {
	b, conv, err := c.readNamed()
	if err != nil {
		return reply{}, err
	}
	id, err := chat.ParseEventID(b.Message)
	if err != nil {
		return reply{}, err
	}
	return reply{Data: map[string]any{"result": "ok"}}, c.submit(conv, chat.Pin{Target: chat.Ref{ID: id}, On: on})
}

func (c *call) pins() (reply, error) {
	_, conv, err := c.readNamed()
	if err == nil {
		err = c.inside(conv)
	}
	if err != nil {
		return reply{}, err
	}
	all, err := c.Store.Pins(c.ctx, c.me, conv)
	if err != nil {
		return reply{}, err
	}
	limit := c.number("limit", 10, 1, 50)
	from := c.number("cursor", 0, 0, len(all))
	rows := []map[string]any{}
	for _, e := range all[from:min(from+limit, len(all))] {
		payload, ok := c.realm.PayloadOf(&e.Event)
		if !ok {
			continue
		}
		rows = append(rows, map[string]any{
			"message":    map[string]any{"id": e.ID.String(), "from": c.name(e.From), "to": payload.To, "timestamp": e.Time.UnixMilli(), "payload": payload.Text()},
			"pin_opt_at": e.PinnedAt.UnixMilli(), "pin_operator": c.name(e.PinnedBy),
		})
	}
	next := ""
	if from+limit < len(all) {
		next = strconv.Itoa(from + limit)
	}
	return reply{Data: map[string]any{"cursor": next, "msg_infos": rows}}, nil
}

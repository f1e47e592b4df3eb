package webim

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"dragoman/bridge/chat"
	"dragoman/bridge/store"
	"dragoman/protocols/webim/webimwire"
)

func historyRoutes() map[string]route {
	return map[string]route{
		"POST /users/{me}/messageroaming":                    {own, (*call).roaming},
		"DELETE /sdk/message/roaming/{type}/user/{me}":       {own, (*call).hideMessages},
		"DELETE /sdk/message/roaming/{type}/user/{me}/time":  {own, (*call).hideUntil},
		"POST /sdk/message/roaming/user/{me}/delete/all":     {own, (*call).hideAll},
		"DELETE /rest/message/roaming/{type}/user/{me}":      {own, (*call).hideMessages},
		"DELETE /rest/message/roaming/{type}/user/{me}/time": {own, (*call).hideUntil},
		"POST /rest/message/roaming/user/{me}/delete/all":    {own, (*call).hideAll},
		"GET /chatgroups/{id}/acks/{msg}":                    {signedIn, (*call).acks},
	}
}

// parseQueue reads id@easemob.com or id@conference.easemob.com, where the id may
// hold an @ itself, and where the app key may stand before it.
func (c *call) parseQueue(queue string) (chat.Conv, error) {
	queue = strings.TrimPrefix(queue, c.cfg.AppKey+"_")
	if id, ok := strings.CutSuffix(queue, "@"+webimwire.GroupDomain); ok {
		return c.realm.Names.Conv(id)
	}
	id, _ := strings.CutSuffix(queue, "@"+webimwire.UserDomain)
	u, err := c.user(id)
	return chat.Peer(c.me, u), err
}

// roamingQuery asks for history. Keys come as numbers or texts.
type roamingQuery struct {
	Queue    string          `json:"queue"`
	Start    json.RawMessage `json:"start"`
	Number   count           `json:"pull_number"`
	Positive flag            `json:"is_positive"`
	Kinds    string          `json:"msgType"`
	From     string          `json:"userId"`
	Since    json.RawMessage `json:"startTime"`
	Until    json.RawMessage `json:"endTime"`
}

// contentKinds are the kinds of content that a client may narrow history to.
var contentKinds = map[string]string{
	"txt": "text", "img": "media", "audio": "media", "video": "media", "file": "media", "loc": "location", "cmd": "command",
	"custom": "custom", "combine": "bundle",
}

// roaming answers a page of history, newest first unless it is asked for from the
// other end [webim 12.2].
func (c *call) roaming() (reply, error) {
	var b roamingQuery
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	conv, err := c.parseQueue(b.Queue)
	if err == nil {
		err = c.inside(conv)
	}
	if err != nil {
		return reply{}, err
	}
	q, err := c.historyQuery(b)
	if err != nil {
		return reply{}, err
	}
	var msgs []map[string]any
	next, last := "", true
	for len(msgs) < q.Limit {
		page, more, err := c.Store.History(c.ctx, c.me, conv, q)
		if err != nil {
			return reply{}, err
		}
		if !q.Forward {
			slices.Reverse(page)
		}
		cut := false
		for _, e := range page {
			if len(msgs) == q.Limit {
				cut = true
				break
			}
			next = e.ID.String()
			row, err := c.roamingRow(&e, b.Kinds)
			if err != nil {
				return reply{}, err
			}
			if row != nil {
				msgs = append(msgs, row)
			}
		}
		last = !more && !cut
		if last || len(page) == 0 {
			break
		}
		if id := page[len(page)-1].ID; q.Forward {
			q.After = id
		} else {
			q.Before = id
		}
	}
	return reply{Data: map[string]any{"msgs": nonNil(msgs), "next_key": next, "is_last": last}}, nil
}

func (c *call) historyQuery(b roamingQuery) (store.HistoryQuery, error) {
	const usual, most = 20, 50
	q := store.HistoryQuery{Kinds: []string{chat.BodyName(chat.Message{})}, Forward: bool(b.Positive), Limit: usual}
	if b.Number > 0 {
		q.Limit = min(int(b.Number), most)
	}
	if start := strings.Trim(string(b.Start), `"`); start != "" && start != "-1" && start != "null" {
		id, err := chat.ParseEventID(start)
		if err != nil {
			return q, err
		}
		if q.Forward {
			q.After = id
		} else {
			q.Before = id
		}
	}
	for _, k := range strings.Split(b.Kinds, ",") {
		if name := contentKinds[k]; name != "" && !slices.Contains(q.Contents, name) {
			q.Contents = append(q.Contents, name)
		}
	}
	if b.From != "" {
		u, err := c.user(b.From)
		if err != nil {
			return q, err
		}
		q.From = u
	}
	q.Since, q.Until = millis(b.Since), millis(b.Until)
	return q, nil
}

// millis reads a time in ms; the zero time where there is none.
func millis(raw json.RawMessage) time.Time {
	n, err := strconv.ParseInt(strings.Trim(string(raw), `"`), 10, 64)
	if err != nil || n <= 0 {
		return time.Time{}
	}
	return time.UnixMilli(n)
}

// roamingRow writes a message of history; nil: it is recalled, or of another kind.
func (c *call) roamingRow(e *chat.Entry, kinds string) (map[string]any, error) {
	if m, ok := e.Body.(chat.Message); ok && kinds != "" {
		if media, ok := m.Content.(chat.Media); ok && !slices.Contains(strings.Split(kinds, ","), mediaWords[media.Kind]) {
			return nil, nil
		}
	}
	meta, err := c.realm.FromEntry(e, c.me)
	if err != nil || meta == nil {
		return nil, err
	}
	b, err := webimwire.EncodeMeta(meta)
	if err != nil {
		return nil, err
	}
	return map[string]any{"id": e.ID.String(), "msg": base64.StdEncoding.EncodeToString(b)}, nil
}

var mediaWords = map[chat.MediaKind]string{chat.MediaImage: "img", chat.MediaAudio: "audio", chat.MediaVideo: "video", chat.MediaFile: "file"}

// convOfQuery is the conversation that userId or groupId names.
func (c *call) convOfQuery() (chat.Conv, error) {
	if id := c.query("groupId"); id != "" {
		return c.realm.Names.Conv(id)
	}
	u, err := c.user(c.query("userId"))
	return chat.Peer(c.me, u), err
}

func (c *call) hideMessages() (reply, error) {
	conv, err := c.convOfQuery()
	if err != nil {
		return reply{}, err
	}
	ids := strings.Split(c.query("msgIdList"), ",")
	if err := tooMany(len(ids), 50); err != nil {
		return reply{}, err
	}
	refs := make([]chat.Ref, 0, len(ids))
	for _, s := range ids {
		id, err := chat.ParseEventID(s)
		if err != nil {
			return reply{}, err
		}
		refs = append(refs, chat.Ref{ID: id})
	}
	return c.hidden(c.submit(conv, chat.Hide{Messages: refs}))
}

func (c *call) hidden(err error) (reply, error) {
	return reply{Data: map[string]any{"result": "ok"}, Result: "ok"}, err
}

// hideUntil hides all up to a time: up to the newest message that is not younger.
func (c *call) hideUntil() (reply, error) {
	conv, err := c.convOfQuery()
	if err != nil {
		return reply{}, err
	}
	until := millis(json.RawMessage(c.query("delTime")))
	if until.IsZero() {
		return reply{}, chat.Refuse(chat.Invalid, "delTime is no time")
	}
	page, _, err := c.Store.History(c.ctx, c.me, conv, store.HistoryQuery{Until: until, Limit: 1})
	if err != nil || len(page) == 0 {
		return c.hidden(err)
	}
	return c.hidden(c.submit(conv, chat.Hide{Through: page[0].Ref()}))
}

// hideAll hides everything in every conversation, and takes these off the list.
func (c *call) hideAll() (reply, error) {
	all, err := c.Store.Conversations(c.ctx, c.me, store.ConvQuery{Limit: 1000})
	if err != nil {
		return reply{}, err
	}
	for _, conv := range all {
		changes := []chat.Body{chat.Setting{Key: chat.SettingDeleted, Value: chat.Bool(true)}}
		if conv.Last != nil {
			changes = append([]chat.Body{chat.Hide{Through: conv.Last.Ref()}}, changes...)
		}
		for _, change := range changes {
			// Of a group that is no more there is nothing left to hide.
			if err := c.submit(conv.Conv, change); err != nil && chat.ReasonOf(err) != chat.Dissolved {
				return reply{}, err
			}
		}
	}
	return c.hidden(nil)
}

// acks lists who has read a group message [webim 12.4].
func (c *call) acks() (reply, error) {
	conv, err := c.target()
	if err != nil {
		return reply{}, err
	}
	id, err := chat.ParseEventID(c.named["msg"])
	if err != nil {
		return reply{}, err
	}
	limit := c.number("limit", 100, 1, 500)
	after := chat.UserID(c.query("key"))
	list, total, err := c.Store.Receipts(c.ctx, c.me, conv, chat.Ref{ID: id}, chat.Read, limit, after)
	if err != nil {
		return reply{}, err
	}
	rows := make([]map[string]any, len(list))
	next := ""
	for i, r := range list {
		next = string(r.User)
		rows[i] = map[string]any{"ackFrom": c.name(r.User), "ackTime": r.Time.UnixMilli(), "ackContent": r.Note, "username": c.name(r.User)}
	}
	last := len(list) < limit
	return reply{Bare: map[string]any{
		"action": "get", "data": rows, "entities": rows, "total": total, "count": total, "is_last": last, "key": next,
		"timestamp": c.Now().UnixMilli(),
	}}, nil
}

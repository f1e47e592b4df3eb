package webim

import (
	"hash/crc32"
	"slices"
	"strconv"
	"strings"

	"dragoman/bridge/chat"
)

// messageRoutes are reactions and threads, and what is not offered [webim 12.5].
func messageRoutes() map[string]route {
	return map[string]route{
		"POST /reaction/user/{me}":                        {own, (*call).react},
		"DELETE /reaction/user/{me}":                      {own, (*call).unreact},
		"GET /reaction/user/{me}":                         {own, (*call).reactionsOf},
		"GET /reaction/user/{me}/detail":                  {own, (*call).reactionDetail},
		"POST /thread":                                    {signedIn, (*call).createThread},
		"POST /thread/message":                            {signedIn, (*call).threadMessages},
		"GET /thread/{t}":                                 {signedIn, (*call).showThread},
		"PUT /thread/{t}":                                 {signedIn, (*call).renameThread},
		"DELETE /thread/{t}":                              {signedIn, (*call).destroyThread},
		"POST /thread/{t}/user/{me}/join":                 {own, (*call).joinThread},
		"DELETE /thread/{t}/user/{me}/quit":               {own, (*call).quitThread},
		"GET /thread/{t}/users":                           {signedIn, (*call).threadMembers},
		"DELETE /thread/{t}/users/{u}":                    {signedIn, (*call).removeFromThread},
		"GET /threads/user/{me}":                          {own, (*call).joinedThreads},
		"GET /threads/chatgroups/{id}":                    {signedIn, (*call).threadsOf},
		"GET /threads/chatgroups/{id}/user/{me}":          {own, (*call).joinedThreads},
		"POST /users/{me}/translate":                      {own, (*call).notOffered},
		"GET /users/{me}/translate/support/language":      {own, (*call).notOffered},
		"POST /user/{me}/moderation/report/message/{msg}": {own, (*call).notOffered},
		"GET /users/{me}/token/rtc":                       {own, (*call).notOffered},
		"POST /rtc_mapper/batch/get":                      {signedIn, (*call).notOffered},
		"POST /sdk/users/{me}/client/logs":                {own, (*call).notOffered},
	}
}

// entry finds a message by its id, in whatever conversation it is.
func (c *call) entry(id string) (chat.Entry, error) {
	n, err := chat.ParseEventID(id)
	if err != nil {
		return chat.Entry{}, err
	}
	e, err := c.Store.EntryByID(c.ctx, c.me, n)
	if err == nil {
		err = c.inside(e.Conv)
	}
	return e, err
}

// inside refuses who is not in the group that conv, if it is a thread, hangs in, and who is kept out of it, if it is a room.
func (c *call) inside(conv chat.Conv) error {
	if conv.Kind != chat.KindThread {
		return c.Router.MayRead(c.ctx, c.actor(), conv)
	}
	d, err := c.Store.Details(c.ctx, conv)
	if err != nil {
		return err
	}
	return c.inParent(d.Parent)
}

func (c *call) react() (reply, error) {
	var b struct {
		MessageID string `json:"msgId"`
		Message   string `json:"message"`
	}
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	return c.setReaction(b.MessageID, b.Message, true)
}

func (c *call) unreact() (reply, error) {
	return c.setReaction(c.query("msgId"), c.query("message"), false)
}

func (c *call) setReaction(id, text string, on bool) (reply, error) {
	emoji, err := chat.NewEmoji(text)
	if err != nil {
		return reply{}, err
	}
	e, err := c.entry(id)
	if err != nil {
		return reply{}, err
	}
	change := chat.Reaction{Target: chat.Ref{ID: e.ID}}
	if on {
		change.On = []chat.Emoji{emoji}
	} else {
		change.Off = []chat.Emoji{emoji}
	}
	return reply{Data: map[string]any{"result": true}}, c.submit(e.Conv, change)
}

// reactionRow is one reaction of a message; its id is made of both.
func (c *call) reactionRow(id chat.EventID, r chat.Reacted, most int) map[string]any {
	names := []string{}
	for _, u := range r.Users[:min(len(r.Users), most)] {
		names = append(names, c.name(u))
	}
	return map[string]any{
		"reactionId": id.String() + "-" + strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(r.Emoji))), 10),
		"reaction":   string(r.Emoji), "count": len(r.Users), "state": slices.Contains(r.Users, c.me), "userList": names,
	}
}

// maxReactors is how many names stand beside a reaction in lists.
const maxReactors = 3

func (c *call) reactionsOf() (reply, error) {
	ids := strings.Split(c.query("msgIdList"), ",")
	if err := tooMany(len(ids), 20); err != nil {
		return reply{}, err
	}
	rows := []map[string]any{}
	for _, id := range ids {
		e, err := c.entry(id)
		if chat.CodeOf(err) == chat.NotFound {
			continue
		} else if err != nil {
			return reply{}, err
		}
		list := []map[string]any{}
		for _, r := range e.Reactions {
			list = append(list, c.reactionRow(e.ID, r, maxReactors))
		}
		rows = append(rows, map[string]any{"msgId": e.ID.String(), "reactionList": list})
	}
	return reply{Data: rows}, nil
}

func (c *call) reactionDetail() (reply, error) {
	e, err := c.entry(c.query("msgId"))
	if err != nil {
		return reply{}, err
	}
	for _, r := range e.Reactions {
		if string(r.Emoji) != c.query("message") {
			continue
		}
		size := c.number("pageSize", 20, 1, 50)
		from := c.number("currentPage", 0, 0, len(r.Users))
		row := c.reactionRow(e.ID, chat.Reacted{Emoji: r.Emoji, Users: r.Users[from:]}, size)
		row["count"], row["state"], row["cursor"] = len(r.Users), slices.Contains(r.Users, c.me), ""
		if from+size < len(r.Users) {
			row["cursor"] = strconv.Itoa(from + size)
		}
		return reply{Data: row}, nil
	}
	return reply{}, chat.Refuse(chat.NotFound, "there is no such reaction")
}

// thread is the thread that the path names.
func (c *call) thread() (chat.Details, error) {
	conv, err := c.realm.Names.Conv(c.named["t"])
	if err != nil || conv.Kind != chat.KindThread {
		return chat.Details{}, chat.RefuseFor(chat.NoGroup, "there is no such thread")
	}
	d, err := c.Store.Details(c.ctx, conv)
	if err != nil {
		return d, err
	}
	return d, c.inParent(d.Parent)
}

// inParent refuses who is not in the group that a thread hangs in.
func (c *call) inParent(parent chat.Conv) error {
	if c.server {
		return nil
	}
	m, err := c.Store.Member(c.ctx, parent, c.me)
	if err == nil && !m.Role.IsMember() {
		err = chat.RefuseFor(chat.NotMember, "you are not a member of this group")
	}
	return err
}

func (c *call) createThread() (reply, error) {
	var b struct {
		Name    string `json:"name"`
		Message string `json:"msg_id"`
		Group   string `json:"group_id"`
		Owner   string `json:"owner"`
	}
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	if err := c.founder(b.Owner); err != nil {
		return reply{}, err
	}
	root, err := c.entry(b.Message)
	if err != nil {
		return reply{}, err
	}
	parent, err := c.realm.Names.Conv(b.Group)
	if err != nil {
		return reply{}, err
	}
	if root.Conv != parent || parent.Kind != chat.KindGroup {
		return reply{}, chat.RefuseFor(chat.NoMessage, "the message is not in that group")
	}
	if err := c.inParent(parent); err != nil {
		return reply{}, err
	}
	conv := chat.Thread(c.Router.NewID())
	made := chat.Lifecycle{Created: true, Profile: chat.Profile{Name: &b.Name}, Parent: parent, Root: chat.Ref{ID: root.ID}}
	return reply{Data: map[string]any{"thread_id": c.groupName(conv.ID)}}, c.submitThread(conv, parent, made)
}

// submitThread tells all members of the group that a thread hangs in of what becomes of it.
func (c *call) submitThread(conv, parent chat.Conv, b chat.Body) error {
	members, err := c.membersOf(c.ctx, parent)
	if err != nil {
		return err
	}
	_, err = c.Router.Submit(c.ctx, c.actor(), chat.Draft{Conv: conv, To: members, Body: b})
	return err
}

func (c *call) threadRow(d chat.Details) map[string]any {
	return map[string]any{
		"id": c.groupName(d.Conv.ID), "name": d.Name, "owner": c.name(d.Owner), "msgId": d.Root.ID.String(), "groupId": c.groupName(d.Parent.ID),
		"created": d.Created.UnixMilli(), "affiliations_count": d.Count,
	}
}

func (c *call) showThread() (reply, error) {
	d, err := c.thread()
	return reply{Data: c.threadRow(d)}, err
}

func (c *call) renameThread() (reply, error) {
	var b struct {
		Name string `json:"name"`
	}
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	d, err := c.thread()
	if err != nil {
		return reply{}, err
	}
	return reply{Data: map[string]any{"name": b.Name}}, c.submitThread(d.Conv, d.Parent, chat.Profile{Name: &b.Name})
}

func (c *call) destroyThread() (reply, error) {
	d, err := c.thread()
	if err != nil {
		return reply{}, err
	}
	return reply{Data: map[string]any{"status": "ok"}}, c.submitThread(d.Conv, d.Parent, chat.Lifecycle{Profile: chat.Profile{Name: &d.Name}, Parent: d.Parent, Root: d.Root})
}

func (c *call) joinThread() (reply, error) {
	d, err := c.thread()
	if err != nil {
		return reply{}, err
	}
	err = c.change(d.Conv, chat.ChangeJoin, c.me)
	if chat.ReasonOf(err) == chat.AlreadyMember {
		return reply{}, &restError{status: 400, word: "illegal_argument", text: "user " + c.name(c.me) + " has joined thread " + c.named["t"], code: 1301}
	}
	return reply{Data: map[string]any{"status": "ok", "detail": c.threadRow(d)}}, err
}

func (c *call) quitThread() (reply, error) {
	d, err := c.thread()
	if err != nil {
		return reply{}, err
	}
	return reply{Data: map[string]any{"status": "ok"}}, c.change(d.Conv, chat.ChangeLeave, c.me)
}

func (c *call) removeFromThread() (reply, error) {
	d, err := c.thread()
	if err != nil {
		return reply{}, err
	}
	u, err := c.user(c.named["u"])
	if err != nil {
		return reply{}, err
	}
	return reply{Data: map[string]any{"result": true, "user": c.name(u)}}, c.change(d.Conv, chat.ChangeKick, u)
}

func (c *call) threadMembers() (reply, error) {
	d, err := c.thread()
	if err != nil {
		return reply{}, err
	}
	rows, err := c.affiliations(d)
	if err != nil {
		return reply{}, err
	}
	names := []string{}
	for _, row := range rows {
		for key, v := range row {
			if name, ok := v.(string); ok && key != "joined_time" {
				names = append(names, name)
			}
		}
	}
	return c.cut(names), nil
}

// cut is a page of what the vendor calls affiliations.
func (c *call) cut(names []string) reply {
	limit := c.number("limit", 20, 1, 50)
	from := c.number("cursor", 0, 0, len(names))
	next := ""
	if from+limit < len(names) {
		next = strconv.Itoa(from + limit)
	}
	return reply{Data: map[string]any{"affiliations": names[from:min(from+limit, len(names))]}, Properties: map[string]any{"cursor": next}}
}

func (c *call) threadRows(list []chat.Details) reply {
	limit := c.number("limit", 20, 1, 50)
	from := c.number("cursor", 0, 0, len(list))
	rows := []map[string]any{}
	for _, d := range list[from:min(from+limit, len(list))] {
		rows = append(rows, c.threadRow(d))
	}
	next := ""
	if from+limit < len(list) {
		next = strconv.Itoa(from + limit)
	}
	return reply{Entities: rows, Properties: map[string]any{"cursor": next}}
}

func (c *call) joinedThreads() (reply, error) {
	all, err := c.Store.Joined(c.ctx, c.me, chat.KindThread, 0, "")
	if err != nil {
		return reply{}, err
	}
	var list []chat.Details
	for _, j := range all {
		if id, one := c.named["id"]; !one || c.groupName(j.Parent.ID) == id {
			list = append(list, j.Details)
		}
	}
	return c.threadRows(list), nil
}

func (c *call) threadsOf() (reply, error) {
	parent, err := c.realm.Names.Conv(c.named["id"])
	if err != nil {
		return reply{}, err
	}
	if err := c.inParent(parent); err != nil {
		return reply{}, err
	}
	list, err := c.Store.Threads(c.ctx, parent, 1000, "")
	return c.threadRows(list), err
}

// threadMessages are the newest messages of threads.
func (c *call) threadMessages() (reply, error) {
	var b struct {
		IDs []string `json:"threadIds"`
	}
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	if err := tooMany(len(b.IDs), 20); err != nil {
		return reply{}, err
	}
	rows := []map[string]any{}
	for _, id := range b.IDs {
		conv, err := c.realm.Names.Conv(id)
		if err != nil {
			return reply{}, err
		}
		row := map[string]any{"thread_id": id, "last_message": map[string]any{}}
		rows = append(rows, row)
		if err := c.inside(conv); chat.CodeOf(err) == chat.Forbidden {
			continue
		} else if err != nil {
			return reply{}, err
		}
		line, err := c.Store.Conversation(c.ctx, c.me, conv)
		if err != nil {
			return reply{}, err
		}
		if m, payload := c.lastMessage(line.Last); m != nil {
			m["payload"] = payload // an object here, a text in the rows of conversations
			row["last_message"] = m
		}
	}
	return reply{Entities: rows}, nil
}

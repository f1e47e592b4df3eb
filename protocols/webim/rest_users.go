package webim

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/mapping/webimmap"
)

// userRoutes are what a user shows of himself, his devices and his presence
// [webim 12.2], [webim 12.5].
func userRoutes() map[string]route {
	return map[string]route{
		"PUT /users/{me}":                             {own, (*call).changeUser},
		"PUT /metadata/user/{me}":                     {own, (*call).setMetadata},
		"DELETE /metadata/user/{me}":                  {server, (*call).deleteMetadata},
		"GET /metadata/user/{u}":                      {signedIn, (*call).metadataOf},
		"GET /metadata/user/capacity":                 {server, (*call).metadataSize},
		"POST /metadata/user/get":                     {signedIn, (*call).metadataOfSeveral},
		"GET /users/{me}/resources":                   {own, (*call).resources},
		"GET /users/{u}/status":                       {server, (*call).status},
		"POST /users/batch/status":                    {server, (*call).statuses},
		"GET /users/{me}/disconnect":                  {server, (*call).disconnect},
		"DELETE /users/{me}/disconnect/{resource}":    {server, (*call).disconnect},
		"POST /users/{me}/presence/{resource}/{show}": {own, (*call).publishPresence},
		"POST /users/{me}/presence/{expiry}":          {own, (*call).subscribePresence},
		"DELETE /users/{me}/presence":                 {own, (*call).unsubscribePresence},
		"GET /users/{me}/presence/sublist":            {own, (*call).presenceSubscriptions},
		"POST /users/{me}/presence":                   {own, (*call).presenceOf},
	}
}

// selfSetting keeps what a user wants of all conversations.
func (c *call) selfSetting(key chat.SettingKey, v chat.Value) error {
	return c.submit(chat.Self(c.me), chat.Setting{Key: key, Value: v})
}

// ignorePrefix opens the name of a group that a user wants to hear nothing of.
const ignorePrefix = "notification_ignore_"

// changeUser sets a nickname, a token for offline notices, or which groups to ignore.
func (c *call) changeUser() (reply, error) {
	var b struct {
		Nickname *string           `json:"nickname"`
		DeviceID string            `json:"device_id"`
		Token    *string           `json:"device_token"`
		Notifier string            `json:"notifier_name"`
		Entities []map[string]flag `json:"entities"`
	}
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	done := map[string]any{"username": c.name(c.me)}
	if b.Nickname != nil {
		if err := c.submit(chat.Self(c.me), chat.Profile{Name: b.Nickname}); err != nil {
			return reply{}, err
		}
		done["nickname"] = *b.Nickname
	}
	if b.Token != nil {
		key := chat.SettingKey("webim.push." + b.DeviceID)
		if len(key) > 100 {
			return reply{}, chat.Refuse(chat.Invalid, "device_id is too long")
		}
		if err := c.selfSetting(key, chat.String(b.Notifier+" "+*b.Token)); err != nil {
			return reply{}, err
		}
		done["device_id"], done["notifier_name"] = b.DeviceID, b.Notifier
	}
	for _, entity := range b.Entities {
		for key, on := range entity {
			id, ok := strings.CutPrefix(key, ignorePrefix)
			if !ok {
				continue
			}
			conv, err := c.realm.Names.Conv(id)
			if err != nil {
				return reply{}, err
			}
			if err := c.submit(conv, chat.Setting{Key: settingShield, Value: chat.Bool(bool(on))}); err != nil {
				return reply{}, err
			}
			done[key] = bool(on)
		}
	}
	return reply{Entities: []any{done}}, nil
}

// The fields of a user that the model has a place for; the others are attributes.
const (
	fieldName   = "nickname"
	fieldAvatar = "avatarurl"
	fieldExtra  = "ext"
)

// metadataFields are those that there are, and how long they may be [webim 18.3].
var metadataFields = map[string]int{
	fieldName: 64, fieldAvatar: 256, "mail": 64, "phone": 32, "gender": 16, "sign": 256, "birth": 64, fieldExtra: 2048,
}

func (c *call) setMetadata() (reply, error) {
	if err := c.r.ParseForm(); err != nil {
		return reply{}, chat.Refuse(chat.Invalid, "the form cannot be read")
	}
	done := map[string]string{}
	for key := range c.r.PostForm {
		most, known := metadataFields[key]
		if !known {
			continue
		}
		value := c.r.PostForm.Get(key)
		if len(value) > most {
			return reply{}, chat.Refuse(chat.Invalid, "%s is longer than %d bytes", key, most)
		}
		done[key] = value
	}
	if len(done) == 0 {
		return reply{}, chat.Refuse(chat.Invalid, "nothing to set")
	}
	return reply{Data: done}, c.putMetadata(maps.Clone(done))
}

// putMetadata puts fields where the model has them.
func (c *call) putMetadata(fields map[string]string) error {
	var p chat.Profile
	for key, to := range map[string]**string{fieldName: &p.Name, fieldAvatar: &p.Avatar, fieldExtra: &p.Extra} {
		if v, ok := fields[key]; ok {
			*to = &v
			delete(fields, key)
		}
	}
	if p != (chat.Profile{}) {
		if err := c.submit(chat.Self(c.me), p); err != nil {
			return err
		}
	}
	if len(fields) == 0 {
		return nil
	}
	return c.submit(chat.Self(c.me), chat.Attributes{Set: fields})
}

func (c *call) deleteMetadata() (reply, error) {
	fields := map[string]string{}
	for key := range metadataFields {
		fields[key] = ""
	}
	return reply{Data: true}, c.putMetadata(fields)
}

// metadata returns what users show of themselves, those fields that wanted names (nil: all).
func (c *call) metadata(users []chat.UserID, wanted []string) (map[string]map[string]string, error) {
	profiles, err := c.Store.Profiles(c.ctx, users)
	if err != nil {
		return nil, err
	}
	attributes, err := c.Store.UsersAttributes(c.ctx, users)
	if err != nil {
		return nil, err
	}
	all := map[string]map[string]string{}
	for _, u := range users {
		fields := map[string]string{}
		put := func(key, value string) {
			if value != "" && (wanted == nil || slices.Contains(wanted, key)) {
				fields[key] = value
			}
		}
		p := profiles[u]
		put(fieldName, p.Name)
		put(fieldAvatar, p.Avatar)
		put(fieldExtra, p.Extra)
		for key := range metadataFields {
			put(key, attributes[u][key])
		}
		all[c.name(u)] = fields
	}
	return all, nil
}

func (c *call) metadataOf() (reply, error) {
	u, err := c.user(c.named["u"])
	if err != nil {
		return reply{}, err
	}
	all, err := c.metadata([]chat.UserID{u}, nil)
	return reply{Data: all[c.name(u)]}, err
}

// metadataSize is how many bytes users show of themselves, all together.
func (c *call) metadataSize() (reply, error) {
	total := 0
	for after := chat.UserID(""); ; {
		accounts, err := c.Accounts.List(c.ctx, after, maxUsers)
		if err != nil {
			return reply{}, err
		}
		users := make([]chat.UserID, len(accounts))
		for i, a := range accounts {
			users[i], after = a.ID, a.ID
		}
		all, err := c.metadata(users, nil)
		if err != nil {
			return reply{}, err
		}
		for _, fields := range all {
			for key, value := range fields {
				total += len(key) + len(value)
			}
		}
		if len(accounts) < maxUsers {
			return reply{Data: total}, nil
		}
	}
}

func (c *call) metadataOfSeveral() (reply, error) {
	var b struct {
		Targets    []string `json:"targets"`
		Properties []string `json:"properties"`
	}
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	if err := tooMany(len(b.Targets), maxUsers); err != nil {
		return reply{}, err
	}
	users, err := c.users(b.Targets)
	if err != nil {
		return reply{}, err
	}
	all, err := c.metadata(users, b.Properties)
	return reply{Data: all}, err
}

// sessionsOf are the user's connections by this protocol.
func (c *call) sessionsOf(u chat.UserID) []bridge.Session {
	var own []bridge.Session
	for _, s := range c.Router.Sessions(u) {
		if s.Protocol == webimmap.Protocol {
			own = append(own, s)
		}
	}
	return own
}

func (c *call) resources() (reply, error) {
	rows := []map[string]string{}
	for _, s := range c.sessionsOf(c.me) {
		rows = append(rows, map[string]string{"res": string(s.Device), "device_uuid": string(s.Device), "device_name": s.Platform})
	}
	return reply{Data: rows}, nil
}

func (c *call) onlineWord(u chat.UserID) string {
	if c.Router.Online(u) {
		return "online"
	}
	return "offline"
}

func (c *call) status() (reply, error) {
	u, err := c.user(c.named["u"])
	return reply{Data: map[string]string{c.named["u"]: c.onlineWord(u)}}, err
}

func (c *call) statuses() (reply, error) {
	var b usernames
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	if err := tooMany(len(b.List), maxUsers); err != nil {
		return reply{}, err
	}
	users, err := c.users(b.List)
	rows := make([]map[string]string, len(users))
	for i, u := range users {
		rows[i] = map[string]string{b.List[i]: c.onlineWord(u)}
	}
	return reply{Data: rows}, err
}

// disconnect ends the connections of a user, or of one of his devices.
func (c *call) disconnect() (reply, error) {
	c.Router.End(c.me, chat.DeviceID(c.named["resource"]), bridge.Cause{Kind: bridge.Kicked})
	return reply{Data: map[string]bool{"result": true}}, nil
}

// presenceRows are how reachable users are, by device.
func (c *call) presenceRows(users []chat.UserID, expiry func(chat.UserID) int64) []webimmap.PresenceRow {
	rows := make([]webimmap.PresenceRow, len(users))
	for i, u := range users {
		row := webimmap.PresenceRow{UID: c.name(u), Last: strconv.FormatInt(c.Now().Unix(), 10), Status: map[string]string{}}
		row.Expiry = strconv.FormatInt(expiry(u), 10)
		for _, s := range c.Router.Sessions(u) {
			if s.Presence.Show == chat.ShowOffline {
				continue
			}
			row.Status[string(s.Device)] = "1"
			if s.Presence.Status != "" {
				row.Ext = s.Presence.Status
			}
		}
		rows[i] = row
	}
	return rows
}

// publishPresence says in words what a device is doing.
func (c *call) publishPresence() (reply, error) {
	var b struct {
		Ext string `json:"ext"`
	}
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	const most = 1024
	if len(b.Ext) > most {
		return reply{}, chat.Refuse(chat.Invalid, "ext is longer than %d bytes", most)
	}
	show := chat.ShowOnline
	if c.named["show"] == "0" {
		show = chat.ShowOffline
	}
	actor := c.actor()
	if actor.Device = resource(c.named["resource"]); actor.Device == "" {
		return reply{}, chat.Refuse(chat.Invalid, "the resource cannot be written")
	}
	if !slices.ContainsFunc(c.Router.Sessions(c.me), func(s bridge.Session) bool { return s.Device == actor.Device }) {
		return reply{}, chat.Refuse(chat.NotFound, "the device is not connected")
	}
	_, err := c.Router.Submit(c.ctx, actor, chat.Draft{Conv: chat.Self(c.me), Body: chat.Presence{Show: show, Status: b.Ext}})
	return reply{Result: "ok"}, err
}

// maxSubscription is how long a presence may be followed without asking again.
const maxSubscription = 30 * 24 * time.Hour

func (c *call) subscribePresence() (reply, error) {
	var b usernames
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	seconds, err := strconv.ParseInt(c.named["expiry"], 10, 64)
	if err != nil || seconds < 1 || seconds > int64(maxSubscription/time.Second) {
		return reply{}, chat.Refuse(chat.Invalid, "a subscription lasts up to 30 days")
	}
	if err := tooMany(len(b.List), maxUsers); err != nil {
		return reply{}, err
	}
	users, err := c.users(b.List)
	if err != nil {
		return reply{}, err
	}
	until := c.Now().Add(time.Duration(seconds) * time.Second)
	for _, u := range users {
		if err := c.submit(chat.Peer(c.me, u), chat.Watch{Until: until}); err != nil {
			return reply{}, err
		}
	}
	return reply{Result: c.presenceRows(users, func(chat.UserID) int64 { return seconds })}, nil
}

func (c *call) unsubscribePresence() (reply, error) {
	var list []string
	if err := c.body(&list); err != nil {
		return reply{}, err
	}
	users, err := c.users(list)
	if err != nil {
		return reply{}, err
	}
	for _, u := range users {
		if err := c.submit(chat.Peer(c.me, u), chat.Watch{}); err != nil {
			return reply{}, err
		}
	}
	return reply{Result: "ok"}, nil
}

func (c *call) presenceSubscriptions() (reply, error) {
	all, err := c.Store.Watches(c.ctx, c.me)
	if err != nil {
		return reply{}, err
	}
	rows := []map[string]any{}
	for _, w := range page(all, c.number("pageNum", 1, 1, 1<<20), c.number("pageSize", 20, 1, 500), 1) {
		rows = append(rows, map[string]any{"uid": c.name(w.User), "expiry": strconv.FormatInt(int64(w.Until.Sub(c.Now())/time.Second), 10)})
	}
	return reply{Result: map[string]any{"totalnum": len(all), "sublist": rows}}, nil
}

func (c *call) presenceOf() (reply, error) {
	var b usernames
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	if err := tooMany(len(b.List), maxUsers); err != nil {
		return reply{}, err
	}
	users, err := c.users(b.List)
	return reply{Result: c.presenceRows(users, func(chat.UserID) int64 { return 0 })}, err
}

// notOffered answers what this gateway has not: the SDKs say so by name.
func (c *call) notOffered() (reply, error) {
	return reply{}, &restError{status: http.StatusForbidden, word: "service_not_open", text: "service not open!"}
}

package webim

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"dragoman/bridge/chat"
	"dragoman/mapping/webimmap"
)

// silentRoutes are silent mode and offline notices, which are stored: this gateway
// sends none itself [webim 12.5].
func silentRoutes() map[string]route {
	return map[string]route{
		"PUT /users/{me}/notification/{kind}/{id}": {own, (*call).setSilent},
		"GET /users/{me}/notification/{kind}/{id}": {own, (*call).getSilent},
		"GET /users/{me}/notification":             {own, (*call).getSilentOfSeveral},
		"GET /users/{me}/notification/mute/type":   {own, (*call).silentKinds},
		"PUT /users/{me}/notification/language":    {own, (*call).setLanguage},
		"GET /users/{me}/notification/language":    {own, (*call).getLanguage},
	}
}

// silentDefault is the kind of a conversation that has none of its own.
const silentDefault = "DEFAULT"

// silent is silent mode as the SDKs write and read it: which messages notify, until
// when none does, and between which hours.
type silent struct {
	Type     string `json:"type,omitempty"` // ALL, AT, NONE, DEFAULT
	Duration int64  `json:"ignoreDuration,omitempty"`
	Interval string `json:"ignoreInterval,omitempty"`
}

// silentTarget is the conversation that a path names: the user's own name stands
// for all.
func (c *call) silentTarget(kind, id string) (chat.Conv, error) {
	if kind == "chatgroup" || kind == "group" {
		return c.realm.Names.Conv(id)
	}
	u, err := c.user(id)
	if u == c.me {
		return chat.Self(c.me), err
	}
	return chat.Peer(c.me, u), err
}

func (c *call) silentOf(conv chat.Conv) (silent, error) {
	set, err := c.Store.Settings(c.ctx, c.me, conv)
	if err != nil {
		return silent{}, err
	}
	return inStep(readSilent(set[webimmap.SettingMute]), set[chat.SettingMuted]), nil
}

// inStep is s as another device of the user may have changed it, by a protocol that knows muted or not.
func inStep(s silent, muted chat.Value) silent {
	switch on := muted.Bits != 0; {
	case on:
		s.Type = "NONE"
	case muted.Kind == chat.ValueBool && !on && s.Type == "NONE":
		s.Type = silentDefault
	}
	return s
}

func readSilent(v chat.Value) silent {
	var s silent
	if v.Kind == chat.ValueJSON && json.Unmarshal([]byte(v.Text), &s) != nil {
		return silent{}
	}
	return s
}

func (c *call) setSilent() (reply, error) {
	var b struct {
		Type     string   `json:"type"`
		Duration *float64 `json:"ignoreDuration"` // ms from now
		Interval *string  `json:"ignoreInterval"`
	}
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	conv, err := c.silentTarget(c.named["kind"], c.named["id"])
	if err != nil {
		return reply{}, err
	}
	now, err := c.silentOf(conv)
	if err != nil {
		return reply{}, err
	}
	if b.Type != "" {
		now.Type = b.Type
	}
	if b.Duration != nil {
		now.Duration = 0
		if *b.Duration > 0 && *b.Duration < float64(longest/time.Millisecond) {
			now.Duration = c.Now().UnixMilli() + int64(*b.Duration)
		}
	}
	if b.Interval != nil {
		now.Interval = *b.Interval
	}
	text, err := json.Marshal(now)
	if err != nil {
		return reply{}, err
	}
	if err := c.submit(conv, chat.Setting{Key: webimmap.SettingMute, Value: chat.JSON(string(text))}); err != nil {
		return reply{}, err
	}
	if conv.Kind != chat.KindSelf && b.Type != "" {
		// What other protocols call muted.
		if err := c.submitDraft(chat.Draft{Conv: conv, Body: chat.Setting{Key: chat.SettingMuted, Value: chat.Bool(b.Type == "NONE")},
			Native: webimmap.MutedNative()}); err != nil {
			return reply{}, err
		}
	}
	return reply{Data: now}, nil
}

func (c *call) getSilent() (reply, error) {
	conv, err := c.silentTarget(c.named["kind"], c.named["id"])
	if err != nil {
		return reply{}, err
	}
	now, err := c.silentOf(conv)
	return reply{Data: now}, err
}

func (c *call) getSilentOfSeveral() (reply, error) {
	data := map[string]map[string]silent{"user": {}, "group": {}}
	for kind := range data {
		for _, id := range strings.Split(c.query(kind), ",") {
			if id == "" {
				continue
			}
			conv, err := c.silentTarget(kind, id)
			if err != nil {
				return reply{}, err
			}
			if data[kind][id], err = c.silentOf(conv); err != nil {
				return reply{}, err
			}
		}
	}
	return reply{Data: data}, nil
}

// silentKinds lists the conversations with a kind of their own, page by page.
func (c *call) silentKinds() (reply, error) {
	all, err := c.Store.SettingsOf(c.ctx, c.me, webimmap.SettingMute)
	if err != nil {
		return reply{}, err
	}
	rows := []map[string]string{}
	for _, s := range all {
		if kind := readSilent(s.Value).Type; kind != "" && kind != silentDefault && s.Conv.Kind != chat.KindSelf {
			word := "user"
			if s.Conv.Kind != chat.KindPeer {
				word = "group"
			}
			rows = append(rows, map[string]string{word: c.convName(s.Conv), "value": kind})
		}
	}
	from := c.number("cursor", 0, 0, len(rows))
	to := min(from+c.number("limit", 10, 1, 1000), len(rows))
	r := reply{Data: rows[from:to]}
	if to < len(rows) {
		r.Cursor = new(strconv.Itoa(to))
	}
	return r, nil
}

// settingLanguage is the language of offline notices.
const settingLanguage chat.SettingKey = "webim.language"

func (c *call) setLanguage() (reply, error) {
	var b struct {
		Language string `json:"translationLanguage"`
	}
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	return reply{Data: map[string]string{"language": b.Language}}, c.selfSetting(settingLanguage, chat.String(b.Language))
}

func (c *call) getLanguage() (reply, error) {
	set, err := c.Store.Settings(c.ctx, c.me, chat.Self(c.me))
	return reply{Data: map[string]string{"language": set[settingLanguage].Text}}, err
}

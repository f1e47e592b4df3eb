package fidelity

import (
	"testing"

	"dragoman/mapping"
)

// everywhere is one user who has two devices of each protocol.
const everywhere = "everywhere"

// devices are his.
type devices struct {
	first, second map[string]*person
}

// settleOwn logs one user in with two devices of each protocol.
func (w *world) settleOwn(t *testing.T) devices {
	d := devices{map[string]*person{}, map[string]*person{}}
	if _, err := w.gateway.Run(w.ctx, "user", "add", everywhere, "--password", secret); err != nil {
		t.Fatal(err)
	}
	for _, proto := range protos {
		d.first[proto] = w.connect(t, proto, everywhere, "first-"+proto)
		d.second[proto] = w.connect(t, proto, everywhere, "second-"+proto)
	}
	return d
}

// ownActs are what a user does to his own conversation with another: on, and off again.
func ownActs() map[string]map[string][2]act {
	rest := func(what, method, path string, body func(*cell) any) act {
		return func(p *person, c *cell) error {
			c.want = fields{"what": what}
			return p.rest(method, path, body(c), nil)
		}
	}
	ask := func(what, method string, more func(*cell) map[string]any) act {
		return func(p *person, c *cell) error {
			c.want = fields{"what": what, "with": c.to.user}
			params := map[string]any{"conversationID": c.to.user, "conversationType": 0}
			for k, v := range more(c) {
				params[k] = v
			}
			return p.ask(method, params)
		}
	}
	channel := func(c *cell) any { return map[string]string{"type": "chat", "to": c.to.user, "channel": c.to.user} }
	mark := func(c *cell) any {
		return map[string]any{"mark": "mark_3", "targets": []map[string]string{{"type": "chat", "to": c.to.user}}}
	}
	silent := func(kind string) func(*cell) any {
		return func(*cell) any { return map[string]string{"type": kind} }
	}
	one := func(key string, v any) func(*cell) map[string]any {
		return func(*cell) map[string]any { return map[string]any{key: v} }
	}
	marks := func(on bool) func(*cell) map[string]any {
		return func(c *cell) map[string]any {
			return map[string]any{"markType": 3, "enable": on, "conversationInfos": []map[string]any{{"conversationID": c.to.user, "conversationType": 0}}}
		}
	}
	const me = "/sdk/user/" + everywhere
	quiet := func(p *person, c *cell) error {
		c.want = fields{"what": "do not disturb"}
		return p.rest("PUT", "/users/"+everywhere+"/notification/user/"+c.to.user, silent("NONE")(c), nil)
	}
	loud := func(p *person, c *cell) error {
		return p.rest("PUT", "/users/"+everywhere+"/notification/user/"+c.to.user, silent("DEFAULT")(c), nil)
	}
	return map[string]map[string][2]act{
		"webim": {
			"pinned":         {rest("pinned", "POST", me+"/user_channel/top", channel), rest("", "DELETE", me+"/user_channel/top", channel)},
			"marks":          {rest("marks", "POST", me+"/user_channels/mark", mark), rest("", "DELETE", me+"/user_channels/mark", mark)},
			"do not disturb": {quiet, loud},
			"deleted":        {rest("deleted", "DELETE", "/users/"+everywhere+"/user_channel", channel), nil},
		},
		"zim": {
			"pinned":         {ask("pinned", "updateConversationPinnedState", one("isPinned", true)), ask("", "updateConversationPinnedState", one("isPinned", false))},
			"marks":          {ask("marks", "setConversationMark", marks(true)), ask("", "setConversationMark", marks(false))},
			"do not disturb": {ask("do not disturb", "setConversationNotificationStatus", one("status", 2)), ask("", "setConversationNotificationStatus", one("status", 1))},
			"draft":          {ask("draft", "setConversationDraft", one("draft", "half a word")), ask("", "setConversationDraft", one("draft", ""))},
			"deleted":        {ask("deleted", "deleteConversation", one("config", map[string]any{"isAlsoDeleteServerConversation": true})), nil},
		},
	}
}

// own drives what a user does with one device and sees with another.
func (r *run) own(kind, proto string, d devices) {
	row, _ := tables[proto].Row(kind, mapping.Own)
	if row.In == mapping.Absent {
		return
	}
	do, can := ownActs()[proto][kind]
	if !can {
		r.t.Errorf("%s: %s: stated to be sayable, and nobody says it", kind, proto)
		return
	}
	for _, name := range protos {
		hearer := d.second[name]
		stated, _ := mapping.Cross(tables[proto], tables[name], kind, mapping.Own)
		c := &cell{kind: kind, to: r.world.hearers["zim"], token: r.token()}
		if err := r.world.hearers["zim"].say(&cell{to: hearer}, "something to have "+c.token); err != nil {
			r.t.Error(err)
			continue
		}
		mark := hearer.mark()
		if _, ok := hearer.await(0, patience, func(f fields) bool { return f.mentions(c.token) }); !ok {
			r.t.Errorf("%s: the message did not come", kind)
			continue
		}
		got := mapping.Exact
		if err := do[0](d.first[proto], c); err != nil {
			r.t.Errorf("%s, by %s: %v", kind, proto, err)
			continue
		}
		limit := patience / 2
		if stated == mapping.Dropped {
			limit = patience / 40 // what is not told cannot be waited for
		}
		delete(c.want, "with")
		if _, ok := hearer.await(mark, limit, func(f fields) bool { return c.isExact(f, nil) }); !ok {
			got = mapping.Dropped
		}
		if got == mapping.Dropped && stated != mapping.Dropped {
			r.silent++
		} else {
			r.seen[got]++
		}
		if got != stated {
			items, _ := hearer.since(mark)
			r.t.Errorf("%s, from %s to %s: heard %s, stated %s\n%s", kind, proto, name, got, stated, c.detail(items))
		}
		if do[1] != nil {
			if err := do[1](d.first[proto], c); err != nil {
				r.t.Errorf("%s undone, by %s: %v", kind, proto, err)
			}
		}
	}
}

package fidelity

import (
	"strconv"
	"testing"
	"time"

	"dragoman/mapping"
	"dragoman/protocols/zim/zimwire"
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
	for _, p := range []*person{d.first["xmpp"], d.second["xmpp"]} {
		// Of changes of its lists a client is told that has asked for them [RFC 6121 §2.2, XEP-0191 §3.2].
		for _, list := range []string{"<query xmlns='jabber:iq:roster'/>", "<blocklist xmlns='urn:xmpp:blocking'/>"} {
			if _, err := p.iq("get", "", list); err != nil {
				t.Fatal(err)
			}
		}
	}
	// He is in a group of which he has a name of his own, and has a contact.
	group, err := w.group(w.hearers["zim"], false, d.first["zim"])
	if err == nil {
		w.named = group
		err = w.befriend(everywhere, w.hearers["zim"].user)
	}
	if err != nil {
		t.Fatal(err)
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
	nothing := map[string]string{}
	return map[string]map[string][2]act{
		"webim": {
			"pinned":         {rest("pinned", "POST", me+"/user_channel/top", channel), rest("", "DELETE", me+"/user_channel/top", channel)},
			"marks":          {rest("marks", "POST", me+"/user_channels/mark", mark), rest("", "DELETE", me+"/user_channels/mark", mark)},
			"do not disturb": {quiet, loud},
			"deleted":        {rest("deleted", "DELETE", "/users/"+everywhere+"/user_channel", channel), nil},
			"messages deleted for oneself": {func(p *person, c *cell) error {
				c.want = fields{"what": "hidden"}
				return p.rest("DELETE", "/sdk/message/roaming/chat/user/"+everywhere+"?userId="+c.to.user+"&msgIdList="+c.base, nothing, nil)
			}, nil},
			"history cleared for oneself": {func(p *person, c *cell) error {
				c.want = fields{"what": "hidden"}
				return p.rest("DELETE", "/sdk/message/roaming/chat/user/"+everywhere+"/time?userId="+c.to.user+"&delTime="+strconv.FormatInt(time.Now().Add(time.Hour).UnixMilli(), 10), nothing, nil)
			}, nil},
			"block": {func(p *person, c *cell) error {
				c.want = fields{"what": "block", "has": c.to.user}
				return p.rest("POST", "/users/"+everywhere+"/blocks/users", map[string]any{"usernames": []string{c.to.user}}, nil)
			}, func(p *person, c *cell) error {
				return p.rest("DELETE", "/users/"+everywhere+"/blocks/users/"+c.to.user, nothing, nil)
			}},
			"following a presence": {func(p *person, c *cell) error {
				c.want = fields{"what": "followed", "has": c.to.user}
				return p.rest("POST", "/users/"+everywhere+"/presence/3600", map[string]any{"usernames": []string{c.to.user}}, nil)
			}, func(p *person, c *cell) error {
				return p.rest("DELETE", "/users/"+everywhere+"/presence", []string{c.to.user}, nil)
			}},
			"alias and groups of a contact": {func(p *person, c *cell) error {
				c.want = fields{"what": "alias", "user": c.to.user, "alias": c.token}
				return p.rest("PUT", "/users/"+everywhere+"/contacts/users/"+c.to.user, map[string]string{"remark": c.token}, nil)
			}, nil},
		},
		"xmpp": {
			"block": {func(p *person, c *cell) error {
				c.want = fields{"what": "block", "has": c.to.user}
				_, err := p.iq("set", "", "<block xmlns='urn:xmpp:blocking'><item jid='"+c.jid()+"'/></block>")
				return err
			}, func(p *person, c *cell) error {
				_, err := p.iq("set", "", "<unblock xmlns='urn:xmpp:blocking'><item jid='"+c.jid()+"'/></unblock>")
				return err
			}},
			"alias and groups of a contact": {func(p *person, c *cell) error {
				c.want = fields{"what": "alias", "user": c.to.user, "alias": c.token, "groups": "friends"}
				_, err := p.iq("set", "", "<query xmlns='jabber:iq:roster'><item jid='"+c.jid()+"' name='"+c.token+"'><group>friends</group></item></query>")
				return err
			}, nil},
		},
		"zim": {
			"own name for it": {func(p *person, c *cell) error {
				c.want = fields{"what": "groupAliasUpdated", "has": c.token}
				return p.ask("updateGroupAlias", map[string]any{"groupID": p.world.named, "groupAlias": c.token})
			}, nil},
			"messages deleted for oneself": {func(p *person, c *cell) error {
				c.want = fields{"what": "hidden"}
				m := c.target()
				m.ConversationID = c.to.user
				return p.ask("deleteMessages", map[string]any{"messageList": []zimwire.Message{m}, "conversationID": c.to.user, "conversationType": 0, "config": map[string]any{"isAlsoDeleteServerMessage": true}})
			}, nil},
			"history cleared for oneself": {ask("hidden", "deleteAllMessage", one("config", map[string]any{"isAlsoDeleteServerMessage": true})), nil},
			"following a presence": {func(p *person, c *cell) error {
				c.want = fields{"what": "followed", "has": c.to.user}
				return p.ask("subscribeUsersStatus", map[string]any{"userIDs": []string{c.to.user}, "config": map[string]any{"subscriptionDuration": 60}})
			}, func(p *person, c *cell) error {
				return p.ask("unsubscribeUsersStatus", map[string]any{"userIDs": []string{c.to.user}})
			}},
			"pinned":         {ask("pinned", "updateConversationPinnedState", one("isPinned", true)), ask("", "updateConversationPinnedState", one("isPinned", false))},
			"marks":          {ask("marks", "setConversationMark", marks(true)), ask("", "setConversationMark", marks(false))},
			"do not disturb": {ask("do not disturb", "setConversationNotificationStatus", one("status", 2)), ask("", "setConversationNotificationStatus", one("status", 1))},
			"draft":          {ask("draft", "setConversationDraft", one("draft", "half a word")), ask("", "setConversationDraft", one("draft", ""))},
			"deleted":        {ask("deleted", "deleteConversation", one("config", map[string]any{"isAlsoDeleteServerConversation": true})), nil},
		},
	}
}

// ownFence waits until the hearer has heard what another says after what was done.
func (r *run) ownFence(c *cell, hearer *person) {
	mark := hearer.mark()
	if err := r.world.hearers["webim"].say(&cell{to: hearer}, fence(c)); err != nil {
		r.t.Error(err)
		return
	}
	if _, ok := hearer.await(mark, patience, func(f fields) bool { return f["text"] == fence(c) }); !ok {
		r.t.Errorf("%s: the text after it did not come", c.kind)
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
		said, ok := hearer.await(0, patience, func(f fields) bool { return f["what"] == "message" && f.mentions(c.token) })
		if !ok {
			r.t.Errorf("%s: the message did not come", kind)
			continue
		}
		mark := hearer.mark()
		c.base, c.mark = said["id"], mark
		got := mapping.Exact
		if err := do[0](d.first[proto], c); err != nil {
			r.t.Errorf("%s, by %s: %v", kind, proto, err)
			continue
		}
		limit := patience / 2
		if stated == mapping.Dropped {
			limit = 0 // what is not told cannot be waited for: a text that is said after it has come
			r.ownFence(c, hearer)
		}
		delete(c.want, "with")
		if name == "zim" || name == "webim" {
			if ask := asks[name][kind]; ask != nil && stated != mapping.Dropped {
				if err := askUntil(ask, hearer, c, func(f fields) bool { return c.isExact(f, nil) }); err != nil {
					r.t.Error(err)
				}
			}
		}
		if _, ok := hearer.await(mark, limit, func(f fields) bool { return c.isExact(f, nil) }); !ok {
			got = mapping.Dropped
			if some(tail(hearer, mark), func(f fields) bool { return c.isTrace(f, nil) }) {
				got = mapping.Degraded
			}
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

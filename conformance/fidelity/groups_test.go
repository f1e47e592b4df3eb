package fidelity

import (
	"fmt"
	"maps"
	"net/url"
	"strings"
)

// stage prepares what a kind needs before it can be said: somebody who is in or out, a group of its own.
type stage func(r *run, c *cell, speaker, hearer *person) error

// group makes a group of its own for one cell: owned by one, with these members, all of them inside. asks: who wants to come
// applies, and who is invited is asked.
func (w *world) group(owner *person, asks bool, members ...*person) (string, error) {
	maker := w.founder
	names := []string{owner.user}
	for _, m := range members {
		names = append(names, m.user)
	}
	id, err := maker.zim.CreateGroup(w.ctx, "a group of its own", names...)
	if err != nil {
		return "", err
	}
	if asks {
		for _, method := range []string{"updateGroupJoinMode", "updateGroupBeInviteMode"} {
			if err := maker.ask(method, map[string]any{"groupID": id, "mode": 1}); err != nil {
				return "", err
			}
		}
	}
	if err := maker.ask("transferGroupOwner", map[string]any{"groupID": id, "toUserID": owner.user}); err != nil {
		return "", err
	}
	if err := maker.ask("leaveGroup", map[string]any{"groupID": id}); err != nil {
		return "", err
	}
	for _, p := range append(members, owner) {
		if err := p.enter(id, false); err != nil {
			return "", err
		}
	}
	return id, nil
}

// ownGroup is a stage: the speaker's group, with the hearer in it.
func ownGroup(r *run, c *cell, speaker, hearer *person) (err error) {
	if c.room {
		return ownRoom(r, c, speaker, hearer)
	}
	c.conv, err = r.world.group(speaker, false, hearer)
	return err
}

// ownRoom is a stage: a room that the speaker made, with both in it.
func ownRoom(_ *run, c *cell, speaker, hearer *person) (err error) {
	if c.conv, err = speaker.makeRoom(fmt.Sprintf("room-%d", speaker.id())); err != nil {
		return err
	}
	for _, p := range []*person{speaker, hearer} {
		if err := p.enter(c.conv, true); err != nil {
			return err
		}
	}
	return nil
}

// hearersGroup is a stage: the hearer's group, with or without the speaker in it, asking or not.
func hearersGroup(with, asks bool) stage {
	return func(r *run, c *cell, speaker, hearer *person) (err error) {
		var members []*person
		if with {
			members = append(members, speaker)
		}
		c.conv, err = r.world.group(hearer, asks, members...)
		return err
	}
}

// first says another kind before, and waits until the hearer knows.
func first(kind string) stage {
	return func(r *run, c *cell, speaker, hearer *person) error {
		before := &cell{kind: kind, by: speaker.user, conv: c.conv, room: c.room, to: c.to, token: c.token, base: c.base, sent: c.sent, file: c.file}
		mark := hearer.mark()
		do := r.said[speaker.proto][kind]
		if do == nil {
			return fmt.Errorf("%s: nobody says %q before", speaker.proto, kind)
		}
		if err := do(speaker, before); err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
		if row, ok := tables[hearer.proto].Row(kind, before.where()); ok && row.Out > 1 {
			return nil // the hearer is told nothing of that
		}
		if _, ok := hearer.await(mark, patience, func(f fields) bool { return before.isExact(f, nil) }); !ok {
			return fmt.Errorf("%s: %s does not hear of it\n%s", kind, hearer.user, before.detail(tail(hearer, mark)))
		}
		return nil
	}
}

func tail(p *person, mark int) []fields {
	items, _ := p.since(mark)
	return items
}

// all runs stages one after the other.
func all(stages ...stage) stage {
	return func(r *run, c *cell, speaker, hearer *person) error {
		for _, s := range stages {
			if err := s(r, c, speaker, hearer); err != nil {
				return err
			}
		}
		return nil
	}
}

// asked is a stage: the hearer's group, and the hearer has asked the speaker in.
func asked(r *run, c *cell, speaker, hearer *person) error {
	if err := hearersGroup(false, true)(r, c, speaker, hearer); err != nil {
		return err
	}
	mark := speaker.mark()
	invitation := &cell{conv: c.conv, to: speaker, token: c.token}
	if err := r.said[hearer.proto]["invite"](hearer, invitation); err != nil {
		return err
	}
	c.base = hearer.user // who has asked
	if _, ok := speaker.await(mark, patience, func(f fields) bool { return invitation.isExact(f, nil) }); !ok {
		return fmt.Errorf("%s is not asked in by %s", speaker.user, hearer.user)
	}
	return nil
}

// applied is a stage: the speaker's group that asks, and somebody has applied: the hearer himself, or the founder of groups.
func applied(byHearer bool) stage {
	return func(r *run, c *cell, speaker, hearer *person) (err error) {
		applicant := r.world.founder
		var members []*person
		if _, can := r.said[hearer.proto]["apply"]; byHearer && can {
			applicant = hearer
		} else {
			members = append(members, hearer)
		}
		if c.conv, err = r.world.group(speaker, true, members...); err != nil {
			return err
		}
		c.to = applicant
		return r.said[applicant.proto]["apply"](applicant, &cell{conv: c.conv, to: speaker, token: c.token})
	}
}

// gone is a stage: the speaker has left the room that he will come into.
func gone(r *run, c *cell, speaker, hearer *person) error {
	if err := ownRoom(r, c, hearer, speaker); err != nil {
		return err
	}
	return first("leave")(r, c, speaker, hearer)
}

// stages are what is done before, by kind.
func stages(room bool) map[string]stage {
	s := map[string]stage{
		"add": (*run).putOut, "unmute": all(ownGroup, first("mute")), "mute": ownGroup,
		"unban": all(ownGroup, (*run).banned), "owner": ownGroup, "dissolved": ownGroup,
		"allow": all(ownGroup, first("all silenced")), "disallow": all(ownGroup, first("all silenced"), first("allow")),
		"who may enter and invite": ownGroup, "attributes of a member": ownGroup, "nick": hearersGroup(true, false),
		"leave": hearersGroup(true, false), "join": hearersGroup(false, false), "thread": threadRoot,
		"invite": func(r *run, c *cell, speaker, hearer *person) (err error) {
			c.conv, err = r.world.group(speaker, true)
			return err
		},
		"invite-accept": asked, "invite-decline": asked, "apply": hearersGroup(false, true), "apply-accept": applied(false),
		"apply-decline": applied(true),
	}
	maps.Copy(s, personStages())
	if room {
		s["join"], s["leave"] = gone, func(r *run, c *cell, speaker, hearer *person) error { return ownRoom(r, c, hearer, speaker) }
		s["nick"] = s["leave"]
	}
	return s
}

// banned is a stage: the one whom it is about is banned. Where the hearer will ask for the list, that is another.
func (r *run) banned(c *cell, speaker, hearer *person) error {
	do := r.said[speaker.proto]
	if hearer.proto != "xmpp" {
		return first("ban")(r, c, speaker, hearer)
	}
	c.to = r.world.hearers["zim"]
	if c.room {
		if err := c.to.enter(c.conv, true); err != nil {
			return err
		}
	} else if err := do["add"](speaker, &cell{conv: c.conv, to: c.to, token: c.token}); err != nil {
		return err
	}
	if err := do["role"](speaker, &cell{conv: c.conv, room: c.room, to: hearer, token: c.token}); err != nil {
		return err
	}
	return do["ban"](speaker, &cell{conv: c.conv, room: c.room, to: c.to, token: c.token})
}

// threadRoot is a stage: the speaker's group, and a message in it on which a thread can hang.
func threadRoot(r *run, c *cell, speaker, hearer *person) error {
	if err := ownGroup(r, c, speaker, hearer); err != nil {
		return err
	}
	mark := hearer.mark()
	if err := speaker.say(c, "root of "+c.token); err != nil {
		return err
	}
	heard, ok := hearer.await(mark, patience, func(f fields) bool { return f["text"] == "root of "+c.token })
	if !ok {
		return fmt.Errorf("the root did not come")
	}
	c.base = heard["id"]
	return nil
}

// himself begins what must be heard of what somebody does about himself.
func (c *cell) himself(p *person, what string, more fields) {
	c.want = fields{"what": what, "conv": c.conv, "user": p.user}
	for k, v := range more {
		c.want[k] = v
	}
}

func webimGroupActs() map[string]act {
	none := map[string]string{}
	meUser := func(c *cell, p *person) string { return c.at() + "/quit?resource=" + p.device }
	rules := func(body map[string]any, key, value string) act {
		return func(p *person, c *cell) error {
			c.want = fields{"what": "update", "conv": c.conv, "now." + key: value}
			return p.rest("PUT", c.at(), body, nil)
		}
	}
	verdict := func(what string, yes bool) act {
		return func(p *person, c *cell) error {
			c.member(what, nil)
			return p.rest("POST", c.at()+"/apply_verify", map[string]any{"applicant": c.to.user, "verifyResult": yes}, nil)
		}
	}
	answer := func(what string, yes bool) act {
		return func(p *person, c *cell) error {
			c.himself(p, what, nil)
			return p.rest("POST", c.at()+"/invite_verify", map[string]any{"invitee": p.user, "verifyResult": yes}, nil)
		}
	}
	return map[string]act{
		"join": func(p *person, c *cell) error {
			c.himself(p, "came", nil)
			if c.room {
				return p.enter(c.conv, true)
			}
			return p.rest("POST", c.at()+"/apply", none, nil)
		},
		"leave": func(p *person, c *cell) error {
			c.himself(p, "gone", nil)
			return p.rest("DELETE", meUser(c, p), none, nil)
		},
		"created": func(p *person, c *cell) error {
			var made struct {
				Data struct {
					ID string `json:"groupid"`
				} `json:"data"`
			}
			err := p.rest("POST", "/chatgroups", map[string]any{"groupname": c.token, "desc": "made", "public": true, "maxusers": 100,
				"owner": p.user, "members": []string{c.to.user}}, &made)
			c.conv = made.Data.ID
			c.member("add", nil)
			return err
		},
		"dissolved": func(p *person, c *cell) error {
			c.want = fields{"what": "dissolved", "conv": c.conv}
			return p.rest("DELETE", c.at(), none, nil)
		},
		"thread": func(p *person, c *cell) error {
			c.want = fields{"what": "thread", "has": c.token}
			return p.rest("POST", "/thread", map[string]any{"name": c.token, "msg_id": c.base, "group_id": c.conv, "owner": p.user}, nil)
		},
		"owner": func(p *person, c *cell) error {
			c.member("owner", fields{"is": "owner"})
			return p.rest("PUT", c.at(), map[string]any{"newowner": c.to.user}, nil)
		},
		"who may enter and invite": func(p *person, c *cell) error {
			if c.room {
				return rules(map[string]any{"maxusers": 77}, "max_users", "77")(p, c)
			}
			return rules(map[string]any{"membersonly": true}, "members_only", "true")(p, c)
		},
		"attributes of a member": func(p *person, c *cell) error {
			c.want = fields{"what": "attributes of a member", "conv": c.conv, "has": c.token}
			return p.rest("PUT", "/metadata/chatgroup/"+c.conv+"/user/"+p.user, map[string]any{"metaData": map[string]string{"k": c.token}}, nil)
		},
		"invite": func(p *person, c *cell) error {
			c.member("invite", nil)
			return p.rest("POST", c.at()+"/invite", map[string]any{"usernames": []string{c.to.user}}, nil)
		},
		"invite-accept":  answer("came", true),
		"invite-decline": answer("invitation declined", false),
		"apply": func(p *person, c *cell) error {
			c.himself(p, "apply", nil)
			return p.rest("POST", c.at()+"/apply", map[string]any{"message": "please"}, nil)
		},
		"apply-accept":  verdict("came", true),
		"apply-decline": verdict("application declined", false),
	}
}

func zimGroupActs() map[string]act {
	group := func(c *cell, more map[string]any) map[string]any {
		all := map[string]any{"groupID": c.conv, "config": map[string]any{}}
		for k, v := range more {
			all[k] = v
		}
		return all
	}
	self := func(what, method string, more func(*cell) map[string]any) act {
		return func(p *person, c *cell) error {
			c.himself(p, what, nil)
			params := map[string]any{}
			if more != nil {
				params = more(c)
			}
			return p.ask(method, group(c, params))
		}
	}
	about := func(what, method, key string, more fields) act {
		return func(p *person, c *cell) error {
			c.member(what, more)
			var whom any = c.to.user
			if strings.HasSuffix(key, "s") {
				whom = []string{c.to.user}
			}
			return p.ask(method, group(c, map[string]any{key: whom}))
		}
	}
	inviter := func(c *cell) map[string]any { return map[string]any{"inviterUserID": c.base} }
	return map[string]act{
		"join": func(p *person, c *cell) error {
			c.himself(p, "came", nil)
			if c.room {
				return p.enter(c.conv, true)
			}
			return p.ask("joinGroup", group(c, nil))
		},
		"leave": func(p *person, c *cell) error {
			c.himself(p, "gone", nil)
			if c.room {
				return p.ask("leaveRoom", map[string]any{"roomID": c.conv})
			}
			return p.ask("leaveGroup", group(c, nil))
		},
		"created": func(p *person, c *cell) (err error) {
			c.conv, err = p.zim.CreateGroup(p.world.ctx, c.token, c.to.user)
			c.member("add", nil)
			return err
		},
		"dissolved": func(p *person, c *cell) error {
			c.want = fields{"what": "dissolved", "conv": c.conv}
			return p.ask("dismissGroup", group(c, nil))
		},
		"owner": about("owner", "transferGroupOwner", "toUserID", fields{"is": "owner"}),
		"nick": func(p *person, c *cell) error {
			c.himself(p, "nick", fields{"nick": c.token})
			return p.ask("setGroupMemberNickname", group(c, map[string]any{"forUserID": p.user, "nickname": c.token}))
		},
		"who may enter and invite": func(p *person, c *cell) error {
			c.want = fields{"what": "update", "conv": c.conv, "now.members_only": "true"}
			return p.ask("updateGroupJoinMode", group(c, map[string]any{"mode": 1}))
		},
		"attributes of a member": func(p *person, c *cell) error {
			c.want = fields{"what": "attributes of a member", "conv": c.conv, "has": c.token}
			return p.ask("setRoomMembersAttributes", map[string]any{"roomID": c.conv, "userIDs": []string{p.user},
				"attributes": map[string]string{"k": c.token}, "config": map[string]any{}})
		},
		"invite":         about("invite", "sendGroupInviteApplications", "userIDs", nil),
		"invite-accept":  self("came", "acceptGroupInviteApplication", inviter),
		"invite-decline": self("invitation declined", "rejectGroupInviteApplication", inviter),
		"apply":          self("apply", "sendGroupJoinApplication", nil),
		"apply-accept":   about("came", "acceptGroupJoinApplication", "userID", nil),
		"apply-decline":  about("application declined", "rejectGroupJoinApplication", "userID", nil),
	}
}

// xmppVerdict fills in the form by which a manager was told of an application [XEP-0045 §9.9].
func xmppVerdict(what, allow string) act {
	return func(p *person, c *cell) error {
		c.member(what, nil)
		field := func(name, value string) string {
			return "<field var='" + name + "'><value>" + value + "</value></field>"
		}
		return p.xmpp.Put("<message to='" + c.jid() + "'><x xmlns='jabber:x:data' type='submit'>" + field("FORM_TYPE", "http://jabber.org/protocol/muc#register") +
			field("muc#jid", c.to.user+"@"+domain) + field("muc#register_allow", allow) + "</x></message>")
	}
}

func xmppGroupActs() map[string]act {
	return map[string]act{
		"join": func(p *person, c *cell) error {
			c.himself(p, "came", nil)
			return p.enter(c.conv, c.room)
		},
		"leave": func(p *person, c *cell) error {
			c.himself(p, "gone", nil)
			if c.room {
				return p.xmpp.Put("<presence type='unavailable' to='" + c.jid() + "/" + p.user + "'/>")
			}
			_, err := p.iq("set", c.jid(), "<query xmlns='jabber:iq:register'><remove/></query>")
			return err
		},
		"created": func(p *person, c *cell) error {
			c.conv = "made-" + c.token
			if err := p.enter(c.conv, false); err != nil {
				return err
			}
			if err := p.configure(c, "roomname", c.token); err != nil {
				return err
			}
			c.member("add", nil)
			return p.admin(c, "affiliation='member' jid='"+c.to.user+"@"+domain+"'")
		},
		"dissolved": func(p *person, c *cell) error {
			c.want = fields{"what": "dissolved", "conv": c.conv}
			_, err := p.iq("set", c.jid(), "<query xmlns='http://jabber.org/protocol/muc#owner'><destroy/></query>")
			return err
		},
		"owner": func(p *person, c *cell) error {
			// There may be several owners here: he passes it on who then ceases to be one.
			c.member("owner", fields{"is": "owner"})
			if err := p.admin(c, "affiliation='owner' jid='"+c.to.user+"@"+domain+"'"); err != nil {
				return err
			}
			return p.admin(c, "affiliation='admin' jid='"+p.user+"@"+domain+"'")
		},
		"nick": func(p *person, c *cell) error {
			c.himself(p, "nick", fields{"nick": c.token})
			return p.xmpp.Put("<presence to='" + c.jid() + "/" + url.PathEscape(c.token) + "'/>")
		},
		"who may enter and invite": func(p *person, c *cell) error {
			if c.room {
				c.want = fields{"what": "update", "conv": c.conv, "now.max_users": "77"}
				return p.configure(c, "maxusers", "77")
			}
			c.want = fields{"what": "update", "conv": c.conv, "now.members_only": "true"}
			return p.configure(c, "membersonly", "1")
		},
		"invite": func(p *person, c *cell) error {
			c.member("invite", nil)
			return p.xmpp.Put("<message to='" + c.jid() + "'><x xmlns='http://jabber.org/protocol/muc#user'><invite to='" +
				c.to.user + "@" + domain + "'><reason>come</reason></invite></x></message>")
		},
		"invite-accept": func(p *person, c *cell) error {
			c.himself(p, "came", nil)
			return p.enter(c.conv, false)
		},
		"apply": func(p *person, c *cell) error {
			c.himself(p, "apply", nil)
			_, err := p.iq("set", c.jid(), "<query xmlns='jabber:iq:register'><x xmlns='jabber:x:data' type='submit'>"+
				"<field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#register</value></field>"+
				"<field var='muc#register_roomnick'><value>"+p.user+"</value></field></x></query>")
			return err
		},
		"invite-decline": func(p *person, c *cell) error {
			c.himself(p, "invitation declined", nil)
			return p.xmpp.Put("<message to='" + c.jid() + "'><x xmlns='http://jabber.org/protocol/muc#user'><decline to='" +
				c.base + "@" + domain + "'><reason>no</reason></decline></x></message>")
		},
		"apply-accept":  xmppVerdict("came", "1"),
		"apply-decline": xmppVerdict("application declined", "0"),
	}
}

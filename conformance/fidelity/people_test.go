package fidelity

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// roams is the user of a protocol who comes and goes: nobody else's presence changes with a connection.
func roams(proto string) string { return proto + "-roams" }

// settlePeople has every hearer follow every speaker and everybody who comes and goes, each as his protocol does.
func (w *world) settlePeople(t *testing.T) {
	var followed []string
	for _, proto := range protos {
		if _, err := w.gateway.Run(w.ctx, "user", "add", roams(proto), "--password", secret); err != nil {
			t.Fatal(err)
		}
		followed = append(followed, w.speakers[proto].user, roams(proto))
	}
	webim, zim, xmpp := w.hearers["webim"], w.hearers["zim"], w.hearers["xmpp"]
	err := webim.rest("POST", "/users/"+webim.user+"/presence/3600", map[string]any{"usernames": followed}, nil)
	if err == nil {
		err = zim.ask("subscribeUsersStatus", map[string]any{"userIDs": followed, "config": map[string]any{"subscriptionDuration": 60}})
	}
	for _, u := range followed {
		if err == nil {
			err = w.befriend(xmpp.user, u)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

// befriend makes two users contacts of each other, as the app's server does.
func (w *world) befriend(a, b string) error {
	return w.server().rest("POST", "/users/"+a+"/contacts/users/"+b, map[string]string{}, nil)
}

// estrange makes sure that they are none.
func (w *world) estrange(a, b string) error {
	return w.server().rest("DELETE", "/users/"+a+"/contacts/users/"+b, map[string]string{}, nil)
}

// server speaks WebIM's REST for the app itself.
func (w *world) server() *person {
	w.appToken.Do(func() {
		out, err := w.gateway.Run(w.ctx, "secret", "webim")
		id, key, ok := strings.Cut(out[strings.LastIndexByte(out, '\n')+1:], " ")
		if err != nil || !ok {
			return // the first request will be refused and say so
		}
		var answer struct {
			Token string `json:"access_token"`
		}
		p := &person{world: w}
		_ = p.rest("POST", "/token", map[string]string{"grant_type": "client_credentials", "client_id": id, "client_secret": key}, &answer) // likewise
		w.app = &person{world: w, token: answer.Token}
	})
	return w.app
}

// present begins what must be heard of somebody's presence.
func (c *cell) present(user string, more fields) {
	c.want = fields{"what": "presence", "user": user}
	for k, v := range more {
		c.want[k] = v
	}
}

// comesAndGoes has somebody connect, waits until the hearer knows, and has him go.
func comesAndGoes(p *person, c *cell) error {
	mark := c.to.mark()
	device, err := p.world.dial(p.proto, roams(p.proto), "device-"+c.token)
	if err != nil {
		return err
	}
	c.present(roams(p.proto), fields{"online": "yes"})
	_, ok := c.to.await(mark, patience, func(f fields) bool { return c.isExact(f, nil) })
	c.present(roams(p.proto), fields{"online": "no"})
	device.close()
	if !ok {
		return errors.New("the hearer does not hear that he is there")
	}
	return nil
}

// profile begins what must be heard of what a user shows of himself.
func (c *cell) profile(p *person, more fields) {
	c.want = fields{"what": "profile", "user": p.user}
	for k, v := range more {
		c.want[k] = v
	}
}

// form sends a form to WebIM's REST.
func (p *person) form(path string, values map[string]string) error {
	form := url.Values{}
	for k, v := range values {
		form.Set(k, v)
	}
	return p.call("PUT", path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()), nil)
}

// contactAct is what one does to another as a contact.
func contactAct(what string, do func(p *person, c *cell) error) act {
	return func(p *person, c *cell) error {
		c.want = fields{"what": what, "from": p.user}
		return do(p, c)
	}
}

func webimPersonActs() map[string]act {
	contact := func(what, method, path string) act {
		return contactAct(what, func(p *person, c *cell) error {
			return p.rest(method, "/users/"+p.user+fmt.Sprintf(path, c.to.user), map[string]string{}, nil)
		})
	}
	return map[string]act{
		"online and offline": comesAndGoes,
		"status text": func(p *person, c *cell) error {
			c.present(p.user, fields{"text": c.token})
			return p.rest("POST", "/users/"+p.user+"/presence/"+p.device+"/1", map[string]string{"ext": c.token}, nil)
		},
		"name and picture": func(p *person, c *cell) error {
			link := c.elsewhere()
			c.profile(p, fields{"name": c.token, "picture": digest(c.file.content)})
			return p.form("/metadata/user/"+p.user, map[string]string{"nickname": c.token, "avatarurl": link})
		},
		"further details": func(p *person, c *cell) error {
			c.profile(p, fields{"mail": c.token + "@example.org", "phone": "+49 1"})
			return p.form("/metadata/user/"+p.user, map[string]string{"mail": c.token + "@example.org", "phone": "+49 1"})
		},
		"contact asked": contactAct("contact asked", func(p *person, c *cell) error {
			return p.rest("POST", "/users/"+p.user+"/contacts/apply", map[string]any{"usernames": []string{c.to.user}, "reason": "hello"}, nil)
		}),
		"contact accepted": contact("contact accepted", "POST", "/contacts/accept/users/%s"),
		"contact declined": contact("contact declined", "POST", "/contacts/decline/users/%s"),
		"contact removed":  contact("contact removed", "DELETE", "/contacts/users/%s"),
	}
}

func zimPersonActs() map[string]act {
	return map[string]act{
		"online and offline": comesAndGoes,
		"status text": func(p *person, c *cell) error {
			c.present(p.user, fields{"text": c.token})
			return p.ask("updateUserCustomStatus", map[string]any{"customStatus": c.token, "config": map[string]any{"duration": 60}})
		},
		"name and picture": func(p *person, c *cell) error {
			link := c.elsewhere()
			c.profile(p, fields{"name": c.token, "picture": digest(c.file.content)})
			if err := p.ask("updateUserName", map[string]any{"userName": c.token}); err != nil {
				return err
			}
			return p.ask("updateUserAvatarUrl", map[string]any{"userAvatarUrl": link})
		},
		"further details": func(p *person, c *cell) error {
			c.profile(p, fields{"extra": c.token})
			return p.ask("updateUserExtendedData", map[string]any{"extendedData": c.token})
		},
	}
}

func xmppPersonActs() map[string]act {
	presence := func(what, kind string) act {
		return contactAct(what, func(p *person, c *cell) error {
			return p.xmpp.Put("<presence type='" + kind + "' to='" + c.jid() + "'/>")
		})
	}
	card := func(p *person, inside string) error {
		_, err := p.iq("set", "", "<vCard xmlns='vcard-temp'>"+inside+"</vCard>")
		return err
	}
	return map[string]act{
		"online and offline": comesAndGoes,
		"away and busy": func(p *person, c *cell) error {
			c.present(p.user, fields{"show": "dnd"})
			return p.xmpp.Put("<presence><show>dnd</show></presence>")
		},
		"status text": func(p *person, c *cell) error {
			c.present(p.user, fields{"text": c.token})
			return p.xmpp.Put("<presence><status>" + c.token + "</status></presence>")
		},
		"name and picture": func(p *person, c *cell) error {
			c.profile(p, fields{"name": c.token, "picture": digest(c.file.content)})
			return card(p, "<FN>"+c.token+"</FN><PHOTO><TYPE>image/png</TYPE><BINVAL>"+base64.StdEncoding.EncodeToString(c.file.content)+"</BINVAL></PHOTO>")
		},
		"further details": func(p *person, c *cell) error {
			c.profile(p, fields{"mail": c.token + "@example.org", "phone": "+49 1"})
			return card(p, "<EMAIL><INTERNET/><USERID>"+c.token+"@example.org</USERID></EMAIL><TEL><NUMBER>+49 1</NUMBER></TEL>")
		},
		"contact asked":    presence("contact asked", "subscribe"),
		"contact accepted": presence("contact accepted", "subscribed"),
		"contact declined": presence("contact declined", "unsubscribed"),
		"contact removed": contactAct("contact removed", func(p *person, c *cell) error {
			_, err := p.iq("set", "", "<query xmlns='jabber:iq:roster'><item jid='"+c.jid()+"' subscription='remove'/></query>")
			return err
		}),
	}
}

// strangers is a stage: the two are no contacts.
func strangers(r *run, _ *cell, speaker, hearer *person) error {
	return r.world.estrange(speaker.user, hearer.user)
}

// friends is a stage: they are.
func friends(r *run, _ *cell, speaker, hearer *person) error {
	return r.world.befriend(speaker.user, hearer.user)
}

// askedFor is a stage: the hearer has asked for the speaker.
func askedFor(r *run, c *cell, speaker, hearer *person) error {
	if err := strangers(r, c, speaker, hearer); err != nil {
		return err
	}
	asking := &cell{to: speaker, token: c.token}
	mark := speaker.mark()
	asker := hearer
	if r.said[hearer.proto]["contact asked"] == nil {
		// His protocol knows no asking: he asks with a phone that speaks another.
		phone, err := r.world.dial("xmpp", hearer.user, "phone")
		if err != nil {
			return err
		}
		defer phone.close()
		asker = phone
	}
	if err := r.said[asker.proto]["contact asked"](asker, asking); err != nil {
		return err
	}
	if _, ok := speaker.await(mark, patience, func(f fields) bool { return asking.isExact(f, nil) }); !ok {
		return fmt.Errorf("%s does not hear that %s asks", speaker.user, hearer.user)
	}
	return nil
}

func personStages() map[string]stage {
	return map[string]stage{"contact asked": strangers, "contact accepted": askedFor, "contact declined": askedFor, "contact removed": friends}
}

// asks are what a client asks for because its protocol has no event that tells it: who hears it, asks. What a group has become
// an XMPP client asks when it is told that something has changed [XEP-0045 §10.2.1].
var asks = map[string]map[string]func(*person, *cell) error{
	"webim": {"name and picture": webimProfile, "further details": webimProfile, "following a presence": webimFollowed,
		"alias and groups of a contact": webimRemark, "recalled, in history": readHistory},
	"zim": {"following a presence": zimFollowed, "recalled, in history": readHistory},
	"xmpp": {"name and picture": xmppCard, "further details": xmppCard, "name": xmppInfo, "description": xmppInfo,
		"who may enter and invite": xmppInfo, "picture of it": xmppGroupCard, "unban": xmppOutcasts, "recalled, in history": readHistory},
}

func webimProfile(p *person, c *cell) error {
	var answer struct {
		Data map[string]string `json:"data"`
	}
	user := c.want["user"]
	if err := p.rest("GET", "/metadata/user/"+user, map[string]string{}, &answer); err != nil {
		return err
	}
	d := answer.Data
	f := fields{"what": "profile", "user": user, "name": d["nickname"], "mail": d["mail"], "phone": d["phone"], "extra": d["ext"]}
	if c.want["picture"] != "" {
		f["picture"] = p.world.fetch(d["avatarurl"], "", "")
	}
	p.hear(f)
	return nil
}

func webimFollowed(p *person, c *cell) error {
	var answer struct {
		Result json.RawMessage `json:"result"`
	}
	if err := p.rest("GET", "/users/"+p.user+"/presence/sublist?pageNum=1&pageSize=100", map[string]string{}, &answer); err != nil {
		return err
	}
	p.hear(fields{"what": "followed", "raw": string(answer.Result)})
	return nil
}

func webimRemark(p *person, c *cell) error {
	var answer struct {
		Entities []struct {
			Username, Remark string
		} `json:"entities"`
	}
	if err := p.rest("GET", "/users/"+p.user+"/contacts/users?needReturnRemark=true", map[string]string{}, &answer); err != nil {
		return err
	}
	for _, e := range answer.Entities {
		p.hear(fields{"what": "alias", "user": e.Username, "alias": e.Remark})
	}
	return nil
}

func zimFollowed(p *person, c *cell) error {
	var answer json.RawMessage
	if err := p.zim.Ask(p.world.ctx, "querySubscribedUserStatusList", map[string]any{"config": map[string]any{"userIDs": []string{}}}, &answer); err != nil {
		return err
	}
	p.hear(fields{"what": "followed", "raw": string(answer)})
	return nil
}

// xmppCard reads a user's vCard.
func xmppCard(p *person, c *cell) error {
	user := c.want["user"]
	answer, err := p.iq("get", user+"@"+domain, "<vCard xmlns='vcard-temp'/>")
	if err != nil {
		return err
	}
	card := answer.Child("vcard-temp", "vCard")
	text := func(names ...string) string {
		e := card
		for _, n := range names {
			e = e.Child("vcard-temp", n)
		}
		return e.Text()
	}
	f := fields{"what": "profile", "user": user, "name": text("FN"), "mail": text("EMAIL", "USERID"), "phone": text("TEL", "NUMBER"), "extra": text("NOTE")}
	f["picture"] = p.photo(text("PHOTO", "EXTVAL"), text("PHOTO", "BINVAL"))
	p.hear(f)
	return nil
}

// photo is the digest of a picture in a card, by its address or as it is.
func (p *person) photo(link, binval string) string {
	if link != "" {
		return p.world.fetch(link, "", "")
	}
	b, err := base64.StdEncoding.DecodeString(binval)
	if err != nil || len(b) == 0 {
		return ""
	}
	return digest(b)
}

// xmppGroupCard reads the picture of a group or room [XEP-0486].
func xmppGroupCard(p *person, c *cell) error {
	if !p.toldOfChange(c) {
		return nil
	}
	answer, err := p.iq("get", c.jid(), "<vCard xmlns='vcard-temp'/>")
	if err != nil {
		return err
	}
	photo := answer.Child("vcard-temp", "vCard").Child("vcard-temp", "PHOTO")
	f := fields{"what": "update", "conv": c.conv, "now.avatar": photo.ChildText("vcard-temp", "EXTVAL")}
	if binval := photo.ChildText("vcard-temp", "BINVAL"); binval != "" {
		f["now.avatar"] = p.photo("", binval)
	}
	p.hear(f)
	return nil
}

// toldOfChange reports whether the client has been told that something of c's group or room has changed.
func (p *person) toldOfChange(c *cell) bool {
	_, ok := p.await(c.mark, patience/40, func(f fields) bool { return f["what"] == "changed" && f["conv"] == c.conv })
	return ok
}

// xmppInfo reads what a group or room is.
func xmppInfo(p *person, c *cell) error {
	if !p.toldOfChange(c) {
		return nil
	}
	answer, err := p.iq("get", c.jid(), "<query xmlns='http://jabber.org/protocol/disco#info'/>")
	if err != nil {
		return err
	}
	const info = "http://jabber.org/protocol/disco#info"
	query := answer.Child(info, "query")
	f := fields{"what": "update", "conv": c.conv, "now.name": query.Child(info, "identity").Attr("name"), "now.members_only": "false"}
	for e := range query.Children() {
		if e.Is(info, "feature") && e.Attr("var") == "muc_membersonly" {
			f["now.members_only"] = "true"
		}
	}
	for e := range query.Child("jabber:x:data", "x").Children() {
		value := e.ChildText("jabber:x:data", "value")
		switch e.Attr("var") {
		case "muc#roominfo_description":
			f["now.description"] = value
		case "muc#roomconfig_maxusers", "muc#roominfo_maxusers":
			f["now.max_users"] = value
		}
	}
	p.hear(f)
	return nil
}

// xmppOutcasts reads who is banned, as a manager may.
func xmppOutcasts(p *person, c *cell) error {
	answer, err := p.iq("get", c.jid(), "<query xmlns='http://jabber.org/protocol/muc#admin'><item affiliation='outcast'/></query>")
	if err != nil {
		return err
	}
	if !strings.Contains(answer.String(), c.to.user+"@") {
		p.hear(fields{"what": "unban", "conv": c.conv, "user": c.to.user})
	}
	return nil
}

// readHistory looks for what was recalled: its words nowhere, and in its place what its protocol shows there.
func readHistory(p *person, c *cell) error {
	about := *c
	if c.conv == "" {
		about.to = p.world.speakers[c.byProto]
	}
	history, err := p.history(&about)
	if err != nil {
		return err
	}
	stands, tomb := false, false
	for _, f := range history {
		if f.mentions("base-" + c.token) {
			return nil // the words are still there
		}
		if f["id"] == c.base {
			stands, tomb = true, f["gone"] == "yes"
		}
	}
	if tomb && p.proto != "webim" || !stands && p.proto == "webim" {
		p.hear(fields{"what": "tombstone", "id": c.base})
	}
	return nil
}

package fidelity

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"dragoman/protocols/xmpp/xmppwire"
)

const domain = "localhost"

// jid is where c says.
func (c *cell) jid() string {
	switch {
	case c.conv == "":
		return c.to.user + "@" + domain
	case c.room:
		return c.conv + "@rooms." + domain
	}
	return c.conv + "@groups." + domain
}

func escape(s string) string { return string(xmppwire.AppendAttr(nil, s)) }

// xmppSay sends a message where c says.
func (p *person) xmppSay(c *cell, children string) error {
	kind := "chat"
	if c.conv != "" {
		kind = "groupchat"
	}
	id := fmt.Sprintf("fidelity-%d", p.id())
	c.sent = id
	return p.xmpp.Put("<message type='" + kind + "' id='" + id + "' to='" + c.jid() + "'>" + children + "</message>")
}

// iq asks and waits for the answer.
func (p *person) iq(kind, to, payload string) (*xmppwire.Element, error) {
	id := fmt.Sprintf("iq-%d", p.id())
	mark := p.mark()
	if to != "" {
		to = " to='" + to + "'"
	}
	if err := p.xmpp.Put("<iq type='" + kind + "' id='" + id + "'" + to + ">" + payload + "</iq>"); err != nil {
		return nil, err
	}
	f, ok := p.await(mark, patience, func(f fields) bool { return f["what"] == "iq" && f["id"] == id })
	switch {
	case !ok:
		return nil, errors.New("no answer to " + payload)
	case f["type"] == "error":
		return nil, errors.New(f["raw"])
	}
	return xmppwire.Parse([]byte(f["raw"]))
}

// admin changes what somebody is in c's group or room.
func (p *person) admin(c *cell, item string) error {
	_, err := p.iq("set", c.jid(), "<query xmlns='http://jabber.org/protocol/muc#admin'><item "+item+"/></query>")
	return err
}

// configure changes one field of c's group or room.
func (p *person) configure(c *cell, field, value string) error {
	_, err := p.iq("set", c.jid(), "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'>"+
		"<field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#roomconfig</value></field>"+
		"<field var='muc#roomconfig_"+field+"'><value>"+value+"</value></field></x></query>")
	return err
}

// xmppUpload stores a file and returns its address.
func (p *person) xmppUpload(c *cell) string {
	slot, err := p.iq("get", "upload."+domain, "<request xmlns='urn:xmpp:http:upload:0' filename='"+c.file.name+"' size='"+
		strconv.Itoa(len(c.file.content))+"' content-type='"+c.file.mime+"'/>")
	if err != nil {
		c.fault = err
		return ""
	}
	e := slot.Child("urn:xmpp:http:upload:0", "slot")
	put := e.Child("urn:xmpp:http:upload:0", "put")
	req, err := http.NewRequestWithContext(p.world.ctx, http.MethodPut, put.Attr("url"), bytes.NewReader(c.file.content))
	if err != nil {
		c.fault = err
		return ""
	}
	req.Header.Set("Content-Type", c.file.mime)
	for h := range put.Children() {
		req.Header.Set(h.Attr("name"), h.Text())
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		c.fault = err
		return ""
	}
	_ = answer.Body.Close()
	return e.Child("urn:xmpp:http:upload:0", "get").Attr("url")
}

// share is a file as clients of today send it; more is put among what is said of the file.
func (c *cell) share(url, more string) string {
	return "<body>" + escape(url) + "</body><x xmlns='jabber:x:oob'><url>" + escape(url) + "</url></x>" + c.sfs(url, more)
}

func (c *cell) sfs(url, more string) string {
	return "<file-sharing xmlns='urn:xmpp:sfs:0'><file xmlns='urn:xmpp:file:metadata:0'><media-type>" + c.file.mime + "</media-type><name>" +
		c.file.name + "</name><size>" + strconv.Itoa(len(c.file.content)) + "</size>" + more + "</file><sources>" +
		"<url-data xmlns='http://jabber.org/protocol/url-data' target='" + escape(url) + "'/></sources></file-sharing>"
}

// hearStanza decodes a stanza.
func (p *person) hearStanza(s xmppwire.Stanza) {
	raw := s.String()
	switch s.Name {
	case "iq":
		p.hear(fields{"what": "iq", "id": s.ID, "type": s.Type, "raw": raw})
		if q := s.Child("urn:xmpp:blocking", "block"); q != nil {
			p.hear(fields{"what": "block", "raw": raw})
		}
		if item := s.Child("jabber:iq:roster", "query").Child("jabber:iq:roster", "item"); item != nil {
			user, _, _ := strings.Cut(item.Attr("jid"), "@")
			if name := item.Attr("name"); name != "" {
				p.hear(fields{"what": "alias", "user": user, "alias": name, "groups": item.ChildText("jabber:iq:roster", "group"), "raw": raw})
			}
			what := "contact"
			if item.Attr("subscription") == "remove" {
				what = "contact removed"
			}
			p.hear(fields{"what": what, "user": user, "raw": raw})
		}
	case "presence":
		p.xmppPresence(s, raw)
	case "message":
		if result := s.Child("urn:xmpp:mam:2", "result"); result != nil {
			p.xmppArchived(result)
			return
		}
		p.xmppMessage(s, raw)
	}
}

// xmppArchived decodes one message of an archive.
func (p *person) xmppArchived(result *xmppwire.Element) {
	inner := result.Child("urn:xmpp:forward:0", "forwarded").Child("jabber:client", "message")
	if inner == nil {
		return
	}
	f := fields{"what": "message", "id": result.Attr("id"), "archived": "yes", "raw": inner.String(), "text": inner.ChildText("jabber:client", "body")}
	if inner.Child("urn:xmpp:message-correct:0", "replace") != nil {
		f["what"] = "edit"
	}
	if inner.Child("urn:xmpp:message-retract:1", "retracted") != nil {
		f["gone"] = "yes"
	}
	p.hear(f)
}

func (p *person) xmppPresence(s xmppwire.Stanza, raw string) {
	bare, nick, _ := strings.Cut(s.From, "/")
	local, host, _ := strings.Cut(bare, "@")
	x := s.Child("http://jabber.org/protocol/muc#user", "x")
	if x == nil {
		f := fields{"what": "presence", "user": local, "online": "yes", "text": s.Child("jabber:client", "status").Text(), "show": s.Child("jabber:client", "show").Text(), "raw": raw}
		switch s.Type {
		case "unavailable":
			f["online"] = "no"
		case "subscribe":
			f["what"], f["from"] = "contact asked", local
		case "subscribed":
			f["what"], f["from"] = "contact accepted", local
		case "unsubscribed":
			f["what"], f["from"] = "contact declined", local
			p.hear(fields{"what": "contact removed", "from": local, "raw": raw}) // the same word for both
		}
		p.hear(f)
		return
	}
	_ = host
	item := x.Child("http://jabber.org/protocol/muc#user", "item")
	self, codes := nick == p.user, map[string]bool{}
	for c := range x.Children() {
		if c.Local == "status" {
			codes[c.Attr("code")] = true
		}
	}
	base := fields{"conv": local, "user": nick, "raw": raw, "role": item.Attr("affiliation"), "is": item.Attr("affiliation")}
	tell := func(what string) {
		f := fields{"what": what}
		for k, v := range base {
			f[k] = v
		}
		p.hear(f)
	}
	if s.Type == "unavailable" {
		switch {
		case x.Child("http://jabber.org/protocol/muc#user", "destroy") != nil:
			tell("dissolved")
		case codes["303"]:
			base["nick"] = item.Attr("nick")
			tell("nick")
		case self && (codes["307"] || codes["321"]):
			tell("kick")
		case self && codes["301"]:
			tell("ban")
			tell("kick")
		}
		tell("gone")
		return
	}
	if codes["110"] {
		tell("entered")
	}
	tell("came")
	tell("role")
	tell("owner")
	if item.Attr("role") == "visitor" {
		tell("mute")
		tell("all silenced")
		tell("disallow")
	} else {
		tell("unmute")
		tell("allow")
	}
}

func (p *person) xmppMessage(s xmppwire.Stanza, raw string) {
	bare, nick, _ := strings.Cut(s.From, "/")
	local, host, _ := strings.Cut(bare, "@")
	f := fields{"what": "message", "from": local, "raw": raw, "stanza": s.ID}
	if host != domain {
		f["from"], f["conv"] = nick, local
	}
	if id := s.Child("urn:xmpp:sid:0", "stanza-id"); id != nil {
		f["id"] = id.Attr("id")
	}
	if s.Type == "error" {
		f["what"], f["id"] = "error", s.ID
		p.hear(f)
		return
	}
	if form := s.Child("jabber:x:data", "x"); form != nil {
		for field := range form.Children() {
			if field.Attr("var") == "muc#jid" {
				f["what"], f["conv"] = "apply", local
				f["user"], _, _ = strings.Cut(field.ChildText("jabber:x:data", "value"), "@")
				p.hear(f)
				return
			}
		}
	}
	body, _ := s.Body()
	if p.xmppNotices(s, f) {
		p.hear(f)
		return
	}
	f["text"] = body
	if f["from"] == "" && f["conv"] != "" && strings.HasPrefix(body, "Your application was declined.") {
		f["what"], f["user"] = "application declined", p.user
	}
	if r := s.Child("urn:xmpp:reply:0", "reply"); r != nil {
		f["reply"], f["text"] = r.Attr("id"), unquoted(s, body)
	}
	var mentioned []string
	for _, c := range s.Children {
		if c.Is("urn:xmpp:reference:0", "reference") && c.Attr("type") == "mention" {
			name, _, _ := strings.Cut(strings.TrimPrefix(c.Attr("uri"), "xmpp:"), "@")
			mentioned = append(mentioned, name)
		}
	}
	if m := s.Child("urn:xmpp:mentions:0", "mention"); m.Attr("mentions") == "urn:xmpp:mentions:0#channel" {
		f["all"] = "yes"
	}
	if mentioned != nil {
		f["mentions"] = strings.Join(mentioned, ",")
	}
	if s.Child("urn:xmpp:chat-markers:0", "markable") != nil || s.Child("urn:xmpp:receipts", "request") != nil {
		f["wants"] = "yes"
	}
	for e := range s.Child("urn:x-dragoman:0", "fields").Children() {
		f["ext."+e.Attr("name")] = e.Text()
	}
	for _, own := range []string{"command", "custom"} {
		e := s.Child("urn:x-dragoman:0", own)
		if e == nil {
			continue
		}
		f[map[string]string{"command": "action", "custom": "type"}[own]] = e.Attr("name")
		for c := range e.Children() {
			if c.Local == "field" {
				f["param."+c.Attr("name")] = c.Text()
			} else {
				f["data"] = c.Text()
			}
		}
		f["words"] = body
	}
	if geo := s.Child("http://jabber.org/protocol/geoloc", "geoloc"); geo != nil {
		f["lat"], f["lon"] = geo.ChildText(geo.Space, "lat"), geo.ChildText(geo.Space, "lon")
		f["spot"], f["address"] = geo.ChildText(geo.Space, "description"), geo.ChildText(geo.Space, "text")
	}
	p.xmppFile(s, f, body)
	p.hear(f)
}

// unquoted takes off what stands there for clients that know no replies; offsets count code points [XEP-0428].
func unquoted(s xmppwire.Stanza, body string) string {
	for _, c := range s.Children {
		if !c.Is("urn:xmpp:fallback:0", "fallback") || c.Attr("for") != "urn:xmpp:reply:0" {
			continue
		}
		part := c.Child("urn:xmpp:fallback:0", "body")
		start, _ := strconv.Atoi(part.Attr("start"))
		end, _ := strconv.Atoi(part.Attr("end"))
		if runes := []rune(body); start >= 0 && end <= len(runes) && start <= end {
			return string(runes[:start]) + string(runes[end:])
		}
	}
	return body
}

// xmppFile decodes a shared file.
func (p *person) xmppFile(s xmppwire.Stanza, f fields, body string) {
	share := s.Child("urn:xmpp:sfs:0", "file-sharing")
	if share == nil {
		return
	}
	file := share.Child("urn:xmpp:file:metadata:0", "file")
	get := func(name string) string { return file.ChildText("urn:xmpp:file:metadata:0", name) }
	target := share.Child("urn:xmpp:sfs:0", "sources").Child("http://jabber.org/protocol/url-data", "url-data").Attr("target")
	main, _, _ := strings.Cut(get("media-type"), "/")
	f["media"] = map[string]string{"image": "picture", "video": "video", "audio": "voice"}[main]
	if f["media"] == "" || share.Attr("disposition") == "attachment" {
		f["media"] = "file"
	}
	ms, _ := strconv.Atoi(get("length"))
	f["name"], f["size"], f["seconds"] = get("name"), get("size"), strconv.Itoa(ms/1000)
	f["width"], f["height"] = get("width"), get("height")
	f["file"] = p.world.fetch(target, "", "")
	delete(f, "text")
	if body != target {
		f["caption"] = strings.TrimSuffix(strings.TrimSuffix(body, target), "\n")
	}
}

// xmppNotices decodes what is no message of its own.
func (p *person) xmppNotices(s xmppwire.Stanza, f fields) bool {
	for _, c := range s.Children {
		switch {
		case c.Is("urn:xmpp:message-correct:0", "replace"):
			text, _ := s.Body()
			f["what"], f["stanza"], f["text"] = "edit", c.Attr("id"), text
			return true
		case c.Is("urn:xmpp:message-retract:1", "retract"):
			f["what"], f["id"] = "recall", c.Attr("id")
			if by := c.Child("urn:xmpp:message-moderate:1", "moderated"); by != nil {
				_, f["from"], _ = strings.Cut(by.Attr("by"), "/")
			}
			return true
		case c.Is("urn:xmpp:receipts", "received"):
			f["what"], f["id"] = "delivered", c.Attr("id")
			return true
		case c.Is("urn:xmpp:chat-markers:0", "displayed"):
			f["what"], f["id"] = "read", c.Attr("id")
			return true
		case c.Is("urn:xmpp:reactions:0", "reactions"):
			f["what"], f["id"], f["emoji"] = "reaction", c.Attr("id"), c.ChildText("urn:xmpp:reactions:0", "reaction")
			if f["emoji"] == "" {
				f["what"] = "reaction taken back"
			}
			return true
		case c.Is("http://jabber.org/protocol/chatstates", "composing"):
			f["what"] = "typing"
			return true
		case c.Is("http://jabber.org/protocol/chatstates", "paused"):
			f["what"] = "typing ended"
			return true
		case c.Is("jabber:x:conference", "x"):
			local, _, _ := strings.Cut(c.Attr("jid"), "@")
			f["what"], f["conv"], f["user"] = "add", local, p.user
			return true
		case c.Is("jabber:client", "subject"):
			if _, has := s.Body(); !has {
				f["what"], f["text"] = "notice", c.Text()
				return true
			}
		case c.Child("http://jabber.org/protocol/muc#user", "invite") != nil:
			f["what"], f["user"] = "invite", p.user
			return true
		case c.Child("http://jabber.org/protocol/muc#user", "decline") != nil:
			user, _, _ := strings.Cut(c.Child("http://jabber.org/protocol/muc#user", "decline").Attr("from"), "@")
			f["what"], f["user"] = "invitation declined", user
			return true
		case c.Is("http://jabber.org/protocol/muc#user", "x"):
			if _, has := s.Body(); !has {
				f["what"] = "changed"
				return true
			}
		}
	}
	return false
}

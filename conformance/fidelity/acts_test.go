package fidelity

import (
	"encoding/base64"
	"fmt"
	"maps"
	"strconv"

	"google.golang.org/protobuf/proto"

	"dragoman/protocols/webim/webimwire"
	"dragoman/protocols/zim/zimwire"
)

// act says or does one kind of thing, and writes into c.want what must be heard of it.
type act func(p *person, c *cell) error

// acts are what each protocol can say, by kind.
func acts() map[string]map[string]act {
	all := map[string]map[string]act{"webim": webimActs(), "zim": zimActs(), "xmpp": xmppActs()}
	for proto, more := range map[string][]map[string]act{
		"webim": {webimMemberActs(), webimGroupActs(), webimPersonActs()},
		"zim":   {zimMemberActs(), zimGroupActs(), zimPersonActs()},
		"xmpp":  {xmppMemberActs(), xmppGroupActs(), xmppPersonActs()},
	} {
		for _, acts := range more {
			maps.Copy(all[proto], acts)
		}
	}
	return all
}

// want begins what must be heard of a message.
func (c *cell) wants(p *person, more fields) {
	c.want = fields{"what": "message", "from": p.user, "conv": c.conv}
	for k, v := range more {
		c.want[k] = v
	}
}

func (c *cell) media(p *person, kind string, more fields) {
	c.wants(p, fields{"media": kind, "name": c.file.name, "size": strconv.Itoa(len(c.file.content)), "file": digest(c.file.content)})
	for k, v := range more {
		c.want[k] = v
	}
}

// about begins what must be heard of a change of the base message.
func (c *cell) about(p *person, what string, more fields) {
	c.want = fields{"what": what, "about": "base", "from": p.user}
	for k, v := range more {
		c.want[k] = v
	}
}

// member begins what must be heard of a change of whom c is about.
func (c *cell) member(what string, more fields) {
	c.want = fields{"what": what, "conv": c.conv, "user": c.to.user}
	for k, v := range more {
		c.want[k] = v
	}
}

const thumbsUp = "👍"

func webimActs() map[string]act {
	text := func(c *cell) *webimBody { return webimText(c.token) }
	plain := func(p *person, c *cell, body *webimBody, want fields) error {
		c.wants(p, want)
		return p.webimSay(c, body, nil)
	}
	file := func(kind string, wire webimwire.MessageBody_Content_Type, more func(*webimContent, fields)) act {
		return func(p *person, c *cell) error {
			content := p.webimFile(c, wire)
			want := fields{}
			if more != nil {
				more(content, want)
			}
			c.media(p, kind, want)
			return p.webimSay(c, webimOf(content), nil)
		}
	}
	seconds := func(content *webimContent, want fields) { content.Duration, want["seconds"] = proto.Int32(7), "7" }
	all := map[string]act{
		"text": func(p *person, c *cell) error { return plain(p, c, text(c), fields{"text": c.token}) },
		"picture": file("picture", webimwire.MessageBody_Content_IMAGE, func(content *webimContent, want fields) {
			content.Size = &webimwire.MessageBody_Content_Size{Width: proto.Float64(24), Height: proto.Float64(16)}
			want["width"], want["height"] = "24", "16"
		}),
		"voice": file("voice", webimwire.MessageBody_Content_VOICE, seconds),
		"video": file("video", webimwire.MessageBody_Content_VIDEO, seconds),
		"file":  file("file", webimwire.MessageBody_Content_FILE, nil),
		"location": func(p *person, c *cell) error {
			return plain(p, c, webimOf(&webimContent{Type: webimwire.MessageBody_Content_LOCATION.Enum(), Latitude: proto.Float64(48.5), Longitude: proto.Float64(2.25),
				Address: proto.String("Paris"), BuildingName: &c.token}), fields{"lat": "48.5", "lon": "2.25", "spot": c.token, "address": "Paris"})
		},
		"command": func(p *person, c *cell) error {
			return plain(p, c, webimOf(&webimContent{Type: webimwire.MessageBody_Content_COMMAND.Enum(), Action: &c.token,
				Params: []*webimwire.KeyValue{webimwire.StringValue("k", "v")}}), fields{"action": c.token, "param.k": "v"})
		},
		"custom": func(p *person, c *cell) error {
			return plain(p, c, webimOf(&webimContent{Type: webimwire.MessageBody_Content_CUSTOM.Enum(), CustomEvent: &c.token,
				CustomExts: []*webimwire.KeyValue{webimwire.StringValue("k", "v")}}), fields{"type": c.token, "param.k": "v"})
		},
		"bundle": func(p *person, c *cell) error {
			link, fileSecret, err := p.webimUpload("items", []byte(c.token))
			if err != nil {
				return err
			}
			return plain(p, c, webimOf(&webimContent{Type: webimwire.MessageBody_Content_TEXT.Enum(), SubType: webimwire.MessageBody_Content_SUB_COMBINE.Enum(),
				Text: proto.String("your client cannot show this"), Title: proto.String("History"), Summary: &c.token, CombineLevel: proto.Int32(1), RemotePath: &link,
				SecretKey: &fileSecret, DisplayName: proto.String("items"), FileLength: proto.Int32(5)}),
				fields{"bundle": "yes", "title": "History", "preview": c.token, "text": "your client cannot show this"})
		},
		"reply": func(p *person, c *cell) error {
			body := text(c)
			body.Ext = []*webimwire.KeyValue{webimwire.JSONValue("msgQuote", `{"msgID":"`+c.base+`","msgPreview":"base","msgSender":"`+p.user+`","msgType":"txt"}`)}
			return plain(p, c, body, fields{"text": c.token, "reply": "base"})
		},
		"mention": func(p *person, c *cell) error {
			body := text(c)
			body.Ext = []*webimwire.KeyValue{webimwire.JSONValue("em_at_list", `["zim-hears"]`)}
			return plain(p, c, body, fields{"text": c.token, "mentions": "zim-hears"})
		},
		"mention of all": func(p *person, c *cell) error {
			body := text(c)
			body.Ext = []*webimwire.KeyValue{webimwire.StringValue("em_at_list", "ALL")}
			return plain(p, c, body, fields{"text": c.token, "all": "yes"})
		},
		"own fields": func(p *person, c *cell) error {
			body := text(c)
			body.Ext = []*webimwire.KeyValue{webimwire.StringValue("own", c.token)}
			return plain(p, c, body, fields{"text": c.token, "ext.own": c.token})
		},
		"to some members": func(p *person, c *cell) error {
			c.wants(p, fields{"text": c.token})
			return p.webimSay(c, text(c), func(m *webimwire.Meta) {
				m.Routetype = webimwire.Meta_ROUTE_DIRECT.Enum()
				m.DirectedUsers = []string{"webim-hears", "zim-hears", "xmpp-hears"}
			})
		},
		"priority": func(p *person, c *cell) error {
			c.wants(p, fields{"text": c.token, "priority": "high"})
			return p.webimSay(c, text(c), func(m *webimwire.Meta) {
				m.Ext = []*webimwire.KeyValue{webimwire.IntValue("chatroom_msg_tag", webimwire.KeyValue_INT, 0)}
			})
		},
		"for who is online": func(p *person, c *cell) error {
			c.wants(p, fields{"text": c.token})
			return p.webimSay(c, text(c), func(m *webimwire.Meta) { m.Routetype = webimwire.Meta_ROUTE_ONLINE.Enum() })
		},
		"receipt wanted": func(p *person, c *cell) error {
			body := text(c)
			body.MsgConfig = &webimwire.MessageBody_MessageConfig{AllowGroupAck: proto.Bool(true)}
			return plain(p, c, body, fields{"text": c.token, "wants": "yes"})
		},
		"link to a file elsewhere": func(p *person, c *cell) error {
			link := c.elsewhere()
			c.wants(p, fields{"media": "picture", "name": "elsewhere.png", "file": digest(c.file.content)})
			return p.webimSay(c, webimOf(&webimContent{Type: webimwire.MessageBody_Content_IMAGE.Enum(), RemotePath: &link, DisplayName: proto.String("elsewhere.png")}), nil)
		},
		"edit": func(p *person, c *cell) error {
			body := text(c)
			body.Type, body.EditMessageId, body.EditScope = webimwire.MessageBody_EDIT.Enum(), proto.Uint64(number(c.base)), webimwire.MessageBody_BODY.Enum()
			c.about(p, "edit", fields{"text": c.token})
			return p.webimSay(c, body, nil)
		},
		"recall": func(p *person, c *cell) error {
			c.about(p, "recall", nil)
			return p.webimSay(c, webimAck(webimwire.MessageBody_RECALL, c.base), nil)
		},
		"delivered": func(p *person, c *cell) error {
			c.about(p, "delivered", nil)
			return p.webimSay(c, webimAck(webimwire.MessageBody_DELIVER_ACK, c.base), nil)
		},
		"read": func(p *person, c *cell) error {
			c.about(p, "read", nil)
			return p.webimSay(c, webimAck(webimwire.MessageBody_READ_ACK, c.base), nil)
		},
		"signalling": func(p *person, c *cell) error {
			c.want = fields{"what": "signalling", "has": c.token}
			id := p.id()
			payload, err := webimwire.Pack(&webimwire.ConferenceBody{SessionId: &c.token})
			if err != nil {
				return err
			}
			return p.webim.Put(&webimwire.Meta{Id: &id, To: webimwire.UserJID(appKey, c.to.user, ""), Ns: webimwire.Meta_CONFERENCE.Enum(), Payload: payload})
		},
		"typing":       func(p *person, c *cell) error { return p.webimTyping(c, "TypingBegin", "typing") },
		"typing ended": func(p *person, c *cell) error { return p.webimTyping(c, "TypingEnd", "typing ended") },
		"reaction": func(p *person, c *cell) error {
			c.about(p, "reaction", fields{"emoji": thumbsUp})
			return p.rest("POST", "/reaction/user/"+p.user, map[string]string{"msgId": c.base, "message": thumbsUp}, nil)
		},
		"pin": func(p *person, c *cell) error {
			c.want = fields{"what": "pin", "about": "base"}
			return p.rest("POST", "/sdk/user/"+p.user+"/user_channel/pin", c.webimChannel(), nil)
		},
		"unpin": func(p *person, c *cell) error {
			c.want = fields{"what": "unpin", "about": "base"}
			if err := p.rest("POST", "/sdk/user/"+p.user+"/user_channel/pin", c.webimChannel(), nil); err != nil {
				return err
			}
			return p.rest("DELETE", "/sdk/user/"+p.user+"/user_channel/pin", c.webimChannel(), nil)
		},
	}
	all["reaction taken back"] = func(p *person, c *cell) error {
		if err := all["reaction"](p, c); err != nil {
			return err
		}
		c.about(p, "reaction taken back", nil)
		return p.rest("DELETE", "/reaction/user/"+p.user+"?msgId="+c.base+"&message=%F0%9F%91%8D", map[string]string{}, nil)
	}
	all["read up to here"] = func(p *person, c *cell) error {
		c.about(p, "read", nil) // up to the last, which is the one that it is about
		return p.webimSay(c, webimAck(webimwire.MessageBody_CHANNEL_ACK, "0"), nil)
	}
	all["recall by a manager"] = all["recall"]
	all["recalled, in history"] = inHistory(all["recall"])
	return all
}

func (c *cell) webimChannel() map[string]string {
	if c.conv == "" {
		return map[string]string{"type": "chat", "to": c.to.user, "pin_msg_id": c.base}
	}
	if c.room {
		return map[string]string{"type": "chatroom", "to": c.conv, "pin_msg_id": c.base}
	}
	return map[string]string{"type": "groupchat", "to": c.conv, "pin_msg_id": c.base}
}

func number(s string) uint64 {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return 0 // which no message has: the gateway will say so
	}
	return n
}

func webimAck(kind webimwire.MessageBody_Type, id string) *webimBody {
	body := &webimBody{Type: kind.Enum(), Contents: []*webimContent{{}}}
	if n := number(id); n != 0 {
		body.AckMessageId = &n
	}
	return body
}

func (p *person) webimTyping(c *cell, action, what string) error {
	c.want = fields{"what": what, "from": p.user}
	body := webimOf(&webimContent{Type: webimwire.MessageBody_Content_COMMAND.Enum(), Action: &action})
	return p.webimSay(c, body, func(m *webimwire.Meta) { m.Routetype = webimwire.Meta_ROUTE_ONLINE.Enum() })
}

// at is where REST finds c's group or room.
func (c *cell) at() string {
	if c.room {
		return "/chatrooms/" + c.conv
	}
	return "/chatgroups/" + c.conv
}

func webimMemberActs() map[string]act {
	rest := func(what, method, path string, body any, more fields) act {
		return func(p *person, c *cell) error {
			c.member(what, more)
			return p.rest(method, c.at()+fmt.Sprintf(path, c.to.user), body, nil)
		}
	}
	named := func(what, method, path, key string, more fields) act {
		return func(p *person, c *cell) error {
			c.member(what, more)
			var v any = c.to.user
			if key == "usernames" {
				v = []string{c.to.user}
			}
			return p.rest(method, c.at()+path, map[string]any{key: v, "mute_duration": 60000}, nil)
		}
	}
	state := func(method, path string, body func(*cell) any, want func(*cell) fields) act {
		return func(p *person, c *cell) error {
			c.want = want(c)
			c.want["conv"] = c.conv
			return p.rest(method, c.at()+path, body(c), nil)
		}
	}
	none := map[string]string{}
	return map[string]act{
		"mute":        named("mute", "POST", "/mute", "usernames", nil),
		"unmute":      rest("unmute", "DELETE", "/mute/%s", none, nil),
		"role":        named("role", "POST", "/admin", "newadmin", fields{"role": "admin"}),
		"allow":       rest("allow", "POST", "/white/users/%s", none, nil),
		"disallow":    rest("disallow", "DELETE", "/white/users/%s", none, nil),
		"kick":        rest("kick", "DELETE", "/users/%s", none, nil),
		"add":         rest("add", "POST", "/users/%s", none, nil),
		"ban":         rest("kick", "POST", "/blocks/users/%s", none, nil),
		"unban":       rest("unban", "DELETE", "/blocks/users/%s", none, nil),
		"name":        state("PUT", "", func(c *cell) any { return map[string]string{"groupname": c.token, "name": c.token} }, func(c *cell) fields { return fields{"what": "update", "now.name": c.token} }),
		"description": state("PUT", "", func(c *cell) any { return map[string]string{"description": c.token} }, func(c *cell) fields { return fields{"what": "update", "now.description": c.token} }),
		"picture of it": state("PUT", "", func(c *cell) any { return map[string]string{"avatar": "https://example.org/" + c.token} },
			func(c *cell) fields { return fields{"what": "update", "now.avatar": "https://example.org/" + c.token} }),
		"notice": state("POST", "/announcement", func(c *cell) any { return map[string]string{"announcement": c.token} }, func(c *cell) fields { return fields{"what": "notice", "text": c.token} }),
		"all silenced": func(p *person, c *cell) error {
			c.want = fields{"what": "all silenced", "conv": c.conv}
			c.fault = p.rest("POST", c.at()+"/ban", none, nil)
			return nil
		},
		"attributes": func(p *person, c *cell) error {
			c.want = fields{"what": "attributes", "conv": c.conv, "has": c.token}
			return p.rest("PUT", "/metadata/chatroom/"+c.conv+"/user/"+p.user, map[string]any{"metaData": map[string]string{"k" + c.token: c.token}, "autoDelete": "NO_DELETE"}, nil)
		},
	}
}

func zimActs() map[string]act {
	text := func(p *person, c *cell, more func(*zimwire.Message, *zimwire.MessageSendConfig), want fields) error {
		c.wants(p, want)
		c.want["text"] = c.token
		m := zimText(c.token)
		config := zimwire.MessageSendConfig{Priority: zimwire.MessagePriorityMedium}
		if more != nil {
			more(&m, &config)
		}
		return p.zimSay(c, m, func(to *zimwire.MessageSendConfig) { *to = config })
	}
	file := func(kind string, wire zimwire.MessageType, more func(*zimwire.Message, fields)) act {
		return func(p *person, c *cell) error {
			m := p.zimFile(c, wire)
			want := fields{}
			if more != nil {
				more(&m, want)
			}
			c.media(p, kind, want)
			return p.zimSay(c, m, nil)
		}
	}
	all := map[string]act{
		"text": func(p *person, c *cell) error { return text(p, c, nil, nil) },
		"picture": file("picture", zimwire.MessageTypeImage, func(m *zimwire.Message, want fields) {
			m.OriginalImageWidth, m.OriginalImageHeight = 24, 16
			want["width"], want["height"] = "24", "16"
		}),
		"voice": file("voice", zimwire.MessageTypeAudio, func(m *zimwire.Message, want fields) { m.AudioDuration, want["seconds"] = 7, "7" }),
		"video": file("video", zimwire.MessageTypeVideo, func(m *zimwire.Message, want fields) { m.VideoDuration, want["seconds"] = 7, "7" }),
		"file":  file("file", zimwire.MessageTypeFile, nil),
		"link to a file elsewhere": func(p *person, c *cell) error {
			link := c.elsewhere()
			c.wants(p, fields{"media": "picture", "name": "elsewhere.png", "file": digest(c.file.content)})
			return p.zimSay(c, zimwire.Message{Type: zimwire.MessageTypeImage, FileName: "elsewhere.png", FileSize: int64(len(c.file.content)), FileDownloadURL: link}, nil)
		},
		"several parts": func(p *person, c *cell) error {
			m := p.zimFile(c, zimwire.MessageTypeImage)
			c.media(p, "picture", fields{"text": c.token, "parts": "2"})
			part := zimwire.MessageLiteInfo{Type: m.Type, FileName: m.FileName, FileSize: m.FileSize, FileDownloadURL: m.FileDownloadURL}
			return p.zimSay(c, zimwire.Message{Type: zimwire.MessageTypeMultiple, MessageInfoList: []zimwire.MessageLiteInfo{{Type: zimwire.MessageTypeText, Message: c.token}, part}}, nil)
		},
		"command": func(p *person, c *cell) error {
			c.wants(p, fields{"data": c.token})
			return p.zimSay(c, zimwire.Message{Type: zimwire.MessageTypeCommand, Message: base64.StdEncoding.EncodeToString([]byte(c.token))}, nil)
		},
		"custom": func(p *person, c *cell) error {
			c.wants(p, fields{"type": "zim.custom.7", "data": c.token, "words": "a gift"})
			return p.zimSay(c, zimwire.Message{Type: zimwire.MessageTypeCustom, SubType: 7, Message: c.token, SearchedContent: "a gift"}, nil)
		},
		"bundle": func(p *person, c *cell) error {
			c.wants(p, fields{"bundle": "yes", "title": "History", "preview": c.token})
			return p.zimSay(c, zimwire.Message{Type: zimwire.MessageTypeCombine, Title: "History", Summary: c.token,
				MessageList: []zimwire.Message{{Type: zimwire.MessageTypeText, Message: "one", SenderUserID: p.user}}}, nil)
		},
		"mention": func(p *person, c *cell) error {
			return text(p, c, func(m *zimwire.Message, _ *zimwire.MessageSendConfig) { m.MentionedUserIDs = []string{"zim-hears"} }, fields{"mentions": "zim-hears"})
		},
		"mention of all": func(p *person, c *cell) error {
			return text(p, c, func(m *zimwire.Message, _ *zimwire.MessageSendConfig) { m.IsMentionAll = true }, fields{"all": "yes"})
		},
		"own fields": func(p *person, c *cell) error {
			return text(p, c, func(m *zimwire.Message, _ *zimwire.MessageSendConfig) { m.ExtendedData = "=" + c.token }, fields{"ext.extendedData": "=" + c.token})
		},
		"priority": func(p *person, c *cell) error {
			return text(p, c, func(_ *zimwire.Message, config *zimwire.MessageSendConfig) {
				config.Priority = zimwire.MessagePriorityHigh
			}, fields{"priority": "high"})
		},
		"for who is online": func(p *person, c *cell) error {
			c.wants(p, fields{"text": c.token})
			return p.zimSay(c, zimwire.Message{Type: zimwire.MessageTypeBarrage, Message: c.token}, nil)
		},
		"not counted": func(p *person, c *cell) error {
			return text(p, c, func(_ *zimwire.Message, config *zimwire.MessageSendConfig) { config.DisableUnreadMessageCount = true }, fields{"counted": "no"})
		},
		"push wishes": func(p *person, c *cell) error {
			return text(p, c, func(_ *zimwire.Message, config *zimwire.MessageSendConfig) {
				config.PushConfig = &zimwire.PushConfig{Title: "t"}
			}, fields{"push": "yes"})
		},
		"receipt wanted": func(p *person, c *cell) error {
			return text(p, c, func(_ *zimwire.Message, config *zimwire.MessageSendConfig) { config.HasReceipt = true }, fields{"wants": "yes"})
		},
		"reply": func(p *person, c *cell) error {
			c.wants(p, fields{"text": c.token, "reply": "base"})
			m := zimText(c.token)
			m.LocalMessageID = strconv.FormatUint(p.id(), 10)
			return p.ask("replyMessage", zimwire.ReplyMessageParams{Message: m, ToOriginalMessage: c.target(), Config: zimwire.MessageSendConfig{Priority: zimwire.MessagePriorityMedium}})
		},
		"edit": func(p *person, c *cell) error {
			c.about(p, "edit", fields{"text": c.token})
			m := c.target()
			m.Message = c.token
			return p.ask("editMessage", zimwire.EditMessageParams{Message: m})
		},
		"recall": func(p *person, c *cell) error {
			c.about(p, "recall", nil)
			return p.ask("revokeMessage", zimwire.RevokeMessageParams{Message: c.target()})
		},
		"read": func(p *person, c *cell) error {
			c.about(p, "read", nil)
			id, kind := c.place()
			return p.ask("sendMessageReceiptsRead", zimwire.SendMessageReceiptsReadParams{MessageList: []zimwire.Message{c.target()}, ConversationID: id, ConversationType: kind})
		},
		"read up to here": func(p *person, c *cell) error {
			c.about(p, "read", nil) // up to the last, which is the one that it is about
			id, kind := c.place()
			return p.ask("sendConversationMessageReceiptRead", map[string]any{"conversationID": id, "conversationType": kind})
		},
		"reaction": func(p *person, c *cell) error {
			c.about(p, "reaction", fields{"emoji": thumbsUp})
			return p.ask("addMessageReaction", zimwire.AddMessageReactionParams{ReactionType: thumbsUp, Message: c.target()})
		},
		"pin": func(p *person, c *cell) error {
			c.want = fields{"what": "pin", "about": "base"}
			return p.ask("pinMessage", zimwire.PinMessageParams{Message: c.target(), IsPinned: true})
		},
		"unpin": func(p *person, c *cell) error {
			c.want = fields{"what": "unpin", "about": "base"}
			if err := p.ask("pinMessage", zimwire.PinMessageParams{Message: c.target(), IsPinned: true}); err != nil {
				return err
			}
			return p.ask("pinMessage", zimwire.PinMessageParams{Message: c.target()})
		},
	}
	all["reaction taken back"] = func(p *person, c *cell) error {
		if err := all["reaction"](p, c); err != nil {
			return err
		}
		c.about(p, "reaction taken back", nil)
		return p.ask("deleteMessageReaction", zimwire.DeleteMessageReactionParams{ReactionType: thumbsUp, Message: c.target()})
	}
	all["recall by a manager"] = all["recall"]
	all["recalled, in history"] = inHistory(all["recall"])
	return all
}

func zimMemberActs() map[string]act {
	member := func(what, method string, params map[string]any, more fields) act {
		return func(p *person, c *cell) error {
			c.member(what, more)
			all := map[string]any{"groupID": c.conv, "userIDs": []string{c.to.user}, "forUserID": c.to.user}
			for k, v := range params {
				all[k] = v
			}
			return p.ask(method, all)
		}
	}
	state := func(method, key string, want func(*cell) fields) act {
		return func(p *person, c *cell) error {
			c.want = want(c)
			c.want["conv"] = c.conv
			value := c.token
			if key == "groupAvatarUrl" {
				value = "https://example.org/" + c.token
			}
			return p.ask(method, map[string]any{"groupID": c.conv, key: value})
		}
	}
	return map[string]act{
		"mute":          member("mute", "muteGroupMembers", map[string]any{"isMute": true, "config": map[string]any{"duration": 60}}, nil),
		"unmute":        member("unmute", "muteGroupMembers", map[string]any{"isMute": false, "config": map[string]any{"duration": 0}}, nil),
		"role":          member("role", "setGroupMemberRole", map[string]any{"role": 2}, fields{"role": "admin"}),
		"kick":          member("kick", "kickGroupMembers", nil, nil),
		"add":           member("add", "inviteUsersIntoGroup", nil, nil),
		"name":          state("updateGroupName", "groupName", func(c *cell) fields { return fields{"what": "update", "now.name": c.token} }),
		"notice":        state("updateGroupNotice", "groupNotice", func(c *cell) fields { return fields{"what": "notice", "text": c.token} }),
		"picture of it": state("updateGroupAvatarUrl", "groupAvatarUrl", func(c *cell) fields { return fields{"what": "update", "now.avatar": "https://example.org/" + c.token} }),
		"all silenced": func(p *person, c *cell) error {
			c.want = fields{"what": "all silenced", "conv": c.conv}
			return p.ask("muteGroup", map[string]any{"groupID": c.conv, "isMute": true, "config": map[string]any{"mode": 2, "duration": 60, "roles": []int{}}})
		},
		"attributes": func(p *person, c *cell) error {
			c.want = fields{"what": "attributes", "conv": c.conv, "has": c.token}
			values := map[string]string{"k" + c.token: c.token}
			if c.room {
				return p.ask("setRoomAttributes", map[string]any{"roomID": c.conv, "roomAttributes": values, "config": map[string]any{}})
			}
			return p.ask("setGroupAttributes", map[string]any{"groupID": c.conv, "groupAttributes": values})
		},
	}
}

func xmppActs() map[string]act {
	plain := func(p *person, c *cell, children string, want fields) error {
		c.wants(p, want)
		return p.xmppSay(c, children)
	}
	body := func(c *cell) string { return "<body>" + c.token + "</body>" }
	file := func(kind, mime, more string, want fields) act {
		return func(p *person, c *cell) error {
			if mime != "" {
				c.file.mime = mime
			}
			url := p.xmppUpload(c)
			c.media(p, kind, want)
			return p.xmppSay(c, c.share(url, more))
		}
	}
	all := map[string]act{
		"text":    func(p *person, c *cell) error { return plain(p, c, body(c), fields{"text": c.token}) },
		"picture": file("picture", "", "<width>24</width><height>16</height>", fields{"width": "24", "height": "16"}),
		"voice":   file("voice", "audio/mpeg", "<length>7000</length>", fields{"seconds": "7"}),
		"video":   file("video", "video/mp4", "<length>7000</length>", fields{"seconds": "7"}),
		"file":    file("file", "application/pdf", "", nil),
		"file with a caption": func(p *person, c *cell) error {
			url := p.xmppUpload(c)
			c.media(p, "picture", fields{"caption": c.token})
			words := c.token + "\n"
			return p.xmppSay(c, "<body>"+words+escape(url)+"</body>"+c.sfs(url, "")+"<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:sfs:0'><body start='"+
				strconv.Itoa(len(words))+"' end='"+strconv.Itoa(len(words)+len(url))+"'/></fallback>")
		},
		"link to a file elsewhere": func(p *person, c *cell) error {
			link := c.elsewhere()
			c.wants(p, fields{"media": "picture", "name": c.file.name, "file": digest(c.file.content)})
			return p.xmppSay(c, c.share(link, ""))
		},
		"location": func(p *person, c *cell) error {
			return plain(p, c, "<body>geo:48.5,2.25</body><geoloc xmlns='http://jabber.org/protocol/geoloc'><lat>48.5</lat><lon>2.25</lon><description>"+c.token+
				"</description><text>Paris</text></geoloc>", fields{"lat": "48.5", "lon": "2.25", "spot": c.token, "address": "Paris"})
		},
		"command": func(p *person, c *cell) error {
			return plain(p, c, "<command xmlns='urn:x-dragoman:0' name='"+c.token+"'><field name='k' kind='string'>v</field><data>bytes</data></command><store xmlns='urn:xmpp:hints'/>",
				fields{"action": c.token, "param.k": "v", "data": "bytes"})
		},
		"custom": func(p *person, c *cell) error {
			return plain(p, c, "<body>words</body><custom xmlns='urn:x-dragoman:0' name='"+c.token+"'><field name='k' kind='string'>v</field><data>bytes</data></custom>",
				fields{"type": c.token, "param.k": "v", "data": "bytes", "words": "words"})
		},
		"reply": func(p *person, c *cell) error {
			return plain(p, c, "<body>&gt; bäse\n"+c.token+"</body><reply xmlns='urn:xmpp:reply:0' id='"+c.base+"' to='"+p.user+"@"+domain+
				"'/><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='7'/></fallback>", fields{"text": c.token, "reply": "base"})
		},
		"mention": func(p *person, c *cell) error {
			return plain(p, c, body(c)+"<reference xmlns='urn:xmpp:reference:0' type='mention' uri='xmpp:zim-hears@"+domain+"' begin='0' end='3'/>",
				fields{"text": c.token, "mentions": "zim-hears"})
		},
		"mention of all": func(p *person, c *cell) error {
			return plain(p, c, body(c)+"<mention xmlns='urn:xmpp:mentions:0' mentions='urn:xmpp:mentions:0#channel'/>", fields{"text": c.token, "all": "yes"})
		},
		"own fields": func(p *person, c *cell) error {
			return plain(p, c, body(c)+"<fields xmlns='urn:x-dragoman:0'><field name='own' kind='string'>"+c.token+"</field></fields>",
				fields{"text": c.token, "ext.own": c.token})
		},
		"for who is online": func(p *person, c *cell) error {
			return plain(p, c, body(c)+"<no-store xmlns='urn:xmpp:hints'/>", fields{"text": c.token})
		},
		"receipt wanted": func(p *person, c *cell) error {
			return plain(p, c, body(c)+"<request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/>", fields{"text": c.token, "wants": "yes"})
		},
		"edit": func(p *person, c *cell) error {
			first := c.sent
			c.about(p, "edit", fields{"text": c.token})
			err := p.xmppSay(c, body(c)+"<replace xmlns='urn:xmpp:message-correct:0' id='"+first+"'/>")
			return err
		},
		"recall": func(p *person, c *cell) error {
			id := c.base
			if c.conv == "" {
				id = c.sent
			}
			c.about(p, "recall", nil)
			return p.xmppSay(c, "<retract xmlns='urn:xmpp:message-retract:1' id='"+id+"'/><body>retracted</body><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:message-retract:1'/><store xmlns='urn:xmpp:hints'/>")
		},
		"delivered": func(p *person, c *cell) error {
			c.about(p, "delivered", nil)
			return p.xmppSay(c, "<received xmlns='urn:xmpp:receipts' id='"+c.stanza()+"'/>")
		},
		"read up to here": func(p *person, c *cell) error {
			c.about(p, "read", nil)
			id := c.stanza()
			if c.conv != "" {
				id = c.base
			}
			return p.xmppSay(c, "<displayed xmlns='urn:xmpp:chat-markers:0' id='"+id+"'/>")
		},
		"typing": func(p *person, c *cell) error {
			c.want = fields{"what": "typing", "from": p.user}
			return p.xmppSay(c, "<composing xmlns='http://jabber.org/protocol/chatstates'/>")
		},
		"typing ended": func(p *person, c *cell) error {
			c.want = fields{"what": "typing ended", "from": p.user}
			return p.xmppSay(c, "<paused xmlns='http://jabber.org/protocol/chatstates'/>")
		},
		"signalling": func(p *person, c *cell) error {
			c.want = fields{"what": "message", "has": "urn:example:" + c.token}
			return p.xmppSay(c, "<x xmlns='urn:example:"+c.token+"'/>")
		},
		"reaction": func(p *person, c *cell) error {
			c.about(p, "reaction", fields{"emoji": thumbsUp})
			return p.xmppSay(c, "<reactions xmlns='urn:xmpp:reactions:0' id='"+c.base+"'><reaction>"+thumbsUp+"</reaction></reactions>")
		},
	}
	all["reaction taken back"] = func(p *person, c *cell) error {
		if err := all["reaction"](p, c); err != nil {
			return err
		}
		c.about(p, "reaction taken back", nil)
		return p.xmppSay(c, "<reactions xmlns='urn:xmpp:reactions:0' id='"+c.base+"'/>")
	}
	all["recall by a manager"] = func(p *person, c *cell) error {
		c.about(p, "recall", nil)
		_, err := p.iq("set", c.jid(), "<moderate xmlns='urn:xmpp:message-moderate:1' id='"+c.base+"'><retract xmlns='urn:xmpp:message-retract:1'/><reason>enough</reason></moderate>")
		return err
	}
	all["recalled, in history"] = inHistory(all["recall"])
	return all
}

// inHistory is a recall of which the hearer reads in his history.
func inHistory(recall act) act {
	return func(p *person, c *cell) error {
		err := recall(p, c)
		c.want = fields{"what": "tombstone", "about": "base"}
		return err
	}
}

// stanza is the id attribute under which an XMPP client knows the message that c is about.
func (c *cell) stanza() string {
	if c.sent != "" {
		return c.sent
	}
	return c.base
}

func xmppMemberActs() map[string]act {
	item := func(what, attrs string, more fields) act {
		return func(p *person, c *cell) error {
			c.member(what, more)
			return p.admin(c, fmt.Sprintf(attrs, c.to.user))
		}
	}
	byJID := " jid='%s@" + domain + "'"
	config := func(field, key string) act {
		return func(p *person, c *cell) error {
			c.want = fields{"what": "update", "conv": c.conv, key: c.token}
			return p.configure(c, field, c.token)
		}
	}
	return map[string]act{
		"mute":        item("mute", "role='visitor' nick='%s'", nil),
		"unmute":      item("unmute", "role='participant' nick='%s'", nil),
		"role":        item("role", "affiliation='admin'"+byJID, fields{"role": "admin"}),
		"kick":        item("kick", "role='none' nick='%s'", nil),
		"add":         item("add", "affiliation='member'"+byJID, nil),
		"ban":         item("kick", "affiliation='outcast'"+byJID, nil),
		"unban":       item("unban", "affiliation='none'"+byJID, nil),
		"name":        config("roomname", "now.name"),
		"description": config("roomdesc", "now.description"),
		"picture of it": func(p *person, c *cell) error {
			c.want = fields{"what": "update", "conv": c.conv, "now.avatar": "*"} // a link that the gateway makes
			_, err := p.iq("set", c.jid(), "<vCard xmlns='vcard-temp'><PHOTO><TYPE>image/png</TYPE><BINVAL>"+base64.StdEncoding.EncodeToString(c.file.content)+"</BINVAL></PHOTO></vCard>")
			return err
		},
		"notice": func(p *person, c *cell) error {
			c.want = fields{"what": "notice", "conv": c.conv, "text": c.token}
			return p.xmpp.Put("<message type='groupchat' id='" + c.token + "' to='" + c.jid() + "'><subject>" + c.token + "</subject></message>")
		},
		"all silenced": func(p *person, c *cell) error {
			c.want = fields{"what": "all silenced", "conv": c.conv}
			return p.configure(c, "moderatedroom", "1")
		},
	}
}

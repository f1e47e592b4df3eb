package fidelity

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"

	"dragoman/protocols/webim/webimwire"
)

const appKey = "dragoman#chat"

type (
	webimBody    = webimwire.MessageBody
	webimContent = webimwire.MessageBody_Content
)

func webimOf(c *webimContent) *webimBody { return &webimBody{Contents: []*webimContent{c}} }

func webimText(text string) *webimBody {
	return webimOf(&webimContent{Type: webimwire.MessageBody_Content_TEXT.Enum(), Text: &text})
}

// webimSay sends a message where c says.
func (p *person) webimSay(c *cell, body *webimBody, more func(*webimwire.Meta)) error {
	kind, name, to := webimwire.MessageBody_CHAT, c.conv, webimwire.GroupJID(appKey, c.conv)
	switch {
	case c.conv == "":
		name, to = c.to.user, webimwire.UserJID(appKey, c.to.user, "")
	case c.room:
		kind = webimwire.MessageBody_CHATROOM
	default:
		kind = webimwire.MessageBody_GROUPCHAT
	}
	if body.Type == nil {
		body.Type = kind.Enum()
	}
	body.From, body.To = &webimwire.JID{Name: &p.user}, &webimwire.JID{Name: &name}
	payload, err := webimwire.Pack(body)
	if err != nil {
		return err
	}
	id := p.id()
	meta := &webimwire.Meta{Id: &id, To: to, Ns: webimwire.Meta_CHAT.Enum(), Payload: payload}
	if more != nil {
		more(meta)
	}
	answer := p.expect(strconv.FormatUint(id, 10))
	if err := p.webim.Put(meta); err != nil {
		return err
	}
	return p.answered(answer, "message")
}

// rest calls WebIM's REST.
func (p *person) rest(method, path string, body, result any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return p.call(method, path, "application/json", bytes.NewReader(b), result)
}

func (p *person) call(method, path, kind string, body io.Reader, result any) error {
	req, err := http.NewRequestWithContext(p.world.ctx, method, "http://"+p.world.gateway.HTTP+"/dragoman/chat"+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+p.token)
	req.Header.Set("Content-Type", kind)
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	b, err := io.ReadAll(answer.Body)
	if err != nil || result == nil && answer.StatusCode == http.StatusOK {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s: %s", method, path, answer.Status, b)
	}
	return json.Unmarshal(b, result)
}

// webimUpload stores a file and returns its link and secret.
func (p *person) webimUpload(name string, content []byte) (link, secret string, err error) {
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		return "", "", err
	}
	if _, err := part.Write(content); err != nil {
		return "", "", err
	}
	if err := w.Close(); err != nil {
		return "", "", err
	}
	var stored struct {
		URI      string `json:"uri"`
		Entities []struct {
			UUID   string `json:"uuid"`
			Secret string `json:"share-secret"`
		} `json:"entities"`
	}
	if err := p.call("POST", "/chatfiles", w.FormDataContentType(), &form, &stored); err != nil {
		return "", "", err
	}
	return stored.URI + "/" + stored.Entities[0].UUID, stored.Entities[0].Secret, nil
}

func (p *person) webimFile(c *cell, kind webimwire.MessageBody_Content_Type) *webimContent {
	link, secret, err := p.webimUpload(c.file.name, c.file.content)
	if err != nil {
		c.fault = err
		return &webimContent{}
	}
	return &webimContent{Type: kind.Enum(), RemotePath: &link, SecretKey: &secret, DisplayName: &c.file.name,
		FileLength: proto.Int32(int32(len(c.file.content)))}
}

// hearPacked is hearMeta for bytes out of a history.
func (p *person) hearPacked(b []byte) error {
	m, err := webimwire.DecodeMeta(b)
	if err == nil {
		p.hearMeta(m)
	}
	return err
}

// hearMeta decodes what a WebIM client takes from a queue.
func (p *person) hearMeta(m *webimwire.Meta) {
	if m.GetNs() == webimwire.Meta_CONFERENCE {
		p.hear(fields{"what": "signalling", "raw": string(m.GetPayload())})
		return
	}
	decoded, err := webimwire.Body(m)
	if err != nil {
		p.hear(fields{"what": "garbage", "error": err.Error()})
		return
	}
	switch body := decoded.(type) {
	case *webimBody:
		p.hear(p.webimChat(m, body))
	case *webimwire.MUCBody:
		for _, f := range webimMUC(body) {
			p.hear(f)
		}
	case *webimwire.RosterBody:
		what := map[webimwire.RosterBody_Operation]string{
			webimwire.RosterBody_ADD: "contact asked", webimwire.RosterBody_REMOTE_ACCEPT: "contact accepted", webimwire.RosterBody_ACCEPT: "contact",
			webimwire.RosterBody_REMOTE_DECLINE: "contact declined", webimwire.RosterBody_REMOVE: "contact removed",
			webimwire.RosterBody_BAN: "block", webimwire.RosterBody_ALLOW: "unblock",
		}[body.GetOperation()]
		to := ""
		if len(body.GetTo()) > 0 {
			to = body.GetTo()[0].GetName()
		}
		p.hear(fields{"what": what, "from": body.GetFrom().GetName(), "user": to, "raw": body.String()})
	default:
		for _, f := range webimNotice(m.GetPayload()) {
			p.hear(f)
		}
	}
}

func (p *person) webimChat(m *webimwire.Meta, body *webimBody) fields {
	f := fields{"id": strconv.FormatUint(m.GetId(), 10), "from": body.GetFrom().GetName(), "raw": body.String(), "what": "message"}
	switch body.GetType() {
	case webimwire.MessageBody_GROUPCHAT, webimwire.MessageBody_CHATROOM:
		f["conv"] = m.GetTo().GetName()
	case webimwire.MessageBody_RECALL:
		return fields{"what": "recall", "id": strconv.FormatUint(body.GetAckMessageId(), 10), "from": f["from"]}
	case webimwire.MessageBody_READ_ACK:
		return fields{"what": "read", "id": strconv.FormatUint(body.GetAckMessageId(), 10), "from": f["from"], "raw": f["raw"]}
	case webimwire.MessageBody_DELIVER_ACK:
		return fields{"what": "delivered", "id": strconv.FormatUint(body.GetAckMessageId(), 10), "from": f["from"]}
	case webimwire.MessageBody_CHANNEL_ACK:
		return fields{"what": "read all", "from": f["from"]}
	case webimwire.MessageBody_EDIT:
		f["what"], f["id"] = "edit", strconv.FormatUint(body.GetEditMessageId(), 10)
	}
	for _, kv := range body.GetExt() {
		v, err := kv.Go()
		if err != nil {
			continue
		}
		text := fmt.Sprint(v)
		if b, ok := v.(json.RawMessage); ok {
			text = string(b)
		}
		f["ext."+kv.GetKey()] = text
	}
	var quote struct {
		ID string `json:"msgID"`
	}
	if json.Unmarshal([]byte(f["ext.msgQuote"]), &quote) == nil {
		f["reply"] = quote.ID
	}
	var mentioned []string
	if json.Unmarshal([]byte(f["ext.em_at_list"]), &mentioned) == nil {
		f["mentions"] = strings.Join(mentioned, ",")
	}
	if f["ext.em_at_list"] == "ALL" {
		f["all"] = "yes"
	}
	for _, kv := range m.GetExt() {
		if v, err := kv.Go(); err == nil && kv.GetKey() == "chatroom_msg_tag" {
			f["priority"] = map[string]string{"0": "high", "2": "low"}[fmt.Sprint(v)]
		}
	}
	if body.GetMsgConfig().GetAllowGroupAck() {
		f["wants"] = "yes"
	}
	p.webimContent(f, body.GetContents())
	return f
}

func (p *person) webimContent(f fields, contents []*webimContent) {
	if len(contents) == 0 {
		return
	}
	c := contents[0]
	if c.SubType != nil && c.GetSubType() == webimwire.MessageBody_Content_SUB_COMBINE {
		f["bundle"], f["text"], f["title"], f["preview"] = "yes", c.GetText(), c.GetTitle(), c.GetSummary()
		return
	}
	switch c.GetType() {
	case webimwire.MessageBody_Content_TEXT:
		f["text"] = c.GetText()
	case webimwire.MessageBody_Content_IMAGE, webimwire.MessageBody_Content_VIDEO, webimwire.MessageBody_Content_VOICE, webimwire.MessageBody_Content_FILE:
		f["media"] = map[webimwire.MessageBody_Content_Type]string{webimwire.MessageBody_Content_IMAGE: "picture",
			webimwire.MessageBody_Content_VIDEO: "video", webimwire.MessageBody_Content_VOICE: "voice", webimwire.MessageBody_Content_FILE: "file"}[c.GetType()]
		f["name"], f["size"] = c.GetDisplayName(), strconv.Itoa(int(c.GetFileLength()))
		f["seconds"] = strconv.Itoa(int(c.GetDuration()))
		if c.Size != nil {
			f["width"], f["height"] = fmt.Sprint(c.GetSize().GetWidth()), fmt.Sprint(c.GetSize().GetHeight())
		}
		f["file"] = p.world.fetch(c.GetRemotePath(), "share-secret", c.GetSecretKey())
	case webimwire.MessageBody_Content_LOCATION:
		f["lat"], f["lon"], f["spot"], f["address"] = fmt.Sprint(c.GetLatitude()), fmt.Sprint(c.GetLongitude()), c.GetBuildingName(), c.GetAddress()
	case webimwire.MessageBody_Content_COMMAND:
		f["action"] = c.GetAction()
		if strings.HasPrefix(f["action"], "Typing") {
			f["what"] = map[string]string{"TypingBegin": "typing", "TypingEnd": "typing ended"}[f["action"]]
		}
		putValues(f, c.GetParams())
		f["data"] = f["param.data"]
	case webimwire.MessageBody_Content_CUSTOM:
		f["type"] = c.GetCustomEvent()
		putValues(f, c.GetCustomExts())
		f["data"], f["words"] = f["param.data"], f["param.text"]
	}
}

func putValues(f fields, kvs []*webimwire.KeyValue) {
	for _, kv := range kvs {
		if v, err := kv.Go(); err == nil {
			f["param."+kv.GetKey()] = fmt.Sprint(v)
		}
	}
}

// webimMUC decodes a notice of a group or room, once for each whom it is about.
func webimMUC(body *webimwire.MUCBody) []fields {
	what := map[webimwire.MUCBody_Operation]string{
		webimwire.MUCBody_PRESENCE: "came", webimwire.MUCBody_ABSENCE: "gone", webimwire.MUCBody_DIRECT_JOINED: "add", webimwire.MUCBody_KICK: "kick",
		webimwire.MUCBody_BAN: "kick", webimwire.MUCBody_ALLOW: "unban", webimwire.MUCBody_ADD_MUTE: "mute", webimwire.MUCBody_REMOVE_MUTE: "unmute",
		webimwire.MUCBody_ADD_ADMIN: "role", webimwire.MUCBody_REMOVE_ADMIN: "role", webimwire.MUCBody_ASSIGN_OWNER: "owner",
		webimwire.MUCBody_ADD_USER_WHITE_LIST: "allow", webimwire.MUCBody_REMOVE_USER_WHITE_LIST: "disallow",
		webimwire.MUCBody_BAN_GROUP: "all silenced", webimwire.MUCBody_UPDATE_ANNOUNCEMENT: "notice", webimwire.MUCBody_DESTROY: "dissolved",
		webimwire.MUCBody_UPDATE: "update", webimwire.MUCBody_SET_METADATA: "attributes", webimwire.MUCBody_GROUP_MEMBER_METADATA_UPDATE: "attributes of a member",
		webimwire.MUCBody_CREATE: "created", webimwire.MUCBody_THREAD_CREATE: "thread", webimwire.MUCBody_INVITE: "invite",
		webimwire.MUCBody_INVITE_DECLINE: "invitation declined", webimwire.MUCBody_APPLY: "apply", webimwire.MUCBody_APPLY_DECLINE: "application declined",
	}[body.GetOperation()]
	f := fields{"what": what, "conv": body.GetMucId().GetName(), "from": body.GetFrom().GetName(), "raw": body.String()}
	if len(body.GetTo()) > 0 {
		f["user"] = body.GetTo()[0].GetName()
	}
	switch what {
	case "came", "gone", "apply", "invitation declined":
		f["user"] = f["from"]
	}
	switch body.GetOperation() {
	case webimwire.MUCBody_ASSIGN_OWNER:
		f["is"] = "owner"
	case webimwire.MUCBody_ADD_ADMIN:
		f["role"] = "admin"
	case webimwire.MUCBody_REMOVE_ADMIN:
		f["role"] = "member"
	case webimwire.MUCBody_UPDATE_ANNOUNCEMENT:
		f["text"] = body.GetReason()
	}
	var ext map[string]any
	if json.Unmarshal([]byte(body.GetEventInfo().GetExt()), &ext) == nil {
		for k, v := range ext {
			f["now."+k] = fmt.Sprint(v)
		}
	}
	if len(body.GetMembers()) == 0 {
		return []fields{f}
	}
	var all []fields
	for _, m := range body.GetMembers() {
		one := fields{}
		for k, v := range f {
			one[k] = v
		}
		one["user"] = m
		all = append(all, one)
	}
	return all
}

// webimNotice decodes JSON that tells of presence, reactions, pins and the user's other devices.
func webimNotice(payload []byte) []fields {
	var n struct {
		Type string          `json:"type"`
		Data json.RawMessage `json:"data"`
	}
	if json.Unmarshal(payload, &n) != nil {
		return []fields{{"what": "garbage", "raw": string(payload)}}
	}
	base := fields{"what": n.Type, "raw": string(payload)}
	switch n.Type {
	case "reaction":
		return webimReactions(n.Data)
	case "conv":
		var d struct {
			Op, ID, From, Ext string
		}
		if json.Unmarshal(n.Data, &d) != nil {
			return []fields{base}
		}
		what := map[string]string{"pin": "pin", "pin_delete": "unpin", "top": "pinned", "del": "deleted", "mark": "marks"}[d.Op]
		return []fields{{"what": what, "id": d.Ext, "with": d.ID, "from": d.From, "raw": string(payload)}}
	case "presence":
		var d struct {
			Values []struct {
				UID    string            `json:"uid"`
				Ext    string            `json:"ext"`
				Status map[string]string `json:"status"`
			} `json:"values"`
		}
		if json.Unmarshal(n.Data, &d) != nil {
			return []fields{base}
		}
		var all []fields
		for _, v := range d.Values {
			online := "no"
			for _, s := range v.Status {
				if s == "1" {
					online = "yes"
				}
			}
			all = append(all, fields{"what": "presence", "user": v.UID, "online": online, "text": v.Ext})
		}
		return all
	case "roaming_delete":
		base["what"] = "hidden"
	case "user_notification_mute":
		base["what"] = "do not disturb"
	}
	return []fields{base}
}

func webimReactions(data json.RawMessage) []fields {
	var list []struct {
		From, MessageID string
		Reactions       []struct {
			Reaction string   `json:"reaction"`
			Users    []string `json:"userList"`
			Ops      []struct {
				Operator string `json:"operator"`
				Kind     string `json:"reactionType"`
			} `json:"op"`
		} `json:"reactions"`
	}
	if json.Unmarshal(data, &list) != nil {
		return []fields{{"what": "garbage", "raw": string(data)}}
	}
	var all []fields
	for _, change := range list {
		for _, r := range change.Reactions {
			for _, op := range r.Ops {
				what := map[string]string{"create": "reaction", "delete": "reaction taken back"}[op.Kind]
				f := fields{"what": what, "id": change.MessageID, "emoji": r.Reaction, "from": op.Operator}
				if what == "reaction" && !slices.Contains(r.Users, op.Operator) {
					f["what"] = "reaction of nobody"
				}
				all = append(all, f)
			}
		}
	}
	return all
}

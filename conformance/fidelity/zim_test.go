package fidelity

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"dragoman/protocols/zim/zimwire"
)

func zimText(text string) zimwire.Message {
	return zimwire.Message{Type: zimwire.MessageTypeText, Message: text}
}

// place returns how a ZIM client names c's conversation.
func (c *cell) place() (string, zimwire.ConversationType) {
	switch {
	case c.conv == "":
		return c.to.user, zimwire.ConversationTypePeer
	case c.room:
		return c.conv, zimwire.ConversationTypeRoom
	}
	return c.conv, zimwire.ConversationTypeGroup
}

func (p *person) zimSay(c *cell, m zimwire.Message, more func(*zimwire.MessageSendConfig)) error {
	config := zimwire.MessageSendConfig{Priority: zimwire.MessagePriorityMedium}
	if more != nil {
		more(&config)
	}
	m.LocalMessageID = strconv.FormatUint(p.id(), 10)
	params := zimwire.SendMessageParams{Message: m, Config: config}
	params.ToConversationID, params.ConversationType = c.place()
	return p.ask("sendMessage", params)
}

func (p *person) ask(method string, params any) error {
	return p.zim.Ask(p.world.ctx, method, params, nil)
}

// target names the message that c is about.
func (c *cell) target() zimwire.Message {
	m := zimwire.Message{Type: zimwire.MessageTypeText, MessageID: c.base}
	m.ConversationID, m.ConversationType = c.place()
	return m
}

// zimFile stores a file and returns the message that shows it.
func (p *person) zimFile(c *cell, kind zimwire.MessageType) zimwire.Message {
	var slot zimwire.UploadResult
	params := zimwire.UploadParams{FileName: c.file.name, FileSize: int64(len(c.file.content)), MIME: c.file.mime, Type: kind}
	if c.fault = p.zim.Ask(p.world.ctx, zimwire.MethodUpload, params, &slot); c.fault != nil {
		return zimwire.Message{}
	}
	req, err := http.NewRequestWithContext(p.world.ctx, slot.Method, slot.URL, bytes.NewReader(c.file.content))
	if err != nil {
		c.fault = err
		return zimwire.Message{}
	}
	for k, v := range slot.Headers {
		req.Header.Set(k, v)
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		c.fault = err
		return zimwire.Message{}
	}
	defer func() { _ = answer.Body.Close() }()
	var stored zimwire.UploadedFile
	c.fault = json.NewDecoder(answer.Body).Decode(&stored)
	return zimwire.Message{Type: kind, FileUID: slot.FileUID, FileName: c.file.name, FileSize: int64(len(c.file.content)), FileDownloadURL: stored.FileDownloadURL}
}

// hearNotice decodes an event.
func (p *person) hearNotice(method string, params []byte) {
	base := fields{"what": method, "raw": string(params)}
	var e struct {
		MessageList []zimwire.Message `json:"messageList"`
		Infos       json.RawMessage   `json:"infos"`
		GroupID     string            `json:"groupID"`
		RoomID      string            `json:"roomID"`
		State       int               `json:"state"`
		Event       int               `json:"event"`
		GroupName   string            `json:"groupName"`
		GroupNotice string            `json:"groupNotice"`
		Avatar      string            `json:"groupAvatarUrl"`
		UserList    []struct {
			UserID   string `json:"userID"`
			Nickname string `json:"memberNickname"`
			Role     int    `json:"memberRole"`
			Muted    int64  `json:"muteExpiredTime"`
		} `json:"userList"`
		MemberList []zimwire.UserInfo `json:"memberList"`
		MutedInfo  struct {
			Mode int `json:"mode"`
		} `json:"mutedInfo"`
		ChangeInfoList []zimwire.MessageReactionChangeInfo `json:"changeInfoList"`
		GroupInfo      zimwire.GroupFullInfo               `json:"groupInfo"`
		VerifyInfo     zimwire.GroupVerifyInfo             `json:"verifyInfo"`
		Info           zimwire.UserFullInfo                `json:"info"`

		ApplicationList []zimwire.GroupApplicationInfo `json:"applicationList"`
	}
	if err := json.Unmarshal(params, &e); err != nil {
		p.hear(base)
		return
	}
	switch method {
	case "peerMessageReceived", "groupMessageReceived", "roomMessageReceived":
		for _, m := range e.MessageList {
			p.hear(p.zimMessage(m))
		}
	case "messageEdited":
		for _, m := range e.MessageList {
			f := p.zimMessage(m)
			f["what"], f["from"] = "edit", m.EditorUserID
			p.hear(f)
		}
	case "messageRevokeReceived":
		for _, m := range e.MessageList {
			p.hear(fields{"what": "recall", "id": m.MessageID, "from": m.OperatedUserID})
		}
	case "messageReactionsChanged":
		for _, change := range e.ChangeInfoList {
			for _, u := range change.UserChangeInfoList {
				what := "reaction taken back"
				if u.Action == zimwire.MessageReactionUserChangeActionAdded {
					what = "reaction"
				}
				p.hear(fields{"what": what, "id": change.Message.MessageID, "emoji": u.ReactionType, "from": u.UserID})
			}
		}
	case "messagePinStatusChanged":
		var infos []zimwire.MessagePinStatusChangeInfo
		if json.Unmarshal(e.Infos, &infos) == nil {
			for _, i := range infos {
				what := "unpin"
				if i.PinStatus == zimwire.MessagePinStatusPinned {
					what = "pin"
				}
				p.hear(fields{"what": what, "id": i.Message.MessageID})
			}
		}
	case "messageReceiptChanged":
		var infos []zimwire.MessageReceiptInfo
		if json.Unmarshal(e.Infos, &infos) == nil {
			for _, i := range infos {
				p.hear(fields{"what": "read", "id": i.MessageID, "raw": string(params)})
			}
		}
	case "conversationMessageReceiptChanged":
		p.hear(fields{"what": "read all", "raw": string(params)})
	case "groupMemberStateChanged":
		for _, u := range e.UserList {
			p.hear(fields{"what": [...]string{"gone", "came"}[e.State&1], "conv": e.GroupID, "user": u.UserID, "raw": string(params)})
		}
	case "groupStateChanged":
		p.hear(fields{"what": zimGroupState(e.State, e.Event), "conv": e.GroupInfo.BaseInfo.GroupID, "user": p.user, "raw": string(params)})
	case "groupMemberInfoUpdated":
		for _, u := range e.UserList {
			muted := "mute"
			if u.Muted == 0 {
				muted = "unmute"
			}
			role := map[int]string{1: "owner", 2: "admin", 3: "member"}[u.Role]
			for _, f := range []fields{{"what": muted}, {"what": "role", "role": role}, {"what": "nick", "nick": u.Nickname}, {"what": "owner", "is": role}} {
				f["conv"], f["user"], f["raw"] = e.GroupID, u.UserID, string(params)
				p.hear(f)
			}
		}
	case "groupNameUpdated":
		p.hear(fields{"what": "update", "conv": e.GroupID, "now.name": e.GroupName})
	case "groupNoticeUpdated":
		p.hear(fields{"what": "notice", "conv": e.GroupID, "text": e.GroupNotice})
	case "groupAvatarUrlUpdated":
		p.hear(fields{"what": "update", "conv": e.GroupID, "now.avatar": e.Avatar})
	case "groupMutedInfoUpdated":
		what := "all silenced"
		if e.MutedInfo.Mode == 0 {
			what = "all may speak"
		}
		p.hear(fields{"what": what, "conv": e.GroupID})
	case "roomMemberJoined", "roomMemberLeft":
		for _, u := range e.MemberList {
			p.hear(fields{"what": map[string]string{"roomMemberJoined": "came", "roomMemberLeft": "gone"}[method], "conv": e.RoomID, "user": u.UserID})
		}
	case "groupAttributesUpdated", "roomAttributesUpdated":
		base["what"], base["conv"] = "attributes", e.GroupID+e.RoomID
		p.hear(base)
	case "roomMemberAttributesUpdated":
		base["what"], base["conv"] = "attributes of a member", e.RoomID
		p.hear(base)
	case "groupVerifyInfoUpdated":
		closed := strconv.FormatBool(e.VerifyInfo.JoinMode != zimwire.GroupJoinModeAny)
		p.hear(fields{"what": "update", "conv": e.GroupID, "now.members_only": closed})
	case "groupApplicationListChanged", "groupApplicationUpdated":
		for _, a := range e.ApplicationList {
			p.zimApplication(a, string(params))
		}
	case "userInfoUpdated":
		p.hear(fields{"what": "profile", "user": e.Info.BaseInfo.UserID, "name": e.Info.BaseInfo.UserName, "extra": e.Info.ExtendedData,
			"picture": p.picture(e.Info.UserAvatarURL), "raw": string(params)})
	case "messageDeleted":
		base["what"] = "hidden"
		p.hear(base)
	case "roomStateChanged":
		base["what"], base["conv"], base["user"] = fmt.Sprintf("room state %d, event %d", e.State, e.Event), e.RoomID, p.user
		if zimwire.RoomEvent(e.Event) == zimwire.RoomEventKickedOut {
			base["what"] = "kick"
		}
		if zimwire.RoomEvent(e.Event) == zimwire.RoomEventRoomNotExist {
			base["what"] = "dissolved"
		}
		p.hear(base)
	case "conversationChanged":
		p.hear(base)
		p.zimList(params)
	case "userStatusUpdated":
		p.zimPresence(params)
	default:
		p.hear(base)
	}
}

// zimApplication decodes an application to a group, or an invitation.
func (p *person) zimApplication(a zimwire.GroupApplicationInfo, raw string) {
	f := fields{"conv": a.GroupInfo.GroupID, "user": a.ApplyUser.UserID, "raw": raw}
	switch joins := a.Type == zimwire.GroupApplicationTypeJoin; {
	case joins && a.State == zimwire.GroupApplicationStateWaiting:
		f["what"] = "apply"
	case joins && a.State == zimwire.GroupApplicationStateRejected:
		f["what"] = "application declined"
	case !joins && a.State == zimwire.GroupApplicationStateWaiting:
		f["what"], f["user"] = "invite", p.user
	case !joins && a.State == zimwire.GroupApplicationStateRejected:
		f["what"] = "invitation declined"
	default:
		f["what"] = "application settled"
	}
	p.hear(f)
}

// picture is the digest of what lies at an address.
func (p *person) picture(link string) string {
	if link == "" {
		return ""
	}
	return p.world.fetch(link, "", "")
}

// zimList decodes what a line of the list of conversations has become.
func (p *person) zimList(params []byte) {
	var e zimwire.EventOfConversationChangedResult
	if json.Unmarshal(params, &e) != nil {
		return
	}
	for _, i := range e.InfoList {
		c := i.Conversation
		for what, is := range map[string]bool{
			"pinned": c.IsPinned, "do not disturb": c.NotificationStatus == zimwire.ConversationNotificationStatusDoNotDisturb,
			"marks": len(c.Marks) > 0, "draft": c.Draft != "", "deleted": i.Event == zimwire.ConversationEventDeleted,
		} {
			if is {
				p.hear(fields{"what": what, "with": c.ConversationID})
			}
		}
	}
}

func (p *person) zimPresence(params []byte) {
	var e struct {
		List []struct {
			UserID string `json:"userID"`
			Status int    `json:"onlineStatus"`
			Custom string `json:"customStatus"`
		} `json:"userStatusList"`
	}
	if json.Unmarshal(params, &e) != nil {
		return
	}
	for _, u := range e.List {
		online := "no"
		if u.Status == int(zimwire.UserOnlineStatusOnline) {
			online = "yes"
		}
		p.hear(fields{"what": "presence", "user": u.UserID, "online": online, "text": u.Custom, "raw": string(params)})
	}
}

func zimGroupState(state, event int) string {
	switch zimwire.GroupEvent(event) {
	case zimwire.GroupEventKickedOut:
		return "kick"
	case zimwire.GroupEventDismissed:
		return "dissolved"
	case zimwire.GroupEventInvited, zimwire.GroupEventJoined:
		return "add"
	}
	return fmt.Sprintf("group state %d, event %d", state, event)
}

func (p *person) zimMessage(m zimwire.Message) fields {
	text, _ := json.Marshal(m) // always can be written
	f := fields{"what": "message", "id": m.MessageID, "from": m.SenderUserID, "raw": string(text)}
	if m.ConversationType != zimwire.ConversationTypePeer {
		f["conv"] = m.ConversationID
	}
	var ext map[string]json.RawMessage
	switch {
	case json.Unmarshal([]byte(m.ExtendedData), &ext) == nil:
		for k, v := range ext {
			var s string
			if json.Unmarshal(v, &s) != nil {
				s = string(v)
			}
			f["ext."+k] = s
		}
	case m.ExtendedData != "":
		f["ext.extendedData"] = m.ExtendedData
	}
	if m.RepliedInfo != nil {
		f["reply"] = m.RepliedInfo.MessageID
	}
	if len(m.MentionedUserIDs) > 0 {
		f["mentions"] = strings.Join(m.MentionedUserIDs, ",")
	}
	if m.IsMentionAll {
		f["all"] = "yes"
	}
	if m.IsGroupTargetedMessage {
		f["targeted"] = "yes"
	}
	if m.ReceiptStatus != zimwire.MessageReceiptStatusNone {
		f["wants"] = "yes"
	}
	switch m.Type {
	case zimwire.MessageTypeText, zimwire.MessageTypeBarrage:
		f["text"] = m.Message
	case zimwire.MessageTypeCommand:
		data, _ := base64.StdEncoding.DecodeString(m.Message) // anything else shows as a difference
		f["data"] = string(data)
		zimForeign(f, data, "action")
	case zimwire.MessageTypeCustom:
		f["type"], f["data"] = "zim.custom."+strconv.FormatInt(m.SubType, 10), m.Message
		f["words"] = m.SearchedContent
		if m.SubType == 0 {
			zimForeign(f, []byte(m.Message), "type")
		}
	case zimwire.MessageTypeCombine:
		f["bundle"], f["title"], f["preview"] = "yes", m.Title, m.Summary
	case zimwire.MessageTypeMultiple:
		f["parts"] = strconv.Itoa(len(m.MessageInfoList))
		for _, part := range m.MessageInfoList {
			if part.Type == zimwire.MessageTypeText {
				f["text"] = part.Message
				f["caption"] = part.Message
			}
			if part.FileDownloadURL != "" {
				p.zimMedia(f, zimwire.Message{Type: part.Type, FileName: part.FileName, FileSize: part.FileSize, FileDownloadURL: part.FileDownloadURL,
					OriginalImageWidth: part.OriginalImageWidth, OriginalImageHeight: part.OriginalImageHeight})
			}
		}
	case zimwire.MessageTypeImage, zimwire.MessageTypeVideo, zimwire.MessageTypeAudio, zimwire.MessageTypeFile:
		p.zimMedia(f, m)
	case zimwire.MessageTypeTips:
		f["what"] = "tip"
	}
	return f
}

// zimForeign reads a command or custom message of another protocol, as docs/mapping.md says; name is what the type is called.
func zimForeign(f fields, text []byte, name string) {
	var said struct {
		Name   string            `json:"name"`
		Type   string            `json:"type"`
		Params map[string]string `json:"params"`
		Data   string            `json:"data"`
		Text   string            `json:"text"`
	}
	if json.Unmarshal(text, &said) != nil {
		return
	}
	f[name], f["data"] = said.Name+said.Type, said.Data
	if said.Text != "" {
		f["words"] = said.Text
	}
	for k, v := range said.Params {
		f["param."+k] = v
	}
}

func (p *person) zimMedia(f fields, m zimwire.Message) {
	f["media"] = map[zimwire.MessageType]string{zimwire.MessageTypeImage: "picture", zimwire.MessageTypeVideo: "video", zimwire.MessageTypeAudio: "voice",
		zimwire.MessageTypeFile: "file"}[m.Type]
	f["name"], f["size"], f["seconds"] = m.FileName, fmt.Sprint(m.FileSize), fmt.Sprint(m.AudioDuration+m.VideoDuration)
	f["width"], f["height"] = fmt.Sprint(m.OriginalImageWidth), fmt.Sprint(m.OriginalImageHeight)
	f["file"] = p.world.fetch(m.FileDownloadURL, "", "")
}

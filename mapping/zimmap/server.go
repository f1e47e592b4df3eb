package zimmap

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"dragoman/bridge/chat"
	"dragoman/protocols/zim/zimwire"
)

// What the server API allows, in bytes unless said otherwise [zim message bodies].
const (
	maxMediaText = 2 << 10
	maxURL       = 500
	maxBadge     = 99
)

// ServerMessage is a message as an app's server sends it, whatever the action.
type ServerMessage struct {
	Type            *int64
	Priority        *int64 // nil where the action has none
	NeedsPriority   bool
	Body            *zimwire.MessageBody
	SubType         *int64
	SearchedContent string
	Quiet           bool
}

func badParam(what string) error { return zimwire.Deny(zimwire.RetParam, what) }

func tooLarge() error {
	return zimwire.Deny(zimwire.RetMessageTooLarge, "the message is too large")
}

// ServerDraft returns the draft of a message that an app's server sends.
func (m Map) ServerDraft(conv chat.Conv, s ServerMessage) (chat.Draft, error) {
	if s.Type == nil || s.Body == nil || s.Body.Message == nil {
		return chat.Draft{}, badParam("MessageType and MessageBody.Message are needed")
	}
	t := zimwire.MessageType(*s.Type)
	if err := sendable(t, conv.Kind); err != nil {
		return chat.Draft{}, err
	}
	if err := checkBody(*s.Body, t, conv.Kind); err != nil {
		return chat.Draft{}, err
	}
	w, err := m.serverContent(t, s)
	if err != nil {
		return chat.Draft{}, err
	}
	w.ExtendedData = s.Body.ExtendedData
	config := zimwire.MessageSendConfig{HasReceipt: s.Body.HasReceipt == 1, DisableUnreadMessageCount: s.Quiet}
	if s.Priority != nil {
		config.Priority = zimwire.MessagePriority(*s.Priority)
	}
	if s.NeedsPriority && (config.Priority < zimwire.MessagePriorityLow || config.Priority > zimwire.MessagePriorityHigh) {
		return chat.Draft{}, badParam("Priority must be 1, 2 or 3")
	}
	draft, err := m.draft(w, conv, config, chat.Ref{})
	if err != nil {
		return chat.Draft{}, err
	}
	said, _ := draft.Body.(chat.Message)
	said.Push = serverPush(s.Body.OfflinePush)
	draft.Body = said
	return draft, nil
}

// sendable refuses a type that does not go there.
func sendable(t zimwire.MessageType, kind chat.ConvKind) error {
	switch t {
	case zimwire.MessageTypeText, zimwire.MessageTypeImage, zimwire.MessageTypeFile, zimwire.MessageTypeAudio, zimwire.MessageTypeVideo,
		zimwire.MessageTypeCustom:
		return nil
	case zimwire.MessageTypeCommand, zimwire.MessageTypeMultiple:
		if kind != chat.KindAll {
			return nil
		}
	case zimwire.MessageTypeBarrage:
		if kind == chat.KindRoom {
			return nil
		}
	}
	return badParam("messages of this MessageType cannot be sent so")
}

func checkBody(b zimwire.MessageBody, t zimwire.MessageType, kind chat.ConvKind) error {
	switch {
	case len(b.ExtendedData) > maxExtended:
		return tooLarge()
	case b.HasReceipt < 0 || b.HasReceipt > 1 || b.IsBase64 < 0 || b.IsBase64 > 1:
		return badParam("HasReceipt and IsBase64 are 0 or 1")
	case b.HasReceipt == 1 && kind == chat.KindRoom:
		return zimwire.Deny(zimwire.RetRoomReceipt, "messages in rooms have no receipts")
	case strings.TrimSpace(*b.Message) == "":
		return badParam("MessageBody.Message is empty")
	}
	return checkPush(b.OfflinePush)
}

func checkPush(p *zimwire.OfflinePush) error {
	if p == nil {
		return nil
	}
	switch {
	case p.Enable != nil && *p.Enable != 0 && *p.Enable != 1:
		return badParam("OfflinePush.Enable is 0 or 1")
	case p.BadgeIncrement < 0 || p.BadgeIncrement > maxBadge:
		return badParam("OfflinePush.BadgeIncrement is from 0 to 99")
	case len(p.PushStrategyID) > maxPushResource:
		return badParam("OfflinePush.PushStrategyId is too long")
	case len(p.PushImageInfo) > 0 && p.PushImageInfo.Kind() != '{':
		return badParam("OfflinePush.PushImageInfo is an object")
	}
	return nil
}

// serverPush keeps an offline notice whole; one that is switched off is none.
func serverPush(p *zimwire.OfflinePush) *chat.Push {
	if p == nil || (p.Enable != nil && *p.Enable == 0) {
		return nil
	}
	out := &chat.Push{Title: p.Title, Text: p.Content, Payload: p.Payload}
	rest := *p
	rest.Enable, rest.Title, rest.Content, rest.Payload = nil, "", "", ""
	if extra, err := json.Marshal(rest); err == nil && string(extra) != "{}" {
		out.Extra = string(extra)
	}
	return out
}

// serverContent writes what a server sends as a client would.
func (m Map) serverContent(t zimwire.MessageType, s ServerMessage) (zimwire.Message, error) {
	text := *s.Body.Message
	switch t {
	case zimwire.MessageTypeCommand:
		return command(text, s.Body.IsBase64 == 1)
	case zimwire.MessageTypeMultiple:
		return multiIn(text)
	case zimwire.MessageTypeCustom:
		if s.SubType == nil || *s.SubType < 0 || *s.SubType > maxSubType {
			return zimwire.Message{}, badParam("SubMsgType must be from 0 to 200")
		}
		if len(s.SearchedContent) > maxSearched {
			return zimwire.Message{}, badParam("SearchedContent has up to 64 bytes")
		}
		if len(text) > maxText {
			return zimwire.Message{}, tooLarge()
		}
		return zimwire.Message{Type: t, Message: text, SubType: *s.SubType, SearchedContent: s.SearchedContent}, nil
	case zimwire.MessageTypeImage, zimwire.MessageTypeFile, zimwire.MessageTypeAudio, zimwire.MessageTypeVideo:
		return mediaIn(t, text)
	case zimwire.MessageTypeBarrage:
		if len(text) > maxBarrage {
			return zimwire.Message{}, tooLarge()
		}
	}
	if len(text) > maxText {
		return zimwire.Message{}, tooLarge()
	}
	return zimwire.Message{Type: t, Message: text}, nil
}

// command carries bytes; the size that counts is theirs.
func command(text string, encoded bool) (zimwire.Message, error) {
	data := []byte(text)
	if encoded {
		var err error
		if data, err = base64.StdEncoding.DecodeString(text); err != nil || len(data) == 0 {
			return zimwire.Message{}, zimwire.Deny(zimwire.RetBase64, "the command is not base64")
		}
	}
	// A server's command may be as long as a text; a client's may not.
	if len(data) > maxText {
		return zimwire.Message{}, tooLarge()
	}
	return zimwire.Message{Type: zimwire.MessageTypeCommand, Message: base64.StdEncoding.EncodeToString(data)}, nil
}

func mediaIn(t zimwire.MessageType, text string) (zimwire.Message, error) {
	if len(text) > maxMediaText {
		return zimwire.Message{}, tooLarge()
	}
	var f zimwire.MediaFile
	if json.Unmarshal([]byte(text), &f) != nil {
		return zimwire.Message{}, badParam("Message is not the JSON text of a file")
	}
	link := f.URL
	if t == zimwire.MessageTypeImage {
		if f.Origin == nil {
			return zimwire.Message{}, badParam("an image has an Origin")
		}
		link = f.Origin.URL
	}
	if f.UID == "" || f.FileName == "" || len(f.FileName) > maxFileName || f.Size < 0 || !isURL(link) {
		return zimwire.Message{}, badParam("a file has a Uid, a Url and a FileName")
	}
	w := zimwire.Message{Type: t, FileUID: f.UID, FileName: f.FileName, FileSize: f.Size, FileDownloadURL: link}
	switch t {
	case zimwire.MessageTypeImage:
		w.OriginalImageWidth, w.OriginalImageHeight = f.Origin.Width, f.Origin.Height
		if p := f.LargeImage; p != nil {
			w.LargeImageDownloadURL, w.LargeImageWidth, w.LargeImageHeight = p.URL, p.Width, p.Height
		}
		if p := f.Thumbnail; p != nil {
			w.ThumbnailDownloadURL, w.ThumbnailWidth, w.ThumbnailHeight = p.URL, p.Width, p.Height
		}
	case zimwire.MessageTypeAudio:
		w.AudioDuration = f.MediaDuration
	case zimwire.MessageTypeVideo:
		w.VideoDuration = f.MediaDuration
		if p := f.Thumbnail; p != nil {
			w.VideoFirstFrameDownloadURL, w.VideoFirstFrameWidth, w.VideoFirstFrameHeight = p.URL, p.Width, p.Height
		}
	}
	for _, l := range []string{w.LargeImageDownloadURL, w.ThumbnailDownloadURL, w.VideoFirstFrameDownloadURL} {
		if l != "" && !isURL(l) {
			return zimwire.Message{}, badParam("a picture's Url is not one")
		}
	}
	return w, nil
}

func isURL(link string) bool {
	u, err := url.Parse(link)
	return err == nil && len(link) <= maxURL && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

func multiIn(text string) (zimwire.Message, error) {
	if len(text) > maxMulti {
		return zimwire.Message{}, tooLarge()
	}
	var b zimwire.MultiBody
	if json.Unmarshal([]byte(text), &b) != nil {
		return zimwire.Message{}, badParam("Message is not the JSON text of several items")
	}
	w := zimwire.Message{Type: zimwire.MessageTypeMultiple}
	if len(b.Items) == 0 || len(b.Items) > maxItems {
		return zimwire.Message{}, badParam("MultiMsg has 1 to 20 items")
	}
	for _, item := range b.Items {
		t := zimwire.MessageType(item.MsgType)
		switch t {
		case zimwire.MessageTypeText:
			w.MessageInfoList = append(w.MessageInfoList, zimwire.MessageLiteInfo{Type: t, Message: item.Msg})
		case zimwire.MessageTypeCustom:
			w.MessageInfoList = append(w.MessageInfoList, zimwire.MessageLiteInfo{Type: t, Message: item.Msg, SubType: item.SubMsgType, SearchedContent: item.SearchedContent})
		case zimwire.MessageTypeImage, zimwire.MessageTypeFile, zimwire.MessageTypeAudio, zimwire.MessageTypeVideo:
			one, err := mediaIn(t, item.Msg)
			if err != nil {
				return zimwire.Message{}, err
			}
			w.MessageInfoList = append(w.MessageInfoList, liteOf(one))
		default:
			return zimwire.Message{}, badParam("such an item cannot stand among several")
		}
	}
	if err := checkItems(w.MessageInfoList); err != nil {
		return zimwire.Message{}, badParam("the items are too many, or too long")
	}
	return w, nil
}

// ToServer writes a message as the server API's queries and the callbacks do.
func (m Map) ToServer(e chat.Entry) (zimwire.Record, bool) {
	w, ok := m.FromEntry(e)
	if !ok {
		return zimwire.Record{}, false
	}
	r := zimwire.Record{
		Sender: w.SenderUserID, MsgType: int64(w.Type), SubMsgType: w.SubType, MsgID: int64(e.ID), MsgSeq: w.MessageSeq,
		Payload: w.ExtendedData, MsgTime: w.Timestamp, MsgBody: m.BodyText(w),
	}
	if w.Type == zimwire.MessageTypeRevoke {
		r.IsEmpty = 2
	}
	return r, true
}

// BodyText writes what a message says as MsgBody: a text as it is, all else as JSON.
func (m Map) BodyText(w zimwire.Message) string {
	switch w.Type {
	case zimwire.MessageTypeText, zimwire.MessageTypeCustom, zimwire.MessageTypeBarrage, zimwire.MessageTypeCommand:
		return w.Message
	case zimwire.MessageTypeMultiple:
		var b zimwire.MultiBack
		for _, item := range w.MessageInfoList {
			b.Items = append(b.Items, zimwire.MultiBackItem{MsgType: int64(item.Type), SubMsgType: item.SubType, CallbackContent: m.BodyText(whole(item))})
		}
		return text(b)
	case zimwire.MessageTypeCombine:
		return text(zimwire.CombineBack{Title: w.Title, Summary: w.Summary})
	case zimwire.MessageTypeRevoke:
		return text(zimwire.RevokeBack{UserID: w.OperatedUserID, RevokeTime: w.RevokeTimestamp, MsgType: int64(w.OriginalMessageType),
			Payload: w.RevokeExtendedData, MsgStatus: msgStatus(w.RevokeStatus)})
	case zimwire.MessageTypeTips:
		return text(tipsBack(w))
	}
	back := zimwire.MediaBack{
		FileName: w.FileName, FileSize: w.FileSize, DownloadURL: w.FileDownloadURL, MediaDuration: w.AudioDuration + w.VideoDuration,
		OriginImageWidth: w.OriginalImageWidth, OriginImageHeight: w.OriginalImageHeight,
		LargeImageDownloadURL: w.LargeImageDownloadURL, LargeImageWidth: w.LargeImageWidth, LargeImageHeight: w.LargeImageHeight,
		ThumbnailDownloadURL: w.ThumbnailDownloadURL, ThumbnailWidth: w.ThumbnailWidth, ThumbnailHeight: w.ThumbnailHeight,
		VideoFirstFrameDownloadURL: w.VideoFirstFrameDownloadURL, VideoFirstFrameWidth: w.VideoFirstFrameWidth, VideoFirstFrameHeight: w.VideoFirstFrameHeight,
	}
	return text(back)
}

func text(v any) string {
	out, err := json.Marshal(v, jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return ""
	}
	return string(out)
}

// whole makes a message of an item.
func whole(item zimwire.MessageLiteInfo) zimwire.Message {
	return zimwire.Message{
		Type: item.Type, Message: item.Message, SubType: item.SubType, SearchedContent: item.SearchedContent,
		FileName: item.FileName, FileSize: item.FileSize, FileDownloadURL: item.FileDownloadURL,
		OriginalImageWidth: item.OriginalImageWidth, OriginalImageHeight: item.OriginalImageHeight,
		LargeImageDownloadURL: item.LargeImageDownloadURL, LargeImageWidth: item.LargeImageWidth, LargeImageHeight: item.LargeImageHeight,
		ThumbnailDownloadURL: item.ThumbnailDownloadURL, ThumbnailWidth: item.ThumbnailWidth, ThumbnailHeight: item.ThumbnailHeight,
		AudioDuration: item.AudioDuration, VideoDuration: item.VideoDuration, VideoFirstFrameDownloadURL: item.VideoFirstFrameDownloadURL,
		VideoFirstFrameWidth: item.VideoFirstFrameWidth, VideoFirstFrameHeight: item.VideoFirstFrameHeight,
	}
}

// msgStatus writes in what right a message was revoked, in the server API's numbers.
func msgStatus(s zimwire.MessageRevokeStatus) int64 {
	switch s {
	case zimwire.MessageRevokeStatusSystemRevoke:
		return 8
	case zimwire.MessageRevokeStatusServerAPIRevoke:
		return 12
	case zimwire.MessageRevokeStatusGroupAdminRevoke:
		return 16
	case zimwire.MessageRevokeStatusGroupOwnerRevoke:
		return 20
	case zimwire.MessageRevokeStatusAuditRejectRevoke:
		return 24
	}
	return 4
}

// The types of a tip that the server API tells apart.
const (
	tipOwner  = 11
	tipRole   = 12
	tipMute   = 13
	tipData   = 30
	tipSilent = 34
)

func tipsBack(w zimwire.Message) zimwire.TipsBack {
	back := zimwire.TipsBack{Type: int64(w.Event)}
	if w.OperatedUser != nil {
		back.OpUserInfo = &zimwire.TipsUser{UserID: w.OperatedUser.UserID, GroupMemberName: w.OperatedUser.UserName}
	}
	for _, u := range w.TargetUserList {
		back.TargetUsers = append(back.TargetUsers, zimwire.TipsUser{UserID: u.UserID, GroupMemberName: u.UserName})
	}
	change := w.ChangeInfo
	if change == nil {
		return back
	}
	back.GroupDataFlag, back.GroupName, back.GroupNotice, back.GroupAvatar = change.GroupDataFlag, change.GroupName, change.GroupNotice, change.GroupAvatarURL
	back.Role, back.ForbidExpireTime = change.MemberRole, change.MuteExpiredTime
	switch change.Type {
	case zimwire.TipsMessageChangeInfoTypeGroupOwnerTransferred:
		back.Type = tipOwner
	case zimwire.TipsMessageChangeInfoTypeGroupMemberRoleChanged:
		back.Type = tipRole
	case zimwire.TipsMessageChangeInfoTypeGroupMemberMuteChanged:
		back.Type = tipMute
	case zimwire.TipsMessageChangeInfoTypeGroupMuteChanged:
		back.Type = tipSilent
		back.Forbid = &zimwire.TipsMute{IsAllForbid: change.GroupMutedInfo.Mode == zimwire.GroupMuteModeAll,
			ForbidRoleList: slices.Clone(change.GroupMutedInfo.Roles), ForbidExpireTime: change.GroupMutedInfo.ExpiredTime}
	default:
		back.Type = tipData
	}
	return back
}

// ServerEdit returns the draft of an app's server's edit: only what EditType names is changed.
func (m Map) ServerEdit(before chat.Entry, p zimwire.EditMsgBody) (chat.Draft, error) {
	w, ok := m.FromEntry(before)
	if !ok || int64(w.Type) != *p.MsgType {
		return chat.Draft{}, zimwire.Deny(zimwire.RetEditFailed, "the message is of another type")
	}
	bits := *p.EditType
	if bits&zimwire.EditMessage != 0 {
		if w.Type == zimwire.MessageTypeMultiple {
			changed, err := multiIn(p.MessageBody.Message)
			if err != nil {
				return chat.Draft{}, err
			}
			w.MessageInfoList = changed.MessageInfoList
		} else if strings.TrimSpace(p.MessageBody.Message) == "" {
			return chat.Draft{}, badParam("MessageBody.Message is empty")
		} else {
			w.Message = p.MessageBody.Message
		}
	}
	if bits&zimwire.EditExtendedData != 0 {
		w.ExtendedData = p.MessageBody.ExtendedData
	}
	if bits&zimwire.EditAtList != 0 {
		w.MentionedUserIDs = p.AtListInfo.AtList
	}
	if bits&zimwire.EditAtAll != 0 {
		w.IsMentionAll = p.IsAtAll
	}
	if bits&zimwire.EditSubType != 0 {
		w.SubType = p.SubMsgType
	}
	return m.Edit(w, before)
}

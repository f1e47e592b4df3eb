package webimmap

import (
	"time"

	"dragoman/bridge/chat"
	"dragoman/protocols/webim/webimwire"
)

// Ack answers a Meta whose request became ev [webim 7].
func Ack(meta *webimwire.Meta, ev chat.Event) *webimwire.CommSyncDL {
	return &webimwire.CommSyncDL{
		Status: &webimwire.Status{ErrorCode: webimwire.Status_OK.Enum()},
		MetaId: meta.Id, ServerId: new(uint64(ev.ID)), Timestamp: new(uint64(ev.Time.UnixMilli())),
	}
}

// AckEdit is Ack for an edit: the 4.x SDKs read from it what the message now is [webim 6.4].
func (r Realm) AckEdit(meta *webimwire.Meta, ev chat.Event, about *chat.Entry) *webimwire.CommSyncDL {
	dl := Ack(meta, ev)
	payload := jsonText(map[string]any{"edit_msg": r.editState(&ev, about)})
	dl.Metas = []*webimwire.Meta{{
		Id: new(uint64(ev.ID)), From: r.system(), To: r.user(ev.From, ev.Device), Timestamp: new(uint64(ev.Time.UnixMilli())),
		Ns: webimwire.Meta_NOTIFY.Enum(), Payload: []byte(payload),
	}}
	return dl
}

// AckNone answers a Meta that was heeded and left no event behind.
func AckNone(meta *webimwire.Meta, id chat.EventID, now time.Time) *webimwire.CommSyncDL {
	return Ack(meta, chat.Event{ID: id, Draft: chat.Draft{Time: now}})
}

// Refusal answers a Meta whose request was refused. The SDKs compare the words
// literally [webim 7].
func Refusal(meta *webimwire.Meta, err error, now time.Time) *webimwire.CommSyncDL {
	dl := &webimwire.CommSyncDL{Status: refusalStatus(meta, err), MetaId: meta.Id, Timestamp: new(uint64(now.UnixMilli()))}
	if dl.GetStatus().GetErrorCode() == webimwire.Status_USER_MUTED {
		dl.ServerId = meta.Id // 3.x tells the application this id alone: let it be one that it knows
	}
	return dl
}

// What a Meta asked for, as far as refusals differ by it.
type asked uint8

const (
	askedMessage asked = iota
	askedRecall
	askedEdit
	askedJoin
)

func askedBy(meta *webimwire.Meta) asked {
	body, err := webimwire.Body(meta)
	if err != nil {
		return askedMessage
	}
	switch body := body.(type) {
	case *webimwire.MessageBody:
		switch body.GetType() {
		case webimwire.MessageBody_RECALL:
			return askedRecall
		case webimwire.MessageBody_EDIT:
			return askedEdit
		}
	case *webimwire.MUCBody:
		return askedJoin
	}
	return askedMessage
}

// word is a status as the SDKs know it.
type word struct {
	code   webimwire.Status_ErrorCode
	reason string
}

const (
	fail   = webimwire.Status_FAIL
	denied = webimwire.Status_PERMISSION_DENIED
)

func refusalStatus(meta *webimwire.Meta, err error) *webimwire.Status {
	w := refusalWord(askedBy(meta), chat.CodeOf(err), chat.ReasonOf(err), chat.PublicOf(err))
	return &webimwire.Status{ErrorCode: &w.code, Reason: &w.reason}
}

// refusalWord is the table [webim 7]. Words that the SDKs do not know become "an
// unknown error" with the text beside it; code 7 with such words would leave a
// 4.x promise open for ever.
func refusalWord(what asked, c chat.Code, why chat.Reason, public string) word {
	switch what {
	case askedEdit:
		if w, ok := editWord(c, why); ok {
			return w
		}
	case askedJoin:
		if w, ok := joinWord(c, why); ok {
			return w
		}
	case askedRecall:
		switch why {
		case chat.NoMessage, chat.AlreadyRecalled:
			return word{fail, "Sorry, message does not exist"}
		case chat.NoRight:
			return word{fail, "Sorry, You do not have permission"}
		}
	}
	if why == chat.Moderated { // the app's server has said why itself
		return word{webimwire.Status_PERMISSION_DENIED_EXTERNAL, public}
	}
	if w, ok := reasonWords[why]; ok {
		return w
	}
	switch c {
	case chat.TooLarge:
		return word{denied, "Sorry, data is too large"}
	case chat.TooMany:
		return word{denied, "traffic limit"}
	case chat.Internal, chat.Invalid, chat.Unauthenticated, chat.Forbidden, chat.NotFound, chat.Expired, chat.Conflict,
		chat.Unsupported, chat.Unavailable:
		return word{fail, public}
	default:
		return word{fail, public}
	}
}

// reasonWords says each reason in the words that the SDKs compare with.
var reasonWords = map[chat.Reason]word{
	chat.Blocked:        {fail, "blocked"},
	chat.Banned:         {fail, "blocked"},
	chat.NoRight:        {fail, "blocked"},
	chat.NotMember:      {fail, "not in group or chatroom"},
	chat.NoGroup:        {fail, "group not found"},
	chat.Dissolved:      {fail, "group not found"},
	chat.WindowClosed:   {fail, "exceed recall time limit"},
	chat.RecallDisabled: {fail, "message recall disabled"},
	chat.NotContact:     {fail, "nonroster"},
	chat.AllMuted:       {fail, "not in group or chatroom white list"},
	chat.NoUser:         {fail, "username doesn't exist!"},
	chat.NoMessage:      {fail, "Sorry, message does not exist"},
	chat.Full:           {fail, "group member list is full!"},
	chat.Muted:          {webimwire.Status_USER_MUTED, "user is mute"},
	chat.Silenced:       {denied, "user is mute"},
	chat.Sensitive:      {denied, "sensitive words"},
	chat.RateLimit:      {denied, "traffic limit"},
}

func editWord(c chat.Code, why chat.Reason) (word, bool) {
	switch {
	case why == chat.NoMessage, why == chat.AlreadyRecalled:
		return word{fail, "Sorry, message does not exist"}, true
	case why == chat.NoRight:
		return word{fail, "Sorry, You do not have permission"}, true
	case why == chat.WindowClosed, c == chat.Unsupported:
		return word{fail, "Sorry, edit is not available"}, true
	case c == chat.TooMany && why != chat.RateLimit:
		return word{fail, "Sorry, edit limit reached"}, true
	case c == chat.Invalid:
		return word{fail, "Sorry, format is incorrect"}, true
	case c == chat.Internal, c == chat.Unavailable:
		return word{fail, "Sorry, edit fail"}, true
	}
	return word{}, false
}

func joinWord(c chat.Code, why chat.Reason) (word, bool) {
	switch {
	case why == chat.NoGroup, why == chat.Dissolved:
		return word{fail, "grpID does not exist!"}, true
	case why == chat.Banned:
		return word{fail, "can not join this group, reason: user is in the blacklist"}, true
	case c == chat.Invalid:
		return word{fail, "group ID illegal, please check it"}, true
	}
	return word{}, false
}

// Kick is why a session is ended from outside, as clients are told [webim 10].
type Kick = webimwire.StatisticsBody_Operation

// KickMeta tells a client that its session is over and that it shall not return by
// itself. note is the login extension of the device that took its place.
func (r Realm) KickMeta(why Kick, to chat.UserID, note string, id chat.EventID, now time.Time) (*webimwire.Meta, error) {
	body := &webimwire.StatisticsBody{Operation: &why}
	if note != "" {
		body.Reason = &note
	}
	payload, err := webimwire.Pack(body)
	if err != nil {
		return nil, err
	}
	return &webimwire.Meta{
		Id: new(uint64(id)), From: r.system(), To: r.user(to, ""), Timestamp: new(uint64(now.UnixMilli())),
		Ns: webimwire.Meta_STATISTIC.Enum(), Payload: payload,
	}, nil
}

// LoginRefusal answers a login that failed [webim 4.2].
func LoginRefusal(err error) *webimwire.Status {
	w := word{fail, "Sorry, token or password does not match login info"}
	switch c := chat.CodeOf(err); {
	case c == chat.Expired:
		w = word{fail, "Sorry, token expired"}
	case chat.ReasonOf(err) == chat.NoUser, c == chat.NotFound:
		w = word{fail, "Sorry, user not found"}
	case c == chat.Forbidden:
		w = word{webimwire.Status_IM_FORBIDDEN, "Sorry, user is forbidden"}
	case c == chat.TooMany:
		w = word{webimwire.Status_TOO_MANY_DEVICES, "Sorry, too many devices"}
	case c == chat.Invalid:
		w = word{webimwire.Status_WRONG_PARAMETER, chat.PublicOf(err)}
	case c == chat.Internal, c == chat.Unavailable:
		w = word{fail, chat.PublicOf(err)}
	}
	return &webimwire.Status{ErrorCode: &w.code, Reason: &w.reason}
}

// RoomJoined answers a JOIN with what a client shows of the room [webim 8].
func (r Realm) RoomJoined(meta *webimwire.Meta, me chat.UserID, d chat.Details, member chat.Member, count int, id chat.EventID, now time.Time) (*webimwire.CommSyncDL, error) {
	mute := int64(0)
	if member.IsMuted(now) {
		mute = -1
		if !member.MutedUntil.IsZero() {
			mute = member.MutedUntil.UnixMilli()
		}
	}
	info := jsonText(map[string]any{r.userName(me): map[string]any{
		"is_all_mute": d.Silences(chat.RoleMember, now), "create_timestamp": d.Created.UnixMilli(), "is_in_white_list": member.Allowed,
		"member_count": count, "mute_duration": mute,
	}})
	op := webimwire.MUCBody_JOIN
	payload, err := webimwire.Pack(&webimwire.MUCBody{
		MucId: r.group(d.Conv.ID), Operation: &op, From: r.user(me, ""), To: []*webimwire.JID{r.user(me, "")}, IsChatroom: new(true),
		Status: &webimwire.MUCBody_Status{ErrorCode: webimwire.MUCBody_Status_OK.Enum(), ChatroomInfo: &info},
	})
	if err != nil {
		return nil, err
	}
	dl := AckNone(meta, id, now)
	dl.Metas = []*webimwire.Meta{{
		Id: new(uint64(id)), From: r.group(d.Conv.ID), To: r.user(me, ""), Timestamp: new(uint64(now.UnixMilli())),
		Ns: webimwire.Meta_MUC.Enum(), Payload: payload,
	}}
	return dl, nil
}

package zimmap

import (
	"time"

	"github.com/go-json-experiment/json"

	"dragoman/bridge/chat"
	"dragoman/protocols/zim/zimwire"
)

// Line is a line of the reader's list of conversations, as it stands.
type Line struct {
	Conv     chat.Conv
	Last     *chat.Entry
	Unread   int
	Read     chat.Ref
	Mentions []chat.Ref
	Pinned   bool
	PinnedAt time.Time
	Muted    bool
	Settings map[chat.SettingKey]chat.Value
	Order    chat.EventID
}

// FromLine writes a line of the list; ok is false for what ZIM's list does not show.
func (m Map) FromLine(l Line) (w zimwire.Conversation, ok bool) {
	w.ConversationID, w.Type, ok = NameOf(m.Reader, l.Conv)
	if !ok || w.Type == zimwire.ConversationTypeRoom {
		return w, false
	}
	w.NotificationStatus = zimwire.ConversationNotificationStatusNotify
	if l.Muted {
		w.NotificationStatus = zimwire.ConversationNotificationStatusDoNotDisturb
	}
	w.UnreadMessageCount, w.ReadMessageSeq = int64(l.Unread), int64(l.Read.Seq)
	w.OrderKey = l.Order.OrderKey()
	w.IsPinned, w.PinnedTime = l.Pinned, millis(l.PinnedAt)
	if l.Last != nil {
		if last, shown := m.FromEntry(*l.Last); shown {
			w.LastMessage = &last
		}
	}
	w.Draft = l.Settings[chat.SettingDraft].Text
	w.ConversationAlias = l.Settings[chat.SettingAlias].Text
	w.Marks = Marks(l.Settings)
	for _, ref := range l.Mentions {
		w.MentionedInfoList = append(w.MentionedInfoList, m.mention(l.Conv, ref))
	}
	m.nameLine(&w, l.Conv)
	return w, true
}

// nameLine adds what the other, or the group, shows of itself.
func (m Map) nameLine(w *zimwire.Conversation, c chat.Conv) {
	if c.Kind == chat.KindPeer {
		p := m.Dir.Profile(c.Other(m.Reader))
		w.ConversationName, w.ConversationAvatarURL = p.UserName, p.UserAvatarURL
		return
	}
	d, me := m.Dir.Details(c), m.Dir.Member(c, m.Reader)
	w.ConversationName, w.ConversationAvatarURL = d.Name, d.Avatar
	w.IsDisabled = d.Dissolved || !me.Role.IsMember()
	w.MutedExpiredTime = longest(muteEnd(me), silentEnd(d, me.Role))
}

// silentEnd is how long all of a role may not speak, as muteEnd writes it.
func silentEnd(d chat.Details, r chat.Role) int64 {
	forAll := d
	forAll.SilentUntil = time.Time{} // the end is told, whether it has come or not
	if !forAll.Silences(r, time.Time{}) {
		return 0
	}
	return MutedInfo(d).ExpiredTime
}

// longest is the later end of two mutes: −1 is for ever, 0 is none.
func longest(a, b int64) int64 {
	if a == forever || b == forever {
		return forever
	}
	return max(a, b)
}

func (m Map) mention(c chat.Conv, ref chat.Ref) zimwire.MessageMentionedInfo {
	info := zimwire.MessageMentionedInfo{MessageID: ref.ID.String(), MessageSeq: int64(ref.Seq), FromUserID: string(ref.Author)}
	e := m.Dir.Entry(c, ref)
	if e == nil {
		return info
	}
	said, ok := e.Body.(chat.Message)
	if !ok {
		return info
	}
	for _, u := range said.Mentions {
		if u == m.Reader {
			info.Type = zimwire.MessageMentionedTypeMentionMe
		}
	}
	if said.MentionAll {
		info.Type += zimwire.MessageMentionedTypeMentionAll // both together are a type of their own
	}
	return info
}

// Marks reads the marks among what somebody has set of a conversation.
func Marks(settings map[chat.SettingKey]chat.Value) []int64 {
	var marks []int64
	if json.Unmarshal([]byte(settings[chat.SettingMarks].Text), &marks) != nil {
		return nil
	}
	return marks
}

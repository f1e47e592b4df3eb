package zimmap

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"dragoman/bridge/chat"
	"dragoman/protocols/zim/zimwire"
)

// FromEntry writes a message, or a tip, as it now stands. ok is false for what ZIM's history does not show.
func (m Map) FromEntry(e chat.Entry) (w zimwire.Message, ok bool) {
	switch b := e.Body.(type) {
	case chat.Message:
		w = m.fromMessage(e, b)
	case chat.Membership, chat.Profile, chat.Rules, chat.Lifecycle:
		if w, ok = m.tip(e.Event); !ok {
			return zimwire.Message{}, false
		}
	default:
		return zimwire.Message{}, false
	}
	m.stamp(&w, e)
	return w, true
}

// FromEntries writes those of the entries that ZIM's history shows, in their order.
func (m Map) FromEntries(entries []chat.Entry) []zimwire.Message {
	list := make([]zimwire.Message, 0, len(entries))
	for _, e := range entries {
		if w, ok := m.FromEntry(e); ok {
			list = append(list, w)
		}
	}
	return list
}

// stamp adds what every message has: who, where, when, and its numbers.
func (m Map) stamp(w *zimwire.Message, e chat.Entry) {
	w.ConversationID, w.ConversationType, _ = NameOf(m.Reader, e.Conv)
	w.MessageID = e.ID.String()
	w.LocalMessageID = e.ClientID
	if w.LocalMessageID == "" || e.From != m.Reader {
		w.LocalMessageID = w.MessageID
	}
	w.MessageSeq = int64(e.Seq)
	w.OrderKey = e.ID.OrderKey()
	w.SenderUserID = string(e.From)
	w.Timestamp = e.Time.UnixMilli()
	w.SentStatus = zimwire.MessageSentStatusSuccess
	w.IsServerMessage = e.Source == chat.Server
	w.IsBroadcastMessage = e.Conv.Kind == chat.KindAll
	if e.From != m.Reader {
		w.Direction = zimwire.MessageDirectionReceive
	}
	if e.PinnedBy != "" {
		w.PinnedUserID, w.PinnedTime = string(e.PinnedBy), millis(e.PinnedAt)
	}
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// nativeOf returns what the author of e's newest version said beyond the model.
func nativeOf(e chat.Entry) native {
	if e.Edited != nil {
		return unpack(e.Edited.Native)
	}
	return unpack(e.Native)
}

func (m Map) fromMessage(e chat.Entry, b chat.Message) zimwire.Message {
	if _, recalled := b.Content.(chat.Recalled); recalled {
		return m.revoked(e)
	}
	n := nativeOf(e)
	w := m.fromContent(b.Content, n)
	if _, text := b.Content.(chat.Text); text && n.Type == 0 && b.OnlineOnly && e.Conv.Kind == chat.KindRoom {
		w.Type = zimwire.MessageTypeBarrage
	}
	if bundle, ok := b.Content.(chat.Bundle); ok && len(bundle.Items) > 0 {
		w.CombineID = e.ID.String()
	}
	w.ExtendedData = extended(b.Ext)
	w.MentionedUserIDs, w.IsMentionAll = names(b.Mentions), b.MentionAll
	w.IsGroupTargetedMessage = e.To != nil && e.Conv.Kind == chat.KindGroup
	w.RootRepliedCount = int64(e.Replies)
	w.Reactions = m.reactions(e)
	if !b.ReplyTo.IsZero() {
		w.RepliedInfo = m.repliedInfo(e.Conv, b.ReplyTo)
	}
	if b.WantReceipt {
		w.ReceiptStatus = zimwire.MessageReceiptStatusProcessing
		if e.Read.Of > 0 && e.Read.Count >= e.Read.Of {
			w.ReceiptStatus = zimwire.MessageReceiptStatusDone
		}
	}
	if e.Edited != nil {
		w.EditorUserID, w.EditedTime = string(e.Edited.From), millis(e.Edited.Time)
	}
	return w
}

// extended is what ZIM shows of a message's own fields: the text that a ZIM client wrote, or all of another's as JSON.
func extended(ext map[string]chat.Value) string {
	if len(ext) == 0 {
		return ""
	}
	if v, ok := ext[extendedKey]; ok && len(ext) == 1 && v.Kind == chat.ValueString {
		return v.Text
	}
	return string(object(ext))
}

func names(users []chat.UserID) []string {
	if len(users) == 0 {
		return nil
	}
	out := make([]string, len(users))
	for i, u := range users {
		out[i] = string(u)
	}
	return out
}

func (m Map) revoked(e chat.Entry) zimwire.Message {
	w := zimwire.Message{Type: zimwire.MessageTypeRevoke}
	if e.Recall == nil {
		return w
	}
	n := unpack(e.Recall.Native)
	w.OperatedUserID = string(e.Recall.From)
	w.RevokeTimestamp = millis(e.Recall.Time)
	w.OriginalMessageType = n.OriginalType
	w.RevokeStatus = n.RevokeStatus
	switch {
	case e.Recall.Source == chat.Server:
		w.RevokeStatus = zimwire.MessageRevokeStatusServerAPIRevoke
	case e.Recall.Source == chat.System:
		w.RevokeStatus = zimwire.MessageRevokeStatusSystemRevoke
	case w.RevokeStatus == 0 && e.Recall.From != e.From:
		// Recalled through another protocol, which does not say in what right.
		w.RevokeStatus = zimwire.MessageRevokeStatusGroupAdminRevoke
		if m.Dir.Member(e.Conv, e.Recall.From).Role == chat.RoleOwner {
			w.RevokeStatus = zimwire.MessageRevokeStatusGroupOwnerRevoke
		}
	}
	if b, ok := e.Recall.Body.(chat.Recall); ok {
		w.RevokeExtendedData = b.Reason
	}
	return w
}

func (m Map) reactions(e chat.Entry) []zimwire.MessageReaction {
	if len(e.Reactions) == 0 {
		return nil
	}
	out := make([]zimwire.MessageReaction, len(e.Reactions))
	for i, r := range e.Reactions {
		out[i] = m.reaction(e, r)
	}
	return out
}

// briefUsers is how many users a reaction names without being asked for all.
const briefUsers = 5

func (m Map) reaction(e chat.Entry, r chat.Reacted) zimwire.MessageReaction {
	w := zimwire.MessageReaction{
		ReactionType: string(r.Emoji), MessageID: e.ID.String(), TotalCount: int64(len(r.Users)), SumCount: int64(len(r.Users)),
		IsSelfIncluded: slices.Contains(r.Users, m.Reader),
	}
	w.ConversationID, w.ConversationType, _ = NameOf(m.Reader, e.Conv)
	for _, u := range r.Users[:min(briefUsers, len(r.Users))] {
		w.UserList = append(w.UserList, zimwire.MessageReactionUserInfo{UserID: string(u)})
	}
	return w
}

// ReactionOf returns one reaction of a message, with nobody behind it where there is none any more.
func (m Map) ReactionOf(e chat.Entry, kind string) zimwire.MessageReaction {
	for _, r := range e.Reactions {
		if string(r.Emoji) == kind {
			return m.reaction(e, r)
		}
	}
	return m.reaction(e, chat.Reacted{Emoji: chat.Emoji(kind)})
}

func (m Map) repliedInfo(c chat.Conv, ref chat.Ref) *zimwire.MessageRepliedInfo {
	info := &zimwire.MessageRepliedInfo{
		State: zimwire.MessageRepliedInfoStateNotFound, SenderUserID: string(ref.Author), MessageSeq: int64(ref.Seq),
	}
	if ref.ID != 0 {
		info.MessageID, info.SentTime = ref.ID.String(), millis(ref.ID.Time())
	}
	original := m.Dir.Entry(c, ref)
	if original == nil {
		return info
	}
	info.SenderUserID, info.SentTime = string(original.From), millis(original.Time)
	info.MessageID, info.MessageSeq = original.ID.String(), int64(original.Seq)
	said, ok := original.Body.(chat.Message)
	if !ok {
		return info
	}
	info.State = zimwire.MessageRepliedInfoStateNormal
	w := m.fromContent(said.Content, nativeOf(*original))
	if w.Type == zimwire.MessageTypeRevoke {
		info.State = zimwire.MessageRepliedInfoStateDeleted
	}
	info.MessageInfo = liteOf(w)
	return info
}

// Quoted writes the items of a combined message; path leads from the message to a combination inside it.
func (m Map) Quoted(e chat.Entry, path []int) (zimwire.Message, error) {
	missing := zimwire.Refuse(zimwire.MessageModuleTargetDoesNotExist, "there is no such combination")
	said, ok := e.Body.(chat.Message)
	if !ok {
		return zimwire.Message{}, missing
	}
	bundle, ok := said.Content.(chat.Bundle)
	if !ok {
		return zimwire.Message{}, missing
	}
	id := e.ID.String()
	for _, i := range path {
		if i < 0 || i >= len(bundle.Items) {
			return zimwire.Message{}, missing
		}
		if bundle, ok = bundle.Items[i].Message.Content.(chat.Bundle); !ok {
			return zimwire.Message{}, missing
		}
		id += "." + strconv.Itoa(i)
	}
	w := m.fromContent(bundle, native{})
	w.CombineID = id
	for i, item := range bundle.Items {
		w.MessageList = append(w.MessageList, m.copied(item, id+"."+strconv.Itoa(i)))
	}
	return w, nil
}

func (m Map) copied(item chat.Forwarded, id string) zimwire.Message {
	w := m.fromContent(item.Message.Content, native{})
	if w.Type == zimwire.MessageTypeCombine {
		w.CombineID = id
	}
	if item.ID != 0 {
		w.MessageID = item.ID.String()
	}
	w.SenderUserID = string(item.From)
	w.Timestamp = millis(item.Time)
	w.ExtendedData = extended(item.Message.Ext)
	w.MentionedUserIDs, w.IsMentionAll = names(item.Message.Mentions), item.Message.MentionAll
	return w
}

// ParseCombineID takes the id of a combination apart: the message, and the way inside it.
func ParseCombineID(id string) (chat.EventID, []int, error) {
	head, rest, nested := strings.Cut(id, ".")
	ev, err := chat.ParseEventID(head)
	if err != nil || !nested {
		return ev, nil, err
	}
	var path []int
	for step := range strings.SplitSeq(rest, ".") {
		n, err := strconv.Atoi(step)
		if err != nil {
			return 0, nil, chat.Refuse(chat.Invalid, "not the id of a combination")
		}
		path = append(path, n)
	}
	return ev, path, nil
}

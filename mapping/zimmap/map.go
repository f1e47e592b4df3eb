package zimmap

import (
	"dragoman/bridge/chat"
	"dragoman/protocols/zim/zimwire"
)

// Protocol is this protocol's name in chat.Native.
const Protocol = "zim"

// Directory is what a Map must look up beyond the packet or event in its hands: for one reader, at one moment. What is
// not there is the zero value.
type Directory interface {
	// Profile returns what u shows of himself.
	Profile(u chat.UserID) zimwire.UserInfo
	// Member returns what u is in a group.
	Member(c chat.Conv, u chat.UserID) chat.Member
	// Details returns a group or room as it stands.
	Details(c chat.Conv) chat.Details
	// Entry returns the message of c that ref names, nil if the reader may not see it.
	Entry(c chat.Conv, ref chat.Ref) *chat.Entry
	// Link returns where the reader finds a file.
	Link(f chat.FileRef) string
	// Smaller returns where the reader finds a picture of ours made to fit into side × side pixels.
	Smaller(f chat.FileRef, side int) string
	// File returns the file that a client names by the id of its upload, or by a link.
	File(uid, link string) chat.FileRef
}

// Map translates for one reader.
type Map struct {
	Reader chat.UserID
	Dir    Directory
}

// ConvOf returns the conversation that a client of author names. chat.Invalid: there can be none.
func ConvOf(author chat.UserID, id string, kind zimwire.ConversationType) (chat.Conv, error) {
	switch kind {
	case zimwire.ConversationTypePeer:
		other, err := chat.ParseUserID(id)
		if err != nil {
			return chat.Conv{}, err
		}
		if other == author {
			return chat.Conv{}, chat.Refuse(chat.Invalid, "nobody writes to himself")
		}
		return chat.Peer(author, other), nil
	case zimwire.ConversationTypeGroup:
		return checked(chat.Group(id))
	case zimwire.ConversationTypeRoom:
		return checked(chat.Room(id))
	}
	return chat.Conv{}, chat.Refuse(chat.Invalid, "unknown type of conversation")
}

func checked(c chat.Conv) (chat.Conv, error) {
	err := chat.Draft{Conv: c, Body: chat.Typing{}}.Check()
	return c, err
}

// NameOf returns how reader's client names c; ok is false for what ZIM has no name for.
func NameOf(reader chat.UserID, c chat.Conv) (id string, kind zimwire.ConversationType, ok bool) {
	switch c.Kind {
	case chat.KindPeer:
		return string(c.Other(reader)), zimwire.ConversationTypePeer, true
	case chat.KindGroup, chat.KindThread:
		return c.ID, zimwire.ConversationTypeGroup, true
	case chat.KindRoom:
		return c.ID, zimwire.ConversationTypeRoom, true
	}
	return "", zimwire.ConversationTypeUnknown, false
}

// RefOf returns the reference that a client's message carries.
func RefOf(m zimwire.Message) chat.Ref {
	ref := chat.Ref{Seq: chat.Seq(m.MessageSeq), Author: chat.UserID(m.SenderUserID)}
	if id, err := chat.ParseEventID(m.MessageID); err == nil {
		return chat.Ref{ID: id}
	}
	if ref.Seq == 0 {
		ref.ClientID = m.LocalMessageID
	}
	return ref
}

// OrderID returns the id behind an order key, which does not say the shard: the first or the last that it can be. 0 is 0.
func OrderID(key int64, last bool) chat.EventID {
	if key <= 0 {
		return 0
	}
	shard := uint16(0)
	if last {
		shard = 1<<10 - 1
	}
	const counters = int64(chat.IDsPerMilli)
	ms := chat.EventID(key / counters * counters << 10).Time()
	return chat.NewEventID(ms, shard, int(key%counters))
}

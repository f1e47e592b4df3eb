package webimmap

import (
	"strconv"

	"dragoman/bridge/chat"
	"dragoman/mapping/names"
	"dragoman/protocols/webim/webimwire"
)

// Names says what the addresses of this protocol mean and how it writes ours. A
// front-end makes one per request.
type Names interface {
	names.Reader
	// Conv returns the group, thread or room that a client named: the protocol's
	// addresses do not tell which. It refuses with chat.NoGroup what does not exist.
	Conv(native string) (chat.Conv, error)
	// Details returns a group, thread or room as it stands or stood at its end, for
	// the names and counts that notices carry; nil if it cannot be told.
	Details(c chat.Conv) *chat.Details
	// Mutual reports whether a and b are contacts of each other now.
	Mutual(a, b chat.UserID) bool
	// Newest reports whether nothing was said in c after what ref names.
	Newest(c chat.Conv, ref chat.Ref) bool
}

// Realm is what every translation needs to know of the gateway that it is for. It
// is immutable.
type Realm struct {
	AppKey string // "org#app"
	Base   string // scheme and host under which readers find files, without a slash at the end
	Names  Names
	// Secret returns what a reader must show to open the file of ours called id.
	Secret func(id string) string
	// Detour returns the last segment of a path of ours that leads to a foreign
	// link; nil: foreign links are written as they are.
	Detour func(url string) string
	// Undetour returns the foreign link that such a segment leads to. May be nil.
	Undetour func(segment string) (string, bool)
}

// Generation is how much of the protocol a client speaks.
type Generation uint8

// The generations: easemob-websdk 3.x and 4.0; 4.8 and agora-chat 1.x (action
// version v5.1); 4.13 and later (v5.2).
const (
	Gen3 Generation = 3
	Gen4 Generation = 4
	Gen5 Generation = 5
)

// GenerationOf reads the action version of a login [webim 4.2].
func GenerationOf(actionVersion string) Generation {
	switch actionVersion {
	case "":
		return Gen3
	case "v5.1":
		return Gen4
	default:
		return Gen5
	}
}

// Reader is for whom an event is written.
type Reader struct {
	User       chat.UserID
	Device     chat.DeviceID
	Generation Generation
}

// QueueOf returns the address under which u pulls the events of c: the peer, the
// group, thread or room, or the nameless queue of the system [webim 5].
func (r Realm) QueueOf(c chat.Conv, u chat.UserID) *webimwire.JID {
	switch c.Kind {
	case chat.KindPeer:
		return r.user(c.Other(u), "")
	case chat.KindGroup, chat.KindThread, chat.KindRoom:
		return r.group(c.ID)
	default:
		return r.system()
	}
}

// system is the address of the gateway itself.
func (r Realm) system() *webimwire.JID { return webimwire.UserJID(r.AppKey, "", "") }

func (r Realm) user(u chat.UserID, device chat.DeviceID) *webimwire.JID {
	return webimwire.UserJID(r.AppKey, r.userName(u), string(device))
}

func (r Realm) group(id string) *webimwire.JID {
	return webimwire.GroupJID(r.AppKey, r.groupName(id))
}

// userName writes u; the id itself where no better name is to be had, so that
// nothing is lost for want of one.
func (r Realm) userName(u chat.UserID) string {
	if u == "" {
		return ""
	}
	name, err := r.Names.UserName(u)
	if err != nil {
		return string(u)
	}
	return name
}

func (r Realm) groupName(id string) string {
	name, err := r.Names.GroupName(id)
	if err != nil {
		return id
	}
	return name
}

// convName writes a conversation as u sees it: a peer, or a group's id.
func (r Realm) convName(c chat.Conv, u chat.UserID) string {
	if c.Kind == chat.KindPeer {
		return r.userName(c.Other(u))
	}
	return r.groupName(c.ID)
}

// convType is the word for a conversation in JSON of rows and notices.
func convType(c chat.Conv) string {
	switch c.Kind {
	case chat.KindGroup, chat.KindThread:
		return "groupchat"
	case chat.KindRoom:
		return "chatroom"
	default:
		return "chat"
	}
}

// eventID reads an id of a packet; zero names nothing.
func eventID(n uint64) (chat.EventID, error) {
	if n == 0 || n > 1<<63-1 {
		return 0, chat.RefuseFor(chat.NoMessage, "not a message id")
	}
	return chat.EventID(n), nil
}

func decimal[T ~int64 | ~uint64 | ~int](n T) string { return strconv.FormatInt(int64(n), 10) }

package chat

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// UserID says who; opaque and case-sensitive. A foreign user whom a trunk speaks for is "trunk/address"; no name of an
// account of ours holds a '/'.
type UserID string

// maxIDBytes bounds a user or conversation id: the longest name that any protocol may write, and room for an escape.
const maxIDBytes = 255

// NewUserID returns the id of the account called s. It refuses what is empty, longer than 255 bytes, not UTF-8, or holds
// a control character or a '/'.
func NewUserID(s string) (UserID, error) {
	if err := checkID(s); err != nil {
		return "", err
	}
	if strings.Contains(s, "/") {
		return "", Refuse(Invalid, "a user name holds no '/'")
	}
	return UserID(s), nil
}

// Foreign returns the id of address, a user whom the trunk called trunk speaks for.
func Foreign(trunk, address string) UserID { return UserID(trunk + "/" + address) }

// ParseUserID returns the id that s is, as it is written where canonical ids are: an account's name, or a foreign user's
// trunk and address. That a trunk speaks for him it does not say; nobody can log in under such an id.
func ParseUserID(s string) (UserID, error) {
	trunk, address := UserID(s).Trunk()
	if trunk == "" {
		return NewUserID(s)
	}
	if _, err := NewUserID(address); err != nil {
		return "", err
	}
	return UserID(s), checkID(s)
}

// Trunk returns the trunk that speaks for u and u's address there, or "" and "" for an account of ours.
func (u UserID) Trunk() (trunk, address string) {
	trunk, address, found := strings.Cut(string(u), "/")
	if !found {
		return "", ""
	}
	return trunk, address
}

func checkID(s string) error {
	switch {
	case s == "":
		return Refuse(Invalid, "an id is empty")
	case len(s) > maxIDBytes:
		return Refuse(Invalid, "an id is longer than 255 bytes")
	case !utf8.ValidString(s):
		return Refuse(Invalid, "an id is not UTF-8")
	}
	for _, r := range s {
		if r < 0x20 || r == 0x7f {
			return Refuse(Invalid, "an id holds a control character")
		}
	}
	return nil
}

func checkUsers(users []UserID) error {
	for _, u := range users {
		if err := checkID(string(u)); err != nil {
			return err
		}
	}
	return nil
}

// DeviceID says which device of a user. It is unique for that user alone, and the same whenever that device returns.
type DeviceID string

// EventID is unique among all events and sorts history: 41 bits of milliseconds of Event.Time since 2010-01-01 UTC, 10 bits of
// shard, 12 bits of counter. Zero: none. Every protocol writes it as decimal text.
type EventID int64

const (
	shardBits   = 10
	counterBits = 12
	// ImportShard is the first of the shard numbers that stamp imported events, so that an old time never meets a live id.
	ImportShard = 512
	// IDsPerMilli is how many events one shard can stamp in one millisecond.
	IDsPerMilli = 1 << counterBits
)

// epoch is where EventIDs begin, 2010-01-01 UTC in milliseconds; epochEnd, in 2079, is where they have no more room.
const (
	epoch    = 1_262_304_000_000
	epochEnd = epoch + 1<<41
)

// NewEventID returns the id of the n-th event, from 0, that shard stamps in the millisecond of t. n is below IDsPerMilli.
func NewEventID(t time.Time, shard uint16, n int) EventID {
	return EventID((t.UnixMilli()-epoch)<<(shardBits+counterBits) | int64(shard&(1<<shardBits-1))<<counterBits | int64(n&(IDsPerMilli-1)))
}

// ParseEventID reads the decimal text of an id; it refuses all else.
func ParseEventID(s string) (EventID, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 {
		return 0, Refuse(Invalid, "not a message id")
	}
	return EventID(n), nil
}

// Time returns when the event happened, to the millisecond, in UTC.
func (id EventID) Time() time.Time {
	return time.UnixMilli(int64(id)>>(shardBits+counterBits) + epoch).UTC()
}

// Shard returns which shard stamped the event.
func (id EventID) Shard() uint16 { return uint16(int64(id)>>counterBits) & (1<<shardBits - 1) }

// OrderKey returns the id without its shard: a number below 2^53, for readers whose numbers are doubles.
func (id EventID) OrderKey() int64 {
	return int64(id)>>(shardBits+counterBits)<<counterBits | int64(id)&(IDsPerMilli-1)
}

// String returns the decimal text of the id.
func (id EventID) String() string { return strconv.FormatInt(int64(id), 10) }

// Seq is a place in one conversation's history; gap-free from 1. Zero: not in history.
type Seq int64

// Place is a place in the log; it sorts feeds. Pos is gap-free from 1 in commit order within its shard. Zero: not stored.
type Place struct {
	Shard uint16
	Pos   int64
}

// IsZero reports whether p is no place at all: the event was not stored.
func (p Place) IsZero() bool { return p == Place{} }

// Cursor says how far a reader is: everything up to here has reached him. Opaque to everyone but the log and the router.
// The zero value is the very beginning.
type Cursor string

// CursorAt returns the cursor of a reader who has everything up to p, in a log of one shard.
func CursorAt(p Place) Cursor {
	return Cursor("1-" + strconv.FormatInt(p.Pos, 10))
}

// ParseCursor checks a cursor that a client gave back. It refuses what CursorAt could not have made.
func ParseCursor(s string) (Cursor, error) {
	if s == "" {
		return "", nil
	}
	n, err := strconv.ParseInt(strings.TrimPrefix(s, "1-"), 10, 64)
	if err != nil || n < 0 || string(CursorAt(Place{Pos: n})) != s {
		return "", Refuse(Invalid, "not a cursor of this server")
	}
	return Cursor(s), nil
}

// Place returns the place up to which c has everything; zero for the beginning.
func (c Cursor) Place() Place {
	n, err := strconv.ParseInt(strings.TrimPrefix(string(c), "1-"), 10, 64)
	if err != nil {
		return Place{}
	}
	return Place{Pos: n}
}

// Native is what a protocol said beyond Body, as it came. Only the map of that protocol reads it.
type Native struct {
	Protocol string `json:",omitzero"`
	Data     []byte `json:",omitzero"`
}

// ConvKind is the kind of a conversation.
type ConvKind uint8

// The kinds of conversation. KindThread is a group under a message of another. KindSelf is a user's own log: profile,
// presence, attributes. KindCall is one call invitation. KindAll is everybody online, live only.
const (
	KindNone ConvKind = iota
	KindPeer
	KindGroup
	KindThread
	KindRoom
	KindSelf
	KindCall
	KindAll
)

var convKindNames = [...]string{"none", "peer", "group", "thread", "room", "self", "call", "all"}

// String returns the kind's name in lower case.
func (k ConvKind) String() string {
	if int(k) < len(convKindNames) {
		return convKindNames[k]
	}
	return "kind(" + strconv.Itoa(int(k)) + ")"
}

// Conv names a conversation. It is comparable and can key a map.
type Conv struct {
	Kind ConvKind
	ID   string
}

// Peer returns the one conversation of a and b, in either order; injective, whatever a name holds.
func Peer(a, b UserID) Conv {
	if b < a {
		a, b = b, a
	}
	return Conv{KindPeer, strconv.Itoa(len(a)) + ":" + string(a) + string(b)}
}

// Group returns the group called id; Thread, Room and Call likewise.
func Group(id string) Conv { return Conv{KindGroup, id} }

// Thread returns the thread called id.
func Thread(id string) Conv { return Conv{KindThread, id} }

// Room returns the room called id.
func Room(id string) Conv { return Conv{KindRoom, id} }

// Call returns the call called id.
func Call(id string) Conv { return Conv{KindCall, id} }

// Self returns u's own log.
func Self(u UserID) Conv { return Conv{KindSelf, string(u)} }

// All returns the conversation of everybody online.
func All() Conv { return Conv{Kind: KindAll} }

// IsZero reports whether c names nothing.
func (c Conv) IsZero() bool { return c == Conv{} }

// String returns kind and id, for logs.
func (c Conv) String() string { return c.Kind.String() + ":" + c.ID }

// Peers returns the two of a peer conversation, in the order of their names; "" and "" for any other.
func (c Conv) Peers() (a, b UserID) {
	if c.Kind != KindPeer {
		return "", ""
	}
	length, rest, found := strings.Cut(c.ID, ":")
	n, err := strconv.Atoi(length)
	if !found || err != nil || n < 0 || n > len(rest) {
		return "", ""
	}
	return UserID(rest[:n]), UserID(rest[n:])
}

// Other returns whom u talks to in a peer conversation: u himself where he writes to himself, "" where he is none of the two.
func (c Conv) Other(u UserID) UserID {
	switch a, b := c.Peers(); u {
	case a:
		return b
	case b:
		return a
	}
	return ""
}

// Member reports whether c's name alone says that u belongs to it: a peer's two, a user's own log.
func (c Conv) Member(u UserID) bool {
	switch c.Kind {
	case KindPeer:
		a, b := c.Peers()
		return u == a || u == b
	case KindSelf:
		return c.ID == string(u)
	}
	return false
}

// check refuses a name that no constructor makes from checked ids.
func (c Conv) check() error {
	switch c.Kind {
	case KindPeer:
		a, b := c.Peers()
		if a == "" || b == "" || Peer(a, b) != c {
			return Refuse(Invalid, "not a peer conversation")
		}
		if err := checkID(string(a)); err != nil {
			return err
		}
		return checkID(string(b))
	case KindGroup, KindThread, KindRoom, KindSelf, KindCall:
		return checkID(c.ID)
	case KindAll:
		if c.ID != "" {
			return Refuse(Invalid, "everybody has no id")
		}
		return nil
	}
	return Refuse(Invalid, "unknown kind of conversation")
}

package xmppmap

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"

	"mellium.im/xmpp/jid"

	"dragoman/bridge/chat"
	"dragoman/protocols/xmpp/xmppwire"
)

var noJID jid.JID

// Affiliation returns what a member of a group or room is in MUC's words.
func Affiliation(m chat.Member) string {
	switch {
	case m.Banned:
		return "outcast"
	case m.Role == chat.RoleOwner:
		return "owner"
	case m.Role == chat.RoleAdmin:
		return "admin"
	case m.Role.IsMember():
		return "member"
	}
	return "none"
}

// RoleName returns what an occupant may do, in MUC's words. silent: the member may not speak now.
func RoleName(m chat.Member, silent bool) string {
	switch {
	case m.Role.IsManager():
		return "moderator"
	case silent:
		return "visitor"
	}
	return "participant"
}

// Item says what an occupant is.
type Item struct {
	Affiliation, Role string
	JID               string // "": not told
	Nick              string
	Reason            string
	Actor             string // the nick of who did it
	ActorJID          string // his address; "": not told
}

// Element returns the item in MUC's user or admin namespace.
func (i Item) Element(space string) *xmppwire.Element {
	e := xmppwire.New(space, "item").Set("affiliation", i.Affiliation).SetIf("role", i.Role).SetIf("jid", i.JID).SetIf("nick", i.Nick)
	if i.Actor != "" {
		e.AddNew("actor").Set("nick", i.Actor).SetIf("jid", i.ActorJID)
	}
	if i.Reason != "" {
		e.AddNew("reason").AddText(i.Reason)
	}
	return e
}

// UserX returns the element that goes with an occupant's presence.
func UserX(i Item, codes ...int) *xmppwire.Element {
	x := xmppwire.New(NSMUCUser, "x").Add(i.Element(NSMUCUser))
	for _, c := range codes {
		x.AddNew("status").Set("code", strconv.Itoa(c))
	}
	return x
}

// Destroy returns what an owner's order to end a room tells its occupants: the reason, and where to go instead.
func Destroy(order *xmppwire.Element) *xmppwire.Element {
	e := xmppwire.New(NSMUCUser, "destroy").SetIf("jid", order.Attr("jid"))
	for _, local := range []string{"password", "reason"} {
		if text := order.ChildText(NSMUCOwner, local); text != "" {
			e.AddNew(local).AddText(text)
		}
	}
	return e
}

// OccupantID returns the id by which a user is known in one group or room for ever, which tells nothing of who he is
// [XEP-0421].
func OccupantID(secret []byte, c chat.Conv, u chat.UserID) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte{byte(c.Kind)})
	mac.Write([]byte(c.ID + "\x00" + string(u)))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:24])
}

// Show returns presence in XMPP's words. available is false for who is offline.
func Show(s chat.Show) (show string, available bool) {
	switch s {
	case chat.ShowOffline:
		return "", false
	case chat.ShowChat:
		return "chat", true
	case chat.ShowAway:
		return "away", true
	case chat.ShowXA:
		return "xa", true
	case chat.ShowDND:
		return "dnd", true
	}
	return "", true
}

// ReadShow reads the show of an available presence; an unknown one counts as none.
func ReadShow(s string) chat.Show {
	switch s {
	case "chat":
		return chat.ShowChat
	case "away":
		return chat.ShowAway
	case "xa":
		return chat.ShowXA
	case "dnd":
		return chat.ShowDND
	}
	return chat.ShowOnline
}

package xmppmap

import (
	"encoding/json"
	"strings"

	"dragoman/bridge/chat"
	"dragoman/protocols/xmpp/xmppwire"
)

// ClassicDomain is the domain that the WebIM SDKs of before 2.0 write, wherever their server is [webim 13].
const ClassicDomain = "easemob.com"

// Classic is the XMPP of the WebIM SDKs 1.4 to 1.11, whose bodies are JSON [webim 13]. The map inside it has a Realm.
type Classic struct {
	Map
	Base string // where readers find files: scheme and host
	// Secret returns what a reader must show to open the file of ours called id.
	Secret func(id string) string
}

// conferenceHost is the subdomain of groups and rooms alike.
const conferenceHost = "conference."

// parseRealm reads an address of the classic dialect: `org#app_name@easemob.com`. It is left in the case in which it is
// written; the clients compare them so.
func (m Map) parseRealm(s string) (Address, error) {
	bare, resource, _ := strings.Cut(s, "/")
	local, domain := "", bare
	if i := strings.LastIndexByte(bare, '@'); i >= 0 {
		local, domain = bare[:i], bare[i+1:]
	}
	a := Address{Bare: bare, Resource: resource}
	switch {
	case domain == "":
		return a, chat.Refuse(chat.Invalid, "not a JID")
	case domain == m.Domain && local == "":
		a.Kind = Server
		return a, nil
	case domain == m.GroupsHost() && local == "":
		a.Kind = Groups
		return a, nil
	case domain != m.Domain && domain != m.GroupsHost():
		a.Kind = Foreign
		return a, nil
	}
	prefix := m.Realm + "_"
	if len(local) <= len(prefix) || !strings.EqualFold(local[:len(prefix)], prefix) {
		return a, chat.Refuse(chat.NotFound, "nobody has this address")
	}
	name := local[len(prefix):]
	var err error
	if domain == m.Domain {
		a.Kind = User
		if a.User, err = m.Names.User(name); err == nil {
			a.Bare = m.UserJID(a.User)
		}
		return a, err
	}
	id, err := m.Names.Group(name)
	if err != nil {
		return a, err
	}
	a.Kind, a.Conv = Group, m.Convs(id)
	if a.Conv.Kind == chat.KindRoom {
		a.Kind = Room
	}
	a.Bare = m.ConvJID(a.Conv)
	return a, nil
}

func (m Map) realmJID(name, host string) string { return m.Realm + "_" + name + "@" + host }

// classicPrefix marks a ClientID as one that a classic client made up.
const classicPrefix = "classic:"

// ToDraft returns what a message asks for: a receipt, or what its JSON says. chat.Invalid: it cannot be read.
func (c Classic) ToDraft(in Said) (chat.Draft, error) {
	d := chat.Draft{Conv: in.Conv}
	for _, e := range in.Stanza.Children {
		if state, ok := classicReceipts[e.Local]; ok && e.Space == NSReceipts {
			id, err := chat.ParseEventID(e.Attr("id"))
			if err != nil {
				return d, chat.RefuseFor(chat.NoMessage, "the receipt names no message")
			}
			d.Body = chat.Receipt{State: state, Messages: []chat.Ref{{ID: id}}}
			return d, nil
		}
	}
	text, _ := in.Stanza.Body()
	m, err := c.read(text)
	if err != nil {
		return d, err
	}
	if id := in.Stanza.ID; id != "" && len(id) <= maxUnique {
		d.ClientID = classicPrefix + id
	}
	d.Body = m
	if typing, ok := classicTyping(m); ok {
		d.Body = typing
	}
	return d, nil
}

// The elements of receipts.
var classicReceipts = map[string]chat.ReceiptState{"delivery": chat.Delivered, "acked": chat.Read}

// The commands by which applications tell that their user writes.
const (
	classicTypingBegin = "TypingBegin"
	classicTypingEnd   = "TypingEnd"
)

func classicTyping(m chat.Message) (chat.Typing, bool) {
	command, ok := m.Content.(chat.Command)
	_, tagged := m.Ext[classicOrigin]
	if !ok || len(command.Params) > 0 || len(m.Ext) > 1 || len(m.Ext) == 1 && !tagged {
		return chat.Typing{}, false
	}
	return chat.Typing{Active: command.Name == classicTypingBegin},
		command.Name == classicTypingBegin || command.Name == classicTypingEnd
}

// classicOrigin is the field that these SDKs add to every message.
const classicOrigin = "weichat"

// FromEvent returns the stanzas that tell reader of an event, without addressee; none where these clients have no form for
// it [webim 13]. d may be nil where it is of no group or room.
func (c Classic) FromEvent(rec chat.Record, reader chat.UserID, d *chat.Details) ([]xmppwire.Stanza, error) {
	ev := rec.Event
	switch b := ev.Body.(type) {
	case chat.Message:
		return c.message(ev, reader, b)
	case chat.Typing:
		action := classicTypingEnd
		if b.Active {
			action = classicTypingBegin
		}
		return c.message(ev, reader, chat.Message{Content: chat.Command{Name: action}})
	case chat.Receipt:
		return c.receipts(ev, reader, b), nil
	case chat.Membership:
		return c.membership(ev, reader, b, d), nil
	case chat.Lifecycle:
		return c.lifecycle(ev, reader, b), nil
	}
	return nil, nil // see docs/protocols/xmpp.md: these clients have no recall, edit, reaction or notice of settings
}

func (c Classic) message(ev *chat.Event, reader chat.UserID, m chat.Message) ([]xmppwire.Stanza, error) {
	if _, recalled := m.Content.(chat.Recalled); recalled {
		return nil, nil
	}
	to := c.convName(ev.Conv, ev.Conv.Other(ev.From))
	text, err := json.Marshal(classicBody{From: c.userName(ev.From), To: to, Bodies: []classicPart{c.part(m.Content)}, Ext: writeValues(m.Ext)})
	if err != nil {
		return nil, err
	}
	st := xmppwire.Message(classicType(ev.Conv), xmppwire.TextElement(xmppwire.NSClient, "body", string(text)))
	st.ID, st.From = ev.ID.String(), c.sender(ev)
	if ev.Conv.Kind == chat.KindRoom {
		st.Add(classicRoomType())
	}
	return []xmppwire.Stanza{st}, nil
}

// receipts tells the author of messages that they arrived, or were read; of "all of this conversation" without a message
// these clients know nothing.
func (c Classic) receipts(ev *chat.Event, reader chat.UserID, b chat.Receipt) []xmppwire.Stanza {
	if ev.From == reader || ev.Conv.Kind != chat.KindPeer {
		return nil
	}
	local := "delivery"
	if b.State == chat.Read {
		local = "acked"
	}
	refs := b.Messages
	if len(refs) == 0 && !b.Through.IsZero() {
		refs = []chat.Ref{b.Through}
	}
	var out []xmppwire.Stanza
	for _, ref := range refs {
		id := ref.ID.String()
		st := xmppwire.Message("chat", xmppwire.TextElement(xmppwire.NSClient, "body", id), xmppwire.New(NSReceipts, local).Set("id", id))
		st.ID, st.From = ev.ID.String(), c.sender(ev)
		out = append(out, st)
	}
	return out
}

// Received is the server's receipt for a message of the client's: by clientID it knows it, by id everybody else does.
func (c Classic) Received(clientID string, id chat.EventID) xmppwire.Stanza {
	st := xmppwire.Message("", xmppwire.TextElement(xmppwire.NSClient, "body", clientID),
		xmppwire.TextElement(NSReceipts, "received", clientID).Set("mid", id.String()))
	st.From = c.Domain
	return st
}

// classicCodes are the numbers by which these clients know conditions [XEP-0086].
var classicCodes = map[string]string{"bad-request": "400", "conflict": "409", "feature-not-implemented": "501", "forbidden": "403",
	"gone": "302", "internal-server-error": "500", "item-not-found": "404", "jid-malformed": "400", "not-acceptable": "406",
	"not-allowed": "405", "not-authorized": "401", "policy-violation": "403", "registration-required": "407",
	"remote-server-not-found": "404", "resource-constraint": "500", "service-unavailable": "503", "subscription-required": "407"}

// Numbered gives a refusal the number that these clients read.
func Numbered(e *xmppwire.Element) *xmppwire.Element {
	for condition := range e.Children() {
		if code := classicCodes[condition.Local]; code != "" {
			e.Set("code", code)
		}
	}
	return e
}

// UserMuted marks the refusal of a message by a member who may not speak: the clients have an event of its own for it.
func UserMuted() *xmppwire.Element { return xmppwire.New("easemob:x:muted", "user-muted") }

func classicRoomType() *xmppwire.Element {
	return xmppwire.New("easemob:x:roomtype", "roomtype").Set("type", "chatroom")
}

func classicType(conv chat.Conv) string {
	if conv.Kind == chat.KindPeer {
		return "chat"
	}
	return "groupchat"
}

// sender is the address of whoever made an event: in a group or room, his there.
func (c Classic) sender(ev *chat.Event) string {
	if ev.Conv.Kind == chat.KindPeer {
		if ev.Source == chat.Server {
			return c.UserJID(ev.From)
		}
		return c.DeviceJID(ev.From, ev.Device)
	}
	return c.ConvJID(ev.Conv) + "/" + c.userName(ev.From)
}

func (c Classic) userName(u chat.UserID) string {
	name, err := c.Names.UserName(u)
	if err != nil {
		return string(u) // nothing is lost for want of a better name
	}
	return name
}

// convName is how the JSON of a message says where it was said.
func (c Classic) convName(conv chat.Conv, peer chat.UserID) string {
	if conv.Kind == chat.KindPeer {
		return c.userName(peer)
	}
	name, err := c.Names.GroupName(conv.ID)
	if err != nil {
		return conv.ID
	}
	return name
}

package xmppmap

import (
	"strings"

	"mellium.im/xmpp/jid"

	"dragoman/bridge/chat"
	"dragoman/mapping/names"
)

// Links turns files into addresses and back.
type Links interface {
	// URL returns where a client can fetch the file; "" if it cannot.
	URL(f chat.FileRef) string
	// File returns the file of ours that a URL leads to.
	File(url string) (chat.FileRef, bool)
}

// Trunk is the trunk that speaks for users of other XMPP servers: their ids are "xmpp/" and their address.
const Trunk = "xmpp"

// Map translates for one domain.
type Map struct {
	Domain string
	Names  names.Reader
	Links  Links
	// Reach says that users of other domains can be reached, through a trunk.
	Reach bool
	// Convs makes this the map of a component, which has one domain for all: a localpart that begins with # is a group or
	// room, and Convs says which of the two an id is. nil: groups and rooms have domains of their own.
	Convs func(id string) chat.Conv
	// Gate is the map of the component beside which this one serves the gateway's own clients, nil without one. They know
	// its addresses as names of the same people, and have one there for a foreign user whose own address means somebody else
	// here.
	Gate *Map
	// Realm makes this the map of the classic WebIM dialect: "org#app" stands before every name, and groups and rooms share
	// one subdomain; Convs says which of the two an id is. "": it is none.
	Realm string
}

// Kind is what an address names.
type Kind uint8

// The kinds of address. The services are subdomains of the gateway's domain.
const (
	Server  Kind = iota // the domain itself
	User                // name@domain
	Groups              // groups.domain
	Rooms               // rooms.domain
	Upload              // upload.domain
	Group               // id@groups.domain
	Room                // id@rooms.domain
	Foreign             // of another domain
)

// The subdomains.
const (
	groupsHost = "groups."
	roomsHost  = "rooms."
	uploadHost = "upload."
)

// Address is a JID, read.
type Address struct {
	Kind     Kind
	User     chat.UserID // of a User
	Conv     chat.Conv   // of a Group or Room
	Bare     string      // without the resource
	Resource string      // "": none
}

// Full returns the address with its resource.
func (a Address) Full() string {
	if a.Resource == "" {
		return a.Bare
	}
	return a.Bare + "/" + a.Resource
}

// GroupsHost returns the domain of the groups; RoomsHost and UploadHost likewise.
func (m Map) GroupsHost() string {
	if m.Realm != "" {
		return conferenceHost + m.Domain
	}
	return groupsHost + m.Domain
}

// RoomsHost returns the domain of the rooms.
func (m Map) RoomsHost() string {
	if m.Realm != "" {
		return conferenceHost + m.Domain
	}
	return roomsHost + m.Domain
}

// UploadHost returns the domain of the upload service.
func (m Map) UploadHost() string { return uploadHost + m.Domain }

// Parse reads a JID in whatever case and width it was written. chat.Invalid: it is none. chat.NotFound: nobody here can have
// that address.
func (m Map) Parse(s string) (Address, error) {
	if m.Realm != "" {
		return m.parseRealm(s)
	}
	local, domain, resource, plain := splitPlain(s)
	if !plain {
		j, err := jid.Parse(s)
		if err != nil {
			return Address{}, chat.Refuse(chat.Invalid, "not a JID")
		}
		local, domain, resource = j.Localpart(), j.Domainpart(), j.Resourcepart()
		s = j.Bare().String()
	} else if resource != "" {
		s = s[:len(s)-len(resource)-1]
	}
	a := Address{Bare: s, Resource: resource}
	switch {
	case domain == m.Domain && m.Convs != nil:
		return m.parseLocal(a, local)
	case m.Gate != nil && domain == m.Gate.Domain:
		return m.parseGate(a, local)
	}
	sub, ours := strings.CutSuffix(domain, m.Domain)
	switch {
	case m.Reach && local != "" && (!ours || sub != "" && sub != groupsHost && sub != roomsHost && sub != uploadHost):
		a.Kind, a.User = User, chat.Foreign(Trunk, s)
		return a, nil
	case m.Convs != nil, !ours, sub != "" && sub != groupsHost && sub != roomsHost && sub != uploadHost:
		a.Kind = Foreign
		return a, nil
	case local == "":
		a.Kind = map[string]Kind{"": Server, groupsHost: Groups, roomsHost: Rooms, uploadHost: Upload}[sub]
		return a, nil
	}
	var err error
	switch sub {
	case "":
		a.Kind = User
		a.User, err = m.Names.User(local)
	case groupsHost, roomsHost:
		var id string
		id, err = m.Names.Group(local)
		a.Kind, a.Conv = Group, chat.Group(id)
		if sub == roomsHost {
			a.Kind, a.Conv = Room, chat.Room(id)
		}
	default:
		return a, chat.Refuse(chat.NotFound, "nobody has this address")
	}
	return a, err
}

const (
	// convMark begins the localpart of a group or room in a component's one domain.
	convMark = "#"
	// hashEscape stands for that character at the start of a user's.
	hashEscape = `\23`
)

// parseLocal reads a localpart of a component's one domain.
func (m Map) parseLocal(a Address, local string) (Address, error) {
	if local == "" {
		a.Kind = Server
		return a, nil
	}
	if id, ok := strings.CutPrefix(local, convMark); ok {
		group, err := m.Names.Group(id)
		a.Kind, a.Conv = Group, m.Convs(group)
		if a.Conv.Kind == chat.KindRoom {
			a.Kind = Room
		}
		return a, err
	}
	if rest, ok := strings.CutPrefix(local, hashEscape); ok {
		local = convMark + rest
	}
	var err error
	a.Kind = User
	a.User, err = m.Names.User(local)
	return a, err
}

// parseGate reads a localpart of the component's domain for a client of ours.
func (m Map) parseGate(a Address, local string) (Address, error) {
	if id, err := names.FromLocalpart(local); err == nil {
		if u := chat.UserID(id); m.isNamesake(u) {
			a.Kind, a.User = User, u
			return a, nil
		}
	}
	return m.Gate.parseLocal(a, local)
}

// isNamesake reports whether u is a foreign user whose address would be taken for somebody's here.
func (m Map) isNamesake(u chat.UserID) bool {
	trunk, address := u.Trunk()
	if trunk != Trunk || m.Gate == nil {
		return false
	}
	_, domain, _ := strings.Cut(address, "@")
	sub, ours := strings.CutSuffix(domain, m.Domain)
	return ours && (sub == "" || sub == groupsHost || sub == roomsHost || sub == uploadHost)
}

// As returns how other writes the address that s is here; s itself where it is none.
func (m Map) As(other Map, s string) string {
	a, err := m.Parse(s)
	if err != nil {
		return s
	}
	switch a.Kind {
	case Server:
		a.Bare = other.Domain
	case User:
		a.Bare = other.UserJID(a.User)
	case Group, Room:
		a.Bare = other.ConvJID(a.Conv)
	}
	return a.Full()
}

// splitPlain splits a JID of characters that no preparation changes, which is nearly every one.
func splitPlain(s string) (local, domain, resource string, ok bool) {
	rest, resource, hasResource := strings.Cut(s, "/")
	local, domain, hasLocal := strings.Cut(rest, "@")
	if !hasLocal {
		local, domain = "", rest
	}
	if domain == "" || hasLocal && local == "" || hasResource && resource == "" || len(resource) > 1023 {
		return "", "", "", false
	}
	for i := range len(rest) {
		switch c := rest[i]; {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '.':
		case i < len(local) && c == '_', i == len(local) && c == '@':
		default:
			return "", "", "", false
		}
	}
	if domain[len(domain)-1] == '.' || len(local) > 1023 {
		return "", "", "", false
	}
	for i := range len(resource) {
		if c := resource[i]; c <= ' ' || c >= 0x7f {
			return "", "", "", false
		}
	}
	return local, domain, resource, true
}

// UserJID returns u's bare address.
func (m Map) UserJID(u chat.UserID) string {
	if m.isNamesake(u) {
		return names.Localpart(string(u)) + "@" + m.Gate.Domain
	}
	if trunk, address := u.Trunk(); trunk == Trunk && m.Realm == "" {
		return address
	}
	local, err := m.Names.UserName(u)
	if err != nil { // no rule of this protocol can fail; the id itself is never a wrong address
		local = names.Localpart(string(u))
	}
	if m.Realm != "" {
		return m.realmJID(local, m.Domain)
	}
	if rest, ok := strings.CutPrefix(local, convMark); ok && m.Convs != nil {
		local = hashEscape + rest
	}
	return local + "@" + m.Domain
}

// devicePrefix keeps our resources apart from other protocols' devices.
const devicePrefix = "xmpp/"

// Device returns the device that binds a resource.
func Device(resource string) chat.DeviceID { return chat.DeviceID(devicePrefix + resource) }

// Resource returns the resource under which a device is seen: its own, if it is one of XMPP's. own reports that.
func Resource(d chat.DeviceID) (resource string, own bool) {
	if r, ok := strings.CutPrefix(string(d), devicePrefix); ok {
		return r, true
	}
	return Nick(string(d)), false
}

// DeviceJID returns the full address of u's device; the bare one where the device is unknown.
func (m Map) DeviceJID(u chat.UserID, d chat.DeviceID) string {
	resource, _ := Resource(d)
	if d == "" || resource == "" {
		return m.UserJID(u)
	}
	return m.UserJID(u) + "/" + resource
}

// ConvJID returns the bare address of a group or room.
func (m Map) ConvJID(c chat.Conv) string {
	local, err := m.Names.GroupName(c.ID)
	if err != nil {
		local = names.Localpart(c.ID)
	}
	if m.Realm != "" {
		return m.realmJID(local, m.GroupsHost())
	}
	if m.Convs != nil {
		return convMark + local + "@" + m.Domain
	}
	if c.Kind == chat.KindRoom {
		return local + "@" + m.RoomsHost()
	}
	return local + "@" + m.GroupsHost()
}

// maxNick bounds what we make of other protocols' names; a resource may have 1,023 bytes.
const maxNick = 200

// Nick returns s as something that can stand behind the slash: prepared as a resource, "?" if nothing is left of it.
func Nick(s string) string {
	if _, _, _, plain := splitPlain("a/" + s); plain && len(s) <= maxNick {
		return s
	}
	if j, err := jid.New("", "a", s); err == nil && s != "" && len(s) <= maxNick {
		return j.Resourcepart()
	}
	clean := strings.Map(func(r rune) rune {
		if _, err := jid.New("", "a", string(r)); err != nil {
			return '_'
		}
		return r
	}, s)
	for len(clean) > maxNick {
		clean = clean[:len(clean)-1]
	}
	clean = strings.TrimSpace(strings.ToValidUTF8(clean, ""))
	j, err := jid.New("", "a", clean)
	if err != nil || clean == "" {
		return "?"
	}
	return j.Resourcepart()
}

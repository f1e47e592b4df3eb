package console

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"dragoman/bridge"
	"dragoman/bridge/account"
	"dragoman/bridge/chat"
	"dragoman/bridge/store"
)

const (
	// maxListed is how many lines one answer has.
	maxListed = 100
	// maxScanned is how many names a search looks at, for those that hold a text somewhere.
	maxScanned = 5000
	// maxSessions is how many sessions are listed; there may be more, and the numbers count them all.
	maxSessions = 500
)

type sessionLine struct {
	User     string    `json:"user"`
	Device   string    `json:"device"`
	Protocol string    `json:"protocol"`
	Platform string    `json:"platform,omitempty"`
	Address  string    `json:"address,omitempty"`
	Since    time.Time `json:"since"`
	Lag      int       `json:"lag"`
	Status   string    `json:"status,omitempty"`
	BytesIn  int64     `json:"bytesIn,omitempty"`
	BytesOut int64     `json:"bytesOut,omitempty"`
}

type sessionPage struct {
	Sessions []sessionLine `json:"sessions"`
	Total    int           `json:"total"`
}

func lineOf(s bridge.Session) sessionLine {
	line := sessionLine{User: string(s.User), Device: string(s.Device), Protocol: s.Protocol, Platform: s.Platform, Address: s.Address,
		Since: s.Since, Lag: s.Lag, Status: s.Presence.Status}
	if s.Traffic != nil {
		line.BytesIn, line.BytesOut = s.Traffic.Bytes()
	}
	return line
}

// sessionList returns the open sessions, the slowest first, then the newest.
func (c *Console) sessionList() sessionPage {
	open := c.host.Router.Sessions("")
	slices.SortFunc(open, func(a, b bridge.Session) int {
		return cmp.Or(cmp.Compare(b.Lag, a.Lag), b.Since.Compare(a.Since), cmp.Compare(a.User, b.User))
	})
	page := sessionPage{Total: len(open), Sessions: []sessionLine{}}
	for _, s := range open[:min(len(open), maxSessions)] {
		page.Sessions = append(page.Sessions, lineOf(s))
	}
	return page
}

func (c *Console) sessions(*http.Request, Operator) (any, error) { return c.sessionList(), nil }

func (c *Console) overview(r *http.Request, _ Operator) (any, error) {
	stats, err := c.host.Store.Stats(r.Context())
	if err != nil {
		return nil, err
	}
	return map[string]any{"pulse": c.now(), "peers": stats.Peers, "groups": stats.Groups, "threads": stats.Threads, "rooms": stats.Rooms,
		"events": stats.Events, "bytes": stats.Bytes, "started": c.opts.Started, "version": c.host.Version}, nil
}

type userLine struct {
	ID       string    `json:"id"`
	Created  time.Time `json:"created"`
	Disabled bool      `json:"disabled,omitempty"`
	Online   int       `json:"online"`
}

// users lists accounts by name, or those whose name holds a text.
func (c *Console) users(r *http.Request, _ Operator) (any, error) {
	query := r.URL.Query()
	wanted := strings.ToLower(query.Get("q"))
	after := chat.UserID(query.Get("after"))
	lines, more := []userLine{}, false
	for scanned := 0; scanned < maxScanned && !more; {
		page, err := c.host.Accounts.List(r.Context(), after, maxListed)
		if err != nil {
			return nil, err
		}
		for _, a := range page {
			if !strings.Contains(strings.ToLower(string(a.ID)), wanted) {
				after = a.ID
				continue
			}
			if more = len(lines) == maxListed; more {
				break
			}
			after = a.ID
			lines = append(lines, c.userLine(a))
		}
		if scanned += len(page); len(page) < maxListed {
			break
		}
	}
	next := ""
	if more {
		next = string(after)
	}
	return map[string]any{"users": lines, "next": next}, nil
}

func (c *Console) userLine(a account.Account) userLine {
	return userLine{ID: string(a.ID), Created: a.Created, Disabled: a.Disabled, Online: len(c.host.Router.Sessions(a.ID))}
}

// user tells all that stands about one account.
func (c *Console) user(r *http.Request, _ Operator) (any, error) {
	ctx, id := r.Context(), chat.UserID(r.URL.Query().Get("id"))
	a, err := c.host.Accounts.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	places := []convLine{}
	for _, kind := range []chat.ConvKind{chat.KindGroup, chat.KindRoom} {
		joined, err := c.host.Store.Joined(ctx, id, kind, maxListed, "")
		if err != nil {
			return nil, err
		}
		for _, j := range joined {
			places = append(places, c.convLine(j.Details))
		}
	}
	own, err := c.host.Store.Conversations(ctx, id, store.ConvQuery{Kinds: []chat.ConvKind{chat.KindPeer}, Limit: maxListed})
	if err != nil {
		return nil, err
	}
	peers := []string{}
	for _, p := range own {
		peers = append(peers, string(p.Conv.Other(id)))
	}
	open := []sessionLine{}
	for _, s := range c.host.Router.Sessions(id) {
		open = append(open, lineOf(s))
	}
	return map[string]any{"user": c.userLine(a), "uuid": a.UUID, "sessions": open, "places": places, "peers": peers}, nil
}

type convLine struct {
	Place   string    `json:"place"`
	Name    string    `json:"name"`
	Owner   string    `json:"owner"`
	Members int       `json:"members"`
	Inside  int       `json:"inside,omitempty"` // of a room: devices in it now
	Created time.Time `json:"created"`
	Public  bool      `json:"public"`
	LastSeq int64     `json:"lastSeq"`
}

func (c *Console) convLine(d chat.Details) convLine {
	return convLine{Place: d.Conv.String(), Name: d.Name, Owner: string(d.Owner), Members: d.Count, Inside: len(c.host.Router.Occupants(d.Conv)),
		Created: d.Created, Public: d.Public, LastSeq: int64(d.LastSeq)}
}

// convs lists groups or rooms by id, or those whose id or name holds a text.
func (c *Console) convs(r *http.Request, _ Operator) (any, error) {
	query := r.URL.Query()
	kind := chat.KindGroup
	if query.Get("kind") == "room" {
		kind = chat.KindRoom
	}
	wanted, after := strings.ToLower(query.Get("q")), query.Get("after")
	lines, more := []convLine{}, false
	for scanned := 0; scanned < maxScanned && !more; {
		page, err := c.host.Store.ListConvs(r.Context(), kind, false, maxListed, after)
		if err != nil {
			return nil, err
		}
		for _, d := range page {
			matches := strings.Contains(strings.ToLower(d.Conv.ID+" "+d.Name), wanted)
			if more = matches && len(lines) == maxListed; more {
				break
			}
			after = d.Conv.ID
			if matches {
				lines = append(lines, c.convLine(d))
			}
		}
		if scanned += len(page); len(page) < maxListed {
			break
		}
	}
	if !more {
		after = ""
	}
	return map[string]any{"convs": lines, "next": after}, nil
}

type memberLine struct {
	User   string `json:"user"`
	Role   string `json:"role"`
	Nick   string `json:"nick,omitempty"`
	Muted  bool   `json:"muted,omitempty"`
	Online int    `json:"online"`
}

var roleNames = map[chat.Role]string{chat.RoleOwner: "owner", chat.RoleAdmin: "admin", chat.RoleMember: "member", chat.RoleNone: "guest"}

// conv tells what stands about a group or a room, and who is in it.
func (c *Console) conv(r *http.Request, _ Operator) (any, error) {
	ctx := r.Context()
	conv, err := parsePlace(r.URL.Query().Get("place"))
	if err != nil {
		return nil, err
	}
	if conv.Kind == chat.KindPeer {
		a, b := conv.Peers()
		return map[string]any{"conv": convLine{Place: placeOf(conv), Name: string(a) + " and " + string(b)}, "members": []memberLine{}}, nil
	}
	d, err := c.host.Store.Details(ctx, conv)
	if err != nil {
		return nil, err
	}
	page, _, err := c.host.Store.Members(ctx, conv, store.MemberQuery{Limit: maxListed})
	if err != nil {
		return nil, err
	}
	members := []memberLine{}
	for _, m := range page {
		members = append(members, memberLine{User: string(m.User), Role: cmp.Or(roleNames[m.Role], "member"), Nick: m.Nick,
			Muted: m.IsMuted(c.host.Now()), Online: len(c.host.Router.Sessions(m.User))})
	}
	inside := []sessionLine{}
	for _, o := range c.host.Router.Occupants(conv) {
		inside = append(inside, sessionLine{User: string(o.User), Device: string(o.Device), Protocol: o.Protocol})
	}
	return map[string]any{"conv": c.convLine(d), "description": d.Description, "notice": d.Notice, "members": members, "inside": inside}, nil
}

// parsePlace reads a conversation as the console writes it: group:ID, room:ID or peer:A:B. No name of a person holds a
// slash, so that is what parts two.
func parsePlace(text string) (chat.Conv, error) {
	kind, id, _ := strings.Cut(text, ":")
	switch {
	case id == "":
	case kind == "group":
		return chat.Group(id), nil
	case kind == "room":
		return chat.Room(id), nil
	case kind == "thread":
		return chat.Thread(id), nil
	case kind == "peer":
		if a, b, ok := strings.Cut(id, "/"); ok && a != "" && b != "" {
			return chat.Peer(chat.UserID(a), chat.UserID(b)), nil
		}
	}
	return chat.Conv{}, chat.Refuse(chat.Invalid, "no such kind of conversation")
}

// placeOf is the reverse of parsePlace.
func placeOf(c chat.Conv) string {
	if c.Kind == chat.KindPeer {
		a, b := c.Peers()
		return "peer:" + string(a) + "/" + string(b)
	}
	return c.String()
}

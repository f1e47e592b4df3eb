package xmppmap

import (
	"slices"

	"dragoman/bridge/chat"
	"dragoman/protocols/xmpp/xmppwire"
)

// notice is a presence by which the classic clients learn what happens in a group or room: from it, or from one of those
// in it, about what x holds.
func (c Classic) notice(ev *chat.Event, typ string, of chat.UserID, inside ...*xmppwire.Element) xmppwire.Stanza {
	st := xmppwire.Presence(typ, xmppwire.New(NSMUCUser, "x").Add(inside...))
	st.ID, st.From = ev.ID.String(), c.ConvJID(ev.Conv)
	if of != "" {
		st.From += "/" + c.userName(of)
	}
	if ev.Conv.Kind == chat.KindRoom {
		st.Add(classicRoomType())
	}
	return st
}

func classicItem(affiliation, role string) *xmppwire.Element {
	return xmppwire.New(NSMUCUser, "item").Set("affiliation", affiliation).Set("role", role)
}

func classicStatus(code string) *xmppwire.Element {
	return xmppwire.New(NSMUCUser, "status").Set("code", code)
}

// Entered is the answer to entering a room, or to joining a group: the clients know by it that they are in.
func (c Classic) Entered(conv chat.Conv, nick string) xmppwire.Stanza {
	x := xmppwire.New(NSMUCUser, "x")
	st := xmppwire.Presence("", x)
	st.From = c.ConvJID(conv) + "/" + nick
	if conv.Kind == chat.KindRoom {
		st.Add(classicRoomType())
	} else {
		x.Add(xmppwire.New(NSMUCUser, "accept"))
	}
	return st
}

// Made is the answer to entering a group that did not exist.
func (c Classic) Made(conv chat.Conv, nick string) xmppwire.Stanza {
	x := xmppwire.New(NSMUCUser, "x").Add(classicItem("owner", "moderator"), classicStatus("201"))
	st := xmppwire.Presence("", x)
	st.From = c.ConvJID(conv) + "/" + nick
	return st
}

// Left is the answer to leaving.
func (c Classic) Left(conv chat.Conv, nick string) xmppwire.Stanza {
	st := c.Entered(conv, nick)
	st.Type = "unavailable"
	st.Children[0] = xmppwire.New(NSMUCUser, "x").Add(classicItem("none", "none"))
	return st
}

func (c Classic) membership(ev *chat.Event, reader chat.UserID, b chat.Membership, d *chat.Details) []xmppwire.Stanza {
	mine := slices.Contains(b.Users, reader)
	switch b.Change {
	case chat.ChangeJoin:
		return c.came(ev, reader, b.Users)
	case chat.ChangeAdd, chat.ChangeInvite:
		switch {
		case mine:
			return []xmppwire.Stanza{c.invitation(ev, b.Reason)}
		case b.Change == chat.ChangeAdd:
			return c.came(ev, reader, b.Users)
		}
	case chat.ChangeInviteAccept:
		return c.came(ev, reader, []chat.UserID{ev.From})
	case chat.ChangeLeave:
		return c.went(ev, reader, b.Users)
	case chat.ChangeKick, chat.ChangeBan:
		return c.expelled(ev, b)
	case chat.ChangeApply:
		return c.applied(ev, reader, b, d)
	case chat.ChangeApplyAccept:
		if mine {
			return []xmppwire.Stanza{c.notice(ev, "", "", xmppwire.New(NSMUCUser, "accept"))}
		}
		return c.came(ev, reader, b.Users)
	case chat.ChangeApplyDecline:
		if mine {
			decline := xmppwire.New(NSMUCUser, "decline").Set("from", c.UserJID(ev.From)).Set("fromNick", c.convName(ev.Conv, ""))
			return []xmppwire.Stanza{c.notice(ev, "", "", withReason(decline, b.Reason))}
		}
	default:
		if local := standingOf(b); local != "" && (mine || ev.From == reader) {
			change := xmppwire.New(NSMUCUser, local).Set("mucjid", c.ConvJID(ev.Conv)).Set("from", c.UserJID(ev.From))
			return []xmppwire.Stanza{c.notice(ev, "", "", change)}
		}
	}
	return nil
}

// standingOf is the element for a change of what members may do; "": there is none.
func standingOf(b chat.Membership) string {
	switch {
	case b.Change == chat.ChangeMute:
		return "add_mute"
	case b.Change == chat.ChangeUnmute:
		return "remove_mute"
	case b.Change == chat.ChangeRole && b.Role == chat.RoleAdmin:
		return "add_admin"
	case b.Change == chat.ChangeRole && b.Role == chat.RoleMember:
		return "remove_admin"
	}
	return ""
}

func (c Classic) came(ev *chat.Event, reader chat.UserID, users []chat.UserID) []xmppwire.Stanza {
	var out []xmppwire.Stanza
	for _, u := range users {
		if u != reader {
			out = append(out, c.notice(ev, "", u, classicItem("member", "participant")))
		}
	}
	return out
}

func (c Classic) went(ev *chat.Event, reader chat.UserID, users []chat.UserID) []xmppwire.Stanza {
	var out []xmppwire.Stanza
	for _, u := range users {
		gone := []*xmppwire.Element{classicItem("none", "none")}
		if ev.Conv.Kind != chat.KindRoom {
			gone = append(gone, classicStatus("321"))
		}
		if u != reader || ev.Conv.Kind != chat.KindRoom {
			out = append(out, c.notice(ev, "unavailable", u, gone...))
		}
	}
	return out
}

// expelled tells of members who were put out: the clients tell by nick that it was not by themselves.
func (c Classic) expelled(ev *chat.Event, b chat.Membership) []xmppwire.Stanza {
	affiliation := "none"
	if b.Change == chat.ChangeBan {
		affiliation = "outcast"
	}
	var out []xmppwire.Stanza
	for _, u := range b.Users {
		item := withReason(classicItem(affiliation, "none").Set("jid", c.UserJID(u)), b.Reason)
		item.AddNew("actor").Set("nick", c.userName(ev.From))
		st := c.notice(ev, "unavailable", u, item, classicStatus("307"))
		st.Attrs = append(st.Attrs, xmppwire.Attr{Name: xmppwire.Name{Local: "nick"}, Value: c.userName(u)})
		out = append(out, st)
	}
	return out
}

func (c Classic) applied(ev *chat.Event, reader chat.UserID, b chat.Membership, d *chat.Details) []xmppwire.Stanza {
	if ev.From == reader {
		return nil
	}
	apply := xmppwire.New(NSMUCUser, "apply").Set("from", c.UserJID(ev.From)).Set("to", c.ConvJID(ev.Conv))
	if d != nil {
		apply.Set("toNick", d.Name)
	}
	st := c.notice(ev, "", "", withReason(apply, b.Reason))
	st.From = c.UserJID(ev.From)
	return []xmppwire.Stanza{st}
}

// invitation tells the reader that somebody wants him in a group, or has put him in.
func (c Classic) invitation(ev *chat.Event, reason string) xmppwire.Stanza {
	invite := xmppwire.New(NSMUCUser, "invite").Set("from", c.UserJID(ev.From))
	invite.AddNew("reason").AddText(reason) // the clients read it unseen
	st := xmppwire.Message("", xmppwire.New(NSMUCUser, "x").Add(invite), xmppwire.New(NSConference, "x").Set("jid", c.ConvJID(ev.Conv)))
	st.ID, st.From = ev.ID.String(), c.ConvJID(ev.Conv)
	return st
}

func (c Classic) lifecycle(ev *chat.Event, reader chat.UserID, b chat.Lifecycle) []xmppwire.Stanza {
	switch {
	case ev.Conv.Kind == chat.KindThread:
		return nil
	case !b.Created:
		end := xmppwire.New(NSMUCUser, "destroy")
		end.AddNew("reason")
		st := c.notice(ev, "unavailable", reader, classicItem("none", "none"), end)
		st.Children = st.Children[:1] // without the mark of rooms: so the clients know an end from a leaving
		return []xmppwire.Stanza{st}
	case ev.From == reader:
		return []xmppwire.Stanza{c.Made(ev.Conv, c.userName(reader))}
	case ev.Conv.Kind == chat.KindRoom:
		return nil // one is in a room after entering it
	}
	return []xmppwire.Stanza{c.invitation(ev, "")}
}

func withReason(e *xmppwire.Element, reason string) *xmppwire.Element {
	if reason != "" {
		e.AddNew("reason").AddText(reason)
	}
	return e
}

package bridge

import "dragoman/bridge/chat"

// membership is Policy.Allow for changes of who is in a group, thread or room and what he may.
func (p Policy) membership(a Actor, d chat.Draft, b chat.Membership, s chat.Snapshot) error {
	server := a.Source == chat.Server
	self := len(b.Users) == 1 && b.Users[0] == a.User
	switch b.Change {
	case chat.ChangeJoin:
		if !self {
			return chat.Refuse(chat.Invalid, "one joins by oneself")
		}
		return p.join(d, s, server)
	case chat.ChangeLeave:
		if !self {
			return chat.Refuse(chat.Invalid, "one leaves by oneself")
		}
		return memberOf(d, s)
	case chat.ChangeAdd, chat.ChangeInvite:
		return p.bring(d, b, s, server)
	case chat.ChangeApply:
		return p.apply(s, self)
	case chat.ChangeInviteAccept, chat.ChangeInviteDecline:
		if !s.Me.Invited {
			return chat.Refuse(chat.NotFound, "you have no invitation")
		}
		if b.Change == chat.ChangeInviteAccept {
			return p.room(s, 1)
		}
		return nil
	case chat.ChangeNick:
		if self {
			return memberOf(d, s)
		}
		return rank(b.Users, s, server)
	case chat.ChangeRole, chat.ChangeOwner:
		return role(b, s, server)
	case chat.ChangeApplyAccept:
		if err := p.room(s, len(b.Users)); err != nil {
			return err
		}
		return applicants(b.Users, s, server)
	case chat.ChangeApplyDecline:
		return applicants(b.Users, s, server)
	case chat.ChangeKick:
		if d.Conv.Kind != chat.KindRoom {
			for _, u := range b.Users {
				if !s.Members[u].Role.IsMember() {
					return chat.RefuseFor(chat.NotMember, string(u)+" is not a member")
				}
			}
		}
		return rank(b.Users, s, server)
	case chat.ChangeUnmute:
		if self && !server && s.Me.Role != chat.RoleOwner {
			return chat.RefuseFor(chat.NoRight, "another manager lets you speak again")
		}
		return rank(b.Users, s, server)
	case chat.ChangeBan, chat.ChangeUnban, chat.ChangeMute, chat.ChangeAllow, chat.ChangeDisallow:
		return rank(b.Users, s, server)
	}
	return chat.Refuse(chat.Unsupported, "unknown change of membership")
}

func (p Policy) join(d chat.Draft, s chat.Snapshot, server bool) error {
	switch {
	case s.Me.Banned:
		return chat.RefuseFor(chat.Banned, "you are banned here")
	case d.Conv.Kind == chat.KindRoom && s.Me.Role.IsMember():
		return nil
	case d.Conv.Kind != chat.KindRoom && s.Me.Role.IsMember():
		return chat.RefuseFor(chat.AlreadyMember, "you are a member already")
	case server || s.Me.Invited:
	case s.Details.Join == chat.ModeAsk:
		return chat.RefuseFor(chat.NeedsApply, "joining takes an application")
	case s.Details.Join == chat.ModeClosed:
		return chat.RefuseFor(chat.NoRight, "nobody may join")
	}
	if d.Conv.Kind == chat.KindRoom {
		return nil // the router knows how many are in it
	}
	return p.room(s, 1)
}

// room refuses more members than the group has room for.
func (p Policy) room(s chat.Snapshot, more int) error {
	limit := p.MaxMembers
	if s.Details.Max > 0 {
		limit = s.Details.Max
	}
	if limit > 0 && s.Details.Count+more > limit {
		return chat.RefuseFor(chat.Full, "the group is full")
	}
	return nil
}

// bring is for adding and inviting others.
func (p Policy) bring(d chat.Draft, b chat.Membership, s chat.Snapshot, server bool) error {
	if !server {
		switch {
		case s.Me.Role.IsManager():
		case !isIn(d.Conv, s):
			return chat.RefuseFor(chat.NotMember, "you are not in this group or room")
		case s.Details.Invite != chat.ModeOpen:
			return chat.RefuseFor(chat.NoRight, "only an owner or admin may invite")
		}
		if b.Change == chat.ChangeAdd && s.Details.Consent == chat.ModeAsk {
			return chat.RefuseFor(chat.NeedsInvite, "who is invited must be asked")
		}
	}
	for _, u := range b.Users {
		switch standing := s.Standings[u]; {
		case standing == chat.Unknown || standing == chat.Deleted:
			return chat.RefuseFor(chat.NoUser, "there is no user "+string(u))
		case s.Members[u].Role.IsMember() && d.Conv.Kind != chat.KindRoom:
			return chat.RefuseFor(chat.AlreadyMember, string(u)+" is a member already")
		case s.Members[u].Banned && !server:
			return chat.RefuseFor(chat.Banned, string(u)+" is banned here")
		}
	}
	return p.room(s, len(b.Users))
}

func (p Policy) apply(s chat.Snapshot, self bool) error {
	switch {
	case !self:
		return chat.Refuse(chat.Invalid, "one applies by oneself")
	case s.Me.Banned:
		return chat.RefuseFor(chat.Banned, "you are banned here")
	case s.Me.Role.IsMember():
		return chat.RefuseFor(chat.AlreadyMember, "you are a member already")
	case s.Details.Join == chat.ModeClosed:
		return chat.RefuseFor(chat.NoRight, "nobody may join")
	}
	return nil
}

func memberOf(d chat.Draft, s chat.Snapshot) error {
	if !isIn(d.Conv, s) && !s.Me.Role.IsMember() {
		return chat.RefuseFor(chat.NotMember, "you are not in this group or room")
	}
	return nil
}

// rank lets an owner act on everybody, and an admin on who is no manager.
func rank(users []chat.UserID, s chat.Snapshot, server bool) error {
	if server || s.Me.Role == chat.RoleOwner {
		return nil
	}
	if s.Me.Role != chat.RoleAdmin {
		return chat.RefuseFor(chat.NoRight, "only an owner or admin may")
	}
	for _, u := range users {
		if s.Members[u].Role.IsManager() && u != s.Me.User {
			return chat.RefuseFor(chat.NoRight, "an admin cannot act on an owner or admin")
		}
	}
	return nil
}

// role lets the owner alone make and unmake admins, and pass the group on. Of a room somebody may be taken off the list.
func role(b chat.Membership, s chat.Snapshot, server bool) error {
	switch {
	case !server && s.Me.Role != chat.RoleOwner:
		return chat.RefuseFor(chat.NoRight, "only the owner may")
	case b.Change == chat.ChangeRole && (b.Role == chat.RoleOwner || b.Role == chat.RoleNone && s.Details.Conv.Kind != chat.KindRoom):
		return chat.Refuse(chat.Invalid, "an owner is made by passing the group on")
	case b.Change == chat.ChangeOwner && len(b.Users) != 1:
		return chat.Refuse(chat.Invalid, "a group has one owner")
	}
	for _, u := range b.Users {
		standing, asked := s.Standings[u]
		switch {
		case b.Change == chat.ChangeRole && u == s.Details.Owner && u != "":
			return chat.Refuse(chat.Invalid, "an owner ceases to be one by passing the group on")
		case asked && (standing == chat.Unknown || standing == chat.Deleted):
			return chat.RefuseFor(chat.NoUser, "there is no user "+string(u))
		}
	}
	if s.Details.Conv.Kind == chat.KindRoom {
		return nil // anybody may manage a room, whether he is in it now or not
	}
	for _, u := range b.Users {
		if !s.Members[u].Role.IsMember() {
			return chat.RefuseFor(chat.NotMember, string(u)+" is not a member")
		}
	}
	return nil
}

func applicants(users []chat.UserID, s chat.Snapshot, server bool) error {
	if err := rank(nil, s, server); err != nil {
		return err
	}
	for _, u := range users {
		if !s.Members[u].Applied {
			return chat.Refuse(chat.NotFound, "%s has not applied", string(u))
		}
	}
	return nil
}

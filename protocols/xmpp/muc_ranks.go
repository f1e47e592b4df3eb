package xmpp

import (
	"context"
	"maps"
	"slices"

	"mellium.im/xmpp/stanza"

	"dragoman/bridge/chat"
)

// setRole kicks somebody, takes or gives him his voice, or makes him a moderator for as long as he stays [XEP-0045 §8, §9].
func (s *session) setRole(ctx context.Context, d *chat.Details, me mucStanding, who somebody, role, reason string) error {
	him, err := s.standingOf(ctx, d, who.user)
	if err != nil {
		return err
	}
	above := him.isAdmin() || him.rank() > me.rank() // him nobody of me's rank puts down
	change := chat.Membership{Users: []chat.UserID{who.user}, Reason: reason}
	switch {
	case !slices.Contains([]string{"none", "visitor", "participant", "moderator"}, role):
		return refusal(stanza.Modify, stanza.BadRequest)
	case !me.moderator:
		return forbidden()
	case role == "moderator":
		if !me.isAdmin() {
			return forbidden() // [XEP-0045 §9.6]
		}
		if him.moderator {
			return nil
		}
		return s.lead(ctx, d, who.user, true, true, reason)
	case above && (role != "participant" || him.moderator):
		return notAllowed() // [XEP-0045 §8.2, §8.4, §9.7]
	case role == "participant" && him.moderator:
		if !me.isAdmin() {
			return forbidden()
		}
		return s.lead(ctx, d, who.user, true, false, reason)
	case role == "participant":
		change.Change = chat.ChangeAllow
		if him.member.IsMuted(s.Now()) {
			change.Change = chat.ChangeUnmute
		}
	case role == "visitor":
		change.Change = chat.ChangeMute
		if err := s.lead(ctx, d, who.user, false, false, ""); err != nil {
			return err
		}
	case role == "none":
		change.Change = chat.ChangeKick
	}
	_, err = s.command(ctx, chat.Draft{Conv: d.Conv, Body: change})
	return err
}

// lead makes a user's sessions moderators, or takes that from them, and shows it. Other protocols have no such thing: it
// lasts as long as the stay does.
func (s *session) lead(ctx context.Context, d *chat.Details, u chat.UserID, show, on bool, reason string) error {
	occupants := s.hub.in(d.Conv)
	there := false
	for _, o := range occupants {
		if o.user == u {
			there = true
			o.session.mu.Lock()
			o.leads = on
			o.session.mu.Unlock()
		}
	}
	switch {
	case on && show && !there:
		return refusalText(stanza.Cancel, stanza.NotAllowed, "whoever uses another protocol is made a moderator by making him an admin")
	case !show:
		return nil
	}
	for _, who := range s.occupants(ctx, d.Conv) {
		if who.user == u {
			l := s.lookAt(ctx, d.Conv, who, d)
			l.item.Reason, l.item.Actor, l.actor = reason, s.nickOf(ctx, d.Conv, s.user), s.user
			s.showTo(ctx, l, occupants)
		}
	}
	return nil
}

// setAffiliation changes what somebody is for good [XEP-0045 §5.2.1, §9, §10].
func (s *session) setAffiliation(ctx context.Context, d *chat.Details, me mucStanding, u chat.UserID, affiliation, reason string) error {
	him, err := s.standingOf(ctx, d, u)
	if err != nil {
		return err
	}
	switch {
	case rankOf(affiliation) < 0:
		return refusal(stanza.Modify, stanza.BadRequest)
	case !me.isAdmin():
		return forbidden()
	case !me.isOwner() && him.isAdmin() && affiliation == "outcast":
		return notAllowed() // [XEP-0045 §9.1]
	case !me.isOwner() && (him.isAdmin() || rankOf(affiliation) >= rankOf("admin")):
		return forbidden()
	case him.affiliation == affiliation:
		return s.lead(ctx, d, u, true, s.hub.moderates(d.Conv, u), reason) // whoever asks does not see what he is
	}
	if him.isOwner() {
		if him, err = s.disown(ctx, d, u); err != nil {
			return err
		}
	}
	if err := s.noteAffiliation(ctx, d, u, affiliation, reason); err != nil {
		return err
	}
	for _, step := range affiliationSteps(d, him.member, affiliation) {
		step.Users, step.Reason = []chat.UserID{u}, reason
		if _, err := s.command(ctx, chat.Draft{Conv: d.Conv, Body: step}); err != nil {
			return err
		}
	}
	return nil
}

// affiliationSteps are the changes by which a member gets an affiliation.
func affiliationSteps(d *chat.Details, m chat.Member, affiliation string) (steps []chat.Membership) {
	room := d.Conv.Kind == chat.KindRoom
	step := func(c chat.Change, r chat.Role) { steps = append(steps, chat.Membership{Change: c, Role: r}) }
	if m.Banned && affiliation != "outcast" {
		step(chat.ChangeUnban, 0)
	}
	joins := !room && !m.Role.IsMember() && rankOf(affiliation) >= rankOf("member")
	if joins {
		step(chat.ChangeAdd, 0)
	}
	switch affiliation {
	case "outcast":
		step(chat.ChangeBan, 0)
	case "none":
		switch {
		case m.Banned:
		case !room:
			step(chat.ChangeKick, 0)
		default:
			step(chat.ChangeRole, chat.RoleNone)
			if d.Join != chat.ModeOpen {
				step(chat.ChangeKick, 0) // [XEP-0045 §9.4]
			}
		}
	case "member":
		if !joins && (room || m.Role == chat.RoleAdmin) {
			step(chat.ChangeRole, chat.RoleMember)
		}
	case "admin", "owner":
		step(chat.ChangeRole, chat.RoleAdmin)
	}
	return steps
}

// noteAffiliation keeps what the house has no place for: owners beside the one, and why somebody is banned.
func (s *session) noteAffiliation(ctx context.Context, d *chat.Details, u chat.UserID, affiliation, reason string) error {
	return s.changeSettings(ctx, d, func(set *mucSettings) bool {
		owner := slices.Contains(set.Owners, u)
		_, banned := set.Reasons[u]
		bans := affiliation == "outcast" && reason != ""
		if owner == (affiliation == "owner") && !banned && !bans {
			return false
		}
		set.Owners = without(set.Owners, u)
		if affiliation == "owner" {
			set.Owners = append(set.Owners, u)
		}
		set.Reasons = maps.Clone(set.Reasons)
		delete(set.Reasons, u)
		if bans {
			if set.Reasons == nil {
				set.Reasons = map[chat.UserID]string{}
			}
			set.Reasons[u] = reason
		}
		return true
	})
}

// without returns a copy of users that lacks u.
func without(users []chat.UserID, u chat.UserID) []chat.UserID {
	return slices.DeleteFunc(slices.Clone(users), func(o chat.UserID) bool { return o == u })
}

// disown makes an owner an owner no more. The group or room is another owner's then; there has to be one [XEP-0045 §10.4].
func (s *session) disown(ctx context.Context, d *chat.Details, u chat.UserID) (mucStanding, error) {
	set, err := s.settingsOf(ctx, d)
	if err != nil {
		return mucStanding{}, err
	}
	m, err := s.Store.Member(ctx, d.Conv, u)
	if err != nil || m.Role != chat.RoleOwner {
		return mucStanding{member: m}, err
	}
	for _, heir := range set.Owners {
		if now, err := s.standingOf(ctx, d, heir); err != nil || !now.isOwner() {
			continue
		}
		pass := chat.Membership{Users: []chat.UserID{heir}, Change: chat.ChangeOwner}
		if _, err := s.command(ctx, chat.Draft{Conv: d.Conv, Body: pass}); err != nil {
			return mucStanding{}, err
		}
		err := s.changeSettings(ctx, d, func(set *mucSettings) bool {
			set.Owners = without(set.Owners, heir)
			return true
		})
		if err != nil {
			return mucStanding{}, err
		}
		return s.standingOf(ctx, d, u)
	}
	return mucStanding{}, refusalText(stanza.Cancel, stanza.Conflict, "there is no other owner")
}

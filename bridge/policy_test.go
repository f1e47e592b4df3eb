package bridge_test

import (
	"testing"
	"time"

	"dragoman/bridge"
	"dragoman/bridge/chat"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// scene builds a snapshot of a group that alice has role in.
func scene(role chat.Role, change ...func(*chat.Snapshot)) chat.Snapshot {
	s := chat.Snapshot{Details: &chat.Details{Conv: chat.Group("g"), Count: 3}, Me: chat.Member{User: "alice", Role: role},
		Members:   map[chat.UserID]chat.Member{"bob": {User: "bob", Role: chat.RoleMember}, "root": {User: "root", Role: chat.RoleOwner}},
		Standings: map[chat.UserID]chat.Standing{"bob": chat.Active, "dave": chat.Active}, Peer: chat.Active, Now: noon,
		Target: &chat.Entry{Event: chat.Event{From: "alice", Draft: chat.Draft{Time: noon.Add(-time.Minute)}}}}
	for _, f := range change {
		f(&s)
	}
	return s
}

func change(c chat.Change, users ...chat.UserID) chat.Membership {
	return chat.Membership{Change: c, Users: users}
}

func TestPolicy(t *testing.T) {
	ref := chat.Ref{ID: 1}
	from := func(u chat.UserID) func(*chat.Snapshot) { return func(s *chat.Snapshot) { s.Target.From = u } }
	old := func(s *chat.Snapshot) { s.Target.Time = noon.Add(-48 * time.Hour) }
	hung := func(s *chat.Snapshot) { s.Details.Parent = chat.Group("g") }
	within := func(s *chat.Snapshot) { s.Above = chat.Member{User: "alice", Role: chat.RoleMember} }
	nothing := func(s *chat.Snapshot) { s.Details = nil }
	member, admin, owner, none := chat.RoleMember, chat.RoleAdmin, chat.RoleOwner, chat.RoleNone
	group, peer := chat.Group("g"), chat.Peer("alice", "bob")
	cases := []struct {
		name string
		conv chat.Conv
		body chat.Body
		s    chat.Snapshot
		want chat.Reason // NoReason with code 0: allowed
		code chat.Code
	}{
		{"member speaks", group, text("x"), scene(member), 0, 0},
		{"stranger speaks", group, text("x"), scene(none), chat.NotMember, 0},
		{"no group", group, text("x"), chat.Snapshot{}, chat.NoGroup, 0},
		{"dissolved group", group, text("x"), scene(member, func(s *chat.Snapshot) { s.Details.Dissolved = true }), chat.Dissolved, 0},
		{"muted member", group, text("x"), scene(member, func(s *chat.Snapshot) { s.Me.Muted = true }), chat.Muted, 0},
		{"mute is over", group, text("x"), scene(member, func(s *chat.Snapshot) { s.Me.Muted, s.Me.MutedUntil = true, noon }), 0, 0},
		{"all are silent", group, text("x"), scene(member, func(s *chat.Snapshot) { s.Details.Silent = []chat.Role{member} }), chat.AllMuted, 0},
		{"silent, but on the list", group, text("x"), scene(member, func(s *chat.Snapshot) { s.Details.Silent = []chat.Role{member}; s.Me.Allowed = true }), 0, 0},
		{"silent, but admin", group, text("x"), scene(admin, func(s *chat.Snapshot) { s.Details.Silent = []chat.Role{member} }), 0, 0},
		{"silent, and admins are named", group, text("x"), scene(admin, func(s *chat.Snapshot) { s.Details.Silent = []chat.Role{member, admin} }), chat.AllMuted, 0},
		{"make a room again", chat.Room("r"), chat.Lifecycle{Created: true}, scene(none, func(s *chat.Snapshot) { s.Details.Dissolved = true }), 0, 0},
		{"make a group again", group, chat.Lifecycle{Created: true}, scene(none, func(s *chat.Snapshot) { s.Details.Dissolved = true }), chat.AlreadyExists, 0},
		{"custom role is silent like a member", group, text("x"), scene(120, func(s *chat.Snapshot) { s.Details.Silent = []chat.Role{member} }), chat.AllMuted, 0},
		{"too long", group, text(string(make([]byte, 70_000))), scene(member), 0, chat.TooLarge},
		{"thread", chat.Thread("t"), text("x"), scene(member, hung, within), 0, 0},
		{"thread of a group that he left", chat.Thread("t"), text("x"), scene(member, hung), chat.NotMember, 0},
		{"leave such a thread", chat.Thread("t"), change(chat.ChangeLeave, "alice"), scene(member, hung), 0, 0},
		{"join such a thread", chat.Thread("t"), change(chat.ChangeJoin, "alice"), scene(none, hung), chat.NotMember, 0},
		{"make a thread", chat.Thread("t"), chat.Lifecycle{Created: true, Parent: group}, scene(none, nothing, within), 0, 0},
		{"make a thread in a stranger's group", chat.Thread("t"), chat.Lifecycle{Created: true, Parent: group}, scene(none, nothing), chat.NotMember, 0},
		{"peer", peer, text("x"), scene(none), 0, 0},
		{"peer unknown", peer, text("x"), scene(none, func(s *chat.Snapshot) { s.Peer = chat.Unknown }), chat.NoUser, 0},
		{"peer blocks", peer, text("x"), scene(none, func(s *chat.Snapshot) { s.Blocked = true }), chat.Blocked, 0},
		{"others' conversation", chat.Peer("bob", "carol"), text("x"), scene(none), 0, chat.Forbidden},
		{"everybody", chat.All(), text("x"), scene(none), chat.NoRight, 0},
		{"another's log", chat.Self("bob"), chat.Presence{}, scene(none), 0, chat.Forbidden},
		{"recall", group, chat.Recall{Target: ref}, scene(member), 0, 0},
		{"recall too late", group, chat.Recall{Target: ref}, scene(member, old), chat.WindowClosed, 0},
		{"recall another's", group, chat.Recall{Target: ref}, scene(member, from("bob")), chat.NoRight, 0},
		{"admin recalls a member's", group, chat.Recall{Target: ref}, scene(admin, from("bob"), old), 0, 0},
		{"admin recalls the owner's", group, chat.Recall{Target: ref}, scene(admin, from("root")), chat.NoRight, 0},
		{"recall twice", group, chat.Recall{Target: ref}, scene(member, func(s *chat.Snapshot) { s.Target.Recall = &chat.Event{} }), chat.AlreadyRecalled, 0},
		{"recall nothing", group, chat.Recall{Target: ref}, scene(member, func(s *chat.Snapshot) { s.Target = nil }), chat.NoMessage, 0},
		{"edit", group, chat.Edit{Target: ref, Message: text("y")}, scene(member), 0, 0},
		{"edit another's", group, chat.Edit{Target: ref, Message: text("y")}, scene(owner, from("bob")), chat.NoRight, 0},
		{"edit too late", group, chat.Edit{Target: ref, Message: text("y")}, scene(member, old), chat.WindowClosed, 0},
		{"react to a recalled", group, chat.Reaction{Target: ref}, scene(member, func(s *chat.Snapshot) { s.Target.Recall = &chat.Event{} }), chat.AlreadyRecalled, 0},
		{"member renames", group, chat.Profile{}, scene(member), chat.NoRight, 0},
		{"admin renames", group, chat.Profile{}, scene(admin), 0, 0},
		{"admin dissolves", group, chat.Lifecycle{}, scene(admin), chat.NoRight, 0},
		{"owner dissolves", group, chat.Lifecycle{}, scene(owner), 0, 0},
		{"create what exists", group, chat.Lifecycle{Created: true}, scene(none), chat.AlreadyExists, 0},
		{"create", group, chat.Lifecycle{Created: true, Members: []chat.UserID{"bob"}}, scene(none, func(s *chat.Snapshot) { s.Details = nil }), 0, 0},
		{"create with nobody", group, chat.Lifecycle{Created: true, Members: []chat.UserID{"x"}}, scene(none, func(s *chat.Snapshot) { s.Details = nil }), chat.NoUser, 0},
		{"join", group, change(chat.ChangeJoin, "alice"), scene(none), 0, 0},
		{"join another", group, change(chat.ChangeJoin, "bob"), scene(none), 0, chat.Invalid},
		{"join again", group, change(chat.ChangeJoin, "alice"), scene(member), chat.AlreadyMember, 0},
		{"join banned", group, change(chat.ChangeJoin, "alice"), scene(none, func(s *chat.Snapshot) { s.Me.Banned = true }), chat.Banned, 0},
		{"join by application", group, change(chat.ChangeJoin, "alice"), scene(none, func(s *chat.Snapshot) { s.Details.Join = chat.ModeAsk }), chat.NeedsApply, 0},
		{"join closed", group, change(chat.ChangeJoin, "alice"), scene(none, func(s *chat.Snapshot) { s.Details.Join = chat.ModeClosed }), chat.NoRight, 0},
		{"join closed by invitation", group, change(chat.ChangeJoin, "alice"), scene(none, func(s *chat.Snapshot) { s.Details.Join, s.Me.Invited = chat.ModeClosed, true }), 0, 0},
		{"join full", group, change(chat.ChangeJoin, "alice"), scene(none, func(s *chat.Snapshot) { s.Details.Max = 3 }), chat.Full, 0},
		{"add", group, change(chat.ChangeAdd, "dave"), scene(member), 0, 0},
		{"add from outside", group, change(chat.ChangeAdd, "dave"), scene(none), chat.NotMember, 0},
		{"add where managers invite", group, change(chat.ChangeAdd, "dave"), scene(member, func(s *chat.Snapshot) { s.Details.Invite = chat.ModeClosed }), chat.NoRight, 0},
		{"add where consent is needed", group, change(chat.ChangeAdd, "dave"), scene(owner, func(s *chat.Snapshot) { s.Details.Consent = chat.ModeAsk }), chat.NeedsInvite, 0},
		{"add nobody", group, change(chat.ChangeAdd, "x"), scene(owner), chat.NoUser, 0},
		{"add a member", group, change(chat.ChangeAdd, "bob"), scene(owner), chat.AlreadyMember, 0},
		{"kick by member", group, change(chat.ChangeKick, "bob"), scene(member), chat.NoRight, 0},
		{"kick by admin", group, change(chat.ChangeKick, "bob"), scene(admin), 0, 0},
		{"kick the owner", group, change(chat.ChangeKick, "root"), scene(admin), chat.NoRight, 0},
		{"kick a stranger", group, change(chat.ChangeKick, "dave"), scene(owner), chat.NotMember, 0},
		{"admin by admin", group, change(chat.ChangeRole, "bob"), scene(admin), chat.NoRight, 0},
		{"admin by owner", group, chat.Membership{Change: chat.ChangeRole, Users: []chat.UserID{"bob"}, Role: admin}, scene(owner), 0, 0},
		{"second owner", group, chat.Membership{Change: chat.ChangeRole, Users: []chat.UserID{"bob"}, Role: owner}, scene(owner), 0, chat.Invalid},
		{"pass on", group, change(chat.ChangeOwner, "bob"), scene(owner), 0, 0},
		{"pass on to a stranger", group, change(chat.ChangeOwner, "dave"), scene(owner), chat.NotMember, 0},
		{"apply", group, change(chat.ChangeApply, "alice"), scene(none), 0, 0},
		{"accept who has not applied", group, change(chat.ChangeApplyAccept, "dave"), scene(owner), 0, chat.NotFound},
		{"accept no invitation", group, change(chat.ChangeInviteAccept, "bob"), scene(none), 0, chat.NotFound},
		{"another's nick", group, change(chat.ChangeNick, "bob"), scene(member), chat.NoRight, 0},
		{"another's attributes", group, chat.Attributes{User: "bob"}, scene(member), chat.NoRight, 0},
		{"ask a blocker", peer, chat.Contact{Change: chat.ContactAsk}, scene(none, func(s *chat.Snapshot) { s.Blocked = true }), chat.Blocked, 0},
		{"drop who is gone", peer, chat.Contact{Change: chat.ContactRemove}, scene(none, func(s *chat.Snapshot) { s.Peer = chat.Deleted }), 0, 0},
		{"off a room's list", chat.Room("r"), chat.Membership{Change: chat.ChangeRole, Users: []chat.UserID{"bob"}}, scene(owner, func(s *chat.Snapshot) { s.Details.Conv = chat.Room("r") }), 0, 0},
		{"off a group's list", group, chat.Membership{Change: chat.ChangeRole, Users: []chat.UserID{"bob"}}, scene(owner), 0, chat.Invalid},
		{"a closed room's member", chat.Room("r"), change(chat.ChangeJoin, "alice"), scene(member, func(s *chat.Snapshot) { s.Details.Join = chat.ModeAsk }), 0, 0},
		{"demote the owner", group, chat.Membership{Change: chat.ChangeRole, Users: []chat.UserID{"alice"}, Role: member}, scene(owner, func(s *chat.Snapshot) { s.Details.Owner = "alice" }), 0, chat.Invalid},
		{"muted admin unmutes himself", group, change(chat.ChangeUnmute, "alice"), scene(admin), chat.NoRight, 0},
		{"pass on to nobody", group, change(chat.ChangeOwner, "bob"), scene(owner, func(s *chat.Snapshot) { s.Standings["bob"] = chat.Deleted }), chat.NoUser, 0},
		{"membership between two", peer, change(chat.ChangeJoin, "alice"), scene(none), 0, chat.Invalid},
		{"message to oneself's log", chat.Self("alice"), text("x"), scene(none), 0, chat.Invalid},
		{"call", chat.Call("c"), chat.CallState{}, scene(none), chat.NoRight, 0},
		{"hide after leaving", group, chat.Hide{}, scene(none), 0, 0},
	}
	policy := bridge.DefaultPolicy()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := policy.Allow(actor("alice", "1"), chat.Draft{Conv: c.conv, Body: c.body}, c.s)
			if c.want == 0 && c.code == 0 {
				if err != nil {
					t.Fatalf("refused: %v", err)
				}
				return
			}
			code := c.code
			if c.want != 0 {
				code = c.want.Code()
			}
			if chat.ReasonOf(err) != c.want || chat.CodeOf(err) != code {
				t.Fatalf("%v (reason %d), want reason %d and code %v", err, chat.ReasonOf(err), c.want, code)
			}
		})
	}
}

func TestPolicyHasARuleForEveryBodyAndSource(t *testing.T) {
	for _, body := range chat.Bodies() {
		for _, source := range []chat.Source{chat.Client, chat.Server, chat.Trunk, chat.Import, chat.System} {
			for _, conv := range []chat.Conv{chat.Group("g"), chat.Room("r"), chat.Peer("alice", "bob"), chat.Self("alice"), chat.All(), chat.Call("c")} {
				a := actor("alice", "1")
				a.Source = source
				err := bridge.DefaultPolicy().Allow(a, chat.Draft{Conv: conv, Body: body}, scene(chat.RoleOwner))
				if c := chat.CodeOf(err); err != nil && (c == chat.Internal || c == chat.Unsupported) {
					t.Errorf("%T in %v by %v: %v", body, conv, source, err)
				}
			}
		}
	}
}

func TestOnlyMembersAreAddressedInAGroup(t *testing.T) {
	draft := chat.Draft{Conv: chat.Group("g"), Body: text("x"), To: []chat.UserID{"alice", "bob"}}
	if err := bridge.DefaultPolicy().Allow(actor("alice", "1"), draft, scene(chat.RoleMember)); err != nil {
		t.Errorf("to a member: %v", err)
	}
	draft.To = []chat.UserID{"dave"}
	if err := bridge.DefaultPolicy().Allow(actor("alice", "1"), draft, scene(chat.RoleMember)); chat.ReasonOf(err) != chat.NotMember {
		t.Errorf("to a stranger: %v", err)
	}
}

func TestServerActsBeyondRolesButNotPastBlocks(t *testing.T) {
	server := bridge.Actor{User: "alice", Source: chat.Server}
	for _, body := range []chat.Body{text("x"), change(chat.ChangeKick, "bob"), chat.Profile{}, chat.Lifecycle{}} {
		if err := bridge.DefaultPolicy().Allow(server, chat.Draft{Conv: chat.Group("g"), Body: body}, scene(chat.RoleNone)); err != nil {
			t.Errorf("%T: %v", body, err)
		}
	}
	err := bridge.DefaultPolicy().Allow(server, chat.Draft{Conv: chat.Peer("alice", "bob"), Body: text("x")}, scene(chat.RoleNone, func(s *chat.Snapshot) { s.Blocked = true }))
	if chat.ReasonOf(err) != chat.Blocked {
		t.Errorf("past a block: %v", err)
	}
}

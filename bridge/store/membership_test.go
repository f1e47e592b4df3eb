package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"dragoman/bridge/chat"
)

func TestAMemberReadsWhatHappenedWhileHeWasIn(t *testing.T) {
	w := newWorld(t)
	g := w.group("g", "alice")
	w.say("alice", g, "before")
	w.change("alice", g, chat.ChangeAdd, "bob")
	w.say("alice", g, "with bob")
	w.change("alice", g, chat.ChangeKick, "bob")
	between := w.say("alice", g, "without bob").Event
	w.do("alice", g, chat.Edit{Target: between.Ref(), Message: textOf("still without bob")})
	want := []string{"alice add [bob]", "alice: with bob", "alice kick [bob]"}
	equal(t, "after the kick", w.texts("bob", g), want...)
	equal(t, "feed after the kick", w.feedOf("bob"), want...)
	w.change("bob", g, chat.ChangeJoin, "bob")
	w.say("alice", g, "bob again")
	w.reopen()
	want = append(want, "bob join [bob]", "alice: bob again")
	equal(t, "after he returned", w.texts("bob", g), want...)
	equal(t, "feed after he returned", w.feedOf("bob"), want...)
	if _, err := w.Entry(t.Context(), "bob", g, between.Ref()); chat.ReasonOf(err) != chat.NoMessage {
		t.Errorf("bob reads what was said without him: %v", err)
	}
	s := must(w.Snapshot(t.Context(), "bob", chat.Draft{Conv: g, Body: chat.Recall{Target: between.Ref()}}))(t)
	if s.Target != nil {
		t.Error("and so may name it")
	}
	w.change("alice", g, chat.ChangeBan, "bob")
	if _, _, err := w.History(t.Context(), "bob", g, HistoryQuery{}); chat.ReasonOf(err) != chat.Banned {
		t.Errorf("banned: %v", err)
	}
	if _, _, err := w.History(t.Context(), "mallory", g, HistoryQuery{}); chat.ReasonOf(err) != chat.NotMember {
		t.Errorf("a stranger: %v", err)
	}
	page, _, err := w.History(t.Context(), "", g, HistoryQuery{})
	if err != nil || len(page) != 9 {
		t.Errorf("the server reads %d, %v", len(page), err)
	}
}

func TestRolesMutesAndListsSurvive(t *testing.T) {
	w := newWorld(t)
	g := w.group("g", "alice", "bob", "carol", "dave")
	w.do("alice", g, chat.Membership{Change: chat.ChangeRole, Users: []chat.UserID{"bob"}, Role: chat.RoleAdmin})
	w.do("alice", g, chat.Membership{Change: chat.ChangeMute, Users: []chat.UserID{"carol"}, Until: w.now.Add(time.Minute)})
	w.change("alice", g, chat.ChangeMute, "dave")
	allow := w.change("bob", g, chat.ChangeAllow, "carol")
	equal(t, "who learns of a list", allow.Event.To, "alice", "bob", "carol")
	w.do("carol", g, chat.Membership{Change: chat.ChangeNick, Users: []chat.UserID{"carol"}, Nick: "C"})
	w.do("carol", g, chat.Attributes{User: "carol", Set: map[string]string{"k": "v"}})
	w.change("alice", g, chat.ChangeBan, "mallory")
	w.change("alice", g, chat.ChangeOwner, "bob")
	w.reopen()
	members, next, err := w.Members(t.Context(), g, MemberQuery{})
	if err != nil || next != "" {
		t.Fatal(err)
	}
	var names []chat.UserID
	for _, m := range members {
		names = append(names, m.User)
	}
	equal(t, "in order of coming", names, "alice", "bob", "carol", "dave")
	if members[0].Role != chat.RoleMember || members[1].Role != chat.RoleOwner {
		t.Errorf("roles %v %v", members[0].Role, members[1].Role)
	}
	carol := members[2]
	if !carol.IsMuted(w.now) || carol.IsMuted(w.now.Add(time.Hour)) || !carol.Allowed || carol.Nick != "C" || carol.Attributes["k"] != "v" {
		t.Errorf("carol %+v", carol)
	}
	if muted := must(w.Muted(t.Context(), g))(t); len(muted) != 2 {
		t.Errorf("muted %v", muted)
	}
	w.pass(time.Hour)
	if muted := must(w.Muted(t.Context(), g))(t); len(muted) != 1 || muted[0].User != "dave" {
		t.Errorf("an hour later %v", muted)
	}
	if banned := must(w.Banned(t.Context(), g))(t); len(banned) != 1 || banned[0].User != "mallory" {
		t.Errorf("banned %v", banned)
	}
	page, next, err := w.Members(t.Context(), g, MemberQuery{Limit: 2, After: "alice", Roles: []chat.Role{chat.RoleMember}})
	if err != nil || len(page) != 2 || page[0].User != "carol" || next != "" {
		t.Errorf("page %v, next %q, %v", page, next, err)
	}
	if d := must(w.Details(t.Context(), g))(t); d.Owner != "bob" || d.Count != 4 {
		t.Errorf("details %+v", d)
	}
	w.change("alice", g, chat.ChangeUnban, "mallory")
	w.change("bob", g, chat.ChangeLeave, "bob")
	if d := must(w.Details(t.Context(), g))(t); d.Owner != "alice" {
		t.Errorf("owner %q after the owner left", d.Owner)
	}
}

func TestApplicationsAndInvitationsAreOpenUntilAnswered(t *testing.T) {
	w := newWorld(t)
	g := w.group("g", "alice", "bob")
	apply := w.do("carol", g, chat.Membership{Change: chat.ChangeApply, Users: []chat.UserID{"carol"}, Reason: "please"})
	equal(t, "who decides is told", apply.Event.To, "alice", "carol")
	invite := w.change("bob", g, chat.ChangeInvite, "dave", "alice")
	equal(t, "members need no invitation", invite.Event.Body.(chat.Membership).Users, "dave")
	equal(t, "who is asked is told", invite.Event.To, "dave", "bob")
	w.change("alice", g, chat.ChangeInvite, "dave")
	w.reopen()

	open := must(w.Applications(t.Context(), g))(t)
	if len(open) != 1 || open[0].User != "carol" || open[0].Reason != "please" || open[0].ID != apply.Event.ID {
		t.Errorf("applications %+v", open)
	}
	for user, concerned := range map[chat.UserID]int{"alice": 2, "bob": 1, "carol": 1, "dave": 2, "zoe": 0} {
		if all := must(w.AskingsOf(t.Context(), user))(t); len(all) != concerned {
			t.Errorf("%v is concerned with %+v, want %d", user, all, concerned)
		}
	}
	if asked := must(w.InvitationsFor(t.Context(), "dave"))(t); len(asked) != 2 || asked[0].By != "bob" || asked[1].By != "alice" {
		t.Errorf("invitations %v", asked)
	}
	s := must(w.Snapshot(t.Context(), "carol", chat.Draft{Conv: g, Body: chat.Membership{Users: []chat.UserID{"dave"}}}))(t)
	if !s.Me.Applied || !s.Members["dave"].Invited || s.Me.Role != chat.RoleNone {
		t.Errorf("snapshot %+v", s)
	}

	accept := w.change("alice", g, chat.ChangeApplyAccept, "carol")
	equal(t, "all learn who is in", accept.Audience, "alice", "bob", "carol")
	in := w.do("dave", g, chat.Membership{Change: chat.ChangeInviteAccept, Users: []chat.UserID{"dave"}})
	equal(t, "who had invited", in.Event.Body.(chat.Membership).Users, "bob", "alice")
	equal(t, "all learn", in.Audience, "alice", "bob", "carol", "dave")
	if open := must(w.Invitations(t.Context(), g))(t); len(open) != 0 {
		t.Errorf("still open: %v", open)
	}
	w.change("bob", g, chat.ChangeInvite, "erin")
	no := w.do("erin", g, chat.Membership{Change: chat.ChangeInviteDecline, Users: []chat.UserID{"bob"}})
	equal(t, "the inviter learns of a no", no.Event.To, "bob", "erin")
	w.do("frank", g, chat.Membership{Change: chat.ChangeApply, Users: []chat.UserID{"frank"}})
	no = w.change("alice", g, chat.ChangeApplyDecline, "frank")
	equal(t, "the applicant learns of a no", no.Event.To, "alice", "frank")
	_, fates := w.try(w.event("erin", chat.Draft{Conv: g, Body: chat.Membership{Change: chat.ChangeInviteAccept, Users: []chat.UserID{"erin"}}}))
	if chat.CodeOf(fates[0]) != chat.NotFound {
		t.Errorf("an invitation that was declined is gone: %v", fates[0])
	}
	if m := must(w.Member(t.Context(), g, "erin"))(t); m.Invited || m.Applied {
		t.Errorf("erin %+v", m)
	}
	answers := func(user chat.UserID) (states []string) {
		for _, a := range must(w.AskingsOf(t.Context(), user))(t) {
			states = append(states, fmt.Sprint(a.User, a.State, a.Answerer))
		}
		return states
	}
	equal(t, "what the owner decides on, and was behind", answers("alice"), "carol1alice", "dave1dave", "frank2alice")
	equal(t, "what bob has asked", answers("bob"), "dave1dave", "erin2erin")
	w.do("frank", g, chat.Membership{Change: chat.ChangeApply, Users: []chat.UserID{"frank"}})
	equal(t, "who asks again waits again", answers("frank"), "frank0")
	w.do("alice", g, chat.Lifecycle{})
	equal(t, "nobody answers for a group that has ended", answers("frank"), "frank3alice")
}

func TestDetailsFollowProfileRulesAndAttributes(t *testing.T) {
	w := newWorld(t)
	g := chat.Group("g")
	name, notice, limit, public, ask := "Name", "Notice", 3, true, chat.ModeAsk
	w.do("alice", g, chat.Lifecycle{Created: true, Members: []chat.UserID{"bob", "alice", "bob"}, Profile: chat.Profile{Name: &name},
		Rules: chat.Rules{Max: &limit, Public: &public, Join: &ask}, Attributes: map[string]string{"a": "1"}})
	w.do("alice", g, chat.Profile{Notice: &notice})
	silent, until := []chat.Role{chat.RoleMember}, w.now.Add(time.Hour)
	w.do("alice", g, chat.Rules{Silent: &silent, SilentUntil: &until})
	w.do("bob", g, chat.Attributes{Set: map[string]string{"b": "2"}, Deleted: []string{"a"}})
	w.reopen()
	d := must(w.Details(t.Context(), g))(t)
	if d.Name != name || d.Notice != notice || d.Max != 3 || !d.Public || d.Join != chat.ModeAsk || d.Count != 2 || d.Owner != "alice" ||
		len(d.Attributes) != 1 || d.Attributes["b"] != "2" || !slices.Equal(d.Silent, silent) || !d.SilentUntil.Equal(until) {
		t.Errorf("details %+v", d)
	}
	if !d.Silences(chat.RoleMember, w.now) || d.Silences(chat.RoleMember, until) {
		t.Error("silence does not end at its time")
	}
	w.change("alice", g, chat.ChangeAdd, "carol")
	w.refused("alice", g, chat.Membership{Change: chat.ChangeAdd, Users: []chat.UserID{"dave"}}, chat.Full)
	attributes := must(w.Attributes(t.Context(), g, "b", "x"))(t)
	if len(attributes) != 1 || attributes[0].By != "bob" {
		t.Errorf("attributes %v", attributes)
	}
	if all := must(w.ListConvs(t.Context(), chat.KindGroup, true, 0, ""))(t); len(all) != 1 {
		t.Errorf("public groups %v", all)
	}
	if all := must(w.Joined(t.Context(), "carol", chat.KindGroup, 0, ""))(t); len(all) != 1 || all[0].Me.Role != chat.RoleMember || all[0].Name != name {
		t.Errorf("joined %v", all)
	}
	end := w.do("alice", g, chat.Lifecycle{})
	equal(t, "all learn of the end", end.Audience, "alice", "bob", "carol")
	w.reopen()
	if _, err := w.Details(t.Context(), g); chat.ReasonOf(err) != chat.Dissolved {
		t.Errorf("dissolved: %v", err)
	}
	if _, err := w.Details(t.Context(), chat.Group("none")); chat.ReasonOf(err) != chat.NoGroup {
		t.Errorf("never made: %v", err)
	}
	if all := must(w.Joined(t.Context(), "carol", chat.KindGroup, 0, ""))(t); len(all) != 0 {
		t.Errorf("joined %v", all)
	}
	if feed := w.feedOf("carol"); feed[len(feed)-1] != "alice lifecycle" {
		t.Errorf("carol catches up on %v", feed)
	}
	s := must(w.Snapshot(t.Context(), "alice", chat.Draft{Conv: g, Body: textOf("x")}))(t)
	if s.Details == nil || !s.Details.Dissolved {
		t.Errorf("snapshot %+v", s.Details)
	}
}

func TestARoomHasListsAndHistoryAndNoFeed(t *testing.T) {
	w := newWorld(t)
	r := chat.Room("r")
	w.do("alice", r, chat.Lifecycle{Created: true, Linger: time.Hour})
	said := w.say("bob", r, "hi") // whoever is in it is the router's to know
	if said.Audience != nil {
		t.Errorf("audience %v", said.Audience)
	}
	w.do("alice", r, chat.Membership{Change: chat.ChangeRole, Users: []chat.UserID{"carol"}, Role: chat.RoleAdmin})
	w.do("alice", r, chat.Membership{Change: chat.ChangeRole, Users: []chat.UserID{"dave"}, Role: chat.RoleMember})
	w.do("alice", r, chat.Membership{Change: chat.ChangeRole, Users: []chat.UserID{"dave"}}) // off the list again
	w.change("alice", r, chat.ChangeMute, "bob")
	w.change("alice", r, chat.ChangeKick, "bob")
	w.change("alice", r, chat.ChangeBan, "mallory")
	w.do("bob", r, chat.Attributes{Set: map[string]string{"seat": "bob"}, AutoDelete: true})
	w.refused("carol", r, chat.Attributes{Set: map[string]string{"seat": "carol"}}, chat.NoRight)
	equal(t, "what goes with bob", must(w.AutoDeleted(t.Context(), r, "bob"))(t), "seat")
	w.do("carol", r, chat.Attributes{Set: map[string]string{"seat": "carol"}, Force: true})
	w.reopen()
	equal(t, "dave reads", w.texts("dave", r), "bob: hi")
	equal(t, "nobody catches up", w.feedOf("alice"))
	if _, _, err := w.History(t.Context(), "mallory", r, HistoryQuery{}); chat.ReasonOf(err) != chat.Banned {
		t.Errorf("banned: %v", err)
	}
	d := must(w.Details(t.Context(), r))(t)
	if d.Owner != "alice" || d.Linger != time.Hour || d.Attributes["seat"] != "carol" || d.LastPlace.IsZero() {
		t.Errorf("details %+v", d)
	}
	if m := must(w.Member(t.Context(), r, "carol"))(t); m.Role != chat.RoleAdmin {
		t.Errorf("carol %+v", m)
	}
	if m := must(w.Member(t.Context(), r, "bob"))(t); !m.Muted || m.Role != chat.RoleNone {
		t.Errorf("bob %+v", m)
	}
}

func TestARoomThatEndedCanBeMadeAgain(t *testing.T) {
	w := newWorld(t)
	r := chat.Room("r")
	w.do("alice", r, chat.Lifecycle{Created: true, Attributes: map[string]string{"k": "old"}})
	w.change("alice", r, chat.ChangeMute, "bob")
	w.refused("bob", r, chat.Lifecycle{Created: true}, chat.AlreadyExists)
	w.do("alice", r, chat.Lifecycle{})
	w.do("bob", r, chat.Lifecycle{Created: true})
	w.reopen()
	d := must(w.Details(t.Context(), r))(t)
	if d.Owner != "bob" || d.Dissolved || len(d.Attributes) != 0 {
		t.Errorf("details %+v", d)
	}
	if m := must(w.Member(t.Context(), r, "bob"))(t); m.Muted || m.Role != chat.RoleOwner {
		t.Errorf("bob %+v", m)
	}
}

// A room that is made again under an old id is another room: whoever makes it reads nothing of what was said before.
func TestRoomThatIsMadeAgainTellsNothingOfTheOldOne(t *testing.T) {
	w := newWorld(t)
	den := chat.Room("den")
	w.do("alice", den, chat.Lifecycle{Created: true})
	old := w.say("alice", den, "secret")
	w.do("alice", den, chat.Lifecycle{})
	w.pass(time.Second)
	w.do("bob", den, chat.Lifecycle{Created: true})
	w.say("bob", den, "hello")
	for range 2 {
		equal(t, "bob reads", w.texts("bob", den), "bob: hello")
		page, _, _, err := w.Archive(t.Context(), "bob", den, ArchiveQuery{Kinds: []string{"message"}})
		if err != nil || len(page) != 1 {
			t.Errorf("the archive has %d messages, %v", len(page), err)
		}
		if _, err := w.Entry(t.Context(), "bob", den, chat.Ref{ID: old.Event.ID}); chat.ReasonOf(err) != chat.NoMessage {
			t.Errorf("by its id: %v", err)
		}
		equal(t, "the app's server reads", w.texts("", den), "alice: secret", "bob: hello")
		w.reopen()
	}
}

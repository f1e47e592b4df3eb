package xmpp

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"mellium.im/xmpp/stanza"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

// mucSettings is what an owner may set of a group or room by MUC for which other protocols have no word.
type mucSettings struct {
	Secret   string                 `json:"secret,omitzero"`    // the password of a room; "": none
	OpenJIDs bool                   `json:"open_jids,omitzero"` // a room's occupants see each other's addresses
	Topic    bool                   `json:"topic,omitzero"`     // everybody who may speak may change the subject
	Logged   bool                   `json:"logged,omitzero"`    // newcomers are told that what is said is kept
	Owners   []chat.UserID          `json:"owners,omitzero"`    // beside the owner; to other protocols they are admins
	Reasons  map[chat.UserID]string `json:"reasons,omitzero"`   // why somebody is banned
}

// settingsKey is the attribute of a group or room that holds them.
var settingsKey = chat.HiddenKey("xmpp.muc")

// mucMemory is what is known of groups and rooms beside the log: their settings, which the log has too, and what lasts as
// long as somebody is there, or only until it has been told.
type mucMemory struct {
	changing sync.Mutex // held from reading settings to their change: two owners may want different things at once

	mu       sync.Mutex
	settings map[chat.Conv]readSettings      // of those that somebody of ours is in
	changes  int                             // of settings, so that nobody keeps what he has read before one
	fresh    map[chat.Conv]chat.UserID       // new groups and rooms that nobody has configured, and who has made them
	ends     map[chat.Conv]*xmppwire.Element // what who ends a group or room says about it
}

// readSettings are settings of the room that was made then: another may have been made since under the same id.
type readSettings struct {
	made time.Time
	mucSettings
}

func newMUCMemory() *mucMemory {
	return &mucMemory{settings: map[chat.Conv]readSettings{}, fresh: map[chat.Conv]chat.UserID{}, ends: map[chat.Conv]*xmppwire.Element{}}
}

// settingsOf returns what was set of a group or room that is there.
func (f *Frontend) settingsOf(ctx context.Context, d *chat.Details) (mucSettings, error) {
	f.muc.mu.Lock()
	known, ok := f.muc.settings[d.Conv]
	changes := f.muc.changes
	f.muc.mu.Unlock()
	if ok && known.made.Equal(d.Created) {
		return known.mucSettings, nil
	}
	all, err := f.Store.HiddenAttributes(ctx, d.Conv, "xmpp.muc")
	if err != nil {
		return mucSettings{}, err
	}
	known = readSettings{made: d.Created}
	for _, a := range all {
		if a.Key == settingsKey {
			if err := json.Unmarshal([]byte(a.Value), &known.mucSettings); err != nil {
				return mucSettings{}, err
			}
		}
	}
	if len(f.hub.in(d.Conv)) == 0 {
		return known.mucSettings, nil // nobody's leaving would have it forgotten
	}
	f.muc.mu.Lock()
	if f.muc.changes == changes {
		f.muc.settings[d.Conv] = known
	}
	f.muc.mu.Unlock()
	return known.mucSettings, nil
}

// changeSettings changes what the caller, who may, wants of a group or room, if change says that there is anything to do.
// What set holds by reference is not change's to write to.
func (s *session) changeSettings(ctx context.Context, d *chat.Details, change func(set *mucSettings) bool) error {
	s.muc.changing.Lock()
	defer s.muc.changing.Unlock()
	set, err := s.settingsOf(ctx, d)
	if err != nil || !change(&set) {
		return err
	}
	text, err := json.Marshal(set)
	if err != nil {
		return err
	}
	body := chat.Attributes{Set: map[string]string{settingsKey: string(text)}, Force: true}
	if _, err := s.command(ctx, chat.Draft{Conv: d.Conv, Body: body}); err != nil {
		return err
	}
	s.muc.mu.Lock()
	s.muc.changes++
	delete(s.muc.settings, d.Conv)
	s.muc.mu.Unlock()
	return nil
}

// command submits what MUC's own rules let the user do, which are wider than the house's: a moderator may do what an admin
// may, and there can be several owners.
func (s *session) command(ctx context.Context, d chat.Draft) (chat.Event, error) {
	s.flown.Wait()
	a := s.actor
	a.Source = chat.Server
	return s.Router.Submit(ctx, a, d)
}

// forget lets go of what is known of a group or room that nobody is in.
func (m *mucMemory) forget(c chat.Conv) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.settings, c)
	delete(m.fresh, c)
	delete(m.ends, c)
}

// begin notes that somebody has made a group or room that waits for its first configuration.
func (m *mucMemory) begin(c chat.Conv, by chat.UserID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fresh[c] = by
	delete(m.ends, c)
}

// configured ends that waiting, and reports whether there was any.
func (m *mucMemory) configured(c chat.Conv) (first bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, first = m.fresh[c]
	delete(m.fresh, c)
	return first
}

// knowsSecret marks the context of an entry by somebody who has shown the room's password.
type knowsSecret struct{}

// door lets nobody into a room with a password who has not shown it. Other protocols have no word for it: by them only those
// enter who manage the room.
func (f *Frontend) door(ctx context.Context, a bridge.Actor, c chat.Conv) error {
	d, err := f.Store.Details(ctx, c)
	if err != nil {
		return err
	}
	set, err := f.settingsOf(ctx, &d)
	if err != nil || set.Secret == "" {
		return err
	}
	if ctx.Value(knowsSecret{}) != nil {
		return nil
	}
	m, err := f.Store.Member(ctx, c, a.User)
	if err == nil && !m.Role.IsManager() {
		err = chat.RefuseFor(chat.NoRight, "this room has a password")
	}
	return err
}

// affiliation returns what a member of a group or room is in MUC's words.
func (set *mucSettings) affiliation(u chat.UserID, m chat.Member) string {
	if m.Role == chat.RoleAdmin && slices.Contains(set.Owners, u) {
		return "owner"
	}
	return xmppmap.Affiliation(m)
}

// mucStanding is somebody in a group or room as MUC sees him.
type mucStanding struct {
	member      chat.Member
	affiliation string
	moderator   bool
}

// rank orders affiliations.
func (m mucStanding) rank() int {
	return rankOf(m.affiliation)
}

// rankOf returns -1 for what is no affiliation.
func rankOf(affiliation string) int {
	return slices.Index([]string{"outcast", "none", "member", "admin", "owner"}, affiliation)
}

func (m mucStanding) isAdmin() bool { return m.rank() >= 3 }
func (m mucStanding) isOwner() bool { return m.affiliation == "owner" }

// standingOf returns what u is in d.
func (f *Frontend) standingOf(ctx context.Context, d *chat.Details, u chat.UserID) (mucStanding, error) {
	set, err := f.settingsOf(ctx, d)
	if err != nil {
		return mucStanding{}, err
	}
	m, err := f.Store.Member(ctx, d.Conv, u)
	if err != nil {
		return mucStanding{}, err
	}
	return mucStanding{member: m, affiliation: set.affiliation(u, m),
		moderator: m.Role.IsManager() || f.hub.moderates(d.Conv, u)}, nil
}

// here returns a group or room and what the session's user is in it.
func (s *session) here(ctx context.Context, c chat.Conv) (chat.Details, mucStanding, error) {
	d, err := s.Store.Details(ctx, c)
	if err != nil {
		return d, mucStanding{}, err
	}
	me, err := s.standingOf(ctx, &d, s.user)
	return d, me, err
}

func forbidden() error  { return refusal(stanza.Auth, stanza.Forbidden) }
func notAllowed() error { return refusal(stanza.Cancel, stanza.NotAllowed) }

package bridge

import (
	"time"

	"dragoman/bridge/chat"
)

// Policy is who may do what. Its zero value forbids recalls and edits to clients; start from DefaultPolicy.
type Policy struct {
	RecallWindow time.Duration // how long after sending an author may recall; 0: never; negative: always
	EditWindow   time.Duration // how long after sending an author may edit; 0: never; negative: always
	ContactsOnly bool          // peers write to each other only as contacts
	ClosedRooms  bool          // rooms are made by the app's server alone
	MaxText      int           // bytes of a text; 0: no limit of our own
	MaxMembers   int           // of a group that names no number itself; 0: no limit
}

// DefaultPolicy is what runs where nothing is configured.
func DefaultPolicy() Policy {
	return Policy{RecallWindow: 2 * time.Minute, EditWindow: 24 * time.Hour, MaxText: 64 << 10, MaxMembers: 3000}
}

// Allow decides from the draft and a snapshot of the conversation alone. It returns nil or a *chat.Error.
func (p Policy) Allow(a Actor, d chat.Draft, s chat.Snapshot) error {
	if a.Source == chat.System || a.Source == chat.Import {
		return nil
	}
	if !fits(d.Conv.Kind, d.Body) {
		return chat.Refuse(chat.Invalid, "such a thing is not said in such a conversation")
	}
	if err := p.place(a, d, s); err != nil {
		return err
	}
	if err := addressees(a, d, s); err != nil {
		return err
	}
	switch b := d.Body.(type) {
	case chat.Message:
		return p.message(a, d, b, s)
	case chat.Edit:
		return p.edit(a, d, b, s)
	case chat.Recall:
		return p.recall(a, s)
	case chat.Receipt:
		return nil // what he may not read he cannot name
	case chat.Reaction, chat.Pin:
		return p.target(a, d, s)
	case chat.Typing, chat.Relay:
		return p.speak(a, d, s)
	case chat.Membership:
		return p.membership(a, d, b, s)
	case chat.Profile, chat.Rules:
		return manage(a, d, s)
	case chat.Lifecycle:
		return p.lifecycle(a, d, b, s)
	case chat.Attributes:
		return attributes(a, d, b, s)
	case chat.Presence:
		return own(a, d)
	case chat.Contact:
		return contact(d, b, s)
	case chat.Block:
		return nil
	case chat.Watch:
		return known(s)
	case chat.Setting, chat.Hide, chat.CallState:
		return nil
	}
	return chat.Refuse(chat.Unsupported, "this cannot be asked for")
}

// fits reports whether a body has a meaning in a kind of conversation.
func fits(kind chat.ConvKind, body chat.Body) bool {
	grouped := kind == chat.KindGroup || kind == chat.KindThread || kind == chat.KindRoom
	switch body.(type) {
	case chat.Message:
		return grouped || kind == chat.KindPeer || kind == chat.KindAll
	case chat.Edit, chat.Recall, chat.Receipt, chat.Reaction, chat.Pin, chat.Typing:
		return grouped || kind == chat.KindPeer
	case chat.Membership, chat.Rules, chat.Lifecycle:
		return grouped
	case chat.Profile, chat.Attributes:
		return grouped || kind == chat.KindSelf
	case chat.Presence:
		return kind == chat.KindSelf
	case chat.Contact, chat.Block, chat.Watch:
		return kind == chat.KindPeer
	case chat.CallState:
		return kind == chat.KindCall
	}
	return true // settings, one's own copy, and signalling that only its own protocol reads
}

// addressees refuses a client's word to some of a group who are not in it.
func addressees(a Actor, d chat.Draft, s chat.Snapshot) error {
	if a.Source == chat.Server || (d.Conv.Kind != chat.KindGroup && d.Conv.Kind != chat.KindThread) {
		return nil
	}
	if _, said := d.Body.(chat.Message); !said {
		return nil
	}
	for _, u := range d.To {
		if u != a.User && !s.Members[u].Role.IsMember() {
			return chat.RefuseFor(chat.NotMember, string(u)+" is not in this group")
		}
	}
	return nil
}

// place refuses who has no business in d's conversation at all, and conversations that are not there.
func (p Policy) place(a Actor, d chat.Draft, s chat.Snapshot) error {
	switch d.Conv.Kind {
	case chat.KindPeer:
		if !d.Conv.Member(a.User) {
			return chat.Refuse(chat.Forbidden, "not your conversation")
		}
		return nil
	case chat.KindSelf:
		if _, profile := d.Body.(chat.Profile); profile && a.Source == chat.Server {
			return nil
		}
		return own(a, d)
	case chat.KindAll:
		if a.Source != chat.Server {
			return chat.RefuseFor(chat.NoRight, "only the app's server speaks to everybody")
		}
		return nil
	case chat.KindCall:
		if a.Source != chat.Server {
			return chat.RefuseFor(chat.NoRight, "calls are not offered")
		}
		return nil
	}
	return p.inside(a, d, s)
}

// inside is place for groups, threads and rooms.
func (p Policy) inside(a Actor, d chat.Draft, s chat.Snapshot) error {
	if b, ok := d.Body.(chat.Lifecycle); ok && b.Created {
		// A room ends when it is empty, and its id is a name that people agree on: it may be made again.
		if again := d.Conv.Kind == chat.KindRoom && s.Details != nil && s.Details.Dissolved; s.Details != nil && !again {
			return chat.RefuseFor(chat.AlreadyExists, "this id is or was taken")
		}
		if !b.Parent.IsZero() && a.Source != chat.Server && !s.Above.Role.IsMember() {
			return notAbove()
		}
		return nil
	}
	switch {
	case s.Details == nil:
		return chat.RefuseFor(chat.NoGroup, "there is no such group or room")
	case s.Details.Dissolved:
		return chat.RefuseFor(chat.Dissolved, "this group or room is no more")
	case a.Source == chat.Server:
		return nil
	}
	if !s.Details.Parent.IsZero() && !s.Above.Role.IsMember() && !isParting(d.Body) {
		return notAbove()
	}
	switch b := d.Body.(type) {
	case chat.Membership:
		return nil // each change has its own rule
	case chat.Setting, chat.Hide:
		return nil // his own copy, also after he left
	case chat.Attributes:
		if b.User == "" && s.Me.Role.IsManager() {
			return nil
		}
	case chat.Profile, chat.Rules, chat.Lifecycle:
		if s.Me.Role.IsManager() {
			return nil // a room is managed from outside it too
		}
	case chat.Recall:
		if s.Me.Role.IsManager() {
			return nil
		}
	}
	if !isIn(d.Conv, s) {
		return chat.RefuseFor(chat.NotMember, "you are not in this group or room")
	}
	return nil
}

func notAbove() error {
	return chat.RefuseFor(chat.NotMember, "you are not in the group of this thread")
}

// isParting reports whether b is what one may still do about a thread whose group one is not in any more.
func isParting(b chat.Body) bool {
	switch b := b.(type) {
	case chat.Membership:
		return b.Change == chat.ChangeLeave
	case chat.Setting, chat.Hide:
		return true
	}
	return false
}

// isIn reports whether the author is in the group, or in the room now.
func isIn(c chat.Conv, s chat.Snapshot) bool {
	if c.Kind == chat.KindRoom {
		return s.Present
	}
	return s.Me.Role.IsMember()
}

func own(a Actor, d chat.Draft) error {
	if !d.Conv.Member(a.User) {
		return chat.Refuse(chat.Forbidden, "this belongs to somebody else")
	}
	return nil
}

// known refuses a peer who has no account.
func known(s chat.Snapshot) error {
	if s.Peer == chat.Unknown || s.Peer == chat.Deleted {
		return chat.RefuseFor(chat.NoUser, "there is no such user")
	}
	return nil
}

// speak is what every word needs: somebody who hears it and may be told.
func (p Policy) speak(a Actor, d chat.Draft, s chat.Snapshot) error {
	if d.Conv.Kind == chat.KindPeer {
		switch err := known(s); {
		case err != nil:
			return err
		case s.Blocked:
			return chat.RefuseFor(chat.Blocked, "the receiver has blocked you")
		case p.ContactsOnly && !s.Contacts && (a.Source == chat.Client || a.Source == chat.Trunk) && d.Conv.Other(a.User) != a.User:
			return chat.RefuseFor(chat.NotContact, "only contacts may write")
		}
		return nil
	}
	if s.Details == nil || a.Source == chat.Server {
		return nil
	}
	switch {
	case s.Me.Banned:
		return chat.RefuseFor(chat.Banned, "you are banned here")
	case s.Me.IsMuted(s.Now):
		return chat.RefuseFor(chat.Muted, "you are muted here")
	case s.Details.Silences(s.Me.Role, s.Now) && !s.Me.Allowed,
		d.Conv.Kind == chat.KindRoom && s.Me.Role == chat.RoleNone && !s.Me.Allowed && s.Details.Silences(chat.RoleMember, s.Now):
		return chat.RefuseFor(chat.AllMuted, "nobody may speak here now")
	}
	return nil
}

func (p Policy) message(a Actor, d chat.Draft, b chat.Message, s chat.Snapshot) error {
	if text, ok := b.Content.(chat.Text); ok && p.MaxText > 0 && len(text.Text) > p.MaxText {
		return chat.Refuse(chat.TooLarge, "the text is longer than %d bytes", p.MaxText)
	}
	return p.speak(a, d, s)
}

func (p Policy) edit(a Actor, d chat.Draft, b chat.Edit, s chat.Snapshot) error {
	switch {
	case s.Target == nil:
		return chat.RefuseFor(chat.NoMessage, "there is no such message")
	case s.Target.Recall != nil:
		return chat.RefuseFor(chat.AlreadyRecalled, "the message was recalled")
	case s.Target.From != a.User && a.Source != chat.Server:
		return chat.RefuseFor(chat.NoRight, "only the author edits")
	case a.Source != chat.Server && !open(p.EditWindow, s.Target.Time, s.Now):
		return chat.RefuseFor(chat.WindowClosed, "it is too late to edit")
	}
	return p.message(a, d, b.Message, s)
}

func (p Policy) recall(a Actor, s chat.Snapshot) error {
	switch {
	case s.Target == nil:
		return chat.RefuseFor(chat.NoMessage, "there is no such message")
	case s.Target.Recall != nil:
		return chat.RefuseFor(chat.AlreadyRecalled, "the message was recalled already")
	case a.Source == chat.Server:
		return nil
	case s.Target.From != a.User:
		// An owner recalls anybody's, an admin a member's. Being no author, they have no window.
		author := s.Members[s.Target.From].Role
		if s.Me.Role == chat.RoleOwner || (s.Me.Role == chat.RoleAdmin && !author.IsManager()) {
			return nil
		}
		return chat.RefuseFor(chat.NoRight, "only the author or a manager recalls")
	case p.RecallWindow == 0:
		return chat.RefuseFor(chat.RecallDisabled, "recalls are switched off")
	case !open(p.RecallWindow, s.Target.Time, s.Now) && !s.Me.Role.IsManager():
		return chat.RefuseFor(chat.WindowClosed, "it is too late to recall")
	}
	return nil
}

// open reports whether a window that began at since is still open; 0 never is, a negative one always.
func open(window time.Duration, since, now time.Time) bool {
	return window < 0 || (window > 0 && !now.After(since.Add(window)))
}

func (p Policy) target(a Actor, d chat.Draft, s chat.Snapshot) error {
	switch {
	case s.Target == nil:
		return chat.RefuseFor(chat.NoMessage, "there is no such message")
	case s.Target.Recall != nil:
		return chat.RefuseFor(chat.AlreadyRecalled, "the message was recalled")
	case d.Conv.Kind == chat.KindPeer && s.Blocked:
		return chat.RefuseFor(chat.Blocked, "the receiver has blocked you")
	}
	return nil
}

// manage lets owners and admins change what all see; a user what he shows of himself.
func manage(a Actor, d chat.Draft, s chat.Snapshot) error {
	if d.Conv.Kind == chat.KindSelf || a.Source == chat.Server || s.Me.Role.IsManager() {
		return nil
	}
	return chat.RefuseFor(chat.NoRight, "only an owner or admin may")
}

func (p Policy) lifecycle(a Actor, d chat.Draft, b chat.Lifecycle, s chat.Snapshot) error {
	switch {
	case !b.Created && a.Source != chat.Server && s.Me.Role != chat.RoleOwner:
		return chat.RefuseFor(chat.NoRight, "only the owner may")
	case !b.Created:
		return nil
	case d.Conv.Kind == chat.KindRoom && p.ClosedRooms && a.Source != chat.Server:
		return chat.RefuseFor(chat.NoRight, "rooms are made by the app's server")
	}
	for _, u := range b.Members {
		if standing := s.Standings[u]; standing == chat.Unknown || standing == chat.Deleted {
			return chat.RefuseFor(chat.NoUser, "there is no user "+string(u))
		}
	}
	limit := p.MaxMembers
	if b.Rules.Max != nil {
		limit = *b.Rules.Max
	}
	if limit > 0 && len(b.Members)+1 > limit {
		return chat.RefuseFor(chat.Full, "more members than the group has room for")
	}
	return nil
}

func attributes(a Actor, d chat.Draft, b chat.Attributes, s chat.Snapshot) error {
	if shown, _ := b.Shown(); a.Source != chat.Server && len(shown.Set)+len(shown.Deleted) < len(b.Set)+len(b.Deleted) {
		return chat.Refuse(chat.Invalid, "such a key cannot be set")
	}
	if d.Conv.Kind == chat.KindSelf || a.Source == chat.Server || b.User == "" || b.User == a.User || s.Me.Role.IsManager() {
		return nil
	}
	return chat.RefuseFor(chat.NoRight, "these belong to another member")
}

// contact lets a name that is gone be taken off the list.
func contact(d chat.Draft, b chat.Contact, s chat.Snapshot) error {
	switch b.Change {
	case chat.ContactRemove, chat.ContactDrop, chat.ContactRevoke, chat.ContactDecline, chat.ContactPut:
		return nil
	}
	if s.Blocked && b.Change == chat.ContactAsk {
		return chat.RefuseFor(chat.Blocked, "the receiver has blocked you")
	}
	return known(s)
}

package chat

import "time"

// Member is one person's standing in a group, thread or room.
type Member struct {
	User       UserID
	Role       Role // RoleNone: not in it
	Nick       string
	Joined     time.Time
	Muted      bool
	MutedUntil time.Time // with Muted; zero: for ever
	Allowed    bool      // may speak when all are silent
	Banned     bool
	Invited    bool // has an invitation that he has not answered
	Applied    bool // has asked to join and has no answer
	Attributes map[string]string
}

// IsMuted reports whether the member may not speak at now.
func (m Member) IsMuted(now time.Time) bool {
	return m.Muted && (m.MutedUntil.IsZero() || now.Before(m.MutedUntil))
}

// Details is a group, thread or room as it stands.
type Details struct {
	Conv        Conv
	Name        string
	Notice      string
	Avatar      string
	Description string
	Extra       string
	Owner       UserID
	Created     time.Time
	Changed     time.Time
	Count       int // members; of a room, who is on its lists
	Join        Mode
	Invite      Mode
	Consent     Mode
	Max         int // 0: the server's default
	Public      bool
	Silent      []Role // who may not speak
	SilentUntil time.Time
	Parent      Conv
	Root        Ref
	Linger      time.Duration // how long an empty room stays; 0: for ever
	Dissolved   bool
	Attributes  map[string]string
	LastSeq     Seq
	Said        int // how many messages that count as unread were ever said, recalled ones too
	LastPlace   Place
}

// Silences reports whether a member of role r may not speak at now, by the rule for all. The owner always may; an admin
// unless the rule names his role itself; an application's own roles are silent as members are.
func (d *Details) Silences(r Role, now time.Time) bool {
	if r == RoleOwner || (!d.SilentUntil.IsZero() && !now.Before(d.SilentUntil)) {
		return false
	}
	for _, silent := range d.Silent {
		if silent == r || (silent == RoleMember && r >= 100) {
			return true
		}
	}
	return false
}

// Snapshot is what a Policy needs to know to decide on one draft: its conversation, its author and its target as they stand.
type Snapshot struct {
	Details   *Details            // of a group, thread or room; nil: there is none of that name
	Me        Member              // the author in it
	Above     Member              // the author in the group above a thread; the router asks the log again
	Members   map[UserID]Member   // those whom a Membership is about, as they stand in it
	Blocked   bool                // the other of a peer conversation has blocked the author
	Contacts  bool                // the two of a peer conversation are contacts
	Target    *Entry              // of an edit, recall, reaction, pin or of a receipt's or reply's single message; nil: not found, or he may not read it
	Peer      Standing            // of the other in a peer conversation; the router asks People
	Standings map[UserID]Standing // of those whom a Membership or Lifecycle puts in; the router asks People
	Present   bool                // the author is in the room now; the router knows
	Now       time.Time           // set by the router
	PinCount  int                 // how many messages are pinned there
}

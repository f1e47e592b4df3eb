package chat

import "time"

// Source says who made an event.
type Source uint8

// The sources. Server is the app's own backend, which may act beyond its user's own rights; System is the gateway itself.
const (
	Client Source = iota
	Server
	Trunk
	Import
	System
)

var sourceNames = [...]string{"client", "server", "trunk", "import", "system"}

// String returns the source's name in lower case.
func (s Source) String() string {
	if int(s) < len(sourceNames) {
		return sourceNames[s]
	}
	return "source"
}

// Draft is what a client asks for. Only a Router turns a Draft into an Event.
type Draft struct {
	Conv     Conv
	ClientID string    // the client's own id of this request; makes retries harmless; "": none
	To       []UserID  // nil: everyone in Conv
	ToDevice DeviceID  // "": every device
	Time     time.Time // zero: now; only an importer may say otherwise
	Body     Body
	Native   Native
}

// maxClientID bounds what a client may make us keep for each message of his.
const maxClientID = 255

// Check refuses a draft whose form alone is wrong.
func (d Draft) Check() error {
	if err := d.Conv.check(); err != nil {
		return err
	}
	if len(d.ClientID) > maxClientID {
		return Refuse(Invalid, "the message's own id is longer than 255 bytes")
	}
	if err := checkText(d.ClientID + string(d.ToDevice)); err != nil {
		return err
	}
	if err := checkUsers(d.To); err != nil {
		return err
	}
	if !d.Time.IsZero() && (d.Time.UnixMilli() < epoch || d.Time.UnixMilli() >= epochEnd) {
		return Refuse(Invalid, "no event can have happened then")
	}
	if d.Body == nil {
		return Refuse(Invalid, "nothing is asked for")
	}
	return d.Body.check()
}

// Keep says what becomes of the event that d asks for.
func (d Draft) Keep() Keep {
	if d.Conv.Kind == KindAll {
		return KeepNone
	}
	switch b := d.Body.(type) {
	case Message:
		switch _, command := b.Content.(Command); {
		case b.OnlineOnly:
			return KeepNone
		case command:
			return KeepFeed
		}
		return KeepHistory
	case Membership:
		switch {
		case d.Conv.Kind == KindRoom && (b.Change == ChangeJoin || b.Change == ChangeLeave):
			return KeepNone
		case d.Conv.Kind == KindRoom, d.To != nil, b.Change.isPrivate():
			return KeepFeed
		}
		return KeepHistory
	case Profile, Rules, Lifecycle:
		if d.Conv.Kind == KindRoom || d.Conv.Kind == KindSelf {
			return KeepFeed
		}
		return KeepHistory
	case Contact:
		if b.Change == ContactAsk {
			return KeepFeed
		}
		return KeepLatest
	case Presence:
		// A status that outlives the session is caught up on; mere reachability is not.
		if !b.Until.IsZero() {
			return KeepLatest
		}
		return KeepNone
	}
	return d.Body.Keep()
}

// isPrivate reports whether a few alone learn of the change: an application, an invitation, and what concerns one list.
func (c Change) isPrivate() bool {
	switch c {
	case ChangeApply, ChangeApplyDecline, ChangeInvite, ChangeInviteDecline, ChangeAllow, ChangeDisallow, ChangeUnban:
		return true
	}
	return false
}

// Event is what happened: the draft and what the router added. An Event is never changed once it exists.
type Event struct {
	Draft  // To: nil, everyone in Conv; else exactly these, the author among them if he shall see it
	ID     EventID
	Place  Place
	Seq    Seq
	From   UserID
	Device DeviceID
	Source Source
}

// Entry is an event as it stands now: for history, for lists, and for whoever is told of a change to it.
type Entry struct {
	Event               // Body is the newest version, or a Message that holds Recalled
	Edited    *Event    // the last Edit; nil: none
	Recall    *Event    // the Recall; nil: none
	Edits     int       // how often it was edited
	Replies   int       // how many answer it
	Reactions []Reacted // in order of first use
	Delivered Tally     // how many of how many
	Read      Tally
	Thread    Conv   // the thread that hangs on it
	PinnedBy  UserID // "": not pinned
	PinnedAt  time.Time
}

// Reacted is one emoji under a message and who stands behind it, in order.
type Reacted struct {
	Emoji Emoji
	Users []UserID
}

// Tally is how many of how many.
type Tally struct{ Count, Of int }

// Record is an event and what it refers to, as that stands after it (nil: nothing). Storage speaks in records.
type Record struct {
	Event *Event
	About *Entry
	// Audience is who is told, besides those who have entered a room: the members at this place in the log, or To. Shared,
	// never to be changed. Only Append fills it in, and only for what it stored.
	Audience []UserID
}

// Ref names an earlier event by any of its ids. In an Event all are set, and the author.
type Ref struct {
	ID       EventID `json:",omitzero"`
	Seq      Seq     `json:",omitzero"`
	ClientID string  `json:",omitzero"`
	Author   UserID  `json:",omitzero"`
}

// IsZero reports whether r names nothing.
func (r Ref) IsZero() bool { return r.ID == 0 && r.Seq == 0 && r.ClientID == "" }

// Ref returns how others name this event.
func (e *Event) Ref() Ref { return Ref{ID: e.ID, Seq: e.Seq, ClientID: e.ClientID, Author: e.From} }

// Reader is who reads the log: a device of a user, a trunk, an outbox.
type Reader struct {
	User   UserID
	Device DeviceID
	Trunk  string // with User "": all whom this trunk speaks for
	Outbox string // with User "": sees all
	Conv   Conv   // zero: everything he may see; else this conversation alone, where he has run ahead in it
}

// Queue is a conversation in which a reader has something unacknowledged, and how much.
type Queue struct {
	Conv  Conv
	Count int
}

// Standing is what is known of a name.
type Standing uint8

// The standings.
const (
	Unknown          Standing = iota // no such account
	Active                           // may log in
	StandingDisabled                 // exists, may not log in
	Deleted                          // was; its name stays taken
)

package chat

import (
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Keep says what becomes of an event once it has been told to who is there.
type Keep uint8

// The ways of keeping. KeepNone: live only. KeepFeed: caught up on, in no history. KeepLatest: so, newest per key.
// KeepHistory: caught up on, and an entry of history with a Seq.
const (
	KeepNone Keep = iota
	KeepFeed
	KeepLatest
	KeepHistory
)

// Body is the kind of an event. The set is closed.
type Body interface {
	// Keep is what becomes of such an event by default; Draft.Keep decides.
	Keep() Keep
	check() error
}

// Priority is what a full room drops last.
type Priority uint8

// The priorities.
const (
	PriorityNormal Priority = iota
	PriorityLow
	PriorityHigh
)

// Push is what an offline notice should say. Kept with the event; its sender is no part of the model.
type Push struct {
	Title   string `json:",omitzero"`
	Text    string `json:",omitzero"`
	Payload string `json:",omitzero"`
	Extra   string `json:",omitzero"` // the sender's further wishes as JSON text, in his protocol's words
}

// Emoji is one reaction: an emoji or a short name. It is never empty.
type Emoji string

// maxEmojiBytes bounds a reaction: the longest name that a protocol allows.
const maxEmojiBytes = 128

// NewEmoji refuses what is empty, longer than 128 bytes or not UTF-8.
func NewEmoji(s string) (Emoji, error) {
	if s == "" || len(s) > maxEmojiBytes || !utf8.ValidString(s) {
		return "", Refuse(Invalid, "not a reaction")
	}
	return Emoji(s), nil
}

type (
	// Message says something.
	Message struct {
		Content     Content
		ReplyTo     Ref
		Mentions    []UserID
		MentionAll  bool
		WantReceipt bool // the author wants to know who has read it
		OnlineOnly  bool // for who is there now
		Quiet       bool // adds to nobody's unread count
		Priority    Priority
		Push        *Push            // title, text and payload of an offline notice
		Ext         map[string]Value // the client's own fields
	}

	// Edit changes a message to the whole message as it shall be.
	Edit struct {
		Target  Ref
		Message Message
	}

	// Recall takes a message back for everyone.
	Recall struct {
		Target Ref
		Reason string `json:",omitzero"`
	}

	// Receipt says that these messages, or all up to Through, or with neither all so far, were delivered or read.
	Receipt struct {
		State    ReceiptState `json:",omitzero"`
		Messages []Ref        `json:",omitzero"`
		Through  Ref          `json:",omitzero"`
		Note     string       `json:",omitzero"` // what the reader adds for the author
	}

	// Reaction adds and takes away emoji. Whole: On is all that the author leaves standing.
	Reaction struct {
		Target Ref
		On     []Emoji `json:",omitzero"`
		Off    []Emoji `json:",omitzero"`
		Whole  bool    `json:",omitzero"`
	}

	// Pin keeps a message on top of its conversation, for all; or no longer.
	Pin struct {
		Target Ref
		On     bool `json:",omitzero"`
	}

	// Typing says that somebody is, or is no longer, writing.
	Typing struct {
		Active bool `json:",omitzero"`
	}

	// Membership changes who is in a group, thread or room, and what he may.
	Membership struct {
		Users  []UserID  `json:",omitzero"` // whom it is about; the author where he changes himself
		Change Change    `json:",omitzero"`
		Role   Role      `json:",omitzero"` // of ChangeRole
		Until  time.Time `json:",omitzero"` // of ChangeMute; zero: for ever
		Nick   string    `json:",omitzero"` // of ChangeNick, and of ChangeJoin to a room
		Was    string    `json:",omitzero"` // of ChangeNick: the nick until now; the log fills it in
		Reason string    `json:",omitzero"`
	}

	// Profile changes what a group, a room or (in KindSelf) a user shows of itself. nil: unchanged.
	Profile struct {
		Name        *string `json:",omitzero"`
		Notice      *string `json:",omitzero"`
		Avatar      *string `json:",omitzero"`
		Description *string `json:",omitzero"`
		Extra       *string `json:",omitzero"`
	}

	// Rules changes who may enter, invite and speak. nil: unchanged.
	Rules struct {
		Join        *Mode      `json:",omitzero"`
		Invite      *Mode      `json:",omitzero"` // ModeOpen: every member; ModeClosed: owner and admins
		Consent     *Mode      `json:",omitzero"` // ModeOpen: who is invited is in; ModeAsk: he is asked
		Max         *int       `json:",omitzero"` // members
		Public      *bool      `json:",omitzero"` // found in lists by strangers
		Silent      *[]Role    `json:",omitzero"` // who may not speak; the owner and admins always may
		SilentUntil *time.Time `json:",omitzero"` // zero: for ever
	}

	// Lifecycle makes a group, thread or room, or (Created false) ends it.
	Lifecycle struct {
		Created    bool              `json:",omitzero"`
		Members    []UserID          `json:",omitzero"` // beside the author, who becomes its owner
		Profile    Profile           `json:",omitzero"`
		Rules      Rules             `json:",omitzero"`
		Parent     Conv              `json:",omitzero"` // of a thread
		Root       Ref               `json:",omitzero"` // the message that a thread hangs on
		Linger     time.Duration     `json:",omitzero"` // how long an empty room stays; 0: for ever
		Attributes map[string]string `json:",omitzero"`
		Absent     bool              `json:",omitzero"` // the author makes it for others and is no member
	}

	// Attributes changes named texts of a group, a room, a member of one, or (in KindSelf) a user.
	Attributes struct {
		Set        map[string]string `json:",omitzero"`
		Deleted    []string          `json:",omitzero"`
		User       UserID            `json:",omitzero"` // whose, of a member's
		AutoDelete bool              `json:",omitzero"` // gone when who set them leaves
		Force      bool              `json:",omitzero"` // also what another has set
	}

	// Presence says how reachable one device is, or what its user wants others to read. In KindSelf.
	Presence struct {
		Show     Show      `json:",omitzero"`
		Status   string    `json:",omitzero"`
		Priority int8      `json:",omitzero"`
		Until    time.Time `json:",omitzero"` // zero: until the session ends
	}

	// Contact changes what its author is to the other of a peer conversation.
	Contact struct {
		Change ContactChange `json:",omitzero"`
		Alias  string        `json:",omitzero"`
		Note   string        `json:",omitzero"`
		Groups []string      `json:",omitzero"`
	}

	// Block shuts the other of a peer conversation out, or lets him in again. Only its author is told.
	Block struct {
		On bool `json:",omitzero"`
	}

	// Watch follows the other's presence without being a contact. Only its author is told. Until zero: no longer.
	Watch struct {
		Until time.Time `json:",omitzero"`
	}

	// Setting is what one person wants of a conversation. Only he is told.
	Setting struct {
		Key   SettingKey
		Value Value
	}

	// Hide takes messages, or all up to Through, out of one's own history.
	Hide struct {
		Messages []Ref `json:",omitzero"`
		Through  Ref   `json:",omitzero"`
	}

	// CallState is a step of a call invitation.
	CallState struct {
		Users    []UserID      `json:",omitzero"`
		Step     CallStep      `json:",omitzero"`
		Timeout  time.Duration `json:",omitzero"`
		Extended string        `json:",omitzero"`
	}

	// Relay carries Native alone: signalling between clients of one protocol.
	Relay struct{}
)

// hiddenMark opens the keys of attributes that are a front-end's own business. No client writes or reads such a key.
const hiddenMark = "\x1f"

// HiddenKey returns the key under which a front-end keeps its own affairs of a group or room among the attributes: only the
// app's server may set it, and no list of attributes shows it.
func HiddenKey(key string) string { return hiddenMark + key }

// IsHiddenKey reports whether HiddenKey made key.
func IsHiddenKey(key string) bool { return strings.HasPrefix(key, hiddenMark) }

// Shown returns b without hidden keys, and whether anything is left to tell.
func (b Attributes) Shown() (Attributes, bool) {
	hidden := func(key string) bool { return IsHiddenKey(key) }
	b.Set, b.Deleted = maps.Clone(b.Set), slices.DeleteFunc(slices.Clone(b.Deleted), hidden)
	maps.DeleteFunc(b.Set, func(key, _ string) bool { return hidden(key) })
	return b, len(b.Set)+len(b.Deleted) > 0
}

// ReceiptState is how far a message got.
type ReceiptState uint8

// The states of a receipt.
const (
	Delivered ReceiptState = iota
	Read
)

// Change is what a Membership does.
type Change uint8

// The changes of membership.
const (
	ChangeJoin          Change = iota // Users: the author himself, by his own will
	ChangeAdd                         // put in by a manager, a member who may, or the server
	ChangeLeave                       // by himself
	ChangeKick                        // by a manager
	ChangeBan                         // kicked where a member, and cannot return
	ChangeUnban                       //
	ChangeMute                        // may not speak until Until
	ChangeUnmute                      //
	ChangeAllow                       // on the list of who may speak when all are silent
	ChangeDisallow                    //
	ChangeRole                        // Role is what he is from now on
	ChangeNick                        // Nick is his name here
	ChangeOwner                       // Users[0] is the owner from now on
	ChangeApply                       // asks to join
	ChangeApplyAccept                 // a manager lets the applicants in
	ChangeApplyDecline                //
	ChangeInvite                      // asks Users whether they would join
	ChangeInviteAccept                // the author accepts; Users: who had invited him
	ChangeInviteDecline               //
)

var changeNames = [...]string{"join", "add", "leave", "kick", "ban", "unban", "mute", "unmute", "allow", "disallow", "role",
	"nick", "owner", "apply", "apply-accept", "apply-decline", "invite", "invite-accept", "invite-decline"}

// String returns the change's name in lower case.
func (c Change) String() string {
	if int(c) < len(changeNames) {
		return changeNames[c]
	}
	return "change"
}

// NeedsAccount reports whether those whom the change is about must have an account: it brings them in.
func (c Change) NeedsAccount() bool {
	switch c {
	case ChangeAdd, ChangeInvite, ChangeOwner:
		return true
	}
	return false
}

// Changes returns every change, for tests.
func Changes() []Change {
	all := make([]Change, len(changeNames))
	for i := range all {
		all[i] = Change(i)
	}
	return all
}

// Role is what a member is. The numbers from 100 to 255 are an application's own roles, with a member's rights.
type Role uint8

// The roles.
const (
	RoleNone   Role = 0
	RoleOwner  Role = 1
	RoleAdmin  Role = 2
	RoleMember Role = 3
)

// IsManager reports whether r may change a group: owner or admin.
func (r Role) IsManager() bool { return r == RoleOwner || r == RoleAdmin }

// IsMember reports whether r is any role at all.
func (r Role) IsMember() bool { return r != RoleNone }

// Mode says who may do a thing.
type Mode uint8

// The modes.
const (
	ModeOpen   Mode = iota // it is done at once
	ModeAsk                // somebody must agree first
	ModeClosed             // nobody, or managers alone
)

// Show is how reachable a device is.
type Show uint8

// The shows.
const (
	ShowOffline Show = iota
	ShowOnline
	ShowChat // wants to talk
	ShowAway
	ShowXA // away for long
	ShowDND
)

// ContactChange is what a Contact does. Asking and agreeing are directed: who asks wants to see the other's presence.
type ContactChange uint8

// The changes of a contact.
const (
	ContactPut     ContactChange = iota // alias, note and groups of one's own list; makes the row
	ContactAsk                          // asks the other to agree
	ContactAccept                       // agrees to the other's asking
	ContactDecline                      // does not
	ContactRevoke                       // no longer agrees
	ContactDrop                         // no longer wants
	ContactRemove                       // off one's own list, and both of the above
	ContactAdd                          // both agree at once: protocols without asking, and the server
)

// SettingKey names a setting of one person about one conversation (or, in KindSelf, about all).
type SettingKey string

// The settings that more than one protocol knows. A protocol may keep others under "protocol.name".
const (
	SettingPinned  SettingKey = "pinned"  // ValueBool: on top of his list
	SettingMuted   SettingKey = "muted"   // ValueBool: do not disturb
	SettingMarks   SettingKey = "marks"   // ValueJSON: array of numbers
	SettingDraft   SettingKey = "draft"   // ValueString
	SettingAlias   SettingKey = "alias"   // ValueString: what he calls it
	SettingDeleted SettingKey = "deleted" // ValueBool: not in his list until something new comes
)

// CallStep is a step of a call.
type CallStep uint8

// The steps of a call.
const (
	CallInvite CallStep = iota
	CallRinging
	CallAccept
	CallReject
	CallCancel
	CallTimeout
	CallQuit
	CallEnd
)

// Keep returns KeepHistory; Draft.Keep knows the exceptions.
func (Message) Keep() Keep { return KeepHistory }

// Keep returns KeepFeed.
func (Edit) Keep() Keep { return KeepFeed }

// Keep returns KeepFeed.
func (Recall) Keep() Keep { return KeepFeed }

// Keep returns KeepLatest.
func (Receipt) Keep() Keep { return KeepLatest }

// Keep returns KeepLatest.
func (Reaction) Keep() Keep { return KeepLatest }

// Keep returns KeepLatest.
func (Pin) Keep() Keep { return KeepLatest }

// Keep returns KeepNone.
func (Typing) Keep() Keep { return KeepNone }

// Keep returns KeepHistory; Draft.Keep knows the exceptions.
func (Membership) Keep() Keep { return KeepHistory }

// Keep returns KeepHistory; Draft.Keep knows the exceptions.
func (Profile) Keep() Keep { return KeepHistory }

// Keep returns KeepHistory; Draft.Keep knows the exceptions.
func (Rules) Keep() Keep { return KeepHistory }

// Keep returns KeepHistory; Draft.Keep knows the exceptions.
func (Lifecycle) Keep() Keep { return KeepHistory }

// Keep returns KeepFeed.
func (Attributes) Keep() Keep { return KeepFeed }

// Keep returns KeepNone.
func (Presence) Keep() Keep { return KeepNone }

// Keep returns KeepLatest.
func (Contact) Keep() Keep { return KeepLatest }

// Keep returns KeepLatest.
func (Block) Keep() Keep { return KeepLatest }

// Keep returns KeepLatest.
func (Watch) Keep() Keep { return KeepLatest }

// Keep returns KeepLatest.
func (Setting) Keep() Keep { return KeepLatest }

// Keep returns KeepLatest.
func (Hide) Keep() Keep { return KeepLatest }

// Keep returns KeepFeed.
func (CallState) Keep() Keep { return KeepFeed }

// Keep returns KeepNone.
func (Relay) Keep() Keep { return KeepNone }

func (b Message) check() error {
	if b.Content == nil {
		return Refuse(Invalid, "a message says nothing")
	}
	if b.Priority > PriorityHigh {
		return Refuse(Invalid, "unknown priority")
	}
	if err := checkUsers(b.Mentions); err != nil {
		return err
	}
	if err := b.Content.check(); err != nil {
		return err
	}
	return checkValues(b.Ext)
}

func (b Edit) check() error {
	if b.Target.IsZero() {
		return Refuse(Invalid, "an edit names no message")
	}
	return b.Message.check()
}

func (b Recall) check() error {
	if b.Target.IsZero() {
		return Refuse(Invalid, "a recall names no message")
	}
	return checkText(b.Reason)
}

func (b Receipt) check() error {
	if b.State > Read {
		return Refuse(Invalid, "unknown receipt")
	}
	if len(b.Messages) > 0 && !b.Through.IsZero() {
		return Refuse(Invalid, "a receipt is for some messages or for all up to one")
	}
	return checkText(b.Note)
}

func (b Reaction) check() error {
	if b.Target.IsZero() {
		return Refuse(Invalid, "a reaction names no message")
	}
	for _, e := range append(b.On[:len(b.On):len(b.On)], b.Off...) {
		if _, err := NewEmoji(string(e)); err != nil {
			return err
		}
	}
	return nil
}

func (b Pin) check() error {
	if b.Target.IsZero() {
		return Refuse(Invalid, "a pin names no message")
	}
	return nil
}

func (Typing) check() error { return nil }

func (b Membership) check() error {
	if int(b.Change) >= len(changeNames) {
		return Refuse(Invalid, "unknown change of membership")
	}
	if len(b.Users) == 0 {
		return Refuse(Invalid, "a change of membership names nobody")
	}
	if err := checkUsers(b.Users); err != nil {
		return err
	}
	if err := checkTime(b.Until); err != nil {
		return err
	}
	return checkText(b.Nick + b.Reason)
}

func (b Profile) check() error {
	for _, s := range []*string{b.Name, b.Notice, b.Avatar, b.Description, b.Extra} {
		if s != nil {
			if err := checkText(*s); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b Rules) check() error {
	for _, m := range []*Mode{b.Join, b.Invite, b.Consent} {
		if m != nil && *m > ModeClosed {
			return Refuse(Invalid, "unknown mode")
		}
	}
	if b.Max != nil && *b.Max < 1 {
		return Refuse(Invalid, "a group has room for one at least")
	}
	if b.SilentUntil != nil {
		return checkTime(*b.SilentUntil)
	}
	return nil
}

func (b Lifecycle) check() error {
	if err := checkUsers(b.Members); err != nil {
		return err
	}
	if err := b.Profile.check(); err != nil {
		return err
	}
	return b.Rules.check()
}

func (b Attributes) check() error {
	if b.User != "" {
		if err := checkID(string(b.User)); err != nil {
			return err
		}
	}
	for k, v := range b.Set {
		if k == "" {
			return Refuse(Invalid, "an attribute has no name")
		}
		if err := checkText(k + v); err != nil {
			return err
		}
	}
	return nil
}

func (b Presence) check() error {
	if b.Show > ShowDND {
		return Refuse(Invalid, "unknown presence")
	}
	if err := checkTime(b.Until); err != nil {
		return err
	}
	return checkText(b.Status)
}

func (b Contact) check() error {
	if b.Change > ContactAdd {
		return Refuse(Invalid, "unknown change of a contact")
	}
	for _, g := range b.Groups {
		if err := checkText(g); err != nil {
			return err
		}
	}
	return checkText(b.Alias + b.Note)
}

func (Block) check() error { return nil }

func (b Watch) check() error { return checkTime(b.Until) }

func (b Setting) check() error {
	if b.Key == "" || len(b.Key) > 100 {
		return Refuse(Invalid, "a setting has a name of up to 100 bytes")
	}
	return b.Value.check()
}

func (b Hide) check() error {
	if len(b.Messages) > 0 && !b.Through.IsZero() {
		return Refuse(Invalid, "hide some messages, or all up to one")
	}
	return nil
}

func (b CallState) check() error {
	if b.Step > CallEnd {
		return Refuse(Invalid, "unknown step of a call")
	}
	if err := checkUsers(b.Users); err != nil {
		return err
	}
	return checkText(b.Extended)
}

func (Relay) check() error { return nil }

// checkTime refuses what the stored form cannot hold: its years have four digits.
func checkTime(t time.Time) error {
	if y := t.UTC().Year(); y < 1 || y > 9998 { // a year from the end, so that no zone leads over it
		return Refuse(Invalid, "no such time")
	}
	return nil
}

// Bodies returns one of each body, for tests that ask of every map whether it has an answer for every kind.
func Bodies() []Body {
	return []Body{Message{}, Edit{}, Recall{}, Receipt{}, Reaction{}, Pin{}, Typing{}, Membership{}, Profile{}, Rules{},
		Lifecycle{}, Attributes{}, Presence{}, Contact{}, Block{}, Watch{}, Setting{}, Hide{}, CallState{}, Relay{}}
}

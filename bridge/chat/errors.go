package chat

import (
	"context"
	"errors"
	"fmt"
)

// Code is why something was refused. The set is closed: every map turns each code into its protocol's own.
type Code uint8

// The codes.
const (
	Internal        Code = iota // our fault; nothing was done
	Invalid                     // the request itself is malformed
	Unauthenticated             // no, or a wrong, proof of who asks
	Forbidden                   // he who asks may not
	NotFound                    // what is named does not exist
	Expired                     // too late: a window has closed, a token run out
	Conflict                    // the name is taken, the state does not fit
	TooLarge                    // over a limit of size
	TooMany                     // over a limit of number or rate
	Unsupported                 // understood, and not offered
	Unavailable                 // not now: shutting down, overloaded, or a dependency is silent
)

var codeNames = [...]string{"internal", "invalid", "unauthenticated", "forbidden", "not found", "expired", "conflict",
	"too large", "too many", "unsupported", "unavailable"}

// Codes returns every code, for tests that ask a map for each.
func Codes() []Code {
	codes := make([]Code, len(codeNames))
	for i := range codes {
		codes[i] = Code(i)
	}
	return codes
}

// String returns the code in lower-case words.
func (c Code) String() string {
	if int(c) < len(codeNames) {
		return codeNames[c]
	}
	return fmt.Sprintf("code(%d)", uint8(c))
}

// Reason is a closed refinement of a Code, for the protocols that tell such refusals apart. A map that does not know a
// reason answers for the code.
type Reason uint8

// The reasons.
const (
	NoReason        Reason = iota
	Blocked                // Forbidden: the receiver has blocked the sender
	NotMember              // Forbidden: not in the group or room
	Muted                  // Forbidden: the member may not speak
	AllMuted               // Forbidden: nobody of his role may speak
	Banned                 // Forbidden: on the ban list of the group or room
	NotContact             // Forbidden: only contacts may write
	NoRight                // Forbidden: his role does not allow it
	Disabled               // Forbidden: the account is disabled
	Moderated              // Forbidden: the app's server refused the content
	NoUser                 // NotFound: no such account
	NoGroup                // NotFound: no such group, room or thread
	NoMessage              // NotFound: no such message
	AlreadyMember          // Conflict: he is a member already
	AlreadyExists          // Conflict: the name is or was taken
	AlreadyRecalled        // Conflict: the message was recalled
	WindowClosed           // Expired: too late to recall or edit
	RecallDisabled         // Forbidden: recalls are switched off
	Full                   // TooMany: the group or room has all the members that it may have
	NeedsApply             // Forbidden: joining takes an application
	NeedsInvite            // Forbidden: inviting takes the invitee's or a manager's consent
	Dissolved              // NotFound: the group or room is no more
	RateLimit              // TooMany: too fast
	Sensitive              // Forbidden: the content holds a word that the gateway's list forbids
	Silenced               // Forbidden: the app lets the user speak nowhere
)

// Error is a refusal or a fault with two faces.
type Error struct {
	Code   Code
	Reason Reason
	Public string // safe to show to the client
	Err    error  // for the log, never for the client; may be nil
}

// Error returns what the log should read: the cause where there is one.
func (e *Error) Error() string {
	if e.Err != nil {
		return e.Code.String() + ": " + e.Err.Error()
	}
	return e.Code.String() + ": " + e.Public
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Refuse returns a refusal with a sentence that is safe to show to the client, formatted as by fmt.Sprintf.
func Refuse(c Code, public string, args ...any) error {
	if len(args) > 0 {
		public = fmt.Sprintf(public, args...)
	}
	return &Error{Code: c, Public: public}
}

// RefuseFor is Refuse with a reason that some protocols tell apart.
func RefuseFor(r Reason, public string) error {
	return &Error{Code: r.Code(), Reason: r, Public: public}
}

// Code returns the code that r refines.
func (r Reason) Code() Code {
	switch r {
	case Blocked, NotMember, Muted, AllMuted, Banned, NotContact, NoRight, Disabled, Moderated, RecallDisabled, NeedsApply, NeedsInvite, Sensitive, Silenced:
		return Forbidden
	case NoUser, NoGroup, NoMessage, Dissolved:
		return NotFound
	case AlreadyMember, AlreadyExists, AlreadyRecalled:
		return Conflict
	case WindowClosed:
		return Expired
	case Full, RateLimit:
		return TooMany
	}
	return Internal
}

// CodeOf returns the code of err; Internal, if err is not one of ours.
func CodeOf(err error) Code {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e.Code
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return Unavailable
	}
	return Internal
}

// ReasonOf returns the reason of err, or NoReason.
func ReasonOf(err error) Reason {
	var e *Error
	if errors.As(err, &e) {
		return e.Reason
	}
	return NoReason
}

// PublicOf returns what a client may read of err.
func PublicOf(err error) string {
	var e *Error
	if errors.As(err, &e) && e.Public != "" {
		return e.Public
	}
	if CodeOf(err) == Unavailable {
		return "the server cannot do this now"
	}
	return "internal error"
}

// ErrDuplicate is the fate of a record whose ClientID was claimed before by the same author for the same body: the stored
// event has taken its place in the batch, and nobody is told a second time.
var ErrDuplicate = errors.New("duplicate of a stored event")

package bridge

import (
	"fmt"
	"time"

	"github.com/rs/zerolog"

	"dragoman/bridge/chat"
)

// Actor is who acts through a session.
type Actor struct {
	User     chat.UserID
	Device   chat.DeviceID
	Platform string      // device limits count by it
	Source   chat.Source // Server and Import may act for User beyond his own rights
	Trunk    string      // the trunk that speaks for User; "": a session of his own
	Protocol string      // for logs and counters; never for decisions
	Address  string      // the other end, for the console
	Traffic  Traffic     // nil: not counted
}

// System is the gateway itself, acting for u.
func System(u chat.UserID) Actor { return Actor{User: u, Source: chat.System} }

// MarshalZerologObject writes who acts, without contents.
func (a Actor) MarshalZerologObject(e *zerolog.Event) {
	e.Str("user", string(a.User)).Str("device", string(a.Device)).Str("protocol", a.Protocol)
}

// Session describes an open feed.
type Session struct {
	Actor
	Since    time.Time
	Presence chat.Presence // what the device last said of itself
	Lag      int           // deliveries waiting
}

// CauseKind is why a session was ended from outside.
type CauseKind uint8

// The causes.
const (
	Kicked          CauseKind = iota // by an operator, the app's server or another device
	Replaced                         // the same device has come again
	Displaced                        // another device took the place that a device limit allows
	AccountDisabled                  //
	AccountDeleted                   //
	PasswordChanged                  //
	TokenExpired                     //
	Shutdown                         // the gateway stops
)

var causeNames = [...]string{"kicked", "replaced", "displaced", "account disabled", "account deleted", "password changed",
	"token expired", "shutdown"}

// String returns the kind in lower-case words.
func (k CauseKind) String() string {
	if int(k) < len(causeNames) {
		return causeNames[k]
	}
	return fmt.Sprintf("cause(%d)", uint8(k))
}

// Cause says why a feed ended. Feed.Next returns it as its error after Router.End.
type Cause struct {
	Kind CauseKind
	Note string // for the client; may be empty
}

// Error returns the cause in words.
func (c *Cause) Error() string {
	if c.Note != "" {
		return "session ended: " + c.Kind.String() + ": " + c.Note
	}
	return "session ended: " + c.Kind.String()
}

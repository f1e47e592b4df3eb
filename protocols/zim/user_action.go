package zim

import (
	"context"
	"errors"
	"time"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/mapping/zimmap"
	"dragoman/protocols/zim/zimwire"
)

// What the app's server is told of a session.
const (
	actionOnline  = 0
	actionLogout  = 1
	actionOffline = 2
)

// visit is a session as the app's server is told of it.
type visit struct {
	actor    bridge.Actor
	since    time.Time
	returned bool
}

// userAction writes that a session has begun or ended.
func (c *callbacks) userAction(ctx context.Context, v visit, action int64, reason string) zimmap.Callback {
	fields := zimwire.UserActionCallback{
		UserID: string(v.actor.User), UserName: c.mapFor(ctx, v.actor.User).Dir.Profile(v.actor.User).UserName, OS: osName(v.actor.Platform), Action: action,
		SessionID: string(v.actor.Device), LoginTime: v.since.Unix(), Relogin: "0",
	}
	if v.returned {
		fields.Relogin = "1"
	}
	switch now := c.Now().Unix(); action {
	case actionLogout:
		fields.LogoutTime, fields.LogoutReason = now, reason
	case actionOffline:
		fields.OfflineTime = now
	}
	return zimmap.Callback{Event: zimwire.CallbackUserAction, Key: "user:" + string(v.actor.User), Fields: fields}
}

func osName(platform string) string {
	switch platform {
	case "windows", "desktop", "xmpp":
		return "PC"
	case "ios", "ipad":
		return "IOS_PHONE"
	case "android", "ohos":
		return "ANDROID"
	case "mac":
		return "MAC"
	case "linux":
		return "LINUX"
	case "miniprogram":
		return "MINIPROGRAM"
	}
	return "WEB"
}

// sayAction tells the app's server of this session.
func (s *session) sayAction(ctx context.Context, action int64, reason string) {
	s.callbacks.tell(ctx, s.callbacks.userAction(ctx, visit{s.actor, s.since, s.returned}, action, reason))
}

// sayGoodbye tells how a session ended.
func (s *session) sayGoodbye(cause error) {
	// The session's context has ended; what is told of it is still kept, within bounds.
	ctx, cancel := context.WithTimeout(context.Background(), leaveWithin)
	defer cancel()
	var why *bridge.Cause
	switch {
	case errors.Is(cause, errLoggedOut):
		s.sayAction(ctx, actionLogout, "logout")
	case errors.As(cause, &why) && why.Kind != bridge.Shutdown:
		s.sayAction(ctx, actionLogout, why.Kind.String())
	default:
		s.sayAction(ctx, actionOffline, "")
	}
}

// otherAction is what a user's presence says of his session of another protocol: those of ours tell of themselves.
func (c *callbacks) otherAction(ctx context.Context, ev *chat.Event, b chat.Presence) []zimmap.Callback {
	device := chat.Reader{User: ev.From, Device: ev.Device}
	v, known := c.others[device]
	switch {
	case known && b.Show == chat.ShowOffline:
		delete(c.others, device)
		if ev.Source == chat.System { // the gateway says so, not he
			return []zimmap.Callback{c.userAction(ctx, v, actionOffline, "")}
		}
		return []zimmap.Callback{c.userAction(ctx, v, actionLogout, "logout")}
	case known || b.Show == chat.ShowOffline:
		return nil
	}
	for _, s := range c.Router.Sessions(ev.From) {
		if s.Device == ev.Device && s.Protocol != zimmap.Protocol {
			v = visit{actor: s.Actor, since: s.Since}
			c.others[device] = v
			return []zimmap.Callback{c.userAction(ctx, v, actionOnline, "")}
		}
	}
	return nil
}

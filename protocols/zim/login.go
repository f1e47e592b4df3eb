package zim

import (
	"context"
	"strings"
	"time"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/mapping/zimmap"
	"dragoman/protocols/zim/zimwire"
)

const (
	// maxUserID and maxUserName bound in bytes what ZIM may call a user [zim identifiers].
	maxUserID   = 32
	maxUserName = 256
	// maxDevice bounds the name of a device, which is kept with its cursor.
	maxDevice = 64
	// warnBefore is when a client is told that its token runs out.
	warnBefore = 30 * time.Second
)

// userID refuses what ZIM does not allow in the name of a new user.
func userID(name string) (chat.UserID, error) {
	id, err := chat.NewUserID(name)
	if err != nil {
		return "", err
	}
	if len(name) > maxUserID || !allowed(name) {
		return "", chat.Refuse(chat.Invalid, "a userID has up to 32 letters, digits and signs")
	}
	return id, nil
}

// allowed reports whether a name holds only what some page of the vendor's allows: letters, digits and ASCII signs.
func allowed(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r > '~' })
}

// login takes a token and makes the connection a session [zim login].
func (s *session) login(ctx context.Context, p zimwire.LoginParams) (*zimwire.LoginResult, error) {
	if s.feed != nil {
		return nil, zimwire.Refuse(zimwire.NetworkModuleUserHasAlreadyLogged, "this connection is logged in")
	}
	name, userName, token := p.Who()
	if name == "" || len(userName) > maxUserName || len(p.Session.Device) > maxDevice {
		return nil, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "a userID is needed, and a userName has up to 256 bytes")
	}
	checked, refusal := zimwire.OpenToken(token, zimwire.TokenCheck{
		AppID: uint32(s.cfg.AppID), UserID: name, Secrets: [][]byte{s.secret}, Now: s.Now(),
	})
	if refusal != nil {
		return nil, refusal
	}
	id, err := s.account(ctx, name)
	if err != nil {
		return nil, err
	}
	s.actor = bridge.Actor{User: id, Device: chat.DeviceID(p.Session.Device), Platform: platformName(p.Session.Platform),
		Protocol: zimmap.Protocol, Address: s.conn.RemoteAddr().String(), Traffic: s.conn}
	if s.actor.Device == "" {
		s.actor.Device = chat.DeviceID("zim-" + s.Router.NewID())
	}
	s.log = s.log.With().Str("user", name).Str("device", string(s.actor.Device)).Logger()
	if err := s.introduce(ctx, userName, p.Config); err != nil {
		return nil, err
	}
	result, err := s.open(ctx, p.Session)
	if err != nil {
		return nil, err
	}
	s.displace()
	online := chat.Draft{Conv: chat.Self(id), Body: chat.Presence{Show: chat.ShowOnline}}
	if _, err := s.submit(ctx, online); err != nil {
		return nil, err
	}
	s.expire(checked.Expires())
	s.returned = result.Resumed
	s.sayAction(ctx, actionOnline, "")
	result.TokenExpires = checked.Expires().UnixMilli()
	if result.Self, err = s.self(ctx); err != nil {
		return nil, err
	}
	s.log.Info().Object("actor", s.actor).Bool("resumed", result.Resumed).Msg("session opened")
	return result, nil
}

// account returns the account of a user who has shown a good token, made if there is none.
func (s *session) account(ctx context.Context, name string) (chat.UserID, error) {
	id, err := chat.NewUserID(name)
	if err != nil {
		return "", err
	}
	switch standing, err := s.Accounts.Standing(ctx, id); {
	case err != nil:
		return "", err
	case standing == chat.Active:
		return id, nil
	case standing == chat.StandingDisabled:
		return "", chat.RefuseFor(chat.Disabled, "the account is disabled")
	case standing == chat.Deleted:
		return "", zimwire.Refuse(zimwire.CommonModuleUserIsNotExist, "the account is no more")
	}
	if id, err = userID(name); err != nil {
		return "", err
	}
	_, _, err = s.Accounts.Ensure(ctx, id)
	return id, err
}

// introduce takes over what a login says of its user.
func (s *session) introduce(ctx context.Context, userName string, c zimwire.LoginConfig) error {
	if userName != "" {
		known, err := s.Store.Profile(ctx, s.actor.User)
		if err != nil {
			return err
		}
		if known.Name != userName {
			d := chat.Draft{Conv: chat.Self(s.actor.User), Body: chat.Profile{Name: &userName}}
			if _, err := s.Router.Submit(ctx, s.actor, d); err != nil {
				return err
			}
		}
	}
	if c.CustomStatus == "" {
		return nil
	}
	_, err := s.setStatus(ctx, c.CustomStatus, c.CustomStatusDuration)
	return err
}

// open opens the feed where the client left off, if it says so in a way that can be true; the one that waits for it, if it
// is still in its rooms.
func (s *session) open(ctx context.Context, offer zimwire.SessionOffer) (*zimwire.LoginResult, error) {
	from, resumed := bridge.FromCursor(), false
	if offer.Cursor != "" {
		cursor, err := chat.ParseCursor(offer.Cursor)
		last, _, lastErr := s.Store.Last(ctx)
		if lastErr != nil {
			return nil, lastErr
		}
		// A cursor from before the server's data were lost or replaced is of no use: the log has not come that far.
		if err == nil && cursor.Place().Pos <= last.Pos {
			from, resumed = bridge.FromAt(cursor), true
		}
	}
	s.since = s.Now()
	var feed *bridge.Feed
	if resumed {
		feed = s.takeBack(offer)
	}
	if feed == nil {
		var err error
		if feed, err = s.Router.Open(ctx, s.actor, from); err != nil {
			return nil, err
		}
	}
	// Who was disabled or deleted until now had no session that could be ended.
	if _, err := s.account(ctx, string(s.actor.User)); err != nil {
		feed.Close()
		return nil, err
	}
	s.mu.Lock()
	s.feed = feed
	s.mu.Unlock()
	s.occupy(s)
	return &zimwire.LoginResult{
		Cursor: string(feed.Position()), Resumed: resumed, Heartbeat: beatEvery.Milliseconds(), Timeout: silence.Milliseconds(),
		ServerTime: s.since.UnixMilli(),
	}, nil
}

// takeBack returns the feed that waits for this device in its rooms, where the client says that it is; nil: there is none.
// The loss that brought the client back may not have been noticed here yet.
func (s *session) takeBack(offer zimwire.SessionOffer) *bridge.Feed {
	s.replace(s.reader())
	feed, missed := s.rooms.Take(s.reader())
	if feed == nil {
		return nil
	}
	feed.Rewind(chat.Cursor(offer.Cursor))
	heard, err := chat.ParseEventID(offer.Live)
	if err != nil {
		heard = 0 // it has heard nothing yet
	}
	for _, d := range missed {
		if d.Event.ID > heard {
			s.missed = append(s.missed, d)
		}
	}
	return feed
}

func platformName(p zimwire.PlatformType) string {
	switch p {
	case zimwire.PlatformTypeWeb, 0:
		return "web"
	case zimwire.PlatformTypeMiniProgram:
		return "miniprogram"
	case zimwire.PlatformTypeWin:
		return "windows"
	case zimwire.PlatformTypeIPhoneOS:
		return "ios"
	case zimwire.PlatformTypeAndroid:
		return "android"
	case zimwire.PlatformTypeMacOS:
		return "mac"
	case zimwire.PlatformTypeLinux:
		return "linux"
	case zimwire.PlatformTypeIPadOS:
		return "ipad"
	case zimwire.PlatformTypeOHOS:
		return "ohos"
	}
	return "unknown"
}

func isWeb(platform string) bool { return platform == "web" || platform == "miniprogram" }

// displace ends the earliest ZIM sessions of the user's that are one too many for their kind of device.
func (s *session) displace() {
	limit := s.cfg.MaxNativeDevices
	if isWeb(s.actor.Platform) {
		limit = s.cfg.MaxWebDevices
	}
	var same []bridge.Session
	for _, other := range s.Router.Sessions(s.actor.User) {
		if other.Protocol == zimmap.Protocol && isWeb(other.Platform) == isWeb(s.actor.Platform) {
			same = append(same, other)
		}
	}
	for i := 0; i < len(same)-limit; i++ {
		s.Router.End(s.actor.User, same[i].Device, bridge.Cause{Kind: bridge.Displaced, Note: "logged in elsewhere"})
	}
}

// expire sets when the token runs out: the client is told half a minute before, and the session ends.
func (s *session) expire(at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range []*time.Timer{s.timer, s.warned} {
		if t != nil {
			t.Stop()
		}
	}
	s.expires = at
	left := at.Sub(s.Now())
	s.timer = time.AfterFunc(left, func() {
		s.mu.Lock()
		over := !s.Now().Before(s.expires)
		s.mu.Unlock()
		if over {
			s.Router.End(s.actor.User, s.actor.Device, bridge.Cause{Kind: bridge.TokenExpired})
		}
	})
	s.warned = time.AfterFunc(max(0, left-warnBefore), func() {
		s.mu.Lock()
		left := s.expires.Sub(s.Now())
		s.mu.Unlock()
		second := int64((left + time.Second/2) / time.Second)
		if err := s.tellNow("tokenWillExpire", zimwire.EventOfTokenWillExpireResult{Second: second}); err != nil {
			s.stop(err)
		}
	})
}

// renewToken lets a session live as long as another token.
func (s *session) renewToken(_ context.Context, p zimwire.RenewTokenParams) (zimwire.TokenRenewedResult, error) {
	checked, refusal := zimwire.OpenToken(p.Token, zimwire.TokenCheck{
		AppID: uint32(s.cfg.AppID), UserID: string(s.actor.User), Secrets: [][]byte{s.secret}, Now: s.Now(),
	})
	if refusal != nil {
		return zimwire.TokenRenewedResult{}, refusal
	}
	s.expire(checked.Expires())
	return zimwire.TokenRenewedResult(p), nil
}

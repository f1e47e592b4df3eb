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

// What ZIM allows of a user, in bytes unless said otherwise [zim users].
const (
	maxAvatar      = 500
	maxUserExtra   = 32 << 10
	maxStatus      = 64
	maxInfoAsked   = 10 // users in one question
	maxStatusAsked = 200
	maxSubscribed  = 100 // users in one call
	statusFor      = 24 * time.Hour
)

func (s *session) show(ctx context.Context, p chat.Profile) error {
	_, err := s.submit(ctx, chat.Draft{Conv: chat.Self(s.actor.User), Body: p})
	return err
}

func (s *session) updateUserName(ctx context.Context, p zimwire.UpdateUserNameParams) (zimwire.UserNameUpdatedResult, error) {
	result := zimwire.UserNameUpdatedResult(p)
	if len(p.UserName) > maxUserName {
		return result, tooLong("the name")
	}
	return result, s.show(ctx, chat.Profile{Name: &p.UserName})
}

func (s *session) updateUserAvatarURL(ctx context.Context, p zimwire.UpdateUserAvatarUrlParams) (zimwire.UserAvatarUrlUpdatedResult, error) {
	result := zimwire.UserAvatarUrlUpdatedResult(p)
	if len(p.UserAvatarURL) > maxAvatar {
		return result, tooLong("the address of the picture")
	}
	return result, s.show(ctx, chat.Profile{Avatar: &p.UserAvatarURL})
}

func (s *session) updateUserExtendedData(ctx context.Context, p zimwire.UpdateUserExtendedDataParams) (zimwire.UserExtendedDataUpdatedResult, error) {
	result := zimwire.UserExtendedDataUpdatedResult(p)
	if len(p.ExtendedData) > maxUserExtra {
		return result, tooLong("the data")
	}
	return result, s.show(ctx, chat.Profile{Extra: &p.ExtendedData})
}

// setSelf keeps what the user wants of himself, not of one conversation.
func (s *session) setSelf(ctx context.Context, key chat.SettingKey, v chat.Value) error {
	return s.set(ctx, chat.Self(s.actor.User), key, v)
}

func (s *session) updateUserOfflinePushRule(ctx context.Context, p zimwire.UpdateUserOfflinePushRuleParams) (zimwire.UserOfflinePushRuleUpdatedResult, error) {
	result := zimwire.UserOfflinePushRuleUpdatedResult(p)
	v, err := zimmap.PushRule(p.OfflinePushRule)
	if err != nil {
		return result, err
	}
	return result, s.setSelf(ctx, zimmap.SettingPushRule, v)
}

func (s *session) updateUserBadge(ctx context.Context, p zimwire.UpdateUserBadgeParams) (none, error) {
	return none{}, s.setSelf(ctx, zimmap.SettingBadge, chat.Int64(p.Badge))
}

// setStatus shows a text to whoever follows the user, for so many seconds: 0 is a day, −1 for ever.
func (s *session) setStatus(ctx context.Context, text string, seconds int64) (time.Time, error) {
	if len(text) > maxStatus {
		return time.Time{}, tooLong("the status")
	}
	last := time.Duration(seconds) * time.Second
	switch {
	case seconds == 0:
		last = statusFor
	case seconds == -1:
		last = 100 * 365 * 24 * time.Hour
	case seconds < -1:
		return time.Time{}, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "a status lasts a while, or -1 for ever")
	}
	until := s.Now().Add(last)
	_, err := s.submit(ctx, chat.Draft{Conv: chat.Self(s.actor.User), Body: chat.Presence{Show: chat.ShowOnline, Status: text, Until: until}})
	return until, err
}

func (s *session) updateUserCustomStatus(ctx context.Context, p zimwire.UpdateUserCustomStatusParams) (zimwire.UserCustomStatusUpdatedResult, error) {
	_, err := s.setStatus(ctx, p.CustomStatus, p.Config.Duration)
	return zimwire.UserCustomStatusUpdatedResult{CustomStatus: p.CustomStatus}, err
}

func (s *session) queryUsersInfo(ctx context.Context, p zimwire.QueryUsersInfoParams) (zimwire.UsersInfoQueriedResult, error) {
	if len(p.UserIDs) == 0 || len(p.UserIDs) > maxInfoAsked {
		return zimwire.UsersInfoQueriedResult{}, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "1 to 10 users are asked for at a time")
	}
	users, failed, err := s.existing(ctx, p.UserIDs)
	if err != nil {
		return zimwire.UsersInfoQueriedResult{}, err
	}
	m := s.me(ctx)
	result := zimwire.UsersInfoQueriedResult{ErrorUserList: failed}
	for _, u := range users {
		result.UserList = append(result.UserList, zimmap.FullInfo(m.Dir.Profile(u)))
	}
	return result, nil
}

// status returns what is known of a user's being there.
func (f *frontend) status(ctx context.Context, u chat.UserID) (zimwire.UserStatus, error) {
	w := zimwire.UserStatus{UserID: string(u), OnlineStatus: zimwire.UserOnlineStatusLogout}
	sessions := f.Router.Sessions(u)
	for _, s := range sessions {
		w.OnlineStatus = zimwire.UserOnlineStatusOnline
		w.OnlinePlatforms = append(w.OnlinePlatforms, platformOf(s.Platform))
		w.LastOnlineStatusUpdateTime = max(w.LastOnlineStatusUpdateTime, s.Since.UnixMilli())
	}
	if len(sessions) == 0 {
		seen, err := f.Store.LastSeen(ctx, u)
		if err != nil {
			return w, err
		}
		if !seen.IsZero() {
			w.LastOnlineStatusUpdateTime = seen.UnixMilli()
		}
	}
	all, err := f.Store.StatusOf(ctx, []chat.UserID{u})
	if err != nil {
		return w, err
	}
	if custom, ok := all[u]; ok {
		w.CustomStatus = custom.Status
		w.CustomStatusExpiredTime, w.LastCustomStatusUpdateTime = custom.Until.UnixMilli(), custom.Set.UnixMilli()
	} else {
		w.CustomStatus = sessionStatus(sessions)
	}
	w.LastUpdateTime = max(w.LastOnlineStatusUpdateTime, w.LastCustomStatusUpdateTime)
	return w, nil
}

// sessionStatus is what a user says of himself by a session of another protocol: its text, or that he is away or busy.
func sessionStatus(sessions []bridge.Session) string {
	word := ""
	for _, s := range sessions {
		if s.Presence.Status != "" {
			return s.Presence.Status
		}
		switch s.Presence.Show {
		case chat.ShowAway, chat.ShowXA:
			word = "away"
		case chat.ShowDND:
			word = "busy"
		}
	}
	return word
}

func platformOf(name string) zimwire.PlatformType {
	for p := zimwire.PlatformTypeWin; p <= zimwire.PlatformTypeOHOS; p++ {
		if platformName(p) == name {
			return p
		}
	}
	return zimwire.PlatformTypeUnknown
}

func (s *session) queryUsersStatus(ctx context.Context, p zimwire.QueryUsersStatusParams) (zimwire.UsersStatusQueriedResult, error) {
	if len(p.UserIDs) == 0 || len(p.UserIDs) > maxStatusAsked {
		return zimwire.UsersStatusQueriedResult{}, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "1 to 200 users are asked for at a time")
	}
	users, failed, err := s.existing(ctx, p.UserIDs)
	if err != nil {
		return zimwire.UsersStatusQueriedResult{}, err
	}
	result := zimwire.UsersStatusQueriedResult{ErrorUserList: failed}
	for _, u := range users {
		w, err := s.status(ctx, u)
		if err != nil {
			return result, err
		}
		result.UserStatusList = append(result.UserStatusList, w)
	}
	return result, nil
}

func (s *session) self(ctx context.Context) (zimwire.SelfUserInfo, error) {
	settings, err := s.Store.Settings(ctx, s.actor.User, chat.Self(s.actor.User))
	if err != nil {
		return zimwire.SelfUserInfo{}, err
	}
	status, err := s.status(ctx, s.actor.User)
	return zimwire.SelfUserInfo{
		UserFullInfo: zimmap.FullInfo(s.me(ctx).Dir.Profile(s.actor.User)), UserRule: zimmap.UserRule(settings[zimmap.SettingPushRule]), UserStatus: status,
	}, err
}

const (
	// maxLogLines and maxLogLine bound what a client may have us log.
	maxLogLines = 200
	maxLogLine  = 200 // bytes
	// logEvery is how long a session waits between two uploads of its log: ours must stay readable.
	logEvery = 10 * time.Second
)

// uploadLog writes what a client's program has noted into the log.
func (s *session) uploadLog(_ context.Context, p zimwire.UploadLogParams) (none, error) {
	if s.Now().Sub(s.logged) < logEvery {
		return none{}, zimwire.Refuse(zimwire.CommonModuleTriggerServerFrequencyLimit, "a log is taken every 10 seconds")
	}
	s.logged = s.Now()
	lines := p.Lines[:min(len(p.Lines), maxLogLines)]
	for i, line := range lines {
		lines[i] = strings.ToValidUTF8(line[:min(len(line), maxLogLine)], "")
	}
	s.log.Info().Strs("lines", lines).Msg("client's log")
	return none{}, nil
}

func (s *session) querySelfUserInfo(ctx context.Context, _ none) (zimwire.SelfUserInfoQueriedResult, error) {
	self, err := s.self(ctx)
	return zimwire.SelfUserInfoQueriedResult{SelfUserInfo: self}, err
}

// watch follows users, or no longer.
func (s *session) watch(ctx context.Context, names []string, until time.Time) ([]zimwire.ErrorUserInfo, error) {
	if len(names) == 0 || len(names) > maxSubscribed {
		return nil, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "1 to 100 users at a time")
	}
	users, failed, err := s.existing(ctx, names)
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		if u == s.actor.User {
			failed = append(failed, zimwire.ErrorUserInfo{UserID: string(u), Reason: int64(zimwire.CommonModuleParamsInvalid)})
			continue
		}
		d := chat.Draft{Conv: chat.Peer(s.actor.User, u), To: []chat.UserID{s.actor.User}, Body: chat.Watch{Until: until}}
		if _, err := s.submit(ctx, d); err != nil {
			return failed, err
		}
	}
	return failed, nil
}

// subscribeUsersStatus follows users for so many minutes, and tells at once how they are.
func (s *session) subscribeUsersStatus(ctx context.Context, p zimwire.SubscribeUsersStatusParams) (zimwire.UsersStatusSubscribedResult, error) {
	if p.Config.SubscriptionDuration <= 0 {
		return zimwire.UsersStatusSubscribedResult{}, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "a duration in minutes is wanted")
	}
	until := s.Now().Add(time.Duration(p.Config.SubscriptionDuration) * time.Minute)
	failed, err := s.watch(ctx, p.UserIDs, until)
	if err != nil {
		return zimwire.UsersStatusSubscribedResult{}, err
	}
	bad := map[string]bool{}
	for _, f := range failed {
		bad[f.UserID] = true
	}
	var list []zimwire.UserStatus
	for _, name := range p.UserIDs {
		if bad[name] {
			continue
		}
		w, err := s.status(ctx, chat.UserID(name))
		if err != nil {
			return zimwire.UsersStatusSubscribedResult{}, err
		}
		list = append(list, w)
	}
	if len(list) > 0 {
		if err := s.tellNow("userStatusUpdated", zimwire.EventOfUserStatusUpdatedResult{UserStatusList: list}); err != nil {
			return zimwire.UsersStatusSubscribedResult{}, err
		}
	}
	return zimwire.UsersStatusSubscribedResult{ErrorUserList: failed}, nil
}

func (s *session) unsubscribeUsersStatus(ctx context.Context, p zimwire.UnsubscribeUsersStatusParams) (zimwire.UsersStatusUnsubscribedResult, error) {
	failed, err := s.watch(ctx, p.UserIDs, time.Time{})
	return zimwire.UsersStatusUnsubscribedResult{ErrorUserList: failed}, err
}

func (s *session) querySubscribedUserStatusList(ctx context.Context, p zimwire.QuerySubscribedUserStatusListParams) (zimwire.SubscribedUserStatusListQueriedResult, error) {
	watched, err := s.Store.Watches(ctx, s.actor.User)
	if err != nil {
		return zimwire.SubscribedUserStatusListQueriedResult{}, err
	}
	result := zimwire.SubscribedUserStatusListQueriedResult{}
	for _, w := range watched {
		if len(p.Config.UserIDs) > 0 && !contains(p.Config.UserIDs, string(w.User)) {
			continue
		}
		status, err := s.status(ctx, w.User)
		if err != nil {
			return result, err
		}
		result.UserStatusSubscriptionList = append(result.UserStatusSubscriptionList,
			zimwire.UserStatusSubscription{UserStatus: status, SubscribeExpiredTime: w.Until.UnixMilli()})
	}
	return result, nil
}

// presence tells of somebody whom the user follows, and of the user's own other devices.
func (s *session) presence(d *bridge.Delivery) ([]byte, error) {
	w, err := s.status(s.ctx, d.Event.From)
	if err != nil {
		return nil, err
	}
	return zimwire.EncodeNotices(zimwire.Mark{}, zimwire.Notice{Event: "userStatusUpdated",
		Data: zimwire.EventOfUserStatusUpdatedResult{UserStatusList: []zimwire.UserStatus{w}}})
}

package zim

import (
	"strings"

	"dragoman/bridge/chat"
	"dragoman/mapping/zimmap"
	"dragoman/protocols/zim/zimwire"
)

const (
	maxRegistered = 100
	maxRobots     = 20
	maxQueried    = 100
	robotPrefix   = "@RBT#"
)

func userError(name string, err error) zimwire.UserError {
	refusal := zimmap.Return(err)
	return zimwire.UserError{UserID: name, SubCode: refusal.Code, SubMessage: refusal.Message}
}

// eachUser does a thing for each of a batch and lists for whom it failed.
func eachUser(infos []zimwire.ServerUser, limit int, do func(zimwire.ServerUser) error) (any, error) {
	if len(infos) > limit {
		return nil, zimwire.Deny(zimwire.RetTooManyUsers, "too many users at a time")
	}
	if len(infos) == 0 {
		return nil, zimwire.Deny(zimwire.RetParam, "UserInfo is needed")
	}
	result := zimwire.UserErrors{}
	for _, info := range infos {
		if err := do(info); err != nil {
			result.ErrorList = append(result.ErrorList, userError(info.UserID, err))
		}
	}
	return result, allFailed(len(result.ErrorList) == len(infos), func() zimwire.ReturnCode { return result.ErrorList[0].SubCode })
}

func (c call) register(p zimwire.UserInfos) (any, error) {
	return eachUser(p.UserInfo, maxRegistered, func(info zimwire.ServerUser) error { return c.registerOne(info, false) })
}

func (c call) registerRobots(p zimwire.UserInfos) (any, error) {
	return eachUser(p.UserInfo, maxRobots, func(info zimwire.ServerUser) error { return c.registerOne(info, true) })
}

func (c call) registerOne(info zimwire.ServerUser, robot bool) error {
	switch {
	case len(info.UserID) > maxUserID:
		return zimwire.Deny(zimwire.RetUserIDTooLong, "a UserId has up to 32 bytes")
	case info.UserID == "" || !allowedID(info.UserID) || strings.HasPrefix(info.UserID, robotPrefix) != robot:
		return zimwire.Deny(zimwire.RetParam, "a UserId is empty, or holds what it may not")
	}
	if err := checkInfo(info); err != nil {
		return err
	}
	id, err := chat.NewUserID(info.UserID)
	if err != nil {
		return zimwire.Deny(zimwire.RetParam, chat.PublicOf(err))
	}
	_, made, err := c.Accounts.Ensure(c.ctx, id)
	if chat.CodeOf(err) == chat.Conflict || (err == nil && !made) {
		return zimwire.Deny(zimwire.RetUserExists, "the user is registered already")
	}
	if err != nil {
		return err
	}
	return c.showInfo(id, info)
}

func checkInfo(info zimwire.ServerUser) error {
	switch {
	case info.UserName != nil && len(*info.UserName) > maxUserName:
		return zimwire.Deny(zimwire.RetUserNameTooLong, "a UserName has up to 256 bytes")
	case info.UserAvatar != nil && len(*info.UserAvatar) > maxAvatar:
		return zimwire.Deny(zimwire.RetAvatarTooLong, "a UserAvatar has up to 500 bytes")
	case info.Extra != nil && len(*info.Extra) > maxUserExtra:
		return zimwire.Deny(zimwire.RetUserInfoUpdate, "Extra is too long")
	}
	return nil
}

// showInfo keeps what a user shows of himself.
func (c call) showInfo(id chat.UserID, info zimwire.ServerUser) error {
	p := chat.Profile{Name: info.UserName, Avatar: info.UserAvatar, Extra: info.Extra}
	if p.Name == nil && p.Avatar == nil && p.Extra == nil {
		return nil
	}
	_, err := c.submit(id, chat.Draft{Conv: chat.Self(id), Body: p})
	return err
}

func (c call) modify(p zimwire.UserInfos) (any, error) {
	return eachUser(p.UserInfo, maxRegistered, func(info zimwire.ServerUser) error {
		id, err := c.user(info.UserID, zimwire.RetUserInfoAbsent)
		if err != nil {
			return err
		}
		if err := checkInfo(info); err != nil {
			return err
		}
		return c.showInfo(id, info)
	})
}

func (c call) infos(p zimwire.QueryUserInfos) (any, error) {
	if len(p.UserIDs) == 0 || len(p.UserIDs) > maxQueried {
		return nil, zimwire.Deny(zimwire.RetParam, "1 to 100 users are asked for at a time")
	}
	result := zimwire.UserInfosFound{}
	for _, name := range unique(p.UserIDs) {
		id, err := c.user(name, zimwire.RetUserUnregistered)
		if err != nil {
			result.ErrorList = append(result.ErrorList, userError(name, err))
			continue
		}
		known, err := c.Store.Profile(c.ctx, id)
		if err != nil {
			return nil, err
		}
		result.Result = append(result.Result, zimwire.ServerUser{UserID: name, UserName: &known.Name, UserAvatar: &known.Avatar, Extra: &known.Extra})
	}
	return result, allFailed(len(result.Result) == 0, func() zimwire.ReturnCode { return result.ErrorList[0].SubCode })
}

func (c call) onlineStates(p zimwire.QueryUserOnlineState) (any, error) {
	if len(p.UserID) > maxQueried {
		return nil, zimwire.Deny(zimwire.RetTooManyUsers, "at most 100 users at a time")
	}
	if len(p.UserID) == 0 {
		return nil, zimwire.Deny(zimwire.RetParam, "UserId[] is needed")
	}
	result := zimwire.UserOnlineStates{}
	for _, name := range unique(p.UserID) {
		id, err := c.user(name, zimwire.RetUserAbsent)
		if err != nil {
			result.ErrorList = append(result.ErrorList, userError(name, err))
			continue
		}
		status := "Offline"
		if c.Router.Online(id) {
			status = "Online"
		}
		result.Result = append(result.Result, zimwire.UserOnlineState{UserID: name, Status: status})
	}
	return result, allFailed(len(result.Result) == 0, func() zimwire.ReturnCode { return result.ErrorList[0].SubCode })
}

func (c call) groupsOf(p zimwire.QueryGroupsInfoOfUser) (any, error) {
	from, err := c.from(p.FromUserID)
	if err != nil {
		return nil, err
	}
	if p.Limit == nil || *p.Limit < 1 || *p.Limit > maxQueried {
		return nil, zimwire.Deny(zimwire.RetParam, "Limit is from 1 to 100")
	}
	before, err := parseFlag(p.Next)
	if err != nil {
		return nil, err
	}
	joined, err := c.Store.Joined(c.ctx, from, chat.KindGroup, 0, "")
	if err != nil {
		return nil, err
	}
	page, next := slice(joined, before, int(*p.Limit))
	result := zimwire.GroupsInfoOfUser{NextRsp: formatFlag(next), HasJoinGroupNum: int64(len(joined))}
	for _, g := range page {
		result.GroupInfoList = append(result.GroupInfoList, zimwire.ServerGroup{GroupID: g.Conv.ID, GroupName: g.Name, GroupAvatar: g.Avatar})
	}
	return result, nil
}

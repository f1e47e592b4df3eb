package zimwire

import "github.com/go-json-experiment/json/jsontext"

// ServerUser is a user as the server API writes one.
type ServerUser struct {
	UserID     string  `json:"UserId"`
	UserName   *string `json:"UserName,omitzero"`
	UserAvatar *string `json:"UserAvatar,omitzero"`
	Extra      *string `json:"Extra,omitzero"`
}

// UserInfos is the request of UserRegister, ModifyUserInfo and RobotRegister.
type UserInfos struct {
	UserInfo []ServerUser `json:"UserInfo"`
}

// UserErrors is the answer of actions that say only for whom they failed.
type UserErrors struct {
	ErrorList []UserError `json:"ErrorList"`
}

// QueryUserInfos is the request of that action.
type QueryUserInfos struct {
	UserIDs []string `json:"UserIds"`
}

// UserInfosFound is the answer to QueryUserInfos.
type UserInfosFound struct {
	Result    []ServerUser `json:"Result"`
	ErrorList []UserError  `json:"ErrorList"`
}

// QueryUserOnlineState is the request of that action.
type QueryUserOnlineState struct {
	UserID []string `json:"UserId"`
}

// UserOnlineStates is the answer to QueryUserOnlineState.
type UserOnlineStates struct {
	Result    []UserOnlineState `json:"Result"`
	ErrorList []UserError       `json:"ErrorList"`
}

// UserOnlineState is "Online" or "Offline".
type UserOnlineState struct {
	UserID string `json:"UserId"`
	Status string `json:"Status"`
}

// QueryGroupsInfoOfUser is the request of that action.
type QueryGroupsInfoOfUser struct {
	FromUserID string `json:"FromUserId"`
	Limit      *int64 `json:"Limit"`
	Next       string `json:"Next"`
}

// GroupsInfoOfUser is the answer to QueryGroupsInfoOfUser.
type GroupsInfoOfUser struct {
	NextRsp         string        `json:"NextRsp"`
	HasJoinGroupNum int64         `json:"HasJoinGroupNum"`
	GroupInfoList   []ServerGroup `json:"GroupInfoList"`
}

// ServerGroup is a group in a list of the server API.
type ServerGroup struct {
	GroupID     string `json:"GroupId"`
	GroupName   string `json:"GroupName"`
	GroupAvatar string `json:"GroupAvatar,omitzero"`
}

// QueryConvs is the request of QueryConversationList.
type QueryConvs struct {
	FromUserID string `json:"FromUserId"`
	Limit      *int64 `json:"Limit"`
	Next       int64  `json:"Next"`
}

// ConvPage is the answer to QueryConversationList.
type ConvPage struct {
	TotalCount int64        `json:"TotalCount"`
	Next       int64        `json:"Next"`
	List       []ServerConv `json:"List"`
}

// ServerConv is a conversation in a list of the server API; the time is in Unix milliseconds.
type ServerConv struct {
	ConvID     string `json:"ConvId"`
	ConvType   int64  `json:"ConvType"`
	UpdateTime int64  `json:"UpdateTime,omitzero"`
}

// ConvRequest is the request of ClearConversationUnread and DeleteConv.
type ConvRequest struct {
	FromUserID string `json:"FromUserId"`
	ConvID     string `json:"ConvId"`
	ConvType   *int64 `json:"ConvType"`
}

// SilenceConvNotification is the request of that action.
type SilenceConvNotification struct {
	FromUserID string   `json:"FromUserId"`
	ConvType   *int64   `json:"ConvType"`
	ConvIDs    []string `json:"ConvIds"`
	Enable     *bool    `json:"Enable"`
}

// ConvPinned is the request of that action.
type ConvPinned struct {
	FromUserID string       `json:"FromUserId"`
	ConvList   []ServerConv `json:"ConvList"`
	PinnedType *int64       `json:"PinnedType"`
}

// ConvErrors is the answer of actions that say only for which conversations they failed.
type ConvErrors struct {
	ErrorList []ConvError `json:"ErrorList"`
}

// ConvError is a conversation for which a batch failed.
type ConvError struct {
	ConvID     string     `json:"ConvId"`
	ConvType   *int64     `json:"ConvType,omitzero"`
	SubCode    ReturnCode `json:"SubCode"`
	SubMessage string     `json:"SubMessage"`
}

// SetConvMark is the request of that action.
type SetConvMark struct {
	ConvMarkInfoList []ConvMarkInfo `json:"ConvMarkInfoList"`
}

// ConvMarkInfo is what shall be marked in one user's list.
type ConvMarkInfo struct {
	UserID       string                 `json:"UserId"`
	SetMarkC2C   map[string]MarkContent `json:"SetMarkC2c"`
	SetMarkGroup map[string]MarkContent `json:"SetMarkGroup"`
	Action       *bool                  `json:"Action"`
}

// MarkContent is a mark: a number, which some callers write as text.
type MarkContent struct {
	MarkContent jsontext.Value `json:"MarkContent"`
}

// ConvMarksFailed is the answer to SetConvMark.
type ConvMarksFailed struct {
	FailList []ConvMarkFailure `json:"FailList"`
}

// ConvMarkFailure is a user for whom some mark could not be set.
type ConvMarkFailure struct {
	UserID     string          `json:"UserId"`
	SubCode    ReturnCode      `json:"SubCode"`
	SubMessage string          `json:"SubMessage"`
	FailList   []MarkItemError `json:"FailList"`
}

// MarkItemError is one conversation that could not be marked.
type MarkItemError struct {
	Code     ReturnCode `json:"Code"`
	Message  string     `json:"Message"`
	ConvID   string     `json:"ConvId"`
	ConvType int64      `json:"ConvType"`
}

package zimwire

// KeyValue is one attribute.
type KeyValue struct {
	Key   string `json:"Key"`
	Value string `json:"Value"`
}

// CreateGroup is the request of that action.
type CreateGroup struct {
	GroupID         string     `json:"GroupId"`
	GroupName       string     `json:"GroupName"`
	GroupNotice     string     `json:"GroupNotice"`
	GroupAvatar     string     `json:"GroupAvatar"`
	GroupOwner      string     `json:"GroupOwner"`
	UserID          []string   `json:"UserId"`
	Attributes      []KeyValue `json:"Attributes"`
	CreateGroupTime int64      `json:"CreateGroupTime"` // Unix milliseconds; 0: now
}

// GroupCreated is the answer to CreateGroup.
type GroupCreated struct {
	GroupID    string       `json:"GroupId"`
	Members    []UserOfName `json:"Members"`
	ErrorUsers []UserError  `json:"ErrorUsers"`
}

// UserOfName is a user and his name.
type UserOfName struct {
	UserID   string `json:"UserId"`
	UserName string `json:"UserName"`
}

// GroupRequest is the request of DismissGroup and QueryGroupInfo.
type GroupRequest struct {
	FromUserID string `json:"FromUserId"`
	GroupID    string `json:"GroupId"`
}

// ServerInvite is the request of InviteUsersIntoGroup.
type ServerInvite struct {
	FromUserID       string            `json:"FromUserId"`
	GroupID          string            `json:"GroupId"`
	UserIDs          []string          `json:"UserIds"`
	GroupMemberInfos []ServerNewMember `json:"GroupMemberInfos"`
}

// ServerNewMember is a member with the time at which he came; the time is in Unix milliseconds.
type ServerNewMember struct {
	UserID         string `json:"UserId"`
	EnterGroupTime int64  `json:"EnterGroupTime"`
	IsInvite       int64  `json:"IsInvite"`
}

// ErrorUsers is the answer of group actions that say only for whom they failed.
type ErrorUsers struct {
	ErrorUsers []UserError `json:"ErrorUsers"`
}

// KickoutGroupUser is the request of that action.
type KickoutGroupUser struct {
	FromUserID   string   `json:"FromUserId"`
	GroupID      string   `json:"GroupId"`
	UserID       []string `json:"UserId"`
	CustomReason string   `json:"CustomReason"`
}

// ServerOwner is the request of TransferGroupOwner.
type ServerOwner struct {
	FromUserID string `json:"FromUserId"`
	GroupID    string `json:"GroupId"`
	NewOwner   string `json:"NewOwner"`
}

// ServerRole is the request of SetGroupMemberRole.
type ServerRole struct {
	FromUserID string `json:"FromUserId"`
	GroupID    string `json:"GroupId"`
	ToUserID   string `json:"ToUserId"`
	Role       *int64 `json:"Role"`
}

// SetGroupMembersNickname is the request of that action.
type SetGroupMembersNickname struct {
	FromUserID string       `json:"FromUserId"`
	GroupID    string       `json:"GroupId"`
	UserIDs    []ServerNick `json:"UserIds"`
}

// ServerNick is a member and his name in the group.
type ServerNick struct {
	UserID   string `json:"UserId"`
	Nickname string `json:"Nickname"`
}

// UpdateGroupData is the request of that action: absent keeps, "" clears.
type UpdateGroupData struct {
	FromUserID  string  `json:"FromUserId"`
	GroupID     string  `json:"GroupId"`
	GroupAvatar *string `json:"GroupAvatar"`
	GroupName   *string `json:"GroupName"`
	GroupNotice *string `json:"GroupNotice"`
}

// ModifyGroupAttribute is the request of that action.
type ModifyGroupAttribute struct {
	Action     *int64     `json:"Action"` // 0 set, 1 delete
	FromUserID string     `json:"FromUserId"`
	GroupID    string     `json:"GroupId"`
	Attributes []KeyValue `json:"Attributes"`
}

// GroupAttributeModified is the answer to ModifyGroupAttribute.
type GroupAttributeModified struct {
	FailKeys   []FailKey  `json:"FailKeys"`
	Attributes []KeyValue `json:"Attributes"`
}

// FailKey is an attribute that could not be changed.
type FailKey struct {
	Key    string `json:"Key"`
	Reason string `json:"Reason"`
}

// ModifyGroupLimit is the request of that action.
type ModifyGroupLimit struct {
	FromUserID       string `json:"FromUserId"`
	GroupID          string `json:"GroupId"`
	JoinMode         *int64 `json:"JoinMode"`
	InviteMode       *int64 `json:"InviteMode"`
	BeInvitedMode    *int64 `json:"BeInvitedMode"`
	MemberCountLimit *int64 `json:"MemberCountLimit"`
}

// ServerMute is the request of MuteGroup.
type ServerMute struct {
	FromUserID   string  `json:"FromUserId"`
	GroupID      string  `json:"GroupId"`
	IsAllMuted   bool    `json:"IsAllMuted"`
	MuteRoleList []int64 `json:"MuteRoleList"`
	Duration     *int64  `json:"Duration"`
}

// ServerMuteMembers is the request of MuteGroupMembers.
type ServerMuteMembers struct {
	FromUserID string   `json:"FromUserId"`
	GroupID    string   `json:"GroupId"`
	UserIDs    []string `json:"UserIds"`
	Duration   *int64   `json:"Duration"`
}

// GroupInfoFound is the answer to QueryGroupInfo; times are in Unix milliseconds.
type GroupInfoFound struct {
	GroupID          string      `json:"GroupId"`
	GroupName        string      `json:"GroupName"`
	GroupNotice      string      `json:"GroupNotice"`
	GroupAvatar      string      `json:"GroupAvatar"`
	GroupDataSeq     int64       `json:"GroupDataSeq"`
	IsAllForbid      bool        `json:"IsAllForbid"`
	ForbidList       []int64     `json:"ForbidList"`
	ForbidExpireTime int64       `json:"ForbidExpireTime"`
	LimitInfo        GroupLimits `json:"LimitInfo"`
	GroupCreateTime  int64       `json:"GroupCreateTime"`
	GroupAttributes  []KeyValue  `json:"GroupAttributes"`
}

// GroupLimits is who may enter a group and how many.
type GroupLimits struct {
	MemberCountLimit int64 `json:"MemberCountLimit"`
	JoinMode         int64 `json:"JoinMode"`
	InviteMode       int64 `json:"InviteMode"`
	BeInvitedMode    int64 `json:"BeInvitedMode"`
	NumberMessage    int64 `json:"NumberMessage"`
}

// ServerMembers is the request of the server action QueryGroupMemberList.
type ServerMembers struct {
	GroupID string `json:"GroupId"`
	Limit   *int64 `json:"Limit"`
	Next    int64  `json:"Next"`
}

// ServerMemberPage is the answer to the server action QueryGroupMemberList.
type ServerMemberPage struct {
	TotalCount int64          `json:"TotalCount"`
	Next       int64          `json:"Next"`
	MemberList []ServerMember `json:"MemberList"`
}

// ServerMember is a member of a group.
type ServerMember struct {
	UserID       string `json:"UserId"`
	UserName     string `json:"UserName"`
	UserNickName string `json:"UserNickName"`
	Role         int64  `json:"Role"`
}

// PageRequest is the request of QueryAppGroupList and QueryAppCommunityList.
type PageRequest struct {
	Limit *int64 `json:"Limit"`
	Next  int64  `json:"Next"`
}

// AppGroupPage is the answer to QueryAppGroupList.
type AppGroupPage struct {
	TotalCount  int64         `json:"TotalCount"`
	Next        int64         `json:"Next"`
	GroupIDList []ServerGroup `json:"GroupIdList"`
}

// AppCommunityPage is the answer to QueryAppCommunityList.
type AppCommunityPage struct {
	TotalCount      int64             `json:"TotalCount"`
	Next            int64             `json:"Next"`
	CommunityIDList []ServerCommunity `json:"CommunityIdList"`
}

// ServerCommunity is one of an app's communities.
type ServerCommunity struct {
	CommunityID   string `json:"CommunityId"`
	CommunityName string `json:"CommunityName"`
}

// FetchForbidGroupList is the request of that action.
type FetchForbidGroupList struct {
	FromUserID string `json:"FromUserId"`
	StartFlag  *int64 `json:"StartFlag"`
}

// ForbidGroups is the answer to FetchForbidGroupList.
type ForbidGroups struct {
	FetchEnd  bool          `json:"FetchEnd"`
	NextFlag  int64         `json:"NextFlag"`
	GroupList []ForbidGroup `json:"GroupList"`
}

// ForbidGroup is a group in which a user may not speak; the type's bits are 1 all, 2 his role, 4 he himself.
type ForbidGroup struct {
	GroupID    string `json:"GroupId"`
	ForbidType int64  `json:"ForbidType"`
}

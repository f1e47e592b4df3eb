package zimwire

// GroupInfo is ZIMGroupInfo.
type GroupInfo struct {
	GroupID        string `json:"groupID"`
	GroupName      string `json:"groupName"`
	GroupAvatarURL string `json:"groupAvatarUrl"`
}

// GroupMuteInfo is ZIMGroupMuteInfo.
type GroupMuteInfo struct {
	Mode        GroupMuteMode `json:"mode"`
	ExpiredTime int64         `json:"expiredTime"`
	Roles       []int64       `json:"roles"`
}

// GroupVerifyInfo is ZIMGroupVerifyInfo.
type GroupVerifyInfo struct {
	JoinMode     GroupJoinMode     `json:"joinMode"`
	InviteMode   GroupInviteMode   `json:"inviteMode"`
	BeInviteMode GroupBeInviteMode `json:"beInviteMode"`
}

// GroupFullInfo is ZIMGroupFullInfo.
type GroupFullInfo struct {
	BaseInfo           GroupInfo                      `json:"baseInfo"`
	GroupNotice        string                         `json:"groupNotice"`
	GroupAttributes    map[string]string              `json:"groupAttributes"`
	GroupAlias         string                         `json:"groupAlias"`
	NotificationStatus GroupMessageNotificationStatus `json:"notificationStatus"`
	MutedInfo          GroupMuteInfo                  `json:"mutedInfo"`
	CreateTime         int64                          `json:"createTime"`
	MaxMemberCount     int64                          `json:"maxMemberCount"`
	VerifyInfo         GroupVerifyInfo                `json:"verifyInfo"`
}

// Group is ZIMGroup.
type Group struct {
	BaseInfo           GroupInfo                      `json:"baseInfo"`
	GroupAlias         string                         `json:"groupAlias"`
	NotificationStatus GroupMessageNotificationStatus `json:"notificationStatus"`
}

// GroupMemberSimpleInfo is ZIMGroupMemberSimpleInfo.
type GroupMemberSimpleInfo struct {
	UserID           string `json:"userID"`
	UserName         string `json:"userName"`
	UserAvatarURL    string `json:"userAvatarUrl"`
	UserExtendedData string `json:"userExtendedData"`
	MemberNickname   string `json:"memberNickname"`
	MemberRole       int64  `json:"memberRole"`
}

// GroupEnterInfo is ZIMGroupEnterInfo.
type GroupEnterInfo struct {
	EnterTime    int64                  `json:"enterTime"`
	EnterType    GroupEnterType         `json:"enterType"`
	OperatedUser *GroupMemberSimpleInfo `json:"operatedUser,omitzero"`
}

// GroupMemberInfo is ZIMGroupMemberInfo.
type GroupMemberInfo struct {
	UserID           string         `json:"userID"`
	UserName         string         `json:"userName"`
	UserAvatarURL    string         `json:"userAvatarUrl"`
	UserExtendedData string         `json:"userExtendedData"`
	MemberNickname   string         `json:"memberNickname"`
	MemberRole       int64          `json:"memberRole"`
	MemberAvatarURL  string         `json:"memberAvatarUrl"`
	MuteExpiredTime  int64          `json:"muteExpiredTime"`
	GroupEnterInfo   GroupEnterInfo `json:"groupEnterInfo"`
}

// GroupOperatedInfo is ZIMGroupOperatedInfo.
type GroupOperatedInfo struct {
	UserID         string `json:"userID"`
	UserName       string `json:"userName"`
	MemberNickname string `json:"memberNickname"`
	MemberRole     int64  `json:"memberRole"`
}

// GroupMemberQueryConfig is ZIMGroupMemberQueryConfig.
type GroupMemberQueryConfig struct {
	NextFlag int64    `json:"nextFlag"`
	Count    PageSize `json:"count"`
}

// GroupAdvancedConfig is ZIMGroupAdvancedConfig.
type GroupAdvancedConfig struct {
	GroupNotice     string            `json:"groupNotice"`
	GroupAttributes map[string]string `json:"groupAttributes"`
	MaxMemberCount  int64             `json:"maxMemberCount"`
	JoinMode        GroupJoinMode     `json:"joinMode"`
	InviteMode      GroupInviteMode   `json:"inviteMode"`
	BeInviteMode    GroupBeInviteMode `json:"beInviteMode"`
}

// GroupAttributesUpdateInfo is ZIMGroupAttributesUpdateInfo.
type GroupAttributesUpdateInfo struct {
	Action          GroupAttributesUpdateAction `json:"action"`
	GroupAttributes map[string]string           `json:"groupAttributes"`
}

// GroupMessageReceiptMemberQueryConfig is ZIMGroupMessageReceiptMemberQueryConfig.
type GroupMessageReceiptMemberQueryConfig struct {
	NextFlag int64    `json:"nextFlag"`
	Count    PageSize `json:"count"`
}

// GroupSearchConfig is ZIMGroupSearchConfig.
type GroupSearchConfig struct {
	NextFlag                       int64    `json:"nextFlag"`
	Count                          PageSize `json:"count"`
	Keywords                       []string `json:"keywords"`
	IsAlsoMatchGroupMemberUserName bool     `json:"isAlsoMatchGroupMemberUserName"`
	IsAlsoMatchGroupMemberNickname bool     `json:"isAlsoMatchGroupMemberNickname"`
}

// GroupSearchInfo is ZIMGroupSearchInfo.
type GroupSearchInfo struct {
	GroupInfo GroupInfo         `json:"groupInfo"`
	UserList  []GroupMemberInfo `json:"userList"`
}

// GroupMemberSearchConfig is ZIMGroupMemberSearchConfig.
type GroupMemberSearchConfig struct {
	NextFlag                       int64    `json:"nextFlag"`
	Count                          PageSize `json:"count"`
	Keywords                       []string `json:"keywords"`
	IsAlsoMatchGroupMemberNickname bool     `json:"isAlsoMatchGroupMemberNickname"`
}

// GroupMuteConfig is ZIMGroupMuteConfig.
type GroupMuteConfig struct {
	Mode     GroupMuteMode `json:"mode"`
	Duration int64         `json:"duration"`
	Roles    []int64       `json:"roles"`
}

// GroupMemberMuteConfig is ZIMGroupMemberMuteConfig.
type GroupMemberMuteConfig struct {
	Duration int64 `json:"duration"`
}

// GroupMemberMutedListQueryConfig is ZIMGroupMemberMutedListQueryConfig.
type GroupMemberMutedListQueryConfig struct {
	NextFlag int64    `json:"nextFlag"`
	Count    PageSize `json:"count"`
}

// GroupApplicationInfo is ZIMGroupApplicationInfo.
type GroupApplicationInfo struct {
	Type         GroupApplicationType   `json:"type"`
	State        GroupApplicationState  `json:"state"`
	GroupInfo    GroupInfo              `json:"groupInfo"`
	ApplyUser    UserInfo               `json:"applyUser"`
	CreateTime   int64                  `json:"createTime"`
	UpdateTime   int64                  `json:"updateTime"`
	Wording      string                 `json:"wording"`
	OperatedUser *GroupMemberSimpleInfo `json:"operatedUser,omitzero"`
}

// GroupJoinApplicationSendConfig is ZIMGroupJoinApplicationSendConfig.
type GroupJoinApplicationSendConfig struct {
	Wording    string      `json:"wording"`
	PushConfig *PushConfig `json:"pushConfig,omitzero"`
}

// GroupJoinApplicationAcceptConfig is ZIMGroupJoinApplicationAcceptConfig.
type GroupJoinApplicationAcceptConfig struct {
	PushConfig *PushConfig `json:"pushConfig,omitzero"`
}

// GroupJoinApplicationRejectConfig is ZIMGroupJoinApplicationRejectConfig.
type GroupJoinApplicationRejectConfig struct {
	PushConfig *PushConfig `json:"pushConfig,omitzero"`
}

// GroupInviteApplicationSendConfig is ZIMGroupInviteApplicationSendConfig.
type GroupInviteApplicationSendConfig struct {
	Wording    string      `json:"wording"`
	PushConfig *PushConfig `json:"pushConfig,omitzero"`
}

// GroupInviteApplicationAcceptConfig is ZIMGroupInviteApplicationAcceptConfig.
type GroupInviteApplicationAcceptConfig struct {
	PushConfig *PushConfig `json:"pushConfig,omitzero"`
}

// GroupInviteApplicationRejectConfig is ZIMGroupInviteApplicationRejectConfig.
type GroupInviteApplicationRejectConfig struct {
	PushConfig *PushConfig `json:"pushConfig,omitzero"`
}

// GroupApplicationListQueryConfig is ZIMGroupApplicationListQueryConfig.
type GroupApplicationListQueryConfig struct {
	NextFlag int64    `json:"nextFlag"`
	Count    PageSize `json:"count"`
}

// GroupListQueryConfig is ZIMGroupListQueryConfig.
type GroupListQueryConfig struct {
	NextFlag int64    `json:"nextFlag"`
	UserIDs  []string `json:"userIDs"`
}

// GroupCreatedResult is ZIMGroupCreatedResult.
type GroupCreatedResult struct {
	GroupInfo     GroupFullInfo     `json:"groupInfo"`
	UserList      []GroupMemberInfo `json:"userList"`
	ErrorUserList []ErrorUserInfo   `json:"errorUserList"`
}

// GroupDismissedResult is ZIMGroupDismissedResult.
type GroupDismissedResult struct {
	GroupID string `json:"groupID"`
}

// GroupJoinedResult is ZIMGroupJoinedResult.
type GroupJoinedResult struct {
	GroupInfo GroupFullInfo `json:"groupInfo"`
}

// GroupLeftResult is ZIMGroupLeftResult.
type GroupLeftResult struct {
	GroupID string `json:"groupID"`
}

// GroupUsersInvitedResult is ZIMGroupUsersInvitedResult.
type GroupUsersInvitedResult struct {
	GroupID       string            `json:"groupID"`
	UserList      []GroupMemberInfo `json:"userList"`
	ErrorUserList []ErrorUserInfo   `json:"errorUserList"`
}

// GroupMemberKickedResult is ZIMGroupMemberKickedResult.
type GroupMemberKickedResult struct {
	GroupID       string          `json:"groupID"`
	KickedUserIDs []string        `json:"kickedUserIDs"`
	ErrorUserList []ErrorUserInfo `json:"errorUserList"`
}

// GroupOwnerTransferredResult is ZIMGroupOwnerTransferredResult.
type GroupOwnerTransferredResult struct {
	GroupID  string `json:"groupID"`
	ToUserID string `json:"toUserID"`
}

// GroupNameUpdatedResult is ZIMGroupNameUpdatedResult.
type GroupNameUpdatedResult struct {
	GroupID   string `json:"groupID"`
	GroupName string `json:"groupName"`
}

// GroupAvatarUrlUpdatedResult is ZIMGroupAvatarUrlUpdatedResult.
type GroupAvatarUrlUpdatedResult struct {
	GroupID        string `json:"groupID"`
	GroupAvatarURL string `json:"groupAvatarUrl"`
}

// GroupNoticeUpdatedResult is ZIMGroupNoticeUpdatedResult.
type GroupNoticeUpdatedResult struct {
	GroupID     string `json:"groupID"`
	GroupNotice string `json:"groupNotice"`
}

// GroupAliasUpdatedResult is ZIMGroupAliasUpdatedResult.
type GroupAliasUpdatedResult struct {
	GroupID    string `json:"groupID"`
	GroupAlias string `json:"groupAlias"`
}

// GroupInfoQueriedResult is ZIMGroupInfoQueriedResult.
type GroupInfoQueriedResult struct {
	GroupInfo GroupFullInfo `json:"groupInfo"`
}

// GroupAttributesOperatedResult is ZIMGroupAttributesOperatedResult.
type GroupAttributesOperatedResult struct {
	GroupID   string   `json:"groupID"`
	ErrorKeys []string `json:"errorKeys"`
}

// GroupAttributesQueriedResult is ZIMGroupAttributesQueriedResult.
type GroupAttributesQueriedResult struct {
	GroupID         string            `json:"groupID"`
	GroupAttributes map[string]string `json:"groupAttributes"`
}

// GroupMemberRoleUpdatedResult is ZIMGroupMemberRoleUpdatedResult.
type GroupMemberRoleUpdatedResult struct {
	GroupID   string `json:"groupID"`
	ForUserID string `json:"forUserID"`
	Role      int64  `json:"role"`
}

// GroupMemberNicknameUpdatedResult is ZIMGroupMemberNicknameUpdatedResult.
type GroupMemberNicknameUpdatedResult struct {
	GroupID   string `json:"groupID"`
	ForUserID string `json:"forUserID"`
	Nickname  string `json:"nickname"`
}

// GroupMemberInfoQueriedResult is ZIMGroupMemberInfoQueriedResult.
type GroupMemberInfoQueriedResult struct {
	GroupID  string          `json:"groupID"`
	UserInfo GroupMemberInfo `json:"userInfo"`
}

// GroupListQueriedResult is ZIMGroupListQueriedResult.
type GroupListQueriedResult struct {
	GroupList []Group `json:"groupList"`
	NextFlag  int64   `json:"nextFlag"`
}

// GroupMemberListQueriedResult is ZIMGroupMemberListQueriedResult.
type GroupMemberListQueriedResult struct {
	GroupID  string            `json:"groupID"`
	UserList []GroupMemberInfo `json:"userList"`
	NextFlag int64             `json:"nextFlag"`
}

// GroupMemberCountQueriedResult is ZIMGroupMemberCountQueriedResult.
type GroupMemberCountQueriedResult struct {
	GroupID string `json:"groupID"`
	Count   int64  `json:"count"`
}

// GroupMessageReceiptMemberListQueriedResult is ZIMGroupMessageReceiptMemberListQueriedResult.
type GroupMessageReceiptMemberListQueriedResult struct {
	GroupID  string            `json:"groupID"`
	UserList []GroupMemberInfo `json:"userList"`
	NextFlag int64             `json:"nextFlag"`
}

// GroupMutedResult is ZIMGroupMutedResult.
type GroupMutedResult struct {
	GroupID   string        `json:"groupID"`
	IsMute    bool          `json:"isMute"`
	MutedInfo GroupMuteInfo `json:"mutedInfo"`
}

// GroupMembersMutedResult is ZIMGroupMembersMutedResult.
type GroupMembersMutedResult struct {
	GroupID       string          `json:"groupID"`
	IsMute        bool            `json:"isMute"`
	Duration      int64           `json:"duration"`
	MutedUserIDs  []string        `json:"mutedUserIDs"`
	ErrorUserList []ErrorUserInfo `json:"errorUserList"`
}

// GroupMemberMutedListQueriedResult is ZIMGroupMemberMutedListQueriedResult.
type GroupMemberMutedListQueriedResult struct {
	GroupID  string            `json:"groupID"`
	NextFlag int64             `json:"nextFlag"`
	UserList []GroupMemberInfo `json:"userList"`
}

// GroupsSearchedResult is ZIMGroupsSearchedResult.
type GroupsSearchedResult struct {
	GroupSearchInfoList []GroupSearchInfo `json:"groupSearchInfoList"`
	NextFlag            int64             `json:"nextFlag"`
}

// GroupMembersSearchedResult is ZIMGroupMembersSearchedResult.
type GroupMembersSearchedResult struct {
	GroupID  string            `json:"groupID"`
	UserList []GroupMemberInfo `json:"userList"`
	NextFlag int64             `json:"nextFlag"`
}

// GroupJoinModeUpdatedResult is ZIMGroupJoinModeUpdatedResult.
type GroupJoinModeUpdatedResult struct {
	GroupID string        `json:"groupID"`
	Mode    GroupJoinMode `json:"mode"`
}

// GroupInviteModeUpdatedResult is ZIMGroupInviteModeUpdatedResult.
type GroupInviteModeUpdatedResult struct {
	GroupID string          `json:"groupID"`
	Mode    GroupInviteMode `json:"mode"`
}

// GroupBeInviteModeUpdatedResult is ZIMGroupBeInviteModeUpdatedResult.
type GroupBeInviteModeUpdatedResult struct {
	GroupID string            `json:"groupID"`
	Mode    GroupBeInviteMode `json:"mode"`
}

// GroupJoinApplicationSentResult is ZIMGroupJoinApplicationSentResult.
type GroupJoinApplicationSentResult struct {
	GroupID string `json:"groupID"`
}

// GroupJoinApplicationAcceptedResult is ZIMGroupJoinApplicationAcceptedResult.
type GroupJoinApplicationAcceptedResult struct {
	GroupID string `json:"groupID"`
	UserID  string `json:"userID"`
}

// GroupJoinApplicationRejectedResult is ZIMGroupJoinApplicationRejectedResult.
type GroupJoinApplicationRejectedResult struct {
	GroupID string `json:"groupID"`
	UserID  string `json:"userID"`
}

// GroupInviteApplicationsSentResult is ZIMGroupInviteApplicationsSentResult.
type GroupInviteApplicationsSentResult struct {
	GroupID       string          `json:"groupID"`
	ErrorUserList []ErrorUserInfo `json:"errorUserList"`
}

// GroupInviteApplicationAcceptedResult is ZIMGroupInviteApplicationAcceptedResult.
type GroupInviteApplicationAcceptedResult struct {
	GroupInfo     GroupFullInfo `json:"groupInfo"`
	InviterUserID string        `json:"inviterUserID"`
}

// GroupInviteApplicationRejectedResult is ZIMGroupInviteApplicationRejectedResult.
type GroupInviteApplicationRejectedResult struct {
	GroupID       string `json:"groupID"`
	InviterUserID string `json:"inviterUserID"`
}

// GroupApplicationListQueriedResult is ZIMGroupApplicationListQueriedResult.
type GroupApplicationListQueriedResult struct {
	ApplicationList []GroupApplicationInfo `json:"applicationList"`
	NextFlag        int64                  `json:"nextFlag"`
}

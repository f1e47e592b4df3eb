package zimwire

// CreateGroupParams holds the parameters of createGroup.
type CreateGroupParams struct {
	GroupInfo GroupInfo           `json:"groupInfo"`
	UserIDs   []string            `json:"userIDs"`
	Config    GroupAdvancedConfig `json:"config"`
}

// DismissGroupParams holds the parameters of dismissGroup.
type DismissGroupParams struct {
	GroupID string `json:"groupID"`
}

// JoinGroupParams holds the parameters of joinGroup.
type JoinGroupParams struct {
	GroupID string `json:"groupID"`
}

// LeaveGroupParams holds the parameters of leaveGroup.
type LeaveGroupParams struct {
	GroupID string `json:"groupID"`
}

// InviteUsersIntoGroupParams holds the parameters of inviteUsersIntoGroup.
type InviteUsersIntoGroupParams struct {
	UserIDs []string `json:"userIDs"`
	GroupID string   `json:"groupID"`
}

// KickGroupMembersParams holds the parameters of kickGroupMembers.
type KickGroupMembersParams struct {
	UserIDs []string `json:"userIDs"`
	GroupID string   `json:"groupID"`
}

// TransferGroupOwnerParams holds the parameters of transferGroupOwner.
type TransferGroupOwnerParams struct {
	ToUserID string `json:"toUserID"`
	GroupID  string `json:"groupID"`
}

// QueryGroupInfoParams holds the parameters of queryGroupInfo.
type QueryGroupInfoParams struct {
	GroupID string `json:"groupID"`
}

// QueryGroupMemberInfoParams holds the parameters of queryGroupMemberInfo.
type QueryGroupMemberInfoParams struct {
	UserID  string `json:"userID"`
	GroupID string `json:"groupID"`
}

// QueryGroupListParams holds the parameters of queryGroupList.
type QueryGroupListParams struct {
	Count  PageSize             `json:"count"`
	Config GroupListQueryConfig `json:"config"`
}

// QueryGroupMemberListParams holds the parameters of queryGroupMemberList.
type QueryGroupMemberListParams struct {
	GroupID string                 `json:"groupID"`
	Config  GroupMemberQueryConfig `json:"config"`
}

// QueryGroupMemberCountParams holds the parameters of queryGroupMemberCount.
type QueryGroupMemberCountParams struct {
	GroupID string `json:"groupID"`
}

// UpdateGroupNameParams holds the parameters of updateGroupName.
type UpdateGroupNameParams struct {
	GroupName string `json:"groupName"`
	GroupID   string `json:"groupID"`
}

// UpdateGroupAvatarUrlParams holds the parameters of updateGroupAvatarUrl.
type UpdateGroupAvatarUrlParams struct {
	GroupAvatarURL string `json:"groupAvatarUrl"`
	GroupID        string `json:"groupID"`
}

// UpdateGroupNoticeParams holds the parameters of updateGroupNotice.
type UpdateGroupNoticeParams struct {
	GroupNotice string `json:"groupNotice"`
	GroupID     string `json:"groupID"`
}

// UpdateGroupAliasParams holds the parameters of updateGroupAlias.
type UpdateGroupAliasParams struct {
	GroupAlias string `json:"groupAlias"`
	GroupID    string `json:"groupID"`
}

// UpdateGroupJoinModeParams holds the parameters of updateGroupJoinMode.
type UpdateGroupJoinModeParams struct {
	Mode    GroupJoinMode `json:"mode"`
	GroupID string        `json:"groupID"`
}

// UpdateGroupInviteModeParams holds the parameters of updateGroupInviteMode.
type UpdateGroupInviteModeParams struct {
	Mode    GroupInviteMode `json:"mode"`
	GroupID string          `json:"groupID"`
}

// UpdateGroupBeInviteModeParams holds the parameters of updateGroupBeInviteMode.
type UpdateGroupBeInviteModeParams struct {
	Mode    GroupBeInviteMode `json:"mode"`
	GroupID string            `json:"groupID"`
}

// SetGroupAttributesParams holds the parameters of setGroupAttributes.
type SetGroupAttributesParams struct {
	GroupAttributes map[string]string `json:"groupAttributes"`
	GroupID         string            `json:"groupID"`
}

// DeleteGroupAttributesParams holds the parameters of deleteGroupAttributes.
type DeleteGroupAttributesParams struct {
	Keys    []string `json:"keys"`
	GroupID string   `json:"groupID"`
}

// QueryGroupAttributesParams holds the parameters of queryGroupAttributes.
type QueryGroupAttributesParams struct {
	Keys    []string `json:"keys"`
	GroupID string   `json:"groupID"`
}

// QueryGroupAllAttributesParams holds the parameters of queryGroupAllAttributes.
type QueryGroupAllAttributesParams struct {
	GroupID string `json:"groupID"`
}

// SetGroupMemberRoleParams holds the parameters of setGroupMemberRole.
type SetGroupMemberRoleParams struct {
	Role      int64  `json:"role"`
	ForUserID string `json:"forUserID"`
	GroupID   string `json:"groupID"`
}

// SetGroupMemberNicknameParams holds the parameters of setGroupMemberNickname.
type SetGroupMemberNicknameParams struct {
	Nickname  string `json:"nickname"`
	ForUserID string `json:"forUserID"`
	GroupID   string `json:"groupID"`
}

// MuteGroupParams holds the parameters of muteGroup.
type MuteGroupParams struct {
	IsMute  bool            `json:"isMute"`
	GroupID string          `json:"groupID"`
	Config  GroupMuteConfig `json:"config"`
}

// MuteGroupMembersParams holds the parameters of muteGroupMembers.
type MuteGroupMembersParams struct {
	IsMute  bool                  `json:"isMute"`
	UserIDs []string              `json:"userIDs"`
	GroupID string                `json:"groupID"`
	Config  GroupMemberMuteConfig `json:"config"`
}

// QueryGroupMemberMutedListParams holds the parameters of queryGroupMemberMutedList.
type QueryGroupMemberMutedListParams struct {
	GroupID string                 `json:"groupID"`
	Config  GroupMemberQueryConfig `json:"config"`
}

// SearchLocalGroupsParams holds the parameters of searchLocalGroups.
type SearchLocalGroupsParams struct {
	Config GroupSearchConfig `json:"config"`
}

// SearchLocalGroupMembersParams holds the parameters of searchLocalGroupMembers.
type SearchLocalGroupMembersParams struct {
	GroupID string                  `json:"groupID"`
	Config  GroupMemberSearchConfig `json:"config"`
}

// SendGroupJoinApplicationParams holds the parameters of sendGroupJoinApplication.
type SendGroupJoinApplicationParams struct {
	GroupID string                         `json:"groupID"`
	Config  GroupJoinApplicationSendConfig `json:"config"`
}

// AcceptGroupJoinApplicationParams holds the parameters of acceptGroupJoinApplication.
type AcceptGroupJoinApplicationParams struct {
	UserID  string                           `json:"userID"`
	GroupID string                           `json:"groupID"`
	Config  GroupJoinApplicationAcceptConfig `json:"config"`
}

// RejectGroupJoinApplicationParams holds the parameters of rejectGroupJoinApplication.
type RejectGroupJoinApplicationParams struct {
	UserID  string                           `json:"userID"`
	GroupID string                           `json:"groupID"`
	Config  GroupJoinApplicationRejectConfig `json:"config"`
}

// SendGroupInviteApplicationsParams holds the parameters of sendGroupInviteApplications.
type SendGroupInviteApplicationsParams struct {
	UserIDs []string                         `json:"userIDs"`
	GroupID string                           `json:"groupID"`
	Config  GroupInviteApplicationSendConfig `json:"config"`
}

// AcceptGroupInviteApplicationParams holds the parameters of acceptGroupInviteApplication.
type AcceptGroupInviteApplicationParams struct {
	InviterUserID string                             `json:"inviterUserID"`
	GroupID       string                             `json:"groupID"`
	Config        GroupInviteApplicationAcceptConfig `json:"config"`
}

// RejectGroupInviteApplicationParams holds the parameters of rejectGroupInviteApplication.
type RejectGroupInviteApplicationParams struct {
	InviterUserID string                             `json:"inviterUserID"`
	GroupID       string                             `json:"groupID"`
	Config        GroupInviteApplicationRejectConfig `json:"config"`
}

// QueryGroupApplicationListParams holds the parameters of queryGroupApplicationList.
type QueryGroupApplicationListParams struct {
	Config GroupApplicationListQueryConfig `json:"config"`
}

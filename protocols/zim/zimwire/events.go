package zimwire

// EventOfConnectionStateChangedResult is ZIMEventOfConnectionStateChangedResult.
type EventOfConnectionStateChangedResult struct {
	State        ConnectionState `json:"state"`
	Event        ConnectionEvent `json:"event"`
	ExtendedData string          `json:"extendedData"`
}

// EventOfTokenWillExpireResult is ZIMEventOfTokenWillExpireResult.
type EventOfTokenWillExpireResult struct {
	Second int64 `json:"second"`
}

// EventOfUserInfoUpdatedResult is ZIMEventOfUserInfoUpdatedResult.
type EventOfUserInfoUpdatedResult struct {
	Info UserFullInfo `json:"info"`
}

// EventOfUserStatusUpdatedResult is ZIMEventOfUserStatusUpdatedResult.
type EventOfUserStatusUpdatedResult struct {
	UserStatusList []UserStatus `json:"userStatusList"`
}

// EventOfUserRuleUpdatedResult is ZIMEventOfUserRuleUpdatedResult.
type EventOfUserRuleUpdatedResult struct {
	UserRule UserRule `json:"userRule"`
}

// EventOfConversationChangedResult is ZIMEventOfConversationChangedResult.
type EventOfConversationChangedResult struct {
	InfoList []ConversationChangeInfo `json:"infoList"`
}

// EventOfConversationsAllDeletedResult is ZIMEventOfConversationsAllDeletedResult.
type EventOfConversationsAllDeletedResult struct {
	Count int64 `json:"count"`
}

// EventOfConversationSyncStateChangedResult is ZIMEventOfConversationSyncStateChangedResult.
type EventOfConversationSyncStateChangedResult struct {
	State ConversationSyncState `json:"state"`
}

// EventOfConversationTotalUnreadMessageCountUpdatedResult is ZIMEventOfConversationTotalUnreadMessageCountUpdatedResult.
type EventOfConversationTotalUnreadMessageCountUpdatedResult struct {
	TotalUnreadMessageCount int64 `json:"totalUnreadMessageCount"`
}

// EventOfConversationMessageReceiptChangedResult is ZIMEventOfConversationMessageReceiptChangedResult.
type EventOfConversationMessageReceiptChangedResult struct {
	Infos []MessageReceiptInfo `json:"infos"`
}

// EventOfMessageReceiptChangedResult is ZIMEventOfMessageReceiptChangedResult.
type EventOfMessageReceiptChangedResult struct {
	Infos []MessageReceiptInfo `json:"infos"`
}

// EventOfMessageRevokeReceivedResult is ZIMEventOfMessageRevokeReceivedResult.
type EventOfMessageRevokeReceivedResult struct {
	MessageList []Message `json:"messageList"`
}

// EventOfMessageReactionsChangedResult is ZIMEventOfMessageReactionsChangedResult.
type EventOfMessageReactionsChangedResult struct {
	Reactions      []MessageReaction           `json:"reactions"`
	ChangeInfoList []MessageReactionChangeInfo `json:"changeInfoList"`
}

// EventOfMessageRepliedCountChangedResult is ZIMEventOfMessageRepliedCountChangedResult.
type EventOfMessageRepliedCountChangedResult struct {
	Infos []MessageRootRepliedCountInfo `json:"infos"`
}

// EventOfMessageRepliedInfoChangedResult is ZIMEventOfMessageRepliedInfoChangedResult.
type EventOfMessageRepliedInfoChangedResult struct {
	MessageList []Message `json:"messageList"`
}

// EventOfMessageDeletedResult is ZIMEventOfMessageDeletedResult.
type EventOfMessageDeletedResult struct {
	ConversationID                 string            `json:"conversationID"`
	ConversationType               ConversationType  `json:"conversationType"`
	IsDeleteConversationAllMessage bool              `json:"isDeleteConversationAllMessage"`
	MessageDeleteType              MessageDeleteType `json:"messageDeleteType"`
	MessageList                    []Message         `json:"messageList"`
}

// EventOfMessageSentStatusChangedResult is ZIMEventOfMessageSentStatusChangedResult.
type EventOfMessageSentStatusChangedResult struct {
	Infos []MessageSentStatusChangeInfo `json:"infos"`
}

// EventOfBroadcastMessageReceivedResult is ZIMEventOfBroadcastMessageReceivedResult.
type EventOfBroadcastMessageReceivedResult struct {
	Message Message `json:"message"`
}

// EventOfConversationMessageReceivedResult is ZIMEventOfConversationMessageReceivedResult.
type EventOfConversationMessageReceivedResult struct {
	MessageList        []Message           `json:"messageList"`
	FromConversationID string              `json:"fromConversationID"`
	Info               MessageReceivedInfo `json:"info"`
}

// EventOfReceiveConversationMessageResult is ZIMEventOfReceiveConversationMessageResult.
type EventOfReceiveConversationMessageResult struct {
	MessageList        []Message `json:"messageList"`
	FromConversationID string    `json:"fromConversationID"`
}

// EventOfMessageEditedResult is ZIMEventOfMessageEditedResult.
type EventOfMessageEditedResult struct {
	MessageList []Message `json:"messageList"`
}

// EventOfMessagePinStatusChangedResult is ZIMEventOfMessagePinStatusChangedResult.
type EventOfMessagePinStatusChangedResult struct {
	Infos []MessagePinStatusChangeInfo `json:"infos"`
}

// EventOfRoomStateChangedResult is ZIMEventOfRoomStateChangedResult.
type EventOfRoomStateChangedResult struct {
	RoomID       string    `json:"roomID"`
	State        RoomState `json:"state"`
	Event        RoomEvent `json:"event"`
	ExtendedData string    `json:"extendedData"`
}

// EventOfRoomMemberChangedResult is ZIMEventOfRoomMemberChangedResult.
type EventOfRoomMemberChangedResult struct {
	RoomID     string     `json:"roomID"`
	MemberList []UserInfo `json:"memberList"`
}

// EventOfRoomAttributesUpdatedResult is ZIMEventOfRoomAttributesUpdatedResult.
type EventOfRoomAttributesUpdatedResult struct {
	RoomID string                     `json:"roomID"`
	Infos  []RoomAttributesUpdateInfo `json:"infos"`
}

// EventOfRoomMembersAttributesUpdatedResult is ZIMEventOfRoomMembersAttributesUpdatedResult.
type EventOfRoomMembersAttributesUpdatedResult struct {
	RoomID       string                           `json:"roomID"`
	Infos        []RoomMemberAttributesUpdateInfo `json:"infos"`
	OperatedInfo RoomOperatedInfo                 `json:"operatedInfo"`
}

// EventOfGroupStateChangedResult is ZIMEventOfGroupStateChangedResult.
type EventOfGroupStateChangedResult struct {
	State        GroupState        `json:"state"`
	Event        GroupEvent        `json:"event"`
	OperatedInfo GroupOperatedInfo `json:"operatedInfo"`
	GroupInfo    GroupFullInfo     `json:"groupInfo"`
}

// EventOfGroupNameUpdatedResult is ZIMEventOfGroupNameUpdatedResult.
type EventOfGroupNameUpdatedResult struct {
	GroupID      string            `json:"groupID"`
	GroupName    string            `json:"groupName"`
	OperatedInfo GroupOperatedInfo `json:"operatedInfo"`
}

// EventOfGroupAvatarUrlUpdatedResult is ZIMEventOfGroupAvatarUrlUpdatedResult.
type EventOfGroupAvatarUrlUpdatedResult struct {
	GroupID        string            `json:"groupID"`
	GroupAvatarURL string            `json:"groupAvatarUrl"`
	OperatedInfo   GroupOperatedInfo `json:"operatedInfo"`
}

// EventOfGroupNoticeUpdatedResult is ZIMEventOfGroupNoticeUpdatedResult.
type EventOfGroupNoticeUpdatedResult struct {
	GroupID      string            `json:"groupID"`
	GroupNotice  string            `json:"groupNotice"`
	OperatedInfo GroupOperatedInfo `json:"operatedInfo"`
}

// EventOfGroupAliasUpdatedResult is ZIMEventOfGroupAliasUpdatedResult.
type EventOfGroupAliasUpdatedResult struct {
	GroupID        string `json:"groupID"`
	GroupAlias     string `json:"groupAlias"`
	OperatedUserID string `json:"operatedUserID"`
}

// EventOfGroupAttributesUpdatedResult is ZIMEventOfGroupAttributesUpdatedResult.
type EventOfGroupAttributesUpdatedResult struct {
	GroupID      string                      `json:"groupID"`
	InfoList     []GroupAttributesUpdateInfo `json:"infoList"`
	OperatedInfo GroupOperatedInfo           `json:"operatedInfo"`
}

// EventOfGroupMutedInfoUpdatedResult is ZIMEventOfGroupMutedInfoUpdatedResult.
type EventOfGroupMutedInfoUpdatedResult struct {
	GroupID      string            `json:"groupID"`
	MutedInfo    GroupMuteInfo     `json:"mutedInfo"`
	OperatedInfo GroupOperatedInfo `json:"operatedInfo"`
}

// EventOfGroupVerifyInfoUpdatedResult is ZIMEventOfGroupVerifyInfoUpdatedResult.
type EventOfGroupVerifyInfoUpdatedResult struct {
	GroupID      string            `json:"groupID"`
	VerifyInfo   GroupVerifyInfo   `json:"verifyInfo"`
	OperatedInfo GroupOperatedInfo `json:"operatedInfo"`
}

// EventOfGroupApplicationListChangedResult is ZIMEventOfGroupApplicationListChangedResult.
type EventOfGroupApplicationListChangedResult struct {
	Action          GroupApplicationListChangeAction `json:"action"`
	ApplicationList []GroupApplicationInfo           `json:"applicationList"`
}

// EventOfGroupApplicationUpdatedResult is ZIMEventOfGroupApplicationUpdatedResult.
type EventOfGroupApplicationUpdatedResult struct {
	ApplicationList []GroupApplicationInfo `json:"applicationList"`
}

// EventOfGroupMemberStateChangedResult is ZIMEventOfGroupMemberStateChangedResult.
type EventOfGroupMemberStateChangedResult struct {
	GroupID      string            `json:"groupID"`
	State        GroupMemberState  `json:"state"`
	Event        GroupMemberEvent  `json:"event"`
	UserList     []GroupMemberInfo `json:"userList"`
	OperatedInfo GroupOperatedInfo `json:"operatedInfo"`
}

// EventOfGroupMemberInfoUpdatedResult is ZIMEventOfGroupMemberInfoUpdatedResult.
type EventOfGroupMemberInfoUpdatedResult struct {
	GroupID      string            `json:"groupID"`
	UserList     []GroupMemberInfo `json:"userList"`
	OperatedInfo GroupOperatedInfo `json:"operatedInfo"`
}

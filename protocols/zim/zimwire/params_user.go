package zimwire

// RenewTokenParams holds the parameters of renewToken.
type RenewTokenParams struct {
	Token string `json:"token"`
}

// UpdateUserNameParams holds the parameters of updateUserName.
type UpdateUserNameParams struct {
	UserName string `json:"userName"`
}

// UpdateUserAvatarUrlParams holds the parameters of updateUserAvatarUrl.
type UpdateUserAvatarUrlParams struct {
	UserAvatarURL string `json:"userAvatarUrl"`
}

// UpdateUserExtendedDataParams holds the parameters of updateUserExtendedData.
type UpdateUserExtendedDataParams struct {
	ExtendedData string `json:"extendedData"`
}

// UpdateUserOfflinePushRuleParams holds the parameters of updateUserOfflinePushRule.
type UpdateUserOfflinePushRuleParams struct {
	OfflinePushRule UserOfflinePushRule `json:"offlinePushRule"`
}

// UpdateUserCustomStatusParams holds the parameters of updateUserCustomStatus.
type UpdateUserCustomStatusParams struct {
	CustomStatus string                       `json:"customStatus"`
	Config       UserCustomStatusUpdateConfig `json:"config"`
}

// UpdateUserBadgeParams holds the parameters of updateUserBadge.
type UpdateUserBadgeParams struct {
	Badge int64 `json:"badge"`
}

// QueryUsersInfoParams holds the parameters of queryUsersInfo.
type QueryUsersInfoParams struct {
	UserIDs []string             `json:"userIDs"`
	Config  UsersInfoQueryConfig `json:"config"`
}

// QueryUsersStatusParams holds the parameters of queryUsersStatus.
type QueryUsersStatusParams struct {
	UserIDs []string `json:"userIDs"`
}

// SubscribeUsersStatusParams holds the parameters of subscribeUsersStatus.
type SubscribeUsersStatusParams struct {
	UserIDs []string                  `json:"userIDs"`
	Config  UserStatusSubscribeConfig `json:"config"`
}

// UnsubscribeUsersStatusParams holds the parameters of unsubscribeUsersStatus.
type UnsubscribeUsersStatusParams struct {
	UserIDs []string `json:"userIDs"`
}

// QuerySubscribedUserStatusListParams holds the parameters of querySubscribedUserStatusList.
type QuerySubscribedUserStatusListParams struct {
	Config SubscribedUserStatusQueryConfig `json:"config"`
}

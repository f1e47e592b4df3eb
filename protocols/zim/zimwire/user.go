package zimwire

// UserInfo is ZIMUserInfo.
type UserInfo struct {
	UserID           string `json:"userID"`
	UserName         string `json:"userName"`
	UserAvatarURL    string `json:"userAvatarUrl"`
	UserExtendedData string `json:"userExtendedData"`
}

// UserFullInfo is ZIMUserFullInfo.
type UserFullInfo struct {
	BaseInfo      UserInfo `json:"baseInfo"`
	UserAvatarURL string   `json:"userAvatarUrl"`
	ExtendedData  string   `json:"extendedData"`
}

// UserOfflinePushRule is ZIMUserOfflinePushRule.
type UserOfflinePushRule struct {
	OnlinePlatforms                  []PlatformType `json:"onlinePlatforms"`
	NotToReceiveOfflinePushPlatforms []PlatformType `json:"notToReceiveOfflinePushPlatforms"`
}

// UserRule is ZIMUserRule.
type UserRule struct {
	OfflinePushRule UserOfflinePushRule `json:"offlinePushRule"`
}

// UserStatus is ZIMUserStatus.
type UserStatus struct {
	UserID                     string           `json:"userID"`
	OnlineStatus               UserOnlineStatus `json:"onlineStatus"`
	OnlinePlatforms            []PlatformType   `json:"onlinePlatforms"`
	CustomStatus               string           `json:"customStatus"`
	CustomStatusExpiredTime    int64            `json:"customStatusExpiredTime"`
	LastUpdateTime             int64            `json:"lastUpdateTime"`
	LastOnlineStatusUpdateTime int64            `json:"lastOnlineStatusUpdateTime"`
	LastCustomStatusUpdateTime int64            `json:"lastCustomStatusUpdateTime"`
}

// UserStatusSubscription is ZIMUserStatusSubscription.
type UserStatusSubscription struct {
	UserStatus           UserStatus `json:"userStatus"`
	SubscribeExpiredTime int64      `json:"subscribeExpiredTime"`
}

// SelfUserInfo is ZIMSelfUserInfo.
type SelfUserInfo struct {
	UserFullInfo UserFullInfo `json:"userFullInfo"`
	UserRule     UserRule     `json:"userRule"`
	UserStatus   UserStatus   `json:"userStatus"`
}

// UserStatusSubscribeConfig is ZIMUserStatusSubscribeConfig.
type UserStatusSubscribeConfig struct {
	SubscriptionDuration int64 `json:"subscriptionDuration"`
}

// SubscribedUserStatusQueryConfig is ZIMSubscribedUserStatusQueryConfig.
type SubscribedUserStatusQueryConfig struct {
	UserIDs []string `json:"userIDs"`
}

// ErrorUserInfo is ZIMErrorUserInfo.
type ErrorUserInfo struct {
	UserID string `json:"userID"`
	Reason int64  `json:"reason"`
}

// LoginConfig is ZIMLoginConfig.
type LoginConfig struct {
	UserName             string `json:"userName"`
	Token                string `json:"token"`
	IsOfflineLogin       bool   `json:"isOfflineLogin"`
	CustomStatus         string `json:"customStatus"`
	CustomStatusDuration int64  `json:"customStatusDuration"`
}

// LogoutConfig is ZIMLogoutConfig.
type LogoutConfig struct {
	IsClearDB bool `json:"isClearDB"`
}

// UsersInfoQueryConfig is ZIMUsersInfoQueryConfig.
type UsersInfoQueryConfig struct {
	IsQueryFromServer bool `json:"isQueryFromServer"`
}

// UserCustomStatusUpdateConfig is ZIMUserCustomStatusUpdateConfig.
type UserCustomStatusUpdateConfig struct {
	Duration int64 `json:"duration"`
}

// TokenRenewedResult is ZIMTokenRenewedResult.
type TokenRenewedResult struct {
	Token string `json:"token"`
}

// UserNameUpdatedResult is ZIMUserNameUpdatedResult.
type UserNameUpdatedResult struct {
	UserName string `json:"userName"`
}

// UserAvatarUrlUpdatedResult is ZIMUserAvatarUrlUpdatedResult.
type UserAvatarUrlUpdatedResult struct {
	UserAvatarURL string `json:"userAvatarUrl"`
}

// UserExtendedDataUpdatedResult is ZIMUserExtendedDataUpdatedResult.
type UserExtendedDataUpdatedResult struct {
	ExtendedData string `json:"extendedData"`
}

// UserCustomStatusUpdatedResult is ZIMUserCustomStatusUpdatedResult.
type UserCustomStatusUpdatedResult struct {
	CustomStatus string `json:"customStatus"`
}

// UsersInfoQueriedResult is ZIMUsersInfoQueriedResult.
type UsersInfoQueriedResult struct {
	UserList      []UserFullInfo  `json:"userList"`
	ErrorUserList []ErrorUserInfo `json:"errorUserList"`
}

// UserOfflinePushRuleUpdatedResult is ZIMUserOfflinePushRuleUpdatedResult.
type UserOfflinePushRuleUpdatedResult struct {
	OfflinePushRule UserOfflinePushRule `json:"offlinePushRule"`
}

// SelfUserInfoQueriedResult is ZIMSelfUserInfoQueriedResult.
type SelfUserInfoQueriedResult struct {
	SelfUserInfo SelfUserInfo `json:"selfUserInfo"`
}

// UsersStatusQueriedResult is ZIMUsersStatusQueriedResult.
type UsersStatusQueriedResult struct {
	UserStatusList []UserStatus    `json:"userStatusList"`
	ErrorUserList  []ErrorUserInfo `json:"errorUserList"`
}

// UsersStatusSubscribedResult is ZIMUsersStatusSubscribedResult.
type UsersStatusSubscribedResult struct {
	ErrorUserList []ErrorUserInfo `json:"errorUserList"`
}

// UsersStatusUnsubscribedResult is ZIMUsersStatusUnsubscribedResult.
type UsersStatusUnsubscribedResult struct {
	ErrorUserList []ErrorUserInfo `json:"errorUserList"`
}

// SubscribedUserStatusListQueriedResult is ZIMSubscribedUserStatusListQueriedResult.
type SubscribedUserStatusListQueriedResult struct {
	UserStatusSubscriptionList []UserStatusSubscription `json:"userStatusSubscriptionList"`
}

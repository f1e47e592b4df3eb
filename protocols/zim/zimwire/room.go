package zimwire

// RoomInfo is ZIMRoomInfo.
type RoomInfo struct {
	RoomID   string `json:"roomID"`
	RoomName string `json:"roomName"`
}

// RoomFullInfo is ZIMRoomFullInfo.
type RoomFullInfo struct {
	BaseInfo RoomInfo `json:"baseInfo"`
}

// RoomMemberInfo is ZIMRoomMemberInfo.
type RoomMemberInfo struct {
	UserID           string `json:"userID"`
	UserName         string `json:"userName"`
	UserAvatarURL    string `json:"userAvatarUrl"`
	UserExtendedData string `json:"userExtendedData"`
}

// RoomMemberQueryConfig is ZIMRoomMemberQueryConfig.
type RoomMemberQueryConfig struct {
	NextFlag string   `json:"nextFlag"`
	Count    PageSize `json:"count"`
}

// RoomAdvancedConfig is ZIMRoomAdvancedConfig.
type RoomAdvancedConfig struct {
	RoomAttributes       map[string]string `json:"roomAttributes"`
	RoomDestroyDelayTime int64             `json:"roomDestroyDelayTime"`
}

// RoomAttributesSetConfig is ZIMRoomAttributesSetConfig.
type RoomAttributesSetConfig struct {
	IsForce                bool `json:"isForce"`
	IsDeleteAfterOwnerLeft bool `json:"isDeleteAfterOwnerLeft"`
	IsUpdateOwner          bool `json:"isUpdateOwner"`
}

// RoomAttributesBatchOperationConfig is ZIMRoomAttributesBatchOperationConfig.
type RoomAttributesBatchOperationConfig struct {
	IsForce                bool `json:"isForce"`
	IsDeleteAfterOwnerLeft bool `json:"isDeleteAfterOwnerLeft"`
	IsUpdateOwner          bool `json:"isUpdateOwner"`
}

// RoomAttributesDeleteConfig is ZIMRoomAttributesDeleteConfig.
type RoomAttributesDeleteConfig struct {
	IsForce bool `json:"isForce"`
}

// RoomAttributesUpdateInfo is ZIMRoomAttributesUpdateInfo.
type RoomAttributesUpdateInfo struct {
	Action         RoomAttributesUpdateAction `json:"action"`
	RoomAttributes map[string]string          `json:"roomAttributes"`
}

// RoomMemberAttributesInfo is ZIMRoomMemberAttributesInfo.
type RoomMemberAttributesInfo struct {
	UserID     string            `json:"userID"`
	Attributes map[string]string `json:"attributes"`
}

// RoomMemberAttributesOperatedInfo is ZIMRoomMemberAttributesOperatedInfo.
type RoomMemberAttributesOperatedInfo struct {
	AttributesInfo RoomMemberAttributesInfo `json:"attributesInfo"`
	ErrorKeys      []string                 `json:"errorKeys"`
}

// RoomMemberAttributesUpdateInfo is ZIMRoomMemberAttributesUpdateInfo.
type RoomMemberAttributesUpdateInfo struct {
	AttributesInfo RoomMemberAttributesInfo `json:"attributesInfo"`
}

// RoomMemberAttributesSetConfig is ZIMRoomMemberAttributesSetConfig.
type RoomMemberAttributesSetConfig struct {
	IsDeleteAfterOwnerLeft bool `json:"isDeleteAfterOwnerLeft"`
}

// RoomMemberAttributesQueryConfig is ZIMRoomMemberAttributesQueryConfig.
type RoomMemberAttributesQueryConfig struct {
	NextFlag string   `json:"nextFlag"`
	Count    PageSize `json:"count"`
}

// RoomOperatedInfo is ZIMRoomOperatedInfo.
type RoomOperatedInfo struct {
	UserID string `json:"userID"`
}

// RoomCreatedResult is ZIMRoomCreatedResult.
type RoomCreatedResult struct {
	RoomInfo RoomFullInfo `json:"roomInfo"`
}

// RoomJoinedResult is ZIMRoomJoinedResult.
type RoomJoinedResult struct {
	RoomInfo RoomFullInfo `json:"roomInfo"`
}

// RoomEnteredResult is ZIMRoomEnteredResult.
type RoomEnteredResult struct {
	RoomInfo RoomFullInfo `json:"roomInfo"`
}

// RoomSwitchedResult is ZIMRoomSwitchedResult.
type RoomSwitchedResult struct {
	RoomInfo RoomFullInfo `json:"roomInfo"`
}

// RoomLeftResult is ZIMRoomLeftResult.
type RoomLeftResult struct {
	RoomID string `json:"roomID"`
}

// RoomAllLeftResult is ZIMRoomAllLeftResult.
type RoomAllLeftResult struct {
	RoomIDs []string `json:"roomIDs"`
}

// RoomMemberQueriedResult is ZIMRoomMemberQueriedResult.
type RoomMemberQueriedResult struct {
	RoomID     string     `json:"roomID"`
	MemberList []UserInfo `json:"memberList"`
	NextFlag   string     `json:"nextFlag"`
}

// RoomMembersQueriedResult is ZIMRoomMembersQueriedResult.
type RoomMembersQueriedResult struct {
	RoomID        string           `json:"roomID"`
	MemberList    []RoomMemberInfo `json:"memberList"`
	ErrorUserList []ErrorUserInfo  `json:"errorUserList"`
}

// RoomOnlineMemberCountQueriedResult is ZIMRoomOnlineMemberCountQueriedResult.
type RoomOnlineMemberCountQueriedResult struct {
	RoomID string `json:"roomID"`
	Count  int64  `json:"count"`
}

// RoomAttributesOperatedResult is ZIMRoomAttributesOperatedResult.
type RoomAttributesOperatedResult struct {
	RoomID    string   `json:"roomID"`
	ErrorKeys []string `json:"errorKeys"`
}

// RoomAttributesBatchOperatedResult is ZIMRoomAttributesBatchOperatedResult.
type RoomAttributesBatchOperatedResult struct {
	RoomID string `json:"roomID"`
}

// RoomAttributesQueriedResult is ZIMRoomAttributesQueriedResult.
type RoomAttributesQueriedResult struct {
	RoomID         string            `json:"roomID"`
	RoomAttributes map[string]string `json:"roomAttributes"`
}

// RoomMembersAttributesOperatedResult is ZIMRoomMembersAttributesOperatedResult.
type RoomMembersAttributesOperatedResult struct {
	RoomID        string                             `json:"roomID"`
	Infos         []RoomMemberAttributesOperatedInfo `json:"infos"`
	ErrorUserList []string                           `json:"errorUserList"`
}

// RoomMembersAttributesQueriedResult is ZIMRoomMembersAttributesQueriedResult.
type RoomMembersAttributesQueriedResult struct {
	RoomID string                     `json:"roomID"`
	Infos  []RoomMemberAttributesInfo `json:"infos"`
}

// RoomMemberAttributesListQueriedResult is ZIMRoomMemberAttributesListQueriedResult.
type RoomMemberAttributesListQueriedResult struct {
	RoomID   string                     `json:"roomID"`
	Infos    []RoomMemberAttributesInfo `json:"infos"`
	NextFlag string                     `json:"nextFlag"`
}

package zimwire

// CreateRoomParams holds the parameters of createRoom.
type CreateRoomParams struct {
	RoomInfo RoomInfo           `json:"roomInfo"`
	Config   RoomAdvancedConfig `json:"config"`
}

// JoinRoomParams holds the parameters of joinRoom.
type JoinRoomParams struct {
	RoomID string `json:"roomID"`
}

// EnterRoomParams holds the parameters of enterRoom.
type EnterRoomParams struct {
	RoomInfo RoomInfo           `json:"roomInfo"`
	Config   RoomAdvancedConfig `json:"config"`
}

// SwitchRoomParams holds the parameters of switchRoom.
type SwitchRoomParams struct {
	FromRoomID                 string             `json:"fromRoomID"`
	ToRoomInfo                 RoomInfo           `json:"toRoomInfo"`
	IsCreateWhenRoomNotExisted bool               `json:"isCreateWhenRoomNotExisted"`
	Config                     RoomAdvancedConfig `json:"config"`
}

// LeaveRoomParams holds the parameters of leaveRoom.
type LeaveRoomParams struct {
	RoomID string `json:"roomID"`
}

// QueryRoomMemberListParams holds the parameters of queryRoomMemberList.
type QueryRoomMemberListParams struct {
	RoomID string                `json:"roomID"`
	Config RoomMemberQueryConfig `json:"config"`
}

// QueryRoomMembersParams holds the parameters of queryRoomMembers.
type QueryRoomMembersParams struct {
	UserIDs []string `json:"userIDs"`
	RoomID  string   `json:"roomID"`
}

// QueryRoomOnlineMemberCountParams holds the parameters of queryRoomOnlineMemberCount.
type QueryRoomOnlineMemberCountParams struct {
	RoomID string `json:"roomID"`
}

// SetRoomAttributesParams holds the parameters of setRoomAttributes.
type SetRoomAttributesParams struct {
	RoomAttributes map[string]string       `json:"roomAttributes"`
	RoomID         string                  `json:"roomID"`
	Config         RoomAttributesSetConfig `json:"config"`
}

// DeleteRoomAttributesParams holds the parameters of deleteRoomAttributes.
type DeleteRoomAttributesParams struct {
	Keys   []string                   `json:"keys"`
	RoomID string                     `json:"roomID"`
	Config RoomAttributesDeleteConfig `json:"config"`
}

// BeginRoomAttributesBatchOperationParams holds the parameters of beginRoomAttributesBatchOperation.
type BeginRoomAttributesBatchOperationParams struct {
	RoomID string                             `json:"roomID"`
	Config RoomAttributesBatchOperationConfig `json:"config"`
}

// EndRoomAttributesBatchOperationParams holds the parameters of endRoomAttributesBatchOperation.
type EndRoomAttributesBatchOperationParams struct {
	RoomID string `json:"roomID"`
}

// QueryRoomAllAttributesParams holds the parameters of queryRoomAllAttributes.
type QueryRoomAllAttributesParams struct {
	RoomID string `json:"roomID"`
}

// SetRoomMembersAttributesParams holds the parameters of setRoomMembersAttributes.
type SetRoomMembersAttributesParams struct {
	Attributes map[string]string             `json:"attributes"`
	UserIDs    []string                      `json:"userIDs"`
	RoomID     string                        `json:"roomID"`
	Config     RoomMemberAttributesSetConfig `json:"config"`
}

// QueryRoomMembersAttributesParams holds the parameters of queryRoomMembersAttributes.
type QueryRoomMembersAttributesParams struct {
	UserIDs []string `json:"userIDs"`
	RoomID  string   `json:"roomID"`
}

// QueryRoomMemberAttributesListParams holds the parameters of queryRoomMemberAttributesList.
type QueryRoomMemberAttributesListParams struct {
	RoomID string                          `json:"roomID"`
	Config RoomMemberAttributesQueryConfig `json:"config"`
}

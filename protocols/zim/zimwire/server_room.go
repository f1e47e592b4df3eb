package zimwire

// RoomAttribute is one attribute of a room, in a request.
type RoomAttribute struct {
	Action      *int64 `json:"Action"` // 0 set, 1 delete
	Key         string `json:"Key"`
	Value       string `json:"Value"`
	AutoDelete  int64  `json:"AutoDelete"`
	StopOnError int64  `json:"StopOnError"`
}

// ServerCreateRoom is the request of CreateRoom.
type ServerCreateRoom struct {
	FromUserID       string          `json:"FromUserId"`
	RoomID           string          `json:"RoomId"`
	RoomName         string          `json:"RoomName"`
	DestroyDelayTime int64           `json:"DestroyDelayTime"` // seconds
	Attributes       []RoomAttribute `json:"Attributes"`
}

// AttributeSeq is the answer to CreateRoom.
type AttributeSeq struct {
	AttributeSeq int64 `json:"AttributeSeq"`
}

// RoomRequest is the request of DestroyRoom and QueryRoomAttribute.
type RoomRequest struct {
	RoomID     string `json:"RoomId"`
	FromUserID string `json:"FromUserId"`
}

// QueryRoomUserList is the request of that action.
type QueryRoomUserList struct {
	RoomID   string `json:"RoomId"`
	Mode     int64  `json:"Mode"`
	NextFlag string `json:"NextFlag"`
	Limit    *int64 `json:"Limit"`
}

// RoomUsers is the answer to QueryRoomUserList.
type RoomUsers struct {
	Count    int64        `json:"Count"`
	NextFlag string       `json:"NextFlag"`
	UserList []UserOfName `json:"UserList"`
}

// RoomUserRequest is the request of QueryRoomMembers and KickoutRoomUser.
type RoomUserRequest struct {
	RoomID       string   `json:"RoomId"`
	FromUserID   string   `json:"FromUserId"`
	UserID       []string `json:"UserId"`
	CustomReason string   `json:"CustomReason"`
}

// RoomMembersFound is the answer to QueryRoomMembers.
type RoomMembersFound struct {
	UserList  []RoomMember `json:"UserList"`
	ErrorList []UserError  `json:"ErrorList"`
}

// RoomMember is a user in a room, in the spelling of that one action.
type RoomMember struct {
	UserID   string `json:"user_id"`
	UserName string `json:"user_name"`
	Avatar   string `json:"avatar"`
	Extra    string `json:"extra"`
}

// RoomAttributesFound is the answer to QueryRoomAttribute.
type RoomAttributesFound struct {
	AttributeSeq int64                `json:"AttributeSeq"`
	Attributes   []RoomAttributeState `json:"Attributes"`
}

// RoomAttributeState is one attribute of a room as it stands.
type RoomAttributeState struct {
	Key        string `json:"Key"`
	Value      string `json:"Value"`
	Seq        int64  `json:"Seq"`
	AutoDelete int64  `json:"AutoDelete"`
}

// ModifyRoomAttribute is the request of that action.
type ModifyRoomAttribute struct {
	FromUserID string          `json:"FromUserId"`
	RoomID     string          `json:"RoomId"`
	Attributes []RoomAttribute `json:"Attributes"`
}

// RoomAttributeModified is the answer to ModifyRoomAttribute.
type RoomAttributeModified struct {
	AttributeSeq int64      `json:"AttributeSeq"`
	SuccKeyList  []KeySeq   `json:"SuccKeyList"`
	ErrKeyList   []KeyError `json:"ErrKeyList"`
}

// KeySeq is an attribute that was changed.
type KeySeq struct {
	Key string `json:"Key"`
	Seq int64  `json:"Seq"`
}

// KeyError is an attribute that could not be changed.
type KeyError struct {
	Key     string     `json:"Key"`
	SubCode ReturnCode `json:"SubCode"`
}

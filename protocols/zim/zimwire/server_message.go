package zimwire

// SendPeerMessage is the request of that action.
type SendPeerMessage struct {
	FromUserID      string          `json:"FromUserId"`
	ToUserID        []string        `json:"ToUserId"`
	MessageType     *int64          `json:"MessageType"`
	Priority        *int64          `json:"Priority"`
	MessageBody     *MessageBody    `json:"MessageBody"`
	SubMsgType      *int64          `json:"SubMsgType"`
	SearchedContent string          `json:"SearchedContent"`
	SenderUnaware   int64           `json:"SenderUnaware"`
	SendMsgOptions  *SendMsgOptions `json:"SendMsgOptions"`
}

// PeerMessageSent is the answer to SendPeerMessage.
type PeerMessageSent struct {
	ErrorList  []UserError `json:"ErrorList"`
	SuccList   []PeerSent  `json:"SuccList"`
	AuditInfos []AuditInfo `json:"AuditInfos,omitzero"`
}

// UserError is a user for whom a batch failed.
type UserError struct {
	UserID     string     `json:"UserId"`
	SubCode    ReturnCode `json:"SubCode"`
	SubMessage string     `json:"SubMessage,omitzero"`
}

// PeerSent is a user to whom a message went. MsgID is text here, and MsgSeq is absent for a command.
type PeerSent struct {
	UserID string `json:"UserId"`
	MsgID  string `json:"MsgId"`
	MsgSeq int64  `json:"MsgSeq,omitzero"`
}

// AuditInfo is why content was refused.
type AuditInfo struct {
	Index  int64  `json:"Index"`
	Reason string `json:"Reason"`
}

// SendGroupMessage is the request of that action.
type SendGroupMessage struct {
	FromUserID      string          `json:"FromUserId"`
	GroupID         string          `json:"GroupId"`
	MessageType     *int64          `json:"MessageType"`
	Priority        *int64          `json:"Priority"`
	MessageBody     *MessageBody    `json:"MessageBody"`
	SubMsgType      *int64          `json:"SubMsgType"`
	SearchedContent string          `json:"SearchedContent"`
	SendMsgOptions  *SendMsgOptions `json:"SendMsgOptions"`
}

// GroupMessageSent is the answer to SendGroupMessage. MsgID is a number here, and MsgSeq is absent for a command.
type GroupMessageSent struct {
	MsgSeq     int64       `json:"MsgSeq,omitzero"`
	MsgID      int64       `json:"MsgId,omitzero"`
	AuditInfos []AuditInfo `json:"AuditInfos,omitzero"`
}

// SendRoomMessage is the request of that action.
type SendRoomMessage struct {
	FromUserID      string       `json:"FromUserId"`
	RoomID          string       `json:"RoomId"`
	MessageType     *int64       `json:"MessageType"`
	Priority        *int64       `json:"Priority"`
	MessageBody     *MessageBody `json:"MessageBody"`
	SubMsgType      *int64       `json:"SubMsgType"`
	SearchedContent string       `json:"SearchedContent"`
	SenderUnaware   *int64       `json:"SenderUnaware"` // here 1 where it is absent
}

// RoomMessageSent is the answer to SendRoomMessage.
type RoomMessageSent struct {
	MsgSeq     int64       `json:"MsgSeq,omitzero"`
	AuditInfos []AuditInfo `json:"AuditInfos,omitzero"`
}

// SendMessageToAllUsers is the request of that action.
type SendMessageToAllUsers struct {
	FromUserID  string       `json:"FromUserId"`
	MessageType *int64       `json:"MessageType"`
	MessageBody *MessageBody `json:"MessageBody"`
	SubMsgType  *int64       `json:"SubMsgType"`
	PushType    int64        `json:"PushType"`
}

// RevokeMessage is the request of RevokePeerMessage, RevokeGroupMessage and RevokeRoomMessage.
type RevokeMessage struct {
	FromUserID  string       `json:"FromUserId"`
	ToUserID    string       `json:"ToUserId"`
	GroupID     string       `json:"GroupId"`
	RoomID      string       `json:"RoomId"`
	MsgSeq      *int64       `json:"MsgSeq"`
	Payload     string       `json:"Payload"`
	OfflinePush *OfflinePush `json:"OfflinePush"`
}

// The bits of EditMsgBody's EditType.
const (
	EditMessage = 1 << iota
	EditExtendedData
	EditAtList
	EditAtAll
	EditSubType
)

// EditMsgBody is the request of EditC2cMsgBody and EditGroupMsgBody.
type EditMsgBody struct {
	FromUserID  string        `json:"FromUserId"`
	SenderID    string        `json:"SenderId"`
	ConvID      string        `json:"ConvId"`
	MsgType     *int64        `json:"MsgType"`
	ConvMsgSeq  *int64        `json:"ConvMsgSeq"`
	EditType    *int64        `json:"EditType"`
	MessageBody EditedContent `json:"MessageBody"`
	AtListInfo  AtListInfo    `json:"AtListInfo"`
	IsAtAll     bool          `json:"IsAtAll"`
	SubMsgType  int64         `json:"SubMsgType"`
}

// EditedContent is the new content in EditMsgBody.
type EditedContent struct {
	Message      string `json:"Message"`
	ExtendedData string `json:"ExtendedData"`
}

// AtListInfo is the new list of mentioned users in EditMsgBody.
type AtListInfo struct {
	AtList []string `json:"AtList"`
}

// MsgBodyEdited is the answer to EditMsgBody; the time is in seconds.
type MsgBodyEdited struct {
	StateMsgSeq    int64 `json:"StateMsgSeq"`
	EditMsgSeq     int64 `json:"EditMsgSeq"`
	LatestEditTime int64 `json:"LatestEditTime"`
}

// QueryMessagesByMsgSeq is the request of that action.
type QueryMessagesByMsgSeq struct {
	FromUserID string  `json:"FromUserId"`
	ConvID     string  `json:"ConvId"`
	ConvType   *int64  `json:"ConvType"`
	MsgSeqList []int64 `json:"MsgSeqList"`
}

// MessagesByMsgSeq is the answer to QueryMessagesByMsgSeq.
type MessagesByMsgSeq struct {
	MessageList []Record `json:"MessageList"`
}

// QueryMsg is the request of QueryPeerMsg and QueryGroupMsg.
type QueryMsg struct {
	FromUserID   string `json:"FromUserId"`
	ToUserID     string `json:"ToUserId"`
	GroupID      string `json:"GroupId"`
	Limit        *int64 `json:"Limit"`
	Next         int64  `json:"Next"`
	WithEmptyMsg int64  `json:"WithEmptyMsg"`
}

// MsgPage is the answer to QueryMsg, newest first; Next is 0 at the end.
type MsgPage struct {
	Next int64    `json:"Next"`
	List []Record `json:"List"`
}

// ImportMsg is the request of ImportPeerMsg and ImportGroupMsg.
type ImportMsg struct {
	FromUserID      string       `json:"FromUserId"`
	ToUserID        string       `json:"ToUserId"`
	GroupID         string       `json:"GroupId"`
	MessageType     *int64       `json:"MessageType"`
	Priority        *int64       `json:"Priority"`
	MessageBody     *MessageBody `json:"MessageBody"`
	SubMsgType      *int64       `json:"SubMsgType"`
	SearchedContent string       `json:"SearchedContent"`
	SendMessageTime int64        `json:"SendMessageTime"` // Unix milliseconds; 0: now
	ImportedUserID  string       `json:"ImportedUserId"`  // whose copy, of a peer message
}

// PeerMsgImported is the answer to ImportPeerMsg.
type PeerMsgImported struct {
	MsgID  string `json:"MsgId"`
	MsgSeq int64  `json:"MsgSeq"`
}

// GroupMsgImported is the answer to ImportGroupMsg.
type GroupMsgImported struct {
	MsgSeq int64 `json:"MsgSeq"`
}

// ClearMessages is the request of ClearPeerMessage and ClearMemberGroupMessage.
type ClearMessages struct {
	FromUserID string `json:"FromUserId"`
	ToUserID   string `json:"ToUserId"`
	GroupID    string `json:"GroupId"`
}

// SendReceipt is the request of the four receipt actions.
type SendReceipt struct {
	FromUserID string  `json:"FromUserId"`
	ConvID     string  `json:"ConvId"`
	GroupID    string  `json:"GroupId"`
	ConvMsgSeq []int64 `json:"ConvMsgSeq"`
}

// ReadReceiptSent is the answer to the read receipt actions, in Unix milliseconds.
type ReadReceiptSent struct {
	ReadTime int64 `json:"ReadTime"`
}

// DeliveryReceiptSent is the answer to the delivery receipt actions, in Unix milliseconds.
type DeliveryReceiptSent struct {
	DeliveredTime int64 `json:"DeliveredTime"`
}

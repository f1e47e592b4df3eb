package zimwire

import (
	"fmt"

	"github.com/go-json-experiment/json"
)

// The events of which the app's server is told [zim callbacks].
const (
	CallbackUserAction  = "user_action"
	CallbackBeforeSend  = "before_send_msg"
	CallbackSend        = "send_msg"
	CallbackBot         = "bot_msg"
	CallbackGroupCreate = "group_create"
	CallbackGroupJoin   = "group_join"
	CallbackGroupExit   = "group_exit"
	CallbackGroupEnd    = "group_destroy"
	CallbackRoomCreate  = "room_create"
	CallbackRoomEnter   = "room_enter"
	CallbackRoomExit    = "room_exit"
	CallbackRoomEnd     = "room_destroy"
)

// CallbackHead is what every callback has beside its own fields.
type CallbackHead struct {
	AppID     string `json:"appid"`
	Event     string `json:"event"`
	Nonce     string `json:"nonce"`
	Timestamp int64  `json:"timestamp"` // Unix seconds
	Signature string `json:"signature"`
}

// EncodeCallback writes a callback: the head, and the event's own fields, which are a JSON object.
func EncodeCallback(h CallbackHead, fields []byte) ([]byte, error) {
	head, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("encode callback: %w", err)
	}
	if len(fields) < 2 || fields[0] != '{' {
		return nil, fmt.Errorf("encode callback %s: the fields are no object", h.Event)
	}
	if string(fields) == "{}" {
		return head, nil
	}
	out := append(head[:len(head)-1], ',')
	return append(out, fields[1:]...), nil
}

// MessageCallback holds the fields of before_send_msg, send_msg and bot_msg.
type MessageCallback struct {
	RequestID  string          `json:"request_id,omitzero"` // of before_send_msg
	FromUserID string          `json:"from_user_id"`
	ConvID     string          `json:"conv_id"`
	ConvType   int64           `json:"conv_type"`
	MsgID      string          `json:"msg_id"`
	MsgSeq     int64           `json:"msg_seq,omitzero"`
	MsgType    int64           `json:"msg_type"`
	SubMsgType int64           `json:"sub_msg_type"`
	MsgBody    string          `json:"msg_body"`
	MsgTime    int64           `json:"msg_time,omitzero"` // Unix milliseconds
	Payload    string          `json:"payload"`
	Source     int64           `json:"source,omitzero"` // 1: the server API
	SendResult int64           `json:"send_result"`
	UserList   []MessageTarget `json:"user_list,omitzero"` // of a peer message by the server API
}

// MessageTarget is one recipient of a peer message by the server API.
type MessageTarget struct {
	UserID string `json:"UserId"`
	MsgID  string `json:"MsgId"`
	MsgSeq int64  `json:"MsgSeq"`
}

// BeforeSendAnswer is what the app's server says to before_send_msg.
type BeforeSendAnswer struct {
	Result     int64  `json:"result"`
	Reason     string `json:"reason"`
	NewPayload string `json:"new_payload"`
	NewMsgBody string `json:"new_msg_body"`
}

// The results of before_send_msg. Any other counts as a pass.
const (
	BeforeSendPass   = 0
	BeforeSendAllow  = 1
	BeforeSendSilent = 2 // the sender sees success, nobody else sees anything
	BeforeSendReject = 3
)

// CallbackAttribute is an attribute in group_create and room_create.
type CallbackAttribute struct {
	Key        string `json:"key"`
	Value      string `json:"value"`
	AutoDelete int64  `json:"auto_delete,omitzero"`
}

// GroupCallback holds the fields of the group and room events; each has those of its own.
type GroupCallback struct {
	GroupID      string              `json:"group_id,omitzero"`
	RoomID       string              `json:"room_id,omitzero"`
	Operator     string              `json:"operator_account"`
	Owner        string              `json:"owner_account,omitzero"`
	GroupName    string              `json:"group_name,omitzero"`
	RoomName     string              `json:"room_name,omitzero"`
	Attributes   []CallbackAttribute `json:"attributes,omitzero"`
	UserIDs      []string            `json:"user_ids,omitzero"`
	JoinType     string              `json:"join_type,omitzero"` // Apply or Invited
	NewUserIDs   []string            `json:"new_user_ids,omitzero"`
	ExitType     string              `json:"exit_type,omitzero"` // Quit or Kickout
	ExitUserIDs  []string            `json:"exit_user_ids,omitzero"`
	CustomReason string              `json:"custom_reason,omitzero"`
}

// UserActionCallback holds the fields of user_action; times are in Unix seconds.
type UserActionCallback struct {
	UserID       string `json:"user_id"`
	UserName     string `json:"user_name"`
	OS           string `json:"os"`
	Action       int64  `json:"action"` // 0 online, 1 logout, 2 offline
	SessionID    string `json:"session_id"`
	LoginTime    int64  `json:"login_time"`
	Relogin      string `json:"relogin"`
	LogoutTime   int64  `json:"logout_time,omitzero"`
	LogoutReason string `json:"logout_reason,omitzero"`
	OfflineTime  int64  `json:"offline_time,omitzero"`
}

package zimwire

import "github.com/go-json-experiment/json/jsontext"

// MessageBody is what a server sends: the fields of all message types [zim message bodies].
type MessageBody struct {
	Message      *string      `json:"Message"`
	ExtendedData string       `json:"ExtendedData,omitzero"`
	OfflinePush  *OfflinePush `json:"OfflinePush,omitzero"`
	HasReceipt   int64        `json:"HasReceipt,omitzero"`
	IsBase64     int64        `json:"IsBase64,omitzero"`
}

// OfflinePush is what a device that is away shall be shown.
type OfflinePush struct {
	Enable                 *int64                  `json:"Enable,omitzero"`
	Title                  string                  `json:"Title,omitzero"`
	Content                string                  `json:"Content,omitzero"`
	Payload                string                  `json:"Payload,omitzero"`
	PushStrategyID         string                  `json:"PushStrategyId,omitzero"`
	PushImageInfo          jsontext.Value          `json:"PushImageInfo,omitzero"`
	EnableBadge            jsontext.Value          `json:"EnableBadge,omitzero"` // 0/1 or a boolean: the pages differ
	BadgeIncrement         int64                   `json:"BadgeIncrement,omitzero"`
	ThreadID               string                  `json:"ThreadId,omitzero"`
	PrivateMessageTemplate *PrivateMessageTemplate `json:"PrivateMessageTemplate,omitzero"`
}

// PrivateMessageTemplate names a vendor's template for a private message.
type PrivateMessageTemplate struct {
	TemplateID        string `json:"TemplateId,omitzero"`
	TitleParameters   string `json:"TitleParameters,omitzero"`
	ContentParameters string `json:"ContentParameters,omitzero"`
}

// SendMsgOptions narrows a message's effect.
type SendMsgOptions struct {
	NoUnread     bool          `json:"NoUnread,omitzero"`
	TargetOption *TargetOption `json:"TargetOption,omitzero"`
}

// TargetOption picks the members that a group message is for: these alone, or all but these.
type TargetOption struct {
	ReceiverUserIDs []string `json:"ReceiverUserIds"`
	Inclusive       bool     `json:"Inclusive,omitzero"`
}

// MediaFile is the JSON text in the Message of an image, file, audio or video that a server sends.
type MediaFile struct {
	UID           string    `json:"Uid"`
	URL           string    `json:"Url,omitzero"`
	FileName      string    `json:"FileName"`
	Size          int64     `json:"Size,omitzero"`
	MediaDuration int64     `json:"MediaDuration,omitzero"`
	Origin        *ImageURL `json:"Origin,omitzero"`
	LargeImage    *ImageURL `json:"LargeImage,omitzero"`
	Thumbnail     *ImageURL `json:"Thumbnail,omitzero"`
}

// ImageURL is one picture of a MediaFile.
type ImageURL struct {
	URL    string `json:"Url"`
	Width  int64  `json:"Width,omitzero"`
	Height int64  `json:"Height,omitzero"`
}

// MultiBody is the JSON text in the Message of a multi-item message that a server sends.
type MultiBody struct {
	Items []MultiItem `json:"MultiMsg"`
}

// MultiItem is one of the items; Msg is text, or for media the JSON text of a MediaFile.
type MultiItem struct {
	MsgType         int64  `json:"MsgType"`
	SubMsgType      int64  `json:"SubMsgType,omitzero"`
	Msg             string `json:"Msg"`
	SearchedContent string `json:"SearchedContent,omitzero"`
}

// MediaBack is how a media message looks in a Record and in a callback.
type MediaBack struct {
	MD5                        string `json:"md5,omitzero"`
	FileName                   string `json:"file_name"`
	FileSize                   int64  `json:"file_size"`
	DownloadURL                string `json:"download_url"`
	MediaDuration              int64  `json:"media_duration,omitzero"`
	OriginImageWidth           int64  `json:"origin_image_width,omitzero"`
	OriginImageHeight          int64  `json:"origin_image_height,omitzero"`
	LargeImageDownloadURL      string `json:"large_image_download_url,omitzero"`
	LargeImageWidth            int64  `json:"large_image_width,omitzero"`
	LargeImageHeight           int64  `json:"large_image_height,omitzero"`
	ThumbnailDownloadURL       string `json:"thumbnail_download_url,omitzero"`
	ThumbnailWidth             int64  `json:"thumbnail_width,omitzero"`
	ThumbnailHeight            int64  `json:"thumbnail_height,omitzero"`
	VideoFirstFrameDownloadURL string `json:"video_first_frame_download_url,omitzero"`
	VideoFirstFrameWidth       int64  `json:"video_first_frame_width,omitzero"`
	VideoFirstFrameHeight      int64  `json:"video_first_frame_height,omitzero"`
}

// MultiBack is how a multi-item message looks in a Record and in a callback.
type MultiBack struct {
	Items []MultiBackItem `json:"multi_msg"`
}

// MultiBackItem is one item of a MultiBack.
type MultiBackItem struct {
	MsgType         int64  `json:"msg_type"`
	SubMsgType      int64  `json:"sub_msg_type"`
	CallbackContent string `json:"callback_content"`
}

// RevokeBack is how a revoked message looks in a Record.
type RevokeBack struct {
	UserID     string `json:"user_id"`
	RevokeTime int64  `json:"revoke_time"`
	MsgType    int64  `json:"msg_type"`
	Payload    string `json:"payload"`
	MsgStatus  int64  `json:"msg_status"` // 4 self, 8 system, 12 server API, 16 admin, 20 owner, 24 audit
}

// CombineBack is how a combined message looks in a Record and in a callback.
type CombineBack struct {
	Title   string `json:"Title"`
	Summary string `json:"Summary"`
}

// TipsBack is how a tip looks in a Record.
type TipsBack struct {
	Type             int64      `json:"type"`
	GroupDataFlag    int64      `json:"group_data_flag,omitzero"`
	OpUserInfo       *TipsUser  `json:"op_user_info,omitzero"`
	TargetUsers      []TipsUser `json:"target_users,omitzero"`
	GroupName        string     `json:"group_name,omitzero"`
	GroupNotice      string     `json:"group_notice,omitzero"`
	GroupAvatar      string     `json:"group_avatar,omitzero"`
	Role             int64      `json:"role,omitzero"`
	ForbidExpireTime int64      `json:"forbid_expire_time,omitzero"`
	Forbid           *TipsMute  `json:"forbid,omitzero"`
}

// TipsUser is who did something, or to whom it was done.
type TipsUser struct {
	UserID              string `json:"user_id"`
	Role                int64  `json:"role"`
	GroupMemberName     string `json:"group_member_name"`
	GroupMemberNickname string `json:"group_member_nickname"`
}

// TipsMute is a group's silence.
type TipsMute struct {
	IsAllForbid      bool    `json:"is_all_forbid"`
	ForbidRoleList   []int64 `json:"forbid_role_list"`
	ForbidExpireTime int64   `json:"forbid_expire_time"`
}

// Record is a message as the server API's queries answer it. MsgID has 19 digits: a reader needs 64-bit numbers.
type Record struct {
	Sender     string `json:"Sender"`
	MsgType    int64  `json:"MsgType"`
	SubMsgType int64  `json:"SubMsgType"`
	MsgBody    string `json:"MsgBody"`
	MsgID      int64  `json:"MsgId"`
	MsgSeq     int64  `json:"MsgSeq"`
	Payload    string `json:"Payload"`
	MsgTime    int64  `json:"MsgTime"` // Unix milliseconds
	IsEmpty    int64  `json:"IsEmpty"` // 0 normal, 1 deleted, 2 revoked
}

package zimwire

// Message is a ZIMMessage of any type: the fields of the type it says, the others empty.
// A field with its zero value may be absent. A command is base64 text in Message.
type Message struct {
	Type                       MessageType            `json:"type"`
	MessageID                  string                 `json:"messageID,omitzero"`
	LocalMessageID             string                 `json:"localMessageID,omitzero"`
	MessageSeq                 int64                  `json:"messageSeq,omitzero"`
	SenderUserID               string                 `json:"senderUserID,omitzero"`
	ConversationID             string                 `json:"conversationID,omitzero"`
	ConversationType           ConversationType       `json:"conversationType,omitzero"`
	Direction                  MessageDirection       `json:"direction,omitzero"`
	SentStatus                 MessageSentStatus      `json:"sentStatus,omitzero"`
	Timestamp                  int64                  `json:"timestamp,omitzero"`
	OrderKey                   int64                  `json:"orderKey,omitzero"`
	IsUserInserted             bool                   `json:"isUserInserted,omitzero"`
	ReceiptStatus              MessageReceiptStatus   `json:"receiptStatus,omitzero"`
	ExtendedData               string                 `json:"extendedData,omitzero"`
	LocalExtendedData          string                 `json:"localExtendedData,omitzero"`
	Reactions                  []MessageReaction      `json:"reactions,omitzero"`
	IsBroadcastMessage         bool                   `json:"isBroadcastMessage,omitzero"`
	MentionedUserIDs           []string               `json:"mentionedUserIDs,omitzero"`
	IsMentionAll               bool                   `json:"isMentionAll,omitzero"`
	RepliedInfo                *MessageRepliedInfo    `json:"repliedInfo,omitzero"`
	RootRepliedCount           int64                  `json:"rootRepliedCount,omitzero"`
	IsServerMessage            bool                   `json:"isServerMessage,omitzero"`
	EditorUserID               string                 `json:"editorUserID,omitzero"`
	EditedTime                 int64                  `json:"editedTime,omitzero"`
	IsGroupTargetedMessage     bool                   `json:"isGroupTargetedMessage,omitzero"`
	PinnedUserID               string                 `json:"pinnedUserID,omitzero"`
	PinnedTime                 int64                  `json:"pinnedTime,omitzero"`
	FileDownloadURL            string                 `json:"fileDownloadUrl,omitzero"`
	FileUID                    string                 `json:"fileUID,omitzero"`
	FileName                   string                 `json:"fileName,omitzero"`
	FileSize                   int64                  `json:"fileSize,omitzero"`
	Message                    string                 `json:"message,omitzero"`
	SearchedContent            string                 `json:"searchedContent,omitzero"`
	SubType                    int64                  `json:"subType,omitzero"`
	ThumbnailDownloadURL       string                 `json:"thumbnailDownloadUrl,omitzero"`
	LargeImageDownloadURL      string                 `json:"largeImageDownloadUrl,omitzero"`
	OriginalImageWidth         int64                  `json:"originalImageWidth,omitzero"`
	OriginalImageHeight        int64                  `json:"originalImageHeight,omitzero"`
	LargeImageWidth            int64                  `json:"largeImageWidth,omitzero"`
	LargeImageHeight           int64                  `json:"largeImageHeight,omitzero"`
	ThumbnailWidth             int64                  `json:"thumbnailWidth,omitzero"`
	ThumbnailHeight            int64                  `json:"thumbnailHeight,omitzero"`
	AudioDuration              int64                  `json:"audioDuration,omitzero"`
	VideoDuration              int64                  `json:"videoDuration,omitzero"`
	VideoFirstFrameDownloadURL string                 `json:"videoFirstFrameDownloadUrl,omitzero"`
	VideoFirstFrameWidth       int64                  `json:"videoFirstFrameWidth,omitzero"`
	VideoFirstFrameHeight      int64                  `json:"videoFirstFrameHeight,omitzero"`
	RevokeType                 RevokeType             `json:"revokeType,omitzero"`
	RevokeTimestamp            int64                  `json:"revokeTimestamp,omitzero"`
	OperatedUserID             string                 `json:"operatedUserID,omitzero"`
	OriginalMessageType        MessageType            `json:"originalMessageType,omitzero"`
	OriginalTextMessageContent string                 `json:"originalTextMessageContent,omitzero"`
	RevokeExtendedData         string                 `json:"revokeExtendedData,omitzero"`
	RevokeStatus               MessageRevokeStatus    `json:"revokeStatus,omitzero"`
	Title                      string                 `json:"title,omitzero"`
	Summary                    string                 `json:"summary,omitzero"`
	CombineID                  string                 `json:"combineID,omitzero"`
	MessageList                []Message              `json:"messageList,omitzero"`
	Event                      TipsMessageEvent       `json:"event,omitzero"`
	OperatedUser               *UserInfo              `json:"operatedUser,omitzero"`
	TargetUserList             []UserInfo             `json:"targetUserList,omitzero"`
	ChangeInfo                 *TipsMessageChangeInfo `json:"changeInfo,omitzero"`
	MessageInfoList            []MessageLiteInfo      `json:"messageInfoList,omitzero"`
	FailedIndexList            []int64                `json:"failedIndexList,omitzero"`
}

// MessageLiteInfo is a ZIMMessageLiteInfo of any type, as Message is a ZIMMessage.
type MessageLiteInfo struct {
	Type                       MessageType       `json:"type"`
	Message                    string            `json:"message,omitzero"`
	SearchedContent            string            `json:"searchedContent,omitzero"`
	SubType                    int64             `json:"subType,omitzero"`
	Title                      string            `json:"title,omitzero"`
	Summary                    string            `json:"summary,omitzero"`
	FileSize                   int64             `json:"fileSize,omitzero"`
	FileName                   string            `json:"fileName,omitzero"`
	FileDownloadURL            string            `json:"fileDownloadUrl,omitzero"`
	OriginalImageWidth         int64             `json:"originalImageWidth,omitzero"`
	OriginalImageHeight        int64             `json:"originalImageHeight,omitzero"`
	LargeImageWidth            int64             `json:"largeImageWidth,omitzero"`
	LargeImageHeight           int64             `json:"largeImageHeight,omitzero"`
	LargeImageDownloadURL      string            `json:"largeImageDownloadUrl,omitzero"`
	ThumbnailWidth             int64             `json:"thumbnailWidth,omitzero"`
	ThumbnailHeight            int64             `json:"thumbnailHeight,omitzero"`
	ThumbnailDownloadURL       string            `json:"thumbnailDownloadUrl,omitzero"`
	AudioDuration              int64             `json:"audioDuration,omitzero"`
	VideoDuration              int64             `json:"videoDuration,omitzero"`
	VideoFirstFrameWidth       int64             `json:"videoFirstFrameWidth,omitzero"`
	VideoFirstFrameHeight      int64             `json:"videoFirstFrameHeight,omitzero"`
	VideoFirstFrameDownloadURL string            `json:"videoFirstFrameDownloadUrl,omitzero"`
	MessageInfoList            []MessageLiteInfo `json:"messageInfoList,omitzero"`
}

// TipsMessageChangeInfo is a ZIMTipsMessageChangeInfo of any type.
type TipsMessageChangeInfo struct {
	Type            TipsMessageChangeInfoType `json:"type"`
	GroupDataFlag   int64                     `json:"groupDataFlag,omitzero"`
	GroupName       string                    `json:"groupName,omitzero"`
	GroupNotice     string                    `json:"groupNotice,omitzero"`
	GroupAvatarURL  string                    `json:"groupAvatarUrl,omitzero"`
	GroupMutedInfo  *GroupMuteInfo            `json:"groupMutedInfo,omitzero"`
	MemberRole      int64                     `json:"memberRole,omitzero"`
	MuteExpiredTime int64                     `json:"muteExpiredTime,omitzero"`
	GroupNewOwner   *GroupMemberSimpleInfo    `json:"groupNewOwner,omitzero"`
	IsPinned        bool                      `json:"isPinned,omitzero"`
}

// MessageReactionAddConfig is ZIMMessageReactionAddConfig.
type MessageReactionAddConfig struct {
	IncreaseCount int64 `json:"increaseCount"`
}

// MessageReactionUserInfo is ZIMMessageReactionUserInfo.
type MessageReactionUserInfo struct {
	UserID string `json:"userID"`
}

// MessageReaction is ZIMMessageReaction.
type MessageReaction struct {
	ReactionType     string                    `json:"reactionType"`
	ConversationID   string                    `json:"conversationID"`
	ConversationType ConversationType          `json:"conversationType"`
	MessageID        string                    `json:"messageID"`
	TotalCount       int64                     `json:"totalCount"`
	IsSelfIncluded   bool                      `json:"isSelfIncluded"`
	UserList         []MessageReactionUserInfo `json:"userList"`
	SumCount         int64                     `json:"sumCount"`
}

// MessageReactionSimpleInfo is ZIMMessageReactionSimpleInfo.
type MessageReactionSimpleInfo struct {
	ReactionType string `json:"reactionType"`
	SumCount     int64  `json:"sumCount"`
}

// MessageReactionUserFullInfo is ZIMMessageReactionUserFullInfo.
type MessageReactionUserFullInfo struct {
	UserID    string                      `json:"userID"`
	Reactions []MessageReactionSimpleInfo `json:"reactions"`
}

// MessageReactionUserChangeInfo is ZIMMessageReactionUserChangeInfo.
type MessageReactionUserChangeInfo struct {
	UserID       string                          `json:"userID"`
	ReactionType string                          `json:"reactionType"`
	Action       MessageReactionUserChangeAction `json:"action"`
	SumCount     int64                           `json:"sumCount"`
}

// MessageReactionChangeInfo is ZIMMessageReactionChangeInfo.
type MessageReactionChangeInfo struct {
	Message            Message                         `json:"message"`
	UserChangeInfoList []MessageReactionUserChangeInfo `json:"userChangeInfoList"`
}

// MessageRepliedInfo is ZIMMessageRepliedInfo.
type MessageRepliedInfo struct {
	State        MessageRepliedInfoState `json:"state"`
	MessageInfo  MessageLiteInfo         `json:"messageInfo"`
	SenderUserID string                  `json:"senderUserID"`
	SentTime     int64                   `json:"sentTime"`
	MessageID    string                  `json:"messageID"`
	MessageSeq   int64                   `json:"messageSeq"`
}

// MessageRootRepliedInfo is ZIMMessageRootRepliedInfo.
type MessageRootRepliedInfo struct {
	State        MessageRepliedInfoState `json:"state"`
	Message      *Message                `json:"message,omitzero"`
	SenderUserID string                  `json:"senderUserID"`
	SentTime     int64                   `json:"sentTime"`
	RepliedCount int64                   `json:"repliedCount"`
}

// MessageRootRepliedCountInfo is ZIMMessageRootRepliedCountInfo.
type MessageRootRepliedCountInfo struct {
	MessageID        string           `json:"messageID"`
	ConversationID   string           `json:"conversationID"`
	ConversationType ConversationType `json:"conversationType"`
	Count            int64            `json:"count"`
}

// MessageMentionedInfo is ZIMMessageMentionedInfo.
type MessageMentionedInfo struct {
	MessageID  string               `json:"messageID"`
	MessageSeq int64                `json:"messageSeq"`
	FromUserID string               `json:"fromUserID"`
	Type       MessageMentionedType `json:"type"`
}

// MessageReceivedInfo is ZIMMessageReceivedInfo.
type MessageReceivedInfo struct {
	IsOfflineMessage bool `json:"isOfflineMessage"`
}

// MessageSendConfig is ZIMMessageSendConfig.
type MessageSendConfig struct {
	PushConfig                          *PushConfig     `json:"pushConfig,omitzero"`
	Priority                            MessagePriority `json:"priority"`
	HasReceipt                          bool            `json:"hasReceipt,omitzero"`
	IsNotifyMentionedUsers              bool            `json:"isNotifyMentionedUsers,omitzero"`
	IsRetrySend                         bool            `json:"isRetrySend,omitzero"`
	DisableUnreadMessageCount           bool            `json:"disableUnreadMessageCount,omitzero"`
	IsAllowMultipleMessagePartialFailed bool            `json:"isAllowMultipleMessagePartialFailed,omitzero"`
}

// MessageQueryConfig is ZIMMessageQueryConfig.
type MessageQueryConfig struct {
	NextMessage *Message         `json:"nextMessage,omitzero"`
	Count       PageSize         `json:"count"`
	Reverse     bool             `json:"reverse"`
	Mode        MessageQueryMode `json:"mode"`
}

// MessageRevokeConfig is ZIMMessageRevokeConfig.
type MessageRevokeConfig struct {
	PushConfig         *PushConfig `json:"pushConfig,omitzero"`
	RevokeExtendedData string      `json:"revokeExtendedData,omitzero"`
}

// MessageDeleteConfig is ZIMMessageDeleteConfig.
type MessageDeleteConfig struct {
	IsAlsoDeleteServerMessage bool `json:"isAlsoDeleteServerMessage"`
}

// MessageReceiptInfo is ZIMMessageReceiptInfo.
type MessageReceiptInfo struct {
	Status            MessageReceiptStatus `json:"status"`
	MessageID         string               `json:"messageID"`
	ConversationID    string               `json:"conversationID"`
	ConversationType  ConversationType     `json:"conversationType"`
	ReadMemberCount   int64                `json:"readMemberCount"`
	UnreadMemberCount int64                `json:"unreadMemberCount"`
	IsSelfOperated    bool                 `json:"isSelfOperated"`
	ReadTime          int64                `json:"readTime"`
}

// MessageReactionUserQueryConfig is ZIMMessageReactionUserQueryConfig.
type MessageReactionUserQueryConfig struct {
	NextFlag     int64    `json:"nextFlag"`
	Count        PageSize `json:"count"`
	ReactionType string   `json:"reactionType"`
}

// MessageSentStatusChangeInfo is ZIMMessageSentStatusChangeInfo.
type MessageSentStatusChangeInfo struct {
	Status  MessageSentStatus `json:"status"`
	Message Message           `json:"message"`
	Reason  string            `json:"reason"`
}

// MessageSearchConfig is ZIMMessageSearchConfig.
type MessageSearchConfig struct {
	NextMessage     *Message      `json:"nextMessage,omitzero"`
	Count           PageSize      `json:"count"`
	Order           MessageOrder  `json:"order"`
	Keywords        []string      `json:"keywords"`
	MessageTypes    []MessageType `json:"messageTypes"`
	SubMessageTypes []int64       `json:"subMessageTypes"`
	SenderUserIDs   []string      `json:"senderUserIDs"`
	StartTime       int64         `json:"startTime"`
	EndTime         int64         `json:"endTime"`
}

// MessageRepliedListQueryConfig is ZIMMessageRepliedListQueryConfig.
type MessageRepliedListQueryConfig struct {
	NextFlag int64    `json:"nextFlag"`
	Count    PageSize `json:"count"`
}

// MessagePinConfig is ZIMMessagePinConfig.
type MessagePinConfig struct {
	DisableAutoReplace bool `json:"disableAutoReplace"`
}

// MessagePinStatusChangeInfo is ZIMMessagePinStatusChangeInfo.
type MessagePinStatusChangeInfo struct {
	PinStatus MessagePinStatus `json:"pinStatus"`
	Message   Message          `json:"message"`
}

// MessageSentResult is ZIMMessageSentResult.
type MessageSentResult struct {
	Message Message `json:"message"`
}

// MessageQueriedResult is ZIMMessageQueriedResult.
type MessageQueriedResult struct {
	ConversationID   string           `json:"conversationID"`
	ConversationType ConversationType `json:"conversationType"`
	MessageList      []Message        `json:"messageList"`
}

// MessageDeletedResult is ZIMMessageDeletedResult.
type MessageDeletedResult struct {
	ConversationID   string           `json:"conversationID"`
	ConversationType ConversationType `json:"conversationType"`
}

// MessageRevokedResult is ZIMMessageRevokedResult.
type MessageRevokedResult struct {
	Message Message `json:"message"`
}

// MessageInsertedResult is ZIMMessageInsertedResult.
type MessageInsertedResult struct {
	Message Message `json:"message"`
}

// MessageLocalExtendedDataUpdatedResult is ZIMMessageLocalExtendedDataUpdatedResult.
type MessageLocalExtendedDataUpdatedResult struct {
	Message Message `json:"message"`
}

// MessageReceiptsReadSentResult is ZIMMessageReceiptsReadSentResult.
type MessageReceiptsReadSentResult struct {
	ConversationID   string           `json:"conversationID"`
	ConversationType ConversationType `json:"conversationType"`
	ErrorMessageIDs  []string         `json:"errorMessageIDs"`
}

// MessageReceiptsInfoQueriedResult is ZIMMessageReceiptsInfoQueriedResult.
type MessageReceiptsInfoQueriedResult struct {
	Infos           []MessageReceiptInfo `json:"infos"`
	ErrorMessageIDs []string             `json:"errorMessageIDs"`
}

// MessagesSearchedResult is ZIMMessagesSearchedResult.
type MessagesSearchedResult struct {
	ConversationID   string           `json:"conversationID"`
	ConversationType ConversationType `json:"conversationType"`
	MessageList      []Message        `json:"messageList"`
	NextMessage      *Message         `json:"nextMessage,omitzero"`
}

// MessagesGlobalSearchedResult is ZIMMessagesGlobalSearchedResult.
type MessagesGlobalSearchedResult struct {
	MessageList []Message `json:"messageList"`
	NextMessage *Message  `json:"nextMessage,omitzero"`
}

// MessageReactionAddedResult is ZIMMessageReactionAddedResult.
type MessageReactionAddedResult struct {
	Reaction MessageReaction `json:"reaction"`
}

// MessageReactionDeletedResult is ZIMMessageReactionDeletedResult.
type MessageReactionDeletedResult struct {
	Reaction MessageReaction `json:"reaction"`
}

// MessageReactionUserListQueriedResult is ZIMMessageReactionUserListQueriedResult.
type MessageReactionUserListQueriedResult struct {
	Message      Message                       `json:"message"`
	UserInfoList []MessageReactionUserFullInfo `json:"userInfoList"`
	ReactionType string                        `json:"reactionType"`
	NextFlag     int64                         `json:"nextFlag"`
	TotalCount   int64                         `json:"totalCount"`
	UserList     []MessageReactionUserInfo     `json:"userList"`
}

// CombineMessageDetailQueriedResult is ZIMCombineMessageDetailQueriedResult.
type CombineMessageDetailQueriedResult struct {
	Message Message `json:"message"`
}

// MessageRepliedListQueriedResult is ZIMMessageRepliedListQueriedResult.
type MessageRepliedListQueriedResult struct {
	MessageList     []Message              `json:"messageList"`
	NextFlag        int64                  `json:"nextFlag"`
	RootRepliedInfo MessageRootRepliedInfo `json:"rootRepliedInfo"`
}

// MessageEditedResult is ZIMMessageEditedResult.
type MessageEditedResult struct {
	Message Message `json:"message"`
}

// PinnedMessageListQueriedResult is ZIMPinnedMessageListQueriedResult.
type PinnedMessageListQueriedResult struct {
	MessageList []Message `json:"messageList"`
}

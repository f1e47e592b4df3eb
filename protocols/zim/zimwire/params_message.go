package zimwire

// SendMessageParams holds the parameters of sendMessage.
type SendMessageParams struct {
	Message          Message           `json:"message"`
	ToConversationID string            `json:"toConversationID"`
	ConversationType ConversationType  `json:"conversationType"`
	Config           MessageSendConfig `json:"config"`
}

// QueryHistoryMessageParams holds the parameters of queryHistoryMessage.
type QueryHistoryMessageParams struct {
	ConversationID   string             `json:"conversationID"`
	ConversationType ConversationType   `json:"conversationType"`
	Config           MessageQueryConfig `json:"config"`
}

// QueryMessagesParams holds the parameters of queryMessages.
type QueryMessagesParams struct {
	MessageSeqs      []int64          `json:"messageSeqs"`
	ConversationID   string           `json:"conversationID"`
	ConversationType ConversationType `json:"conversationType"`
}

// DeleteMessagesParams holds the parameters of deleteMessages.
type DeleteMessagesParams struct {
	MessageList      []Message           `json:"messageList"`
	ConversationID   string              `json:"conversationID"`
	ConversationType ConversationType    `json:"conversationType"`
	Config           MessageDeleteConfig `json:"config"`
}

// DeleteAllMessageParams holds the parameters of deleteAllMessage.
type DeleteAllMessageParams struct {
	ConversationID   string              `json:"conversationID"`
	ConversationType ConversationType    `json:"conversationType"`
	Config           MessageDeleteConfig `json:"config"`
}

// DeleteAllConversationMessagesParams holds the parameters of deleteAllConversationMessages.
type DeleteAllConversationMessagesParams struct {
	Config MessageDeleteConfig `json:"config"`
}

// InsertMessageToLocalDBParams holds the parameters of insertMessageToLocalDB.
type InsertMessageToLocalDBParams struct {
	Message          Message          `json:"message"`
	ConversationID   string           `json:"conversationID"`
	ConversationType ConversationType `json:"conversationType"`
	SenderUserID     string           `json:"senderUserID"`
}

// SendMessageReceiptsReadParams holds the parameters of sendMessageReceiptsRead.
type SendMessageReceiptsReadParams struct {
	MessageList      []Message        `json:"messageList"`
	ConversationID   string           `json:"conversationID"`
	ConversationType ConversationType `json:"conversationType"`
}

// QueryMessageReceiptsInfoParams holds the parameters of queryMessageReceiptsInfo.
type QueryMessageReceiptsInfoParams struct {
	MessageList      []Message        `json:"messageList"`
	ConversationID   string           `json:"conversationID"`
	ConversationType ConversationType `json:"conversationType"`
}

// RevokeMessageParams holds the parameters of revokeMessage.
type RevokeMessageParams struct {
	Message Message             `json:"message"`
	Config  MessageRevokeConfig `json:"config"`
}

// UpdateMessageLocalExtendedDataParams holds the parameters of updateMessageLocalExtendedData.
type UpdateMessageLocalExtendedDataParams struct {
	LocalExtendedData string  `json:"localExtendedData"`
	Message           Message `json:"message"`
}

// EditMessageParams holds the parameters of editMessage.
type EditMessageParams struct {
	Message Message `json:"message"`
}

// CancelSendingMessageParams holds the parameters of cancelSendingMessage.
type CancelSendingMessageParams struct {
	Message Message `json:"message"`
}

// SearchLocalMessagesParams holds the parameters of searchLocalMessages.
type SearchLocalMessagesParams struct {
	ConversationID   string              `json:"conversationID"`
	ConversationType ConversationType    `json:"conversationType"`
	Config           MessageSearchConfig `json:"config"`
}

// SearchGlobalLocalMessagesParams holds the parameters of searchGlobalLocalMessages.
type SearchGlobalLocalMessagesParams struct {
	Config MessageSearchConfig `json:"config"`
}

// AddMessageReactionParams holds the parameters of addMessageReaction.
type AddMessageReactionParams struct {
	ReactionType string                   `json:"reactionType"`
	Message      Message                  `json:"message"`
	Config       MessageReactionAddConfig `json:"config"`
}

// DeleteMessageReactionParams holds the parameters of deleteMessageReaction.
type DeleteMessageReactionParams struct {
	ReactionType string  `json:"reactionType"`
	Message      Message `json:"message"`
}

// DeleteMessageAllReactionsParams holds the parameters of deleteMessageAllReactions.
type DeleteMessageAllReactionsParams struct {
	Message Message `json:"message"`
}

// QueryMessageReactionUserListParams holds the parameters of queryMessageReactionUserList.
type QueryMessageReactionUserListParams struct {
	Message Message                        `json:"message"`
	Config  MessageReactionUserQueryConfig `json:"config"`
}

// QueryCombineMessageDetailParams holds the parameters of queryCombineMessageDetail.
type QueryCombineMessageDetailParams struct {
	Message Message `json:"message"`
}

// ReplyMessageParams holds the parameters of replyMessage.
type ReplyMessageParams struct {
	Message           Message           `json:"message"`
	ToOriginalMessage Message           `json:"toOriginalMessage"`
	Config            MessageSendConfig `json:"config"`
}

// QueryMessageRepliedListParams holds the parameters of queryMessageRepliedList.
type QueryMessageRepliedListParams struct {
	Message Message                       `json:"message"`
	Config  MessageRepliedListQueryConfig `json:"config"`
}

// PinMessageParams holds the parameters of pinMessage.
type PinMessageParams struct {
	Message  Message          `json:"message"`
	IsPinned bool             `json:"isPinned"`
	Config   MessagePinConfig `json:"config"`
}

// QueryPinnedMessageListParams holds the parameters of queryPinnedMessageList.
type QueryPinnedMessageListParams struct {
	ConversationID   string           `json:"conversationID"`
	ConversationType ConversationType `json:"conversationType"`
}

// QueryGroupMessageReceiptReadMemberListParams holds the parameters of queryGroupMessageReceiptReadMemberList.
type QueryGroupMessageReceiptReadMemberListParams struct {
	Message Message                              `json:"message"`
	GroupID string                               `json:"groupID"`
	Config  GroupMessageReceiptMemberQueryConfig `json:"config"`
}

// QueryGroupMessageReceiptUnreadMemberListParams holds the parameters of queryGroupMessageReceiptUnreadMemberList.
type QueryGroupMessageReceiptUnreadMemberListParams struct {
	Message Message                              `json:"message"`
	GroupID string                               `json:"groupID"`
	Config  GroupMessageReceiptMemberQueryConfig `json:"config"`
}

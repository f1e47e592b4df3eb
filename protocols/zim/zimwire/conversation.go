package zimwire

// Conversation is ZIMConversation; for a group ZIMGroupConversation, which has the last two fields.
type Conversation struct {
	ConversationID        string                         `json:"conversationID"`
	Type                  ConversationType               `json:"type"`
	ConversationName      string                         `json:"conversationName"`
	ConversationAvatarURL string                         `json:"conversationAvatarUrl"`
	ConversationAlias     string                         `json:"conversationAlias"`
	NotificationStatus    ConversationNotificationStatus `json:"notificationStatus"`
	UnreadMessageCount    int64                          `json:"unreadMessageCount"`
	ReadMessageSeq        int64                          `json:"readMessageSeq"`
	LastMessage           *Message                       `json:"lastMessage,omitzero"`
	OrderKey              int64                          `json:"orderKey"`
	IsPinned              bool                           `json:"isPinned"`
	PinnedTime            int64                          `json:"pinnedTime"`
	MentionedInfoList     []MessageMentionedInfo         `json:"mentionedInfoList"`
	Draft                 string                         `json:"draft"`
	Marks                 []int64                        `json:"marks"`
	IsDisabled            bool                           `json:"isDisabled,omitzero"`
	MutedExpiredTime      int64                          `json:"mutedExpiredTime,omitzero"`
}

// ConversationBaseInfo is ZIMConversationBaseInfo.
type ConversationBaseInfo struct {
	ConversationID   string           `json:"conversationID"`
	ConversationType ConversationType `json:"conversationType"`
}

// ConversationQueryConfig is ZIMConversationQueryConfig.
type ConversationQueryConfig struct {
	NextConversation *Conversation `json:"nextConversation,omitzero"`
	Count            PageSize      `json:"count"`
}

// ConversationFilterOption is ZIMConversationFilterOption.
type ConversationFilterOption struct {
	ConversationTypes        []ConversationType       `json:"conversationTypes"`
	Marks                    []int64                  `json:"marks"`
	IsOnlyUnreadConversation bool                     `json:"isOnlyUnreadConversation"`
	PinnedFilter             ConversationPinnedFilter `json:"pinnedFilter"`
}

// ConversationTotalUnreadMessageCountQueryConfig is ZIMConversationTotalUnreadMessageCountQueryConfig.
type ConversationTotalUnreadMessageCountQueryConfig struct {
	ConversationTypes []ConversationType `json:"conversationTypes"`
	Marks             []int64            `json:"marks"`
}

// ConversationDeleteConfig is ZIMConversationDeleteConfig.
type ConversationDeleteConfig struct {
	IsAlsoDeleteServerConversation bool `json:"isAlsoDeleteServerConversation"`
}

// ConversationChangeInfo is ZIMConversationChangeInfo.
type ConversationChangeInfo struct {
	Event        ConversationEvent `json:"event"`
	Conversation Conversation      `json:"conversation"`
}

// ConversationSearchConfig is ZIMConversationSearchConfig.
type ConversationSearchConfig struct {
	Mode                     ConversationSearchMode `json:"mode"`
	NextFlag                 int64                  `json:"nextFlag,omitzero"`
	TotalConversationCount   int64                  `json:"totalConversationCount"`
	Keywords                 []string               `json:"keywords"`
	ConversationMessageCount int64                  `json:"conversationMessageCount"`
	MessageTypes             []MessageType          `json:"messageTypes"`
	SubMessageTypes          []int64                `json:"subMessageTypes"`
	SenderUserIDs            []string               `json:"senderUserIDs"`
	StartTime                int64                  `json:"startTime"`
	EndTime                  int64                  `json:"endTime"`
}

// ConversationSearchInfo is ZIMConversationSearchInfo.
type ConversationSearchInfo struct {
	ConversationID    string           `json:"conversationID"`
	ConversationType  ConversationType `json:"conversationType"`
	Conversation      Conversation     `json:"conversation"`
	TotalMessageCount int64            `json:"totalMessageCount"`
	MessageList       []Message        `json:"messageList"`
}

// ConversationQueriedResult is ZIMConversationQueriedResult.
type ConversationQueriedResult struct {
	Conversation Conversation `json:"conversation"`
}

// ConversationListQueriedResult is ZIMConversationListQueriedResult.
type ConversationListQueriedResult struct {
	ConversationList []Conversation `json:"conversationList"`
}

// ConversationTotalUnreadMessageCountQueriedResult is ZIMConversationTotalUnreadMessageCountQueriedResult.
type ConversationTotalUnreadMessageCountQueriedResult struct {
	UnreadMessageCount int64 `json:"unreadMessageCount"`
}

// ConversationDeletedResult is ZIMConversationDeletedResult.
type ConversationDeletedResult struct {
	ConversationID   string           `json:"conversationID"`
	ConversationType ConversationType `json:"conversationType"`
}

// ConversationUnreadMessageCountClearedResult is ZIMConversationUnreadMessageCountClearedResult.
type ConversationUnreadMessageCountClearedResult struct {
	ConversationID   string           `json:"conversationID"`
	ConversationType ConversationType `json:"conversationType"`
}

// ConversationNotificationStatusSetResult is ZIMConversationNotificationStatusSetResult.
type ConversationNotificationStatusSetResult struct {
	ConversationID   string           `json:"conversationID"`
	ConversationType ConversationType `json:"conversationType"`
}

// ConversationMessageReceiptReadSentResult is ZIMConversationMessageReceiptReadSentResult.
type ConversationMessageReceiptReadSentResult struct {
	ConversationID   string           `json:"conversationID"`
	ConversationType ConversationType `json:"conversationType"`
}

// ConversationPinnedStateUpdatedResult is ZIMConversationPinnedStateUpdatedResult.
type ConversationPinnedStateUpdatedResult struct {
	ConversationID   string           `json:"conversationID"`
	ConversationType ConversationType `json:"conversationType"`
}

// ConversationPinnedListQueriedResult is ZIMConversationPinnedListQueriedResult.
type ConversationPinnedListQueriedResult struct {
	ConversationList []Conversation `json:"conversationList"`
}

// ConversationDraftSetResult is ZIMConversationDraftSetResult.
type ConversationDraftSetResult struct {
	ConversationID   string           `json:"conversationID"`
	ConversationType ConversationType `json:"conversationType"`
}

// ConversationMarkSetResult is ZIMConversationMarkSetResult.
type ConversationMarkSetResult struct {
	FailedConversationInfos []ConversationBaseInfo `json:"failedConversationInfos"`
}

// ConversationsSearchedResult is ZIMConversationsSearchedResult.
type ConversationsSearchedResult struct {
	ConversationSearchInfoList []ConversationSearchInfo `json:"conversationSearchInfoList"`
	NextFlag                   int64                    `json:"nextFlag"`
}

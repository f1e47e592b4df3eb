package zimwire

// QueryConversationListParams holds the parameters of queryConversationList.
type QueryConversationListParams struct {
	Config ConversationQueryConfig  `json:"config"`
	Option ConversationFilterOption `json:"option"`
}

// QueryConversationParams holds the parameters of queryConversation.
type QueryConversationParams struct {
	ConversationID   string           `json:"conversationID"`
	ConversationType ConversationType `json:"conversationType"`
}

// QueryConversationPinnedListParams holds the parameters of queryConversationPinnedList.
type QueryConversationPinnedListParams struct {
	Config ConversationQueryConfig `json:"config"`
}

// UpdateConversationPinnedStateParams holds the parameters of updateConversationPinnedState.
type UpdateConversationPinnedStateParams struct {
	IsPinned         bool             `json:"isPinned"`
	ConversationID   string           `json:"conversationID"`
	ConversationType ConversationType `json:"conversationType"`
}

// DeleteConversationParams holds the parameters of deleteConversation.
type DeleteConversationParams struct {
	ConversationID   string                   `json:"conversationID"`
	ConversationType ConversationType         `json:"conversationType"`
	Config           ConversationDeleteConfig `json:"config"`
}

// DeleteAllConversationsParams holds the parameters of deleteAllConversations.
type DeleteAllConversationsParams struct {
	Config ConversationDeleteConfig `json:"config"`
}

// ClearConversationUnreadMessageCountParams holds the parameters of clearConversationUnreadMessageCount.
type ClearConversationUnreadMessageCountParams struct {
	ConversationID   string           `json:"conversationID"`
	ConversationType ConversationType `json:"conversationType"`
}

// QueryConversationTotalUnreadMessageCountParams holds the parameters of queryConversationTotalUnreadMessageCount.
type QueryConversationTotalUnreadMessageCountParams struct {
	Config ConversationTotalUnreadMessageCountQueryConfig `json:"config"`
}

// SetConversationNotificationStatusParams holds the parameters of setConversationNotificationStatus.
type SetConversationNotificationStatusParams struct {
	Status           ConversationNotificationStatus `json:"status"`
	ConversationID   string                         `json:"conversationID"`
	ConversationType ConversationType               `json:"conversationType"`
}

// SendConversationMessageReceiptReadParams holds the parameters of sendConversationMessageReceiptRead.
type SendConversationMessageReceiptReadParams struct {
	ConversationID   string           `json:"conversationID"`
	ConversationType ConversationType `json:"conversationType"`
}

// SetConversationDraftParams holds the parameters of setConversationDraft.
type SetConversationDraftParams struct {
	Draft            string           `json:"draft"`
	ConversationID   string           `json:"conversationID"`
	ConversationType ConversationType `json:"conversationType"`
}

// SetConversationMarkParams holds the parameters of setConversationMark.
type SetConversationMarkParams struct {
	MarkType          int64                  `json:"markType"`
	Enable            bool                   `json:"enable"`
	ConversationInfos []ConversationBaseInfo `json:"conversationInfos"`
}

// SearchLocalConversationsParams holds the parameters of searchLocalConversations.
type SearchLocalConversationsParams struct {
	Config ConversationSearchConfig `json:"config"`
}

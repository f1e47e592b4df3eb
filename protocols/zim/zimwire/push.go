package zimwire

// OfflinePushPrivateMessageTemplate is ZIMOfflinePushPrivateMessageTemplate.
type OfflinePushPrivateMessageTemplate struct {
	TemplateID        string `json:"templateID"`
	TitleParameters   string `json:"titleParameters"`
	ContentParameters string `json:"contentParameters"`
}

// VoIPConfig is ZIMVoIPConfig.
type VoIPConfig struct {
	IOSVoIPHandleType  CXHandleType `json:"iOSVoIPHandleType"`
	IOSVoIPHandleValue string       `json:"iOSVoIPHandleValue"`
	IOSVoIPHasVideo    bool         `json:"iOSVoIPHasVideo"`
}

// PushConfig is ZIMPushConfig.
type PushConfig struct {
	Title                  string                             `json:"title"`
	Content                string                             `json:"content"`
	Payload                string                             `json:"payload"`
	ResourcesID            string                             `json:"resourcesID"`
	ThreadID               string                             `json:"threadID"`
	EnableBadge            bool                               `json:"enableBadge"`
	BadgeIncrement         int64                              `json:"badgeIncrement"`
	VoIPConfig             *VoIPConfig                        `json:"voIPConfig,omitzero"`
	PrivateMessageTemplate *OfflinePushPrivateMessageTemplate `json:"privateMessageTemplate,omitzero"`
}

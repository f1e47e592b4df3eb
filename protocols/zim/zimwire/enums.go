package zimwire

// ConnectionState is ZIMConnectionState.
type ConnectionState int

// The values of ConnectionState.
const (
	ConnectionStateDisconnected ConnectionState = 0
	ConnectionStateConnecting   ConnectionState = 1
	ConnectionStateConnected    ConnectionState = 2
	ConnectionStateReconnecting ConnectionState = 3
)

// ConnectionEvent is ZIMConnectionEvent.
type ConnectionEvent int

// The values of ConnectionEvent.
const (
	ConnectionEventSuccess          ConnectionEvent = 0
	ConnectionEventActiveLogin      ConnectionEvent = 1
	ConnectionEventLoginTimeout     ConnectionEvent = 2
	ConnectionEventLoginInterrupted ConnectionEvent = 3
	ConnectionEventKickedOut        ConnectionEvent = 4
	ConnectionEventTokenExpired     ConnectionEvent = 5
	ConnectionEventUnregistered     ConnectionEvent = 6
)

// ConversationEvent is ZIMConversationEvent.
type ConversationEvent int

// The values of ConversationEvent.
const (
	ConversationEventAdded    ConversationEvent = 0
	ConversationEventUpdated  ConversationEvent = 1
	ConversationEventDisabled ConversationEvent = 2
	ConversationEventDeleted  ConversationEvent = 3
)

// ConversationNotificationStatus is ZIMConversationNotificationStatus.
type ConversationNotificationStatus int

// The values of ConversationNotificationStatus.
const (
	ConversationNotificationStatusNotify       ConversationNotificationStatus = 1
	ConversationNotificationStatusDoNotDisturb ConversationNotificationStatus = 2
)

// ConversationType is ZIMConversationType.
type ConversationType int

// The values of ConversationType.
const (
	ConversationTypeUnknown          ConversationType = -1
	ConversationTypePeer             ConversationType = 0
	ConversationTypeRoom             ConversationType = 1
	ConversationTypeGroup            ConversationType = 2
	ConversationTypeCommunityChannel ConversationType = 3
)

// ConversationSyncState is ZIMConversationSyncState.
type ConversationSyncState int

// The values of ConversationSyncState.
const (
	ConversationSyncStateStarted  ConversationSyncState = 0
	ConversationSyncStateFinished ConversationSyncState = 1
	ConversationSyncStateFailed   ConversationSyncState = 2
)

// ConversationPinnedFilter is ZIMConversationPinnedFilter.
type ConversationPinnedFilter int

// The values of ConversationPinnedFilter.
const (
	ConversationPinnedFilterAll          ConversationPinnedFilter = 0
	ConversationPinnedFilterOnlyPinned   ConversationPinnedFilter = 1
	ConversationPinnedFilterOnlyUnpinned ConversationPinnedFilter = 2
)

// ConversationSearchMode is ZIMConversationSearchMode.
type ConversationSearchMode int

// The values of ConversationSearchMode.
const (
	ConversationSearchModeMatchMessage          ConversationSearchMode = 0
	ConversationSearchModeMatchConversationName ConversationSearchMode = 1
)

// MediaFileType is ZIMMediaFileType.
type MediaFileType int

// The values of MediaFileType.
const (
	MediaFileTypeOriginalFile    MediaFileType = 1
	MediaFileTypeLargeImage      MediaFileType = 2
	MediaFileTypeThumbnail       MediaFileType = 3
	MediaFileTypeVideoFirstFrame MediaFileType = 4
)

// MessageDirection is ZIMMessageDirection.
type MessageDirection int

// The values of MessageDirection.
const (
	MessageDirectionSend    MessageDirection = 0
	MessageDirectionReceive MessageDirection = 1
)

// MessageOrder is ZIMMessageOrder.
type MessageOrder int

// The values of MessageOrder.
const (
	MessageOrderDescending MessageOrder = 0
	MessageOrderAscending  MessageOrder = 1
)

// MessagePriority is ZIMMessagePriority.
type MessagePriority int

// The values of MessagePriority.
const (
	MessagePriorityLow    MessagePriority = 1
	MessagePriorityMedium MessagePriority = 2
	MessagePriorityHigh   MessagePriority = 3
)

// MessageReceiptStatus is ZIMMessageReceiptStatus.
type MessageReceiptStatus int

// The values of MessageReceiptStatus.
const (
	MessageReceiptStatusUnknown    MessageReceiptStatus = -1
	MessageReceiptStatusNone       MessageReceiptStatus = 0
	MessageReceiptStatusProcessing MessageReceiptStatus = 1
	MessageReceiptStatusDone       MessageReceiptStatus = 2
	MessageReceiptStatusExpired    MessageReceiptStatus = 3
	MessageReceiptStatusFailed     MessageReceiptStatus = 4
)

// MessageRevokeStatus is ZIMMessageRevokeStatus.
type MessageRevokeStatus int

// The values of MessageRevokeStatus.
const (
	MessageRevokeStatusUnknown           MessageRevokeStatus = -1
	MessageRevokeStatusSelfRevoke        MessageRevokeStatus = 0
	MessageRevokeStatusSystemRevoke      MessageRevokeStatus = 1
	MessageRevokeStatusServerAPIRevoke   MessageRevokeStatus = 2
	MessageRevokeStatusGroupAdminRevoke  MessageRevokeStatus = 3
	MessageRevokeStatusGroupOwnerRevoke  MessageRevokeStatus = 4
	MessageRevokeStatusAuditRejectRevoke MessageRevokeStatus = 5
)

// MessageSentStatus is ZIMMessageSentStatus.
type MessageSentStatus int

// The values of MessageSentStatus.
const (
	MessageSentStatusSending MessageSentStatus = 0
	MessageSentStatusSuccess MessageSentStatus = 1
	MessageSentStatusFailed  MessageSentStatus = 2
)

// MessageType is ZIMMessageType.
type MessageType int

// The values of MessageType.
const (
	MessageTypeUnknown  MessageType = 0
	MessageTypeText     MessageType = 1
	MessageTypeCommand  MessageType = 2
	MessageTypeMultiple MessageType = 10
	MessageTypeImage    MessageType = 11
	MessageTypeFile     MessageType = 12
	MessageTypeAudio    MessageType = 13
	MessageTypeVideo    MessageType = 14
	MessageTypeBarrage  MessageType = 20
	MessageTypeSystem   MessageType = 30
	MessageTypeRevoke   MessageType = 31
	MessageTypeTips     MessageType = 32
	MessageTypeCombine  MessageType = 100
	MessageTypeCustom   MessageType = 200
)

// RevokeType is ZIMRevokeType.
type RevokeType int

// The values of RevokeType.
const (
	RevokeTypeUnknown RevokeType = -1
	RevokeTypeTwoWay  RevokeType = 0
	RevokeTypeOneWay  RevokeType = 1
)

// TipsMessageEvent is ZIMTipsMessageEvent.
type TipsMessageEvent int

// The values of TipsMessageEvent.
const (
	TipsMessageEventUnknown                 TipsMessageEvent = 0
	TipsMessageEventGroupCreated            TipsMessageEvent = 1
	TipsMessageEventGroupDismissed          TipsMessageEvent = 2
	TipsMessageEventGroupJoined             TipsMessageEvent = 3
	TipsMessageEventGroupInvited            TipsMessageEvent = 4
	TipsMessageEventGroupLeft               TipsMessageEvent = 5
	TipsMessageEventGroupKickedOut          TipsMessageEvent = 6
	TipsMessageEventGroupInfoChanged        TipsMessageEvent = 7
	TipsMessageEventGroupMemberInfoChanged  TipsMessageEvent = 8
	TipsMessageEventGroupMessagePinned      TipsMessageEvent = 9
	TipsMessageEventCommunityCreated        TipsMessageEvent = 101
	TipsMessageEventCommunityJoined         TipsMessageEvent = 103
	TipsMessageEventCommunityInvited        TipsMessageEvent = 104
	TipsMessageEventCommunityChannelCreated TipsMessageEvent = 151
)

// TipsMessageChangeInfoType is ZIMTipsMessageChangeInfoType.
type TipsMessageChangeInfoType int

// The values of TipsMessageChangeInfoType.
const (
	TipsMessageChangeInfoTypeUnknown                    TipsMessageChangeInfoType = 0
	TipsMessageChangeInfoTypeGroupDataChanged           TipsMessageChangeInfoType = 1
	TipsMessageChangeInfoTypeGroupNoticeChanged         TipsMessageChangeInfoType = 2
	TipsMessageChangeInfoTypeGroupNameChanged           TipsMessageChangeInfoType = 3
	TipsMessageChangeInfoTypeGroupAvatarUrlChanged      TipsMessageChangeInfoType = 4
	TipsMessageChangeInfoTypeGroupMuteChanged           TipsMessageChangeInfoType = 5
	TipsMessageChangeInfoTypeGroupOwnerTransferred      TipsMessageChangeInfoType = 10
	TipsMessageChangeInfoTypeGroupMemberRoleChanged     TipsMessageChangeInfoType = 11
	TipsMessageChangeInfoTypeGroupMemberMuteChanged     TipsMessageChangeInfoType = 12
	TipsMessageChangeInfoTypeGroupMessagePinInfoChanged TipsMessageChangeInfoType = 21
)

// MessageMentionedType is ZIMMessageMentionedType.
type MessageMentionedType int

// The values of MessageMentionedType.
const (
	MessageMentionedTypeUnknown         MessageMentionedType = 0
	MessageMentionedTypeMentionMe       MessageMentionedType = 1
	MessageMentionedTypeMentionAll      MessageMentionedType = 2
	MessageMentionedTypeMentionAllAndMe MessageMentionedType = 3
)

// MessageDeleteType is ZIMMessageDeleteType.
type MessageDeleteType int

// The values of MessageDeleteType.
const (
	MessageDeleteTypeMessageListDeleted             MessageDeleteType = 0
	MessageDeleteTypeConversationAllMessagesDeleted MessageDeleteType = 1
	MessageDeleteTypeAllConversationMessagesDeleted MessageDeleteType = 2
)

// MessageRepliedInfoState is ZIMMessageRepliedInfoState.
type MessageRepliedInfoState int

// The values of MessageRepliedInfoState.
const (
	MessageRepliedInfoStateNormal   MessageRepliedInfoState = 0
	MessageRepliedInfoStateDeleted  MessageRepliedInfoState = 1
	MessageRepliedInfoStateNotFound MessageRepliedInfoState = 2
)

// MessagePinStatus is ZIMMessagePinStatus.
type MessagePinStatus int

// The values of MessagePinStatus.
const (
	MessagePinStatusNotPinned MessagePinStatus = 0
	MessagePinStatusPinned    MessagePinStatus = 1
	MessagePinStatusUpdated   MessagePinStatus = 2
)

// MessageReactionUserChangeAction is ZIMMessageReactionUserChangeAction.
type MessageReactionUserChangeAction int

// The values of MessageReactionUserChangeAction.
const (
	MessageReactionUserChangeActionAdded   MessageReactionUserChangeAction = 0
	MessageReactionUserChangeActionDeleted MessageReactionUserChangeAction = 1
)

// RoomEvent is ZIMRoomEvent.
type RoomEvent int

// The values of RoomEvent.
const (
	RoomEventSuccess                RoomEvent = 0
	RoomEventNetworkInterrupted     RoomEvent = 1
	RoomEventNetworkDisconnected    RoomEvent = 2
	RoomEventRoomNotExist           RoomEvent = 3
	RoomEventActiveCreate           RoomEvent = 4
	RoomEventCreateFailed           RoomEvent = 5
	RoomEventActiveEnter            RoomEvent = 6
	RoomEventEnterFailed            RoomEvent = 7
	RoomEventKickedOut              RoomEvent = 8
	RoomEventConnectTimeout         RoomEvent = 9
	RoomEventKickedOutByOtherDevice RoomEvent = 10
	RoomEventActiveSwitch           RoomEvent = 11
	RoomEventSwitchFailed           RoomEvent = 12
)

// RoomState is ZIMRoomState.
type RoomState int

// The values of RoomState.
const (
	RoomStateDisconnected RoomState = 0
	RoomStateConnecting   RoomState = 1
	RoomStateConnected    RoomState = 2
)

// RoomAttributesUpdateAction is ZIMRoomAttributesUpdateAction.
type RoomAttributesUpdateAction int

// The values of RoomAttributesUpdateAction.
const (
	RoomAttributesUpdateActionSet    RoomAttributesUpdateAction = 0
	RoomAttributesUpdateActionDelete RoomAttributesUpdateAction = 1
)

// RoomMemberAttributesUpdateAction is ZIMRoomMemberAttributesUpdateAction.
type RoomMemberAttributesUpdateAction int

// The values of RoomMemberAttributesUpdateAction.
const (
	RoomMemberAttributesUpdateActionSet RoomMemberAttributesUpdateAction = 0
)

// GroupState is ZIMGroupState.
type GroupState int

// The values of GroupState.
const (
	GroupStateQuit  GroupState = 0
	GroupStateEnter GroupState = 1
)

// GroupEvent is ZIMGroupEvent.
type GroupEvent int

// The values of GroupEvent.
const (
	GroupEventUnknown   GroupEvent = -1
	GroupEventCreated   GroupEvent = 1
	GroupEventDismissed GroupEvent = 2
	GroupEventJoined    GroupEvent = 3
	GroupEventInvited   GroupEvent = 4
	GroupEventLeft      GroupEvent = 5
	GroupEventKickedOut GroupEvent = 6
)

// GroupMemberEvent is ZIMGroupMemberEvent.
type GroupMemberEvent int

// The values of GroupMemberEvent.
const (
	GroupMemberEventUnknown   GroupMemberEvent = -1
	GroupMemberEventJoined    GroupMemberEvent = 1
	GroupMemberEventLeft      GroupMemberEvent = 2
	GroupMemberEventKickedOut GroupMemberEvent = 4
	GroupMemberEventInvited   GroupMemberEvent = 5
)

// GroupMemberState is ZIMGroupMemberState.
type GroupMemberState int

// The values of GroupMemberState.
const (
	GroupMemberStateQuit  GroupMemberState = 0
	GroupMemberStateEnter GroupMemberState = 1
)

// GroupMessageNotificationStatus is ZIMGroupMessageNotificationStatus.
type GroupMessageNotificationStatus int

// The values of GroupMessageNotificationStatus.
const (
	GroupMessageNotificationStatusNotify  GroupMessageNotificationStatus = 1
	GroupMessageNotificationStatusDisturb GroupMessageNotificationStatus = 2
)

// GroupAttributesUpdateAction is ZIMGroupAttributesUpdateAction.
type GroupAttributesUpdateAction int

// The values of GroupAttributesUpdateAction.
const (
	GroupAttributesUpdateActionSet    GroupAttributesUpdateAction = 0
	GroupAttributesUpdateActionDelete GroupAttributesUpdateAction = 1
)

// GroupMuteMode is ZIMGroupMuteMode.
type GroupMuteMode int

// The values of GroupMuteMode.
const (
	GroupMuteModeNone   GroupMuteMode = 0
	GroupMuteModeNormal GroupMuteMode = 1
	GroupMuteModeAll    GroupMuteMode = 2
	GroupMuteModeCustom GroupMuteMode = 3
)

// GroupJoinMode is ZIMGroupJoinMode.
type GroupJoinMode int

// The values of GroupJoinMode.
const (
	GroupJoinModeAny    GroupJoinMode = 0
	GroupJoinModeAuth   GroupJoinMode = 1
	GroupJoinModeForbid GroupJoinMode = 2
)

// GroupInviteMode is ZIMGroupInviteMode.
type GroupInviteMode int

// The values of GroupInviteMode.
const (
	GroupInviteModeAny   GroupInviteMode = 0
	GroupInviteModeAdmin GroupInviteMode = 1
)

// GroupBeInviteMode is ZIMGroupBeInviteMode.
type GroupBeInviteMode int

// The values of GroupBeInviteMode.
const (
	GroupBeInviteModeNone GroupBeInviteMode = 0
	GroupBeInviteModeAuth GroupBeInviteMode = 1
)

// GroupEnterType is ZIMGroupEnterType.
type GroupEnterType int

// The values of GroupEnterType.
const (
	GroupEnterTypeUnknown     GroupEnterType = 0
	GroupEnterTypeCreated     GroupEnterType = 1
	GroupEnterTypeJoinApply   GroupEnterType = 2
	GroupEnterTypeJoined      GroupEnterType = 3
	GroupEnterTypeInvited     GroupEnterType = 4
	GroupEnterTypeInviteApply GroupEnterType = 5
)

// GroupApplicationType is ZIMGroupApplicationType.
type GroupApplicationType int

// The values of GroupApplicationType.
const (
	GroupApplicationTypeUnknown  GroupApplicationType = -1
	GroupApplicationTypeNone     GroupApplicationType = 0
	GroupApplicationTypeJoin     GroupApplicationType = 1
	GroupApplicationTypeInvite   GroupApplicationType = 2
	GroupApplicationTypeBeInvite GroupApplicationType = 3
)

// GroupApplicationState is ZIMGroupApplicationState.
type GroupApplicationState int

// The values of GroupApplicationState.
const (
	GroupApplicationStateUnknown  GroupApplicationState = -1
	GroupApplicationStateWaiting  GroupApplicationState = 1
	GroupApplicationStateAccepted GroupApplicationState = 2
	GroupApplicationStateRejected GroupApplicationState = 3
	GroupApplicationStateExpired  GroupApplicationState = 4
	GroupApplicationStateDisabled GroupApplicationState = 5
)

// GroupApplicationListChangeAction is ZIMGroupApplicationListChangeAction.
type GroupApplicationListChangeAction int

// The values of GroupApplicationListChangeAction.
const (
	GroupApplicationListChangeActionAdded GroupApplicationListChangeAction = 0
)

// CXHandleType is ZIMCXHandleType.
type CXHandleType int

// The values of CXHandleType.
const (
	CXHandleTypeGeneric      CXHandleType = 1
	CXHandleTypePhoneNumber  CXHandleType = 2
	CXHandleTypeEmailAddress CXHandleType = 3
)

// GeofencingType is ZIMGeofencingType.
type GeofencingType int

// The values of GeofencingType.
const (
	GeofencingTypeNone    GeofencingType = 0
	GeofencingTypeInclude GeofencingType = 1
	GeofencingTypeExclude GeofencingType = 2
)

// PlatformType is ZIMPlatformType.
type PlatformType int

// The values of PlatformType.
const (
	PlatformTypeWin         PlatformType = 1
	PlatformTypeIPhoneOS    PlatformType = 2
	PlatformTypeAndroid     PlatformType = 3
	PlatformTypeMacOS       PlatformType = 4
	PlatformTypeLinux       PlatformType = 5
	PlatformTypeWeb         PlatformType = 6
	PlatformTypeMiniProgram PlatformType = 7
	PlatformTypeIPadOS      PlatformType = 9
	PlatformTypeOHOS        PlatformType = 10
	PlatformTypeUnknown     PlatformType = 32
)

// UserOnlineStatus is ZIMUserOnlineStatus.
type UserOnlineStatus int

// The values of UserOnlineStatus.
const (
	UserOnlineStatusOnline  UserOnlineStatus = 0
	UserOnlineStatusOffline UserOnlineStatus = 1
	UserOnlineStatusLogout  UserOnlineStatus = 2
	UserOnlineStatusUnknown UserOnlineStatus = 99
)

// MessageQueryMode is ZIMMessageQueryMode.
type MessageQueryMode int

// The values of MessageQueryMode.
const (
	MessageQueryModeGeneral      MessageQueryMode = 0
	MessageQueryModePreferServer MessageQueryMode = 1
	MessageQueryModeOnlyLocal    MessageQueryMode = 2
)

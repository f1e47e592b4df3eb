package zimwire

// ReturnCode is the Code of a server API answer, or the SubCode of one item in it.
type ReturnCode int64

// The return codes of the server API that this gateway gives.
const (
	RetOK ReturnCode = 0

	RetAppIDFormat           ReturnCode = 100000001
	RetTimestampEmpty        ReturnCode = 100000002
	RetTimestampFormat       ReturnCode = 100000003
	RetSignatureExpired      ReturnCode = 100000004
	RetSignatureWrong        ReturnCode = 100000005
	RetActionEmpty           ReturnCode = 100000006
	RetActionUnsupported     ReturnCode = 100000007
	RetNonceEmpty            ReturnCode = 100000008
	RetSignatureEmpty        ReturnCode = 100000009
	RetSecretLookup          ReturnCode = 100000010
	RetBodyRead              ReturnCode = 100000012
	RetSignatureVersionEmpty ReturnCode = 100000013
	RetSignatureVersion      ReturnCode = 100000014

	RetServer         ReturnCode = 660000001
	RetParam          ReturnCode = 660000002
	RetLogic          ReturnCode = 660000003
	RetTooManyUsers   ReturnCode = 660000011
	RetUserIDTooLong  ReturnCode = 660000012
	RetNoMessage      ReturnCode = 660000022
	RetAlreadyRevoked ReturnCode = 660000023
	RetRevokeTooLate  ReturnCode = 660000024
	RetBase64         ReturnCode = 660000025
	RetNotSender      ReturnCode = 660000026

	RetUserAbsent ReturnCode = 660200001

	RetNoRoom             ReturnCode = 660300001
	RetNotInRoom          ReturnCode = 660300002
	RetAppRate            ReturnCode = 660300005
	RetConvRate           ReturnCode = 660300006
	RetRoomFetch          ReturnCode = 660300007
	RetRoomEmpty          ReturnCode = 660300008
	RetNotInThatRoom      ReturnCode = 660300012
	RetRoomReceipt        ReturnCode = 660300013
	RetRoomExists         ReturnCode = 660300014
	RetAttributesTooLong  ReturnCode = 660300019
	RetMessageTooLarge    ReturnCode = 660400001
	RetTooManyReceipts    ReturnCode = 660400102
	RetGroupReceipt       ReturnCode = 660400103
	RetPeerReceipt        ReturnCode = 660400104
	RetSenderAbsent       ReturnCode = 660500002
	RetBroadcastRate      ReturnCode = 660500003
	RetTextRejected       ReturnCode = 660500005
	RetCallbackRejected   ReturnCode = 660500010
	RetNoGroup            ReturnCode = 660600001
	RetMemberQuery        ReturnCode = 660600003
	RetMemberRate         ReturnCode = 660600004
	RetKickRate           ReturnCode = 660600005
	RetGroupList          ReturnCode = 660600006
	RetGroupListRate      ReturnCode = 660600007
	RetKickedNoMember     ReturnCode = 660600008
	RetGroupInfo          ReturnCode = 660600009
	RetCreateRate         ReturnCode = 660600010
	RetGroupExists        ReturnCode = 660600011
	RetOwnerAbsent        ReturnCode = 660600013
	RetGroupDatabase      ReturnCode = 660600015
	RetGroupFull          ReturnCode = 660600016
	RetTooManyAttributes  ReturnCode = 660600019
	RetAttributeSize      ReturnCode = 660600020
	RetNotInGroup         ReturnCode = 660600024
	RetGroupDataChange    ReturnCode = 660600028
	RetRoleOwner          ReturnCode = 660600029
	RetRoleSelf           ReturnCode = 660600030
	RetGroupPermission    ReturnCode = 660600032
	RetAllItemsFailed     ReturnCode = 660600033
	RetRegisterRate       ReturnCode = 660700001
	RetUserExists         ReturnCode = 660700002
	RetUserNameTooLong    ReturnCode = 660700006
	RetAvatarTooLong      ReturnCode = 660700007
	RetUserFetch          ReturnCode = 660700008
	RetUserInfoAbsent     ReturnCode = 660700012
	RetUserInfoQuery      ReturnCode = 660700013
	RetUserUnregistered   ReturnCode = 660700015
	RetUserInfoUpdate     ReturnCode = 660700017
	RetPeerUnregistered   ReturnCode = 660800001
	RetNoConversation     ReturnCode = 660800002
	RetSilentListFull     ReturnCode = 660800030
	RetSenderBlocked      ReturnCode = 660800045
	RetTooManyPins        ReturnCode = 660800048
	RetAlreadySilent      ReturnCode = 660800051
	RetAlreadyLoud        ReturnCode = 660800052
	RetConversationFailed ReturnCode = 660800053
	RetAllMarksFailed     ReturnCode = 660800054
	RetEditTooLate        ReturnCode = 661000001
	RetEditFailed         ReturnCode = 661000005

	RetNoLicence ReturnCode = 910002
)

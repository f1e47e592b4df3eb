package zimwire

// The methods that are the transport's own. A ZIM method's name never begins with "$".
const (
	MethodHeartbeat = "$/heartbeat" // a request; the answer is a HeartbeatResult
	MethodAck       = "$/ack"       // a notification with AckParams
	MethodUpload    = "$/upload"    // a request for a place to put a file: UploadParams, UploadResult
)

// SessionOffer is what a client says of itself at login, beside ZIM's own parameters.
type SessionOffer struct {
	// Device names this installation; a login of the same user and device takes the place of the earlier one.
	Device string `json:"device,omitzero"`
	// Platform is one of ZIMPlatformType; the device limits count by it. 0 is Web.
	Platform PlatformType `json:"platform,omitzero"`
	// Client is the program's name and version, for the log.
	Client string `json:"client,omitzero"`
	// Cursor is the last cursor that this client had; empty: there is none.
	Cursor string `json:"cursor,omitzero"`
	// Live is the last that it had of what is told in rooms; empty: none since it has logged in.
	Live string `json:"live,omitzero"`
}

// LoginParams holds the parameters of login in both of its forms: userInfo and token, or userID and config.
type LoginParams struct {
	UserInfo UserInfo     `json:"userInfo"`
	Token    string       `json:"token"`
	UserID   string       `json:"userID"`
	Config   LoginConfig  `json:"config"`
	Session  SessionOffer `json:"session"`
}

// Who returns the user, his name and his token, whichever form the login has.
func (p LoginParams) Who() (userID, userName, token string) {
	if p.UserID != "" || p.UserInfo.UserID == "" {
		return p.UserID, p.Config.UserName, p.Config.Token
	}
	return p.UserInfo.UserID, p.UserInfo.UserName, p.Token
}

// LoginResult is the answer to a login.
type LoginResult struct {
	// Self is the user as he is known now.
	Self SelfUserInfo `json:"self"`
	// Cursor is where the events of this session begin.
	Cursor string `json:"cursor"`
	// Resumed tells that the client's cursor was taken: no event since is missing or repeated.
	Resumed bool `json:"resumed"`
	// Heartbeat is how often the client must be heard, and Timeout after what silence it is gone, in milliseconds.
	Heartbeat int64 `json:"heartbeat"`
	Timeout   int64 `json:"timeout"`
	// ServerTime and TokenExpires are Unix times in milliseconds.
	ServerTime   int64 `json:"serverTime"`
	TokenExpires int64 `json:"tokenExpires"`
}

// HeartbeatResult is the answer to a heartbeat.
type HeartbeatResult struct {
	ServerTime int64 `json:"serverTime"`
}

// UploadLogParams holds the lines of uploadLog: what a client's program noted of late, without contents.
type UploadLogParams struct {
	Lines []string `json:"lines"`
}

// AckParams says how far a client has come: everything up to this cursor is in its hands.
type AckParams struct {
	Cursor string `json:"cursor"`
}

// UploadParams asks for a place to put a file of a media message.
type UploadParams struct {
	Type     MessageType `json:"type"`
	FileName string      `json:"fileName"`
	FileSize int64       `json:"fileSize"`
	MIME     string      `json:"mime"`
}

// UploadResult is the place: the file is put there whole, with these headers.
type UploadResult struct {
	FileUID string            `json:"fileUID"`
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
}

// UploadedFile is the answer to the upload itself.
type UploadedFile struct {
	FileUID         string `json:"fileUID"`
	FileDownloadURL string `json:"fileDownloadUrl"`
	FileSize        int64  `json:"fileSize"`

	OriginalImageWidth    int64  `json:"originalImageWidth,omitzero"`
	OriginalImageHeight   int64  `json:"originalImageHeight,omitzero"`
	LargeImageDownloadURL string `json:"largeImageDownloadUrl,omitzero"`
	LargeImageWidth       int64  `json:"largeImageWidth,omitzero"`
	LargeImageHeight      int64  `json:"largeImageHeight,omitzero"`
	ThumbnailDownloadURL  string `json:"thumbnailDownloadUrl,omitzero"`
	ThumbnailWidth        int64  `json:"thumbnailWidth,omitzero"`
	ThumbnailHeight       int64  `json:"thumbnailHeight,omitzero"`
}

package webim

import (
	"net/http"
	"strings"

	"dragoman/bridge/chat"
)

// restError is a failure in the vendor's words.
type restError struct {
	status    int
	word      string // error
	text      string // error_description; the SDKs look for pieces of it
	exception string
	code      int // error_code; 0: none
}

// Error implements error.
func (e *restError) Error() string { return e.word + ": " + e.text }

// fail writes an error: always JSON, for any other body leaves a 4.x promise open
// for ever [webim 4.1].
func (c *call) fail(err error) {
	e := c.refusal(err)
	if e.status == http.StatusInternalServerError {
		c.Log.Err(err).Str("path", c.path()).Msg("request failed")
	}
	if e.exception == "" {
		e.exception = "com.dragoman.rest." + exceptionName(e.word)
	}
	m := map[string]any{
		"error": e.word, "exception": e.exception, "error_description": e.text,
		"timestamp": c.Now().UnixMilli(), "duration": c.Now().Sub(c.began).Milliseconds(),
	}
	if e.code != 0 {
		m["error_code"] = e.code
	}
	c.write(e.status, m)
}

// exceptionName makes a_word into AWordException.
func exceptionName(word string) string {
	var b strings.Builder
	for _, part := range strings.Split(word, "_") {
		if part != "" {
			b.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return b.String() + "Exception"
}

// refusal puts a refusal into the words that the SDKs look for [webim 12.1].
func (c *call) refusal(err error) *restError {
	if e, ok := err.(*restError); ok { //nolint:errorlint // a restError is never wrapped
		return e
	}
	public := chat.PublicOf(err)
	if e := c.reasonError(chat.ReasonOf(err), public); e != nil {
		return e
	}
	switch chat.CodeOf(err) {
	case chat.Invalid:
		return &restError{status: http.StatusBadRequest, word: "illegal_argument", text: public}
	case chat.Unauthenticated:
		return &restError{status: http.StatusUnauthorized, word: "unauthorized", text: "Unable to authenticate (OAuth)"}
	case chat.Forbidden:
		return &restError{status: http.StatusForbidden, word: "forbidden_op", text: public}
	case chat.NotFound:
		return &restError{status: http.StatusNotFound, word: "resource_not_found", text: public}
	case chat.Expired:
		return &restError{status: http.StatusUnauthorized, word: "auth_bad_access_token", text: "Unable to authenticate (OAuth)", code: 40001}
	case chat.Conflict:
		return &restError{status: http.StatusConflict, word: "concurrent_operation_error", text: public}
	case chat.TooLarge:
		return &restError{status: http.StatusRequestEntityTooLarge, word: "request_entity_too_large", text: public}
	case chat.TooMany:
		return &restError{status: http.StatusForbidden, word: "exceed_limit", text: public}
	case chat.Unsupported:
		return &restError{status: http.StatusForbidden, word: "service_not_open", text: "service not open!"}
	case chat.Unavailable:
		return &restError{status: http.StatusServiceUnavailable, word: "service_unavailable", text: public}
	default:
		return &restError{status: http.StatusInternalServerError, word: "internal_server_error", text: "internal error"}
	}
}

// reasonError says a refusal that the SDKs tell from others of its code.
func (c *call) reasonError(why chat.Reason, public string) *restError {
	id := c.named["id"]
	switch why {
	case chat.NoGroup, chat.Dissolved:
		if strings.HasPrefix(c.path(), "/chatrooms") || strings.Contains(c.path(), "/chatroom/") {
			return &restError{status: http.StatusNotFound, word: "resource_not_found", text: "grpID " + id + " does not exist!"}
		}
		return &restError{status: http.StatusNotFound, word: "resource_not_found", text: "do not find this group:" + id + ", it does not exist"}
	case chat.NoUser:
		return &restError{status: http.StatusNotFound, word: "service_resource_not_found", exception: "UserNotFoundException",
			text: "Service resource not found: user not found"}
	case chat.Full:
		return &restError{status: http.StatusForbidden, word: "exceed_limit", text: "group member list is full!"}
	case chat.AlreadyMember:
		if strings.HasSuffix(c.path(), "/invite") { // both phrases make it type 601 of the 4.x SDKs
			return &restError{status: http.StatusForbidden, word: "forbidden_op", text: "invite users to join group failed, reason: user already in group: " + id}
		}
		return &restError{status: http.StatusForbidden, word: "forbidden_op", text: "can not join this group, reason: user already in group: " + id}
	case chat.NotMember:
		return &restError{status: http.StatusForbidden, word: "forbidden_op", text: "users are not members of this group!"}
	case chat.Banned:
		return &restError{status: http.StatusForbidden, word: "forbidden_op", text: "can not join this group, reason: user is in the blacklist"}
	case chat.RateLimit:
		return &restError{status: http.StatusTooManyRequests, word: "resource_limited", text: "This request has reached the maximum limit of calls"}
	case chat.AlreadyExists:
		return &restError{status: http.StatusBadRequest, word: "duplicate_unique_property_exists", text: public}
	case chat.RecallDisabled:
		return &restError{status: http.StatusForbidden, word: "message_recall_error", text: "message recall disabled"}
	case chat.WindowClosed:
		return &restError{status: http.StatusForbidden, word: "message_recall_error", text: "exceed recall time limit"}
	}
	return nil
}

package zim

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/mapping/zimmap"
	"dragoman/protocols/zim/zimwire"
)

// maxBody bounds the body of a server API call.
const maxBody = 1 << 20

// serveAction answers a call of the server API. Its HTTP status is 200 whatever the Code says, as the vendor's is.
func (f *frontend) serveAction(c *gin.Context) {
	id := f.Router.NewID()
	fields, err := f.called(c.Request)
	e := zimwire.Envelope{Message: "success", RequestID: id}
	if err != nil {
		refusal := zimmap.Return(err)
		e.Code, e.Message = refusal.Code, refusal.Message
		if refusal.Code == zimwire.RetServer {
			f.Log.Err(err).Str("action", c.Query("Action")).Str("request", id).Msg("server API call failed")
			e.Code = failureCode(c.Query("Action"))
		}
	}
	body, err := zimwire.EncodeAnswer(e, fields)
	if err != nil {
		f.Log.Err(err).Str("request", id).Msg("cannot encode an answer")
		body = []byte(`{"Code":660000001,"Message":"internal error","RequestId":"` + id + `"}`)
	}
	c.Data(http.StatusOK, "application/json; charset=utf-8", body)
}

// failureCode is what a caller is told of a fault of ours, where the action has a code of its own for it.
func failureCode(action string) zimwire.ReturnCode {
	switch action {
	case "CreateGroup":
		return zimwire.RetGroupDatabase
	case "QueryGroupMemberList":
		return zimwire.RetMemberQuery
	case "QueryAppGroupList":
		return zimwire.RetGroupList
	case "KickoutGroupUser", "UpdateGroupData", "QueryGroupMsg", "SilenceConvNotification":
		return zimwire.RetGroupInfo
	case "FetchForbidGroupList":
		return zimwire.RetLogic
	case "QueryRoomUserList":
		return zimwire.RetRoomFetch
	case "QueryUserInfos", "QueryMessagesByMsgSeq":
		return zimwire.RetUserFetch
	case "ModifyUserInfo":
		return zimwire.RetUserInfoQuery
	case "QueryConversationList":
		return zimwire.RetConversationFailed
	}
	return zimwire.RetServer
}

// call is one server API call, past its signature.
type call struct {
	*frontend
	ctx    context.Context
	action string
	query  url.Values
	body   []byte
}

// called checks who calls and how often, and has the action answered.
func (f *frontend) called(r *http.Request) (any, error) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, zimwire.Deny(zimwire.RetParam, "the query cannot be read")
	}
	common, refusal := zimwire.ParseCommon(q)
	if refusal != nil {
		return nil, refusal
	}
	now := f.Now()
	if refusal := f.verify(common, now); refusal != nil {
		return nil, refusal
	}
	answer, known := f.actions[common.Action]
	switch {
	case zimwire.IsLaterAction(common.Action):
		return nil, zimwire.Deny(zimwire.RetActionUnsupported, common.Action+" is not offered by this server yet")
	case !known:
		return nil, zimwire.Deny(zimwire.RetActionUnsupported, "there is no action of that name")
	}
	if refusal := f.rates.allow(common.Action, now); refusal != nil {
		return nil, refusal
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil || len(body) > maxBody {
		return nil, zimwire.Deny(zimwire.RetBodyRead, "the body cannot be read, or is too large")
	}
	ctx := bridge.WithFrame(r.Context(), bridge.Frame{At: time.Now(), Data: func() []byte { return body }})
	return answer(call{frontend: f, ctx: ctx, action: common.Action, query: q, body: body})
}

// verify checks a Signature 2.0 [zim signature].
func (f *frontend) verify(c zimwire.Common, now time.Time) *zimwire.Refusal {
	if int64(c.AppID) != f.cfg.AppID {
		return zimwire.Deny(zimwire.RetSecretLookup, "there is no app of that AppId")
	}
	if skew := now.Sub(time.Unix(c.Timestamp, 0)); skew > zimwire.SignatureSkew || skew < -zimwire.SignatureSkew {
		return zimwire.Deny(zimwire.RetSignatureExpired, "the signature has expired")
	}
	if !zimwire.SignedBy(c.Signature, c.AppID, c.SignatureNonce, string(f.secret), c.Timestamp) {
		return zimwire.Deny(zimwire.RetSignatureWrong, "the signature is wrong")
	}
	if f.cfg.CheckNonce && !f.nonces.use(c.SignatureNonce, now) {
		return zimwire.Deny(zimwire.RetSignatureWrong, "the nonce was used before")
	}
	return nil
}

// in counts the call for one group or room.
func (c call) in(place string) error {
	if refusal := c.rates.allowIn(c.action, place, c.Now()); refusal != nil {
		return refusal
	}
	return nil
}

// as is the app's server, acting for a user.
func (c call) as(u chat.UserID) bridge.Actor {
	return bridge.Actor{User: u, Source: chat.Server, Protocol: zimmap.Protocol}
}

func (c call) submit(u chat.UserID, d chat.Draft) (chat.Event, error) {
	return c.Router.Submit(c.ctx, c.as(u), d)
}

// user reads the id of a user; absent is the code for one who is not registered.
func (c call) user(name string, absent zimwire.ReturnCode) (chat.UserID, error) {
	if name == "" {
		return "", zimwire.Deny(zimwire.RetParam, "a user id is missing")
	}
	if len(name) > maxUserID {
		return "", zimwire.Deny(zimwire.RetUserIDTooLong, "a user id has up to 32 bytes")
	}
	id, err := chat.NewUserID(name)
	if err != nil || !allowedID(name) {
		return "", zimwire.Deny(zimwire.RetParam, "a user id holds a sign that it may not")
	}
	standing, err := c.Accounts.Standing(c.ctx, id)
	if err != nil {
		return "", err
	}
	if standing != chat.Active && standing != chat.StandingDisabled {
		return "", zimwire.Deny(absent, "the user is not registered")
	}
	return id, nil
}

// from reads the user in whose name the server acts.
func (c call) from(name string) (chat.UserID, error) { return c.user(name, zimwire.RetSenderAbsent) }

// allowedID reports whether a user or group id has only the signs that the server API allows [zim identifiers].
func allowedID(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool {
		switch {
		case r >= '0' && r <= '9', r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
			return false
		}
		return !strings.ContainsRune("!#$%&()+-:;<=.>?@[]^_{}|~ ,*", r)
	})
}

// group finds a group that is not dissolved.
func (c call) group(id string) (chat.Conv, chat.Details, error) {
	if id == "" || len(id) > maxGroupID {
		return chat.Conv{}, chat.Details{}, zimwire.Deny(zimwire.RetParam, "a group id has 1 to 32 bytes")
	}
	d, err := c.Store.Details(c.ctx, chat.Group(id))
	if chat.CodeOf(err) == chat.NotFound {
		err = zimwire.Deny(zimwire.RetNoGroup, "there is no such group")
	}
	return chat.Group(id), d, err
}

// room finds a room.
func (c call) room(id string) (chat.Conv, chat.Details, error) {
	if id == "" || len(id) > maxRoomID {
		return chat.Conv{}, chat.Details{}, zimwire.Deny(zimwire.RetParam, "a room id has 1 to 128 bytes")
	}
	d, err := c.Store.Details(c.ctx, chat.Room(id))
	if chat.CodeOf(err) == chat.NotFound {
		err = zimwire.Deny(zimwire.RetNoRoom, "there is no such room")
	}
	return chat.Room(id), d, err
}

// conv names a conversation of a user's by the server API's numbers: 0 a peer, 2 a group.
func (c call) conv(u chat.UserID, id string, kind *int64) (chat.Conv, error) {
	if kind == nil {
		return chat.Conv{}, zimwire.Deny(zimwire.RetParam, "ConvType is missing")
	}
	switch *kind {
	case int64(zimwire.ConversationTypePeer):
		other, err := c.user(id, zimwire.RetPeerUnregistered)
		if err != nil {
			return chat.Conv{}, err
		}
		if other == u {
			return chat.Conv{}, zimwire.Deny(zimwire.RetParam, "nobody talks to himself")
		}
		return chat.Peer(u, other), nil
	case int64(zimwire.ConversationTypeGroup):
		g, _, err := c.group(id)
		return g, err
	}
	return chat.Conv{}, zimwire.Deny(zimwire.RetParam, "ConvType is 0 or 2")
}

// audioLicence answers that there is none: the vendor signs licences of its audio library, nobody else can.
func (call) audioLicence(none) (any, error) {
	return nil, zimwire.Deny(zimwire.RetNoLicence, "this server has no licence of the vendor's audio library to give")
}

// subCode is the code for one item of a batch.
func subCode(err error) zimwire.ReturnCode {
	var refusal *zimwire.Refusal
	if errors.As(err, &refusal) {
		return refusal.Code
	}
	return zimmap.Return(err).Code
}

// unique returns each name once, in order.
func unique(names []string) []string {
	seen := map[string]bool{}
	var list []string
	for _, n := range names {
		if !seen[n] {
			seen[n] = true
			list = append(list, n)
		}
	}
	return list
}

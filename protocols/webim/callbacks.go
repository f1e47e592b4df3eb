package webim

import (
	"context"
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strconv"

	"dragoman/bridge"
	"dragoman/bridge/account"
	"dragoman/bridge/callout"
	"dragoman/bridge/chat"
	"dragoman/mapping/webimmap"
	"dragoman/protocols"
)

// callbackLog names the callbacks in the outbox, and as a reader of the log.
const callbackLog = "webim.callbacks"

// What the app's server is told of beside the chat types of webimmap, and what it is asked.
const (
	toldOffline = "chat_offline"
	toldAlert   = "keyword_alert"
	toldUser    = "user"
	asked       = "before_send"
)

// CallbackSecret returns the secret that calls to the app's server are signed with.
func CallbackSecret(v *account.Vault) (string, error) {
	raw, err := v.Secret("webim-callback-secret", 16)
	return hex.EncodeToString(raw), err
}

// callbacks tells the app's server of what happens, and asks it before [webim 18.5].
type callbacks struct {
	*frontend
	teller *protocols.Teller
	caller *callout.Caller
	secret string
}

func newCallbacks(f *frontend) (*callbacks, error) {
	secret, err := CallbackSecret(f.Vault)
	if err != nil {
		return nil, err
	}
	c := &callbacks{frontend: f, secret: secret}
	c.caller = &callout.Caller{Name: callbackLog, Client: callout.NewClient(), URL: c.url, Dress: func(call callout.Call) ([]byte, error) { return call.Body, nil }}
	c.teller = &protocols.Teller{Deps: f.Deps, Caller: c.caller, Calls: c.told}
	return c, nil
}

// url returns where an event is told; "": nowhere.
func (c *callbacks) url(event string) string {
	switch {
	case event == asked:
		return c.cfg.BeforeSendURL
	case len(c.cfg.CallbackEvents) > 0 && !slices.Contains(c.cfg.CallbackEvents, event):
		return ""
	}
	return c.cfg.CallbackURL
}

// serve runs until ctx ends.
func (c *callbacks) serve(ctx context.Context) {
	if c.cfg.CallbackURL != "" {
		c.teller.Run(ctx)
	}
}

// proof is what every call says of itself.
type proof struct {
	Host            string `json:"host,omitempty"`
	AppKey          string `json:"appkey,omitempty"`
	SecurityVersion string `json:"securityVersion"`
	Security        string `json:"security"`
}

// sign proves a call: the vendor's rule leaves its contents out [webim 18.5].
func (c *callbacks) sign(callID string, timestamp int64) proof {
	sum := md5.Sum([]byte(callID + c.secret + strconv.FormatInt(timestamp, 10)))
	return proof{Host: c.Domain, AppKey: c.cfg.AppKey, SecurityVersion: "1.0.0", Security: hex.EncodeToString(sum[:])}
}

// told is what the app's server is told of one event.
func (c *callbacks) told(ctx context.Context, d *bridge.Delivery) (calls []callout.Call, err error) {
	list, err := c.realm(ctx, c.PublicURL()).Callbacks(d.Record)
	if err != nil {
		return nil, err
	}
	for _, one := range list {
		kinds := []string{one.ChatType}
		if other := d.Event.Conv.Other(d.Event.From); one.ChatType == "chat" && other != "" && !c.Router.Online(other) {
			kinds = append(kinds, toldOffline)
		}
		for _, kind := range kinds {
			if c.url(kind) == "" {
				continue
			}
			if kind == toldOffline {
				one.EventType = toldOffline
			}
			body, err := c.encode(one)
			if err != nil {
				return nil, err
			}
			calls = append(calls, callout.Call{Key: d.Event.Conv.String(), Event: kind, Body: body})
		}
	}
	return calls, nil
}

func (c *callbacks) encode(one webimmap.Callback) ([]byte, error) {
	return json.Marshal(struct {
		webimmap.Callback
		proof
	}{one, c.sign(one.CallID, one.Timestamp)})
}

// randomID makes the second half of the id of a call that no event stands behind.
func randomID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// gate asks the app's server before a client's message or edit counts [webim 18.5.1].
func (c *callbacks) gate(ctx context.Context, a bridge.Actor, d chat.Draft) (chat.Draft, error) {
	r := c.realm(ctx, c.PublicURL())
	question, ok := r.BeforeSend(a.User, d, c.cfg.BeforeSendTypes)
	if !ok {
		return d, nil
	}
	question.CallID, question.MsgID, question.Timestamp = c.cfg.AppKey+"_"+randomID(), c.Router.NewID(), c.Now().UnixMilli()
	body, err := c.encode(question)
	if err != nil {
		return d, err
	}
	text, err := c.caller.AskOnce(ctx, callout.Call{Event: asked, Body: body}, c.cfg.BeforeSendWait)
	if errors.Is(err, callout.ErrSilent) {
		return c.unanswered(d, err)
	} else if err != nil {
		return d, err
	}
	ruling, err := webimmap.ReadRuling(text)
	if err != nil {
		return c.unanswered(d, err)
	}
	if !*ruling.Valid {
		return d, chat.RefuseFor(chat.Moderated, ruling.Reason())
	}
	revised, err := r.Revised(d, ruling)
	if err == nil {
		err = revised.Check()
	}
	if err != nil {
		return c.unanswered(d, err)
	}
	return revised, nil
}

// unanswered does what is configured for an app's server that gives no answer, or none that can be read.
func (c *callbacks) unanswered(d chat.Draft, why error) (chat.Draft, error) {
	c.Log.Warn().AnErr("why", why).Msg("the app's server did not say whether a message may be sent")
	if c.cfg.BeforeSendSilence == silenceBlocks {
		return d, chat.RefuseFor(chat.Moderated, webimmap.RulingBroken)
	}
	return d, nil
}

// silenceBlocks is the setting under which a message fails that nobody answers for.
const silenceBlocks = "block"

// alert tells that a message was refused for its words.
func (c *callbacks) alert(ctx context.Context, a bridge.Actor, d chat.Draft, words []string) {
	if c.url(toldAlert) == "" {
		return
	}
	alert, ok := c.realm(ctx, c.PublicURL()).Alert(a.User, d, words)
	if !ok {
		return
	}
	now := c.Now().UnixMilli()
	callID := c.cfg.AppKey + "_" + randomID()
	c.tell(ctx, "user:"+string(a.User), toldAlert, struct {
		CallID    string `json:"callId"`
		EventType string `json:"eventType"`
		Timestamp int64  `json:"timestamp"` // ms
		webimmap.Alert
		proof
	}{callID, toldAlert, now, alert, c.sign(callID, now)})
}

// tell keeps a call about what no log holds.
func (c *callbacks) tell(ctx context.Context, key, event string, call any) {
	body, err := json.Marshal(call)
	if err != nil {
		c.Log.Err(err).Msg("cannot write a callback")
		return
	}
	c.teller.Tell(ctx, callout.Call{Key: key, Event: event, Body: body})
}

// userStatus is what the app's server is told of a session [webim 18.5.2].
type userStatus struct {
	CallID    string `json:"callId"`
	Reason    string `json:"reason"` // login, logout or replaced
	Status    string `json:"status"` // online or offline
	User      string `json:"user"`
	OS        string `json:"os"`
	IP        string `json:"ip"`
	Version   string `json:"version"`
	Timestamp int64  `json:"timestamp"` // ms
	proof
}

// user tells that a session has begun or ended.
func (c *callbacks) user(ctx context.Context, s *session, reason, status string) {
	if c.url(toldUser) == "" {
		return
	}
	now := c.Now().UnixMilli()
	told := userStatus{
		CallID: c.cfg.AppKey + "_" + randomID(), Reason: reason, Status: status, User: s.realm.UserAddress(s.actor.User, chat.DeviceID(s.actor.Platform+"_"+string(s.actor.Device))),
		OS: s.actor.Platform, IP: s.address, Version: s.version, Timestamp: now,
	}
	told.proof = c.sign(told.CallID, now)
	c.tell(ctx, "user:"+string(s.actor.User), toldUser, told)
}

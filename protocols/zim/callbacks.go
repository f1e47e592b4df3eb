package zim

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"strconv"

	"github.com/go-json-experiment/json"

	"dragoman/bridge"
	"dragoman/bridge/account"
	"dragoman/bridge/callout"
	"dragoman/bridge/chat"
	"dragoman/mapping/zimmap"
	"dragoman/protocols"
	"dragoman/protocols/zim/zimwire"
)

// callbackLog names the callbacks in the outbox, and as a reader of the log.
const callbackLog = "zim.callbacks"

// CallbackSecret returns the secret that callbacks to the app's server are signed with.
func CallbackSecret(v *account.Vault) ([]byte, error) {
	raw, err := v.Secret("zim-callback-secret", 16)
	if err != nil {
		return nil, err
	}
	return []byte(hex.EncodeToString(raw)), nil
}

// callbacks tells the app's server of what happens, and asks it before. The zero value does neither.
type callbacks struct {
	*frontend
	teller *protocols.Teller
	caller *callout.Caller
	secret string
	others map[chat.Reader]visit // sessions of other protocols, of which the app's server has heard; the teller's
}

func newCallbacks(f *frontend) (*callbacks, error) {
	secret, err := CallbackSecret(f.Vault)
	if err != nil {
		return nil, err
	}
	c := &callbacks{frontend: f, secret: string(secret), others: map[chat.Reader]visit{}}
	c.caller = &callout.Caller{Name: callbackLog, Client: callout.NewClient(), URL: c.url, Dress: c.dress}
	c.teller = &protocols.Teller{Deps: f.Deps, Caller: c.caller, Calls: c.told}
	return c, nil
}

// url returns where an event is told; "": nowhere.
func (c *callbacks) url(event string) string {
	switch {
	case event == zimwire.CallbackBeforeSend:
		return c.cfg.BeforeSendURL
	case len(c.cfg.CallbackEvents) > 0 && !contains(c.cfg.CallbackEvents, event):
		return ""
	}
	return c.cfg.CallbackURL
}

// dress signs a callback for one attempt [zim callbacks].
func (c *callbacks) dress(call callout.Call) ([]byte, error) {
	var seed [8]byte
	if _, err := rand.Read(seed[:]); err != nil {
		return nil, err
	}
	now := c.Now().Unix()
	nonce := hex.EncodeToString(seed[:])
	return zimwire.EncodeCallback(zimwire.CallbackHead{
		AppID: strconv.FormatInt(c.cfg.AppID, 10), Event: call.Event, Nonce: nonce, Timestamp: now,
		Signature: zimwire.SignCallback(c.secret, strconv.FormatInt(now, 10), nonce),
	}, call.Body)
}

// isOn reports whether anything is told at all.
func (c *callbacks) isOn() bool { return c.cfg.CallbackURL != "" && c.Callouts != nil }

// serve runs until ctx ends.
func (c *callbacks) serve(ctx context.Context) {
	if c.isOn() {
		c.teller.Run(ctx)
	}
}

// told is what the app's server is told of one event.
func (c *callbacks) told(ctx context.Context, d *bridge.Delivery) ([]callout.Call, error) {
	if b, ok := d.Event.Body.(chat.Presence); ok {
		return c.calls(c.otherAction(ctx, d.Event, b))
	}
	return c.calls(c.mapFor(ctx, "").Callbacks(d.Record))
}

func (c *callbacks) calls(list []zimmap.Callback) ([]callout.Call, error) {
	var calls []callout.Call
	for _, one := range list {
		if c.url(one.Event) == "" {
			continue
		}
		body, err := json.Marshal(one.Fields)
		if err != nil {
			return nil, err
		}
		calls = append(calls, callout.Call{Key: one.Key, Event: one.Event, Body: body})
	}
	return calls, nil
}

// tell puts something that no log holds into the outbox.
func (c *callbacks) tell(ctx context.Context, one zimmap.Callback) {
	if !c.isOn() {
		return
	}
	calls, err := c.calls([]zimmap.Callback{one})
	if err != nil {
		c.Log.Err(err).Str("event", one.Event).Msg("cannot write a callback")
		return
	}
	c.teller.Tell(ctx, calls...)
}

// failed tells of a message that was refused: for whoever counts what his app sends.
func (c *callbacks) failed(ctx context.Context, a bridge.Actor, d chat.Draft, err error) {
	if !c.isOn() {
		return
	}
	fields, ok := c.mapFor(ctx, a.User).FailedSend(a.Source, a.User, d, err, c.Now())
	if ok {
		c.tell(ctx, zimmap.Callback{Event: zimwire.CallbackSend, Key: d.Conv.String(), Fields: fields})
	}
}

// gate asks the app's server before a client's message or edit counts.
func (c *callbacks) gate(ctx context.Context, a bridge.Actor, d chat.Draft) (chat.Draft, error) {
	if c.cfg.BeforeSendURL == "" {
		return d, nil
	}
	question, ok := c.mapFor(ctx, a.User).BeforeSend(a.User, d, c.Router.NewID())
	if !ok {
		return d, nil
	}
	body, err := json.Marshal(question)
	if err != nil {
		return d, err
	}
	text, err := c.caller.Ask(ctx, callout.Call{Event: zimwire.CallbackBeforeSend, Body: body})
	var answer zimwire.BeforeSendAnswer
	if err == nil && len(text) > 0 && json.Unmarshal(text, &answer) != nil {
		answer = zimwire.BeforeSendAnswer{} // what cannot be read is a pass, as an unknown result is
	}
	if errors.Is(err, callout.ErrSilent) {
		c.Log.Warn().Msg("the app's server did not say whether a message may be sent")
		if c.cfg.BeforeSendSilence == silenceBlocks {
			return d, chat.Refuse(chat.Unavailable, "the message could not be checked")
		}
		return d, nil
	}
	if err != nil {
		return d, err
	}
	switch answer.Result {
	case zimwire.BeforeSendSilent:
		d.To = []chat.UserID{a.User}
		return d, nil
	case zimwire.BeforeSendReject:
		reason := answer.Reason
		if reason == "" {
			reason = "the message was refused"
		}
		refusal := chat.RefuseFor(chat.Moderated, reason)
		if a.Protocol != zimmap.Protocol {
			c.failed(ctx, a, d, refusal) // our own sessions tell of all that is refused to them
		}
		return d, refusal
	}
	d = zimmap.Revised(d, answer)
	return d, d.Check()
}

// silenceBlocks is the setting under which a message fails that nobody answers for.
const silenceBlocks = "block"

// validSilence are the settings for an app's server that does not answer.
func validSilence(s string) bool { return s == "pass" || s == silenceBlocks }

package console

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"dragoman/bridge"
	"dragoman/bridge/chat"
)

// order is what an operator asks to be done.
type order struct {
	User    string  `json:"user"`
	Device  string  `json:"device"`
	Place   string  `json:"place"`
	Event   string  `json:"event"`
	Minutes int     `json:"minutes"` // of a mute, at most maxMinutes; 0: for ever
	On      bool    `json:"on"`
	Reason  string  `json:"reason"`
	IDs     []int64 `json:"ids"` // of calls; none: all
}

// maxMinutes is ten years; longer is for ever.
const maxMinutes = 10 * 366 * 24 * 60

// act does what an operator asks: checked first, then written down, then done.
func (c *Console) act(action string, plan func(context.Context, order) (Deed, func() error, error)) func(http.ResponseWriter, *http.Request, Operator) {
	return func(w http.ResponseWriter, r *http.Request, who Operator) {
		o, err := question[order](w, r)
		if err == nil && who.Role != Acting {
			err = chat.Refuse(chat.Forbidden, "your role only looks")
		}
		var deed Deed
		var do func() error
		if err == nil {
			deed, do, err = plan(r.Context(), o)
		}
		deed.Who, deed.Action, deed.Address = who.Name, action, r.RemoteAddr
		if err != nil {
			deed.Problem = chat.PublicOf(err)
			_ = c.audit.note(deed) // nothing is done
			answer(w, nil, err)
			return
		}
		if err = c.audit.note(deed); err == nil {
			err = do()
		}
		c.report(err, action)
		if err != nil {
			deed.Problem = chat.PublicOf(err)
			_ = c.audit.note(deed) // it was written down before that it would be done
		}
		answer(w, struct{}{}, err)
	}
}

// kick ends one session, or all of a user.
func (c *Console) kick(_ context.Context, o order) (Deed, func() error, error) {
	id, err := chat.NewUserID(o.User)
	return Deed{Target: o.User, Detail: o.Device}, func() error {
		if c.host.Router.End(id, chat.DeviceID(o.Device), bridge.Cause{Kind: bridge.Kicked, Note: o.Reason}) == 0 {
			return chat.Refuse(chat.NotFound, "there is no such session any more")
		}
		return nil
	}, err
}

// disable forbids an account to log in, or allows it again.
func (c *Console) disable(ctx context.Context, o order) (Deed, func() error, error) {
	id, err := chat.NewUserID(o.User)
	detail := "off"
	if o.On {
		detail = "on"
	}
	return Deed{Target: o.User, Detail: detail}, func() error { return c.host.Accounts.SetDisabled(ctx, id, o.On) }, err
}

// mute forbids a member of a group or room to speak, or allows it again.
func (c *Console) mute(ctx context.Context, o order) (Deed, func() error, error) {
	id, err := chat.NewUserID(o.User)
	if err != nil {
		return Deed{}, nil, err
	}
	conv, err := parsePlace(o.Place)
	if err != nil {
		return Deed{}, nil, err
	}
	if o.Minutes < 0 || o.Minutes > maxMinutes {
		return Deed{}, nil, chat.Refuse(chat.Invalid, "a mute is of 0 minutes, for ever, to "+strconv.Itoa(maxMinutes))
	}
	body := chat.Membership{Users: []chat.UserID{id}, Change: chat.ChangeUnmute, Reason: o.Reason}
	detail := o.User + " off"
	if o.On {
		body.Change, detail = chat.ChangeMute, o.User+" on"
		if o.Minutes > 0 {
			body.Until = c.host.Now().Add(time.Duration(o.Minutes) * time.Minute)
		}
	}
	return Deed{Target: o.Place, Detail: detail}, func() error { return c.submit(ctx, chat.Draft{Conv: conv, Body: body}) }, nil
}

// recall takes a message back for everyone.
func (c *Console) recall(ctx context.Context, o order) (Deed, func() error, error) {
	conv, err := parsePlace(o.Place)
	if err != nil {
		return Deed{}, nil, err
	}
	entry, err := c.find(ctx, conv, o.Event, "", "")
	if err != nil {
		return Deed{Target: o.Place, Detail: o.Event}, nil, err
	}
	body := chat.Recall{Target: entry.Ref(), Reason: o.Reason}
	return Deed{Target: o.Place, Detail: o.Event}, func() error { return c.submitAs(ctx, entry.From, chat.Draft{Conv: conv, Body: body}) }, nil
}

// submit does a thing in the name of a conversation's owner: the protocols show who did it, and know no operators.
func (c *Console) submit(ctx context.Context, d chat.Draft) error {
	details, err := c.host.Store.Details(ctx, d.Conv)
	if err != nil {
		return err
	}
	return c.submitAs(ctx, details.Owner, d)
}

func (c *Console) submitAs(ctx context.Context, u chat.UserID, d chat.Draft) error {
	_, err := c.host.Router.Submit(ctx, bridge.Actor{User: u, Source: chat.Server, Protocol: "console"}, d)
	return err
}

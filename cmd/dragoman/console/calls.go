package console

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"dragoman/bridge/callout"
	"dragoman/bridge/chat"
)

// callLine is a call to the app's server that waits, or was put aside.
type callLine struct {
	ID       int64     `json:"id"`
	Event    string    `json:"event"`
	Key      string    `json:"key"`
	Made     time.Time `json:"made"`
	Due      time.Time `json:"due"` // when it is made next
	Attempts int       `json:"attempts"`
	Problem  string    `json:"problem"`        // of the last attempt
	Body     string    `json:"body,omitempty"` // with the right to see contents alone
}

// calls tells how many calls wait and were put aside, and lists them.
func (c *Console) calls(r *http.Request, o Operator) (any, error) {
	waiting, dead, err := c.host.Calls.Waiting(r.Context())
	if err != nil {
		return nil, err
	}
	next, err := c.host.Calls.Next(r.Context(), maxListed)
	if err != nil {
		return nil, err
	}
	aside, err := c.host.Calls.Dead(r.Context(), 0, maxListed)
	if err != nil {
		return nil, err
	}
	if o.Contents && len(next)+len(aside) > 0 {
		if err := c.audit.note(Deed{Who: o.Name, Action: "read", Target: "calls", Address: r.RemoteAddr}); err != nil {
			return nil, err
		}
	}
	return map[string]any{"waiting": waiting, "dead": dead, "next": callLines(next, o.Contents), "calls": callLines(aside, o.Contents)}, nil
}

func callLines(calls []callout.Call, contents bool) []callLine {
	lines := []callLine{}
	for _, call := range calls {
		line := callLine{ID: call.ID, Event: call.Event, Key: call.Key, Made: call.Made, Due: call.Due, Attempts: call.Attempts, Problem: call.Error}
		if contents {
			line.Body = string(call.Body)
		}
		lines = append(lines, line)
	}
	return lines
}

// replay puts calls that were put aside back in line.
func (c *Console) replay(ctx context.Context, o order) (Deed, func() error, error) {
	return Deed{Target: "calls", Detail: idList(o.IDs)}, func() error { return some(c.host.Calls.Replay(ctx, o.IDs...)) }, nil
}

// drop forgets calls that were put aside.
func (c *Console) drop(ctx context.Context, o order) (Deed, func() error, error) {
	return Deed{Target: "calls", Detail: idList(o.IDs)}, func() error { return some(c.host.Calls.Drop(ctx, o.IDs...)) }, nil
}

func some(n int, err error) error {
	if err == nil && n == 0 {
		return chat.Refuse(chat.NotFound, "there is no such call any more")
	}
	return err
}

func idList(ids []int64) string {
	if len(ids) == 0 {
		return "all"
	}
	return strings.Trim(fmt.Sprint(ids), "[]")
}

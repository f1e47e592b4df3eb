package webim

import (
	"net/http"
	"time"

	"dragoman/bridge/callout"
	"dragoman/bridge/chat"
)

// callbackRoutes are the callbacks that nobody took [webim 18.5.2].
func callbackRoutes() map[string]route {
	return map[string]route{
		"GET /callbacks/storage/info":   {server, (*call).lostCallbacks},
		"POST /callbacks/storage/retry": {server, (*call).retryCallbacks},
	}
}

// stretch is how the vendor files lost callbacks: ten minutes each, by their beginning in UTC.
const (
	stretch       = 10 * time.Minute
	stretchLayout = "200601021504"
)

// lost are this protocol's callbacks that were put aside, by stretch.
func (c *call) lost() (map[string][]callout.Call, []string, error) {
	by := map[string][]callout.Call{}
	var order []string
	const size = 500
	for after := int64(0); ; {
		dead, err := c.Callouts.Dead(c.ctx, after, size)
		if err != nil {
			return nil, nil, err
		}
		for _, one := range dead {
			after = one.ID
			if one.Owner != callbackLog {
				continue
			}
			one.Body = nil // there may be thousands, and nobody asks what they say
			date := one.Made.UTC().Truncate(stretch).Format(stretchLayout)
			if by[date] == nil {
				order = append(order, date)
			}
			by[date] = append(by[date], one)
		}
		if len(dead) < size {
			return by, order, nil
		}
	}
}

func (c *call) lostCallbacks() (reply, error) {
	by, order, err := c.lost()
	rows := make([]map[string]any, len(order))
	for i, date := range order {
		rows[i] = map[string]any{"date": date, "size": len(by[date]), "retry": 0}
	}
	return reply{Data: rows}, err
}

// retryCallbacks makes those of one stretch again. They go to where callbacks go now: nowhere else is signed for.
func (c *call) retryCallbacks() (reply, error) {
	var b struct {
		Date   string `json:"date"`
		Target string `json:"targetUrl"`
	}
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	if b.Target != "" && b.Target != c.cfg.CallbackURL {
		return reply{}, chat.Refuse(chat.Invalid, "callbacks are made to the configured URL alone")
	}
	by, _, err := c.lost()
	if err != nil {
		return reply{}, err
	}
	if len(by[b.Date]) == 0 {
		return reply{}, &restError{status: http.StatusNotFound, word: "storage_object_not_found", text: "no callbacks were put aside then"}
	}
	ids := make([]int64, len(by[b.Date]))
	for i, one := range by[b.Date] {
		ids[i] = one.ID
	}
	if _, err := c.Callouts.Replay(c.ctx, ids...); err != nil {
		return reply{}, err
	}
	return reply{Data: "success"}, nil
}

package webim

import (
	"slices"

	"dragoman/bridge/chat"
	"dragoman/bridge/store"
)

// offlineRoutes are what has not reached a user yet [webim 18.3].
func offlineRoutes() map[string]route {
	return map[string]route{
		"GET /users/{me}/offline_msg_count":        {server, (*call).offlineCount},
		"GET /users/{me}/offline_msg_status/{msg}": {server, (*call).offlineStatus},
	}
}

// waiting is how much of each conversation none of the user's devices has taken.
func (c *call) waiting() (map[chat.Conv]int, error) {
	queues, err := c.Store.Queues(c.ctx, chat.Reader{User: c.me})
	if err != nil {
		return nil, err
	}
	all := map[chat.Conv]int{}
	for _, q := range queues {
		all[q.Conv] = q.Count
	}
	return all, nil
}

func (c *call) offlineCount() (reply, error) {
	all, err := c.waiting()
	total := 0
	for _, n := range all {
		total += n
	}
	return reply{Data: map[string]int{c.name(c.me): total}}, err
}

// offlineStatus tells whether a message has reached the user: it has, unless it is among what waits.
func (c *call) offlineStatus() (reply, error) {
	id, err := chat.ParseEventID(c.named["msg"])
	if err != nil {
		return reply{}, err
	}
	e, err := c.Store.EntryByID(c.ctx, c.me, id)
	if err != nil {
		return reply{}, err
	}
	all, err := c.waiting()
	if err != nil {
		return reply{}, err
	}
	word := "delivered"
	if n := all[e.Conv]; n > 0 && e.From != c.me {
		newest, _, err := c.Store.History(c.ctx, c.me, e.Conv, store.HistoryQuery{Limit: n})
		if err != nil {
			return reply{}, err
		}
		if slices.ContainsFunc(newest, func(x chat.Entry) bool { return x.ID == id }) {
			word = "undelivered"
		}
	}
	return reply{Data: map[string]string{id.String(): word}}, nil
}

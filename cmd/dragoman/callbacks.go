package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"dragoman/protocols/webim"
	"dragoman/protocols/zim"
)

// callsNamed are calls to the app's server by their ids.
type callsNamed struct {
	IDs []int64 `arg:"" optional:"" name:"id" help:"Which; all if none is named."`
}

type callbacksListCmd struct{}

func (callbacksListCmd) Run(inv *invocation) error { return inv.do(order{Do: "callbacks list"}) }

type callbacksReplayCmd struct{ callsNamed }

func (c callbacksReplayCmd) Run(inv *invocation) error {
	return inv.do(order{Do: "callbacks replay", IDs: c.IDs})
}

type callbacksDropCmd struct{ callsNamed }

func (c callbacksDropCmd) Run(inv *invocation) error {
	return inv.do(order{Do: "callbacks drop", IDs: c.IDs})
}

type secretZIMCallbackCmd struct{}

func (secretZIMCallbackCmd) Run(inv *invocation) error {
	return inv.do(order{Do: "secret zim-callback"})
}

func (c *core) zimCallbackSecret() (answer, error) {
	secret, err := zim.CallbackSecret(c.vault)
	return answer{[]string{string(secret)}}, err
}

type secretWebIMCallbackCmd struct{}

func (secretWebIMCallbackCmd) Run(inv *invocation) error {
	return inv.do(order{Do: "secret webim-callback"})
}

func (c *core) webimCallbackSecret() (answer, error) {
	secret, err := webim.CallbackSecret(c.vault)
	return answer{[]string{secret}}, err
}

// callbacks lists, puts back or forgets the calls that were put aside.
func (c *core) callbacks(ctx context.Context, o order) (answer, error) {
	switch o.Do {
	case "callbacks replay":
		n, err := c.calls.Replay(ctx, o.IDs...)
		return answer{[]string{strconv.Itoa(n)}}, err
	case "callbacks drop":
		n, err := c.calls.Drop(ctx, o.IDs...)
		return answer{[]string{strconv.Itoa(n)}}, err
	}
	dead, err := c.calls.Dead(ctx, 0, listPage)
	var a answer
	for _, call := range dead {
		a.Lines = append(a.Lines, fmt.Sprintf("%d %s %s", call.ID, call.Event, strings.ReplaceAll(call.Error, "\n", " ")))
	}
	return a, err
}

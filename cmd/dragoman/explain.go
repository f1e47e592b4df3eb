package main

import (
	"errors"

	"dragoman/bridge/chat"
)

// explain returns what an operator reads of an error. A refusal's sentence is
// meant for people; what is behind any other error is meant for operators.
func explain(err error) string {
	var refusal *chat.Error
	if errors.As(err, &refusal) && refusal.Err == nil {
		return refusal.Public
	}
	return err.Error()
}

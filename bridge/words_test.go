package bridge_test

import (
	"context"
	"testing"

	"dragoman/bridge"
	"dragoman/bridge/chat"
)

func TestSensitiveWordsAreRefusedWhereverTheyStand(t *testing.T) {
	list := bridge.Words([]string{"Casino", " ", "赌场"})
	told := 0
	list.Tell(func(_ context.Context, _ bridge.Actor, _ chat.Draft, words []string) { told += len(words) })
	for _, c := range []struct {
		body    chat.Body
		refused bool
	}{
		{chat.Message{Content: chat.Text{Text: "hello"}}, false},
		{chat.Message{Content: chat.Text{Text: "the best CASINOS in town"}}, true},
		{chat.Message{Content: chat.Text{Text: "去赌场"}}, true},
		{chat.Message{Content: chat.Media{Kind: chat.MediaImage, Caption: "casino"}}, true},
		{chat.Message{Content: chat.Multi{Parts: []chat.Content{chat.Text{Text: "a"}, chat.Bundle{Title: "Casino"}}}}, true},
		{chat.Message{Content: chat.Command{Name: "casino"}}, false},
		{chat.Edit{Message: chat.Message{Content: chat.Text{Text: "a casino"}}}, true},
	} {
		_, err := list.Gate(t.Context(), bridge.Actor{}, chat.Draft{Body: c.body})
		if (err != nil) != c.refused || c.refused && chat.ReasonOf(err) != chat.Sensitive {
			t.Errorf("%+v: %v", c.body, err)
		}
	}
	if told != 5 {
		t.Errorf("told of %d words", told)
	}
}

package bridge

import (
	"context"
	"strings"

	"dragoman/bridge/chat"
)

// Words returns a gate that refuses what holds one of the words, in whatever case. Empty words are none.
func Words(list []string) Gate {
	var words []string
	for _, w := range list {
		if w = strings.ToLower(strings.TrimSpace(w)); w != "" {
			words = append(words, w)
		}
	}
	return func(_ context.Context, _ Actor, d chat.Draft) (chat.Draft, error) {
		var said chat.Message
		switch b := d.Body.(type) {
		case chat.Message:
			said = b
		case chat.Edit:
			said = b.Message
		}
		text := strings.ToLower(chat.Wording(said.Content))
		for _, w := range words {
			if strings.Contains(text, w) {
				return d, chat.RefuseFor(chat.Sensitive, "the message holds a word that is not allowed")
			}
		}
		return d, nil
	}
}

package bridge

import (
	"context"
	"strings"

	"dragoman/bridge/chat"
)

// WordList is what no client may say.
type WordList struct {
	words []string
	told  []func(context.Context, Actor, chat.Draft, []string)
}

// Words makes a list of words, in whatever case. Empty words are none.
func Words(list []string) *WordList {
	l := new(WordList)
	for _, w := range list {
		if w = strings.ToLower(strings.TrimSpace(w)); w != "" {
			l.words = append(l.words, w)
		}
	}
	return l
}

// Tell has f hear what is refused, and for which words; before Router.Run.
func (l *WordList) Tell(f func(context.Context, Actor, chat.Draft, []string)) {
	l.told = append(l.told, f)
}

// Gate refuses what holds one of the words.
func (l *WordList) Gate(ctx context.Context, a Actor, d chat.Draft) (chat.Draft, error) {
	var said chat.Message
	switch b := d.Body.(type) {
	case chat.Message:
		said = b
	case chat.Edit:
		said = b.Message
	}
	text := strings.ToLower(chat.Wording(said.Content))
	var found []string
	for _, w := range l.words {
		if strings.Contains(text, w) {
			found = append(found, w)
		}
	}
	if len(found) == 0 {
		return d, nil
	}
	for _, tell := range l.told {
		tell(ctx, a, d, found)
	}
	return d, chat.RefuseFor(chat.Sensitive, "the message holds a word that is not allowed")
}

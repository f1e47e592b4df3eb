package samples

import (
	"testing"

	"dragoman/bridge/chat"
)

func TestThereIsASampleOfEveryBodyContentAndChange(t *testing.T) {
	seen := map[string]bool{}
	names := map[string]bool{}
	for _, s := range All() {
		if names[s.Name] {
			t.Errorf("two samples are called %s", s.Name)
		}
		names[s.Name] = true
		seen[chat.BodyName(s.Record.Event.Body)] = true
		switch b := s.Record.Event.Body.(type) {
		case chat.Message:
			seen[chat.ContentName(b.Content)] = true
		case chat.Membership:
			seen[b.Change.String()] = true
		}
		if b, ok := s.Record.Event.Body.(chat.Message); ok {
			if _, recalled := b.Content.(chat.Recalled); recalled {
				continue // nobody can ask for it
			}
		}
		if err := s.Record.Event.Check(); err != nil {
			t.Errorf("%s: %v", s.Name, err)
		}
	}
	for _, b := range chat.Bodies() {
		if !seen[chat.BodyName(b)] {
			t.Errorf("no sample of %T", b)
		}
	}
	for _, c := range chat.Contents() {
		if !seen[chat.ContentName(c)] {
			t.Errorf("no sample of %T", c)
		}
	}
	for _, c := range chat.Changes() {
		if !seen[c.String()] {
			t.Errorf("no sample of %v", c)
		}
	}
}

package main

import (
	"strings"
	"testing"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/configs"
	"dragoman/mapping"
	"dragoman/mapping/samples"
	"dragoman/protocols"
)

// Whatever is said, each protocol shows what its clients get of it, or says why that is nothing.
func TestEveryKindOfMessageCanBeFollowedIntoEveryProtocol(t *testing.T) {
	cfg, err := configs.Load(configs.Source{Parts: parts()})
	if err != nil {
		t.Fatal(err)
	}
	followed := 0
	err = temporary(t.Context(), cfg, func(g *gateway) error {
		for _, s := range samples.All() {
			m, ok := s.Record.Event.Body.(chat.Message)
			if !ok {
				continue
			}
			for _, f := range g.fronts {
				explainer, ok := f.Frontend.(protocols.Explainer)
				if !ok {
					t.Fatalf("%s does not explain itself", f.name)
				}
				shown, err := explainer.Explain(bridge.NewDelivery(s.Record), samples.Bob)
				sent := shown.Fidelity == mapping.Exact || shown.Fidelity == mapping.Degraded
				switch {
				case err != nil:
					t.Errorf("%s in %s: %v", s.Name, f.name, err)
				case sent && !strings.Contains(`{[<`, shown.Frame[:min(1, len(shown.Frame))]), sent && shown.Frame == "" && shown.Note == "":
					t.Errorf("%s in %s, %v: frame %q", s.Name, f.name, shown.Fidelity, shown.Frame)
				case shown.Fidelity != mapping.Exact && shown.Note == "":
					t.Errorf("%s in %s is %v, and nobody says how", s.Name, f.name, shown.Fidelity)
				}
				if text, ok := m.Content.(chat.Text); ok && sent && !strings.Contains(shown.Frame, strings.Fields(text.Text)[0]) {
					t.Errorf("%s in %s does not say %q:\n%s", s.Name, f.name, text.Text, shown.Frame)
				}
				followed++
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if followed < 60 {
		t.Errorf("only %d were followed", followed)
	}
}

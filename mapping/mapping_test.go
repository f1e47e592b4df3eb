package mapping_test

import (
	"strings"
	"testing"

	"dragoman/bridge/chat"
	"dragoman/mapping"
	"dragoman/mapping/samples"
	"dragoman/mapping/webimmap"
	"dragoman/mapping/xmppmap"
	"dragoman/mapping/zimmap"
)

func tables() []mapping.Table {
	return []mapping.Table{webimmap.Table(), zimmap.Table(), xmppmap.Table()}
}

func TestTablesAreComplete(t *testing.T) {
	for _, table := range tables() {
		if err := table.Check(); err != nil {
			t.Error(err)
		}
	}
}

func TestAnIncompleteTableIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(*mapping.Table){
		"no row for \"text\", one to one": func(t *mapping.Table) { t.Rows = t.Rows[1:] },
		"no note on what is lost":         func(t *mapping.Table) { t.Rows[0].Out = mapping.Degraded },
		"no reference":                    func(t *mapping.Table) { t.Rows[0].Ref = "" },
		"no word says how":                func(t *mapping.Table) { t.Rows[0].Native = "" },
		"there is no kind":                func(t *mapping.Table) { t.Rows = append(t.Rows, mapping.Row{Kind: "telepathy"}) },
		"stands in no row":                func(t *mapping.Table) { t.Natives = append(t.Natives, "telepathy") },
		"there is no such thing in a oneself": func(t *mapping.Table) {
			t.Rows = append(t.Rows, mapping.Row{Kind: "text", Places: []mapping.Place{mapping.Own}, Native: "x", Ref: "y"})
		},
	} {
		all := tables()
		spoil(&all[0])
		if _, err := mapping.Document(all); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Every body, content and change of the model belongs to a kind.
func TestKindsCoverTheModel(t *testing.T) {
	named := map[string]bool{}
	for _, k := range mapping.Kinds() {
		if body, ok := k.Value.(chat.Body); ok {
			named[chat.BodyName(body)] = true
			if m, ok := body.(chat.Membership); ok {
				named[m.Change.String()] = true
			}
		}
		if content, ok := k.Value.(chat.Content); ok {
			named[chat.ContentName(content)] = true
		}
	}
	for _, b := range chat.Bodies() {
		if !named[chat.BodyName(b)] {
			t.Errorf("no kind for %T", b)
		}
	}
	for _, c := range chat.Contents() {
		if !named[chat.ContentName(c)] {
			t.Errorf("no kind for %T", c)
		}
	}
	for _, c := range chat.Changes() {
		if !named[c.String()] {
			t.Errorf("no kind for the change %s", c)
		}
	}
}

// What happens finds its row, in every table.
func TestSamplesFindTheirRows(t *testing.T) {
	for _, s := range samples.All() {
		kinds := mapping.KindsOf(s.Record.Event)
		if len(kinds) == 0 {
			t.Errorf("%s is of no kind", s.Name)
		}
		for _, kind := range kinds {
			for _, table := range tables() {
				if _, ok := table.Row(kind, place(s.Record.Event.Conv)); !ok && said(kind, place(s.Record.Event.Conv)) {
					t.Errorf("%s: %s has no row for %s", s.Name, table.Name, kind)
				}
			}
		}
	}
}

func place(c chat.Conv) mapping.Place {
	return map[chat.ConvKind]mapping.Place{chat.KindPeer: mapping.Peer, chat.KindGroup: mapping.Group, chat.KindThread: mapping.Group,
		chat.KindRoom: mapping.Room, chat.KindSelf: mapping.Own, chat.KindAll: mapping.Own, chat.KindCall: mapping.Own}[c.Kind]
}

// said reports whether anybody says such a thing there: the samples have some things in places where nobody does.
func said(kind string, in mapping.Place) bool {
	for _, k := range mapping.Kinds() {
		if k.Name == kind {
			for _, p := range k.Places {
				if p == in {
					return true
				}
			}
		}
	}
	return false
}

func TestCrossTakesTheWorseOfBothSides(t *testing.T) {
	webim, zim, xmpp := webimmap.Table(), zimmap.Table(), xmppmap.Table()
	for _, c := range []struct {
		from, to mapping.Table
		kind     string
		in       mapping.Place
		want     mapping.Fidelity
	}{
		{webim, xmpp, "text", mapping.Peer, mapping.Exact},
		{webim, zim, "location", mapping.Group, mapping.Degraded},
		{zim, webim, "several parts", mapping.Room, mapping.Degraded},
		{zim, zim, "several parts", mapping.Room, mapping.Exact},
		{zim, webim, "typing", mapping.Peer, mapping.Absent},
		{webim, zim, "typing", mapping.Peer, mapping.Dropped},
	} {
		if got, _ := mapping.Cross(c.from, c.to, c.kind, c.in); got != c.want {
			t.Errorf("%s from %s to %s: %s, want %s", c.kind, c.from.Name, c.to.Name, got, c.want)
		}
	}
}

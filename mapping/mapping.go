// Package mapping says how faithful the maps between protocols and the canonical model are. The maps themselves are the
// packages below, one for each protocol. Each has a Table with a row for every kind of thing that people say or do, and
// names every word of its protocol. docs/mapping.md is made of the tables, and conformance/fidelity holds a running
// gateway to what they say.
package mapping

import (
	"fmt"
	"slices"
	"strings"

	"dragoman/bridge/chat"
)

// Fidelity is how much of a thing arrives.
type Fidelity uint8

// The grades.
const (
	Exact    Fidelity = iota // the other side sees the same thing
	Degraded                 // it sees a visible fallback
	Refused                  // who said it is told why it cannot go
	Dropped                  // the other side has nothing that could show it, and the row says why that is right
	Absent                   // the protocol has no such thing to say
)

var fidelityNames = [...]string{"exact", "degraded", "refused", "left out", "absent"}

// String returns the grade in lower case.
func (f Fidelity) String() string {
	if int(f) < len(fidelityNames) {
		return fidelityNames[f]
	}
	return "unknown"
}

// Row is one kind of thing in one protocol's table.
type Row struct {
	Kind   string   // of Kinds; "": words of the protocol that are no kind of the model
	Places []Place  // nil: wherever the kind has no row of its own
	Native string   // the protocol's words for it, separated by ", "
	In     Fidelity // from the protocol into the model
	Out    Fidelity // from the model into the protocol
	Note   string   // what is degraded and how it shows; required where Out is not Exact, and where In is Refused
	Ref    string   // the specification's place
}

// Table is how one protocol fares.
type Table struct {
	Protocol string // as in chat.Native
	Name     string // as people say it
	Rows     []Row
	Natives  []string // every word of the protocol's own: each must stand in a row
}

// Row returns the row of a kind in a place.
func (t Table) Row(kind string, in Place) (Row, bool) {
	found, ok := Row{}, false
	for _, r := range t.Rows {
		switch {
		case r.Kind != kind || kind == "":
		case slices.Contains(r.Places, in):
			return r, true
		case r.Places == nil:
			found, ok = r, true
		}
	}
	return found, ok
}

// Check refuses a table in which something is missing.
func (t Table) Check() error {
	kinds := map[string][]Place{}
	for _, k := range Kinds() {
		kinds[k.Name] = append(kinds[k.Name], k.Places...)
		for _, p := range k.Places {
			if _, ok := t.Row(k.Name, p); !ok {
				return fmt.Errorf("%s: no row for %q, %s", t.Name, k.Name, p)
			}
		}
	}
	said := map[string]bool{}
	for _, r := range t.Rows {
		if err := r.check(kinds); err != nil {
			return fmt.Errorf("%s: %w", t.Name, err)
		}
		for word := range strings.SplitSeq(r.Native, ", ") {
			said[word] = true
		}
	}
	for _, word := range t.Natives {
		if !said[word] {
			return fmt.Errorf("%s: %s stands in no row", t.Name, word)
		}
	}
	return nil
}

func (r Row) check(kinds map[string][]Place) error {
	name := r.Kind
	if name == "" {
		name = r.Native
	}
	places, known := kinds[r.Kind]
	switch {
	case r.Kind != "" && !known:
		return fmt.Errorf("there is no kind %q", r.Kind)
	case (r.Out != Exact || r.In == Refused) && r.Note == "":
		return fmt.Errorf("%s: no note on what is lost", name)
	case r.Ref == "":
		return fmt.Errorf("%s: no reference", name)
	case r.In != Absent && r.Native == "":
		return fmt.Errorf("%s: it can be said, and no word says how", name)
	}
	for _, p := range r.Places {
		if !slices.Contains(places, p) {
			return fmt.Errorf("%s: there is no such thing in a %s", name, p)
		}
	}
	return nil
}

// Shown returns how much of ev the readers of this protocol see, and what is said of what they do not.
func (t Table) Shown(ev *chat.Event) (Fidelity, string) {
	kinds := KindsOf(ev)
	if len(kinds) == 0 {
		return Dropped, "a matter of another protocol alone"
	}
	if ev.Native.Protocol == t.Protocol {
		return Exact, ""
	}
	grade := Exact
	var notes []string
	for _, kind := range kinds {
		row, ok := t.Row(kind, placeOf(ev.Conv))
		if !ok {
			row = Row{Out: Absent, Note: kind + ": nobody has thought of that"}
		}
		if grade = max(grade, row.Out); row.Out != Exact {
			notes = append(notes, row.Note)
		}
	}
	return grade, strings.Join(notes, "; ")
}

// Cross returns what becomes of a kind that is said in one protocol and heard in another, and the row that says why.
// Absent: it cannot be said there.
func Cross(from, to Table, kind string, in Place) (Fidelity, Row) {
	said, _ := from.Row(kind, in)
	heard, _ := to.Row(kind, in)
	switch {
	case said.In == Absent || said.In == Refused || said.In == Dropped:
		return said.In, said
	case from.Protocol == to.Protocol:
		return Exact, heard
	}
	if said.In > heard.Out {
		return said.In, said
	}
	return heard.Out, heard
}

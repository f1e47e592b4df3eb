// Package mapping says how faithful a mapping between a protocol and the canonical model is. The maps themselves are the
// packages below, one for each protocol; each has a Table with a row for every body and content of the model and for every
// native kind of its protocol, and docs/mapping.md is generated from them.
package mapping

import "dragoman/bridge/chat"

// Fidelity is how much of a thing arrives.
type Fidelity uint8

// The grades.
const (
	Exact    Fidelity = iota // the other side sees the same thing
	Degraded                 // it sees a visible fallback
	Refused                  // who said it is told why it cannot go
	Dropped                  // nothing is to be seen, and the row says why that is right
	Absent                   // the protocol has no such thing to say
)

var fidelityNames = [...]string{"exact", "degraded", "refused", "dropped", "absent"}

// String returns the grade in lower case.
func (f Fidelity) String() string {
	if int(f) < len(fidelityNames) {
		return fidelityNames[f]
	}
	return "unknown"
}

// Row is one kind of thing in one protocol's table.
type Row struct {
	Native string   // the protocol's word for it
	Value  any      // a chat.Body or chat.Content of the kind; nil: a native kind that has none
	In     Fidelity // from the protocol into the model
	Out    Fidelity // from the model into the protocol
	Note   string   // what is degraded and how it shows; required where a grade is not Exact
	Ref    string   // the specification's place
}

// Kind returns the name of the model's kind that the row is about; "" for none.
func (r Row) Kind() string {
	switch v := r.Value.(type) {
	case chat.Body:
		return chat.BodyName(v)
	case chat.Content:
		return "message: " + chat.ContentName(v)
	}
	return ""
}
